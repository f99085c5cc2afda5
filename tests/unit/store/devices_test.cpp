#include <gmock/gmock.h>

#include "core/auth/digest.hpp"
#include "core/base/limits/people.hpp"
#include "shell/seal/generate.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t a_day = 86'400'000;

class Devices : public Scratch {
 protected:
  Devices() : store_(open_store()) {
    NewExtension extension;
    extension.number = "1001";
    extension.settings.display_name = "Ann";
    account_ = *store_.add_extension(vault_, realm_, extension);
  }
  /// Makes a link and gives its hash.
  std::string link(std::int64_t now = day, std::int64_t end = day + 15 * minute) {
    const std::string hash = seal::hash_of_token(seal::generate_token().reveal());
    EXPECT_TRUE(store_.add_link(default_tenant, "1001", hash, now, end));
    return hash;
  }
  Expected<NewDevice> use(const std::string& hash, std::int64_t now = day + minute) {
    return store_.use_link(vault_, realm_, hash, now, "Firefox\ton Linux", *Address::parse("192.0.2.7"));
  }
  policy::Extension loaded() { return store_.load_extensions(vault_, realm_)->front(); }

  Store store_;
  Account account_;
};

TEST_F(Devices, AreMadeByALinkOnce) {
  const std::string hash = link();
  const auto made = use(hash);
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->account.number, "1001");
  EXPECT_EQ(made->display_name, "Ann");
  EXPECT_NE(made->account.auth_name, account_.auth_name);
  EXPECT_EQ(use(hash).error().fault, Fault::not_found);
  const policy::Extension extension = loaded();
  ASSERT_THAT(extension.devices, SizeIs(1));
  EXPECT_EQ(extension.devices[0].id, made->id);
  EXPECT_EQ(extension.devices[0].auth_name, made->account.auth_name);
  for (const auto algorithm : {policy::Algorithm::sha512_256, policy::Algorithm::sha256, policy::Algorithm::md5})
    EXPECT_EQ(extension.devices[0].credentials.ha1[static_cast<std::size_t>(algorithm)].reveal(),
              auth::ha1(algorithm, made->account.auth_name, realm_, made->account.password.reveal()));
  const auto listed = store_.devices(default_tenant, "1001");
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().name, "Firefox\ton Linux");
  EXPECT_EQ(listed->front().created_wall_ms, day + minute);
}

TEST_F(Devices, StandInTheAuditLogWithTheirMakingOrAreNotMade) {
  const auto told = [&](const std::string& actor) { return *store_.find_audit({.actor = actor, .limit = 10}); };
  const std::string hash = link();
  const auto made = use(hash);
  ASSERT_TRUE(made) << made.error().text;
  const auto lines = told("one-time link");
  ASSERT_THAT(lines, SizeIs(1)) << "and none of a link that was not used";
  EXPECT_EQ(lines[0].event.action,
            "device " + made->account.auth_name + " of extension 1001 of tenant default from 192.0.2.7");
  EXPECT_EQ(lines[0].event.action.find(made->account.password.reveal()), std::string::npos);
  EXPECT_EQ(lines[0].event.action.find(hash), std::string::npos);
  EXPECT_EQ(store_.age_devices(day + 31 * a_day), 1u);
  EXPECT_THAT(told("retention"), SizeIs(1));
  const std::string next = link();
  *raw() << "DROP TABLE audit";
  EXPECT_FALSE(use(next));
  EXPECT_THAT(*store_.devices(default_tenant, "1001"), SizeIs(0));
}

TEST_F(Devices, AreNotMadeByALinkThatHasEndedWasTakenBackOrNeverWas) {
  EXPECT_EQ(use(link(), day + 15 * minute).error().fault, Fault::not_found);
  EXPECT_EQ(use("").error().fault, Fault::not_found);
  EXPECT_EQ(use(std::string(64, 'a')).error().fault, Fault::not_found);
  const std::string hash = link();
  EXPECT_EQ(store_.drop_links(default_tenant, "1001"), 2u);
  EXPECT_EQ(use(hash).error().fault, Fault::not_found);
  EXPECT_EQ(store_.add_link(default_tenant, "1009", hash, day, day + minute).error().fault, Fault::not_found);
}

