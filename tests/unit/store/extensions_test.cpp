#include <gmock/gmock.h>

#include <set>

#include "core/auth/digest.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Extensions : public Scratch {
 protected:
  Extensions() : store_(open_store()) {}

  Expected<Account> add(const std::string& number, TenantId tenant = default_tenant) {
    NewExtension extension;
    extension.tenant = tenant;
    extension.number = number;
    return store_.add_extension(vault_, realm_, extension);
  }
  std::string column(const std::string& name, ExtensionId id) {
    std::string value;
    *raw() << "SELECT " << name << " FROM extensions WHERE id = " << id.value, soci::into(value);
    return value;
  }

  Store store_;
};

TEST_F(Extensions, LoadWithTheCredentialsOfThePasswordThatWasShown) {
  const auto account = add("1001");
  ASSERT_TRUE(account) << account.error().text;
  const auto loaded = store_.load_extensions(vault_, realm_);
  ASSERT_TRUE(loaded) << loaded.error().text;
  ASSERT_EQ(loaded->size(), 1u);
  const policy::Extension& extension = loaded->front();
  EXPECT_EQ(extension.id, account->id);
  EXPECT_EQ(extension.tenant, default_tenant);
  EXPECT_EQ(extension.number, "1001");
  EXPECT_EQ(extension.auth_name, account->auth_name);
  for (const auto algorithm : {policy::Algorithm::sha512_256, policy::Algorithm::sha256, policy::Algorithm::md5})
    EXPECT_EQ(extension.credentials.ha1[static_cast<std::size_t>(algorithm)].reveal(),
              auth::ha1(algorithm, account->auth_name, realm_, account->password.reveal()));
}

TEST_F(Extensions, KeepEverySettingThatWasGiven) {
  NewExtension extension;
  extension.number = "210";
  extension.auth_name = "desk.phone-A_1";
  extension.password = Secret<std::string>("correct-horse-battery");
  extension.settings = {"Zoë \"Desk\"", false, true, false, 3, policy::Newcomer::refuse, 9,
                        {true, "Yealink\t\xff", {*Subnet::parse("203.0.113.0/24"), *Subnet::parse("2001:db8::/32")}}};
  EXPECT_EQ(store_.add_extension(vault_, realm_, extension).error().fault, Fault::invalid_value);
  extension.settings.phone.agent_prefix = "Yealink \\ T46";
  const auto account = store_.add_extension(vault_, realm_, extension);
  ASSERT_TRUE(account) << account.error().text;
  EXPECT_EQ(account->auth_name, "desk.phone-A_1");
  EXPECT_EQ(account->password.reveal(), "correct-horse-battery");

  const auto row = store_.find_extension(default_tenant, "210");
  const auto loaded = store_.load_extensions(vault_, realm_);
  ASSERT_TRUE(row && loaded);
  EXPECT_EQ(row->realm, realm_);
  EXPECT_EQ(row->settings.display_name, "Zoë \"Desk\"");
  EXPECT_EQ(loaded->front().display_name, "Zoë \"Desk\"");
  EXPECT_FALSE(row->settings.enabled || loaded->front().enabled);
  EXPECT_TRUE(row->settings.remote_allowed && loaded->front().remote_allowed);
  EXPECT_FALSE(row->settings.md5_allowed || loaded->front().md5_allowed);
  EXPECT_EQ(row->settings.registrations_max, 3);
  EXPECT_EQ(loaded->front().registrations_max, 3);
  EXPECT_EQ(loaded->front().newcomer, policy::Newcomer::refuse);
  EXPECT_EQ(row->settings.calls_max, 9);
  EXPECT_EQ(loaded->front().calls_max, 9);
  EXPECT_EQ(row->settings.phone, extension.settings.phone);
  EXPECT_EQ(loaded->front().phone, extension.settings.phone);
}

TEST_F(Extensions, AreReadOneByOneAsWithAllOthers) {
  ASSERT_TRUE(add("1001") && add("1002"));
  const auto all = store_.load_extensions(vault_, realm_);
  const auto one = store_.load_extensions(vault_, realm_, Store::Numbered(default_tenant, "1002"));
  ASSERT_TRUE(all && one);
  ASSERT_EQ(all->size(), 2u);
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ(one->front().id, all->back().id);
  EXPECT_EQ(one->front().credentials.ha1[0].reveal(), all->back().credentials.ha1[0].reveal());
  for (const auto& nobody : {Store::Numbered(default_tenant, "1003"), Store::Numbered(TenantId{9}, "1002")})
    EXPECT_TRUE(store_.load_extensions(vault_, realm_, nobody)->empty());
}

