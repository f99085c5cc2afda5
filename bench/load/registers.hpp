// Phones that register: REGISTER, 401, REGISTER with digest, 200.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/phones.hpp"
#include "bench/load/result.hpp"
#include "bench/load/udp.hpp"

namespace rf::load {

/// Full registration cycles of a range of accounts, round and round, one cycle of an account at a time. An account keeps
/// its Call-ID and counts its CSeq up, as a phone does; each cycle starts without credentials.
class Registers {
 public:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    unsigned first_socket = 0;
    unsigned sockets = 1;
  };
  Registers(Sockets& sockets, Phones& phones, Range range, std::uint32_t expires_s);

  /// Starts the next account's cycle; counts `skipped` when all of a few are busy.
  void start(std::int64_t now);
  /// False when the message belongs to no cycle of ours.
  bool packet(std::int64_t now, const Scan& message);
  /// Retransmits and gives up; call once a round.
  void tick(std::int64_t now);
  std::int64_t next_ns() const;
  std::uint32_t open() const { return open_; }
  /// Counts what is still open as unfinished.
  void close();

  /// Begins a new account of what happens; nothing may be open.
  void forget_counts() {
    counts_ = {};
    latency_ = {};
  }

  const Counts& counts() const { return counts_; }
  const Histogram& latency() const { return latency_; }

 private:
  struct Line {
    enum class State : std::uint8_t { idle, asked, answered } state = State::idle;
    std::uint32_t cseq = 0;
    std::uint32_t transaction = 0;
    std::uint8_t tries = 0;
    std::int64_t started_ns = 0;
    std::string nonce;
    bool for_proxy = false;
  };
  struct Waiting {
    std::uint32_t index;
    std::uint32_t transaction;
  };
  void send(std::uint32_t index);
  void arm(std::int64_t now, std::uint32_t index);
  void finish(Line& line) {
    line.state = Line::State::idle;
    --open_;
  }

  Sockets& sockets_;
  Phones& phones_;
  Range range_;
  std::string uri_;
  std::uint32_t expires_s_;
  std::vector<Line> lines_;
  std::uint32_t next_line_ = 0;
  std::uint32_t next_transaction_ = 0;
  std::uint32_t open_ = 0;
  // RFC 3261 timer E with T1 = 500 ms, and timer F cut to 7.5 s: a bench need not wait 32 s to call it a failure.
  std::vector<DelayLine<Waiting>> timers_;
  Counts counts_;
  Histogram latency_;
};

}  // namespace rf::load
