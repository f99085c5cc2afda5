// The XDP program itself, run by the kernel on packets made here. Needs root.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <cstring>

#include "shell/firewall/enforcer/netlink.hpp"
#include "shell/firewall/enforcer/xdp.hpp"

namespace rf::firewall {
namespace {

Address address(const char* text) {
  return *Address::parse(text);
}

void add16(Bytes& out, unsigned value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void add(Bytes& out, const Address& address) {
  out.insert(out.end(), address.bytes().begin() + (address.is_v4() ? 12 : 0), address.bytes().end());
}

void add(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

Bytes ethernet(std::vector<unsigned> types) {
  Bytes out(12, 2);
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) add16(out, 5);  // the tag
    add16(out, types[i]);
  }
  return out;
}

Bytes ports(unsigned to, unsigned from = 5060) {
  Bytes out;
  add16(out, from);
  add16(out, to);
  add16(out, 12);
  add16(out, 0);
  out.resize(64, 'x');
  return out;
}

struct Ipv4 {
  Address from = address("192.0.2.66");
  Address to = address("198.51.100.1");
  unsigned protocol = IPPROTO_UDP;
  unsigned fragment = 0;
  unsigned options_words = 0;
};

Bytes ipv4(const Ipv4& p) {
  Bytes out{static_cast<std::uint8_t>(0x45 + p.options_words), 0, 0, 92, 0, 1};
  add16(out, p.fragment);
  out.push_back(64);
  out.push_back(static_cast<std::uint8_t>(p.protocol));
  add16(out, 0);
  add(out, p.from);
  add(out, p.to);
  out.resize(out.size() + 4 * p.options_words, 1);
  return out;
}

Bytes ipv6(const Address& from, unsigned next, const Bytes& extensions = {}) {
  Bytes out{0x60, 0, 0, 0, 0, 64, static_cast<std::uint8_t>(next), 64};
  add(out, from);
  add(out, address("2001:db8:f::1"));
  add(out, extensions);
  return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) add(out, part);
  return out;
}

class XdpProgramRuns : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to load a program into the kernel";
    auto loaded = XdpProgram::load();
    ASSERT_TRUE(loaded) << loaded.error();
    program_ = std::move(*loaded);
    filter_ = std::make_unique<Xdp>(*program_, true, true);
    Ground ground;
    ground.addresses = {address("198.51.100.1"), address("2001:db8:f::1")};
    for (const Address& one : ground.addresses) {
      ground.doors.push_back({{one, 5060}, Protocol::udp});
      ground.doors.push_back({{one, 5061}, Protocol::tcp});
    }
    ASSERT_TRUE(filter_->stand_on(ground));
    filter_->ban(address("192.0.2.66"), never_ns, false);
    filter_->ban(address("2001:db8:66::"), never_ns, false);
  }

  bool drops(const Bytes& packet) {
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet.data(), .data_size_in = static_cast<__u32>(packet.size()));
    EXPECT_EQ(bpf_prog_test_run_opts(program_->program(), &run), 0);
    EXPECT_TRUE(run.retval == XDP_DROP || run.retval == XDP_PASS);
    return run.retval == XDP_DROP;
  }

  std::unique_ptr<XdpProgram> program_;
  std::unique_ptr<Filter> filter_;
};

constexpr unsigned ip = 0x0800, ip6 = 0x86dd, tag = 0x8100, outer_tag = 0x88a8;

TEST_F(XdpProgramRuns, DropsTheBannedAtOurDoorsAlone) {
  EXPECT_TRUE(drops(joined({ethernet({ip}), ipv4({}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.from = address("192.0.2.67")}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.to = address("198.51.100.2")}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({}), ports(5062)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({}), ports(5061)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.protocol = IPPROTO_TCP}), ports(5060)})));
  EXPECT_TRUE(drops(joined({ethernet({ip}), ipv4({.protocol = IPPROTO_TCP}), ports(5061)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.protocol = IPPROTO_ICMP}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({0x0806}), ipv4({}), ports(5060)})));
  EXPECT_TRUE(drops(joined({ethernet({ip6}), ipv6(address("2001:db8:66::7"), IPPROTO_UDP), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip6}), ipv6(address("2001:db8:67::7"), IPPROTO_UDP), ports(5060)})));
  EXPECT_EQ(filter_->count()[0].packets, 3u);
}

