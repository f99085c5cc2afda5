#include "shell/control/protocol.hpp"

#include "core/base/limits/server.hpp"

namespace rf::control {
namespace {

using command::Code;
using command::Error;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string write_request(std::string_view command, const Json& args) {
  return line_of({{"command", command}, {"args", args}});
}

std::expected<command::Arguments, Error> arguments_of(const Json& args) {
  command::Arguments out;
  if (args.is_null()) return out;
  if (!args.is_object())
    return std::unexpected(Error{Code::invalid, "args is not an object", "send {\"name\": value}"});
  for (const auto& [key, value] : args.items()) {
    if (value.is_string())
      out.emplace(key, value.get<std::string>());
    else if (value.is_boolean())
      out.emplace(key, value.get<bool>());
    else if (value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX))
      out.emplace(key, value.get<std::int64_t>());
    else
      return std::unexpected(Error{Code::invalid, "an argument is neither text, whole number nor true or false",
                                   "send plain values only"});
  }
  return out;
}

std::expected<command::Checked, Error> read_request(std::string_view line) {
  if (line.size() > QueueLimits::control_request_bytes)
    return std::unexpected(Error{Code::invalid, "the request is longer than 64 KiB", "send less"});
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("command") || !json["command"].is_string())
    return std::unexpected(Error{Code::invalid, "the request is not a command in JSON",
                                 "send {\"command\": \"…\", \"args\": {…}} on one line"});
  const auto arguments = arguments_of(json.value("args", Json()));
  if (!arguments) return std::unexpected(arguments.error());
  auto checked = command::check(json["command"].get_ref<const std::string&>(), *arguments);
  // Nobody but root and the server's own account speaks here.
  if (checked) checked->on_machine = true;
  return checked;
}

std::string write_response(const Outcome& outcome) {
  if (outcome) return line_of({{"ok", true}, {"result", *outcome}});
  const Error& error = outcome.error();
  return line_of(
      {{"ok", false},
       {"error", {{"code", command::name_of(error.code)}, {"message", error.message}, {"remedy", error.remedy}}}});
}

Outcome read_response(std::string_view line) {
  Json json = Json::parse(line, nullptr, false);
  if (json.is_object() && json.contains("ok") && json["ok"].is_boolean()) {
    if (json["ok"].get<bool>()) return json.contains("result") ? std::move(json["result"]) : Json();
    const Json error = json.contains("error") ? json["error"] : Json();
    return std::unexpected(Error{command::parse_code(text_at(error, "code")).value_or(Code::failed),
                                 text_at(error, "message"), text_at(error, "remedy")});
  }
  return std::unexpected(
      Error{Code::failed, "the server's answer makes no sense", "check that server and command are of one version"});
}

}  // namespace rf::control
