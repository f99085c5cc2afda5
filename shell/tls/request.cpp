#include "shell/tls/request.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "core/base/limits/acme.hpp"
#include "core/base/plain.hpp"
#include "shell/tls/openssl.hpp"

namespace rf::tls {
namespace {

using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

constexpr std::size_t part = 32;

bool is_p256(const EVP_PKEY* key) {
  char group[32]{};
  return EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == SN_X9_62_prime256v1;
}

std::string name_of(const X509_NAME* name) {
  std::string out;
  for (const int field : {NID_organizationName, NID_commonName}) {
    char text[128]{};
    if (X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), field, text, sizeof text) <= 0) continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", plain(text, sizeof text));
  }
  return out;
}

std::vector<std::string> names_in(const X509* certificate) {
  std::vector<std::string> out;
  const Names list(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(list.get(), i);
    if (one->type != GEN_DNS) continue;
    const auto* const text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName));
    out.push_back(plain({text, static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName))}, AcmeLimits::name_bytes));
  }
  return out;
}

/// Empty: it may be used.
std::string fault_of(std::span<const Certificate> chain, EVP_PKEY* key, std::span<const std::string> names,
                     std::int64_t now_wall_ms) {
  if (chain.empty()) return "it is no certificate";
  if (chain.size() > AcmeLimits::chain) return "its chain is too long";
  X509* const leaf = chain.front().get();
  if (X509_check_private_key(leaf, key) != 1) return "it is for another key";
  if (!covers(leaf, names, {})) return "it does not name all that was asked for";
  if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1) return "it is not for servers";
  const std::int64_t begin = wall_ms_of(X509_get0_notBefore(leaf)), end = wall_ms_of(X509_get0_notAfter(leaf));
  if (begin > now_wall_ms || end <= now_wall_ms) return "it is not in force by the clock of this host";
  if (end - now_wall_ms < std::int64_t{AcmeLimits::lifetime_s_least} * 1'000) return "it ends too soon";
  for (std::size_t i = 0; i + 1 < chain.size(); ++i)
    if (X509_verify(chain[i].get(), X509_get0_pubkey(chain[i + 1].get())) != 1) return "its chain does not hold";
  return {};
}

}  // namespace

std::expected<SigningKey, std::string> SigningKey::make() {
  ERR_clear_error();
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  if (key == nullptr) return failed("making a key");
  return SigningKey({key, EVP_PKEY_free});
}

std::expected<SigningKey, std::string> SigningKey::read(std::span<const std::uint8_t> der) {
  ERR_clear_error();
  const unsigned char* at = der.data();
  std::shared_ptr<EVP_PKEY> key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  if (!key || !is_p256(key.get())) return std::unexpected(std::string("it is no key on P-256"));
  return SigningKey(std::move(key));
}

Secret<Der> SigningKey::der() const {
  const int size = i2d_PrivateKey(key_.get(), nullptr);
  Secret<Der> out{Der(static_cast<std::size_t>(std::max(size, 0)))};
  unsigned char* at = out.reveal().data();
  if (size > 0) i2d_PrivateKey(key_.get(), &at);
  return out;
}

SigningKey::Point SigningKey::point() const {
  Point out;
  for (const auto& [name, into] :
       {std::pair{OSSL_PKEY_PARAM_EC_PUB_X, &out.x}, std::pair{OSSL_PKEY_PARAM_EC_PUB_Y, &out.y}}) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1) BN_bn2binpad(number, into->data(), part);
    BN_free(number);
  }
  return out;
}

std::string SigningKey::sign(std::string_view text) const {
  const Digest digest(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der;
  std::size_t size = der.size();
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(digest.get(), der.data(), &size, reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) != 1)
    return {};
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string out(2 * part, '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, part) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + part, part) < 0)
    return {};
  return out;
}

std::expected<Der, std::string> certificate_request(const SigningKey& key, std::span<const std::string> names) {
  ERR_clear_error();
  std::string alternatives;
  for (const std::string& name : names) alternatives += fmt::format("{}DNS:{}", alternatives.empty() ? "" : ",", name);
  const Request request(X509_REQ_new());
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, nullptr, request.get(), nullptr, 0);
  X509_EXTENSION* const named = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, alternatives.c_str());
  std::unique_ptr<STACK_OF(X509_EXTENSION), Freed<[](STACK_OF(X509_EXTENSION)* list) {
                    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
                  }>>
      extensions(sk_X509_EXTENSION_new_null());
  if (!request || named == nullptr || !extensions || sk_X509_EXTENSION_push(extensions.get(), named) <= 0)
    return failed("making a request for a certificate");
  if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0)
    return failed("making a request for a certificate");
  Der out(static_cast<std::size_t>(std::max(i2d_X509_REQ(request.get(), nullptr), 0)));
  unsigned char* at = out.data();
  if (out.empty() || i2d_X509_REQ(request.get(), &at) <= 0) return failed("writing a request for a certificate");
  return out;
}

std::expected<void, std::string> keep_certificate(const std::filesystem::path& file, std::string_view chain,
                                                  const SigningKey& key, std::span<const std::string> names,
                                                  std::int64_t now_wall_ms) {
  ERR_clear_error();
  const std::vector<Certificate> read = read_chain(chain.substr(0, AcmeLimits::answer_bytes));
  if (std::string fault = fault_of(read, key.get(), names, now_wall_ms); !fault.empty())
    return std::unexpected(std::move(fault));
  // What we read of it is written, not what came.
  return write_pair(file, read, key.get());
}

std::expected<Facts, std::string> facts_of(const std::filesystem::path& certificate) {
  ERR_clear_error();
  const Certificate read = read_certificate(certificate);
  if (!read) return std::unexpected(fmt::format("{} is no readable certificate", certificate.string()));
  return Facts{name_of(X509_get_subject_name(read.get())), name_of(X509_get_issuer_name(read.get())),
               names_in(read.get()), wall_ms_of(X509_get0_notBefore(read.get())),
               wall_ms_of(X509_get0_notAfter(read.get()))};
}

std::expected<std::string, std::string> certificate_text(const std::filesystem::path& certificate) {
  ERR_clear_error();
  const Certificate read = read_certificate(certificate);
  const Bio content(BIO_new(BIO_s_mem()));
  if (!read || !content || PEM_write_bio_X509(content.get(), read.get()) != 1)
    return std::unexpected(fmt::format("{} is no readable certificate", certificate.string()));
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(content.get(), &bytes));
  return std::string(bytes, size);
}

bool serves(const std::filesystem::path& file, std::span<const std::string> names, std::int64_t now_wall_ms) {
  ERR_clear_error();
  const Certificate certificate = read_certificate(file);
  const Key key = read_key(file);
  return certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1 &&
         covers(certificate.get(), names, {}) && wall_ms_of(X509_get0_notBefore(certificate.get())) <= now_wall_ms &&
         wall_ms_of(X509_get0_notAfter(certificate.get())) > now_wall_ms;
}

}  // namespace rf::tls
