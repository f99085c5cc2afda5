// How registrations end: whoever is told that one is gone can rely on it, and what may no longer be there goes.
#include "core/base/limits/server.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Removal : public Story {
 protected:
  std::vector<std::string> listed() {
    std::vector<std::string> out;
    const auto all = std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{}));
    for (const record::Binding& one : all.bindings) out.push_back(one.contact);
    return out;
  }
  effect::CommandResult remove() { return exchange.command(effect::RemoveRegistrations{ExtensionId{1}, {}}); }
  /// 1001 becomes what `change` makes of it.
  void change_extension(const std::function<void(policy::Extension&)>& change) {
    auto policy = sim::test_policy();
    auto extensions = policy->extensions();
    change(extensions[0]);
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  }
  static void change_password(policy::Extension& extension) {
    for (auto& ha1 : extension.credentials.ha1) ha1.reveal()[0] ^= 1;
  }
  Phone outside{exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("203.0.113.5:5060"), 5};
};

TEST_F(Removal, ASecondUnregisterIsAnsweredNoEarlierThanTheFirst) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_EQ(alice.register_(0), 0) << "told of a removal that a crash would undo";
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(exchange.bindings.empty());
  EXPECT_TRUE(listed().empty());
}

TEST_F(Removal, ASecondUnregisterThatTheDiskRefusesIsToldSo) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_EQ(alice.register_(0), 0);
  exchange.refuse_held();
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_EQ(listed(), std::vector{alice.contact});
}

TEST_F(Removal, OfEverythingWaitsForWhatIsLeavingAlready) {
  ASSERT_EQ(alice.register_(), 200);
  const std::string contact = std::exchange(alice.contact, "*");
  exchange.tamper = [](Flow&, std::string& bytes) {
    if (const auto at = bytes.find("<*>"); at != std::string::npos) bytes.replace(at, 3, "*");
  };
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_EQ(alice.register_(0), 0) << "told of a removal that is not on disk";
  exchange.refuse_held();
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_EQ(listed(), std::vector{contact});
}

TEST_F(Removal, AnOperatorFindsWhatIsLeavingToo) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  exchange.disk = Exchange::Disk::full;
  EXPECT_TRUE(std::holds_alternative<effect::NotStored>(remove())) << "the phone's own removal is not on disk yet";
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(listed().empty());
  EXPECT_TRUE(exchange.bindings.empty());
  EXPECT_TRUE(std::holds_alternative<effect::NotFound>(remove()));
}

TEST_F(Removal, ChangesOfOneExtensionThatWaitForTheDiskAreBoundedAndThoseOfOthersAreNot) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  std::size_t waiting = 0, refused = 0;
  for (int i = 0; i < 200; ++i) {
    alice.contact = "sip:1001@198.51.100.11:" + std::to_string(6'000 + i);
    const int status = alice.register_();
    if (status == 0) ++waiting;
    if (status == 503) ++refused;
  }
  EXPECT_EQ(waiting, ShareLimits::changes_waiting);
  EXPECT_EQ(refused, 200 - ShareLimits::changes_waiting);
  EXPECT_EQ(bob.register_(), 0) << "waits for the disk like everybody";
  exchange.release_disk();
  EXPECT_TRUE(bob.hear_status(200));
  EXPECT_EQ(alice.register_(), 200);
  EXPECT_EQ(exchange.bindings.size(), 2u);
}

TEST_F(Removal, APasswordThatIsResetThrowsOutWhoRegisteredWithTheOldOneWhateverTheDiskSays) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  exchange.disk = Exchange::Disk::full;
  change_extension(change_password);
  EXPECT_EQ(listed(), std::vector{bob.contact});
  EXPECT_EQ(alice.register_(), 401);
  exchange.release_disk();
  EXPECT_EQ(exchange.bindings.size(), 1u);
}

TEST_F(Removal, AChangeThatLeavesThePasswordLeavesTheRegistration) {
  ASSERT_EQ(alice.register_(), 200);
  change_extension([](policy::Extension& extension) { extension.calls_max = 9; });
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.crash_and_restart();
  change_extension([](policy::Extension& extension) { extension.calls_max = 8; });
  EXPECT_EQ(listed(), std::vector{alice.contact});
  change_extension(change_password);
  EXPECT_TRUE(listed().empty());
}

TEST_F(Removal, WhoMayNoLongerRegisterFromOutsideIsNoLongerRungThere) {
  sim::connect(exchange, {&alice, &bob, &outside});
  change_extension([](policy::Extension& extension) {
    extension.remote_allowed = true;
    extension.registrations_max = 2;
  });
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(outside.register_(), 200);
  ASSERT_EQ(listed().size(), 2u);
  const auto before = exchange.bindings;
  change_extension([](policy::Extension& extension) { extension.registrations_max = 2; });
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.bindings = before;  // changed while the server did not run
  exchange.crash_and_restart();
  EXPECT_EQ(listed(), std::vector{alice.contact});
}

TEST_F(Removal, AClockThatIsBehindAtStartKeepsNobodyLongerThanARegistrationLasts) {
  ASSERT_EQ(alice.register_(3'600), 200);
  const std::int64_t wall_ms = exchange.now.wall_ms;
  exchange.now.wall_ms = 5'000;  // 1970: no clock of its own, and the network's is not here yet
  exchange.crash_and_restart();
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.now.wall_ms = wall_ms;
  exchange.advance_ms(3'599'000);
  EXPECT_EQ(listed(), std::vector{alice.contact});
  exchange.advance_ms(2'000);
  EXPECT_TRUE(listed().empty());
}

TEST_F(Removal, AClockThatIsSetWhileItRunsEndsNoRegistrationAndKeepsNone) {
  for (const std::int64_t leap_ms : {86'400'000LL, -86'400'000LL}) {
    alice.contact = "sip:1001@10.0.0.5:5060";  // behind NAT: looked at time and again
    ASSERT_EQ(alice.register_(600), 200);
    exchange.now.wall_ms += leap_ms;
    exchange.advance_ms(500'000);
    EXPECT_EQ(listed(), std::vector{alice.contact});
    exchange.advance_ms(101'000);
    EXPECT_TRUE(listed().empty());
  }
}

}  // namespace
}  // namespace rf
