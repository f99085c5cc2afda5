#include "core/base/timers.hpp"

#include <algorithm>
#include <bit>

namespace rf {

Timers::Timers(std::int64_t start_mono_ms) : current_tick_(start_mono_ms / tick_ms) { heads_.fill(none); }

void Timers::link(std::uint32_t index) {
  Node& node = nodes_[index];
  const std::int64_t tick = std::max(node.tick, current_tick_ + 1);
  // The level is that of the highest digit in which the deadline differs from now, so a slot is due when its digit is.
  const std::uint64_t difference = static_cast<std::uint64_t>(tick) ^ static_cast<std::uint64_t>(current_tick_);
  const unsigned level = std::min(levels - 1, static_cast<unsigned>(std::bit_width(difference) - 1) / bits);
  unsigned slot = static_cast<unsigned>(tick >> (bits * level)) & (slots - 1);
  const bool beyond_the_wheel = tick - current_tick_ >= std::int64_t{1} << (bits * levels);
  if (level == levels - 1 && beyond_the_wheel) slot = (slot + slots - 1) % slots;
  node.list = level * slots + slot;
  node.previous = none;
  node.next = heads_[node.list];
  if (node.next != none) nodes_[node.next].previous = index;
  heads_[node.list] = index;
  occupied_[level][slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void Timers::unlink(std::uint32_t index) {
  Node& node = nodes_[index];
  if (node.previous != none) nodes_[node.previous].next = node.next;
  if (node.next != none) nodes_[node.next].previous = node.previous;
  if (heads_[node.list] == index) heads_[node.list] = node.next;
  if (heads_[node.list] == none) {
    const unsigned slot = node.list % slots;
    occupied_[node.list / slots][slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  }
  node.list = none;
}

Timers::Handle Timers::set(std::int64_t deadline_mono_ms, std::uint64_t owner, std::uint32_t kind) {
  std::uint32_t index;
  if (free_ != none) {
    index = free_;
    free_ = nodes_[index].next;
  } else {
    index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  Node& node = nodes_[index];
  node.tick = deadline_mono_ms / tick_ms + (deadline_mono_ms % tick_ms > 0 ? 1 : 0);
  node.owner = owner;
  node.kind = kind;
  link(index);
  ++size_;
  return static_cast<std::uint64_t>(node.generation) << 32 | (index + 1);
}

void Timers::cancel(Handle& handle) {
  const std::uint32_t index = static_cast<std::uint32_t>(handle) - 1;
  const bool set = static_cast<std::uint32_t>(handle) != 0 && index < nodes_.size() &&
                   nodes_[index].generation == handle >> 32 && nodes_[index].list != none;
  handle = 0;
  if (!set) return;
  unlink(index);
  ++nodes_[index].generation;
  nodes_[index].next = free_;
  free_ = index;
  --size_;
}

void Timers::advance(std::int64_t now_mono_ms, std::vector<Fired>& out) {
  const std::int64_t target = now_mono_ms / tick_ms;
  while (current_tick_ < target) {
    if (size_ == 0) {
      current_tick_ = target;
      return;
    }
    // Jump straight to the next tick at which anything can be due.
    const std::int64_t next = next_deadline() / tick_ms;
    if (next > target) {
      current_tick_ = target;
      return;
    }
    current_tick_ = std::max(next, current_tick_ + 1);
    for (unsigned level = levels; level-- > 0;) {
      if (level > 0 && (current_tick_ & ((std::int64_t{1} << (bits * level)) - 1)) != 0) continue;
      const unsigned slot = static_cast<unsigned>(current_tick_ >> (bits * level)) & (slots - 1);
      std::uint32_t index = heads_[level * slots + slot];
      while (index != none) {
        const std::uint32_t following = nodes_[index].next;
        unlink(index);
        Node& node = nodes_[index];
        if (node.tick <= current_tick_) {
          out.push_back({node.owner, node.kind});
          ++node.generation;
          node.next = free_;
          free_ = index;
          --size_;
        } else {
          link(index);
        }
        index = following;
      }
    }
  }
}

std::int64_t Timers::next_deadline() const {
  if (size_ == 0) return never_ms;
  for (unsigned level = 0; level < levels; ++level) {
    const unsigned now_slot = static_cast<unsigned>(current_tick_ >> (bits * level)) & (slots - 1);
    for (unsigned step = 1; step <= slots; ++step) {
      const unsigned slot = (now_slot + step) % slots;
      const std::uint64_t word = occupied_[level][slot / 64] >> (slot % 64);
      if (word == 0) {
        step += 63 - slot % 64;
        continue;
      }
      const unsigned ahead = static_cast<unsigned>(std::countr_zero(word));
      if (step + ahead > slots) break;
      const std::int64_t base = current_tick_ >> (bits * level);
      return ((base + step + ahead) << (bits * level)) * tick_ms;
    }
  }
  return (current_tick_ + 1) * tick_ms;
}

}  // namespace rf
