// The HTTP API as data: every command of the catalog as one operation, by one rule.
//
// `extension.add` is POST /api/v1/extensions, `.list` GET of the same, `.show`, `.set` and `.remove` are GET, PATCH and
// DELETE of /api/v1/extensions/{number}; any other verb about one thing is GET or POST of …/{number}/verb. What is
// about no thing is GET or POST of /api/v1/group/verb. Where that reads badly, a short table in operation.cpp says
// otherwise.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/command/catalog.hpp"

namespace rf::api {

enum class Verb : std::uint8_t { get, post, put, patch, remove };
std::string_view name_of(Verb verb);  ///< "GET", "DELETE"

/// Where a parameter stands in a request.
enum class Place : std::uint8_t {
  path,
  query,   ///< of GET and DELETE; and in which tenant, always
  body,    ///< of POST, PUT and PATCH
  nowhere  ///< the server knows it better: the address of whoever asks
};

struct Operation {
  const command::Spec* spec = nullptr;
  Verb verb = Verb::get;
  std::string path;                       ///< "/api/v1/extensions/{number}"
  std::vector<std::string_view> in_path;  ///< its parameters, in order
  const Operation* shown_by = nullptr;    ///< of one that changes a thing: what shows that thing; none: nothing does
  bool creates = false;                   ///< answers 201
  bool brings_file = false;               ///< its body may be as long as a file
  bool paged = false;                     ///< a list without bounds of its own: `limit` and `offset` are the API's

  Place place_of(const command::Parameter& parameter) const;
  bool has_body() const { return verb == Verb::post || verb == Verb::put || verb == Verb::patch; }
};

/// One for each command of the catalog, in its order. Paths and verbs are unique.
std::span<const Operation> operations();
const Operation* find(std::string_view command);

/// What the path of the API begins with.
inline constexpr std::string_view base_path = "/api/v1";

}  // namespace rf::api
