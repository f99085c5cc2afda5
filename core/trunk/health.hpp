// Whether a trunk's target serves calls: pings and real calls tell one state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"

namespace rf::trunk {

enum class HealthState : std::uint8_t {
  unknown,  ///< nothing heard yet; used like up, so that a start waits for nobody
  up,
  failing,  ///< the last try failed, or calls do; used after those that are up
  down,     ///< used only when nothing else is left
};
std::string_view text_of(HealthState state);

/// When a target counts as down, and as up again.
struct HealthRules {
  std::uint32_t ping_s = 30;        ///< between OPTIONS while it is up; 0: none, calls alone tell
  std::uint32_t retry_s = 5;        ///< the first pause after a failure; doubles
  std::uint32_t ping_down_s = 300;  ///< the longest pause while it is down; without pings, calls try again after it
  std::uint8_t down_after = 3;      ///< failures in a row
  std::uint8_t up_after = 2;        ///< successes in a row, once it was down
  /// Final responses that are no sign of life. All others are, refusals as well: 404 and 405 come from a server that
  /// works, 401 and 403 from one that knows how to say no. 503 says itself that it does not serve, 408 comes from a
  /// proxy whose server is silent. Sorted in no way; few.
  std::vector<std::uint16_t> dead_statuses = {408, 503};
};

/// The health of one target of one trunk. One extension's calls never take a target away from the others: whom it calls
/// it chooses itself, so failures of calls bring a ping forward (once in `retry_s`), and without pings `down_after`
/// different extensions have to fail in a row without any success, at most `TrunkLimits::callers_blamed`.
/// Draw a first ping by start(); send an OPTIONS when handle_timer() says so, and tell its outcome.
class Health {
 public:
  explicit Health(HealthRules rules) : rules_(std::move(rules)) {}

  /// The first ping comes by chance within one interval: a thousand trunks do not ping at once.
  void start(Now now, Random& random);
  struct Due {
    bool ping = false;     ///< send an OPTIONS now, and tell ping_answered() or ping_failed()
    bool changed = false;  ///< the state is another one
  };
  Due handle_timer(Now now);
  /// Each of these: true when the state is another one now (the operator is told).
  bool ping_answered(Now now, int status, std::optional<std::uint32_t> retry_after_s, Random& random);
  /// Timeout, connection refused, certificate not the right one.
  bool ping_failed(Now now, Random& random);
  /// A final response, or a provisional one but 100, to a call.
  bool call_answered(Now now, int status, ExtensionId caller, Random& random);
  /// A call found nobody there.
  bool call_failed(Now now, ExtensionId caller, Random& random);

  std::int64_t next_deadline() const { return ping_at_ms_; }
  HealthState state() const { return state_; }
  /// When it went into its state, mono ms.
  std::int64_t since_ms() const { return since_ms_; }

 private:
  bool is_dead(int status) const;
  bool succeeded(Now now, Random& random);
  bool failed(Now now, std::uint32_t retry_after_s, Random& random);
  bool blame(Now now, ExtensionId caller, Random& random);
  bool settle(Now now, HealthState state);

  HealthRules rules_;
  HealthState state_ = HealthState::unknown;
  std::uint32_t failures_ = 0, successes_ = 0;  ///< in a row
  bool pinging_ = false;
  std::int64_t ping_at_ms_ = never_ms;   ///< without pings: when calls may try again
  std::int64_t pinged_ms_ = -3'600'000;  ///< last; long before the clock began
  std::int64_t since_ms_ = 0;
  std::array<ExtensionId, TrunkLimits::callers_blamed> blamed_by_{};  ///< distinct, since the last success
};

}  // namespace rf::trunk
