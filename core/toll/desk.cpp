#include "core/toll/desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <limits>

namespace rf::toll {
namespace {

/// Limits in place: one call is in no more lines.
class LineList {
 public:
  void add(const Subject& subject, const LineTerms& terms, LineHint* hint = nullptr) {
    list_.push_back({.subject = subject, .alert_at = terms.alert_at, .block_at = terms.block_at, .hint = hint});
  }
  std::span<const LineLimit> view() const { return {list_.data(), list_.size()}; }

 private:
  boost::container::static_vector<LineLimit, TollLimits::line_subjects> list_;
};

std::uint32_t stricter(std::uint32_t a, std::uint32_t b) {
  if (a == 0 || b == 0) return a + b;
  return std::min(a, b);
}

/// A trunk's calls that leave are limited as a trunk's and as those of one who spends.
LineTerms outbound_of(const Parties& parties) {
  const LineTerms& spends = parties.trunk.terms->lines;
  return {stricter(parties.trunk_outbound.alert_at, spends.alert_at),
          stricter(parties.trunk_outbound.block_at, spends.block_at)};
}

Subject on_trunk(Direction direction, std::uint64_t trunk) {
  return {Level::trunk, direction, trunk, 0};
}
Subject of_tenant_on_trunk(std::uint64_t tenant, std::uint64_t trunk) {
  return {Level::tenant_on_trunk, Direction::both, tenant, trunk};
}

std::optional<std::int64_t> duration_ms(const Payer& payer) {
  if (!payer.terms || payer.terms->duration_s == 0) return std::nullopt;
  return std::int64_t{payer.terms->duration_s} * 1'000;
}

std::uint32_t begun_seconds(std::int64_t ms) {
  const std::int64_t seconds = std::max<std::int64_t>(ms, 0) / 1'000 + (ms > 0 && ms % 1'000 != 0 ? 1 : 0);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(seconds, MoneyLimits::call_s));
}

Refused not_known() {
  return {Refused::Closed::not_known, {}};
}

}  // namespace

Desk::Desk(const Options& options, money::Ledger ledger)
    : options_(options),
      pace_(options.toll, options.seed),
      lines_(options.toll, options.seed + 3),
      caller_pace_(options.seed + 5),
      ledger_(std::move(ledger)),
      calls_(std::numeric_limits<std::uint32_t>::max()) {  // as many as have lines
  by_call_.reserve(options.toll.line_calls);
}

Desk::Call* Desk::find(CallId id) {
  const auto found = by_call_.find(id);
  return found == by_call_.end() ? nullptr : calls_.find(found->second);
}

std::optional<Refused> Desk::take_lines(const Parties& parties, CallId id, bool emergency, Scope scope) {
  LineList list;
  const auto add = [&](Level level, const Payer& payer) {
    Hint* const known = hint_of(payer);
    if (payer.terms)
      list.add({level, Direction::outbound, payer.id, 0}, payer.terms->lines, known ? &known->lines : nullptr);
  };
  if (scope == Scope::all) add(Level::extension, parties.extension);
  if (scope != Scope::trunk) {
    add(Level::department, parties.department);
    add(Level::tenant, parties.tenant);
    add(Level::system, parties.system);
  }
  if (parties.trunk.terms) {
    Hint* const known = hint_of(parties.trunk);
    list.add(on_trunk(Direction::outbound, parties.trunk.id), outbound_of(parties), known ? &known->lines : nullptr);
    list.add(on_trunk(Direction::both, parties.trunk.id), parties.trunk_both, known ? &known->both : nullptr);
    list.add(of_tenant_on_trunk(parties.tenant.id, parties.trunk.id), parties.tenant_on_trunk,
             known ? &known->of_tenant : nullptr);
  }
  return enter_lines(id, list.view(), emergency);
}

std::optional<Refused> Desk::enter_lines(CallId leg, std::span<const LineLimit> limits, bool emergency) {
  const Entry entry = lines_.enter(leg, limits, emergency);
  for (const LineAlert& alert : entry.alerts) note(alert);
  if (!entry.refused) return std::nullopt;
  return Refused{*entry.refused, {}};
}

