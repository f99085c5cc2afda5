#include "core/guard/prefix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/guard/countries.hpp"
#include "core/guard/ranges.hpp"
#include "sim/trace.hpp"

namespace rf::guard {
namespace {

using namespace sim;

std::string fault(std::string_view text) {
  const auto parsed = parse_prefix(text);
  return parsed ? "" : parsed.error();
}

TEST(Prefix, ReadsLengthsAndNetmasksAlike) {
  EXPECT_EQ(subnet("192.0.2.0/24"), subnet("192.0.2.0/255.255.255.0"));
  EXPECT_EQ(subnet("0.0.0.0/0"), subnet("0.0.0.0/0.0.0.0"));
  EXPECT_EQ(subnet("192.0.2.7").text(), "192.0.2.7/32");
  EXPECT_EQ(subnet("2001:db8::/32").text(), "2001:db8::/32");
}

TEST(Prefix, SaysWhatIsWrongAndWhatWasPerhapsMeant) {
  EXPECT_NE(fault("192.0.2.7/24").find("192.0.2.0/24"), std::string::npos);
  EXPECT_NE(fault("10.0.0.0/255.0.255.0").find("hole"), std::string::npos);
  EXPECT_NE(fault("10.0.0.0/33").find("prefix length"), std::string::npos);
  EXPECT_NE(fault("2001:db8::/255.255.0.0").find("prefix length"), std::string::npos);
  EXPECT_NE(fault("office").find("not an address"), std::string::npos);
  for (const char* text : {"", "/", "1.2.3.4/", "1.2.3.4/x", "1.2.3.4/255.255.255.256", "1.2.3/24", "::/129"})
    EXPECT_NE(fault(text), "") << text;
}

/// Addresses from a small world, so that blocks meet and nest.
rc::Gen<Address> near_addresses() {
  return rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::uint32_t>(0, 256),
                                     rc::gen::elementOf(std::vector<std::uint32_t>{0, 1, 127, 128, 254, 255})),
                      [](const auto& parts) {
                        const auto [four, high, low] = parts;
                        if (four) return Address::v4(high << 24 | low << 16 | low << 8 | low);
                        std::array<std::uint8_t, 16> bytes{};
                        bytes[0] = static_cast<std::uint8_t>(high);
                        bytes[7] = bytes[15] = static_cast<std::uint8_t>(low);
                        return Address::from_bytes(bytes);
                      });
}

rc::Gen<Subnet> near_subnets() {
  return rc::gen::map(rc::gen::pair(near_addresses(), rc::gen::inRange<unsigned>(0, 129)), [](const auto& parts) {
    const auto& [base, length] = parts;
    const unsigned bits = base.is_v4() ? length % 33 : length;
    return *Subnet::parse(base.text() + "/" + std::to_string(bits));
  });
}

RC_GTEST_PROP(Ranges, FindWhatAnHonestScanOfTheListFinds, ()) {
  const auto blocks = *rc::gen::container<std::vector<Subnet>>(near_subnets());
  std::vector<Ranges::Entry> entries;
  for (const Subnet& block : blocks) entries.push_back({block, static_cast<std::uint32_t>(entries.size())});
  const Ranges ranges = Ranges::of_prefixes(entries);
  auto asked = *rc::gen::container<std::vector<Address>>(near_addresses());
  for (const Subnet& block : blocks) {
    asked.push_back(first_of(block));
    asked.push_back(last_of(block));
  }
  for (const Address& one : asked) {
    std::uint32_t best = Ranges::none;
    for (std::uint32_t i = 0; i < blocks.size(); ++i)
      if (blocks[i].contains(one) && (best == Ranges::none || blocks[i].prefix >= blocks[best].prefix)) best = i;
    RC_ASSERT(ranges.find(one) == best);
  }
}

RC_GTEST_PROP(Ranges, SeeEveryPieceThatABlockTouches, ()) {
  const auto blocks = *rc::gen::container<std::vector<Subnet>>(near_subnets());
  const auto asked = *near_subnets();
  std::vector<Ranges::Entry> entries;
  for (const Subnet& block : blocks) entries.push_back({block, 1});
  bool meets = false;
  for (const Subnet& block : blocks) meets = meets || block.contains(asked.base) || asked.contains(block.base);
  RC_ASSERT(Ranges::of_prefixes(entries).any_within(asked, [](std::uint32_t value) { return value == 1; }) == meets);
}

RC_GTEST_PROP(Ranges, GiveTheirPiecesAsBlocksThatCoverTheSame, ()) {
  const auto blocks = *rc::gen::container<std::vector<Subnet>>(near_subnets());
  std::vector<Ranges::Entry> entries;
  for (std::uint32_t i = 0; i < blocks.size(); ++i) entries.push_back({blocks[i], i % 2});
  const Ranges ranges = Ranges::of_prefixes(entries);
  std::vector<Ranges::Entry> again;
  ranges.for_each_piece([&](const Address& first, const Address& last, std::uint32_t value) {
    std::vector<Subnet> made;
    append_blocks(made, first, last);
    for (const Subnet& block : made) again.push_back({block, value});
  });
  for (std::size_t i = 0; i < again.size(); ++i)
    for (std::size_t j = 0; j < again.size(); ++j)
      if (i != j) RC_ASSERT(!again[i].subnet.contains(again[j].subnet.base));
  const Ranges same = Ranges::of_prefixes(again);
  for (const Subnet& block : blocks)
    for (const Address& each : {first_of(block), last_of(block)}) RC_ASSERT(same.find(each) == ranges.find(each));
}

TEST(Ranges, KeepTheirAnswersWhenTheListIsLong) {
  std::vector<Ranges::Entry> entries;
  for (std::uint32_t i = 0; i < 100'000; ++i) entries.push_back({{Address::v4(i * 40'009u), 128}, i});
  const Ranges ranges = Ranges::of_prefixes(entries);
  for (std::uint32_t i = 0; i < 100'000; i += 97) {
    EXPECT_EQ(ranges.find(Address::v4(i * 40'009u)), i);
    EXPECT_EQ(ranges.find(Address::v4(i * 40'009u + 1)), Ranges::none);
  }
  EXPECT_LT(ranges.bytes(), 100'000u * 16 + 600'000);
}

TEST(Countries, AreFoundByAddressAndRefuseOverlaps) {
  const Country de = *Country::parse("DE"), at = *Country::parse("at");
  const auto table = Countries::of({{address("192.0.2.0"), address("192.0.2.99"), de},
                                    {address("192.0.2.100"), address("192.0.2.255"), at},
                                    {address("2001:db8::"), address("2001:db8::ffff"), at}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->of(address("192.0.2.99")).text(), "DE");
  EXPECT_EQ(table->of(address("192.0.2.100")).text(), "AT");
  EXPECT_EQ(table->of(address("2001:db8::5")).text(), "AT");
  EXPECT_FALSE(table->of(address("192.0.3.0")));
  EXPECT_FALSE(Countries::of(
      {{address("192.0.2.0"), address("192.0.2.9"), de}, {address("192.0.2.9"), address("192.0.2.10"), at}}));
  EXPECT_FALSE(Countries::of({{address("192.0.2.9"), address("192.0.2.0"), de}}));
  EXPECT_FALSE(Country::parse("D1"));
}

}  // namespace
}  // namespace rf::guard
