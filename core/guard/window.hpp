// Counting in a period of time, in six bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rf::guard {

/// Time inside the guard: tenths of a second since it began, never 0. Good for 13 years of running.
using Tick = std::uint32_t;
inline constexpr std::int64_t tick_ms = 100;

/// One counter of one source. Either how often something happened in the last period (two neighbouring periods, the
/// older one weighed by how much of it still counts), or how many different things in this period (a bitmap of 32 that
/// may count late, never early: its bits are at most as many as the things).
/// The number of the period is kept in 16 bits; what keeps the slots sees to it that none stays untouched for 65,536
/// periods (Source::freshen).
struct Slot {
  std::uint16_t period = 0;
  std::uint16_t now = 0;
  std::uint16_t before = 0;

  void roll(Tick tick, Tick period_ticks) {
    const auto current = static_cast<std::uint16_t>(tick / period_ticks);
    if (current == period) return;
    before = static_cast<std::uint16_t>(period + 1) == current ? now : 0;
    now = 0;
    period = current;
  }

  /// Adds one and gives how many there were in the last `period_ticks`.
  std::uint32_t add(Tick tick, Tick period_ticks) {
    roll(tick, period_ticks);
    if (now != UINT16_MAX) ++now;
    return in_window(tick, period_ticks);
  }
  void take_back(Tick tick, Tick period_ticks) {
    roll(tick, period_ticks);
    if (now > 0)
      --now;
    else if (before > 0)
      --before;
  }
  /// As of `tick`, without changing anything.
  std::uint32_t count(Tick tick, Tick period_ticks) const {
    Slot copy = *this;
    copy.roll(tick, period_ticks);
    return copy.in_window(tick, period_ticks);
  }

  /// Adds one thing, by its hash, and gives how many different ones there were in this period at least.
  std::uint32_t add_distinct(Tick tick, Tick period_ticks, std::uint64_t hash) {
    const auto current = static_cast<std::uint16_t>(tick / period_ticks);
    if (current != period) *this = {current, 0, 0};
    const std::uint32_t bits = bitmap() | 1u << (hash & 31);
    now = static_cast<std::uint16_t>(bits);
    before = static_cast<std::uint16_t>(bits >> 16);
    return static_cast<std::uint32_t>(std::popcount(bits));
  }
  std::uint32_t count_distinct(Tick tick, Tick period_ticks) const {
    if (static_cast<std::uint16_t>(tick / period_ticks) != period) return 0;
    return static_cast<std::uint32_t>(std::popcount(bitmap()));
  }

 private:
  std::uint32_t bitmap() const { return static_cast<std::uint32_t>(before) << 16 | now; }
  std::uint32_t in_window(Tick tick, Tick period_ticks) const {
    const Tick left = period_ticks - tick % period_ticks;
    return now + static_cast<std::uint32_t>(static_cast<std::uint64_t>(before) * left / period_ticks);
  }
};
static_assert(sizeof(Slot) == 6);

/// A token bucket in four bytes (GCRA): `burst` at once, then one every `interval` ticks.
struct Trickle {
  Tick due = 0;

  bool take(Tick tick, Tick interval, std::uint32_t burst) {
    if (due < tick) due = tick;
    if (due > tick + (burst - 1) * interval) return false;
    due += interval;
    return true;
  }
};

/// Text of bounded length in place, for records that must not allocate.
template <std::size_t N>
struct FixedText {
  std::uint8_t size = 0;
  char chars[N] = {};
  static_assert(N < 256);

  void assign(std::string_view text) {
    size = static_cast<std::uint8_t>(text.size() < N ? text.size() : N);
    for (std::size_t i = 0; i < size; ++i) chars[i] = text[i];
  }
  /// What a stranger wrote: at most `limit` characters, everything that is not plain printable ASCII becomes '?'.
  void append_foreign(std::string_view text, std::size_t limit = 32) {
    for (std::size_t i = 0; i < text.size() && i < limit && size < N; ++i) {
      const char c = text[i];
      chars[size++] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c : '?';
    }
  }
  void append(std::string_view text) {
    for (std::size_t i = 0; i < text.size() && size < N; ++i) chars[size++] = text[i];
  }
  std::string_view view() const { return {chars, size}; }
};

}  // namespace rf::guard
