// Phones that call: INVITE, 401 or 407, ACK, INVITE with digest, 100/180/200, ACK, hold, BYE, 200.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/phones.hpp"
#include "bench/load/result.hpp"
#include "bench/load/udp.hpp"

namespace rf::load {

/// The session description every phone of the generator offers and answers: one G.711 stream with telephone events.
std::string session_description(std::string_view local);

/// Calls from the first accounts, each to the same number every time, one call of an account at a time. Follows
/// Record-Route and Contact, so a proxy and a back-to-back user agent look the same to it.
class Caller {
 public:
  /// Account i calls called[i]. They call from the first `callers` sockets.
  Caller(Sockets& sockets, unsigned callers, Phones& phones, const std::vector<std::string>& called,
         std::int64_t hold_ns);

  void start(std::int64_t now);
  /// False when the message belongs to no call of ours.
  bool packet(std::int64_t now, unsigned socket, const Scan& message);
  void tick(std::int64_t now);
  std::int64_t next_ns() const;
  std::uint32_t open() const { return open_; }
  void close() { counts_.unfinished += open_; }

  const Counts& counts() const { return counts_; }
  /// INVITE to 200.
  const Histogram& latency() const { return latency_; }

 private:
  struct Call {
    enum class State : std::uint8_t { idle, asked, answered, proceeding, talking, leaving } state = State::idle;
    bool for_proxy = false;
    std::uint8_t tries = 0;
    std::uint32_t generation = 0;  ///< distinguishes the calls of one pair
    std::uint32_t step = 0;        ///< distinguishes the transactions of one call: branch and CSeq
    std::int64_t started_ns = 0;
    std::string nonce, to, target, routes;
  };
  struct Waiting {
    std::uint32_t index;
    std::uint32_t generation;
    std::uint32_t step;
  };
  unsigned socket_of(std::uint32_t index) const { return index % callers_; }
  void write_head(Text& out, std::uint32_t index, std::string_view method, std::string_view uri, std::string_view to,
                  std::uint32_t step, std::string_view method_of_cseq);
  void send_invite(std::uint32_t index);
  void send_ack_to_refusal(std::uint32_t index, std::string_view to);
  void send_in_dialog(std::uint32_t index, std::string_view method, std::uint32_t step);
  void arm(std::int64_t now, std::uint32_t index);
  void on_answer(std::int64_t now, std::uint32_t index, const Scan& message);
  void on_challenge(std::int64_t now, std::uint32_t index, const Scan& message);
  void fail(Call& call, std::string reason);

  Sockets& sockets_;
  unsigned callers_;
  Phones& phones_;
  std::uint32_t pairs_;
  std::vector<Call> calls_;
  std::vector<std::string> uris_;
  std::vector<std::string> descriptions_;  ///< one a socket
  std::uint32_t next_pair_ = 0;
  std::uint32_t open_ = 0;
  std::vector<DelayLine<Waiting>> timers_;
  DelayLine<Waiting> holds_;
  Counts counts_;
  Histogram latency_;
};

}  // namespace rf::load
