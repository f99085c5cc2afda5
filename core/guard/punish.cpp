// What happens to a source that a rule caught.
#include <fmt/format.h>

#include <algorithm>

#include "core/guard/guard.hpp"

namespace rf::guard {
namespace {

constexpr Tick ticks(std::uint32_t seconds) {
  return seconds * (1'000 / tick_ms);
}

constexpr std::uint32_t a_day_s = 86'400;

/// "40 of packet in 2 s (limit 40), at UDP port 5071, last 'x'": numbers and the foreign word, nothing secret.
void write_evidence(FixedText<159>& out, const CountingRule& rule, Signal signal, std::uint32_t seen,
                    const Endpoint& remote, Transport transport, std::string_view detail) {
  char text[128];
  const auto end = fmt::format_to_n(text, sizeof text, "{} {}{} in {} s (limit {}), {} port {}", seen,
                                    rule.distinct ? "different " : "", name_of(signal), rule.period_s, rule.threshold,
                                    via_name(transport), remote.port);
  out.assign({text, std::min(end.size, sizeof text)});
  if (detail.empty()) return;
  out.append(", last \"");
  out.append_foreign(detail);
  out.append("\"");
}

}  // namespace

void Guard::punish(Now now, Source& source, const Offence& offence, std::uint8_t index, std::uint32_t seen) {
  const Rules& rules = rules_->rules;
  const CountingRule& rule = rules.counting[index];
  const Tick tick = tick_of(now);
  // A source that is throttled for this already is not an event again for every packet.
  const bool known = source.throttled(tick) && source.rule == index;
  source.rule = index;
  source.marks |= Source::offended;

  const Subnet block = source_block(offence.remote.address);
  const bool kept =
      rules_->protection_of(offence.remote.address) != nullptr || rules_->meets_protected(block, now.wall_ms);
  const bool spared = kept || rule.response == Response::watch;
  if (spared && known) return;
  if (spared) ++stats_.fired[index];
  // Told once in the rule's time; nothing is taken from it.
  if (spared && seen != rule.threshold) return;

  Event event;
  event.remote = offence.remote;
  event.subnet = block;
  event.transport = offence.transport;
  event.rule.assign(rule.name);
  event.proven = offence.certain;
  if (spared) {
    event.kind = Event::Kind::watched;
    write_evidence(event.evidence, rule, offence.signal, seen, offence.remote, offence.transport, offence.detail);
    return emit(event);
  }
  const bool guessing = offence.signal == Signal::auth_failed;
  // Whoever sends too much may be an office that comes back after a power cut: it gets one period to show credentials.
  const bool grace = offence.signal == Signal::packet && !rules.strict &&
                     (!source.throttled(tick) || tick - source.caught_at < ticks(rule.period_s));
  const bool bannable = rule.response == Response::ban && !grace && (offence.certain || rules.strict);
  if (bannable && source.good(tick) && !rules.strict) {
    // Honest phones are there: the offender's port is out, its neighbours live.
    Port& port = port_at(tick, source, offence.remote, offence.transport);
    // What is forged in the name of a phone does not touch it; a wrong password with our nonce in it is its own.
    const bool phone = port.registered(tick) && !guessing;
    if (!phone && !port.blocked(tick)) {
      port.registered_until = 0;
      port.blocked_until = tick + ticks(rule.duration_s);
      port.rule = index;
      if (source.blocked_ports < 255) ++source.blocked_ports;
      ++stats_.fired[index];
      event.kind = Event::Kind::port_blocked;
      event.until_ms = wall_of(now, port.blocked_until);
      write_evidence(event.evidence, rule, offence.signal, seen, offence.remote, offence.transport, offence.detail);
      emit(event);
    }
    if (source.blocked_ports >= rules.blocked_ports) throttle(tick, source, guessing);
    return;
  }
  if (bannable) {
    write_evidence(event.evidence, rule, offence.signal, seen, offence.remote, offence.transport, offence.detail);
    ++stats_.fired[index];
    return ban(now, offence, rule, offence.certain, event);
  }
  throttle(tick, source, guessing);
  if (known) return;
  ++stats_.fired[index];
  event.kind = Event::Kind::throttled;
  event.until_ms = wall_of(now, source.throttle_until);
  // Below that rate every packet is worth a look: it may be the one that carries proof. Above it the others suffer.
  event.floods = offence.signal == Signal::packet && !source.good(tick) &&
                 rule.threshold >= rule.period_s * rules.flood_per_s;
  write_evidence(event.evidence, rule, offence.signal, seen, offence.remote, offence.transport, offence.detail);
  emit(event);
}

void Guard::throttle(Tick tick, Source& source, bool guessing) {
  if (!source.throttled(tick)) {
    source.marks &= static_cast<std::uint8_t>(~Source::guessing);
    source.caught_at = tick;
  }
  if (guessing) source.marks |= Source::guessing;
  source.throttle_until = tick + ticks(rules_->rules.throttle_s);
}

void Guard::ban(Now now, const Offence& offence, const CountingRule& rule, bool proven, Event& event) {
  Ban ban;
  ban.subnet = source_block(offence.remote.address);
  ban.rule.assign(rule.name);
  ban.evidence = event.evidence;
  ban.since_ms = now.wall_ms;
  ban.until_ms = now.wall_ms + std::int64_t{rule.duration_s} * 1'000;
  ban.proven = proven;
  const Ban kept = bans_.add(now, ban, rules_->rules.escalation_s, rules_->rules.remember_bans_s);
  event.kind = Event::Kind::banned;
  event.until_ms = kept.until_ms;
  event.repeats = kept.repeats;
  emit(event);
  widen(now, kept);
}

std::uint32_t Guard::count_network(Tick tick, const Subnet& subnet) {
  const std::uint64_t half = source_key(subnet.base);
  Network& network = networks_.touch((half & ~std::uint64_t{0xffff}) | 1,
                                     [tick](const Network& other) { return rank_of(other, tick); });
  network.last = tick;
  return network.banned.add_distinct(tick, ticks(a_day_s), KeyedHash(key_).add(half).finish());
}

void Guard::widen(Now now, const Ban& ban) {
  // Whoever owns a /48 has 65,536 sources; after some of them the whole block goes.
  const std::uint32_t limit = rules_->rules.wide_ban_networks;
  if (!ban.proven || ban.subnet.base.is_v4() || ban.subnet.prefix != 64 || limit == 0) return;
  if (count_network(tick_of(now), ban.subnet) < limit) return;
  auto bytes = ban.subnet.base.bytes();
  bytes[6] = bytes[7] = 0;
  Ban wide = ban;
  wide.subnet = {Address::from_bytes(bytes), 48};
  if (rules_->meets_protected(wide.subnet, now.wall_ms)) return;
  wide.evidence.assign("many networks of this block are banned; the last: ");
  wide.evidence.append(ban.rule.view());
  const Ban kept = bans_.add(now, wide, rules_->rules.escalation_s, rules_->rules.remember_bans_s);
  Event event;
  event.kind = Event::Kind::banned;
  event.remote = {wide.subnet.base, 0};
  event.subnet = wide.subnet;
  event.rule = wide.rule;
  event.evidence = wide.evidence;
  event.until_ms = kept.until_ms;
  event.repeats = kept.repeats;
  event.proven = true;
  emit(event);
}

bool Guard::release(Now now, const Subnet& subnet) {
  const Tick tick = tick_of(now);
  bool was = false;
  for (const Ban& ban : bans_.list())
    if (subnet.contains(ban.subnet.base) && ban.subnet.prefix >= subnet.prefix)
      was = bans_.release(now, ban.subnet) || was;
  if (const Subnet block = source_block(subnet.base); subnet.prefix > block.prefix)
    was = bans_.release(now, block) || was;
  const auto meant = [&](std::uint64_t key) {
    return subnet.contains(address_of_source(key)) || key == source_key(subnet.base);
  };
  sources_.for_each([&](Source& source) {
    if (!meant(source.key)) return;
    was = was || source.throttled(tick);
    source.throttle_until = 0;
    source.marks &= Source::has_endpoints;
    source.blocked_ports = 0;
    source.slots = {};
  });
  ports_.for_each([&](Port& port) {
    if (meant(port.source)) port.blocked_until = 0;
  });
  pairs_.for_each([&](Pair& pair) {
    if (!meant(pair.source)) return;
    pair.locked_until = 0;
    pair.failures = {};
  });
  return was;
}

std::vector<Subnet> Guard::end_bans_of_protected(Now now) {
  std::vector<Subnet> ended;
  for (const Ban& ban : bans_.list())
    if (rules_->meets_protected(ban.subnet, now.wall_ms) && bans_.release(now, ban.subnet)) ended.push_back(ban.subnet);
  return ended;
}

std::size_t Guard::restore(Now now, const std::vector<Ban>& bans) {
  std::size_t active = 0;
  for (const Ban& ban : bans) {
    if (rules_->meets_protected(ban.subnet, now.wall_ms)) continue;
    if (bans_.restore(now, ban, rules_->rules.remember_bans_s)) active += ban.active(now.wall_ms);
    const bool of_today = now.wall_ms - ban.since_ms < std::int64_t{a_day_s} * 1'000;
    if (ban.proven && of_today && !ban.subnet.base.is_v4() && ban.subnet.prefix == 64)
      count_network(tick_of(now), ban.subnet);
  }
  return active;
}

}  // namespace rf::guard
