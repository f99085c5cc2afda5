// Finding the servers of a URI, with honest and with hostile name servers.
#include "core/txn/locate.hpp"

#include <gmock/gmock.h>

#include <map>

#include "core/base/limits/wire.hpp"

namespace rf::txn::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A name server as a table, which also counts what it was asked.
struct Zone {
  std::map<std::pair<DnsType, std::string>, DnsResult> records;
  std::size_t asked = 0;

  void naptr(const std::string& name, std::vector<NaptrRecord> all) {
    records[{DnsType::naptr, name}] = {.found = true, .naptr = std::move(all)};
  }
  void srv(const std::string& name, std::vector<SrvRecord> all) {
    records[{DnsType::srv, name}] = {.found = true, .srv = std::move(all)};
  }
  void host(const std::string& name, std::initializer_list<std::string_view> all) {
    for (const std::string_view text : all) {
      const Address address = *Address::parse(text);
      DnsResult& result = records[{address.is_v4() ? DnsType::a : DnsType::aaaa, name}];
      result.found = true;
      result.addresses.push_back(address);
    }
  }
  DnsResult answer(const DnsQuestion& question) {
    ++asked;
    const auto found = records.find({question.type, question.name});
    return found == records.end() ? DnsResult{} : found->second;
  }
};

std::vector<Target> locate(std::string_view uri, Zone& zone, const Reach& reach = {}, std::uint64_t seed = 1) {
  const auto parsed = sip::parse_uri(uri);
  EXPECT_TRUE(parsed.has_value()) << uri;
  Random random(seed);
  Locate machine(*parsed, reach);
  for (int round = 0; round < 10 && !machine.is_done(); ++round)
    for (const Locate::Ask& ask : machine.take_questions())
      machine.answer(ask.number, zone.answer(ask.question), random);
  EXPECT_TRUE(machine.is_done()) << uri;
  EXPECT_THAT(machine.take_questions(), IsEmpty());
  return machine.targets();
}

std::vector<std::string> texts(const std::vector<Target>& targets) {
  std::vector<std::string> out;
  for (const Target& t : targets)
    out.push_back(std::string(name_of(t.transport)) + " " + t.endpoint.text() +
                  (t.tls_name.empty() ? "" : " " + t.tls_name));
  return out;
}

