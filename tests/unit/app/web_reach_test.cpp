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

}  // namespace
}  // namespace rf::app
