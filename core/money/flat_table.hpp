// A table whose memory is taken once: found by a keyed hash, records that never move, a place for each up to its bound.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/keyed_hash.hpp"

namespace rf::money {

/// Records in places that stay theirs until they are erased; open addressing with linear probing, at most half full.
/// Nothing is allocated after it was made. `Record` has a member `id` of type `Key`; `add_to(OwnHash&, Key)` says
/// what of a key is hashed; keys are ours.
template <class Key, class Record>
class FlatTable {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  FlatTable(std::size_t capacity, const HashKey& key)
      : key_(key), capacity_(capacity), slots_(std::bit_ceil(2 * capacity + 2)) {
    records_.reserve(capacity);
    free_.reserve(capacity);
  }

  std::uint32_t find(const Key& id) const { return find(id, hash_of(id)); }

  /// A search in two steps: whoever looks for several records begins all of them before he waits for the first.
  std::uint64_t begin_find(const Key& id) const {
    const std::uint64_t hash = hash_of(id);
    __builtin_prefetch(&slots_[hash & mask()]);
    return hash;
  }
  void go_on(std::uint64_t hash) const {
    const std::uint32_t place = slots_[hash & mask()].place;
    if (place == 0) return;
    const char* record = reinterpret_cast<const char*>(&records_[place - 1]);
    for (std::size_t at = 0; at < sizeof(Record); at += 64) __builtin_prefetch(record + at, 1);
  }
  std::uint32_t find(const Key& id, std::uint64_t hash) const {
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.place == 0) return none;
      if (slot.tag == tag_of(hash) && records_[slot.place - 1].id == id) return slot.place - 1;
    }
  }

  /// A place for an id that has none yet; `none` when all are taken.
  std::uint32_t insert(const Key& id) {
    if (size_ == capacity_) return none;
    std::uint32_t place = 0;
    if (free_.empty()) {
      place = static_cast<std::uint32_t>(records_.size());
      records_.emplace_back();
    } else {
      place = free_.back();
      free_.pop_back();
      records_[place] = Record{};
    }
    records_[place].id = id;
    const std::uint64_t hash = hash_of(id);
    std::size_t at = hash & mask();
    while (slots_[at].place != 0) at = (at + 1) & mask();
    slots_[at] = {tag_of(hash), place + 1};
    ++size_;
    return place;
  }

  void erase(std::uint32_t place) {
    std::size_t hole = hash_of(records_[place].id) & mask();
    while (slots_[hole].place != place + 1) hole = (hole + 1) & mask();
    // What was pushed past the hole comes back, so that a search need not know of erased slots.
    for (std::size_t at = (hole + 1) & mask(); slots_[at].place != 0; at = (at + 1) & mask()) {
      const std::size_t home = hash_of(records_[slots_[at].place - 1].id) & mask();
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
    records_[place].id = Key{};
    free_.push_back(place);
    --size_;
  }

  /// Of a record of this table.
  std::uint32_t place_of(const Record& record) const { return static_cast<std::uint32_t>(&record - records_.data()); }
  Record& operator[](std::uint32_t place) { return records_[place]; }
  const Record& operator[](std::uint32_t place) const { return records_[place]; }

  /// Calls `fn(record)` for each; walks the whole table.
  template <class Fn>
  void for_each(Fn&& fn) const {
    for (const Slot& slot : slots_)
      if (slot.place != 0) fn(records_[slot.place - 1]);
  }
  template <class Fn>
  void for_each_place(Fn&& fn) const {
    for (const Slot& slot : slots_)
      if (slot.place != 0) fn(slot.place - 1);
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::size_t bytes() const {
    return capacity_ * (sizeof(Record) + sizeof(std::uint32_t)) + slots_.size() * sizeof(Slot);
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place = 0;  ///< plus one; 0: free
  };
  std::size_t mask() const { return slots_.size() - 1; }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::uint64_t hash_of(const Key& id) const {
    OwnHash hash(key_);
    add_to(hash, id);
    return hash.finish();
  }

  HashKey key_;
  std::size_t capacity_;
  std::vector<Slot> slots_;
  std::vector<Record> records_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace rf::money
