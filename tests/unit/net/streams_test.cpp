#include "shell/net/streams.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/net/streams_fixture.hpp"

namespace rf::net {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::listener;
using test::message;
using test::Served;

Flow outbound(Transport transport, const Endpoint& remote) {
  return {ListenerId{1}, transport, {}, {}, remote};
}

TEST(StreamConnections, CutMessagesOutOfSingleBytesAndOutOfOnePiece) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  const std::string first = message("first", 10);
  for (const char byte : first) ASSERT_TRUE(client->send({&byte, 1}));
  const std::string second = message("second"), third = message("third", 5'000);
  ASSERT_TRUE(client->send(second + third));
  ASSERT_TRUE(served.events.wait_messages(3));
  const auto messages = served.events.messages();
  EXPECT_EQ(messages[0].bytes, first);
  EXPECT_EQ(messages[1].bytes, second);
  EXPECT_EQ(messages[2].bytes, third);
  EXPECT_EQ(messages[0].flow.remote, client->local());
  EXPECT_EQ(messages[0].flow.transport, Transport::tcp);
  EXPECT_EQ(messages[0].flow.listener, ListenerId{1});
  EXPECT_TRUE(messages[0].flow.connection);
}

TEST(StreamConnections, CarryTheLargestMessageBehindManySmallOnes) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  std::string all;
  for (int i = 0; i < 500; ++i) all += message(std::to_string(i));
  const std::string head = message("large", 60'000);
  const std::string large = message("large", 65'535 - (head.size() - 60'000));
  ASSERT_EQ(large.size(), 65'535u);
  ASSERT_TRUE(client->send(all + large));
  ASSERT_TRUE(served.events.wait_messages(501));
  const auto messages = served.events.messages();
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(messages[i].bytes, message(std::to_string(i)));
  EXPECT_EQ(messages[500].bytes, large);
}

TEST(StreamConnections, AnswerTheDoubleCrlfPing) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  ASSERT_TRUE(client->send("\r\n\r\n"));
  EXPECT_EQ(client->read(2), "\r\n");
  EXPECT_EQ(served.streams.counters().pings, 1u);
}

TEST(StreamConnections, SendBackOverTheSameConnection) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*client);
  served.send(flow, "SIP/2.0 200 OK\r\n\r\n");
  EXPECT_EQ(client->read(18), "SIP/2.0 200 OK\r\n\r\n");
}

TEST(StreamConnections, WorkOverIpv6) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp, "::1"));
  ASSERT_NE(client, nullptr);
  const Flow flow = served.introduce(*client);
  EXPECT_EQ(flow.local.address, at("::1").address);
  EXPECT_EQ(flow.remote, client->local());
}

TEST(StreamConnections, EndAtBytesThatAreNoSip) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  ASSERT_TRUE(client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(client->closed());
  EXPECT_TRUE(eventually([&] { return served.streams.counters().connections == 0; }));
  EXPECT_EQ(served.streams.counters().bad_framing, 1u);
  EXPECT_TRUE(served.events.closed().empty()) << "the engine never heard of it";
}

TEST(StreamConnections, ReportTheirEndOnceAndAfterTheirMessages) {
  Served served;
  const Endpoint where = served.listen(Transport::tcp);
  Flow flow;
  {
    const auto client = Client::connect(where);
    flow = served.introduce(*client);
  }
  ASSERT_TRUE(served.events.wait_closed(1));
  EXPECT_EQ(served.events.closed(), (std::vector<ConnectionId>{flow.connection}));
  served.send(flow, message("too late"));
  ASSERT_TRUE(served.events.wait_failed(1));
  EXPECT_EQ(served.events.failed()[0], flow);
}

TEST(StreamConnections, ThatAreGoneMakeNoNewsOfResponses) {
  Served served;
  const Endpoint where = served.listen(Transport::tcp);
  Flow flow;
  {
    const auto client = Client::connect(where);
    flow = served.introduce(*client);
  }
  ASSERT_TRUE(served.events.wait_closed(1));
  served.send(flow, "SIP/2.0 200 OK\r\n\r\n");
  served.send(flow, message("request"));
  ASSERT_TRUE(served.events.wait_failed(1));
  EXPECT_EQ(served.events.failed().size(), 1u);
}

TEST(StreamConnections, AreClosedOnDemandAfterWhatWasSent) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*client);
  const std::string last(100'000, 'z');
  StreamBatch batch;
  batch.trust(flow.connection);
  batch.send(flow, last);
  batch.close(flow.connection);
  ASSERT_TRUE(served.streams.push(batch));
  EXPECT_EQ(client->read(last.size()).size(), last.size());
  EXPECT_TRUE(client->closed());
  EXPECT_TRUE(served.events.wait_closed(1));
}

TEST(StreamConnections, AreMadeForASendAndReusedForTheNext) {
  Served server, client;
  const Endpoint where = server.listen(Transport::tcp);
  client.send(outbound(Transport::tcp, where), message("one"));
  client.send(outbound(Transport::tcp, where), message("two"));
  ASSERT_TRUE(server.events.wait_messages(2));
  client.send(outbound(Transport::tcp, where), message("three"));
  ASSERT_TRUE(server.events.wait_messages(3));
  EXPECT_EQ(server.streams.counters().accepted, 1u);
  EXPECT_EQ(client.streams.counters().connected, 1u);
  EXPECT_EQ(server.events.messages()[0].bytes, message("one"));
  // The answer comes back over it, with a connection the engine can name.
  server.send(server.events.messages()[0].flow, message("answer"));
  ASSERT_TRUE(client.events.wait_messages(1));
  EXPECT_EQ(client.events.messages()[0].flow.remote, where);
  EXPECT_TRUE(client.events.messages()[0].flow.connection);
}