TEST_F(Extensions, StandInTheFileWithoutPasswordsAndHashes) {
  const auto account = add("1001");
  ASSERT_TRUE(account);
  const auto ha1 = auth::ha1(policy::Algorithm::md5, account->auth_name, realm_, account->password.reveal());
  std::string hex;
  for (std::size_t i = 0; i < 16; ++i) hex += fmt::format("{:02x}", ha1[i]);
  const std::string raw_hash(reinterpret_cast<const char*>(ha1.data()), 16);
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    std::string bytes(std::filesystem::file_size(entry), '\0');
    std::FILE* file = std::fopen(entry.path().c_str(), "rb");
    ASSERT_NE(file, nullptr);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    EXPECT_EQ(bytes.find(account->password.reveal()), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(hex), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(raw_hash), std::string::npos) << entry.path();
  }
}

TEST_F(Extensions, AreRefusedWhenTheirSealedValuesWereSwapped) {
  const auto a = add("1001"), b = add("1002");
  ASSERT_TRUE(a && b);
  // Somebody who can write the database gives 1002 the password of 1001, whose password he knows.
  auto sql = raw();
  for (const char* name : {"ha1_sha512_256", "ha1_sha256", "ha1_md5"}) {
    const std::string value = column(name, a->id), before = column(name, b->id);
    *sql << "UPDATE extensions SET " << name << " = :value WHERE id = " << b->id.value, soci::use(value);
    const auto loaded = store_.load_extensions(vault_, realm_);
    ASSERT_FALSE(loaded) << name;
    EXPECT_EQ(loaded.error().fault, Fault::wrong_key);
    EXPECT_THAT(loaded.error().text, HasSubstr("1002"));
    *sql << "UPDATE extensions SET " << name << " = :value WHERE id = " << b->id.value, soci::use(before);
  }
  EXPECT_TRUE(store_.load_extensions(vault_, realm_));
}

TEST_F(Extensions, AreRefusedWhenOneOfTheirHashesStandsForAnother) {
  const auto account = add("1001");
  ASSERT_TRUE(account);
  *raw() << "UPDATE extensions SET ha1_sha256 = ha1_sha512_256";
  EXPECT_EQ(store_.load_extensions(vault_, realm_).error().fault, Fault::wrong_key);
}

TEST_F(Extensions, AreRefusedWhenTheirRegistrationNameWasChangedBehindTheStore) {
  ASSERT_TRUE(add("1001"));
  *raw() << "UPDATE extensions SET auth_name = 'mallory'";
  EXPECT_EQ(store_.load_extensions(vault_, realm_).error().fault, Fault::wrong_key);
}

TEST_F(Extensions, NeedTheKeyThatSealedThem) {
  ASSERT_TRUE(add("1001"));
  const seal::Vault other{seal::Vault::Key{9}};
  NewExtension extension;
  extension.number = "1002";
  EXPECT_EQ(store_.load_extensions(other, realm_).error().fault, Fault::wrong_key);
  EXPECT_EQ(store_.add_extension(other, realm_, extension).error().fault, Fault::wrong_key);
  EXPECT_EQ(store_.reset_password(other, realm_, default_tenant, "1001").error().fault, Fault::wrong_key);
  EXPECT_EQ(store_.extensions()->size(), 1u);
}

TEST_F(Extensions, OfAnotherRealmStopTheStartWithTheRemedy) {
  for (int i = 1001; i <= 1009; ++i) ASSERT_TRUE(add(std::to_string(i)));
  const auto loaded = store_.load_extensions(vault_, "example.com");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fault, Fault::other_realm);
  EXPECT_THAT(loaded.error().text, HasSubstr("1001"));
  EXPECT_THAT(loaded.error().text, HasSubstr("and 4 more"));
  EXPECT_THAT(loaded.error().text, HasSubstr("reset-password"));
  for (int i = 1001; i <= 1009; ++i)
    ASSERT_TRUE(store_.reset_password(vault_, "example.com", default_tenant, std::to_string(i)));
  EXPECT_TRUE(store_.load_extensions(vault_, "example.com"));
}

