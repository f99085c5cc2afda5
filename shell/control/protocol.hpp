// Commands as JSON lines: {"command","args"} one way, {"ok","result"|"error"} the other. One line, one answer.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/command/catalog.hpp"

namespace rf::control {

using Json = nlohmann::json;
/// What a command came to.
using Outcome = std::expected<Json, command::Error>;


/// {"command":"extension.show","args":{"number":"1001"}} and a line end.
std::string write_request(std::string_view command, const Json& args);
/// Errors: Code::invalid for anything that is not such a line, and whatever command::check() finds.
std::expected<command::Checked, command::Error> read_request(std::string_view line);
/// {"ok":true,"result":…} or {"ok":false,"error":{"code","message","remedy"}} and a line end. Invalid UTF-8 is
/// replaced.
std::string write_response(const Outcome& outcome);
/// Errors: what the other side says, or Code::failed when it says nothing that makes sense.
Outcome read_response(std::string_view line);

/// Arguments out of JSON. Errors: Code::invalid when a value is neither text, whole number nor truth value.
std::expected<command::Arguments, command::Error> arguments_of(const Json& args);

}  // namespace rf::control
