// The HTTPS server on real sockets: what it serves, what it refuses, and how long it waits for anybody.
#include "shell/web/server.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "tests/unit/base/descriptors.hpp"
#include "tests/unit/net/peers.hpp"

namespace rf::web {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::Pki;

constexpr std::uint32_t short_ms = 200;

struct Reply {
  std::string head, body;
  std::string status() const { return head.size() < 12 ? head : head.substr(9, 3); }
  bool has(std::string_view line) const { return head.find("\r\n" + std::string(line)) != std::string::npos; }
};

class Serving : public ::testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    options.binds = {at("127.0.0.1"), at("::1")};
    options.noticed = [this](const Endpoint&, std::uint16_t, Deed deed) {
      const std::lock_guard lock(mutex_);
      ++(deed == Deed::request ? requests_ : malformed_);
    };
    Site site;
    site.assets = assets_;
    site.phone_port = 5'065;
    site.routes = {{Method::get, "/facts", access::anybody,
                    [](const Request& asked) { return Answer{200, {{"host", asked.host}}}; }},
                   {Method::post, "/echo", access::anybody, [this](const Request& asked) {
                      const std::lock_guard lock(slow_);
                      return Answer{200, asked.body};
                    }}};
    auto opened = Server::open(options, std::move(site));
    ASSERT_TRUE(opened) << opened.error();
    server_ = std::move(*opened);
    server_->set_tls(pki_.server());
  }
  std::unique_ptr<Client> connect(std::size_t which = 0) {
    return Client::connect_tls(server_->local()[which], pki_.client(), "localhost");
  }
  static Reply read(Client& client, bool with_body = true) {
    Reply out;
    while (!out.head.ends_with("\r\n\r\n")) {
      const std::string byte = client.read(1);
      if (byte.empty()) return out;
      out.head += byte;
    }
    const std::size_t length = out.head.find("Content-Length: ");
    if (with_body && length != std::string::npos)
      out.body = client.read(std::strtoul(out.head.c_str() + length + 16, nullptr, 10));
    return out;
  }
  /// One request on a connection of its own.
  Reply ask(const std::string& request, bool with_body = true) {
    const auto client = connect();
    EXPECT_NE(client, nullptr);
    if (!client || !client->send(request)) return {};
    return read(*client, with_body);
  }
  static std::string get(std::string_view target, std::string_view more = "", std::string_view method = "GET") {
    std::string out(method);
    return out.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost:8443\r\n").append(more).append("\r\n");
  }
  static std::string post(std::string_view body, std::string_view more = "Content-Type: application/json\r\n") {
    return get("/echo", std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n", "POST")
        .append(body);
  }
  const std::array<Asset, 2> assets_{
      Asset{"/phone", "text/html; charset=utf-8", "<!doctype html>", "small", "abc", false},
      Asset{"/assets/x.js", "text/javascript", "1", {}, "def", true}};
  std::mutex mutex_, slow_;
  int requests_ = 0, malformed_ = 0;
  Pki pki_;
  std::unique_ptr<Server> server_;
};

TEST_F(Serving, GivesPagesWithEveryHeaderThatProtectsThem) {
  serve();
  const Reply page = ask(get("/phone"));
  EXPECT_EQ(page.status(), "200");
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_TRUE(page.has("Content-Security-Policy: default-src 'none';"));
  EXPECT_NE(page.head.find("wss://localhost:5065;"), std::string::npos);
  for (const char* const line : {"Strict-Transport-Security: max-age=31536000", "X-Content-Type-Options: nosniff",
                                 "X-Frame-Options: DENY", "Referrer-Policy: no-referrer",
                                 "Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin",
                                 "Cache-Control: no-cache", "ETag: \"abc\"", "Content-Type: text/html; charset=utf-8"})
    EXPECT_TRUE(page.has(line)) << line;
  EXPECT_FALSE(page.has("Server:"));
  EXPECT_TRUE(ask(get("/assets/x.js")).has("Cache-Control: public, max-age=31536000, immutable"));
  EXPECT_EQ(requests_, 0) << "what browsers load by themselves is not counted";
}

