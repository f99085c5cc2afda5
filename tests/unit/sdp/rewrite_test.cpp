#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "core/sdp/lines.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/sdp/sdp.hpp"
#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

using testing::HasSubstr;
using testing::Not;

RewritePlan plan_with(std::initializer_list<std::uint16_t> ports) {
  RewritePlan plan{.session_id = 7, .version = 3, .address = *Address::parse("198.51.100.9")};
  std::size_t i = 0;
  for (const std::uint16_t port : ports) plan.media[i++].port = port;
  return plan;
}

std::string rewritten(const std::string& text, const RewritePlan& plan) {
  const auto session = parse(text);
  EXPECT_TRUE(session) << text;
  return session ? rewrite(*session, plan) : std::string();
}

TEST(Rewrite, GivesTheOtherLegOurOwnDescription) {
  EXPECT_EQ(rewritten(sample::phone(), plan_with({40'000})),
            "v=0\r\no=- 7 3 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 0 8 96 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
            "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(Rewrite, ShowsNothingOfTheFirstLeg) {
  const std::string text =
      "v=0\r\no=secret-user 2890844526 2890844527 IN IP4 "
      "secret-host.example.com\r\ns=secret-subject\r\ni=secret-title\r\n"
      "u=http://secret.example.com/\r\ne=secret@example.com\r\np=+44 secret\r\nc=IN IP4 10.66.66.66\r\nb=X-secret:5\r\n"
      "t=1 2\r\nr=7d 1h 0 25h\r\nz=0 0\r\nk=clear:secret\r\na=tool:secret\r\na=group:BUNDLE secret\r\n"
      "a=ice-ufrag:secret\r\na=fingerprint:sha-256 AA:BB\r\na=x-secret:1\r\n"
      "m=audio 49170 RTP/AVP 0\r\ni=secret\r\nk=clear:secret\r\na=mid:secret\r\na=rtcp:6000 IN IP4 10.66.66.66\r\n"
      "a=rtcp-mux\r\na=candidate:1 1 UDP 1 10.66.66.66 49170 typ host\r\na=crypto:1 AES secret\r\na=ssrc:1 "
      "cname:secret\r\n"
      "a=setup:actpass\r\na=key-mgmt:mikey secret\r\na=extmap:1 urn:secret\r\na=secret\r\na=fmtp:96 secret\r\n"
      "a=rtpmap:96 secret/8000\r\na=fmtp:0 \xffsecret\r\na=content:main\r\n";
  const std::string out = rewritten(text, plan_with({40'000}));
  EXPECT_THAT(out, Not(HasSubstr("secret")));
  EXPECT_THAT(out, Not(HasSubstr("66")));
  EXPECT_THAT(out, Not(HasSubstr("49170")));
  EXPECT_THAT(out, Not(HasSubstr("289084")));
  EXPECT_EQ(out,
            "v=0\r\no=- 7 3 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 0\r\na=content:main\r\na=sendrecv\r\n");
}

TEST(Rewrite, BundlesTheFirstStreamThatIsTakenAndNoOther) {
  const std::string text = sample::with_media(
      "m=audio 49170 RTP/AVP 0\r\nm=audio 49172 RTP/AVP 0\r\nm=video 49174 RTP/AVP 31\r\nm=video 0 RTP/AVP 31\r\n");
  RewritePlan plan = plan_with({40'000, 40'002, 40'004, 40'006});
  const std::array<std::string_view, 4> names{"a", "b", "c", "d"};
  for (std::size_t i = 0; i < names.size(); ++i) plan.media[i].mid = names[i];
  for (const std::size_t muxed : {1u, 2u, 3u}) plan.media[muxed].protection.mux = true;
  const auto group = [&](std::string_view bundle) {
    plan.bundle = bundle;
    const std::string out = rewritten(text, plan);
    const auto at = out.find("a=group:");
    return at == std::string::npos ? std::string() : out.substr(at, out.find("\r\n", at) - at);
  };
  EXPECT_EQ(group("c b"), "a=group:BUNDLE c");
  EXPECT_EQ(group("a b c"), "a=group:BUNDLE b") << "a has no rtcp-mux";
  EXPECT_EQ(group("d  c"), "a=group:BUNDLE c") << "d is declined";
  for (const std::string_view nothing : {"", " ", "a", "d", "unknown"}) EXPECT_EQ(group(nothing), "") << nothing;
  plan.media[2].port = 0;
  EXPECT_EQ(group("c"), "");
}

TEST(Rewrite, PassesWhatCodecsNeed) {
  const std::string out = rewritten(
      sample::with_media("m=video 49170 RTP/AVPF 96\r\nb=AS:512\r\nb=TIAS:500000\r\na=rtpmap:96 VP8/90000\r\n"
                         "a=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:97 nack\r\na=framerate:30\r\n"
                         "a=maxptime:40\r\na=label:1\r\na=lang:de\r\na=sendonly\r\n"),
      plan_with({40'002}));
  EXPECT_THAT(out,
              testing::EndsWith("m=video 40002 RTP/AVPF 96\r\nb=AS:512\r\nb=TIAS:500000\r\na=rtpmap:96 VP8/90000\r\n"
                                "a=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\na=framerate:30\r\na=maxptime:40\r\n"
                                "a=label:1\r\na=lang:de\r\na=sendonly\r\n"));
}

TEST(Rewrite, PassesOfAnRtpmapWhatItsReaderTakesOfIt) {
  const std::string text = sample::with_media("m=video 49170 RTP/AVP 96\r\na=rtpmap:96 VP8/90000 \xff secret\r\n");
  const std::string out = rewritten(text, plan_with({40'002}));
  EXPECT_THAT(out, testing::EndsWith("m=video 40002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=sendrecv\r\n"));
  EXPECT_EQ(rewritten(out, plan_with({40'002})), out);
}

TEST(Rewrite, DeclinesWithoutAPortAndWhateverCannotBeRelayed) {
  const std::string out = rewritten(
      sample::with_media("m=audio 49170 RTP/AVP 0 8\r\na=ptime:20\r\nm=audio 49172 RTP/SAVP 8 0\r\na=crypto:1 x\r\n"
                         "m=image 49174 udptl t38\r\nm=video 0 RTP/AVP 31 32\r\n"),
      plan_with({0, 40'002, 40'004, 40'006}));
  EXPECT_THAT(out,
              testing::EndsWith(
                  "t=0 0\r\nm=audio 0 RTP/AVP 0\r\nm=audio 40002 RTP/SAVP 8 0\r\na=sendrecv\r\nm=image 0 udptl t38\r\n"
                  "m=video 0 RTP/AVP 31\r\n"));
}

TEST(Rewrite, NamesOurRtcpPortOnlyWhenItIsNotTheNextOne) {
  RewritePlan plan = plan_with({40'000});
  plan.media[0].rtcp_port = 40'001;
  EXPECT_THAT(rewritten(sample::phone(), plan), Not(HasSubstr("a=rtcp:")));
  plan.media[0].rtcp_port = 41'000;
  EXPECT_THAT(rewritten(sample::phone(), plan), HasSubstr("a=rtcp:41000\r\n"));
}

TEST(Rewrite, SaysAHoldByAddressAsADirection) {
  const std::string out =
      rewritten(sample::spoiled("c=IN IP4 10.1.2.3\r\nt", "c=IN IP4 0.0.0.0\r\nt"), plan_with({40'000}));
  EXPECT_THAT(out, HasSubstr("c=IN IP4 198.51.100.9\r\n"));
  EXPECT_THAT(out, HasSubstr("a=sendonly\r\n"));
}

TEST(Rewrite, NarrowsTheDirectionOfAnAnswerToWhatIsLegal) {
  RewritePlan plan = plan_with({40'000});
  plan.media[0].answers = Direction::sendonly;
  EXPECT_THAT(rewritten(sample::phone(), plan), HasSubstr("a=recvonly\r\n"));
  plan.media[0].answers = Direction::inactive;
  EXPECT_THAT(rewritten(sample::phone(), plan), HasSubstr("a=inactive\r\n"));
}

TEST(Rewrite, SpeaksIpv6) {
  RewritePlan plan = plan_with({40'000});
  plan.address = *Address::parse("2001:db8::9");
  EXPECT_THAT(rewritten(sample::phone(), plan), HasSubstr("IN IP6 2001:db8::9\r\ns=-\r\nc=IN IP6 2001:db8::9\r\n"));
}

TEST(LocalOriginTest, RaisesTheVersionByOneExactlyWhenTheDescriptionChanges) {
  LocalOrigin origin(0x123456789abcdef0u);
  const std::string text = sample::phone(), held = sample::spoiled("a=sendrecv", "a=sendonly");
  const auto talking = parse(text), holding = parse(held);
  const auto version_of = [](const std::string& out) { return parse(out)->origin.version; };
  const RewritePlan plan = plan_with({40'000});
  const std::uint64_t first = version_of(origin.describe(*talking, plan));
  EXPECT_EQ(version_of(origin.describe(*talking, plan)), first) << "a session refresh";
  EXPECT_EQ(version_of(origin.describe(*holding, plan)), first + 1);
  EXPECT_EQ(version_of(origin.describe(*holding, plan)), first + 1);
  EXPECT_EQ(version_of(origin.describe(*talking, plan)), first + 2);
  const std::string out = origin.describe(*talking, plan);
  EXPECT_EQ(parse(out)->origin.session_id, 0x123456789abcdef0u >> 1);
}

TEST(LocalOriginTest, KeepsIdAndVersionWithinSixtyThreeBits) {
  LocalOrigin origin(UINT64_MAX);
  EXPECT_LT(origin.session_id(), std::uint64_t{1} << 63);
  EXPECT_LT(origin.version(), std::uint64_t{1} << 62);
}

/// A sound description of up to eight streams of every sort, relayable or not.
std::string arbitrary_description() {
  using Lines = std::vector<std::string>;
  const auto one_of = [](const Lines& lines) { return *rc::gen::elementOf(lines) + "\n"; };
  const Lines connections{"c=IN IP4 0.0.0.0",       "c=IN IP4 10.0.0.2",         "c=IN IP6 2001:db8::1",
                          "c=IN IP4 224.1.1.1/127", "c=IN IP4 host.example.com", "i=no connection"};
  const Lines streams{"m=audio 5004 RTP/AVP 0 96 101", "m=video 5006 RTP/AVPF 96", "m=audio 0 RTP/AVP 0",
                      "m=audio 5008 RTP/SAVP 0",       "m=image 5010 udptl t38",   "m=audio 5012/2 RTP/AVP 0",
                      "m=audio 65535 RTP/AVP 8 0",     "m=audio 22 RTP/AVP 0",     "m=text 5014 RTP/AVP 98"};
  const Lines directions{"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive", "a=none"};
  const Lines rtcps{"a=rtcp:5005", "a=rtcp:5005 IN IP4 10.0.0.1", "a=rtcp:9", "a=tool:x"};
  const Lines others{"a=rtpmap:0 PCMU/8000",
                     "a=rtpmap:96 opus/48000/2",
                     "a=rtpmap:96 nonsense",
                     "a=fmtp:96 x=1",
                     "a=fmtp:0 y",
                     "a=ptime:20",
                     "a=unknown:x",
                     "b=AS:64",
                     "b=X-Y:1",
                     "a=lang:en",
                     "a=rtcp-fb:* nack",
                     "a=label: 7 "};
  std::string text =
      "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nt=0 0\nc=IN IP4 10.0.0.1\n" + one_of(directions) + one_of(others);
  for (int streams_left = *rc::gen::inRange(0, 9); streams_left > 0; --streams_left) {
    text += one_of(streams) + one_of(connections) + one_of(directions) + one_of(rtcps);
    for (int left = *rc::gen::inRange(0, 9); left > 0; --left) text += one_of(others);
  }
  return text;
}

TEST(RewriteProperty, WhatItWritesParsesAndIsItsOwnRewriting) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = arbitrary_description();
    const auto session = parse(text);
    RC_ASSERT(session.has_value());
    RewritePlan plan = plan_with({40'000, 40'002, 0, 40'006, 40'008, 40'010, 40'012, 40'014});
    const std::string once = rewrite(*session, plan);
    const auto again = parse_own(once);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->media().size() == session->media().size());
    RC_ASSERT(rewrite(*again, plan) == once);
    RC_ASSERT(once.size() <= text.size() + 2'048);
  }));
}

TEST(RewriteProperty, AnAnswerBuiltFromAnyDescriptionFitsItsOffer) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = arbitrary_description();
    const auto offer = parse(text);
    RC_ASSERT(offer.has_value());
    RewritePlan plan = plan_with({40'000, 40'002, 40'004, 40'006, 40'008, 40'010, 40'012, 40'014});
    fit_answer(plan, *offer);
    const std::string answer = rewrite(*offer, plan);
    const auto parsed = parse_own(answer);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(check_answer(*offer, *parsed).has_value());
  }));
}

}  // namespace
}  // namespace rf::sdp
