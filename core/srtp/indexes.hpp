// Which indexes a stream has used: rollover counter and replay window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "core/srtp/stream.hpp"

namespace rf::srtp {

/// The last indexes of one stream. Source: RFC 3711 §3.3.2, which wants 64 of them at least.
class ReplayWindow {
 public:
  static constexpr std::uint64_t width = 128;

  bool started() const { return started_; }
  std::uint64_t newest() const { return newest_; }
  /// Whether `index` is new: then nothing, else replayed or too_old. Changes nothing.
  std::optional<Refusal> objection(std::uint64_t index) const;
  /// `index` was used; there was no objection.
  void use(std::uint64_t index);

 private:
  std::uint64_t newest_ = 0;
  std::uint64_t near_ = 0, far_ = 0;  ///< bit i: newest - i (far: newest - 64 - i)
  bool started_ = false;
};

/// The index (rollover counter, sequence number) of a packet: the one nearest to the newest.
/// A stream begins with a rollover counter of zero, so what would be before that is taken for a long way ahead; on the
/// receiving side the tag decides. Errors: key_spent when it would need a 33rd bit of rollover counter.
/// Source: RFC 3711 §3.3.1, appendix A.
std::expected<std::uint64_t, Refusal> estimate(std::uint16_t sequence, std::uint64_t newest);

/// The indexes of SRTCP that we send with: one series for all SSRCs of a key, since only repetition is forbidden.
class RtcpIndexes {
 public:
  static constexpr std::uint32_t end = 0x8000'0000;

  explicit RtcpIndexes(std::uint32_t next = 0) : next_(next) {}
  /// None when all 2^31 are used. Source: RFC 3711 §3.4, §9.2.
  std::optional<std::uint32_t> take() { return next_ == end ? std::nullopt : std::optional(next_++); }

 private:
  std::uint32_t next_;
};

/// What one SSRC has used under one key.
struct Stream {
  std::uint32_t ssrc = 0;
  std::uint16_t shift = 0;  ///< that its numbers leave with: Protector::renumber()
  ReplayWindow rtp, rtcp;
};

/// The SSRCs of one key, at most SrtpLimits::streams. None is ever taken out.
class Streams {
 public:
  /// Null when it is not there.
  Stream* find(std::uint32_t ssrc);
  bool full() const;
  /// Not found before, and not full().
  Stream& add(std::uint32_t ssrc);
  const std::vector<Stream>& all() const { return streams_; }

 private:
  std::vector<Stream> streams_;
  std::size_t last_ = 0;  ///< found last: usually the one that is looked for
};

}  // namespace rf::srtp
