#include "core/base/limits/wire.hpp"
#include "core/policy/policy.hpp"

#include <gmock/gmock.h>

namespace rf::policy {
namespace {

using ::testing::HasSubstr;

Extension extension(std::uint64_t id, std::string number, std::string auth_name, std::uint64_t tenant = 1) {
  Extension e;
  e.id = ExtensionId{id};
  e.tenant = TenantId{tenant};
  e.number = std::move(number);
  e.auth_name = std::move(auth_name);
  return e;
}

/// What compile() refuses with; empty when it does not.
std::string fault_of(std::vector<Extension> extensions) {
  Policy policy;
  return policy.compile(std::move(extensions)).value_or("");
}

TEST(Policy, OneRegistrationNameForTwoExtensionsIsRefusedByName) {
  EXPECT_THAT(fault_of({extension(1, "1001", "ann"), extension(2, "1002", "ann")}), HasSubstr("registration name ann"));
  EXPECT_THAT(fault_of({extension(1, "1001", "ann", 1), extension(2, "1001", "ann", 2)}), HasSubstr("ann"))
      << "a registration says nothing of its tenant";
}

TEST(Policy, OneNumberTwiceInATenantIsRefusedAndInTwoTenantsIsTwoExtensions) {
  EXPECT_THAT(fault_of({extension(1, "1001", "ann"), extension(2, "1001", "bob")}), HasSubstr("extension 1001"));
  Policy policy;
  EXPECT_FALSE(policy.compile({extension(1, "1001", "ann", 1), extension(2, "1001", "bob", 2)}));
  EXPECT_EQ(policy.by_number(TenantId{1}, "1001")->id, ExtensionId{1});
  EXPECT_EQ(policy.by_number(TenantId{2}, "1001")->id, ExtensionId{2});
  EXPECT_EQ(policy.by_number(TenantId{3}, "1001"), nullptr);
}

TEST(Policy, ADomainIsThatOfOneTenantAndTheSystemsAreNobodys) {
  Policy policy;
  policy.realm = "pbx.example";
  policy.domains = {"sip.example"};
  policy.tenants = {{TenantId{2}, "acme", "", {"acme.example", "sip.example", "pbx.example"}, 0}};
  ASSERT_FALSE(policy.compile({}));
  EXPECT_EQ(policy.tenant_of("ACME.example"), TenantId{2});
  for (const char* const host : {"sip.example", "pbx.example", "example", "192.0.2.1", ""})
    EXPECT_FALSE(policy.tenant_of(host)) << host;
  policy.tenants.push_back({TenantId{3}, "umbrella", "", {"acme.example"}, 0});
  EXPECT_TRUE(policy.compile({}));
}

TEST(Policy, ARealmThatANonceCannotBeBoundToIsRefused) {
  Policy policy;
  policy.realm = std::string(WireLimits::realm_bytes, 'r');
  EXPECT_FALSE(policy.compile({}));
  policy.realm += 'r';
  EXPECT_TRUE(policy.compile({}));
}

TEST(Policy, FindsAnExtensionByEachOfItsNamesAndNothingElse) {
  Policy policy;
  ASSERT_FALSE(policy.compile({extension(7, "1001", "ann"), extension(9, "1002", "bob")}));
  EXPECT_EQ(policy.by_auth_name("bob")->number, "1002");
  EXPECT_EQ(policy.by_number(TenantId{1}, "1001")->auth_name, "ann");
  EXPECT_EQ(policy.by_id(ExtensionId{9})->auth_name, "bob");
  EXPECT_EQ(policy.by_auth_name("1001"), nullptr) << "a number is no registration name";
  EXPECT_EQ(policy.by_auth_name("Ann"), nullptr);
  EXPECT_EQ(policy.by_number(TenantId{1}, "ann"), nullptr);
  EXPECT_EQ(policy.by_id(ExtensionId{8}), nullptr);
}

TEST(Policy, KnowsTheNamesOfAThousandTenantsAndNobodyElses) {
  Policy policy;
  EXPECT_FALSE(policy.knows("1001"));
  std::vector<Extension> extensions;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    extensions.push_back(extension(i + 1, std::to_string(1'000 + i % 10), "name" + std::to_string(i), i + 1));
  ASSERT_FALSE(policy.compile(std::move(extensions)));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(policy.knows("name" + std::to_string(i)));
    EXPECT_EQ(policy.knows(std::to_string(1'000 + i)), i < 10);
    EXPECT_FALSE(policy.knows("mane" + std::to_string(i)));
  }
  EXPECT_FALSE(policy.knows(""));
  ASSERT_FALSE(policy.compile({}));
  EXPECT_FALSE(policy.knows("name1"));
}

TEST(Policy, FindsAnExtensionByTheNamesOfItsDevices) {
  Extension ann = extension(7, "1001", "ann");
  ann.devices = {{DeviceId{3}, "ann-browser", {}}, {DeviceId{4}, "ann-tablet", {}}};
  ann.devices[1].credentials.ha1[0].reveal()[0] = 1;
  Policy first;
  ASSERT_FALSE(first.compile({extension(9, "1002", "bob"), ann}));
  const Policy policy = first;  // what a copy knows is its own
  first = {};
  EXPECT_EQ(policy.by_auth_name("ann-tablet"), policy.by_id(ExtensionId{7}));
  const Login* const tablet = policy.login("ann-tablet");
  ASSERT_NE(tablet, nullptr);
  EXPECT_EQ(policy.device_of(*tablet)->id, DeviceId{4});
  EXPECT_EQ(policy.name_of(*tablet), "ann-tablet");
  EXPECT_EQ(&policy.credentials_of(*tablet), policy.by_id(ExtensionId{7})->credentials_of(DeviceId{4}));
  EXPECT_EQ(policy.device_of(*policy.login("ann")), nullptr);
  EXPECT_EQ(&policy.credentials_of(*policy.login("ann")), &policy.by_id(ExtensionId{7})->credentials);
  EXPECT_EQ(policy.by_id(ExtensionId{7})->credentials_of(DeviceId{5}), nullptr);
  EXPECT_EQ(policy.logins().size(), 4u);
  EXPECT_TRUE(policy.knows("ann-browser"));
}

TEST(Policy, ADeviceWithTheNameOfSomebodyElseIsRefused) {
  Extension ann = extension(7, "1001", "ann");
  ann.devices = {{DeviceId{3}, "bob", {}}};
  EXPECT_THAT(fault_of({ann, extension(9, "1002", "bob")}), HasSubstr("registration name bob"));
}

TEST(Policy, CompiledAnewForgetsWhoIsGone) {
  Policy policy;
  ASSERT_FALSE(policy.compile({extension(1, "1001", "ann")}));
  ASSERT_FALSE(policy.compile({extension(2, "1002", "bob")}));
  EXPECT_EQ(policy.by_auth_name("ann"), nullptr);
  EXPECT_EQ(policy.by_number(TenantId{1}, "1001"), nullptr);
  EXPECT_EQ(policy.by_id(ExtensionId{1}), nullptr);
  EXPECT_EQ(policy.extensions().size(), 1u);
}

TEST(Policy, IsLocalWhereOneOfItsNetworksIs) {
  Policy policy;
  policy.local_networks = {*Subnet::parse("192.0.2.0/24"), *Subnet::parse("2001:db8::/32")};
  EXPECT_TRUE(policy.is_local(*Address::parse("192.0.2.255")));
  EXPECT_TRUE(policy.is_local(*Address::parse("2001:db8::1")));
  EXPECT_FALSE(policy.is_local(*Address::parse("192.0.3.1")));
  EXPECT_FALSE(policy.is_local(*Address::parse("2001:db9::1")));
}

TEST(Policy, KnowsItsListenersById) {
  Policy policy;
  policy.listeners = {{ListenerId{4}, Transport::tls, *Endpoint::parse("192.0.2.1:5061"), {}}};
  EXPECT_EQ(policy.listener(ListenerId{4})->transport, Transport::tls);
  EXPECT_EQ(policy.listener(ListenerId{5}), nullptr);
}

}  // namespace
}  // namespace rf::policy
