// Address blocks as people type them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/base/address.hpp"

namespace rf::guard {

/// Reads "192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.0" or "2001:db8::/32".
/// A block whose address has bits beyond its prefix is refused and the block that was perhaps meant is named: in an
/// access list, one digit too few must not quietly become a whole network.
/// Errors: a sentence for the person who typed it.
std::expected<Subnet, std::string> parse_prefix(std::string_view text);

/// The first and the last address of a block.
Address first_of(const Subnet& subnet);
Address last_of(const Subnet& subnet);

}  // namespace rf::guard
