// TLS settings in one place: versions, suites, curves, certificates, and whom we believe.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace rf::tls {

/// Shared by the connections made with it; replacing it with a newer one touches none of them.
using Context = std::shared_ptr<ssl_ctx_st>;

/// For accepting: TLS 1.2 and 1.3, forward secrecy and AEAD only, no renegotiation, no compression, session tickets.
/// Errors: a sentence naming the file; a key that is not the certificate's is refused (S2).
std::expected<Context, std::string> server_context(const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key);

/// For connecting: verifies the peer's chain against the system's authorities and those in `authorities` (PEM; empty
/// path: none). The name is set and checked per connection (RFC 5922 §4, RFC 6125).
std::expected<Context, std::string> client_context(const std::filesystem::path& authorities);

}  // namespace rf::tls
