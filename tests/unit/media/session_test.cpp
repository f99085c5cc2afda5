#include "core/media/session.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/base/time.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {
namespace {

using Datagram = std::vector<std::uint8_t>;

Endpoint at(const std::string& text) {
  return Endpoint::parse(text).value();
}

Datagram rtp(std::uint16_t sequence, std::uint32_t ssrc = 1, int payload_type = 8) {
  Datagram d(12 + 160);
  d[0] = 0x80;
  d[1] = static_cast<std::uint8_t>(payload_type);
  d[2] = static_cast<std::uint8_t>(sequence >> 8);
  d[3] = static_cast<std::uint8_t>(sequence);
  const std::uint32_t timestamp = sequence * 160u;
  for (int i = 0; i < 4; ++i) {
    d[4 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(timestamp >> (24 - 8 * i));
    d[8 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  }
  return d;
}

Datagram rtcp() {
  return {0x80, 201, 0, 1, 0, 0, 0, 1};
}

const Endpoint alice = at("198.51.100.1:4000"), alice_rtcp = at("198.51.100.1:4001");
const Endpoint bob = at("203.0.113.2:5000"), bob_rtcp = at("203.0.113.2:5001");
const Endpoint mallory = at("192.0.2.66:4000");

RelayPlan plan() {
  RelayPlan p;
  p.id = RelayId{7};
  p.call = CallId{8};
  p.legs[0] = {at("10.0.0.1:1").address, 40'000, alice, alice_rtcp, alice.address, false, 0, false, {}};
  p.legs[1] = {at("10.0.0.1:1").address, 40'002, bob, bob_rtcp, bob.address, false, 0, false, {}};
  p.silence_limit_ms = 1'000;
  return p;
}

/// A phone behind a NAT: it says 192.168.1.5 in its SDP and is seen at alice's public address.
RelayPlan nat_plan() {
  RelayPlan p = plan();
  p.legs[0].remote_rtp = at("192.168.1.5:4000");
  p.legs[0].remote_rtcp = at("192.168.1.5:4001");
  p.legs[0].learn = true;
  return p;
}

struct World {
  explicit World(const RelayPlan& p) : session(p, 0) {}
  bool hears(unsigned leg, const Endpoint& from, const Datagram& d, bool rtcp_port = false) {
    now_us += 20'000;
    last = testing::give(session, now_us, leg, rtcp_port, from, d);
    return static_cast<bool>(last);
  }
  LegStatistics leg(unsigned i) const { return session.report().legs[i]; }

  Session session;
  Decision last;
  std::int64_t now_us = 0;
};

TEST(Session, CarriesRtpAndRtcpBothWaysBetweenTheSdpAddresses) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  EXPECT_EQ(*w.last.to, bob);
  EXPECT_FALSE(w.last.by_rtcp_port);
  ASSERT_TRUE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(*w.last.to, alice);
  ASSERT_TRUE(w.hears(0, alice_rtcp, rtcp(), true));
  EXPECT_EQ(*w.last.to, bob_rtcp);
  EXPECT_TRUE(w.last.by_rtcp_port);
  EXPECT_EQ(w.leg(0).packets, 1u);
  EXPECT_EQ(w.leg(0).bytes, 172u);
  EXPECT_EQ(w.leg(0).rtcp_packets, 1u);
  EXPECT_EQ(w.leg(1).packets, 1u);
}

TEST(Session, RefusesAndCountsAStrangerWhoKnowsThePort) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  EXPECT_FALSE(w.hears(0, mallory, rtp(2)));
  EXPECT_FALSE(w.hears(0, mallory, rtcp(), true));
  EXPECT_FALSE(w.hears(0, {alice.address, 4'002}, rtp(2)));
  EXPECT_FALSE(w.hears(0, bob, rtp(2)));
  EXPECT_TRUE(w.hears(0, alice, rtp(2)));
  EXPECT_EQ(w.leg(0).refused_source, 4u);
  EXPECT_EQ(w.leg(0).last_refused, bob.address);
  EXPECT_EQ(w.leg(0).packets, 2u);
  EXPECT_EQ(w.leg(1).refused_source, 0u);
}

TEST(Session, IsNeverMovedByAStrayHoweverLongThePeerIsQuiet) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  for (std::uint16_t i = 2; i < 500; ++i) EXPECT_FALSE(w.hears(0, mallory, rtp(i)));
  ASSERT_TRUE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(*w.last.to, alice);
}

TEST(Session, LearnsAPhoneBehindANatFromItsFirstPacketAndLocksIt) {
  World w(nat_plan());
  const Endpoint mapped{alice.address, 61'000};
  EXPECT_FALSE(w.hears(1, bob, rtp(1)));  // nowhere to go yet
  ASSERT_TRUE(w.hears(0, mapped, rtp(1)));
  ASSERT_TRUE(w.hears(1, bob, rtp(2)));
  EXPECT_EQ(*w.last.to, mapped);
  EXPECT_FALSE(w.hears(0, {alice.address, 61'001}, rtp(2)));
  EXPECT_FALSE(w.hears(0, at("192.168.1.5:4000"), rtp(2)));
  EXPECT_FALSE(w.hears(0, mallory, rtp(2)));
  EXPECT_TRUE(w.hears(0, mapped, rtp(2)));
  EXPECT_EQ(w.leg(0).refused_source, 3u);
}

TEST(Session, AStrangerCannotTeachAnAddressBeforeThePhoneDoes) {
  World w(nat_plan());
  EXPECT_FALSE(w.hears(0, mallory, rtp(1)));
  EXPECT_FALSE(w.hears(1, bob, rtp(1)));
  EXPECT_TRUE(w.hears(0, {alice.address, 61'000}, rtp(1)));
}

TEST(Session, GarbageFromTheRightHostTeachesNothing) {
  World w(nat_plan());
  EXPECT_FALSE(w.hears(0, {alice.address, 999}, {0x80, 8, 0}));
  EXPECT_FALSE(w.hears(0, {alice.address, 999}, rtcp()));
  EXPECT_FALSE(w.hears(0, {alice.address, 999}, Datagram(20, 0)));
  EXPECT_FALSE(w.hears(1, bob, rtp(1)));
  EXPECT_TRUE(w.hears(0, {alice.address, 61'000}, rtp(1)));
  EXPECT_EQ(w.leg(0).refused_source, 0u);
  EXPECT_EQ(w.leg(0).refused_shape, 3u);
}

TEST(Session, TheSdpAddressProvesItselfAsWellAsTheSignallingAddress) {
  RelayPlan p = nat_plan();
  p.legs[0].remote_rtp = at("198.51.100.77:4000");  // a media host of its own, reachable
  World w(p);
  ASSERT_TRUE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(*w.last.to, p.legs[0].remote_rtp);
  ASSERT_TRUE(w.hears(0, p.legs[0].remote_rtp, rtp(1)));
  EXPECT_FALSE(w.hears(0, {alice.address, 61'000}, rtp(2)));
}

TEST(Session, DoesNotSendToAnInsideAddressThatWasNamedFromOutside) {
  World w(nat_plan());
  EXPECT_FALSE(w.hears(1, bob, rtp(1)));
  EXPECT_FALSE(w.hears(1, bob_rtcp, rtcp(), true));
  RelayPlan inside = nat_plan();
  inside.legs[0].signalling = at("192.168.7.1:1").address;
  World office(inside);
  EXPECT_TRUE(office.hears(1, bob, rtp(1)));
}

TEST(Session, LearnsTheRtcpPortOnceFromTheStreamsOwnAddress) {
  World w(nat_plan());
  ASSERT_TRUE(w.hears(0, {alice.address, 61'000}, rtp(1)));
  EXPECT_FALSE(w.hears(0, mallory, rtcp(), true));
  ASSERT_TRUE(w.hears(0, {alice.address, 61'007}, rtcp(), true));
  EXPECT_FALSE(w.hears(0, {alice.address, 61'008}, rtcp(), true));
  ASSERT_TRUE(w.hears(1, bob_rtcp, rtcp(), true));
  EXPECT_EQ(w.last.to->port, 61'007);
}

TEST(Session, RtcpThatCameFirstFromAnotherHostThanTheStreamIsForgotten) {
  RelayPlan p = nat_plan();
  p.legs[0].remote_rtp = at("198.51.100.77:4000");
  p.legs[0].remote_rtcp = at("198.51.100.77:4001");
  World w(p);
  ASSERT_TRUE(w.hears(0, {alice.address, 1'234}, rtcp(), true));
  ASSERT_TRUE(w.hears(0, p.legs[0].remote_rtp, rtp(1)));
  EXPECT_FALSE(w.hears(0, {alice.address, 1'234}, rtcp(), true));
  EXPECT_TRUE(w.hears(0, p.legs[0].remote_rtcp, rtcp(), true));
}

TEST(Session, RtcpOnTheRtpPortPassesOnlyWhereItWasAgreed) {
  World w(plan());
  EXPECT_FALSE(w.hears(0, alice, rtcp()));
  EXPECT_EQ(w.leg(0).refused_shape, 1u);
  RelayPlan p = plan();
  p.legs[0].remote_rtcp = p.legs[0].remote_rtp;
  World mux(p);
  ASSERT_TRUE(mux.hears(0, alice, rtcp()));
  EXPECT_EQ(*mux.last.to, bob_rtcp);
  EXPECT_TRUE(mux.last.by_rtcp_port);
  ASSERT_TRUE(mux.hears(1, bob_rtcp, rtcp(), true));
  EXPECT_EQ(*mux.last.to, alice);
  EXPECT_FALSE(mux.last.by_rtcp_port);
}

TEST(Session, RefusesWhatIsNeitherRtpNorRtcp) {
  World w(plan());
  EXPECT_FALSE(w.hears(0, alice, {}));
  EXPECT_FALSE(w.hears(0, alice, {'h', 'i'}));
  EXPECT_FALSE(w.hears(0, alice, Datagram{0, 2, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtp(1), true));
  EXPECT_EQ(w.leg(0).refused_shape, 4u);
}

TEST(Session, ASpoofedPacketWithAnotherSsrcOrFarNumberDoesNotPass) {
  World w(plan());
  for (std::uint16_t i = 1; i < 10; ++i) ASSERT_TRUE(w.hears(0, alice, rtp(i)));
  EXPECT_FALSE(w.hears(0, alice, rtp(10, 99)));
  EXPECT_TRUE(w.hears(0, alice, rtp(10)));
  EXPECT_FALSE(w.hears(0, alice, rtp(30'000)));
  EXPECT_TRUE(w.hears(0, alice, rtp(11)));
  EXPECT_EQ(w.leg(0).refused_shape, 2u);
  EXPECT_EQ(w.leg(0).lost, 0u);
}

TEST(Session, ARealChangeOfSsrcPassesAfterProbation) {
  World w(plan());
  for (std::uint16_t i = 1; i < 10; ++i) ASSERT_TRUE(w.hears(0, alice, rtp(i)));
  EXPECT_FALSE(w.hears(0, alice, rtp(500, 2)));
  EXPECT_FALSE(w.hears(0, alice, rtp(501, 2)));
  EXPECT_TRUE(w.hears(0, alice, rtp(502, 2)));
  EXPECT_TRUE(w.hears(0, alice, rtp(503, 2)));
  EXPECT_FALSE(w.hears(0, alice, rtp(10, 1)));
}

TEST(Session, ANewStreamAfterSilencePassesAtOnce) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  w.now_us += SessionLimits::stream_gone_us;
  EXPECT_TRUE(w.hears(0, alice, rtp(40'000, 2)));
  w.now_us += SessionLimits::stream_gone_us;
  EXPECT_TRUE(w.hears(0, alice, rtp(7, 2)));
}

TEST(Session, ChangesOfSsrcAreBounded) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  unsigned passed = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    w.now_us += SessionLimits::stream_gone_us;
    passed += w.hears(0, alice, rtp(1, 100 + i)) ? 1u : 0u;
  }
  EXPECT_EQ(passed, ShareLimits::stream_restarts);
  w.now_us += SessionLimits::restarts_window_us;
  EXPECT_TRUE(w.hears(0, alice, rtp(1, 5'000)));
}

TEST(Session, ReorderedAndRepeatedPacketsPass) {
  World w(plan());
  for (const std::uint16_t sequence : {100, 102, 101, 101, 50, 103})
    EXPECT_TRUE(w.hears(0, alice, rtp(sequence))) << sequence;
}

TEST(Session, AReInviteMovesThePeerAndOnlyThenTheOldOneIsRefused) {
  World w(plan());
  ASSERT_TRUE(w.hears(0, alice, rtp(1)));
  RelayPlan moved = plan();
  moved.legs[0].remote_rtp = at("198.51.100.9:6000");
  moved.legs[0].remote_rtcp = at("198.51.100.9:6001");
  moved.legs[0].local_port = 1;  // cannot be moved
  w.session.update(moved, w.now_us);
  EXPECT_EQ(w.session.plan().legs[0].local_port, 40'000);
  EXPECT_FALSE(w.hears(0, alice, rtp(2)));
  ASSERT_TRUE(w.hears(0, moved.legs[0].remote_rtp, rtp(9'000, 77)));
  ASSERT_TRUE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(*w.last.to, moved.legs[0].remote_rtp);
  EXPECT_EQ(w.leg(0).packets, 2u);
}

TEST(Session, ARefreshWithTheSameSdpKeepsWhatWasLearned) {
  World w(nat_plan());
  const Endpoint mapped{alice.address, 61'000};
  ASSERT_TRUE(w.hears(0, mapped, rtp(1)));
  w.session.update(nat_plan(), w.now_us);
  EXPECT_FALSE(w.hears(0, {alice.address, 61'001}, rtp(2)));
  EXPECT_TRUE(w.hears(0, mapped, rtp(2)));
}

TEST(Session, ALegWhosePortIsNotKnownYetHearsAndCountsNobodyOfItsHost) {
  RelayPlan p = plan();
  p.legs[1].remote_rtp.port = 0;
  p.legs[1].learn = true;
  World w(p);
  EXPECT_FALSE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(w.leg(1).refused_source, 0u);
  EXPECT_FALSE(w.hears(1, mallory, rtp(1)));
  EXPECT_EQ(w.leg(1).refused_source, 1u);
  EXPECT_FALSE(w.hears(0, alice, rtp(1)));  // nowhere to go, but heard
  EXPECT_EQ(w.leg(0).packets, 1u);
  w.session.update(plan(), w.now_us);
  EXPECT_TRUE(w.hears(1, bob, rtp(2)));
}

TEST(Session, NeverSendsToItselfNorToNobodyNorToAGroup) {
  for (const char* where : {"10.0.0.1:40000", "10.0.0.1:40003", "0.0.0.0:4000", "224.0.0.1:4000", "[ff02::1]:4000"}) {
    RelayPlan p = plan();
    p.legs[0].remote_rtp = at(where);
    World w(p);
    EXPECT_FALSE(w.hears(1, bob, rtp(1))) << where;
  }
}

TEST(Session, TellsSilenceOnlyWhenNeitherSideIsHeard) {
  World w(plan());
  EXPECT_EQ(w.session.silent_at_us(), 1'000'000);
  ASSERT_TRUE(w.hears(1, bob, rtp(1)));
  EXPECT_EQ(w.session.silent_at_us(), w.now_us + 1'000'000);
  const std::int64_t before = w.session.silent_at_us();
  w.hears(0, mallory, rtp(1));
  w.hears(0, alice_rtcp, rtcp(), true);
  EXPECT_EQ(w.session.silent_at_us(), before);
  RelayPlan held = plan();
  held.silence_limit_ms = 0;
  w.session.update(held, w.now_us);
  EXPECT_EQ(w.session.silent_at_us(), never_ms);
}

TEST(Session, CountsTelephoneEventsOnceEach) {
  RelayPlan p = plan();
  p.legs[0].event_payload_type = 101;
  World w(p);
  Datagram event = rtp(1, 1, 101);
  event.resize(16);
  for (std::uint16_t i = 1; i <= 6; ++i) {
    event[3] = static_cast<std::uint8_t>(i);
    EXPECT_TRUE(w.hears(0, alice, event));
  }
  event[3] = 7;
  event[6] = 9;
  EXPECT_TRUE(w.hears(0, alice, event));
  EXPECT_TRUE(w.hears(0, alice, rtp(8)));
  EXPECT_EQ(w.leg(0).events, 2u);
  EXPECT_EQ(w.leg(1).events, 0u);
}

TEST(Session, ReportsLossJitterAndQuality) {
  World w(plan());
  for (std::uint16_t i = 0; i < 200; ++i)
    if (i % 10 != 5)
      EXPECT_TRUE(w.hears(0, alice, rtp(i)));
    else
      w.now_us += 20'000;
  const LegStatistics s = w.leg(0);
  EXPECT_EQ(s.packets, 180u);
  EXPECT_EQ(s.lost, 20u);
  EXPECT_LT(s.jitter_ms, 0.5);
  EXPECT_GT(s.mos, 3);
  EXPECT_LT(s.mos, 4);
  EXPECT_EQ(w.leg(1).mos, 0);
  EXPECT_EQ(w.session.report().id, RelayId{7});
  EXPECT_EQ(w.session.report().call, CallId{8});
}

RC_GTEST_PROP(Session, NothingThatStrangersSendChangesWhatThePeersSee, (std::vector<Datagram> bytes, bool nat)) {
  World attacked(nat ? nat_plan() : plan());
  World quiet(nat ? nat_plan() : plan());
  const Endpoint a = nat ? Endpoint{alice.address, 61'000} : alice;
  std::uint16_t sequence = 0;
  for (Datagram& d : bytes) {
    const Datagram forged = rtp(sequence);
    if (*rc::gen::arbitrary<bool>()) d.insert(d.begin(), forged.begin(), forged.begin() + 12);
    const Endpoint stranger{*rc::gen::element(mallory.address, at("192.168.1.5:1").address, bob.address),
                            *rc::gen::element<std::uint16_t>(1, 4'002, 61'001)};
    RC_ASSERT(!testing::give(attacked.session, attacked.now_us, 0, *rc::gen::arbitrary<bool>(), stranger, d));
    ++sequence;
    RC_ASSERT(attacked.hears(0, a, rtp(sequence)) && quiet.hears(0, a, rtp(sequence)));
    RC_ASSERT(*attacked.last.to == *quiet.last.to);
    RC_ASSERT(attacked.hears(1, bob, rtp(sequence)) && quiet.hears(1, bob, rtp(sequence)));
    RC_ASSERT(*attacked.last.to == *quiet.last.to);
  }
  RC_ASSERT(attacked.leg(0).packets == quiet.leg(0).packets);
  RC_ASSERT(attacked.leg(0).refused_source == bytes.size());
}

TEST(Session, ACrazyClockRateHarmsNobody) {
  for (const std::uint32_t hz : {0u, 1u, 4'294'967'295u}) {
    RelayPlan p = plan();
    p.clock_hz = hz;
    World w(p);
    w.now_us = std::int64_t{1} << 53;
    for (std::uint16_t i = 0; i < 50; ++i) EXPECT_TRUE(w.hears(0, alice, rtp(i)));
    EXPECT_GE(w.leg(0).jitter_ms, 0);
  }
}

}  // namespace
}  // namespace rf::media
