#include "core/pattern/recent.hpp"

#include <algorithm>

namespace rf::pattern {
namespace {

constexpr std::uint32_t minute_s = 60, burst_s = 600, hour_s = 3'600, day_s = 86'400;
constexpr std::uint32_t short_call_s = 10;
/// Shorter calls are of equal length by chance: an answering machine, a menu.
constexpr std::uint32_t long_call_s = 60;

std::uint32_t age_of(std::uint32_t at_s, const Moment& now) {
  return now.at_s > at_s ? now.at_s - at_s : 0;
}

/// All calls to a country that is no usual one are alike for a day.
std::uint32_t looked_back_s(bool fresh) {
  return fresh ? day_s : hour_s;
}

template <class T>
bool contains(const std::array<T, PatternLimits::recent>& seen, std::uint32_t count, const T& one) {
  return std::find(seen.begin(), seen.begin() + count, one) != seen.begin() + count;
}

/// Different ones, of which the first is there from the beginning.
template <class T>
class Different {
 public:
  explicit Different(const T& first) : first_(first) {}
  void add(const T& one) {
    if (one != first_ && !contains(others_, count_, one)) others_[count_++] = one;
  }
  std::uint32_t count() const { return 1 + count_; }

 private:
  T first_;
  std::array<T, PatternLimits::recent> others_;
  std::uint32_t count_ = 0;
};

/// How many of the lengths are nearly the same, and which length that is.
std::uint32_t equal_lengths(const std::array<std::uint16_t, PatternLimits::recent>& lengths, std::uint32_t count,
                            std::uint32_t& length_s) {
  std::uint32_t most = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const int within = std::max(2, lengths[i] / 50);
    const auto near = std::count_if(lengths.begin(), lengths.begin() + count, [&](std::uint16_t other) {
      return std::abs(int{other} - int{lengths[i]}) <= within;
    });
    if (static_cast<std::uint32_t>(near) <= most) continue;
    most = static_cast<std::uint32_t>(near);
    length_s = lengths[i];
  }
  return most;
}

}  // namespace

number::E164 range_of(const number::E164& number) {
  constexpr std::size_t least = 5, dropped = 4;
  return number.prefix(number.size() > least + dropped ? number.size() - dropped : least);
}

void Recent::add(const Entry& entry) {
  entries_[next_] = entry;
  at_s_[next_] = entry.at_s;
  newest_s_ = std::max(newest_s_, entry.at_s);
  next_ = static_cast<std::uint8_t>((next_ + 1) % entries_.size());
  used_ = static_cast<std::uint8_t>(std::min<std::size_t>(used_ + 1u, entries_.size()));
}

void Recent::end(std::uint32_t at_s, const number::E164& number, State state, std::uint16_t talked_s) {
  for (std::size_t i = 0; i < used_; ++i) {
    Entry& entry = entries_[i];
    if (entry.state != State::running || entry.at_s != at_s || entry.number != number) continue;
    entry.state = state;
    entry.talked_s = talked_s;
    return;
  }
}

Burst Recent::count(const Moment& now, const Call& call, bool fresh, std::uint32_t caller) const {
  Burst out;
  out.alike = out.different = 1;
  out.new_countries = fresh ? 1 : 0;
  out.forwarded = out.looped = call.forwarded ? 1 : 0;
  out.callers = out.fresh_numbers = 1;
  if (used_ > 0 && age_of(newest_s_, now) <= looked_back_s(fresh)) look_back(now, call, fresh, out, caller);
  return out;
}

void Recent::look_back(const Moment& now, const Call& call, bool fresh, Burst& out, std::uint32_t caller) const {
  const number::E164 range = range_of(call.number);
  std::array<std::uint16_t, PatternLimits::recent> lengths;
  std::array<number::E164, PatternLimits::recent> numbers;
  std::array<std::uint16_t, PatternLimits::recent> countries;
  std::uint32_t ended_alike = 0, to_this = 0, others = 0, foreign = 0;
  Different callers(caller);
  Different fresh_numbers(call.number);
  for (std::size_t i = 0; i < used_; ++i) {
    const std::uint32_t age_s = age_of(at_s_[i], now);
    if (age_s > looked_back_s(fresh)) continue;
    const Entry& entry = entries_[i];
    const bool same_country = entry.country == call.country.index;
    const bool same_range =
        call.number ? entry.number.starts_with(range) : !entry.number && entry.country == call.country.index;
    const bool alike = (same_range && age_s <= hour_s) || (fresh && (same_country || same_range));
    if (alike && entry.state != State::unanswered) {
      ++out.alike;
      out.alike_within_s = std::max(out.alike_within_s, age_s);
      if (entry.state == State::answered && entry.talked_s >= long_call_s) {
        lengths[ended_alike++] = entry.talked_s;
        to_this += entry.number == call.number ? 1 : 0;
      }
    }
    if (age_s <= burst_s && entry.number != call.number && !contains(numbers, others, entry.number))
      numbers[others++] = entry.number;
    if (age_s <= burst_s && entry.fresh) {
      callers.add(entry.caller);
      fresh_numbers.add(entry.number);
    }
    if (age_s > hour_s) continue;
    if (entry.fresh && entry.country != call.country.index &&
        std::find(countries.begin(), countries.begin() + foreign, entry.country) == countries.begin() + foreign)
      countries[foreign++] = entry.country;
    if (entry.state == State::answered) ++out.ended;
    if (entry.state == State::answered && entry.talked_s < short_call_s) ++out.cut_short;
    if (call.forwarded && entry.forwarded) {
      ++out.forwarded;
      if (age_s <= minute_s && entry.number == call.number) ++out.looped;
    }
  }
  out.different += others;
  out.callers = callers.count();
  out.fresh_numbers = fresh_numbers.count();
  out.new_countries += foreign;
  out.equal = equal_lengths(lengths, ended_alike, out.equal_s);
  out.one_number = ended_alike != 0 && to_this == ended_alike;
}

std::uint32_t Recent::answered_lately(const Moment& now) const {
  std::array<number::E164, PatternLimits::recent> numbers;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    const Entry& entry = entries_[i];
    const std::uint32_t age_s = age_of(entry.at_s, now);
    if (age_s <= burst_s && entry.state == State::answered && !contains(numbers, count, entry.number))
      numbers[count++] = entry.number;
  }
  return count;
}

}  // namespace rf::pattern
