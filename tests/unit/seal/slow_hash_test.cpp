#include "shell/seal/slow_hash.hpp"

#include <gtest/gtest.h>

#include <future>

namespace rf::seal {
namespace {

constexpr HashCost cheap{1, 8'192};
const Address one = *Address::parse("192.0.2.1");

Address address(std::size_t i) {
  return Address::v4(0xc6336400 + static_cast<std::uint32_t>(i));
}

TEST(SlowHash, KnowsAPasswordByItsHashAndNoOther) {
  SlowHash hashes(cheap);
  const Secret<std::string> hash = hashes.make("Brunnen7-Kiesel");
  EXPECT_TRUE(hash.reveal().starts_with("$argon2id$"));
  EXPECT_TRUE(hashes.fits(hash.reveal(), "Brunnen7-Kiesel"));
  EXPECT_FALSE(hashes.fits(hash.reveal(), "Brunnen7-kiesel"));
  EXPECT_NE(hash.reveal(), hashes.make("Brunnen7-Kiesel").reveal()) << "salted";
}

TEST(SlowHash, WorksAsMuchForNobodyAsForSomebody) {
  SlowHash hashes(cheap);
  const std::string hash = hashes.make("x").reveal();
  std::uint64_t before = hashes.computed();
  EXPECT_FALSE(hashes.fits("", "x"));
  EXPECT_EQ(hashes.computed() - before, 1u);
  before = hashes.computed();
  EXPECT_TRUE(hashes.fits(hash, "x"));
  EXPECT_EQ(hashes.computed() - before, 1u);
}

TEST(SlowHash, TakesNothingForAPasswordWhereNoneIsSet) {
  SlowHash hashes(cheap);
  EXPECT_FALSE(hashes.fits("", ""));
  EXPECT_FALSE(hashes.fits("not a hash", "x"));
}

/// Holds the thread until it is let go.
struct Held {
  explicit Held(HashThread& thread) {
    std::promise<void> begun;
    EXPECT_TRUE(thread.add(one, [this, &begun](SlowHash&) {
      begun.set_value();
      go.get_future().wait();
    }));
    begun.get_future().wait();
  }
  std::promise<void> go;
};

TEST(HashThread, RefusesAtOnceWhatIsMoreThanItsLineAndGoesOnAfter) {
  HashThread thread(cheap);
  std::size_t taken = 0;
  std::promise<void> last;
  {
    Held held(thread);
    for (std::size_t i = 0; i < 100; ++i) taken += thread.add(address(i), [](SlowHash&) {});
    EXPECT_EQ(taken, AccessLimits::hash_jobs);
    EXPECT_EQ(thread.waiting(), AccessLimits::hash_jobs);
    held.go.set_value();
  }
  // The line is empty again some time: each attempt is answered at once.
  while (!thread.add(address(200), [&last](SlowHash&) { last.set_value(); })) std::this_thread::yield();
  last.get_future().wait();
}

TEST(HashThread, GivesOneSourceItsShareOfTheLineAndNoMore) {
  HashThread thread(cheap);
  Held held(thread);
  EXPECT_TRUE(thread.add(one, [](SlowHash&) {})) << "one runs, one waits";
  EXPECT_FALSE(thread.add(one, [](SlowHash&) {}));
  EXPECT_TRUE(thread.add(address(1), [](SlowHash&) {})) << "others have theirs";
  held.go.set_value();
}

TEST(HashThread, LetsGoOfWhatWaitsWhenItStops) {
  auto waiting = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = waiting;
  HashThread thread(cheap);
  Held held(thread);
  EXPECT_TRUE(thread.add(address(1), [waiting](SlowHash&) {}));
  waiting.reset();
  EXPECT_FALSE(watched.expired());
  held.go.set_value();
  thread.stop();
  EXPECT_TRUE(watched.expired());
  EXPECT_FALSE(thread.add(one, [](SlowHash&) {}));
}

}  // namespace
}  // namespace rf::seal
