// A bounded table with stable 64-bit handles; a handle of something that is gone finds nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace rf {

/// Objects in chunks of 256 that never move, found by handle in constant time. `Handle` is an Id<…>: the low 32 bits
/// are the place plus one, the next 28 the generation, so a stale handle is told from a live one. The top four bits are
/// zero: an owner of many tables marks its handles there.
template <class T, class Handle>
class Slots {
 public:
  explicit Slots(std::size_t limit) : limit_(limit) {}
  ~Slots() {
    for (std::uint32_t i = 0; i < used_; ++i)
      if (cell(i).live) cell(i).object()->~T();
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  /// Makes an object and gives its handle; none when `limit` objects live.
  template <class... Args>
  Handle emplace(Args&&... args) {
    if (size_ >= limit_) return {};
    std::uint32_t place;
    if (free_ != none) {
      place = free_;
      free_ = cell(place).next_free;
    } else {
      place = used_++;
      if (place / chunk_size == chunks_.size()) chunks_.push_back(std::make_unique<Cell[]>(chunk_size));
    }
    Cell& c = cell(place);
    ::new (c.storage) T(std::forward<Args>(args)...);
    c.live = true;
    ++size_;
    return Handle{static_cast<std::uint64_t>(c.generation) << 32 | (place + 1)};
  }

  T* find(Handle handle) {
    const std::uint32_t place = static_cast<std::uint32_t>(handle.value) - 1;
    if (static_cast<std::uint32_t>(handle.value) == 0 || place >= used_) return nullptr;
    Cell& c = cell(place);
    return c.live && c.generation == handle.value >> 32 ? c.object() : nullptr;
  }
  const T* find(Handle handle) const { return const_cast<Slots*>(this)->find(handle); }
  /// Begins to read an object that will be asked for soon.
  void fetch(Handle handle) const {
    const std::uint32_t place = static_cast<std::uint32_t>(handle.value) - 1;
    if (static_cast<std::uint32_t>(handle.value) == 0 || place >= used_) return;
    const auto* at = reinterpret_cast<const char*>(&chunks_[place / chunk_size][place % chunk_size]);
    for (std::size_t line = 0; line < sizeof(Cell); line += 64) __builtin_prefetch(at + line, 1);
  }

  void erase(Handle handle) {
    T* object = find(handle);
    RF_CHECK(object != nullptr);
    object->~T();
    const std::uint32_t place = static_cast<std::uint32_t>(handle.value) - 1;
    Cell& c = cell(place);
    c.live = false;
    c.generation = (c.generation + 1) & 0x0fffffff;
    c.next_free = free_;
    free_ = place;
    --size_;
  }

  /// Calls `fn(handle, object)` for every live object. `fn` may erase the object it is called with.
  template <class Fn>
  void for_each(Fn&& fn) {
    for (std::uint32_t i = 0; i < used_; ++i) {
      Cell& c = cell(i);
      if (c.live) fn(Handle{static_cast<std::uint64_t>(c.generation) << 32 | (i + 1)}, *c.object());
    }
  }

  /// The same for the next `count` places from `from` on, round and round: upkeep in small steps. Gives where to go on.
  template <class Fn>
  std::uint32_t for_some(std::uint32_t from, std::uint32_t count, Fn&& fn) {
    for (count = count < used_ ? count : used_; count > 0; --count, ++from) {
      if (from >= used_) from = 0;
      Cell& c = cell(from);
      if (c.live) fn(Handle{static_cast<std::uint64_t>(c.generation) << 32 | (from + 1)}, *c.object());
    }
    return from;
  }

  std::size_t size() const { return size_; }
  std::size_t limit() const { return limit_; }
  /// What is beyond a smaller limit stays.
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  static constexpr std::uint32_t chunk_size = 256;
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Cell {  // what every search reads stands beside the beginning of the object
    std::uint32_t generation = 1;
    std::uint32_t next_free = none;
    bool live = false;
    alignas(T) unsigned char storage[sizeof(T)];
    T* object() { return std::launder(reinterpret_cast<T*>(storage)); }
  };
  Cell& cell(std::uint32_t place) { return chunks_[place / chunk_size][place % chunk_size]; }

  std::vector<std::unique_ptr<Cell[]>> chunks_;
  std::size_t limit_;
  std::size_t size_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t free_ = none;
};

}  // namespace rf
