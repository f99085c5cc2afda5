// Bounds of what is recorded of signalling, and of what is sent of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// What the file may change ([trace]); 0 switches a part off.
struct TraceKeep {
  std::uint32_t budget_mb = 256;  ///< of whole messages; beyond it the oldest go
  std::uint32_t log_mb = 512;     ///< of summaries; beyond it the oldest go
  std::uint32_t days = 90;        ///< then both are deleted

  friend bool operator==(const TraceKeep&, const TraceKeep&) = default;
};

/// Fixed.
struct TraceLimits {
  static constexpr std::size_t queue_bytes = 8u << 20;  ///< waiting to be written; further messages are only counted
  static constexpr std::size_t queue_messages = 16'384;
  static constexpr std::size_t segment_bytes = 4u << 20;           ///< of one file; then another one is begun
  static constexpr std::size_t segments = 4'096;                   ///< files of one kind; beyond it the oldest go
  static constexpr std::uint32_t stranger_part = 16;               ///< one in so many of the budget is for strangers
  static constexpr std::uint32_t stranger_messages_per_s = 20;     ///< of all of them, both ways; others are counted
  static constexpr std::uint32_t stranger_messages_per_10_s = 40;  ///< of sources that share a slot of `sources`
  static constexpr std::uint32_t source_messages_per_s = 2'000;    ///< of somebody known; others are counted
  static constexpr std::size_t sources = 4'096;                    ///< slots that these are counted in
  static constexpr std::size_t known = 65'536;          ///< who proved themselves; the earliest are forgotten
  static constexpr std::size_t dialogs = 65'536;        ///< legs whose call is known; the earliest are forgotten
  static constexpr std::size_t shown = 2'000;           ///< messages of one answer; it says that there are more
  static constexpr std::size_t shown_bytes = 8u << 20;  ///< of one answer
  static constexpr std::size_t participants = 8;        ///< of a ladder; further ones share the last place
  static constexpr std::size_t text_bytes = 512;        ///< of a note
  static constexpr std::size_t hep_messages = 4'096;    ///< waiting to be sent; further ones are counted
  static constexpr std::size_t hep_bytes = 8u << 20;
  static constexpr std::uint32_t hep_retry_ms = 5'000;     ///< after a failure, until the next connection
  static constexpr std::uint32_t hep_patience_ms = 5'000;  ///< for a connection, and for what it does not take
  static constexpr std::uint32_t disk_retry_ms = 10'000;   ///< after a failure of the disk, until the next file
  static constexpr std::uint32_t settle_ms = 2'000;  ///< for what waits to be written before a question is answered
};

}  // namespace rf
