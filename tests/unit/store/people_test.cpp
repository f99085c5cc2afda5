#include "shell/store/people.hpp"

#include <gmock/gmock.h>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::SizeIs;

constexpr std::int64_t now = 1'700'000'000'000;

class PeopleTable : public Scratch {
 protected:
  PeopleTable() : store_(open_store()), tables_(store_) {}

  access::User add(std::string name, std::string role = "operator") {
    access::User user;
    user.name = std::move(name);
    user.display = "An\tna";
    user.role = std::move(role);
    user.email = "anna@example.com";
    user.tenant = default_tenant;
    user.created_wall_ms = now;
    user.id = *tables_.add_user(user);
    return user;
  }

  Store store_;
  PeopleTables tables_;
};

TEST_F(PeopleTable, GivesBackUsersAndRolesAsTheyWereGiven) {
  const access::User anna = add("anna", "night");
  access::Role night{"night", "Night", access::Realm::tenant, *access::Permissions::parse("call.*"), false, "operator"};
  ASSERT_TRUE(tables_.put_role(night));
  const auto people = tables_.load();
  ASSERT_TRUE(people);
  const access::User* const found = (*people)->by_name("anna");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, anna.id);
  EXPECT_EQ(found->display, anna.display);
  EXPECT_EQ(found->tenant, anna.tenant);
  EXPECT_EQ(found->created_wall_ms, now);
  EXPECT_FALSE(found->has_factor);
  EXPECT_EQ((*people)->permissions_of(*found), night.permissions);
  EXPECT_EQ((*people)->role("night")->copied_from, "operator");
  EXPECT_TRUE(*tables_.drop_role("night"));
  EXPECT_FALSE(*tables_.drop_role("night"));
}

TEST_F(PeopleTable, TakesANameOnce) {
  add("anna");
  access::User again;
  again.name = "anna";
  EXPECT_EQ(tables_.add_user(again).error().fault, Fault::duplicate_name);
}

TEST_F(PeopleTable, ATenantThatAddsAllItMayLeavesOthersRoomForTheirs) {
  const auto other = store_.add_tenant("acme");
  ASSERT_TRUE(other);
  constexpr std::size_t share = AccessLimits::users / TenantLimits::share;
  *raw() << fmt::format(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO users (id, tenant,"
      " name, display, class, role, email, enabled, must_change, password, factor, factor_step, factor_email,"
      " created_wall_ms, password_wall_ms, login_wall_ms, provider, subject, dealer) SELECT 1000000 + i, {},"
      " 'crowd' || i, '', 0, 'employee', '', 1, 0, '', '', 0, '', 0, 0, 0, '', '', '' FROM n",
      share, other->value);
  access::User more;
  more.name = "one-more";
  more.role = "employee";
  more.tenant = *other;
  const auto refused = tables_.add_user(more);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::limit_reached);
  EXPECT_EQ(refused.error().text,
            "the tenant has 12500 users, the most that one of several tenants may have; remove some: ringfence user "
            "remove NAME");
  add("anna");
  more.tenant = {};
  EXPECT_TRUE(tables_.add_user(more)) << "whoever runs the system is of no tenant";
}

TEST_F(PeopleTable, AProviderSaysWhoseItsPeopleAreAndATenantWithOneIsNotRemoved) {
  const auto acme = store_.add_tenant("acme");
  ASSERT_TRUE(acme);
  access::Provider corporate;
  corporate.name = "corporate";
  ASSERT_TRUE(tables_.put_provider(corporate));
  EXPECT_FALSE(tables_.providers(vault_)->front().people_of);
  corporate.people_of = *acme;
  ASSERT_TRUE(tables_.put_provider(corporate));
  EXPECT_EQ(tables_.providers(vault_)->front().people_of, *acme);
  EXPECT_EQ(tables_.providers(vault_)->front().people_of_name, "acme");
  const auto kept = store_.drop_tenant(*acme);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().fault, Fault::in_use);
  EXPECT_EQ(kept.error().text,
            "the tenant has 1 ways to sign in of its own; remove them first, see: ringfence sign-in list");
  ASSERT_TRUE(tables_.drop_provider("corporate"));
  EXPECT_TRUE(store_.drop_tenant(*acme));
}

