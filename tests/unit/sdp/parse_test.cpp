#include <gmock/gmock.h>

#include "core/sdp/sdp.hpp"
#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

using Code = ParseErrorCode;

Code fault_of(std::string_view text) {
  const auto session = parse(text);
  EXPECT_FALSE(session.has_value()) << text.substr(0, 400);
  return session ? Code{} : session.error().code;
}

TEST(Parse, ReadsWhatAPhoneSays) {
  const std::string text = sample::phone();
  const auto session = parse(text);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->origin.username, "alice");
  EXPECT_EQ(session->origin.session_id, 2890844526u);
  EXPECT_EQ(session->origin.version, 2890844527u);
  ASSERT_EQ(session->media().size(), 1u);
  const Media& audio = session->media()[0];
  EXPECT_EQ(audio.kind, "audio");
  EXPECT_EQ(audio.port, 49170);
  EXPECT_EQ(audio.proto, "RTP/AVP");
  EXPECT_EQ(audio.formats, "0 8 96 101");
  EXPECT_EQ(audio.direction, Direction::sendrecv);
  EXPECT_EQ(clock_hz(audio), 8'000u);
  EXPECT_EQ(telephone_event(audio), 101);
  EXPECT_EQ(remote_rtp(audio), Endpoint::parse("10.1.2.3:49170"));
  EXPECT_EQ(remote_rtcp(audio), Endpoint::parse("10.1.2.3:49171"));
  EXPECT_EQ(refusal_of(audio), Refusal::none);
}

TEST(Parse, KeepsTheAttributesInOrder) {
  const std::string text = sample::phone();
  const auto session = parse(text);
  ASSERT_TRUE(session);
  std::vector<std::string> seen;
  for (Attributes a = session->media()[0].attributes(); const auto x = a.next();)
    seen.push_back(std::string(x->name) + "|" + std::string(x->value));
  EXPECT_THAT(seen, testing::ElementsAre("rtpmap|0 PCMU/8000", "rtpmap|8 PCMA/8000", "rtpmap|96 opus/48000/2",
                                         "fmtp|96 useinbandfec=1", "rtpmap|101 telephone-event/8000", "fmtp|101 0-16",
                                         "ptime|20", "sendrecv|"));
}

TEST(Parse, ForgivesBareLineFeedsTrailingSpacesAndAMissingLastLineEnd) {
  const auto session =
      parse("v=0\no=- 1 1 IN IP4 10.0.0.1\ns= \nc=IN IP4 10.0.0.1 \nt=0 0\nm=audio 5004 RTP/AVP 0 8 \na=sendrecv");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->media()[0].formats, "0 8");
  EXPECT_TRUE(sample::Parsed(sample::phone() + "\r\n\r\n"));
}

TEST(Parse, TakesTheLinesOfAPartInAnyOrderButOnlyInTheirPart) {
  EXPECT_TRUE(
      parse("v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nt=0 0\na=tool:x\nb=AS:64\nc=IN IP4 10.0.0.1\nm=audio 5004 RTP/AVP 0\n"
            "a=ptime:20\nb=AS:64\nc=IN IP4 10.0.0.2\n"));
  EXPECT_EQ(fault_of(sample::phone() + "t=0 0\r\n"), Code::out_of_order);
  EXPECT_EQ(fault_of(sample::phone() + "s=again\r\n"), Code::out_of_order);
  EXPECT_EQ(fault_of("o=- 1 1 IN IP4 10.0.0.1\nv=0\ns=-\nt=0 0\n"), Code::out_of_order);
}

TEST(Parse, InheritsConnectionAndDirectionFromTheSession) {
  const auto session = parse(
      "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nc=IN IP4 10.0.0.1\nt=0 0\na=sendonly\nm=audio 5004 RTP/AVP 0\n"
      "m=video 5006 RTP/AVP 31\nc=IN IP6 2001:db8::5\na=recvonly\n");
  ASSERT_TRUE(session);
  const auto media = session->media();
  EXPECT_EQ(media[0].direction, Direction::sendonly);
  EXPECT_EQ(remote_rtp(media[0]), Endpoint::parse("10.0.0.1:5004"));
  EXPECT_EQ(media[1].direction, Direction::recvonly);
  EXPECT_EQ(remote_rtp(media[1]), Endpoint::parse("[2001:db8::5]:5006"));
}

