#include "core/media/elsewhere.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/media.hpp"

namespace rf::media {
namespace {

Elsewhere ready(std::uint64_t number, std::string server, const char* address = "203.0.113.200") {
  const Address at = *Address::parse(address);
  return {RelayId{elsewhere_bit | number}, std::move(server), {{{at, 4'000}, {at, 4'002}}}};
}

TEST(Stock, GivesTheOneThatWaitedLongestOnce) {
  Stock stock;
  ASSERT_TRUE(stock.put(ready(1, "a")));
  ASSERT_TRUE(stock.put(ready(2, "b")));
  EXPECT_EQ(stock.take({}, {true, true})->id, ready(1, "a").id);
  EXPECT_EQ(stock.take({}, {true, true})->id, ready(2, "b").id);
  EXPECT_FALSE(stock.take({}, {true, true}));
}

TEST(Stock, GivesOneOfTheSameServerAndOfTheAddressesThatFit) {
  Stock stock;
  ASSERT_TRUE(stock.put(ready(1, "a")));
  ASSERT_TRUE(stock.put(ready(2, "b")));
  ASSERT_TRUE(stock.put(ready(3, "b", "2001:db8::1")));
  EXPECT_EQ(stock.take("b", {true, true})->id, ready(2, "b").id);
  EXPECT_FALSE(stock.take("b", {true, true}));
  EXPECT_FALSE(stock.take("a", {true, false}));
  EXPECT_EQ(stock.take({}, {false, false})->id, ready(3, "b").id);
}

TEST(Stock, WhatIsGivenBackIsTheNext) {
  Stock stock;
  ASSERT_TRUE(stock.put(ready(1, "a")));
  ASSERT_TRUE(stock.put(ready(2, "a")));
  stock.put_back(*stock.take({}, {true, true}));
  EXPECT_EQ(stock.take({}, {true, true})->id, ready(1, "a").id);
}

TEST(Stock, IsBoundedAndForgetsWhatIsStale) {
  Stock stock;
  for (std::uint64_t i = 1; i <= RtpengineLimits::stock_most; ++i) ASSERT_TRUE(stock.put(ready(i, "a")));
  EXPECT_FALSE(stock.put(ready(9'999, "a")));
  EXPECT_TRUE(stock.drop(ready(7, "a").id));
  EXPECT_FALSE(stock.drop(ready(7, "a").id)) << "a call that has taken it keeps it";
  EXPECT_TRUE(stock.put(ready(9'999, "a")));
}

TEST(Elsewhere, IdsTellWhoseRelayItIs) {
  EXPECT_TRUE(is_elsewhere(ready(1, "a").id));
  EXPECT_FALSE(is_elsewhere(RelayId{1}));
  EXPECT_FALSE(is_elsewhere(RelayId{}));
}

}  // namespace
}  // namespace rf::media
