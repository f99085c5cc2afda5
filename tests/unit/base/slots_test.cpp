#include "core/base/slots.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/ids.hpp"

namespace rf {
namespace {

using Table = Slots<std::string, CallId>;

TEST(Slots, FindsWhatWasPutInUntilItIsErased) {
  Table table(10);
  const CallId one = table.emplace("one");
  const CallId two = table.emplace("two");
  ASSERT_TRUE(one && two);
  EXPECT_NE(one, two);
  EXPECT_EQ(*table.find(one), "one");
  EXPECT_EQ(*table.find(two), "two");
  table.erase(one);
  EXPECT_EQ(table.find(one), nullptr);
  EXPECT_EQ(*table.find(two), "two");
  EXPECT_EQ(table.size(), 1u);
}

TEST(Slots, StaleHandleFindsNothingAfterThePlaceIsUsedAgain) {
  Table table(10);
  const CallId old = table.emplace("old");
  table.erase(old);
  const CallId fresh = table.emplace("fresh");
  EXPECT_NE(old, fresh);
  EXPECT_EQ(table.find(old), nullptr);
  EXPECT_EQ(*table.find(fresh), "fresh");
}

TEST(Slots, SmallStepsGoRoundAndMeetEveryLiveObject) {
  Table table(10);
  std::vector<CallId> handles;
  for (const char* text : {"a", "b", "c", "d", "e"}) handles.push_back(table.emplace(text));
  table.erase(handles[2]);
  std::string met;
  const auto step = [&](std::uint32_t from, std::uint32_t count) {
    return table.for_some(from, count, [&](CallId, const std::string& text) { met += text; });
  };
  std::uint32_t at = step(0, 3);
  at = step(at, 3);
  EXPECT_EQ(met, "abdea");
  step(at, 1'000);
  EXPECT_EQ(met.size(), 5u + 4u) << "once round at most";
  table.for_some(3, 2, [&](CallId handle, const std::string&) { table.erase(handle); });
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(Table(3).for_some(7, 5, [](CallId, const std::string&) {}), 7u) << "an empty one";
}

TEST(Slots, HandleOfNothingAndInventedHandlesFindNothing) {
  Table table(10);
  table.emplace("one");
  EXPECT_EQ(table.find(CallId{}), nullptr);
  EXPECT_EQ(table.find(CallId{UINT64_MAX}), nullptr);
  EXPECT_EQ(table.find(CallId{2}), nullptr);
  EXPECT_EQ(table.find(CallId{std::uint64_t{1} << 32}), nullptr);
}

TEST(Slots, GivesNoHandleBeyondItsLimit) {
  Table table(3);
  const CallId first = table.emplace("a");
  table.emplace("b");
  table.emplace("c");
  EXPECT_FALSE(table.emplace("d"));
  EXPECT_EQ(table.size(), 3u);
  table.erase(first);
  EXPECT_TRUE(table.emplace("d"));
}

TEST(Slots, ObjectsDoNotMoveWhenTheTableGrows) {
  Table table(5000);
  const std::string* const first = table.find(table.emplace("first"));
  for (int i = 0; i < 4000; ++i) table.emplace("more");
  EXPECT_EQ(*first, "first");
}

TEST(Slots, ForEachMayEraseWhatItIsGiven) {
  Table table(1000);
  for (int i = 0; i < 600; ++i) table.emplace(std::to_string(i));
  table.for_each([&](CallId id, std::string& text) {
    if (text.back() == '7') table.erase(id);
  });
  EXPECT_EQ(table.size(), 540u);
  table.for_each([&](CallId, std::string& text) { EXPECT_NE(text.back(), '7'); });
}

TEST(Slots, DestroysWhatIsLeft) {
  const auto counter = std::make_shared<int>(0);
  {
    Slots<std::shared_ptr<int>, CallId> table(10);
    const CallId gone = table.emplace(counter);
    table.emplace(counter);
    table.erase(gone);
    EXPECT_EQ(counter.use_count(), 2);
  }
  EXPECT_EQ(counter.use_count(), 1);
}

TEST(SlotsDeathTest, ErasingWhatIsGoneIsOurOwnMistakeAndAborts) {
  Table table(10);
  const CallId id = table.emplace("x");
  table.erase(id);
  EXPECT_DEATH(table.erase(id), "invariant broken");
}

RC_GTEST_PROP(SlotsProperty, BehavesAsAMapFromHandleToObject, ()) {
  Table table(40);
  std::map<std::uint64_t, std::string> model;
  std::vector<std::uint64_t> gone;
  const auto steps = *rc::gen::inRange(1, 300);
  for (int step = 0; step < steps; ++step) {
    if (model.empty() || *rc::gen::arbitrary<bool>()) {
      const std::string text = std::to_string(step);
      const CallId id = table.emplace(text);
      RC_ASSERT(static_cast<bool>(id) == (model.size() < 40));
      if (id) {
        RC_ASSERT(model.emplace(id.value, text).second);
        RC_ASSERT(id.value >> 60 == 0u);
      }
    } else {
      auto it = model.begin();
      std::advance(it, *rc::gen::inRange<std::size_t>(0, model.size()));
      table.erase(CallId{it->first});
      gone.push_back(it->first);
      model.erase(it);
    }
    RC_ASSERT(table.size() == model.size());
  }
  for (const auto& [id, text] : model) RC_ASSERT(table.find(CallId{id}) != nullptr && *table.find(CallId{id}) == text);
  for (const auto id : gone) RC_ASSERT(table.find(CallId{id}) == nullptr);
}

}  // namespace
}  // namespace rf
