#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "core/base/limits/server.hpp"
#include "shell/control/client.hpp"
#include "shell/control/server.hpp"
#include "tests/unit/base/descriptors.hpp"

namespace rf::control {
namespace {

using command::Code;
using ::testing::HasSubstr;

class Control : public ::testing::Test {
 protected:
  Control() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rf-ctl-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.path = folder_ + "/control.sock";
  }
  ~Control() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Server> serve(Server::Execute execute) {
    auto server = Server::open(options_, std::move(execute));
    EXPECT_TRUE(server.has_value()) << server.error();
    return std::move(*server);
  }

  // A raw connection, for what the client would never send.
  sockaddr_un address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, options_.path.c_str());
    return address;
  }
  int connect() const {
    const sockaddr_un to = address();
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    timeval limit{10, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return descriptor;
  }

  static std::string read_all(int descriptor) {
    std::string out;
    char chunk[4096];
    for (ssize_t n; (n = ::recv(descriptor, chunk, sizeof chunk, 0)) > 0;)
      out.append(chunk, static_cast<std::size_t>(n));
    return out;
  }

  std::string folder_;
  ServerOptions options_;
};

void echo(const command::Checked& checked, const std::string& actor, const Server::Reply& reply) {
  reply(Json{{"name", checked.spec->name}, {"actor", actor}});
}

TEST_F(Control, ACommandGoesThereAndItsResultComesBack) {
  const auto server = serve(echo);
  const Outcome outcome = ask(options_.path, "extension.show", {{"number", "1001"}});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ((*outcome)["name"], "extension.show");
  EXPECT_EQ((*outcome)["actor"], "uid " + std::to_string(::getuid()));
}

TEST_F(Control, AnErrorKeepsItsCodeMessageAndRemedy) {
  const auto server = serve([](const auto&, const auto&, const Server::Reply& reply) {
    reply(std::unexpected(command::Error{Code::not_found, "extension 1009 does not exist", "see: extension list"}));
  });
  const Outcome outcome = ask(options_.path, "extension.show", {{"number", "1009"}});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Code::not_found);
  EXPECT_EQ(outcome.error().message, "extension 1009 does not exist");
  EXPECT_EQ(outcome.error().remedy, "see: extension list");
}

TEST_F(Control, ABadRequestIsNeverExecuted) {
  bool executed = false;
  const auto server = serve([&](const auto&, const auto&, const Server::Reply& reply) {
    executed = true;
    reply(Json());
  });
  EXPECT_EQ(ask(options_.path, "extension.show", {{"number", "10;01"}}).error().code, Code::invalid);
  EXPECT_EQ(ask(options_.path, "extension.show", {{"number", {{"a", 1}}}}).error().code, Code::invalid);
  EXPECT_EQ(ask(options_.path, "nonsense", {}).error().code, Code::invalid);
  EXPECT_FALSE(executed);
}

TEST_F(Control, NobodyBehindTheSocketMeansNotRunning) {
  EXPECT_EQ(ask(options_.path, "status", {}).error().code, Code::not_running);
  serve(echo).reset();
  EXPECT_EQ(ask(options_.path, "status", {}).error().code, Code::not_running);
}

TEST_F(Control, TheSocketOfADeadServerIsReplaced) {
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, options_.path.c_str());
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  EXPECT_EQ(ask(options_.path, "status", {}).error().code, Code::not_running);
  const auto server = serve(echo);
  EXPECT_TRUE(ask(options_.path, "status", {}).has_value());
}

TEST_F(Control, AFileInTheSocketsPlaceIsNotDeleted) {
  std::ofstream(options_.path) << "precious";
  const auto server = Server::open(options_, echo);
  ASSERT_FALSE(server.has_value());
  EXPECT_THAT(server.error(), HasSubstr("not a socket"));
  EXPECT_TRUE(std::filesystem::exists(options_.path));
}

