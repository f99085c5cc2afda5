// Toll reachability (row O11): who can make a call that costs money, to where, and on whose account.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/toll/plan.hpp"
#include "core/toll/reachable.hpp"

namespace rf::toll {

/// What an operator calls a destination: a country (none: a network without one) and a kind of its numbers.
using Destination = number::PlanKind;

/// The dearest way there.
struct PaidWay {
  TrunkId trunk;
  std::string prefix;  ///< digits that such numbers begin with
  money::Rate rate;
};
using PaidWays = std::map<Destination, PaidWay>;

/// Extensions of the same rights, and all that they can reach with their own password.
struct Callers {
  std::vector<ExtensionId> extensions;
  PaidWays ways;
};

/// Who calls what, by `callers`: those who exist and may call. Those with the same rights share an answer, and all
/// share one walk through the decks. What is not looked at is taken as open, as in Exposures: hours, dialled texts that
/// routes ask for, money. Rates count that hold at any time of the 31 days from `wall_ms` on.
std::vector<Callers> paid_ways(const Plan& plan, std::span<const Plan::Known> callers, std::int64_t wall_ms);

/// Whoever calls `inbound` showed no password, and a call leaves for money all the same, on the account of `payer`: by
/// what that extension forwards to.
/// Nothing else leads from one who proved nothing to a trunk today: inbound routes lead inside and nowhere else, and
/// what a trunk brings never leaves by itself, whatever risk was signed for its addresses (see document::risk_of).
struct OpenPath {
  std::string inbound;            ///< the route by which they come in; empty: anybody inside calls the first extension
  std::string trunk_in;           ///< only calls of this trunk; empty: of any
  std::vector<ExtensionId> hops;  ///< each forwards to the next one, the last one to `number`
  std::string_view when;          ///< "always", "busy", "no_answer", "offline": of the last one
  number::E164 number;
  Destination to;
  PaidWay way;

  ExtensionId payer() const { return hops.back(); }
  bool from_outside() const { return !inbound.empty(); }
};

struct OpenPaths {
  std::vector<OpenPath> paths;
  bool cut = false;  ///< there are more than TryLimits says
};

/// Every such path. An upper bound likewise: routes before an inbound route, hours and callers' numbers are not looked
/// at, and each member of a ring group may forward.
/// Of one tenant, or, without one, of all.
OpenPaths open_paths(const Plan& plan, std::span<const Plan::Known> callers, std::int64_t wall_ms,
                     TenantId tenant = {});

/// Those of `after` from outside that nobody had before: by the same trunk, on the same account, to the same kind of
/// number. When either was cut, that cannot be said, and all of `after` are new.
std::vector<OpenPath> newly_open(const OpenPaths& before, const OpenPaths& after);

}  // namespace rf::toll