TEST(Parse, ReadsRtcpPortAndAddressOfRfc3605) {
  const sample::Parsed session(
      sample::with_media("m=audio 5004 RTP/AVP 0\r\na=rtcp:6000\r\n"
                         "m=audio 5006 RTP/AVP 0\r\na=rtcp:6002 IN IP4 10.9.9.9\r\n"
                         "m=audio 5008 RTP/AVP 0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
                         "m=audio 65535 RTP/AVP 0\r\n"));
  ASSERT_TRUE(session);
  EXPECT_EQ(remote_rtcp(session->media()[0]), Endpoint::parse("10.1.2.3:6000"));
  EXPECT_EQ(remote_rtcp(session->media()[1]), Endpoint::parse("10.9.9.9:6002"));
  EXPECT_EQ(remote_rtcp(session->media()[2]), std::nullopt) << "port 9 is a system service";
  EXPECT_EQ(remote_rtcp(session->media()[3]), std::nullopt) << "there is no port above";
  EXPECT_EQ(fault_of(sample::with_media("m=audio 5004 RTP/AVP 0\r\na=rtcp:70000\r\n")), Code::bad_rtcp);
  EXPECT_EQ(fault_of(sample::with_media("m=audio 5004 RTP/AVP 0\r\na=rtcp:6000\r\na=rtcp:6002\r\n")), Code::bad_rtcp);
  EXPECT_EQ(fault_of(sample::with_media("m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 300.1.1.1\r\n")), Code::bad_rtcp);
}

TEST(Parse, SeesAHoldByDirectionAndByAddress) {
  const auto held = [](std::string_view connection, std::string_view direction) {
    std::string text = "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nc=IN ";
    text.append(connection).append("\nt=0 0\nm=audio 5004 RTP/AVP 0\na=").append(direction).append("\n");
    const auto session = parse(text);
    return session && is_held(session->media()[0]);
  };
  EXPECT_FALSE(held("IP4 10.0.0.1", "sendrecv"));
  EXPECT_FALSE(held("IP4 10.0.0.1", "recvonly"));
  EXPECT_TRUE(held("IP4 10.0.0.1", "sendonly"));
  EXPECT_TRUE(held("IP4 10.0.0.1", "inactive"));
  EXPECT_TRUE(held("IP4 0.0.0.0", "sendrecv"));
  EXPECT_TRUE(held("IP6 ::", "sendrecv"));
  EXPECT_TRUE(held("IP6 hold.invalid", "sendrecv"));
}

TEST(Parse, AHoldByAddressIsRelayableButHasNoPlaceToSendTo) {
  const std::string text = sample::spoiled("c=IN IP4 10.1.2.3", "c=IN IP4 0.0.0.0");
  const auto session = parse(text);
  ASSERT_TRUE(session);
  EXPECT_EQ(refusal_of(session->media()[0]), Refusal::none);
  EXPECT_EQ(session->media()[0].direction, Direction::sendonly);
  EXPECT_EQ(remote_rtp(session->media()[0]), std::nullopt);
  EXPECT_EQ(remote_rtcp(session->media()[0]), std::nullopt);
}

