// What is usual for a subject: learned from calls that were answered and not unusual themselves, up to yesterday.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/limits/toll.hpp"
#include "core/pattern/call.hpp"

namespace rf::pattern {

/// A call that was answered and is over.
struct Answered {
  Call call;
  Moment begun;
  std::uint32_t talked_s = 0;
  bool dear = false;
  /// Its score was so high that it teaches nothing; it counts for today all the same.
  bool unusual = false;
  std::uint32_t answered_lately = 0;  ///< different numbers within ten minutes
};

/// One of the things that a subject calls, with the days on which it did.
template <class Key>
struct Seen {
  Key key{};
  std::uint16_t first = 0, last = 0;  ///< days since 1970
  std::uint16_t days = 0;             ///< different ones; 0: an empty place
};

/// Habits in a fixed piece of memory. What is learned today counts from tomorrow on, so nobody makes a burst usual by
/// the burst; and an hour, a country or a range counts once a day, so many calls teach no more than one.
class Baseline {
 public:
  /// From so many days with calls on, it says something.
  static constexpr std::uint32_t experienced_days = 10;

  void learn(const Answered& call);

  // --- what was usual before that day

  std::uint32_t days() const { return days_; }  ///< with calls, of the last months
  bool is_experienced() const { return days_ >= experienced_days; }
  /// On how many days there were calls within an hour of this one, working days and weekends each for themselves.
  std::uint32_t days_at(const Moment& now) const;
  /// Days since the first call to a country (no country is one, too); 0: it is new today, or was forgotten.
  std::uint32_t known_for_days(Country country, const Moment& now) const;
  /// Whether the country is no usual one yet: known for less than a week.
  bool is_fresh(Country country, const Moment& now) const { return known_for_days(country, now) < fresh_days; }
  /// On how many earlier days numbers of this range were called.
  std::uint32_t days_to(const number::E164& number, const Moment& now) const;

  struct Most {
    std::uint32_t calls = 0;      ///< of a day
    std::uint32_t abroad_s = 0;   ///< of talk with dear numbers, of a day
    std::uint32_t different = 0;  ///< numbers within ten minutes
    std::uint32_t forwarded = 0;  ///< of a day
  };
  /// The most that was usual; it fades when days have less.
  const Most& most() const { return most_; }
  /// Today, unusual calls too.
  Most today(const Moment& now) const { return now.day == today_.day ? today_.all : Most{}; }
  /// Of its answered calls, how many in a hundred lasted under ten seconds.
  std::uint32_t short_percent() const;

  // --- for people

  std::uint32_t days_at_hour(unsigned weekday, unsigned hour) const { return hours_[weekday][hour]; }
  std::span<const Seen<std::uint16_t>> countries() const { return countries_; }
  /// Answered calls by length: under 10 s, 30 s, 1, 3, 10, 30 minutes, an hour, and longer.
  static constexpr std::size_t length_classes = 8;
  const std::array<std::uint16_t, length_classes>& lengths() const { return lengths_; }
  std::uint16_t last_day() const { return today_.day; }

 private:
  static constexpr std::uint32_t fresh_days = 7;
  struct Today {
    std::uint16_t day = 0;
    std::uint32_t hours = 0;  ///< bit n: a call that is learned from, in hour n
    std::uint8_t weekday = 0;
    Most all, usual;
  };
  void begin(const Moment& day);
  void age();

  std::uint16_t days_ = 0;
  Most most_;
  Today today_;
  std::array<std::uint16_t, length_classes> lengths_{};
  std::array<std::array<std::uint8_t, 24>, 7> hours_{};  ///< days with calls then
  std::array<Seen<std::uint16_t>, PatternLimits::countries> countries_{};
  std::array<Seen<number::E164>, PatternLimits::ranges> ranges_{};
};

}  // namespace rf::pattern
