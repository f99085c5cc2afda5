// What the API asks of the HTTPS server: paths with values, queries, long bodies of those it knows, and listeners.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "core/base/limits/people.hpp"
#include "shell/web/server.hpp"
#include "tests/unit/net/peers.hpp"

namespace rf::web {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::Pki;

constexpr std::size_t long_body = 20'000;

struct Reply {
  std::string head, body;
  std::string status() const { return head.size() < 12 ? head : head.substr(9, 3); }
  bool has(std::string_view line) const { return head.find("\r\n" + std::string(line)) != std::string::npos; }
};

class Asking : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.binds = {at("127.0.0.1")};
    options.noticed = [this](const Endpoint&, std::uint16_t, Deed deed) {
      ++(deed == Deed::request ? requests_ : malformed_);
    };
    Site site;
    site.recognise = [this](const Credentials& shown) { return who(shown); };
    const auto echo = [](const Request& asked) {
      Json query = Json::object();
      for (const http::Field& field : asked.query) query[field.name] = field.value;
      return Answer{200, {{"path", asked.in_path}, {"query", query}, {"size", asked.body.dump().size()}}};
    };
    const auto need = access::permitted(access::Permission::call_write);
    for (const Method method : {Method::get, Method::put, Method::patch, Method::remove})
      site.routes.push_back({method, "/things/{name}", need, echo, {}, true});
    site.routes.push_back({Method::post, "/things", need, echo, {}, true, long_body});
    site.routes.push_back({Method::post, "/short", access::anybody, echo});
    site.routes.push_back({Method::post,
                           "/slow",
                           need,
                           [this](const Request&) {
                             const std::lock_guard lock(slow_);
                             return Answer{201, Json::object()};
                           },
                           {},
                           true});
    site.routes.push_back({Method::get, "/health", access::anybody, [](const Request&) { return Answer{204, {}}; }});
    Route live;
    live.path = "/live";
    live.need = access::anybody;
    live.listen = [](const Request& asked) {
      return asked.asker ? Listening{3, 0, "hello", {}} : Listening{0, 0, "", problem(403, "not you")};
    };
    site.routes.push_back(std::move(live));
    auto opened = Server::open(options, std::move(site));
    ASSERT_TRUE(opened) << opened.error();
    server_ = std::move(*opened);
    server_->set_tls(pki_.server());
  }
  Recognised who(const Credentials& shown) {
    const std::string_view said = shown.token.empty() ? shown.session : shown.token;
    if (revoked_ || (said != "writer" && said != "reader")) return {std::nullopt, true};
    access::Asker asker;
    asker.user = access::UserId{said == "writer" ? 1u : 2u};
    asker.name = said;
    asker.permissions.add(said == "writer" ? access::Permission::call_write : access::Permission::call_read);
    return {asker, false};
  }
  std::unique_ptr<Client> connect() { return Client::connect_tls(server_->local()[0], pki_.client(), "localhost"); }
  static Reply read(Client& client) {
    Reply out;
    while (!out.head.ends_with("\r\n\r\n")) {
      const std::string byte = client.read(1);
      if (byte.empty()) return out;
      out.head += byte;
    }
    const std::size_t length = out.head.find("Content-Length: ");
    if (length != std::string::npos) out.body = client.read(std::strtoul(out.head.c_str() + length + 16, nullptr, 10));
    return out;
  }
  Reply ask(const std::string& request) {
    const auto client = connect();
    EXPECT_NE(client, nullptr);
    if (!client || !client->send(request)) return {};
    return read(*client);
  }
  static std::string asked(std::string_view method, std::string_view target, std::string_view more = "",
                           std::string_view body = "", std::string_view token = "writer") {
    std::string out = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost:8443\r\n";
    if (!token.empty()) out += "Authorization: Bearer " + std::string(token) + "\r\n";
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
      out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return out.append(more).append("\r\n").append(body);
  }
  static std::string upgrade(std::string_view more) {
    return asked("GET", "/live",
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                     std::string(more),
                 "", "");
  }
  /// A frame of ours, unmasked and short: its payload.
  static std::string text_frame(Client& client) {
    const std::string head = client.read(2);
    return head.size() < 2 ? head : client.read(static_cast<unsigned char>(head[1]));
  }

  std::atomic<int> requests_ = 0, malformed_ = 0;
  std::atomic<bool> revoked_ = false;
  std::mutex slow_;
  Pki pki_;
  std::unique_ptr<Server> server_;
};