TEST(Parse, RefusesTenThousandMediaLinesAtTheBound) {
  std::string text(sample::head);
  for (int i = 0; i < 10'000; ++i) text += "m=audio 5004 RTP/AVP 0\r\n";
  EXPECT_EQ(fault_of(text), Code::too_long);
  text.resize(16'000);
  EXPECT_EQ(fault_of(text), Code::too_many_media);
}

TEST(Parse, CountsAttributesOverAllPartsAndFormatsPerLine) {
  std::string many = sample::phone();
  for (int i = 0; i < 600; ++i) many += "a=x\r\n";
  EXPECT_EQ(fault_of(many), Code::too_many_attributes);
  std::string bandwidths = sample::phone();
  for (int i = 0; i < 600; ++i) bandwidths += "b=AS:1\r\n";
  EXPECT_EQ(fault_of(bandwidths), Code::too_many_attributes);
  std::string wide = "m=audio 5004 RTP/AVP";
  for (int i = 0; i < 65; ++i) wide += " 0";
  EXPECT_EQ(fault_of(sample::with_media(wide + "\r\n")), Code::too_many_formats);
}

TEST(Parse, RefusesPortsOutsideSixteenBits) {
  for (const std::string_view port : {"65536", "4294967296", "18446744073709551617", "-1", "+5004", "0x1000", "",
                                      "5004/0", "5004/", "5004/65536", "5004/2/2"})
    EXPECT_EQ(fault_of(sample::spoiled("49170", port)), port.empty() ? Code::bad_port : Code::bad_port) << port;
}

TEST(Parse, RefusesNumbersThatOverflow) {
  EXPECT_EQ(fault_of(sample::spoiled("2890844526", "18446744073709551616")), Code::bad_origin);
  EXPECT_EQ(fault_of(sample::spoiled("t=0 0", "t=99999999999999999999 0")), Code::bad_timing);
  EXPECT_EQ(fault_of(sample::phone() + "b=AS:99999999999999999999\r\n"), Code::bad_bandwidth);
  EXPECT_EQ(fault_of(sample::with_media("m=audio 5004 RTP/AVP 128\r\n")), Code::bad_format);
  EXPECT_EQ(fault_of(sample::with_media("m=audio 5004 RTP/AVP 4294967296\r\n")), Code::bad_format);
}

TEST(Parse, RefusesControlCharactersWhereverTheyStand) {
  const std::string clean = sample::phone();
  for (const char bad : {'\0', '\x01', '\x0b', '\x1b'})
    for (const std::size_t at : {std::size_t{2}, clean.find("alice"), clean.find("s=-") + 2, clean.find("opus")}) {
      std::string text = clean;
      text[at] = bad;
      EXPECT_EQ(fault_of(text), Code::bad_character) << at;
    }
  EXPECT_EQ(fault_of(sample::spoiled("useinbandfec=1\r\n", "x\ry\r\n")), Code::bad_character)
      << "a lone CR ends no line";
}

TEST(Parse, SaysWhatIsWrongAndWhere) {
  const auto expect = [](std::string_view from, std::string_view to, Code code) {
    const std::string text = sample::spoiled(from, to);
    const auto session = parse(text);
    ASSERT_FALSE(session) << to;
    EXPECT_EQ(session.error().code, code) << to;
    EXPECT_EQ(session.error().offset, text.rfind('\n', text.find(to)) + 1) << to;
  };
  expect("o=alice", "o=", Code::bad_origin);
  expect("c=IN IP4 10.1.2.3\r\nt", "c=IN IP4\r\nt", Code::bad_connection);
  expect("t=0 0", "t=0", Code::bad_timing);
  expect("m=audio", "m=au dio", Code::bad_port);
  expect("a=ptime:20", "a=:20", Code::bad_attribute);
  expect("a=ptime:20", "a ptime", Code::bad_line);
  expect("a=ptime:20", "x=1", Code::bad_line);
}

TEST(Parse, RequiresTheLinesThatTellTheRest) {
  EXPECT_EQ(fault_of(""), Code::missing_line);
  EXPECT_EQ(fault_of("\r\n\r\n"), Code::missing_line);
  EXPECT_EQ(fault_of("v=0\r\n"), Code::missing_line);
  EXPECT_EQ(fault_of("v=1\r\n"), Code::bad_version);
  EXPECT_EQ(fault_of("v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nc=IN IP4 10.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
            Code::missing_line)
      << "no t=";
}

TEST(Parse, RequiresAConnectionForEveryWantedStream) {
  EXPECT_EQ(fault_of(sample::spoiled("c=IN IP4 10.1.2.3\r\n", "")), Code::missing_connection);
  EXPECT_TRUE(parse("v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nt=0 0\nm=audio 0 RTP/AVP 0\n")) << "a declined one needs none";
}

TEST(Parse, RefusesConnectionsThatAreNotWhatTheySay) {
  for (const std::string_view c :
       {"IN IP4 2001:db8::1", "IN IP6 10.0.0.1", "IN IP6 ::ffff:10.0.0.1", "IN IP4 1.2.3", "IN IP4 256.1.1.1",
        "IN IP4 010.0.0.1", "ATM NSAP 47", "IN IP5 10.0.0.1", "IN IP4 10.0.0.1 10.0.0.2", "IN IP4 host%eth0",
        "IN IP4 10.0.0.1/x", "in ip4 10.0.0.1"})
    EXPECT_EQ(fault_of(sample::spoiled("IN IP4 10.1.2.3\r\nt", std::string(c) + "\r\nt")), Code::bad_connection) << c;
  EXPECT_EQ(fault_of(sample::spoiled("t=0 0", "c=IN IP4 10.1.2.3\r\nt=0 0")), Code::bad_connection) << "two of them";
}

TEST(Parse, RefusesTwoDirectionsAtOnce) {
  EXPECT_EQ(fault_of(sample::phone() + "a=inactive\r\n"), Code::bad_attribute);
  EXPECT_TRUE(sample::Parsed(sample::phone() + "a=sendrecv\r\n"));
}

TEST(Parse, EveryFaultHasItsSentence) {
  for (int code = 0; code <= static_cast<int>(Code::missing_connection); ++code)
    EXPECT_NE(text_of(static_cast<Code>(code)), "Bad session description");
}

}  // namespace
}  // namespace rf::sdp
