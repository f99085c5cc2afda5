#include "core/guard/guard.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace rf::guard {
namespace {

/// Never 0, which stands for "never"; and what a counter of the longest period knew before a restart has a time, too.
constexpr Tick first_tick = 35u * 86'400 * (1'000 / tick_ms);

constexpr Tick ticks_a_second = 1'000 / tick_ms;

Tick ticks(std::uint32_t seconds) {
  return seconds * ticks_a_second;
}

}  // namespace

Guard::Guard(Now now, CompiledRef rules, std::uint64_t seed, const Bounds& bounds)
    : start_ms_(now.mono_ms),
      rules_(std::move(rules)),
      key_(mix64(seed ^ 0x677561726400ULL)),
      sources_(bounds.sources, HashKey(seed + 1)),
      ports_(bounds.endpoints, HashKey(seed + 2)),
      pairs_(bounds.pairs, HashKey(seed + 3)),
      accounts_(bounds.accounts, HashKey(seed + 4)),
      networks_(4'096, HashKey(seed + 5)),
      bans_(bounds.bans, HashKey(seed + 6)),
      events_max_(bounds.events) {
  RF_CHECK(rules_ != nullptr);
  events_.reserve(events_max_);
}

Tick Guard::tick_of(Now now) const {
  return static_cast<Tick>(std::max<std::int64_t>(now.mono_ms - start_ms_, 0) / tick_ms) + first_tick;
}

Tick Guard::tick_at(Now now, std::int64_t wall_ms) const {
  if (wall_ms == 0) return 0;
  const std::int64_t tick = std::int64_t{tick_of(now)} + (wall_ms - now.wall_ms) / tick_ms;
  return static_cast<Tick>(std::clamp<std::int64_t>(tick, 1, UINT32_MAX));
}

std::int64_t Guard::wall_of(Now now, Tick tick) const {
  if (tick == 0) return 0;
  return now.wall_ms + (std::int64_t{tick} - std::int64_t{tick_of(now)}) * tick_ms;
}

std::uint64_t Guard::port_key(const Endpoint& remote, Transport transport) const {
  const auto bytes = remote.address.bytes();
  return KeyedHash(key_)
             .add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()))
             .add(std::uint64_t{remote.port} << 8 | static_cast<std::uint64_t>(transport))
             .finish() |
         1;
}

std::uint64_t Guard::name_hash(std::string_view name) const {
  return KeyedHash(key_).add(name.substr(0, 128)).finish();
}

std::uint64_t Guard::pair_key(const Source& source, std::uint64_t account) const {
  return KeyedHash(key_).add(source.key).add(account).finish() | 1;
}

Source& Guard::source_of(Tick tick, const Address& address) {
  return sources_.touch(source_key(address), [tick](const Source& source) { return rank_of(source, tick); });
}

Port& Guard::port_at(Tick tick, Source& source, const Endpoint& remote, Transport transport) {
  Port& port = ports_.touch(port_key(remote, transport), [tick](const Port& other) { return rank_of(other, tick); });
  source.marks |= Source::has_endpoints;
  port.source = source.key;
  port.last = tick;
  return port;
}

Pair& Guard::pair_of(Tick tick, const Source& source, std::uint64_t account) {
  Pair& pair = pairs_.touch(pair_key(source, account), [tick](const Pair& other) { return rank_of(other, tick); });
  pair.source = source.key;
  pair.last = tick;
  return pair;
}

Verdict Guard::count(Verdict verdict) {
  ++stats_.verdicts[static_cast<std::size_t>(verdict.reason)];
  return verdict;
}

void Guard::emit(const Event& event) {
  if (events_.size() < events_max_)
    events_.push_back(event);
  else
    ++stats_.events_lost;
}

void Guard::take_events(std::vector<Event>& out) {
  out.clear();
  out.reserve(events_max_);
  events_.swap(out);
}

