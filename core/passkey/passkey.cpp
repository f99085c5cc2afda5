#include "core/passkey/passkey.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

#include "core/base/address.hpp"
#include "core/base/freed.hpp"
#include "core/base/limits/people.hpp"
#include "core/http/json.hpp"

namespace rf::passkey {
namespace {

constexpr std::uint8_t present_flag = 0x01, verified_flag = 0x04, key_flag = 0x40;
constexpr std::size_t site_bytes = 32, head_bytes = site_bytes + 1 + 4, maker_bytes = 16;
constexpr int rsa_bits = 2'048, rsa_bits_most = 4'096;
constexpr std::size_t time_bytes = 8, random_bytes = 16, proof_bytes = 16;

using PublicKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sha256(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> out{};
  SHA256(bytes.data(), bytes.size(), out.data());
  return out;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Of the kinds that are offered to browsers; nothing may follow it.
PublicKey read_key(const Bytes& bytes) {
  if (bytes.size() > AccessLimits::passkey_key_bytes) return nullptr;
  const std::uint8_t* at = bytes.data();
  PublicKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())));
  if (!key || at != bytes.data() + bytes.size()) return nullptr;
  if (EVP_PKEY_is_a(key.get(), "EC") == 1) {
    std::array<char, 32> group{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size) != 1) return nullptr;
    return std::string_view(group.data(), size) == "prime256v1" ? std::move(key) : nullptr;
  }
  const int bits = EVP_PKEY_get_bits(key.get());
  return EVP_PKEY_is_a(key.get(), "RSA") == 1 && bits >= rsa_bits && bits <= rsa_bits_most ? std::move(key) : nullptr;
}

std::optional<Fault> fault_of(const Site& site, std::string_view challenge, std::string_view kind,
                              const Bytes& client_data) {
  if (client_data.size() > AccessLimits::passkey_answer_bytes) return Fault::malformed;
  const auto said = http::read_object(text_of(client_data));
  if (!said) return Fault::malformed;
  const auto text = [&](const char* name) {
    const auto at = said->find(name);
    return at != said->end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  if (text("type") != kind) return Fault::kind;
  const std::string answered = text("challenge");
  if (answered.size() != challenge.size() || CRYPTO_memcmp(answered.data(), challenge.data(), challenge.size()) != 0)
    return Fault::challenge;
  if (text("origin") != site.origin) return Fault::origin;
  // In a frame of somebody else's page.
  const auto crossed = said->find("crossOrigin");
  if ((crossed != said->end() && *crossed != false) || said->contains("topOrigin")) return Fault::origin;
  return std::nullopt;
}

std::optional<Fault> fault_of(const Site& site, const Bytes& data) {
  if (data.size() < head_bytes || data.size() > AccessLimits::passkey_answer_bytes) return Fault::malformed;
  const auto expected = sha256(bytes_of(site.id));
  if (!std::equal(expected.begin(), expected.end(), data.begin())) return Fault::site;
  const std::uint8_t flags = data[site_bytes];
  if ((flags & present_flag) == 0) return Fault::absent;
  if ((flags & verified_flag) == 0) return Fault::unverified;
  return std::nullopt;
}

std::uint32_t count_of(const Bytes& data) {
  std::uint32_t out = 0;
  for (std::size_t i = site_bytes + 1; i < head_bytes; ++i) out = out << 8 | data[i];
  return out;
}

}  // namespace

std::string_view text_of(Fault fault) {
  constexpr std::string_view texts[] = {"it cannot be read",
                                        "it was made for something else",
                                        "it answers another question",
                                        "it was asked by another page",
                                        "it is of another site",
                                        "nobody touched it",
                                        "it did not ask for a PIN, finger or face",
                                        "its key is of a kind that is not used here",
                                        "its signature is wrong",
                                        "there are two of it: its count did not grow"};
  return texts[static_cast<std::size_t>(fault)];
}

std::optional<Site> site_of(std::string_view origin) {
  constexpr std::string_view scheme = "https://";
  if (!origin.starts_with(scheme)) return std::nullopt;
  std::string_view host = origin.substr(scheme.size());
  host = host.substr(0, host.find(':'));
  if (host.empty() || host.front() == '[' || host.size() > AccessLimits::text_bytes || Address::parse(host))
    return std::nullopt;
  return Site{std::string(host), std::string(origin)};
}

