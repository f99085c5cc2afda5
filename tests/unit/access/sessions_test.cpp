#include "core/access/sessions.hpp"

#include <gtest/gtest.h>

#include "core/access/people.hpp"
#include "core/base/limits/people.hpp"

namespace rf::access {
namespace {

constexpr std::int64_t now = 1'700'000'000'000, second_ms = 1'000;
const Address here = *Address::parse("192.0.2.1");
const Address there = *Address::parse("198.51.100.1");

Session session(std::uint64_t id, std::uint64_t user = 1, Step step = Step::none) {
  return {SessionId{id}, "hash" + std::to_string(id), UserId{user}, step, "Firefox", here, now, now};
}

TEST(Sessions, KnowATokenByItsHashInTheBrowserThatGotIt) {
  Sessions sessions{SessionRules{}};
  sessions.add(session(1));
  EXPECT_NE(sessions.recognise("hash1", "Firefox", there, now), nullptr) << "phones change their address";
  EXPECT_EQ(sessions.recognise("hash1", "curl", here, now), nullptr) << "a cookie that was carried off";
  EXPECT_EQ(sessions.recognise("hash2", "Firefox", here, now), nullptr);
  EXPECT_EQ(sessions.recognise("", "Firefox", here, now), nullptr);
}

TEST(Sessions, EndWhenNobodyUsesThemAndAtTheLatestAfterADay) {
  const SessionRules rules{600, 3'600, 60};
  Sessions sessions{rules};
  sessions.add(session(1));
  std::int64_t at = now;
  for (; at < now + 3'600 * second_ms; at += 500 * second_ms)
    EXPECT_NE(sessions.recognise("hash1", "Firefox", here, at), nullptr) << at - now;
  EXPECT_EQ(sessions.recognise("hash1", "Firefox", here, now + 3'600 * second_ms), nullptr);
  sessions.add(session(2));
  EXPECT_EQ(sessions.recognise("hash2", "Firefox", here, now + 600 * second_ms), nullptr);
}

TEST(Sessions, ThatAreNotFinishedEndSoon) {
  Sessions sessions{SessionRules{600, 3'600, 60}};
  sessions.add(session(1, 1, Step::second_factor));
  EXPECT_NE(sessions.recognise("hash1", "Firefox", here, now + 59 * second_ms), nullptr);
  EXPECT_EQ(sessions.recognise("hash1", "Firefox", here, now + 60 * second_ms), nullptr);
  EXPECT_EQ(sessions.sweep(now + 60 * second_ms), std::vector{SessionId{1}});
  EXPECT_EQ(sessions.size(), 0u);
}

TEST(Sessions, EndAfterAFewWrongCodes) {
  Sessions sessions{SessionRules{}};
  sessions.add(session(1, 1, Step::second_factor));
  for (std::uint32_t i = 1; i < AccessLimits::tries; ++i) EXPECT_FALSE(sessions.failed(SessionId{1})) << i;
  EXPECT_TRUE(sessions.failed(SessionId{1}));
  EXPECT_EQ(sessions.recognise("hash1", "Firefox", here, now), nullptr);
}

TEST(Sessions, OfOneUserAreBoundedAndHisOldestGoes) {
  Sessions sessions{SessionRules{}};
  for (std::uint64_t i = 1; i <= AccessLimits::sessions_per_user; ++i) EXPECT_TRUE(sessions.add(session(i)).empty());
  EXPECT_EQ(sessions.add(session(100)), std::vector{SessionId{1}});
  EXPECT_TRUE(sessions.add(session(101, 2)).empty()) << "others keep theirs";
}

TEST(Sessions, OfAUserEndTogetherButForTheOneThatAsks) {
  Sessions sessions{SessionRules{}};
  for (std::uint64_t i = 1; i <= 3; ++i) sessions.add(session(i));
  sessions.add(session(4, 2));
  EXPECT_EQ(sessions.remove_of(UserId{1}, SessionId{2}).size(), 2u);
  EXPECT_EQ(sessions.recognise("hash1", "Firefox", here, now), nullptr);
  EXPECT_NE(sessions.recognise("hash2", "Firefox", here, now), nullptr);
  EXPECT_NE(sessions.recognise("hash4", "Firefox", here, now), nullptr);
}

TEST(Tokens, EndAtTheirEndAndWhenTheyAreRemoved) {
  Tokens tokens;
  tokens.add({TokenId{1}, "a", UserId{1}, "backup", {}, now, now + 1'000, 0});
  tokens.add({TokenId{2}, "b", UserId{1}, "other", {}, now, now + 9'000, 0});
  ASSERT_NE(tokens.recognise("a", now), nullptr);
  EXPECT_EQ(tokens.find(TokenId{1})->used_wall_ms, now);
  EXPECT_EQ(tokens.recognise("a", now + 1'000), nullptr);
  EXPECT_TRUE(tokens.remove(TokenId{2}));
  EXPECT_EQ(tokens.recognise("b", now), nullptr);
  tokens.remove_of(UserId{1});
  EXPECT_EQ(tokens.count_of(UserId{1}), 0u);
}

User user(std::string name, Class of, std::string role, std::uint64_t tenant) {
  User out;
  out.id = UserId{name.size() + 100 * tenant};
  out.name = std::move(name);
  out.of = of;
  out.role = std::move(role);
  out.tenant = TenantId{tenant};
  return out;
}

TEST(People, HaveWhatTheirRoleHasAndNothingByARoleOfAnotherRealm) {
  const People people(
      {user("root", Class::system_administrator, "system", 0), user("anna", Class::tenant_user, "operator", 1),
       user("eve", Class::tenant_user, "system", 1), user("gone", Class::tenant_user, "no-such-role", 1)},
      {});
  EXPECT_EQ(people.permissions_of(*people.by_name("root")), Permissions::all());
  EXPECT_TRUE(people.permissions_of(*people.by_name("anna")).has(Permission::call_read));
  EXPECT_TRUE(people.permissions_of(*people.by_name("eve")).empty());
  EXPECT_TRUE(people.permissions_of(*people.by_name("gone")).empty());
  EXPECT_TRUE(people.has_administrator());
}

TEST(People, DoNotTakeABuiltInRoleFromTheDatabase) {
  Role fake{"employee", "Employee", Realm::tenant, Permissions::all(), false, ""};
  const People people({}, {fake});
  EXPECT_TRUE(people.role("employee")->permissions.empty());
}

TEST(Reach, EndsAtOnesOwnTenantAndBelowOneself) {
  Asker admin;
  admin.tenant = TenantId{1};
  admin.permissions = built_in_role("administrator")->permissions;
  EXPECT_FALSE(fault_of_reach(&admin, built_in_role("operator")->permissions, TenantId{1}));
  EXPECT_TRUE(fault_of_reach(&admin, built_in_role("operator")->permissions, TenantId{2}));
  EXPECT_TRUE(fault_of_reach(&admin, Permissions::all(), TenantId{1}));
  Asker human_resources = admin;
  human_resources.permissions = built_in_role("human-resources")->permissions;
  EXPECT_TRUE(fault_of_reach(&human_resources, admin.permissions, TenantId{1})) << "no way to a higher account";
  EXPECT_FALSE(fault_of_reach(nullptr, Permissions::all(), TenantId{2})) << "whoever runs the machine";
}

TEST(Grants, AreOfWhatOneHasOneself) {
  Asker asker;
  asker.permissions = *Permissions::parse("user.*, call.read");
  EXPECT_FALSE(fault_of_grant(&asker, *Permissions::parse("call.read")));
  EXPECT_EQ(fault_of_grant(&asker, *Permissions::parse("call.*")), "you have no call.write yourself");
}

TEST(LoginName, IsPlain) {
  for (const char* good : {"anna", "a1", "anna.schmidt@example.com", "1001", "x+y-z_0"})
    EXPECT_TRUE(is_login_name(good)) << good;
  for (const char* bad : {"", "a", "Anna", "-anna", "anna-", "an na", "än", "a\nb", "a\"b", "a/b"})
    EXPECT_FALSE(is_login_name(bad)) << bad;
  EXPECT_FALSE(is_login_name(std::string(65, 'a')));
  EXPECT_EQ(login_name("Anna.Schmidt"), "anna.schmidt");
}

}  // namespace
}  // namespace rf::access
