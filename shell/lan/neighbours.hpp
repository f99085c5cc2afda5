// Who is on the local networks, by hardware address, as the kernel's neighbour table has it.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::lan {

struct Neighbour {
  std::array<std::uint8_t, 6> mac{};
  Address address;
  friend auto operator<=>(const Neighbour&, const Neighbour&) = default;
};

/// Asks the kernel (rtnetlink), IPv4 and IPv6. Entries that did not answer are left out; at most
/// GuardLimits::neighbours are given, those that the kernel names first. Errors: a sentence.
std::expected<std::vector<Neighbour>, std::string> neighbours();

/// Reads one piece of the kernel's answer into `out`. True when it was the last one, or is none that can be read.
bool read_neighbours(std::span<const char> answer, std::vector<Neighbour>& out);

}  // namespace rf::lan