TEST_F(Serving, SendsWhatABrowserHasOnlyOnceAndSmall) {
  serve();
  const Reply small = ask(get("/phone", "Accept-Encoding: br, gzip\r\n"));
  EXPECT_EQ(small.body, "small");
  EXPECT_TRUE(small.has("Content-Encoding: gzip"));
  EXPECT_TRUE(small.has("ETag: \"abc-gz\""));
  const Reply known = ask(get("/phone", "If-None-Match: \"abc\"\r\n"), false);
  EXPECT_EQ(known.status(), "304");
  const Reply head = ask(get("/phone", "", "HEAD"), false);
  EXPECT_EQ(head.status(), "200");
  EXPECT_TRUE(head.has("Content-Length: 15"));
}

TEST_F(Serving, AnswersOneRequestAfterTheOtherOnOneConnection) {
  serve();
  const auto client = connect(1);
  ASSERT_NE(client, nullptr) << "over IPv6, too";
  ASSERT_TRUE(client->send(get("/facts") + get("/phone")));
  EXPECT_EQ(read(*client).body, "{\"host\":\"localhost\"}\n");
  EXPECT_EQ(read(*client).body, "<!doctype html>");
  ASSERT_TRUE(client->send(get("/facts", "Connection: close\r\n")));
  EXPECT_EQ(read(*client).status(), "200");
  EXPECT_TRUE(client->closed());
}

TEST_F(Serving, TakesJsonObjectsFromOurOwnPages) {
  serve();
  EXPECT_EQ(ask(post("{\"a\":1}")).body, "{\"a\":1}\n");
  EXPECT_EQ(ask(post("{}",
                     "Content-Type: application/json; charset=utf-8\r\nOrigin: https://localhost:8443\r\n"
                     "Sec-Fetch-Site: same-origin\r\n"))
                .status(),
            "200");
  EXPECT_EQ(ask(post("{}", "Content-Type: text/plain\r\n")).status(), "415");
  EXPECT_EQ(ask(post("{}", "")).status(), "415");
  for (const char* const body : {"", "[]", "1", "{\"a\":", "{}x", "\xff"})
    EXPECT_EQ(ask(post(body)).status(), "400") << body;
  const std::string json = "Content-Type: application/json\r\n";
  EXPECT_EQ(ask(post("{}", json + "Origin: https://evil.example\r\n")).status(), "403");
  EXPECT_EQ(ask(post("{}", json + "Origin: null\r\n")).status(), "403");
  EXPECT_EQ(ask(post("{}", json + "Sec-Fetch-Site: cross-site\r\n")).status(), "403");
  EXPECT_EQ(ask(post("{}", json + "Sec-Fetch-Site: same-site\r\n")).status(), "403");
  EXPECT_EQ(ask(get("/facts", "Origin: https://localhost\r\n")).status(), "403");
}

TEST_F(Serving, KnowsNoOtherPathAndNoOtherMethod) {
  serve();
  for (const char* const target :
       {"/", "/../etc/passwd", "/phone/../facts", "/phone%2f", "/facts/", "/..%2f..%2fetc"}) {
    const Reply reply = ask(get(target));
    EXPECT_EQ(reply.status(), "404") << target;
    EXPECT_TRUE(reply.has("Content-Type: application/problem+json"));
    EXPECT_EQ(reply.body, "{\"status\":404,\"title\":\"Not Found\",\"type\":\"about:blank\"}\n");
  }
  EXPECT_EQ(ask(get("/phone?x=y")).status(), "200");
  EXPECT_EQ(ask(get("/echo")).status(), "405");
  EXPECT_TRUE(ask(get("/echo")).has("Allow: POST"));
  for (const char* const method : {"OPTIONS", "TRACE", "CONNECT", "get", "REGISTER"})
    EXPECT_EQ(ask(get("/phone", "", method)).status(), "501") << method;
  EXPECT_EQ(ask(get("/phone", "", "DELETE")).status(), "405");
  EXPECT_EQ(ask(get("/phone", "Content-Length: 0\r\n", "PUT")).status(), "405");
}