TEST_F(PeopleTable, ADealerIsThereOnceNamedAndGoesOnlyWithoutUsers) {
  EXPECT_THAT(*store_.dealers(), SizeIs(0));
  const auto acme = store_.add_tenant("acme");
  ASSERT_TRUE(acme);
  ASSERT_TRUE(store_.set_tenant({*acme, "acme", "north"}));
  ASSERT_THAT(*store_.dealers(), SizeIs(1));
  EXPECT_EQ(store_.dealers()->front().tenants_max, 0u) << "nobody said that it may add any";
  EXPECT_EQ(store_.dealers()->front().day_max, "0");
  ASSERT_TRUE(store_.set_dealer({"north", 3, 50, 20, "100.00", "1000.00"}));
  ASSERT_TRUE(store_.set_dealer({"north", 4, 60, 30, "200.00", "2000.00"}));
  const auto dealers = store_.dealers();
  ASSERT_THAT(*dealers, SizeIs(1));
  const Dealer& north = dealers->front();
  EXPECT_EQ(std::tie(north.name, north.tenants_max, north.extensions_max, north.calls_max, north.day_max,
                     north.month_max),
            std::tuple("north", 4u, 60u, 30u, "200.00", "2000.00"));
  access::User nils;
  nils.name = "nils";
  nils.of = access::Class::dealer;
  nils.dealer = "north";
  const auto id = tables_.add_user(nils);
  ASSERT_TRUE(id);
  EXPECT_EQ(store_.drop_dealer("north").error().fault, Fault::in_use);
  ASSERT_TRUE(tables_.drop_user(*id));
  ASSERT_TRUE(store_.drop_dealer("north"));
  EXPECT_THAT(*store_.dealers(), SizeIs(0));
  EXPECT_EQ(store_.tenants()->back().dealer, "") << "the tenant stays, as nobody's";
  EXPECT_EQ(store_.drop_dealer("north").error().fault, Fault::not_found);
}

TEST_F(PeopleTable, APersonWhoGoesWithHisProviderLeavesNoPasskey) {
  access::Provider corporate;
  corporate.name = "corporate";
  ASSERT_TRUE(tables_.put_provider(corporate));
  access::User eva;
  eva.name = "eva";
  eva.provider = "corporate";
  eva.subject = "1";
  const auto id = tables_.add_user(eva);
  ASSERT_TRUE(id);
  ASSERT_TRUE(tables_.add_passkey({"key-1", *id, "phone", "k", "s", 0, now, 0}));
  ASSERT_TRUE(tables_.drop_provider("corporate"));
  EXPECT_EQ(tables_.passkey("key-1").error().fault, Fault::not_found);
}

TEST_F(PeopleTable, NeverGivesTheIdOfARemovedUserToANewOne) {
  const access::User anna = add("anna");
  ASSERT_TRUE(tables_.add_session({{}, "h", anna.id, access::Step::none, "x", Address(), now, now}));
  ASSERT_TRUE(tables_.add_token({{}, "t", anna.id, "x", {}, now, now + 1, 0}));
  ASSERT_TRUE(tables_.drop_user(anna.id));
  EXPECT_THAT(*tables_.sessions(), SizeIs(0));
  EXPECT_THAT(*tables_.tokens(), SizeIs(0));
  EXPECT_NE(add("anna").id, anna.id);
  EXPECT_EQ(tables_.drop_user(anna.id).error().fault, Fault::not_found);
}

