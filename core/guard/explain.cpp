// The guard's answers to "why?" and "how much?".
#include <fmt/format.h>

#include "core/guard/guard.hpp"
#include "core/guard/prefix.hpp"

namespace rf::guard {
namespace {

constexpr std::string_view reason_names[] = {
    "passed",          "allowed",   "blocked",     "banned",  "port_blocked",   "defence_rule",     "country",
    "strangers_limit", "throttled", "needs_proof", "counted", "account_locked", "account_attacked", "unsolicited"};
constexpr std::string_view reason_texts[] = {
    "Nothing speaks against it.",
    "The access list allows this address; nothing more is looked at.",
    "The access list blocks this address.",
    "This address is banned.",
    "This port is blocked; phones with working credentials share its address, so the address is not.",
    "A static defence rule is about it.",
    "Packets from its country are not allowed.",
    "All unknown sources together send more than the limit; those that are known keep working.",
    "The source offended without proving that the packets are its own; it gets a trickle until right credentials come.",
    "The source is over its limit and the packet does not show that it is not forged.",
    "A detection rule caught it with this packet.",
    "Too many wrong passwords for this account from this source.",
    "This account is being guessed from many sources; unknown ones are slowed down.",
    "Requests of this kind out of the blue are counted, and refused even with a password.",
};
static_assert(std::size(reason_names) == reason_count && std::size(reason_texts) == reason_count);

}  // namespace

std::string_view name_of(Reason reason) {
  return reason_names[static_cast<std::size_t>(reason)];
}
std::string_view text_of(Reason reason) {
  return reason_texts[static_cast<std::size_t>(reason)];
}

std::string_view name_of(Event::Kind kind) {
  constexpr std::string_view names[] = {"banned",         "throttled",        "port_blocked", "watched",
                                        "account_locked", "account_attacked", "released"};
  return names[static_cast<std::size_t>(kind)];
}

Explanation Guard::explain(Now now, const Address& address) const {
  Explanation out;
  const Compiled& compiled = *rules_;
  const Tick tick = tick_of(now);
  if (const AccessEntry* entry = compiled.access_of(address, now.wall_ms)) out.access = *entry;
  if (const Protected* kept = compiled.protection_of(address)) out.protection = kept->what;
  if (compiled.around.countries) out.country = compiled.country_of(address).text();
  if (const Ban* ban = bans_.covers(now, address)) {
    out.ban = *ban;
  } else {
    for (const Ban& past : bans_.list())
      if (past.subnet.contains(address)) out.ban = past;
  }
  const Source* source = sources_.find(source_key(address));
  if (source) {
    out.known = true;
    out.last_ms = wall_of(now, source->last);
    out.caught_ms = source->throttled(tick) ? wall_of(now, source->caught_at) : 0;
    out.throttled_until_ms = source->throttled(tick) ? wall_of(now, source->throttle_until) : 0;
    out.good_until_ms = source->good(tick) ? wall_of(now, source->good_until) : 0;
    out.proven = source->proof_until > tick || (out.ban && out.ban->proven && out.ban->active(now.wall_ms));
    out.spares_phones = source->good(tick);
    ports_.for_each([&](const Port& port) {
      if (port.source != source->key) return;
      out.registered_ports += port.registered(tick);
      out.blocked_ports += port.blocked(tick);
    });
    pairs_.for_each([&](const Pair& pair) {
      if (pair.source == source->key) out.locked_accounts += pair.locked_until > tick;
    });
    if (source->marks & Source::offended && source->rule < compiled.rules.counting.size()) {
      out.last_rule = compiled.rules.counting[source->rule].name;
      out.last_about = compiled.rules.counting[source->rule].about;
    }
    for (const Counter& counter : compiled.counters) {
      if (counter.slot == Counter::no_slot) continue;
      const Slot& slot = source->slots[counter.slot];
      const std::uint32_t seen =
          counter.distinct ? slot.count_distinct(tick, counter.period) : slot.count(tick, counter.period);
      const CountingRule& rule = compiled.rules.counting[counter.levels.back()];
      if (seen > 0) out.counts.push_back({rule.name, seen, rule.threshold, rule.period_s});
    }
  }
  if (out.access)
    out.state = out.access->allow ? "Allowed by the access list." : "Blocked by the access list.";
  else if (!out.protection.empty())
    out.state = fmt::format("Protected ({}): it is watched and never banned.", out.protection);
  else if (out.ban && out.ban->active(now.wall_ms))
    out.state = fmt::format("Banned by {}: {}.{}", out.ban->rule.view(), out.ban->evidence.view(),
                            out.spares_phones ? " Registered phones there keep working." : "");
  else if (!compiled.country_allowed(address))
    out.state = "Dropped: its country is not allowed.";
  else if (out.throttled_until_ms != 0)
    out.state = fmt::format("Throttled to a trickle by {}; right credentials end it.", out.last_rule);
  else
    out.state = "Nothing is in force against it.";
  return out;
}

Verdict Guard::preview(Now now, const Facts& facts) const {
  const Compiled& compiled = *rules_;
  const Rules& rules = compiled.rules;
  const Address& address = facts.remote.address;
  const Tick tick = tick_of(now);
  if (!rules.enabled) return {};
  if (const AccessEntry* entry = compiled.access_of(address, now.wall_ms))
    return entry->allow ? Verdict{Action::pass, Reason::allowed, true} : Verdict{Action::drop, Reason::blocked};
  const bool kept = compiled.protection_of(address) != nullptr;
  const Port* port = ports_.find(port_key(facts.remote, facts.transport));
  const bool registered = port && port->registered(tick);
  if (!kept && !registered && bans_.covers(now, address)) return {Action::drop, Reason::banned};
  if (!kept && !registered && port && port->blocked(tick))
    return {Action::drop, Reason::port_blocked, false, port->rule};
  const DefenceRule* defence = compiled.defence_of(address, facts.transport, facts.local_port);
  if (defence && defence->action != Defence::accept)
    return {defence->action == Defence::drop ? Action::drop : Action::reject, Reason::defence_rule, false,
            static_cast<std::uint16_t>(defence - rules.defence.data())};
  if (!defence && !kept && !compiled.country_allowed(address)) return {Action::drop, Reason::country};
  const Source* source = sources_.find(source_key(address));
  if (!kept && !registered && source && source->throttled(tick))
    return {Action::prove, Reason::throttled, false, source->rule};
  const bool unsolicited = (facts.method == Method::notify && !rules.notify_allowed) ||
                           (facts.method == Method::refer && !rules.refer_allowed);
  // Rules that fire with one message: what it would be caught for.
  const auto noticed = [&](Signal signal) {
    return (signal == Signal::decoy && facts.decoy) ||
           (signal == Signal::agent && !compiled.agents.match(facts.user_agent).empty());
  };
  for (const Signal signal : {Signal::decoy, Signal::agent}) {
    if (kept || registered || !noticed(signal)) continue;
    for (const Counter& counter : compiled.counters)
      if (counter.slot == Counter::no_slot && counter.about(signal, facts.transport, facts.local_port))
        return {Action::drop, Reason::counted, false, counter.levels.front()};
  }
  if (unsolicited && !facts.in_dialog) return {Action::pass, Reason::unsolicited};
  return {};
}

Stats Guard::stats() const {
  Stats out = stats_;
  out.sources = sources_.size();
  out.sources_room = sources_.capacity();
  out.sources_forgotten = sources_.evicted();
  out.ports = ports_.size();
  out.pairs = pairs_.size();
  out.accounts = accounts_.size();
  out.bans = bans_.size();
  out.bans_room = bans_.capacity();
  out.bytes = sources_.bytes() + ports_.bytes() + pairs_.bytes() + accounts_.bytes() + networks_.bytes() +
              bans_.bytes() + events_max_ * sizeof(Event);
  return out;
}

}  // namespace rf::guard
