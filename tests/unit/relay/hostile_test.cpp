// OpenSSL as a hostile peer of a relay: floods, races, other versions and certificates, giant and broken records, words
// in the clear. And what libsrtp publishes, bridged.
#include "tests/unit/relay/secure_call.hpp"
#include "tests/unit/srtp/packets.hpp"
#include "tests/unit/srtp/published.hpp"

namespace rf::relay {
namespace {

/// A record that nobody protected: its type, its epoch and what it holds.
std::string record(char type, char epoch, const std::string& content) {
  std::string out{type, '\xfe', '\xfd', '\0', epoch};
  out += std::string("\0\0\0\0\0\x07", 6);
  out += static_cast<char>(content.size() >> 8);
  out += static_cast<char>(content.size());
  return out + content;
}
const std::string close_notify = std::string("\x01\0", 2), handshake_failure = "\x02\x28";
constexpr char alert = 21, handshake = 22, application = 23;

/// Reads what the relay says to that until it is silent.
void hear_out(Phone& phone) {
  while (phone.receive(50)) {
  }
}

/// Sends all, no faster than it is read: what does not fit into a socket the kernel drops.
void flood(SecureCall& call, Phone& phone, const std::string& packet, int times) {
  const std::uint64_t before = call.relay.totals().received;
  for (int i = 1; i <= times; ++i) {
    phone.send(call.port(0), packet);
    while (i % 20 == 0 && call.relay.totals().received < before + static_cast<std::uint64_t>(i))
      std::this_thread::yield();
  }
}

class Established : public SecureCall {
 public:
  explicit Established(bool with_ice = false) {
    if (with_ice) use_ice();
    start();
    if (with_ice) {
      alice.send(port(0), check(1, true));
      EXPECT_TRUE(alice.receive());
    }
    EXPECT_TRUE(shake_hands(alice, peer, port(0)));
    crypt.emplace(crypt_of(peer));
    talk(*crypt, "agreed");
  }
  /// It goes on with the same keys, and the engine heard of nothing.
  void expect_untouched() {
    hear_out(alice);
    talk(*crypt, "as before");
    EXPECT_EQ(relay.totals().secured, 1u);
    EXPECT_EQ(relay.totals().handshakes, 0u);
    ear.wait<engine::MediaSecured>();
    EXPECT_EQ(ear.count(), 0u);
  }
  std::optional<Crypt> crypt;
};

TEST(Hostile, AFloodOfClientHellosUnderThePhonesOwnAddressDisturbsNoRunningCall) {
  for (const bool with_ice : {false, true}) {
    Established c(with_ice);
    Peer other;
    const std::string hello = text(other.say().at(0));
    for (int i = 0; i < 20; ++i) {
      flood(c, c.alice, hello, 100);
      while (c.alice.receive(0)) {
      }
    }
    c.expect_untouched();
  }
}

TEST(Hostile, AFloodOfClientHellosBeforeAnyCheckIsNotEvenRead) {
  SecureCall c;
  c.use_ice();
  c.start();
  Phone stranger(c.host), elsewhere(testing::address("127.0.0.2"));
  Peer other;
  const std::string hello = text(other.say().at(0));
  for (Phone* each : {&stranger, &elsewhere, &c.alice}) flood(c, *each, hello, 500);
  c.await(&media::LegStatistics::refused_source, 1'500);
  EXPECT_EQ(c.relay.totals().handshakes, 0u);
  EXPECT_EQ(c.relay.totals().handshakes_dropped, 0u);
  for (Phone* each : {&stranger, &elsewhere, &c.alice}) EXPECT_FALSE(each->receive(0));
  c.alice.send(c.port(0), check(1, true));
  EXPECT_TRUE(c.alice.receive());
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "secret");
}

TEST(Hostile, AnotherCertificateInTheMidstOfACallGetsNoKeys) {
  for (const bool with_ice : {false, true}) {
    Established c(with_ice);
    for (int i = 0; i < 3; ++i) {
      Peer other;
      EXPECT_FALSE(shake_hands(c.alice, other, c.port(0), 200));
    }
    c.expect_untouched();
  }
}

TEST(Hostile, WhoPassesACheckAndShowsAnotherCertificateEndsTheCall) {
  SecureCall c;
  c.use_ice();
  c.start();
  c.alice.send(c.port(0), check(1, true));
  EXPECT_TRUE(c.alice.receive());
  Peer other;
  EXPECT_FALSE(shake_hands(c.alice, other, c.port(0), 300));
  EXPECT_EQ(c.ear.wait<engine::MediaDistrusted>().fault, media::MediaFault::fingerprint);
  c.bob.send(c.port(1), rtp(1, "not for you"));
  c.ask();
  hear_out(c.alice);
  EXPECT_EQ(c.relay.totals().forwarded, 0u);
}

TEST(Hostile, AnOldVersionEndsTheCall) {
  SecureCall c(Protection::dtls, {.version = DTLS1_VERSION});
  c.start();
  EXPECT_FALSE(shake_hands(c.alice, c.peer, c.port(0), 300));
  c.bob.send(c.port(1), rtp(1, "not for you"));
  c.ask();
  EXPECT_EQ(c.relay.totals().secured, 0u);
  EXPECT_EQ(c.relay.totals().forwarded, 0u);
}

TEST(Hostile, OldCiphersAndPeersWithoutACertificateGetNoKeys) {
  for (const PeerOptions& options : {PeerOptions{.ciphers = "ECDHE-ECDSA-AES128-SHA"}, PeerOptions{.ciphers = "aNULL"},
                                     PeerOptions{.shows_certificate = false}}) {
    SecureCall c(Protection::dtls, options);
    c.start();
    EXPECT_FALSE(shake_hands(c.alice, c.peer, c.port(0), 300));
    c.ask();
    EXPECT_EQ(c.relay.totals().secured, 0u);
  }
}

TEST(Hostile, AHandshakeInSmallPiecesPassesAndACertificateBeyondTheBoundDoesNot) {
  SecureCall small(Protection::dtls, {.mtu = 256});
  small.start();
  ASSERT_TRUE(shake_hands(small.alice, small.peer, small.port(0)));
  Crypt crypt = crypt_of(small.peer);
  small.talk(crypt, "in pieces");
  SecureCall long_one(Protection::dtls, {.certificate_padding = 10'000});
  long_one.start();
  EXPECT_FALSE(shake_hands(long_one.alice, long_one.peer, long_one.port(0), 300));
  EXPECT_EQ(long_one.ear.wait<engine::MediaDistrusted>().fault, media::MediaFault::handshake);
}

TEST(Hostile, ForgedAndGiantRecordsDisturbNoRunningCall) {
  Established c;
  std::string lie = record(handshake, 0, "x");
  lie[11] = lie[12] = '\xff';
  const std::string piece("\x01\xff\xff\xff\0\0\0\0\0\0\0\x01x", 13);
  std::vector<std::string> forged;
  for (const char epoch : {'\0', '\1', '\2'})
    for (const char type : {alert, handshake, application})
      for (const std::string& content :
           {close_notify, handshake_failure, std::string(), std::string(1'900, 'x'), piece})
        forged.push_back(record(type, epoch, content));
  forged.push_back(lie);
  forged.push_back(lie + std::string(2'000, 'x'));
  forged.push_back(std::string(2'048, '\x16'));
  for (int i = 0; i < 20; ++i)
    for (const std::string& each : forged) flood(c, c.alice, each, 1);
  c.expect_untouched();
}

TEST(Hostile, WordsInTheClearAreNotHeardOnceKeysWereAgreedOn) {
  for (const bool with_ice : {false, true}) {
    Established c(with_ice);
    Phone stranger(c.host);
    for (std::uint16_t i = 0; i < 10; ++i) {
      const std::string word = rtp(static_cast<std::uint16_t>(c.sequence + 1 + i), "in the clear");
      c.alice.send(c.port(0), word);
      stranger.send(c.port(0), word);
      c.alice.send(c.port(0), receiver_report());
    }
    // Without ICE only the proof tells them apart, and all 30 lack it; two reports of her own place are no attack.
    c.await(&media::LegStatistics::refused_proof, (with_ice ? 20 : 30) - media::SessionLimits::clear_reports);
    EXPECT_FALSE(c.bob.receive(0));
    EXPECT_FALSE(c.bob_rtcp.receive(0));
    EXPECT_FALSE(stranger.receive(0));
    c.expect_untouched();
  }
}

TEST(Hostile, WhatLibsrtpPublishesCrossesTheRelayByteForByte) {
  for (const srtp::PacketVector& vector : srtp::packet_vectors) {
    const std::string plain = text(srtp::hex(srtp::packet_vector_plain)), sealed = text(srtp::hex(vector.rtp));
    const auto key = srtp::MasterKey::make(vector.suite, srtp::hex(vector.key));
    ASSERT_TRUE(key);
    SecureCall c(Protection::sdes);
    c.security().ours = c.security().theirs = *key;
    c.start();
    c.bob.send(c.port(1), plain);
    EXPECT_EQ(c.alice.receive(), sealed) << srtp::facts_of(vector.suite).sdp_name;
    c.alice.send(c.port(0), sealed);
    EXPECT_EQ(c.bob.receive(), plain) << srtp::facts_of(vector.suite).sdp_name;
  }
}

}  // namespace
}  // namespace rf::relay
