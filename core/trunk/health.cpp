#include "core/trunk/health.hpp"

#include <algorithm>

#include "core/trunk/backoff.hpp"

namespace rf::trunk {
namespace {

/// After calls failed, the ping that settles it; not at once, for other calls may fail in the same moment.
constexpr std::int64_t doubt_ms = 200;

}  // namespace

void Health::start(Now now, Random& random) {
  if (rules_.ping_s == 0) return;
  ping_at_ms_ = now.mono_ms + static_cast<std::int64_t>(random.below(std::uint64_t{rules_.ping_s} * 1'000));
}

Health::Due Health::handle_timer(Now now) {
  if (now.mono_ms < ping_at_ms_) return {};
  ping_at_ms_ = never_ms;
  if (rules_.ping_s == 0) {
    failures_ = 0;
    return {.changed = settle(now, HealthState::failing)};
  }
  pinging_ = true;
  pinged_ms_ = now.mono_ms;
  return {.ping = true};
}

bool Health::is_dead(int status) const {
  return std::find(rules_.dead_statuses.begin(), rules_.dead_statuses.end(), status) != rules_.dead_statuses.end();
}

bool Health::ping_answered(Now now, int status, std::optional<std::uint32_t> retry_after_s, Random& random) {
  if (!pinging_ || status < 200) return false;
  pinging_ = false;
  return is_dead(status) ? failed(now, retry_after_s.value_or(0), random) : succeeded(now, random);
}

bool Health::ping_failed(Now now, Random& random) {
  if (!pinging_) return false;
  pinging_ = false;
  return failed(now, 0, random);
}

bool Health::call_answered(Now now, int status, ExtensionId caller, Random& random) {
  if (status <= 100) return false;
  if (is_dead(status)) return blame(now, caller, random);
  // A call that goes through ends a doubt; that it is up again for all is for the pings to say, where there are any.
  blamed_by_ = {};
  if (state_ == HealthState::down && rules_.ping_s != 0) return false;
  return succeeded(now, random);
}

bool Health::call_failed(Now now, ExtensionId caller, Random& random) {
  return blame(now, caller, random);
}

bool Health::blame(Now now, ExtensionId caller, Random& random) {
  if (state_ == HealthState::down) return false;
  if (rules_.ping_s != 0) {
    const std::int64_t again_ms = std::max(now.mono_ms + doubt_ms, pinged_ms_ + std::int64_t{rules_.retry_s} * 1'000);
    if (!pinging_) ping_at_ms_ = std::min(ping_at_ms_, again_ms);
    return false;
  }
  const auto place =
      std::find_if(blamed_by_.begin(), blamed_by_.end(), [&](ExtensionId id) { return !id || id == caller; });
  if (place == blamed_by_.end() || *place == caller) return false;
  *place = caller;
  return failed(now, 0, random);
}

bool Health::succeeded(Now now, Random& random) {
  failures_ = 0;
  blamed_by_ = {};
  successes_ = std::min(successes_ + 1, 255u);
  const bool was_down = state_ == HealthState::down;
  const bool is_up = !was_down || successes_ >= rules_.up_after;
  if (rules_.ping_s != 0 && !pinging_) {
    // A fifth by chance; while it comes back, soon.
    const std::uint64_t interval_ms = std::uint64_t{is_up ? rules_.ping_s : rules_.retry_s} * 1'000;
    ping_at_ms_ = now.mono_ms + static_cast<std::int64_t>(interval_ms - random.below(interval_ms / 5 + 1));
  }
  return settle(now, is_up ? HealthState::up : HealthState::down);
}

bool Health::failed(Now now, std::uint32_t retry_after_s, Random& random) {
  successes_ = 0;
  failures_ = std::min(failures_ + 1, 32u);
  const auto enough =
      rules_.ping_s != 0 ? std::size_t{rules_.down_after} : std::min<std::size_t>(rules_.down_after, blamed_by_.size());
  const bool is_down = state_ == HealthState::down || failures_ >= enough;
  if (rules_.ping_s != 0) {
    const std::uint32_t longest_s = is_down ? rules_.ping_down_s : rules_.ping_s;
    const std::int64_t asked_ms = std::int64_t{std::min(retry_after_s, rules_.ping_down_s)} * 1'000;
    ping_at_ms_ = now.mono_ms + std::max(pause_ms(rules_.retry_s, longest_s, failures_, random), asked_ms);
  } else if (is_down) {
    blamed_by_ = {};
    ping_at_ms_ = now.mono_ms + std::int64_t{rules_.ping_down_s} * 1'000;
  }
  return settle(now, is_down ? HealthState::down : HealthState::failing);
}

bool Health::settle(Now now, HealthState state) {
  if (state_ == state) return false;
  state_ = state;
  since_ms_ = now.mono_ms;
  return true;
}

std::string_view text_of(HealthState state) {
  switch (state) {
    case HealthState::unknown:
      return "not known yet";
    case HealthState::up:
      return "up";
    case HealthState::failing:
      return "failing";
    case HealthState::down:
      return "down";
  }
  return "not known yet";
}

}  // namespace rf::trunk
