#include "core/sdp/formats.hpp"

#include <gmock/gmock.h>

#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST(Formats, AreToldInTheirOrderWithWhatExplainsThem) {
  const std::string text = sample::phone();
  const auto formats = formats_of(parse(text)->media()[0]);
  ASSERT_THAT(formats, SizeIs(4));
  EXPECT_TRUE(formats[0].is("pcmu"));
  EXPECT_EQ(formats[2].payload_type, 96);
  EXPECT_TRUE(formats[2].is("OPUS"));
  EXPECT_EQ(formats[2].clock_hz, 48'000u);
  EXPECT_EQ(formats[2].channels, 2u);
  EXPECT_TRUE(formats[3].is("telephone-event"));
}

TEST(Formats, WithoutAnExplanationAreCountedAndNotTold) {
  const std::string text = sample::with_media("m=audio 4000 RTP/AVP 8 97\r\n");
  const auto session = parse(text);
  EXPECT_THAT(formats_of(session->media()[0]), SizeIs(1));
  EXPECT_TRUE(payload_types_of(session->media()[0]).test(97));
  EXPECT_FALSE(payload_types_of(session->media()[0]).test(0));
}

std::string rewritten_as(const FormatRewrite& formats) {
  const std::string text = sample::phone();
  RewritePlan plan{.session_id = 7, .version = 3, .address = *Address::parse("198.51.100.9")};
  plan.media[0].port = 40'000;
  plan.media[0].formats = formats;
  return rewrite(*parse(text), plan);
}

TEST(Formats, OfOursStandBehindTheirs) {
  const std::string out = rewritten_as({{}, "9", "a=rtpmap:9 G722/8000\r\n"});
  EXPECT_THAT(out, HasSubstr("RTP/AVP 0 8 96 101 9\r\n"));
  EXPECT_THAT(out, HasSubstr("a=ptime:20\r\na=rtpmap:9 G722/8000\r\na=sendrecv\r\n"));
  EXPECT_TRUE(parse_own(out));
}

TEST(Formats, ThatAreNotKeptLeaveNothingBehind) {
  std::bitset<128> kept;
  kept.set(8);
  const std::string out = rewritten_as({kept, {}, {}});
  EXPECT_THAT(out, HasSubstr("RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("opus")));
  EXPECT_THAT(out, Not(HasSubstr("fmtp")));
}

TEST(Formats, OfOursInTheirPlaceBringTheirOwnPacketTime) {
  const std::string out = rewritten_as({std::bitset<128>(), "9", "a=rtpmap:9 G722/8000\r\na=ptime:40\r\n"});
  EXPECT_THAT(out, HasSubstr("RTP/AVP 9\r\na=rtpmap:9 G722/8000\r\na=ptime:40\r\na=sendrecv\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("ptime:20")));
}

}  // namespace
}  // namespace rf::sdp
