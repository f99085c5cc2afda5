#include "sim/fraud/switchboard.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::fraud {
namespace {

constexpr std::int64_t carrier_fails_after_ms = 300;
constexpr std::int64_t honest_lag_ms = 2'000;  ///< from a cut until the carrier's clock stops
constexpr std::int64_t credit_micros = 1'000'000'000'000;

std::string cause_of(const toll::Refused& by, No::By& kind) {
  if (const auto* pace = std::get_if<toll::PaceRefusal>(&by.by)) {
    kind = No::By::pace;
    return fmt::format("{} in {} s of {}", pace->rule.calls, pace->rule.period_s, name_of(pace->subject.level));
  }
  if (const auto* lines = std::get_if<toll::LineRefusal>(&by.by)) {
    kind = No::By::lines;
    return fmt::format("calls at once of {}", name_of(lines->subject.level));
  }
  if (const auto* money = std::get_if<money::Refused>(&by.by)) {
    constexpr std::string_view levels[] = {"extension", "department", "tenant", "trunk", "system"};
    const std::string_view what = money->why == money::Refusal::day_cap     ? "day cap"
                                  : money->why == money::Refusal::month_cap ? "month cap"
                                  : money->why == money::Refusal::no_credit ? "credit"
                                                                            : "ledger";
    kind = No::By::money;
    return fmt::format("{} of {}", what, levels[static_cast<std::size_t>(money->account.level)]);
  }
  kind = No::By::system;
  return "disk";
}

std::uint32_t begun_seconds(std::int64_t ms) {
  return static_cast<std::uint32_t>((std::max<std::int64_t>(ms, 0) + 999) / 1'000);
}

}  // namespace

std::int64_t Switchboard::Call::reserved_at(std::uint64_t entry) const {
  std::int64_t out = 0;
  for (const Held& each : held)
    if (each.entry <= entry) out = each.reserved;
  return out;
}

Switchboard::Switchboard(const Office& office, std::uint64_t seed, const Weather& weather, Agenda& agenda,
                         Watcher& watcher, Screen* screen)
    : office_(office), weather_(weather), agenda_(agenda), watcher_(watcher), screen_(screen), random_(seed ^ 0x5b0a) {
  bounds_.accounts = office.people.size() + 64;
  bounds_.reservations = 4'096;
  toll_bounds_ = {.pace_records = 16'384, .pace_destinations = 65'536, .line_calls = 4'096};
  const money::Currency currency = office.plan->terms().currency;
  start(money::Ledger(currency, bounds_, HashKey(seed)));
  const toll::Payer system{0, &office.plan->terms().system, nullptr};
  if (!desk_->top_up(agenda_.now(), money::Level::system, system, *money::Amount::of_micros(credit_micros, currency)))
    fail("no credit could be put in");
  flush();
  disk_.commit();
  stored();
}

void Switchboard::start(money::Ledger ledger) {
  desk_ = std::make_unique<toll::Desk>(
      toll::Desk::Options{.money = bounds_, .toll = toll_bounds_, .seed = random_.next()}, std::move(ledger));
}

void Switchboard::fail(std::string what) {
  if (!fault_) fault_ = fmt::format("at {} ms: {}", agenda_.now().wall_ms, what);
}

toll::Parties Switchboard::parties(const Call& call) const {
  toll::Parties out = toll::parties_of(*office_.plan, house, office_.people[call.ask.person].id, call.trunk);
  if (const auto own = raised_.find(call.ask.person); own != raised_.end()) out.extension.terms = &own->second;
  return out;
}

Screen::Call Switchboard::facts(const Call& call) const {
  return {call.ask.person, call.decision, call.ask.purpose};
}

// --- Beginning

void Switchboard::dial(Ask ask) {
  count_losses();
  const std::uint64_t id = ++last_id_;
  Call call;
  call.decision = toll::decide(*office_.plan, agenda_.now(),
                               {house, office_.people[ask.person].id, ask.dialled, ask.purpose}, nullptr);
  call.ask = std::move(ask);
  call.left_wall_ms = agenda_.now().wall_ms;
  using Action = toll::Decision::Action;
  if (call.decision.action != Action::leave && call.decision.action != Action::emergency)
    return watcher_.refused(call.ask, {No::By::rules, std::string(name_of(call.decision.failed)), call.decision.why});
  if (!judged(call)) return;
  call.key = toll::CallKey{random_.next() | 1};
  std::optional<toll::Refused> no;
  const bool emergency = call.decision.action == Action::emergency;
  for (; call.way < call.decision.ways.size(); ++call.way) {
    const toll::Way& way = call.decision.ways[call.way];
    call.rate = way.rate;
    call.trunk = way.trunk;
    const auto grant = desk_->open(agenda_.now(), parties(call),
                                   {CallId{id}, call.key, call.decision.number.text(), way.rate, emergency});
    if (!grant) {
      no = grant.error();
      continue;
    }
    if (call.ask.thief != honest) {
      ++stolen_[{call.ask.thief, call.ask.person}];
      ++stolen_calls_;
    }
    Call& running = calls_.emplace(id, std::move(call)).first->second;
    watcher_.left(running.ask);
    if (grant->make_room)
      if (const auto victim = calls_.find(grant->make_room.value); victim != calls_.end())
        end_later(victim->first, victim->second, "emergency");
    granted(id, running, *grant);
    return flush();
  }
  flush();
  refuse(call.ask, *no);
}

bool Switchboard::judged(Call& call) {
  if (!screen_ || call.decision.action == toll::Decision::Action::emergency) return true;
  const Screen::Opinion opinion = screen_->judge(agenda_.now(), facts(call));
  using Action = Screen::Opinion::Action;
  call.score = opinion.score;
  const bool has_pin = opinion.action == Action::pin && call.ask.thief == honest;
  const bool refused = opinion.action >= Action::pin && !has_pin;
  if (screen_->note(agenda_.now(), facts(call), refused)) watcher_.alert(call.ask, opinion.whose);
  if (has_pin) watcher_.entered_pin(call.ask);
  if (refused)
    watcher_.refused(call.ask,
                     {No::By::pattern, opinion.action == Action::pin ? "pattern: PIN" : "pattern", opinion.why});
  return !refused;
}

void Switchboard::refuse(const Ask& ask, const toll::Refused& by) {
  No no;
  no.cause = cause_of(by, no.by);
  no.why = text_of(by);
  const auto* money = std::get_if<money::Refused>(&by.by);
  no.own_day = money && money->why == money::Refusal::day_cap && money->account.level == money::Level::extension;
  watcher_.refused(ask, no);
}

void Switchboard::hold(Call& call, std::uint64_t entry, std::int64_t reserved) {
  reserved_ += reserved - call.reserved();
  call.held.push_back({entry, reserved});
}

void Switchboard::granted(std::uint64_t id, Call& call, const toll::Grant& grant) {
  if (grant.entry == 0) return go_on(id, call);
  hold(call, grant.entry, grant.reserved);
  if (grant.entry <= disk_.last()) return go_on(id, call);
  call.waits_for = grant.entry;
  waiting_.push_back(id);
}

/// What was granted is on disk, or needs no disk.
void Switchboard::go_on(std::uint64_t id, Call& call) {
  if (call.answered_ms) {
    call.times = desk_->times(CallId{id});
    return plan_next(id, call);
  }
  if (call.rings) return;
  call.rings = true;
  const bool fails = call.ask.failing > 0 && call.way + 1 < call.decision.ways.size();
  agenda_.put(agenda_.now().wall_ms + (fails ? carrier_fails_after_ms : call.ask.ring_ms), Event::Kind::ring, id);
}

// --- The disk

void Switchboard::flush() {
  if (disk_.busy()) return;
  const Now now = agenda_.now();
  if (!desk_->wants_writing(now)) {
    if (const std::int64_t at = desk_->next_writing_mono_ms(); at != never_ms)
      agenda_.put(now.wall_ms + std::max<std::int64_t>(at - now.mono_ms, 1), Event::Kind::stored);
    return;
  }
  const toll::Writing writing = desk_->take_writing();
  writing_last_ = writing.last;
  disk_.begin(writing.entries);
  agenda_.put(now.wall_ms + 2 + static_cast<std::int64_t>(random_.below(14)), Event::Kind::stored);
}

void Switchboard::stored() {
  const bool wrote = disk_.busy();
  const bool ok = !wrote || weather_.failing_writes == 0 || random_.below(weather_.failing_writes) != 0;
  if (ok)
    disk_.commit();
  else
    disk_.fail();
  if (writing_last_ != 0) desk_->written(agenda_.now(), writing_last_, ok);
  writing_last_ = 0;
  std::erase_if(ended_, [&](const Ended& each) { return each.entry <= disk_.last(); });
  std::vector<std::uint64_t> ready;
  std::erase_if(waiting_, [&](std::uint64_t id) {
    const auto at = calls_.find(id);
    if (at == calls_.end() || !at->second.waits_for) return true;
    if (*at->second.waits_for > disk_.last()) return false;
    ready.push_back(id);
    return true;
  });
  for (const std::uint64_t id : ready) {
    Call& call = calls_.at(id);
    call.waits_for.reset();
    go_on(id, call);
  }
  flush();
}

// --- Running

void Switchboard::handle(const Event& event) {
  if (event.kind == Event::Kind::stored) {
    stored();
  } else if (const auto at = calls_.find(event.id); at != calls_.end()) {
    if (event.kind == Event::Kind::ring)
      ring(at);
    else if (event.version == at->second.version)
      due(at);
  }
  check_sums();
  if (++events_ % weather_.audit_every == 0) audit();
}

void Switchboard::ring(Calls::iterator at) {
  auto& [id, call] = *at;
  count_losses();
  if (call.ask.failing > 0 && call.way + 1 < call.decision.ways.size()) {
    --call.ask.failing;
    const toll::Way& way = call.decision.ways[++call.way];
    hold(call, 0, 0);
    call.held.clear();
    call.rate = way.rate;
    call.trunk = way.trunk;
    call.rings = false;
    const auto grant = desk_->next_way(agenda_.now(), parties(call), CallId{id}, way.rate);
    flush();
    if (grant) {
      granted(id, call, *grant);
      return flush();
    }
    refuse(call.ask, grant.error());
    return close(at, std::nullopt);
  }
  if (!call.ask.talk_ms || call.thrown_out) return close(at, std::nullopt);
  call.answered_ms = now_ms();
  call.times = desk_->answered(agenda_.now(), CallId{id});
  owe(call);
  plan_next(id, call);
}

void Switchboard::plan_next(std::uint64_t id, Call& call) {
  std::int64_t at = *call.answered_ms + *call.ask.talk_ms;
  if (call.over_at_ms != 0) {
    at = std::min(at, call.over_at_ms);
  } else {
    if (call.times.end) at = std::min(at, *call.answered_ms + call.times.end->cut_after_ms);
    if (call.times.extend_after_ms && !call.waits_for)
      at = std::min(at, *call.answered_ms + *call.times.extend_after_ms);
  }
  agenda_.put(agenda_.now().wall_ms + std::max<std::int64_t>(at - now_ms(), 0), Event::Kind::due, id, ++call.version);
}

void Switchboard::due(Calls::iterator at) {
  auto& [id, call] = *at;
  count_losses();
  const std::int64_t talked_ms = now_ms() - *call.answered_ms;
  if (talked_ms >= *call.ask.talk_ms || (call.over_at_ms != 0 && now_ms() >= call.over_at_ms))
    return close(at, talked_ms);
  if (call.times.end && talked_ms >= call.times.end->cut_after_ms)
    return end_later(id, call, name_of(call.times.end->reason));
  if (call.times.extend_after_ms && !call.waits_for && talked_ms >= *call.times.extend_after_ms)
    return extend(id, call);
  plan_next(id, call);
}

void Switchboard::extend(std::uint64_t id, Call& call) {
  const auto more = desk_->extend(agenda_.now(), parties(call), CallId{id});
  if (more) {
    call.times.extend_after_ms.reset();
    granted(id, call, *more);
  } else {
    call.times = desk_->times(CallId{id});
    if (call.times.extend_after_ms && *call.answered_ms + *call.times.extend_after_ms <= now_ms())
      call.times.extend_after_ms.reset();
  }
  plan_next(id, call);
  flush();
}

/// We hang up; the carrier's clock stops later, for a thief as late as can be.
void Switchboard::end_later(std::uint64_t id, Call& call, std::string_view by) {
  if (call.over_at_ms != 0) return;
  call.cut = true;
  call.cut_by = by;
  if (!call.answered_ms) {
    call.thrown_out = true;  // it ends when it would have been answered
    return;
  }
  const std::int64_t cut_ms = std::int64_t{office_.plan->terms().horizon.cut_s} * 1'000;
  call.over_at_ms = now_ms() + (call.ask.thief != honest ? cut_ms : std::min(honest_lag_ms, cut_ms));
  plan_next(id, call);
}

void Switchboard::throw_out(std::uint32_t thief, std::uint32_t person) {
  for (auto& [id, call] : calls_)
    if (call.ask.thief == thief && call.ask.person == person) end_later(id, call, "operator");
}

void Switchboard::raise(std::uint32_t person, std::int64_t micros) {
  const toll::SpendingTerms& usual = office_.plan->extension(house, office_.people[person].id).spending;
  money::AccountLimits& limits = raised_.emplace(person, usual).first->second.money;
  for (auto* cap : {&limits.day, &limits.month})
    if (*cap) **cap += micros;
}

// --- The end

void Switchboard::lose(const Call& call) {
  if (call.ask.thief == honest) return;
  --stolen_[{call.ask.thief, call.ask.person}];
  --stolen_calls_;
}

void Switchboard::close(Calls::iterator at, std::optional<std::int64_t> talked_ms) {
  auto& [id, call] = *at;
  const toll::Bill bill = desk_->close(agenda_.now(), CallId{id}, talked_ms);
  const bool priced = static_cast<bool>(call.rate.currency());
  const std::int64_t billed = talked_ms && priced ? money::cost(call.rate, begun_seconds(*talked_ms)).micros() : 0;
  if (bill.cost != billed) fail(fmt::format("billed {} for a call that cost {}", bill.cost, billed));
  if (bill.overrun != 0 || bill.cost > bill.reserved) fail(fmt::format("a call cost {} above its money", bill.overrun));
  if (bill.entry != 0) {
    settled_ += bill.cost;
    reserved_ -= call.reserved();
    ended_.push_back({bill.entry, call.key, bill.cost, call.held});
  }
  owe(call);
  if (screen_ && call.decision.action == toll::Decision::Action::leave)
    screen_->ended(facts(call), call.left_wall_ms, talked_ms, call.score);
  lose(call);
  const Call gone = std::move(call);
  calls_.erase(at);
  watcher_.over(gone.ask, {talked_ms, bill.cost, gone.cut, gone.cut_by, gone.decision.number, gone.decision.country,
                           gone.decision.kind});
  flush();
}

void Switchboard::owe(Call& call) {
  if (call.ask.thief == honest || !call.answered_ms || !call.rate.currency()) return;
  const std::int64_t owed = money::cost(call.rate, begun_seconds(now_ms() - *call.answered_ms)).micros();
  if (owed == call.owed) return;
  watcher_.owes(call.ask, counted_at_ms_, owed - call.owed);
  call.owed = owed;
}

void Switchboard::count_losses() {
  if (stolen_calls_ > 0)
    for (auto& [id, call] : calls_) owe(call);
  counted_at_ms_ = agenda_.now().wall_ms;
}

std::size_t Switchboard::running(std::uint32_t thief, std::uint32_t person) const {
  const auto found = stolen_.find({thief, person});
  return found == stolen_.end() ? 0 : found->second;
}

std::vector<toll::Notice> Switchboard::take_notices() {
  std::vector<toll::Notice> out;
  desk_->take_notices(out);
  return out;
}

// --- The process dies

void Switchboard::crash() {
  count_losses();
  ++crashes_;
  const std::int64_t cut_ms = std::int64_t{office_.plan->terms().horizon.cut_s} * 1'000;
  auto ledger = disk_.crash(random_, office_.plan->terms().currency, bounds_, HashKey(random_.next()));
  if (!ledger) return fail(ledger.error());
  std::vector<toll::KnownCost> records;
  for (const Ended& each : ended_) {
    if (each.entry <= disk_.last()) continue;
    std::int64_t on_disk = 0;
    for (const Held& held : each.held)
      if (held.entry <= disk_.last()) on_disk = held.reserved;
    // The record of a call's end is written with it or not at all.
    const bool recorded = random_.below(2) == 0;
    if (recorded) records.push_back({each.key, each.cost});
    if (on_disk < each.cost) fail("a call ended that cost more than the disk knew of");
    settled_ += (recorded ? each.cost : on_disk) - each.cost;
    presumed_too_much_ += recorded ? 0 : on_disk - each.cost;
  }
  for (auto& [id, call] : calls_) {
    const std::int64_t on_disk = call.reserved_at(disk_.last());
    std::int64_t actual = 0;
    if (call.answered_ms && call.rate.currency()) {
      // The carrier hears nothing more and stops its clock as late as when it is told.
      const std::int64_t talked_ms = std::min(now_ms() - *call.answered_ms + cut_ms, *call.ask.talk_ms);
      actual = money::cost(call.rate, begun_seconds(talked_ms)).micros();
      if (call.ask.thief != honest) watcher_.owes(call.ask, counted_at_ms_, actual - call.owed);
    }
    if (actual > on_disk)
      fail(fmt::format("a call that was cut by a crash cost {}, the disk knew of {}", actual, on_disk));
    settled_ += on_disk;
    presumed_too_much_ += on_disk - actual;
    lose(call);
  }
  const Calls cut = std::exchange(calls_, {});
  ended_.clear();
  waiting_.clear();
  reserved_ = 0;
  writing_last_ = 0;
  start(std::move(*ledger));
  desk_->settle_former_calls(agenda_.now(), records);
  while (desk_->wants_writing(agenda_.now())) {
    const toll::Writing writing = desk_->take_writing();
    disk_.begin(writing.entries);
    disk_.commit();
    desk_->written(agenda_.now(), writing.last, true);
  }
  for (const auto& [id, call] : cut)
    if (screen_ && call.decision.action == toll::Decision::Action::leave)
      screen_->ended(facts(call), call.left_wall_ms,
                     call.answered_ms ? std::optional(now_ms() - *call.answered_ms) : std::nullopt, call.score);
  for (const auto& [id, call] : cut) watcher_.over(call.ask, {{}, call.owed, true, "crash", {}, {}, {}});
  audit();
}

/// All that was ever billed or presumed, and all that running calls were granted, stands in one purse.
void Switchboard::check_sums() {
  const money::AccountState* system = desk_->ledger().find({money::Level::system, 0});
  if (!system) return fail("the system has no account");
  const money::Purse& purse = system->purse(money::Limit::credit);
  if (purse.settled != settled_)
    fail(fmt::format("the ledger settled {}, bills and presumptions come to {}", purse.settled, settled_));
  if (purse.reserved != reserved_)
    fail(fmt::format("the ledger holds {} reserved, running calls were granted {}", purse.reserved, reserved_));
}

void Switchboard::audit() {
  ++audits_;
  check_sums();
  if (const auto wrong = desk_->audit()) fail(*wrong);
  std::vector<money::AccountId> accounts{{money::Level::system, 0}, {money::Level::tenant, house.value}};
  for (const auto& [id, call] : calls_)
    accounts.push_back({money::Level::extension, office_.people[call.ask.person].id.value});
  for (const money::AccountId id : accounts) {
    const money::AccountState* account = desk_->ledger().find(id);
    for (const money::Limit limit : {money::Limit::day, money::Limit::month})
      if (account && account->has(limit) && account->purse(limit).left() < 0)
        fail(fmt::format("an account of level {} is over its cap", static_cast<int>(id.level)));
  }
}

}  // namespace rf::fraud
