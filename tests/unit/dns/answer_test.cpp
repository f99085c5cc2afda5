#include "shell/dns/answer.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/wire.hpp"
#include "tests/unit/dns/name_server.hpp"

namespace rf::dns {
namespace {

using test::ResourceRecord;
using test::Wire;
using txn::DnsType;

std::vector<std::uint8_t> reply_with(const std::vector<ResourceRecord>& answers, unsigned type) {
  Wire wire;
  wire.u16(1).u16(0x8180).u16(1).u16(static_cast<unsigned>(answers.size())).u16(0).u16(0);
  wire.name("m.test").u16(type).u16(1);
  for (const ResourceRecord& record : answers) {
    wire.name(record.name).u16(record.type).u16(1).u32(record.ttl_s);
    wire.u16(static_cast<unsigned>(record.data.size())).raw(record.data);
  }
  return {wire.bytes().begin(), wire.bytes().end()};
}

TEST(DnsAnswer, BelievesABoundedNumberOfRecords) {
  std::vector<ResourceRecord> addresses, services, pointers;
  for (int i = 0; i < 200; ++i) {
    addresses.push_back(test::a_record("m.test", 60, "192.0.2." + std::to_string(i)));
    services.push_back(test::srv_record("m.test", 60, 1, 1, 5061, "t.test"));
    pointers.push_back(test::naptr_record("m.test", 60, 1, "SIP+D2U", "r.test"));
  }
  EXPECT_EQ(read_answer(DnsType::a, reply_with(addresses, 1)).addresses.size(), WireLimits::dns_records);
  EXPECT_EQ(read_answer(DnsType::srv, reply_with(services, 33)).srv.size(), WireLimits::dns_records);
  EXPECT_EQ(read_answer(DnsType::naptr, reply_with(pointers, 35)).naptr.size(), WireLimits::dns_records);
}

TEST(DnsAnswer, EveryShorterPieceOfAReplyIsReadWithoutHarm) {
  const auto whole = reply_with({test::srv_record("m.test", 60, 1, 1, 5061, "t.test"),
                                 test::naptr_record("m.test", 60, 1, "SIP+D2U", "r.test"),
                                 test::a_record("m.test", 60, "192.0.2.1"), test::soa_record("m.test", 60, 5)},
                                33);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // On the heap and exactly as long, so that a sanitizer sees one byte too far.
    const std::vector<std::uint8_t> piece(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    for (const DnsType type : {DnsType::a, DnsType::aaaa, DnsType::srv, DnsType::naptr})
      EXPECT_FALSE(read_answer(type, piece).found) << size;
    EXPECT_EQ(negative_ttl_s(piece), 0u) << size;
  }
  EXPECT_TRUE(read_answer(DnsType::srv, whole).found);
  EXPECT_EQ(negative_ttl_s(whole), 5u);
}

}  // namespace
}  // namespace rf::dns
