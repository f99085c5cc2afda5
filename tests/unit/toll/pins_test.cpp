#include "core/toll/pins.hpp"

#include <gtest/gtest.h>

#include "core/toll/plan.hpp"

namespace rf::toll {
namespace {

constexpr ExtensionId alice{1}, bob{2};
const PinKey key = [] {
  PinKey out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i);
  return out;
}();

PinListTerms list_of(std::string name = "abroad") {
  PinListTerms out;
  out.name = std::move(name);
  out.tenant = TenantId{1};
  out.pins.push_back({"project-7", pin_digest(key, out.name, "72915048")});
  out.pins.push_back({"project-8", pin_digest(key, out.name, "40186273")});
  return out;
}

Now at_s(std::int64_t s) {
  return {s * 1000, 0};
}

struct Door {
  PinTries tries;
  std::string account;
  PinVerdict enter(std::int64_t s, ExtensionId who, const PinListTerms& list, std::string_view pin) {
    account.clear();
    return tries.enter(at_s(s), who, list, key, pin, account);
  }
};

TEST(Pins, TheDigestIsHmacSha256AndLooksDifferentInEveryListAndUnderEveryKey) {
  // As openssl dgst -sha256 -mac HMAC says it.
  const PinDigest digest = pin_digest(key, "abroad", "72915048");
  const PinDigest expected{0x7e, 0x81, 0x19, 0x6b, 0xa4, 0x55, 0x4c, 0x49, 0x58, 0xb3, 0x0e,
                           0x85, 0x6a, 0x85, 0xcf, 0xe6, 0x57, 0x8f, 0xfc, 0x75, 0x0d, 0x53,
                           0xbb, 0x81, 0x46, 0x17, 0xcb, 0xd7, 0x44, 0x72, 0x78, 0xa6};
  EXPECT_EQ(digest, expected);
  EXPECT_NE(pin_digest(key, "other", "72915048"), digest);
  EXPECT_NE(pin_digest(PinKey{}, "abroad", "72915048"), digest);
  EXPECT_NE(pin_digest(key, "abroad7", "2915048"), digest) << "a list's name ends somewhere";
}

TEST(Pins, ShortTrivialAndOddOnesMayNotBeUsed) {
  for (const char* pin : {"", "1", "12345", "72915"}) EXPECT_EQ(fault_of_pin(pin), "fewer than 6 digits") << pin;
  for (const char* pin : {"7291504a", "+7291504", "729 1504", "729150\xd9\xa4"})
    EXPECT_EQ(fault_of_pin(pin), "not of digits alone") << pin;
  for (const char* pin : {"000000", "123456", "654321", "890123", "112233", "123321", "121212", "739739", "787877",
                          "246802", "147036", "99999999", "12121212", "1234567890"})
    EXPECT_EQ(fault_of_pin(pin), "trivial") << pin;
  EXPECT_EQ(fault_of_pin("72915048729150481"), "more than 16 digits");
  for (const char* pin : {"729150", "40186273", "7291504872915046"}) EXPECT_EQ(fault_of_pin(pin), "") << pin;
}

TEST(Pins, ARightOneTellsItsAccountAndIsNotCounted) {
  Door door;
  const PinListTerms list = list_of();
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(door.enter(round, alice, list, "40186273"), PinVerdict::right);
    EXPECT_EQ(door.account, "project-8");
  }
  EXPECT_EQ(door.tries.size(), 0u);
}

TEST(Pins, WhoHasOnePinSearchesForNoOtherBetweenRightOnes) {
  Door door;
  const PinListTerms list = list_of();
  EXPECT_EQ(door.enter(0, alice, list, "11112222"), PinVerdict::wrong);
  EXPECT_EQ(door.enter(1, alice, list, "72915048"), PinVerdict::right);
  EXPECT_EQ(door.enter(2, alice, list, "33334444"), PinVerdict::wrong);
  EXPECT_EQ(door.enter(3, alice, list, "72915048"), PinVerdict::right);
  EXPECT_EQ(door.enter(4, alice, list, "55556666"), PinVerdict::locked);
  EXPECT_EQ(door.enter(5, alice, list, "72915048"), PinVerdict::locked);
}

TEST(Pins, WrongOnesThatLieFarApartDoNotAddUp) {
  Door door;
  const PinListTerms list = list_of();
  for (std::int64_t s = 0; s < 10'000; s += 901) {
    EXPECT_EQ(door.enter(s, alice, list, "11112222"), PinVerdict::wrong) << s;
    EXPECT_EQ(door.enter(s, alice, list, "72915048"), PinVerdict::right) << s;
  }
}

TEST(Pins, WhoGuessesIsLockedOutOverAllCallsAndEvenTheRightOneOpensNothing) {
  Door door;
  const PinListTerms list = list_of();
  EXPECT_EQ(door.enter(0, alice, list, "11112222"), PinVerdict::wrong);
  EXPECT_EQ(door.enter(60, alice, list, ""), PinVerdict::wrong);
  EXPECT_FALSE(door.tries.locked(at_s(60), alice, list));
  EXPECT_EQ(door.enter(120, alice, list, "1111222233334444555566667777"), PinVerdict::locked);
  EXPECT_TRUE(door.tries.locked(at_s(120), alice, list));
  EXPECT_EQ(door.enter(1019, alice, list, "72915048"), PinVerdict::locked);
  EXPECT_EQ(door.account, "");
  EXPECT_FALSE(door.tries.locked(at_s(1019), bob, list)) << "others are not";
  EXPECT_FALSE(door.tries.locked(at_s(1019), alice, list_of("other"))) << "nor is it out of another list";
  EXPECT_FALSE(door.tries.locked(at_s(1020), alice, list));
  EXPECT_EQ(door.enter(1020, alice, list, "72915048"), PinVerdict::right);
}