TEST_F(PeopleTable, SealsTheSecretOfAnAppForItsUserAlone) {
  const access::User anna = add("anna"), eve = add("eve");
  const std::vector<std::uint8_t> secret(20, 7);
  const std::vector<std::string> codes{"a", "b"};
  ASSERT_TRUE(tables_.set_factor(vault_, anna.id, secret, 5, codes));
  const auto factor = tables_.factor(vault_, anna.id);
  ASSERT_TRUE(factor && *factor);
  EXPECT_EQ((*factor)->secret.reveal(), secret);
  EXPECT_EQ((*factor)->last_step, 5u);
  EXPECT_TRUE((*tables_.load())->by_id(anna.id)->has_factor);
  *raw() << "UPDATE users SET factor = (SELECT factor FROM users WHERE name = 'anna') WHERE name = 'eve'";
  EXPECT_EQ(tables_.factor(vault_, eve.id).error().fault, Fault::wrong_key);
  ASSERT_TRUE(tables_.drop_factor(anna.id));
  EXPECT_FALSE(*tables_.factor(vault_, anna.id));
  EXPECT_EQ(*tables_.recovery_left(anna.id), 0u);
}

TEST_F(PeopleTable, AcceptsEachStepAndEachRecoveryCodeOnce) {
  const access::User anna = add("anna");
  const std::vector<std::string> codes{"a", "b"};
  ASSERT_TRUE(tables_.set_factor(vault_, anna.id, std::vector<std::uint8_t>(20, 7), 5, codes));
  EXPECT_FALSE(*tables_.accept_step(anna.id, 5));
  EXPECT_TRUE(*tables_.accept_step(anna.id, 6));
  EXPECT_FALSE(*tables_.accept_step(anna.id, 6));
  EXPECT_TRUE(*tables_.use_recovery(anna.id, "a"));
  EXPECT_FALSE(*tables_.use_recovery(anna.id, "a"));
  EXPECT_EQ(*tables_.recovery_left(anna.id), 1u);
}

