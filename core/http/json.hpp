// JSON as strangers may bring it: one object, in which nothing is said twice and nothing lies deep.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace rf::http {

/// Reads a whole text. Refused are texts that are no object, that are no UTF-8, that have a name twice in one object
/// (of which one reader would take the first and another the last), that are nested deeper than ApiLimits::json_depth,
/// and objects or lists of more than ApiLimits::json_members. Takes no more stack for whatever is nested. Errors: a
/// sentence. Source: RFC 8259 §4, RFC 7493 §2.3.
std::expected<nlohmann::json, std::string> read_object(std::string_view text);

}  // namespace rf::http
