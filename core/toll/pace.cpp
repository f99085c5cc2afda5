#include "core/toll/pace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::toll {
namespace {

constexpr std::uint32_t few_places = 2;  ///< looked at for each new record: all, in half the time that fills the table
constexpr std::uint32_t many_places = 64;  ///< when there is no room
constexpr std::uint32_t numbers_at_once = 64;
constexpr std::int64_t no_room_ms = 1'000;

std::int64_t period_ms(const PaceRule& rule) {
  return std::int64_t{std::clamp<std::uint32_t>(rule.period_s, 1, TollLimits::pace_period_s)} * 1'000;
}

}  // namespace

std::optional<std::string> fault_of(const PaceRule& rule) {
  if (rule.calls == 0) return "a rule allows at least one call; to allow none, disable outbound calls";
  if (rule.calls > TollLimits::pace_calls) return fmt::format("a rule allows at most {} calls", TollLimits::pace_calls);
  if (rule.period_s == 0 || rule.period_s > TollLimits::pace_period_s)
    return fmt::format("a rule counts over 1 to {} seconds", TollLimits::pace_period_s);
  return std::nullopt;
}

Pace::Pace(const TollLimits& limits, std::uint64_t seed)
    : key_(seed),
      records_(limits.pace_records),
      by_key_(0, Hash{SubjectHash{HashKey(seed + 1)}}),
      destinations_(limits.pace_destinations, HashKey(seed + 2)) {
  by_key_.reserve(limits.pace_records);
  alerts_.reserve(TollLimits::pace_rules);
}

void Pace::sweep(std::int64_t now_ms, std::uint32_t places) {
  swept_to_ = records_.for_some(swept_to_, places, [&](RecordId id, Record& record) {
    if (record.empty_at_ms > now_ms) return;
    destinations_.expire(id.value, record.numbers, now_ms, numbers_at_once);
    if (record.numbers.count > 0) return;
    by_key_.erase(record.key);
    records_.erase(id);
  });
}

Pace::RecordId Pace::find(const PaceCheck& check, const PaceRule& rule) const {
  const Key key{check.subject, rule.id};
  if (check.hint && &rule == check.rules.data())
    if (const Record* const record = records_.find(*check.hint); record && record->key == key) return *check.hint;
  const auto known = by_key_.find(key);
  return known == by_key_.end() ? RecordId{} : known->second;
}

Pace::Places Pace::look_up(std::span<const PaceCheck> checks) const {
  Places out;
  for (const PaceCheck& check : checks)
    for (const PaceRule& rule : check.rules)
      if (out.size() < out.capacity()) records_.fetch(out.emplace_back(find(check, rule)));
  return out;
}

Pace::Asked Pace::record_of(std::int64_t now_ms, const Subject& subject, const PaceRule& rule, RecordId known) {
  // One that was known may have been swept away for another of this call.
  if (Record* const record = records_.find(known)) {
    // Must not be swept away while this call is looked at.
    record->empty_at_ms = std::max(record->empty_at_ms, now_ms + 1);
    return {known, record, &rule};
  }
  const Key key{subject, rule.id};
  sweep(now_ms, records_.size() < records_.limit() ? few_places : many_places);
  const RecordId id = records_.emplace(Record{.empty_at_ms = now_ms + 1, .key = key});
  if (id) by_key_.emplace(key, id);
  return {id, records_.find(id), &rule};
}

std::optional<PaceRefusal::Why> Pace::look(std::int64_t now_ms, const Asked& asked, std::uint64_t number,
                                           std::size_t& fresh_numbers) {
  Record& record = *asked.record;
  const PaceRule& rule = *asked.rule;
  const std::int64_t after_ms = now_ms - period_ms(rule);
  if (!rule.distinct) {
    if (rule.calls > 0) record.window.set_calls(rule.calls);
    if (record.window.count(now_ms, period_ms(rule)) >= rule.calls) return PaceRefusal::Why::calls;
    return std::nullopt;
  }
  // Two leave for one that comes: with the oldest still counting, all of the list do.
  destinations_.expire(asked.id.value, record.numbers, after_ms, 2);
  if (destinations_.has(asked.id.value, number, after_ms)) return std::nullopt;
  const bool takes_room = !destinations_.knows(asked.id.value, number);
  const std::uint32_t others = record.numbers.count - (takes_room ? 0 : 1);
  if (others >= rule.calls) return PaceRefusal::Why::numbers;
  if (takes_room && ++fresh_numbers > destinations_.room()) {
    sweep(now_ms, many_places);
    if (fresh_numbers > destinations_.room()) return PaceRefusal::Why::no_room;
  }
  return std::nullopt;
}

