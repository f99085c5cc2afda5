// One's own extension: who gets one, what its person may do with it alone, and whoever reaches for another's.
#include "tests/unit/app/logins_world.hpp"

namespace rf::app {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

using Browser = LoginBrowser;
using command::Code;

constexpr std::string_view shown = "/api/v1/account/extension", link = "/api/v1/account/extension/link",
                           reset = "/api/v1/account/extension/password";

class OwnExtension : public LoginsWorld {
 protected:
  OwnExtension() {
    acme_ = *records_.store.add_tenant("acme");
    for (const char* number : {"1001", "1002"}) extension(store::default_tenant, number);
    for (const char* number : {"1001", "2001"}) extension(acme_, number);
  }
  void extension(TenantId tenant, std::string number) {
    store::NewExtension made;
    made.tenant = tenant;
    made.number = std::move(number);
    EXPECT_TRUE(records_.store.add_extension(records_.vault, records_.realm, made));
  }
  access::Asker as(std::string_view role, TenantId tenant = store::default_tenant) {
    access::Asker out;
    out.name = "someone";
    out.role = role;
    out.tenant = tenant;
    out.permissions = access::built_in_role(role)->permissions;
    return out;
  }
  Outcome give(std::string_view name, std::string_view number, const std::optional<access::Asker>& by = {}) {
    return run("user.set", {{"name", std::string(name)}, {"extension", std::string(number)}}, by);
  }
  /// Somebody who is signed in, with this extension.
  Browser person(std::string_view name, std::string_view number) {
    Browser browser;
    user(name, "employee");
    EXPECT_TRUE(give(name, number));
    EXPECT_EQ(sign_in(browser, name).status, 200u);
    return browser;
  }
  std::string auth_name(TenantId tenant, std::string_view number) {
    return records_.store.find_extension(tenant, number)->auth_name;
  }
  /// What its password is compared by.
  std::array<std::uint8_t, 32> secret(std::string number) {
    const auto loaded = records_.store.load_extensions(records_.vault, records_.realm,
                                                       store::Store::Numbered(store::default_tenant, number));
    return loaded->at(0).credentials.ha1[0].reveal();
  }
  std::uint64_t links(TenantId tenant, std::string_view number) { return *records_.store.drop_links(tenant, number); }

  TenantId acme_;
};

TEST_F(OwnExtension, IsSeenLinkedAndGivenAPasswordByItsPersonWhoStaysSignedIn) {
  Browser anna = person("anna", "1001");
  const Answer seen = ask(anna, Method::get, shown);
  ASSERT_EQ(seen.status, 200u);
  EXPECT_EQ(seen.body["number"], "1001");
  EXPECT_EQ(seen.body["auth_name"], auth_name(store::default_tenant, "1001"));
  const Answer linked = post(anna, link, {{"password", good}});
  ASSERT_EQ(linked.status, 200u) << linked.body.dump();
  EXPECT_EQ(linked.body["number"], "1001");
  EXPECT_THAT(linked.body["link"].get<std::string>(), HasSubstr("https://pbx.example.com:8443/phone#"));
  const auto before = secret("1001");
  const Answer fresh = post(anna, reset, {{"password", good}});
  ASSERT_EQ(fresh.status, 200u) << fresh.body.dump();
  EXPECT_EQ(fresh.body["number"], "1001");
  EXPECT_GE(fresh.body["password"].get<std::string>().size(), 12u);
  EXPECT_NE(secret("1001"), before);
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u) << "they went with the old password";
  EXPECT_EQ(account(anna), 200) << "the password of the pages is another one";
  Browser again;
  EXPECT_EQ(sign_in(again, "anna").status, 200u);
  EXPECT_THAT(audit_, Contains(R"(user anna: extension.link number="1001")"));
  EXPECT_THAT(audit_, Contains(R"(user anna: extension.reset-password number="1001")"));
  for (const std::string& line : audit_) {
    EXPECT_THAT(line, Not(HasSubstr(std::string(good))));
    EXPECT_THAT(line, Not(HasSubstr(fresh.body["password"].get<std::string>())));
  }
}

