#include "sim/fraud/pattern_screen.hpp"

namespace rf::fraud {

pattern::Asker PatternScreen::asker(const Call& call) const {
  return toll::asker_of(*office_.plan, house, office_.people[call.person].id);
}

pattern::Call PatternScreen::facts(const Call& call) {
  return {call.decision.number, call.decision.country, call.decision.kind, call.purpose != toll::Question::For::call};
}

Screen::Opinion PatternScreen::judge(Now now, const Call& call) {
  const Person& person = office_.people[call.person];
  last_ = toll::judge_habits(*office_.plan, patterns_, now, {house, person.id, {}, call.purpose}, call.decision,
                             person.number);
  return {static_cast<Opinion::Action>(last_.action), last_.judgement.highest, pattern::name_of(last_.judgement.level),
          last_.why};
}

bool PatternScreen::note(Now now, const Call& call, bool refused) {
  return patterns_.note(now, asker(call), last_.call, last_.judgement, refused);
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