TEST_F(Serving, RefusesWhatTwoReadersWouldReadInTwoWays) {
  serve();
  const std::string body = "Content-Type: application/json\r\nContent-Length: 2\r\n";
  EXPECT_EQ(ask(get("/echo", body + "Transfer-Encoding: chunked\r\n", "POST") + "0\r\n\r\n").status(), "400");
  EXPECT_EQ(ask(get("/echo", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "POST") +
                "2\r\n{}\r\n0\r\n\r\n")
                .status(),
            "411");
  EXPECT_EQ(ask(get("/echo", body + "Content-Length: 3\r\n", "POST") + "{}x").status(), "400");
  EXPECT_EQ(ask(get("/echo", "Content-Type: application/json\r\n", "POST")).status(), "411");
  EXPECT_EQ(ask(get("/phone", "Content-Length: 2\r\n") + "{}").status(), "400");
  EXPECT_EQ(ask(get("/phone", "Host: evil.example\r\n")).status(), "400");
  EXPECT_EQ(ask("GET /phone HTTP/1.1\r\n\r\n").status(), "400");
  EXPECT_EQ(ask("GET /phone HTTP/1.1\r\nHost: a b\r\n\r\n").status(), "400");
  EXPECT_EQ(ask("GET https://localhost/phone HTTP/1.1\r\nHost: localhost\r\n\r\n").status(), "400");
  EXPECT_EQ(ask("GET /phone HTTP/1.0\r\nHost: localhost\r\n\r\n").status(), "505");
  EXPECT_EQ(ask(get("/phone", "X : y\r\n")).status(), "400");
  EXPECT_EQ(ask(get("/phone", "X: a\nb\r\n")).status(), "400");
  EXPECT_EQ(ask(get("/phone", "Expect: 100-continue\r\n")).status(), "417");
  EXPECT_EQ(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status(), "400");
  EXPECT_GT(malformed_, 10);
}

TEST_F(Serving, BoundsHeadsAndBodies) {
  serve();
  EXPECT_EQ(ask(get("/phone", "X: " + std::string(WebLimits::header_bytes, 'x') + "\r\n")).status(), "431");
  EXPECT_EQ(ask(get("/" + std::string(WebLimits::header_bytes, 'x'))).status(), "431");
  EXPECT_EQ(ask(post(std::string(WebLimits::body_bytes + 1, ' '))).status(), "413");
  EXPECT_EQ(ask(post("{" + std::string(WebLimits::body_bytes - 2, ' ') + "}")).status(), "200");
}

TEST_F(Serving, AnswersABodyThatIsTooLongThoughMostOfItIsOnItsWay) {
  serve();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(post(std::string(WebLimits::linger_bytes / 2, ' '))).status(), "413");
  const auto endless = connect();
  const std::string part(WebLimits::linger_bytes, ' ');
  ASSERT_TRUE(endless->send(get("/echo", "Content-Type: application/json\r\nContent-Length: 999999999\r\n", "POST")));
  int parts = 0;
  while (parts < 100 && endless->send(part)) ++parts;
  EXPECT_LT(parts, 100) << "nobody is listened to for long";
  EXPECT_TRUE(eventually([&] { return server_->counters().clients == 0; }));
}

TEST_F(Serving, SpeaksTlsAlone) {
  serve();
  const auto plain = Client::connect(server_->local()[0]);
  ASSERT_TRUE(plain->send(get("/phone")));
  EXPECT_TRUE(plain->closed());
  EXPECT_TRUE(eventually([&] { return server_->counters().handshake_failed == 1; }));
  EXPECT_TRUE(eventually([&] { return server_->counters().clients == 0; }));
}

