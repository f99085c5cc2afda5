#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

/// Every test runs as the program does: a write to whoever has gone is an error and no signal (OpenSSL writes without
/// MSG_NOSIGNAL).
int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  ::testing::InitGoogleMock(&count, arguments);
  return RUN_ALL_TESTS();
}
