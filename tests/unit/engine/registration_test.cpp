#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Registration : public Story {
 protected:
  std::vector<std::string> listed() {
    std::vector<std::string> out;
    const auto all = std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{}));
    for (const record::Binding& one : all.bindings) out.push_back(one.contact);
    return out;
  }
  std::vector<std::string> stored() {
    std::vector<std::string> out;
    for (const auto& [key, one] : exchange.bindings) out.push_back(one.contact);
    return out;
  }
  void set_registrations_max(std::uint16_t limit) {
    auto policy = sim::test_policy();
    auto extensions = policy->extensions();
    extensions[0].registrations_max = limit;
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  }
  Phone another(std::string_view remote, std::uint64_t seed) {
    return Phone(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from(remote), seed);
  }
};

TEST_F(Registration, APhoneWithTheRightPasswordIsRegisteredAndOnDisk) {
  EXPECT_EQ(alice.register_(), 200);
  ASSERT_EQ(exchange.bindings.size(), 1u);
  EXPECT_EQ(exchange.bindings.begin()->second.contact, "sip:1001@198.51.100.11:5060");
}

TEST_F(Registration, IsAnsweredOnlyWhenItIsOnDisk) {
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(), 0);
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Registration, IsRefusedWhenTheDiskDoesNotSayInTimeThatItWrote) {
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(), 0);
  exchange.advance_ms(10'100);
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_TRUE(std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{})).bindings.empty());
  exchange.release_disk();
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_TRUE(exchange.bindings.empty());
}

TEST_F(Registration, IsRefusedWhenTheDiskIsFullAndLeavesNoBinding) {
  exchange.disk = Exchange::Disk::full;
  EXPECT_EQ(alice.register_(), 503);
  EXPECT_TRUE(std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{})).bindings.empty());
}

TEST_F(Registration, AnUnknownAWrongAndADisabledAccountGetTheSameAnswer) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[2].enabled = false;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  Phone wrong(exchange, {"1001", "auth1001", "guess"}, sim::flow_from("198.51.100.21:5060"), 21);
  Phone unknown(exchange, {"9999", "nobody", "guess"}, sim::flow_from("198.51.100.22:5060"), 22);
  sim::connect(exchange, {&wrong, &unknown, &carol});
  EXPECT_EQ(wrong.register_(), 401);
  EXPECT_EQ(unknown.register_(), 401);
  EXPECT_EQ(carol.register_(), 401);
  EXPECT_TRUE(exchange.has_report(Reason::auth_failed));
  EXPECT_TRUE(exchange.bindings.empty());
}

TEST_F(Registration, FromOutsideIsRefusedLikeAWrongPasswordUnlessAllowed) {
  Phone outside(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("203.0.113.7:5060"), 5);
  sim::connect(exchange, {&outside});
  EXPECT_EQ(outside.register_(), 401);
  EXPECT_TRUE(exchange.has_report(Reason::remote_not_allowed));
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[0].remote_allowed = true;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  EXPECT_EQ(outside.register_(), 200);
}

TEST_F(Registration, OfAnotherKindOfPhoneOrFromAnotherPlaceIsRefusedLikeAWrongPassword) {
  const auto rule = [&](const policy::PhoneRules& rules) {
    auto policy = sim::test_policy();
    auto extensions = policy->extensions();
    extensions[0].phone = rules;
    extensions[0].remote_allowed = true;
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  };
  ASSERT_EQ(alice.register_(), 200);
  rule({.encrypted_when_remote = true, .agent_prefix = "Testphone", .permitted = {}});
  EXPECT_EQ(exchange.bindings.size(), 1u) << "what may be there stays";
  EXPECT_EQ(alice.register_(), 200);
  Phone outside(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("203.0.113.7:5060"), 5);
  sim::connect(exchange, {&alice, &outside});
  EXPECT_EQ(outside.register_(), 401) << "from outside over UDP";
  EXPECT_TRUE(exchange.has_report(Reason::phone_not_permitted));
  rule({.encrypted_when_remote = false, .agent_prefix = "Yealink", .permitted = {}});
  EXPECT_TRUE(exchange.bindings.empty()) << "what may not be there goes";
  EXPECT_EQ(alice.register_(), 401);
  rule({.encrypted_when_remote = false, .agent_prefix = "", .permitted = {*Subnet::parse("203.0.113.0/24")}});
  EXPECT_EQ(alice.register_(), 401);
  EXPECT_EQ(outside.register_(), 200);
}

