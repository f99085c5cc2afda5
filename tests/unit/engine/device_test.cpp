// Browsers that a one-time link signed in: their own name and password, everything else the extension's.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

std::shared_ptr<policy::Policy> with_device(bool there = true) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  policy::Device device{DeviceId{7}, "browser1001", {}};
  for (std::size_t a = 0; a < policy::algorithm_count; ++a)
    device.credentials.ha1[a] = Secret(
        auth::ha1(static_cast<policy::Algorithm>(a), device.auth_name, policy->realm, "password-of-the-browser"));
  if (there) extensions[0].devices.push_back(device);
  extensions[0].registrations_max = 2;
  EXPECT_FALSE(policy->compile(std::move(extensions)));
  return policy;
}

class Devices : public Story {
 protected:
  Devices() : Story(with_device()) { sim::connect(exchange, {&alice, &bob, &carol, &browser}); }
  Phone browser{exchange, {"1001", "browser1001", "password-of-the-browser"}, sim::flow_from("198.51.100.14:5060"), 14};
};

TEST_F(Devices, RegisterBesideTheExtensionsPhoneAndRingWithIt) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  bob.invite("1001", sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_request("INVITE"));
  EXPECT_TRUE(browser.hear_request("INVITE"));
}

TEST_F(Devices, CallAsTheExtension) {
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  browser.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "1001");
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_EQ(only_cdr().caller, ExtensionId{1});
}

TEST_F(Devices, HaveNoOtherPasswordThanTheirOwn) {
  Phone with_the_extensions{exchange, {"1001", "browser1001", "password-1001"}, browser.flow, 15};
  Phone under_its_name{exchange, {"1001", "auth1001", "password-of-the-browser"}, browser.flow, 16};
  for (Phone* const phone : {&with_the_extensions, &under_its_name}) {
    sim::connect(exchange, {phone});
    EXPECT_EQ(phone->register_(), 401);
  }
}

TEST_F(Devices, EndWithTheirRegistrationsWhenTheyAreRemoved) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(browser.register_(), 200);
  exchange.set_policy(with_device(false));
  const auto left = std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{})).bindings;
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].contact, alice.contact);
  EXPECT_EQ(browser.register_(), 401);
  EXPECT_EQ(alice.register_(), 200);
}

TEST_F(Devices, EndWithTheirCallsWhenTheyAreRemoved) {
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = browser.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = browser.hear_status(200);
  ASSERT_TRUE(ok);
  browser.learn(a, *ok);
  browser.ack(a);
  const auto running = std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls;
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].devices, std::vector{DeviceId{7}});
  exchange.set_policy(with_device());
  EXPECT_FALSE(bob.hear_request("BYE")) << "it is still there";
  exchange.set_policy(with_device(false));
  EXPECT_TRUE(bob.hear_request("BYE"));
  EXPECT_TRUE(browser.hear_request("BYE"));
  EXPECT_EQ(only_cdr().ended_by, record::EndedBy::operator_);
}

TEST_F(Devices, ThatAreRemovedRingNoLongerAndTheExtensionsPhoneGoesOn) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  b = bob.invite("1001", sim::audio_sdp(bob_rtp));
  const auto invite = alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  const auto to_browser = browser.hear_request("INVITE");
  ASSERT_TRUE(to_browser);
  browser.answer(*to_browser, 180);
  exchange.set_policy(with_device(false));
  EXPECT_TRUE(browser.hear_request("CANCEL"));
  EXPECT_FALSE(alice.hear_request("CANCEL"));
  alice.answer(*invite, 200, sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_status(200));
}

TEST_F(Devices, ThatRingAloneWhenTheyAreRemovedEndTheCallForWhoeverWaits) {
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  b = bob.invite("1001", sim::audio_sdp(bob_rtp));
  const auto to_browser = browser.hear_request("INVITE");
  ASSERT_TRUE(to_browser);
  browser.answer(*to_browser, 180);
  exchange.set_policy(with_device(false));
  EXPECT_TRUE(browser.hear_request("CANCEL"));
  EXPECT_TRUE(bob.hear_status(480));
}

TEST_F(Devices, ThatHandedACallOnAndWentTakeNothingOfItAlong) {
  ASSERT_EQ(browser.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  a = browser.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = browser.hear_status(200);
  ASSERT_TRUE(ok);
  browser.learn(a, *ok);
  browser.ack(a);
  browser.request(a, "REFER", "Refer-To: <sip:1003@192.0.2.1>\r\n");
  const auto to_carol = carol.hear_request("INVITE");
  ASSERT_TRUE(to_carol);
  carol.answer(*to_carol, 200, sim::audio_sdp(*Endpoint::parse("198.51.100.13:4000")));
  const auto to_bob = bob.hear_request("INVITE");
  ASSERT_TRUE(to_bob);
  bob.answer(*to_bob, 200, sim::audio_sdp(bob_rtp, "sendrecv", 2));
  if (const auto bye = browser.hear_request("BYE")) browser.answer(*bye, 200);
  exchange.set_policy(with_device(false));
  EXPECT_FALSE(bob.hear_request("BYE"));
  EXPECT_FALSE(carol.hear_request("BYE"));
}

TEST_F(Devices, GoOnWhenTheExtensionGetsAnotherPassword) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(browser.register_(), 200);
  auto policy = with_device();
  auto extensions = policy->extensions();
  for (auto& ha1 : extensions[0].credentials.ha1) ha1.reveal()[0] ^= 1;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  const auto left = std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{})).bindings;
  ASSERT_EQ(left.size(), 1u) << "who removes the device, too, is whoever changes the password";
  EXPECT_EQ(left[0].device, DeviceId{7});
}

}  // namespace
}  // namespace rf
