#include "core/base/secret.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <vector>

namespace rf {
namespace {

using Text = Secret<std::string>;

template <class T>
concept Streams = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Compares = requires(const T& a, const T& b) { a == b; } || requires(const T& a, const T& b) { a < b; };
template <class T>
concept BecomesText = std::is_convertible_v<T, std::string> || std::is_convertible_v<T, std::string_view> ||
                      std::is_convertible_v<T, const char*> || std::is_convertible_v<T, bool>;

TEST(Secret, HasNoWayToBePrintedComparedOrConvertedByAccident) {
  EXPECT_FALSE(Streams<Text>);
  EXPECT_FALSE(Compares<Text>);
  EXPECT_FALSE(BecomesText<Text>);
  EXPECT_FALSE(fmt::is_formattable<Text>::value);
  EXPECT_FALSE((std::is_convertible_v<std::string, Text>));
}

TEST(Secret, GivesItsValueWhenAskedByName) {
  const Text secret(std::string("hunter2"));
  EXPECT_EQ(secret.reveal(), "hunter2");
  const Text copy = secret;
  EXPECT_EQ(copy.reveal(), "hunter2");
}

bool holds(const void* memory, std::size_t size, std::string_view needle) {
  return std::string_view(static_cast<const char*>(memory), size).find(needle) != std::string_view::npos;
}

TEST(Secret, LeavesNothingBehindInTheObjectItWasMovedFrom) {
  Text from(std::string("short-secret"));
  ASSERT_TRUE(holds(&from, sizeof from, "short-secret"));
  const Text to = std::move(from);
  EXPECT_EQ(to.reveal(), "short-secret");
  EXPECT_FALSE(holds(&from, sizeof from, "short-secret"));
}

TEST(Secret, LeavesNothingBehindWhereItDied) {
  alignas(Text) unsigned char room[sizeof(Text)] = {};
  Text* const secret = ::new (static_cast<void*>(room)) Text(std::string("short-secret"));
  ASSERT_TRUE(holds(room, sizeof room, "short-secret"));
  secret->~Text();
  EXPECT_FALSE(holds(room, sizeof room, "short-secret"));
}

TEST(Secret, TakesOverAnotherValueOnAssignment) {
  Text a(std::string("first value")), b(std::string(100, 'b'));
  a = b;
  EXPECT_EQ(a.reveal(), std::string(100, 'b'));
  EXPECT_EQ(b.reveal(), std::string(100, 'b'));
  b = Text(std::string("third"));
  EXPECT_EQ(b.reveal(), "third");
  const Text& same = b;
  b = same;
  EXPECT_EQ(b.reveal(), "third");
}

TEST(Secret, KeepsBytesAsWell) {
  Secret<std::vector<std::uint8_t>> key(std::vector<std::uint8_t>{1, 2, 3});
  const auto copy = key;
  key = Secret<std::vector<std::uint8_t>>();
  EXPECT_TRUE(key.reveal().empty());
  EXPECT_EQ(copy.reveal().size(), 3u);
}

TEST(ConstantTime, ComparesWhatItIsGiven) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "xbc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_FALSE(equal_in_constant_time("\x80", std::string_view("\0", 1)));
}

TEST(Redact, KeepsTwoCharactersAtMost) {
  EXPECT_EQ(redact("alice@example.com"), "al…");
  EXPECT_EQ(redact("1001"), "10…");
  EXPECT_EQ(redact("ab"), "a…");
  EXPECT_EQ(redact("a"), "…");
  EXPECT_EQ(redact(""), "");
}

TEST(Redact, DoesNotCutACharacterInTwo) {
  EXPECT_EQ(redact("aéb"), "a…");
  EXPECT_EQ(redact("日本語"), "…");
}

}  // namespace
}  // namespace rf
