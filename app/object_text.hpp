// Objects between the database, the text of a policy file, and the answers of commands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/records.hpp"
#include "core/document/change.hpp"

namespace rf::app {

/// Everything that is configured about calls, as read_objects() would give it; extensions with their accounts. `rows`:
/// with rates and numbers.
store::Expected<std::vector<document::Object>> all_objects(Records& records, bool rows);

/// The settings of an account that an extension's object says.
store::ExtensionSettings account_of(const document::Table& table);
store::ExtensionChange change_to(const store::ExtensionSettings& settings);

/// Every value that holds for an object, with where it comes from.
Json values_json(const document::Table& table, const std::optional<document::Table>& all);
Json json_of(const std::vector<document::Change>& changes);
/// The same in words for the audit log, bounded: where there is no room for its values a change is told by its name.
std::string told_of(const std::vector<document::Change>& changes);

}  // namespace rf::app
