#include "core/effect/effect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rf::effect {
namespace {

constexpr int reason_count = static_cast<int>(Reason::guard_refused) + 1;

TEST(Reasons, EachHasANameOfItsOwnThatSearchesFind) {
  std::set<std::string_view> names;
  for (int i = 0; i < reason_count; ++i) {
    const std::string_view name = name_of(static_cast<Reason>(i));
    EXPECT_NE(name, "unknown") << i;
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
        << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Reasons, EachHasASentenceOfItsOwn) {
  std::set<std::string_view> sentences;
  for (int i = 0; i < reason_count; ++i) {
    const std::string_view sentence = text_of(static_cast<Reason>(i));
    EXPECT_NE(sentence, "Unknown") << i;
    ASSERT_GT(sentence.size(), 10u) << i;
    EXPECT_TRUE(sentence.front() >= 'A' && sentence.front() <= 'Z') << sentence;
    EXPECT_NE(sentence.back(), '.') << sentence;
    EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
  }
}

TEST(Reasons, OneThatDoesNotExistIsToldAsUnknown) {
  EXPECT_EQ(name_of(static_cast<Reason>(reason_count)), "unknown");
  EXPECT_EQ(text_of(static_cast<Reason>(reason_count)), "Unknown");
}

TEST(Effects, KeepTheirOrderAndTheBytesOfEachMessage) {
  Effects effects;
  Flow one, two;
  one.remote = *Endpoint::parse("192.0.2.1:5060");
  two.remote = *Endpoint::parse("192.0.2.2:5060");
  effects.send(one, "first");
  effects.add(StopRelay{RelayId{5}});
  effects.send(two, "second, and longer");
  ASSERT_EQ(effects.list().size(), 3u);
  EXPECT_EQ(effects.bytes_of(std::get<Send>(effects.list()[0])), "first");
  EXPECT_EQ(std::get<StopRelay>(effects.list()[1]).relay, RelayId{5});
  EXPECT_EQ(effects.bytes_of(std::get<Send>(effects.list()[2])), "second, and longer");
  EXPECT_EQ(std::get<Send>(effects.list()[2]).flow.remote, two.remote);
}

TEST(Effects, CountMessagesOverAllBatches) {
  Effects effects;
  effects.send({}, "first");
  effects.clear();
  EXPECT_TRUE(effects.list().empty());
  effects.send({}, "second");
  EXPECT_EQ(effects.sent(), 2u);
  EXPECT_EQ(effects.bytes_of(std::get<Send>(effects.list()[0])), "second");
}

}  // namespace
}  // namespace rf::effect
