#include "shell/dtls/identity.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>

#include "core/base/freed.hpp"
#include "core/base/limits/media.hpp"
#include "shell/dtls/datagrams.hpp"

namespace rf::dtls {

namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

constexpr long valid_days = 30;
constexpr long x509_version_3 = 2;

std::unexpected<std::string> failed(const char* what) {
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  return std::unexpected(fmt::format("{} failed: {}", what, why != nullptr ? why : "unknown reason"));
}

/// Serial number and name say nothing about us: both are chance.
bool name_by_chance(X509* certificate) {
  std::array<std::uint8_t, 16> chance;
  if (RAND_bytes(chance.data(), chance.size()) != 1) return false;
  std::uint64_t serial = 0;
  std::string name;
  for (std::size_t i = 0; i < 8; ++i) {
    serial = serial << 8 | chance[i];
    name += fmt::format("{:02x}", chance[i + 8]);
  }
  X509_NAME* const subject = X509_get_subject_name(certificate);
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

Certificate make_certificate(EVP_PKEY* key, std::int64_t wall_ms) {
  Certificate certificate(X509_new());
  std::time_t now = static_cast<std::time_t>(wall_ms / 1'000);
  const bool ok = certificate && X509_set_version(certificate.get(), x509_version_3) == 1 &&
                  name_by_chance(certificate.get()) &&
                  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -1, 0, &now) != nullptr &&
                  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), valid_days, 0, &now) != nullptr &&
                  X509_set_pubkey(certificate.get(), key) == 1 && X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  return ok ? std::move(certificate) : nullptr;
}

/// What holds for every association. The order of the profiles is our preference; the 32-bit tag is for peers that have
/// nothing else.
bool set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_max_cert_list(context, SecureMediaLimits::certificates_bytes);
  set_proof_of_peer(context);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
         SSL_CTX_set_tlsext_use_srtp(context,
                                     "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:"
                                     "SRTP_AES128_CM_SHA1_32") == 0;  // 0 is success here
}

}  // namespace

std::expected<IdentityRef, std::string> Identity::make(std::int64_t wall_ms) {
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making the key for encrypted media");
  const Certificate certificate = make_certificate(key.get(), wall_ms);
  if (!certificate) return failed("making the certificate for encrypted media");
  std::shared_ptr<Identity> identity(new Identity);
  identity->context_ = {SSL_CTX_new(DTLS_method()), SSL_CTX_free};
  SSL_CTX* const context = identity->context_.get();
  if (context == nullptr || !set_rules(context) || SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return failed("setting up DTLS");
  unsigned int size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), identity->fingerprint_.sha256.data(), &size) != 1)
    return failed("taking a fingerprint");
  return identity;
}

std::expected<Identities, std::string> make_identities(std::int64_t wall_ms) {
  Identities both;
  for (IdentityRef& each : both) {
    auto made = Identity::make(wall_ms);
    if (!made) return std::unexpected(std::move(made.error()));
    each = std::move(*made);
  }
  return both;
}

}  // namespace rf::dtls