TEST_F(Devices, OfADisabledExtensionAreNotMadeAndTheLinkIsGoodLater) {
  const std::string hash = link();
  ExtensionChange change;
  change.enabled = false;
  ASSERT_TRUE(store_.set_extension(default_tenant, "1001", change));
  EXPECT_EQ(use(hash).error().fault, Fault::not_found);
  change.enabled = true;
  ASSERT_TRUE(store_.set_extension(default_tenant, "1001", change));
  EXPECT_TRUE(use(hash));
}

TEST_F(Devices, AreBoundedAndSoAreLinks) {
  const std::string oldest = link();
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < WebLimits::links_per_extension; ++i) hashes.push_back(link(day + 1 + i));
  EXPECT_EQ(use(oldest).error().fault, Fault::not_found) << "the oldest went";
  for (const std::string& hash : hashes) EXPECT_TRUE(use(hash));
  EXPECT_THAT(loaded().devices, SizeIs(WebLimits::devices_per_extension));
  EXPECT_THAT(store_.add_link(default_tenant, "1001", oldest, day, day + minute).error().text, HasSubstr("8 devices"));
}

TEST_F(Devices, GoWithTheirRegistrationsWhenTheyAreRemoved) {
  const auto made = use(link());
  EXPECT_EQ(store_.drop_device(default_tenant, "1001", "nobody"), false);
  EXPECT_EQ(store_.drop_device(default_tenant, "1001", account_.auth_name), false) << "that is no device";
  EXPECT_EQ(store_.drop_device(default_tenant, "1001", made->account.auth_name), true);
  EXPECT_THAT(loaded().devices, SizeIs(0));
}

TEST_F(Devices, AndLinksGoWithThePasswordAndWithTheExtension) {
  ASSERT_TRUE(use(link()));
  const std::string hash = link();
  ASSERT_TRUE(store_.reset_password(vault_, realm_, default_tenant, "1001"));
  EXPECT_THAT(loaded().devices, SizeIs(0));
  EXPECT_EQ(use(hash).error().fault, Fault::not_found);
  ASSERT_TRUE(use(link()));
  ASSERT_TRUE(store_.remove_extension(default_tenant, "1001"));
  int left = 0;
  *raw() << "SELECT COUNT(*) FROM devices", soci::into(left);
  EXPECT_EQ(left, 0);
}

TEST_F(Devices, EndWhenNobodyUsesThemAndStayWhileTheyAreRegistered) {
  const auto used = use(link()), unused = use(link());
  record::Binding binding = binding_of(account_.id);
  binding.device = used->id;
  binding.expires_wall_ms = day + 40 * a_day;
  const auto writer = StoreWriter::start(options_, {}, nullptr, nullptr);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->push(effect::StoreBinding{0, binding}));
  ASSERT_TRUE((*writer)->close());
  EXPECT_EQ(store_.age_devices(day + 29 * a_day), 0u);
  EXPECT_EQ(store_.age_devices(day + 31 * a_day), 1u);
  ASSERT_THAT(loaded().devices, SizeIs(1));
  EXPECT_EQ(loaded().devices[0].id, used->id);
  EXPECT_EQ(store_.devices(default_tenant, "1001")->front().used_wall_ms, day + 31 * a_day);
  EXPECT_NE(unused->id, used->id);
}

TEST_F(Devices, OpenUnderNoOtherNameAndInNoOtherRealm) {
  ASSERT_TRUE(use(link()));
  *raw() << "UPDATE devices SET auth_name = 'another'";
  EXPECT_THAT(loaded().devices, SizeIs(0)) << "what is sealed for one name opens under no other";
}

TEST(Tokens, HaveFortyThreeCharactersAndNeverRepeat) {
  const auto a = seal::generate_token(), b = seal::generate_token();
  EXPECT_EQ(a.reveal().size(), 43u);
  EXPECT_NE(a.reveal(), b.reveal());
  EXPECT_EQ(a.reveal().find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
            std::string::npos);
  EXPECT_EQ(seal::hash_of_token("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace rf::store
