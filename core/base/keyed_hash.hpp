// A hash that strangers cannot aim: tables keyed by what the wire says stay flat under chosen input.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/ids.hpp"

namespace rf {

/// The secret of one table's hash values.
struct HashKey {
  std::uint64_t k0 = 0, k1 = 0;

  explicit constexpr HashKey(std::uint64_t seed)
      : k0(mix64(seed + 0x9e3779b97f4a7c15ULL)), k1(mix64(seed + 0x3c6ef372fe94f82aULL)) {}
};

/// SipHash-1-3 over a row of texts and numbers. Each text goes in with its length in front, so no two rows of pieces
/// are the same bytes. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
class KeyedHash {
 public:
  explicit KeyedHash(const HashKey& key)
      : v0_(key.k0 ^ 0x736f6d6570736575ULL),
        v1_(key.k1 ^ 0x646f72616e646f6dULL),
        v2_(key.k0 ^ 0x6c7967656e657261ULL),
        v3_(key.k1 ^ 0x7465646279746573ULL) {}

  KeyedHash& add(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
    return *this;
  }
  KeyedHash& add(std::string_view text) {
    add(text.size());
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t word;
    for (; left >= 8; at += 8, left -= 8) {
      std::memcpy(&word, at, 8);
      add(word);
    }
    if (left != 0) {
      word = 0;
      std::memcpy(&word, at, left);
      add(word);
    }
    return *this;
  }
  std::uint64_t finish() {
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

/// For tables keyed by what we named ourselves: ids from a counter or from our own chance, which no stranger chooses.
/// Nobody who does not know the key can tell where they lie; against keys of somebody's choice only KeyedHash helps.
class OwnHash {
 public:
  explicit OwnHash(const HashKey& key) : state_(key.k0), last_(key.k1) {}

  OwnHash& add(std::uint64_t word) {
    state_ = mix64(state_ ^ word);
    return *this;
  }
  std::uint64_t finish() const { return state_ ^ last_; }

 private:
  std::uint64_t state_, last_;
};

/// For tables whose keys are hash values already.
struct HashIsKey {
  using is_avalanching = void;
  std::size_t operator()(std::uint64_t key) const noexcept { return key; }
};

}  // namespace rf
