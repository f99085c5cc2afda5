#include <fmt/format.h>

#include "shell/config/sections.hpp"

namespace rf::config {

void read_login(Section section, LoginSettings& out) {
  for (std::size_t i = 0; i < access::class_count; ++i)
    section.number(fmt::format("password_{}", name_of(static_cast<access::Class>(i))), out.passwords[i].shortest, 8,
                   32);
  section.number("failures", out.throttle.failures, 3, 1'000);
  section.number("failures_at_name", out.throttle.name_failures, 3, 1'000);
  section.number("failures_of_account", out.throttle.account_failures, 10, 10'000);
  section.number("window_s", out.throttle.window_s, 60, 86'400);
  section.number("lock_s", out.throttle.lock_s, 60, 86'400);
  section.number("locks", out.throttle.locks, 1, 100);
  section.number("idle_s", out.sessions.idle_s, 60, 86'400);
  section.number("session_s", out.sessions.absolute_s, 300, 30 * 86'400);
  const auto into = [](std::array<bool, access::class_count>& classes) {
    return [&classes](std::string_view text) -> std::optional<std::string> {
      const auto of = access::parse_class(text);
      if (!of) return fmt::format("holds \"{}\", no class of users", text);
      classes[static_cast<std::size_t>(*of)] = true;
      return std::nullopt;
    };
  };
  section.texts("second_factor", into(out.second_factor),
                "write those who need one: \"system\", \"dealer\", \"tenant\"");
  if (section.has("email_codes")) out.email_codes = {};
  section.texts("email_codes", into(out.email_codes),
                "write those who may choose codes by e-mail: \"system\", \"dealer\", \"tenant\"");
  section.finish();
}

}  // namespace rf::config
