#include "core/stun/message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rf::stun {
namespace {

using Datagram = std::vector<std::uint8_t>;

Datagram bytes_of(const std::string& hex) {
  Datagram out;
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
    if (digits.size() < 2) continue;
    out.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return out;
}

const std::string password = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 §2.1 to §2.3.
const Datagram sample_request = bytes_of(
    "00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff"
    "80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249"
    "c1b571a2 80280004 e57a3bcf");
const Datagram sample_answer_v4 = bytes_of(
    "0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643"
    "00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96");
const Datagram sample_answer_v6 = bytes_of(
    "01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa"
    "a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c");
// The same request, signed with SHA-256 by another implementation (Python's hmac and zlib).
const Datagram sample_sha256 = bytes_of(
    "00010044 2112a442 b7e7a701 bc34d686 fa87dfae 00060009 6576746a 3a683676 59000000 00240004 6e0001ff 001c0020"
    "9fa69c17 9603864d e9ccea61 c0077a95 8a84900e cc4edf64 f3c203fd afb9646b 80280004 fe5bb0b3");

Error error_of(const Datagram& d) {
  const auto parsed = Message::parse(d);
  EXPECT_FALSE(parsed);
  return parsed ? Error{} : parsed.error();
}

TEST(StunMessage, ReadsTheSampleRequestOfTheRfc) {
  const auto m = Message::parse(sample_request);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->kind(), Class::request);
  EXPECT_EQ(m->method(), binding);
  EXPECT_EQ(m->text(Type::software), "STUN test client");
  EXPECT_EQ(m->text(Type::username), "evtj:h6vY");
  EXPECT_EQ(m->number(Type::priority), 0x6e0001ffu);
  EXPECT_TRUE(m->find(Type::ice_controlled));
  EXPECT_FALSE(m->find(Type::use_candidate));
  EXPECT_TRUE(m->has_fingerprint());
  EXPECT_EQ(m->hash(), Hash::sha1);
  EXPECT_TRUE(m->unknown().empty());
  EXPECT_TRUE(m->is_signed_by(password));
  EXPECT_FALSE(m->is_signed_by("VOkJxbRl1RmTxUk/WvJxBT"));
  EXPECT_FALSE(m->is_signed_by(""));
}

TEST(StunMessage, ReadsTheMappedAddressesOfTheRfc) {
  const auto v4 = Message::parse(sample_answer_v4), v6 = Message::parse(sample_answer_v6);
  ASSERT_TRUE(v4 && v6);
  EXPECT_EQ(v4->kind(), Class::success);
  EXPECT_EQ(v4->mapped_endpoint()->text(), "192.0.2.1:32853");
  EXPECT_EQ(v6->mapped_endpoint()->text(), "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
  EXPECT_TRUE(v4->is_signed_by(password));
  EXPECT_TRUE(v6->is_signed_by(password));
}

TEST(StunMessage, ReadsASignatureOfSha256) {
  const auto m = Message::parse(sample_sha256);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->hash(), Hash::sha256);
  EXPECT_TRUE(m->is_signed_by(password));
  EXPECT_FALSE(m->is_signed_by("other"));
}

TEST(StunMessage, AnyChangedBitIsNoticed) {
  for (const Datagram* sample : {&sample_request, &sample_sha256})
    for (std::size_t bit = 0; bit < sample->size() * 8; ++bit) {
      Datagram d = *sample;
      d[bit / 8] = static_cast<std::uint8_t>(d[bit / 8] ^ 1u << bit % 8);
      const auto m = Message::parse(d);
      EXPECT_FALSE(m && m->has_fingerprint() && m->is_signed_by(password)) << "bit " << bit;
    }
}

TEST(StunMessage, ATruncatedMessageIsNone) {
  for (std::size_t bytes = 0; bytes < sample_request.size(); ++bytes)
    EXPECT_FALSE(Message::parse(std::span(sample_request).first(bytes))) << bytes;
}

TEST(StunMessage, WhatFollowsItIsNoPartOfIt) {
  Datagram d = sample_request;
  d.insert(d.end(), 4, 0);
  EXPECT_EQ(error_of(d), Error::bad_length);
}

TEST(StunMessage, OtherProtocolsAreNone) {
  Datagram rtp = sample_request;
  rtp[0] = 0x80;
  EXPECT_EQ(error_of(rtp), Error::not_stun);
  Datagram classic = sample_request;  // RFC 3489 had no cookie
  classic[4] = 0;
  EXPECT_EQ(error_of(classic), Error::not_stun);
}

TEST(StunMessage, AnAttributeMayNotLeadBeyondTheEnd) {
  EXPECT_EQ(error_of(bytes_of("00010008 2112a442 00000000 00000000 00000000 00060008 61626364")), Error::too_short);
  EXPECT_EQ(error_of(bytes_of("00010004 2112a442 00000000 00000000 00000000 0006ffff")), Error::too_short);
  EXPECT_EQ(error_of(bytes_of("00010006 2112a442 00000000 00000000 00000000 00060002 6162")), Error::bad_length);
}