std::expected<Passkey, Fault> read_made(const Site& site, std::string_view challenge, const Made& made) {
  if (const auto fault = fault_of(site, challenge, "webauthn.create", made.client_data)) return std::unexpected(*fault);
  const Bytes& data = made.authenticator_data;
  if (const auto fault = fault_of(site, data)) return std::unexpected(*fault);
  constexpr std::size_t id_at = head_bytes + maker_bytes + 2;
  if ((data[site_bytes] & key_flag) == 0 || data.size() < id_at) return std::unexpected(Fault::malformed);
  const std::size_t size = std::size_t{data[id_at - 2]} << 8 | data[id_at - 1];
  if (size == 0 || size > AccessLimits::passkey_id_bytes || data.size() < id_at + size)
    return std::unexpected(Fault::malformed);
  if (!read_key(made.public_key)) return std::unexpected(Fault::key);
  const auto begin = data.begin() + static_cast<std::ptrdiff_t>(id_at);
  return Passkey{Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), made.public_key, site.id, count_of(data)};
}

std::expected<std::uint32_t, Fault> check(const Site& site, std::string_view challenge, const Passkey& passkey,
                                          const Shown& shown) {
  if (const auto fault = fault_of(site, challenge, "webauthn.get", shown.client_data)) return std::unexpected(*fault);
  if (const auto fault = fault_of(site, shown.authenticator_data)) return std::unexpected(*fault);
  if (passkey.site != site.id) return std::unexpected(Fault::site);
  if (shown.signature.size() > AccessLimits::passkey_answer_bytes) return std::unexpected(Fault::malformed);
  const PublicKey key = read_key(passkey.key);
  if (!key) return std::unexpected(Fault::key);
  const auto said = sha256(shown.client_data);
  Bytes signed_part = shown.authenticator_data;
  signed_part.insert(signed_part.end(), said.begin(), said.end());
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), shown.signature.data(), shown.signature.size(), signed_part.data(),
                       signed_part.size()) != 1)
    return std::unexpected(Fault::signature);
  const std::uint32_t count = count_of(shown.authenticator_data);
  if ((count != 0 || passkey.count != 0) && count <= passkey.count) return std::unexpected(Fault::copied);
  return count;
}

std::array<std::uint8_t, 16> Challenges::proof(std::string_view purpose, std::span<const std::uint8_t> head) const {
  Bytes text(head.begin(), head.end());
  text.insert(text.end(), purpose.begin(), purpose.end());
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), text.data(), text.size(), mac.data(), &size);
  std::array<std::uint8_t, proof_bytes> out{};
  std::copy_n(mac.begin(), out.size(), out.begin());
  return out;
}

std::string Challenges::make(std::string_view purpose, std::int64_t now_s,
                             std::span<const std::uint8_t, random_bytes> random) const {
  Bytes out;
  for (std::size_t i = 0; i < time_bytes; ++i)
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(now_s) >> (56 - 8 * i)));
  out.insert(out.end(), random.begin(), random.end());
  const auto mac = proof(purpose, out);
  out.insert(out.end(), mac.begin(), mac.end());
  return http::base64url(out);
}

bool Challenges::fits(std::string_view challenge, std::string_view purpose, std::int64_t now_s) const {
  if (challenge.size() > 2 * (time_bytes + random_bytes + proof_bytes)) return false;
  const auto bytes = http::read_base64url(challenge);
  if (!bytes || bytes->size() != time_bytes + random_bytes + proof_bytes) return false;
  const std::span<const std::uint8_t> head(bytes->data(), time_bytes + random_bytes);
  const auto mac = proof(purpose, head);
  if (CRYPTO_memcmp(mac.data(), bytes->data() + head.size(), mac.size()) != 0) return false;
  std::uint64_t then_s = 0;
  for (std::size_t i = 0; i < time_bytes; ++i) then_s = then_s << 8 | head[i];
  const std::int64_t age_s = now_s - static_cast<std::int64_t>(then_s);
  return age_s >= 0 && age_s <= AccessLimits::passkey_s;
}

std::optional<std::string> challenge_in(const Bytes& client_data) {
  if (client_data.size() > AccessLimits::passkey_answer_bytes) return std::nullopt;
  const auto said = http::read_object(text_of(client_data));
  if (!said) return std::nullopt;
  const auto at = said->find("challenge");
  if (at == said->end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

}  // namespace rf::passkey
