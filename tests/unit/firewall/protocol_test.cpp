#include "core/base/limits/server.hpp"
#include "shell/firewall/protocol.hpp"

#include <gtest/gtest.h>

#include "shell/firewall/channel.hpp"

namespace rf::firewall {
namespace {

Address address(const char* text) {
  return *Address::parse(text);
}
Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}

Refusal refusal_of(const Frame& frame) {
  const Received received = decode_request(frame);
  EXPECT_FALSE(received.request.has_value());
  return received.request ? Refusal::wrong_size : received.request.error();
}

template <class T>
T round_trip(const T& request) {
  const Received received = decode_request(encode(Request{request}, 77));
  EXPECT_EQ(received.sequence, 77u);
  EXPECT_TRUE(received.request.has_value());
  return received.request && std::holds_alternative<T>(*received.request) ? std::get<T>(*received.request) : T{};
}

TEST(FirewallProtocol, BeginComesBackAsItWas) {
  Begin begin{Wish::nftables, 40'000, 40'999, {}, {2, 7}};
  for (std::size_t i = 0; i < FirewallLimits::doors; ++i)
    begin.doors.push_back({{address("192.0.2.1"), static_cast<std::uint16_t>(5060 + i)}, Protocol::tcp});
  EXPECT_EQ(round_trip(begin), begin);
}

TEST(FirewallProtocol, FullFramesOfEverythingComeBackAsTheyWere) {
  AddBans bans;
  for (std::size_t i = 0; i < bans_a_frame; ++i) bans.bans.push_back({subnet("2001:db8:1::/64"), i + 1});
  EXPECT_EQ(round_trip(bans).bans, bans.bans);
  AddToList list;
  for (std::size_t i = 0; i < networks_a_frame; ++i) list.networks.push_back(subnet("10.0.0.0/8"));
  EXPECT_EQ(round_trip(list).networks, list.networks);
  AddThrottles throttles;
  for (std::size_t i = 0; i < throttles_a_frame; ++i) throttles.throttles.push_back({address("192.0.2.9"), 30, 5, 1});
  EXPECT_EQ(round_trip(throttles).throttles, throttles.throttles);
  LiftThrottles lifted;
  for (std::size_t i = 0; i < sources_a_frame; ++i) lifted.sources.push_back(address("2001:db8::1"));
  EXPECT_EQ(round_trip(lifted).sources, lifted.sources);
  OpenPinholes pinholes;
  for (std::size_t i = 0; i < pinholes_a_frame; ++i) pinholes.pinholes.push_back({40'000, {address("192.0.2.9"), 9}});
  EXPECT_EQ(round_trip(pinholes).pinholes, pinholes.pinholes);
  ClosePinholes closed;
  for (std::size_t i = 0; i < ports_a_frame; ++i) closed.ports.push_back(40'000);
  EXPECT_EQ(round_trip(closed).ports, closed.ports);
}

TEST(FirewallProtocol, RepliesComeBackAsTheyWere) {
  for (const Reply& reply : {Reply{State{Backend::xdp_native, "because"}}, Reply{Counters{{}, 1, 2, 3, 4}},
                             Reply{Refused{Refusal::full}}, Reply{Ended{}}}) {
    const auto answered = decode_reply(encode(reply, 5));
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->sequence, 5u);
    EXPECT_EQ(answered->reply, reply);
  }
}

TEST(FirewallProtocol, AReasonTooLongForAFrameIsCut) {
  const auto answered = decode_reply(encode(Reply{State{Backend::nftables, std::string(5'000, 'x')}}, 5));
  ASSERT_TRUE(answered);
  EXPECT_GT(std::get<State>(answered->reply).why.size(), 900u);
}

TEST(FirewallProtocol, AReasonThatSaysToBeLongerThanItsFrameIsNotBelieved) {
  Frame frame = encode(Reply{State{Backend::nftables, ""}}, 5);
  const std::size_t length = 4 + 2 + 2 + 8 + 1;  // behind version, kind, zeros, sequence and backend
  frame[length + 1] = 0x83;
  EXPECT_FALSE(decode_reply(frame));
  frame[length + 1] = 0;
  EXPECT_TRUE(decode_reply(frame));
}

TEST(FirewallProtocol, NoOtherSizeAndNoOtherVersionIsRead) {
  const Frame frame = encode(Request{Count{}}, 1);
  EXPECT_EQ(decode_request(std::span(frame).first(frame_bytes - 1)).request.error(), Refusal::wrong_size);
  EXPECT_EQ(decode_request({}).request.error(), Refusal::wrong_size);
  Frame other = frame;
  other[0] = 2;
  EXPECT_EQ(refusal_of(other), Refusal::wrong_version);
  other = frame;
  other[4] = 0;
  EXPECT_EQ(refusal_of(other), Refusal::unknown_request);
  other[4] = 15;
  EXPECT_EQ(refusal_of(other), Refusal::unknown_request);
}

TEST(FirewallProtocol, NothingRidesAlongUnread) {
  Frame frame = encode(Request{Count{}}, 1);
  frame[frame_bytes - 1] = 1;
  EXPECT_EQ(refusal_of(frame), Refusal::bad_value);
}

TEST(FirewallProtocol, MoreEntriesThanFitAreRefusedAndNoneAsWell) {
  Frame frame = encode(Request{LiftBans{{subnet("10.0.0.0/8")}}}, 1);
  for (const int count : {0, static_cast<int>(networks_a_frame) + 1, 65'535}) {
    frame[6] = static_cast<std::uint8_t>(count);
    frame[7] = static_cast<std::uint8_t>(count >> 8);
    EXPECT_EQ(refusal_of(frame), Refusal::too_many) << count;
  }
}

TEST(FirewallProtocol, NetworksThatAreNoneOrTooMuchAreRefused) {
  const std::vector<Subnet> bad{
      {address("10.0.0.1"), 104},      // bits behind the prefix
      {address("0.0.0.0"), 96},        // all of IPv4
      {Address{}, 0},                  // all of IPv6
      {Address{}, 16},                 // around the mapped form of IPv4
      {address("10.0.0.0"), 90},       // no IPv4 prefix
      {address("2001:db8::"), 129},    // no prefix at all
      {address("2001:db8:1::1"), 64},  // bits behind the prefix
  };
  for (const Subnet& network : bad) {
    EXPECT_EQ(refusal_of(encode(Request{AddToList{{network}}}, 1)), Refusal::bad_value) << network.text();
    EXPECT_EQ(refusal_of(encode(Request{AddBans{{{network, 1}}}}, 1)), Refusal::bad_value) << network.text();
  }
}

TEST(FirewallProtocol, NumbersOutsideTheirRangeAreRefused) {
  const Address source = address("192.0.2.9");
  const std::vector<Request> bad{
      AddBans{{{subnet("192.0.2.9"), 0}}},
      AddBans{{{subnet("192.0.2.9"), remaining_max_ms + 1}}},
      AddThrottles{{{source, 0, 1, 1}}},
      AddThrottles{{{source, FirewallLimits::packets_per_min + 1, 1, 1}}},
      AddThrottles{{{source, 1, 0, 1}}},
      AddThrottles{{{source, 1, FirewallLimits::burst + 1, 1}}},
      AddThrottles{{{Address::v4(0), 1, 1, 1}}},
      AddThrottles{{{address("224.0.0.1"), 1, 1, 1}}},
      LiftThrottles{{Address{}}},
      OpenPinholes{{{0, {source, 1}}}},
      OpenPinholes{{{40'000, {Address{}, 7}}}},
      OpenPinholes{{{40'000, {address("ff02::1"), 7}}}},
      ClosePinholes{{0}},
      Begin{Wish::automatic, 40'001, 40'000, {}, {}},
      Begin{Wish::automatic, 1, 65'535, {}, {}},
      Begin{Wish::automatic, 0, 65'535, {}, {}},
      Begin{Wish::automatic, 0, 0, {{{source, 0}, Protocol::udp}}, {}},
      Begin{Wish::automatic, 0, 0, {}, {0}},
      Begin{static_cast<Wish>(9), 0, 0, {}, {}},
      Begin{Wish::automatic, 0, 0, {{{source, 5060}, static_cast<Protocol>(2)}}, {}},
      Use{static_cast<Wish>(5)},
  };
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_EQ(refusal_of(encode(bad[i], 1)), Refusal::bad_value) << i;
}

TEST(FirewallProtocol, MoreDoorsThanAFrameHoldsBecomeWideOnes) {
  Begin begin;
  for (std::uint32_t i = 0; i < 30; ++i)
    for (const Protocol protocol : {Protocol::udp, Protocol::tcp})
      begin.doors.push_back({{Address::v4(0x0a000001 + i), 5060}, protocol});
  const Begin fits = fitting(begin);
  ASSERT_EQ(fits.doors.size(), 2u);
  EXPECT_EQ(fits.doors[0].bind, (Endpoint{Address::v4(0), 5060}));
}

}  // namespace
}  // namespace rf::firewall
