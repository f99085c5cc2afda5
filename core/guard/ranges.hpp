// Which value an address has, out of a million blocks or ranges, in a fixed number of steps.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::guard {

/// An immutable map from address ranges to values. Nested blocks are flattened when it is built, so a question is one
/// jump by the first 16 bits and a binary search in what is left (at most 16 steps for IPv4, and no more than the
/// logarithm of the list for IPv6), whatever the lengths of the prefixes are and whoever chose them: there is no hash
/// to aim at. Memory: at most 16 bytes for each IPv4 block, 48 for each IPv6 block, 512 KB of index for long lists.
class Ranges {
 public:
  static constexpr std::uint32_t none = 0xffff'ffff;

  struct Entry {
    Subnet subnet;
    std::uint32_t value = none;
  };
  struct Span {
    Address first;
    Address last;
    std::uint32_t value = none;
  };

  Ranges() = default;
  /// The longest prefix wins; of two equal ones, the later.
  static Ranges of_prefixes(const std::vector<Entry>& entries);
  /// Errors: a sentence naming the first range that is upside down, mixes the families or overlaps another.
  static std::expected<Ranges, std::string> of_spans(const std::vector<Span>& spans);

  /// The value at this address, `none` when nothing covers it.
  std::uint32_t find(const Address& address) const;

  /// Calls `fn(value)` for every piece that the block touches, gaps (`none`) included; stops when it returns true.
  /// Returns whether it did.
  template <class Fn>
  bool any_within(const Subnet& subnet, Fn&& fn) const;

  /// Calls `fn(first, last, value)` for every piece that has a value, in order of addresses, IPv4 first.
  template <class Fn>
  void for_each_piece(Fn&& fn) const;

  bool empty() const { return four_.starts.empty() && six_.starts.empty(); }
  std::size_t pieces() const { return four_.starts.size() + six_.starts.size(); }
  std::size_t bytes() const;

 private:
  struct Wide {
    std::uint64_t high = 0, low = 0;
    friend auto operator<=>(const Wide&, const Wide&) = default;
  };
  /// A piece of address space from here to the next start.
  template <class Number>
  struct Table {
    std::vector<Number> starts;
    std::vector<std::uint32_t> values;
    std::vector<std::uint32_t> index;  ///< for the first 16 bits, the first start not below; empty for short tables

    void build_index();
    /// The piece that `number` lies in; `starts.size()` before the first.
    std::size_t piece_of(Number number) const;
  };
  struct Interval {
    Wide first, last;
    std::uint32_t value;
  };

  static Wide wide(const Address& address);
  static Address address_of(const Wide& number);
  static std::uint32_t narrow(const Address& address) { return address.v4_host_order(); }
  static std::uint64_t top16(std::uint32_t number) { return number >> 16; }
  static std::uint64_t top16(const Wide& number) { return number.high >> 48; }
  static std::vector<std::pair<Wide, std::uint32_t>> flatten(std::vector<Interval> intervals);
  static Ranges of_intervals(std::vector<Interval> four, std::vector<Interval> six);
  template <class Number, class Fn>
  static bool walk(const Table<Number>& table, Number first, Number last, Fn&& fn);

  Table<std::uint32_t> four_;
  Table<Wide> six_;
};

template <class Number, class Fn>
bool Ranges::walk(const Table<Number>& table, Number first, Number last, Fn&& fn) {
  std::size_t piece = table.piece_of(first);
  if (piece == table.starts.size()) {
    if (fn(none)) return true;
    piece = 0;
  } else {
    if (fn(table.values[piece])) return true;
    ++piece;
  }
  for (; piece < table.starts.size() && table.starts[piece] <= last; ++piece)
    if (fn(table.values[piece])) return true;
  return false;
}

Address last_of(const Subnet& subnet);
/// Appends the fewest blocks that make up the addresses from `first` to `last`.
void append_blocks(std::vector<Subnet>& out, const Address& first, const Address& last);

template <class Fn>
void Ranges::for_each_piece(Fn&& fn) const {
  for (std::size_t i = 0; i < four_.starts.size(); ++i) {
    if (four_.values[i] == none) continue;
    const std::uint32_t last = i + 1 < four_.starts.size() ? four_.starts[i + 1] - 1 : UINT32_MAX;
    fn(Address::v4(four_.starts[i]), Address::v4(last), four_.values[i]);
  }
  for (std::size_t i = 0; i < six_.starts.size(); ++i) {
    if (six_.values[i] == none) continue;
    Wide last{UINT64_MAX, UINT64_MAX};
    if (i + 1 < six_.starts.size()) {
      last = six_.starts[i + 1];
      if (last.low-- == 0) --last.high;
    }
    fn(address_of(six_.starts[i]), address_of(last), six_.values[i]);
  }
}

template <class Fn>
bool Ranges::any_within(const Subnet& subnet, Fn&& fn) const {
  const Address last = last_of(subnet);
  if (subnet.base.is_v4()) return walk(four_, narrow(subnet.base), narrow(last), fn);
  return walk(six_, wide(subnet.base), wide(last), fn);
}

}  // namespace rf::guard
