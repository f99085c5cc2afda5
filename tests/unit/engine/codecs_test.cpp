// Phones that share no codec: what each is told, and what the relay has to do.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/call/codecs.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

using media::Codec;
using testing::HasSubstr;
using testing::Not;

std::string speaking(const Endpoint& rtp, std::string_view formats, std::string_view lines) {
  return fmt::format(
      "v=0\r\no=phone 77 1 IN IP4 {0}\r\ns=talk\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP "
      "{2}\r\n{3}a=sendrecv\r\n",
      rtp.address.text(), rtp.port, formats, lines);
}
constexpr std::string_view opus_lines =
    "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:101 telephone-event/48000\r\na=ptime:20\r\n";
constexpr std::string_view pcma_lines = "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n";

std::string m_line(std::string_view body) {
  const std::size_t at = body.find("m=audio ");
  const std::size_t formats = body.find("RTP/AVP ", at) + 8;
  return std::string(body.substr(formats, body.find("\r\n", formats) - formats));
}

class CodecStory : public Story {
 protected:
  using Story::Story;

  void talk(const std::string& offer, const std::string& answer) {
    EXPECT_EQ(alice.register_(), 200);
    EXPECT_EQ(bob.register_(), 200);
    a = alice.invite("1002", offer);
    const auto invite = bob.hear_request("INVITE");
    EXPECT_TRUE(invite);
    offered = std::string((*invite)->body);
    b = bob.answer(*invite, 200, answer);
    const auto ok = alice.hear_status(200);
    EXPECT_TRUE(ok);
    answered = ok ? std::string((*ok)->body) : std::string();
    alice.learn(a, *ok);
    alice.ack(a);
    EXPECT_TRUE(bob.hear_request("ACK"));
  }
  const media::RelayPlan& relay() { return exchange.relays.begin()->second; }

  std::string offered, answered;
};

TEST_F(CodecStory, TheCalleeIsOfferedWhatWeCanTurnIntoTheCallersCodecs) {
  talk(speaking(alice_rtp, "8 101", pcma_lines), speaking(bob_rtp, "8 101", pcma_lines));
  EXPECT_EQ(m_line(offered), "8 101 0 9 111");
  EXPECT_THAT(offered, HasSubstr("a=rtpmap:111 opus/48000/2\r\n"));
  EXPECT_EQ(m_line(answered), "8 101");
  EXPECT_FALSE(relay().transcode);
}

TEST_F(CodecStory, ACalleeThatTakesWhatOnlyWeOfferedIsTranscoded) {
  talk(speaking(alice_rtp, "8 101", pcma_lines), speaking(bob_rtp, "111", "a=rtpmap:111 opus/48000/2\r\n"));
  EXPECT_EQ(m_line(answered), "8 101") << "the caller hears of his own codec alone";
  EXPECT_THAT(answered, Not(HasSubstr("opus")));
  ASSERT_TRUE(relay().transcode);
  const auto& legs = relay().transcode->legs;
  EXPECT_EQ(legs[0].codec, Codec::pcma);
  EXPECT_EQ(legs[0].payload_type, 8);
  EXPECT_EQ(legs[0].event_type, 101);
  EXPECT_EQ(legs[1].codec, Codec::opus);
  EXPECT_EQ(legs[1].payload_type, 111);
  EXPECT_EQ(legs[1].event_type, 0);
  EXPECT_TRUE(legs[0].passing.none() && legs[1].passing.none());
}

