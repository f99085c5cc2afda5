// Which ranges of numbers an extension's rights and routes can reach at all, by which trunks: for questions about whole
// ranges, where decide() answers for one number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/number/plan.hpp"
#include "core/toll/plan.hpp"

namespace rf::toll {

/// What two extensions have in common that can call the same.
struct CallingRights {
  TenantId tenant;
  Reach reach = Reach::internal;
  ClassSet classes = 0;
  CountrySet countries;             ///< see Plan::countries_of
  std::vector<Plan::Place> routes;  ///< that conditions of who calls let it use, enabled, in their order

  static CallingRights of(const Plan& plan, TenantId tenant, ExtensionId extension);
  friend bool operator<(const CallingRights& a, const CallingRights& b);
};

/// What decide() would ask, turned to beginnings of numbers. Says yes wherever some number that begins so may pass.
class Reachable {
 public:
  explicit Reachable(const Plan& plan);

  /// Whether a call to some number that begins with these digits may leave by this trunk.
  bool by(const CallingRights& rights, TrunkId trunk, std::string_view digits) const;
  /// Which kinds of numbers that begin so may, each once; none where by() says no.
  std::vector<number::PlanKind> kinds_by(const CallingRights& rights, TrunkId trunk, std::string_view digits) const;

 private:
  /// Rules of number lists, asked whether one of them is about some number that begins so.
  struct Rules {
    std::vector<number::E164> numbers;  ///< whole ones and beginnings, in order
    std::vector<number::Pattern> wild;
    bool meet(const number::E164& beginning) const;
  };
  /// Calls `fn(route, number, kinds)` for every route by which they may leave, in order, until it returns true. Gives
  /// whether it did.
  template <class Fn>
  bool any_route(const CallingRights& rights, TrunkId trunk, std::string_view digits, Fn&& fn) const;
  bool may_call(const CallingRights& rights, const number::E164& beginning, const number::PlanKind& kind) const;
  bool may_fit(Plan::Place route, const std::string& plus, const std::vector<number::PlanKind>& kinds) const;
  bool takes_all(Plan::Place route, const std::string& plus, bool valid_only) const;
  bool is_closed(const number::E164& beginning) const;

  const Plan& plan_;
  std::vector<std::vector<number::Pattern>> patterns_;  ///< by place of the route
  std::vector<CountrySet> countries_;                   ///< likewise; none: any
  Rules allowed_;                                       ///< where classes do not count
  Rules open_;                                          ///< whatever does not block
  std::vector<number::E164> closed_;                    ///< beginnings that are blocked, in order
};

}  // namespace rf::toll
