#include "app/tenants.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace rf::app {
namespace {

using command::Code;

const std::vector<store::Tenant> tenants{{TenantId{1}, "default", "", {}, 0},
                                         {TenantId{2}, "acme", "north", {"pbx.acme.example"}, 0},
                                         {TenantId{3}, "umbrella", "south", {}, 0}};

access::Asker somebody(TenantId tenant, std::string dealer = {}) {
  access::Asker out;
  out.tenant = tenant;
  out.dealer = std::move(dealer);
  return out;
}

std::expected<command::Checked, command::Error> placed(std::optional<access::Asker> by, const std::string& tenant = {},
                                                       std::string_view name = "extension.list") {
  command::Arguments arguments;
  if (!tenant.empty()) arguments.emplace("tenant", tenant);
  auto checked = command::check(name, arguments);
  if (!checked) return checked;
  checked->by = std::move(by);
  checked->on_machine = !checked->by;
  return in_tenant(tenants, std::move(*checked));
}

TEST(Tenants, WhoeverReachesAllActsInTheOneHeNamesAndElseInTheDefaultOne) {
  for (const auto& by : {std::optional<access::Asker>(), std::optional(somebody({}))}) {
    EXPECT_EQ(placed(by)->acts_in, store::default_tenant);
    EXPECT_EQ(placed(by, "umbrella")->acts_in, TenantId{3});
    EXPECT_EQ(placed(by, "nobodys").error().code, Code::not_found);
  }
}

TEST(Tenants, AUserOfOneActsThereAndAnotherIsAsIfItWereNotThere) {
  const access::Asker eva = somebody(TenantId{2});
  EXPECT_EQ(placed(eva)->acts_in, TenantId{2});
  EXPECT_EQ(placed(eva, "acme")->acts_in, TenantId{2});
  const auto theirs = placed(eva, "umbrella"), nobodys = placed(eva, "umbrellb");
  ASSERT_FALSE(theirs || nobodys);
  EXPECT_EQ(theirs.error().code, nobodys.error().code);
  EXPECT_EQ(theirs.error().remedy, nobodys.error().remedy);
  EXPECT_EQ(placed(eva, "default").error().code, Code::not_found);
}

TEST(Tenants, ADealersUserNamesOneOfTheDealersAndAsksAsSomebodyOfIt) {
  const access::Asker nils = somebody(access::no_tenant, "north");
  EXPECT_EQ(placed(nils).error().field, "tenant");
  EXPECT_EQ(placed(nils, "umbrella").error().code, Code::not_found);
  EXPECT_EQ(placed(nils, "default").error().code, Code::not_found);
  const auto there = placed(nils, "acme");
  ASSERT_TRUE(there);
  EXPECT_EQ(there->acts_in, TenantId{2});
  EXPECT_EQ(there->by->tenant, TenantId{2}) << "what reaches beyond a tenant is not for him";
  EXPECT_EQ(placed(nils, {}, "role.list")->by->tenant, access::no_tenant);
}

TEST(Tenants, WhoeverIsBoundToNoneReachesNothing) {
  const access::Asker lost = somebody(access::no_tenant);
  EXPECT_EQ(placed(lost)->acts_in, access::no_tenant);
  for (const store::Tenant& each : tenants) {
    EXPECT_FALSE(reaches(&lost, each)) << each.name;
    EXPECT_EQ(placed(lost, each.name).error().code, Code::not_found) << each.name;
  }
}

TEST(Tenants, WhatIsTheWholeSystemsTakesNoTenant) {
  for (const std::string_view name : {"guard.bans", "audit-log.list", "event.list", "role.list", "status", "stop"})
    EXPECT_EQ(placed(std::nullopt, "acme", name).error().code, Code::invalid) << name;
}

}  // namespace
}  // namespace rf::app