TEST_F(Registration, OfSomebodyElsesNumberIsForbidden) {
  Phone thief(exchange, {"1002", "auth1001", "password-1001"}, sim::flow_from("198.51.100.31:5060"), 5);
  sim::connect(exchange, {&thief});
  EXPECT_EQ(thief.register_(), 403);
  EXPECT_TRUE(exchange.bindings.empty());
}

TEST_F(Registration, TheNewcomerReplacesTheOldPhoneByDefault) {
  ASSERT_EQ(alice.register_(), 200);
  Phone second(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.41:5060"), 6);
  sim::connect(exchange, {&alice, &second});
  EXPECT_EQ(second.register_(), 200);
  ASSERT_EQ(exchange.bindings.size(), 1u);
  EXPECT_EQ(exchange.bindings.begin()->second.flow.remote.text(), "198.51.100.41:5060");
  EXPECT_TRUE(exchange.has_report(Reason::registration_replaced));
}

TEST_F(Registration, TheNewcomerIsRefusedWhereThatIsTheRule) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[0].newcomer = policy::Newcomer::refuse;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  ASSERT_EQ(alice.register_(), 200);
  Phone second(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.41:5060"), 6);
  sim::connect(exchange, {&alice, &second});
  EXPECT_EQ(second.register_(), 403);
  EXPECT_EQ(exchange.bindings.begin()->second.flow.remote, alice.flow.remote);
}

TEST_F(Registration, AKnownContactMakesNoRoomForNewOnesBesideIt) {
  ASSERT_EQ(alice.register_(), 200);
  const std::string own = alice.contact;
  for (int contacts = 2; contacts <= 8; ++contacts) {
    alice.contact += ">, <sip:x@198.51.100.11:" + std::to_string(7'000 + contacts);
    EXPECT_EQ(alice.register_(), 403) << contacts;
    EXPECT_EQ(listed(), std::vector{own}) << contacts;
  }
}

TEST_F(Registration, NoContactOfARegisterIsTheVictimOfAnotherOfTheSame) {
  set_registrations_max(2);
  const std::string first = alice.contact, second = "sip:x@198.51.100.11:7001", third = "sip:y@198.51.100.11:7002";
  alice.contact = first + ">, <" + second;
  ASSERT_EQ(alice.register_(), 200);
  alice.contact = first + ">, <" + third;
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_EQ(listed(), (std::vector{first, third}));
}

TEST_F(Registration, AContactNamedTwiceIsOnePhone) {
  alice.contact = alice.contact + ">, <" + alice.contact;
  EXPECT_EQ(alice.register_(), 200);
  EXPECT_EQ(listed().size(), 1u);
}

TEST_F(Registration, ARefreshIsAnsweredNoEarlierThanTheWriteBeforeIt) {
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(), 0);
  EXPECT_EQ(alice.register_(), 0);
  exchange.refuse_held();
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_TRUE(listed().empty());
}

TEST_F(Registration, NewcomersThatTheDiskRefusesLeaveNoMoreThanTheLimit) {
  Phone second = another("198.51.100.41:5060", 41), third = another("198.51.100.42:5060", 42);
  sim::connect(exchange, {&alice, &second, &third});
  ASSERT_EQ(alice.register_(), 200);
  for (const bool both : {false, true}) {
    exchange.disk = Exchange::Disk::holds;
    EXPECT_EQ(second.register_(), 0);
    if (both) {
      EXPECT_EQ(third.register_(), 0);
    }
    EXPECT_EQ(listed().size(), 1u);
    exchange.refuse_held();
    EXPECT_LE(listed().size(), 1u);
    EXPECT_TRUE(second.hear_status(503));
    exchange.release_disk();
    EXPECT_EQ(stored(), listed());
    ASSERT_EQ(alice.register_(), 200);
    EXPECT_EQ(listed(), std::vector{alice.contact});
  }
}

TEST_F(Registration, OneWhoseNewcomerTheDiskRefusesStays) {
  Phone second = another("198.51.100.41:5060", 41);
  sim::connect(exchange, {&alice, &second});
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::full;
  EXPECT_EQ(second.register_(), 503);
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.release_disk();
  EXPECT_EQ(stored(), std::vector{alice.contact});
}

TEST_F(Registration, AnUnregisterIsAnsweredOnlyWhenItIsOnDisk) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_TRUE(listed().empty());
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(stored().empty());
}

