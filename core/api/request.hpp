// What a request brings, turned into the arguments of its command; and how a command's error is told by HTTP.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "core/api/operation.hpp"
#include "core/http/url.hpp"

namespace rf::api {

/// A request, read but not understood yet.
struct Asked {
  std::span<const std::string> in_path;  ///< decoded, in the order of Operation::in_path
  std::span<const http::Field> query;
  const command::Arguments* body = nullptr;  ///< none: it had none
};

/// Which part of a list is wanted, of one that the API pages.
struct Page {
  std::size_t limit = 0;
  std::size_t offset = 0;
};

struct Understood {
  command::Arguments arguments;
  Page page;
};

/// `caller` is the address of whoever asks, for commands that must not shut him out. Errors: invalid, with the field
/// that is unknown, in the wrong place or of the wrong kind.
std::expected<Understood, command::Error> understand(const Operation& operation, const Asked& asked,
                                                     std::string_view caller);

/// The status of an error. Faults of a command's values are 422, for what could not be read at all is 400.
unsigned status_of(command::Code code);

/// "/api/v1/cdrs?limit=100&offset=200" with one field put to another value.
std::string target_with(std::string_view path, std::span<const http::Field> query, std::string_view name,
                        std::string_view value);

/// The path of what was made: "/api/v1/extensions/1001". Empty: nothing shows it.
std::string location_of(const Operation& operation, const command::Arguments& arguments);

}  // namespace rf::api
