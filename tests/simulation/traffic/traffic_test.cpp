// A hundred thousand encrypted calls leave nothing behind: no relay, no port, no key, no byte.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>

#include "sim/traffic/traffic.hpp"
#include "tests/simulation/traffic/heap.hpp"

namespace rf::traffic {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t calls = 10'000;  // they make each one ten times as long
#else
constexpr std::uint64_t calls = 100'000;
#endif
constexpr std::uint64_t first_part = calls / 10;
/// Less than half a byte a call: what tables keep of their fullest moment.
constexpr std::size_t slack_bytes = 32u << 10;

using Digest = std::uint64_t;

/// Of 16 bytes, so that looking for keys makes no copies of them.
Digest digest(const void* at) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), at, sizeof words);
  return mix64(words[0] ^ mix64(words[1]));
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) {
    const unsigned three = bytes[i] << 16u | bytes[i + 1] << 8u | bytes[i + 2];
    for (const unsigned shift : {18u, 12u, 6u, 0u}) out += letters[three >> shift & 63];
  }
  return out;
}

/// How many blocks of memory in use hold the beginning of one of these keys, as bytes or as a description writes it.
std::size_t found_in_memory(const std::unordered_set<Digest>& wanted) {
  std::size_t found = 0;
  heap::for_each_block([&](std::span<const std::uint8_t> block) {
    for (std::size_t i = 0; i + 16 <= block.size(); ++i)
      if (wanted.contains(digest(block.data() + i))) {
        ++found;
        return;
      }
  });
  return found;
}

std::unordered_set<Digest> digests_of(const std::deque<srtp::MasterKey>& keys) {
  std::unordered_set<Digest> out;
  for (const srtp::MasterKey& each : keys) {
    out.insert(digest(each.key().data()));
    out.insert(digest(base64(each.key().first(12)).data()));
  }
  return out;
}

void expect_flawless(const Tally& tally) {
  EXPECT_TRUE(tally.faults.empty());
  for (const std::string& each : tally.faults) ADD_FAILURE() << each;
}

TEST(Traffic, AHundredThousandEncryptedCallsLeaveNothingBehind) {
  Traffic traffic(1);
  traffic.rest();
  const Holdings at_first = traffic.holdings();
  ASSERT_EQ(at_first.registrations, 9u);
  ASSERT_EQ(at_first, (Holdings{.registrations = 9}));

  // The process is killed now and then; in all the calls that are compared with, it is one and the same.
  for (int i = 0; i < 10; ++i) {
    traffic.call(first_part / 10);
    traffic.kill();
  }
  traffic.call(first_part / 5);
  traffic.rest();
  EXPECT_EQ(traffic.holdings(), at_first);
  traffic.forget_keys();
  const std::size_t early_bytes = heap::bytes();

  traffic.call(calls - traffic.tally().calls);
  traffic.rest();
  EXPECT_EQ(traffic.holdings(), at_first);
  const std::unordered_set<Digest> keys = digests_of(traffic.keys());
  ASSERT_GT(keys.size(), 1'000u) << "of the last calls";
  EXPECT_GT(found_in_memory(keys), 0u) << "whoever looks for keys sees them";
  traffic.forget_keys();
  EXPECT_EQ(found_in_memory(keys), 0u);
  EXPECT_LT(heap::bytes(), early_bytes + slack_bytes + keys.size() * 64);

  traffic.kill();
  traffic.rest();
  EXPECT_EQ(traffic.holdings(), at_first);
  traffic.leave();
  EXPECT_EQ(traffic.holdings(), Holdings{});

  const Tally& tally = traffic.tally();
  expect_flawless(tally);
  EXPECT_GE(tally.calls, calls);
  EXPECT_GT(tally.encrypted_legs, calls);
  EXPECT_GT(tally.words, 4 * calls);
  for (const std::uint64_t each : {tally.refused, tally.cancelled, tally.transferred, tally.rekeyed, tally.distrusted,
                                   tally.vanished, tally.broken_off})
    EXPECT_GT(each, calls / 100);
  EXPECT_EQ(tally.killed, 11u);
}

}  // namespace
}  // namespace rf::traffic