TEST_F(PeopleTable, FindsALinkWhileItIsGoodAndOnlyTheLastOne) {
  const access::User anna = add("anna");
  ASSERT_TRUE(tables_.add_invitation("one", anna.id, now, now + 1'000));
  EXPECT_EQ(*tables_.find_invitation("one", now + 999), anna.id);
  EXPECT_EQ(tables_.find_invitation("one", now + 1'000).error().fault, Fault::not_found);
  ASSERT_TRUE(tables_.add_invitation("two", anna.id, now, now + 1'000));
  EXPECT_FALSE(tables_.find_invitation("one", now));
  ASSERT_TRUE(tables_.add_invitation("first", {}, now, now + 1'000));
  EXPECT_FALSE(*tables_.find_invitation("first", now)) << "nobody's: it makes the first administrator";
  EXPECT_TRUE(tables_.find_invitation("two", now));
}

TEST_F(PeopleTable, KeepsSessionsTokensAndWhoHasToWaitOverARestart) {
  const access::User anna = add("anna");
  const Address from = *Address::parse("2001:db8::1");
  const auto session = tables_.add_session({{},
                                            "h",
                                            anna.id,
                                            access::Step::new_password,
                                            "Fire\x01"
                                            "fox",
                                            from,
                                            now,
                                            now});
  const auto token =
      tables_.add_token({{}, "t", anna.id, "bill", *access::Permissions::parse("cdr.read"), now, now + 9, 0});
  ASSERT_TRUE(session && token);
  ASSERT_TRUE(tables_.keep_held(std::vector<access::HeldSource>{{from, now, 0, 6}}));
  std::vector<access::Session> used = *tables_.sessions();
  ASSERT_THAT(used, SizeIs(1));
  EXPECT_EQ(used[0].step, access::Step::new_password);
  EXPECT_EQ(used[0].agent,
            "Fire\x01"
            "fox");
  used[0].used_wall_ms = now + 5;
  ASSERT_TRUE(tables_.note_sessions(used));
  EXPECT_EQ(tables_.sessions()->front().used_wall_ms, now + 5);
  EXPECT_TRUE(tables_.tokens()->front().scope.has(access::Permission::cdr_read));
  const auto held = tables_.held();
  ASSERT_THAT(*held, SizeIs(1));
  EXPECT_EQ(held->front().source, from);
  EXPECT_EQ(held->front().until_ms, 0);
}

TEST_F(PeopleTable, RefusesMoreTokensThanOneMayHave) {
  const access::User anna = add("anna");
  for (std::size_t i = 0; i < AccessLimits::tokens_per_user; ++i)
    ASSERT_TRUE(tables_.add_token({{}, "t" + std::to_string(i), anna.id, "x", {}, now, now + 1, 0}));
  EXPECT_EQ(tables_.add_token({{}, "more", anna.id, "x", {}, now, now + 1, 0}).error().fault, Fault::invalid_value);
}

class OwnExtensions : public PeopleTable {
 protected:
  OwnExtensions() {
    acme_ = *store_.add_tenant("acme");
    for (const char* number : {"1001", "1002"}) extension(default_tenant, number);
    for (const char* number : {"1001", "2001"}) extension(acme_, number);
  }
  void extension(TenantId tenant, std::string number) {
    NewExtension made;
    made.tenant = tenant;
    made.number = std::move(number);
    EXPECT_TRUE(store_.add_extension(vault_, "ringfence", made));
  }
  std::string shown(access::UserId user) { return (*tables_.load())->by_id(user)->extension; }
  std::optional<Store::Numbered> own(access::UserId user) { return *tables_.extension_of(user); }
  bool link_is_good(const std::string& hash) {
    int count = 0;
    *raw() << "SELECT COUNT(*) FROM links WHERE hash = :hash", soci::use(hash), soci::into(count);
    return count == 1;
  }

  TenantId acme_;
};

TEST_F(OwnExtensions, AUserHasOneOfHisTenantAndNoOtherHasTheSame) {
  const access::User anna = add("anna"), eve = add("eve");
  EXPECT_EQ(own(anna.id), std::nullopt);
  ASSERT_TRUE(tables_.set_extension(anna.id, "1001"));
  EXPECT_EQ(own(anna.id), Store::Numbered(default_tenant, "1001"));
  EXPECT_EQ(shown(anna.id), "1001");
  EXPECT_EQ(shown(eve.id), "");
  EXPECT_EQ(tables_.set_extension(eve.id, "1001").error().fault, Fault::in_use);
  EXPECT_EQ(tables_.set_extension(eve.id, "1009").error().fault, Fault::not_found);
  EXPECT_EQ(tables_.set_extension(access::UserId{99}, "1002").error().fault, Fault::not_found);
  EXPECT_TRUE(tables_.set_extension(anna.id, "1001")) << "it is his already";
  ASSERT_TRUE(tables_.set_extension(anna.id, "1002"));
  EXPECT_TRUE(tables_.set_extension(eve.id, "1001"));
  ASSERT_TRUE(tables_.set_extension(anna.id, ""));
  EXPECT_EQ(own(anna.id), std::nullopt);
}

TEST_F(OwnExtensions, OneOfAnotherTenantIsNobodysHoweverItGotThere) {
  access::User eve = add("eve");
  EXPECT_EQ(tables_.set_extension(eve.id, "2001").error().fault, Fault::not_found);
  *raw() << "UPDATE users SET extension = (SELECT id FROM extensions WHERE number = '2001') WHERE name = 'eve'";
  EXPECT_EQ(own(eve.id), std::nullopt);
  EXPECT_EQ(shown(eve.id), "");
  // Who becomes another tenant's leaves it behind, and does not find it when he comes back.
  ASSERT_TRUE(tables_.set_extension(eve.id, "1001"));
  ASSERT_TRUE(tables_.set_user(eve));
  EXPECT_EQ(shown(eve.id), "1001") << "any other change leaves it";
  eve.tenant = acme_;
  ASSERT_TRUE(tables_.set_user(eve));
  EXPECT_EQ(own(eve.id), std::nullopt) << "acme's 1001 is another one";
  eve.tenant = default_tenant;
  ASSERT_TRUE(tables_.set_user(eve));
  EXPECT_EQ(own(eve.id), std::nullopt);
}

TEST_F(OwnExtensions, TheSystemsPeopleHaveThemInTheDefaultTenantAndDealersNone) {
  access::User root = add("root"), nils = add("nils");
  root.of = access::Class::system_administrator;
  nils.of = access::Class::dealer;
  root.tenant = nils.tenant = {};
  ASSERT_TRUE(tables_.set_user(root));
  ASSERT_TRUE(tables_.set_user(nils));
  EXPECT_EQ(tables_.set_extension(root.id, "2001").error().fault, Fault::not_found);
  ASSERT_TRUE(tables_.set_extension(root.id, "1002"));
  EXPECT_EQ(own(root.id), Store::Numbered(default_tenant, "1002"));
  EXPECT_EQ(tables_.set_extension(nils.id, "1001").error().fault, Fault::invalid_value);
}

TEST_F(OwnExtensions, WhoLosesOneLosesTheLinksThatNobodyUsedYet) {
  const access::User anna = add("anna");
  ASSERT_TRUE(tables_.set_extension(anna.id, "1001"));
  ASSERT_TRUE(store_.add_link(default_tenant, "1001", "one", now, now + 1'000));
  ASSERT_TRUE(store_.add_link(default_tenant, "1002", "other", now, now + 1'000));
  ASSERT_TRUE(tables_.set_extension(anna.id, "1001"));
  EXPECT_TRUE(link_is_good("one")) << "nothing was taken from him";
  ASSERT_TRUE(tables_.set_extension(anna.id, ""));
  EXPECT_FALSE(link_is_good("one"));
  EXPECT_TRUE(link_is_good("other"));
  ASSERT_TRUE(tables_.set_extension(anna.id, "1002"));
  ASSERT_TRUE(tables_.drop_user(anna.id));
  EXPECT_FALSE(link_is_good("other"));
}

TEST_F(OwnExtensions, WhoGoesWithHisProviderLeavesNoLink) {
  access::Provider corporate;
  corporate.name = "corporate";
  ASSERT_TRUE(tables_.put_provider(corporate));
  access::User eva;
  eva.name = "eva";
  eva.of = access::Class::tenant_user;
  eva.tenant = default_tenant;
  eva.provider = "corporate";
  eva.subject = "1";
  const auto id = tables_.add_user(eva);
  ASSERT_TRUE(id);
  ASSERT_TRUE(tables_.set_extension(*id, "1001"));
  ASSERT_TRUE(store_.add_link(default_tenant, "1001", "hers", now, now + 1'000));
  ASSERT_TRUE(store_.add_link(default_tenant, "1002", "anothers", now, now + 1'000));
  ASSERT_TRUE(tables_.drop_provider("corporate"));
  EXPECT_FALSE(link_is_good("hers"));
  EXPECT_TRUE(link_is_good("anothers"));
}

TEST_F(OwnExtensions, ARemovedOneIsNobodysAndANewOneOfItsNumberIsNotHis) {
  const access::User anna = add("anna");
  ASSERT_TRUE(tables_.set_extension(anna.id, "1001"));
  ASSERT_TRUE(store_.remove_extension(default_tenant, "1001"));
  EXPECT_EQ(own(anna.id), std::nullopt);
  extension(default_tenant, "1001");
  EXPECT_EQ(own(anna.id), std::nullopt);
  EXPECT_EQ(shown(anna.id), "");
}

}  // namespace
}  // namespace rf::store
