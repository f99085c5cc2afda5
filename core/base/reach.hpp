// Which addresses we may connect to when somebody else chose where: the guard against being sent to what is ours.
#pragma once

#include <span>

#include "core/base/address.hpp"

namespace rf {

/// Whether anybody in the internet could reach it: no loopback, private, shared, link-local, documentation, benchmark,
/// multicast or reserved address, none that carries another address within (6to4, Teredo, NAT64), and none at which a
/// cloud tells its machines their secrets. Source: IANA special-purpose address registries (RFC 6890).
bool is_public(const Address& address);

/// Public, or within a block that the operator allowed.
bool may_connect(const Address& address, std::span<const Subnet> allowed);

}  // namespace rf
