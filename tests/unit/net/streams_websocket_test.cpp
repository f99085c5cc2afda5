// SIP over WebSocket on real sockets: what passes, what is refused, and how long anybody is waited for.
#include <gtest/gtest.h>

#include <mutex>

#include "core/websocket/frames.hpp"
#include "shell/net/streams.hpp"
#include "tests/unit/net/streams_fixture.hpp"
#include "tests/unit/websocket/client.hpp"

namespace rf::net {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::message;
using test::Pki;
using test::Served;
using websocket::Refusal;
using websocket::test::frame;
using websocket::test::request;
using websocket::test::upgrade;

constexpr std::uint32_t short_ms = 150;

std::string framed(std::string_view bytes) {
  std::string out;
  websocket::append_frame(out, websocket::Opcode::text, bytes);
  return out;
}

struct Refusals {
  std::mutex mutex;
  std::vector<Refusal> list;
  std::string origin;
  std::vector<Refusal> all() {
    const std::lock_guard lock(mutex);
    return list;
  }
};

class WebSocketStreams : public ::testing::Test {
 protected:
  void serve(StreamOptions options = {}) {
    options.no_websocket = [this](const Flow&, Refusal refusal, std::string_view origin) {
      const std::lock_guard lock(refusals_.mutex);
      refusals_.list.push_back(refusal);
      refusals_.origin = origin;
    };
    served_ = std::make_unique<Served>(options);
    served_->streams.set_tls(pki_.server(), pki_.client());
    served_->streams.set_origins({{}, 8'443});
    where_ = served_->listen(Transport::wss);
  }
  std::unique_ptr<Client> connect() { return Client::connect_tls(where_, pki_.client(), "localhost"); }
  /// With the handshake done.
  std::unique_ptr<Client> open() {
    auto client = connect();
    EXPECT_TRUE(client->send(request(upgrade)));
    EXPECT_EQ(status(*client), "101");
    return client;
  }
  /// Reads one HTTP answer and gives its status.
  static std::string status(Client& client) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = client.read(1);
      if (byte.empty()) return "closed";
      head += byte;
    }
    return head.substr(9, 3);
  }
  Flow introduce(Client& client, std::string_view mark = "hello") {
    const std::size_t before = served_->events.messages().size();
    EXPECT_TRUE(client.send(frame(0x81, message(mark))));
    EXPECT_TRUE(served_->events.wait_messages(before + 1));
    return served_->events.messages().back().flow;
  }
  Refusals refusals_;
  Pki pki_;
  std::unique_ptr<Served> served_;
  Endpoint where_;
};

TEST_F(WebSocketStreams, CarryWholeMessagesBothWays) {
  serve();
  const auto client = open();
  const Flow flow = introduce(*client, "first");
  EXPECT_EQ(flow.transport, Transport::wss);
  const std::string large = message("large", 60'000);
  ASSERT_TRUE(client->send(frame(0x02, large.substr(0, 10)) + frame(0x89, "?") + frame(0x80, large.substr(10))));
  ASSERT_TRUE(served_->events.wait_messages(2));
  EXPECT_EQ(served_->events.messages()[1].bytes, large);
  EXPECT_EQ(client->read(3), "\x8a\x01?");
  served_->send(flow, "SIP/2.0 200 OK\r\n\r\n");
  EXPECT_EQ(client->read(20), framed("SIP/2.0 200 OK\r\n\r\n"));
}

TEST_F(WebSocketStreams, SpeakWithoutTlsToPagesThatAreNamedAlone) {
  serve();
  served_->streams.set_origins({{"https://pbx.example.com"}, 8'443});
  const Endpoint plain = served_->listen(Transport::ws, "127.0.0.1", 2);
  const auto ask = [&](std::string_view origin) {
    const auto client = Client::connect(plain);
    EXPECT_TRUE(client->send(request(std::string(upgrade).append("Origin: ").append(origin).append("\r\n"),
                                     "GET / HTTP/1.1", "rebound.example:5066")));
    return status(*client);
  };
  EXPECT_EQ(ask("https://pbx.example.com"), "101");
  EXPECT_EQ(ask("https://rebound.example:8443"), "403") << "a name that anybody can point here proves nothing";
}

TEST_F(WebSocketStreams, RefuseForeignPagesAndSaySo) {
  serve();
  const auto client = connect();
  ASSERT_TRUE(client->send(request(std::string(upgrade) + "Origin: https://evil.example\r\n")));
  EXPECT_EQ(status(*client), "403");
  EXPECT_TRUE(client->closed());
  EXPECT_EQ(refusals_.all(), std::vector{Refusal::foreign_origin});
  EXPECT_EQ(refusals_.origin, "https://evil.example");
  EXPECT_TRUE(served_->events.messages().empty());
}

TEST_F(WebSocketStreams, EndWithWhoeverSpeaksSomethingElse) {
  serve();
  for (const std::string_view bytes : {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "REGISTER sip:x SIP/2.0\r\n\r\n"}) {
    const auto client = connect();
    ASSERT_TRUE(client->send(bytes));
    EXPECT_EQ(status(*client), "400") << bytes;
    EXPECT_TRUE(client->closed());
  }
  const auto plain = Client::connect(where_);
  ASSERT_TRUE(plain->send(request(upgrade)));
  EXPECT_TRUE(plain->closed()) << "without TLS nobody is heard";
  EXPECT_EQ(refusals_.all(), (std::vector{Refusal::malformed, Refusal::malformed}));
}

TEST_F(WebSocketStreams, EndWithSmuggledRequestsAndBrokenFrames) {
  serve();
  const auto smuggler = connect();
  ASSERT_TRUE(smuggler->send(request(upgrade) + frame(0x81, message("early"))));
  EXPECT_EQ(status(*smuggler), "400");
  for (const std::string& bytes : {std::string("\x81\x05Hello"), frame(0xc1, "x"), frame(0x83, "x"),
                                   "\x82\xff" + websocket::test::be(1u << 20, 8)}) {
    const auto client = open();
    ASSERT_TRUE(client->send(bytes));
    const std::string close = client->read(4);
    EXPECT_EQ(close.substr(0, 3), "\x88\x02\x03");
    EXPECT_TRUE(client->closed());
  }
  EXPECT_TRUE(served_->events.messages().empty());
  EXPECT_EQ(served_->streams.counters().bad_framing, 5u);
}

TEST_F(WebSocketStreams, WaitForNoSlowHandshakeAndNoSlowMessage) {
  StreamOptions options;
  options.message_ms = short_ms;
  serve(options);
  const auto slow = connect();
  ASSERT_TRUE(slow->send("GET / HT"));
  EXPECT_TRUE(slow->closed());
  const auto dribbler = open();
  const std::string begun = frame(0x01, "OPT");
  ASSERT_TRUE(dribbler->send(begun));
  // Pings between the pieces do not move the deadline.
  std::size_t pings = 0;
  while (pings < 1'000 && !dribbler->closed(5) && dribbler->send(frame(0x89, "")) && !dribbler->read(2).empty())
    ++pings;
  EXPECT_LT(pings, 1'000u);
  EXPECT_TRUE(eventually([&] { return served_->streams.counters().timed_out == 2; }));
}

TEST_F(WebSocketStreams, PingWhomTheyTrustAndNobodyElse) {
  StreamOptions options;
  options.ping_ms = 20;
  serve(options);
  const auto stranger = open();
  const auto phone = open();
  served_->trust(introduce(*phone).connection);
  EXPECT_EQ(phone->read(4), std::string("\x89\x00\x89\x00", 4));
  const Flow flow = introduce(*stranger);
  served_->send(flow, "SIP/2.0 401 No\r\n\r\n");
  EXPECT_EQ(stranger->read(20), framed("SIP/2.0 401 No\r\n\r\n")) << "the first that it hears";
}

TEST_F(WebSocketStreams, SayGoodbyeWhenTheyClose) {
  serve();
  const auto client = open();
  served_->close(introduce(*client).connection);
  EXPECT_EQ(client->read(4), "\x88\x02\x03\xe9");
  EXPECT_TRUE(client->closed());
  const auto other = open();
  introduce(*other);
  ASSERT_TRUE(other->send(frame(0x88, "\x03\xe8")));
  EXPECT_EQ(other->read(4), "\x88\x02\x03\xe8");
  EXPECT_TRUE(other->closed());
  EXPECT_TRUE(served_->events.wait_closed(2));
}

TEST_F(WebSocketStreams, GoOnWhereTheyWerePausedWhenThereIsRoom) {
  serve();
  const auto client = open();
  introduce(*client);
  served_->events.set_room(false);
  ASSERT_TRUE(client->send(frame(0x81, message("a")) + frame(0x81, message("b"))));
  EXPECT_TRUE(eventually([&] { return served_->streams.counters().paused == 1; }));
  served_->events.set_room(true);
  ASSERT_TRUE(served_->events.wait_messages(3));
  EXPECT_EQ(served_->events.messages()[2].bytes, message("b"));
}

}  // namespace
}  // namespace rf::net
