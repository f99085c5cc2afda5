// Core libraries are pure: what the linker would have to give them betrays every socket, clock, thread, file and
// variable.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <sstream>
#include <string>

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    out.append(buffer.data(), got);
  return out;
}

const std::set<std::string> banned = {"socket",
                                      "bind",
                                      "connect",
                                      "accept",
                                      "accept4",
                                      "listen",
                                      "send",
                                      "sendto",
                                      "sendmsg",
                                      "sendmmsg",
                                      "recv",
                                      "recvfrom",
                                      "recvmsg",
                                      "recvmmsg",
                                      "getaddrinfo",
                                      "poll",
                                      "epoll_wait",
                                      "select",
                                      "read",
                                      "write",
                                      "open",
                                      "openat",
                                      "open64",
                                      "fopen",
                                      "fopen64",
                                      "fread",
                                      "unlink",
                                      "rename",
                                      "stat",
                                      "time",
                                      "clock_gettime",
                                      "gettimeofday",
                                      "clock",
                                      "nanosleep",
                                      "usleep",
                                      "sleep",
                                      "localtime",
                                      "localtime_r",
                                      "gmtime",
                                      "pthread_create",
                                      "pthread_mutex_lock",
                                      "fork",
                                      "system",
                                      "popen",
                                      "getenv",
                                      "secure_getenv",
                                      "setenv",
                                      "rand",
                                      "random",
                                      "srand",
                                      "getrandom",
                                      "getentropy",
                                      "RAND_bytes",
                                      "randombytes_buf"};

TEST(Symbols, CoreLibrariesTouchNoSocketClockThreadFileOrEnvironment) {
  std::istringstream libraries(CORE_LIBRARIES);
  std::size_t looked_at = 0;
  for (std::string library; std::getline(libraries, library, ':');) {
    std::istringstream symbols(output_of(std::string(NM) + " -u --format=posix '" + library + "' 2>/dev/null"));
    for (std::string line; std::getline(symbols, line);) {
      const std::string name = line.substr(0, line.find_first_of(" @"));
      ++looked_at;
      EXPECT_FALSE(banned.contains(name)) << library << " needs " << name;
      const bool standard = name.find("chrono") != std::string::npos && name.find("now") != std::string::npos;
      const bool stream =
          name.find("basic_ifstream") != std::string::npos || name.find("basic_ofstream") != std::string::npos ||
          name.find("random_device") != std::string::npos || name.find("St6thread") != std::string::npos;
      EXPECT_FALSE(standard || stream) << library << " needs " << name;
    }
  }
  EXPECT_GT(looked_at, 100u) << "nm showed nothing: the test is blind";
}

}  // namespace
