// Whoever has one password takes neither the memory, nor the disk, nor the wire that others need.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

constexpr std::string_view picture = "<media_control/>";

class OnePassword : public Story {
 protected:
  std::uint64_t transactions() {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& gauge : status.gauges)
      if (gauge.name == "transactions") return gauge.used;
    ADD_FAILURE() << "no gauge";
    return 0;
  }
  void ask(std::string_view words = picture) { alice.request(a, "INFO", {}, words, "application/media_control+xml"); }
  static std::size_t count_requests(Phone& phone, std::string_view method) {
    std::size_t count = 0;
    while (phone.hear_request(method)) ++count;
    return count;
  }
  static std::size_t count_statuses(Phone& phone, int status) {
    std::size_t count = 0;
    while (phone.hear_status(status)) ++count;
    return count;
  }
};

TEST_F(OnePassword, HasAFewRequestsUnderWayToAPhoneThatSaysNothing) {
  establish();
  for (int i = 0; i < 20; ++i) ask();
  const auto first = bob.hear_request("INFO");
  ASSERT_TRUE(first);
  EXPECT_EQ(count_requests(bob, "INFO"), WireLimits::infos - 1);
  const auto refused = alice.hear_status(500);
  ASSERT_TRUE(refused);
  EXPECT_FALSE((*refused)->value(sip::HeaderName::retry_after).empty());
  EXPECT_EQ(count_statuses(alice, 500), 20 - WireLimits::infos - 1);
  ask();
  EXPECT_FALSE(bob.hear_request("INFO"));
  bob.answer(*first, 200);
  ask();
  EXPECT_TRUE(bob.hear_request("INFO")) << "one was answered, so there is room for another";
  bob.drop_everything = true;
  exchange.advance_ms(40'000);
  bob.drop_everything = false;
  ask();
  EXPECT_TRUE(bob.hear_request("INFO")) << "those that nobody answered are over";
}

TEST_F(OnePassword, AsksNothingInTensOfKilobytes) {
  establish();
  ask(std::string(picture) + std::string(WireLimits::info_bytes, 'x'));
  EXPECT_TRUE(alice.hear_status(413));
  EXPECT_FALSE(bob.hear_request("INFO"));
}

TEST_F(OnePassword, HasAShareOfTheTransactionsThatOthersNeed) {
  establish();
  const std::uint64_t before = transactions();
  for (int i = 0; i < 2'000; ++i) alice.request(a, i % 2 == 0 ? "OPTIONS" : "UPDATE");
  EXPECT_LE(transactions() - before, 3 * Limits{}.requests_per_s);
  const auto refused = alice.hear_status(503);
  ASSERT_TRUE(refused);
  EXPECT_EQ((*refused)->value(sip::HeaderName::retry_after), "1");
  EXPECT_TRUE(exchange.has_report(Reason::requests_too_fast));
  ASSERT_EQ(carol.register_(), 200);
  bob.request(b, "OPTIONS");
  EXPECT_TRUE(bob.hear_status(200)) << "the other phone of the call is not it";
  while (alice.hear()) {
  }
  exchange.advance_ms(1'000);
  alice.request(a, "OPTIONS");
  EXPECT_TRUE(alice.hear_status(200)) << "a second later it is served again";
}

TEST_F(OnePassword, HasAShareOutsideOfCallsToo) {
  exchange.set_guard(sim::open_gate());
  std::size_t served = 0, refused = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto answer = alice.ask("OPTIONS", "sip:1002@192.0.2.1");
    ASSERT_TRUE(answer);
    ((*answer)->status == 200 ? served : refused) += 1;
  }
  EXPECT_EQ(served, 3 * Limits{}.requests_per_s);
  EXPECT_EQ(refused, 400 - served);
}

TEST_F(OnePassword, HangsUpHoweverManyRequestsItSent) {
  establish();
  for (int i = 0; i < 400; ++i) alice.request(a, "OPTIONS");
  while (alice.hear()) {
  }
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  const std::uint64_t before = transactions();
  for (int i = 0; i < 400; ++i) alice.request(a, "BYE");
  EXPECT_LE(transactions() - before, 1u) << "once is enough";
  bob.answer(*bye, 200);
}

TEST_F(OnePassword, RegistersThirtyTimesAtOnceAndTenTimesASecond) {
  int served = 0;
  for (int i = 0; i < 200; ++i) {
    const int status = alice.register_();
    served += status == 200;
    EXPECT_TRUE(status == 200 || status == 503) << status;
  }
  EXPECT_EQ(served, 30);
  EXPECT_EQ(bob.register_(), 200) << "others are not held up";
  EXPECT_TRUE(exchange.has_report(Reason::requests_too_fast));
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE")) << "and it still may call";
}

TEST_F(OnePassword, RegistersOnceASecondForAsLongAsItsNatIsBroken) {
  for (int i = 0; i < 600; ++i) {
    alice.flow.remote.port = static_cast<std::uint16_t>(10'000 + i);
    ASSERT_EQ(alice.register_(), 200) << i;
    exchange.advance_ms(1'000);
  }
}

TEST_F(OnePassword, GetsAFewPracksForAsManyReliableResponses) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  for (int i = 1; i <= 500; ++i)
    bob.answer(*invite, 183, {}, fmt::format("Require: 100rel\r\nRSeq: {}\r\n", i));
  EXPECT_EQ(count_requests(bob, "PRACK"), WireLimits::pracks);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(OnePassword, WhenTransactionsAreFullCallsStillEnd) {
  establish();
  ASSERT_EQ(carol.register_(), 200);
  const Line ringing = carol.invite("1001", sim::audio_sdp(*Endpoint::parse("198.51.100.13:4000")));
  ASSERT_TRUE(alice.hear_request("INVITE"));
  auto policy = sim::test_policy();
  policy->limits.transactions_max = 320;
  exchange.set_policy(policy);
  while (!carol.hear_status(503)) {
    alice.request(a, "OPTIONS");
    bob.request(b, "OPTIONS");
    while (carol.hear()) {
    }
    carol.invite("1002", sim::audio_sdp(alice_rtp));
    exchange.advance_ms(100);
    ASSERT_LT(transactions(), 320u);
  }
  EXPECT_TRUE(exchange.has_report(Reason::system_limit_reached));
  while (alice.hear()) {
  }
  while (bob.hear()) {
  }
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(bob.hear_request("BYE"));
  carol.cancel(ringing);
  EXPECT_TRUE(carol.hear_status(487));
}

}  // namespace
}  // namespace rf
