// Which nonce counts were used: the only memory of authentication, and only those who proved a password get into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/auth/nonce.hpp"

namespace rf::auth {

/// Used counts of proven nonces, at most `limit` nonces. Slices by time of issue, each an open-addressing table: whole
/// slices go when their nonces are too old anyway, and the oldest goes when there are too many. What goes moves the
/// watermark: every nonce issued before it counts as forgotten, so that nothing can be replayed.
class NonceCounts {
 public:
  enum class Verdict : std::uint8_t { unused, used, forgotten };

  explicit NonceCounts(std::size_t limit) : limit_(limit > 0 ? limit : 1) {}

  /// Whether this count of this nonce may be accepted. Counts may come out of order within 64 (RFC 7616 §3.4.5 leaves
  /// the window to the server). Changes nothing.
  Verdict look(const Nonce& nonce, std::uint32_t count) const;
  /// Notes a count that look() called unused, and lets go of slices older than `age_ms`.
  void store(std::int64_t clock_ms, std::int64_t age_ms, const Nonce& nonce, std::uint32_t count);
  std::size_t size() const { return size_; }
  /// The oldest beyond a smaller limit go when the next one comes.
  void set_limit(std::size_t limit) { limit_ = limit > 0 ? limit : 1; }
  /// Nonces issued before this time are forgotten.
  std::int64_t watermark_ms() const { return watermark_ms_; }

 private:
  static constexpr std::int64_t slice_ms = 32'768;
  struct Cell {
    std::uint64_t id = 0;    ///< 0: free
    std::uint64_t seen = 0;  ///< bit n: count `highest` - n was used
    std::uint32_t highest = 0;
  };
  struct Slice {
    std::vector<Cell> cells;
    std::size_t used = 0;
    /// Where a nonce stands, or the free cell where it would; there must be cells.
    std::size_t place_of(std::uint64_t id) const;
    Cell& insert(std::uint64_t id);
  };
  /// The known nonce's cell; null without one.
  const Cell* find(const Nonce& nonce) const;
  void remember(std::int64_t clock_ms, const Nonce& nonce, std::uint32_t count);
  void drop_oldest(std::int64_t clock_ms);

  std::deque<Slice> slices_;
  std::int64_t first_ = 0;  ///< number of slices_[0]: its times begin at first_ * slice_ms
  std::int64_t watermark_ms_ = 0;
  std::size_t limit_;
  std::size_t size_ = 0;
};

}  // namespace rf::auth
