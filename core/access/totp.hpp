// The second factor of an authenticator app: codes of six digits that change every half minute (RFC 6238).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rf::access {

using TotpSecret = std::array<std::uint8_t, 20>;  ///< 160 bits, as RFC 4226 §4 asks for

inline constexpr std::int64_t totp_step_s = 30;
/// A phone's clock may be a step off, and typing takes its time.
inline constexpr std::int64_t totp_drift_steps = 1;

/// The code of a step: HMAC-SHA-1, six digits. Source: RFC 4226 §5.3, RFC 6238 §4.
std::uint32_t totp_code(std::span<const std::uint8_t> secret, std::uint64_t step);

/// The step that a code is of, at `now_s` seconds since 1970 or one step off. None when it is wrong, or not later than
/// `last_step`, the one that was accepted last: a code that somebody saw being typed is worth nothing. Spaces are
/// passed over. Takes the same time for all codes of six digits.
std::optional<std::uint64_t> accept_totp(std::span<const std::uint8_t> secret, std::string_view code,
                                         std::int64_t now_s, std::uint64_t last_step);

/// RFC 4648 §6, without padding: how people type a secret.
std::string base32(std::span<const std::uint8_t> bytes);
/// "otpauth://totp/Ringfence:anna?secret=…&issuer=Ringfence": what a QR code for the app says.
std::string totp_uri(std::span<const std::uint8_t> secret, std::string_view issuer, std::string_view account);

/// A recovery code for when the app is lost, out of 10 random bytes: 16 characters in groups, 80 bits.
std::string recovery_code(const std::array<std::uint8_t, 10>& random);
/// What somebody typed, as it was given out: capitals, without what stands between; none when it can be none.
std::optional<std::string> read_recovery_code(std::string_view typed);

}  // namespace rf::access
