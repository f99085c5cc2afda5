// [login]: what is asked of those who sign in.
#pragma once

#include <array>

#include "core/access/password.hpp"
#include "core/access/sessions.hpp"
#include "core/access/throttle.hpp"

namespace rf::config {

struct LoginSettings {
  std::array<access::PasswordRules, access::class_count> passwords = access::default_password_rules;
  access::ThrottleRules throttle;
  access::SessionRules sessions;
  std::array<bool, access::class_count> second_factor{};  ///< of whom one is required
  std::array<bool, access::class_count> email_codes{false, true, true};  ///< whose may be codes by e-mail
};

}  // namespace rf::config
