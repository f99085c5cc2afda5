#include "core/ice/lite.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/stun/writer.hpp"

namespace rf::ice {
namespace {

using Datagram = std::vector<std::uint8_t>;
using enum Outcome::Kind;
using stun::Type;

constexpr std::int64_t second_us = 1'000'000;

Endpoint at(const std::string& text) {
  return Endpoint::parse(text).value();
}

const Endpoint alice = at("198.51.100.1:4000"), alice_mobile = at("203.0.113.77:9000");
const Endpoint alice_v6 = at("[2001:db8::1]:4000"), mallory = at("192.0.2.66:6666");
const std::string our_password = "ourpasswordourpasswordour";

Credentials credentials(const std::string& ours = "RING", const std::string& peer = "alic") {
  return {ours, peer, Secret<std::string>(our_password)};
}

struct Check {
  std::string username = "RING:alic";
  std::string password = our_password;
  std::uint32_t id = 0;
  std::uint32_t priority = 100;
  bool nominates = false, controlled = false, fingerprint = true, is_signed = true;
  stun::Hash hash = stun::Hash::sha1;
  stun::Class kind = stun::Class::request;
  std::uint16_t method = stun::binding;
  std::vector<std::uint16_t> unknown{};
};

Datagram write(const Check& check) {
  std::array<std::uint8_t, IceLimits::message_bytes> out{};
  stun::TransactionId id{};
  for (std::size_t i = 0; i < 4; ++i) id[i] = static_cast<std::uint8_t>(check.id >> 8 * i);
  stun::Writer w(out, check.kind, check.method, id);
  if (!check.username.empty()) w.add(Type::username, check.username);
  w.add(Type::priority, check.priority);
  for (const std::uint16_t type : check.unknown) w.add(static_cast<Type>(type), stun::Bytes{});
  const std::array<std::uint8_t, 8> tie_breaker{};
  w.add(check.controlled ? Type::ice_controlled : Type::ice_controlling, stun::Bytes(tie_breaker));
  if (check.nominates) w.add(Type::use_candidate, stun::Bytes{});
  if (check.is_signed) w.sign(check.hash, check.password);
  if (check.fingerprint) w.fingerprint();
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(w.finish())};
}

/// A lite agent with a clock in the test's hand; each check has a transaction of its own unless it names one.
class Agent {
 public:
  explicit Agent(Credentials c = credentials()) : lite(std::move(c)) {}

  Outcome hear(const Endpoint& source, const Datagram& packet) {
    answer.fill(0);
    const Outcome outcome = lite.on_packet(now_us, source, packet, answer);
    EXPECT_LE(outcome.bytes, packet.size()) << "an answer longer than its question";
    EXPECT_EQ(outcome.kind == answered, outcome.bytes != 0);
    return outcome;
  }
  Outcome check(const Endpoint& source, Check c) {
    if (c.id == 0) c.id = ++last_id;
    return hear(source, write(c));
  }
  Outcome plain(const Endpoint& source) { return check(source, {}); }
  Outcome nominate(const Endpoint& source) {
    Check c;
    c.nominates = true;
    return check(source, c);
  }
  Outcome hasty(const Endpoint& source, std::uint32_t priority) {
    Check c;
    c.nominates = true;
    c.priority = priority;
    return check(source, c);
  }
  std::optional<Endpoint> selected() const { return lite.selected(now_us); }
  bool is_valid(const Endpoint& source) const { return lite.is_valid(now_us, source); }
  stun::Message said(const Outcome& outcome) {
    return stun::Message::parse(std::span(answer).first(outcome.bytes)).value();
  }

