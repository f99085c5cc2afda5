// Reliable provisional responses: the numbers that keep them in order (RFC 3262).
#pragma once

#include <cstdint>

#include "core/base/random.hpp"
#include "core/sip/message.hpp"

namespace rf::dialog {

/// The side that sends reliable provisional responses to one INVITE. One at a time: the next may leave only after the
/// PRACK for the last one (RFC 3262 §3 allows more after the first, we do not need them).
class ReliableSender {
 public:
  /// Starts at a random RSeq from 1 to 2^31 - 1.
  explicit ReliableSender(Random& random);

  bool is_waiting() const { return waiting_; }
  /// The RSeq for the next reliable response; it waits for its PRACK from now on.
  std::uint32_t next();
  /// Whether a PRACK's RAck names the waiting response to the INVITE with `invite_cseq`. True: it waits no more. False:
  /// answer 481 (RFC 3262 §3).
  bool take(const sip::Rack& rack, std::uint32_t invite_cseq);

 private:
  std::uint32_t rseq_;
  bool waiting_ = false;
};

/// The side that receives them, within one early dialog (each fork counts by itself).
class ReliableReceiver {
 public:
  enum class Order : std::uint8_t {
    next,      ///< the first, or one above the last: send a PRACK and use it
    repeated,  ///< seen already: the PRACK's own transaction takes care of its loss
    ahead,     ///< one before it is missing: neither PRACK nor use it (RFC 3262 §4)
    bad,       ///< zero
  };
  Order take(std::uint32_t rseq);

 private:
  std::uint32_t last_ = 0;
};

/// Whether a response asks for a PRACK: 101 to 199 with "100rel" in Require and a readable RSeq. Gives that number,
/// else zero.
std::uint32_t reliable_rseq(const sip::Message& response);

}  // namespace rf::dialog
