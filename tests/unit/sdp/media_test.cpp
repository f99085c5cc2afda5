#include <gtest/gtest.h>

#include "core/sdp/sdp.hpp"
#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

/// The verdict over the first stream of a description with these media lines.
Refusal verdict(std::string_view lines, std::string_view connection = "IN IP4 10.1.2.3") {
  std::string text = "v=0\no=- 1 1 IN IP4 10.1.2.3\ns=-\nc=";
  text.append(connection).append("\nt=0 0\n").append(lines);
  const auto session = parse(text);
  EXPECT_TRUE(session) << text;
  return session ? refusal_of(session->media()[0]) : Refusal::none;
}

bool plausible(std::string_view address) {
  return plausible_media_address(*Address::parse(address));
}
bool plausible(std::string_view address, std::string_view signalling) {
  return plausible_media_address(*Address::parse(address), *Address::parse(signalling));
}

TEST(Refusal, RelaysRtpPlainOrProtected) {
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 0\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVPF 0\n"), Refusal::none);
  EXPECT_EQ(verdict("m=video 5004 RTP/AVP 31\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 0 RTP/AVP 0\n"), Refusal::port_zero);
  EXPECT_EQ(verdict("m=audio 5004 RTP/SAVP 0\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 5004 RTP/SAVPF 0\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 5004 UDP/TLS/RTP/SAVPF 111\na=rtpmap:111 opus/48000/2\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 5004 TCP/TLS/RTP/SAVPF 0\n"), Refusal::other_protocol);
  EXPECT_EQ(verdict("m=audio 5004 DTLS/SCTP 0\n"), Refusal::other_protocol);
  EXPECT_EQ(verdict("m=image 5004 udptl t38\n"), Refusal::other_protocol);
  EXPECT_EQ(verdict("m=message 5004 TCP/MSRP *\n"), Refusal::other_protocol);
  EXPECT_EQ(verdict("m=text 5004 RTP/AVP 98\na=rtpmap:98 t140/1000\n"), Refusal::other_kind);
  EXPECT_EQ(verdict("m=audio 5004/2 RTP/AVP 0\n"), Refusal::port_count);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 96\n"), Refusal::no_payload_type);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n"), Refusal::none);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 96\na=rtpmap:96 opus\n"), Refusal::no_payload_type);
}

TEST(Refusal, NeverLooksUpAHostForAStranger) {
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 0\n", "IN IP4 phone.example.com"), Refusal::host_name);
}

TEST(Refusal, NeverAimsAtAddressesAndPortsThatAreNoPhones) {
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 0\n", "IN IP4 224.2.1.1/127"), Refusal::implausible_address);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 0\n", "IN IP4 255.255.255.255"), Refusal::implausible_address);
  EXPECT_EQ(verdict("m=audio 5004 RTP/AVP 0\n", "IN IP6 ff15::101"), Refusal::implausible_address);
  EXPECT_EQ(verdict("m=audio 53 RTP/AVP 0\n"), Refusal::implausible_port);
}

TEST(PlausibleAddress, RefusesWhatIsNoSingleHost) {
  for (const std::string_view bad : {"224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "0.0.0.0",
                                     "0.1.2.3", "ff02::1", "::", "::1.2.3.4"})
    EXPECT_FALSE(plausible(bad)) << bad;
  for (const std::string_view good : {"192.0.2.1", "10.0.0.1", "127.0.0.1", "::1", "2001:db8::1", "64:ff9b::1.2.3.4",
                                      "169.254.1.1", "fe80::1", "fc00::1"})
    EXPECT_TRUE(plausible(good)) << good;
}

TEST(PlausibleAddress, LetsNobodyElseAimAtThisHostItself) {
  EXPECT_TRUE(plausible("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(plausible("127.0.0.1", "192.0.2.7"));
  EXPECT_FALSE(plausible("127.0.0.1", "10.0.0.7"));
  EXPECT_FALSE(plausible("::1", "2001:db8::7"));
  EXPECT_FALSE(plausible("169.254.169.254", "192.0.2.7"));
  EXPECT_TRUE(plausible("fe80::9", "fe80::7"));
  EXPECT_TRUE(plausible("192.168.1.9", "203.0.113.7")) << "a phone behind NAT";
}

TEST(Codecs, ClockComesFromTheFirstFormatThatIsNoTone) {
  const auto clock_of = [](std::string_view lines) {
    return clock_hz(sample::Parsed(sample::with_media(lines))->media()[0]);
  };
  EXPECT_EQ(clock_of("m=audio 5004 RTP/AVP 101 96\na=rtpmap:101 telephone-event/8000\na=rtpmap:96 opus/48000/2\n"),
            48'000u);
  EXPECT_EQ(clock_of("m=audio 5004 RTP/AVP 9\n"), 8'000u);
  EXPECT_EQ(clock_of("m=video 5004 RTP/AVP 31\n"), 90'000u);
  EXPECT_EQ(clock_of("m=audio 5004 RTP/AVP 97\na=rtpmap:97 x/0\n"), 8'000u);
  EXPECT_EQ(clock_of("m=audio 5004 RTP/AVP 97\na=rtpmap:97 x/99999999999\n"), 8'000u);
}

TEST(Codecs, FindsTheTonesOfRfc4733) {
  const auto tones = [](std::string_view lines) {
    return telephone_event(sample::Parsed(sample::with_media(lines))->media()[0]);
  };
  EXPECT_EQ(tones("m=audio 5004 RTP/AVP 0 96\na=rtpmap:96 TELEPHONE-EVENT/8000\n"), 96);
  EXPECT_EQ(tones("m=audio 5004 RTP/AVP 0\na=rtpmap:96 telephone-event/8000\n"), std::nullopt) << "not in the m= line";
}

TEST(Directions, AreSeenFromBothSides) {
  EXPECT_EQ(reversed(Direction::sendonly), Direction::recvonly);
  EXPECT_EQ(reversed(Direction::recvonly), Direction::sendonly);
  EXPECT_EQ(reversed(Direction::sendrecv), Direction::sendrecv);
  EXPECT_EQ(reversed(Direction::inactive), Direction::inactive);
}

TEST(Refusal, EveryRefusalHasItsSentence) {
  for (int r = 0; r <= static_cast<int>(Refusal::implausible_port); ++r)
    EXPECT_NE(text_of(static_cast<Refusal>(r)), "not relayed");
}

}  // namespace
}  // namespace rf::sdp
