#include "core/base/random.hpp"

#include <bit>
#include <cstring>

#include "core/base/ids.hpp"

namespace rf {
namespace {

void quarter(std::array<std::uint32_t, 16>& s, int a, int b, int c, int d) {
  s[a] += s[b];
  s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b];
  s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = std::rotl(s[b] ^ s[c], 7);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (auto& word : key_) {
    seed += 0x9e3779b97f4a7c15ULL;
    word = static_cast<std::uint32_t>(mix64(seed));
  }
}

void Random::refill() {
  std::array<std::uint32_t, 16> in{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < 8; ++i) in[4 + i] = key_[i];
  in[12] = static_cast<std::uint32_t>(counter_);
  in[13] = static_cast<std::uint32_t>(counter_ >> 32);
  ++counter_;
  auto s = in;
  for (int round = 0; round < 10; ++round) {
    quarter(s, 0, 4, 8, 12);
    quarter(s, 1, 5, 9, 13);
    quarter(s, 2, 6, 10, 14);
    quarter(s, 3, 7, 11, 15);
    quarter(s, 0, 5, 10, 15);
    quarter(s, 1, 6, 11, 12);
    quarter(s, 2, 7, 8, 13);
    quarter(s, 3, 4, 9, 14);
  }
  for (std::size_t i = 0; i < 16; ++i) s[i] += in[i];
  std::memcpy(block_.data(), s.data(), sizeof block_);
  used_ = 0;
}

std::uint64_t Random::next() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t limit = bound * (UINT64_MAX / bound);
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

void Random::append_token(std::string& out, std::size_t length) {
  static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::uint64_t pool = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 12 == 0) pool = next();  // 36^12 is below 2^64 by a factor of four: the bias is under one in four million
    out += alphabet[pool % 36];
    pool /= 36;
  }
}

std::string Random::token(std::size_t length) {
  std::string out;
  out.reserve(length);
  append_token(out, length);
  return out;
}

void Random::fill(std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); i += 8) {
    const std::uint64_t word = next();
    std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, out.size() - i));
  }
}

}  // namespace rf