void Desk::note(const Notice& alert) {
  if (alerts_.size() < LedgerLimits::notices)
    alerts_.push_back(alert);
  else
    ++alerts_left_out_;
}

void Desk::leave_trunk(CallId id, Call& call) {
  if (call.trunk == 0) return;
  lines_.leave(id, on_trunk(Direction::outbound, call.trunk));
  lines_.leave(id, on_trunk(Direction::both, call.trunk));
  lines_.leave(id, of_tenant_on_trunk(call.tenant, call.trunk));
  call.trunk = 0;
}

/// Who has to go when an emergency call has entered a trunk that was full.
CallId Desk::victim(const Parties& parties) {
  if (!parties.trunk.terms) return {};
  const auto pick = [&](Direction direction, std::uint32_t block_at) {
    const Subject subject = on_trunk(direction, parties.trunk.id);
    if (block_at == 0 || lines_.count(subject) <= block_at) return CallId{};
    return call_of(lines_.take_victim_for_emergency(subject));
  };
  const CallId outbound = pick(Direction::outbound, outbound_of(parties).block_at);
  return outbound ? outbound : pick(Direction::both, parties.trunk_both.block_at);
}

Desk::PaceChecks Desk::paces_of(const Parties& parties, Scope scope) {
  PaceChecks checks;
  const auto add = [&](Level level, const Payer& payer) {
    if (!payer.terms) return;
    std::span<const PaceRule> rules = payer.terms->paces;
    if (rules.empty() && level == Level::extension) rules = {&default_pace, 1};
    if (rules.empty()) return;
    Hint* const known = hint_of(payer);
    checks.push_back({{level, Direction::outbound, payer.id, 0}, rules, known ? &known->pace : nullptr});
  };
  if (scope == Scope::all) add(Level::extension, parties.extension);
  if (scope != Scope::trunk) {
    add(Level::department, parties.department);
    add(Level::tenant, parties.tenant);
    add(Level::system, parties.system);
  }
  add(Level::trunk, parties.trunk);
  return checks;
}

void Desk::recall(Now then, const Parties& parties, const std::string& number) {
  const PaceChecks checks = paces_of(parties, Scope::all);
  pace_.recall(then.mono_ms, {checks.data(), checks.size()}, number);
}

void Desk::recall_arrival(Now then, const Parties& parties) {
  if (parties.trunk_inbound_paces.empty()) return;
  const PaceCheck check{{Level::trunk, Direction::inbound, parties.trunk.id, 0}, parties.trunk_inbound_paces};
  pace_.recall(then.mono_ms, {&check, 1}, {});
}

Desk::Counted Desk::counted_by(const Parties& parties, Scope scope) {
  Counted out{paces_of(parties, scope), {}};
  out.places = pace_.look_up({out.checks.data(), out.checks.size()});
  return out;
}

std::optional<Refused> Desk::take_pace(Now now, const Counted& by, std::string_view number) {
  const auto no = pace_.take(now.mono_ms, {by.checks.data(), by.checks.size()}, by.places, number);
  for (const PaceAlert& alert : pace_.alerts()) note(alert);
  if (!no) return std::nullopt;
  return Refused{*no, now.wall_ms + (no->until_mono_ms - now.mono_ms)};
}

