// What teaches habits, what does not, and how much room they take.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pattern_world.hpp"

namespace rf::pattern {
namespace {

constexpr std::int64_t later_ms = monday_ms + 56 * day_ms;
constexpr std::int64_t night_ms = later_ms + 3 * hour_ms, noon_ms = later_ms + 12 * hour_ms;

std::string habits(const Office& office, std::uint64_t extension, std::int64_t wall_ms) {
  std::string out;
  for (const Level level : {Level::extension, Level::department, Level::tenant}) {
    const std::uint64_t id = office.asker(extension).parties[static_cast<std::size_t>(level)].id;
    if (const auto summary = office.patterns.summary(Office::at(wall_ms), level, id, &office.zone))
      for (const std::string& line : lines_of(*summary)) out += line + "\n";
  }
  return out;
}

TEST(Learning, AnOrdinaryCallOfAnOrdinaryDayIsNotUnusualAtAll) {
  Office office;
  office.work(56);
  EXPECT_EQ(office.judge(1, noon_ms, "+493022334455").highest, 0);
  EXPECT_EQ(office.judge(1, noon_ms, "+436641234567").highest, 0);
  EXPECT_EQ(office.told, 0u);
}

TEST(Learning, UnansweredCallsTeachNothing) {
  Office office;
  office.work(56);
  const std::string before = habits(office, 1, night_ms);
  const std::uint8_t score = office.judge(1, night_ms + 10 * day_ms, "+37121234510").score;
  for (unsigned day = 0; day < 10; ++day)
    for (unsigned i = 0; i < 30; ++i)
      office.call(1, night_ms + day * day_ms + i * minute_ms, "+371212345" + std::to_string(10 + i), std::nullopt);
  EXPECT_EQ(habits(office, 1, night_ms), before);
  EXPECT_GE(office.judge(1, night_ms + 10 * day_ms, "+37121234510").score, score);
}

TEST(Learning, CallsThatAreUnusualTeachNothingHoweverLongTheyGoOn) {
  Office office;
  office.work(56);
  for (unsigned day = 0; day < 30; ++day) {
    const std::int64_t when = night_ms + day * day_ms;
    EXPECT_GE(office.call(1, when, "+37121234510", 600).score, unusual_score) << day;
  }
}

TEST(Learning, ABurstOfADayDoesNotMakeItselfUsual) {
  Office office;
  office.work(56);
  // By day a new country is not even told; that it was called just now makes the tenth call no better than the first.
  const std::uint8_t first = office.call(1, noon_ms, "+37121234510", 100).score;
  for (unsigned i = 0; i < 3; ++i) office.call(1, noon_ms + i * hour_ms, "+37121234510", 100 + 40 * i);
  EXPECT_TRUE(has(office.judge(1, noon_ms + 4 * hour_ms, "+37167123456").findings, Signal::country));
  EXPECT_GE(office.judge(1, noon_ms + 4 * hour_ms, "+37167123456").score, first);
}

TEST(Learning, ACountryThatIsCalledEveryDayIsUsualAfterAWeek) {
  Office office;
  office.work(56);
  for (unsigned day = 0; day < 8; ++day)
    EXPECT_EQ(office.call(1, noon_ms + day * day_ms, "+37167123456", 300).action, Action::none) << day;
  EXPECT_FALSE(has(office.judge(1, noon_ms + 8 * day_ms, "+37167123456").findings, Signal::country));
}

TEST(Learning, ANightWorkerIsKnownByTheHours) {
  Office office;
  office.work(56);
  for (unsigned day = 0; day < 20; ++day)
    for (unsigned hour = 22; hour < 30; ++hour)
      office.call(2, monday_ms + (56 + day) * day_ms + hour * hour_ms, "+493022334455", 100);
  EXPECT_EQ(office.judge(2, night_ms + 22 * day_ms, "+493022334455").findings.count, 0);
  EXPECT_TRUE(has(office.judge(1, night_ms + 22 * day_ms, "+493022334455").findings, Signal::hour));
}

TEST(Learning, TheFirstWeeksOfANewEmployeeAreNeitherRefusedNorTold) {
  Office office;
  office.work(56);
  office.told = 0;
  for (unsigned day = 0; day < 12; ++day)
    for (unsigned hour = 8; hour < 18; ++hour) {
      if (day % 7 >= 5) continue;
      const std::int64_t when = later_ms + day * day_ms + hour * hour_ms;
      EXPECT_EQ(office
                    .call(77, when, hour % 3 == 0 ? "+43664123456" + std::to_string(hour % 10) : "+493022334455",
                          60 + hour * 41 % 300)
                    .action,
                Action::none);
    }
  EXPECT_EQ(office.told, 0u);
}

TEST(Learning, AForgottenCountryIsNewAgain) {
  Office office;
  office.work(56);
  office.call(1, noon_ms, "+37167123456", 300);
  EXPECT_FALSE(has(office.judge(1, noon_ms + 10 * day_ms, "+37167123456").findings, Signal::country));
  EXPECT_TRUE(has(office.judge(1, noon_ms + 70 * day_ms, "+37167123456").findings, Signal::country));
}

TEST(Learning, ARestartLivesThroughTheRecordsAndKnowsTheSame) {
  Office office, again;
  office.work(56);
  for (unsigned day = 0; day < 56; ++day) {
    if (day % 7 >= 5) continue;
    for (unsigned hour = 8; hour < 18; ++hour)
      for (unsigned extension = 1; extension <= 5; ++extension) {
        const std::int64_t when = monday_ms + day * day_ms + hour * hour_ms + extension * 7 * minute_ms;
        again.patterns.live_through(
            again.asker(extension),
            Office::to("+4930" + std::to_string(2'000'000 + (day * 10 + hour) * 4'001 % 90'000 + extension)),
            {when, 60 + (hour * 37 + day * 11) % 400, false});
        if (hour == 11 && day % 2 == 0)
          again.patterns.live_through(again.asker(extension), Office::to("+43664123456" + std::to_string(extension)),
                                      {when + 20 * minute_ms, 40 + (extension * 97 + day * 31) % 300, false});
      }
  }
  EXPECT_EQ(habits(office, 1, noon_ms), habits(again, 1, noon_ms));
}

TEST(Learning, SubjectsAreBoundedAndTheLeastExperiencedLeave) {
  Office office({.subjects = 20});
  office.work(28, 3);
  for (std::uint64_t extension = 1'000; extension < 1'400; ++extension)
    office.call(extension, noon_ms, "+493022334455", 60);
  EXPECT_EQ(office.patterns.size(), 20u);
  EXPECT_TRUE(office.patterns.summary(Office::at(noon_ms), Level::tenant, 1, &office.zone)) << "the tenant stays";
  for (std::uint64_t extension = 1; extension <= 3; ++extension)
    EXPECT_TRUE(office.patterns.summary(Office::at(noon_ms), Level::extension, extension, &office.zone));
}

TEST(Learning, HabitsAreToldInWords) {
  Office office;
  office.work(56);
  const auto summary = office.patterns.summary(Office::at(noon_ms), Level::extension, 1, &office.zone);
  ASSERT_TRUE(summary);
  const auto lines = lines_of(*summary);
  EXPECT_EQ(lines[0], "calls were learned from on 39 days before today");
  EXPECT_EQ(lines[1], "calls mon-fri 08-18");
  EXPECT_EQ(lines[2], "to DE on 40 days, AT on 20 days");
}

RC_GTEST_PROP(LearningProperty, TheSameCallsGiveTheSameJudgements, ()) {
  Office one, other;
  const auto count = *rc::gen::inRange(1, 200);
  std::int64_t when = monday_ms;
  for (int i = 0; i < count; ++i) {
    when += *rc::gen::inRange<std::int64_t>(0, 3 * hour_ms);
    const auto extension = static_cast<std::uint64_t>(*rc::gen::inRange(1, 6));
    const std::string number = "+" + std::to_string(*rc::gen::inRange<std::uint64_t>(10'000'000, 99'999'999'999'999));
    const auto length_s = *rc::gen::inRange<std::uint32_t>(0, 5'000);
    const auto talked = length_s % 4 == 0 ? std::nullopt : std::optional(length_s);
    const bool forwarded = *rc::gen::arbitrary<bool>();
    const Judgement a = one.call(extension, when, number, talked, forwarded);
    const Judgement b = other.call(extension, when, number, talked, forwarded);
    RC_ASSERT(a.score == b.score && a.action == b.action && a.level == b.level);
    RC_ASSERT(a.score <= 100 && a.findings.count <= PatternLimits::findings);
    RC_ASSERT(one.text(a, when, number) == other.text(b, when, number));
  }
  RC_ASSERT(one.patterns.size() <= 5u + 3u + 1u);
}

RC_GTEST_PROP(LearningProperty, UnansweredCallsNeverMakeAnyCallLessUnusual, ()) {
  Office office;
  office.work(28, 2);
  const std::int64_t then = monday_ms + 28 * day_ms + *rc::gen::inRange<std::int64_t>(0, day_ms);
  const std::string target =
      *rc::gen::element<std::string>("+37121234510", "+493022334455", "+8835100012345", "+436641234567");
  const std::uint8_t before = office.judge(1, then, target).highest;
  std::int64_t when = then - 10 * hour_ms;
  for (int i = *rc::gen::inRange(1, 60); i > 0 && when < then; --i) {
    when += *rc::gen::inRange<std::int64_t>(0, 20 * minute_ms);
    const std::string number =
        *rc::gen::element<std::string>("+37121234510", "+493022334455", "+37121234599", "+23276123456");
    office.call(1, std::min(when, then), number, std::nullopt);
  }
  RC_ASSERT(office.judge(1, then, target).highest >= before);
}

}  // namespace
}  // namespace rf::pattern
