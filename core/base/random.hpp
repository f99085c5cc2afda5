// Chance is an argument: the engine draws from a generator that the shell seeded, so a run can be repeated.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace rf {

/// A ChaCha20 key stream as a random generator: unpredictable when seeded from the kernel, repeatable when seeded by a
/// test. Tags, branches and Call-IDs come from here, so it must not be guessable from its output.
/// Source: RFC 8439 block function.
class Random {
 public:
  using Seed = std::array<std::uint32_t, 8>;
  explicit Random(const Seed& seed) : key_(seed) {}
  /// A repeatable generator for tests and simulation.
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// Evenly from 0 to `bound` - 1; `bound` at least 1.
  std::uint64_t below(std::uint64_t bound);
  /// Appends `length` characters out of [a-z0-9]: 5.17 bits each.
  void append_token(std::string& out, std::size_t length);
  std::string token(std::size_t length);
  void fill(std::span<std::uint8_t> out);

 private:
  void refill();

  Seed key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint64_t, 8> block_{};
  unsigned used_ = 8;
};

}  // namespace rf
