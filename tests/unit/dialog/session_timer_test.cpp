// Stories of calls whose peers fall silent, and of how both sides agree to notice.
#include "core/dialog/session_timer.hpp"

#include <gmock/gmock.h>

#include "talk.hpp"

namespace rf::dialog::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Refresher = SessionTimer::Refresher;

const Now noon{100'000, 0};

Wire request_with(std::string extra) {
  return say({.extra = std::move(extra)});
}
Wire response_with(int status, std::string extra) {
  return say({.start = "SIP/2.0 " + std::to_string(status) + " X", .extra = std::move(extra)});
}
std::string offer_of(const SessionTimer& timer) {
  std::string out;
  sip::Writer writer(out);
  timer.write_offer(writer);
  return out;
}
std::string answer_of(const SessionTimer& timer) {
  std::string out;
  sip::Writer writer(out);
  timer.write_answer(writer);
  return out;
}

struct Session : testing::Test {
  SessionTimer timer{policy::SipTimes{}};
};

TEST_F(Session, IsSilentBeforeAnythingWasAgreed) {
  EXPECT_EQ(timer.refresher(), Refresher::nobody);
  EXPECT_EQ(timer.next_deadline(), never_ms);
}

TEST_F(Session, OffersHalfAnHour) {
  EXPECT_EQ(offer_of(timer), "Session-Expires: 1800\r\n");
}

TEST_F(Session, RefreshesAtHalfTimeWhenTheAnswerSaysUac) {
  timer.take_answer(noon, *response_with(200, "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n"));
  EXPECT_EQ(timer.refresher(), Refresher::local);
  EXPECT_TRUE(timer.peer_knows_timer());
  EXPECT_EQ(timer.refresh_at_ms(), 100'000 + 900'000);
  EXPECT_EQ(timer.expires_at_ms(), 100'000 + 1'800'000 - 32'000);
  EXPECT_EQ(timer.next_deadline(), timer.refresh_at_ms());
  timer.sent_refresh();
  EXPECT_EQ(timer.next_deadline(), timer.expires_at_ms()) << "one refresh at a time";
  EXPECT_EQ(offer_of(timer), "Session-Expires: 1800;refresher=uac\r\n");
  timer.take_answer({1'000'000, 0}, *response_with(200, "Session-Expires: 1800;refresher=uac\r\n"));
  EXPECT_EQ(timer.refresh_at_ms(), 1'900'000);
}

TEST_F(Session, OnlyWaitsWhenTheAnswerSaysUas) {
  timer.take_answer(noon, *response_with(200, "x: 90 ; refresher = UAS\r\n"));
  EXPECT_EQ(timer.refresher(), Refresher::remote);
  EXPECT_EQ(timer.refresh_at_ms(), never_ms);
  EXPECT_EQ(timer.expires_at_ms(), 100'000 + 60'000) << "a third of 90 s is less than 32 s";
  EXPECT_EQ(offer_of(timer), "Session-Expires: 90;refresher=uas\r\n")
      << "a re-INVITE of ours leaves the duty where it is";
}

TEST_F(Session, LooksAfterAPeerThatHasNoTimer) {
  timer.take_answer(noon, *response_with(200, ""));
  EXPECT_FALSE(timer.peer_knows_timer());
  EXPECT_EQ(timer.refresher(), Refresher::local);
  EXPECT_EQ(timer.refresh_at_ms(), 1'000'000);
  timer.sent_refresh();
  timer.refreshed({1'000'000, 0});
  EXPECT_EQ(timer.refresh_at_ms(), 1'900'000);
}

TEST_F(Session, TriesARefreshAgainAfterAGlare) {
  timer.take_answer(noon, *response_with(200, "Session-Expires: 1800;refresher=uac\r\n"));
  timer.sent_refresh();
  timer.retry_refresh(1'002'100);
  EXPECT_EQ(timer.refresh_at_ms(), 1'002'100);
}

TEST_F(Session, AsksForMoreAfterA422) {
  EXPECT_TRUE(timer.take_422(*response_with(422, "Min-SE: 3600\r\n")));
  EXPECT_EQ(offer_of(timer), "Session-Expires: 3600\r\nMin-SE: 3600\r\n");
}

TEST_F(Session, DoesNotPlayA422PingPong) {
  EXPECT_FALSE(timer.take_422(*response_with(422, ""))) << "no Min-SE";
  EXPECT_FALSE(timer.take_422(*response_with(422, "Min-SE: 1800\r\n"))) << "what we offered already";
  EXPECT_FALSE(timer.take_422(*response_with(422, "Min-SE: 86401\r\n")));
  EXPECT_FALSE(timer.take_422(*response_with(422, "Min-SE: what\r\n")));
  int taken = 0;
  for (int min = 2'000; min < 2'100; ++min)
    taken += timer.take_422(*response_with(422, "Min-SE: " + std::to_string(min) + "\r\n"));
  EXPECT_EQ(taken, 3);
}

TEST_F(Session, DoesNotLetAnAnswerMakeItRefreshEverySecond) {
  timer.take_answer(noon, *response_with(200, "Session-Expires: 1;refresher=uac\r\n"));
  EXPECT_EQ(timer.interval_s(), 90u);
  timer.take_answer(noon, *response_with(200, "Session-Expires: 4294967295;refresher=uac\r\n"));
  EXPECT_EQ(timer.interval_s(), 86'400u);
  timer.take_answer(noon, *response_with(200, "Session-Expires: nonsense\r\n"));
  EXPECT_EQ(timer.interval_s(), 1'800u);
}

// --- the answering side: table 2 of RFC 4028

struct Row {
  const char* supported;
  const char* wish;
  Refresher refresher;
  const char* answer;
};

TEST(SessionAnswer, ChoosesTheRefresherAsTable2OfRfc4028) {
  for (const Row& row :
       {Row{"", "", Refresher::local, "Session-Expires: 1800;refresher=uas\r\n"},
        Row{"", ";refresher=uac", Refresher::local, "Session-Expires: 1800;refresher=uas\r\n"},
        Row{"Supported: timer\r\n", "", Refresher::local, "Session-Expires: 1800;refresher=uas\r\n"},
        Row{"Supported: 100rel, Timer\r\n", ";refresher=uac", Refresher::remote,
            "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n"},
        Row{"Require: timer\r\n", ";refresher=uas", Refresher::local, "Session-Expires: 1800;refresher=uas\r\n"}}) {
    SessionTimer timer{policy::SipTimes{}};
    ASSERT_TRUE(
        timer.take_request(*request_with(std::string(row.supported) + "Session-Expires: 1800" + row.wish + "\r\n")));
    EXPECT_EQ(timer.refresher(), Refresher::nobody) << "nothing counts before our 2xx";
    EXPECT_EQ(answer_of(timer), row.answer);
    timer.sent_answer(noon);
    EXPECT_EQ(timer.refresher(), row.refresher) << row.supported << row.wish;
  }
}

TEST_F(Session, StartsATimerForAPeerThatAskedForNone) {
  ASSERT_TRUE(timer.take_request(*request_with("Supported: timer\r\n")));
  EXPECT_EQ(answer_of(timer), "Session-Expires: 1800;refresher=uas\r\n");
  timer.sent_answer(noon);
  EXPECT_EQ(timer.refresh_at_ms(), 1'000'000);
}

TEST_F(Session, RefusesAnIntervalBelowItsMinimum) {
  const auto refused = timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 89\r\n"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().min_se_s, 90u);
  SessionTimer strict{{.session_min_s = 300}};
  EXPECT_EQ(strict.take_request(*request_with("Supported: timer\r\nSession-Expires: 200\r\n")).error().min_se_s, 300u);
  EXPECT_TRUE(strict.take_request(*request_with("Session-Expires: 200\r\n"))) << "it would not understand a 422";
}

TEST_F(Session, ShortensButNeverLengthensWhatWasAskedFor) {
  ASSERT_TRUE(timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 7200;refresher=uac\r\n")));
  EXPECT_THAT(answer_of(timer), HasSubstr("Session-Expires: 1800;"));
  ASSERT_TRUE(
      timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 7200;refresher=uac\r\nMin-SE: 3600\r\n")));
  EXPECT_THAT(answer_of(timer), HasSubstr("Session-Expires: 3600;")) << "not below the caller's minimum";
  ASSERT_TRUE(timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n")));
  EXPECT_THAT(answer_of(timer), HasSubstr("Session-Expires: 600;"));
}

TEST_F(Session, KeepsTheOldTimerWhenAReInviteIsRefused) {
  timer.take_answer(noon, *response_with(200, "Session-Expires: 1800;refresher=uac\r\n"));
  ASSERT_TRUE(timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n")));
  EXPECT_EQ(timer.refresher(), Refresher::local);
  EXPECT_EQ(timer.refresh_at_ms(), 1'000'000);
  timer.sent_answer({200'000, 0});
  EXPECT_EQ(timer.refresher(), Refresher::remote);
  EXPECT_EQ(timer.expires_at_ms(), 260'000);
}

TEST_F(Session, LeavesTheDutyWithThePeerThatHasIt) {
  timer.take_answer(noon, *response_with(200, "Session-Expires: 1800;refresher=uas\r\n"));
  ASSERT_TRUE(timer.take_request(*request_with("Supported: timer\r\nSession-Expires: 1800\r\n")));
  timer.sent_answer(noon);
  EXPECT_EQ(timer.refresher(), Refresher::remote);
}

TEST_F(Session, CanBeTurnedOff) {
  SessionTimer off{{.session_expires_s = 0}};
  EXPECT_EQ(offer_of(off), "");
  off.take_answer(noon, *response_with(200, ""));
  EXPECT_EQ(off.next_deadline(), never_ms);
  ASSERT_TRUE(off.take_request(*request_with("Supported: timer\r\n")));
  EXPECT_EQ(answer_of(off), "");
  off.sent_answer(noon);
  EXPECT_EQ(off.next_deadline(), never_ms);
  ASSERT_TRUE(off.take_request(*request_with("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n")));
  off.sent_answer(noon);
  EXPECT_EQ(off.expires_at_ms(), 100'000 + 600'000 - 32'000) << "who asks for a timer gets one";
}

}  // namespace
}  // namespace rf::dialog::test
