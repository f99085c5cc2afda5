#include "core/base/address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unordered_set>

namespace rf {
namespace {

Address address(std::string_view text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Address{});
}

Subnet subnet(std::string_view text) {
  const auto parsed = Subnet::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Subnet{});
}

TEST(Address, ReadsAndWritesIpv4) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "10.20.30.40"})
    EXPECT_EQ(address(text).text(), text);
  EXPECT_TRUE(address("192.0.2.1").is_v4());
  EXPECT_EQ(address("192.0.2.1").v4_host_order(), 0xc0000201u);
}

TEST(Address, WritesIpv6AsRfc5952Wants) {
  const std::pair<const char*, const char*> cases[] = {
      {"2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"fe80::a:b:c:d", "fe80::a:b:c:d"},
      {"2001:db8::192.0.2.33", "2001:db8::c000:221"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(address(in).text(), out) << in;
}

TEST(Address, MappedIpv4IsTheSameAddressAsPlainIpv4) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:c000:0201"), address("192.0.2.1"));
}

TEST(Address, RefusesWhatOnlyLooksLikeAnAddress) {
  for (const char* text : {"",
                           ".",
                           "1.2.3",
                           "1.2.3.4.5",
                           "256.0.0.1",
                           "01.2.3.4",
                           "1.2.3.04",
                           "1..2.3",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "+1.2.3.4",
                           "-1.2.3.4",
                           "0x7f.0.0.1",
                           "2130706433",
                           "1.2.3.4:5",
                           ":",
                           ":::",
                           ":1",
                           "1:",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "12345::",
                           "g::",
                           "::1%eth0",
                           "[::1]",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "::1.2.3",
                           "::1.2.3.4:5",
                           "1:2:3:4:5:6:7:8::",
                           "::0001:0002:0003:0004:0005:0006:0007:0008:0009:000a",
                           "0000000000000000000000000000::1"})
    EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, KnowsLoopbackPrivateAndMulticast) {
  EXPECT_TRUE(address("127.0.0.1").is_loopback());
  EXPECT_TRUE(address("127.255.255.254").is_loopback());
  EXPECT_TRUE(address("::1").is_loopback());
  EXPECT_FALSE(address("128.0.0.1").is_loopback());
  for (const char* inside : {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.4.5", "169.254.1.1",
                             "100.64.0.1", "100.127.255.255", "fd00::1", "fc00::1", "fe80::1", "febf::1", "127.0.0.1"})
    EXPECT_TRUE(address(inside).is_private()) << inside;
  for (const char* outside : {"11.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.1.1", "192.169.0.0", "169.253.0.1",
                              "100.63.255.255", "100.128.0.0", "8.8.8.8", "2001:db8::1", "fec0::1", "fe00::1", "::"})
    EXPECT_FALSE(address(outside).is_private()) << outside;
  EXPECT_TRUE(address("224.0.0.1").is_multicast());
  EXPECT_TRUE(address("239.255.255.255").is_multicast());
  EXPECT_TRUE(address("ff02::1").is_multicast());
  EXPECT_FALSE(address("240.0.0.1").is_multicast());
  EXPECT_TRUE(address("0.0.0.0").is_unspecified());
  EXPECT_TRUE(address("::").is_unspecified());
  EXPECT_TRUE(Address{}.is_unspecified());
  EXPECT_FALSE(address("0.0.0.1").is_unspecified());
}

RC_GTEST_PROP(AddressProperty, TextOfAnyAddressReadsBackAsIt, ()) {
  std::array<std::uint8_t, 16> bytes{};
  // Runs of zeros are what the shortening trips over, so they are drawn often.
  for (std::size_t i = 0; i < 16; i += 2) {
    const auto group = *rc::gen::weightedOneOf<std::uint16_t>(
        {{1, rc::gen::just<std::uint16_t>(0)}, {1, rc::gen::arbitrary<std::uint16_t>()}});
    bytes[i] = static_cast<std::uint8_t>(group >> 8);
    bytes[i + 1] = static_cast<std::uint8_t>(group);
  }
  const Address original = Address::from_bytes(bytes);
  const auto again = Address::parse(original.text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == original);
}

RC_GTEST_PROP(AddressProperty, ParsingAnyTextIsSafe, (const std::string& text)) {
  const auto parsed = Address::parse(text);
  if (parsed) RC_ASSERT(Address::parse(parsed->text()) == parsed);
}

TEST(Subnet, ContainsItsOwnAndNothingElse) {
  EXPECT_TRUE(subnet("10.0.0.0/8").contains(address("10.255.255.255")));
  EXPECT_FALSE(subnet("10.0.0.0/8").contains(address("11.0.0.0")));
  EXPECT_TRUE(subnet("192.0.2.128/25").contains(address("192.0.2.129")));
  EXPECT_FALSE(subnet("192.0.2.128/25").contains(address("192.0.2.127")));
  EXPECT_TRUE(subnet("192.0.2.1").contains(address("192.0.2.1")));
  EXPECT_FALSE(subnet("192.0.2.1").contains(address("192.0.2.2")));
  EXPECT_TRUE(subnet("2001:db8::/33").contains(address("2001:db8:7fff::1")));
  EXPECT_FALSE(subnet("2001:db8::/33").contains(address("2001:db8:8000::1")));
}

TEST(Subnet, DropsHostBits) {
  EXPECT_EQ(subnet("192.0.2.77/24"), subnet("192.0.2.0/24"));
  EXPECT_EQ(subnet("192.0.2.77/24").text(), "192.0.2.0/24");
  EXPECT_EQ(subnet("fd12:3456::99/16").text(), "fd12::/16");
  EXPECT_EQ(subnet("192.0.2.77").text(), "192.0.2.77/32");
  EXPECT_EQ(subnet("0.0.0.0/0").text(), "0.0.0.0/0");
}

TEST(Subnet, AllOfIpv6HoldsNothingOfIpv4AndTheOtherWayRound) {
  EXPECT_FALSE(subnet("::/0").contains(address("192.0.2.1")));
  EXPECT_FALSE(subnet("::/64").contains(address("192.0.2.1")));
  EXPECT_TRUE(subnet("::/0").contains(address("2001:db8::1")));
  EXPECT_TRUE(subnet("0.0.0.0/0").contains(address("192.0.2.1")));
  EXPECT_FALSE(subnet("0.0.0.0/0").contains(address("2001:db8::1")));
  EXPECT_FALSE(subnet("0.0.0.0/0").contains(address("::1")));
}

TEST(Subnet, RefusesBadPrefixes) {
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
                           "2001:db8::/129", "10.0.0/8", "10.0.0.0/8 ", "10.0.0.0/99999999999"})
    EXPECT_FALSE(Subnet::parse(text)) << text;
}

