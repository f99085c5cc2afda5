// Whose messages are recorded: strangers, and floods from wherever, must not push out those of honest calls.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/base/limits/trace.hpp"
#include "core/base/time.hpp"

namespace rf::trace {

/// Remembers by hashes who proved himself, and counts what everybody brings; nothing of a stranger is kept but counts.
/// Takes the same few steps for each message, whatever it holds.
class Shares {
 public:
  enum class Place : std::uint8_t { nowhere, stranger, known };

  explicit Shares(std::uint64_t seed) : key_(seed), slots_(TraceLimits::sources) {}

  /// Whoever is at the other end of this path showed that he is somebody, or we called him of our own accord.
  void prove(const Flow& flow);
  Place of_received(Now now, const Flow& flow);
  /// What answers a stranger is recorded when what it answers was.
  Place of_sent(Now now, const Flow& flow);

 private:
  struct Slot {
    std::int64_t second = 0, ten_seconds = 0;
    std::uint32_t known = 0, strange = 0;
  };
  std::uint64_t name_of(const Flow& flow) const;
  bool is_known(std::uint64_t name);
  bool has_room(Now now, const Flow& flow);

  HashKey key_;
  std::unordered_set<std::uint64_t> known_, known_before_;
  std::vector<Slot> slots_;
  std::int64_t second_ = 0;
  std::uint32_t strange_ = 0;
  std::array<std::uint64_t, 64> unanswered_{};  ///< strangers whose message was recorded
  std::size_t next_unanswered_ = 0;
};

}  // namespace rf::trace
