#include "core/guard/phone_rules.hpp"

#include <gtest/gtest.h>

#include "tests/unit/guard/play.hpp"

namespace rf::guard {
namespace {

TEST(PhoneRules, SayNothingAboutLocalPhonesAndKeepRemoteOnesOutUnlessTold) {
  PhoneRules rules;
  PhoneFacts phone{address("192.0.2.10"), Transport::udp, true, {}, "Yealink"};
  EXPECT_FALSE(judge(rules, phone));
  phone.local = false;
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::remote);
  rules.remote_allowed = true;
  EXPECT_FALSE(judge(rules, phone));
}

TEST(PhoneRules, EachCanRefuseAloneAndSaysWhich) {
  PhoneRules rules;
  rules.remote_allowed = true;
  PhoneFacts phone{address("198.51.100.7"), Transport::udp, false, *Country::parse("AT"), "Yealink SIP-T46U"};
  rules.encrypted_when_remote = true;
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::not_encrypted);
  phone.transport = Transport::tls;
  EXPECT_FALSE(judge(rules, phone));
  rules.agent_prefix = "Snom";
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_agent);
  rules.agent_prefix = "Yealink";
  rules.permitted = {subnet("203.0.113.0/24")};
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_address);
  rules.permitted.push_back(subnet("198.51.100.0/24"));
  rules.countries.set(Country::parse("DE")->index);
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_country);
  rules.countries.set(Country::parse("AT")->index);
  EXPECT_FALSE(judge(rules, phone));
  phone.country = {};
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_country) << "an unknown country is not on the list";
}

}  // namespace
}  // namespace rf::guard