TEST_F(OwnExtension, AStolenSessionWithoutThePasswordMakesNothingAndIsHeldAsAnyGuess) {
  Browser anna = person("anna", "1001");
  const auto before = secret("1001");
  for (const std::string_view path : {link, reset}) {
    EXPECT_EQ(post(anna, path, web::Json::object()).status, 400u) << path;
    EXPECT_EQ(post(anna, path, {{"password", ""}}).status, 400u) << path;
    EXPECT_EQ(post(anna, path, {{"password", other}}).status, 403u) << path;
  }
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u);
  EXPECT_EQ(failed_.size(), 2u) << "the guard counts each";
  EXPECT_THAT(audit_, Contains(HasSubstr("extension.link from 192.0.2.10: refused")));
  for (int i = 0; i < 3; ++i) post(anna, reset, {{"password", "wrong"}});
  EXPECT_EQ(post(anna, reset, {{"password", good}}).status, 429u);
  EXPECT_EQ(secret("1001"), before);
}

TEST_F(OwnExtension, WhoFoundNoRoomBesideOthersOfHisOfficeGuessedAtNothing) {
  Browser anna = person("anna", "1001");
  anna.from = "192.0.2.77";  // where nothing is under way yet
  const auto route = std::find_if(routes_.begin(), routes_.end(), [](const auto& each) {
    return each.method == Method::post && each.path == "/api/v1/session";
  });
  web::Request request;
  request.remote = {*Address::parse(anna.from), 40'000};
  request.agent = anna.agent;
  request.origin = anna.origin;
  request.body = {{"name", "somebody"}, {"password", other}};
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  std::array<std::promise<void>, AccessLimits::hash_jobs_per_source> served;
  for (std::promise<void>& each : served)
    route->slow(request, [gate, &each](const Answer&) {
      gate.wait();
      each.set_value();
    });
  std::vector<unsigned> told;
  for (std::uint32_t i = 0; i <= settings_.throttle.name_failures; ++i)
    told.push_back(static_cast<unsigned>(post(anna, link, {{"password", good}}).status));
  open.set_value();
  for (std::promise<void>& each : served) each.get_future().wait();
  EXPECT_THAT(told, Each(503u));
  Browser again;
  again.from = anna.from;
  EXPECT_EQ(sign_in(again, "anna").status, 200u);
}

TEST_F(OwnExtension, NobodyNamesAnothersInARequest) {
  Browser anna = person("anna", "1001");
  for (const std::string_view path : {link, reset})
    for (const char* field : {"number", "extension", "tenant", "user"}) {
      const Answer answer = post(anna, path, {{"password", good}, {field, "1002"}});
      EXPECT_EQ(answer.status, 400u) << path << field;
      EXPECT_THAT(answer.body["detail"].get<std::string>(), HasSubstr("is not asked for"));
    }
  for (const char* number : {"1001", "1002"}) EXPECT_EQ(links(store::default_tenant, number), 0u);
}

TEST_F(OwnExtension, WhoHasNoneOrLostItGetsNothing) {
  Browser eve;
  user("eve", "administrator");
  sign_in(eve, "eve");
  EXPECT_EQ(ask(eve, Method::get, shown).body["number"], "");
  for (const std::string_view path : {link, reset}) EXPECT_EQ(post(eve, path, {{"password", good}}).status, 404u);
  Browser anna = person("anna", "1001");
  ASSERT_TRUE(give("anna", ""));
  EXPECT_EQ(post(anna, link, {{"password", good}}).status, 404u);
  ASSERT_TRUE(give("anna", "1001"));
  ASSERT_TRUE(records_.store.remove_extension(store::default_tenant, "1001"));
  EXPECT_EQ(post(anna, reset, {{"password", good}}).status, 404u);
  extension(store::default_tenant, "1001");
  EXPECT_EQ(post(anna, link, {{"password", good}}).status, 404u) << "a new one of that number is not hers";
}

TEST_F(OwnExtension, WhatWasTakenWhileTheRequestWaitedIsNotChanged) {
  Browser anna = person("anna", "1001");
  const auto before = std::pair(secret("1001"), secret("1002"));
  meanwhile_ = [&] { ASSERT_TRUE(give("anna", "")); };
  EXPECT_EQ(post(anna, link, {{"password", good}}).status, 409u);
  meanwhile_ = nullptr;
  ASSERT_TRUE(give("anna", "1001"));
  meanwhile_ = [&] { ASSERT_TRUE(give("anna", "1002")); };
  EXPECT_EQ(post(anna, reset, {{"password", good}}).status, 409u);
  meanwhile_ = [&] { ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", false}})); };
  EXPECT_EQ(post(anna, reset, {{"password", good}}).status, 409u) << "she was signed out";
  EXPECT_EQ(std::pair(secret("1001"), secret("1002")), before);
  EXPECT_EQ(links(store::default_tenant, "1001") + links(store::default_tenant, "1002"), 0u);
}

TEST_F(OwnExtension, LinksThatNobodyUsedEndWhenItsPersonIsDisabledOrReset) {
  Browser anna = person("anna", "1001");
  ASSERT_EQ(post(anna, link, {{"password", good}}).status, 200u);
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"display", std::string("Anna")}}));
  EXPECT_EQ(links(store::default_tenant, "1001"), 1u) << "any other change leaves them";
  ASSERT_EQ(post(anna, link, {{"password", good}}).status, 200u);
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", false}}));
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u);
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", true}}));
  ASSERT_EQ(sign_in(anna, "anna").status, 200u);
  ASSERT_EQ(post(anna, link, {{"password", good}}).status, 200u);
  ASSERT_TRUE(run("user.reset", {{"name", std::string("anna")}}));
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u) << "whoever had the account may have made them";
  EXPECT_EQ(run("user.show", {{"name", std::string("anna")}})->at("extension"), "1001") << "it is hers all the same";
}

