// How one leg of a relayed stream is protected, and what proves who is at its other end (rows M1 to M3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/srtp/suite.hpp"

namespace rf::media {

/// The SHA-256 of a DTLS certificate (RFC 8122); all zero: none.
struct Fingerprint {
  std::array<std::uint8_t, 32> sha256{};

  explicit operator bool() const { return *this != Fingerprint{}; }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// ICE of one stream and leg (RFC 8445). We are the lite side: we answer checks and send none.
struct IcePlan {
  std::string our_fragment, peer_fragment;  ///< ice-ufrag; the peer's is empty until its description came
  Secret<std::string> our_password, peer_password;
};

enum class Protection : std::uint8_t { plain, sdes, dtls };
/// "none", "sdes", "dtls": for records and operators.
std::string_view text_of(Protection protection);

/// One leg's part of a plan. The default is RTP in the clear on two ports.
struct LegSecurity {
  Protection protection = Protection::plain;
  srtp::MasterKey ours, theirs;  ///< with sdes: what we send with, and what the peer does; not set until negotiated
  Fingerprint our_fingerprint;   ///< with dtls: which of our certificates was named to the peer
  Fingerprint peer_fingerprint;  ///< with dtls: whose certificate it has to be; none until its description came
  bool we_connect = false;       ///< with dtls: we are the active side (RFC 5763 §5)
  std::optional<IcePlan> ice;    ///< packets count from endpoints that passed a check with these alone
  bool mux = false;              ///< RTP and RTCP share the RTP port, both ways (RFC 5761)
};

/// Why the media of a leg cannot be believed: the call ends, and its record says so.
enum class MediaFault : std::uint8_t {
  fingerprint,      ///< the certificate is not the one that signalling named: somebody is between
  handshake,        ///< the DTLS handshake failed, or took too long
  no_common_suite,  ///< the peer offers no suite of ours in use_srtp
};
std::string_view text_of(MediaFault fault);

}  // namespace rf::media
