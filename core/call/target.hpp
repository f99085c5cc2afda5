// Where a call goes, and what has sent it there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/call/context.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/unusual.hpp"
#include "core/trunk/identity.hpp"

namespace rf::call {

/// An extension that has sent a call on (row E8).
struct Redirection {
  ExtensionId by;
  trunk::DiversionReason cause = trunk::DiversionReason::unconditional;
};

/// What a dialled number leads to now: phones, a ring group or trunks.
struct Target {
  const policy::Extension* callee = nullptr;    ///< its phones, or
  const toll::RingGroupTerms* group = nullptr;  ///< those of its members, or
  std::optional<toll::Decision> out;            ///< trunks, or
  std::optional<toll::Unusual> unusual;         ///< what its pattern says, of `out`
  std::string announcement;                     ///< what we say ourselves before we hang up
  std::vector<Redirection> redirections;        ///< all of the call so far, in order
  std::string dialled;                          ///< the last text that was dialled for it
  toll::Question::For purpose = toll::Question::For::call;
  ExtensionId payer;  ///< whose rights and money count for what leaves: who dialled, or the last who sent it on
};

/// Whether it leaves as an emergency call, in earnest or as a test.
inline bool is_for_help(const Target& target) {
  return target.out && (target.out->action == toll::Decision::Action::emergency || target.out->emergency_test);
}

/// Why a call goes nowhere.
struct Failure {
  int status = 480;  ///< for the caller
  CallResult result = CallResult::unreachable;
  effect::Reason reason = effect::Reason::call_ended;
  std::string detail;
  std::optional<toll::Check> failed = {};  ///< of a call that was to leave: the rule that refused it
  std::string trail = {};                  ///< of such a call: the rules, see toll/trail.hpp
};

/// The part of a call that rings now.
struct Ringing {
  ExtensionId callee;                ///< its forwarding counts; none: a group's or a trunk's turn
  std::string group;                 ///< the ring group whose members ring; empty: none
  std::vector<ExtensionId> waiting;  ///< its members whose turn has not come, the next one last
  std::size_t first = 0;             ///< of its forks: those before belong to who has sent the call on
};

}  // namespace rf::call