/// Pace cannot be given back, so it is taken when everything else is sure. Money is only looked at before: what is
/// reserved and given back would be two entries on disk for every call that was dialled too fast.
std::optional<Refused> Desk::admit(Now now, const Parties& parties, Call& call, const Counted& by) {
  call.extension_ms = duration_ms(parties.extension);
  call.trunk_ms = duration_ms(parties.trunk);
  call.system_ms = duration_ms(parties.system);
  call.horizon = parties.horizon;
  call.reserved = 0;
  if (!call.rate.currency()) return take_pace(now, by, call.number);
  if (const auto no = closed(now)) return no;
  if (call.rate.currency() != ledger_.currency()) return refused({money::Refusal::bad_amount, {}, amount_of(0)});
  if (ledger_.calls() >= options_.money.reservations) return Refused{Refused::Closed::full, {}};
  const auto accounts = prepare(now, parties);
  if (!accounts) return accounts.error();
  call.accounts = *accounts;
  const auto amount = affordable(call, 0);
  if (!amount) return amount.error();
  if (const auto no = take_pace(now, by, call.number)) return no;
  const std::span<const money::AccountState* const> payers(call.accounts.data(), call.accounts.size());
  const auto entry = ledger_.reserve(CallId{call.key.value}, payers, amount_of(*amount), now.wall_ms);
  if (!entry) return refused(entry.error());
  enter(*entry);
  call.reserved = *amount;
  call.has_money = true;
  return std::nullopt;
}

std::expected<Grant, Refused> Desk::open(Now now, const Parties& parties, const Leaving& leaving) {
  if (!leaving.call || !leaving.key || by_call_.contains(leaving.call)) return std::unexpected(not_known());
  // Fail closed: a paid call leaves by a trunk that the plan knows. Fail open: an emergency call leaves by any.
  if (!parties.trunk.terms && !leaving.emergency) return std::unexpected(not_known());
  // The system is the last payer of a plan.
  if (parties.system.place != Payer::nowhere && parties.system.place >= hints_.size())
    hints_.resize(parties.system.place + std::size_t{1});
  if (leaving.rate.currency()) fetch_money(leaving.key, parties);
  const Scope scope = leaving.by_system ? Scope::but_extension : Scope::all;
  const Counted by = counted_by(parties, scope);
  Call call;
  call.key = leaving.key;
  call.number = leaving.number;
  call.rate = leaving.rate;
  call.tenant = parties.tenant.id;
  call.trunk = parties.trunk.id;
  call.emergency = leaving.emergency;
  if (auto no = take_lines(parties, leaving.call, leaving.emergency, scope)) return std::unexpected(*no);
  CallId make_room;
  if (leaving.emergency) {
    make_room = victim(parties);
  } else if (auto no = admit(now, parties, call, by)) {
    lines_.leave(leaving.call);
    return std::unexpected(*no);
  }
  Grant grant = granted(call);
  by_call_.emplace(leaving.call, calls_.emplace(std::move(call)));
  grant.make_room = make_room;
  return grant;
}

std::expected<Grant, Refused> Desk::next_way(Now now, const Parties& parties, CallId id, const money::Rate& rate) {
  Call* const found = find(id);
  if (!found || found->answered_mono_ms) return std::unexpected(not_known());
  Call& call = *found;
  cancel(now, call);
  leave_trunk(id, call);
  call.rate = rate;
  if (!parties.trunk.terms && !call.emergency) return std::unexpected(not_known());
  if (auto no = take_lines(parties, id, call.emergency, Scope::trunk)) return std::unexpected(*no);
  call.trunk = parties.trunk.id;
  CallId make_room;
  if (call.emergency) {
    make_room = victim(parties);
  } else if (auto no = admit(now, parties, call, counted_by(parties, Scope::trunk))) {
    leave_trunk(id, call);
    return std::unexpected(*no);
  }
  Grant grant = granted(call);
  grant.make_room = make_room;
  return grant;
}

void Desk::pace_caller(Now now, const Plan& plan, std::string_view caller, Arrival& arrival) {
  if (arrival.route == Plan::none || arrival.rejected) return;
  const InboundTerms& route = plan.terms().inbound[arrival.route];
  if (caller_pace_.take(now, route, caller)) return;
  Arrival rejected;
  rejected.route = arrival.route;
  rejected.rejected = true;
  rejected.why = fmt::format("{} called more than {} times in {} s, which is the caller_pace of the inbound route {}",
                             caller, route.caller_pace->calls, route.caller_pace->period_s, route.name);
  arrival = std::move(rejected);
}

