#include "app/patterns.hpp"

#include <algorithm>

#include "app/rows.hpp"
#include "core/call/recalled.hpp"
#include "core/toll/unusual.hpp"

namespace rf::app {
namespace {

/// Attempts that share a record began as much before it counts.
constexpr std::int64_t minute_ms = 60'000;

/// What is needed of a record, in few bytes: there may be many.
struct Past {
  TenantId tenant;
  ExtensionId payer;
  number::E164 number;
  std::int64_t began_wall_ms = 0;
  std::optional<std::uint32_t> talked_s;
  bool forwarded = false;
};

/// Nothing for what never left: calls inside, refused ones. Short numbers teach nothing, emergency calls are among
/// them.
std::optional<Past> past_of(const record::Cdr& cdr) {
  if (cdr.trunk_out.empty() || !cdr.called.starts_with('+') || cdr.ended_wall_ms == 0) return std::nullopt;
  const auto number = number::E164::parse(cdr.called);
  const ExtensionId payer = cdr.payer ? cdr.payer : cdr.caller;
  if (!number || !payer) return std::nullopt;
  Past out{cdr.tenant, payer, *number, cdr.started_wall_ms, std::nullopt, false};
  out.forwarded = cdr.via.starts_with("forwarded") || cdr.via.starts_with("transferred");
  constexpr std::int64_t day_s = 86'400;
  if (cdr.answered_wall_ms != 0)
    out.talked_s = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>((cdr.ended_wall_ms - cdr.answered_wall_ms) / 1'000, 0, day_s));
  return out;
}

std::string name_of(const effect::Habits::Subject& subject, const toll::Plan& plan, const policy::Policy& policy) {
  if (subject.level == "tenant") return {};
  if (subject.level == "department") {
    const toll::DepartmentTerms* const department = plan.department(subject.id);
    return department ? department->name : std::string();
  }
  const policy::Extension* const extension = policy.by_id(ExtensionId{subject.id});
  return extension ? extension->number : std::string();
}

}  // namespace

std::unique_ptr<pattern::Patterns> learned_patterns(store::Store& store, const toll::Plan& plan, std::uint64_t seed,
                                                    std::int64_t now_wall_ms, std::string& note) {
  constexpr std::int64_t day_ms = 86'400'000;
  auto out = std::make_unique<pattern::Patterns>(pattern::Patterns::Options{{}, seed});
  std::vector<Past> past;
  store::CdrFilter filter;
  filter.from_wall_ms = now_wall_ms - PatternLimits::memory_days * day_ms;
  filter.limit = PatternLimits::replayed;
  const auto visited = store.visit_cdrs(filter, [&](const record::Cdr& cdr) {
    if (const auto one = past_of(cdr)) past.push_back(*one);
    return true;
  });
  if (!visited) note = "calling habits could not be learned from the records: " + visited.error().text;
  for (auto each = past.rbegin(); each != past.rend(); ++each)
    out->live_through(toll::asker_of(plan, each->tenant, each->payer), pattern::call_to(each->number, each->forwarded),
                      {each->began_wall_ms, each->talked_s});
  return out;
}

void recall_pace(store::Store& store, const toll::Plan& plan, toll::Desk& desk, Now now, std::string& note) {
  store::CdrFilter filter;
  filter.from_wall_ms = now.wall_ms - call::longest_pace_ms(plan) - minute_ms;
  filter.limit = PatternLimits::replayed;
  std::vector<call::Served> calls;
  const auto visited = store.visit_cdrs(filter, [&](const record::Cdr& cdr) {
    if (auto one = call::served_of(cdr)) calls.push_back(std::move(*one));
    return true;
  });
  if (!visited) note = "the last calls could not be counted from the records: " + visited.error().text;
  call::recall_pace(now, plan, desk, std::move(calls));
}

Outcome show_patterns(Questions& questions, const toll::Plan& plan, const policy::Policy& policy,
                      const effect::ShowHabits& asked, std::uint32_t wait_ms) {
  const auto answer = questions.ask(asked, wait_ms);
  if (!answer)
    return std::unexpected(command::Error{command::Code::busy, "the engine did not answer in time", "try again"});
  const auto& habits = std::get<effect::Habits>(*answer);
  Json subjects = Json::array(), told = Json::array();
  for (const effect::Habits::Subject& each : habits.subjects)
    subjects.push_back({{"level", each.level},
                        {"name", name_of(each, plan, policy)},
                        {"days", each.days},
                        {"calls_today", each.calls_today},
                        {"lines", each.lines}});
  for (const effect::Habits::Told& each : habits.told) {
    const policy::Extension* const caller = policy.by_id(each.extension);
    told.push_back({{"at", timestamp(each.at_wall_ms)},
                    {"extension", caller ? caller->number : std::string()},
                    {"number", each.number},
                    {"action", each.action},
                    {"score", each.score},
                    {"text", each.text}});
  }
  return Json{{"subjects", std::move(subjects)}, {"told", std::move(told)}};
}

}  // namespace rf::app
