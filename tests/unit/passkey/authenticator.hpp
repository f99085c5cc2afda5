// An authenticator and its browser by hand.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "core/passkey/passkey.hpp"

namespace rf::passkey::test {

inline Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

class Authenticator {
 public:
  explicit Authenticator(EVP_PKEY* key = EVP_EC_gen("P-256")) : key_(key, EVP_PKEY_free) {}

  std::string site = "pbx.example.com", origin = "https://pbx.example.com:8443", more;
  std::uint8_t flags = 0x05;
  std::uint32_t count = 0;

  Bytes key() const {
    std::uint8_t* out = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &out);
    Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
  }
  Bytes said(std::string_view type, std::string_view challenge) const {
    return bytes_of(R"({"type":")" + std::string(type) + R"(","challenge":")" + std::string(challenge) +
                    R"(","origin":")" + origin + R"(","crossOrigin":false)" + more + "}");
  }
  Bytes data() const {
    Bytes out(SHA256_DIGEST_LENGTH);
    SHA256(reinterpret_cast<const std::uint8_t*>(site.data()), site.size(), out.data());
    out.push_back(flags);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(count >> shift));
    return out;
  }
  Made make(std::string_view challenge, std::size_t id_size = 16) const {
    Made out{said("webauthn.create", challenge), data(), key()};
    out.authenticator_data[32] |= 0x40;
    out.authenticator_data.insert(out.authenticator_data.end(), 16, 0);
    out.authenticator_data.push_back(static_cast<std::uint8_t>(id_size >> 8));
    out.authenticator_data.push_back(static_cast<std::uint8_t>(id_size));
    out.authenticator_data.insert(out.authenticator_data.end(), id_size, 7);
    return out;
  }
  Shown show(std::string_view challenge, std::string_view type = "webauthn.get") const {
    Shown out{said(type, challenge), data(), {}};
    sign(out);
    return out;
  }
  void sign(Shown& shown) const {
    Bytes text = shown.authenticator_data;
    text.resize(text.size() + SHA256_DIGEST_LENGTH);
    SHA256(shown.client_data.data(), shown.client_data.size(), text.data() + shown.authenticator_data.size());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::size_t size = 0;
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), nullptr, &size, text.data(), text.size());
    shown.signature.resize(size);
    EVP_DigestSign(context.get(), shown.signature.data(), &size, text.data(), text.size());
    shown.signature.resize(size);
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace rf::passkey::test