std::expected<void, Refused> Desk::arrive(Now now, const Parties& parties) {
  if (parties.trunk_inbound_paces.empty()) return {};
  const PaceCheck check{{Level::trunk, Direction::inbound, parties.trunk.id, 0}, parties.trunk_inbound_paces};
  Counted by;
  by.checks.push_back(check);
  by.places = pace_.look_up({&check, 1});
  if (const auto no = take_pace(now, by, {})) return std::unexpected(*no);
  return {};
}

std::expected<void, Refused> Desk::enter(const Parties& parties, CallId id, bool emergency) {
  if (!parties.trunk.terms) return std::unexpected(not_known());
  LineList list;
  list.add(on_trunk(Direction::inbound, parties.trunk.id), parties.trunk_inbound);
  list.add(on_trunk(Direction::both, parties.trunk.id), parties.trunk_both);
  list.add(of_tenant_on_trunk(parties.tenant.id, parties.trunk.id), parties.tenant_on_trunk);
  // A leg of its own: a call that comes in by a trunk and leaves by it again takes two of its lines.
  if (auto no = enter_lines(leg_in(id), list.view(), emergency)) return std::unexpected(*no);
  return {};
}

Times Desk::answered(Now now, CallId id) {
  Call* const call = find(id);
  if (!call) return {};
  call->answered_mono_ms = now.mono_ms;
  return times_of(*call);
}

Bill Desk::close(Now now, CallId id, std::optional<std::int64_t> talked_ms) {
  Bill bill;
  lines_.leave(id);
  lines_.leave(leg_in(id));
  const auto found = by_call_.find(id);
  if (found == by_call_.end()) return bill;
  const Call& call = *calls_.find(found->second);
  if (talked_ms && call.rate.currency()) bill.cost = money::cost(call.rate, begun_seconds(*talked_ms)).micros();
  bill.reserved = call.reserved;
  if (call.has_money)
    if (const auto settled = ledger_.settle(CallId{call.key.value}, amount_of(bill.cost), now.wall_ms)) {
      enter(settled->entry);
      bill.entry = settled->entry.number;
      bill.overrun = settled->overrun.micros();
    }
  calls_.erase(found->second);
  by_call_.erase(found);
  return bill;
}

/// Somebody forgot to close it: nobody knows what it cost.
void Desk::forget(Now now, CallId id) {
  const auto found = by_call_.find(id);
  const Call& call = *calls_.find(found->second);
  if (call.has_money)
    if (const auto settled = ledger_.settle(CallId{call.key.value}, amount_of(call.reserved), now.wall_ms))
      enter(settled->entry);
  calls_.erase(found->second);
  by_call_.erase(found);
}

std::size_t Desk::take_notices(std::vector<Notice>& out) {
  out.insert(out.end(), alerts_.begin(), alerts_.end());
  alerts_.clear();
  std::vector<money::Warning> warnings;
  ledger_.take_warnings(warnings);
  for (const money::Warning& warning : warnings) out.emplace_back(warning);
  return std::exchange(alerts_left_out_, 0);
}

std::optional<std::string> Desk::audit() const {
  if (auto fault = lines_.audit()) return fault;
  if (ledger_.audit()) return "an account does not agree with its calls";
  std::size_t with_money = 0;
  for (const auto& [id, place] : by_call_) {
    const Call& call = *calls_.find(place);
    if (!lines_.has(id)) return "a call has no line";
    const auto reserved = ledger_.reserved(CallId{call.key.value});
    if (call.has_money != reserved.has_value()) return "a call and the ledger disagree on whether it has money";
    if (reserved && reserved->micros() != call.reserved) return "a call and the ledger disagree on its money";
    with_money += call.has_money;
  }
  if (with_money + ledger_.presumed_calls().size() != ledger_.calls()) return "the ledger knows a call too many";
  if (sent_ > unstored_.size()) return "more was sent than there is";
  return std::nullopt;
}

}  // namespace rf::toll
