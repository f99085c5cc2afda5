// What a DTLS association gives to an honest peer, and what it refuses to others.
#include "shell/dtls/association.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shell/dtls/greeter.hpp"
#include "tests/unit/dtls/peer.hpp"

namespace rf::dtls {
namespace {

using testing::Peer;
using testing::PeerOptions;

constexpr std::int64_t start_us = 1'000'000'000;
const Endpoint phone = Endpoint::parse("192.0.2.7:40000").value();

IdentityRef identity() {
  static const IdentityRef one = Identity::make(1'700'000'000'000).value();
  return one;
}

/// Carries datagrams between both until nobody says anything more.
void talk(Association& ours, Peer& peer, std::vector<Datagram> from_peer) {
  for (int round = 0; round < 100 && !from_peer.empty(); ++round) {
    for (const Datagram& each : from_peer) ours.on_datagram(start_us, each);
    from_peer.clear();
    for (const Datagram& each : ours.take())
      for (Datagram& answer : peer.say(each)) from_peer.push_back(std::move(answer));
  }
}

struct Met {
  std::unique_ptr<Association> ours;
  Peer peer;
};

/// A passive association of ours, after whatever `options` make of the handshake.
Met meet(const PeerOptions& options = {}, bool right_fingerprint = true) {
  Met met{Association::passive(identity()), Peer(options)};
  media::Fingerprint expected = met.peer.fingerprint();
  if (!right_fingerprint) expected.sha256[31] ^= 1;
  met.ours->begin(expected, start_us);
  talk(*met.ours, met.peer, met.peer.say());
  return met;
}

std::vector<std::uint8_t> bytes_of(const srtp::MasterKey& key) {
  std::vector<std::uint8_t> out(key.key().begin(), key.key().end());
  out.insert(out.end(), key.salt().begin(), key.salt().end());
  return out;
}

std::vector<std::uint8_t> joined(const std::vector<std::uint8_t>& from, std::size_t a, std::size_t a_size,
                                 std::size_t b, std::size_t b_size) {
  std::vector<std::uint8_t> out(from.begin() + static_cast<std::ptrdiff_t>(a),
                                from.begin() + static_cast<std::ptrdiff_t>(a + a_size));
  out.insert(out.end(), from.begin() + static_cast<std::ptrdiff_t>(b),
             from.begin() + static_cast<std::ptrdiff_t>(b + b_size));
  return out;
}

TEST(Association, GivesBothSidesTheSameKeysInTheOrderOfRfc5764) {
  for (const bool we_connect : {false, true}) {
    Peer peer({.client = !we_connect});
    auto ours =
        we_connect ? Association::active(identity(), peer.fingerprint(), start_us) : Association::passive(identity());
    if (!we_connect) ours->begin(peer.fingerprint(), start_us);
    std::vector<Datagram> first = we_connect ? std::vector<Datagram>{} : peer.say();
    for (const Datagram& each : ours->take())
      for (Datagram& answer : peer.say(each)) first.push_back(std::move(answer));
    talk(*ours, peer, first);
    ASSERT_EQ(ours->state(), Association::State::secured);
    ASSERT_TRUE(peer.done());
    EXPECT_EQ(peer.profile(), "SRTP_AEAD_AES_256_GCM");
    EXPECT_EQ(peer.shown(), identity()->fingerprint());
    const std::vector<std::uint8_t> material = peer.material(2 * (32 + 12));
    const auto client = joined(material, 0, 32, 64, 12), server = joined(material, 32, 32, 76, 12);
    EXPECT_EQ(bytes_of(ours->keys().ours), we_connect ? client : server);
    EXPECT_EQ(bytes_of(ours->keys().theirs), we_connect ? server : client);
  }
}

TEST(Association, PrefersTheStrongestSuiteThatThePeerHasAndTakesTheShortTagLast) {
  const std::vector<std::pair<std::string, srtp::Suite>> cases = {
      {"SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM",
       srtp::Suite::aead_aes_256_gcm},
      {"SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", srtp::Suite::aead_aes_128_gcm},
      {"SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80", srtp::Suite::aes_cm_128_sha1_80},
      {"SRTP_AES128_CM_SHA1_32", srtp::Suite::aes_cm_128_sha1_32}};
  for (const auto& [profiles, suite] : cases) {
    const Met met = meet({.profiles = profiles});
    ASSERT_EQ(met.ours->state(), Association::State::secured) << profiles;
    EXPECT_EQ(met.ours->keys().ours.suite(), suite);
    EXPECT_EQ(met.ours->keys().theirs.suite(), suite);
  }
}

TEST(Association, WhoShowsAnotherCertificateThanSignallingNamedGetsNoKeys) {
  const Met met = meet({}, false);
  EXPECT_EQ(met.ours->state(), Association::State::failed);
  EXPECT_EQ(met.ours->fault(), media::MediaFault::fingerprint);
  EXPECT_FALSE(met.peer.done());
}

TEST(Association, AnActiveSideIsAsStrictWithTheServersCertificate) {
  Peer peer({.client = false});
  media::Fingerprint wrong = peer.fingerprint();
  wrong.sha256[0] ^= 0x80;
  auto ours = Association::active(identity(), wrong, start_us);
  std::vector<Datagram> first;
  for (const Datagram& each : ours->take())
    for (Datagram& answer : peer.say(each)) first.push_back(std::move(answer));
  talk(*ours, peer, first);
  EXPECT_EQ(ours->state(), Association::State::failed);
  EXPECT_EQ(ours->fault(), media::MediaFault::fingerprint);
}

TEST(Association, WhoShowsNoCertificateAtAllFails) {
  const Met met = meet({.shows_certificate = false});
  EXPECT_EQ(met.ours->state(), Association::State::failed);
}

TEST(Association, WhoShowsTheRightCertificateWithoutItsKeyFails) {
  Peer honest, thief;
  // The certificate is public: it was sent to us in the clear. The thief shows it and signs with his own key.
  auto ours = Association::passive(identity());
  ours->begin(honest.fingerprint(), start_us);
  SSL_CTX_use_certificate(SSL_get_SSL_CTX(thief.ssl()), nullptr);
  SSL_set_cert_cb(thief.ssl(), [](SSL*, void*) { return 1; }, nullptr);
  EXPECT_NE(SSL_use_certificate(thief.ssl(), honest.certificate()), 0);
  // OpenSSL drops a key that does not fit, so it has none to sign with.
  talk(*ours, thief, thief.say());
  EXPECT_NE(ours->state(), Association::State::secured);
}

TEST(Association, WithoutASuiteInCommonThereAreNoKeys) {
  for (const char* profiles : {"", "SRTP_AES128_CM_SHA1_80"}) {
    const Met met = meet({.profiles = profiles});
    if (std::string(profiles).empty()) {
      EXPECT_EQ(met.ours->state(), Association::State::failed);
      EXPECT_EQ(met.ours->fault(), media::MediaFault::no_common_suite);
    } else {
      EXPECT_EQ(met.ours->state(), Association::State::secured);
    }
  }
}

TEST(Association, OldVersionsAndCiphersWithoutForwardSecrecyOrAeadAreRefused) {
  EXPECT_EQ(meet({.version = DTLS1_VERSION}).ours->state(), Association::State::failed);
  for (const char* ciphers : {"AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"})
    EXPECT_EQ(meet({.ciphers = ciphers}).ours->state(), Association::State::failed) << ciphers;
}

TEST(Association, WithoutExtendedMasterSecretThereAreNoKeys) {
  const Met met = meet({.options = SSL_OP_NO_EXTENDED_MASTER_SECRET});
  EXPECT_EQ(met.ours->state(), Association::State::failed);
}

TEST(Association, PeersWithRsaCertificatesAreBelievedByTheirFingerprintToo) {
  EXPECT_EQ(meet({.rsa_bits = 2'048}).ours->state(), Association::State::secured);
}

TEST(Association, NoDatagramOfOursIsLongerThanTheBound) {
  Peer peer;
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  std::vector<Datagram> from_peer = peer.say();
  std::size_t said = 0;
  for (int round = 0; round < 20 && !from_peer.empty(); ++round) {
    for (const Datagram& each : from_peer) ours->on_datagram(start_us, each);
    from_peer.clear();
    for (const Datagram& each : ours->take()) {
      EXPECT_LE(each.size(), SecureMediaLimits::datagram_bytes);
      ++said;
      for (Datagram& answer : peer.say(each)) from_peer.push_back(std::move(answer));
    }
  }
  EXPECT_GT(said, 0u);
}

TEST(Association, ALostLastFlightIsSentAgainWhenThePeerRepeatsHis) {
  Peer peer({.hasty = true});
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  std::vector<Datagram> from_peer = peer.say();
  for (int round = 0; round < 20 && ours->state() != Association::State::secured; ++round) {
    for (const Datagram& each : from_peer) ours->on_datagram(start_us, each);
    if (ours->state() == Association::State::secured) break;
    from_peer.clear();
    for (const Datagram& each : ours->take())
      for (Datagram& answer : peer.say(each)) from_peer.push_back(std::move(answer));
  }
  ASSERT_EQ(ours->state(), Association::State::secured);
  EXPECT_FALSE(ours->take().empty());  // and all of it is lost
  EXPECT_FALSE(peer.done());
  for (const Datagram& each : peer.repeat()) ours->on_datagram(start_us, each);
  for (const Datagram& each : ours->take()) peer.say(each);
  EXPECT_TRUE(peer.done());
}

TEST(Association, ForgedAlertsEndNothing) {
  Peer peer;
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  const Datagram fatal = {21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
  const Datagram close = {21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 10, 0, 2, 1, 0};
  std::vector<Datagram> from_peer = peer.say();
  for (int round = 0; round < 20 && !from_peer.empty(); ++round) {
    for (const Datagram& each : from_peer) {
      ours->on_datagram(start_us, fatal);
      ours->on_datagram(start_us, close);
      ours->on_datagram(start_us, each);
      ours->on_datagram(start_us, fatal);
    }
    from_peer.clear();
    for (const Datagram& each : ours->take())
      for (Datagram& answer : peer.say(each)) from_peer.push_back(std::move(answer));
  }
  EXPECT_EQ(ours->state(), Association::State::secured);
  EXPECT_TRUE(peer.done());
}

TEST(Association, RenegotiationChangesNothing) {
  Met met = meet();
  ASSERT_EQ(met.ours->state(), Association::State::secured);
  const auto before = bytes_of(met.ours->keys().ours);
  EXPECT_EQ(SSL_renegotiate(met.peer.ssl()), 1);
  talk(*met.ours, met.peer, met.peer.say());
  EXPECT_EQ(met.ours->state(), Association::State::secured);
  EXPECT_EQ(bytes_of(met.ours->keys().ours), before);
  EXPECT_FALSE(met.peer.done());
}

TEST(Association, AuthenticAlertsAfterTheKeysLeaveTheMediaToSignalling) {
  Met met = meet();
  SSL_shutdown(met.peer.ssl());
  for (const Datagram& each : met.peer.take()) met.ours->on_datagram(start_us, each);
  EXPECT_EQ(met.ours->state(), Association::State::secured);
}

TEST(Association, AHandshakeThatNeverEndsFailsInTime) {
  Peer peer;
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  for (const Datagram& each : peer.say()) ours->on_datagram(start_us, each);
  EXPECT_LE(ours->due_us(), start_us + SecureMediaLimits::handshake_us);
  ours->on_time(start_us + SecureMediaLimits::handshake_us - 1);
  EXPECT_EQ(ours->state(), Association::State::handshaking);
  ours->on_time(start_us + SecureMediaLimits::handshake_us);
  EXPECT_EQ(ours->state(), Association::State::failed);
  EXPECT_EQ(ours->fault(), media::MediaFault::handshake);
}

TEST(Association, FragmentsWithoutEndFailByCount) {
  Peer peer;
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  // A ClientHello that says it is 16,000 bytes long, of which one byte comes at a time, again and again.
  Datagram fragment = {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 1, 0, 0x3e, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  std::size_t sent = 0;
  while (ours->state() == Association::State::handshaking && sent < 10'000) {
    fragment[9] = static_cast<std::uint8_t>(sent >> 8);
    fragment[10] = static_cast<std::uint8_t>(sent);
    fragment[20] = static_cast<std::uint8_t>(sent >> 8);
    fragment[21] = static_cast<std::uint8_t>(sent++);
    ours->on_datagram(start_us, fragment);
  }
  EXPECT_EQ(ours->state(), Association::State::failed);
  EXPECT_LE(sent, SecureMediaLimits::handshake_datagrams + 1);
}

TEST(Association, AHandshakeInManyFragmentsPasses) {
  EXPECT_EQ(meet({.mtu = 256, .rsa_bits = 2'048}).ours->state(), Association::State::secured);
}

TEST(Association, ACertificateLongerThanTheBoundFails) {
  const Met met = meet({.certificate_padding = 16'000});
  EXPECT_EQ(met.ours->state(), Association::State::failed);
}

TEST(Association, RecordsThatLieAboutTheirLengthAreNotRead) {
  Peer peer;
  auto ours = Association::passive(identity());
  ours->begin(peer.fingerprint(), start_us);
  for (std::size_t length : {0u, 1u, 100u, 16'384u, 65'535u}) {
    Datagram lie = {22,
                    254,
                    253,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    static_cast<std::uint8_t>(length >> 8),
                    static_cast<std::uint8_t>(length)};
    lie.resize(60, 0xff);
    ours->on_datagram(start_us, lie);
  }
  ours->on_datagram(start_us, Datagram(2'048, 22));
  talk(*ours, peer, peer.say());
  EXPECT_EQ(ours->state(), Association::State::secured);
}

TEST(Association, ForgetsTheHandshakeOnceNobodyNeedsItAndKeepsTheKeys) {
  Met met = meet();
  const std::int64_t end_us = start_us + SecureMediaLimits::association_kept_us;
  EXPECT_EQ(met.ours->due_us(), end_us);
  met.ours->on_time(end_us);
  EXPECT_EQ(met.ours->due_us(), never_ms);
  SSL_shutdown(met.peer.ssl());
  for (const Datagram& each : met.peer.take()) met.ours->on_datagram(end_us, each);
  EXPECT_TRUE(met.ours->take().empty());
  EXPECT_EQ(met.ours->state(), Association::State::secured);
  EXPECT_TRUE(static_cast<bool>(met.ours->keys().ours));
}

TEST(Identity, EachOneIsAnother) {
  const IdentityRef a = Identity::make(1'700'000'000'000).value(), b = Identity::make(1'700'000'000'000).value();
  EXPECT_TRUE(static_cast<bool>(a->fingerprint()));
  EXPECT_NE(a->fingerprint(), b->fingerprint());
}

TEST(Greeter, SpeaksOnlyToWhoCanHearUs) {
  Greeter greeter;
  Peer peer;
  std::vector<Datagram> answer;
  const std::vector<Datagram> hello = peer.say();
  EXPECT_EQ(greeter.meet(start_us, identity(), phone, peer.fingerprint(), hello.at(0), answer), nullptr);
  ASSERT_EQ(answer.size(), 1u);
  // No more comes back than was sent: nothing is amplified.
  EXPECT_LT(answer[0].size(), hello[0].size());
  const std::vector<Datagram> again = peer.say(answer[0]);
  answer.clear();
  auto ours = greeter.meet(start_us, identity(), phone, peer.fingerprint(), again.at(0), answer);
  ASSERT_NE(ours, nullptr);
  std::vector<Datagram> from_peer;
  for (const Datagram& each : ours->take())
    for (Datagram& said : peer.say(each)) from_peer.push_back(std::move(said));
  talk(*ours, peer, from_peer);
  EXPECT_EQ(ours->state(), Association::State::secured);
  EXPECT_TRUE(peer.done());
}

TEST(Greeter, ACookieIsGoodForItsAddressAloneAndNotForEver) {
  Greeter greeter;
  Peer peer;
  std::vector<Datagram> answer;
  greeter.meet(start_us, identity(), phone, peer.fingerprint(), peer.say().at(0), answer);
  const Datagram again = peer.say(answer.at(0)).at(0);
  const Endpoint other_port{phone.address, 40'002};
  const Endpoint other_host = Endpoint::parse("192.0.2.8:40000").value();
  EXPECT_EQ(greeter.meet(start_us, identity(), other_port, peer.fingerprint(), again, answer), nullptr);
  EXPECT_EQ(greeter.meet(start_us, identity(), other_host, peer.fingerprint(), again, answer), nullptr);
  EXPECT_NE(greeter.meet(start_us + SecureMediaLimits::cookie_us, identity(), phone, peer.fingerprint(), again, answer),
            nullptr);
  EXPECT_EQ(
      greeter.meet(start_us + 3 * SecureMediaLimits::cookie_us, identity(), phone, peer.fingerprint(), again, answer),
      nullptr);
}

TEST(Greeter, AFloodOfClientHellosFromForgedSourcesLeavesNothing) {
  Greeter greeter;
  Peer peer;
  const Datagram hello = peer.say().at(0);
  std::size_t answers = 0;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    std::vector<Datagram> answer;
    const Endpoint forged{Address::v4(0x0a000000u + i), static_cast<std::uint16_t>(i)};
    ASSERT_EQ(greeter.meet(start_us, identity(), forged, peer.fingerprint(), hello, answer), nullptr);
    answers += answer.size();
  }
  EXPECT_EQ(answers, 20'000u);
  Peer honest;
  std::vector<Datagram> answer;
  greeter.meet(start_us, identity(), phone, honest.fingerprint(), honest.say().at(0), answer);
  const Datagram again = honest.say(answer.at(0)).at(0);
  EXPECT_NE(greeter.meet(start_us, identity(), phone, honest.fingerprint(), again, answer), nullptr);
}

TEST(Greeter, RubbishIsNotAnswered) {
  Greeter greeter;
  std::vector<Datagram> answer;
  const media::Fingerprint peer = Peer().fingerprint();
  Datagram rubbish = Peer().say().at(0);
  for (std::size_t cut = 0; cut < rubbish.size(); ++cut)
    EXPECT_EQ(greeter.meet(start_us, identity(), phone, peer, std::span(rubbish).first(cut), answer), nullptr);
  EXPECT_TRUE(answer.empty());
  for (std::size_t i = 0; i < rubbish.size(); ++i) {
    rubbish[i] ^= 0xff;
    greeter.meet(start_us, identity(), phone, peer, rubbish, answer);
    rubbish[i] ^= 0xff;
  }
}

}  // namespace
}  // namespace rf::dtls
