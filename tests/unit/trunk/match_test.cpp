// Who is a trunk, who only says so, and what each may do.
#include "core/trunk/match.hpp"

#include <gmock/gmock.h>

#include <chrono>

#include "core/base/random.hpp"

namespace rf::trunk::test {
namespace {

using testing::HasSubstr;

constexpr TrunkId carrier{1}, tls_peer{2}, provider{3}, gateway{4}, other{5};
const std::string token = "abcdefghijklmnopqrstuvwxyz";

Source source(const char* text, std::uint16_t port = 0) {
  return {*Subnet::parse(text), port};
}

TrunkIdentity a_carrier(TrunkId id = carrier, std::string name = "carrier") {
  return {.id = id, .name = std::move(name), .sources = {source("192.0.2.0/28")}};
}
TrunkIdentity a_tls_peer() {
  return {.id = tls_peer,
          .name = "secure",
          .kind = TrunkKind::peer_certificate,
          .sources = {source("198.51.100.7")},
          .certificates = {"sbc.secure.example"},
          .hosts = {"secure.example"}};
}
TrunkIdentity a_provider() {
  return {.id = provider, .name = "provider", .kind = TrunkKind::registers, .contact = token};
}
TrunkIdentity a_gateway() {
  return {.id = gateway, .name = "gateway", .kind = TrunkKind::accept_register};
}

Match compiled(std::vector<TrunkIdentity> trunks) {
  auto match = Match::compile(std::move(trunks), 7);
  EXPECT_TRUE(match) << match.error();
  return std::move(*match);
}
std::string fault(std::vector<TrunkIdentity> trunks) {
  const auto match = Match::compile(std::move(trunks), 7);
  return match ? "" : match.error();
}
Match all() {
  return compiled({a_carrier(), a_tls_peer(), a_provider(), a_gateway()});
}

Arrival from(const char* endpoint, Transport transport = Transport::udp) {
  return {.source = *Endpoint::parse(endpoint), .transport = transport};
}
std::string text(const Origin& origin) {
  if (const auto* member = std::get_if<Member>(&origin))
    return std::to_string(member->trunk().value) + " by " + std::string(text_of(member->proof()));
  if (const auto* impostor = std::get_if<Impostor>(&origin))
    return "impostor of " + std::to_string(impostor->trunk.value);
  return "stranger";
}
bool may_call_out(const Origin& origin) {
  const auto* member = std::get_if<Member>(&origin);
  return member && member->may_call_out();
}

TEST(Trunk, IsKnownByItsAddressForCallsThatComeInAndNeverForCallsThatGoOut) {
  const Match match = all();
  const Origin origin = match.find(from("192.0.2.9:5060"));
  EXPECT_EQ(text(origin), "1 by address only");
  EXPECT_FALSE(may_call_out(origin));
  EXPECT_FALSE(may_call_out(match.find(from("192.0.2.9:5060", Transport::tcp))));
  EXPECT_EQ(text(match.find(from("192.0.2.16:5060"))), "stranger");
  EXPECT_EQ(text(match.find(from("[2001:db8::1]:5060"))), "stranger");
}

TEST(Trunk, KnownByItsAddressMayCallOutWhereTheOperatorSignedTheRisk) {
  TrunkIdentity risky = a_carrier();
  risky.address_risk_signed = true;
  const Match match = compiled({risky});
  const Origin origin = match.find(from("192.0.2.9:5060"));
  ASSERT_TRUE(may_call_out(origin));
  EXPECT_TRUE(std::get<Member>(origin).may_call_out()->by_signed_risk());
}

TEST(Trunk, IsKnownByItsCertificateAndMayCallOut) {
  const Match match = all();
  const std::string_view names[] = {"www.secure.example", "sbc.secure.example"};
  Arrival arrival = from("198.51.100.7:40000", Transport::tls);
  arrival.certificate_names = names;
  const Origin origin = match.find(arrival);
  EXPECT_EQ(text(origin), "2 by certificate");
  ASSERT_TRUE(may_call_out(origin));
  EXPECT_FALSE(std::get<Member>(origin).may_call_out()->by_signed_risk());
}

TEST(Trunk, WithACertificateIsNotBelievedByItsAddress) {
  const Match match = all();
  for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
    const Arrival arrival = from("198.51.100.7:5060", transport);
    const Origin origin = match.find(arrival);
    ASSERT_TRUE(std::holds_alternative<Impostor>(origin));
    const Impostor& impostor = std::get<Impostor>(origin);
    EXPECT_EQ(impostor.trunk, tls_peer);
    EXPECT_TRUE(impostor.only_implied);
    EXPECT_EQ(impostor.path_proved, transport != Transport::udp);
    EXPECT_FALSE(may_call_out(origin));
  }
  const Arrival arrival = from("198.51.100.7:5060");
  EXPECT_EQ(
      match.explain(std::get<Impostor>(match.find(arrival)), arrival),
      "claims trunk secure by its address from 198.51.100.7:5060 over UDP, but secure is configured for TLS with the "
      "certificate of sbc.secure.example");
}

TEST(Trunk, WhoseKeyIsUsedElsewhereIsAnImpostor) {
  const Match match = all();
  const std::string_view names[] = {"sbc.secure.example"};
  Arrival arrival = from("203.0.113.66:5061", Transport::tls);
  arrival.certificate_names = names;
  const Origin origin = match.find(arrival);
  ASSERT_TRUE(std::holds_alternative<Impostor>(origin));
  EXPECT_FALSE(std::get<Impostor>(origin).only_implied);
  EXPECT_THAT(match.explain(std::get<Impostor>(origin), arrival), HasSubstr("may be stolen"));
}

TEST(Trunk, CertificateNamesWithoutTlsMeanNothing) {
  const Match match = all();
  const std::string_view names[] = {"sbc.secure.example"};
  Arrival arrival = from("198.51.100.7:5060", Transport::tcp);
  arrival.certificate_names = names;
  EXPECT_EQ(text(match.find(arrival)), "impostor of 2");
}

TEST(Trunk, ThatWeRegisterWithIsKnownByTheContactThatOnlyItWasTold) {
  const Match match = all();
  Arrival arrival = from("203.0.113.5:5060");
  arrival.request_user = token;
  EXPECT_EQ(text(match.find(arrival)), "3 by registered contact");
  EXPECT_FALSE(may_call_out(match.find(arrival))) << "whoever listens on the way knows it as well";
  for (const std::string& wrong : {token.substr(1), token + "a", std::string("1001"), std::string()}) {
    arrival.request_user = wrong;
    EXPECT_EQ(text(match.find(arrival)), "stranger");
  }
}

TEST(Trunk, WhoseContactIsCalledInTheClearIsAnImpostorWhenWeRegisteredOverTls) {
  TrunkIdentity encrypted = a_provider();
  encrypted.encrypted_only = true;
  const Match match = compiled({encrypted});
  Arrival arrival = from("203.0.113.5:5060");
  arrival.request_user = token;
  EXPECT_EQ(text(match.find(arrival)), "impostor of 3");
  arrival.transport = Transport::tls;
  EXPECT_EQ(text(match.find(arrival)), "3 by registered contact");
}

TEST(Trunk, ThatRegistersWithUsIsKnownByThatPathAndPaysOnlyWithItsPassword) {
  const Match match = all();
  Arrival arrival = from("203.0.113.9:5060");
  arrival.registered = gateway;
  EXPECT_EQ(text(match.find(arrival)), "4 by registered path");
  EXPECT_FALSE(may_call_out(match.find(arrival)));
  arrival.password = gateway;
  EXPECT_EQ(text(match.find(arrival)), "4 by password");
  EXPECT_TRUE(may_call_out(match.find(arrival)));
  EXPECT_EQ(text(match.find(from("203.0.113.9:5060"))), "stranger") << "its first REGISTER is asked for a password";
}

TEST(Trunk, WhoseDomainIsNamedFromElsewhereIsClaimedByAnImpostor) {
  const Match match = all();
  Arrival arrival = from("203.0.113.66:5060");
  arrival.claimed_host = "secure.example";
  EXPECT_EQ(text(match.find(arrival)), "impostor of 2");
  arrival = from("192.0.2.9:5060");
  arrival.claimed_host = "secure.example";
  EXPECT_EQ(text(match.find(arrival)), "1 by address only") << "a carrier brings callers of all domains";
}

TEST(Trunks, AtOneAddressAreToldApartByPort) {
  TrunkIdentity a = a_carrier(), b = a_carrier(other, "other");
  a.sources = {source("192.0.2.1", 5060)};
  b.sources = {source("192.0.2.1", 5080)};
  const Match match = compiled({a, b});
  EXPECT_EQ(text(match.find(from("192.0.2.1:5060"))), "1 by address only");
  EXPECT_EQ(text(match.find(from("192.0.2.1:5080"))), "5 by address only");
  EXPECT_EQ(text(match.find(from("192.0.2.1:5090"))), "stranger");
}

TEST(Trunks, AtOneAddressAreToldApartByCalledNumber) {
  TrunkIdentity a = a_carrier(), b = a_carrier(other, "other");
  a.called = {"+44", "+1212"};
  b.called = {"+4420", "+1"};
  const Match match = compiled({a, b});
  const auto called = [&](std::string_view number) {
    Arrival arrival = from("192.0.2.1:5060");
    arrival.called = number;
    return text(match.find(arrival));
  };
  EXPECT_EQ(called("+442012345"), "5 by address only");
  EXPECT_EQ(called("+441112345"), "1 by address only");
  EXPECT_EQ(called("+12125551234"), "1 by address only");
  EXPECT_EQ(called("+13105551234"), "5 by address only");
  EXPECT_EQ(called("+4930"), "stranger");
  EXPECT_EQ(called(""), "stranger");
  EXPECT_EQ(called(std::string(10'000, '4')), "stranger");
}

TEST(Trunks, AtOneAddressAreToldApartByCertificateAndContact) {
  TrunkIdentity secure = a_tls_peer(), plain = a_carrier();
  plain.sources = {source("198.51.100.7")};
  const Match match = compiled({secure, plain, a_provider()});
  EXPECT_EQ(text(match.find(from("198.51.100.7:5060"))), "1 by address only");
  const std::string_view names[] = {"sbc.secure.example"};
  Arrival arrival = from("198.51.100.7:5060", Transport::tls);
  arrival.certificate_names = names;
  EXPECT_EQ(text(match.find(arrival)), "2 by certificate");
  arrival = from("198.51.100.7:5060");
  arrival.request_user = token;
  EXPECT_EQ(text(match.find(arrival)), "3 by registered contact");
}

TEST(Trunks, ThatCannotBeToldApartAreRefused) {
  EXPECT_EQ(
      fault({a_carrier(), a_carrier(other, "other")}),
      "trunks carrier and other cannot be told apart: both are recognised by 192.0.2.0/28, any port, any called "
      "number; give them ports, called numbers or certificates, or leave out the addresses of a registering trunk");
  TrunkIdentity twin = a_provider();
  twin.id = other;
  EXPECT_THAT(fault({a_provider(), twin}), HasSubstr("same contact"));
  EXPECT_THAT(fault({a_provider(), twin}), testing::Not(HasSubstr(token)));
  TrunkIdentity same_name = a_tls_peer();
  same_name.id = other;
  EXPECT_THAT(fault({a_tls_peer(), same_name}), HasSubstr("same certificate sbc.secure.example"));
}

TEST(Trunks, InsideAWiderBlockComeFirstAndLeaveTheRestToIt) {
  TrunkIdentity wide = a_carrier(), narrow = a_carrier(other, "narrow");
  narrow.sources = {source("192.0.2.5", 5080)};
  const Match match = compiled({wide, narrow});
  EXPECT_EQ(text(match.find(from("192.0.2.5:5080"))), "5 by address only");
  EXPECT_EQ(text(match.find(from("192.0.2.5:5060"))), "1 by address only");
}

TEST(Trunk, ThatLacksWhatItsKindNeedsIsRefused) {
  EXPECT_THAT(fault({{.id = carrier, .name = "x"}}), HasSubstr("needs its addresses"));
  EXPECT_THAT(fault({{.id = carrier, .name = "x", .kind = TrunkKind::peer_certificate}}), HasSubstr("certificate"));
  EXPECT_THAT(fault({{.id = carrier, .name = "x", .kind = TrunkKind::registers, .contact = "1001"}}),
              HasSubstr("random contact"));
  TrunkIdentity everybody = a_carrier();
  for (const char* wide : {"0.0.0.0/0", "128.0.0.0/1", "::/0", "2000::/3"}) {
    everybody.sources = {source(wide)};
    EXPECT_THAT(fault({everybody}), HasSubstr("too wide"));
  }
  TrunkIdentity wrong = a_carrier();
  wrong.called = {"0044"};
  EXPECT_THAT(fault({wrong}), HasSubstr("+4420"));
  TrunkIdentity shouting = a_tls_peer();
  shouting.certificates = {"SBC.example"};
  EXPECT_THAT(fault({shouting}), HasSubstr("lower case"));
  EXPECT_THAT(fault({a_carrier(), a_carrier()}), HasSubstr("another trunk's"));
}

TEST(Trunk, ProtectsItsAddressesFromBans) {
  const Match match = all();
  ASSERT_NE(match.at(*Address::parse("192.0.2.3")), nullptr);
  EXPECT_EQ(match.at(*Address::parse("192.0.2.3"))->id, carrier);
  EXPECT_EQ(match.at(*Address::parse("203.0.113.1")), nullptr);
}

/// `count` trunks of 16 addresses each, half IPv6, at lengths of all kinds.
std::vector<TrunkIdentity> many(std::uint32_t count) {
  std::vector<TrunkIdentity> trunks;
  for (std::uint32_t i = 0; i < count; ++i) {
    TrunkIdentity trunk{.id = TrunkId{i + 1}, .name = "t" + std::to_string(i)};
    for (std::uint32_t k = 0; k < 8; ++k) {
      trunk.sources.push_back(
          {{Address::v4(0x0b00'0000 + (i * 8 + k) * 16), static_cast<std::uint8_t>(128 - k % 5)}, 0});
      std::array<std::uint8_t, 16> six{0x20,
                                       0x01,
                                       0x0d,
                                       0xb8,
                                       static_cast<std::uint8_t>(i >> 8),
                                       static_cast<std::uint8_t>(i),
                                       static_cast<std::uint8_t>(k)};
      trunk.sources.push_back({{Address::from_bytes(six), static_cast<std::uint8_t>(56 + 8 * (k % 8))}, 0});
    }
    trunks.push_back(std::move(trunk));
  }
  return trunks;
}

TEST(Trunks, ByTheThousandAreFoundAtEachOfTheirAddresses) {
  const auto trunks = many(1'000);
  const Match match = compiled(trunks);
  for (const TrunkIdentity& trunk : trunks)
    for (const Source& at : trunk.sources) {
      const Origin origin = match.find({.source = {at.subnet.base, 5060}});
      ASSERT_EQ(text(origin), std::to_string(trunk.id.value) + " by address only") << at.subnet.text();
    }
}

TEST(Trunks, ByTheThousandCostNoMoreThanAHundred) {
  const auto cost_ns = [](const Match& match) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      Random random{3};
      std::size_t found = 0;
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < 20'000; ++i) {
        const auto address = Address::v4(0x0b00'0000 + static_cast<std::uint32_t>(random.below(200'000)));
        found += !std::holds_alternative<Stranger>(match.find({.source = {address, 5060}, .called = "+442012345678"}));
      }
      const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
      EXPECT_GT(found, 0u);
      best = std::min(best, spent.count() / 20'000);
    }
    return best;
  };
  const double few = cost_ns(compiled(many(100))), lots = cost_ns(compiled(many(2'000)));
  RecordProperty("few_ns", std::to_string(few));
  RecordProperty("many_ns", std::to_string(lots));
  EXPECT_LT(lots, 5 * few + 500) << "few " << few << " ns, many " << lots << " ns";
}

TEST(Match, AgreesWithASearchThroughAllTrunks) {
  Random random{11};
  for (int round = 0; round < 200; ++round) {
    std::vector<TrunkIdentity> trunks;
    for (std::uint64_t i = 0; i < 8; ++i) {
      TrunkIdentity trunk{.id = TrunkId{i + 1}, .name = "t" + std::to_string(i)};
      const auto base = Address::v4(0xc000'0200 + static_cast<std::uint32_t>(random.below(16)));
      const auto subnet = Subnet::parse(base.text() + "/" + std::to_string(28 + random.below(5)));
      trunk.sources = {{*subnet, static_cast<std::uint16_t>(random.below(3))}};
      auto with = trunks;
      with.push_back(trunk);
      if (Match::compile(with, 1)) trunks = with;
    }
    const Match match = compiled(trunks);
    for (std::uint32_t a = 0; a < 16; ++a)
      for (std::uint16_t port = 1; port < 4; ++port) {
        const Endpoint at{Address::v4(0xc000'0200 + a), port};
        const TrunkIdentity* best = nullptr;
        const auto rank = [](const TrunkIdentity& t) {
          return t.sources[0].subnet.prefix * 2 + (t.sources[0].port != 0);
        };
        for (const auto& trunk : trunks) {
          const Source& s = trunk.sources[0];
          if (!s.subnet.contains(at.address) || (s.port != 0 && s.port != port)) continue;
          if (best == nullptr || rank(trunk) > rank(*best)) best = &trunk;
        }
        const std::string expected = best ? std::to_string(best->id.value) + " by address only" : "stranger";
        ASSERT_EQ(text(match.find({.source = at})), expected);
      }
  }
}

// What is known by its address alone cannot be handed to what makes calls go out: there is no such conversion.
static_assert(!std::is_convertible_v<Member, CallOut>);
static_assert(!std::is_constructible_v<CallOut, TrunkId, Proof, bool>);

}  // namespace
}  // namespace rf::trunk::test
