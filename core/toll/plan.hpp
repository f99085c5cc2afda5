// The configuration of calls that leave, checked and indexed: one immutable object, swapped in whole.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/number/lists.hpp"
#include "core/toll/dial_patterns.hpp"
#include "core/toll/terms.hpp"

namespace rf::toll {

/// What is wrong with the terms: of which object, what, and what to do.
struct PlanFault {
  std::string kind;  ///< "trunk", "route" …
  std::string name;  ///< the object's
  std::string text;
  std::string remedy;
  TenantId tenant = {};  ///< whose it is; none: the whole system's, or several tenants'
};

class Plan;
using PlanRef = std::shared_ptr<const Plan>;

/// Reads as the engine needs it. Objects are named by their places in terms().
class Plan {
 public:
  using Place = std::uint32_t;
  static constexpr Place none = UINT32_MAX;
  using RouteSet = std::vector<std::uint64_t>;  ///< a bit for each route of terms()

  /// `extensions`: number, id and registration name of those that exist, by tenant. `seed` keys tables that strangers'
  /// texts are looked up in. Errors: all faults; nothing is half taken.
  struct Known {
    TenantId tenant;
    std::string number;
    ExtensionId id;
    std::string auth_name = {};  ///< that no gateway may have as its user
  };
  static std::expected<PlanRef, std::vector<PlanFault>> compile(Terms terms, const std::vector<Known>& extensions,
                                                                std::uint64_t seed);

  const Terms& terms() const { return terms_; }
  const TenantTerms* tenant(TenantId id) const;
  /// Of an extension without terms of its own: those of a new one.
  const ExtensionTerms& extension(TenantId tenant, ExtensionId id) const;
  /// Payers stand one after the other: extensions, departments, tenants, trunks, the system. `none` for one that is not
  /// of terms().
  Place payer(const ExtensionTerms& one) const { return place_among(terms_.extensions, one, 0); }
  Place payer(const DepartmentTerms& one) const {
    return place_among(terms_.departments, one, terms_.extensions.size());
  }
  Place payer(const TenantTerms& one) const;
  Place payer(const TrunkTerms& one) const;
  Place system_payer() const;
  const DepartmentTerms* department(std::uint64_t id) const;
  const TrunkTerms* trunk(TrunkId id) const;
  const money::Deck* deck_of(const TrunkTerms& trunk) const;
  const schedule::Schedule* schedule(TenantId tenant, std::string_view name) const;
  const trunk::Match& match() const { return *match_; }

  /// Routes that a text fits are found in their order, a route once for each of its patterns that fits; those without
  /// patterns are not among them.
  const DialPatterns::Own& patterns_of(TenantId tenant) const { return patterns_.of(tenant); }
  const std::vector<Place>& routes_without_patterns() const { return open_routes_; }
  /// Which countries an extension may call, by its place among those of Country; 0: networks without a country. All
  /// levels together, its own included; its tenant's home is no matter of it.
  const CountrySet& countries_of(const TenantTerms& tenant, const ExtensionTerms& who) const;
  /// Who refuses it the country, and how: "denied by limit.tenant". Empty: nobody.
  std::string why_not(const TenantTerms& tenant, const ExtensionTerms& who, Country country) const;
  /// Whether conditions of who calls let an extension use a route at all.
  bool may_use(TenantId tenant, const ExtensionTerms& who, Place route) const;
  const std::vector<TrunkId>& trunks_of(Place route) const { return route_trunks_[route]; }
  /// What a route, and what somebody's role asks for; null: nothing.
  const PinListTerms* pins_of_route(Place route) const { return pins_of_route_[route]; }
  const PinListTerms* pins_of(const ExtensionTerms& who) const;

  /// By the number that is dialled.
  const RingGroupTerms* ring_group(TenantId tenant, std::string_view number) const;
  const RingGroupTerms* ring_group_named(TenantId tenant, std::string_view name) const;
  const PinListTerms* pin_list(TenantId tenant, std::string_view name) const;

  /// Inbound routes that a called number fits, by places in terms(), in their order.
  const std::vector<Place>& inbound_without_patterns() const { return open_inbound_; }
  const DialPatterns::Own& inbound_patterns_of(TenantId tenant) const { return inbound_patterns_.of(tenant); }
  /// Whether a caller's number is one of those that an inbound route is for: by its patterns or its lists.
  bool is_caller_of(Place inbound, std::string_view caller) const;

  /// What lists say of a number, the tenant's and everybody's.
  std::optional<number::NumberSet::Verdict> listed(TenantId tenant, const number::E164& number) const;
  std::string_view list_name(number::ListId id) const { return list_names_[id]; }

 private:
  friend class Compiler;
  Plan() = default;
  template <class Terms>
  static Place place_among(const std::vector<Terms>& all, const Terms& one, std::size_t before) {
    const auto at = static_cast<std::size_t>(&one - all.data());
    return at < all.size() ? static_cast<Place>(before + at) : none;
  }

  Terms terms_;
  boost::unordered_flat_map<TenantId, Place, std::hash<TenantId>> tenants_;
  boost::unordered_flat_map<ExtensionId, Place, std::hash<ExtensionId>> extensions_;
  boost::unordered_flat_map<std::uint64_t, Place> departments_;
  boost::unordered_flat_map<TrunkId, Place, std::hash<TrunkId>> trunks_;
  std::vector<const money::Deck*> decks_;  ///< by place of the trunk
  ExtensionTerms unspecified_;
  std::optional<trunk::Match> match_;
  DialPatterns patterns_, inbound_patterns_;
  std::vector<Place> open_routes_, open_inbound_;
  std::vector<std::vector<TrunkId>> route_trunks_;
  std::vector<RouteSet> route_sets_;              ///< by kind of caller
  std::vector<std::uint32_t> kind_of_extension_;  ///< by place of the extension's terms
  std::uint32_t kind_of_unspecified_ = 0;
  std::vector<const PinListTerms*> pins_of_route_, pins_of_extension_;  ///< by place; of terms_
  std::vector<CountrySet> country_sets_;
  std::vector<std::uint32_t> countries_of_extension_, countries_of_tenant_;  ///< by place; among country_sets_
  std::vector<std::vector<number::Pattern>> inbound_callers_;
  std::vector<std::vector<const number::NumberSet*>> inbound_caller_lists_;  ///< of caller_sets_, by place
  std::vector<std::unique_ptr<number::NumberSet>> caller_sets_;  ///< of lists that inbound routes name, each by itself
  std::unordered_map<TenantId, number::NumberSet> lists_;
  std::vector<std::string> list_names_;
};

}  // namespace rf::toll
