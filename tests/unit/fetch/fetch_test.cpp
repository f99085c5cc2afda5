#include "shell/fetch/fetch.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include "shell/tls/certificates.hpp"
#include "shell/tls/context.hpp"

namespace rf::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// An HTTPS server on loopback that takes one request a connection and answers with what it was told.
class Server {
 public:
  explicit Server(std::string answer) : answer_(std::move(answer)) {
    std::string pattern = (fs::temp_directory_path() / "rf-fetch-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    tls::CertificateOptions options;
    options.wall_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::vector<std::string> names{"localhost"};
    files_ = tls::ensure_certificates(folder_ / "tls", names, {}, options).value();
    context_ = tls::server_context(files_.certificate, files_.key).value();
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listening_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listening_, 8), 0);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
    fs::remove_all(folder_);
  }

  Request request(std::string path = "/") const {
    Request out;
    out.url = "https://localhost:" + std::to_string(port_) + path;
    std::ifstream in(files_.ca_certificate);
    out.ca_pem = {std::istreambuf_iterator<char>(in), {}};
    out.allowed = {Subnet::parse("127.0.0.0/8").value(), Subnet::parse("::1").value()};
    return out;
  }
  std::string asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  int connections() const { return connections_; }

 private:
  void serve() {
    while (true) {
      const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++connections_;
      const timeval patience{5, 0};
      ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      SSL* const ssl = SSL_new(context_.get());
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) == 1) {
        std::string text;
        char part[4096];
        std::size_t whole = std::string::npos;
        while (text.size() < whole) {
          const int got = SSL_read(ssl, part, sizeof part);
          if (got <= 0) break;
          text.append(part, static_cast<std::size_t>(got));
          const std::size_t head = text.find("\r\n\r\n");
          if (head == std::string::npos) continue;
          const std::size_t length = text.find("Content-Length: ");
          whole = head + 4 + (length == std::string::npos || length > head ? 0 : std::stoul(text.substr(length + 16)));
        }
        {
          const std::lock_guard lock(mutex_);
          asked_ = text;
        }
        if (!answer_.empty()) SSL_write(ssl, answer_.data(), static_cast<int>(answer_.size()));
        // One that says nothing waits for the other side to give up.
        if (answer_.empty()) SSL_read(ssl, part, sizeof part);
        SSL_shutdown(ssl);
      }
      SSL_free(ssl);
      ::close(socket);
    }
  }

  std::string answer_;
  fs::path folder_;
  tls::CertificateFiles files_;
  tls::Context context_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string asked_;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

const std::string fine = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Thing: one\r\nConnection: close\r\n\r\nok";

TEST(Fetch, BringsHeadersBodyAndPasswordAndGivesTheAnswer) {
  Server server(fine);
  Request request = server.request("/hook?x=1");
  request.method = "POST";
  request.body = R"({"a":1})";
  request.headers = {{"Content-Type", "application/json"}};
  request.basic = Basic{"me", Secret<std::string>("secret")};
  const auto answer = fetch(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().what;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->header("x-thing"), "one");
  EXPECT_THAT(server.asked(), HasSubstr("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.asked(), HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(server.asked(), HasSubstr("Authorization: Basic bWU6c2VjcmV0\r\n"));
  EXPECT_THAT(server.asked(), HasSubstr("\r\n\r\n{\"a\":1}"));
}

TEST(Fetch, DoesNotConnectToAnAddressOfOursThoughItsNameLeadsThere) {
  Server server(fine);
  Request request = server.request("/token-in-the-path");
  request.allowed.clear();
  const auto answer = fetch(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().cause, Cause::forbidden);
  EXPECT_THAT(answer.error().what, HasSubstr("not a public address"));
  EXPECT_THAT(answer.error().what, Not(HasSubstr("token-in-the-path")));
  EXPECT_EQ(server.connections(), 0);
}

TEST(Fetch, IsNotLedInsideByAnotherWayOfWritingAnAddress) {
  for (const char* host : {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "[::1]", "[::ffff:7f00:1]",
                           "169.254.169.254", "[fd00:ec2::254]", "0.0.0.0", "10.1.2.3", "[64:ff9b::7f00:1]"}) {
    Request request;
    request.url = std::string("https://") + host + ":9/";
    const auto answer = fetch(request);
    ASSERT_FALSE(answer.has_value()) << host;
    EXPECT_EQ(answer.error().cause, Cause::forbidden) << host << ": " << answer.error().what;
  }
}

TEST(Fetch, FollowsNoRedirect) {
  Server server(
      "HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const auto answer = fetch(server.request());
  ASSERT_TRUE(answer.has_value()) << answer.error().what;
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Fetch, TrustsNobodyWhomNoAuthorityVouchesFor) {
  Server server(fine);
  Request request = server.request();
  request.ca_pem.clear();
  EXPECT_EQ(fetch(request).error().cause, Cause::distrusted);
  Request by_address = server.request();
  by_address.url.replace(by_address.url.find("localhost"), 9, "127.0.0.1");
  EXPECT_EQ(fetch(by_address).error().cause, Cause::distrusted) << "the certificate names another host";
  EXPECT_EQ(server.asked(), "");
}

TEST(Fetch, TakesNoLongerAnswerThanItAskedFor) {
  Server server("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(5'000, 'x'));
  Request request = server.request();
  request.answer_bytes = 4'999;
  EXPECT_EQ(fetch(request).error().cause, Cause::too_long);
  request.answer_bytes = 5'000;
  EXPECT_TRUE(fetch(request).has_value());
  Server long_headers("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(fetch(long_headers.request()).error().cause, Cause::too_long);
}

TEST(Fetch, GivesUpInTimeAndWhenNobodyWaits) {
  Server server("");
  Request request = server.request();
  request.whole_ms = 300;
  EXPECT_EQ(fetch(request).error().cause, Cause::timed_out);
  std::stop_source stop;
  stop.request_stop();
  request.whole_ms = 10'000;
  EXPECT_EQ(fetch(request, stop.get_token()).error().cause, Cause::stopped);
}

TEST(Fetch, RefusesRequestsThatCouldBecomeOthers) {
  Server server(fine);
  const auto refused = [&](const std::function<void(Request&)>& change) {
    Request request = server.request();
    change(request);
    const auto answer = fetch(request);
    return !answer.has_value() && answer.error().cause == Cause::invalid;
  };
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"X-A", "1\r\nX-B: 2"}}; }));
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"X-A: 1\r\nX-B", "2"}}; }));
  EXPECT_TRUE(refused([](Request& r) { r.method = "GET / HTTP/1.1\r\nX:"; }));
  EXPECT_TRUE(refused([](Request& r) { r.url += "\r\nX: 1"; }));
  EXPECT_TRUE(refused([](Request& r) { r.url.replace(0, 5, "http"); }));
  EXPECT_TRUE(refused([](Request& r) { r.url.replace(0, 8, "https://me:secret@"); }));
  EXPECT_TRUE(refused([](Request& r) { r.url = "file:///etc/passwd"; }));
  EXPECT_TRUE(refused([](Request& r) { r.url = "gopher://localhost/"; }));
  EXPECT_TRUE(refused([](Request& r) { r.basic = Basic{"a:b", Secret<std::string>("c")}; }));
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace rf::fetch