RC_GTEST_PROP(SubnetProperty, AgreesWithComparingBits, (std::uint32_t a, std::uint32_t b)) {
  const auto bits = *rc::gen::inRange<unsigned>(0, 33);
  // Half of the time the two share their leading bits, or "contained" would hardly ever come up.
  if (*rc::gen::arbitrary<bool>() && bits > 0)
    b = (a & ~(bits == 32 ? 0u : ~0u >> bits)) | (bits == 32 ? 0 : b & (~0u >> bits));
  const auto block = Subnet::parse(Address::v4(a).text() + "/" + std::to_string(bits));
  RC_ASSERT(block.has_value());
  const bool same = bits == 0 || (a ^ b) >> (32 - bits) == 0;
  RC_ASSERT(block->contains(Address::v4(b)) == same);
}

TEST(Endpoint, ReadsAndWritesBothFamilies) {
  for (const char* text : {"192.0.2.1:5060", "[2001:db8::1]:5061", "0.0.0.0:0", "[::]:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const char* text :
       {"", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:5060", "[192.0.2.1]:5060", "[::1]",
        "[::1]5060", "[::1", "::1]:5", "host:5060", "192.0.2.1:50 60", "192.0.2.1:5060:1"})
    EXPECT_FALSE(Endpoint::parse(text)) << text;
}

TEST(Transport, ReadsItsNamesInAnyCaseAndNothingElse) {
  for (const Transport t : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
    EXPECT_EQ(parse_transport(name_of(t)), t);
    EXPECT_EQ(parse_transport(via_name(t)), t);
  }
  EXPECT_EQ(parse_transport("TcP"), Transport::tcp);
  for (const char* text : {"", "t", "udpx", "sctp", "tls-sctp", "\x15\x04\x10"})
    EXPECT_FALSE(parse_transport(text)) << text;
}

TEST(Flow, IsTheSamePathOnlyWithTheSameConnection) {
  const Flow a{{1}, Transport::tls, {7}, {}, *Endpoint::parse("192.0.2.1:5060")};
  Flow b = a;
  EXPECT_TRUE(same_path(a, b));
  b.connection = {8};
  EXPECT_FALSE(same_path(a, b));
  b = a;
  b.remote.port = 5062;
  EXPECT_FALSE(same_path(a, b));
  b = a;
  b.listener = {2};
  EXPECT_FALSE(same_path(a, b));
}

TEST(AddressHash, SpreadsNeighbouringAddresses) {
  std::unordered_set<std::size_t> low_bits;
  for (std::uint32_t i = 0; i < 4096; ++i) low_bits.insert(std::hash<Address>{}(Address::v4(0x0a000000 + i)) & 0xffff);
  // 4096 values thrown evenly into 65536 places leave about 3970 distinct ones.
  EXPECT_GT(low_bits.size(), 3800u);
}

}  // namespace
}  // namespace rf
