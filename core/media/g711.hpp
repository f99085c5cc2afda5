// G.711: the two laws that telephones speak, by table.
#pragma once

#include <cstdint>

namespace rf::media {

/// A sample of silence.
inline constexpr std::uint8_t silence_mu = 0xff;
inline constexpr std::uint8_t silence_a = 0xd5;

/// From one byte to the 16-bit sample that it stands for, and back to the byte whose interval holds it.
/// Source: ITU-T G.711 tables 1a to 2b, scaled to 16 bits as in the reference code of G.191.
std::int16_t mu_to_linear(std::uint8_t byte);
std::int16_t a_to_linear(std::uint8_t byte);
std::uint8_t linear_to_mu(std::int16_t sample);
std::uint8_t linear_to_a(std::int16_t sample);
/// From law to law.
std::uint8_t mu_to_a(std::uint8_t byte);
std::uint8_t a_to_mu(std::uint8_t byte);

}  // namespace rf::media
