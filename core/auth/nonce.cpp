#include "core/auth/nonce.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/base/limits/wire.hpp"

namespace rf::auth {
namespace {

constexpr std::size_t dated_bytes = 11, mac_bytes = 16, nonce_bytes = dated_bytes + mac_bytes;
constexpr std::uint8_t layout_version = 1;
using Bytes = std::array<std::uint8_t, nonce_bytes>;

static_assert(crypto_shorthash_siphashx24_BYTES == mac_bytes);

template <class Key>
void append_mac(Bytes& nonce, const NoncePlace& place, const Key& key) {
  std::array<std::uint8_t, dated_bytes + 16 + 1 + WireLimits::realm_bytes> text;
  std::memcpy(text.data(), nonce.data(), dated_bytes);
  std::memcpy(text.data() + dated_bytes, place.source.bytes().data(), 16);
  text[dated_bytes + 16] = static_cast<std::uint8_t>(place.transport);
  const std::size_t realm = std::min(place.realm.size(), WireLimits::realm_bytes);
  std::memcpy(text.data() + dated_bytes + 17, place.realm.data(), realm);
  crypto_shorthash_siphashx24(nonce.data() + dated_bytes, text.data(), dated_bytes + 17 + realm, key.data());
}

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::array<std::uint8_t, 256> sextets = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(0xff);
  for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
  return table;
}();
// 27 bytes are 36 sextets without a rest: every nonce has one spelling only.
static_assert(nonce_bytes % 3 == 0 && nonce_bytes / 3 * 4 == nonce_chars);

void encode(const Bytes& bytes, std::array<char, nonce_chars>& text) {
  for (std::size_t i = 0, o = 0; i < nonce_bytes; i += 3, o += 4) {
    const unsigned three =
        static_cast<unsigned>(bytes[i]) << 16 | static_cast<unsigned>(bytes[i + 1]) << 8 | bytes[i + 2];
    for (std::size_t k = 0; k < 4; ++k) text[o + k] = alphabet[three >> (18 - 6 * k) & 63];
  }
}

bool decode(std::string_view text, Bytes& bytes) {
  if (text.size() != nonce_chars) return false;
  std::uint8_t worst = 0;
  for (std::size_t i = 0, o = 0; i < nonce_bytes; i += 3, o += 4) {
    unsigned three = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t sextet = sextets[static_cast<unsigned char>(text[o + k])];
      worst |= sextet;
      three = three << 6 | (sextet & 63u);
    }
    for (std::size_t k = 0; k < 3; ++k) bytes[i + k] = static_cast<std::uint8_t>(three >> (16 - 8 * k));
  }
  return worst < 64;
}

std::int64_t issued_of(const Bytes& nonce) {
  std::int64_t time = 0;
  for (std::size_t i = 2; i < 8; ++i) time = time << 8 | nonce[i];
  return time;
}

}  // namespace

NonceMint::NonceMint(const Root& root) : root_(root), salt_key_(derive(-1)) {}

NonceMint::Key NonceMint::derive(std::int64_t period) const {
  Key key;
  std::array<std::uint8_t, 16> text{'r', 'f', ' ', 'n', 'o', 'n', 'c', 'e'};
  std::memcpy(text.data() + 8, &period, 8);
  crypto_generichash(key.data(), key.size(), text.data(), text.size(), root_.reveal().data(), root_.reveal().size());
  return key;
}

NonceMint::Key NonceMint::key_of(std::int64_t period) {
  PeriodKey& place = recent_[static_cast<std::size_t>(period & 1)];
  if (place.period == period) return place.key.reveal();
  const Key key = derive(period);
  // A stranger's old nonce must not push the running keys out.
  if (period > place.period) {
    place.period = period;
    place.key = Secret<Key>(key);
  }
  return key;
}

std::int64_t NonceMint::clock_ms(Now now) {
  if (!wall_ahead_of_mono_ms_) wall_ahead_of_mono_ms_ = now.wall_ms - now.mono_ms;
  return std::max<std::int64_t>(0, now.mono_ms + *wall_ahead_of_mono_ms_);
}

std::array<char, nonce_chars> NonceMint::make(std::int64_t clock_ms, const NoncePlace& place) {
  const std::int64_t period = clock_ms / nonce_key_period_ms;
  Bytes nonce;
  nonce[0] = layout_version;
  nonce[1] = static_cast<std::uint8_t>(period);
  for (std::size_t i = 0; i < 6; ++i) nonce[2 + i] = static_cast<std::uint8_t>(clock_ms >> (40 - 8 * i));
  std::array<std::uint8_t, mac_bytes> salt;
  ++made_;
  crypto_shorthash_siphashx24(salt.data(), reinterpret_cast<const std::uint8_t*>(&made_), sizeof made_,
                              salt_key_.reveal().data());
  std::memcpy(nonce.data() + 8, salt.data(), 3);
  append_mac(nonce, place, key_of(period));

  std::array<char, nonce_chars> text;
  encode(nonce, text);
  return text;
}

std::optional<Nonce> NonceMint::read(std::int64_t clock_ms, std::string_view text, const NoncePlace& place) {
  Bytes given;
  if (!decode(text, given) || given[0] != layout_version) return std::nullopt;
  const std::int64_t issued = issued_of(given);
  const std::int64_t period = issued / nonce_key_period_ms;
  if (issued > clock_ms + nonce_ahead_ms || given[1] != static_cast<std::uint8_t>(period)) return std::nullopt;
  Bytes made = given;
  append_mac(made, place, key_of(period));
  if (sodium_memcmp(made.data() + dated_bytes, given.data() + dated_bytes, mac_bytes) != 0) return std::nullopt;
  Nonce nonce{.issued_ms = issued, .id = 0};
  std::memcpy(&nonce.id, given.data() + dated_bytes, sizeof nonce.id);
  nonce.id = std::max<std::uint64_t>(nonce.id, 1);
  return nonce;
}

}  // namespace rf::auth
