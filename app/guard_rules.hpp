// The guard's rules as this host needs them: the file's, the operators', the block lists', what must not be locked out.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "app/countries.hpp"
#include "app/names.hpp"
#include "core/guard/compile.hpp"
#include "core/policy/policy.hpp"
#include "core/toll/plan.hpp"
#include "shell/config/settings.hpp"
#include "shell/control/protocol.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

/// What the rules are made of, and what a command about them needs.
struct GuardDesk {
  const config::Settings& settings;
  const policy::Policy& policy;  ///< an empty one without a server: it is asked for numbers to make decoys of
  store::Store& store;
  CountryBook& countries;
  Names::Resolved resolved = {};            ///< what static rules name by words
  const toll::Plan* plan = nullptr;         ///< whose trunks are protected
  const guard::Compiled* before = nullptr;  ///< what is in force: nothing it has counted is forgotten
  const control::Json* tuning = nullptr;    ///< tried in place of what commands made of the detection rules
};

struct GuardRules {
  guard::CompiledRef compiled;
  std::vector<std::string> notes;  ///< lines of block lists that were refused, files that cannot be read
};

/// Made-up decoys are kept in the database. `asker` is who must not lock themselves out by what they just changed.
/// Errors: one sentence for each rule that cannot be used, with what it would cut off.
std::expected<GuardRules, std::vector<std::string>> guard_rules(const GuardDesk& desk,
                                                                const std::optional<Address>& asker = {});

/// The static rules that commands made, before those of the file. Errors: a sentence.
std::expected<std::vector<guard::DefenceRule>, std::string> typed_defence(store::Store& store);
inline constexpr const char* defence_setting = "guard_defence";

/// What traffic never gets banned and no rule may lock out: this host, its DNS servers, its proxies.
std::vector<guard::Protected> protected_addresses(const config::Settings& settings, const toll::Plan* plan);

}  // namespace rf::app
