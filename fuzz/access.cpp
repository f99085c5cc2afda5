// What people type: passwords, codes, names, lists of permissions. A password that is good is readable and long enough,
// and what was read is written and read again as the same.
#include <cstdint>
#include <string_view>

#include "core/access/password.hpp"
#include "core/access/people.hpp"
#include "core/access/totp.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rf::access;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = size / 2;
  const std::string_view own[] = {text.substr(half)};
  const PasswordRules rules = default_password_rules[size % class_count];
  const auto faults = faults_of(text.substr(0, half), rules, own);
  RF_CHECK(faults.size() <= password_fault_count);
  if (faults.empty()) RF_CHECK(half >= rules.shortest);
  if (const auto code = read_recovery_code(text)) RF_CHECK(read_recovery_code(*code) == code && code->size() == 19);
  const TotpSecret secret{};
  if (const auto step = accept_totp(secret, text, 1'700'000'010, 0))
    RF_CHECK(!accept_totp(secret, text, 1'700'000'010, *step));
  if (const auto permissions = Permissions::parse(text))
    RF_CHECK(Permissions::parse(permissions->text()) == permissions);
  if (const std::string name = login_name(text); is_login_name(name)) RF_CHECK(login_name(name) == name);
  return 0;
}
