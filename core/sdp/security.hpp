// What a description says of how a stream is protected: keys in it (SDES), certificates (DTLS-SRTP), ICE.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sdp/sdp.hpp"
#include "core/srtp/suite.hpp"

namespace rf::sdp {

/// What an m= line runs over, of those that we relay.
enum class Profile : std::uint8_t { avp, avpf, savp, savpf, dtls_savp, dtls_savpf };
std::string_view text_of(Profile profile);  ///< "UDP/TLS/RTP/SAVPF"
std::optional<Profile> profile_of(std::string_view proto);
constexpr bool has_feedback(Profile p) {
  return p == Profile::avpf || p == Profile::savpf || p == Profile::dtls_savpf;
}
/// Without any protection; attributes may still offer one (RFC 8643).
constexpr bool is_plain(Profile p) {
  return p == Profile::avp || p == Profile::avpf;
}
constexpr bool is_dtls(Profile p) {
  return p == Profile::dtls_savp || p == Profile::dtls_savpf;
}

/// One a=crypto line with a suite of ours; the suite is the key's.
struct Crypto {
  std::uint32_t tag = 0;
  srtp::MasterKey key;
};

/// Who begins the DTLS handshake (RFC 4145 §4).
enum class Setup : std::uint8_t { active, passive, actpass, holdconn };
std::string_view text_of(Setup setup);

/// The SHA-256 of a certificate.
using CertificateHash = std::array<std::uint8_t, 32>;

/// Views into the description. Keys are wiped when it dies.
struct Security {
  std::vector<Crypto> keys;    ///< that we can use, in their order; see read_security() for what is left out
  bool keys_left_out = false;  ///< there are others
  std::optional<CertificateHash> certificate;
  bool other_hash_only = false;  ///< fingerprints, but none by SHA-256
  std::optional<Setup> setup;
  std::string_view ice_fragment, ice_password;  ///< both or neither
  bool ice_lite = false;
  bool mux = false;  ///< RTP and RTCP may share a port (RFC 5761)
};

/// What is wrong with it: the stream cannot be taken as protected.
enum class SecurityFault : std::uint8_t {
  bad_key,   ///< an a=crypto line that is none, or whose key is not as long as its suite wants
  same_tag,  ///< two a=crypto lines with one number
  bad_fingerprint,
  two_certificates,  ///< two different SHA-256: which of them would it be?
  bad_setup,
  bad_ice,
};
std::string_view text_of(SecurityFault fault);

/// Reads the attributes of one stream of `session`, with those of the session where RFC 8122, 8839 and 4145 let them
/// stand there. Left out of `keys`, as RFC 4568 says: unknown suites, unknown session parameters (§6.3.7: the line is
/// not valid for us), parameters that switch protection off, MKIs, several keys in one line, lifetimes shorter than any
/// call. A fingerprint by another hash than SHA-256 is passed over.
std::expected<Security, SecurityFault> read_security(const Session& session, const Media& media);

/// The name of a stream (a=mid); empty without one, or when it is too long to be repeated.
std::string_view mid_of(const Media& media);
/// The names of the streams that it bundles (RFC 9143), with spaces between; empty: none.
std::string_view bundle_of(const Session& session);

/// Appends "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:…" with its line end.
void append_crypto(std::string& out, const Crypto& crypto);
/// Appends "a=fingerprint:sha-256 AB:…" with its line end.
void append_fingerprint(std::string& out, const CertificateHash& certificate);
/// "sha-256 AB:CD:…"
std::string text_of(const CertificateHash& certificate);

}  // namespace rf::sdp
