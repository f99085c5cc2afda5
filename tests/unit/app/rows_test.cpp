#include "app/rows.hpp"

#include <gmock/gmock.h>

namespace rf::app {
namespace {

TEST(RunningCallRow, TellsMoneyAndPlacesOnlyToWhoeverReadsRecords) {
  effect::RunningCall call;
  call.state = "talking";
  call.cdr.id = "c1";
  call.cdr.caller_number = "1001";
  call.cdr.dialled = "+442079460000";
  call.cdr.trunk_out = "provider";
  call.cdr.price = "0.0777";
  call.cdr.currency = "EUR";
  call.cdr.reserved_micro = 770'077;
  call.cdr.cost_micro = 880'088;
  call.cdr.account = "project-7";
  call.cdr.caller_address = *Address::parse("198.51.100.77");
  const Json whole = json_of(call, "1002", 0, true), bare = json_of(call, "1002", 0, false);
  for (const char* const secret : {"0.0777", "EUR", "0.77", "0.88", "project-7", "198.51.100.77"}) {
    EXPECT_THAT(whole.dump(), ::testing::HasSubstr(secret));
    EXPECT_THAT(bare.dump(), ::testing::Not(::testing::HasSubstr(secret)));
  }
  EXPECT_EQ(bare["state"], "talking");
  EXPECT_EQ(bare["dialled"], "+442079460000");
  EXPECT_EQ(bare["trunk_out"], "provider");
  for (const auto& [key, value] : whole.items()) EXPECT_TRUE(bare.contains(key)) << key << ": the contract names it";
}

TEST(Record, SaysOfSoundThatNobodyMeasuredThatItIsUnknown) {
  record::Cdr cdr;
  cdr.media[0].packets = cdr.media[1].packets = 500;
  cdr.media[0].mos = 4.25;
  cdr.media[0].jitter_ms = 2;
  const Json row = json_of(cdr, "1002");
  EXPECT_EQ(row["media"][0]["mos"], 4.25);
  EXPECT_EQ(row["media"][0]["jitter_ms"], 2.0);
  EXPECT_EQ(row["media"][0]["lost"], 0) << "measured, and none was";
  for (const char* const figure : {"mos", "jitter_ms", "lost"})
    EXPECT_TRUE(row["media"][1][figure].is_null()) << figure;
  EXPECT_EQ(row["media"][1]["packets"], 500);
}

}  // namespace
}  // namespace rf::app
