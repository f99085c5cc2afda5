// Settings that every SIP connection has.
#include "shell/net/sockets.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace rf::net {
namespace {

int option(int descriptor, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(descriptor, level, name, &value, &length), 0);
  return value;
}

TEST(Sockets, AConnectionToAHostThatIsGoneEndsWithinAMinuteWhetherItIsQuietOrNot) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  set_up_connection(socket.get(), AF_INET, 24);
  EXPECT_EQ(option(socket.get(), SOL_SOCKET, SO_KEEPALIVE), 1);
  const int quiet_s = option(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE) +
                      option(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL) * option(socket.get(), IPPROTO_TCP, TCP_KEEPCNT);
  EXPECT_LE(quiet_s, 60);
  EXPECT_GT(option(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
  EXPECT_LE(option(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
}

}  // namespace
}  // namespace rf::net