TEST_F(XdpProgramRuns, LooksBehindUpToTwoVlanTags) {
  EXPECT_TRUE(drops(joined({ethernet({tag, ip}), ipv4({}), ports(5060)})));
  EXPECT_TRUE(drops(joined({ethernet({outer_tag, tag, ip}), ipv4({}), ports(5060)})));
  EXPECT_TRUE(drops(joined({ethernet({tag, ip6}), ipv6(address("2001:db8:66::7"), IPPROTO_UDP), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({tag, tag, tag, ip}), ipv4({}), ports(5060)})));
}

TEST_F(XdpProgramRuns, FindsPortsBehindIpv4Options) {
  for (unsigned words = 1; words <= 10; ++words)
    EXPECT_TRUE(drops(joined({ethernet({ip}), ipv4({.options_words = words}), ports(5060)}))) << words;
}

TEST_F(XdpProgramRuns, DropsTheFirstPieceOfAFragmentedPacketAndPassesTheOthers) {
  EXPECT_TRUE(drops(joined({ethernet({ip}), ipv4({.fragment = 0x2000}), ports(5060)})));
  EXPECT_TRUE(drops(joined({ethernet({ip}), ipv4({.fragment = 0x4000}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.fragment = 0x2001}), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({.fragment = 0x1f00}), ports(5060)})));
  const Bytes first{IPPROTO_UDP, 0, 0, 1, 0, 0, 0, 9}, later{IPPROTO_UDP, 0, 5, 1, 0, 0, 0, 9};
  const Address bad = address("2001:db8:66::7");
  EXPECT_TRUE(drops(joined({ethernet({ip6}), ipv6(bad, IPPROTO_FRAGMENT, first), ports(5060)})));
  EXPECT_FALSE(drops(joined({ethernet({ip6}), ipv6(bad, IPPROTO_FRAGMENT, later), ports(5060)})));
}

TEST_F(XdpProgramRuns, FindsPortsBehindIpv6ExtensionHeaders) {
  const Address bad = address("2001:db8:66::7");
  const Bytes hop{IPPROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0};
  Bytes options{IPPROTO_ROUTING, 2};
  options.resize(24);
  const Bytes routing{IPPROTO_UDP, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(
      drops(joined({ethernet({ip6}), ipv6(bad, IPPROTO_HOPOPTS, joined({hop, options, routing})), ports(5060)})));
  // More of them than anybody needs are passed to where there is time for them.
  const Bytes again{IPPROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0}, last{IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0};
  EXPECT_FALSE(drops(
      joined({ethernet({ip6}), ipv6(bad, IPPROTO_DSTOPTS, joined({again, again, again, again, last})), ports(5060)})));
}

TEST_F(XdpProgramRuns, PassesWhatIsCutShort) {
  const Bytes whole = joined({ethernet({ip}), ipv4({.options_words = 3}), ports(5060)});
  const Bytes whole6 =
      joined({ethernet({tag, ip6}),
              ipv6(address("2001:db8:66::7"), IPPROTO_HOPOPTS, {IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0}), ports(5060)});
  for (const Bytes& packet : {whole, whole6}) {
    const std::size_t needed = packet.size() - 60;
    for (std::size_t size = 14; size < packet.size(); ++size)
      EXPECT_EQ(drops(Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size))), size >= needed)
          << size;
  }
}

TEST_F(XdpProgramRuns, PassesHeadersThatLie) {
  Bytes packet = joined({ethernet({ip}), ipv4({}), ports(5060)});
  packet[14] = 0x44;  // shorter than a header can be
  EXPECT_FALSE(drops(packet));
  packet[14] = 0x65;  // another version than the frame says
  EXPECT_FALSE(drops(packet));
}

TEST_F(XdpProgramRuns, ForgetsEverythingWhenItIsTakenOut) {
  filter_.reset();
  EXPECT_FALSE(drops(joined({ethernet({ip}), ipv4({}), ports(5060)})));
  std::uint32_t key;
  EXPECT_NE(bpf_map_get_next_key(program_->map(XdpProgram::bans4), nullptr, &key), 0);
}

}  // namespace
}  // namespace rf::firewall
