#include "core/schedule/schedule.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "core/base/random.hpp"
#include "core/schedule/tzif.hpp"

namespace rf::schedule {
namespace {

ZoneRef zone_of(const char* rule) {
  return std::make_shared<const Zone>(*parse_posix_zone("Test", rule));
}

const ZoneRef& berlin() {
  static const ZoneRef zone = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");
  return zone;
}

Schedule of(std::string_view text, const ZoneRef& zone = berlin()) {
  auto plan = parse_plan(text);
  EXPECT_TRUE(plan) << plan.error().at(0).text;
  auto schedule = Schedule::compile(*plan, zone);
  EXPECT_TRUE(schedule) << schedule.error().at(0).text;
  return *schedule;
}

/// When the clock there first shows that: "2026-03-29", 2, 30.
std::int64_t at(const Schedule& schedule, const char* date, int hour, int minute = 0) {
  const std::int64_t clock = static_cast<std::int64_t>(day_of(*parse_date(date))) * seconds_per_day;
  return schedule.zone().instants_of(clock + hour * 3'600 + minute * 60).first_s * 1'000;
}

bool open(const Schedule& schedule, const char* date, int hour, int minute = 0) {
  return schedule.at(at(schedule, date, hour, minute)).open;
}

std::string next(const Schedule& schedule, const char* date, int hour, int minute = 0) {
  const auto change = schedule.next_change_ms(at(schedule, date, hour, minute));
  return change ? text_of(schedule.zone().local_at(*change / 1'000)) : "never";
}

TEST(Schedule, AnOfficeIsOpenInItsHoursAndSaysByWhichRuleAndUntilWhen) {
  const Schedule office = of("mon-fri 08:00-12:00 13:00-18:00 # office\n");
  EXPECT_FALSE(open(office, "2026-11-23", 7, 59));
  EXPECT_TRUE(open(office, "2026-11-23", 8));
  EXPECT_TRUE(open(office, "2026-11-23", 11, 59));
  EXPECT_FALSE(open(office, "2026-11-23", 12));
  EXPECT_TRUE(open(office, "2026-11-23", 17, 59));
  EXPECT_FALSE(open(office, "2026-11-23", 18));
  EXPECT_FALSE(open(office, "2026-11-28", 10)) << "a Saturday";
  const Answer answer = office.at(at(office, "2026-11-23", 9));
  EXPECT_EQ(answer.until_ms, at(office, "2026-11-23", 12));
  EXPECT_EQ(office.explain(answer), "open by 'mon-fri 08:00-12:00 13:00-18:00 # office' (line 1)");
  EXPECT_EQ(office.explain(office.at(at(office, "2026-11-28", 9))), "closed: no rule is about this day");
  EXPECT_EQ(next(office, "2026-11-27", 18), "2026-11-30 08:00:00") << "closed from Friday to Monday";
}

TEST(Schedule, WithoutARuleItIsClosedForGood) {
  const Schedule empty = of("");
  EXPECT_FALSE(empty.at(0).open);
  EXPECT_EQ(empty.next_change_ms(0), std::nullopt);
  EXPECT_EQ(of("mon-sun 00:00-24:00").next_change_ms(0), std::nullopt);
}

TEST(Schedule, TheMoreSpecificRuleDecidesAlone) {
  const Schedule shop =
      of("mon-sun 08:00-18:00\n"
         "yearly 12-20..01-06 10:00-12:00\n"
         "yearly 12-25 closed\n"
         "2026-12-24..2026-12-27 14:00-16:00\n"
         "2026-12-26 20:00-21:00\n");
  EXPECT_TRUE(open(shop, "2026-12-19", 9));
  EXPECT_FALSE(open(shop, "2026-12-20", 9));
  EXPECT_TRUE(open(shop, "2027-01-06", 11)) << "the range runs over the end of the year";
  EXPECT_TRUE(open(shop, "2027-01-07", 9));
  EXPECT_TRUE(open(shop, "2026-12-25", 15)) << "a range of dates before a yearly day";
  EXPECT_FALSE(open(shop, "2027-12-25", 11));
  EXPECT_TRUE(open(shop, "2026-12-26", 20));
  EXPECT_FALSE(open(shop, "2026-12-26", 15)) << "a date before a range";
  EXPECT_TRUE(open(shop, "2026-12-27", 15));
  EXPECT_TRUE(open(shop, "2026-12-28", 10));
}

TEST(Schedule, AnExceptionOpensThisSaturdayAlone) {
  const Schedule office = of("mon-fri 08:00-18:00\n2026-11-28 09:00-13:00 # stocktaking\n");
  EXPECT_TRUE(open(office, "2026-11-28", 9));
  EXPECT_FALSE(open(office, "2026-11-21", 9));
  EXPECT_FALSE(open(office, "2026-12-05", 9));
}

TEST(Schedule, ANightBelongsToTheDayOnWhichItBegins) {
  const Schedule bar = of("fri 22:00-06:00\nsat 10:00-12:00\n");
  EXPECT_TRUE(open(bar, "2026-11-27", 23));
  EXPECT_TRUE(open(bar, "2026-11-28", 5, 59));
  EXPECT_EQ(bar.at(at(bar, "2026-11-28", 1)).rule, 0);
  EXPECT_FALSE(open(bar, "2026-11-28", 6));
  EXPECT_TRUE(open(bar, "2026-11-28", 11));
  EXPECT_FALSE(open(bar, "2026-11-27", 5)) << "Thursday has no night";
  EXPECT_EQ(next(bar, "2026-11-27", 23), "2026-11-28 06:00:00");
}

TEST(Schedule, AHolidayEndsTheNightBeforeItAndHasNone) {
  const Schedule bar = of("mon-sun 22:00-06:00\n2026-12-24 closed\n2026-12-31 20:00-08:00\n");
  EXPECT_TRUE(open(bar, "2026-12-23", 23));
  EXPECT_FALSE(open(bar, "2026-12-24", 0)) << "the date is more specific than Wednesday's night";
  EXPECT_FALSE(open(bar, "2026-12-24", 23));
  EXPECT_FALSE(open(bar, "2026-12-25", 3)) << "a closed day has no night";
  EXPECT_TRUE(open(bar, "2027-01-01", 7)) << "New Year's night is more specific than Friday";
}

TEST(Schedule, WhenClocksGoForwardTheHourThatIsMissingIsMissing) {
  const Schedule night = of("sun 02:15-02:45 04:00-05:00\nsat 22:00-02:30\n");
  // Clocks go from 02:00 to 03:00 on 2026-03-29, a Sunday.
  EXPECT_TRUE(open(night, "2026-03-29", 1, 59));
  EXPECT_FALSE(open(night, "2026-03-29", 3));
  EXPECT_EQ(next(night, "2026-03-29", 1, 0), "2026-03-29 03:00:00") << "its end is skipped, so it ends there";
  EXPECT_EQ(next(night, "2026-03-29", 3, 0), "2026-03-29 04:00:00");
}

TEST(Schedule, WhenClocksGoBackTheHourThatComesTwiceIsOpenTwice) {
  const Schedule night = of("sun 02:15-02:45\n");
  const std::int64_t first = at(night, "2026-10-25", 2, 15);
  constexpr std::int64_t minute = 60'000;
  EXPECT_FALSE(night.at(first - 1).open);
  EXPECT_TRUE(night.at(first).open);
  EXPECT_FALSE(night.at(first + 30 * minute).open);
  EXPECT_FALSE(night.at(first + 59 * minute).open);
  EXPECT_TRUE(night.at(first + 60 * minute).open);
  EXPECT_FALSE(night.at(first + 90 * minute).open);
  EXPECT_EQ(night.next_change_ms(first + 30 * minute), first + 60 * minute);
  // A long night is an hour longer, and never interrupted.
  const Schedule guard = of("mon-sun 20:00-08:00\n");
  EXPECT_EQ(*guard.next_change_ms(at(guard, "2026-10-24", 20)) - at(guard, "2026-10-24", 20), 13 * 60 * minute);
  EXPECT_EQ(*guard.next_change_ms(at(guard, "2026-03-28", 20)) - at(guard, "2026-03-28", 20), 11 * 60 * minute);
}

TEST(Schedule, TheLeapDayIsADayOfItsYearsOnly) {
  const Schedule plan = of("yearly 02-29 closed\nyearly 02-28..03-01 12:00-13:00\nmon-sun 08:00-18:00\n");
  EXPECT_FALSE(open(plan, "2028-02-29", 12));
  EXPECT_TRUE(open(plan, "2028-02-28", 12));
  EXPECT_TRUE(open(plan, "2027-03-01", 12));
  EXPECT_FALSE(open(plan, "2027-02-28", 9));
  EXPECT_TRUE(open(plan, "2027-03-02", 9));
}

TEST(Schedule, TheEndOfAYearIsADayLikeAnother) {
  const Schedule plan = of("mon-sun 08:00-18:00\n2026-12-31 22:00-02:00\nyearly 01-01 10:00-11:00\n");
  EXPECT_TRUE(open(plan, "2026-12-31", 23, 59));
  EXPECT_TRUE(open(plan, "2027-01-01", 0));
  EXPECT_TRUE(open(plan, "2027-01-01", 1, 59)) << "a date is more specific than a yearly day";
  EXPECT_FALSE(open(plan, "2027-01-01", 2));
  EXPECT_TRUE(open(plan, "2027-01-01", 10));
  EXPECT_FALSE(open(plan, "2027-01-01", 11));
}

TEST(Schedule, TwoRulesAboutOneDayThatAreAsSpecificAreAFaultWithBothLines) {
  const auto fault = [](const char* text) {
    const auto schedule = Schedule::compile(*parse_plan(text), berlin());
    return schedule ? Fault{} : schedule.error().at(0);
  };
  EXPECT_EQ(fault("mon-fri 08:00-18:00\nwed closed\n").line, 2u);
  EXPECT_EQ(
      fault("mon-fri 08:00-18:00\nwed closed\n").text,
      "Wednesday has its hours by 'mon-fri 08:00-18:00' in line 1 already; write all hours of a day into one line");
  EXPECT_EQ(fault("2026-12-24 closed\n\n2026-12-24 08:00-09:00\n").line, 3u);
  EXPECT_EQ(fault("2026-08-10..2026-08-20 closed\n2026-08-01..2026-08-10 closed\n").line, 2u);
  EXPECT_EQ(fault("yearly 12-24..01-02 closed\nyearly 01-01..01-05 closed\n").line, 2u);
  EXPECT_EQ(fault("yearly 12-24 closed\nyearly 12-24 closed\n").line, 2u);
  EXPECT_EQ(fault("yearly 12-24 closed\nyearly 12-20..12-30 closed\n2026-12-24 closed\n").line, 0u);
}

TEST(Schedule, ADayThatAZoneLeftOutIsAskedForByNobody) {
  // Samoa had no 2011-12-30, a Friday: clocks went from UTC-10 to UTC+14 at midnight.
  const auto zone = Zone::make("Apia", -36'000, {{1'325'239'200, 50'400}});
  const Schedule plan =
      of("thu 22:00-02:00\nfri 00:00-24:00\nsat closed\nsun 08:00-09:00\n", std::make_shared<const Zone>(*zone));
  EXPECT_TRUE(open(plan, "2011-12-29", 23));
  EXPECT_FALSE(open(plan, "2011-12-31", 0));
  EXPECT_EQ(next(plan, "2011-12-29", 22), "2011-12-31 00:00:00");
}

/// The text of a plan of which no two rules are about one day by the same right.
std::string any_plan(Random& random) {
  const auto hours = [&] {
    if (random.below(4) == 0) return std::string(" closed");
    std::string out;
    std::uint64_t from = random.below(600);
    for (std::uint64_t i = random.below(3) + 1; i-- > 0 && from < 1'440;) {
      const std::uint64_t to = from + 1 + random.below(i == 0 ? 1'439 : 300);
      const auto text = [](std::uint64_t m) {
        return std::string{static_cast<char>('0' + m / 600), static_cast<char>('0' + m / 60 % 10), ':',
                           static_cast<char>('0' + m % 60 / 10), static_cast<char>('0' + m % 10)};
      };
      out += " " + text(from) + "-" + (to == 1'440 ? "24:00" : text(to % 1'440));
      if (to > 1'440) break;
      from = to + 1 + random.below(300);
    }
    return out;
  };
  std::string out;
  for (const char* day : {"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
    if (random.below(4)) out += day + hours() + "\n";
  const std::int32_t start = day_of({2026, 10, 1});
  if (random.below(2)) out += "yearly 10-20..10-27" + hours() + "\n";
  if (random.below(2)) out += "yearly 12-28..03-29" + hours() + "\n";
  for (const char* day : {"10-25", "12-31", "01-01", "02-29"})
    if (random.below(2)) out += std::string("yearly ") + day + hours() + "\n";
  for (std::int32_t day = start; day < start + 600;) {
    day += 1 + static_cast<std::int32_t>(random.below(60));
    const std::int32_t last = day + 1 + static_cast<std::int32_t>(random.below(10));
    if (random.below(2)) out += text_of(date_of(day)) + ".." + text_of(date_of(last)) + hours() + "\n";
    if (random.below(2)) out += text_of(date_of(day + 1)) + hours() + "\n";
    day = last;
  }
  return out;
}

/// What the page says, read rule by rule.
struct Model {
  const Plan& plan;

  const Rule* rule_of(std::int32_t day) const {
    const Date date = date_of(day), in_year{2'000, date.month, date.day};
    const Rule* found = nullptr;
    for (const Rule& rule : plan.rules) {
      const bool about = rule.scope == Scope::week    ? (rule.weekdays >> weekday_of(day) & 1) != 0
                         : rule.scope >= Scope::range ? rule.first <= date && date <= rule.last
                         : rule.first <= rule.last    ? rule.first <= in_year && in_year <= rule.last
                                                      : rule.first <= in_year || in_year <= rule.last;
      if (about && (!found || rule.scope > found->scope)) found = &rule;
    }
    return found;
  }
  bool open(const Local& local) const {
    const int minute = local.second / 60;
    const Rule* today = rule_of(local.day);
    const Rule* yesterday = rule_of(local.day - 1);
    for (const Span& span : today ? today->spans : std::vector<Span>{})
      if (minute >= span.from_min && minute < span.to_min) return true;
    if (!yesterday || (today && today->scope > yesterday->scope)) return false;
    for (const Span& span : yesterday->spans)
      if (minute + 1'440 >= span.from_min && minute + 1'440 < span.to_min) return true;
    return false;
  }
};

TEST(Schedule, AgreesWithTheRulesReadOneByOneAtAllTimesAndItsUntilIsKept) {
  const ZoneRef zones[] = {berlin(), zone_of("CST5CDT,M3.2.0/0,M11.1.0/1"), zone_of("EET-2EEST,M3.5.0/0,M10.5.0/0"),
                           zone_of("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), zone_of("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")};
  Random random(Random::Seed{5});
  for (int round = 0; round < 1'500; ++round) {
    const std::string text = any_plan(random);
    const Schedule schedule = of(text, zones[random.below(std::size(zones))]);
    const Model model{schedule.plan()};
    std::int64_t now_s = static_cast<std::int64_t>(day_of({2026, 9, 28})) * seconds_per_day +
                         static_cast<std::int64_t>(random.below(600)) * seconds_per_day;
    for (int step = 0; step < 40; ++step) {
      const Answer answer = schedule.at(now_s * 1'000);
      const auto modelled = [&](std::int64_t t) { return model.open(schedule.zone().local_at(t)); };
      ASSERT_EQ(answer.open, modelled(now_s)) << text << text_of(schedule.zone().local_at(now_s));
      ASSERT_GT(answer.until_ms, now_s * 1'000);
      const std::int64_t until_s = answer.until_ms / 1'000;
      for (int i = 0; i < 5; ++i) {
        const std::int64_t between = now_s + static_cast<std::int64_t>(random.below(until_s - now_s));
        ASSERT_EQ(modelled(between), answer.open) << text << text_of(schedule.zone().local_at(between));
        ASSERT_EQ(schedule.at(between * 1'000).rule, answer.rule);
        ASSERT_EQ(schedule.at(between * 1'000).until_ms, answer.until_ms);
      }
      ASSERT_EQ(modelled(until_s - 1), answer.open);
      if (const auto change = schedule.next_change_ms(now_s * 1'000)) {
        ASSERT_NE(modelled(*change / 1'000), answer.open) << text;
        ASSERT_EQ(modelled(*change / 1'000 - 1), answer.open) << text;
      }
      now_s = until_s;
    }
  }
}

TEST(Schedule, AnyInstantAtAllHasAnAnswer) {
  const Schedule plan = of("mon-fri 08:00-18:00\nyearly 12-25 closed\n2026-12-24 closed\n");
  for (const std::int64_t wall :
       {INT64_MIN, INT64_MIN + 1, std::int64_t{-1}, std::int64_t{0}, INT64_MAX - 1, INT64_MAX}) {
    static_cast<void>(plan.at(wall));
    static_cast<void>(plan.next_change_ms(wall));
  }
}

}  // namespace
}  // namespace rf::schedule
