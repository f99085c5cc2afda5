#include "bench/load/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace rf::load {

struct Digest::Implementation {
  EVP_MD* md = nullptr;
  EVP_MD_CTX* context = nullptr;
};

Digest::Digest(Algorithm algorithm)
    : implementation_(std::make_unique<Implementation>()), name_(algorithm == Algorithm::md5 ? "MD5" : "SHA-256") {
  implementation_->md = EVP_MD_fetch(nullptr, algorithm == Algorithm::md5 ? "MD5" : "SHA256", nullptr);
  implementation_->context = EVP_MD_CTX_new();
  if (implementation_->md == nullptr || implementation_->context == nullptr ||
      EVP_DigestInit_ex2(implementation_->context, implementation_->md, nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no " + std::string(name_));
  }
}

Digest::~Digest() {
  EVP_MD_CTX_free(implementation_->context);
  EVP_MD_free(implementation_->md);
}

Digest::Hex Digest::hash(std::string_view text) {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestInit_ex2(implementation_->context, nullptr, nullptr);
  EVP_DigestUpdate(implementation_->context, text.data(), text.size());
  EVP_DigestFinal_ex(implementation_->context, raw, &size);
  Hex hex;
  for (unsigned i = 0; i < size; ++i) {
    hex.text[2 * i] = "0123456789abcdef"[raw[i] >> 4];
    hex.text[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
  }
  hex.size = static_cast<std::uint8_t>(2 * size);
  return hex;
}

Digest::Hex Digest::ha1(std::string_view username, std::string_view realm, std::string_view password) {
  scratch_.clear();
  scratch_.append(username).append(":").append(realm).append(":").append(password);
  return hash(scratch_);
}

Digest::Hex Digest::response(const Hex& ha1, std::string_view nonce, std::string_view nc, std::string_view cnonce,
                             std::string_view method, std::string_view uri) {
  scratch_.clear();
  scratch_.append(method).append(":").append(uri);
  Hex ha2 = hash(scratch_);
  scratch_.clear();
  scratch_.append(ha1.view()).append(":").append(nonce).append(":").append(nc).append(":");
  scratch_.append(cnonce).append(":auth:").append(ha2.view());
  return hash(scratch_);
}

}  // namespace rf::load
