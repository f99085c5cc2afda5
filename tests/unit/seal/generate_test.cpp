#include "shell/seal/generate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace rf::seal {
namespace {

constexpr int draws = 2'000;

TEST(GeneratedPassword, HasAHundredBitsAndNoCharactersThatAreMistakenForEachOther) {
  std::set<std::string> seen;
  std::map<char, int> used;
  for (int i = 0; i < draws; ++i) {
    const Secret<std::string> password = generate_password();
    ASSERT_EQ(password.reveal().size(), password_length);
    EXPECT_EQ(password.reveal().find_first_of("0O1lIo"), std::string::npos);
    for (const char c : password.reveal()) ++used[c];
    seen.insert(password.reveal());
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(draws));
  EXPECT_GE(static_cast<double>(password_length) * std::log2(static_cast<double>(used.size())), 100.0);
  // Each of 56 characters is expected 714 times with a deviation of 27; eight deviations do not happen by chance.
  for (const auto& [character, count] : used) EXPECT_NEAR(count, draws * 20 / 56, 8 * 27) << character;
}

TEST(GeneratedRegistrationName, NeverRepeatsAndNeverContainsTheNumber) {
  std::set<std::string> seen;
  for (int i = 0; i < draws; ++i) {
    // A number of one digit makes the generator draw again often.
    const std::string name = generate_auth_name("7");
    ASSERT_EQ(name.size(), auth_name_length);
    EXPECT_EQ(name.find('7'), std::string::npos);
    EXPECT_TRUE(name[0] >= 'a' && name[0] <= 'z');
    EXPECT_EQ(name.find_first_not_of("abcdefghijkmnpqrstuvwxyz23456789"), std::string::npos);
    seen.insert(name);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(draws));
}

TEST(GeneratedRegistrationName, DiffersForTheSameNumber) {
  EXPECT_NE(generate_auth_name("1001"), generate_auth_name("1001"));
  EXPECT_EQ(generate_auth_name("").size(), auth_name_length);
}

TEST(GeneratedDigits, AreAllDigitsAndDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto digits = generate_digits(8);
    EXPECT_EQ(digits.reveal().size(), 8u);
    EXPECT_EQ(digits.reveal().find_first_not_of("0123456789"), std::string::npos);
    seen.insert(digits.reveal());
  }
  EXPECT_GE(seen.size(), 199u);
}

}  // namespace
}  // namespace rf::seal
