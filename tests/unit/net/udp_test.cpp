#include "shell/net/udp.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "tests/unit/net/peers.hpp"

namespace rf::net {
namespace {

using test::at;
using test::Datagrams;

std::unique_ptr<UdpSocket> open_on(std::string_view address) {
  auto socket = UdpSocket::open(ListenerId{7}, at(address), {});
  EXPECT_TRUE(socket.has_value()) << (socket ? "" : socket.error());
  return socket ? std::move(*socket) : nullptr;
}

bool wait_readable(const UdpSocket& socket) {
  pollfd readable{socket.descriptor(), POLLIN, 0};
  return ::poll(&readable, 1, test::patience_ms) == 1;
}

Flow flow_to(const UdpSocket& socket, const Endpoint& remote) {
  return {socket.id(), Transport::udp, {}, socket.local(), remote};
}

TEST(UdpSocket, ReceivesWithTheWholeFlow) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  ASSERT_TRUE(peer.send(socket->local(), "hello"));
  ASSERT_TRUE(wait_readable(*socket));
  UdpReceiveBatch batch;
  EXPECT_FALSE(socket->receive(batch));
  ASSERT_EQ(batch.datagrams().size(), 1u);
  const auto& datagram = batch.datagrams()[0];
  EXPECT_EQ(std::string(datagram.bytes.begin(), datagram.bytes.end()), "hello");
  EXPECT_EQ(datagram.flow.listener, ListenerId{7});
  EXPECT_EQ(datagram.flow.local, socket->local());
  EXPECT_EQ(datagram.flow.remote, peer.local());
  EXPECT_FALSE(datagram.flow.connection);
}

TEST(UdpSocket, BoundToAnyAddressItKnowsWhichOneWasCalledAndAnswersFromThere) {
  const auto socket = open_on("0.0.0.0");
  Datagrams peer(at("127.0.0.1").address);
  const Endpoint called = at("127.0.0.5", socket->local().port);
  ASSERT_TRUE(peer.send(called, "hello"));
  ASSERT_TRUE(wait_readable(*socket));
  UdpReceiveBatch received;
  socket->receive(received);
  ASSERT_EQ(received.datagrams().size(), 1u);
  EXPECT_EQ(received.datagrams()[0].flow.local, called);
  UdpSendBatch batch;
  std::vector<std::uint32_t> refused;
  ASSERT_TRUE(socket->add(batch, received.datagrams()[0].flow, "answer"));
  socket->flush(batch, refused);
  const auto answer = peer.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->from, called);
  EXPECT_TRUE(refused.empty());
}

TEST(UdpSocket, DoesTheSameOverIpv6) {
  const auto socket = open_on("::");
  Datagrams peer(at("::1").address);
  const Endpoint called = at("::1", socket->local().port);
  ASSERT_TRUE(peer.send(called, "hello"));
  ASSERT_TRUE(wait_readable(*socket));
  UdpReceiveBatch received;
  socket->receive(received);
  ASSERT_EQ(received.datagrams().size(), 1u);
  EXPECT_EQ(received.datagrams()[0].flow.local, called);
  UdpSendBatch batch;
  std::vector<std::uint32_t> refused;
  ASSERT_TRUE(socket->add(batch, received.datagrams()[0].flow, "answer"));
  socket->flush(batch, refused);
  const auto answer = peer.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->from, called);
}

TEST(UdpSocket, CarriesTheLargestDatagramWhole) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  const std::string largest(65'507, 'a');
  ASSERT_TRUE(peer.send(socket->local(), largest));
  ASSERT_TRUE(wait_readable(*socket));
  UdpReceiveBatch batch;
  socket->receive(batch);
  ASSERT_EQ(batch.datagrams().size(), 1u);
  EXPECT_EQ(batch.datagrams()[0].bytes.size(), largest.size());
}

TEST(UdpSocket, TakesABurstInFullBatchesInOrder) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(peer.send(socket->local(), std::to_string(i)));
  UdpReceiveBatch batch;
  int next = 0;
  while (next < 150) {
    ASSERT_TRUE(wait_readable(*socket));
    const bool more = socket->receive(batch);
    EXPECT_EQ(more, batch.datagrams().size() == UdpReceiveBatch::datagrams_max);
    for (const auto& datagram : batch.datagrams())
      EXPECT_EQ(std::string(datagram.bytes.begin(), datagram.bytes.end()), std::to_string(next++));
  }
  EXPECT_EQ(socket->counters().received, 150u);
}

TEST(UdpSocket, DiscardsEmptyDatagrams) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  ASSERT_TRUE(peer.send(socket->local(), ""));
  ASSERT_TRUE(wait_readable(*socket));
  UdpReceiveBatch batch;
  socket->receive(batch);
  EXPECT_TRUE(batch.datagrams().empty());
  EXPECT_EQ(socket->counters().discarded, 1u);
}

