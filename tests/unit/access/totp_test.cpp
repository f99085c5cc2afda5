#include "core/access/totp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rf::access {
namespace {

/// "12345678901234567890", as RFC 4226 and 6238 test with.
TotpSecret rfc_secret() {
  TotpSecret out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>('0' + (i + 1) % 10);
  return out;
}

std::string digits(std::uint32_t code) {
  std::string out = std::to_string(code);
  return std::string(6 - out.size(), '0') + out;
}

TEST(Totp, GivesTheCodesOfTheRfcs) {
  const TotpSecret secret = rfc_secret();
  // RFC 4226 appendix D.
  const std::uint32_t counted[] = {755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489};
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(totp_code(secret, i), counted[i]) << i;
  // RFC 6238 appendix B, the last six digits of its eight.
  EXPECT_EQ(totp_code(secret, 59 / 30), 287082u);
  EXPECT_EQ(totp_code(secret, 1'111'111'109 / 30), 81804u);
  EXPECT_EQ(totp_code(secret, 20'000'000'000 / 30), 353130u);
}

TEST(Totp, TakesACodeOnceAndNoneFromBefore) {
  const TotpSecret secret = rfc_secret();
  const std::int64_t now_s = 1'700'000'010;
  const std::string code = digits(totp_code(secret, static_cast<std::uint64_t>(now_s / 30)));
  const auto step = accept_totp(secret, code, now_s, 0);
  ASSERT_TRUE(step);
  EXPECT_FALSE(accept_totp(secret, code, now_s, *step));
  EXPECT_FALSE(accept_totp(secret, digits(totp_code(secret, *step - 1)), now_s, *step));
  EXPECT_TRUE(accept_totp(secret, digits(totp_code(secret, *step + 1)), now_s, *step));
}

TEST(Totp, FollowsAClockThatIsAStepOffAndNoFurther) {
  const TotpSecret secret = rfc_secret();
  const std::int64_t now_s = 1'700'000'010;
  const auto step = static_cast<std::uint64_t>(now_s / 30);
  for (const int off : {-1, 0, 1})
    EXPECT_TRUE(accept_totp(secret, digits(totp_code(secret, step + static_cast<std::uint64_t>(off))), now_s, 0))
        << off;
  for (const int off : {-2, 2})
    EXPECT_FALSE(accept_totp(secret, digits(totp_code(secret, step + static_cast<std::uint64_t>(off))), now_s, 0))
        << off;
}

TEST(Totp, RefusesWhatIsNoCode) {
  const TotpSecret secret = rfc_secret();
  for (const char* bad : {"", "12345", "1234567", "12345a", "-12345", "+12345", "١٢٣٤٥٦", "1234 5678"})
    EXPECT_FALSE(accept_totp(secret, bad, 1'700'000'010, 0)) << bad;
  EXPECT_FALSE(accept_totp(secret, "755224", 0, 0));
  EXPECT_FALSE(accept_totp(secret, "755224", -1'000, 0));
}

TEST(Totp, TakesACodeWithASpaceInTheMiddle) {
  const TotpSecret secret = rfc_secret();
  const std::string code = digits(totp_code(secret, 1'700'000'010 / 30));
  EXPECT_TRUE(accept_totp(secret, code.substr(0, 3) + " " + code.substr(3), 1'700'000'010, 0));
}

TEST(Totp, SaysItsSecretAsAppsReadIt) {
  EXPECT_EQ(base32(rfc_secret()), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(totp_uri(rfc_secret(), "Ringfence", "anna@example.com"),
            "otpauth://totp/Ringfence:anna%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ringfence");
}

TEST(RecoveryCode, IsReadAsItWasGivenOutHoweverItIsTyped) {
  const std::string code = recovery_code({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(code.size(), 19u);
  EXPECT_EQ(read_recovery_code(code), code);
  std::string typed = code;
  std::erase(typed, '-');
  for (char& c : typed) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_EQ(read_recovery_code(" " + typed + " "), code);
  EXPECT_FALSE(read_recovery_code(code.substr(1)));
  EXPECT_FALSE(read_recovery_code(code + "A"));
  EXPECT_FALSE(read_recovery_code(""));
}

}  // namespace
}  // namespace rf::access