TEST_F(Control, TheSocketIsTheOwnersOnly) {
  const auto server = serve(echo);
  struct stat facts{};
  ASSERT_EQ(::stat(options_.path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(Control, AnotherAccountIsClosedUnheard) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  bool executed = false;
  const auto server = serve([&](const auto&, const auto&, const Server::Reply& reply) {
    executed = true;
    reply(Json());
  });
  // The worst case: somebody opened the folder and the socket to everybody.
  ::chmod(folder_.c_str(), 0777);
  ::chmod(options_.path.c_str(), 0777);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(9);
    const Outcome outcome = ask(options_.path, "stop", {}, 5'000);
    ::_exit(!outcome && outcome.error().code == Code::denied ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_FALSE(executed);
}

TEST_F(Control, SeveralRequestsMayFollowOnOneConnection) {
  const auto server = serve(echo);
  const int descriptor = connect();
  const std::string both = write_request("status", {}) + write_request("ports", {});
  ASSERT_EQ(::send(descriptor, both.data(), both.size(), 0), static_cast<ssize_t>(both.size()));
  ::shutdown(descriptor, SHUT_WR);
  const std::string answers = read_all(descriptor);
  ::close(descriptor);
  EXPECT_THAT(answers, HasSubstr("\"name\":\"status\""));
  EXPECT_THAT(answers, HasSubstr("\"name\":\"ports\""));
}

TEST_F(Control, AnEndlessLineIsAnsweredAndClosed) {
  const auto server = serve(echo);
  const int descriptor = connect();
  const std::string endless(QueueLimits::control_request_bytes + 10, 'x');
  for (std::string_view rest = endless; !rest.empty();) {
    const ssize_t n = ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  EXPECT_THAT(read_all(descriptor), HasSubstr("longer than 64 KiB"));
  ::close(descriptor);
}

TEST_F(Control, WithoutADescriptorItRestsAndAnswersWhenThereIsOne) {
  if (looks_through_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors of its own";
  const auto server = serve(echo);
  LateSocket socket(AF_UNIX);
  const sockaddr_un to = address();
  {
    const NoDescriptorsLeft none;
    socket.speak(to, write_request("status", {}));
    ::shutdown(socket.get(), SHUT_WR);
    EXPECT_LT(socket.busy_ms_while_silent(watched_ms), rests_ms);
  }
  EXPECT_THAT(socket.hear(), HasSubstr("\"name\":\"status\""));
}

TEST_F(Control, ASilentClientIsClosed) {
  options_.idle_ms = 20;
  const auto server = serve(echo);
  const int descriptor = connect();
  EXPECT_EQ(read_all(descriptor), "");
  ::close(descriptor);
}

TEST_F(Control, ACommandThatNeverEndsIsAnsweredBusy) {
  options_.answer_ms = 20;
  std::vector<Server::Reply> kept;
  const auto server = serve([&](const auto&, const auto&, Server::Reply reply) { kept.push_back(std::move(reply)); });
  EXPECT_EQ(ask(options_.path, "status", {}).error().code, Code::busy);
}

TEST_F(Control, AReplyAfterTheServerIsGoneHarmsNobody) {
  Server::Reply late;
  std::promise<void> asked;
  auto server = serve([&](const auto&, const auto&, Server::Reply reply) {
    late = std::move(reply);
    asked.set_value();
  });
  auto answer = std::async(std::launch::async, [&] { return ask(options_.path, "status", {}, 5'000); });
  asked.get_future().wait();
  server.reset();
  EXPECT_FALSE(answer.get().has_value());
  late(Json{{"too", "late"}});
}

TEST_F(Control, ClientsBeyondTheBoundAreClosedAtOnce) {
  options_.clients_max = 1;
  const auto server = serve(echo);
  const int first = connect();
  const std::string request = write_request("status", {});
  ASSERT_GT(::send(first, request.data(), request.size(), 0), 0);
  char byte;
  ASSERT_EQ(::recv(first, &byte, 1, MSG_PEEK), 1);
  EXPECT_EQ(ask(options_.path, "status", {}).error().code, Code::denied);
  ::close(first);
}

TEST_F(Control, ClientsAreServedSideBySide) {
  const auto server = serve([](const command::Checked& checked, const auto&, const Server::Reply& reply) {
    if (checked.spec->name != "stop") reply(Json{{"quick", true}});
  });
  auto slow = std::async(std::launch::async, [&] { return ask(options_.path, "stop", {}, 300); });
  EXPECT_TRUE(ask(options_.path, "status", {}).has_value());
  EXPECT_EQ(slow.get().error().code, Code::busy);
}

TEST(ControlProtocol, GarbageIsRefusedAsAValue) {
  for (const std::string line :
       {"", "{", "[]", "null", "5", "\"x\"", "{\"command\":5}", "{\"args\":{}}", "\xff\xfe",
        "{\"command\":\"status\",\"args\":[]}", "{\"command\":\"cdr.list\",\"args\":{\"limit\":18446744073709551615}}",
        "{\"command\":\"cdr.list\",\"args\":{\"limit\":1.5}}"})
    EXPECT_FALSE(read_request(line).has_value()) << line;
  EXPECT_FALSE(read_request(std::string(60'000, '[')).has_value());
  for (const std::string_view line : {"", "{}", "[1]", "{\"ok\":5}", "\xff"})
    EXPECT_FALSE(read_response(line).has_value()) << line;
}

TEST(ControlProtocol, ResultsWithBrokenUtf8StillArrive) {
  const auto outcome = read_response(write_response(Json{{"agent", "phone \xff"}}));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_THAT((*outcome)["agent"].get<std::string>(), HasSubstr("phone"));
}

}  // namespace
}  // namespace rf::control
