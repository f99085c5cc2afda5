// Encrypted legs over real sockets: libsrtp and OpenSSL as honest phones, and as those who are none.
#include "tests/unit/relay/secure_call.hpp"

namespace rf::relay {
namespace {

TEST(SecureRelay, BridgesWhatLibsrtpSpeaksWithKeysFromSdp) {
  for (const Suite suite : suites) {
    SecureCall c;
    c.use_sdes(suite);
    c.start();
    Crypt crypt = c.sdes(suite);
    for (int i = 0; i < 60; ++i) c.talk(crypt, "hello");
    const auto leg = c.stop().report.legs[0];
    EXPECT_EQ(leg.packets, 60u);
    EXPECT_EQ(leg.protection, Protection::sdes);
    EXPECT_EQ(leg.suite, suite);
  }
}

TEST(SecureRelay, BridgesAnySuiteToAnyOther) {
  for (const Suite a : suites)
    for (const Suite b : suites) {
      SecureCall c;
      c.use_sdes(a, 0);
      c.use_sdes(b, 1);
      c.start();
      Crypt one = c.sdes(a, 0), two = c.sdes(b, 1);
      for (std::uint16_t i = 1; i < 4; ++i) {
        c.alice.send(c.port(0), one.closed(rtp(i, "there")));
        EXPECT_EQ(two.opened(c.bob.receive()), rtp(i, "there"));
        c.bob.send(c.port(1), two.closed(rtp(i, "back")));
        EXPECT_EQ(one.opened(c.alice.receive()), rtp(i, "back"));
      }
    }
}

TEST(SecureRelay, AHandshakeGivesTheKeysAndTheEngineHearsOfIt) {
  for (const char* profile : {"SRTP_AEAD_AES_256_GCM", "SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"}) {
    SecureCall c(Protection::dtls, {.profiles = profile});
    c.start();
    c.bob.send(c.port(1), rtp(1, "before there are keys"));
    ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
    const auto secured = c.ear.wait<engine::MediaSecured>();
    EXPECT_EQ(secured.call, CallId{2});
    EXPECT_EQ(secured.leg, 0);
    Crypt crypt = crypt_of(c.peer);
    c.sequence = 10;
    c.talk(crypt, "secret");
    const auto leg = c.ask().legs[0];
    EXPECT_EQ(leg.suite, secured.suite);
    EXPECT_EQ(leg.protection, Protection::dtls);
    EXPECT_EQ(c.relay.totals().secured, 1u);
    EXPECT_EQ(c.relay.totals().handshakes, 0u);
  }
}

TEST(SecureRelay, WeConnectWhereThePeerWaits) {
  SecureCall c(Protection::dtls, {.client = false});
  c.security().we_connect = true;
  c.start();
  while (!c.peer.done()) {
    const auto heard = c.alice.receive();
    ASSERT_TRUE(heard);
    send_all(c.alice, c.port(0), c.peer.say(bytes(*heard)));
  }
  c.ear.wait<engine::MediaSecured>();
  Crypt crypt = crypt_of(c.peer, false);
  c.talk(crypt, "secret");
}

TEST(SecureRelay, BridgesAHandshakesKeysToKeysFromSdp) {
  SecureCall c;
  c.use_sdes(Suite::aes_cm_256_sha1_80, 1);
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt one = crypt_of(c.peer), two = c.sdes(Suite::aes_cm_256_sha1_80, 1);
  c.alice.send(c.port(0), one.closed(rtp(1, "there")));
  EXPECT_EQ(two.opened(c.bob.receive()), rtp(1, "there"));
  c.bob.send(c.port(1), two.closed(rtp(1, "back")));
  EXPECT_EQ(one.opened(c.alice.receive()), rtp(1, "back"));
}

TEST(SecureRelay, TwoPortsHaveAHandshakeEach) {
  SecureCall c;
  c.security().mux = false;
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "sound");
  // The port of the reports has another association of the same certificate.
  c.peer.begin();
  ASSERT_TRUE(shake_hands(c.alice_rtcp, c.peer, c.port(0, true)));
  Crypt report_crypt = crypt_of(c.peer);
  c.alice_rtcp.send(c.port(0, true), text(report_crypt.out.protected_rtcp(bytes(receiver_report())).value()));
  EXPECT_EQ(c.bob_rtcp.receive(), receiver_report());
  c.bob_rtcp.send(c.port(1, true), receiver_report());
  const auto report = c.alice_rtcp.receive();
  ASSERT_TRUE(report);
  EXPECT_EQ(text(report_crypt.in.opened_rtcp(bytes(*report)).value()), receiver_report());
}

TEST(SecureRelay, WithMuxReportsShareTheStreamsPort) {
  SecureCall c;
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.alice.send(c.port(0), text(crypt.out.protected_rtcp(bytes(receiver_report())).value()));
  EXPECT_EQ(c.bob_rtcp.receive(), receiver_report());
  c.bob_rtcp.send(c.port(1, true), receiver_report());
  const auto report = c.alice.receive();
  ASSERT_TRUE(report);
  EXPECT_EQ(text(crypt.in.opened_rtcp(bytes(*report)).value()), receiver_report());
}

TEST(SecureRelay, AWrongCertificateEndsTheCallAndPassesNothing) {
  SecureCall c;
  c.security().peer_fingerprint.sha256[5] ^= 1;
  c.start();
  EXPECT_FALSE(shake_hands(c.alice, c.peer, c.port(0), 300));
  const auto distrusted = c.ear.wait<engine::MediaDistrusted>();
  EXPECT_EQ(distrusted.fault, media::MediaFault::fingerprint);
  EXPECT_EQ(distrusted.call, CallId{2});
  c.alice.send(c.port(0), rtp(1, "in the clear then"));
  c.bob.send(c.port(1), rtp(1, "anybody"));
  while (c.ask().legs[1].packets == 0) std::this_thread::yield();
  EXPECT_EQ(c.ask().legs[0].packets, 0u);
  EXPECT_FALSE(c.bob.receive(0));
  EXPECT_EQ(c.relay.totals().forwarded, 0u);
}

TEST(SecureRelay, APeerWithoutASuiteOfOursEndsTheCall) {
  SecureCall c(Protection::dtls, {.profiles = ""});
  c.start();
  shake_hands(c.alice, c.peer, c.port(0), 300);
  EXPECT_EQ(c.ear.wait<engine::MediaDistrusted>().fault, media::MediaFault::no_common_suite);
}

TEST(SecureRelay, AHandshakeThatNeverEndsEndsTheCallAndANeighboursDoesNotUntilNobodyBetterCame) {
  SecureCall silent, neighbour;
  silent.start();
  send_all(silent.alice, silent.port(0), silent.peer.say());
  // It has shown that it hears us, and says no more.
  const auto request = silent.alice.receive();
  ASSERT_TRUE(request);
  send_all(silent.alice, silent.port(0), silent.peer.say(bytes(*request)));

  neighbour.plan.legs[0].remote_rtp = {testing::address("192.0.2.1"), 4'000};
  neighbour.plan.legs[0].remote_rtcp = neighbour.plan.legs[0].remote_rtp;
  neighbour.plan.legs[0].learn = true;
  neighbour.start();
  Peer stranger;
  EXPECT_FALSE(shake_hands(neighbour.bob_rtcp, stranger, neighbour.port(0), 300));
  EXPECT_EQ(neighbour.ask().legs[0].refused_proof, 1u);
  EXPECT_EQ(neighbour.ear.count(), 0u);

  while (silent.ear.count() == 0 || neighbour.ear.count() == 0) std::this_thread::yield();
  EXPECT_EQ(silent.ear.wait<engine::MediaDistrusted>().fault, media::MediaFault::handshake);
  EXPECT_EQ(neighbour.ear.wait<engine::MediaDistrusted>().fault, media::MediaFault::fingerprint);
}

TEST(SecureRelay, ANeighboursHandshakeDoesNotKeepThePhoneOut) {
  SecureCall c;
  c.plan.legs[0].remote_rtp = {testing::address("192.0.2.1"), 4'000};
  c.plan.legs[0].remote_rtcp = c.plan.legs[0].remote_rtp;
  c.plan.legs[0].learn = true;
  c.start();
  Phone mallory(c.host);
  for (int i = 0; i < 3; ++i) {
    Peer stranger;
    EXPECT_FALSE(shake_hands(mallory, stranger, c.port(0), 200));
  }
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.alice.send(c.port(0), crypt.closed(rtp(++c.sequence, "first")));
  EXPECT_EQ(c.bob.hear(), "first");
  c.talk(crypt, "secret");
  EXPECT_EQ(c.ask().legs[0].refused_proof, 3u);
}

TEST(SecureRelay, ClientHellosWithoutTheirCookieCostNoState) {
  SecureCall c;
  c.start();
  const std::string hello = text(c.peer.say().at(0));
  // No faster than it is read: what does not fit into a socket the kernel drops.
  for (std::uint64_t sent = 1; sent <= 2'000; ++sent) {
    c.alice.send(c.port(0), hello);
    while (sent % 20 == 0 && c.relay.totals().received < sent) std::this_thread::yield();
    while (c.alice.receive(0)) {
    }
  }
  EXPECT_EQ(c.relay.totals().handshakes, 0u);
  Phone elsewhere(testing::address("127.0.0.2"));
  for (int i = 0; i < 100; ++i) elsewhere.send(c.port(0), hello);
  c.await(&media::LegStatistics::refused_source, 100);
  EXPECT_FALSE(elsewhere.receive(0));
  while (c.alice.receive(50)) {
  }
  c.peer.begin();
  EXPECT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
}

TEST(SecureRelay, ForgedAlertsAndBrokenRecordsInTheMidstOfAHandshakeChangeNothing) {
  SecureCall c;
  c.start();
  const std::string alert("\x15\xfe\xfd\0\0\0\0\0\0\0\x09\0\x02\x02\x28", 15);
  const std::string lie = std::string("\x16\xfe\xfd\0\0\0\0\0\0\0\x08\xff\xff", 13) + std::string(1'900, 'x');
  const std::string empty("\x16\xfe\xfd\0\0\0\0\0\0\0\x07\0\0", 13);
  const std::string piece("\x16\xfe\xfd\0\0\0\0\0\0\0\x06\0\x0d\x01\xff\xff\xff\0\0\0\0\0\0\0\x01x", 26);
  send_all(c.alice, c.port(0), c.peer.say());
  while (!c.peer.done()) {
    const auto heard = c.alice.receive();
    ASSERT_TRUE(heard);
    for (const std::string& each : {alert, lie, empty, piece, std::string(2'048, '\x16')})
      c.alice.send(c.port(0), each);
    send_all(c.alice, c.port(0), c.peer.say(bytes(*heard)));
    c.alice.send(c.port(0), alert);
  }
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "secret");
}

TEST(SecureRelay, RenegotiationChangesNothing) {
  SecureCall c;
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "secret");
  SSL_renegotiate(c.peer.ssl());
  send_all(c.alice, c.port(0), c.peer.say());
  c.ask();
  while (c.alice.receive(50)) {
  }
  c.talk(crypt, "secret as before");
  EXPECT_EQ(c.relay.totals().secured, 1u);
}

TEST(SecureRelay, PlainRtpBleedAndInjectedByesReachNobodyAndAreCounted) {
  SecureCall c;
  c.use_sdes(Suite::aes_cm_128_sha1_80);
  c.security().mux = false;
  c.start();
  Crypt crypt = c.sdes(Suite::aes_cm_128_sha1_80);
  c.talk(crypt, "secret");
  Phone stranger(c.host), other_host(testing::address("127.0.0.2"));
  const std::string bye("\x80\xc9\0\1\0\0\0\1\x81\xcb\0\1\0\0\0\1", 16);
  for (Phone* each : {&stranger, &other_host, &c.alice})
    for (std::uint16_t i = 0; i < 10; ++i) {
      each->send(c.port(0), rtp(static_cast<std::uint16_t>(i + 100), std::string(160, 'x')));
      each->send(c.port(0, true), bye);
    }
  c.talk(crypt, "secret still");
  c.await(&media::LegStatistics::refused_proof, 60);
  const auto leg = c.ask().legs[0];
  EXPECT_EQ(leg.packets, 2u);
  EXPECT_EQ(leg.rtcp_packets, 0u);
  EXPECT_FALSE(c.bob_rtcp.receive(0));
  EXPECT_FALSE(stranger.receive(0));
}

TEST(SecureRelay, ReplayedPacketsAreHeardOnceWhereverTheyComeFrom) {
  SecureCall c;
  c.use_sdes(Suite::aead_aes_256_gcm);
  c.start();
  Crypt crypt = c.sdes(Suite::aead_aes_256_gcm);
  Phone stranger(c.host);
  std::vector<std::string> caught;
  for (std::uint16_t i = 1; i <= 50; ++i) {
    caught.push_back(crypt.closed(rtp(i, "once")));
    c.alice.send(c.port(0), caught.back());
    EXPECT_EQ(c.bob.hear(), "once");
  }
  for (const std::string& each : caught) {
    stranger.send(c.port(0), each);
    c.alice.send(c.port(0), each);
  }
  c.sequence = 100;
  c.talk(crypt, "last");
  c.await(&media::LegStatistics::refused_replay, 100);
  EXPECT_FALSE(c.bob.receive(0));
  EXPECT_FALSE(stranger.receive(0));
}

TEST(SecureRelay, WithIceAChecksSourceAloneMayShakeHandsAndSpeak) {
  SecureCall c;
  c.use_ice();
  c.plan.legs[0].remote_rtp = {testing::address("192.0.2.1"), 9};  // candidates say where, not the c= line
  c.plan.legs[0].remote_rtcp = c.plan.legs[0].remote_rtp;
  c.start();
  // The race: a ClientHello before any check, from whom ever.
  send_all(c.alice, c.port(0), c.peer.say());
  c.await(&media::LegStatistics::refused_source, 1);
  c.alice.send(c.port(0), check(1, true, "a guess"));
  c.await(&media::LegStatistics::refused_proof, 1);
  EXPECT_FALSE(c.alice.receive(0));
  c.alice.send(c.port(0), check(2, true));
  EXPECT_TRUE(c.alice.receive());
  EXPECT_EQ(c.alice.heard_from(), c.port(0));
  c.peer.begin();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "secret");
  EXPECT_EQ(c.relay.totals().answered, 1u);
}

TEST(SecureRelay, WithIceAndTheActiveRoleWeConnectWhenThePeerHasChosen) {
  SecureCall c(Protection::dtls, {.client = false});
  c.use_ice();
  c.security().we_connect = true;
  c.plan.legs[0].remote_rtp = c.plan.legs[0].remote_rtcp = {};  // a browser that has answered before it found its own
  c.start();
  c.alice.send(c.port(0), check(1, true));
  EXPECT_TRUE(c.alice.receive());
  while (!c.peer.done()) {
    const auto heard = c.alice.receive();
    ASSERT_TRUE(heard);
    send_all(c.alice, c.port(0), c.peer.say(bytes(*heard)));
  }
  c.ear.wait<engine::MediaSecured>();
  Crypt crypt = crypt_of(c.peer, false);
  c.talk(crypt, "secret");
}

TEST(SecureRelay, CallsOfTheCertificatesBeforeGoOnAndMayStillBegin) {
  SecureCall running;
  running.start();
  ASSERT_TRUE(shake_hands(running.alice, running.peer, running.port(0)));
  const dtls::Identities second = make_identities();
  running.relay.use(second);
  Crypt crypt = crypt_of(running.peer);
  running.talk(crypt, "secret");
  running.stop();
  running.plan.id = RelayId{3};  // negotiated before the change, begun after it
  running.start();
  running.peer.begin();
  ASSERT_TRUE(shake_hands(running.alice, running.peer, running.port(0)));
  EXPECT_EQ(running.peer.shown(), identity()->fingerprint());
  running.stop();
  running.plan.id = RelayId{4};
  running.security().our_fingerprint = second[0]->fingerprint();
  running.start();
  running.peer.begin();
  ASSERT_TRUE(shake_hands(running.alice, running.peer, running.port(0)));
  EXPECT_EQ(running.peer.shown(), second[0]->fingerprint());
  running.relay.use(make_identities());
  running.stop();
  running.plan.id = RelayId{5};
  running.security().our_fingerprint = identity()->fingerprint();
  running.start();
  running.peer.begin();
  EXPECT_FALSE(shake_hands(running.alice, running.peer, running.port(0), 200));
}

TEST(SecureRelay, AnotherFingerprintInAReInviteNeedsAnotherHandshake) {
  SecureCall c;
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "first phone");
  Peer second;
  c.security().peer_fingerprint = second.fingerprint();
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.alice.send(c.port(0), crypt.closed(rtp(++c.sequence, "first phone again")));
  ASSERT_TRUE(shake_hands(c.alice, second, c.port(0)));
  Crypt crypt_of_second = crypt_of(second);
  c.talk(crypt_of_second, "second phone");
}

TEST(SecureRelay, WhoComesFromAnotherRelayIsShownTheCertificateThatItsPlanNames) {
  SecureCall c;
  c.security().our_fingerprint = identities()[1]->fingerprint();
  c.start();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  EXPECT_EQ(c.peer.shown(), identities()[1]->fingerprint());
  Crypt former = crypt_of(c.peer);
  c.talk(former, "by the second");
  // Another of ours in the same relay ends the association, though the peer is the same.
  c.security().our_fingerprint = identities()[0]->fingerprint();
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.alice.send(c.port(0), former.closed(rtp(++c.sequence, "by the second still")));
  c.peer.begin();
  ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
  EXPECT_EQ(c.peer.shown(), identities()[0]->fingerprint());
  Crypt crypt = crypt_of(c.peer);
  c.talk(crypt, "by the first");
}

TEST(SecureRelay, NewKeysFromSdpLoseNothing) {
  SecureCall c;
  c.use_sdes(Suite::aes_cm_128_sha1_80);
  c.start();
  Crypt before = c.sdes(Suite::aes_cm_128_sha1_80);
  c.talk(before, "with the first");
  c.security().ours = key(Suite::aead_aes_256_gcm, 101);
  c.security().theirs = key(Suite::aead_aes_256_gcm, 102);
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.talk(before, "with the first still");
  Crypt after(key(Suite::aead_aes_256_gcm, 102), key(Suite::aead_aes_256_gcm, 101));
  c.talk(after, "with the second");
}

TEST(SecureRelay, ManyHandshakesAtOnceLoseNoPacketOfARunningCall) {
  SecureCall c;
  c.use_sdes(Suite::aes_cm_128_sha1_80);
  c.start();
  Crypt crypt = c.sdes(Suite::aes_cm_128_sha1_80);
  constexpr std::size_t others = 20;
  std::vector<std::unique_ptr<Phone>> phones;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<Endpoint> ports;
  for (std::size_t i = 0; i < others; ++i) {
    phones.push_back(std::make_unique<Phone>(c.host));
    peers.push_back(std::make_unique<Peer>());
    media::RelayPlan plan = c.plan;
    plan.id = RelayId{100 + i};
    for (media::LegPlan& leg : plan.legs) leg.local_port = testing::free_pair(c.host);
    plan.legs[0].remote_rtp = phones.back()->local();
    plan.legs[0].remote_rtcp = plan.legs[0].remote_rtp;
    plan.legs[0].security = {};
    plan.legs[0].security.protection = Protection::dtls;
    plan.legs[0].security.mux = true;
    plan.legs[0].security.our_fingerprint = identity()->fingerprint();
    plan.legs[0].security.peer_fingerprint = peers.back()->fingerprint();
    ports.push_back({c.host, plan.legs[0].local_port});
    ASSERT_TRUE(c.relay.start(plan));
  }
  c.ask();
  for (std::size_t i = 0; i < others; ++i) send_all(*phones[i], ports[i], peers[i]->say());
  std::size_t done = 0;
  for (int round = 0; round < 10'000 && done < others; ++round) {
    c.talk(crypt, "voice");
    done = 0;
    for (std::size_t i = 0; i < others; ++i) {
      while (const auto heard = phones[i]->receive(0)) send_all(*phones[i], ports[i], peers[i]->say(bytes(*heard)));
      done += peers[i]->done() ? 1u : 0u;
    }
  }
  EXPECT_EQ(done, others);
  for (std::size_t i = 0; i < others; ++i) c.ear.wait<engine::MediaSecured>();
  EXPECT_EQ(c.relay.totals().handshakes_dropped, 0u);
}

TEST(SecureRelay, AfterTheEndOfCallsNothingOfThemIsLeft) {
  SecureCall c;
  for (std::uint64_t i = 0; i < 100; ++i) {
    c.plan.id = RelayId{1'000 + i};
    c.start();
    c.peer.begin();
    if (i % 2 == 0)
      ASSERT_TRUE(shake_hands(c.alice, c.peer, c.port(0)));
    else
      shake_hands(c.alice, c.peer, c.port(0), 0);
    c.stop();
    while (c.alice.receive(0)) {
    }
  }
  const Totals totals = c.relay.totals();
  EXPECT_EQ(totals.streams, 0u);
  EXPECT_EQ(totals.handshakes, 0u);
}

}  // namespace
}  // namespace rf::relay