TEST_F(Extensions, AreRefusedWithASentenceForEachWrongValue) {
  const auto refused = [&](auto&& change) {
    NewExtension extension;
    extension.number = "1001";
    change(extension);
    const auto account = store_.add_extension(vault_, realm_, extension);
    return !account && account.error().fault == Fault::invalid_value && !account.error().text.empty();
  };
  for (const char* number : {"", "1", "1234567890123456", "10a", "+49301", " 100", "100\n", "*10", "１００"})
    EXPECT_TRUE(refused([&](NewExtension& e) { e.number = number; })) << number;
  for (const char* name : {"ab", "with space", "a@b", "x1001", "1001", "naïve", "a\"b"})
    EXPECT_TRUE(refused([&](NewExtension& e) { e.auth_name = name; })) << name;
  EXPECT_TRUE(refused([&](NewExtension& e) { e.auth_name = std::string(65, 'a'); }));
  for (const char* password : {"short", "has a space inside", "tab\tinside-it-too", "ünïcödé-päßwörd"})
    EXPECT_TRUE(refused([&](NewExtension& e) { e.password = Secret<std::string>(password); })) << password;
  EXPECT_TRUE(refused([&](NewExtension& e) { e.password = Secret<std::string>(std::string(129, 'a')); }));
  for (const std::string& name : {std::string(65, 'x'), std::string("a\r\nVia: b"), std::string("caf\xe9")})
    EXPECT_TRUE(refused([&](NewExtension& e) { e.settings.display_name = name; })) << name;
  EXPECT_TRUE(refused([&](NewExtension& e) { e.settings.registrations_max = 0; }));
  EXPECT_TRUE(refused([&](NewExtension& e) { e.settings.registrations_max = 17; }));
  EXPECT_TRUE(refused([&](NewExtension& e) { e.settings.calls_max = 0; }));
  EXPECT_TRUE(refused([&](NewExtension& e) { e.settings.calls_max = 1'001; }));
  EXPECT_FALSE(refused([](NewExtension&) {}));
}

TEST_F(Extensions, NeverShowAPasswordInAMessage) {
  NewExtension extension;
  extension.number = "1001";
  extension.password = Secret<std::string>("hunter2");
  EXPECT_THAT(store_.add_extension(vault_, realm_, extension).error().text, Not(HasSubstr("hunter2")));
}

TEST_F(Extensions, HaveANumberOnceInATenantAndARegistrationNameOnceInTheSystem) {
  const auto tenant = store_.add_tenant("second");
  ASSERT_TRUE(tenant);
  ASSERT_TRUE(add("1001"));
  EXPECT_EQ(add("1001").error().fault, Fault::duplicate_number);
  EXPECT_TRUE(add("1001", *tenant));
  EXPECT_EQ(add("1002", TenantId{99}).error().fault, Fault::unknown_tenant);

  NewExtension extension;
  extension.number = "1003";
  extension.auth_name = "reception";
  ASSERT_TRUE(store_.add_extension(vault_, realm_, extension));
  extension.tenant = *tenant;
  EXPECT_EQ(store_.add_extension(vault_, realm_, extension).error().fault, Fault::duplicate_auth_name);
}

TEST_F(Extensions, ChangeOnlyWhatIsNamed) {
  const auto account = add("1001");
  ASSERT_TRUE(account);
  ExtensionChange change;
  change.display_name = "Reception";
  change.calls_max = 7;
  const auto row = store_.set_extension(default_tenant, "1001", change);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->settings.display_name, "Reception");
  EXPECT_EQ(row->settings.calls_max, 7);
  EXPECT_TRUE(row->settings.enabled);
  change = {};
  change.enabled = false;
  change.md5_allowed = false;
  change.remote_allowed = true;
  change.registrations_max = 2;
  change.newcomer = policy::Newcomer::refuse;
  change.agent_prefix = "Snom";
  change.permitted = {{*Subnet::parse("198.51.100.7")}};
  change.countries = parse_countries("DE,AT");
  ASSERT_TRUE(store_.set_extension(default_tenant, "1001", change));
  const auto loaded = store_.load_extensions(vault_, realm_);
  ASSERT_TRUE(loaded);
  const policy::Extension& extension = loaded->front();
  EXPECT_EQ(extension.display_name, "Reception");
  EXPECT_EQ(extension.calls_max, 7);
  EXPECT_FALSE(extension.enabled || extension.md5_allowed);
  EXPECT_TRUE(extension.remote_allowed);
  EXPECT_EQ(extension.registrations_max, 2);
  EXPECT_EQ(extension.newcomer, policy::Newcomer::refuse);
  EXPECT_EQ(extension.auth_name, account->auth_name);
  EXPECT_EQ(extension.phone.agent_prefix, "Snom");
  EXPECT_EQ(extension.phone.permitted.size(), 1u);
  EXPECT_EQ(rf::text_of(extension.phone.countries), "AT,DE");
}

TEST_F(Extensions, StayAsTheyAreWhenAChangeIsRefused) {
  ASSERT_TRUE(add("1001"));
  ExtensionChange change;
  change.enabled = false;
  change.calls_max = 0;
  EXPECT_EQ(store_.set_extension(default_tenant, "1001", change).error().fault, Fault::invalid_value);
  EXPECT_TRUE(store_.find_extension(default_tenant, "1001")->settings.enabled);
  EXPECT_EQ(store_.set_extension(default_tenant, "1002", {}).error().fault, Fault::not_found);
}

TEST_F(Extensions, TakeTheirBindingsWithThemAndLeaveTheirCallsAndTheirId) {
  const auto account = add("1001");
  ASSERT_TRUE(account);
  {
    auto writer = start_writer();
    writer->push(effect::StoreBinding{1, binding_of(account->id)});
    writer->push(effect::OpenCdr{2, open_cdr(1)});
  }
  ASSERT_EQ(store_.counts()->bindings, 1u);
  ASSERT_TRUE(store_.remove_extension(default_tenant, "1001"));
  EXPECT_EQ(store_.counts()->bindings, 0u);
  EXPECT_EQ(store_.counts()->cdrs, 1u);
  EXPECT_EQ(store_.remove_extension(default_tenant, "1001").error().fault, Fault::not_found);
  EXPECT_EQ(store_.find_extension(default_tenant, "1001").error().fault, Fault::not_found);
  const auto again = add("1001");
  ASSERT_TRUE(again);
  EXPECT_NE(again->id, account->id);
  EXPECT_NE(again->auth_name, account->auth_name);
}

TEST_F(Extensions, WithANewPasswordLoseTheirBindingsAndTheOldPassword) {
  const auto account = add("1001");
  ASSERT_TRUE(account);
  {
    auto writer = start_writer();
    writer->push(effect::StoreBinding{1, binding_of(account->id)});
  }
  const auto reset = store_.reset_password(vault_, realm_, default_tenant, "1001");
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->auth_name, account->auth_name);
  EXPECT_NE(reset->password.reveal(), account->password.reveal());
  EXPECT_EQ(store_.counts()->bindings, 0u);
  EXPECT_EQ(store_.load_extensions(vault_, realm_)->front().credentials.ha1[0].reveal(),
            auth::ha1(policy::Algorithm::sha512_256, reset->auth_name, realm_, reset->password.reveal()));

  const auto renamed = store_.reset_password(vault_, realm_, default_tenant, "1001", true);
  ASSERT_TRUE(renamed);
  EXPECT_NE(renamed->auth_name, account->auth_name);
  EXPECT_EQ(store_.load_extensions(vault_, realm_)->front().auth_name, renamed->auth_name);
  EXPECT_EQ(store_.reset_password(vault_, realm_, default_tenant, "1002").error().fault, Fault::not_found);
}

TEST_F(Extensions, AreListedByTenantAndNumber) {
  const auto tenant = store_.add_tenant("second");
  ASSERT_TRUE(tenant);
  for (const char* number : {"1003", "1001", "1002"}) ASSERT_TRUE(add(number));
  ASSERT_TRUE(add("1000", *tenant));
  std::string order;
  const auto rows = store_.extensions();
  ASSERT_TRUE(rows);
  for (const ExtensionRow& row : *rows) order += row.number + " ";
  EXPECT_EQ(order, "1001 1002 1003 1000 ");
}

TEST_F(Extensions, DoNotListenToSqlInTheirTexts) {
  ASSERT_TRUE(add("1001"));
  EXPECT_EQ(store_.find_extension(default_tenant, "' OR 1 = 1 --").error().fault, Fault::not_found);
  ExtensionChange change;
  change.display_name = "'; DROP TABLE cdrs; --";
  ASSERT_TRUE(store_.set_extension(default_tenant, "1001", change));
  EXPECT_EQ(store_.find_extension(default_tenant, "1001")->settings.display_name, "'; DROP TABLE cdrs; --");
  EXPECT_TRUE(store_.counts());
}

TEST_F(Extensions, BelongToTenantsWithNamesOfTheirOwn) {
  EXPECT_TRUE(store_.add_tenant("Büro Süd"));
  EXPECT_EQ(store_.add_tenant("Büro Süd").error().fault, Fault::duplicate_name);
  EXPECT_EQ(store_.add_tenant("default").error().fault, Fault::duplicate_name);
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("a\nb"), std::string("\xff")})
    EXPECT_EQ(store_.add_tenant(name).error().fault, Fault::invalid_value) << name;
  const auto tenants = store_.tenants();
  ASSERT_TRUE(tenants);
  ASSERT_EQ(tenants->size(), 2u);
  EXPECT_EQ(tenants->back().name, "Büro Süd");
}

}  // namespace
}  // namespace rf::store
