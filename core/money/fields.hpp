// Fixed little-endian fields: how the ledger's entries and snapshots are written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/keyed_hash.hpp"
#include "core/money/account.hpp"

namespace rf::money {

/// Appends fields, or takes them off the front, in the same order: one description of an entry serves both ways.
class FieldWriter {
 public:
  explicit FieldWriter(std::vector<std::uint8_t>& out) : out_(out) {}
  template <class T>
  bool number(T& value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) out_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    return true;
  }

 private:
  std::vector<std::uint8_t>& out_;
};

class FieldReader {
 public:
  explicit FieldReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  bool number(T& value) {
    if (bytes_.size() < sizeof(T)) return false;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::uint64_t{bytes_[i]} << (8 * i);
    value = static_cast<T>(bits);
    bytes_ = bytes_.subspan(sizeof(T));
    return true;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

template <class Side>
bool pass_flag(Side& side, bool& flag) {
  auto byte = static_cast<std::uint8_t>(flag);
  if (!side.number(byte) || byte > 1) return false;
  flag = byte == 1;
  return true;
}

template <class Side>
bool pass_account(Side& side, AccountId& id) {
  auto level = static_cast<std::uint8_t>(id.level);
  if (!side.number(level) || level >= levels) return false;
  id.level = static_cast<Level>(level);
  return side.number(id.id);
}

template <class Side>
bool pass_cap(Side& side, std::optional<std::int64_t>& cap) {
  bool present = cap.has_value();
  std::int64_t value = cap.value_or(0);
  if (!pass_flag(side, present) || !side.number(value)) return false;
  cap = present ? std::optional(value) : std::nullopt;
  return true;
}

template <class Side>
bool pass_limits(Side& side, AccountLimits& limits) {
  if (!pass_cap(side, limits.day) || !pass_cap(side, limits.month)) return false;
  if (!pass_flag(side, limits.prepaid) || !pass_flag(side, limits.locked)) return false;
  return std::all_of(limits.warn_percent.begin(), limits.warn_percent.end(), [&](auto& p) { return side.number(p); });
}

template <class Side>
bool pass_periods(Side& side, Periods& p) {
  return side.number(p.day_start_ms) && side.number(p.day_end_ms) && side.number(p.month_start_ms) &&
         side.number(p.month_end_ms);
}

/// Finds what is torn or rotten; no proof against somebody who can write to the disk.
inline std::uint64_t checksum_of(std::span<const std::uint8_t> body) {
  static constexpr HashKey key(0x6c6564676572);
  return KeyedHash(key).add(std::string_view(reinterpret_cast<const char*>(body.data()), body.size())).finish();
}

}  // namespace rf::money
