// Calling roles (row E6): what their extensions may call at most. Three are built in and mean the same everywhere.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/country.hpp"
#include "core/document/object.hpp"

namespace rf::document {

/// "internal", "national", "international": each reaches as far as it says and calls no costly numbers. Nobody can
/// change or remove them.
std::span<const std::string_view> built_in_roles();
/// The text of one of them; nothing for other names.
std::optional<std::string> built_in_role(std::string_view name);

/// The countries of a list, which are codes that were checked.
CountrySet countries_in(const Table& table, std::string_view key);

/// What holds for an extension under one of the keys that roles have: its own value, else that of its role, which is
/// null when it has none.
std::vector<std::string> right_of(const Table& extension, const Table* role, std::string_view key);
/// How an extension says more for itself than its role lets it: one line for each key. Empty: it does not.
std::vector<std::string> beyond_role(const Table& extension, const Table& role);

}  // namespace rf::document
