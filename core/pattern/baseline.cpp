#include "core/pattern/baseline.hpp"

#include <algorithm>
#include <numeric>

#include "core/pattern/recent.hpp"

namespace rf::pattern {
namespace {

/// So many days with calls weigh; then all of them weigh half, and new habits replace old ones.
constexpr std::uint16_t weighty_days = 120;

constexpr std::array<std::uint32_t, Baseline::length_classes - 1> length_bounds_s{10, 30, 60, 180, 600, 1'800, 3'600};

template <class Key, std::size_t n>
const Seen<Key>* find(const std::array<Seen<Key>, n>& table, const Key& key, std::uint16_t today) {
  for (const Seen<Key>& each : table)
    if (each.days > 0 && each.key == key && each.last + PatternLimits::memory_days >= today) return &each;
  return nullptr;
}

template <class Key, std::size_t n>
void see(std::array<Seen<Key>, n>& table, const Key& key, std::uint16_t today) {
  Seen<Key>* least = &table.front();
  for (Seen<Key>& each : table) {
    if (each.days > 0 && each.key == key) {
      if (each.last + PatternLimits::memory_days < today) each = {key, today, today, 0};
      if (each.last < today || each.days == 0) each.days = static_cast<std::uint16_t>(std::min(each.days + 1, 60'000));
      each.last = std::max(each.last, today);
      return;
    }
    if (each.days < least->days || (each.days == least->days && each.last < least->last)) least = &each;
  }
  *least = {key, today, today, 1};
}

/// A day more: what was the most fades by a sixteenth, and grows to what the day had; who is experienced, at most to
/// twice as much and `least`.
std::uint32_t blend(std::uint32_t most, std::uint32_t day, std::uint32_t least, bool experienced) {
  return std::max(most - most / 16, experienced ? std::min(day, 2 * most + least) : day);
}

}  // namespace

void Baseline::age() {
  days_ /= 2;
  for (auto& day : hours_)
    for (std::uint8_t& hour : day) hour /= 2;
  for (std::uint16_t& length : lengths_) length /= 2;
}

void Baseline::begin(const Moment& now) {
  if (now.day == today_.day) return;
  if (today_.hours != 0) {
    for (unsigned hour = 0; hour < 24; ++hour)
      if ((today_.hours >> hour & 1) != 0 && hours_[today_.weekday][hour] < UINT8_MAX) ++hours_[today_.weekday][hour];
    const Most& day = today_.usual;
    const bool known = is_experienced();
    most_ = {blend(most_.calls, day.calls, 40, known), blend(most_.abroad_s, day.abroad_s, 3'600, known),
             blend(most_.different, day.different, 5, known), blend(most_.forwarded, day.forwarded, 4, known)};
    if (++days_ >= weighty_days) age();
  }
  today_ = {now.day, 0, now.weekday, {}, {}};
}

void Baseline::learn(const Answered& call) {
  begin(call.begun);
  const auto add = [&](Most& to) {
    ++to.calls;
    if (call.dear) to.abroad_s += std::min(call.talked_s, std::uint32_t{86'400});
    if (call.call.forwarded) ++to.forwarded;
    to.different = std::max(to.different, call.answered_lately);
  };
  add(today_.all);
  if (call.unusual) return;
  add(today_.usual);
  today_.hours |= 1u << call.begun.hour;
  see(countries_, call.call.country.index, call.begun.day);
  if (call.dear) see(ranges_, range_of(call.call.number), call.begun.day);
  const auto bound = std::upper_bound(length_bounds_s.begin(), length_bounds_s.end(), call.talked_s);
  std::uint16_t& length = lengths_[static_cast<std::size_t>(bound - length_bounds_s.begin())];
  if (++length == UINT16_MAX)
    for (std::uint16_t& each : lengths_) each /= 2;
}

std::uint32_t Baseline::days_at(const Moment& now) const {
  std::uint32_t out = 0;
  const unsigned from = now.is_weekend() ? 5 : 0, to = now.is_weekend() ? 7 : 5;
  for (unsigned day = from; day < to; ++day)
    for (const unsigned hour : {now.hour + 23u, now.hour + 0u, now.hour + 1u}) out += hours_[day][hour % 24];
  return out;
}

std::uint32_t Baseline::known_for_days(Country country, const Moment& now) const {
  const auto* seen = find(countries_, country.index, now.day);
  return seen && seen->first < now.day ? now.day - seen->first : 0;
}

std::uint32_t Baseline::days_to(const number::E164& number, const Moment& now) const {
  const auto* seen = find(ranges_, range_of(number), now.day);
  if (!seen || seen->first >= now.day) return 0;
  return seen->days - (seen->last >= now.day ? 1u : 0u);
}

std::uint32_t Baseline::short_percent() const {
  const std::uint32_t all = std::accumulate(lengths_.begin(), lengths_.end(), 0u);
  return all == 0 ? 0 : lengths_.front() * 100u / all;
}

}  // namespace rf::pattern