TEST_F(Asking, GivesValuesOfPathAndQueryDecoded) {
  EXPECT_EQ(ask(asked("GET", "/things/a%20b?x=1&y=%2B2")).body,
            "{\"path\":[\"a b\"],\"query\":{\"x\":\"1\",\"y\":\"+2\"},\"size\":2}\n");
  EXPECT_EQ(ask(asked("DELETE", "/things/a")).status(), "200");
  for (const char* const method : {"PUT", "PATCH"})
    EXPECT_EQ(ask(asked(method, "/things/a", "", "{}")).status(), "200");
  EXPECT_EQ(requests_, 0) << "whoever is known has a pace of his own";
}

TEST_F(Asking, RefusesPathsThatLeadElsewhere) {
  for (const char* const path : {"/things/%2e%2e", "/things/..", "/things/a%2fb", "/things/%00", "/things/%c0%af",
                                 "/things/%0d%0aX:y", "/things/%", "/things/"})
    EXPECT_EQ(ask(asked("GET", path)).status(), "400") << path;
  EXPECT_EQ(ask(asked("GET", "/things/a?x=1&x=2")).status(), "400");
  EXPECT_EQ(ask(asked("GET", "/things/a/../b")).status(), "404");
  EXPECT_EQ(ask(asked("GET", "/things/" + std::string(ApiLimits::path_value_bytes + 1, 'a'))).status(), "400");
}

TEST_F(Asking, TakesNoOtherMethodForTheOneThatWasSent) {
  const Reply reply = ask(asked("POST", "/things/a", "X-HTTP-Method-Override: DELETE\r\n", "{\"_method\":\"DELETE\"}"));
  EXPECT_EQ(reply.status(), "405");
  EXPECT_TRUE(reply.has("Allow: GET, HEAD, PUT, PATCH, DELETE"));
  for (const char* const method : {"OPTIONS", "TRACE", "CONNECT", "delete", "PROPFIND"})
    EXPECT_EQ(ask(asked(method, "/things/a")).status(), "501") << method;
}

