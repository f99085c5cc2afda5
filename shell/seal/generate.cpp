#include "shell/seal/generate.hpp"

#include <sodium.h>

#include <array>

#include "core/base/check.hpp"

namespace rf::seal {
namespace {

constexpr std::string_view password_alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr std::string_view name_letters = "abcdefghijkmnpqrstuvwxyz";
constexpr std::string_view name_alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

constexpr std::size_t token_bytes = 32;

char pick(std::string_view alphabet) {
  return alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
}

}  // namespace

Secret<std::string> generate_password() {
  RF_CHECK(sodium_init() >= 0);
  Secret<std::string> password{std::string(password_length, ' ')};
  for (char& c : password.reveal()) c = pick(password_alphabet);
  return password;
}

Secret<std::string> generate_token() {
  RF_CHECK(sodium_init() >= 0);
  std::array<unsigned char, token_bytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  Secret<std::string> token{std::string(sodium_base64_encoded_len(token_bytes, variant), ' ')};
  sodium_bin2base64(token.reveal().data(), token.reveal().size(), bytes.data(), bytes.size(), variant);
  token.reveal().pop_back();  // the NUL behind it
  sodium_memzero(bytes.data(), bytes.size());
  return token;
}

std::string hash_of_token(std::string_view token) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  std::string out(2 * hash.size() + 1, ' ');
  sodium_bin2hex(out.data(), out.size(), hash.data(), hash.size());
  out.pop_back();
  return out;
}

Secret<std::string> generate_digits(std::size_t count) {
  RF_CHECK(sodium_init() >= 0);
  Secret<std::string> digits{std::string(count, ' ')};
  for (char& c : digits.reveal()) c = pick("0123456789");
  return digits;
}

std::string generate_auth_name(std::string_view number) {
  RF_CHECK(sodium_init() >= 0);
  for (;;) {
    std::string name(auth_name_length, ' ');
    name[0] = pick(name_letters);
    for (std::size_t i = 1; i < name.size(); ++i) name[i] = pick(name_alphabet);
    if (number.empty() || name.find(number) == std::string::npos) return name;
  }
}

}  // namespace rf::seal
