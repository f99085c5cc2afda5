// A writer of small MaxMind DB files, honest and otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/address.hpp"

namespace rf::geo {

/// Nodes of 24-bit records; blocks must not overlap. Source: MaxMind DB file format 2.0.
class Mmdb {
 public:
  explicit Mmdb(std::uint16_t version = 6) : version_(version) {}

  /// Puts a block at a record of the given data, whatever that is: see country().
  Mmdb& add(std::string_view block, std::string_view record) {
    const Subnet subnet = *Subnet::parse(block);
    auto bits = subnet.base.bytes();
    if (subnet.base.is_v4()) bits[10] = bits[11] = 0;
    const unsigned start = version_ == 6 ? 0 : 96;
    std::uint32_t node = 0;
    for (unsigned depth = start;; ++depth) {
      const std::size_t side = bits[depth / 8] >> (7 - depth % 8) & 1;
      if (depth + 1 == subnet.prefix) {
        nodes_[node][side] = data_flag | static_cast<std::uint32_t>(data_.size());
        break;
      }
      if (nodes_[node][side] == empty) {
        nodes_[node][side] = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({empty, empty});
      }
      node = nodes_[node][side];
    }
    data_ += record;
    return *this;
  }
  /// Lets a side of a node lead to another node.
  Mmdb& link(std::uint32_t node, std::size_t side, std::uint32_t to) {
    nodes_[node][side] = to;
    return *this;
  }
  /// The number of the node that the tree reaches with these first bits.
  std::uint32_t node_at(const std::string& bits) const {
    std::uint32_t node = 0;
    for (const char bit : bits) node = nodes_[node][static_cast<std::size_t>(bit - '0')];
    return node;
  }

  std::string bytes() const {
    std::string out;
    const auto nodes = static_cast<std::uint32_t>(nodes_.size());
    for (const auto& node : nodes_)
      for (const std::uint32_t record : {node.first, node.second}) {
        const std::uint32_t value = record == empty      ? nodes
                                    : record & data_flag ? nodes + 16 + (record & ~data_flag)
                                                         : record;
        out += {static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
      }
    out += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    const auto number = [](std::uint32_t value) {
      return std::string("\xc4", 1) + static_cast<char>(value >> 24) + static_cast<char>(value >> 16) +
             static_cast<char>(value >> 8) + static_cast<char>(value);
    };
    const auto small = [](std::uint16_t value) {
      return std::string("\xa2", 1) + static_cast<char>(value >> 8) + static_cast<char>(value);
    };
    out += std::string("\xe9", 1) + text("node_count") + number(nodes) + text("record_size") + small(24) +
           text("ip_version") + small(version_) + text("database_type") + text("Test") + text("languages") +
           std::string("\x00\x04", 2) + text("binary_format_major_version") + small(2) +
           text("binary_format_minor_version") + small(0) + text("build_epoch") + std::string("\x04\x02", 2) +
           std::string("\x6a\x32\xfa\xcc", 4) + text("description") + std::string("\xe0", 1);
    return out;
  }

  static std::string text(std::string_view value) {
    return static_cast<char>(0x40 | value.size()) + std::string(value);
  }
  /// {"country_code": code}
  static std::string country(std::string_view code) {
    return std::string("\xe1", 1) + text("country_code") + text(code);
  }
  /// {"country": {"iso_code": code}}
  static std::string nested(std::string_view code) {
    return std::string("\xe1", 1) + text("country") + std::string("\xe1", 1) + text("iso_code") + text(code);
  }

 private:
  static constexpr std::uint32_t empty = 0xffff'ffff, data_flag = 0x8000'0000;

  struct Sides {
    std::uint32_t first, second;
    std::uint32_t& operator[](std::size_t side) { return side == 0 ? first : second; }
    std::uint32_t operator[](std::size_t side) const { return side == 0 ? first : second; }
  };
  std::uint16_t version_;
  std::vector<Sides> nodes_{{empty, empty}};
  std::string data_;
};

}  // namespace rf::geo
