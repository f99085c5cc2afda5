#include "core/stun/writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace rf::stun {
namespace {

const TransactionId id{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(StunWriter, WritesWhatTheParserReads) {
  std::array<std::uint8_t, 256> out{};
  const Endpoint mapped = Endpoint::parse("203.0.113.9:61000").value();
  const std::size_t bytes = Writer(out, Class::success, binding, id)
                                .add(Type::username, "ab:cde")
                                .add(Type::priority, 77)
                                .add(Type::use_candidate, Bytes{})
                                .add_mapped(mapped)
                                .sign(Hash::sha1, "secret")
                                .sign(Hash::sha256, "secret")
                                .fingerprint()
                                .finish();
  const auto m = Message::parse(std::span(out).first(bytes));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->kind(), Class::success);
  EXPECT_EQ(m->method(), binding);
  EXPECT_EQ(m->transaction(), id);
  EXPECT_EQ(m->text(Type::username), "ab:cde");
  EXPECT_EQ(m->number(Type::priority), 77u);
  EXPECT_EQ(m->find(Type::use_candidate)->size(), 0u);
  EXPECT_EQ(m->mapped_endpoint(), mapped);
  EXPECT_EQ(m->hash(), Hash::sha256);
  EXPECT_TRUE(m->is_signed_by("secret"));
  EXPECT_TRUE(m->has_fingerprint());
}

TEST(StunWriter, WritesErrorsWithTheTypesThatWereNotUnderstood) {
  std::array<std::uint8_t, 64> out{};
  const std::array<std::uint16_t, 3> types{0x7f01, 3, 0x0101};
  const std::size_t bytes = Writer(out, Class::failure, binding, id).add_error(420).add_unknown(types).finish();
  const auto m = Message::parse(std::span(out).first(bytes));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->error_code(), 420u);
  EXPECT_EQ(m->find(Type::unknown_attributes)->size(), 6u);
}

TEST(StunWriter, WhatDoesNotFitIsNothing) {
  std::array<std::uint8_t, 256> out{};
  const auto write = [&out](std::size_t room) {
    return Writer(std::span(out).first(room), Class::success, binding, id)
        .add_mapped(Endpoint{Address::v4(1), 2})
        .sign(Hash::sha1, "k")
        .fingerprint()
        .finish();
  };
  EXPECT_EQ(write(64), 64u);
  for (std::size_t room = 0; room < 64; ++room) EXPECT_EQ(write(room), 0u) << room;
}

RC_GTEST_PROP(StunWriter, EveryMessageComesBackAsItWasWritten, ()) {
  const auto kind = static_cast<Class>(*rc::gen::inRange(0, 4));
  const auto method = *rc::gen::inRange<std::uint16_t>(0, 0x1000);
  const auto raw = *rc::gen::container<std::vector<std::uint8_t>>(12, rc::gen::arbitrary<std::uint8_t>());
  const auto text = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto key = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto octets = *rc::gen::container<std::vector<std::uint8_t>>(16, rc::gen::arbitrary<std::uint8_t>());
  const auto hash = *rc::gen::element(Hash::sha1, Hash::sha256);
  TransactionId transaction;
  std::copy(raw.begin(), raw.end(), transaction.begin());
  std::array<std::uint8_t, 16> address{};
  std::copy(octets.begin(), octets.end(), address.begin());
  const Endpoint mapped{Address::from_bytes(address), *rc::gen::arbitrary<std::uint16_t>()};

  std::array<std::uint8_t, IceLimits::message_bytes> out{};
  const std::size_t bytes = Writer(out, kind, method, transaction)
                                .add(Type::software, text)
                                .add_mapped(mapped)
                                .sign(hash, key)
                                .fingerprint()
                                .finish();
  RC_ASSERT(bytes != 0u);
  const auto m = Message::parse(std::span(out).first(bytes));
  RC_ASSERT(m.has_value());
  RC_ASSERT(m->kind() == kind);
  RC_ASSERT(m->method() == method);
  RC_ASSERT(m->transaction() == transaction);
  RC_ASSERT(m->text(Type::software) == text);
  RC_ASSERT(m->mapped_endpoint() == mapped);
  RC_ASSERT(m->hash() == hash);
  RC_ASSERT(m->is_signed_by(key));
  RC_ASSERT(!m->is_signed_by(key + "x"));
}

}  // namespace
}  // namespace rf::stun