TEST(StreamConnections, FailTheSendWhenNobodyListens) {
  Served served;
  Endpoint nobody;
  {
    Served gone;
    nobody = gone.listen(Transport::tcp);
  }
  const Flow flow = outbound(Transport::tcp, nobody);
  served.send(flow, message("lost"));
  ASSERT_TRUE(served.events.wait_failed(1));
  EXPECT_EQ(served.events.failed()[0], flow);
  EXPECT_TRUE(eventually([&] { return served.streams.counters().connect_failed == 1; }));
  EXPECT_TRUE(eventually([&] { return served.streams.counters().connections == 0; }));
}

TEST(StreamConnections, FailASendOverATransportThatIsNotThere) {
  Served served;
  const Flow flow = outbound(Transport::wss, at("127.0.0.1", 5065));
  served.send(flow, message("lost"));
  EXPECT_TRUE(served.events.wait_failed(1));
}

TEST(StreamConnections, OfOursThatThePeerEndsFailWhatWaitsOnThem) {
  auto server = std::make_unique<Served>();
  Served client;
  const Flow flow = outbound(Transport::tcp, server->listen(Transport::tcp));
  client.send(flow, message("question"));
  ASSERT_TRUE(server->events.wait_messages(1));
  server.reset();
  ASSERT_TRUE(client.events.wait_failed(1));
  EXPECT_EQ(client.events.failed()[0], flow);
}

TEST(StreamListeners, MoveWhileConnectionsGoOn) {
  Served served;
  const Endpoint first = served.listen(Transport::tcp, "127.0.0.1", 1);
  const Endpoint second = served.listen(Transport::tcp, "127.0.0.1", 2);
  const auto on_first = Client::connect(first);
  const auto on_second = Client::connect(second);
  served.introduce(*on_first, "first");
  const Flow flow = served.introduce(*on_second, "second");
  // Listener 1 moves to another address; listener 2 stays as it is.
  const auto states = served.streams.set_listeners(
      std::vector{listener(1, Transport::tcp, at("127.0.0.2")), listener(2, Transport::tcp, at("127.0.0.1"))});
  ASSERT_EQ(states[0].error + states[1].error, "");
  EXPECT_EQ(states[1].bound, second);
  EXPECT_EQ(Client::connect(first), nullptr) << "the old port is closed";
  const auto moved = Client::connect(states[0].bound);
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(served.introduce(*moved, "moved").listener, ListenerId{1});
  EXPECT_EQ(served.introduce(*on_second, "still").connection, flow.connection);
  served.introduce(*on_first, "still, after the move");
}

TEST(StreamListeners, ThatAreRemovedTakeTheirConnectionsWithThem) {
  Served served;
  const Endpoint first = served.listen(Transport::tcp, "127.0.0.1", 1);
  const Endpoint second = served.listen(Transport::tcp, "127.0.0.1", 2);
  const auto on_first = Client::connect(first);
  const auto on_second = Client::connect(second);
  const Flow gone = served.introduce(*on_first);
  served.introduce(*on_second);
  served.streams.set_listeners(std::vector{listener(2, Transport::tcp, at("127.0.0.1"))});
  EXPECT_TRUE(on_first->closed());
  ASSERT_TRUE(served.events.wait_closed(1));
  EXPECT_EQ(served.events.closed()[0], gone.connection);
  served.introduce(*on_second, "still");
}

TEST(StreamListeners, SayWhyTheyCannotListen) {
  Served first, second;
  const Endpoint taken = first.listen(Transport::tcp);
  const auto states = second.streams.set_listeners(std::vector{listener(5, Transport::tcp, taken)});
  ASSERT_EQ(states.size(), 1u);
  EXPECT_NE(states[0].error.find("tcp " + taken.text()), std::string::npos) << states[0].error;
  EXPECT_EQ(states[0].bound.port, 0);
}

TEST(StreamThread, WaitsForBytesOnTheirWayWhenItStops) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*client);
  served.trust(flow.connection);
  const std::string goodbye(400'000, 'b');
  served.send(flow, goodbye);
  std::thread stopper([&] { served.streams.stop(test::patience_ms); });
  EXPECT_EQ(client->read(goodbye.size()).size(), goodbye.size());
  stopper.join();
  EXPECT_TRUE(client->closed());
}

TEST(StreamThread, StopsAtOnceWithoutPatience) {
  Served served;
  const auto client = Client::connect(served.listen(Transport::tcp));
  const Flow flow = served.introduce(*client);
  served.trust(flow.connection);
  for (int i = 0; i < 100; ++i) served.send(flow, std::string(60'000, 'b'));
  served.streams.stop(0);
  EXPECT_TRUE(served.streams.set_listeners({}).empty());
}

}  // namespace
}  // namespace rf::net