/// The zone of RFC 3263 §4.1 and §4.2.
Zone example() {
  Zone zone;
  zone.naptr("example.com", {{90, 50, "s", "SIP+D2T", "_sip._tcp.example.com."},
                             {50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com."},
                             {100, 50, "s", "SIP+D2U", "_sip._udp.example.com."}});
  zone.srv("_sip._tcp.example.com", {{0, 1, 5060, "server1.example.com"}, {0, 2, 5060, "server2.example.com"}});
  zone.srv("_sips._tcp.example.com", {{0, 1, 5061, "server1.example.com"}});
  zone.srv("_sip._udp.example.com", {{0, 1, 5060, "server1.example.com"}});
  zone.host("server1.example.com", {"192.0.2.1", "2001:db8::1"});
  zone.host("server2.example.com", {"192.0.2.2"});
  return zone;
}

TEST(Locate, FollowsTheExampleOfRfc3263) {
  Zone zone = example();
  const auto targets = texts(locate("sip:user@example.com", zone, {.udp = true, .tcp = true, .tls = false}));
  ASSERT_EQ(targets.size(), 3u);
  EXPECT_THAT(std::vector(targets.begin(), targets.begin() + 2),
              testing::UnorderedElementsAre("tcp 192.0.2.1:5060", "tcp 192.0.2.2:5060"));
  EXPECT_EQ(targets[2], "udp 192.0.2.1:5060");
}

TEST(Locate, PrefersWhatTheDomainPrefersAndFailsOverToTheRest) {
  Zone zone = example();
  const auto targets = texts(locate("sip:user@Example.COM", zone));
  EXPECT_EQ(targets.front(), "tls 192.0.2.1:5061 example.com") << "the certificate carries the domain, not the server";
  EXPECT_EQ(targets.back(), "udp 192.0.2.1:5060");
}

TEST(Locate, ReachesASipsUriByTlsOnly) {
  Zone zone = example();
  EXPECT_THAT(texts(locate("sips:user@example.com", zone)), ElementsAre("tls 192.0.2.1:5061 example.com"));
  EXPECT_THAT(locate("sips:user@example.com", zone, {.tls = false}), IsEmpty());
  EXPECT_THAT(locate("sips:user@example.com;transport=udp", zone), IsEmpty());
  EXPECT_THAT(texts(locate("sips:user@example.com;transport=tcp", zone)),
              ElementsAre("tls 192.0.2.1:5061 example.com"));
  EXPECT_THAT(texts(locate("sips:192.0.2.9", zone)), ElementsAre("tls 192.0.2.9:5061 192.0.2.9"));
  EXPECT_THAT(texts(locate("sip:192.0.2.9;transport=tls", zone)), ElementsAre("tls 192.0.2.9:5061 192.0.2.9"));
}

TEST(Locate, IsNotDowngradedByANameServerThatOffersUdpForSips) {
  Zone zone = example();
  zone.naptr("example.com",
             {{1, 1, "s", "SIP+D2U", "_sip._udp.example.com"}, {2, 1, "s", "SIP+D2T", "_sip._tcp.example.com"}});
  EXPECT_THAT(texts(locate("sips:user@example.com", zone)), ElementsAre("tls 192.0.2.1:5061 example.com"));
}

TEST(Locate, AsksNobodyAboutANumericHost) {
  Zone zone;
  EXPECT_THAT(texts(locate("sip:1001@192.0.2.9", zone)), ElementsAre("udp 192.0.2.9:5060"));
  EXPECT_THAT(texts(locate("sip:1001@192.0.2.9:5070;transport=tcp", zone)), ElementsAre("tcp 192.0.2.9:5070"));
  EXPECT_THAT(texts(locate("sip:1001@[2001:db8::9]", zone, {.ipv6 = true})), ElementsAre("udp [2001:db8::9]:5060"));
  EXPECT_THAT(locate("sip:1001@[2001:db8::9]", zone), IsEmpty()) << "no IPv6 here";
  EXPECT_THAT(texts(locate("sip:1001@192.0.2.9", zone, {.udp = false})), ElementsAre("tcp 192.0.2.9:5060"));
  EXPECT_THAT(texts(locate("sip:1001@example.com;maddr=192.0.2.77", zone)), ElementsAre("udp 192.0.2.77:5060"));
  EXPECT_EQ(zone.asked, 0u);
}

TEST(Locate, AsksOnlyForAddressesWhenThePortIsGiven) {
  Zone zone = example();
  EXPECT_THAT(texts(locate("sip:u@server2.example.com:5080", zone)), ElementsAre("udp 192.0.2.2:5080"));
  EXPECT_EQ(zone.asked, 1u);
  EXPECT_THAT(texts(locate("sips:u@server1.example.com:5443", zone, {.ipv6 = true})),
              ElementsAre("tls 192.0.2.1:5443 server1.example.com", "tls [2001:db8::1]:5443 server1.example.com"));
}

TEST(Locate, SkipsNaptrWhenTheTransportIsGiven) {
  Zone zone = example();
  zone.records.erase({DnsType::naptr, "example.com"});
  EXPECT_THAT(texts(locate("sip:u@example.com;transport=udp", zone)), ElementsAre("udp 192.0.2.1:5060"));
  EXPECT_EQ(zone.asked, 2u);
}

TEST(Locate, TriesSrvOfEveryTransportWithoutNaptr) {
  Zone zone = example();
  zone.records.erase({DnsType::naptr, "example.com"});
  zone.records.erase({DnsType::srv, "_sip._tcp.example.com"});
  EXPECT_THAT(texts(locate("sip:u@example.com", zone)),
              ElementsAre("tls 192.0.2.1:5061 example.com", "udp 192.0.2.1:5060"));
}

TEST(Locate, FallsBackToAddressesOfTheNameItself) {
  Zone zone;
  zone.host("plain.example", {"192.0.2.5", "192.0.2.6"});
  EXPECT_THAT(texts(locate("sip:u@plain.example", zone)), ElementsAre("udp 192.0.2.5:5060", "udp 192.0.2.6:5060"));
  EXPECT_THAT(texts(locate("sips:u@plain.example", zone)),
              ElementsAre("tls 192.0.2.5:5061 plain.example", "tls 192.0.2.6:5061 plain.example"));
  EXPECT_THAT(texts(locate("sip:u@plain.example;transport=tcp", zone)),
              ElementsAre("tcp 192.0.2.5:5060", "tcp 192.0.2.6:5060"));
}

TEST(Locate, HonoursPriorityAlwaysAndWeightByChance) {
  Zone zone;
  zone.srv("_sip._udp.w.example",
           {{20, 0, 5060, "backup.w.example"}, {10, 90, 5060, "big.w.example"}, {10, 10, 5060, "small.w.example"}});
  zone.host("backup.w.example", {"192.0.2.3"});
  zone.host("big.w.example", {"192.0.2.1"});
  zone.host("small.w.example", {"192.0.2.2"});
  int big_first = 0;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const auto targets = texts(locate("sip:u@w.example;transport=udp", zone, {}, seed));
    ASSERT_EQ(targets.size(), 3u);
    EXPECT_EQ(targets[2], "udp 192.0.2.3:5060");
    big_first += targets[0] == "udp 192.0.2.1:5060";
  }
  EXPECT_NEAR(big_first, 1'800, 60);
}

TEST(Locate, BelievesADomainThatSaysItHasNoService) {
  Zone zone;
  zone.srv("_sip._udp.no.example", {{0, 0, 0, "."}});
  zone.host("no.example", {"192.0.2.5"});
  EXPECT_THAT(locate("sip:u@no.example;transport=udp", zone), IsEmpty());
}

TEST(Locate, LeadsNowhereForWhatWeDoNotSpeak) {
  Zone zone = example();
  for (const std::string_view uri :
       {"tel:+123456", "sip:u@example.com;transport=sctp", "sip:u@example.com;transport=ws", "sip:u@example.com:0",
        "sip:u@192.0.2.1:0", "sip:0.0.0.0", "sip:224.0.0.1", "sip:255.255.255.255"})
    EXPECT_THAT(locate(uri, zone), IsEmpty()) << uri;
  EXPECT_EQ(zone.asked, 0u);
}

TEST(Locate, CutsHugeAnswersDown) {
  Zone zone;
  std::vector<NaptrRecord> naptr;
  for (std::uint16_t i = 0; i < 2'000; ++i)
    naptr.push_back({i, 1, "s", "SIP+D2U", "_sip._udp" + std::to_string(i) + ".big.example"});
  zone.naptr("big.example", naptr);
  for (int s = 0; s < 4; ++s) {
    std::vector<SrvRecord> srv;
    for (int i = 0; i < 50; ++i) srv.push_back({1, 1, 5060, "h" + std::to_string(s * 50 + i) + ".big.example"});
    zone.srv("_sip._udp" + std::to_string(s) + ".big.example", srv);
  }
  for (std::uint32_t i = 0; i < 200; ++i) {
    DnsResult& many = zone.records[{DnsType::a, "h" + std::to_string(i) + ".big.example"}];
    many.found = true;
    for (std::uint32_t j = 0; j < 3'000; ++j) many.addresses.push_back(Address::v4(0x0a000001 + 4'096 * i + j));
  }
  const auto targets = locate("sip:u@big.example", zone, {.ipv6 = true});
  EXPECT_EQ(targets.size(), WireLimits::targets);
  EXPECT_LE(zone.asked, WireLimits::questions);
}

TEST(Locate, DoesNotGoInCircles) {
  Zone zone;
  zone.naptr("loop.example", {{1, 1, "s", "SIP+D2U", "loop.example"}, {1, 2, "s", "SIP+D2T", "LOOP.example."}});
  zone.srv("loop.example", {{1, 1, 5060, "loop.example"}, {1, 1, 5060, "Loop.Example."}, {2, 1, 5070, "loop.example"}});
  zone.host("loop.example", {"192.0.2.1"});
  const auto targets = texts(locate("sip:u@loop.example", zone));
  EXPECT_THAT(targets,
              ElementsAre("udp 192.0.2.1:5060", "udp 192.0.2.1:5070", "tcp 192.0.2.1:5060", "tcp 192.0.2.1:5070"));
  EXPECT_EQ(zone.asked, 3u);
}

TEST(Locate, DropsRecordsThatMakeNoSense) {
  Zone zone;
  zone.naptr("odd.example", {{1, 1, "u", "SIP+D2U", "_sip._udp.odd.example"},
                             {1, 1, "s", "E2U+sip", "_sip._udp.odd.example"},
                             {1, 1, "s", "SIP+D2U", "bad name\r\nX: y"},
                             {1, 1, "S", "sip+d2u", "_ok.odd.example"}});
  zone.srv("_ok.odd.example", {{1, 1, 0, "zero.odd.example"},
                               {1, 1, 5060, "127.0.0.1"},
                               {1, 1, 5060, ""},
                               {1, 1, 5060, std::string(300, 'a')},
                               {1, 1, 5060, "a..b"},
                               {1, 1, 5060, "ok.odd.example"}});
  zone.records[{DnsType::a, "ok.odd.example"}] = {
      .found = true,
      .addresses = {Address::v4(0), Address::v4(0xe0000001), *Address::parse("2001:db8::1"), Address::v4(0xc0000205)}};
  EXPECT_THAT(texts(locate("sip:u@odd.example", zone, {.ipv6 = true})), ElementsAre("udp 192.0.2.5:5060"));
}

TEST(Locate, IgnoresAnswersToQuestionsItDidNotAsk) {
  const auto uri = sip::parse_uri("sip:u@example.com:5060");
  Random random(1);
  Locate machine(*uri, {});
  const auto asks = machine.take_questions();
  ASSERT_EQ(asks.size(), 1u);
  machine.answer(99, {.found = true, .addresses = {Address::v4(1)}}, random);
  EXPECT_FALSE(machine.is_done());
  machine.answer(asks[0].number, {.found = true, .addresses = {Address::v4(0xc0000201)}}, random);
  machine.answer(asks[0].number, {.found = true, .addresses = {Address::v4(0xc0000202)}}, random);
  EXPECT_THAT(texts(machine.targets()), ElementsAre("udp 192.0.2.1:5060"));
}

TEST(Locate, GivesUpWhenNobodyAnswers) {
  Zone silence;
  EXPECT_THAT(locate("sip:u@gone.example", silence), IsEmpty());
  EXPECT_EQ(silence.asked, 5u) << "NAPTR, three SRV, one A";
}

}  // namespace
}  // namespace rf::txn::test
