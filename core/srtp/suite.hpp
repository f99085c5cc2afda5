// The crypto suites of SRTP: their names, sizes and order, and the master key of one direction of a stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/secret.hpp"

namespace rf::srtp {

/// Weakest last: the order in which they are offered.
enum class Suite : std::uint8_t {
  aead_aes_256_gcm,
  aes_cm_256_sha1_80,
  aead_aes_128_gcm,
  aes_cm_128_sha1_80,
  aes_cm_256_sha1_32,
  aes_cm_128_sha1_32,
};
inline constexpr std::size_t suite_count = 6;

/// Sizes in bytes. Source: RFC 3711 §5 and §8.2, RFC 6188, RFC 7714 §12.
struct SuiteFacts {
  std::string_view sdp_name;   ///< of a=crypto: "AES_CM_128_HMAC_SHA1_80"
  std::uint16_t dtls_profile;  ///< of use_srtp (RFC 5764, RFC 7714 §14.2); 0 when it has none
  std::uint8_t key;
  std::uint8_t salt;
  std::uint8_t rtp_tag;   ///< that RTP packets become longer by
  std::uint8_t rtcp_tag;  ///< without the four bytes of E and index
  bool aead;
};
const SuiteFacts& facts_of(Suite suite);
/// By its name in a=crypto (letters as they are); none when we do not have it.
std::optional<Suite> suite_named(std::string_view sdp_name);
/// By its number in use_srtp.
std::optional<Suite> suite_of_profile(std::uint16_t dtls_profile);

/// Room for the longest master key with its salt: AES-256 and 14 bytes.
inline constexpr std::size_t master_bytes_most = 46;
/// What a packet can become longer by: the tag of RTCP under AES-GCM, and E with the index.
inline constexpr std::size_t growth_most = 16 + 4;

/// Master key, then master salt, as a=crypto and the exporter of DTLS give them. Wiped when it dies or moves; what it
/// moved from is not set.
class MasterKey {
 public:
  MasterKey() = default;
  MasterKey(const MasterKey&) = default;
  MasterKey(MasterKey&& other) noexcept
      : bytes_(std::move(other.bytes_)), suite_(other.suite_), set_(std::exchange(other.set_, false)) {}
  MasterKey& operator=(const MasterKey&) = default;
  MasterKey& operator=(MasterKey&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    suite_ = other.suite_;
    set_ = &other == this ? set_ : std::exchange(other.set_, false);
    return *this;
  }
  /// None when `bytes` is not as long as the suite wants.
  static std::optional<MasterKey> make(Suite suite, std::span<const std::uint8_t> bytes);

  Suite suite() const { return suite_; }
  std::span<const std::uint8_t> key() const;
  std::span<const std::uint8_t> salt() const;
  explicit operator bool() const { return set_; }
  /// In constant time.
  friend bool operator==(const MasterKey& a, const MasterKey& b);

 private:
  Secret<std::array<std::uint8_t, master_bytes_most>> bytes_{};
  Suite suite_ = Suite::aes_cm_128_sha1_80;
  bool set_ = false;
};

}  // namespace rf::srtp
