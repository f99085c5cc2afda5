// One of two people who talk: what her phone sends, and what she heard of the other one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/srtp/stream.hpp"

namespace rf::talk {

using Room = std::span<std::uint8_t>;

/// A word is 20 ms of speech, and says its own number, whose it is, and nothing that another word says.
inline constexpr std::size_t word_bytes = 160;
inline constexpr std::size_t packet_most = 12 + word_bytes + srtp::growth_most;

/// What one heard of the other.
struct Heard {
  std::uint64_t words = 0;    ///< each counted once
  std::uint64_t twice = 0;    ///< heard again
  std::uint64_t foreign = 0;  ///< that nobody of the two said
  std::uint64_t reports = 0;  ///< RTCP
  std::uint64_t refused = 0;  ///< by her phone, for want of a proof
  std::int64_t longest_silence_ms = 0;
};

/// A phone. Its numbers go on whatever happens to its place and its keys.
class Party {
 public:
  Party(unsigned number, std::uint32_t ssrc, std::uint16_t first_sequence);

  /// From now on it encrypts with `ours` and expects `theirs`.
  void agree(const srtp::MasterKey& ours, const srtp::MasterKey& theirs);
  /// Its stream begins anew: under another SSRC, or under the same one.
  void restart(std::uint32_t ssrc, std::uint16_t sequence);
  void renumber(std::uint16_t sequence) { sequence_ = sequence; }

  /// The next word or report as a packet in `room`, which has packet_most bytes. Its length.
  std::size_t speak(Room room);
  std::size_t report(Room room);
  void hear(std::int64_t now_ms, Room packet, bool rtcp);

  std::uint64_t spoken() const { return spoken_; }
  const Heard& heard() const { return heard_; }
  std::int64_t silent_since_ms = 0;  ///< of the other one; moved when a silence is not to be counted

 private:
  unsigned number_;
  std::uint32_t ssrc_;
  std::uint16_t sequence_;
  std::uint64_t spoken_ = 0;
  std::vector<bool> known_;  ///< words of the other one
  std::optional<srtp::Protector> out_;
  std::optional<srtp::Unprotector> in_;
  Heard heard_;
};

}  // namespace rf::talk