CompiledRef Guard::use(CompiledRef rules) {
  // A place that counts something else from now on begins at nothing, and what caught a source is remembered by the
  // number of a rule, which follows its name. Most changes are of lists and need neither.
  std::array<bool, GuardLimits::counters> kept{};
  for (const Counter& counter : rules->counters)
    for (const Counter& old : rules_->counters)
      if (counter.slot != Counter::no_slot && counter.slot == old.slot && counter.same_thing(old))
        kept[counter.slot] = true;
  bool same = true;
  for (std::size_t i = 0; i < GuardLimits::counters; ++i) same = same && (kept[i] || rules_->periods[i] == 0);
  std::array<std::uint8_t, GuardLimits::counting_rules> moved{};
  moved.fill(UINT8_MAX);
  for (std::size_t i = 0; i < rules_->rules.counting.size(); ++i) {
    for (std::size_t j = 0; j < rules->rules.counting.size(); ++j)
      if (rules_->rules.counting[i].name == rules->rules.counting[j].name) moved[i] = static_cast<std::uint8_t>(j);
    same = same && moved[i] == i;
  }
  if (!same) {
    const auto follow = [&](std::uint8_t& rule) { rule = rule < moved.size() ? moved[rule] : UINT8_MAX; };
    sources_.for_each([&](Source& source) {
      follow(source.rule);
      for (std::size_t i = 0; i < GuardLimits::counters; ++i)
        if (!kept[i]) source.slots[i] = {};
    });
    ports_.for_each([&](Port& port) { follow(port.rule); });
    stats_.fired = {};
  }
  rules_.swap(rules);
  return rules;
}

bool Guard::certain(Tick tick, const Source& source, const Endpoint& remote, Transport transport) const {
  return is_stream(transport) || (source.proven(tick, remote.port) && !source.good(tick));
}

bool Guard::stranger_fits(Tick tick) {
  const std::uint32_t limit = rules_->rules.strangers_per_s;
  if (limit == 0) return true;
  const std::uint32_t a_tick = std::max(limit / ticks_a_second, 1u);
  if (tick != strangers_tick_) {
    strangers_tick_ = tick;
    strangers_left_ = a_tick;
  }
  if (strangers_left_ == 0) return false;
  --strangers_left_;
  return true;
}

Verdict Guard::arrive(Now now, const Arrival& packet) {
  return count(arrival_of(now, packet));
}

Verdict Guard::arrival_of(Now now, const Arrival& packet) {
  const Compiled& compiled = *rules_;
  const Rules& rules = compiled.rules;
  const Address& address = packet.remote.address;
  if (!rules.enabled) return {Action::pass, Reason::passed, true};
  const Tick tick = tick_of(now);
  if (const AccessEntry* entry = compiled.access_of(address, now.wall_ms)) {
    if (!entry->allow) return {Action::drop, Reason::blocked};
    return {Action::pass, Reason::allowed, true};
  }
  const bool kept = compiled.protection_of(address) != nullptr;
  const Source* known = sources_.find(source_key(address));
  Port* port =
      known && known->marks & Source::has_endpoints ? ports_.find(port_key(packet.remote, packet.transport)) : nullptr;
  const bool registered = port && port->registered(tick);
  if (!kept && !registered) {
    if (bans_.covers(now, address)) return {Action::drop, Reason::banned};
    if (port && port->blocked(tick)) return {Action::drop, Reason::port_blocked, false, port->rule};
  }
  const DefenceRule* defence = compiled.defence_of(address, packet.transport, packet.local_port);
  if (defence && defence->action != Defence::accept)
    return {defence->action == Defence::drop ? Action::drop : Action::reject, Reason::defence_rule, false,
            static_cast<std::uint16_t>(defence - rules.defence.data())};
  if (!defence && !kept && !compiled.country_allowed(address)) return {Action::drop, Reason::country};
  const bool stream = is_stream(packet.transport);
  const bool stranger = !kept && !registered && !stream && !(known && (known->good(tick) || known->proof_until > tick));
  if (stranger && !stranger_fits(tick)) return {Action::drop, Reason::strangers_limit};

  Source& source = source_of(tick, address);
  source.seen(tick, compiled.periods);
  if (registered) {
    // Forged packets may name this very port, so its limit asks for proof and nothing else; it counts for no other.
    const bool too_many = port->packets.add(tick, ticks_a_second) > rules.phone_per_s;
    return too_many && !stream && !kept ? Verdict{Action::prove, Reason::needs_proof} : Verdict{};
  }
  const bool fired = offend(now, source,
                            {Signal::packet,
                             packet.remote,
                             packet.transport,
                             packet.local_port,
                             certain(tick, source, packet.remote, packet.transport),
                             {}});
  if (kept) return {};
  if (fired && bans_.covers(now, address)) return {Action::drop, Reason::counted, false, source.rule};
  if (fired && (port = ports_.find(port_key(packet.remote, packet.transport))) && port->blocked(tick))
    return {Action::drop, Reason::port_blocked, false, port->rule};
  if (!source.throttled(tick)) return {};
  const Tick interval = std::max<Tick>(rules.trickle_interval_ms / static_cast<Tick>(tick_ms), 1);
  // Where phones work, a port that goes on and on takes nobody else's turn: a phone that starts anew behind the same
  // address gets in.
  const bool its_turn =
      !source.good(tick) || port_at(tick, source, packet.remote, packet.transport).packets.add(tick, interval) <= 1;
  if (its_turn && source.trickle.take(tick, interval, rules.trickle_burst))
    return {Action::pass, Reason::throttled, false, source.rule};
  if (source.marks & Source::guessing) return {Action::drop, Reason::throttled, false, source.rule};
  return {Action::prove, Reason::needs_proof, false, source.rule};
}

