#include "app/web_reach.hpp"

#include <gmock/gmock.h>

namespace rf::app {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

config::Settings with_domain() {
  config::Settings settings = config::defaults();
  settings.server.domains = {"pbx.example.com", "example.com"};
  return settings;
}

TEST(WebReach, OwnPagesAreThoseOfEveryNameThatIsOurs) {
  config::Settings settings = with_domain();
  settings.web.host = "2001:db8::1";
  settings.web.origins = {"https://intranet.example.com"};
  settings.listeners[0].advertised = Endpoint::parse("203.0.113.7:5061");
  const websocket::Origins origins = origins_of(settings);
  EXPECT_EQ(origins.same_host_port, 8443);
  for (const char* const one :
       {"https://pbx.example.com:8443", "https://example.com:8443", "https://[2001:db8::1]:8443",
        "https://203.0.113.7:8443", "https://intranet.example.com"})
    EXPECT_THAT(origins.allowed, Contains(one));
  settings.web.port = 443;
  EXPECT_THAT(origins_of(settings).allowed, Contains("https://pbx.example.com")) << "as browsers write it";
}

TEST(WebReach, WithoutPagesOnlyConfiguredOriginsSpeak) {
  config::Settings settings = with_domain();
  settings.web.enabled = false;
  EXPECT_THAT(origins_of(settings).allowed, IsEmpty());
  EXPECT_EQ(origins_of(settings).same_host_port, 0);
  EXPECT_THAT(web_binds(settings), IsEmpty());
}

TEST(WebReach, LinksLeadWhereBrowsersComeBy) {
  config::Settings settings = with_domain();
  EXPECT_EQ(web_address(settings), "https://pbx.example.com:8443");
  settings.web.host = "phone.example.com";
  EXPECT_EQ(web_address(settings), "https://phone.example.com:8443");
  settings = config::defaults();
  settings.listeners[1].advertised = Endpoint::parse("203.0.113.7:15065");
  EXPECT_EQ(web_address(settings), "https://203.0.113.7:8443");
  EXPECT_EQ(phone_port(settings), 15065);
  settings.listeners.pop_back();
  EXPECT_EQ(phone_port(settings), 0) << "no WSS, no phone";
}

TEST(WebReach, ThePhoneWritesANameThatIsOursHoweverItWasReached) {
  config::Settings settings = config::defaults();
  EXPECT_EQ(sip_domain(settings, "192.0.2.1"), "ringfence");
  settings.server.realm = "our office";
  EXPECT_EQ(sip_domain(settings, "192.0.2.1"), "192.0.2.1");
  settings.server.domains = {"pbx.example.com"};
  EXPECT_EQ(sip_domain(settings, "192.0.2.1"), "pbx.example.com");
}

bool permits(std::initializer_list<std::string_view> blocks, std::string_view from) {
  std::vector<Subnet> permitted;
  for (const std::string_view block : blocks) permitted.push_back(*Subnet::parse(block));
  return is_permitted(permitted, *Address::parse(from));
}

TEST(WebReach, AnAddressThatIsNotListedIsKeptOut) {
  EXPECT_TRUE(permits({"192.0.2.0/24", "203.0.113.7"}, "192.0.2.255"));
  EXPECT_TRUE(permits({"192.0.2.0/24", "203.0.113.7"}, "203.0.113.7"));
  for (const char* const foreign : {"192.0.3.0", "192.0.1.255", "203.0.113.8", "0.0.0.0", "2001:db8::1", "::"})
    EXPECT_FALSE(permits({"192.0.2.0/24", "203.0.113.7"}, foreign)) << foreign;
  EXPECT_TRUE(permits({"2001:db8:1::/48"}, "2001:db8:1:ffff::1"));
  for (const char* const foreign : {"2001:db8:2::1", "fe80::1", "192.0.2.1"})
    EXPECT_FALSE(permits({"2001:db8:1::/48"}, foreign)) << foreign;
}

TEST(WebReach, AnAddressIsTheSameHoweverASocketWritesItAndNoneHidesInOneOfTheOtherFamily) {
  EXPECT_TRUE(permits({"192.0.2.0/24"}, "::ffff:192.0.2.1"));
  EXPECT_FALSE(permits({"192.0.2.0/24"}, "::ffff:198.51.100.1"));
  EXPECT_FALSE(permits({"192.0.2.0/24"}, "::192.0.2.1")) << "compatible is not mapped";
  EXPECT_FALSE(permits({"192.0.2.0/24"}, "2002:c000:201::1")) << "nor is 6to4";
  EXPECT_FALSE(permits({"::/0"}, "192.0.2.1")) << "all of IPv6 is nothing of IPv4";
  EXPECT_FALSE(permits({"0.0.0.0/0"}, "2001:db8::1"));
}

TEST(WebReach, ThisHostIsNeverKeptOutAndAnEmptyListKeepsNobodyOut) {
  for (const char* const own : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(permits({"192.0.2.0/24"}, own)) << own;
  for (const char* const foreign : {"126.255.255.255", "128.0.0.1", "::2", "::127.0.0.1"})
    EXPECT_FALSE(permits({"192.0.2.0/24"}, foreign)) << foreign;
  for (const char* const any : {"198.51.100.1", "2001:db8::1", "127.0.0.1"}) EXPECT_TRUE(permits({}, any)) << any;
}

}  // namespace
}  // namespace rf::app
