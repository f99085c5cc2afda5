#include "core/srtp/aes.hpp"

#include <algorithm>

namespace rf::srtp {
namespace {

/// Blocks of key stream made at once: enough for 20 ms of G.711 in one step.
constexpr std::size_t blocks_at_once = 16;

int length_of(Bytes bytes) {
  return static_cast<int>(bytes.size());
}

}  // namespace

std::optional<CounterMode> CounterMode::make(Bytes key) {
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = key.size() == 32 ? EVP_aes_256_ecb() : EVP_aes_128_ecb();
  if (!context || EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nullptr) != 1) return std::nullopt;
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return CounterMode(std::move(context));
}

bool CounterMode::crypt(const Block& start, Room text) const {
  std::array<std::uint8_t, blocks_at_once * block_bytes> stream;
  std::size_t block = 0;
  while (!text.empty()) {
    const Room part = text.first(std::min(text.size(), stream.size()));
    const std::size_t blocks = (part.size() + block_bytes - 1) / block_bytes;
    for (std::size_t i = 0; i < blocks; ++i, ++block) {
      const auto at = stream.begin() + static_cast<std::ptrdiff_t>(i * block_bytes);
      std::copy(start.begin(), start.end() - 2, at);
      at[14] = static_cast<std::uint8_t>(block >> 8);
      at[15] = static_cast<std::uint8_t>(block);
    }
    int made = 0;
    const int wanted = static_cast<int>(blocks * block_bytes);
    if (EVP_EncryptUpdate(context_.get(), stream.data(), &made, stream.data(), wanted) != 1 || made != wanted)
      return false;
    for (std::size_t i = 0; i < part.size(); ++i) part[i] ^= stream[i];
    text = text.subspan(part.size());
  }
  return true;
}

std::optional<Gcm> Gcm::make(Bytes key, Way way) {
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  if (!context || EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr, way == Way::seal ? 1 : 0) != 1)
    return std::nullopt;
  return Gcm(std::move(context));
}

namespace {

/// All but the tag.
bool pass(EVP_CIPHER_CTX* context, const Gcm::Message& m) {
  int made = 0;
  for (const Bytes part : {m.head, m.behind})
    if (!part.empty() && EVP_CipherUpdate(context, nullptr, &made, part.data(), length_of(part)) != 1) return false;
  return m.text.empty() || EVP_CipherUpdate(context, m.text.data(), &made, m.text.data(), length_of(m.text)) == 1;
}

}  // namespace

bool Gcm::seal(const Message& message, std::span<std::uint8_t, gcm_tag_bytes> tag) const {
  EVP_CIPHER_CTX* c = context_.get();
  int made = 0;
  return EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, message.iv.data(), -1) == 1 && pass(c, message) &&
         EVP_CipherFinal_ex(c, tag.data(), &made) == 1 &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data()) == 1;
}

bool Gcm::open(const Message& message, std::span<const std::uint8_t, gcm_tag_bytes> tag) const {
  EVP_CIPHER_CTX* c = context_.get();
  // OpenSSL wants a pointer that it could write to, and does not.
  std::array<std::uint8_t, gcm_tag_bytes> copy, nothing;
  std::copy(tag.begin(), tag.end(), copy.begin());
  int made = 0;
  return EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, message.iv.data(), -1) == 1 && pass(c, message) &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(copy.size()), copy.data()) == 1 &&
         EVP_CipherFinal_ex(c, nothing.data(), &made) == 1;
}

}  // namespace rf::srtp