PaceRefusal Pace::refusal(std::int64_t now_ms, PaceRefusal::Why why, const Subject& subject, const Asked& asked) {
  PaceRefusal out{
      .why = why, .subject = subject, .rule = *asked.rule, .count = 0, .until_mono_ms = now_ms + no_room_ms};
  Record* const record = asked.record;
  if (!record || why == PaceRefusal::Why::no_room) return out;
  const std::int64_t period = period_ms(*asked.rule);
  if (why == PaceRefusal::Why::calls) {
    out.count = record->window.count(now_ms, period);
    out.until_mono_ms = record->window.frees_at_ms(now_ms, period);
  } else {
    out.count = record->numbers.count;
    if (out.count > 0) out.until_mono_ms = std::max(destinations_.oldest_ms(record->numbers) + period, now_ms + 1);
  }
  return out;
}

void Pace::count(std::int64_t now_ms, const Asked& asked, std::uint64_t number) {
  Record& record = *asked.record;
  if (asked.rule->distinct)
    destinations_.note(asked.id.value, record.numbers, number, now_ms);
  else
    record.window.add(now_ms);
  record.empty_at_ms = std::max(record.empty_at_ms, now_ms + period_ms(*asked.rule));
}

bool Pace::is_full(std::int64_t now_ms, const Asked& asked) {
  const PaceRule& rule = *asked.rule;
  if (rule.distinct) return asked.record->numbers.count >= rule.calls;
  return asked.record->window.count(now_ms, period_ms(rule)) >= rule.calls;
}

void Pace::tell(std::int64_t now_ms, const Asked& asked) {
  if (!is_full(now_ms, asked)) return;
  Record& record = *asked.record;
  if (now_ms >= record.quiet_at_ms || record.told_at != asked.rule->calls)
    alerts_.push_back({record.key.subject, *asked.rule});
  record.told_at = asked.rule->calls;
  record.quiet_at_ms = now_ms + std::max(period_ms(*asked.rule), std::int64_t{TollLimits::pace_quiet_s} * 1'000);
  record.empty_at_ms = std::max(record.empty_at_ms, record.quiet_at_ms);
}

void Pace::recall(std::int64_t then_mono_ms, std::span<const PaceCheck> checks, std::string_view number) {
  const std::uint64_t destination = destination_of(number, key_);
  for (const PaceCheck& check : checks) {
    for (const PaceRule& rule : check.rules) {
      const Asked one = record_of(then_mono_ms, check.subject, rule, find(check, rule));
      if (!one.record) continue;
      std::size_t fresh_numbers = 0;
      // So that what has left the window is let go; whether a rule that refuses would have another is not asked.
      if (look(then_mono_ms, one, destination, fresh_numbers) && rule.alert) continue;
      if (!rule.distinct || destinations_.knows(one.id.value, destination) || destinations_.room() > 0)
        count(then_mono_ms, one, destination);
    }
  }
}

std::optional<PaceRefusal> Pace::take(std::int64_t now_mono_ms, std::span<const PaceCheck> checks, const Places& places,
                                      std::string_view number) {
  alerts_.clear();
  boost::container::static_vector<Asked, TollLimits::pace_rules> asked;
  std::size_t fresh_numbers = 0;
  std::optional<std::uint64_t> destination;  // few rules ask for it
  for (const PaceCheck& check : checks) {
    for (const PaceRule& rule : check.rules) {
      Asked one{{}, nullptr, &rule};
      if (asked.size() < asked.capacity()) one = record_of(now_mono_ms, check.subject, rule, places[asked.size()]);
      if (!one.record) {
        // Fail closed: a paid call that cannot be counted does not leave.
        if (!rule.alert) return refusal(now_mono_ms, PaceRefusal::Why::no_room, check.subject, one);
        if (asked.size() < asked.capacity()) asked.push_back(one);
        continue;
      }
      if (rule.distinct && !destination) destination = destination_of(number, key_);
      const std::size_t fresh_before = fresh_numbers;
      if (const auto why = look(now_mono_ms, one, destination.value_or(0), fresh_numbers)) {
        if (!rule.alert) return refusal(now_mono_ms, *why, check.subject, one);
        one.counts = false;
        fresh_numbers = fresh_before;
      }
      if (check.hint && &rule == check.rules.data()) *check.hint = one.id;
      asked.push_back(one);
    }
  }
  for (const Asked& one : asked) {
    if (!one.record) continue;
    if (one.counts) count(now_mono_ms, one, destination.value_or(0));
    if (one.rule->alert) tell(now_mono_ms, one);
  }
  return std::nullopt;
}

}  // namespace rf::toll
