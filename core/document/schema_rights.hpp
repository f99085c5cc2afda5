// The keys that say what somebody may call: those of extensions, of their roles, and the countries of every level.
#pragma once

#include <array>
#include <string_view>

#include "core/document/schema.hpp"

namespace rf::document {

inline constexpr std::string_view reach_words[] = {"internal", "national", "international"};
inline constexpr std::string_view costly_words[] = {"premium",        "shared_cost", "personal", "satellite",
                                                    "global_network", "pager",       "unknown"};
inline constexpr Key description{.name = "description", .type = Type::text, .help = "for people", .max = 256};

inline constexpr Key abroad_key{
    .name = "abroad", .type = Type::country, .help = "abroad only these countries; empty: any", .list = true};

/// The same, and which countries may be called from there.
template <std::size_t n>
constexpr std::array<Key, n + 2> with_countries(const std::array<Key, n>& first) {
  std::array<Key, n + 2> out;
  for (std::size_t i = 0; i < n; ++i) out[i] = first[i];
  out[n] = abroad_key;
  out[n + 1] = {.name = "abroad_denied",
                .type = Type::country,
                .help = "never these countries, whatever others allow: country deny",
                .list = true};
  return out;
}

inline constexpr Key pins_key{.name = "pins",
                              .type = Type::object,
                              .help = "a PIN or account code of this list is asked for; empty: none",
                              .refers = Kind::pin_list};
// What an extension may call, by itself or by its role.
inline constexpr Key reach_key{
    .name = "reach", .type = Type::word, .help = "how far it may call", .standing = "national", .words = reach_words};
inline constexpr Key classes_key{.name = "classes",
                                 .type = Type::word,
                                 .help = "costly numbers that it may call",
                                 .list = true,
                                 .words = costly_words};
inline constexpr Key hours_of_caller_key{.name = "hours",
                                         .type = Type::object,
                                         .help = "a schedule outside which it calls nobody outside; empty: any time",
                                         .refers = Kind::schedule};
inline constexpr Key calling_role_keys[] = {
    reach_key, abroad_key, classes_key, hours_of_caller_key, pins_key, description,
};

}  // namespace rf::document
