// Values out of an answer, as a person reads them.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/control/protocol.hpp"

namespace rf::cli {

using control::Json;

std::string text_of(const Json& value);
/// Of a member; empty when it is missing.
std::string text_at(const Json& object, const char* key);
std::int64_t number_at(const Json& object, const char* key);
const Json& list_at(const Json& object, const char* key);

/// One "name  value" pair a line, for things shown singly.
void facts(std::ostream& out, const std::vector<std::pair<std::string_view, std::string>>& rows);

}  // namespace rf::cli
