#include "core/srtp/suite.hpp"

#include <algorithm>

namespace rf::srtp {
namespace {

constexpr std::array<SuiteFacts, suite_count> facts{{
    {"AEAD_AES_256_GCM", 8, 32, 12, 16, 16, true},
    {"AES_256_CM_HMAC_SHA1_80", 0, 32, 14, 10, 10, false},
    {"AEAD_AES_128_GCM", 7, 16, 12, 16, 16, true},
    {"AES_CM_128_HMAC_SHA1_80", 1, 16, 14, 10, 10, false},
    {"AES_256_CM_HMAC_SHA1_32", 0, 32, 14, 4, 10, false},
    {"AES_CM_128_HMAC_SHA1_32", 2, 16, 14, 4, 10, false},
}};

std::optional<Suite> find(auto fits) {
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (fits(facts[i])) return static_cast<Suite>(i);
  return std::nullopt;
}

}  // namespace

const SuiteFacts& facts_of(Suite suite) {
  return facts[static_cast<std::size_t>(suite)];
}

std::optional<Suite> suite_named(std::string_view sdp_name) {
  return find([&](const SuiteFacts& f) { return f.sdp_name == sdp_name; });
}

std::optional<Suite> suite_of_profile(std::uint16_t dtls_profile) {
  return find([&](const SuiteFacts& f) { return f.dtls_profile != 0 && f.dtls_profile == dtls_profile; });
}

std::optional<MasterKey> MasterKey::make(Suite suite, std::span<const std::uint8_t> bytes) {
  const SuiteFacts& sizes = facts_of(suite);
  if (bytes.size() != std::size_t{sizes.key} + sizes.salt) return std::nullopt;
  MasterKey made;
  std::copy(bytes.begin(), bytes.end(), made.bytes_.reveal().begin());
  made.suite_ = suite;
  made.set_ = true;
  return made;
}

std::span<const std::uint8_t> MasterKey::key() const {
  return std::span(bytes_.reveal()).first(set_ ? facts_of(suite_).key : 0);
}

std::span<const std::uint8_t> MasterKey::salt() const {
  return set_ ? std::span(bytes_.reveal()).subspan(facts_of(suite_).key, facts_of(suite_).salt)
              : std::span<const std::uint8_t>();
}

bool operator==(const MasterKey& a, const MasterKey& b) {
  const auto text = [](const MasterKey& k) {
    return std::string_view(reinterpret_cast<const char*>(k.bytes_.reveal().data()), master_bytes_most);
  };
  return a.set_ == b.set_ && a.suite_ == b.suite_ && equal_in_constant_time(text(a), text(b));
}

}  // namespace rf::srtp
