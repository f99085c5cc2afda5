#include "core/auth/nonce_counts.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

namespace rf::auth {
namespace {

using Verdict = NonceCounts::Verdict;
constexpr std::int64_t age_ms = 300'000;

TEST(NonceCountsTest, AgreesWithAPlainSetOfUsedCounts) {
  EXPECT_TRUE(rc::check([] {
    NonceCounts counts(1'000);
    std::map<std::uint64_t, std::set<std::uint32_t>> model;
    std::int64_t clock = 1'000'000;
    for (int step = 0; step < 300; ++step) {
      clock += *rc::gen::inRange(0, 300);
      // Few nonces, many of which want the same place of the table.
      const std::uint64_t id = 1 + 16 * *rc::gen::inRange<std::uint64_t>(0, 20);
      const Nonce nonce{.issued_ms = 900'000 + static_cast<std::int64_t>(id) * 500, .id = id};
      const auto count = *rc::gen::inRange<std::uint32_t>(1, 200);
      std::set<std::uint32_t>& used = model[id];
      const bool too_far_behind = !used.empty() && count + 64 <= *used.rbegin();
      const bool is_unused = !used.contains(count) && !too_far_behind;
      RC_ASSERT(counts.look(nonce, count) == (is_unused ? Verdict::unused : Verdict::used));
      if (!is_unused) continue;
      counts.store(clock, age_ms, nonce, count);
      used.insert(count);
    }
    RC_ASSERT(counts.size() <= model.size());
    RC_ASSERT(counts.watermark_ms() == 0);
  }));
}

TEST(NonceCountsTest, NeverHoldsMoreThanItsLimitAndNeverForgetsSilently) {
  EXPECT_TRUE(rc::check([] {
    const auto limit = *rc::gen::inRange<std::size_t>(1, 40);
    NonceCounts counts(limit);
    std::vector<Nonce> used;
    std::int64_t clock = 1'000'000;
    for (std::uint64_t id = 1; id <= 200; ++id) {
      clock += *rc::gen::inRange(0, 20'000);
      const Nonce nonce{.issued_ms = clock - *rc::gen::inRange(0, 200'000), .id = id * 0x9e3779b97f4a7c15u | 1};
      if (counts.look(nonce, 1) != Verdict::unused) continue;
      counts.store(clock, age_ms, nonce, 1);
      used.push_back(nonce);
      RC_ASSERT(counts.size() <= limit);
      for (const Nonce& old : used) RC_ASSERT(counts.look(old, 1) != Verdict::unused);
    }
  }));
}

TEST(NonceCountsTest, LetsGoOfWhatIsTooOldAnyway) {
  NonceCounts counts(1'000);
  for (std::uint64_t id = 1; id <= 500; ++id) counts.store(1'000'000, age_ms, {.issued_ms = 1'000'000, .id = id}, 1);
  EXPECT_EQ(counts.size(), 500u);
  counts.store(2'000'000, age_ms, {.issued_ms = 2'000'000, .id = 501}, 1);
  EXPECT_EQ(counts.size(), 1u);
}

TEST(NonceCountsTest, ALimitOfZeroStillRefusesReplays) {
  NonceCounts counts(0);
  const Nonce nonce{.issued_ms = 1'000, .id = 7};
  counts.store(1'000, age_ms, nonce, 1);
  EXPECT_EQ(counts.look(nonce, 1), Verdict::used);
}

}  // namespace
}  // namespace rf::auth
