// Each shape of fraud against an office that has worked for eight weeks: told at once, and refused before it is dear.
#include <gtest/gtest.h>

#include "pattern_world.hpp"

namespace rf::pattern {
namespace {

constexpr std::int64_t weeks8_ms = monday_ms + 56 * day_ms;
constexpr std::int64_t night_ms = weeks8_ms + 3 * hour_ms, noon_ms = weeks8_ms + 12 * hour_ms;

struct Fraud : ::testing::Test {
  Fraud() {
    office.work(56);
    office.told = 0;
  }

  /// Calls that left before the first one was refused, and all that was told of it.
  struct Outcome {
    unsigned left = 0;
    std::optional<unsigned> told_at;
  };
  template <class Step>
  Outcome run(unsigned calls, Step step) {
    Outcome out;
    for (unsigned i = 0; i < calls; ++i) {
      const unsigned told_before = office.told;
      const Judgement judgement = step(i);
      if (office.told > told_before && !out.told_at) out.told_at = i;
      if (judgement.action == Action::block) break;
      ++out.left;
    }
    return out;
  }
  Office office;
};

TEST_F(Fraud, APremiumBurstAtNightIsToldAtTheFirstCallAndRefusedAtTheFourth) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1, night_ms + i * 20 * second_ms, "+8835100012345" + std::to_string(i % 9), 600);
  });
  EXPECT_EQ(outcome.told_at, 0u);
  EXPECT_LE(outcome.left, 4u);
}

TEST_F(Fraud, CallsToARangeOfANewCountryAtNightAreRefusedAtTheEighthAtTheLatest) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1, night_ms + i * 30 * second_ms, "+371212345" + std::to_string(10 + i), 300 + 13 * i);
  });
  EXPECT_EQ(outcome.told_at, 0u);
  EXPECT_LE(outcome.left, 7u);
}

TEST_F(Fraud, EqualLongCallsToOneRangeAreARevenueShareByDayToo) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1, noon_ms + i * 5 * minute_ms, "+371212345" + std::to_string(10 + i), 290);
  });
  EXPECT_LE(outcome.left, 8u);
}

TEST_F(Fraud, ADayOfConferencesByOneNewNumberIsToldAndNotRefused) {
  const Outcome outcome = run(
      6, [&](unsigned i) { return office.call(1, weeks8_ms + 9 * hour_ms + i * hour_ms, "+37121234510", 2'640 + i); });
  EXPECT_EQ(outcome.left, 6u);
  EXPECT_TRUE(outcome.told_at.has_value());
}

TEST_F(Fraud, WhoIsPaidForOneNumberAndCallsItLikeAConferenceIsToldAndRefusedAtTheEighth) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1, weeks8_ms + 8 * hour_ms + i * 22 * minute_ms, "+37121234510", 1'250);
  });
  ASSERT_TRUE(outcome.told_at.has_value());
  EXPECT_LE(*outcome.told_at, 3u);
  EXPECT_LE(outcome.left, 7u);
}

