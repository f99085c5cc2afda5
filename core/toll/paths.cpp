#include "core/toll/paths.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "core/base/limits/toll.hpp"
#include "core/number/dial.hpp"

namespace rf::toll {
namespace {

constexpr std::int64_t ahead_ms = std::int64_t{31} * 86'400 * 1'000;

bool costs(const money::Rate& rate) {
  return rate.price() > 0 || rate.fee() > 0;
}

bool is_dearer(const money::Rate& a, const money::Rate& b) {
  return std::tuple(a.micros_per_min(), a.fee()) > std::tuple(b.micros_per_min(), b.fee());
}

/// Where forwarding leads, extension by extension.
class Follower {
 public:
  Follower(const Plan& plan, std::span<const Plan::Known> callers, std::int64_t wall_ms, OpenPaths& out)
      : plan_(plan), reachable_(plan), wall_ms_(wall_ms), out_(out) {
    for (const Plan::Known& each : callers)
      ids_.emplace(std::pair(each.tenant, std::string_view(each.number)), each.id);
  }

  ExtensionId extension(TenantId tenant, std::string_view number) const {
    const auto found = ids_.find(std::pair(tenant, number));
    return found == ids_.end() ? ExtensionId{} : found->second;
  }

  /// Each extension is followed once: how one got to it makes no difference to where it leads.
  void follow(TenantId tenant, std::vector<ExtensionId> first, const std::string& inbound, const std::string& trunk) {
    std::deque<std::vector<ExtensionId>> open;
    std::set<ExtensionId> seen;
    const auto go = [&](std::vector<ExtensionId> hops) {
      if (hops.back() && seen.insert(hops.back()).second) open.push_back(std::move(hops));
    };
    for (const ExtensionId each : first) go({each});
    for (; !open.empty(); open.pop_front()) {
      const std::vector<ExtensionId>& hops = open.front();
      const ForwardTerms& forward = plan_.extension(tenant, hops.back()).forward;
      // Who always forwards is never busy.
      const std::pair<std::string_view, const std::string*> all[] = {{"always", &forward.always},
                                                                     {"busy", &forward.busy},
                                                                     {"no_answer", &forward.no_answer},
                                                                     {"offline", &forward.offline}};
      for (const auto& [when, target] : all) {
        if (target->empty() || (!forward.always.empty() && when != "always")) continue;
        if (const ExtensionId next = extension(tenant, *target)) {
          if (hops.size() == TryLimits::forwards) {
            out_.cut = true;
            continue;
          }
          auto longer = hops;
          longer.push_back(next);
          go(std::move(longer));
        } else {
          leave(tenant, hops, when, *target, inbound, trunk);
        }
      }
    }
  }

  std::vector<ExtensionId> members(TenantId tenant, const RingGroupTerms& group) const {
    std::vector<ExtensionId> out;
    for (const std::string& number : group.members) out.push_back(extension(tenant, number));
    out.push_back(extension(tenant, group.otherwise));
    std::erase(out, ExtensionId{});
    return out;
  }

 private:
  void leave(TenantId tenant, const std::vector<ExtensionId>& hops, std::string_view when, const std::string& target,
             const std::string& inbound, const std::string& trunk_in) {
    const TenantTerms* const terms = plan_.tenant(tenant);
    if (terms == nullptr || !terms->home) return;
    const number::Dialled dialled = number::dial(target, {terms->home, terms->area_code, terms->international_prefixes,
                                                          terms->outside_prefix, terms->emergency});
    if (dialled.kind != number::Dialled::Kind::global) return;
    CallingRights rights = CallingRights::of(plan_, tenant, hops.back());
    rights.reach = std::min(rights.reach, plan_.extension(tenant, hops.back()).forward.reach);
    // Nobody is there to enter a PIN.
    if (!plan_.extension(tenant, hops.back()).pins.empty()) return;
    std::erase_if(rights.routes, [&](Plan::Place place) { return !plan_.terms().routes[place].pins.empty(); });
    const std::string digits = dialled.number.digits();
    std::optional<OpenPath> dearest;
    for (const TrunkTerms& trunk : plan_.terms().trunks) {
      const money::Deck* const deck = plan_.deck_of(trunk);
      if (!trunk.line.enabled || deck == nullptr || !reachable_.by(rights, trunk.line.id, digits)) continue;
      const auto rate = deck->find(digits, wall_ms_);
      if (!rate || !costs(rate->rate) || (dearest && !is_dearer(rate->rate, dearest->way.rate))) continue;
      dearest = OpenPath{inbound,
                         trunk_in,
                         hops,
                         when,
                         dialled.number,
                         {dialled.place.region, dialled.place.kind},
                         {trunk.line.id, digits, rate->rate}};
    }
    if (!dearest) return;
    if (out_.paths.size() == TryLimits::paths)
      out_.cut = true;
    else
      out_.paths.push_back(std::move(*dearest));
  }

