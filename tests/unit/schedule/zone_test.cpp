#include "core/schedule/zone.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "core/base/random.hpp"
#include "core/schedule/calendar.hpp"
#include "core/schedule/tzif.hpp"

namespace rf::schedule {
namespace {

using Kind = Instants::Kind;

Zone of_rule(const char* rule) {
  const auto zone = parse_posix_zone("Test", rule);
  EXPECT_TRUE(zone) << rule << ": " << zone.error();
  return *zone;
}

std::int64_t clock_s(Date date, int hour, int minute = 0) {
  return static_cast<std::int64_t>(day_of(date)) * seconds_per_day + hour * 3'600 + minute * 60;
}

TEST(Zone, ATimeThatClocksArePutForwardOverIsTheMomentOfTheChange) {
  const Zone berlin = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  const Instants found = berlin.instants_of(clock_s({2026, 3, 29}, 2, 30));
  EXPECT_EQ(found.kind, Kind::never);
  EXPECT_EQ(found.first_s, clock_s({2026, 3, 29}, 1)) << "01:00 UTC";
  EXPECT_EQ(found.last_s, found.first_s);
  EXPECT_EQ(text_of(berlin.local_at(found.first_s)), "2026-03-29 03:00:00");
}

TEST(Zone, ATimeThatClocksArePutBackOverComesTwiceAnHourApart) {
  const Zone berlin = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  const Instants found = berlin.instants_of(clock_s({2026, 10, 25}, 2, 30));
  EXPECT_EQ(found.kind, Kind::twice);
  EXPECT_EQ(found.first_s, clock_s({2026, 10, 25}, 0, 30));
  EXPECT_EQ(found.last_s, found.first_s + 3'600);
  EXPECT_EQ(berlin.local_at(found.first_s).offset_s, 7'200);
  EXPECT_EQ(berlin.local_at(found.last_s).offset_s, 3'600);
}

TEST(Zone, RulesOfEveryShapeSayWhenClocksChange) {
  const auto shown = [](const char* rule, std::int64_t utc_s) { return text_of(of_rule(rule).local_at(utc_s)); };
  // Northern, southern, negative summer time (Ireland), before midnight (Greenland), Julian days, all the year.
  EXPECT_EQ(shown("EST5EDT,M3.2.0,M11.1.0", clock_s({2100, 7, 1}, 12)), "2100-07-01 08:00:00");
  EXPECT_EQ(shown("AEST-10AEDT,M10.1.0,M4.1.0/3", clock_s({2030, 1, 1}, 0)), "2030-01-01 11:00:00");
  EXPECT_EQ(shown("AEST-10AEDT,M10.1.0,M4.1.0/3", clock_s({2030, 6, 1}, 0)), "2030-06-01 10:00:00");
  EXPECT_EQ(shown("IST-1GMT0,M10.5.0,M3.5.0/1", clock_s({2030, 1, 1}, 0)), "2030-01-01 00:00:00");
  EXPECT_EQ(shown("IST-1GMT0,M10.5.0,M3.5.0/1", clock_s({2030, 7, 1}, 0)), "2030-07-01 01:00:00");
  EXPECT_EQ(shown("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", clock_s({2030, 7, 1}, 0)), "2030-06-30 23:00:00");
  EXPECT_EQ(shown("AAA0BBB,J60/0,J61/0", clock_s({2028, 3, 1}, 5)), "2028-03-01 06:00:00") << "March 1 in any year";
  EXPECT_EQ(shown("AAA0BBB,59/0,60/0", clock_s({2028, 2, 29}, 5)), "2028-02-29 06:00:00") << "counts February 29";
  EXPECT_EQ(shown("XXX3EDT4,0/0,J365/23", clock_s({2030, 12, 31}, 23, 30)), "2030-12-31 19:30:00");
  EXPECT_EQ(shown("XXX3EDT4,0/0,J365/23", clock_s({2031, 1, 1}, 3, 30)), "2030-12-31 23:30:00");
  EXPECT_EQ(shown("<+0545>-5:45", 0), "1970-01-01 05:45:00");
}

TEST(Zone, ARuleThatIsNoneIsRefusedWithThePlace) {
  for (const char* rule :
       {"", "CE", "CET", "CET-25", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/168", "CET-1CEST,J0,J1",
        "CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0x", "CET-1:60", "<+03-3", "<+0>-3", "CET-00001",
        "CET-1 CEST,M3.5.0,M10.5.0"})
    EXPECT_FALSE(parse_posix_zone("x", rule)) << rule;
  EXPECT_EQ(parse_posix_zone("x", "CET-1:60").error(), "its rule has no number from 0 to 59 at character 9");
}

TEST(Zone, OfAnyChangesAnswersLikeAWalkThroughTime) {
  EXPECT_TRUE(rc::check([] {
    // Quarter hours, so that every instant can be tried.
    constexpr std::int64_t step = 900;
    std::vector<Zone::Change> changes;
    std::int64_t at = 0;
    const int count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
      at += step * *rc::gen::inRange(1, 200);
      changes.push_back({at, static_cast<std::int32_t>(step) * *rc::gen::inRange(-100, 105)});
    }
    const auto zone = Zone::make("x", 0, changes);
    RC_ASSERT(zone.has_value());
    const std::int64_t wanted = step * *rc::gen::inRange(-300, 1'500);
    std::int64_t first = Zone::never_s, last = Zone::never_s, reached = Zone::never_s;
    for (std::int64_t t = wanted - 120 * step; t <= wanted + 120 * step; t += step) {
      const std::int64_t shown = zone->local_at(t).clock_s();
      if (shown == wanted) last = t;
      if (shown == wanted && first == Zone::never_s) first = t;
      if (shown >= wanted && reached == Zone::never_s) reached = t;
    }
    const Instants found = zone->instants_of(wanted);
    RC_ASSERT(zone->first_reach_s(wanted) == reached);
    if (first == Zone::never_s) {
      RC_ASSERT(found.kind == Kind::never);
      RC_ASSERT(found.first_s == reached);
    } else {
      RC_ASSERT(found.first_s == first);
      RC_ASSERT(found.last_s == last);
      RC_ASSERT((found.kind == Kind::twice) == (first != last));
    }
    const Periods day = periods_at(*zone, wanted * 1'000);
    RC_ASSERT(day.day_start_ms <= wanted * 1'000 && wanted * 1'000 < day.day_end_ms);
    RC_ASSERT(periods_at(*zone, day.day_end_ms - 1).day_end_ms == day.day_end_ms);
    RC_ASSERT(periods_at(*zone, day.day_end_ms).day_start_ms == day.day_end_ms);
  }));
}

TEST(Zone, AClockThatIsFarOffGivesAnAnswerToo) {
  const Zone berlin = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  for (const std::int64_t at :
       {INT64_MIN, INT64_MIN + 1, std::int64_t{-1}, std::int64_t{0}, INT64_MAX - 1, INT64_MAX}) {
    static_cast<void>(berlin.local_at(at));
    static_cast<void>(berlin.instants_of(at));
    static_cast<void>(berlin.first_reach_s(at));
    static_cast<void>(text_of(berlin.local_at(at)));
    static_cast<void>(periods_at(berlin, at));
  }
  EXPECT_EQ(text_of(Zone::utc().local_at(-1)), "1969-12-31 23:59:59");
  EXPECT_EQ(text_of(berlin.local_at(-1)), "1970-01-01 00:59:59");
}

TEST(Zone, PutsChangesOutOfOrderAndImpossibleOffsetsAway) {
  EXPECT_FALSE(Zone::make("x", 0, {{10, 60}, {10, 120}}));
  EXPECT_FALSE(Zone::make("x", 0, {{10, 60}, {9, 120}}));
  EXPECT_FALSE(Zone::make("x", 0, {{10, 94'000}}));
  EXPECT_FALSE(Zone::make("x", -94'000, {}));
  EXPECT_FALSE(Zone::make("x", 0, {{INT64_MAX, 60}}));
}

TEST(Calendar, DaysAndDatesAreTheSame) {
  for (std::int32_t day = -200'000; day < 200'000; ++day) ASSERT_EQ(day_of(date_of(day)), day);
  EXPECT_EQ(weekday_of(day_of({2026, 11, 23})), 0u) << "a Monday";
  EXPECT_EQ(weekday_of(day_of({1969, 12, 31})), 2u);
}

TEST(Calendar, ReadsOnlyDaysThatThereAre) {
  EXPECT_EQ(parse_date("2028-02-29"), (Date{2028, 2, 29}));
  EXPECT_EQ(parse_month_day("02-29"), (Date{2000, 2, 29}));
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-1", "26-01-01",
                           "2026-01-01 ", "1969-12-31", "2200-01-01", "2026/01/01", "+026-01-01", ""})
    EXPECT_FALSE(parse_date(text)) << text;
  EXPECT_FALSE(parse_month_day("02-30"));
}

/// A version 2 file of 64-bit changes.
std::string tzif(const std::vector<Zone::Change>& changes, const std::string& rule, char version = '2') {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i);
    return out;
  };
  const auto header = [&](std::size_t count) {
    return std::string("TZif") + version + std::string(15, '\0') + number(0, 4) + number(0, 4) + number(0, 4) +
           number(count, 4) + number(count + 1, 4) + number(4, 4);
  };
  std::string out = header(0) + number(0, 6) + std::string("LMT\0", 4) + header(changes.size());
  for (const auto& change : changes) out += number(static_cast<std::uint64_t>(change.at_s), 8);
  for (std::size_t i = 0; i < changes.size(); ++i) out += static_cast<char>(i + 1);
  out += number(0, 6);
  for (const auto& change : changes) out += number(static_cast<std::uint32_t>(change.offset_s), 4) + number(0, 2);
  return out + std::string("LMT\0", 4) + "\n" + rule + "\n";
}

std::expected<Zone, std::string> read(const std::string& file) {
  return parse_tzif("Test", {reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

TEST(Tzif, ReadsChangesAndGoesOnWithTheRule) {
  const auto zone = read(tzif({{1'000'000, 3'600}}, "CET-1CEST,M3.5.0,M10.5.0/3"));
  ASSERT_TRUE(zone) << zone.error();
  EXPECT_EQ(zone->local_at(999'999).offset_s, 0);
  EXPECT_EQ(zone->local_at(1'000'000).offset_s, 3'600);
  EXPECT_EQ(zone->local_at(clock_s({2150, 7, 1}, 0)).offset_s, 7'200);
}

TEST(Tzif, RefusesWhatIsWrongWithASentence) {
  EXPECT_FALSE(read(""));
  EXPECT_NE(read(tzif({}, "UTC0", '\0')).error().find("version 1"), std::string::npos);
  EXPECT_NE(read(tzif({{20, 60}, {10, 0}}, "")).error().find("order"), std::string::npos);
  EXPECT_NE(read(tzif({{20, 100'000}}, "")).error().find("off UTC"), std::string::npos);
  EXPECT_NE(read(tzif({{20, 60}}, "CET-1")).error().find("contradicts"), std::string::npos);
  EXPECT_NE(read(tzif({{20, 60}}, "CET-1\nx")).error().find("line"), std::string::npos);
  EXPECT_NE(read(tzif({{1ll << 40, 60}}, "")).error().find("thousands"), std::string::npos);
  std::string leap = tzif({}, "UTC0");
  leap[44 + 10 + 4 + 31 - 4] = 1;
  EXPECT_FALSE(read(leap));
}

TEST(Tzif, DamagedInAnyPlaceItGivesAZoneOrASentenceButNeverACrash) {
  const std::string good =
      tzif({{1'000'000, 3'600}, {2'000'000, 7'200}, {3'000'000, 3'600}}, "CET-1CEST,M3.5.0,M10.5.0/3");
  Random random(Random::Seed{3});
  for (int round = 0; round < 20'000; ++round) {
    std::string bad = good;
    for (std::uint64_t i = 0; i <= random.below(3); ++i)
      bad[random.below(bad.size())] = static_cast<char>(random.next());
    if (random.below(8) == 0) bad.resize(random.below(bad.size()));
    if (const auto zone = read(bad))
      static_cast<void>(periods_at(*zone, static_cast<std::int64_t>(random.next())));
    else
      ASSERT_FALSE(zone.error().empty());
  }
}

}  // namespace
}  // namespace rf::schedule