TEST_F(Asking, ReadsLongBodiesOfThoseAloneWhoMaySendThem) {
  const std::string body = "{\"a\":\"" + std::string(10'000, 'x') + "\"}";
  EXPECT_EQ(ask(asked("POST", "/things", "", body)).status(), "200");
  EXPECT_EQ(ask(asked("POST", "/things", "", body, "reader")).status(), "403");
  EXPECT_EQ(ask(asked("POST", "/things", "", body, "")).status(), "401");
  EXPECT_EQ(ask(asked("POST", "/short", "", body)).status(), "413");
  EXPECT_EQ(ask(asked("POST", "/things", "", "{\"a\":\"" + std::string(long_body, 'x') + "\"}")).status(), "413");
}

TEST_F(Asking, NeverTakesWhatIsLeftOfABodyForARequest) {
  const auto client = connect();
  const std::string inner = asked("DELETE", "/things/victim") + std::string(6'000, ' ');
  ASSERT_TRUE(client->send(asked("POST", "/things", "", inner, "reader")));
  EXPECT_EQ(read(*client).status(), "403");
  EXPECT_TRUE(client->closed());
}

TEST_F(Asking, RefusesBodiesThatTwoReadersReadInTwoWays) {
  EXPECT_EQ(ask(asked("POST", "/things", "", R"({"a":1,"a":2})")).status(), "400");
  std::string deep = "{\"a\":";
  deep.append(2'000, '[').append(2'000, ']');
  EXPECT_EQ(ask(asked("POST", "/things", "", deep + "}")).status(), "400");
  EXPECT_EQ(ask(asked("DELETE", "/things/a", "", "{}")).status(), "400") << "there is no body where none is read";
  EXPECT_EQ(ask(asked("GET", "/things/a", "Content-Length: 2\r\n") + "{}").status(), "400");
}

TEST_F(Asking, LetsNobodyWhoAsksMuchKeepOthersWaiting) {
  std::unique_lock busy(slow_);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i <= ApiLimits::waiting_of_one; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back()->send(asked("POST", "/slow", "", "{}")));
  }
  const Reply refused = read(*clients.back());
  EXPECT_EQ(refused.status(), "429");
  EXPECT_TRUE(refused.has("Retry-After: 1"));
  EXPECT_EQ(ask(asked("GET", "/health", "", "", "")).status(), "204") << "what is quick has a line of its own";
  busy.unlock();
  for (std::size_t i = 0; i < ApiLimits::waiting_of_one; ++i) EXPECT_EQ(read(*clients[i]).status(), "201");
}

TEST_F(Asking, HearsWhatHappensUntilItMayNoLonger) {
  const auto listener = connect();
  ASSERT_TRUE(listener->send(upgrade("Authorization: Bearer writer\r\n")));
  EXPECT_EQ(read(*listener).status(), "101");
  EXPECT_EQ(text_frame(*listener), "hello");
  EXPECT_TRUE(eventually([&] { return server_->heard(1); }));
  EXPECT_FALSE(server_->heard(4));
  server_->tell(4, 0, "not for him");
  server_->tell(2, 0, "news");
  EXPECT_EQ(text_frame(*listener), "news");
  revoked_ = true;
  server_->tell(1, 0, "no more");
  const std::string goodbye = text_frame(*listener);
  EXPECT_EQ(goodbye, "\x03\xf0") << "1008";
  EXPECT_TRUE(eventually([&] { return !server_->heard(1); }));
}

TEST_F(Asking, LetsNoPageOfOthersListen) {
  const std::string cookie = "Cookie: __Host-session=writer\r\n";
  EXPECT_EQ(ask(upgrade(cookie + "Origin: https://evil.example\r\n")).status(), "403");
  EXPECT_EQ(ask(upgrade(cookie)).status(), "403") << "a browser says whose page it is";
  EXPECT_EQ(ask(upgrade("")).status(), "401");
  EXPECT_EQ(ask(upgrade("Authorization: Bearer nobody\r\n")).status(), "401");
  EXPECT_EQ(ask(asked("GET", "/live")).status(), "426");
  const auto own = connect();
  ASSERT_TRUE(own->send(upgrade(cookie + "Origin: https://localhost:8443\r\n")));
  EXPECT_EQ(read(*own).status(), "101");
}

TEST_F(Asking, EndsListenersWhoSaySomethingAndBoundsThoseOfOne) {
  std::vector<std::unique_ptr<Client>> listeners;
  for (std::size_t i = 0; i < ApiLimits::listeners_of_one; ++i) {
    listeners.push_back(connect());
    ASSERT_TRUE(listeners.back()->send(upgrade("Authorization: Bearer writer\r\n")));
    EXPECT_EQ(read(*listeners.back()).status(), "101");
  }
  EXPECT_EQ(ask(upgrade("Authorization: Bearer writer\r\n")).status(), "429");
  EXPECT_EQ(text_frame(*listeners[0]), "hello");
  ASSERT_TRUE(listeners[0]->send(std::string("\x81\x81\x00\x00\x00\x00x", 7)));
  EXPECT_EQ(text_frame(*listeners[0]), "\x03\xeb") << "1003";
}

TEST_F(Asking, TellsSlowListenersToLoadEverythingAnew) {
  const auto slow = connect();
  ASSERT_TRUE(slow->send(upgrade("Authorization: Bearer writer\r\n")));
  EXPECT_EQ(read(*slow).status(), "101");
  EXPECT_EQ(text_frame(*slow), "hello");
  ASSERT_TRUE(eventually([&] { return server_->heard(1); }));
  const std::string text(100'000, 'x');
  // More than any socket takes, and nobody reads.
  ASSERT_TRUE(eventually([&] {
    for (int i = 0; i < 100; ++i) server_->tell(1, 0, text);
    return !server_->heard(1);
  }));
}

}  // namespace
}  // namespace rf::web
