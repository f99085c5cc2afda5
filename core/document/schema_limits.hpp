// The keys of limits: money, pace, calls at once and habits at every level.
#pragma once

#include <array>
#include <string_view>

#include "core/base/limits/toll.hpp"
#include "core/document/schema_rights.hpp"

namespace rf::document {

// What holds without any limit stands here, so that a new system is safe and everybody can see by what.
constexpr Key limit_key(std::string_view name, std::string_view standing) {
  if (name == "day") return {.name = name, .type = Type::money, .help = "spent in a day at most", .standing = standing};
  if (name == "month")
    return {.name = name, .type = Type::money, .help = "spent in a month at most", .standing = standing};
  if (name == "prepaid")
    return {.name = name, .type = Type::flag, .help = "calls are paid from credit", .standing = "false"};
  if (name == "locked") return {.name = name, .type = Type::flag, .help = "no paid call at all", .standing = "false"};
  if (name == "warn")
    return {.name = name,
            .type = Type::percent,
            .help = "warns at so much of a cap, rising",
            .standing = standing,
            .list = true};
  if (name == "paces")
    return {.name = name,
            .type = Type::pace,
            .help = "calls in a time, such as 5 per 1s or distinct 20 per 1h; alert 20 per 1m: told, not refused",
            .standing = standing,
            .list = true};
  if (name == "calls_alert")
    return {.name = name,
            .type = Type::number,
            .help = "outside calls at once, told from so many on; 0: never",
            .standing = "0",
            .max = 1'000'000};
  if (name == "calls")
    return {.name = name,
            .type = Type::number,
            .help = "outside calls at once, refused beyond; 0: any number",
            .standing = standing,
            .max = 1'000'000};
  return {.name = name,
          .type = Type::duration,
          .help = "of one call at most; 0s: no limit of its own",
          .standing = standing,
          .max = MoneyLimits::call_s};
}
struct Standing {
  std::string_view day, month, warn, paces, calls, duration;
};
constexpr std::array<Key, 9> limit_keys(const Standing& s) {
  return {limit_key("day", s.day),      limit_key("month", s.month), limit_key("prepaid", ""),
          limit_key("locked", ""),      limit_key("warn", s.warn),   limit_key("paces", s.paces),
          limit_key("calls_alert", ""), limit_key("calls", s.calls), limit_key("duration", s.duration)};
}

/// The same, and what becomes of calls that fit no habit, which are refused from `block` on.
template <std::size_t n>
constexpr std::array<Key, n> with_habits(const std::array<Key, 9>& first, std::string_view block) {
  const std::array<Key, 4> more{
      Key{.name = "unusual_alert",
          .type = Type::number,
          .help = "a call that is so unusual is told, 1 to 100; 0: never",
          .standing = "40",
          .max = 100},
      Key{.name = "unusual_pin",
          .type = Type::number,
          .help = "leaves only after a PIN, 1 to 100; 0: never",
          .standing = "0",
          .max = 100},
      Key{.name = "unusual_block",
          .type = Type::number,
          .help = "is refused, 1 to 100; 0: never",
          .standing = block,
          .max = 100},
      Key{.name = "unusual_pins",
          .type = Type::text,
          .help = "of the tenant: the list of PINs for unusual_pin, where the route has none; empty: refused",
          .max = 64}};
  std::array<Key, n> out;
  for (std::size_t i = 0; i < n; ++i) out[i] = i < first.size() ? first[i] : more[i - first.size()];
  return out;
}

inline constexpr auto system_keys = with_countries(limit_keys({"500.00", "5000.00", "50,80,95", "", "0", "3h"}));
// Many people together refuse what only a burst at an hour without calls comes to, see core/pattern/signal.cpp: by day
// a burst of one must not make the others' calls refused, nor a conference.
inline constexpr auto tenant_keys =
    with_countries(with_habits<13>(limit_keys({"200.00", "2000.00", "50,80,95", "", "0", "0s"}), "90"));
inline constexpr auto department_keys_of_limit =
    with_countries(with_habits<12>(limit_keys({"none", "none", "80,95", "", "0", "0s"}), "90"));
inline constexpr auto extension_keys_of_limit = with_habits<12>(
    limit_keys({"20.00", "200.00", "80,95", "5 per 1s,30 per 10m,distinct 60 per 1h", "4", "0s"}), "90");
inline constexpr auto trunk_keys_of_limit = limit_keys({"none", "none", "80,95", "", "0", "0s"});

}  // namespace rf::document
