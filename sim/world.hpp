// A seeded world: an engine, its phones, a bad network, attackers with and without a password, a disk that fills and a
// process that is killed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "sim/auditor.hpp"
#include "sim/exchange.hpp"
#include "sim/phone.hpp"
#include "sim/user_agent.hpp"

namespace rf::sim {

/// What kind of world; chances in permille.
struct Climate {
  int phones = 40;
  std::int64_t length_ms = 600'000;
  unsigned loss = 20, duplication = 10;
  std::uint32_t delay_max_ms = 80;  ///< packets overtake each other within it
  std::uint32_t restart_every_ms = 150'000;
  std::uint32_t disk_full_every_ms = 120'000, disk_full_for_ms = 5'000;
  std::uint32_t attack_every_ms = 200;
  std::uint32_t insider_every_ms = 250;  ///< whoever owns one password, and tries to use everything up with it
  std::uint32_t audit_every_ms = 500;
  Habits habits;
};

/// What an auditor found wrong; empty is what every run has to give.
struct Verdict {
  std::vector<std::string> faults;
  Tally tally;
  std::uint64_t packets = 0, attacks = 0, restarts = 0, records = 0;
  /// Of the insider: what it tried, what of that was refused for a limit, and its records.
  std::uint64_t insider_tried = 0, insider_refused = 0, insider_records = 0;
};

/// Runs one world to its end and audits it. The same seed gives the same run, packet for packet.
class World {
 public:
  World(std::uint64_t seed, const Climate& climate);
  Verdict run();

 private:
  struct Due {
    std::int64_t at_ms;
    std::uint64_t order;
    std::function<void()> what;
    bool operator>(const Due& other) const { return at_ms != other.at_ms ? at_ms > other.at_ms : order > other.order; }
  };
  void later(std::int64_t ms, std::function<void()> what);
  void carry(const Packet& packet, bool to_phone);
  void attack();
  void attack_from_inside();
  void step_to(std::int64_t mono_ms);
  void audit(Verdict& verdict);

  Climate climate_;
  Random random_;
  Tally tally_;
  Exchange exchange_;
  Auditor auditor_{exchange_};
  std::vector<std::unique_ptr<UserAgent>> phones_;
  Phone insider_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<Packet> sniffed_;  ///< what an eavesdropper kept of the last packets
  std::uint64_t order_ = 0, packets_ = 0, attacks_ = 0, restarts_ = 0, insider_tried_ = 0, insider_refused_ = 0;
  bool calm_ = false;
  std::vector<std::string> faults_;
};

}  // namespace rf::sim
