#include "app/rows.hpp"

#include <algorithm>

#include "core/money/amount.hpp"
#include "shell/log/line.hpp"

namespace rf::app {
namespace {

// "no answer" as --result takes it: no_answer.
std::string word(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

std::int64_t seconds_between(std::int64_t from_ms, std::int64_t to_ms) {
  return from_ms == 0 || to_ms < from_ms ? 0 : (to_ms - from_ms) / 1'000;
}

Json json_of(const media::LegStatistics& leg) {
  // Nothing was heard, or nobody told how it sounded: no MOS is that bad.
  const bool measured = leg.mos > 0;
  return {{"packets", leg.packets},
          {"bytes", leg.bytes},
          {"lost", measured ? Json(leg.lost) : Json()},
          {"jitter_ms", measured ? Json(leg.jitter_ms) : Json()},
          {"mos", measured ? Json(leg.mos) : Json()},
          {"events", leg.events},
          {"refused_source", leg.refused_source},
          {"refused_shape", leg.refused_shape},
          {"refused_proof", leg.refused_proof},
          {"refused_replay", leg.refused_replay},
          {"encryption", media::text_of(leg.protection)},
          {"suite", leg.suite ? srtp::facts_of(*leg.suite).sdp_name : std::string_view()}};
}

std::string amount_text(std::int64_t micros, const std::string& currency) {
  const auto parsed = money::Currency::parse(currency);
  if (!parsed) return {};
  const auto amount = money::Amount::of_micros(micros, *parsed);
  return amount ? amount->text() : std::string();
}

}  // namespace

Json json_of(const effect::TrunkNow& trunk) {
  return {{"health", trunk.health},
          {"since", timestamp(trunk.since_wall_ms)},
          {"answered", timestamp(trunk.answered_wall_ms)},
          {"registration", trunk.registration},
          {"registered_until", timestamp(trunk.registered_until_wall_ms)},
          {"trouble", trunk.last_trouble},
          {"calls_in", trunk.calls_in},
          {"calls_out", trunk.calls_out}};
}

std::string timestamp(std::int64_t wall_ms) {
  return wall_ms == 0 ? std::string() : log::timestamp(wall_ms);
}

Json json_of(const store::ExtensionRow& e) {
  const store::ExtensionSettings& s = e.settings;
  Json permitted = Json::array();
  for (const Subnet& block : s.phone.permitted) permitted.push_back(block.text());
  return {{"number", e.number},
          {"name", s.display_name},
          {"auth_name", e.auth_name},
          {"enabled", s.enabled},
          {"remote", s.remote_allowed},
          {"md5", s.md5_allowed},
          {"registrations", s.registrations_max},
          {"newcomer", s.newcomer == policy::Newcomer::replace ? "replace" : "refuse"},
          {"calls", s.calls_max},
          {"encrypted", s.phone.encrypted_when_remote},
          {"agent", s.phone.agent_prefix},
          {"permitted", std::move(permitted)},
          {"countries", rf::text_of(s.phone.countries)}};
}

Json json_of(const record::Binding& b, const std::string& number, std::int64_t now_wall_ms) {
  return {{"number", number},
          {"key", b.contact_key},
          {"contact", b.contact},
          {"transport", name_of(b.flow.transport)},
          {"remote", b.flow.remote.text()},
          {"user_agent", b.user_agent},
          {"registered", timestamp(b.registered_wall_ms)},
          {"expires", timestamp(b.expires_wall_ms)},
          {"expires_in_s", seconds_between(now_wall_ms, b.expires_wall_ms)},
          {"connected", !is_stream(b.flow.transport) || b.flow.connection}};
}

Json json_of(const record::Cdr& c, const std::string& callee) {
  return {{"id", c.id},
          {"caller", c.caller_number},
          {"dialled", c.dialled},
          {"callee", callee},
          {"started", timestamp(c.started_wall_ms)},
          {"answered", timestamp(c.answered_wall_ms)},
          {"ended", timestamp(c.ended_wall_ms)},
          {"started_ms", c.started_wall_ms},
          {"answered_ms", c.answered_wall_ms},
          {"ended_ms", c.ended_wall_ms},
          {"talked_s", seconds_between(c.answered_wall_ms, c.ended_wall_ms)},
          {"result", word(record::text_of(c.result))},
          {"ended_by", word(record::text_of(c.ended_by))},
          {"sip_status", c.sip_status},
          {"reason", c.reason},
          {"attempts", c.attempts},
          {"route", c.route},
          {"trunk_in", c.trunk_in},
          {"trunk_out", c.trunk_out},
          {"called", c.called},
          {"price", c.price},
          {"currency", c.currency},
          {"reserved", amount_text(c.reserved_micro, c.currency)},
          {"cost", amount_text(c.cost_micro, c.currency)},
          {"payer", ""},
          {"cut_reason", c.cut_reason},
          {"account", c.account},
          {"via", c.via},
          {"engine", c.engine},
          {"caller_transport", name_of(c.caller_transport)},
          {"callee_transport", name_of(c.callee_transport)},
          {"caller_address", c.caller_address.text()},
          {"media", {json_of(c.media[0]), json_of(c.media[1])}}};
}

Json json_of(const effect::RunningCall& call, const std::string& callee, std::int64_t now_wall_ms, bool reads_records) {
  Json out = json_of(call.cdr, callee);
  for (const char* const key : {"price", "currency", "reserved", "cost", "payer", "account", "caller_address"})
    if (!reads_records) out[key] = "";
  out["state"] = call.state;
  out["duration_s"] = seconds_between(call.cdr.started_wall_ms, now_wall_ms);
  return out;
}

}  // namespace rf::app
