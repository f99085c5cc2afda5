// What outlives a restart besides bans: sources that are not to be strangers again.
#include <algorithm>

#include "core/guard/guard.hpp"

namespace rf::guard {
namespace {

/// Counters of shorter periods are empty again before a restart is over.
constexpr Tick slow_period = 10u * 60 * (1'000 / tick_ms);
constexpr std::uint32_t noteworthy = 2;  ///< once is nothing to write down

}  // namespace

std::size_t Guard::keep(Now now, std::size_t from, std::size_t count, std::int64_t since_ms, std::size_t limit,
                        std::vector<KeptSource>& out) const {
  const Tick tick = tick_of(now), since = tick_at(now, since_ms);
  const auto slow = [&](const Source& source, const Counter& counter) {
    if (counter.slot == Counter::no_slot || counter.period < slow_period) return false;
    const Slot& slot = source.slots[counter.slot];
    return (counter.distinct ? slot.count_distinct(tick, counter.period) : slot.count(tick, counter.period)) >=
           noteworthy;
  };
  std::vector<const Source*> chosen;
  sources_.for_some(from, count, [&](const Source& source) {
    if (source.last < since) return;
    const bool worth = source.throttled(tick) || source.marks & Source::offended || source.proof_until > tick ||
                       source.good(tick) ||
                       std::any_of(rules_->counters.begin(), rules_->counters.end(),
                                   [&](const Counter& counter) { return slow(source, counter); });
    if (worth) chosen.push_back(&source);
  });
  // Of those with proof or credentials there may be as many as there are phones; who offended is written first.
  const auto danger = [&](const Source* source) {
    return std::pair(source->throttled(tick) || source->marks & Source::offended, source->last);
  };
  if (chosen.size() > limit) {
    std::nth_element(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(limit), chosen.end(),
                     [&](const Source* a, const Source* b) { return danger(a) > danger(b); });
    chosen.resize(limit);
  }
  out.reserve(chosen.size());
  for (const Source* source : chosen) {
    KeptSource kept;
    kept.address = address_of_source(source->key);
    kept.last_ms = wall_of(now, source->last);
    kept.caught_ms = wall_of(now, source->caught_at);
    kept.throttle_until_ms = source->throttled(tick) ? wall_of(now, source->throttle_until) : 0;
    kept.good_until_ms = source->good(tick) ? wall_of(now, source->good_until) : 0;
    kept.proof_until_ms = source->proof_until > tick ? wall_of(now, source->proof_until) : 0;
    kept.proof_port = source->proof_port;
    kept.guessing = source->marks & Source::guessing;
    kept.offended = source->marks & Source::offended;
    if (kept.offended && source->rule < rules_->rules.counting.size())
      kept.rule.assign(rules_->rules.counting[source->rule].name);
    for (const Counter& counter : rules_->counters) {
      if (!slow(*source, counter)) continue;
      const Slot& slot = source->slots[counter.slot];
      KeptCount& each = kept.counts[kept.count++];
      each.rule.assign(rules_->rules.counting[counter.levels.front()].name);
      // The slot knows the low bits of its period's number; it is this one or the one before.
      const Tick current = tick / counter.period;
      const bool old = static_cast<std::uint16_t>(current) != slot.period;
      each.since_ms = wall_of(now, (current - (old ? 1 : 0)) * counter.period);
      each.now = slot.now;
      each.before = slot.before;
    }
    out.push_back(kept);
  }
  return from + count < sources_.capacity() ? from + count : 0;
}

void Guard::restore(Now now, const std::vector<KeptSource>& sources) {
  const Tick tick = tick_of(now);
  const Rules& rules = rules_->rules;
  const auto seconds = [](std::uint32_t s) { return s * static_cast<Tick>(1'000 / tick_ms); };
  for (const KeptSource& kept : sources) {
    // A clock that was ahead gives nobody more than the rules do.
    const auto at_most = [&](std::int64_t until_ms, std::uint32_t limit_s) {
      return until_ms > now.wall_ms ? std::min(tick_at(now, until_ms), tick + seconds(limit_s)) : Tick{0};
    };
    Source& source = source_of(tick, kept.address);
    source.last = std::min(tick_at(now, kept.last_ms), tick);
    source.caught_at = std::min(tick_at(now, kept.caught_ms), tick);
    source.throttle_until = at_most(kept.throttle_until_ms, rules.throttle_s);
    source.good_until = at_most(kept.good_until_ms, rules.credentials_s);
    source.proof_until = at_most(kept.proof_until_ms, rules.proof_s);
    source.proof_port = kept.proof_port;
    if (kept.guessing) source.marks |= Source::guessing;
    source.rule = UINT8_MAX;
    for (std::size_t i = 0; i < rules.counting.size(); ++i) {
      if (kept.offended && rules.counting[i].name == kept.rule.view()) {
        source.rule = static_cast<std::uint8_t>(i);
        source.marks |= Source::offended;
      }
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(kept.count, kept.counts.size()); ++i) {
      const KeptCount& each = kept.counts[i];
      for (const Counter& counter : rules_->counters) {
        if (counter.slot == Counter::no_slot || rules.counting[counter.levels.front()].name != each.rule.view())
          continue;
        // Periods begin at other moments now: what fell into one lies where its middle was.
        const Tick middle = std::min(tick_at(now, each.since_ms) + counter.period / 2, tick);
        source.slots[counter.slot] = {static_cast<std::uint16_t>(middle / counter.period), each.now, each.before};
        if (tick / counter.period - middle / counter.period > 1) source.slots[counter.slot] = {};
      }
    }
  }
}

}  // namespace rf::guard
