#include "core/guard/prefix.hpp"

#include <fmt/format.h>

#include <bit>

namespace rf::guard {
namespace {

/// The text of a stranger's list may be quoted to its reader; not all of it.
std::string_view quoted(std::string_view text) {
  return text.substr(0, 64);
}

}  // namespace

std::expected<Subnet, std::string> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::unexpected(fmt::format("'{}' is not an address or a block", quoted(text)));
  if (slash == std::string_view::npos) return Subnet{*address, 128};
  const std::string_view length = text.substr(slash + 1);
  std::optional<Subnet> subnet;
  if (length.find('.') != std::string_view::npos) {
    const auto mask = Address::parse(length);
    if (!mask || !mask->is_v4()) return std::unexpected(fmt::format("'{}' is not a netmask", quoted(length)));
    if (!address->is_v4()) return std::unexpected(std::string("an IPv6 block is written with a prefix length"));
    const std::uint32_t bits = mask->v4_host_order();
    const int ones = std::countl_one(bits);
    if (std::popcount(bits) != ones)
      return std::unexpected(fmt::format("the netmask {} has a hole in it", quoted(length)));
    subnet = Subnet::parse(fmt::format("{}/{}", address->text(), ones));
  } else {
    subnet = Subnet::parse(text);
  }
  if (!subnet)
    return std::unexpected(
        fmt::format("'{}' is not a prefix length (0 to {})", quoted(length), address->is_v4() ? 32 : 128));
  if (subnet->base != *address)
    return std::unexpected(
        fmt::format("{} has address bits beyond its prefix; the block is {}", quoted(text), subnet->text()));
  return *subnet;
}

Address first_of(const Subnet& subnet) {
  return subnet.base;
}

Address last_of(const Subnet& subnet) {
  auto bytes = subnet.base.bytes();
  for (unsigned bit = subnet.prefix; bit < 128; ++bit) bytes[bit / 8] |= static_cast<std::uint8_t>(0x80u >> bit % 8);
  return Address::from_bytes(bytes);
}

}  // namespace rf::guard