TEST_F(CodecStory, APhoneThatSpeaksOpusAloneReachesOneThatSpeaksG711Alone) {
  talk(speaking(alice_rtp, "96 101", opus_lines), speaking(bob_rtp, "0", ""));
  EXPECT_EQ(m_line(offered), "96 101 9 8 0") << "wide first";
  EXPECT_EQ(m_line(answered), "96 101");
  EXPECT_THAT(answered, HasSubstr("a=rtpmap:101 telephone-event/48000\r\n"));
  ASSERT_TRUE(relay().transcode);
  EXPECT_EQ(relay().transcode->legs[0].event_clock_hz, 48'000u);
  EXPECT_EQ(relay().transcode->legs[1].codec, Codec::pcmu);
  EXPECT_EQ(relay().transcode->legs[1].event_type, 0);
}

TEST_F(CodecStory, APhoneThatHoldsAndComesBackStaysTranscoded) {
  talk(speaking(alice_rtp, "96 101", opus_lines), speaking(bob_rtp, "0", ""));
  bob.request(b, "INVITE", {}, speaking(bob_rtp, "0", "") + "a=ptime:40\r\n");
  const auto invite = alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(m_line(std::string((*invite)->body)), "0 8 9 111 101") << "with keys, which it has been told of";
  alice.answer(*invite, 200, speaking(alice_rtp, "111", "a=rtpmap:111 opus/48000/2\r\n"));
  const auto ok = bob.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(m_line(std::string((*ok)->body)), "0");
  ASSERT_TRUE(relay().transcode);
  EXPECT_EQ(relay().transcode->legs[0].payload_type, 111);
  EXPECT_EQ(relay().transcode->legs[1].packet_ms, 40);
}

TEST_F(CodecStory, ACallOfCodecsThatWeDoNotKnowIsOfferedAsItIs) {
  const std::string g729 = "a=rtpmap:18 G729/8000\r\n";
  talk(speaking(alice_rtp, "18", g729), speaking(bob_rtp, "18", g729));
  EXPECT_EQ(m_line(offered), "18");
  EXPECT_FALSE(relay().transcode);
}

TEST_F(CodecStory, WhereTranscodingIsOffNothingIsAdded) {
  auto policy = sim::test_policy();
  policy->transcode = false;
  exchange.set_policy(std::move(policy));
  talk(speaking(alice_rtp, "8 101", pcma_lines), speaking(bob_rtp, "8 101", pcma_lines));
  EXPECT_EQ(m_line(offered), "8 101");
}

TEST_F(CodecStory, WhoTakesShortPacketsAloneIsToldOnAndGetsLongerOnesCut) {
  talk(speaking(alice_rtp, "8 101", pcma_lines),
       speaking(bob_rtp, "8 101", "a=rtpmap:101 telephone-event/8000\r\na=maxptime:10\r\n"));
  EXPECT_THAT(answered, HasSubstr("a=maxptime:10\r\n")) << "who keeps to it needs nobody";
  ASSERT_TRUE(relay().transcode);
  const auto& legs = relay().transcode->legs;
  EXPECT_EQ(legs[0].longest_ms, 10);
  EXPECT_TRUE(legs[0].passing.test(8)) << "as long as it keeps to it";
  EXPECT_EQ(legs[1].packet_ms, 10);
  EXPECT_EQ(legs[1].longest_ms, 0) << "what Bob says passes";
  EXPECT_TRUE(legs[1].passing.all());
}

TEST_F(CodecStory, PacketTimesThatBothTakePassWithoutUs) {
  talk(speaking(alice_rtp, "8", "a=ptime:20\r\na=maxptime:150\r\n"), speaking(bob_rtp, "8", "a=ptime:40\r\n"));
  EXPECT_THAT(offered, HasSubstr("a=ptime:20\r\na=maxptime:150\r\n"));
  EXPECT_THAT(answered, HasSubstr("a=ptime:40\r\n"));
  EXPECT_FALSE(relay().transcode);
}

TEST_F(CodecStory, WhereTranscodingIsOffLongPacketsPassAsTheyAre) {
  auto policy = sim::test_policy();
  policy->transcode = false;
  exchange.set_policy(std::move(policy));
  talk(speaking(alice_rtp, "8", ""), speaking(bob_rtp, "8", "a=maxptime:10\r\n"));
  EXPECT_FALSE(relay().transcode);
}

/// The bytes of one m= section as the codecs' rules see them.
sdp::Media media_of(const std::string& text) {
  static std::string kept;
  kept = text;
  return sdp::parse(kept)->media()[0];
}

TEST(Codecs, PayloadTypesOfOursClashWithNoneOfTheirs) {
  std::string formats = "8", lines;
  for (int type = 96; type <= 127; ++type) formats += fmt::format(" {}", type);
  for (int type = 96; type <= 127; ++type) lines += fmt::format("a=rtpmap:{} X{}/8000\r\n", type, type);
  const auto full = call::formats_to_offer(media_of(speaking(*Endpoint::parse("192.0.2.9:4000"), formats, lines)));
  EXPECT_EQ(full.more, "0 9") << "there is no room for Opus";
  const auto taken = call::formats_to_offer(
      media_of(speaking(*Endpoint::parse("192.0.2.9:4000"), "8 111 9", "a=rtpmap:111 G729/8000\r\n")));
  EXPECT_EQ(taken.more, "0 96");
}

TEST(Codecs, AnAnswerWithMoreThanWasOfferedShowsOnlyWhatWas) {
  const Endpoint at = *Endpoint::parse("192.0.2.9:4000");
  const std::string offer_text = speaking(at, "8 101", pcma_lines);
  const std::string answer_text =
      speaking(at, "111 8 101", std::string("a=rtpmap:111 opus/48000/2\r\n").append(pcma_lines));
  const auto offer = sdp::parse(offer_text), answer = sdp::parse(answer_text);
  const auto text = call::formats_to_answer(offer->media()[0], answer->media()[0]);
  ASSERT_TRUE(text.kept);
  EXPECT_FALSE(text.kept->test(111));
  EXPECT_TRUE(text.kept->test(8));
  EXPECT_TRUE(text.kept->test(101));
  EXPECT_EQ(text.more, "");
  const auto plan = call::transcoding_between(offer->media()[0], answer->media()[0]);
  ASSERT_TRUE(plan) << "who answered may send Opus all the same";
  EXPECT_TRUE(plan->legs[0].passing.all());
  EXPECT_EQ(plan->legs[1].codec, Codec::opus);
  EXPECT_EQ(plan->legs[1].event_type, 101);
  EXPECT_TRUE(plan->legs[1].passing.test(8));
  EXPECT_FALSE(plan->legs[1].passing.test(111));
  EXPECT_FALSE(plan->legs[1].passing.test(101)) << "keys go the way of the sound";
}

TEST(Codecs, KeysAndComfortNoiseAloneAreNoCommonCodec) {
  const Endpoint at = *Endpoint::parse("192.0.2.9:4000");
  const std::string a_text = speaking(at, "0 13 101", "a=rtpmap:101 telephone-event/8000\r\n");
  const std::string b_text = speaking(at, "9 13 101", "a=rtpmap:101 telephone-event/8000\r\n");
  const auto a = sdp::parse(a_text), b = sdp::parse(b_text);
  const auto plan = call::transcoding_between(a->media()[0], b->media()[0]);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->legs[1].codec, Codec::g722);
  EXPECT_TRUE(plan->legs[0].noise && plan->legs[1].noise);
  EXPECT_EQ(call::formats_to_answer(a->media()[0], b->media()[0]).more, "0 101 13");
}

