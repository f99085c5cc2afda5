// TLS settings in one place: versions, suites, curves, certificates, and whom we believe.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace rf::tls {

class Challenges;

/// Shared by the connections made with it; replacing it with a newer one touches none of them.
using Context = std::shared_ptr<ssl_ctx_st>;

/// PEM files with certificates that are believed beside the system's authorities.
using Authorities = std::vector<std::filesystem::path>;

/// For accepting: TLS 1.2 and 1.3, forward secrecy and AEAD only, no renegotiation, no compression, session tickets.
/// With `client_authorities`, peers are asked for a certificate and need not have one: who shows one that they or the
/// system's authorities signed is known by its names (Channel::peer_names), all others are nobody, and stay.
/// `challenges`: whoever comes to prove a name is answered with them, see challenges.hpp.
/// Errors: a sentence naming the file; a key that is not the certificate's is refused (S2).
std::expected<Context, std::string> server_context(const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key,
                                                   const Authorities& client_authorities = {},
                                                   const std::shared_ptr<Challenges>& challenges = {});

/// For connecting: verifies the peer's chain against the system's authorities and those in `authorities`. The name is
/// set and checked per connection (RFC 5922 §4, RFC 6125). `certificate`, where there is one, is shown to peers that
/// ask for it: a provider may know us by it.
std::expected<Context, std::string> client_context(const Authorities& authorities,
                                                   const std::filesystem::path& certificate = {},
                                                   const std::filesystem::path& key = {});

}  // namespace rf::tls
