// The cryptographic transform of one master key and one way: where a packet is encrypted, authenticated, and by what.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "core/base/secret.hpp"
#include "core/srtp/aes.hpp"
#include "core/srtp/keyed_sha1.hpp"
#include "core/srtp/keys.hpp"
#include "core/srtp/suite.hpp"
#include "core/srtp/wire.hpp"

namespace rf::srtp {

/// E and the index, behind SRTCP packets.
inline constexpr std::size_t rtcp_word_bytes = 4;
/// The common header and the sender's SSRC: what stays readable of RTCP.
inline constexpr std::size_t rtcp_head_bytes = 8;

/// Bytes of the header that stay readable: fixed part, CSRCs, header extension. None when `packet` is not RTP of
/// version 2 or ends within it. Source: RFC 3550 §5.1, §5.3.1.
std::optional<std::size_t> rtp_head_bytes(Bytes packet);
/// Whether it begins as RTCP of version 2 does, with the sender's SSRC.
bool is_rtcp(Bytes packet);

/// One of RTP and RTCP under its three session keys.
/// Source: RFC 3711 §4.1, §4.2, RFC 6188, RFC 7714 §8, §9.
class Half {
 public:
  static std::optional<Half> make(Suite suite, Kind kind, const SessionKeys& keys, Gcm::Way way);

  /// Bytes behind the text: the tag, and for RTCP E and the index.
  std::size_t growth() const;
  /// Encrypts `packet` behind `head` bytes and up to the last growth() bytes, which it writes.
  /// `index`: 48 bits of rollover counter and sequence number, or the 31 of RTCP.
  bool seal(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const;
  /// The other way. False when it is not authentic; what is behind `head` is worth nothing then.
  bool open(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const;
  /// The index that a packet of RTCP names; it is longer than growth(). None when it is in the clear.
  std::optional<std::uint32_t> index_in(Bytes packet) const;
  /// Makes of a packet that open() refused what it was before.
  void restore(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const;

 private:
  struct Counter {
    CounterMode cipher;
    KeyedSha1 hash;
  };
  Half(Kind kind, std::size_t tag, std::variant<Counter, Gcm> keys, const Secret<Block>& salt)
      : kind_(kind), tag_(tag), keys_(std::move(keys)), salt_(salt) {}

  Block iv(std::uint32_t ssrc, std::uint64_t index) const;
  Gcm::Message message(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const;
  std::size_t tag_at(Bytes packet) const;

  Kind kind_;
  std::size_t tag_;
  std::variant<Counter, Gcm> keys_;
  Secret<Block> salt_;  ///< 14 bytes (GCM: 12), then zeros
};

/// Both of them.
struct Transform {
  Half rtp, rtcp;

  /// None when the key is not set, or OpenSSL has no memory.
  static std::optional<Transform> make(const MasterKey& master, Gcm::Way way);
};

}  // namespace rf::srtp