TEST(UdpSocket, NamesWhatTheKernelRefusesAndSendsTheRest) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  const std::string too_long(65'508, 'a');
  UdpSendBatch batch;
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), "first"));
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), too_long));
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, at("203.0.113.1", 5060)), "no route from loopback"));
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), "last"));
  std::vector<std::uint32_t> refused;
  socket->flush(batch, refused);
  EXPECT_EQ(refused, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(peer.receive()->bytes, "first");
  EXPECT_EQ(peer.receive()->bytes, "last");
  EXPECT_EQ(socket->counters().sent, 2u);
  EXPECT_EQ(socket->counters().send_refused, 2u);
  EXPECT_EQ(batch.size(), 0u);
}

/// Datagrams of many lengths to two peers, several in a row: both hear theirs whole and in order.
void expect_runs_to_arrive(UdpSocket& socket, const Endpoint& from) {
  std::array<Datagrams, 2> peers{Datagrams(from.address), Datagrams(from.address)};
  std::array<std::vector<std::string>, 2> sent;
  for (auto& texts : sent) texts.reserve(UdpSendBatch::datagrams_max);
  UdpSendBatch batch;
  constexpr std::array<std::size_t, 12> lengths{700, 700, 700, 20, 700, 701, 701, 1'400, 1'400, 1'401, 9'000, 1};
  for (std::size_t i = 0; !batch.full(); ++i) {
    const std::size_t peer = i / 9 % 2;
    sent[peer].push_back(std::string(lengths[i / 2 % lengths.size()], static_cast<char>('a' + i % 26)));
    Flow flow = flow_to(socket, peers[peer].local());
    flow.local = from;
    ASSERT_TRUE(socket.add(batch, flow, sent[peer].back()));
  }
  std::vector<std::uint32_t> refused;
  socket.flush(batch, refused);
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(socket.counters().sent, UdpSendBatch::datagrams_max);
  for (std::size_t peer = 0; peer < 2; ++peer)
    for (const std::string& text : sent[peer]) {
      const auto heard = peers[peer].receive();
      ASSERT_TRUE(heard.has_value());
      EXPECT_EQ(heard->bytes, text);
      EXPECT_EQ(heard->from, from);
    }
}

TEST(UdpSocket, RunsOfDatagramsToOnePeerArriveAsTheyAre) {
  const auto socket = open_on("127.0.0.1");
  expect_runs_to_arrive(*socket, socket->local());
}

TEST(UdpSocket, RunsLeaveFromTheAddressThatWasCalled) {
  const auto socket = open_on("0.0.0.0");
  expect_runs_to_arrive(*socket, at("127.0.0.5", socket->local().port));
}

TEST(UdpSocket, RunsThatTheKernelCannotCutGoOneByOne) {
  const auto socket = open_on("127.0.0.1");
  const int on = 1;  // without checksums the kernel cuts nothing
  ASSERT_EQ(::setsockopt(socket->descriptor(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  expect_runs_to_arrive(*socket, socket->local());
}

TEST(UdpSocket, NamesEveryDatagramOfARunThatTheKernelRefuses) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  UdpSendBatch batch;
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), "first"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(socket->add(batch, flow_to(*socket, at("192.0.2.1", 5'060)), "nowhere"));
  ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), "last"));
  std::vector<std::uint32_t> refused;
  socket->flush(batch, refused);
  EXPECT_EQ(refused, (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(peer.receive()->bytes, "first");
  EXPECT_EQ(peer.receive()->bytes, "last");
}

TEST(UdpSocket, GoesOnAfterAPortThatNobodyListensOn) {
  const auto socket = open_on("127.0.0.1");
  Datagrams peer(at("127.0.0.1").address);
  Endpoint nobody;
  {
    Datagrams gone(at("127.0.0.1").address);
    nobody = gone.local();
  }
  UdpSendBatch batch;
  std::vector<std::uint32_t> refused;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(socket->add(batch, flow_to(*socket, nobody), "lost"));
    ASSERT_TRUE(socket->add(batch, flow_to(*socket, peer.local()), "kept"));
    socket->flush(batch, refused);
    EXPECT_EQ(peer.receive()->bytes, "kept");
  }
  EXPECT_TRUE(refused.empty());
}

TEST(UdpSocket, DoesNotAddWhatItsFamilyCannotReach) {
  const auto socket = open_on("127.0.0.1");
  UdpSendBatch batch;
  EXPECT_FALSE(socket->add(batch, flow_to(*socket, at("::1", 5060)), "x"));
  EXPECT_FALSE(socket->add(batch, flow_to(*socket, at("127.0.0.1", 0)), "x"));
  EXPECT_EQ(batch.size(), 0u);
}

TEST(UdpSocket, SaysWhyItCannotListen) {
  const auto first = open_on("127.0.0.1");
  const auto second = UdpSocket::open(ListenerId{2}, first->local(), {});
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().find("udp " + first->local().text()), std::string::npos) << second.error();
  EXPECT_NE(second.error().find("in use"), std::string::npos) << second.error();
}

}  // namespace
}  // namespace rf::net
