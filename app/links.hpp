// One-time links and what they make: browsers that are signed in as an extension (E10).
#pragma once

#include <expected>
#include <string>

#include "app/records.hpp"
#include "core/policy/policy.hpp"

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
std::expected<LinkedDevice, std::string> exchange_link(Records& records, const Json& body, const Address& from,
                                                       std::int64_t now_wall_ms);

/// The device of that name of the extension of that number; none: there is no such.
DeviceId device_named(const policy::Policy& policy, TenantId tenant, std::string_view number,
                      std::string_view auth_name);

/// A device that showed its password.
struct ProvenDevice {
  TenantId tenant;
  std::string number, auth_name;
};
/// `body` is a request's: {"auth_name": "…", "password": "…"}. Takes the same steps for names that there are and for
/// others. Errors: the name that it came with.
std::expected<ProvenDevice, std::string> prove_device(const policy::Policy& policy, const Json& body);

}  // namespace rf::app