int Guard::bump(Tick tick, Source& source, const Offence& offence, std::uint64_t value, std::uint32_t& seen) {
  // Of several rules that fire at once the one with the hardest consequence counts, of those the longest: one that only
  // watches takes the place of none that bans.
  const std::vector<CountingRule>& rules = rules_->rules.counting;
  int fired = -1;
  const auto weight = [&](std::size_t rule) { return std::pair(rules[rule].response, rules[rule].duration_s); };
  for (const Counter& counter : rules_->counters) {
    if (!counter.about(offence.signal, offence.transport, offence.local_port)) continue;
    std::uint32_t number = 1;
    if (counter.slot != Counter::no_slot) {
      Slot& slot = source.slots[counter.slot];
      number = counter.distinct ? slot.add_distinct(tick, counter.period, value) : slot.add(tick, counter.period);
    }
    for (const std::uint8_t level : counter.levels) {
      if (number < rules[level].threshold) continue;
      if (fired >= 0 && weight(level) <= weight(static_cast<std::size_t>(fired))) continue;
      fired = level;
      seen = number;
    }
  }
  return fired;
}

bool Guard::offend(Now now, Source& source, const Offence& offence, std::uint64_t value) {
  std::uint32_t seen = 0;
  const int rule = bump(tick_of(now), source, offence, value, seen);
  if (rule < 0) return false;
  punish(now, source, offence, static_cast<std::uint8_t>(rule), seen);
  return true;
}

Verdict Guard::inspect(Now now, const Facts& facts, const Verdict& arrival) {
  return count(inspection_of(now, facts, arrival));
}