TEST(Codecs, PacketsAreCutForWhoTakesNoneAsLongAsTheOtherSends) {
  const Endpoint at = *Endpoint::parse("192.0.2.9:4000");
  const auto longest = [&](std::string_view of_offer, std::string_view of_answer) -> std::pair<int, int> {
    const std::string offer_text = speaking(at, "8 0", of_offer), answer_text = speaking(at, "8 0", of_answer);
    const auto offer = sdp::parse(offer_text), answer = sdp::parse(answer_text);
    const auto plan = call::cutting_between(offer->media()[0], answer->media()[0]);
    return plan ? std::pair<int, int>(plan->legs[0].longest_ms, plan->legs[1].longest_ms) : std::pair(0, 0);
  };
  EXPECT_EQ(longest("", "a=maxptime:10\r\n"), std::pair(10, 0));
  EXPECT_EQ(longest("a=maxptime:10\r\n", ""), std::pair(0, 10));
  EXPECT_EQ(longest("a=ptime:60\r\n", "a=maxptime:20\r\n"), std::pair(20, 0)) << "it says that it sends more";
  EXPECT_EQ(longest("a=ptime:60\r\n", "a=maxptime:40\r\n"), std::pair(40, 0));
  EXPECT_EQ(longest("a=ptime:20\r\n", "a=maxptime:20\r\n"), std::pair(0, 0));
  EXPECT_EQ(longest("a=ptime:30\r\n", "a=maxptime:150\r\n"), std::pair(0, 0));
  EXPECT_EQ(longest("a=ptime:30\r\n", "a=ptime:40\r\n"), std::pair(0, 0)) << "a wish, and no bound";
  EXPECT_EQ(longest("", "a=maxptime:0\r\n"), std::pair(0, 0));
  EXPECT_EQ(longest("", "a=maxptime:-1\r\n"), std::pair(0, 0));
  EXPECT_EQ(longest("", "a=maxptime:1\r\n"), std::pair(10, 0)) << "shorter ones we do not make";
}

TEST(Codecs, NothingIsCutOfCodecsThatWeDoNotKnow) {
  const Endpoint at = *Endpoint::parse("192.0.2.9:4000");
  const std::string offer_text = speaking(at, "18", "a=rtpmap:18 G729/8000\r\n");
  const std::string answer_text = speaking(at, "18", "a=rtpmap:18 G729/8000\r\na=maxptime:10\r\n");
  EXPECT_FALSE(call::cutting_between(sdp::parse(offer_text)->media()[0], sdp::parse(answer_text)->media()[0]));
}

TEST(Codecs, PacketTimesAreOnesThatEveryCodecHas) {
  for (const auto& [lines, ms] : std::vector<std::pair<std::string, int>>{{"a=ptime:30\r\n", 20},
                                                                          {"a=ptime:10\r\n", 10},
                                                                          {"a=ptime:60\r\n", 60},
                                                                          {"a=ptime:200\r\n", 60},
                                                                          {"a=maxptime:10\r\n", 10},
                                                                          {"a=ptime:60\r\na=maxptime:40\r\n", 40},
                                                                          {"a=ptime:x\r\n", 20},
                                                                          {"a=ptime:1\r\n", 10}}) {
    const std::string text = speaking(*Endpoint::parse("192.0.2.9:4000"), "8", lines);
    EXPECT_EQ(call::favourite_of(sdp::parse(text)->media()[0])->packet_ms, ms) << lines;
  }
}

}  // namespace
}  // namespace rf
