// SRTP and SRTCP of one direction: what we send is protected, what comes is believed or refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/srtp/suite.hpp"

namespace rf::srtp {

enum class Refusal : std::uint8_t {
  malformed,         ///< not RTP (RTCP) of version 2, shorter than it says, RTCP in the clear, or no room for the tag
  not_authentic,     ///< its tag does not fit: forged, damaged, or under another key
  replayed,          ///< its index was seen (or, when protecting, sent) already
  too_old,           ///< further behind the newest than the replay window reaches
  too_many_streams,  ///< SrtpLimits::streams SSRCs use this key already
  key_spent,         ///< the key's lifetime is over: 2^48 packets of a stream, 2^31 of RTCP
};
std::string_view text_of(Refusal refusal);

/// What we send under one master key. No index of an SSRC is ever used twice, whatever is to be sent: two packets under
/// one index would show the eavesdropper their difference, and with AES-GCM the key that authenticates.
///
/// It lives as long as its key: a second one of the same key would begin its indexes anew. A new key begins with a
/// rollover counter of zero (RFC 4568 §7.1.4), which peers expect when the stream's address or SSRC is another one too.
/// A stream that turns its numbering back under its SSRC is refused until it is ahead again, since no receiver could
/// tell it from a replay, or until renumber() says that it is meant so.
///
/// Works in place: `packet` begins with `bytes` of RTP (RTCP) and has room for growth_most behind them. Gives the new
/// length. No allocation but for an SSRC that is new. What was refused is not to be sent.
/// Errors: malformed, replayed, too_old, too_many_streams, key_spent.
/// Source: RFC 3711, RFC 6188, RFC 7714; key derivation rate 0, no MKI.
class Protector {
 public:
  /// None when the key is not set.
  static std::optional<Protector> make(const MasterKey& key);
  Protector(Protector&&) noexcept;
  Protector& operator=(Protector&&) noexcept;
  ~Protector();

  std::expected<std::size_t, Refusal> protect_rtp(std::span<std::uint8_t> packet, std::size_t bytes);
  std::expected<std::size_t, Refusal> protect_rtcp(std::span<std::uint8_t> packet, std::size_t bytes);
  /// The stream of `ssrc` begins anew with `sequence`. From here on its packets leave under numbers that follow those
  /// that were used. Nothing happens when none was.
  void renumber(std::uint32_t ssrc, std::uint16_t sequence);

 private:
  struct Sender;
  explicit Protector(std::unique_ptr<Sender> sender);
  std::unique_ptr<Sender> sender_;
};

/// What one peer sends to us. Only a packet that is authentic changes anything here, and what was accepted once is not
/// accepted again while its key lives: SSRCs are never forgotten, so those above SrtpLimits::streams are refused.
///
/// Works in place: gives the length of the RTP (RTCP) that `packet` then begins with. The bytes of a refused packet are
/// worth nothing. No allocation but for an SSRC that is new.
/// Errors: malformed, not_authentic, replayed, too_old, too_many_streams, key_spent.
/// Source: RFC 3711 §3.3, §3.4 with a replay window of 128; RFC 6188, RFC 7714; key derivation rate 0, no MKI.
class Unprotector {
 public:
  /// None when the key is not set.
  static std::optional<Unprotector> make(const MasterKey& key);
  Unprotector(Unprotector&&) noexcept;
  Unprotector& operator=(Unprotector&&) noexcept;
  ~Unprotector();

  std::expected<std::size_t, Refusal> unprotect_rtp(std::span<std::uint8_t> packet);
  std::expected<std::size_t, Refusal> unprotect_rtcp(std::span<std::uint8_t> packet);

  /// The same peer changed its key. The former one counts until a packet under the new one was authentic, at most for
  /// SrtpLimits::former_key_packets, and is wiped then. The key in use, or the former one while it counts, go on with
  /// what they know: to name them again opens no window. False, and nothing changes, when the key is not set.
  /// Another peer gets an Unprotector of its own.
  ///
  /// The rollover counter of a known SSRC goes on (RFC 3711 §3.3.1) or begins at zero (RFC 4568 §7.1.4, and what many
  /// phones do in either case): whichever is authentic.
  bool rekey(const MasterKey& key);
  /// Whether the peer was not heard under its new key yet: the former one counts.
  bool is_changing() const;

 private:
  struct Receiver;
  explicit Unprotector(std::unique_ptr<Receiver> receiver);
  std::unique_ptr<Receiver> receiver_;
};

}  // namespace rf::srtp
