// Commands about the guard: those that work on the database, with and without a server, and how its answers look.
#pragma once

#include <optional>

#include "app/guard_rules.hpp"
#include "app/rows.hpp"
#include "core/command/command.hpp"

namespace rf::app {

using control::Outcome;

/// A change of rules: the answer, and those that are to be in force now.
struct RulesChanged {
  Outcome outcome;
  guard::CompiledRef rules;  ///< null: nothing changed
};

/// GuardAllow, GuardBlock, GuardRemove, and GuardRelease as far as the list is concerned; nothing for all others. What
/// would cut off somebody who is protected is refused, and nothing is changed.
std::optional<RulesChanged> change_access(const GuardDesk& desk, const command::Command& command,
                                           std::int64_t now_wall_ms);

Json json_of(const guard::Ban& ban, std::int64_t now_wall_ms);
Json json_of(const guard::AccessEntry& entry);
Json json_of(const guard::Explanation& known, const Address& address);
Json json_of(const effect::GuardNumbers& numbers);
Json json_of(const effect::GuardVerdict& verdict);
Json bans_json(const std::vector<guard::Ban>& bans, const command::GuardBans& wanted, std::int64_t now_wall_ms);
/// `typed` is what commands made of the detection rules.
Json rules_json(const guard::Compiled& compiled, const Json& typed);
Json json_of(const guard::CountingRule& rule, const Json& typed);
Json json_of(const guard::Fingerprint& print, const Json& typed);

}  // namespace rf::app
