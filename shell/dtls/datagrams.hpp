// Where OpenSSL meets one association: datagrams in and out in memory, the cookie, and the proof of the peer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/limits/media.hpp"
#include "core/media/security.hpp"

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace rf::dtls {

using Datagram = std::vector<std::uint8_t>;
using Cookie = std::array<std::uint8_t, 16>;

/// What one association's callbacks reach. It stays where it is while its SSL lives.
struct Datagrams {
  std::span<const std::uint8_t> in;  ///< the one that is read now, once; a datagram is read whole
  std::vector<Datagram> out;         ///< at most SecureMediaLimits::handshake_answers
  Cookie cookie{}, former_cookie{};  ///< that the source would have to show
  media::Fingerprint peer;           ///< whose certificate it has to be
  bool strange_certificate = false;  ///< another one was shown
};

/// A BIO that keeps datagrams apart, which OpenSSL's own in memory does not. `datagrams` must outlive it; null when
/// there is no memory.
bio_st* make_bio(Datagrams& datagrams);
/// Makes `datagrams` known to the callbacks of `ssl`.
bool attach(ssl_st* ssl, Datagrams& datagrams);
/// The peer has to show a certificate whose SHA-256 is Datagrams::peer; nothing else about it counts (RFC 5763 §5).
/// That is asked in the middle of the handshake, before there are keys. Cookies are those of Datagrams.
void set_proof_of_peer(ssl_ctx_st* context);

}  // namespace rf::dtls
