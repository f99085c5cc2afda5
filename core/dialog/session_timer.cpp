#include "core/dialog/session_timer.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/limits/server.hpp"

namespace rf::dialog {
namespace {

constexpr std::uint32_t interval_floor_s = 90;  // RFC 4028 §5
constexpr std::uint32_t interval_ceiling_s = 86'400;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The seconds of Session-Expires or Min-SE; none when missing or unreadable.
std::optional<std::uint32_t> seconds(const sip::Message& message, sip::HeaderName name) {
  const std::string_view value = message.value(name);
  return sip::parse_number(trim(value.substr(0, value.find(';'))));
}

enum class Role : std::uint8_t { none, uac, uas };

Role wished_refresher(const sip::Message& message) {
  std::string_view rest = message.value(sip::HeaderName::session_expires);
  while (rest.find(';') != std::string_view::npos) {
    rest.remove_prefix(rest.find(';') + 1);
    const std::string_view param = rest.substr(0, rest.find(';'));
    const std::size_t equals = param.find('=');
    if (equals == std::string_view::npos || !sip::equal_nocase(trim(param.substr(0, equals)), "refresher")) continue;
    const std::string_view role = trim(param.substr(equals + 1));
    if (sip::equal_nocase(role, "uac")) return Role::uac;
    if (sip::equal_nocase(role, "uas")) return Role::uas;
  }
  return Role::none;
}

std::uint32_t bounded(std::uint32_t interval_s) {
  return std::clamp(interval_s, interval_floor_s, interval_ceiling_s);
}

}  // namespace

SessionTimer::SessionTimer(const policy::SipTimes& times)
    : wanted_s_(times.session_expires_s),
      own_min_s_(std::max(times.session_min_s, interval_floor_s)),
      min_s_(own_min_s_) {}

std::uint32_t SessionTimer::offered_s() const {
  return std::max(interval_s_ != 0 ? interval_s_ : wanted_s_, min_s_);
}

void SessionTimer::write_offer(sip::Writer& writer) const {
  if (wanted_s_ == 0 && interval_s_ == 0) return;
  writer.begin(sip::HeaderName::session_expires).number(offered_s());
  if (refresher_ == Refresher::local) writer.text(";refresher=uac");
  if (refresher_ == Refresher::remote) writer.text(";refresher=uas");
  writer.end();
  if (min_s_ > interval_floor_s) writer.header(sip::HeaderName::min_se, std::uint64_t{min_s_});
}

bool SessionTimer::take_422(const sip::Message& response) {
  const auto min_se = seconds(response, sip::HeaderName::min_se);
  if (!min_se || *min_se <= offered_s() || *min_se > interval_ceiling_s || refusals_ == ShareLimits::session_refusals)
    return false;
  ++refusals_;
  min_s_ = *min_se;
  return true;
}

void SessionTimer::take_answer(Now now, const sip::Message& response) {
  if (const auto interval = seconds(response, sip::HeaderName::session_expires)) {
    peer_knows_timer_ = true;
    interval_s_ = bounded(*interval);
    // A 2xx has to name the refresher; from one that does not, the duty is safest with us.
    refresher_ = wished_refresher(response) == Role::uas ? Refresher::remote : Refresher::local;
  } else {
    peer_knows_timer_ = false;
    interval_s_ = wanted_s_ == 0 ? 0 : bounded(std::max(wanted_s_, min_s_));
    refresher_ = interval_s_ == 0 ? Refresher::nobody : Refresher::local;
  }
  start(now);
}

std::expected<void, SessionTimer::TooSmall> SessionTimer::take_request(const sip::Message& request) {
  const bool knows =
      request.lists(sip::HeaderName::supported, "timer") || request.lists(sip::HeaderName::require, "timer");
  const auto asked = seconds(request, sip::HeaderName::session_expires);
  if (knows && asked && *asked < own_min_s_) return std::unexpected(TooSmall{own_min_s_});
  const std::uint32_t peer_min = seconds(request, sip::HeaderName::min_se).value_or(0);
  min_s_ = std::clamp(peer_min, own_min_s_, std::max(own_min_s_, interval_ceiling_s));

  settled_knows_timer_ = knows;
  if (asked) {
    // The answer may shorten what was asked for, never lengthen it (RFC 4028 §9).
    const std::uint32_t ours = std::max(wanted_s_ == 0 ? *asked : wanted_s_, min_s_);
    settled_interval_s_ = bounded(std::min(*asked, ours));
  } else {
    settled_interval_s_ = wanted_s_ == 0 ? 0 : bounded(std::max(wanted_s_, min_s_));
  }
  const Role wish = wished_refresher(request);
  if (settled_interval_s_ == 0)
    settled_refresher_ = Refresher::nobody;
  else if (!knows || wish == Role::uas)
    settled_refresher_ = Refresher::local;
  else if (wish == Role::uac)
    settled_refresher_ = Refresher::remote;
  else
    settled_refresher_ = refresher_ == Refresher::remote ? Refresher::remote : Refresher::local;
  return {};
}

void SessionTimer::write_answer(sip::Writer& writer) const {
  if (settled_refresher_ == Refresher::nobody) return;
  const bool peer = settled_refresher_ == Refresher::remote;
  if (peer) writer.header(sip::HeaderName::require, "timer");
  writer.begin(sip::HeaderName::session_expires)
      .number(settled_interval_s_)
      .text(peer ? ";refresher=uac" : ";refresher=uas")
      .end();
}

void SessionTimer::sent_answer(Now now) {
  interval_s_ = settled_interval_s_;
  refresher_ = settled_refresher_;
  peer_knows_timer_ = settled_knows_timer_;
  start(now);
}

void SessionTimer::start(Now now) {
  started_ms_ = now.mono_ms;
  retry_at_ms_ = never_ms;
  refreshing_ = false;
}

std::int64_t SessionTimer::refresh_at_ms() const {
  if (refresher_ != Refresher::local || started_ms_ == never_ms || refreshing_) return never_ms;
  if (retry_at_ms_ != never_ms) return retry_at_ms_;
  return started_ms_ + std::int64_t{interval_s_} * 500;
}

std::int64_t SessionTimer::expires_at_ms() const {
  if (refresher_ == Refresher::nobody || started_ms_ == never_ms) return never_ms;
  const std::int64_t interval_ms = std::int64_t{interval_s_} * 1'000;
  return started_ms_ + interval_ms - std::min<std::int64_t>(32'000, interval_ms / 3);
}

std::int64_t SessionTimer::next_deadline() const {
  return std::min(refresh_at_ms(), expires_at_ms());
}

void SessionTimer::retry_refresh(std::int64_t at_mono_ms) {
  refreshing_ = false;
  retry_at_ms_ = at_mono_ms;
}

}  // namespace rf::dialog
