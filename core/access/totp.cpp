#include "core/access/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/check.hpp"

namespace rf::access {
namespace {

constexpr std::uint32_t codes = 1'000'000;
constexpr std::size_t digits = 6;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t recovery_characters = 16, recovery_group = 4;

/// None when it is not six digits.
std::optional<std::uint32_t> number_of(std::string_view code) {
  std::uint32_t number = 0;
  std::size_t count = 0;
  for (const char c : code) {
    if (c == ' ') continue;
    if (c < '0' || c > '9' || ++count > digits) return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return count == digits ? std::optional(number) : std::nullopt;
}

/// For a part of a URI.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    plain ? out += c : out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::uint32_t totp_code(std::span<const std::uint8_t> secret, std::uint64_t step) {
  std::array<std::uint8_t, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i) counter[i] = static_cast<std::uint8_t>(step >> (56 - 8 * i));
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  RF_CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(), mac.data(),
                &size) != nullptr);
  const std::size_t at = mac[19] & 0x0f;
  const std::uint32_t binary = (static_cast<std::uint32_t>(mac[at] & 0x7f) << 24) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  return binary % codes;
}

std::optional<std::uint64_t> accept_totp(std::span<const std::uint8_t> secret, std::string_view code,
                                         std::int64_t now_s, std::uint64_t last_step) {
  const auto typed = number_of(code);
  if (!typed || now_s < totp_step_s * (totp_drift_steps + 1)) return std::nullopt;
  const std::int64_t now_step = now_s / totp_step_s;
  std::uint64_t found = 0;
  for (std::int64_t step = now_step - totp_drift_steps; step <= now_step + totp_drift_steps; ++step) {
    const auto each = static_cast<std::uint64_t>(step);
    const bool right = totp_code(secret, each) == *typed && each > last_step;
    found = right ? each : found;
  }
  return found == 0 ? std::nullopt : std::optional(found);
}

std::string base32(std::span<const std::uint8_t> bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    for (; held >= 5; held -= 5) out += alphabet[(bits >> (held - 5)) & 31];
  }
  if (held > 0) out += alphabet[(bits << (5 - held)) & 31];
  return out;
}

std::string totp_uri(std::span<const std::uint8_t> secret, std::string_view issuer, std::string_view account) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", escaped(issuer), escaped(account), base32(secret));
}

std::string recovery_code(const std::array<std::uint8_t, 10>& random) {
  std::string out;
  for (const char c : base32(random)) {
    if (!out.empty() && out.size() % (recovery_group + 1) == recovery_group) out += '-';
    out += c;
  }
  return out;
}

std::optional<std::string> read_recovery_code(std::string_view typed) {
  std::string out;
  std::size_t count = 0;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (alphabet.find(upper) == std::string_view::npos || ++count > recovery_characters) return std::nullopt;
    if (!out.empty() && out.size() % (recovery_group + 1) == recovery_group) out += '-';
    out += upper;
  }
  return count == recovery_characters ? std::optional(out) : std::nullopt;
}

}  // namespace rf::access