Verdict Guard::inspection_of(Now now, const Facts& facts, const Verdict& arrival) {
  if (arrival.exempt) return {Action::pass, Reason::allowed, true};
  if (arrival.action == Action::prove && facts.proof == Proof::none)
    return {Action::drop, Reason::needs_proof, false, arrival.rule};
  if (facts.proof == Proof::dialog || !facts.is_request) return {};
  const Compiled& compiled = *rules_;
  const Tick tick = tick_of(now);
  Source& source = source_of(tick, facts.remote.address);
  const Port* port =
      source.marks & Source::has_endpoints ? ports_.find(port_key(facts.remote, facts.transport)) : nullptr;
  const bool registered = port && port->registered(tick);
  const bool sure = facts.proof == Proof::nonce || certain(tick, source, facts.remote, facts.transport);
  const auto offence = [&](Signal signal, std::string_view detail) {
    return Offence{signal, facts.remote, facts.transport, facts.local_port, sure, detail};
  };
  const auto caught = [&] { return Verdict{Action::drop, Reason::counted, false, source.rule}; };

  if (!registered) {
    // A registered phone that misdials is answered, and told to the operator, by whoever takes its call.
    if (facts.decoy && offend(now, source, offence(Signal::decoy, facts.target))) return caught();
    if (!compiled.agents.match(facts.user_agent).empty() &&
        offend(now, source, offence(Signal::agent, facts.user_agent)))
      return caught();
    if (const Fingerprint* print =
            compiled.handwriting(facts.branch, facts.call_id, facts.from_tag, facts.from, facts.contact);
        print && offend(now, source, offence(Signal::tool, print->name)))
      return caught();
  }
  // H15: what makes phones restart or calls move comes only from those whom a rule names.
  // They are counted; whoever serves them refuses them, once their sender has shown a password.
  const bool unsolicited = !facts.in_dialog && ((facts.method == Method::notify && !compiled.rules.notify_allowed) ||
                                                (facts.method == Method::refer && !compiled.rules.refer_allowed));
  const bool out_of_the_blue = unsolicited || (facts.check_sync && !compiled.rules.notify_allowed);
  if (!registered) {
    bool fired =
        out_of_the_blue && offend(now, source, offence(Signal::unsolicited, facts.check_sync ? "check-sync" : ""));
    const bool good = source.good(tick);
    if (facts.method == Method::unknown) fired = offend(now, source, offence(Signal::odd_method, {})) || fired;
    // Credentials without a nonce of ours are nothing; what comes with one is counted by what it is worth (note).
    const bool bare = facts.proof == Proof::none;
    if (!facts.target_known && !facts.target.empty() && bare)
      fired = offend(now, source, offence(Signal::unknown_target, facts.target), name_hash(facts.target)) || fired;
    // Where phones work, their next connection keeps alive and dials before it is challenged.
    if (facts.method == Method::options && !good)
      fired = offend(now, source, offence(Signal::options, facts.user_agent)) || fired;
    if (facts.method == Method::invite && bare && !facts.in_dialog && !good)
      fired = offend(now, source, offence(Signal::stranger_call, facts.target), name_hash(facts.target)) || fired;
    if (fired && !compiled.protection_of(facts.remote.address)) return caught();
  }
  const Verdict gate =
      facts.has_credentials ? account_gate(tick, facts, source, registered ? port : nullptr) : Verdict{};
  if (gate.action == Action::pass && out_of_the_blue) return {Action::pass, Reason::unsolicited};
  return gate;
}

Verdict Guard::account_gate(Tick tick, const Facts& facts, const Source& source, const Port* registered) {
  if (facts.account.empty()) return {};
  const std::uint64_t account = name_hash(facts.account);
  // A phone is trusted with its own account, not with those of others.
  if (registered && registered->account == account) return {};
  const Pair* pair = pairs_.find(pair_key(source, account));
  if (pair && pair->locked_until > tick) return {Action::refuse, Reason::account_locked};
  Account* record = accounts_.find(account | 1);
  if (!record || record->attacked_until <= tick || (pair && pair->good_until > tick)) return {};
  const Rules& rules = rules_->rules;
  const Tick interval = std::max<Tick>(rules.trickle_interval_ms / static_cast<Tick>(tick_ms), 1);
  if (record->trickle.take(tick, interval, rules.trickle_burst)) return {};
  return {Action::refuse, Reason::account_attacked};
}