  const Plan& plan_;
  Reachable reachable_;
  std::int64_t wall_ms_;
  OpenPaths& out_;
  std::map<std::pair<TenantId, std::string_view>, ExtensionId> ids_;
};

}  // namespace

std::vector<Callers> paid_ways(const Plan& plan, std::span<const Plan::Known> callers, std::int64_t wall_ms) {
  std::map<CallingRights, Callers> groups;
  for (const Plan::Known& each : callers)
    groups[CallingRights::of(plan, each.tenant, each.id)].extensions.push_back(each.id);
  const Reachable reachable(plan);
  for (const TrunkTerms& trunk : plan.terms().trunks) {
    const money::Deck* const deck = plan.deck_of(trunk);
    if (!trunk.line.enabled || deck == nullptr) continue;
    deck->each([&](std::string_view digits, const money::Rate& rate, std::int64_t from_ms, std::int64_t end_ms) {
      const auto beginning = number::E164::parse(digits);
      if (!beginning || !costs(rate) || from_ms >= wall_ms + ahead_ms || end_ms <= wall_ms) return;
      const std::vector<number::PlanKind> kinds = number::kinds_of(*beginning);
      for (auto& [rights, group] : groups) {
        const auto is_news = [&](const Destination& to) {
          const auto known = group.ways.find(to);
          return known == group.ways.end() || is_dearer(rate, known->second.rate);
        };
        // Few rates are news to those who can reach so much already.
        if (std::none_of(kinds.begin(), kinds.end(), is_news)) continue;
        for (const Destination& to : reachable.kinds_by(rights, trunk.line.id, digits))
          if (is_news(to)) group.ways[to] = {trunk.line.id, std::string(digits), rate};
      }
    });
  }
  std::vector<Callers> out;
  for (auto& [rights, group] : groups) out.push_back(std::move(group));
  return out;
}

OpenPaths open_paths(const Plan& plan, std::span<const Plan::Known> callers, std::int64_t wall_ms, TenantId tenant) {
  const auto meant = [&](TenantId each) { return !tenant || each == tenant; };
  OpenPaths out;
  Follower follower(plan, callers, wall_ms, out);
  for (const InboundTerms& route : plan.terms().inbound) {
    if (!route.enabled || !meant(route.tenant)) continue;
    const auto& trunks = plan.terms().trunks;
    if (std::none_of(trunks.begin(), trunks.end(), [&](const TrunkTerms& each) {
          return each.line.enabled && each.line.tenant == route.tenant &&
                 (route.trunk.empty() || route.trunk == each.line.name);
        }))
      continue;
    std::vector<ExtensionId> first;
    if (route.target == InboundTerms::Target::extension) first = {follower.extension(route.tenant, route.extension)};
    if (route.target == InboundTerms::Target::ring_group)
      if (const RingGroupTerms* const group = plan.ring_group_named(route.tenant, route.ring_group))
        first = follower.members(route.tenant, *group);
    std::erase(first, ExtensionId{});
    follower.follow(route.tenant, std::move(first), route.name, route.trunk);
  }
  for (const Plan::Known& each : callers)
    if (meant(each.tenant) && plan.extension(each.tenant, each.id).forward.any())
      follower.follow(each.tenant, {each.id}, {}, {});
  return out;
}

std::vector<OpenPath> newly_open(const OpenPaths& before, const OpenPaths& after) {
  const auto key = [](const OpenPath& path) { return std::tuple(path.trunk_in, path.payer(), path.to); };
  std::set<std::tuple<std::string, ExtensionId, Destination>> known;
  if (!before.cut && !after.cut)
    for (const OpenPath& path : before.paths)
      if (path.from_outside()) known.insert(key(path));
  std::vector<OpenPath> out;
  for (const OpenPath& path : after.paths)
    if (path.from_outside() && known.insert(key(path)).second) out.push_back(path);
  return out;
}

}  // namespace rf::toll
