#include "core/auth/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <cstring>
#include <utility>

#include "core/base/check.hpp"

namespace rf::auth {
namespace {

struct FreeMd {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

constexpr std::array<const char*, policy::algorithm_count> library_names{"SHA512-256", "SHA256", "MD5"};

/// Room for the joined text of an ordinary answer; longer ones are hashed piece by piece.
constexpr std::size_t joined_max = 768;

}  // namespace

struct Hasher::Contexts {
  struct One {
    std::unique_ptr<EVP_MD, FreeMd> md;
    std::unique_ptr<EVP_MD_CTX, FreeContext> context;
  };
  std::array<One, policy::algorithm_count> by_algorithm;
};

Hex::Hex(const Digest& digest, std::size_t bytes) : size_(2 * bytes) {
  // No table and no branch: what is written here is as good as a password.
  const auto digit = [](unsigned nibble) { return static_cast<char>(nibble + '0' + (((9 - nibble) >> 8) & 39)); };
  for (std::size_t i = 0; i < bytes; ++i) {
    text_[2 * i] = digit(digest[i] >> 4);
    text_[2 * i + 1] = digit(digest[i] & 15u);
  }
}

Hex::~Hex() {
  sodium_memzero(text_.data(), text_.size());
}

Hasher::Hasher(std::optional<policy::Algorithm> only) : contexts_(std::make_unique<Contexts>()) {
  for (std::size_t i = 0; i < policy::algorithm_count; ++i) {
    if (only && static_cast<std::size_t>(*only) != i) continue;
    auto& one = contexts_->by_algorithm[i];
    one.md.reset(EVP_MD_fetch(nullptr, library_names[i], nullptr));
    if (!one.md) continue;
    one.context.reset(EVP_MD_CTX_new());
    RF_CHECK(one.context && EVP_DigestInit_ex2(one.context.get(), one.md.get(), nullptr) == 1);
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;

bool Hasher::has(policy::Algorithm algorithm) const {
  return contexts_->by_algorithm[static_cast<std::size_t>(algorithm)].context != nullptr;
}

Digest Hasher::join(policy::Algorithm algorithm, std::initializer_list<std::string_view> pieces) {
  EVP_MD_CTX* context = contexts_->by_algorithm[static_cast<std::size_t>(algorithm)].context.get();
  RF_CHECK(context != nullptr);
  Digest digest{};
  RF_CHECK(EVP_DigestInit_ex2(context, nullptr, nullptr) == 1);
  std::size_t total = pieces.size();
  for (const std::string_view piece : pieces) total += piece.size();
  bool first = true;
  if (total <= joined_max) {
    // One call for the whole text: each costs as much as hashing a block.
    std::array<char, joined_max> joined;
    std::size_t size = 0;
    for (const std::string_view piece : pieces) {
      if (!std::exchange(first, false)) joined[size++] = ':';
      if (!piece.empty()) std::memcpy(joined.data() + size, piece.data(), piece.size());
      size += piece.size();
    }
    RF_CHECK(EVP_DigestUpdate(context, joined.data(), size) == 1);
    sodium_memzero(joined.data(), size);
  } else {
    for (const std::string_view piece : pieces) {
      if (!std::exchange(first, false)) RF_CHECK(EVP_DigestUpdate(context, ":", 1) == 1);
      RF_CHECK(EVP_DigestUpdate(context, piece.data(), piece.size()) == 1);
    }
  }
  RF_CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace rf::auth
