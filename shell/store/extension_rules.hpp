// What an extension's fields may hold, in one place for adding and changing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shell/store/store.hpp"

namespace rf::store {

/// Each gives the sentence to show when the value is out of its rules (see NewExtension), nothing when it is good.
std::optional<std::string> fault_in_number(std::string_view number);
std::optional<std::string> fault_in_auth_name(std::string_view auth_name, std::string_view number);
std::optional<std::string> fault_in_password(const Secret<std::string>& password);
std::optional<std::string> fault_in_settings(const ExtensionSettings& settings);

}  // namespace rf::store
