// What strangers can do to the stream thread, and what they cannot.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "shell/net/streams.hpp"
#include "tests/unit/base/descriptors.hpp"
#include "tests/unit/net/streams_fixture.hpp"

namespace rf::net {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::message;
using test::Served;

/// So short that a test can wait for it.
constexpr std::uint32_t short_ms = 150;

TEST(StreamBounds, CloseASlowSenderAndNotOneThatIsDone) {
  StreamOptions options;
  options.message_ms = short_ms;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  const auto slow = Client::connect(where);
  const auto quick = Client::connect(where);
  const std::string whole = message("slow", 100);
  ASSERT_TRUE(slow->send(whole.substr(0, whole.size() - 1)));
  const Flow flow = served.introduce(*quick, "quick");
  EXPECT_TRUE(slow->closed());
  EXPECT_EQ(served.streams.counters().timed_out, 1u);
  EXPECT_EQ(served.introduce(*quick, "quick again").connection, flow.connection);
}

TEST(StreamBounds, ADribblerDoesNotMoveItsDeadline) {
  StreamOptions options;
  options.message_ms = short_ms;
  Served served(options);
  const auto slow = Client::connect(served.listen(Transport::tcp));
  const std::string whole = message("slow", 60'000);
  std::size_t sent = 0;
  // A byte whenever the peer is still there after a few milliseconds: never silent, never done.
  while (sent < whole.size() && !slow->closed(5)) {
    if (!slow->send({whole.data() + sent, 1})) break;
    ++sent;
  }
  EXPECT_LT(sent, whole.size());
  EXPECT_TRUE(eventually([&] { return served.streams.counters().timed_out == 1; }));
}

TEST(StreamBounds, WithoutADescriptorRestAndTakeThePhoneWhenThereIsOne) {
  if (looks_through_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors of its own";
  Served served;
  const Endpoint where = served.listen(Transport::tcp);
  LateSocket phone(AF_INET);
  {
    const NoDescriptorsLeft none;
    phone.speak(loopback(where.port), message("late"));
    EXPECT_LT(phone.busy_ms_while_silent(watched_ms), rests_ms);
  }
  EXPECT_TRUE(served.events.wait_messages(1));
}

TEST(StreamBounds, CloseAStrangerThatSaysNothing) {
  StreamOptions options;
  options.stranger_idle_ms = short_ms;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  const auto phone = Client::connect(where);
  served.trust(served.introduce(*phone).connection);
  const auto silent = Client::connect(where);
  const auto pinging = Client::connect(where);
  int pings = 0;
  while (!pinging->closed(5) && pinging->send("\r\n\r\n")) ++pings;
  EXPECT_GT(pings, 0) << "pings do not keep a stranger";
  EXPECT_TRUE(silent->closed());
  EXPECT_FALSE(phone->closed(0)) << "a trusted connection may be silent";
  EXPECT_EQ(served.streams.counters().timed_out, 2u);
}

TEST(StreamBounds, CloseATrustedConnectionOnlyAfterItsOwnSilence) {
  StreamOptions options;
  options.stranger_idle_ms = short_ms;
  options.trusted_idle_ms = 2 * short_ms;
  Served served(options);
  const auto phone = Client::connect(served.listen(Transport::tcp));
  served.trust(served.introduce(*phone).connection);
  // Pings keep it for longer than both limits.
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE(phone->closed(short_ms / 3));
    ASSERT_TRUE(phone->send("\r\n\r\n"));
    ASSERT_EQ(phone->read(2), "\r\n");
  }
  EXPECT_TRUE(phone->closed());
  EXPECT_TRUE(served.events.wait_closed(1));
}

TEST(StreamBounds, AConnectionThatIsTrustedNoMoreHasAsLongAsAStranger) {
  StreamOptions options;
  options.stranger_idle_ms = short_ms;
  Served served(options);
  const auto phone = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*phone);
  served.trust(flow.connection);
  EXPECT_FALSE(phone->closed(2 * short_ms));
  served.distrust(flow.connection);
  EXPECT_TRUE(phone->closed());
  EXPECT_EQ(served.streams.counters().timed_out, 1u);
}

TEST(StreamBounds, ThoseTrustedNoMoreCountAgainstTheStrangersBound) {
  StreamOptions options;
  options.limits.unauthenticated_connections_max = 2;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  std::vector<std::unique_ptr<Client>> phones;
  std::vector<ConnectionId> connections;
  for (int i = 0; i < 4; ++i) {
    phones.push_back(Client::connect(where));
    connections.push_back(served.introduce(*phones.back()).connection);
    served.trust(connections.back());
  }
  for (const ConnectionId connection : connections) served.distrust(connection);
  EXPECT_TRUE(phones[0]->closed());
  EXPECT_TRUE(phones[1]->closed());
  EXPECT_FALSE(phones[3]->closed(0));
  EXPECT_EQ(served.streams.counters().strangers, 2u);
}

TEST(StreamBounds, StrangersPushOutStrangersAndNeverATrustedConnection) {
  StreamOptions options;
  options.limits.unauthenticated_connections_max = 10;
  options.limits.connections_per_source_max = 1'000;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  const auto phone = Client::connect(where);
  const Flow flow = served.introduce(*phone);
  served.trust(flow.connection);
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 60; ++i) flood.push_back(Client::connect(where));
  ASSERT_TRUE(eventually([&] { return served.streams.counters().accepted == 61; }));
  EXPECT_LE(served.streams.counters().strangers, 10u);
  EXPECT_EQ(served.streams.counters().evicted, 50u);
  EXPECT_TRUE(flood.front()->closed());
  EXPECT_FALSE(flood.back()->closed(0));
  EXPECT_EQ(served.introduce(*phone, "still here").connection, flow.connection);
  // A newcomer in the middle of it gets its turn.
  const auto newcomer = Client::connect(where);
  served.introduce(*newcomer, "newcomer");
}