TEST_F(Serving, WaitsForNoSlowHandshakeAndNoSlowRequest) {
  ServerOptions options;
  options.handshake_ms = options.request_ms = short_ms;
  serve(options);
  const auto silent = Client::connect(server_->local()[0]);
  EXPECT_TRUE(silent->closed());
  const auto dribbler = connect();
  const std::string request = get("/phone", "X: " + std::string(4'000, 'x') + "\r\n");
  std::size_t sent = 0;
  while (sent < request.size() && !dribbler->closed(5) && dribbler->send({request.data() + sent, 1})) ++sent;
  EXPECT_LT(sent, request.size());
  EXPECT_TRUE(eventually([&] { return server_->counters().clients == 0; }));
}

TEST_F(Serving, LetsNoSourceHaveEveryConnection) {
  ServerOptions options;
  options.clients_per_source = 2;
  serve(options);
  const auto first = connect(), second = connect();
  ASSERT_NE(second, nullptr);
  const auto third = Client::connect(server_->local()[0]);
  EXPECT_TRUE(third->closed());
  EXPECT_EQ(server_->counters().refused_source, 1u);
}

TEST_F(Serving, HasThePlaceOfWhoeverHasGoneForTheNext) {
  ServerOptions options;
  options.clients_per_source = 8;
  serve(options);
  for (int i = 0; i < 40; ++i) {
    const auto next = connect();
    ASSERT_NE(next, nullptr) << i;
    ASSERT_TRUE(next->send(get("/phone")));
    EXPECT_EQ(read(*next).status(), "200");
  }
  EXPECT_EQ(server_->counters().refused_source, 0u);
}

TEST_F(Serving, LetsWhoeverWaitsLongestGoWhenThereAreTooMany) {
  ServerOptions options;
  options.clients = 2;
  serve(options);
  const auto first = connect();
  const auto second = connect();
  ASSERT_TRUE(second->send(get("/phone")));
  EXPECT_EQ(read(*second).status(), "200");
  const auto third = connect();
  ASSERT_NE(third, nullptr);
  EXPECT_TRUE(first->closed());
  ASSERT_TRUE(second->send(get("/phone")));
  EXPECT_EQ(read(*second).status(), "200");
  EXPECT_EQ(server_->counters().evicted, 1u);
}

TEST_F(Serving, WithoutADescriptorRestsAndServesAgainWhenThereIsOne) {
  if (looks_through_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors of its own";
  serve();
  LateSocket visitor(AF_INET);
  {
    const NoDescriptorsLeft none;
    visitor.speak(loopback(server_->local()[0].port), "hello");
    EXPECT_LT(visitor.busy_ms_while_silent(watched_ms), rests_ms);
  }
  EXPECT_EQ(ask(get("/phone")).status(), "200");
}

TEST_F(Serving, ClosesUnwelcomeConnectionsBeforeAnythingElse) {
  ServerOptions options;
  options.welcome = [](const Endpoint&, std::uint16_t) { return false; };
  serve(options);
  const auto client = Client::connect(server_->local()[0]);
  EXPECT_TRUE(client->closed());
  EXPECT_EQ(server_->counters().unwelcome, 1u);
  EXPECT_EQ(server_->counters().accepted, 0u);
}

TEST_F(Serving, AnswersEachOfManyThatWaitForTheDisk) {
  serve();
  std::unique_lock busy(slow_);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < WebLimits::clients_per_source; ++i) {
    clients.push_back(connect());
    ASSERT_NE(clients.back(), nullptr);
    ASSERT_TRUE(clients.back()->send(post("{\"n\":" + std::to_string(i) + "}")));
  }
  busy.unlock();
  for (std::size_t i = 0; i < clients.size(); ++i)
    EXPECT_EQ(read(*clients[i]).body, "{\"n\":" + std::to_string(i) + "}\n");
}

TEST_F(Serving, EndsWhileRequestsWait) {
  serve();
  std::unique_lock busy(slow_);
  const auto client = connect(), other = connect();
  ASSERT_TRUE(client->send(post("{}")));
  ASSERT_TRUE(other->send(post("{}")));
  EXPECT_TRUE(eventually([&] { return server_->counters().requests == 2; }));
  std::thread end([&] { server_.reset(); });
  busy.unlock();
  end.join();
  EXPECT_TRUE(other->closed());
}

}  // namespace
}  // namespace rf::web
