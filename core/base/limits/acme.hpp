// Bounds of certificates that an authority elsewhere gives by ACME (RFC 8555). Fixed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

struct AcmeLimits {
  static constexpr std::size_t names = 32;              ///< of one certificate; more are refused
  static constexpr std::size_t name_bytes = 253;        ///< of one of them; a longer one is refused
  static constexpr std::size_t url_bytes = 1'024;       ///< of an address that the authority names; likewise
  static constexpr std::size_t text_bytes = 256;        ///< of tokens, nonces and what else it says in a word; likewise
  static constexpr std::size_t trouble_bytes = 300;     ///< of its words to us; what is longer is cut
  static constexpr std::size_t answer_bytes = 65'536;   ///< of one answer; a longer one ends the attempt
  static constexpr std::size_t chain = 8;               ///< certificates in one; likewise
  static constexpr std::size_t ca_bytes = 65'536;       ///< of the file with its own authorities; likewise
  static constexpr std::uint32_t answer_ms = 15'000;    ///< for one answer
  static constexpr std::uint32_t attempt_ms = 300'000;  ///< for a whole attempt
  static constexpr std::uint32_t poll_ms = 1'000;       ///< between two looks at what is not decided yet
  static constexpr std::uint32_t poll_ms_most = 30'000;  ///< even if the authority asks for more
  static constexpr std::uint32_t nonces = 4;            ///< that one request may need; then the attempt ends
  static constexpr std::uint32_t again_s = 900;         ///< after a failure; twice as long after each further one
  static constexpr std::uint32_t again_s_most = 43'200;  ///< at most
  static constexpr std::uint32_t lifetime_s_least = 3'600;  ///< that a certificate still has; one with less is refused
};

}  // namespace rf