  Lite lite;
  std::int64_t now_us = 5 * second_us;
  std::uint32_t last_id = 0x1000000;
  std::array<std::uint8_t, IceLimits::message_bytes> answer{};
};

TEST(Lite, AnswersACheckWithTheAddressThatItCameFrom) {
  Agent agent;
  for (const Endpoint& source : {alice, alice_v6}) {
    const Outcome outcome = agent.plain(source);
    ASSERT_EQ(outcome.kind, answered);
    EXPECT_FALSE(outcome.nominated);
    const stun::Message said = agent.said(outcome);
    EXPECT_EQ(said.kind(), stun::Class::success);
    EXPECT_EQ(said.mapped_endpoint(), source);
    EXPECT_TRUE(said.is_signed_by(our_password));
    EXPECT_TRUE(said.has_fingerprint());
    EXPECT_TRUE(agent.is_valid(source));
  }
  EXPECT_FALSE(agent.selected()) << "nobody nominated";
}

TEST(Lite, AnswersByTheHashThatItWasAskedWith) {
  Agent agent;
  Check c;
  c.hash = stun::Hash::sha256;
  const Outcome outcome = agent.check(alice, c);
  ASSERT_EQ(outcome.kind, answered);
  EXPECT_EQ(agent.said(outcome).hash(), stun::Hash::sha256);
  EXPECT_TRUE(agent.said(outcome).is_signed_by(our_password));
}

TEST(Lite, SendsWhereThePeerNominated) {
  Agent agent;
  agent.plain(alice);
  agent.plain(alice_v6);
  EXPECT_TRUE(agent.nominate(alice).nominated);
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_FALSE(agent.nominate(alice).nominated) << "it was selected before";
  EXPECT_TRUE(agent.is_valid(alice_v6));
}

TEST(Lite, FollowsAPhoneThatGoesToAnotherNetwork) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  agent.now_us += 600 * second_us;
  agent.plain(alice_mobile);
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_TRUE(agent.nominate(alice_mobile).nominated);
  EXPECT_EQ(agent.selected(), alice_mobile);
}

TEST(Lite, OfAPeerThatNominatesEverythingTakesTheHighestPriority) {
  Agent agent;
  EXPECT_TRUE(agent.hasty(alice_v6, 10).nominated);
  EXPECT_TRUE(agent.hasty(alice, 20).nominated);
  EXPECT_FALSE(agent.hasty(alice_v6, 10).nominated);
  EXPECT_FALSE(agent.hasty(alice_mobile, 20).nominated);
  EXPECT_EQ(agent.selected(), alice);
  agent.now_us += IceLimits::rival_us + 1;
  EXPECT_TRUE(agent.hasty(alice_v6, 10).nominated) << "the other one is checked no more";
}

TEST(Lite, SendsNothingWhenConsentEnds) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  for (int i = 0; i < 10; ++i) {
    agent.now_us += 5 * second_us;
    agent.plain(alice);
  }
  EXPECT_EQ(agent.lite.consent_ends_us(), agent.now_us + IceLimits::consent_us);
  agent.now_us += IceLimits::consent_us;
  EXPECT_EQ(agent.selected(), alice);
  agent.now_us += 1;
  EXPECT_FALSE(agent.selected());
  EXPECT_FALSE(agent.is_valid(alice));
  agent.plain(alice);
  EXPECT_FALSE(agent.selected()) << "a check alone does not bring consent back";
  EXPECT_TRUE(agent.nominate(alice).nominated);
  EXPECT_EQ(agent.selected(), alice);
}

TEST(Lite, APeerFromBeforeConsentKeepsWhatItNominated) {
  Agent agent;
  agent.plain(alice_v6);
  agent.hasty(alice, 20);
  agent.now_us += 3 * second_us;
  agent.hasty(alice, 20);
  agent.now_us += 3'600 * second_us;
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_TRUE(agent.is_valid(alice));
  EXPECT_FALSE(agent.is_valid(alice_v6)) << "what was not nominated is forgotten all the same";
  EXPECT_EQ(agent.lite.consent_ends_us(), never_ms);
}

TEST(Lite, WhoDoesNotKnowThePasswordHearsNothing) {
  Agent agent;
  Check wrong;
  wrong.password = "guessguessguessguessguess";
  wrong.nominates = true;
  EXPECT_EQ(agent.check(mallory, wrong).kind, not_authentic);
  Check none;
  none.is_signed = false;
  none.nominates = true;
  EXPECT_EQ(agent.check(mallory, none).kind, not_authentic);
  Check empty;
  empty.password = "";
  EXPECT_EQ(agent.check(mallory, empty).kind, not_authentic);
  EXPECT_FALSE(agent.is_valid(mallory));
  EXPECT_FALSE(agent.selected());
}

TEST(Lite, TheUsernameHasToBeOfThisSession) {
  Agent agent;
  for (const char* username : {"", "RING", "RING:", ":alic", "ring:alic", "RING:bob", "RING:alicx", "alic:RING",
                               "RINGRING:alic", "RING:alic:", "RIN:alic"}) {
    Check c;
    c.username = username;
    EXPECT_EQ(agent.check(alice, c).kind, not_authentic) << username;
  }
  Check huge;
  huge.username = "RING:" + std::string(600, 'a');
  EXPECT_EQ(agent.check(alice, huge).kind, not_authentic);
}