TEST(StreamBounds, ASourceHasOnlySoManyStrangers) {
  StreamOptions options;
  options.limits.connections_per_source_max = 5;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 8; ++i) flood.push_back(Client::connect(where, at("127.0.0.1").address));
  EXPECT_TRUE(eventually([&] { return served.streams.counters().refused_source == 3; }));
  EXPECT_EQ(served.streams.counters().accepted, 5u);
  EXPECT_TRUE(flood.back()->closed());
  const auto neighbour = Client::connect(where, at("127.0.0.9").address);
  served.introduce(*neighbour, "neighbour");
}

TEST(StreamBounds, WhoIsNotWelcomeIsClosedBeforeAnythingIsDoneForHim) {
  StreamOptions options;
  std::atomic<bool> welcome = false;
  std::atomic<int> port = 0;
  options.welcome = [&](const Endpoint& remote, Transport transport, std::uint16_t local_port) {
    EXPECT_EQ(remote.address.text(), "127.0.0.1");
    EXPECT_EQ(transport, Transport::tcp);
    port = local_port;
    return welcome.load();
  };
  Served served(options);
  const Endpoint server = served.listen(Transport::tcp);
  const auto out = Client::connect(server);
  EXPECT_TRUE(!out || out->closed());
  EXPECT_EQ(port, server.port);
  EXPECT_TRUE(eventually([&] { return served.streams.counters().unwelcome == 1; }));
  EXPECT_EQ(served.streams.counters().accepted, 0u);
  EXPECT_TRUE(served.events.messages().empty());
  welcome = true;
  const auto in = Client::connect(server);
  served.introduce(*in);
}

