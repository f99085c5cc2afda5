// From [[listener]] to sockets: "any" and "local" become addresses of this host.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/policy/policy.hpp"
#include "shell/config/settings.hpp"

namespace rf::app {

/// Addresses of interfaces that are up, without link-local ones; 127.0.0.1 first.
std::vector<Address> addresses_of_host();
/// Of these the loopback and private ones.
std::vector<Address> local_addresses_of_host();
/// Where calls that come by these listeners can have their media: the addresses they are bound to.
std::vector<Address> media_addresses(std::span<const policy::Listener> listeners);
/// Whether this host has IPv6 at all.
bool has_ipv6();

/// One listener for each address: "any" is 0.0.0.0 and ::, "local" each of `local`. An id depends on transport and
/// endpoint only, so that what was stored about a listener still fits after a restart. Those that name no advertised
/// address advertise `public_address`, when it is of their family and they are not on loopback.
std::vector<policy::Listener> expand(const std::vector<config::ListenerSettings>& settings,
                                     std::span<const Address> local, bool ipv6,
                                     const std::optional<Address>& public_address = {});

}  // namespace rf::app