TEST(Lite, ACheckWithoutFingerprintIsNone) {
  Agent agent;
  Check c;
  c.fingerprint = false;
  EXPECT_EQ(agent.check(alice, c).kind, malformed);
  EXPECT_FALSE(agent.is_valid(alice));
}

TEST(Lite, AReplayFromAnotherAddressMovesNothing) {
  Agent agent;
  Check c;
  c.id = 7;
  agent.check(alice, c);
  c.id = 8;
  c.nominates = true;
  const Datagram recorded = write(c);
  EXPECT_TRUE(agent.hear(alice, recorded).nominated);
  EXPECT_EQ(agent.hear(mallory, recorded).kind, replayed);
  EXPECT_EQ(agent.hear({alice.address, 4'001}, recorded).kind, replayed);
  EXPECT_FALSE(agent.is_valid(mallory));
  EXPECT_EQ(agent.selected(), alice);
  // An hour of checks later it is still remembered.
  for (int i = 0; i < 1'400; ++i) {
    agent.now_us += 5 * second_us / 2;
    EXPECT_EQ(agent.plain(alice).kind, answered);
  }
  EXPECT_EQ(agent.hear(mallory, recorded).kind, replayed);
  EXPECT_EQ(agent.selected(), alice);
}

TEST(Lite, AFasterReplayerHoldsTheSelectionOnlyToTheNextCheck) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  Check c;
  c.id = 9;
  c.nominates = true;
  const Datagram overtaken = write(c);
  agent.hear(mallory, overtaken);
  EXPECT_EQ(agent.hear(alice, overtaken).kind, replayed);
  agent.nominate(alice);
  EXPECT_EQ(agent.selected(), alice);
}

TEST(Lite, ARetransmissionIsAnsweredAgainAndProlongsNothing) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  agent.now_us += IceLimits::consent_sign_us;
  Check c;
  c.id = 11;
  const Datagram recorded = write(c);
  EXPECT_EQ(agent.hear(alice, recorded).kind, answered);
  agent.now_us += IceLimits::consent_us;
  EXPECT_EQ(agent.hear(alice, recorded).kind, answered);
  agent.now_us += 1;
  EXPECT_FALSE(agent.selected()) << "whoever forges alice's address cannot consent for her";
}

TEST(Lite, TellsTheFullAgentThatItControls) {
  Agent agent;
  Check c;
  c.controlled = true;
  c.nominates = true;
  const Outcome outcome = agent.check(alice, c);
  ASSERT_EQ(outcome.kind, answered);
  EXPECT_EQ(agent.said(outcome).kind(), stun::Class::failure);
  EXPECT_EQ(agent.said(outcome).error_code(), 487u);
  EXPECT_TRUE(agent.said(outcome).is_signed_by(our_password));
  EXPECT_FALSE(agent.is_valid(alice));
  EXPECT_FALSE(agent.selected());
}

TEST(Lite, NamesAttributesThatItHadToUnderstand) {
  Agent agent;
  Check c;
  c.unknown = {0x7f01, 0x7f02, 0x7f03};
  const Outcome outcome = agent.check(alice, c);
  ASSERT_EQ(outcome.kind, answered);
  EXPECT_EQ(agent.said(outcome).error_code(), 420u);
  EXPECT_EQ(agent.said(outcome).find(Type::unknown_attributes)->size(), 6u);
  EXPECT_FALSE(agent.is_valid(alice));
  c.password = "wrong";
  EXPECT_EQ(agent.check(mallory, c).kind, not_authentic) << "strangers are not even told that";
}

TEST(Lite, OnlyBindingRequestsMeanAnything) {
  Agent agent;
  for (const stun::Class kind : {stun::Class::indication, stun::Class::success, stun::Class::failure}) {
    Check c;
    c.kind = kind;
    c.nominates = true;
    EXPECT_EQ(agent.check(alice, c).kind, dropped);
  }
  Check allocate;  // TURN
  allocate.method = 3;
  EXPECT_EQ(agent.check(alice, allocate).kind, dropped);
  EXPECT_FALSE(agent.is_valid(alice));
}

TEST(Lite, TruncatedOversizedAndStrangeBytesAreMalformed) {
  Agent agent;
  Check c;
  c.id = 3;
  const Datagram whole = write(c);
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
    EXPECT_EQ(agent.hear(alice, Datagram(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes))).kind,
              malformed);
  Datagram large = whole;
  large.resize(4'000);
  EXPECT_EQ(agent.hear(alice, large).kind, malformed);
  EXPECT_EQ(agent.hear(alice, Datagram(64, 0)).kind, malformed);
  EXPECT_FALSE(agent.is_valid(alice));
}

TEST(Lite, AFloodOfStrangersOwnsNothingHere) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  Check c;
  c.password = "guess";
  for (std::uint32_t i = 0; i < 20'000; ++i)
    ASSERT_EQ(agent.check({Address::v4(0x0a000000 + i), 5'000}, c).kind, not_authentic);
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_TRUE(agent.is_valid(alice));
}

TEST(Lite, APeerWithManyAddressesHasABoundedTable) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    agent.now_us += 1'000;
    agent.plain({Address::v4(0x0a000000 + i), 5'000});
  }
  std::size_t valid = 0;
  for (std::uint32_t i = 0; i < 1'000; ++i) valid += agent.is_valid({Address::v4(0x0a000000 + i), 5'000});
  EXPECT_EQ(valid, IceLimits::endpoints - 1);
  EXPECT_EQ(agent.selected(), alice);
}

TEST(Lite, WithoutRoomForTheAnswerNothingHappens) {
  Agent agent;
  Check c;
  c.id = 3;
  c.nominates = true;
  std::array<std::uint8_t, 60> small{};
  EXPECT_EQ(agent.lite.on_packet(agent.now_us, alice, write(c), small).kind, dropped);
  EXPECT_FALSE(agent.selected());
}

TEST(Lite, ARestartKeepsWhatWasSelectedUntilTheNextNomination) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  agent.plain(alice_v6);
  agent.lite.update(credentials("NEXT", "alnx"));
  EXPECT_EQ(agent.plain(alice).kind, not_authentic) << "the former fragment is over";
  EXPECT_EQ(agent.selected(), alice);
  Check c;
  c.username = "NEXT:alnx";
  agent.check(alice_mobile, c);
  EXPECT_EQ(agent.selected(), alice);
  c.nominates = true;
  EXPECT_TRUE(agent.check(alice_mobile, c).nominated);
  EXPECT_EQ(agent.selected(), alice_mobile);
  EXPECT_FALSE(agent.is_valid(alice));
  EXPECT_FALSE(agent.is_valid(alice_v6));
}

TEST(Lite, ARestartBeginsConsentAnew) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  agent.now_us += 100 * second_us;
  agent.lite.update(credentials("NEXT", "alnx"));
  Check c;
  c.username = "NEXT:alnx";
  agent.check(alice, c);
  c.nominates = true;
  EXPECT_FALSE(agent.check(alice, c).nominated) << "it is where we send already";
  c.nominates = false;
  agent.now_us += second_us;
  agent.check(alice, c);
  agent.now_us += 3'600 * second_us;
  EXPECT_EQ(agent.selected(), alice) << "checks right after a restart are not yet consent";
}

TEST(Lite, EqualCredentialsChangeNothing) {
  Agent agent;
  agent.plain(alice);
  agent.nominate(alice);
  agent.lite.update(credentials());
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_EQ(agent.plain(alice).kind, answered);
}

TEST(Lite, ChecksMayComeBeforeThePeersDescription) {
  Agent agent(credentials("RING", ""));
  agent.plain(alice);
  EXPECT_TRUE(agent.nominate(alice).nominated);
  EXPECT_EQ(agent.selected(), alice);
  agent.lite.update(credentials());
  EXPECT_EQ(agent.selected(), alice);
}

TEST(Lite, OfForkedPhonesTheOneThatAnsweredIsHeard) {
  Agent agent(credentials("RING", ""));
  agent.hasty(alice, 20);
  agent.plain(alice_v6);
  Check other;
  other.username = "RING:fork";
  other.nominates = true;
  other.priority = 30;
  EXPECT_TRUE(agent.check(alice_mobile, other).nominated);
  agent.lite.update(credentials());
  EXPECT_FALSE(agent.is_valid(alice_mobile));
  EXPECT_TRUE(agent.is_valid(alice_v6));
  EXPECT_EQ(agent.selected(), alice);
  EXPECT_EQ(agent.check(alice_mobile, other).kind, not_authentic);
}

}  // namespace
}  // namespace rf::ice
