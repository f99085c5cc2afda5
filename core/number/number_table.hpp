// Millions of numbers with a small value each, found by reading one cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/keyed_hash.hpp"
#include "core/number/e164.hpp"

namespace rf::number {

/// An immutable hash table whose buckets are cache lines of six numbers with their values. What does not fit goes into
/// the next bucket, so a question reads one line, seldom two. The hash is keyed: whoever writes the numbers cannot aim
/// them at one bucket. 14.2 bytes a number.
class NumberTable {
 public:
  /// `expected`: at least as many as will be put in.
  NumberTable(std::size_t expected, HashKey key);
  /// False when the number was there already; then its value stays.
  bool put(const E164& number, std::uint16_t value);

  std::size_t bucket_of(const E164& number) const {
    const std::uint64_t hash = KeyedHash(key_).add(number.packed()).finish();
    return static_cast<std::size_t>((hash >> 32) * lines_.size() >> 32);
  }
  /// Tells the processor that find() will read this bucket.
  void prefetch(std::size_t bucket) const { __builtin_prefetch(&lines_[bucket]); }
  std::optional<std::uint16_t> find(const E164& number, std::size_t bucket) const;

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return lines_.capacity() * sizeof(Line); }

 private:
  static constexpr std::size_t slots = 6;
  struct alignas(64) Line {
    std::uint64_t numbers[slots]{};  ///< 0: free; filled from the first on
    std::uint16_t values[slots]{};
  };

  std::vector<Line> lines_;
  HashKey key_;
  std::size_t size_ = 0;
};

}  // namespace rf::number
