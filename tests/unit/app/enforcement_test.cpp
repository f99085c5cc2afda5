#include "app/enforcement.hpp"

#include <gtest/gtest.h>

namespace rf::app {
namespace {

Address address(const char* text) {
  return *Address::parse(text);
}
Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}
Endpoint endpoint(const char* text) {
  return *Endpoint::parse(text);
}

media::RelayPlan call() {
  media::RelayPlan plan;
  plan.legs[0] = {address("192.0.2.1"), 40'000, endpoint("198.51.100.7:9000"), {}, address("198.51.100.7"), false, 0};
  plan.legs[1] = {address("192.0.2.1"),
                  40'010,
                  endpoint("198.51.100.8:9100"),
                  endpoint("198.51.100.8:9105"),
                  address("198.51.100.8"),
                  false,
                  0};
  return plan;
}

TEST(Enforcement, EachMediaPortIsOpenForItsPeer) {
  const std::vector<firewall::Pinhole> expected{{40'000, endpoint("198.51.100.7:9000")},
                                                {40'001, endpoint("198.51.100.7:9001")},
                                                {40'010, endpoint("198.51.100.8:9100")},
                                                {40'011, endpoint("198.51.100.8:9105")}};
  EXPECT_EQ(pinholes_of(call()), expected);
  EXPECT_EQ(ports_of(call()), (std::array<std::uint16_t, 4>{40'000, 40'001, 40'010, 40'011}));
}

TEST(Enforcement, APeerThatIsNotKnownYetHasNoOpenPort) {
  media::RelayPlan plan = call();
  plan.legs[1].remote_rtp = plan.legs[1].remote_rtcp = {};
  EXPECT_EQ(pinholes_of(plan).size(), 2u);
}

TEST(Enforcement, APhoneBehindANatComesFromWhereItsSignallingComes) {
  media::RelayPlan plan = call();
  plan.legs[0].remote_rtp = endpoint("10.0.0.5:9000");
  plan.legs[0].learn = true;
  EXPECT_EQ(pinholes_of(plan)[0], (firewall::Pinhole{40'000, {address("198.51.100.7"), 0}}));
  EXPECT_EQ(pinholes_of(plan)[1], (firewall::Pinhole{40'001, {address("198.51.100.7"), 0}}));
  // In an office with several networks both addresses are real, and so they are where a proxy stands in between.
  plan.legs[0].signalling = address("10.1.0.9");
  EXPECT_EQ(pinholes_of(plan)[0], (firewall::Pinhole{40'000, {}}));
}

TEST(Enforcement, APeerThatIsFoundByItsChecksMayComeFromAnywhereAndToOnePortAlone) {
  media::RelayPlan plan = call();
  plan.legs[0].remote_rtp = plan.legs[0].remote_rtcp = {};
  plan.legs[0].security.protection = media::Protection::dtls;
  plan.legs[0].security.ice.emplace();
  plan.legs[0].security.mux = true;
  const std::vector<firewall::Pinhole> expected{
      {40'000, {}}, {40'010, endpoint("198.51.100.8:9100")}, {40'011, endpoint("198.51.100.8:9105")}};
  EXPECT_EQ(pinholes_of(plan), expected);
}

TEST(Enforcement, TheKernelGetsNoBanThatCouldHoldAPhone) {
  const auto rules = *guard::Compiled::compile(guard::Rules::defaults(), {{{subnet("203.0.113.9"), "trunk"}}, {}, {}});
  const auto ban = [](const char* block, std::int64_t until_ms) {
    guard::Ban out;
    out.subnet = subnet(block);
    out.until_ms = until_ms;
    return out;
  };
  record::Binding phone;
  phone.flow.remote = endpoint("203.0.113.5:5060");
  const std::vector<guard::Ban> bans{ban("203.0.113.1", 5'000),     ban("203.0.113.2", 900),
                                     ban("203.0.113.5", 5'000),     ban("203.0.113.9", 5'000),
                                     ban("2001:db8:1::/48", 5'000), ban("2001:db8:2:3::/64", 5'000)};
  const std::vector<firewall::Ban> expected{{subnet("203.0.113.1"), 4'000}, {subnet("2001:db8:2:3::/64"), 4'000}};
  EXPECT_EQ(kernel_bans(bans, std::array{phone}, *rules, 1'000), expected);
}

TEST(Enforcement, DoorsAreWhatOthersCanReach) {
  config::Settings settings = config::defaults();
  settings.web.enabled = false;
  std::vector<policy::Listener> listeners(3);
  listeners[0].transport = Transport::tls;
  listeners[0].bind = endpoint("0.0.0.0:5061");
  listeners[1].transport = Transport::udp;
  listeners[1].bind = endpoint("127.0.0.1:5060");
  listeners[2].transport = Transport::udp;
  listeners[2].bind = endpoint("192.168.1.2:5060");
  firewall::Begin ground = ground_of(settings, listeners);
  const std::vector<firewall::Door> doors{{endpoint("0.0.0.0:5061"), firewall::Protocol::tcp},
                                          {endpoint("192.168.1.2:5060"), firewall::Protocol::udp}};
  EXPECT_EQ(ground.doors, doors);
  EXPECT_EQ(ground.first_media_port, 40'000);
  EXPECT_EQ(ground.wish, firewall::Wish::automatic);
  EXPECT_EQ(ground_of(settings, std::span(listeners).subspan(1, 1)).wish, firewall::Wish::user_space);
  settings.web.enabled = true;
  EXPECT_GT(ground_of(settings, listeners).doors.size(), doors.size()) << "pages have theirs";
  settings.media.pinholes = false;
  EXPECT_EQ(ground_of(settings, listeners).last_media_port, 0);
}

}  // namespace
}  // namespace rf::app
