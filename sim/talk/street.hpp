// A conversation of two phones through one relay session over a network that loses, repeats and delays, moves phones
// behind their NAT, and has strangers on it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/media/session.hpp"
#include "sim/talk/party.hpp"

namespace rf::talk {

/// What a phone is and does.
struct Habits {
  std::optional<srtp::Suite> suite;  ///< none: RTP in the clear
  bool by_handshake = false;         ///< its keys come from DTLS, not from signalling; its suite has to be one of it
  bool ice = false;                  ///< it is found by its checks alone: its description says no address
  bool behind_nat = false;           ///< its description says an inside address
  bool tells_of_moves = true;        ///< a phone in the clear; else it never says where it went
  std::uint16_t first_sequence = 1'000;
  std::uint32_t move_every_ms = 0;      ///< its NAT gives it another port, at times another address; 0 never
  std::uint32_t restart_every_ms = 0;   ///< its stream gets another SSRC
  std::uint32_t renumber_every_ms = 0;  ///< its stream gets other numbers under the same SSRC
};

/// What kind of street; chances in permille, each on the way to us and on the way from us.
struct Weather {
  std::int64_t length_ms = 60'000;
  unsigned loss = 10, duplication = 10;
  std::uint32_t delay_max_ms = 15;   ///< beyond the 20 ms between two words: they overtake each other
  std::uint32_t rekey_every_ms = 0;  ///< both phones change their keys
  unsigned stragglers = 0;           ///< packets that come once more three seconds later, behind every window
  std::int64_t blackout_from_ms = 0, blackout_ms = 0;  ///< in which nothing arrives anywhere
  // Strangers
  std::uint32_t forge_every_ms = 7;       ///< packets that look right, from anywhere
  std::uint32_t repeat_every_ms = 11;     ///< packets of the phones again, from elsewhere
  std::uint32_t outrun_every_ms = 9'000;  ///< for a second, whoever sees all repeats all, and faster
};

struct Verdict {
  std::array<std::uint64_t, 2> spoken{};
  std::array<Heard, 2> heard;           ///< by whom
  std::uint64_t to_strangers = 0;       ///< packets of ours that a stranger's place received
  std::uint64_t strangers_greeted = 0;  ///< handshakes that one of them could have begun
  std::uint64_t forged = 0, repeated = 0, moves = 0, rekeys = 0, stragglers = 0;
  media::RelayReport report;

  /// Words of the other one that party `i` heard, in permille of what was said.
  std::uint64_t share(unsigned i) const { return spoken[i ^ 1] ? 1'000 * heard[i].words / spoken[i ^ 1] : 0; }
};

/// Runs one conversation to its end. The same seed gives the same one, packet for packet.
class Street {
 public:
  Street(std::uint64_t seed, const std::array<Habits, 2>& habits, const Weather& weather);
  Verdict run();

 private:
  struct Due {
    std::int64_t at_us;
    std::uint64_t order;
    std::function<void()> what;
    bool operator>(const Due& other) const { return at_us != other.at_us ? at_us > other.at_us : order > other.order; }
  };
  struct Phone {
    Party party;
    Habits habits;
    Endpoint place;  ///< as the relay sees it; RTCP one port above
    srtp::MasterKey ours, theirs;
    bool has_keys = false;
    std::array<Endpoint, 2> answered_at{};  ///< its place when a check was answered last, by port
  };
  using Bytes = std::vector<std::uint8_t>;

  void later(std::int64_t us, std::function<void()> what);
  void every(std::uint32_t ms, std::function<void()> what);
  bool is_lost() { return is_black() || happens(weather_.loss); }
  bool is_black() const {
    const std::int64_t since_ms = now_us_ / 1'000 - weather_.blackout_from_ms;
    return since_ms >= 0 && since_ms < weather_.blackout_ms;
  }
  bool happens(unsigned permille) { return random_.below(1'000) < permille; }
  std::int64_t delay_us() { return 1'000 * (10 + static_cast<std::int64_t>(random_.below(weather_.delay_max_ms + 1))); }
  Endpoint anywhere();
  srtp::MasterKey key(srtp::Suite suite);

  media::RelayPlan plan() const;
  void say(unsigned i, bool rtcp);
  void greet(unsigned i);
  void shake_hands(unsigned i, const Endpoint& from);
  void check(unsigned i);
  void keep_check(unsigned i, const Bytes& bytes);
  Bytes check_of(std::string_view password, bool nominates);
  void carry(unsigned i, bool rtcp, const Bytes& bytes);
  bool arrive(unsigned leg, bool rtcp_port, const Endpoint& from, const Bytes& bytes);
  void deliver(unsigned leg, const Endpoint& to, const Bytes& bytes, bool rtcp);
  void move(unsigned i);
  void rekey();
  void forge();
  void repeat(bool at_once, unsigned i, bool rtcp, const Bytes& bytes);

  Weather weather_;
  Random random_;
  std::int64_t now_us_ = 0;
  std::uint64_t order_ = 0;
  std::array<Phone, 2> phones_;
  std::optional<media::Session> session_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<std::pair<unsigned, Bytes>> sniffed_;         ///< by strangers: whose, and what
  std::vector<std::pair<unsigned, Bytes>> sniffed_checks_;  ///< the oldest first
  std::int64_t outrun_until_us_ = 0;
  Endpoint stranger_;
  Verdict verdict_;
};

}  // namespace rf::talk
