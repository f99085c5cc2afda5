// The guard's rules as this host needs them: the file's, the operators', the block lists', what must not be locked out.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/guard/compile.hpp"
#include "core/policy/policy.hpp"
#include "shell/config/settings.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

struct GuardRules {
  guard::CompiledRef compiled;
  std::vector<std::string> notes;  ///< lines of block lists that were refused, files that cannot be read
};

/// `before`: what is in force, so that nothing it has counted is forgotten. Made-up decoys are kept in the database.
/// Errors: one sentence for each rule that cannot be used, with what it would cut off.
std::expected<GuardRules, std::vector<std::string>> guard_rules(const config::Settings& settings,
                                                                const policy::Policy& policy, store::Store& store,
                                                                const guard::Compiled* before);

/// What traffic never gets banned and no rule may lock out: this host, its DNS servers, its proxies.
std::vector<guard::Protected> protected_addresses(const config::Settings& settings);

}  // namespace rf::app
