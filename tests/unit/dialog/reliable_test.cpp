// Stories of ringing that has to arrive.
#include "core/dialog/reliable.hpp"

#include <gtest/gtest.h>

#include "talk.hpp"

namespace rf::dialog::test {
namespace {

using Order = ReliableReceiver::Order;

TEST(ReliableSender, IsPrackedByTheRightNumbersOnly) {
  Random random(1);
  ReliableSender sender(random);
  EXPECT_FALSE(sender.is_waiting());
  const std::uint32_t first = sender.next();
  EXPECT_GE(first, 1u);
  EXPECT_LE(first, 0x7fffffffu);
  EXPECT_TRUE(sender.is_waiting());
  EXPECT_FALSE(sender.take({first + 1, 10, sip::Method::invite}, 10));
  EXPECT_FALSE(sender.take({first, 11, sip::Method::invite}, 10));
  EXPECT_FALSE(sender.take({first, 10, sip::Method::bye}, 10));
  EXPECT_TRUE(sender.take({first, 10, sip::Method::invite}, 10));
  EXPECT_FALSE(sender.take({first, 10, sip::Method::invite}, 10)) << "nothing waits any more";
  EXPECT_EQ(sender.next(), first + 1);
}

TEST(ReliableSender, StartsSomewhereElseEveryTime) {
  Random random(1);
  ReliableSender a(random), b(random);
  EXPECT_NE(a.next(), b.next());
}

TEST(ReliableReceiver, TakesThemInOrderWithoutGaps) {
  ReliableReceiver receiver;
  EXPECT_EQ(receiver.take(0), Order::bad);
  EXPECT_EQ(receiver.take(8'000), Order::next);
  EXPECT_EQ(receiver.take(8'000), Order::repeated);
  EXPECT_EQ(receiver.take(8'002), Order::ahead);
  EXPECT_EQ(receiver.take(8'001), Order::next);
  EXPECT_EQ(receiver.take(8'002), Order::next);
  EXPECT_EQ(receiver.take(7'000), Order::repeated);
  EXPECT_EQ(receiver.take(0xffffffff), Order::ahead);
}

TEST(ReliableRseq, IsFoundOnlyWhereAPrackIsAskedFor) {
  const auto rseq = [](int status, std::string extra) {
    return reliable_rseq(*say({.start = "SIP/2.0 " + std::to_string(status) + " X", .extra = std::move(extra)}));
  };
  EXPECT_EQ(rseq(183, "Require: 100rel\r\nRSeq: 12\r\n"), 12u);
  EXPECT_EQ(rseq(183, "RSeq: 12\r\n"), 0u);
  EXPECT_EQ(rseq(183, "Require: 100rel\r\n"), 0u);
  EXPECT_EQ(rseq(100, "Require: 100rel\r\nRSeq: 12\r\n"), 0u);
  EXPECT_EQ(rseq(200, "Require: 100rel\r\nRSeq: 12\r\n"), 0u);
  EXPECT_EQ(reliable_rseq(*say({.extra = "Require: 100rel\r\n"})), 0u);
}

}  // namespace
}  // namespace rf::dialog::test
