#include "core/base/reach.hpp"

#include <gtest/gtest.h>

namespace rf {
namespace {

Address at(const char* text) {
  return Address::parse(text).value();
}

TEST(Reach, WhatIsOursIsNotPublic) {
  for (const char* text :
       {"0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::127.0.0.1",
        "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1"})
    EXPECT_FALSE(is_public(at(text))) << text;
}

TEST(Reach, WhatIsEverybodysIsPublic) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
                           "168.63.129.17", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"})
    EXPECT_TRUE(is_public(at(text))) << text;
}

TEST(Reach, TheOperatorAllowsWhatHeNamesAndNothingBeside) {
  const Subnet allowed[] = {Subnet::parse("10.1.0.0/16").value()};
  EXPECT_TRUE(may_connect(at("10.1.2.3"), allowed));
  EXPECT_FALSE(may_connect(at("10.2.0.1"), allowed));
  EXPECT_TRUE(may_connect(at("8.8.8.8"), allowed));
}

}  // namespace
}  // namespace rf
