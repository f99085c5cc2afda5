#include "core/api/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/limits/people.hpp"

namespace rf::api {
namespace {

using command::Code;
using command::Error;
using command::Kind;
using command::Parameter;
using command::Value;

std::unexpected<Error> fault(std::string_view field, std::string what, std::string remedy) {
  return std::unexpected(
      Error{Code::invalid, fmt::format("{} {}", field, what), std::move(remedy), std::string(field)});
}

std::expected<std::int64_t, Error> number_of(std::string_view field, std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc{} && end == text.data() + text.size() && !text.starts_with('-')) return out;
  return fault(field, "is not a whole number", "give digits alone");
}

/// A text of path or query, as the kind that its parameter has.
std::expected<Value, Error> value_of(const Parameter& p, const std::string& text) {
  if (p.kind == Kind::number) {
    const auto number = number_of(p.name, text);
    if (!number) return std::unexpected(number.error());
    return Value(*number);
  }
  if (p.kind != Kind::flag) return Value(text);
  if (text == "true" || text == "false") return Value(text == "true");
  return fault(p.name, "is not true or false", "give true or false");
}

const Parameter* parameter_of(const Operation& operation, std::string_view name, Place place) {
  for (const Parameter& p : operation.spec->parameters)
    if (p.name == name && operation.place_of(p) == place) return &p;
  return nullptr;
}

std::unexpected<Error> unknown_field(const Operation& operation, std::string_view name, Place place) {
  const auto parameters = operation.spec->parameters;
  const auto at =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == name; });
  const std::string_view here = place == Place::query ? "query" : "body";
  if (at == parameters.end() || operation.place_of(*at) == Place::nowhere)
    return fault(name, "is no field of this operation", fmt::format("see {} in the contract", operation.spec->name));
  return fault(name, fmt::format("does not stand in the {}", here),
               operation.place_of(*at) == Place::path ? "it is part of the path"
               : place == Place::query                ? "send it in the body"
                                                      : "send it in the query");
}

std::expected<void, Error> read_page(const http::Field& field, Page& page) {
  const auto number = number_of(field.name, field.value);
  if (!number) return std::unexpected(number.error());
  const bool limit = field.name == "limit";
  const std::int64_t most = limit ? static_cast<std::int64_t>(ApiLimits::rows_most) : 1'000'000'000;
  if (*number > most || (limit && *number == 0))
    return fault(field.name, fmt::format("is {}, which is not possible", *number),
                 fmt::format("give a whole number from {} to {}", limit ? 1 : 0, most));
  (limit ? page.limit : page.offset) = static_cast<std::size_t>(*number);
  return {};
}

std::expected<void, Error> read_query(const Operation& operation, const Asked& asked, Understood& out) {
  for (const http::Field& field : asked.query) {
    if (operation.paged && (field.name == "limit" || field.name == "offset")) {
      if (auto read = read_page(field, out.page); !read) return read;
      continue;
    }
    const Parameter* p = parameter_of(operation, field.name, Place::query);
    if (p == nullptr) return unknown_field(operation, field.name, Place::query);
    auto value = value_of(*p, field.value);
    if (!value) return std::unexpected(std::move(value.error()));
    out.arguments.emplace(p->name, std::move(*value));
  }
  return {};
}

}  // namespace

std::expected<Understood, Error> understand(const Operation& operation, const Asked& asked, std::string_view caller) {
  Understood out;
  if (operation.paged) out.page.limit = ApiLimits::rows;
  for (std::size_t i = 0; i < operation.in_path.size() && i < asked.in_path.size(); ++i)
    out.arguments.emplace(operation.in_path[i], asked.in_path[i]);
  if (auto read = read_query(operation, asked, out); !read) return std::unexpected(std::move(read.error()));
  if (asked.body != nullptr)
    for (const auto& [name, value] : *asked.body) {
      if (parameter_of(operation, name, Place::body) == nullptr) return unknown_field(operation, name, Place::body);
      out.arguments.emplace(name, value);
    }
  for (const Parameter& p : operation.spec->parameters)
    if (operation.place_of(p) == Place::nowhere && !caller.empty()) out.arguments.emplace(p.name, std::string(caller));
  return out;
}

unsigned status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 422;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::denied:
      return 403;
    case Code::busy:
    case Code::not_running:
      return 503;
    case Code::failed:
      break;
  }
  return 500;
}

std::string target_with(std::string_view path, std::span<const http::Field> query, std::string_view name,
                        std::string_view value) {
  std::string out(path);
  const auto add = [&](std::string_view field, std::string_view text) {
    out += out.size() == path.size() ? '?' : '&';
    out += http::encode(field) + "=" + http::encode(text);
  };
  for (const http::Field& field : query)
    if (field.name != name) add(field.name, field.value);
  add(name, value);
  return out;
}

std::string location_of(const Operation& operation, const command::Arguments& arguments) {
  const std::size_t dot = operation.spec->name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const Operation* show = find(std::string(operation.spec->name.substr(0, dot)) + ".show");
  if (show == nullptr || show->in_path.size() != 1) return {};
  const auto name = arguments.find(show->in_path.front());
  if (name == arguments.end() || !std::holds_alternative<std::string>(name->second)) return {};
  const std::string path =
      show->path.substr(0, show->path.find('{')) + http::encode(std::get<std::string>(name->second));
  const auto tenant = arguments.find("tenant");
  if (tenant == arguments.end()) return path;
  return target_with(path, {}, "tenant", std::get<std::string>(tenant->second));
}

}  // namespace rf::api