TEST_F(Registration, AnUnregisterThatTheDiskRefusesIsToldAndChangesNothing) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::full;
  EXPECT_EQ(alice.register_(0), 503);
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.crash_and_restart();
  EXPECT_EQ(listed(), std::vector{alice.contact});
}

TEST_F(Registration, OnePhoneThatComesBackWhileItsRemovalIsWrittenStays) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_EQ(alice.register_(), 0);
  exchange.release_disk();
  EXPECT_EQ(listed(), std::vector{alice.contact});
  EXPECT_EQ(stored(), std::vector{alice.contact});
}

TEST_F(Registration, ExpiresWithoutARefreshAndUnregistersOnRequest) {
  ASSERT_EQ(alice.register_(120), 200);
  exchange.advance_ms(121'000);
  EXPECT_TRUE(exchange.bindings.empty());
  ASSERT_EQ(alice.register_(120), 200);
  EXPECT_EQ(alice.register_(0), 200);
  EXPECT_TRUE(exchange.bindings.empty());
}

TEST_F(Registration, TooShortAnExpiryIsAnsweredWithTheLeastAllowed) {
  EXPECT_EQ(alice.register_(10), 423);
}

TEST_F(Registration, ARefreshThatChangesLittleIsNotWrittenAgain) {
  ASSERT_EQ(alice.register_(), 200);
  const auto expires = exchange.bindings.begin()->second.expires_wall_ms;
  exchange.advance_ms(5'000);
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_EQ(exchange.bindings.begin()->second.expires_wall_ms, expires);
  exchange.advance_ms(120'000);
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_GT(exchange.bindings.begin()->second.expires_wall_ms, expires);
}

TEST_F(Registration, SurvivesAKillAndThePhoneIsReachableAtOnce) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  exchange.crash_and_restart();
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

TEST_F(Registration, APhoneBehindNatIsProbedAndDroppedWhenItFallsSilent) {
  bob.contact = "sip:1002@10.0.0.5:5060";
  ASSERT_EQ(bob.register_(3'600), 200);
  exchange.advance_ms(31'000);
  const auto probe = bob.hear_request("OPTIONS");
  ASSERT_TRUE(probe);
  bob.answer(*probe, 200);
  bob.drop_everything = true;
  exchange.advance_ms(300'000);
  EXPECT_TRUE(exchange.bindings.empty());
  EXPECT_TRUE(exchange.has_report(Reason::probe_failed));
}

TEST_F(Registration, APhoneOnAConnectionIsProbedTooAndDroppedWhenItFallsSilent) {
  Phone stream(exchange, {"1002", "auth1002", "password-1002"},
               sim::flow_from("198.51.100.12:40000", Transport::tls, 7), 7);
  sim::connect(exchange, {&stream});
  ASSERT_EQ(stream.register_(3'600), 200);
  exchange.advance_ms(31'000);
  const auto probe = stream.hear_request("OPTIONS");
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->flow.connection, ConnectionId{7});
  stream.answer(*probe, 200);
  stream.drop_everything = true;
  exchange.advance_ms(150'000);
  EXPECT_TRUE(exchange.bindings.empty());
  EXPECT_TRUE(exchange.has_report(Reason::probe_failed));
}

TEST_F(Registration, APhoneWhoseConnectionStaysAwayIsForgottenLongBeforeItExpires) {
  Phone stream(exchange, {"1002", "auth1002", "password-1002"},
               sim::flow_from("198.51.100.12:40000", Transport::tls, 7), 7);
  sim::connect(exchange, {&stream});
  ASSERT_EQ(stream.register_(3'600), 200);
  exchange.input(engine::ConnectionClosed{ConnectionId{7}});
  exchange.advance_ms(25'000);
  EXPECT_EQ(listed().size(), 1u) << "it may come back";
  exchange.advance_ms(75'000);
  EXPECT_TRUE(listed().empty());
  EXPECT_TRUE(stored().empty());
}

TEST_F(Registration, AnOperatorCanRemoveIt) {
  ASSERT_EQ(alice.register_(), 200);
  const auto done = exchange.command(effect::RemoveRegistrations{ExtensionId{1}, {}});
  EXPECT_EQ(std::get<effect::Done>(done).count, 1u);
  EXPECT_TRUE(exchange.bindings.empty());
}

TEST_F(Registration, AnOperatorIsToldThatItIsRemovedOnlyWhenTheDiskSaysSo) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::full;
  const auto done = exchange.command(effect::RemoveRegistrations{ExtensionId{1}, {}});
  EXPECT_TRUE(std::holds_alternative<effect::NotStored>(done));
  EXPECT_EQ(listed(), std::vector{alice.contact});
}

TEST_F(Registration, OfADisabledExtensionDoesNotComeBackAfterARestart) {
  ASSERT_EQ(alice.register_(), 200);
  const auto before = exchange.bindings;
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[0].enabled = false;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  exchange.bindings = before;  // the disk lost the removal
  exchange.crash_and_restart();
  EXPECT_TRUE(listed().empty());
  EXPECT_TRUE(exchange.bindings.empty()) << "enabled again, it would come back at the next start";
}

TEST_F(Registration, OfTheOneExtensionThatIsAnotherEndsAtOnce) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[1].enabled = false;
  ASSERT_FALSE(policy->compile(extensions));
  exchange.set_policy(policy, extensions[1].id);
  EXPECT_EQ(listed(), std::vector{alice.contact});
  policy = sim::test_policy();
  extensions.erase(extensions.begin());
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy, ExtensionId{1});
  EXPECT_TRUE(listed().empty()) << "it is there no longer";
}

TEST_F(Registration, OfOthersAreNotLookedAtWhenOneExtensionIsAnother) {
  ASSERT_EQ(alice.register_(), 200);
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[0].enabled = false;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy, ExtensionId{2});
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.set_policy(policy);
  EXPECT_TRUE(listed().empty());
}

TEST_F(Registration, ThatExpiredWhileItsRemovalWaitedForTheDiskLeavesItAtTheNextStart) {
  ASSERT_EQ(alice.register_(120), 200);
  ASSERT_EQ(bob.register_(3'600), 200);
  exchange.disk = Exchange::Disk::holds;
  exchange.advance_ms(121'000);
  ASSERT_EQ(exchange.bindings.size(), 2u);
  exchange.disk = Exchange::Disk::works;
  exchange.crash_and_restart();
  EXPECT_EQ(stored(), std::vector{bob.contact});
}

TEST_F(Registration, AMillionUnauthenticatedRequestsLeaveNothingBehind) {
  std::string request =
      "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bK0000000\r\nMax-Forwards: "
      "70\r\n"
      "From: <sip:1001@192.0.2.1>;tag=0000000\r\nTo: <sip:1001@192.0.2.1>\r\nCall-ID: 0000000\r\nCSeq: 1 REGISTER\r\n"
      "Contact: <sip:1001@203.0.113.9>\r\nContent-Length: 0\r\n\r\n";
  const std::size_t branch = request.find("z9hG4bK") + 7, call_id = request.find("Call-ID: ") + 9;
  exchange.wire = [](const sim::Packet&) {};
  exchange.set_guard(sim::open_gate());
  const auto state = [&] {
    std::uint64_t sum = 0;
    const auto answer = exchange.command(effect::GetStatus{});
    for (const auto& gauge : std::get<effect::Status>(answer).gauges) sum += gauge.used;
    return sum;
  };
  for (int i = 0; i < 1'000'000; ++i) {
    char number[16];
    std::snprintf(number, sizeof number, "%07d", i);
    request.replace(branch, 7, number, 7);
    request.replace(call_id, 7, number, 7);
    exchange.receive(sim::flow_from("203.0.113.9:5060"), request);
  }
  EXPECT_EQ(state(), 0u);
  EXPECT_EQ(std::get<effect::Status>(exchange.command(effect::GetStatus{})).challenges, 1'000'000u);
}

}  // namespace
}  // namespace rf
