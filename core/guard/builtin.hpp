// The rules and lists that ship with the product: the texts of core/guard/rules, built in.
#pragma once

#include <span>
#include <string_view>

namespace rf::guard {

struct BuiltinRule {
  std::string_view name;  ///< its folder
  std::string_view text;  ///< as read by parse_behaviour()
};

std::span<const BuiltinRule> builtin_rules();
std::string_view builtin_agents();        ///< as read by parse_agents()
std::string_view builtin_fingerprints();  ///< as read by parse_fingerprints()

}  // namespace rf::guard
