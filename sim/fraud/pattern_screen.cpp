#include "sim/fraud/pattern_screen.hpp"

namespace rf::fraud {
namespace {

/// What a new system has, at every level.
constexpr pattern::Thresholds standing{.alert = 40, .pin = 0, .block = 90};

}  // namespace

pattern::Asker PatternScreen::asker(const Call& call) const {
  const toll::ExtensionTerms& terms = office_.plan->extension(house, office_.people[call.person].id);
  pattern::Asker out;
  out.parties = {{{terms.id.value, standing}, {terms.department, standing}, {house.value, standing}}};
  out.zone = office_.zone.get();
  out.home = office_.plan->tenant(house)->home;
  return out;
}

pattern::Call PatternScreen::facts(const Call& call) {
  return {call.decision.number, call.decision.country, call.decision.kind, call.purpose != toll::Question::For::call};
}

Screen::Opinion PatternScreen::judge(Now now, const Call& call) {
  last_ = patterns_.judge(now, asker(call), facts(call));
  Opinion out;
  out.action = static_cast<Opinion::Action>(last_.action);
  out.score = last_.highest;
  if (last_.action != pattern::Action::none)
    out.why = text_of(last_.findings, facts(call), pattern::moment_of(now.wall_ms, office_.zone.get()),
                      office_.people[call.person].number);
  return out;
}

bool PatternScreen::note(Now now, const Call& call, bool refused) {
  return patterns_.note(now, asker(call), facts(call), last_, refused);
}

void PatternScreen::ended(const Call& call, std::int64_t left_wall_ms, std::optional<std::int64_t> talked_ms,
                          std::uint8_t score) {
  patterns_.ended(
      asker(call), facts(call),
      {.noted_wall_ms = left_wall_ms,
       .talked_s = talked_ms ? std::optional(static_cast<std::uint32_t>((*talked_ms + 999) / 1'000)) : std::nullopt,
       .score = score});
}

}  // namespace rf::fraud