TEST(StunMessage, AttributesAreCounted) {
  Datagram d = bytes_of("00010080 2112a442 00000000 00000000 00000000");
  for (std::size_t i = 0; i < 32; ++i) d.insert(d.end(), {0x80, 0x22, 0, 0});
  EXPECT_TRUE(Message::parse(d));
  d.insert(d.end(), {0x80, 0x22, 0, 0});
  d[3] = 0x84;
  EXPECT_EQ(error_of(d), Error::too_many);
}

TEST(StunMessage, ALongOneIsNotReadAtAll) {
  Datagram d = bytes_of("00010000 2112a442 00000000 00000000 00000000 80220000");
  d.resize(IceLimits::message_bytes + 4);
  const std::size_t length = d.size() - 20;
  d[2] = static_cast<std::uint8_t>(length >> 8);
  d[3] = static_cast<std::uint8_t>(length);
  d[22] = static_cast<std::uint8_t>((length - 4) >> 8);
  d[23] = static_cast<std::uint8_t>(length - 4);
  EXPECT_EQ(error_of(d), Error::too_long);
}

TEST(StunMessage, AFingerprintIsLastOrNone) {
  Datagram d = sample_request;
  d.insert(d.end(), {0x80, 0x22, 0, 0});
  d[3] = static_cast<std::uint8_t>(d[3] + 4);
  EXPECT_EQ(error_of(d), Error::bad_fingerprint);
}

TEST(StunMessage, WhatComesBehindTheSignatureIsNotFound) {
  // Between integrity and fingerprint anybody on the way could write: USE-CANDIDATE there means nothing.
  Datagram d(sample_request.begin(), sample_request.end() - 8);
  d.insert(d.end(), {0, 0x25, 0, 0, 0x7f, 0x01, 0, 0});
  const auto m = Message::parse(d);
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->find(Type::use_candidate));
  EXPECT_TRUE(m->unknown().empty());
  EXPECT_TRUE(m->is_signed_by(password));
}

TEST(StunMessage, ANestedMessageIsOneValue) {
  Datagram d = bytes_of("00010000 2112a442 00000000 00000000 00000000");
  const std::size_t inner = sample_request.size();
  d.insert(d.end(), {0x80, 0x22, static_cast<std::uint8_t>(inner >> 8), static_cast<std::uint8_t>(inner)});
  d.insert(d.end(), sample_request.begin(), sample_request.end());
  d[3] = static_cast<std::uint8_t>(4 + inner);
  const auto m = Message::parse(d);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->text(Type::software)->size(), inner);
  EXPECT_FALSE(m->find(Type::username));
  EXPECT_FALSE(m->hash());
  EXPECT_FALSE(m->is_signed_by(password));
}

TEST(StunMessage, NamesWhatItHasToUnderstandAndDoesNot) {
  const auto m = Message::parse(bytes_of("0001000c 2112a442 00000000 00000000 00000000 7f010000 00030000 c0570000"));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->unknown().size(), 2u);
  EXPECT_EQ(m->unknown()[0], 0x7f01);
  EXPECT_EQ(m->unknown()[1], 0x0003);
}

TEST(StunMessage, SignaturesOfStrangeSizesAreRefused) {
  EXPECT_EQ(error_of(bytes_of("00010008 2112a442 00000000 00000000 00000000 00080004 61626364")), Error::bad_attribute);
  EXPECT_EQ(error_of(bytes_of("00010010 2112a442 00000000 00000000 00000000 001c000c 61626364 61626364 61626364")),
            Error::bad_attribute);
}

TEST(StunMessage, AMappedAddressHasAFamilyAndItsSize) {
  Datagram d = sample_answer_v4;
  d.resize(d.size() - 8 - 24);
  d[3] = static_cast<std::uint8_t>(d.size() - 20);
  ASSERT_TRUE(Message::parse(d)->mapped_endpoint());
  d[41] = 2;
  EXPECT_FALSE(Message::parse(d)->mapped_endpoint());
  d[41] = 3;
  EXPECT_FALSE(Message::parse(d)->mapped_endpoint());
}

TEST(StunMessage, ReadsTheCodeOfAnError) {
  const auto code = [](const char* value) {
    const auto bytes = bytes_of(std::string("01110008 2112a442 00000000 00000000 00000000 00090004") + value);
    const auto m = Message::parse(bytes);
    EXPECT_EQ(m->kind(), Class::failure);
    return m->error_code();
  };
  EXPECT_EQ(code("00000414"), 420u);
  EXPECT_EQ(code("00000457"), 487u);
  EXPECT_FALSE(code("00000764"));
  EXPECT_FALSE(code("00000264"));
  EXPECT_FALSE(code("00000464"));
}

}  // namespace
}  // namespace rf::stun
