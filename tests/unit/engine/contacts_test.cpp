// REGISTERs with more than one Contact.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Contacts : public Story {
 protected:
  static constexpr std::string_view second = "Contact: <sip:1001@198.51.100.99>;expires=600\r\n";

  void allow(std::uint16_t registrations) {
    auto policy = sim::test_policy();
    auto extensions = policy->extensions();
    extensions[0].registrations_max = registrations;
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  }
  std::size_t registered() {
    return std::get<effect::Registrations>(exchange.command(effect::ListRegistrations{})).bindings.size();
  }
};

TEST_F(Contacts, ARefreshThatBringsANewContactAlongStaysWithinTheLimit) {
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_EQ(alice.register_(600, second), 403);
  EXPECT_EQ(registered(), 1u);
  EXPECT_EQ(exchange.bindings.size(), 1u);
}

TEST_F(Contacts, ANewContactReplacesOneThatIsNotRefreshedWithIt) {
  allow(2);
  ASSERT_EQ(alice.register_(), 200);
  alice.contact = "sip:1001@198.51.100.98:5060";
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_EQ(alice.register_(600, second), 200);
  EXPECT_EQ(registered(), 2u);
  ASSERT_EQ(exchange.bindings.size(), 2u);
  for (const auto& [key, binding] : exchange.bindings) EXPECT_NE(binding.contact, "sip:1001@198.51.100.11:5060");
}

TEST_F(Contacts, APhoneThatTakesItsOldPlaceBackInTheSameBreathStaysRegistered) {
  EXPECT_EQ(alice.register_(600, "Contact: <" + alice.contact + ">;expires=0\r\n"), 200);
  EXPECT_EQ(registered(), 1u);
  EXPECT_EQ(exchange.bindings.size(), 1u);
}

TEST_F(Contacts, ARefreshWhileTheFirstWriteIsUnderWayWaitsForTheDiskToo) {
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(), 0);
  EXPECT_EQ(alice.register_(), 0);
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_EQ(registered(), 1u);
}

TEST_F(Contacts, AnAnswerListsWhatIsOnDiskAndNotWhatIsStillBeingWritten) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_EQ(alice.register_(0), 0);
  EXPECT_EQ(alice.register_(), 0);
  exchange.release_disk();
  const auto unregistered = alice.hear_status(200), registered = alice.hear_status(200);
  ASSERT_TRUE(unregistered && registered);
  EXPECT_FALSE((*unregistered)->contact());
  EXPECT_TRUE((*registered)->contact());
}

TEST_F(Contacts, NothingOfARequestIsKeptThatWouldPassTheTablesLimit) {
  auto policy = sim::test_policy();
  policy->limits.bindings_max = 1;
  auto extensions = policy->extensions();
  extensions[0].registrations_max = 4;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  Exchange small(policy);
  Phone phone(small, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.11:5060"), 3);
  sim::connect(small, {&phone});
  EXPECT_EQ(phone.register_(600, second), 503);
  EXPECT_TRUE(std::get<effect::Registrations>(small.command(effect::ListRegistrations{})).bindings.empty());
  EXPECT_TRUE(small.bindings.empty());
}

}  // namespace
}  // namespace rf
