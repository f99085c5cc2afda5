#include "shell/tls/challenges.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "shell/tls/openssl.hpp"

namespace rf::tls {
namespace {

constexpr std::string_view protocol = "\x0a" "acme-tls/1";  // with its length before it, as ALPN has it
/// id-pe-acmeIdentifier (RFC 8737 §6.1).
constexpr const char* identifier = "1.3.6.1.5.5.7.1.31";
/// So long is a challenge certificate good; an authority looks at it at once.
constexpr std::int64_t lifetime_ms = 86'400'000;

using Owned = std::shared_ptr<Challenges>;

/// The only one of it: a stranger who also wants another protocol is no authority.
bool wants_proof(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes, &size) != 1)
    return false;
  return size == protocol.size() + 2 && bytes[0] == 0 && bytes[1] == protocol.size() &&
         std::memcmp(bytes + 2, protocol.data(), protocol.size()) == 0;
}

/// RFC 6066 §3: one list of one host name.
std::optional<std::string> name_wanted(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) != 1 || size < 5) return std::nullopt;
  const auto number = [&](std::size_t at) { return static_cast<std::size_t>(bytes[at]) << 8 | bytes[at + 1]; };
  if (number(0) != size - 2 || bytes[2] != TLSEXT_NAMETYPE_host_name || number(3) != size - 5) return std::nullopt;
  std::string name(reinterpret_cast<const char*>(bytes) + 5, size - 5);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

int at_hello(SSL* ssl, int* alert, void* with) {
  if (!wants_proof(ssl)) return SSL_CLIENT_HELLO_SUCCESS;
  const auto name = name_wanted(ssl);
  const Context context = name ? static_cast<const Challenges*>(with)->find(*name) : nullptr;
  if (context && SSL_set_SSL_CTX(ssl, context.get()) != nullptr) return SSL_CLIENT_HELLO_SUCCESS;
  *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
  return SSL_CLIENT_HELLO_ERROR;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned all,
                    void*) {
  if (all != protocol.size() || std::memcmp(in, protocol.data(), all) != 0) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = in + 1;
  *size = static_cast<unsigned char>(all - 1);
  return SSL_TLSEXT_ERR_OK;
}

void release(void*, void* owned, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Owned*>(owned);
}

bool add_identifier(X509* certificate, const std::array<std::uint8_t, 32>& digest) {
  std::array<unsigned char, 34> value{V_ASN1_OCTET_STRING, 32};
  std::copy(digest.begin(), digest.end(), value.begin() + 2);
  const std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>> kind(OBJ_txt2obj(identifier, 1));
  const std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>> text(ASN1_OCTET_STRING_new());
  if (!kind || !text || ASN1_OCTET_STRING_set(text.get(), value.data(), static_cast<int>(value.size())) != 1)
    return false;
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 1, text.get()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

std::expected<void, std::string> Challenges::set(const std::string& name, const std::array<std::uint8_t, 32>& digest,
                                                 std::int64_t now_wall_ms) {
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  const Shape shape{name, now_wall_ms + lifetime_ms, {{NID_subject_alt_name, "DNS:" + name}}};
  const Certificate certificate = make_certificate(shape, key.get(), nullptr, key.get(), now_wall_ms);
  if (!certificate || !add_identifier(certificate.get(), digest) ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) <= 0)
    return failed("making the certificate of a challenge");
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    return failed("using the certificate of a challenge");
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  const std::lock_guard lock(mutex_);
  contexts_[name] = std::move(context);
  return {};
}

void Challenges::clear() {
  const std::lock_guard lock(mutex_);
  contexts_.clear();
}

Context Challenges::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = contexts_.find(name);
  return found == contexts_.end() ? nullptr : found->second;
}

bool answer_challenges(const Context& context, const std::shared_ptr<Challenges>& challenges) {
  static const int place = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, release);
  auto owned = std::make_unique<Owned>(challenges);
  if (place < 0 || SSL_CTX_set_ex_data(context.get(), place, owned.get()) != 1) return false;
  SSL_CTX_set_client_hello_cb(context.get(), at_hello, owned.release()->get());
  return true;
}

}  // namespace rf::tls
