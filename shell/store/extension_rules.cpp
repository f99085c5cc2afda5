#include "shell/store/extension_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/guard.hpp"
#include "core/base/limits/server.hpp"
#include "core/base/limits/wire.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr std::size_t number_min = 2, number_max = 15;
constexpr std::size_t auth_name_min = 3, auth_name_max = 64;
constexpr std::size_t password_min = 12, password_max = 128;
constexpr std::size_t display_name_max = 64;
constexpr std::uint16_t calls_limit = 1'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::optional<std::string> fault_in_number(std::string_view number) {
  if (number.size() >= number_min && number.size() <= number_max && std::all_of(number.begin(), number.end(), is_digit))
    return std::nullopt;
  return fmt::format("an extension number is {} to {} digits", number_min, number_max);
}

std::optional<std::string> fault_in_auth_name(std::string_view auth_name, std::string_view number) {
  if (auth_name.size() < auth_name_min || auth_name.size() > auth_name_max ||
      !std::all_of(auth_name.begin(), auth_name.end(), is_name_character))
    return fmt::format("a registration name is {} to {} letters, digits, '.', '_' and '-'", auth_name_min,
                       auth_name_max);
  if (auth_name.find(number) != std::string_view::npos)
    return "a registration name must not contain the extension number: attackers try numbers first";
  return std::nullopt;
}

std::optional<std::string> fault_in_password(const Secret<std::string>& password) {
  const std::string& text = password.reveal();
  if (text.size() >= password_min && text.size() <= password_max &&
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; }))
    return std::nullopt;
  return fmt::format("a password is {} to {} printable ASCII characters without spaces; leave it out to have one made",
                     password_min, password_max);
}

std::optional<std::string> fault_in_settings(const ExtensionSettings& settings) {
  if (settings.display_name.size() > display_name_max || !is_plain_text(settings.display_name))
    return fmt::format("a display name is up to {} bytes of UTF-8 without control characters", display_name_max);
  const std::size_t contacts = Limits{}.contacts_per_extension_max;
  if (settings.registrations_max < 1 || settings.registrations_max > contacts)
    return fmt::format("an extension may have 1 to {} registrations, not {}", contacts, settings.registrations_max);
  if (settings.calls_max < 1 || settings.calls_max > calls_limit)
    return fmt::format("an extension may have 1 to {} calls, not {}", calls_limit, settings.calls_max);
  if (settings.phone.agent_prefix.size() > WireLimits::user_agent_bytes || !is_plain_text(settings.phone.agent_prefix))
    return fmt::format("the beginning of a User-Agent is up to {} bytes without control characters",
                       WireLimits::user_agent_bytes);
  if (settings.phone.permitted.size() > GuardLimits::permitted_blocks)
    return fmt::format("an extension may have up to {} permitted blocks", GuardLimits::permitted_blocks);
  return std::nullopt;
}

}  // namespace rf::store
