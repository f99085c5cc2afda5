// A provider for tests: it has keys, publishes them, and signs whatever it is told to.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http/base64url.hpp"

namespace rf::oidc::test {

using Json = nlohmann::json;

inline std::string coded(std::string_view bytes) {
  return http::base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

class SigningKey {
 public:
  static SigningKey rsa(std::string id, unsigned bits = 2'048) { return {std::move(id), EVP_RSA_gen(bits), true}; }
  static SigningKey ec(std::string id) { return {std::move(id), EVP_EC_gen("P-256"), false}; }

  /// As a key set has it.
  Json published() const {
    if (rsa_) return {{"kty", "RSA"}, {"use", "sig"}, {"kid", id_}, {"n", number("n")}, {"e", number("e")}};
    return {{"kty", "EC"}, {"crv", "P-256"}, {"kid", id_}, {"x", number("qx", 32)}, {"y", number("qy", 32)}};
  }
  std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    return pem;
  }
  const std::string& id() const { return id_; }

  std::string sign(std::string_view text, std::string_view algorithm) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* parameters = nullptr;
    EVP_DigestSignInit(context, &parameters, EVP_sha256(), nullptr, key_.get());
    if (algorithm == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string out(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
    out.resize(size);
    EVP_MD_CTX_free(context);
    return rsa_ ? out : raw(out);
  }

 private:
  SigningKey(std::string id, EVP_PKEY* key, bool rsa) : id_(std::move(id)), key_(key, EVP_PKEY_free), rsa_(rsa) {}

  std::string number(const char* name, int width = 0) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    const int size = width > 0 ? width : BN_num_bytes(value);
    std::string out(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), size);
    BN_free(value);
    return coded(out);
  }
  static std::string raw(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string out(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), reinterpret_cast<unsigned char*>(out.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), reinterpret_cast<unsigned char*>(out.data()) + 32, 32);
    ECDSA_SIG_free(signature);
    return out;
  }

  std::string id_;
  std::shared_ptr<EVP_PKEY> key_;
  bool rsa_;
};

inline std::string key_set(const std::vector<SigningKey>& keys) {
  Json list = Json::array();
  for (const SigningKey& each : keys) list.push_back(each.published());
  return Json{{"keys", std::move(list)}}.dump();
}

/// A token with any header, signed with `key` as `algorithm` says.
inline std::string token(const Json& header, const Json& claims, const SigningKey& key, std::string_view algorithm) {
  const std::string text = coded(header.dump()) + "." + coded(claims.dump());
  return text + "." + coded(key.sign(text, algorithm));
}
inline std::string token(const Json& claims, const SigningKey& key, std::string_view algorithm = "RS256") {
  return token(Json{{"alg", algorithm}, {"kid", key.id()}, {"typ", "JWT"}}, claims, key, algorithm);
}
/// One that is "signed" with a shared secret.
inline std::string token_by_secret(const Json& claims, const std::string& id, const std::string& secret) {
  const std::string text =
      coded(Json{{"alg", "HS256"}, {"kid", id}, {"typ", "JWT"}}.dump()) + "." + coded(claims.dump());
  unsigned char mac[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return text + "." + http::base64url({mac, size});
}

}  // namespace rf::oidc::test
