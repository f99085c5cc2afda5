// The stated bound (row O9): the most that an extension's stolen password can cost, what holds it there, and what would
// halve it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/money/exposure.hpp"
#include "core/money/ledger.hpp"
#include "core/toll/parties.hpp"
#include "core/toll/plan.hpp"
#include "core/toll/reachable.hpp"

namespace rf::toll {

/// The most of one window of time, and whose rule holds it.
struct Held {
  money::Most most;
  TrunkId trunk;       ///< of Level::trunk: which
  bool added = false;  ///< the sum of what each trunk lets through; `most` names the rule of the one that adds most
};

struct Exposure {
  Held hour, day, month;                  ///< any 3,600 s, any 24 hours, any 31 days
  std::optional<money::Halving> halving;  ///< of the month; none: it is zero, or nothing bounds it
  TrunkId halving_trunk;                  ///< of Level::trunk: which
  std::string why;                        ///< when nothing can be spent: one line for the operator
  /// Those of its routes that ask for a PIN. They count in full: whoever took the password may have heard a PIN, too.
  std::vector<std::string> asks_for_pin;
  /// The dearest rate within reach, by the minute.
  std::string prefix;
  TrunkId trunk;
  money::Rate rate;
};

/// How long a call may be counted before it is answered, with these limits.
constexpr std::uint32_t longest_setup_s(const Limits& limits) {
  return limits.ring_max_s + 2 * limits.store_wait_max_s;
}

/// Answers for many extensions of one plan: those with the same rights share one walk through the decks.
///
/// An upper bound. What is not looked at is taken as open: hours of extensions and routes, PINs and dialled texts that
/// routes ask for, longer prefixes that leave a shorter one nothing, who else spends the same cap. Rates count that
/// hold at any time from the longest call before `wall_ms` to 31 days after it. Not within: calls without a price, and
/// what somebody spends before a change of this plan.
class Exposures {
 public:
  struct Options {
    std::int64_t wall_ms = 0;
    /// What is left of credit; null: credit limits nothing. Has to outlive this.
    const money::Ledger* ledger = nullptr;
    /// From a call's count until its answer, at the most: setup, and its waits for the disk.
    std::uint32_t ring_s = longest_setup_s({});
  };
  /// The plan has to outlive this.
  Exposures(const Plan& plan, const Options& options) : plan_(plan), options_(options), reachable_(plan) {}

  Exposure of(TenantId tenant, ExtensionId extension);

 private:
  /// What one trunk can cost those who have certain rights.
  struct Dear {
    TrunkId trunk;
    money::Dearest dearest;
    std::string prefix;
    money::Rate rate;
  };
  const std::vector<Dear>& within(const CallingRights& rights);
  std::string why_nothing(TenantId tenant, const CallingRights& rights) const;
  money::Reach shared_reach(const Parties& parties) const;
  money::LevelLimits limits_of(money::Level level, const Payer& payer) const;

  const Plan& plan_;
  Options options_;
  Reachable reachable_;
  std::map<CallingRights, std::vector<Dear>> known_;
};

/// Of one extension.
Exposure exposure_of(const Plan& plan, TenantId tenant, ExtensionId extension, std::int64_t wall_ms);

}  // namespace rf::toll
