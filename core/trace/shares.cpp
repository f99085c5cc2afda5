#include "core/trace/shares.hpp"

#include <algorithm>

namespace rf::trace {
namespace {

void add_address(KeyedHash& hash, const Address& address) {
  std::uint64_t word = 0;
  std::size_t i = 0;
  for (const std::uint8_t byte : address.bytes()) {
    word = word << 8 | byte;
    if (++i % 8 == 0) hash.add(word);
  }
}

}  // namespace

std::uint64_t Shares::name_of(const Flow& flow) const {
  KeyedHash hash(key_);
  hash.add(static_cast<std::uint64_t>(flow.transport)).add(flow.connection.value);
  add_address(hash, flow.remote.address);
  return hash.add(flow.remote.port).finish() | 1;
}

void Shares::prove(const Flow& flow) {
  const std::uint64_t name = name_of(flow);
  if (known_.contains(name)) return;
  if (known_.size() >= TraceLimits::known / 2) {
    known_before_.swap(known_);
    known_.clear();
  }
  known_.insert(name);
}

bool Shares::is_known(std::uint64_t name) {
  return known_.contains(name) || known_before_.contains(name);
}

bool Shares::has_room(Now now, const Flow& flow) {
  KeyedHash hash(key_);
  add_address(hash, flow.remote.address);
  Slot& slot = slots_[hash.finish() % slots_.size()];
  const std::int64_t second = now.mono_ms / 1'000;
  if (slot.ten_seconds != second / 10) slot = {slot.second, second / 10, slot.known, 0};
  if (slot.strange >= TraceLimits::stranger_messages_per_10_s) return false;
  if (second_ != second) {
    second_ = second;
    strange_ = 0;
  }
  if (strange_ >= TraceLimits::stranger_messages_per_s) return false;
  ++slot.strange;
  ++strange_;
  return true;
}

Shares::Place Shares::of_received(Now now, const Flow& flow) {
  const std::uint64_t name = name_of(flow);
  if (is_known(name)) {
    Slot& slot = slots_[name % slots_.size()];
    const std::int64_t second = now.mono_ms / 1'000;
    if (slot.second != second) slot = {second, slot.ten_seconds, 0, slot.strange};
    return ++slot.known > TraceLimits::source_messages_per_s ? Place::nowhere : Place::known;
  }
  if (!has_room(now, flow)) return Place::nowhere;
  unanswered_[next_unanswered_++ % unanswered_.size()] = name;
  return Place::stranger;
}

Shares::Place Shares::of_sent(Now now, const Flow& flow) {
  const std::uint64_t name = name_of(flow);
  if (is_known(name)) return of_received(now, flow);
  const auto waits = std::find(unanswered_.begin(), unanswered_.end(), name);
  if (waits == unanswered_.end()) return Place::nowhere;
  *waits = 0;
  return Place::stranger;
}

}  // namespace rf::trace
