#include "core/schedule/plan.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/toll.hpp"
#include "core/base/random.hpp"

namespace rf::schedule {
namespace {

std::vector<Fault> faults_of(std::string_view text) {
  auto plan = parse_plan(text);
  return plan ? std::vector<Fault>{} : plan.error();
}

TEST(Plan, IsReadAndWrittenBackTheSame) {
  const std::string text =
      "zone Europe/Berlin\n"
      "mon-thu 08:00-12:00 13:00-18:00 # office\n"
      "fri 22:00-06:00\n"
      "sat-sun closed\n"
      "yearly 12-25 closed # Christmas Day\n"
      "yearly 12-24..01-01 09:00-12:00\n"
      "2026-08-01..2026-08-14 09:00-12:00\n"
      "2026-12-24 00:00-24:00\n";
  const auto plan = parse_plan(text);
  ASSERT_TRUE(plan);
  EXPECT_EQ(text_of(*plan), text);
  EXPECT_EQ(plan->rules[1].spans, (std::vector<Span>{{1'320, 1'800}}));
  EXPECT_EQ(plan->rules[3].line, 5u);
}

TEST(Plan, BlanksCommentsAndEmptyLinesSayNothing) {
  const auto plan = parse_plan("# all\r\n\r\n   \n\tmon   09:00-10:00   #  x  \nfri-mon closed");
  ASSERT_FALSE(plan.has_value() && plan->rules.size() != 2);
  EXPECT_EQ(text_of(*plan), "mon 09:00-10:00 # x\nmon,fri-sun closed\n");
  EXPECT_EQ(text_of(*parse_plan("")), "");
  EXPECT_EQ(text_of(*parse_plan("mon 22:00-00:00")), "mon 22:00-24:00\n");
}

TEST(Plan, EveryFaultIsToldWithItsPlaceAndWhatToWrite) {
  const std::vector<std::pair<std::string, std::pair<std::size_t, std::string>>> wrong = {
      {"mo 08:00-18:00", {1, "days are mon tue"}},
      {"mon,tue,mon 08:00-18:00", {9, "named twice"}},
      {"mon-", {1, "days are"}},
      {"Mon 08:00-18:00", {1, "days are"}},
      {"mon", {4, "no hours; write 08:00-18:00, or closed"}},
      {"mon 8:00-18:00", {5, "write 08:00-18:00"}},
      {"mon 08:00-24:01", {5, "write 08:00-18:00"}},
      {"mon 24:00-08:00", {5, "write 08:00-18:00"}},
      {"mon 08:60-18:00", {5, "write 08:00-18:00"}},
      {"mon 08:00-08:00", {5, "00:00-24:00"}},
      {"mon 08:00-12:00 11:00-13:00", {17, "one span"}},
      {"mon 08:00-12:00 12:00-13:00", {17, "one span"}},
      {"mon 13:00-14:00 08:00-09:00", {17, "in their order"}},
      {"mon 22:00-06:00 23:00-24:00", {17, "06:00"}},
      {"mon closed 08:00-18:00", {12, "after closed"}},
      {"mon 08:00-18:00 closed", {17, "no span"}},
      {"2026-02-29 closed", {1, "no date"}},
      {"2026-2-3 closed", {1, "2026-12-24"}},
      {"2026-08-14..2026-08-01 closed", {1, "exchange"}},
      {"2026-08-14..2026-08-14 closed", {1, "write 2026-08-14"}},
      {"2026-08-14.. closed", {1, "no date"}},
      {"yearly 13-01 closed", {8, "12-25"}},
      {"yearly closed", {8, "12-25"}},
      {"yearly", {7, "12-25"}},
      {"zone", {5, "Europe/Berlin"}},
      {"zone Europe/Berlin x", {20, "not understood"}},
      {"mon closed\x01", {11, "control"}},
      {"mon closed # " + std::string(129, 'x'), {12, "shorten"}},
  };
  for (const auto& [text, fault] : wrong) {
    const auto faults = faults_of("# first\n" + text + "\n");
    ASSERT_EQ(faults.size(), 1u) << text;
    EXPECT_EQ(faults[0].line, 2u) << text;
    EXPECT_EQ(faults[0].column, fault.first) << text << ": " << faults[0].text;
    EXPECT_NE(faults[0].text.find(fault.second), std::string::npos) << text << ": " << faults[0].text;
  }
  EXPECT_EQ(faults_of("zone A\nzone B").at(0).line, 2u);
  EXPECT_EQ(faults_of("x\ny\nmon closed\nz").size(), 3u) << "all at once";
}

TEST(Plan, WhatIsTooMuchIsRefusedAndNotKept) {
  EXPECT_EQ(faults_of(std::string(ScheduleLimits::text_bytes + 1, ' ')).size(), 1u);
  std::string many;
  for (std::size_t i = 0; i <= ScheduleLimits::rules; ++i) many += "mon closed\n";
  EXPECT_EQ(faults_of(many).at(0).line, ScheduleLimits::rules + 1);
  std::string wrong;
  for (int i = 0; i < 1'000; ++i) wrong += "x\n";
  EXPECT_EQ(faults_of(wrong).size(), ScheduleLimits::faults);
  EXPECT_EQ(faults_of("mon 00:00-00:01 00:02-00:03 00:04-00:05 00:06-00:07 00:08-00:09 00:10-00:11 00:12-00:13 "
                      "00:14-00:15 00:16-00:17")
                .size(),
            1u);
}

TEST(Plan, WhateverIsReadIsReadAgainTheSame) {
  const std::string_view pieces[] = {"mon",         "tue-fri",    "sun-mon", ",",   " ",  "closed",
                                     "08:00-18:00", "\n",         "zone",    "UTC", "..", "2026-12-24",
                                     "yearly",      "12-25",      "02-29",   "#",   "x",  "22:00-06:00",
                                     "00:00-24:00", "2027-01-01", "\t",      "-"};
  Random random(Random::Seed{4});
  int read = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(8); i-- > 0;)
      text += std::string(pieces[random.below(std::size(pieces))]) + (random.below(2) ? " " : "");
    const auto plan = parse_plan(text);
    if (!plan) continue;
    const auto again = parse_plan(text_of(*plan));
    ASSERT_TRUE(again) << text;
    ASSERT_EQ(text_of(*again), text_of(*plan));
    read += !plan->rules.empty();
  }
  EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace rf::schedule
