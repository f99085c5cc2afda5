#include "core/policy/phone_rules.hpp"

#include <gtest/gtest.h>

namespace rf::policy {
namespace {

TEST(PhoneRules, SayNothingUntilTheyAreGiven) {
  PhoneFacts phone{*Address::parse("192.0.2.10"), Transport::udp, true, "Yealink"};
  EXPECT_FALSE(judge({}, phone));
  phone.local = false;
  EXPECT_FALSE(judge({}, phone)) << "whether remote ones may come is not theirs to say";
}

TEST(PhoneRules, EachCanRefuseAloneAndSaysWhich) {
  PhoneRules rules;
  PhoneFacts phone{*Address::parse("198.51.100.7"), Transport::udp, false, "Yealink SIP-T46U"};
  rules.encrypted_when_remote = true;
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::not_encrypted);
  phone.local = true;
  EXPECT_FALSE(judge(rules, phone));
  phone.local = false;
  phone.transport = Transport::tls;
  EXPECT_FALSE(judge(rules, phone));
  rules.agent_prefix = "Snom";
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_agent);
  rules.agent_prefix = "Yealink";
  rules.permitted = {*Subnet::parse("203.0.113.0/24")};
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_address);
  rules.permitted.push_back(*Subnet::parse("198.51.100.0/24"));
  EXPECT_FALSE(judge(rules, phone));
}

TEST(PhoneRules, CountriesAreOfPhonesOutsideAndAnUnknownOneIsNoneOfThem) {
  PhoneRules rules;
  rules.countries = *parse_countries("DE,AT");
  PhoneFacts phone{*Address::parse("198.51.100.7"), Transport::udp, false, "Yealink", *Country::parse("AT")};
  EXPECT_FALSE(judge(rules, phone));
  phone.country = *Country::parse("KP");
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_country);
  phone.country = {};
  EXPECT_EQ(judge(rules, phone), PhoneRefusal::other_country) << "without a database nobody comes from anywhere";
  phone.address = *Address::parse("10.1.2.3");
  EXPECT_FALSE(judge(rules, phone));
  phone.address = *Address::parse("198.51.100.7");
  phone.local = true;
  EXPECT_FALSE(judge(rules, phone));
}

}  // namespace
}  // namespace rf::policy
