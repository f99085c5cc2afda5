// What the RFCs and libsrtp publish, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/srtp/keys.hpp"
#include "core/srtp/transform.hpp"
#include "tests/unit/srtp/packets.hpp"
#include "tests/unit/srtp/published.hpp"

namespace rf::srtp {
namespace {

Packet key_stream(std::string_view key, std::string_view start, std::size_t bytes) {
  Block block;
  std::ranges::copy(hex(start), block.begin());
  Packet out(bytes);
  EXPECT_TRUE(CounterMode::make(hex(key))->crypt(block, out));
  return out;
}

Packet part(const Packet& whole, std::size_t at, std::size_t bytes) {
  return Packet(whole.begin() + static_cast<std::ptrdiff_t>(at),
                whole.begin() + static_cast<std::ptrdiff_t>(at + bytes));
}

template <std::size_t n>
Packet part(const Secret<std::array<std::uint8_t, n>>& whole, std::size_t bytes) {
  return Packet(whole.reveal().begin(), whole.reveal().begin() + static_cast<std::ptrdiff_t>(bytes));
}

MasterKey master(Suite suite, std::string_view key_and_salt) {
  return *MasterKey::make(suite, hex(key_and_salt));
}

TEST(Vectors, CounterModeOf128BitsIsThatOfRfc3711B2) {
  const Packet stream = key_stream("2B7E151628AED2A6ABF7158809CF4F3C", "F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000", 0xff02 * 16);
  EXPECT_EQ(part(stream, 0, 48), hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                                     "41E95B3BB0A2E8DD477901E4FCA894C0"));
  EXPECT_EQ(part(stream, 0xfeff * 16, 48), hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
                                               "6A2CC3787889374FBEB4C81B17BA6C44"));
}

TEST(Vectors, CounterModeOf256BitsIsThatOfRfc6188Section7) {
  const Packet stream = key_stream("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
                                   "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000", 0xff02 * 16);
  EXPECT_EQ(part(stream, 0, 48), hex("92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac"
                                     "63c4868b7096d88421b563b8c94c9a31"));
  EXPECT_EQ(part(stream, 0xfeff * 16, 48), hex("cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d"
                                               "6eb246913062a16891433e97dd01a57f"));
}

TEST(Vectors, SessionKeysOf128BitsAreThoseOfRfc3711B3) {
  const auto keys = derive(
      master(Suite::aes_cm_128_sha1_80, "E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6"), Kind::rtp);
  ASSERT_TRUE(keys);
  EXPECT_EQ(part(keys->cipher, 16), hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(part(keys->salt, 16), hex("30CBBC08863D8C85D49DB34A9AE1 0000"));
  EXPECT_EQ(part(keys->hash, 20), hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

TEST(Vectors, SessionKeysOf256BitsAreThoseOfRfc6188Section7) {
  const auto keys = derive(master(Suite::aes_cm_256_sha1_80,
                                  "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"
                                  "3b04803de51ee7c96423ab5b78d2"),
                           Kind::rtp);
  ASSERT_TRUE(keys);
  EXPECT_EQ(part(keys->cipher, 32), hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4"));
  EXPECT_EQ(part(keys->salt, 14), hex("fa31791685ca444a9e07c6c64e93"));
  EXPECT_EQ(part(keys->hash, 20), hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"));
}

/// HMAC-SHA1 itself, RFC 2202 cases 1, 2 and 6; the last four bytes come as the word.
TEST(Vectors, KeyedSha1IsThatOfRfc2202) {
  const auto tag = [](Packet key, std::string_view text) {
    Packet bytes(text.begin(), text.end());
    const std::uint32_t word = read32(bytes, bytes.size() - 4);
    bytes.resize(bytes.size() - 4);
    const KeyedSha1::Tag made = KeyedSha1(key).tag(bytes, word);
    return Packet(made.begin(), made.end());
  };
  EXPECT_EQ(tag(Packet(20, 0x0b), "Hi There"), hex("b617318655057264e28bc0b6fb378c8ef146be00"));
  EXPECT_EQ(tag(hex("4a656665"), "what do ya want for nothing?"), hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
}

/// RFC 7714 §16 and §17 name session keys.
struct GcmVector {
  Suite suite;
  std::string_view rtp, rtcp;
};
constexpr std::string_view gcm_rtp =
    "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573";
constexpr std::string_view gcm_rtcp =
    "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
    "deadbeef";
constexpr std::array gcm_vectors{
    GcmVector{Suite::aead_aes_128_gcm,
              "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b "
              "36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
              "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 "
              "86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4"},
    GcmVector{Suite::aead_aes_256_gcm,
              "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f "
              "1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13",
              "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 "
              "c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4"}};

Half gcm_half(Suite suite, Kind kind, Gcm::Way way) {
  SessionKeys keys;
  for (std::size_t i = 0; i < 32; ++i) keys.cipher.reveal()[i] = static_cast<std::uint8_t>(i);
  std::ranges::copy(hex("517569642070726f2071756f"), keys.salt.reveal().begin());
  return *Half::make(suite, kind, keys, way);
}

TEST(Vectors, GcmPacketsAreThoseOfRfc7714) {
  struct Case {
    Kind kind;
    std::string_view plain, sealed;
    std::size_t head;
    std::uint32_t ssrc;
    std::uint64_t index;
  };
  for (const GcmVector& vector : gcm_vectors)
    for (const Case& c : {Case{Kind::rtp, gcm_rtp, vector.rtp, 12, 0x5501a0b2, 0xf17b},
                          Case{Kind::rtcp, gcm_rtcp, vector.rtcp, 8, 0x4d617273, 0x5d4}}) {
      const Half seals = gcm_half(vector.suite, c.kind, Gcm::Way::seal);
      Packet packet = hex(c.plain);
      const std::size_t bytes = packet.size();
      packet.resize(bytes + seals.growth());
      ASSERT_TRUE(seals.seal(packet, c.head, c.ssrc, c.index));
      EXPECT_EQ(packet, hex(c.sealed));
      ASSERT_TRUE(gcm_half(vector.suite, c.kind, Gcm::Way::open).open(packet, c.head, c.ssrc, c.index));
      EXPECT_EQ(part(packet, 0, bytes), hex(c.plain));
    }
}

TEST(Vectors, WholePacketsAreThoseOfLibsrtp) {
  for (const PacketVector& vector : packet_vectors) {
    const MasterKey key = master(vector.suite, vector.key);
    Protector sender = *Protector::make(key);
    Unprotector receiver = *Unprotector::make(key);
    const Packet plain = hex(packet_vector_plain);
    const auto sealed = protected_rtp(sender, plain);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(*sealed, hex(vector.rtp)) << facts_of(vector.suite).sdp_name;
    EXPECT_EQ(opened_rtp(receiver, hex(vector.rtp)), plain);
    if (vector.rtcp.empty()) continue;
    const Packet report = hex("81c8000bcafebabe abababababababababababababababab");
    ASSERT_TRUE(protected_rtcp(sender, report));
    EXPECT_EQ(protected_rtcp(sender, report), hex(vector.rtcp)) << facts_of(vector.suite).sdp_name;
    EXPECT_EQ(opened_rtcp(receiver, hex(vector.rtcp)), report);
  }
}

}  // namespace
}  // namespace rf::srtp
