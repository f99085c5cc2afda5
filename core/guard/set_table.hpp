// A table of fixed size for what strangers make us remember: never grows, never slows down, forgets by rank.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "core/base/keyed_hash.hpp"

namespace rf::guard {

/// Eight places a set; a key can lie in one set only, which a keyed hash chooses. When the set is full, the record of
/// the lowest rank makes room: constant cost, and nobody can aim at a set without the key.
/// The memory is taken once, as zeroes that the kernel gives page by page: a quiet system does not pay for it.
/// `Record` is plain bytes, all zero when new, with a member `std::uint64_t key` (never 0 when in use).
template <class Record>
class SetTable {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  static constexpr std::size_t ways = 8;

  /// Room for at least `capacity` records (a power of two, at least eight).
  SetTable(std::size_t capacity, const HashKey& key)
      : sets_(std::bit_ceil(capacity < ways ? 1 : (capacity + ways - 1) / ways)),
        key_(key),
        tags_(zeroes<std::uint16_t>(sets_ * ways)),
        records_(zeroes<Record>(sets_ * ways)) {}

  Record* find(std::uint64_t key) { return const_cast<Record*>(std::as_const(*this).find(key)); }
  const Record* find(std::uint64_t key) const {
    const Place place = place_of(key);
    for (std::size_t way = 0; way < ways; ++way)
      if (tags_[place.first + way] == place.tag && records_[place.first + way].key == key)
        return &records_[place.first + way];
    return nullptr;
  }

  /// The record of this key; if there is none, a zeroed one with its key set, in place of a free one or of the one with
  /// the lowest `rank(record)`. A pointer is good until the next touch().
  template <class Rank>
  Record& touch(std::uint64_t key, Rank&& rank) {
    if (Record* known = find(key)) return *known;
    const Place place = place_of(key);
    std::size_t chosen = place.first;
    std::uint64_t lowest = UINT64_MAX;
    for (std::size_t at = place.first; at < place.first + ways; ++at) {
      if (tags_[at] == 0) {
        chosen = at;
        ++size_;
        lowest = 0;
        break;
      }
      const std::uint64_t value = rank(std::as_const(records_[at]));
      if (value >= lowest) continue;
      lowest = value;
      chosen = at;
    }
    if (tags_[chosen] != 0) ++evicted_;
    tags_[chosen] = place.tag;
    records_[chosen] = Record{};
    records_[chosen].key = key;
    return records_[chosen];
  }

  void erase(std::uint64_t key) {
    Record* record = find(key);
    if (!record) return;
    tags_[record - records_.get()] = 0;
    *record = Record{};
    --size_;
  }

  /// Walks the whole table: for commands and changes of rules, never for a packet.
  template <class Fn>
  void for_each(Fn&& fn) {
    for (std::size_t at = 0; at < sets_ * ways; ++at)
      if (tags_[at] != 0) fn(records_[at]);
  }
  template <class Fn>
  void for_each(Fn&& fn) const {
    for (std::size_t at = 0; at < sets_ * ways; ++at)
      if (tags_[at] != 0) fn(std::as_const(records_[at]));
  }

  /// The same from a place on, for so many places.
  template <class Fn>
  void for_some(std::size_t from, std::size_t count, Fn&& fn) const {
    for (std::size_t at = from; at < std::min(from + count, capacity()); ++at)
      if (tags_[at] != 0) fn(std::as_const(records_[at]));
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return sets_ * ways; }
  std::size_t bytes() const { return capacity() * (sizeof(Record) + sizeof(std::uint16_t)); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  struct Place {
    std::size_t first;
    std::uint16_t tag;
  };
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  template <class T>
  using Memory = std::unique_ptr<T[], Free>;

  template <class T>
  static Memory<T> zeroes(std::size_t count) {
    void* memory = std::calloc(count, sizeof(T));
    if (!memory) throw std::bad_alloc();
    return Memory<T>(static_cast<T*>(memory));
  }

  Place place_of(std::uint64_t key) const {
    const std::uint64_t hash = KeyedHash(key_).add(key).finish();
    return {(hash & (sets_ - 1)) * ways, static_cast<std::uint16_t>(hash >> 48 | 1)};
  }

  std::size_t sets_;
  HashKey key_;
  Memory<std::uint16_t> tags_;  ///< 0: free
  Memory<Record> records_;
  std::size_t size_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace rf::guard