TEST_F(OwnExtension, ADisabledOneIsNotLinked) {
  Browser anna = person("anna", "1001");
  store::ExtensionChange off;
  off.enabled = false;
  ASSERT_TRUE(records_.store.set_extension(store::default_tenant, "1001", off));
  EXPECT_EQ(ask(anna, Method::get, shown).body["enabled"], false);
  EXPECT_EQ(post(anna, link, {{"password", good}}).status, 409u);
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u);
}

TEST_F(OwnExtension, ASessionThatLacksAStepAndATokenDoNothingWithIt) {
  Browser anna = person("anna", "1001");
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"must_change", true}}));
  ASSERT_EQ(sign_in(anna, "anna").body["step"], "new_password");
  for (const std::string_view path : {link, reset}) EXPECT_EQ(post(anna, path, {{"password", good}}).status, 403u);
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u);
  access::Asker token = as("system", {});
  token.how = access::Asker::How::token;
  for (const web::Route& route : routes_) {
    if (!route.path.starts_with(shown)) continue;
    EXPECT_EQ(access::judge(token, route.need), access::Verdict::lacking) << route.path;
  }
}

TEST_F(OwnExtension, IsOfTheOwnTenantWhoeverGivesItAndWhereverItIsUsed) {
  ASSERT_TRUE(run("user.add", {{"name", std::string("eva@acme")}, {"tenant", std::string("acme")}}));
  for (const auto& by :
       {std::optional<access::Asker>(), std::optional(as("administrator", acme_)), std::optional(as("system", {}))}) {
    const Outcome refused = give("eva@acme", "1002", by);
    ASSERT_FALSE(refused) << "1002 is the default tenant's";
    EXPECT_EQ(refused.error().code, Code::invalid);
    EXPECT_EQ(refused.error().field, "extension");
  }
  EXPECT_EQ(give("eva@acme", "2001", as("administrator")).error().code, Code::not_found) << "she is not there";
  ASSERT_TRUE(give("eva@acme", "1001"));
  Browser eva;
  const std::string invited = link_in(run("user.reset", {{"name", std::string("eva@acme")}}));
  ASSERT_EQ(post(eva, "/api/v1/account/first", {{"link", invited}, {"password", good}}).status, 200u);
  EXPECT_EQ(ask(eva, Method::get, shown).body["auth_name"], auth_name(acme_, "1001"));
  ASSERT_EQ(post(eva, link, {{"password", good}}).status, 200u);
  EXPECT_EQ(links(store::default_tenant, "1001"), 0u);
  EXPECT_EQ(links(acme_, "1001"), 1u);
  // Moved behind everybody's back, she has neither the old one nor the namesake.
  access::User moved = *logins_->people()->by_name("eva@acme");
  moved.tenant = store::default_tenant;
  store::PeopleTables tables(records_.store);
  ASSERT_TRUE(tables.set_user(moved));
  for (const char* now : {"", "1001"}) {
    ASSERT_TRUE(tables.set_extension(moved.id, now));
    EXPECT_EQ(ask(eva, Method::get, shown).body["number"], "");
    EXPECT_EQ(post(eva, reset, {{"password", good}}).status, 404u);
  }
}

