// The certificate that we show to peers of encrypted media, and the rules of DTLS that hold with it.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "core/media/security.hpp"

struct ssl_ctx_st;

namespace rf::dtls {

/// A self-signed certificate (ECDSA P-256) with a random name, never written to disk, believed by its fingerprint
/// alone. DTLS 1.2 only, ECDHE with AEAD, no session is resumed, renegotiated or compressed, no certificate authority
/// is asked. Shared by the threads; associations made with it live as long as they like. Source: RFC 5763 §5, RFC 8842,
/// RFC 9325.
class Identity {
 public:
  /// `wall_ms`: now; it is valid from a day before, for a month. Errors: a sentence.
  static std::expected<std::shared_ptr<const Identity>, std::string> make(std::int64_t wall_ms);

  /// What signalling names to the peer.
  const media::Fingerprint& fingerprint() const { return fingerprint_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  Identity() = default;

  std::shared_ptr<ssl_ctx_st> context_;
  media::Fingerprint fingerprint_;
};
using IdentityRef = std::shared_ptr<const Identity>;

/// The two that are named to peers at a time, so that one who comes from another relay of ours can be told another
/// certificate than there, which makes it begin anew (RFC 8842 §4.4).
using Identities = std::array<IdentityRef, 2>;
/// Errors: as of Identity::make.
std::expected<Identities, std::string> make_identities(std::int64_t wall_ms);

}  // namespace rf::dtls
