#include "shell/tls/context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <optional>

#include "shell/tls/challenges.hpp"

namespace rf::tls {
namespace {

/// OpenSSL's own reason for what just failed, for the operator.
std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = ERR_reason_error_string(code);
  return text != nullptr ? text : "unknown reason";
}

/// What holds in both roles. Source: RFC 9325 §3 and §4.
Context base_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return nullptr;
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  const bool ok = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                  SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1;
  return ok ? context : nullptr;
}

/// What a stranger may make us read and check.
constexpr int chain_depth = 4;
constexpr long chain_bytes = 32l << 10;

/// Errors: a sentence naming the file.
std::optional<std::string> believe(SSL_CTX* context, const Authorities& authorities) {
  if (SSL_CTX_set_default_verify_paths(context) != 1)
    return fmt::format("the system's certificate authorities cannot be read: {}", reason());
  for (const std::filesystem::path& each : authorities)
    if (SSL_CTX_load_verify_locations(context, each.c_str(), nullptr) != 1)
      return fmt::format("certificate authorities {} cannot be read: {}", each.string(), reason());
  return std::nullopt;
}

/// Errors: a sentence naming the file.
std::optional<std::string> show(SSL_CTX* context, const std::filesystem::path& certificate,
                                const std::filesystem::path& key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return fmt::format("certificate {} cannot be read: {}", certificate.string(), reason());
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fmt::format("key {} cannot be used with certificate {}: {}", key.string(), certificate.string(), reason());
  if (SSL_CTX_check_private_key(context) != 1)
    return fmt::format("key {} is not the key of certificate {}", key.string(), certificate.string());
  return std::nullopt;
}

}  // namespace

std::expected<Context, std::string> server_context(const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key,
                                                   const Authorities& client_authorities,
                                                   const std::shared_ptr<Challenges>& challenges) {
  ERR_clear_error();
  Context context = base_context(TLS_server_method());
  if (!context) return std::unexpected(fmt::format("TLS cannot be set up: {}", reason()));
  SSL_CTX* const raw = context.get();
  if (auto fault = show(raw, certificate, key)) return std::unexpected(std::move(*fault));
  static constexpr unsigned char session_scope[] = "ringfence";
  SSL_CTX_set_session_id_context(raw, session_scope, sizeof session_scope - 1);
  // Tickets carry the session; a cache would be memory that strangers fill.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_early_data(raw, 0);
  if (challenges && !answer_challenges(context, challenges))
    return std::unexpected(fmt::format("TLS cannot be set up: {}", reason()));
  // Phones that know nothing of certificates of their own (Linphone) do not get over being asked.
  if (client_authorities.empty()) return context;
  if (auto fault = believe(raw, client_authorities)) return std::unexpected(std::move(*fault));
  // Whoever connects is nobody yet, so a bad certificate ends nothing: it only proves nothing.
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  // Public authorities no longer sign for clients: what counts is who holds the key to the name.
  SSL_CTX_set_purpose(raw, X509_PURPOSE_ANY);
  SSL_CTX_set_verify_depth(raw, chain_depth);
  SSL_CTX_set_max_cert_list(raw, chain_bytes);
  return context;
}

std::expected<Context, std::string> client_context(const Authorities& authorities,
                                                   const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key) {
  ERR_clear_error();
  Context context = base_context(TLS_client_method());
  if (!context) return std::unexpected(fmt::format("TLS cannot be set up: {}", reason()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (auto fault = believe(context.get(), authorities)) return std::unexpected(std::move(*fault));
  if (certificate.empty()) return context;
  if (auto fault = show(context.get(), certificate, key)) return std::unexpected(std::move(*fault));
  return context;
}

}  // namespace rf::tls
