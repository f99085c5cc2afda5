#include "core/base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace rf {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

TEST(Random, IsTheKeyStreamOfRfc8439) {
  // RFC 8439 appendix A.1, vectors 1 and 2: key and nonce zero, block counters 0 and 1.
  Random random(Random::Seed{});
  std::array<std::uint8_t, 64> block{};
  random.fill(block);
  EXPECT_EQ(hex(block),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  random.fill(block);
  EXPECT_EQ(hex(block),
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
}

TEST(Random, UsesTheWholeKey) {
  // RFC 8439 appendix A.1, vector 3: the last key byte is one, block counter 1.
  Random::Seed seed{};
  seed[7] = 0x01000000;
  Random random(seed);
  std::array<std::uint8_t, 64> block{};
  random.fill(block);
  random.fill(block);
  EXPECT_EQ(hex(block).substr(0, 32), "3aeb5224ecf849929b9d828db1ced4dd");
}

TEST(Random, RepeatsItselfWithTheSameSeedAndNotWithAnother) {
  Random a(7), b(7), c(8);
  EXPECT_EQ(a.token(64), b.token(64));
  EXPECT_NE(a.token(64), c.token(64));
}

TEST(Random, FillsOddLengthsWithoutTouchingWhatIsBehind) {
  Random random(1);
  std::array<std::uint8_t, 20> bytes;
  for (std::size_t length = 0; length <= 16; ++length) {
    bytes.fill(0xee);
    random.fill(std::span(bytes).first(length));
    EXPECT_TRUE(std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end(),
                            [](std::uint8_t b) { return b == 0xee; }));
  }
}

TEST(Random, BelowStaysBelowAndMeetsEveryValueEvenly) {
  Random random(99);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i) ++seen[random.below(6)];
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
  EXPECT_EQ(random.below(1), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(UINT64_MAX), UINT64_MAX);
}

TEST(Random, TokensAreOfTheirAlphabetAndDiffer) {
  Random random(5);
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string token = random.token(12);
    EXPECT_EQ(token.size(), 12u);
    EXPECT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string::npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
  EXPECT_EQ(random.token(0), "");
  EXPECT_EQ(random.token(25).size(), 25u);
}

}  // namespace
}  // namespace rf
