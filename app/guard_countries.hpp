// Country rules: the file's and the operators' together, their commands, and where an address is.
#pragma once

#include <optional>

#include "app/guard_commands.hpp"

namespace rf::app {

/// The rules of the file and those of commands as one. Errors: one allows what the other denies.
std::expected<guard::CountryRules, std::string> country_rules(const GuardDesk& desk);
/// Those of commands alone. Errors: a sentence; rules that cannot be read are not rules that say nothing.
std::expected<guard::CountryRules, std::string> typed_countries(store::Store& store);
store::Expected<void> keep_countries(store::Store& store, const guard::CountryRules& rules);

/// GuardCountryAllow, GuardCountryDeny, GuardCountryRemove; nothing for all others. What would cut off somebody who is
/// protected, an office that is not allowed for good, or the caller is refused unless forced, and nothing is changed.
std::optional<RulesChanged> change_countries(const GuardDesk& desk, const command::Command& command);

/// For a command that gives an extension countries: that there is nothing to tell countries by.
std::optional<command::Error> fault_in_countries(const config::Settings& settings, CountryBook& countries,
                                                 const command::Command& command);

/// GuardCountryList and GuardGeo; nothing for all others. `rules` are in force, or would be.
std::optional<Outcome> show_countries(const GuardDesk& desk, const guard::Compiled& rules,
                                      const command::Command& command, std::int64_t now_wall_ms);

}  // namespace rf::app
