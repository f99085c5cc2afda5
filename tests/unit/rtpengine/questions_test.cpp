// What is read out of a server's numbers: which leg they are of, and what the server does not know.
#include "core/rtpengine/questions.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace rf::rtpengine {
namespace {

std::string text(std::string_view words) {
  return std::to_string(words.size()) + ":" + std::string(words);
}
std::string number(std::int64_t value) {
  return "i" + std::to_string(value) + "e";
}
std::string entry(std::string_view key, const std::string& value) {
  return text(key) + value;
}
std::string dictionary(std::initializer_list<std::string> entries) {
  std::string out = "d";
  for (const std::string& each : entries) out += each;
  return out + "e";
}

/// A leg that has sent under this SSRC.
std::string leg(std::int64_t ssrc) {
  const std::string stats = dictionary({entry("packets", number(100)), entry("bytes", number(17'200))});
  const std::string stream = dictionary({entry("SSRC", number(ssrc)), entry("stats", stats)});
  return dictionary({entry("medias", "l" + dictionary({entry("streams", "l" + stream + "e")}) + "e")});
}
/// What the owner of an SSRC has reported of the stream that it hears.
std::string reported(std::int64_t lost, std::int64_t mos, std::int64_t jitter) {
  return dictionary({entry("cumulative loss", number(lost)),
                     entry("average MOS", dictionary({entry("MOS", number(mos)), entry("jitter", number(jitter))}))});
}
std::array<media::LegStatistics, 2> read(const std::string& reports) {
  const std::string answer =
      dictionary({entry("result", text("ok")), entry("SSRC", reports),
                  entry("tags", dictionary({entry("caller", leg(1'111)), entry("callee", leg(2'222))}))});
  const auto statistics = read_statistics(answer);
  EXPECT_TRUE(statistics);
  return statistics.value_or(std::array<media::LegStatistics, 2>{});
}

TEST(RtpengineNumbers, WhatTheReceiverReportedIsOfWhoeverSent) {
  const auto legs = read(dictionary({entry("1111", reported(7, 38, 12)), entry("2222", reported(0, 43, 1))}));
  EXPECT_EQ(legs[0].lost, 0u);
  EXPECT_DOUBLE_EQ(legs[0].mos, 4.3);
  EXPECT_DOUBLE_EQ(legs[0].jitter_ms, 1);
  EXPECT_EQ(legs[1].lost, 7u) << "the caller did not hear seven of the callee's";
  EXPECT_DOUBLE_EQ(legs[1].mos, 3.8);
  EXPECT_DOUBLE_EQ(legs[1].jitter_ms, 12);
  EXPECT_EQ(legs[0].packets, 100u);
}

TEST(RtpengineNumbers, WithoutReportsNothingIsKnownOfTheSound) {
  for (const std::string& none : {dictionary({}), dictionary({entry("2222", dictionary({}))}),
                                  dictionary({entry("9999", reported(7, 38, 12))}),
                                  dictionary({entry("2222", reported(7, 0, 12))})}) {
    const auto legs = read(none);
    EXPECT_EQ(legs[0].mos, 0);
    EXPECT_EQ(legs[0].jitter_ms, 0);
    EXPECT_EQ(legs[0].lost, 0u);
    EXPECT_EQ(legs[0].packets, 100u) << "what it counts itself it tells";
  }
}

/// The figures are what a phone claims, and a phone may claim anything.
TEST(RtpengineNumbers, WhatNoSoundCanBeIsNotBelieved) {
  const auto legs = read(dictionary({entry("1111", reported(5, 4'000, 1)), entry("2222", reported(-3, 41, -9))}));
  EXPECT_EQ(legs[1].mos, 0);
  EXPECT_EQ(legs[1].lost, 0u);
  EXPECT_EQ(legs[0].lost, 0u);
  EXPECT_EQ(legs[0].jitter_ms, 0);
  EXPECT_DOUBLE_EQ(legs[0].mos, 4.1);
  EXPECT_EQ(read(dictionary({entry("2222", reported(0xfffffe, 41, 1))}))[0].lost, 0u) << "more came than were sent";
}

}  // namespace
}  // namespace rf::rtpengine