TEST_F(OwnExtension, GivingItTakesTheRightToMakeItsPasswords) {
  user("anna", "employee");
  const access::Asker hr = as("human-resources");
  EXPECT_EQ(give("anna", "1001", hr).error().code, Code::denied);
  EXPECT_EQ(run("user.add", {{"name", std::string("eve")}, {"extension", std::string("1001")}}, hr).error().code,
            Code::denied)
      << "or she would choose whose password she makes";
  access::Asker scoped = as("administrator");
  scoped.how = access::Asker::How::token;
  scoped.permissions = *access::Permissions::parse("user.write");
  EXPECT_EQ(give("anna", "1001", scoped).error().code, Code::denied);
  ASSERT_TRUE(give("anna", "1001", as("administrator")));
  const Outcome reset_by_hr = run("user.reset", {{"name", std::string("anna")}}, hr);
  ASSERT_FALSE(reset_by_hr) << "the link would let whoever asked for it in";
  EXPECT_EQ(reset_by_hr.error().code, Code::denied);
  EXPECT_TRUE(run("user.reset", {{"name", std::string("anna")}}, as("administrator")));
  EXPECT_TRUE(give("anna", "", hr)) << "who administers people may take it";
  EXPECT_TRUE(run("user.reset", {{"name", std::string("anna")}}, hr));
}

TEST_F(OwnExtension, ALinkThatWasMadeBeforeDoesNotLeadToIt) {
  const access::Asker hr = as("human-resources");
  const std::string kept = link_in(run("user.add", {{"name", std::string("anna")}}, hr));
  ASSERT_TRUE(give("anna", "1001", as("administrator")));
  Browser browser;
  EXPECT_EQ(post(browser, "/api/v1/account/first", {{"link", kept}, {"password", good}}).status, 403u)
      << "whoever made it would have her extension";
  const std::string fresh = link_in(run("user.reset", {{"name", std::string("anna")}}, as("administrator")));
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"display", std::string("Anna")}}));
  ASSERT_TRUE(give("anna", "1001", as("administrator"))) << "it is hers already";
  EXPECT_EQ(post(browser, "/api/v1/account/first", {{"link", fresh}, {"password", good}}).status, 200u);
}

TEST_F(OwnExtension, IsShownWithItsPersonAndOneHasOnePerson) {
  ASSERT_TRUE(run("user.add", {{"name", std::string("anna")}, {"extension", std::string("1001")}}));
  const Outcome seen = run("user.show", {{"name", std::string("anna")}});
  ASSERT_TRUE(seen);
  EXPECT_EQ((*seen)["extension"], "1001");
  const Outcome second = run("user.add", {{"name", std::string("eve")}, {"extension", std::string("1001")}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_EQ(second.error().field, "extension");
  EXPECT_EQ(run("user.show", {{"name", std::string("eve")}}).error().code, Code::not_found) << "nothing is half done";
  for (const char* wrong : {"1", "12a4", "-001", "1001\n", " "})
    EXPECT_EQ(
        command::check("user.set", {{"name", std::string("anna")}, {"extension", std::string(wrong)}}).error().field,
        "extension")
        << wrong;
  ASSERT_TRUE(run("user.remove", {{"name", std::string("anna")}}));
  EXPECT_TRUE(run("user.add", {{"name", std::string("eve")}, {"extension", std::string("1001")}}));
}

}  // namespace
}  // namespace rf::app
