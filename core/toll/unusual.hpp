// Whether a call that may leave fits the habits of who calls, and what becomes of it (row O10).
#pragma once

#include <string>
#include <string_view>

#include "core/pattern/patterns.hpp"
#include "core/toll/decide.hpp"

namespace rf::toll {

/// Whose habits a call of this extension is held against, with the thresholds that the plan has for each. The zone
/// points into the plan.
pattern::Asker asker_of(const Plan& plan, TenantId tenant, ExtensionId extension);

struct Unusual {
  pattern::Call call;
  pattern::Judgement judgement;
  /// What is to be done. `pin` only with a list that is there: a step-up that nobody could pass is a refusal.
  pattern::Action action = pattern::Action::none;
  std::string_view pins;  ///< of `pin`: the route's own list, else the tenant's; points into the plan
  std::string why;        ///< one line for the operator; empty when nothing is to be done
};

/// Asked after decide() said that the call leaves, before Desk::open; changes nothing. Never asked for an emergency
/// call, and answers nothing if it is. `number`: of the extension, for people.
/// Of a forwarding or transfer nobody is there to enter a PIN, so what would need one does not leave.
Unusual judge_habits(const Plan& plan, const pattern::Patterns& patterns, Now now, const Question& question,
                     const Decision& decision, std::string_view number);

}  // namespace rf::toll