void Guard::note(Now now, const Note& note) {
  if (!rules_->rules.enabled) return;
  if (const AccessEntry* entry = rules_->access_of(note.remote.address, now.wall_ms); entry && entry->allow) return;
  const Tick tick = tick_of(now);
  const Rules& rules = rules_->rules;
  Source& source = source_of(tick, note.remote.address);
  const auto answered = [&] {
    source.proof_until = std::max(source.proof_until, tick + ticks(rules.proof_s));
    source.proof_port = note.remote.port;
    for (const Counter& counter : rules_->counters)
      if (counter.slot != Counter::no_slot && !counter.distinct &&
          counter.about(Signal::challenge, note.transport, note.local_port))
        source.slots[counter.slot].take_back(tick, counter.period);
  };
  Offence offence{Signal::challenge,
                  note.remote,
                  note.transport,
                  note.local_port,
                  certain(tick, source, note.remote, note.transport),
                  {}};
  switch (note.what) {
    case Observation::challenged:
    case Observation::malformed:
    case Observation::web_request:
    case Observation::foreign_origin:
      // A registered phone's own port: what is forged in its name must not count against its neighbours.
      if (source.marks & Source::has_endpoints)
        if (const Port* port = ports_.find(port_key(note.remote, note.transport)); port && port->registered(tick))
          return;
      if (note.what == Observation::malformed) offence.signal = Signal::malformed;
      if (note.what == Observation::web_request) offence.signal = Signal::web_request;
      if (note.what == Observation::foreign_origin) offence.signal = Signal::foreign_origin;
      offend(now, source, offence);
      return;
    case Observation::nonce_returned:
      answered();
      return;
    case Observation::auth_failed:
      answered();
      failed(now, note, source);
      return;
    case Observation::registered:
    case Observation::unregistered:
    case Observation::authenticated: {
      answered();
      // A whole office may come at once: with every phone that shows its password the packets are counted anew.
      for (const Counter& counter : rules_->counters)
        if (counter.slot != Counter::no_slot && counter.about(Signal::packet, note.transport, note.local_port))
          source.slots[counter.slot] = {};
      const Tick until = tick + ticks(std::max(note.seconds, rules.credentials_s));
      source.good_until = std::max(source.good_until, until);
      const std::uint64_t account = name_hash(note.account);
      Pair& pair = pair_of(tick, source, account);
      pair.good_until = std::max(pair.good_until, until);
      Port& port = port_at(tick, source, note.remote, note.transport);
      const bool leaves = note.what == Observation::unregistered;
      port.registered_until = leaves ? until : std::max(port.registered_until, until);
      port.account = account;
      if (!source.throttled(tick)) return;
      source.throttle_until = 0;
      source.marks &= static_cast<std::uint8_t>(~Source::guessing);
      Event event;
      event.kind = Event::Kind::released;
      event.remote = note.remote;
      event.subnet = source_block(note.remote.address);
      event.transport = note.transport;
      event.account.append_foreign(note.account);
      event.evidence.assign("right credentials came from there");
      emit(event);
      return;
    }
  }
}

void Guard::failed(Now now, const Note& note, Source& source) {
  const Tick tick = tick_of(now);
  const Rules& rules = rules_->rules;
  const std::uint64_t account = name_hash(note.account);
  Event event;
  event.remote = note.remote;
  event.subnet = source_block(note.remote.address);
  event.transport = note.transport;
  event.account.append_foreign(note.account);
  event.proven = true;

  Pair& pair = pair_of(tick, source, account);
  if (pair.failures.add(tick, ticks(rules.account_period_s)) >= rules.account_failures && pair.locked_until <= tick) {
    pair.locked_until = tick + ticks(rules.account_lock_s);
    event.kind = Event::Kind::account_locked;
    event.until_ms = wall_of(now, pair.locked_until);
    event.evidence.assign("wrong passwords for one account from one source");
    emit(event);
  }
  Account& target = accounts_.touch(account | 1, [tick](const Account& a) { return rank_of(a, tick); });
  target.last = tick;
  const std::uint32_t failures = target.failures.add(tick, ticks(rules.attack_period_s));
  const std::uint32_t sources = target.sources.add_distinct(tick, ticks(rules.attack_period_s), mix64(pair.key));
  if (failures >= rules.attack_failures && sources >= rules.attack_sources) {
    const bool anew = target.attacked_until <= tick;
    target.attacked_until = tick + ticks(rules.attack_slow_s);
    if (anew) {
      event.kind = Event::Kind::account_attacked;
      event.until_ms = wall_of(now, target.attacked_until);
      event.evidence.assign("wrong passwords for one account from many sources");
      emit(event);
    }
  }
  Offence offence{Signal::auth_failed, note.remote, note.transport, note.local_port, true, note.account};
  offend(now, source, offence, account);
  // One message is one ban, whatever else it was.
  if (note.account_known || source.good(tick) || bans_.covers(now, note.remote.address)) return;
  offence.signal = Signal::unknown_target;
  offend(now, source, offence, account);
}

}  // namespace rf::guard
