// One password must neither fill the disk with records nor take what others need.
#include <gmock/gmock.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Attempts : public Story {
 protected:
  Attempts() : Story(generous()) {}

  /// Many attempts at once, so that only the records are counted.
  static std::shared_ptr<policy::Policy> generous() {
    auto policy = sim::test_policy();
    policy->limits.attempts_per_s = 1'000;
    return policy;
  }
  std::vector<record::Cdr> records_of(std::string_view number) const {
    std::vector<record::Cdr> out;
    for (const auto& [id, cdr] : exchange.cdrs)
      if (cdr.caller_number == number) out.push_back(cdr);
    return out;
  }
  /// How many attempts of that caller the records stand for.
  std::uint64_t attempts_of(std::string_view number) const {
    std::uint64_t sum = 0;
    for (const record::Cdr& cdr : records_of(number)) sum += cdr.attempts;
    return sum;
  }
  std::uint64_t used(std::string_view name) {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& gauge : status.gauges)
      if (gauge.name == name) return gauge.used;
    ADD_FAILURE() << "no gauge " << name;
    return 0;
  }
};

TEST_F(Attempts, ThatAreRefusedHaveTwentyRecordsAMinuteAndOneThatCountsTheRest) {
  exchange.set_guard(sim::open_gate());
  for (int i = 0; i < 2'000; ++i) {
    a = alice.invite("9999", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(alice.hear_status(404));
    alice.ack(a);
  }
  EXPECT_LE(exchange.cdrs.size(), 20u);
  exchange.advance_ms(60'000);
  EXPECT_EQ(exchange.cdrs.size(), 21u);
  EXPECT_EQ(attempts_of("1001"), 2'000u);
  const auto records = records_of("1001");
  const auto shared = std::find_if(records.begin(), records.end(), [](const auto& r) { return r.attempts > 1; });
  ASSERT_NE(shared, records.end());
  EXPECT_EQ(shared->dialled, "9999");
  EXPECT_EQ(shared->result, record::CallResult::unknown_number);
  EXPECT_THAT(shared->reason, testing::HasSubstr("1980 attempts"));
  // The next minute has records again.
  a = alice.invite("9999", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(404));
  EXPECT_EQ(exchange.cdrs.size(), 22u);
}

TEST_F(Attempts, ThatRangAndWereCancelledAreSummedUpTheSame) {
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 60; ++i) {
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    bob.answer(*invite, 180);
    alice.cancel(a);
    ASSERT_TRUE(alice.hear_status(487));
    const auto cancel = bob.hear_request("CANCEL");
    ASSERT_TRUE(cancel);
    bob.answer(*cancel, 200);
    bob.answer(*invite, 487);
    bob.hear_request("ACK");
    exchange.advance_ms(100);
  }
  exchange.advance_ms(60'000);
  EXPECT_EQ(records_of("1001").size(), 21u);
  EXPECT_EQ(attempts_of("1001"), 60u);
  expect_nothing_left();
}

TEST_F(Attempts, ThatWereAnsweredHaveARecordEachHoweverManyThereAre) {
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 40; ++i) {
    a = alice.invite("9999", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(alice.hear_status(404));
  }
  for (int i = 0; i < 40; ++i) {
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
    bob.hear_request("ACK");
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    alice.request(a, "BYE");
    const auto bye = bob.hear_request("BYE");
    ASSERT_TRUE(bye);
    bob.answer(*bye, 200);
  }
  std::size_t answered = 0;
  for (const record::Cdr& cdr : records_of("1001")) answered += cdr.result == record::CallResult::answered;
  EXPECT_EQ(answered, 40u);
  expect_nothing_left();
}

TEST_F(Attempts, OfSeveralKindsSayRefusedAndWhatTheFirstWas) {
  auto policy = generous();
  policy->limits.attempt_records_per_min = 1;
  exchange.set_policy(policy);
  for (const char* number : {"9999", "9999", "1003", "9999"}) {
    a = alice.invite(number, sim::audio_sdp(alice_rtp));
    alice.hear_status(*number == '9' ? 404 : 480);
  }
  exchange.advance_ms(60'000);
  ASSERT_EQ(exchange.cdrs.size(), 2u);
  const auto records = records_of("1001");
  const record::Cdr& shared = records[0].attempts > 1 ? records[0] : records[1];
  EXPECT_EQ(shared.attempts, 3u);
  EXPECT_EQ(shared.result, record::CallResult::refused);
  EXPECT_THAT(shared.reason, testing::HasSubstr(std::string(effect::text_of(Reason::unknown_number))));
}

TEST_F(Attempts, AreWrittenWhenTheSystemStops) {
  for (int i = 0; i < 50; ++i) {
    a = alice.invite("9999", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(alice.hear_status(404));
  }
  exchange.input(engine::StopAsked{});
  EXPECT_TRUE(exchange.stopped);
  EXPECT_EQ(attempts_of("1001"), 50u);
}

class AttemptRate : public Attempts {
 protected:
  AttemptRate() { exchange.set_policy(sim::test_policy()); }  // the default
};

TEST_F(AttemptRate, IsHeldBeforeAnythingIsTaken) {
  ASSERT_EQ(bob.register_(), 200);
  exchange.advance_ms(40'000);
  int served = 0, turned_away = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t ports = used("media_ports"), transactions = used("transactions");
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    const auto refused = alice.hear_status(503);
    if (!refused) {
      ++served;
      alice.cancel(a);
      continue;
    }
    ++turned_away;
    EXPECT_EQ((*refused)->value(sip::HeaderName::retry_after), "1");
    EXPECT_EQ(used("media_ports"), ports);
    EXPECT_EQ(used("transactions"), transactions);
  }
  EXPECT_EQ(served, 30);
  EXPECT_EQ(turned_away, 70);
  EXPECT_TRUE(exchange.has_report(Reason::attempts_too_fast));
  exchange.advance_ms(100'000);
  EXPECT_EQ(attempts_of("1001"), 100u);
  EXPECT_LE(records_of("1001").size(), 21u);
}

TEST_F(AttemptRate, OfOneExtensionHoldsUpNobodyElse) {
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 100; ++i) alice.invite("9999", sim::audio_sdp(alice_rtp));
  while (alice.hear()) {
  }
  a = carol.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  exchange.advance_ms(1'000);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_FALSE(alice.hear_status(503));
}

TEST_F(AttemptRate, IsNotForgottenWithTheMinute) {
  // Ten a second is what is allowed for ever; eleven are not, however long it goes on.
  int served = 0;
  for (int i = 0; i < 130 * 11; ++i) {
    a = alice.invite("9999", sim::audio_sdp(alice_rtp));
    served += alice.hear_status(404).has_value();
    exchange.advance_ms(i % 11 == 0 ? 90 : 91);
  }
  EXPECT_LE(served, 130 * 10 + 30 + 1);
}

}  // namespace
}  // namespace rf
