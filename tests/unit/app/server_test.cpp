// A whole server in this process: commands through its socket, SIP over its own port, and nothing secret in its log.
#include "app/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "app/access.hpp"
#include "app/host.hpp"
#include "app/place.hpp"
#include "app/setup.hpp"
#include "core/auth/digest.hpp"
#include "shell/control/client.hpp"
#include "shell/store/connection.hpp"
#include "shell/tls/certificates.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using command::Code;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A phone of a few lines: one socket, one question, one answer.
class Phone {
 public:
  explicit Phone(std::uint16_t server, std::string number = "1001")
      : socket_(::socket(AF_INET, SOCK_DGRAM, 0)), number_(std::move(number)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(server);
    ::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
    port_ = ntohs(own.sin_port);
  }
  ~Phone() { ::close(socket_); }

  std::string ask(const std::string& message) {
    ::send(socket_, message.data(), message.size(), 0);
    return hear();
  }
  std::string hear() {
    char answer[8192];
    const ssize_t size = ::recv(socket_, answer, sizeof answer, 0);
    return {answer, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  std::string request(std::string_view method, std::string_view uri, std::string_view to, const std::string& more,
                      std::string_view body = "") {
    ++cseq_;
    return fmt::format(
        "{3} {4} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{0};rport;branch=z9hG4bK{1}x{0}\r\nMax-Forwards: 70\r\n"
        "From: <sip:{2}@127.0.0.1>;tag=a\r\nTo: <{5}>\r\nCall-ID: {3}-{0}\r\nCSeq: {1} {3}\r\n"
        "Contact: <sip:{2}@127.0.0.1:{0}>\r\nExpires: 600\r\n{6}Content-Length: {7}\r\n\r\n{8}",
        port_, cseq_, number_, method, uri, to, more, body.size(), body);
  }
  std::string registration(const std::string& credentials) {
    return request("REGISTER", "sip:127.0.0.1", fmt::format("sip:{}@127.0.0.1", number_), credentials);
  }

  // Calls with a password and gives the first answer to the right credentials.
  std::string call(std::string_view number, const std::string& name, const std::string& password) {
    const std::string uri = fmt::format("sip:{}@127.0.0.1", number),
                      sdp =
                          "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                          "m=audio 30000 RTP/AVP 0\r\n",
                      type = "Content-Type: application/sdp\r\n";
    const std::string challenge = ask(request("INVITE", uri, uri, type, sdp));
    return ask(request("INVITE", uri, uri, type + answer(challenge, "INVITE", uri, name, password), sdp));
  }

  // Registers with a password and gives the final answer; `nonce` and `response` are what went over the wire.
  std::string enroll(const std::string& name, const std::string& password, std::string* nonce = nullptr,
                     std::string* response = nullptr) {
    return ask(
        registration(answer(ask(registration("")), "REGISTER", "sip:127.0.0.1", name, password, nonce, response)));
  }

 private:
  static std::string answer(const std::string& challenge, std::string_view method, std::string_view uri,
                            const std::string& name, const std::string& password, std::string* nonce = nullptr,
                            std::string* response = nullptr) {
    const std::size_t at = challenge.find("nonce=\"") + 7;
    const std::string fresh = challenge.substr(at, challenge.find('"', at) - at);
    const std::string digest = auth::response(policy::Algorithm::sha512_256,
                                              auth::ha1(policy::Algorithm::sha512_256, name, "ringfence", password),
                                              fresh, "00000001", "c0ffee", method, uri);
    if (nonce != nullptr) *nonce = fresh;
    if (response != nullptr) *response = digest;
    return fmt::format(
        "Authorization: Digest username=\"{}\", realm=\"ringfence\", nonce=\"{}\", uri=\"{}\", "
        "response=\"{}\", algorithm=SHA-512-256, qop=auth, nc=00000001, cnonce=\"c0ffee\"\r\n",
        name, fresh, uri, digest);
  }

  int socket_;
  std::string number_;
  std::uint16_t port_ = 0;
  int cseq_ = 0;
};

// What an HTTP server of this host says within a second.
std::string get(std::uint16_t port, std::string_view path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  const timeval limit{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::connect(socket, reinterpret_cast<sockaddr*>(&at), sizeof at);
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  ::send(socket, request.data(), request.size(), 0);
  char answer[4096];
  const ssize_t size = ::recv(socket, answer, sizeof answer, 0);
  ::close(socket);
  return {answer, size > 0 ? static_cast<std::size_t>(size) : 0};
}

class RunningServer : public ::testing::Test {
 protected:
  RunningServer() : place_{"", folder_.path()} { configure("debug"); }

  void configure(std::string_view level, std::string_view more = "") {
    Folder::write(folder_ / "ringfence.toml",
                  fmt::format("[[listener]]\ntransport = \"udp\"\naddress = \"127.0.0.1\"\nport = {}\n"
                              "[[listener]]\ntransport = \"tls\"\naddress = \"127.0.0.1\"\nport = {}\n"
                              "[metrics]\nport = {}\n[log]\nlevel = \"{}\"\nfile = \"{}\"\n{}",
                              sip_port_, tls_port_, metrics_port_, level, folder_ / "log", more));
  }

  /// Ends the test when the server does not start.
  void start() {
    auto settings = taken(settings_of(place_));
    auto data_dir = taken(DataDir::open(settings, false, 0));
    server_ = taken(
        Server::start(std::move(settings), std::move(data_dir), {place_, [this] { stop_asked_ = true; }, "1.2.3"}));
  }
  template <typename T>
  static T taken(std::expected<T, command::Error> result) {
    if (!result) throw std::runtime_error(result.error().message + "; " + result.error().remedy);
    return std::move(*result);
  }
  void stop() {
    server_->stop(10'000);
    server_.reset();
  }
  Outcome run(std::string_view name, const Json& args = Json::object()) { return ask(place_, name, args); }

  Folder folder_;
  cli::Place place_;
  std::uint16_t sip_port_ = free_port(), tls_port_ = free_port(), metrics_port_ = free_port();
  std::atomic<bool> stop_asked_ = false;
  std::unique_ptr<Server> server_;
};

TEST_F(RunningServer, AnExtensionAddedWhileItRunsMayRegisterAtOnce) {
  start();
  const auto account = run("extension.add", {{"number", "1001"}});
  ASSERT_TRUE(account.has_value()) << account.error().message;
  Phone phone(sip_port_);
  EXPECT_THAT(phone.enroll((*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 200"));
  const auto list = run("registration.list", {{"number", "1001"}});
  ASSERT_THAT((*list)["registrations"], SizeIs(1));
  EXPECT_EQ((*list)["registrations"][0]["transport"], "udp");
  EXPECT_TRUE(run("registration.remove", {{"number", "1001"}}).has_value());
  EXPECT_THAT((*run("registration.list"))["registrations"], SizeIs(0));
  stop();
}

TEST_F(RunningServer, ANewPasswordThrowsOutWhoeverHadTheOldOne) {
  start();
  const auto account = run("extension.add", {{"number", "1001"}});
  Phone phone(sip_port_);
  ASSERT_THAT(phone.enroll((*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 200"));
  const auto fresh = run("extension.reset-password", {{"number", "1001"}});
  ASSERT_TRUE(fresh.has_value());
  EXPECT_THAT((*run("registration.list"))["registrations"], SizeIs(0));
  EXPECT_THAT(phone.enroll((*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 401"));
  EXPECT_THAT(phone.enroll((*account)["auth_name"], (*fresh)["password"]), HasSubstr("SIP/2.0 200"));
  stop();
}

TEST_F(RunningServer, ANewPasswordEndsTheCallsOfTheOldOne) {
  start();
  const auto account = run("extension.add", {{"number", "1001"}}), other = run("extension.add", {{"number", "1002"}});
  Phone thief(sip_port_, "1001"), victim(sip_port_, "1002");
  ASSERT_THAT(thief.enroll((*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 200"));
  ASSERT_THAT(victim.enroll((*other)["auth_name"], (*other)["password"]), HasSubstr("SIP/2.0 200"));
  EXPECT_THAT(thief.call("1002", (*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 100"));
  EXPECT_THAT(victim.hear(), HasSubstr("INVITE "));
  ASSERT_THAT((*run("call.list"))["calls"], SizeIs(1));
  EXPECT_EQ((*run("extension.reset-password", {{"number", "1002"}}))["calls_ended"], 1) << "the callee's is as good";
  EXPECT_THAT(thief.hear(), HasSubstr("SIP/2.0 480"));
  const auto cdrs = run("cdr.list");
  ASSERT_THAT((*cdrs)["cdrs"], SizeIs(1));
  EXPECT_EQ((*cdrs)["cdrs"][0]["ended_by"], "operator");
  EXPECT_EQ((*run("extension.reset-password", {{"number", "1001"}}))["calls_ended"], 0);
  stop();
}

TEST_F(RunningServer, SaysWhetherItIsReadyWhileACommandWaitsForTheDisk) {
  start();
  // Another process has the database, and the command waits for it.
  auto other = store::connect({folder_ / "ringfence.db", false, 1'000}, 1'024);
  ASSERT_TRUE(other);
  auto transaction = std::make_unique<store::Transaction>(**other);
  std::atomic<bool> done = false;
  std::thread command([&] {
    EXPECT_TRUE(run("extension.add", {{"number", "1001"}}).has_value());
    done = true;
  });
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
       std::chrono::steady_clock::now() < until;)
    EXPECT_THAT(get(metrics_port_, "/ready"), HasSubstr("HTTP/1.1 "));
  EXPECT_FALSE(done);
  transaction.reset();
  command.join();
  EXPECT_THAT(get(metrics_port_, "/ready"), HasSubstr(" 200 "));
  stop();
}

TEST_F(RunningServer, RegistrationsAreThereAfterARestart) {
  start();
  const auto account = run("extension.add", {{"number", "1001"}});
  Phone phone(sip_port_);
  ASSERT_THAT(phone.enroll((*account)["auth_name"], (*account)["password"]), HasSubstr("SIP/2.0 200"));
  stop();
  EXPECT_THAT((*run("registration.list"))["registrations"], SizeIs(1));
  start();
  EXPECT_THAT((*run("registration.list"))["registrations"], SizeIs(1));
  stop();
}

TEST_F(RunningServer, StatusAndPortsNameWhatIsOpen) {
  start();
  const auto status = run("status");
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ((*status)["version"], "1.2.3");
  EXPECT_THAT((*status)["listeners"], SizeIs(2));
  EXPECT_EQ((*status)["listeners"][0]["address"], fmt::format("127.0.0.1:{}", sip_port_));
  EXPECT_EQ((*status)["listeners"][0]["state"], "open");
  EXPECT_EQ((*run("ports"))["ports"].dump(), (*run("ports"))["ports"].dump());
  EXPECT_THAT((*run("ports"))["ports"].dump(), HasSubstr(fmt::format("\"port\":\"{}\"", tls_port_)));
  stop();
}

TEST_F(RunningServer, StatusShowsEveryBoundThatCanBeCounted) {
  start();
  const auto status = run("status");
  ASSERT_TRUE(status.has_value());
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> bounds;
  for (const Json& each : (*status)["limits"]) bounds[each["name"]] = {each["used"], each["limit"]};
  for (const char* name : {"calls",
                           "registrations",
                           "transactions",
                           "nonces",
                           "media_ports",
                           "lookups",
                           "registrations_waiting_for_disk",
                           "connections",
                           "unauthenticated_connections",
                           "store_queue",
                           "inputs",
                           "stream_messages",
                           "stream_bytes",
                           "push_bytes",
                           "dns_questions",
                           "dns_cache",
                           "relay_commands",
                           "warm_ports",
                           "database_mb",
                           "log_lines",
                           "trace_queue_bytes",
                           "trace_mb",
                           "descriptors"}) {
    ASSERT_TRUE(bounds.contains(name)) << name;
    EXPECT_LE(bounds[name].first, bounds[name].second) << name;
    EXPECT_GT(bounds[name].second, 0u) << name;
    EXPECT_THAT(Folder::read(SOURCE_DIR "/docs/configuration.md"), HasSubstr(name));
  }
  EXPECT_GT(bounds["descriptors"].first, 10u);
  stop();
}

TEST_F(RunningServer, LimitsThatNeedMoreDescriptorsThanThereAreAreWarnedOf) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 4'000;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  start();
  EXPECT_THAT((*run("status"))["warnings"].dump(), HasSubstr("LimitNOFILE"));
  configure("info", "[limits]\nconnections_max = 100\nunauthenticated_connections_max = 10\n");
  EXPECT_TRUE(run("reload").has_value());
  EXPECT_THAT((*run("status"))["warnings"].dump(), Not(HasSubstr("LimitNOFILE")));
  stop();
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(RunningServer, ACertificateThatIsInstalledAndCannotBeShownYetIsNotCalledAFailure) {
  const std::vector<std::string> names{"pbx.example"};
  const auto made = tls::ensure_certificates(folder_ / "elsewhere", names, {}, {.wall_ms = wall_now_ms()});
  ASSERT_TRUE(made.has_value()) << made.error();
  const std::string authorities = folder_ / "partners.pem";
  std::filesystem::copy_file(made->ca_certificate, authorities);
  configure("info", fmt::format("[tls]\nclient_ca = \"{}\"\n", authorities));
  start();
  const std::string shown = (*run("certificate.show"))["file"];
  std::filesystem::remove(authorities);
  const Json pem{{"text", Folder::read(made->certificate) + Folder::read(made->key)}};
  const auto installed = run("certificate.install", pem);
  ASSERT_TRUE(installed.has_value()) << installed.error().message;
  EXPECT_THAT((*installed)["message"].get<std::string>(), HasSubstr("still shown the one before"));
  EXPECT_THAT((*installed)["notes"].dump(), HasSubstr("partners.pem"));
  EXPECT_THAT((*installed)["notes"].dump(), HasSubstr("ringfence reload"));
  EXPECT_EQ((*installed)["names"], Json(names));
  EXPECT_EQ((*run("certificate.show"))["file"], shown) << "as the answer said";
  std::filesystem::copy_file(made->ca_certificate, authorities);
  ASSERT_TRUE(run("reload").has_value());
  EXPECT_EQ((*run("certificate.show"))["source"], "installed");
  std::filesystem::remove(authorities);
  const auto forgotten = run("certificate.remove");
  ASSERT_TRUE(forgotten.has_value()) << forgotten.error().message;
  EXPECT_THAT((*forgotten)["message"].get<std::string>(), HasSubstr("still shown the one before"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "tls/installed.pem"));
  stop();
}

TEST_F(RunningServer, AKeyThatADyingProcessLeftIsGoneAfterTheStart) {
  start();
  stop();
  const std::string left = folder_ / "tls/installed.pem.candidate";
  Folder::write(left, "a key");
  start();
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "tls/server.key"));
  stop();
}

TEST_F(RunningServer, ASecondServerOnTheSameFolderIsRefused) {
  start();
  const auto second = DataDir::open(*settings_of(place_), false, 0);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::conflict);
  stop();
  EXPECT_FALSE(DataDir::in_use(folder_.path()));
}

TEST_F(RunningServer, ATakenPortStopsTheStartAndLeavesNothingBehind) {
  start();
  const Folder other;
  auto settings = *settings_of(place_);
  settings.server.data_dir = other.path();
  settings.metrics.enabled = false;
  auto data_dir = DataDir::open(settings, false, 0);
  const auto second = Server::start(settings, std::move(*data_dir), {place_, [] {}, ""});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(sip_port_)));
  EXPECT_THAT(second.error().remedy, HasSubstr("another"));
  EXPECT_FALSE(DataDir::in_use(other.path()));
  stop();
}

TEST_F(RunningServer, AReloadMovesListenersAndNamesWhatHasToWait) {
  start();
  const std::uint16_t old = sip_port_;
  sip_port_ = free_port();
  configure("info", "[media]\nports = \"42000-42003\"\n");
  const auto reloaded = run("reload");
  ASSERT_TRUE(reloaded.has_value()) << reloaded.error().message;
  EXPECT_THAT((*reloaded)["notes"].dump(), HasSubstr("media.ports changes at the next start"));
  Phone phone(sip_port_);
  EXPECT_THAT(phone.ask(phone.registration("")), HasSubstr("SIP/2.0 401"));
  EXPECT_THAT((*run("status"))["listeners"].dump(), Not(HasSubstr(std::to_string(old))));
  stop();
}

TEST_F(RunningServer, AReloadBySignalStandsInTheAuditLogWithTheSectionsThatAreOthers) {
  start();
  configure("info", "[login]\nfailures = 7\n[web]\nhost = \"quiet.example.com\"\n");
  server_->reload_by_signal();
  server_->reload_by_signal();
  configure("info", "[sip]\nt1_ms = 0\n");
  server_->reload_by_signal();
  configure("info");
  const auto told = run("audit-log.list", {{"actor", "signal HUP"}});
  ASSERT_TRUE(told.has_value()) << told.error().message;
  std::vector<std::string> lines;
  for (const Json& entry : (*told)["entries"])
    if (entry["kind"] == "result") lines.push_back(entry["outcome"]);
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], HasSubstr("sip.t1_ms is 0"));
  EXPECT_EQ(lines[1], "done: the file says what it said");
  EXPECT_EQ(lines[2], "done: other in the file: [log], [login], [web]");
  EXPECT_EQ((*told)["entries"].dump().find("quiet.example.com"), std::string::npos) << "names, no values";
  EXPECT_THAT((*told)["entries"], SizeIs(6));
  const auto reloaded = run("reload");
  ASSERT_TRUE(reloaded.has_value()) << reloaded.error().message;
  EXPECT_FALSE(reloaded->contains("told_to_log"));
  stop();
}

TEST_F(RunningServer, AFaultyFileChangesNothing) {
  start();
  configure("info", "[sip]\nt1_ms = 0\n");
  const auto reloaded = run("reload");
  // The command itself reads the file to find the server; the server is asked directly as HUP would.
  ASSERT_FALSE(reloaded.has_value());
  const auto direct = server_->reload();
  ASSERT_FALSE(direct.has_value());
  EXPECT_THAT(direct.error().message, HasSubstr("sip.t1_ms is 0"));
  Phone phone(sip_port_);
  EXPECT_THAT(phone.ask(phone.registration("")), HasSubstr("SIP/2.0 401"));
  stop();
}

TEST_F(RunningServer, TheStopCommandAsksTheProcessToEnd) {
  start();
  EXPECT_TRUE(control::ask(folder_ / "control.sock", "stop", Json::object()).has_value());
  EXPECT_TRUE(stop_asked_);
  stop();
}

TEST_F(RunningServer, ACommandForARunningServerSaysSoWhenThereIsNone) {
  EXPECT_EQ(run("status").error().code, Code::not_running);
  EXPECT_EQ(run("call.list").error().code, Code::not_running);
  EXPECT_TRUE(run("extension.list").has_value());
}

TEST_F(RunningServer, SetupIsDoneOnceAndKeptTheSecondTime) {
  const cli::SetupWish wish{{"1001", "1002"}, sip_port_, tls_port_};
  const auto first = setup(place_, wish);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_THAT((*first)["created"], SizeIs(2));
  const auto second = setup(place_, wish);
  ASSERT_TRUE(second.has_value());
  EXPECT_THAT((*second)["created"], SizeIs(0));
  EXPECT_THAT((*second)["kept"], SizeIs(2));
  EXPECT_THAT(second->dump(), Not(HasSubstr((*first)["created"][0]["password"].get<std::string>())));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "tls/ca.pem"));
  start();
  EXPECT_THAT((*setup(place_, wish))["kept"], SizeIs(2));
  stop();
}

TEST_F(RunningServer, NothingSecretReachesTheLog) {
  configure("debug", "personal = \"show\"\n");
  start();
  const auto account = run("extension.add", {{"number", "1001"}, {"password", "Quiet-River-Lantern"}});
  ASSERT_TRUE(account.has_value());
  const auto other = run("extension.add", {{"number", "1002"}});
  const std::string name = (*account)["auth_name"];
  Phone phone(sip_port_);
  std::string nonce, response, wrong_nonce, wrong_response;
  ASSERT_THAT(phone.enroll(name, "Quiet-River-Lantern", &nonce, &response), HasSubstr("SIP/2.0 200"));
  EXPECT_THAT(phone.enroll(name, "guessed-Password-9", &wrong_nonce, &wrong_response), HasSubstr("SIP/2.0 401"));
  EXPECT_THAT(phone.enroll("nobody", "Quiet-River-Lantern"), HasSubstr("SIP/2.0 401"));
  run("extension.reset-password", {{"number", "1001"}});
  run("status");
  stop();

  const std::string log = Folder::read(folder_ / "log");
  ASSERT_THAT(log, HasSubstr("audit: extension.add"));
  ASSERT_THAT(log, HasSubstr("auth_failed"));
  const std::string key = Folder::read(folder_ / "seal.key");
  std::vector<std::string> secrets{"Quiet-River-Lantern",
                                   "guessed-Password-9",
                                   (*other)["password"],
                                   nonce,
                                   response,
                                   wrong_nonce,
                                   wrong_response,
                                   key};
  for (const auto algorithm : {policy::Algorithm::sha512_256, policy::Algorithm::sha256, policy::Algorithm::md5}) {
    std::string hex;
    for (const std::uint8_t byte : auth::ha1(algorithm, name, "ringfence", "Quiet-River-Lantern"))
      hex += fmt::format("{:02x}", byte);
    secrets.push_back(hex.substr(0, 32));
  }
  for (const std::string& secret : secrets) {
    ASSERT_THAT(secret, Not(IsEmpty()));
    EXPECT_EQ(log.find(secret), std::string::npos) << "in the log: " << secret;
  }
}

}  // namespace
}  // namespace rf::app