TEST(Pins, AnAttackerWhoWaitsForEveryLockTriesAFewHundredADay) {
  Door door;
  const PinListTerms list = list_of();
  int compared = 0;
  for (std::int64_t s = 0; s < 86'400; ++s)
    if (!door.tries.locked(at_s(s), alice, list)) {
      door.enter(s, alice, list, "11112222");
      ++compared;
    }
  EXPECT_EQ(compared, 3 * 96) << "of a hundred million PINs";
}

TEST(Pins, WhatARecordSaysOfAskingIsReadAgain) {
  for (const auto& [list, wrong] : {std::pair("abroad", 0u), {"abroad", 2u}, {"a, 3 wrong", 1u}, {"", 4u}}) {
    const auto read = parse_asked_pin(text_of(AskedPin{list, wrong}));
    ASSERT_TRUE(read) << list;
    EXPECT_EQ(read->list, list);
    EXPECT_EQ(read->wrong, wrong);
  }
  for (const std::string_view other : {"", "money", "emergency", "PIN", "PI"})
    EXPECT_FALSE(parse_asked_pin(other)) << other;
  EXPECT_EQ(parse_asked_pin("PIN of abroad, 99999999999 wrong")->wrong, 0u);
  const auto code = parse_asked_pin(text_of(AskedPin{"clients", 1, PinListTerms::Asks::account_code}));
  ASSERT_TRUE(code);
  EXPECT_EQ(code->list, "clients");
  EXPECT_EQ(code->wrong, 1u);
  EXPECT_EQ(code->asks, PinListTerms::Asks::account_code) << "a restart opens no lock of account codes either";
}

TEST(Pins, RecordsOfFormerCallsCountWithTheirAge) {
  Terms terms;
  terms.tenants.push_back({});
  terms.tenants[0].id = TenantId{1};
  terms.pin_lists.push_back(list_of());
  const PinListTerms& list = terms.pin_lists[0];
  terms.tenants[0].id = list.tenant;
  const auto plan = Plan::compile(terms, {}, 1);
  ASSERT_TRUE(plan);
  const std::string asked = text_of(AskedPin{list.name, 3}), less = text_of(AskedPin{list.name, 2});
  PastAsking call{.tenant = list.tenant, .who = alice, .said = asked, .ended_wall_ms = 1'000'000'000};
  const auto locked_after_s = [&](std::int64_t s) {
    PinTries tries;
    const Now now{5'000, call.ended_wall_ms + s * 1'000};
    tries.recall(now, **plan, call);
    return tries.locked(now, alice, list);
  };
  EXPECT_TRUE(locked_after_s(0));
  EXPECT_TRUE(locked_after_s(899));
  EXPECT_FALSE(locked_after_s(900));
  EXPECT_TRUE(locked_after_s(-3'600)) << "a clock that was set back opens nothing";
  PinTries tries;
  const Now now{5'000, call.ended_wall_ms};
  call.said = less;
  tries.recall(now, **plan, call);
  EXPECT_EQ(tries.size(), 1u);
  const std::string none = text_of(AskedPin{list.name, 0}), one = text_of(AskedPin{list.name, 1});
  call.said = none;
  call.right = true;
  tries.recall(now, **plan, call);
  EXPECT_FALSE(tries.locked(now, alice, list));
  call.said = one;
  tries.recall(now, **plan, call);
  EXPECT_TRUE(tries.locked(now, alice, list)) << "a right one between them opens nothing";
  PinTries others;
  call.right = false;
  call.said = "money";
  call.torn = true;
  others.recall(now, **plan, call);
  EXPECT_EQ(others.size(), 0u) << "nobody was asked for a PIN";
  call.said = none;
  others.recall(now, **plan, call);
  EXPECT_EQ(others.size(), 1u);
}

TEST(Pins, TheFullTableForgetsTheOldestThatIsNotLockedAndNeverALock) {
  Door door{PinTries(3), {}};
  const PinListTerms list = list_of();
  for (int i = 0; i < 3; ++i) door.enter(0, alice, list, "11112222");
  door.enter(1, bob, list, "11112222");
  door.enter(2, ExtensionId{3}, list, "11112222");
  EXPECT_EQ(door.enter(3, ExtensionId{4}, list, "11112222"), PinVerdict::wrong);
  EXPECT_EQ(door.tries.size(), 3u);
  EXPECT_TRUE(door.tries.locked(at_s(3), alice, list));
  EXPECT_EQ(door.enter(4, bob, list, "11112222"), PinVerdict::wrong);
  EXPECT_EQ(door.enter(4, bob, list, "11112222"), PinVerdict::wrong) << "what bob had tried was forgotten";
  EXPECT_EQ(door.enter(4, bob, list, "11112222"), PinVerdict::locked);
}

TEST(Pins, WhenAllThatAreCountedAreLockedNobodyElseIsAskedUntilOneIsOver) {
  Door door{PinTries(2), {}};
  const PinListTerms list = list_of();
  for (const ExtensionId who : {alice, bob})
    for (int i = 0; i < 3; ++i) door.enter(who.value, who, list, "11112222");
  const ExtensionId carol{3};
  EXPECT_TRUE(door.tries.locked(at_s(10), carol, list));
  EXPECT_EQ(door.enter(10, carol, list, "72915048"), PinVerdict::locked) << "who cannot be counted is not told";
  EXPECT_EQ(door.tries.size(), 2u);
  EXPECT_FALSE(door.tries.locked(at_s(901), carol, list));
  EXPECT_EQ(door.enter(901, carol, list, "72915048"), PinVerdict::right);
  EXPECT_EQ(door.tries.size(), 1u) << "what was over is forgotten";
}

}  // namespace
}  // namespace rf::toll
