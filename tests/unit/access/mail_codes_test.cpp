#include "core/access/mail_codes.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/mail_codes.hpp"

namespace rf::access {
namespace {

constexpr std::int64_t start_ms = 1'800'000'000'000, hour_ms = 3'600'000;
constexpr std::int64_t good_ms = std::int64_t{MailCodeLimits::good_s} * 1'000;
const Address here = *Address::parse("192.0.2.1");
const SessionId mine{1}, other{2};

struct MailCodesTest : ::testing::Test {
  MailCodes codes{MailCodes::Key{7}};
};

TEST_F(MailCodesTest, ACodeIsGoodOnceInItsSessionAndProvesItsMailbox) {
  codes.keep(mine, "12345678", "anna@example.com", start_ms);
  codes.keep(other, "87654321", "eve@example.com", start_ms);
  EXPECT_EQ(codes.accept(other, "12345678", start_ms), std::nullopt) << "the code of another attempt";
  EXPECT_EQ(codes.accept(SessionId{3}, "12345678", start_ms), std::nullopt) << "of one that never asked";
  EXPECT_EQ(codes.accept(mine, "1234 5678", start_ms + good_ms - 1), "anna@example.com");
  EXPECT_EQ(codes.accept(mine, "12345678", start_ms), std::nullopt) << "shown a second time";
}

TEST_F(MailCodesTest, ACodeEndsWithItsTimeAndIsForgotten) {
  codes.keep(mine, "12345678", "anna@example.com", start_ms);
  EXPECT_EQ(codes.accept(mine, "12345678", start_ms + good_ms), std::nullopt);
  codes.sweep(start_ms + good_ms - 1);
  EXPECT_EQ(codes.size(), 1u);
  codes.sweep(start_ms + good_ms);
  EXPECT_EQ(codes.size(), 0u);
}

TEST_F(MailCodesTest, FiveWrongOnesEndItAndAnotherLetterDoesNotBuyMoreTries) {
  codes.keep(mine, "12345678", "anna@example.com", start_ms);
  for (std::uint32_t i = 1; i < MailCodeLimits::tries; ++i) EXPECT_FALSE(codes.accept(mine, "00000000", start_ms));
  codes.keep(mine, "22222222", "anna@example.com", start_ms);
  EXPECT_FALSE(codes.accept(mine, "12345678", start_ms)) << "the fifth wrong one: the former code";
  EXPECT_FALSE(codes.accept(mine, "22222222", start_ms));
}

TEST_F(MailCodesTest, NobodysMailboxIsFlooded) {
  const UserId anna{1}, ben{2};
  for (std::size_t i = 0; i < MailCodeLimits::of_user; ++i)
    EXPECT_EQ(codes.ask(anna, Address::v4(static_cast<std::uint32_t>(i)), start_ms + static_cast<std::int64_t>(i)), 0);
  EXPECT_EQ(codes.ask(anna, here, start_ms + 1'000), hour_ms - 1'000) << "from wherever";
  EXPECT_EQ(codes.ask(ben, here, start_ms + 1'000), 0);
  codes.take_back(anna);
  EXPECT_EQ(codes.ask(anna, here, start_ms + 1'000), 0) << "the tenth did not leave";
  EXPECT_NE(codes.ask(anna, here, start_ms + 1'000), 0);
  EXPECT_EQ(codes.ask(anna, here, start_ms + hour_ms), 0);
}

TEST_F(MailCodesTest, OneSourceAndAllTogetherSendNoMoreThanTheirShare) {
  std::uint64_t user = 0;
  for (std::size_t i = 0; i < MailCodeLimits::of_source; ++i) EXPECT_EQ(codes.ask(UserId{++user}, here, start_ms), 0);
  EXPECT_EQ(codes.ask(UserId{++user}, here, start_ms), hour_ms);
  std::uint32_t sent = MailCodeLimits::of_source;
  for (; sent < MailCodeLimits::in_an_hour; ++sent)
    ASSERT_EQ(codes.ask(UserId{++user}, Address::v4(sent), start_ms), 0);
  EXPECT_EQ(codes.ask(UserId{++user}, Address::v4(sent), start_ms), hour_ms);
}

TEST_F(MailCodesTest, AClockThatIsSetBackKeepsNobodyWaiting) {
  for (std::size_t i = 0; i < MailCodeLimits::of_user; ++i) EXPECT_EQ(codes.ask(UserId{1}, here, start_ms), 0);
  EXPECT_EQ(codes.ask(UserId{1}, here, start_ms - 24 * hour_ms), 0);
}

}  // namespace
}  // namespace rf::access
