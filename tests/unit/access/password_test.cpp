#include "core/access/password.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/access/common.hpp"

namespace rf::access {
namespace {

using enum PasswordFault;

constexpr PasswordRules tenant = default_password_rules[2];

std::vector<PasswordFault> faults(std::string_view password, std::vector<std::string_view> own = {}) {
  return faults_of(password, tenant, own);
}

bool has(const std::vector<PasswordFault>& faults, PasswordFault fault) {
  return std::find(faults.begin(), faults.end(), fault) != faults.end();
}

TEST(Password, IsGoodWhenNothingIsWrongWithIt) {
  for (const char* good :
       {"Brunnen7-Kiesel", "x9!Tasse-und-Regen", "Größe4Käfig", "two boats 7 under the moon", "K7v!mB2q"})
    EXPECT_TRUE(faults(good).empty()) << good << ": " << name_of(faults(good).front());
}

TEST(Password, TellsEveryFaultAtOnceSoThatAPageCanShowThemAll) {
  EXPECT_EQ(faults(""), (std::vector{too_short, no_letter, no_digit, no_upper_or_special}));
  EXPECT_EQ(faults("aaa"), (std::vector{too_short, no_digit, no_upper_or_special, repeated}));
}

TEST(Password, IsCountedInCharactersAndNotInBytes) {
  EXPECT_TRUE(has(faults("Äöü7ßéx"), too_short));
  EXPECT_FALSE(has(faults("Äöü7ßéxy"), too_short));
  EXPECT_TRUE(has(faults(std::string(129, 'x')), too_long));
  EXPECT_EQ(faults(std::string(100'000, 'x')), std::vector{too_long});
}

TEST(Password, HoldsNoRunOfNeighboursInEitherDirection) {
  for (const char* bad : {"Xy!1234vw7", "Xy!9876vw", "Xy7!abcdq", "Xy7!DCBAq", "Xy7!qwerq", "Xy7!AsDfz", "Xy7!lkjhz"})
    EXPECT_TRUE(has(faults(bad), run)) << bad;
  for (const char* good : {"Xy!123vw7", "Xy7!abzcd", "89:;X-kutz", "Xy!1324vw7"})
    EXPECT_FALSE(has(faults(good), run)) << good;
}

TEST(Password, RepeatsNothingThreeTimes) {
  EXPECT_TRUE(has(faults("Xy!222vw7"), repeated));
  EXPECT_TRUE(has(faults("Xy!aAavw7"), repeated));
  EXPECT_TRUE(has(faults("Xy7!!!vwk"), repeated));
  EXPECT_FALSE(has(faults("Xy!22vw27"), repeated));
}

TEST(Password, HoldsNothingOfItsOwnersData) {
  const std::vector<std::string_view> own{"anna.schmidt@example.com", "Anna Schmidt", "1001"};
  for (const char* bad : {"Kiesel-Schmidt7", "xANNA!kiesel7", "kiesel1001!x", "7sCHM1dT!kies", "Ex4mple!kiesel"})
    EXPECT_TRUE(has(faults(bad, own), own_data)) << bad;
  EXPECT_FALSE(has(faults("Kiesel-7-Tasse", own), own_data));
}

TEST(Password, IsNoneThatManyPeopleHaveHoweverItIsDressedUp) {
  for (const char* bad :
       {"password", "Password1!", "P4ssw0rd", "p@$$w0rd!", "!!Dragon99", "Football2024", "Passw0rd#1"})
    EXPECT_TRUE(has(faults(bad), common)) << bad;
  EXPECT_FALSE(has(faults("Dragon-in-the-7th-football"), common));
}

TEST(Password, OfBytesThatNobodyTypesIsRefused) {
  for (const std::string_view bad :
       {std::string_view("Kiesel7\x01-Tasse"), std::string_view("Kiesel7\xff-Tasse"),
        std::string_view("Kiesel7\xc0\xaf-Tasse"), std::string_view("Kiesel7-\xed\xa0\x80"),
        std::string_view("Kiesel7-Tasse\xe2\x82"), std::string_view("Kiesel7\0-Tasse", 14)})
    EXPECT_TRUE(has(faults(bad), unreadable));
}

TEST(Password, OfAnAdministratorIsLongerThanOfOthers) {
  EXPECT_TRUE(faults_of("K7v!mB2qX", default_password_rules[2], {}).empty());
  EXPECT_TRUE(has(faults_of("K7v!mB2qX", default_password_rules[0], {}), too_short));
}

TEST(Password, EachFaultHasASentenceThatDoesNotRepeatIt) {
  for (std::size_t i = 0; i < password_fault_count; ++i) {
    const auto fault = static_cast<PasswordFault>(i);
    EXPECT_TRUE(text_of(fault, tenant).starts_with("it ")) << name_of(fault);
  }
}

TEST(CommonPasswords, AreFoundFromTheFirstToTheLast) {
  for (const char* known : {"123456", "password", "qwertyuiop", "zxcvbnm", "letmein", "dragon"})
    EXPECT_TRUE(is_common(known)) << known;
  for (const char* unknown : {"", "\n", "passwo~", "password\n123", "~~~~~~~~", "!", "brunnen7-kiesel"})
    EXPECT_FALSE(is_common(unknown)) << unknown;
}

}  // namespace
}  // namespace rf::access
