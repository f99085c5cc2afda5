#include "core/document/roles.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/toll/terms.hpp"

namespace rf::document {
namespace {

// They are named as how far they reach.
constexpr std::string_view names[] = {"internal", "national", "international"};

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

CountrySet countries_in(const Table& table, std::string_view key) {
  CountrySet out;
  for (const std::string& code : table.list(key)) out.set(Country::parse(code).value_or(Country{}).index);
  return out;
}

std::span<const std::string_view> built_in_roles() {
  return names;
}

std::optional<std::string> built_in_role(std::string_view name) {
  if (std::find(std::begin(names), std::end(names), name) == std::end(names)) return std::nullopt;
  return fmt::format("{}\nreach = \"{}\"\ndescription = \"built in\"\n", header_of(Kind::calling_role, name), name);
}

std::vector<std::string> right_of(const Table& extension, const Table* role, std::string_view key) {
  const bool of_role = role != nullptr && !extension.given(key) && find(role->keys(), key) != nullptr;
  return of_role ? role->list(key) : extension.list(key);
}

std::vector<std::string> beyond_role(const Table& extension, const Table& role) {
  std::vector<std::string> out;
  if (extension.given("reach") && extension.word<toll::Reach>("reach") > role.word<toll::Reach>("reach"))
    out.push_back(fmt::format("reach is {}, and its role {} reaches {}", extension.text("reach"), role.name(),
                              role.text("reach")));
  for (const std::string& each : extension.list("classes"))
    if (!has(role.list("classes"), each))
      out.push_back(fmt::format("classes has {}, which its role {} has not", each, role.name()));
  const CountrySet abroad = countries_in(role, "abroad"), own = countries_in(extension, "abroad");
  // An empty list of its own would be any country.
  if (extension.given("abroad") && own.none() && abroad.any())
    out.push_back(fmt::format("abroad is any country, and its role {} has only some", role.name()));
  if (abroad.any() && (own & ~abroad).any())
    out.push_back(fmt::format("abroad has {}, which its role {} has not", rf::text_of(own & ~abroad), role.name()));
  if (extension.given("hours") && !role.text("hours").empty() && extension.text("hours") != role.text("hours"))
    out.push_back(
        fmt::format("hours is {}, and its role {} has {}", extension.text("hours"), role.name(), role.text("hours")));
  return out;
}

}  // namespace rf::document
