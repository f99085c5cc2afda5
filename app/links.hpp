// One-time links and what they make: browsers that are signed in as an extension (E10).
#pragma once

#include <expected>
#include <string>

#include "app/records.hpp"

namespace rf::app {

/// Errors of all: not_found; add_link also invalid, when no pages are served or there are devices enough.
Outcome add_link(Records& records, const command::AddLink& wish, std::int64_t now_wall_ms);
Outcome remove_links(Records& records, const command::RemoveLinks& wish);
Outcome list_devices(Records& records, const command::ListDevices& wish);
Outcome remove_device(Records& records, const command::RemoveDevice& wish);

/// What a browser gets for a link.
struct LinkedDevice {
  std::string number, display_name, auth_name;
  Secret<std::string> password;
};
/// `body` is the request's: {"token": "…", "device": "what the browser calls itself"}. Errors: why not, for the
/// operator alone.
std::expected<LinkedDevice, std::string> exchange_link(Records& records, const Json& body, std::int64_t now_wall_ms);

}  // namespace rf::app
