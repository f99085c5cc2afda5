// What a handshake of DTLS costs us, beside what it costs OpenSSL alone.
#pragma once

#include <cstdint>

#include "core/srtp/suite.hpp"

namespace rf::bench {

struct HandshakeCost {
  double ours_us = 0;     ///< processor time of one passive association, from the first datagram to the keys
  double openssl_us = 0;  ///< the same, of SSL_do_handshake over the same datagrams alone
};
/// `count` of each, in turn. Throws std::runtime_error when one fails.
HandshakeCost handshake_cost(unsigned count);

/// Processor time of the transform for one packet, mean of one that is opened and one that is closed: what a call with
/// one encrypted leg needs for each packet.
double cipher_us(srtp::Suite suite, unsigned packets);

}  // namespace rf::bench
