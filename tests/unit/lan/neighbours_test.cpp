#include "shell/lan/neighbours.hpp"

#include <gtest/gtest.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "core/base/limits/guard.hpp"
#include "core/base/random.hpp"

namespace rf::lan {
namespace {

std::string attribute(std::uint16_t type, std::string_view value) {
  rtattr head{static_cast<unsigned short>(sizeof(rtattr) + value.size()), type};
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  out += value;
  out.resize((out.size() + 3) / 4 * 4);
  return out;
}

/// One entry as the kernel writes it.
std::string entry(int family, std::uint16_t state, std::string_view address, std::string_view mac) {
  ndmsg facts{};
  facts.ndm_family = static_cast<unsigned char>(family);
  facts.ndm_state = state;
  const std::string body = std::string(reinterpret_cast<const char*>(&facts), sizeof facts) +
                           attribute(NDA_DST, address) + attribute(NDA_LLADDR, mac);
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + body.size());
  head.nlmsg_type = RTM_NEWNEIGH;
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) + body;
}

const std::string mac = "\x02\x11\x22\x33\x44\x55";
const std::string four = "\xc0\xa8\x4d\x05";
const std::string six = std::string("\xfe\x80", 2) + std::string(13, '\0') + '\x09';

TEST(Neighbours, AreReadOfBothFamiliesAndOnlyThoseThatAreThere) {
  std::vector<Neighbour> out;
  const std::string answer = entry(AF_INET, NUD_REACHABLE, four, mac) + entry(AF_INET6, NUD_STALE, six, mac) +
                             entry(AF_INET, NUD_FAILED, four, mac) + entry(AF_INET, NUD_INCOMPLETE, four, "") +
                             entry(AF_INET, NUD_NOARP, four, mac) + entry(AF_INET, NUD_PERMANENT, four, "\x01");
  EXPECT_FALSE(read_neighbours(answer, out));
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].address.text(), "192.168.77.5");
  EXPECT_EQ(out[1].address.text(), "fe80::9");
  EXPECT_EQ(std::memcmp(out[0].mac.data(), mac.data(), mac.size()), 0);
}

TEST(Neighbours, ThereAreOnlySoMany) {
  std::vector<Neighbour> out;
  const std::string one = entry(AF_INET, NUD_REACHABLE, four, mac);
  for (std::size_t i = 0; i < GuardLimits::neighbours + 10; ++i) read_neighbours(one, out);
  EXPECT_EQ(out.size(), GuardLimits::neighbours);
}

TEST(Neighbours, WhatIsCutOffOrDamagedEndsTheReading) {
  const std::string good = entry(AF_INET, NUD_REACHABLE, four, mac) + entry(AF_INET6, NUD_STALE, six, mac);
  for (std::size_t length = 0; length < good.size(); ++length) {
    std::vector<Neighbour> out;
    read_neighbours({good.data(), length}, out);
    EXPECT_LE(out.size(), 2u);
  }
  Random random(Random::Seed{1});
  for (int round = 0; round < 20'000; ++round) {
    std::string bad = good;
    for (int i = 0; i < 3; ++i) bad[random.next() % bad.size()] = static_cast<char>(random.next());
    std::vector<Neighbour> out;
    read_neighbours(bad, out);
  }
}

TEST(Neighbours, TheKernelAnswers) {
  EXPECT_TRUE(neighbours()) << neighbours().error();
}

}  // namespace
}  // namespace rf::lan