TEST(StreamBounds, AFullTableOfTrustedConnectionsRefusesNewOnes) {
  StreamOptions options;
  options.limits.connections_max = 2;
  Served served(options);
  const Endpoint where = served.listen(Transport::tcp);
  const auto first = Client::connect(where, at("127.0.0.1").address);
  const auto second = Client::connect(where, at("127.0.0.2").address);
  served.trust(served.introduce(*first).connection);
  served.trust(served.introduce(*second).connection);
  const auto third = Client::connect(where, at("127.0.0.3").address);
  EXPECT_TRUE(third->closed());
  EXPECT_EQ(served.streams.counters().refused_full, 1u);
  served.introduce(*first, "still here");
}

TEST(StreamBounds, APeerThatDoesNotReadIsClosed) {
  Served served;
  const auto deaf = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*deaf);
  served.trust(flow.connection);
  const std::string large = message("large", 60'000);
  // Far more than the kernel's buffers and ours together can hold.
  while (served.events.closed().empty()) served.send(flow, large);
  EXPECT_EQ(served.streams.counters().write_overflow, 1u);
  EXPECT_TRUE(served.events.wait_failed(1));
  EXPECT_EQ(served.events.failed()[0], flow);
}

TEST(StreamBounds, AStrangerThatDoesNotReadHoldsLessThanATrustedOne) {
  StreamOptions options;
  options.stranger_write_bytes_max = 1;
  Served served(options);
  const auto deaf = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*deaf);
  // One batch: nothing is written between the sends, so the first already stands in the queue at the second.
  StreamBatch batch;
  batch.send(flow, message("one"));
  batch.send(flow, message("two"));
  ASSERT_TRUE(served.streams.push(batch));
  EXPECT_TRUE(served.events.wait_closed(1));
  EXPECT_EQ(served.streams.counters().write_overflow, 1u);
}

TEST(StreamBounds, AStalledPeerIsClosedInTime) {
  StreamOptions options;
  options.write_stall_ms = short_ms;
  options.trusted_write_bytes_max = 64u << 20;
  options.push_bytes_max = 128u << 20;
  Served served(options);
  const auto deaf = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*deaf);
  served.trust(flow.connection);
  served.send(flow, std::string(32u << 20, 'x'));
  ASSERT_TRUE(served.events.wait_closed(1));
  EXPECT_EQ(served.streams.counters().timed_out, 1u);
}

TEST(StreamBounds, WithoutRoomForMessagesNothingIsReadAndNothingIsLost) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  served.events.set_room(false);
  std::string all;
  for (int i = 0; i < 2'000; ++i) all += message(std::to_string(i), 100);
  std::thread sender([&] { EXPECT_TRUE(client->send(all)); });
  ASSERT_TRUE(eventually([&] { return served.streams.counters().paused > 0; }));
  EXPECT_EQ(served.streams.counters().messages_in, 0u);
  served.events.set_room(true);
  EXPECT_TRUE(served.events.wait_messages(2'000));
  sender.join();
  const auto messages = served.events.messages();
  ASSERT_EQ(messages.size(), 2'000u);
  for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].bytes, message(std::to_string(i), 100));
}

TEST(StreamBounds, EndsThatThereWasNoRoomForAreReportedLater) {
  Served served;
  const Endpoint where = served.listen(Transport::tcp);
  auto client = Client::connect(where);
  const Flow flow = served.introduce(*client);
  served.events.set_room(false);
  client.reset();
  ASSERT_TRUE(eventually([&] { return served.streams.counters().connections == 0; }));
  EXPECT_TRUE(served.events.closed().empty());
  served.events.set_room(true);
  ASSERT_TRUE(served.events.wait_closed(1));
  EXPECT_EQ(served.events.closed()[0], flow.connection);
}

TEST(StreamBounds, MoreThanCanBePushedIsRefusedAtOnce) {
  StreamOptions options;
  options.push_bytes_max = 1'000;
  Served served(options);
  const auto client = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*client);
  StreamBatch batch;
  batch.send(flow, std::string(2'000, 'x'));
  batch.close(flow.connection);
  EXPECT_FALSE(served.streams.push(batch));
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(client->closed()) << "orders that cost nothing are still carried out";
}

}  // namespace
}  // namespace rf::net