TEST_F(Fraud, OneNumberCalledLikeAConferenceByNightOrOfACostlyClassIsRefusedAtTheSixth) {
  const Outcome night = run(50, [&](unsigned i) {
    return office.call(1, night_ms - 3 * hour_ms + i * 22 * minute_ms, "+37121234510", 1'250);
  });
  EXPECT_LE(night.left, 5u);
  const Outcome costly =
      run(50, [&](unsigned i) { return office.call(2, noon_ms + i * 22 * minute_ms, "+883510001234567", 1'250); });
  EXPECT_LE(costly.left, 5u);
}

TEST_F(Fraud, AConferenceOfShorterCallsOrOfTwoNumbersIsARevenueShare) {
  const Outcome brief =
      run(50, [&](unsigned i) { return office.call(1, noon_ms + i * 20 * minute_ms, "+37121234510", 1'150); });
  EXPECT_LE(brief.left, 5u);
  const Outcome two = run(50, [&](unsigned i) {
    return office.call(2, noon_ms + i * 22 * minute_ms, i % 2 == 0 ? "+2522123456" : "+2522123457", 1'250);
  });
  EXPECT_LE(two.left, 5u);
}

TEST_F(Fraud, ATrickleOfACallAnHourThroughTheNightIsToldAndThenRefused) {
  const Outcome outcome = run(24, [&](unsigned i) {
    return office.call(1, night_ms - 4 * hour_ms + i * 50 * minute_ms, "+371212345" + std::to_string(10 + i), 600);
  });
  EXPECT_EQ(outcome.told_at, 0u);
  EXPECT_LE(outcome.left, 7u);
}

TEST_F(Fraud, ManyExtensionsAtOnceAreOneBurstOfTheTenant) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1 + i % 5, night_ms + i * 10 * second_ms, "+371212345" + std::to_string(10 + i), 300 + 17 * i);
  });
  EXPECT_LE(outcome.left, 8u) << "two calls of each extension are little, ten of the tenant are not";
}

TEST_F(Fraud, ManyExtensionsThatCallWhereNobodyEverCalledAreRefusedByDayToo) {
  const char* const countries[] = {"+537123456", "+9601234", "+2522123456", "+1876123456"};
  const Outcome outcome = run(200, [&](unsigned i) {
    return office.call(1 + i % 25, noon_ms + i * 5 * second_ms, countries[i % 4] + std::to_string(10 + i / 25),
                       300 + 17 * i);
  });
  EXPECT_LE(outcome.left, 8u) << "one call of each extension is little";
  EXPECT_TRUE(has(office.judge(30, noon_ms + 10 * minute_ms, "+2203123456").findings, Signal::together))
      << "and so it is for one who has not called yet";
  const std::string why =
      office.text(office.judge(30, noon_ms + 10 * minute_ms, "+2203123456"), noon_ms, "+2203123456");
  EXPECT_NE(why.find("where nobody of its"), std::string::npos) << why;
}

TEST_F(Fraud, AConferenceAbroadWithOneNewNumberIsToldAndNotRefusedHoweverManyDialIn) {
  const Outcome outcome = run(
      100, [&](unsigned i) { return office.call(1 + i, noon_ms + i * 2 * second_ms, "+35315551234", std::nullopt); });
  EXPECT_EQ(outcome.left, 100u);
}

TEST_F(Fraud, FewWhoCallNewCountriesOnOneMorningAreNoBurst) {
  const char* const numbers[] = {"+35315551234", "+6421234567", "+551133445566", "+911122334455"};
  const Outcome outcome =
      run(4, [&](unsigned i) { return office.call(1 + i, noon_ms + i * 2 * minute_ms, numbers[i], 200); });
  EXPECT_EQ(outcome.left, 4u);
}

TEST_F(Fraud, ForwardedCallsAtNightToANewCountryAreRefusedAtTheFourth) {
  const Outcome outcome = run(50, [&](unsigned i) {
    return office.call(1, night_ms + i * 60 * second_ms, "+37121234510", 300 + 50 * i, true);
  });
  EXPECT_LE(outcome.left, 4u);
}

TEST_F(Fraud, ASweepThroughCountriesIsToldAtTheThird) {
  const char* const numbers[] = {"+37121234510", "+2522123456", "+53712345678", "+6799123456", "+2207123456"};
  const Outcome outcome =
      run(5, [&](unsigned i) { return office.call(1, night_ms + i * minute_ms, numbers[i], std::nullopt); });
  EXPECT_EQ(outcome.told_at, 0u);
  const Judgement judgement = office.judge(1, night_ms + 5 * minute_ms, "+9601234567");
  EXPECT_TRUE(has(judgement.findings, Signal::sweep));
}

TEST_F(Fraud, ALoopOfForwardingIsSeen) {
  for (unsigned i = 0; i < 3; ++i) office.call(1, noon_ms + i * 5 * second_ms, "+493023456789", std::nullopt, true);
  EXPECT_TRUE(has(office.judge(1, noon_ms + 20 * second_ms, "+493023456789", true).findings, Signal::looped));
}

TEST_F(Fraud, NearlyOnlyShortCallsAreSeen) {
  for (unsigned i = 0; i < 12; ++i) office.call(1, noon_ms + i * minute_ms, "+49302345" + std::to_string(1'000 + i), 3);
  EXPECT_TRUE(has(office.judge(1, noon_ms + 13 * minute_ms, "+493023459999").findings, Signal::short_calls));
}

TEST_F(Fraud, ManyDifferentNumbersInTenMinutesAreSeenThoughNobodyAnswers) {
  for (unsigned i = 0; i < 15; ++i)
    office.call(1, noon_ms + i * 20 * second_ms, "+49302345" + std::to_string(1'000 + i), std::nullopt);
  const Judgement judgement = office.judge(1, noon_ms + 6 * minute_ms, "+493023459999");
  EXPECT_TRUE(has(judgement.findings, Signal::different));
  EXPECT_EQ(judgement.action, Action::none) << "which alone is no reason to say anything";
}

TEST_F(Fraud, ANewSystemWithoutAnyHabitsRefusesThePremiumBurstAtNightToo) {
  Office fresh;
  unsigned left = 0;
  for (unsigned i = 0; i < 50; ++i) {
    if (fresh.call(1, night_ms + i * 20 * second_ms, "+8835100012345" + std::to_string(i % 9), 600).action ==
        Action::block)
      break;
    ++left;
  }
  EXPECT_LE(left, 8u);
  EXPECT_GE(fresh.told, 1u);
}

TEST_F(Fraud, WhoTakesWeeksIsUsualInTheEndAndItsBurstIsToldStill) {
  // A call a day by day: no habit holds that, the caps of each day do.
  for (unsigned day = 0; day < 10; ++day) office.call(1, noon_ms + day * day_ms, "+37121234510", 600 + day * 31);
  const std::int64_t then = noon_ms + 10 * day_ms;
  EXPECT_EQ(office.judge(1, then, "+37121234510").score, 0);
  const Outcome outcome = run(40, [&](unsigned i) {
    return office.call(1, then + i * minute_ms, "+3716712" + std::to_string(3'410 + i), 300 + 13 * i);
  });
  EXPECT_TRUE(outcome.told_at.has_value());
  EXPECT_LE(*outcome.told_at, 7u);
}

TEST_F(Fraud, AThiefCannotMakeTheTenantRefuseWhatOthersUsuallyCall) {
  const char* const beginnings[] = {"+37121234", "+2522123", "+53712345", "+67991234", "+22071234", "+88351000"};
  for (unsigned i = 0; i < 600; ++i)
    office.call(1, night_ms + i * 15 * second_ms, beginnings[i % 6] + std::to_string(100 + i % 50),
                i % 3 == 0 ? std::optional(3u) : std::optional(900u), i % 2 == 0);
  for (unsigned minute = 0; minute < 24 * 60; minute += 7) {
    const std::int64_t then = night_ms + 600 * 15 * second_ms + minute * minute_ms;
    ASSERT_NE(office.judge(2, then, "+493022334455").action, Action::block) << minute;
    ASSERT_NE(office.judge(2, then, "+436641234561").action, Action::block) << minute;
  }
}

TEST_F(Fraud, OrdinaryNumbersOfTheCountryAreNeverRefusedHoweverManyAtWhateverHour) {
  for (unsigned i = 0; i < 2'000; ++i) {
    const std::string number = "+49302345" + std::to_string(1'000 + i * 7 % 9'000);
    const auto talked = i % 5 == 0 ? std::optional(60u) : std::optional(2u);
    ASSERT_NE(office.call(1, night_ms + i * 9 * second_ms, number, talked).action, Action::block) << i;
  }
}

TEST_F(Fraud, APinIsAskedForWhereTheThresholdSaysSo) {
  office.thresholds = {40, 50, 90};
  EXPECT_EQ(office.judge(1, night_ms, "+37121234510").action, Action::pin);
  office.thresholds = {0, 0, 0};
  EXPECT_EQ(office.judge(1, night_ms, "+37121234510").action, Action::none);
}

TEST_F(Fraud, ABurstIsToldOnceAndOnceMoreWhenItIsRefused) {
  for (unsigned i = 0; i < 40; ++i)
    office.call(1, night_ms + i * 30 * second_ms, "+371212345" + std::to_string(10 + i), 300 + 13 * i);
  // Once as an alert and once as a refusal, by the extension; the same of another level counts by itself.
  EXPECT_GE(office.told, 2u);
  EXPECT_LE(office.told, 4u);
  EXPECT_EQ(office.patterns.remembered(1).size(), office.told);
  EXPECT_TRUE(office.patterns.remembered(2).empty());
}

TEST_F(Fraud, TheReasonIsOneLineThatNamesWhatIsUnusualAgainstWhat) {
  EXPECT_EQ(office.text(office.judge(1, night_ms, "+37121234510"), night_ms, "+37121234510"),
            "score 50: first call to LV; at 03:00, when 1001 has never called");
  for (unsigned i = 0; i < 5; ++i)
    office.call(1, night_ms + i * 30 * second_ms, "+371212345" + std::to_string(10 + i), 300);
  const std::int64_t then = night_ms + 3 * minute_ms;
  EXPECT_EQ(office.text(office.judge(1, then, "+37121234599"), then, "+37121234599"),
            "score 95: first call to LV; at 03:03, when 1001 has never called; 6 calls to +3712123… in 3 min; 3 of "
            "them about 300 s long");
}

}  // namespace
}  // namespace rf::pattern
