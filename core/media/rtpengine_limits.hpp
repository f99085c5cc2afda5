// Bounds of what we ask rtpengine servers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/limits.hpp"

namespace rf {

/// Bounds of what we ask rtpengine servers. Fixed.
struct RtpengineLimits {
  static constexpr std::size_t servers = 16;            ///< configured; more are a fault of the file
  static constexpr std::size_t message_bytes = 65'507;  ///< of a question or an answer; a longer one is none
  static constexpr std::size_t depth = 8;               ///< of lists and dictionaries in each other; deeper is malformed
  static constexpr std::size_t elements = 4'096;        ///< of one answer; more are malformed
  static constexpr std::size_t questions = 8'192;       ///< of one server, under way; then streams go to others
  static constexpr std::uint32_t first_wait_ms = 250;   ///< before the first repetition; then doubled
  static constexpr std::uint32_t requests = 4;          ///< of one question; then the server counts as down
  static constexpr std::uint32_t ping_every_ms = 2'000;
  static constexpr std::size_t stock = 64;       ///< streams kept open for calls to come; without one a call falls back
  static constexpr std::size_t stock_most = 256; ///< of them in the engine; further ones are given back
  static constexpr std::int64_t stock_age_ms = 900'000;   ///< then given back: a server forgets what is silent
  static constexpr std::int64_t refill_wait_ms = 1'000;   ///< after no server took one
  static constexpr std::int64_t look_every_ms = 5'000;    ///< how often a stream of a call is looked after
  static constexpr std::int64_t look_at_stock_ms = 30'000;
  static constexpr std::int64_t lost_after_ms = 20'000;   ///< without an answer; then its call ends
};

}  // namespace rf
