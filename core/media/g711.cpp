#include "core/media/g711.hpp"

#include <array>

namespace rf::media {

namespace {

constexpr int mu_bias = 0x84;
constexpr int mu_clip = 32'635;

constexpr int decode_mu(unsigned byte) {
  const unsigned u = ~byte & 0xffu;
  const int magnitude = static_cast<int>((((u & 0x0fu) << 3) + mu_bias) << ((u & 0x70u) >> 4)) - mu_bias;
  return (u & 0x80u) != 0 ? -magnitude : magnitude;
}

constexpr int decode_a(unsigned byte) {
  const unsigned a = byte ^ 0x55u;
  const unsigned segment = (a & 0x70u) >> 4;
  const unsigned step = ((a & 0x0fu) << 4) + 8u;
  const int magnitude = static_cast<int>(segment == 0 ? step : (step + 0x100u) << (segment - 1));
  return (a & 0x80u) != 0 ? magnitude : -magnitude;
}

/// The number of the highest bit at or above `lowest`, counted from there.
constexpr unsigned segment_of(unsigned magnitude, unsigned lowest) {
  unsigned segment = 0;
  while (segment < 7 && magnitude >> (lowest + segment + 1) != 0) ++segment;
  return segment;
}

constexpr unsigned encode_mu(int sample) {
  const unsigned sign = sample < 0 ? 0x80u : 0u;
  int magnitude = sample < 0 ? -sample : sample;
  magnitude = (magnitude > mu_clip ? mu_clip : magnitude) + mu_bias;
  const unsigned segment = segment_of(static_cast<unsigned>(magnitude), 7);
  const unsigned mantissa = (static_cast<unsigned>(magnitude) >> (segment + 3)) & 0x0fu;
  return ~(sign | segment << 4 | mantissa) & 0xffu;
}

constexpr unsigned encode_a(int sample) {
  // Negative samples are one's complement, so that -1 falls where 0 is, on the other side.
  const unsigned sign = sample >= 0 ? 0x80u : 0u;
  const unsigned magnitude = static_cast<unsigned>(sample >= 0 ? sample : ~sample);
  unsigned out = 0;
  if (magnitude < 256) {
    out = magnitude >> 4;
  } else {
    const unsigned segment = segment_of(magnitude, 7);
    out = segment << 4 | ((magnitude >> (segment + 3)) & 0x0fu);
  }
  return (sign | out) ^ 0x55u;
}

template <class Result, std::size_t size, class Fn>
constexpr std::array<Result, size> table(Fn&& fn) {
  std::array<Result, size> out{};
  for (unsigned i = 0; i < size; ++i) out[i] = static_cast<Result>(fn(i));
  return out;
}

constexpr auto mu_linear = table<std::int16_t, 256>(decode_mu);
constexpr auto a_linear = table<std::int16_t, 256>(decode_a);
constexpr auto mu_a = table<std::uint8_t, 256>([](unsigned byte) { return encode_a(decode_mu(byte)); });
constexpr auto a_mu = table<std::uint8_t, 256>([](unsigned byte) { return encode_mu(decode_a(byte)); });

}  // namespace

std::int16_t mu_to_linear(std::uint8_t byte) {
  return mu_linear[byte];
}
std::int16_t a_to_linear(std::uint8_t byte) {
  return a_linear[byte];
}
std::uint8_t linear_to_mu(std::int16_t sample) {
  return static_cast<std::uint8_t>(encode_mu(sample));
}
std::uint8_t linear_to_a(std::int16_t sample) {
  return static_cast<std::uint8_t>(encode_a(sample));
}
std::uint8_t mu_to_a(std::uint8_t byte) {
  return mu_a[byte];
}
std::uint8_t a_to_mu(std::uint8_t byte) {
  return a_mu[byte];
}

}  // namespace rf::media
