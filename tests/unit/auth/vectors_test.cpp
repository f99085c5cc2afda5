// Published vectors. RFC 7616 §3.9.2 is left out: its userhash is known to be wrong, and userhash is not offered.
#include <gtest/gtest.h>

#include "core/auth/digest.hpp"

namespace rf::auth {
namespace {

using policy::Algorithm;

std::string rfc7616(Algorithm algorithm) {
  return response(algorithm, ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life"),
                  "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001",
                  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "GET", "/dir/index.html");
}

TEST(Vectors, Rfc7616Section391) {
  EXPECT_EQ(rfc7616(Algorithm::sha256), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  EXPECT_EQ(rfc7616(Algorithm::md5), "8ca523f5e9506fed4657c9700eebdbec");
}

TEST(Vectors, Rfc2617Section35) {
  EXPECT_EQ(response(Algorithm::md5, ha1(Algorithm::md5, "Mufasa", "testrealm@host.com", "Circle Of Life"),
                     "dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", "GET", "/dir/index.html"),
            "6629fae49393a05397450978507c4ef1");
}

std::string hex(const std::array<std::uint8_t, 32>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t b : bytes) out.append({digits[b >> 4], digits[b & 15]});
  return out;
}

TEST(Vectors, HashesAreOverTheThreePartsWithColons) {
  // printf 'Mufasa:http-auth@example.org:Circle of Life' | openssl dgst -sha512-256, -sha256, -md5
  EXPECT_EQ(hex(ha1(Algorithm::sha512_256, "Mufasa", "http-auth@example.org", "Circle of Life")),
            "fb174f5c3c7802721517cae13b98e2b8dae2e0118cb705d94ee29946319204ce");
  EXPECT_EQ(hex(ha1(Algorithm::sha256, "Mufasa", "http-auth@example.org", "Circle of Life")),
            "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
  EXPECT_EQ(hex(ha1(Algorithm::md5, "Mufasa", "http-auth@example.org", "Circle of Life")),
            "3d78807defe7de2157e2b0b6573a855f00000000000000000000000000000000");
}

TEST(Vectors, LongPartsAreHashedLikeShortOnes) {
  const std::string uri(5'000, 'u');
  const auto secret = ha1(Algorithm::sha256, "a", "b", "c");
  EXPECT_EQ(response(Algorithm::sha256, secret, "n", "00000001", "c", "INVITE", uri),
            "baf677036060083bb01de04295b388516607c795336d86db6c8f5f7aa3a4593c");
}

TEST(Vectors, AlgorithmsAreNamedAsRegistered) {
  EXPECT_EQ(text_of(Algorithm::sha512_256), "SHA-512-256");
  EXPECT_EQ(text_of(Algorithm::sha256), "SHA-256");
  EXPECT_EQ(text_of(Algorithm::md5), "MD5");
}

}  // namespace
}  // namespace rf::auth
