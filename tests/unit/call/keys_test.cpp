// Which way keys go, and keys in SIP INFO.
#include "core/call/keys.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/limits/call.hpp"
#include "core/call/codecs.hpp"

namespace rf::call {
namespace {

using media::KeyWay;
using policy::Keys;

TEST(Keys, GoTheWayThatTheRuleNamesOrElseTheDescription) {
  struct Row {
    Keys rule;
    bool events, sends_info;
    KeyWay way;
    bool takes_info;
  };
  for (const Row& row : std::initializer_list<Row>{
           {Keys::automatic, true, false, KeyWay::events, true},
           {Keys::automatic, true, true, KeyWay::events, true},
           {Keys::automatic, false, true, KeyWay::info, true},
           {Keys::automatic, false, false, KeyWay::sound, true},
           {Keys::events, true, true, KeyWay::events, false},
           {Keys::events, false, false, KeyWay::sound, true},
           {Keys::info, true, false, KeyWay::info, true},
           {Keys::sound, true, true, KeyWay::sound, false},
       }) {
    EXPECT_EQ(key_way(row.rule, row.events, row.sends_info), row.way) << static_cast<int>(row.rule);
    EXPECT_EQ(takes_info_keys(row.rule, row.events), row.takes_info) << static_cast<int>(row.rule);
  }
}

TEST(Keys, AreReadFromBothBodiesThatPhonesWrite) {
  const auto read = [](std::string_view body) {
    const auto key = read_key(body);
    return key ? fmt::format("{} {}", symbol_of(key->code), key->lasts_ms) : std::string("none");
  };
  EXPECT_EQ(read("Signal=5\r\nDuration=160\r\n"), "5 160");
  EXPECT_EQ(read("Signal= 5\nDuration= 250"), "5 250");
  EXPECT_EQ(read("signal=*\r\n"), "* 160");
  EXPECT_EQ(read("Signal=11\r\n"), "# 160") << "by the number of its event";
  EXPECT_EQ(read("5"), "5 160");
  EXPECT_EQ(read("  d \r\n"), "D 160");
  EXPECT_EQ(read("Signal=1\r\nDuration=99999999999\r\n"), "1 160");
  EXPECT_EQ(read("Signal=1\r\nDuration=9999\r\n"), fmt::format("1 {}", VoiceLimits::press_most_ms));
  EXPECT_EQ(read("Signal=1\r\nDuration=1\r\n"), fmt::format("1 {}", VoiceLimits::press_least_ms));
  for (const std::string_view none : {"", "\r\n", "Signal=", "Signal=55", "Signal=16", "Signal=hf", "Signal=5x", "x",
                                      "Duration=160\r\n", "Signal=1\r\nSignal=2\r\n", "1\r\n2\r\n", "Signal=E"})
    EXPECT_EQ(read(none), "none") << none;
}

TEST(Keys, AreWrittenSoThatTheyAreReadAgain) {
  for (std::uint8_t code = 0; code < 16; ++code) {
    const auto read = read_key(write_key({code, 200}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->code, code);
    EXPECT_EQ(read->lasts_ms, 200u);
    EXPECT_EQ(code_of(symbol_of(code)), code);
  }
  EXPECT_FALSE(code_of('E'));
  EXPECT_FALSE(code_of('\0'));
}

RC_GTEST_PROP(KeyBodies, WhateverStandsInThemAKeyIsOneOfSixteenAndShort, (const std::string& body)) {
  if (const auto key = read_key(body)) {
    RC_ASSERT(key->code < 16);
    RC_ASSERT(key->lasts_ms >= VoiceLimits::press_least_ms && key->lasts_ms <= VoiceLimits::press_most_ms);
  }
}

TEST(Keys, AreRecognisedByTheTypeOfTheBodyAlone) {
  EXPECT_TRUE(is_key_type("application/dtmf-relay"));
  EXPECT_TRUE(is_key_type("Application/DTMF ; charset=utf-8"));
  EXPECT_FALSE(is_key_type("application/dtmf-relays"));
  EXPECT_FALSE(is_key_type("application/media_control+xml"));
  EXPECT_FALSE(is_key_type(""));
}

// --- what the transcoder has to do about them

constexpr std::string_view head =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP ";

struct Described {
  Described(std::string_view formats, std::string_view lines = {})
      : text(fmt::format("{}{}\r\n{}", head, formats, lines)), session(sdp::parse(text)) {}
  const sdp::Media& media() const { return session->media()[0]; }
  std::string text;
  decltype(sdp::parse(std::string_view())) session;
};

TEST(KeyCoding, TwoThatShareACodecAreTranscodedOnlyWhereOneHearsKeysAsTones) {
  const Described a("0 8 101", "a=rtpmap:101 telephone-event/8000\r\n"), b("8 0");
  EXPECT_FALSE(with_keys({}, a.media(), b.media(), {KeyWay::events, KeyWay::info}, true));
  EXPECT_FALSE(with_keys({}, a.media(), b.media(), {KeyWay::sound, KeyWay::sound}, true));
  EXPECT_FALSE(with_keys({}, a.media(), b.media(), {KeyWay::events, KeyWay::sound}, false)) << "there is no room";
  const auto plan = with_keys({}, a.media(), b.media(), {KeyWay::events, KeyWay::sound}, true);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->legs[0].codec, media::Codec::pcma) << "the answer's favourite";
  EXPECT_EQ(plan->legs[0].heard_type, 8);
  EXPECT_EQ(plan->legs[0].heard_event_type, 101);
  EXPECT_FALSE(plan->legs[0].says_keys);
  EXPECT_EQ(plan->legs[1].event_type, 0) << "tones for it";
  EXPECT_TRUE(plan->legs[1].says_keys) << "and from it";
  EXPECT_TRUE(plan->legs[0].passing.test(0)) << "what they share besides passes";
  EXPECT_FALSE(plan->legs[0].passing.test(8));
}

TEST(KeyCoding, KeysByInfoReachTheTranscoderByATypeThatNobodyHas) {
  const Described a("0 101", "a=rtpmap:101 opus/48000/2\r\n"), b("0");
  const auto plan = with_keys({}, a.media(), b.media(), {KeyWay::info, KeyWay::sound}, true);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->legs[0].heard_event_type, 96) << "101 is taken";
  EXPECT_EQ(plan->legs[0].event_type, 96) << "what is for it by INFO leaves the transcoder as events";
  EXPECT_FALSE(plan->legs[0].says_keys);
}

TEST(KeyCoding, PayloadTypesOfTheOtherSideAreThoseThatItSendsBy) {
  const Described a("96 101", "a=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/48000\r\n");
  const Described b("111", "a=rtpmap:111 opus/48000/2\r\n");
  const auto plan = with_keys({}, a.media(), b.media(), {KeyWay::events, KeyWay::sound}, true);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->legs[0].payload_type, 96);
  EXPECT_EQ(plan->legs[0].heard_type, 111);
  EXPECT_EQ(plan->legs[1].payload_type, 111);
  EXPECT_EQ(plan->legs[1].heard_type, 96);
}

TEST(KeyCoding, EventsAreAddedUnderTheirNumberOrAFreeOneAndOnlyOnce) {
  const Described plain("0 8"), taken("0 101", "a=rtpmap:101 opus/48000/2\r\n");
  FormatText text;
  add_events(text, plain.media(), {0, 8'000});
  EXPECT_EQ(text.more, "101");
  EXPECT_EQ(text.lines, "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n");
  add_events(text, plain.media(), {0, 8'000});
  EXPECT_EQ(text.more, "101");
  FormatText second = formats_to_offer(taken.media());
  add_events(second, taken.media(), {0, 8'000});
  EXPECT_EQ(second.more, "8 9 96");
  FormatText third;
  leave_out_events(third, Described("0 97", "a=rtpmap:97 telephone-event/8000\r\n").media());
  ASSERT_TRUE(third.kept);
  EXPECT_TRUE(third.kept->test(0));
  EXPECT_FALSE(third.kept->test(97));
}

}  // namespace
}  // namespace rf::call
