#include "core/toll/exposure.hpp"

#include <algorithm>
#include <array>

namespace rf::toll {
namespace {

constexpr std::uint32_t hour_s = 3'600, day_s = 86'400, month_s = 31 * day_s;
constexpr std::array windows{hour_s, day_s, month_s};

std::optional<std::uint32_t> strictest(std::initializer_list<std::uint32_t> limits) {
  std::optional<std::uint32_t> out;
  for (const std::uint32_t limit : limits)
    if (limit != 0 && (!out || limit < *out)) out = limit;
  return out;
}

bool is_locked(const Payer& payer) {
  return payer.terms && payer.terms->money.locked;
}

bool dearer(const money::Dearest& a, const money::Dearest& b) {
  return a.micros_per_hour > b.micros_per_hour || a.begin_micros > b.begin_micros || a.carry_micros > b.carry_micros;
}

/// Each part from where it is highest.
void take(money::Dearest& out, const money::Dearest& other) {
  out.micros_per_hour = std::max(out.micros_per_hour, other.micros_per_hour);
  out.begin_micros = std::max(out.begin_micros, other.begin_micros);
  out.carry_micros = std::max(out.carry_micros, other.carry_micros);
}

/// What a call on one trunk meets: the levels that all calls meet, and this trunk's.
struct OnTrunk {
  TrunkId trunk;
  money::Reach reach;
};

/// Spent altogether is no more than all calls can under what they share, and no more than the sum of what each trunk
/// lets through.
Held most_in(const money::Reach& shared, const std::vector<OnTrunk>& each, std::uint32_t window_s) {
  Held out{.most = money::most_in(shared, window_s), .trunk = {}, .added = false};
  Held sum{.most = {}, .trunk = {}, .added = each.size() > 1};
  money::Amount total = money::Amount::zero(shared.currency), greatest = total;
  for (const OnTrunk& one : each) {
    const money::Most most = money::most_in(one.reach, window_s);
    if (!most.amount) return out;
    const auto more = money::add(total, *most.amount);
    if (!more) return out;
    total = *more;
    if (sum.trunk && *most.amount <= greatest) continue;
    greatest = *most.amount;
    sum.trunk = one.trunk;
    sum.most = most;
  }
  sum.most.amount = total;
  return !out.most.amount || total < *out.most.amount ? sum : out;
}

}  // namespace

money::LevelLimits Exposures::limits_of(money::Level level, const Payer& payer) const {
  money::LevelLimits out;
  out.level = level;
  const SpendingTerms& terms = *payer.terms;
  out.concurrent = strictest({terms.lines.block_at});
  // The desk asks these three for the length of a call, and no other.
  if (level == money::Level::extension || level == money::Level::trunk || level == money::Level::system)
    out.call_s = strictest({terms.duration_s});
  for (const PaceRule& rule : terms.paces)
    if (!rule.distinct && !rule.alert) out.call_rates.push_back({rule.calls, rule.period_s});
  if (terms.paces.empty() && level == money::Level::extension)
    out.call_rates.push_back({default_pace.calls, default_pace.period_s});
  out.day = terms.money.day;
  out.month = terms.money.month;
  if (terms.money.prepaid && options_.ledger != nullptr) {
    // What running calls hold reserved is still to be spent.
    const money::AccountState* const account = options_.ledger->find({level, payer.id});
    const money::Purse none{.limit = 0, .settled = 0, .reserved = 0, .warn_at = INT64_MAX, .warned = 0};
    const money::Purse& credit = account ? account->purse(money::Limit::credit) : none;
    out.credit = std::max<std::int64_t>(0, credit.limit - credit.settled);
  }
  return out;
}

money::Reach Exposures::shared_reach(const Parties& parties) const {
  money::Reach out;
  out.currency = plan_.terms().currency;
  out.ring_s = options_.ring_s;
  out.cut_s = parties.horizon.cut_s;
  out.ahead_s = options_.ring_s + parties.horizon.step_s + parties.horizon.cut_s;
  const std::pair<money::Level, const Payer*> all[] = {{money::Level::extension, &parties.extension},
                                                       {money::Level::department, &parties.department},
                                                       {money::Level::tenant, &parties.tenant},
                                                       {money::Level::system, &parties.system}};
  for (const auto& [level, payer] : all)
    if (payer->terms) out.levels.push_back(limits_of(level, *payer));
  return out;
}

const std::vector<Exposures::Dear>& Exposures::within(const CallingRights& rights) {
  const auto [at, fresh] = known_.try_emplace(rights);
  if (!fresh) return at->second;
  const std::int64_t longest_s = MoneyLimits::call_s;
  const auto ms = [&](std::int64_t s) { return s * 1'000; };
  // A call keeps the rate that it was found with: one that runs now may have one that has ended.
  std::int64_t call_s = plan_.terms().system.duration_s == 0 ? longest_s : plan_.terms().system.duration_s;
  call_s += options_.ring_s + plan_.terms().horizon.cut_s;
  const std::int64_t since_ms = options_.wall_ms - ms(call_s), until_ms = options_.wall_ms + ms(month_s);
  for (const TrunkTerms& trunk : plan_.terms().trunks) {
    const money::Deck* const deck = plan_.deck_of(trunk);
    if (!trunk.line.enabled || deck == nullptr || trunk.spending.money.locked) continue;
    Dear dear{.trunk = trunk.line.id, .dearest = {}, .prefix = {}, .rate = {}};
    deck->each([&](std::string_view digits, const money::Rate& rate, std::int64_t from_ms, std::int64_t end_ms) {
      if (from_ms >= until_ms || end_ms <= since_ms) return;
      money::Dearest with = dear.dearest;
      with.add(rate);
      // Few rates are dearer than all before: only these are worth the question.
      if (!dearer(with, dear.dearest) || !reachable_.by(rights, trunk.line.id, digits)) return;
      if (dear.prefix.empty() || rate.micros_per_min() > dear.rate.micros_per_min()) {
        dear.prefix = digits;
        dear.rate = rate;
      }
      dear.dearest = with;
    });
    if (!dear.prefix.empty()) at->second.push_back(std::move(dear));
  }
  return at->second;
}

std::string Exposures::why_nothing(TenantId tenant, const CallingRights& rights) const {
  const TenantTerms* const terms = plan_.tenant(tenant);
  if (terms == nullptr || !terms->home) return "no country is set from which numbers are dialled";
  if (rights.reach == Reach::internal) return "it may call nobody outside";
  if (rights.routes.empty()) return "no route takes its calls";
  bool trunk = false, priced = false;
  for (const Plan::Place place : rights.routes)
    for (const TrunkId id : plan_.trunks_of(place)) {
      const TrunkTerms* const line = plan_.trunk(id);
      if (line == nullptr || !line->line.enabled) continue;
      trunk = true;
      const money::Deck* const deck = plan_.deck_of(*line);
      priced = priced || (deck != nullptr && deck->rates() > 0);
    }
  if (!trunk) return "no trunk of its routes is switched on";
  if (!priced) return "no trunk of its routes has prices: only what is free of charge leaves";
  return "no rate that costs anything is for a number that it may call";
}

Exposure Exposures::of(TenantId tenant, ExtensionId extension) {
  const CallingRights rights = CallingRights::of(plan_, tenant, extension);
  const Parties parties = parties_of(plan_, tenant, extension, {});
  money::Reach shared = shared_reach(parties);
  std::vector<OnTrunk> each;
  Exposure out;
  for (const Dear& dear : within(rights)) {
    take(shared.dearest, dear.dearest);
    if (!out.trunk || dear.rate.micros_per_min() > out.rate.micros_per_min()) {
      out.trunk = dear.trunk;
      out.prefix = dear.prefix;
      out.rate = dear.rate;
    }
  }
  for (const Dear& dear : within(rights)) {
    const Parties on = parties_of(plan_, tenant, extension, dear.trunk);
    OnTrunk one{.trunk = dear.trunk, .reach = shared};
    one.reach.dearest = dear.dearest;
    money::LevelLimits limits = limits_of(money::Level::trunk, on.trunk);
    limits.concurrent = strictest({limits.concurrent.value_or(0), on.trunk_outbound.block_at, on.trunk_both.block_at});
    one.reach.levels.push_back(std::move(limits));
    each.push_back(std::move(one));
  }
  for (const auto& [payer, name] : {std::pair{&parties.extension, "extension"},
                                    {&parties.department, "department"},
                                    {&parties.tenant, "tenant"},
                                    {&parties.system, "system"}})
    if (is_locked(*payer) && out.why.empty()) out.why = std::string("the account of its ") + name + " is locked";
  for (const Plan::Place place : rights.routes)
    if (const RouteTerms& route = plan_.terms().routes[place];
        !route.pins.empty() || !plan_.extension(tenant, extension).pins.empty())
      out.asks_for_pin.push_back(route.name);
  if (each.empty() && out.why.empty()) out.why = why_nothing(tenant, rights);
  if (!out.why.empty()) {
    shared.dearest = {};
    each.clear();
  }
  // One trunk: its rules are among those of every call.
  if (each.size() == 1) shared = each.front().reach;
  Held* const held[] = {&out.hour, &out.day, &out.month};
  for (std::size_t i = 0; i < windows.size(); ++i) {
    *held[i] = most_in(shared, each, windows[i]);
    if (each.size() == 1) held[i]->trunk = each.front().trunk;
  }
  if (const auto& now = out.month.most.amount; now && now->micros() > 0)
    out.halving = money::cheapest_change(shared, month_s, now->micros() / 2);
  if (each.size() == 1) out.halving_trunk = each.front().trunk;
  return out;
}

Exposure exposure_of(const Plan& plan, TenantId tenant, ExtensionId extension, std::int64_t wall_ms) {
  return Exposures(plan, {.wall_ms = wall_ms}).of(tenant, extension);
}

}  // namespace rf::toll
