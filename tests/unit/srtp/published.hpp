// Whole packets that libsrtp publishes.
#pragma once

#include <array>
#include <string_view>

#include "core/srtp/suite.hpp"

namespace rf::srtp {

inline constexpr std::string_view packet_vector_plain = "800f1234decafbadcafebabe abababababababababababababababab";

/// What libsrtp's own test driver holds itself to: master keys, whole packets, SRTCP with index 1.
struct PacketVector {
  Suite suite;
  std::string_view key, rtp, rtcp;
};
inline constexpr std::array packet_vectors{
    PacketVector{Suite::aes_cm_128_sha1_80, "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6",
                 "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb",
                 "81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798"},
    PacketVector{Suite::aes_cm_256_sha1_80,
                 "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2",
                 "800f1234decafbadcafebabe f1d9de17ff251ff1aa007774b0b4b40d a08d9d9a5b3a55d8873b", ""},
    PacketVector{Suite::aead_aes_128_gcm, "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab",
                 "800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392",
                 "81c8000bcafebabe c98b8b5df0392a55852b6c21ac8e7025 c52c6fbea2b3b446ea31123ba88ce61e 80000001"},
};

}  // namespace rf::srtp
