#include "shell/reflexive/ask.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "core/stun/writer.hpp"

namespace rf::reflexive {
namespace {

const stun::TransactionId id{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const Endpoint seen = Endpoint::parse("203.0.113.7:40000").value();

/// A UDP socket on loopback.
class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Endpoint endpoint() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    return {Address::v4(0x7f000001), ntohs(at.sin_port)};
  }
  sockaddr_in receive() const {
    std::array<std::uint8_t, 64> question;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    EXPECT_EQ(::recvfrom(descriptor_, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&from), &size),
              20);
    return from;
  }
  void answer(const sockaddr_in& to, const Endpoint& address, const stun::TransactionId& of = id) const {
    std::array<std::uint8_t, 128> out;
    const std::size_t bytes = stun::Writer(out, stun::Class::success, stun::binding, of).add_mapped(address).finish();
    EXPECT_EQ(::sendto(descriptor_, out.data(), bytes, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(bytes));
  }

 private:
  int descriptor_;
};

TEST(Reflexive, LearnsTheAddressFromTheServerAlone) {
  const Socket server, stranger;
  std::jthread serving([&] {
    const sockaddr_in client = server.receive();
    // The stranger knows everything, but cannot send from the server's port.
    stranger.answer(client, Endpoint::parse("192.0.2.66:1").value());
    server.answer(client, Endpoint::parse("192.0.2.66:1").value(), {6, 6, 6});
    server.answer(client, seen);
  });
  EXPECT_EQ(ask(server.endpoint(), id, {}).value(), seen);
}

TEST(Reflexive, AsksAgainWhenTheQuestionIsLost) {
  const Socket server;
  std::jthread serving([&] {
    server.receive();
    server.answer(server.receive(), seen);
  });
  EXPECT_EQ(ask(server.endpoint(), id, {}).value(), seen);
}

TEST(Reflexive, EndsAtOnceWhenNobodyWaitsForItAnyMore) {
  const Socket server;
  std::stop_source stop;
  std::jthread stopping([&] {
    server.receive();
    stop.request_stop();
  });
  EXPECT_EQ(ask(server.endpoint(), id, stop.get_token()).error(), "was not waited for");
}

}  // namespace
}  // namespace rf::reflexive
