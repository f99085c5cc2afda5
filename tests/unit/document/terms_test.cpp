#include "core/document/terms.hpp"
#include "core/base/limits/call.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <toml++/toml.h>

#include "core/document/change.hpp"
#include "core/document/roles.hpp"
#include "core/document/rows.hpp"
#include "core/toll/decide.hpp"

namespace rf::document {
namespace {

using testing::HasSubstr;

constexpr TenantId us{1};

std::vector<Placed> placed(std::string_view text) {
  const auto objects = read_objects(text);
  EXPECT_TRUE(objects) << (objects ? "" : objects.error().told.front().text);
  std::vector<Placed> out;
  if (!objects) return out;
  for (const Object& object : *objects) {
    Placed& one = out.emplace_back(Placed{out.size() + 1, *table_of(object)});
    one.token = "abcdefghijklmnopqrstuvwxyz";
    if (object.kind == Kind::deck)
      one.deck = std::make_shared<const money::Deck>(
          *money::Deck::of(*rates_of(object, one.table, *money::Currency::parse("EUR"))));
    if (object.kind == Kind::number_list) one.lines = *lines_of(object, one.table, *Country::parse("DE"));
  }
  return out;
}

Around around() {
  return {us,
          "default",
          {{us, "1001", ExtensionId{11}}, {us, "1002", ExtensionId{12}}},
          [](std::string_view name) -> std::expected<schedule::ZoneRef, std::string> {
            if (name == "UTC") return std::make_shared<const schedule::Zone>(schedule::Zone::utc());
            return std::unexpected("there is no such zone");
          }};
}

constexpr std::string_view office =
    "[telephony]\nhome = \"DE\"\narea_code = \"30\"\n"
    "[limit.extension]\nday = \"7.50\"\n"
    "[limit.extension.1001]\nmonth = 90\npaces = [\"2 per 1s\", \"distinct 9 per 1h\"]\n"
    "[department.sales]\n"
    "[trunk.p]\nkind = \"registers\"\nuri = \"sip:p.example\"\nuser = \"us\"\ndeck = \"d\"\n"
    "[route.abroad]\npatterns = [\"+.\"]\ntrunks = [\"p\"]\n"
    "[extension.1001]\nreach = \"international\"\ndepartment = \"sales\"\nclasses = [\"premium\"]\n"
    "[number-list.fraud]\nlines = [\"+447700900123\"]\n"
    "[deck.d]\nrates = [\"prefix,rate_per_min\", \"44,0.01\", \"49,0.02\"]\n";

TEST(Terms, SayWhatTheObjectsSay) {
  const auto terms = terms_of(placed(office), around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  EXPECT_EQ(terms->currency.text(), "EUR");
  ASSERT_EQ(terms->extensions.size(), 2u) << "who has no object has terms, too";
  const toll::ExtensionTerms& ann = terms->extensions[0];
  EXPECT_EQ(ann.reach, toll::Reach::international);
  EXPECT_EQ(ann.allowed_classes, toll::class_bit(number::Class::premium));
  EXPECT_EQ(ann.department, terms->departments[0].id);
  EXPECT_EQ(ann.spending.money.day, 7'500'000) << "of all extensions";
  EXPECT_EQ(ann.spending.money.month, 90'000'000) << "its own";
  ASSERT_EQ(ann.spending.paces.size(), 2u);
  EXPECT_TRUE(ann.spending.paces[1].distinct);
  const toll::ExtensionTerms& other = terms->extensions[1];
  EXPECT_EQ(other.reach, toll::Reach::national);
  EXPECT_EQ(other.allowed_classes, 0);
  EXPECT_EQ(other.spending.money.month, 200'000'000) << "the standing cap";
  EXPECT_EQ(terms->system.money.day, 500'000'000);
  EXPECT_EQ(terms->system.duration_s, 10'800u);
  EXPECT_EQ(terms->trunks[0].line.domain, "p.example");
  EXPECT_EQ(terms->departments[0].spending.money.day, std::nullopt);
}

constexpr std::string_view answers =
    "[pin-list.abroad]\ntries = 5\nlock = \"1h\"\n"
    "[ring-group.sales]\nnumber = \"600\"\nmembers = [\"1002\", \"1001\"]\norder = \"in_turn\"\nring = \"9s\"\n"
    "otherwise = \"1001\"\n"
    "[inbound.pests]\ncaller_lists = [\"fraud\"]\ntarget = \"reject\"\n"
    "[inbound.sales]\ntarget = \"ring_group\"\nring_group = \"sales\"\ncaller_pace = \"5 per 1m\"\n"
    "[inbound.closed]\ntarget = \"announcement\"\nannouncement = \"closed\"\n"
    "[extension.1002]\nforward_busy = \"600\"\nforward_offline = \"0301234567\"\nforward_after = \"9s\"\n"
    "forward_reach = \"national\"\ntransfers = false\n";

TEST(Terms, SayWhoAnswersForWhomAndWhichPinsAreAskedFor) {
  auto objects = placed(std::string(office) + std::string(answers));
  for (Placed& each : objects)
    if (each.table.kind() == Kind::pin_list) each.pins.push_back({"project-7", {1, 2, 3}});
  auto about = around();
  about.pin_key[0] = 9;
  const auto terms = terms_of(objects, about);
  ASSERT_TRUE(terms) << terms.error().front().text;
  EXPECT_EQ(terms->pin_key[0], 9);
  ASSERT_EQ(terms->pin_lists.size(), 1u);
  EXPECT_EQ(terms->pin_lists[0].tries, 5u);
  EXPECT_EQ(terms->pin_lists[0].lock_s, 3'600u);
  EXPECT_EQ(terms->pin_lists[0].pins[0].account, "project-7");
  ASSERT_EQ(terms->ring_groups.size(), 1u);
  const toll::RingGroupTerms& group = terms->ring_groups[0];
  EXPECT_EQ(group.members, (std::vector<std::string>{"1002", "1001"}));
  EXPECT_EQ(group.order, toll::RingGroupTerms::Order::in_turn);
  EXPECT_EQ(group.number + "/" + std::to_string(group.ring_s) + "/" + group.otherwise, "600/9/1001");
  ASSERT_EQ(terms->inbound.size(), 3u);
  EXPECT_EQ(terms->inbound[0].caller_lists, std::vector<std::string>{"fraud"});
  EXPECT_EQ(terms->inbound[1].target, toll::InboundTerms::Target::ring_group);
  EXPECT_EQ(terms->inbound[1].caller_pace->calls, 5u);
  EXPECT_EQ(terms->inbound[1].caller_pace->period_s, 60u);
  EXPECT_EQ(terms->inbound[2].announcement, "closed");
  const toll::ExtensionTerms& plain = terms->extensions[0];
  EXPECT_FALSE(plain.forward.any());
  EXPECT_EQ(plain.forward.reach, toll::Reach::internal);
  EXPECT_TRUE(plain.transfers);
  const toll::ExtensionTerms& other = terms->extensions[1];
  EXPECT_EQ(other.forward.busy + "/" + other.forward.offline, "600/0301234567");
  EXPECT_EQ(other.forward.after_s, 9u);
  EXPECT_EQ(other.forward.reach, toll::Reach::national);
  EXPECT_FALSE(other.transfers);
  EXPECT_EQ(terms->tenants[0].language, "en");
  const auto plan = toll::Plan::compile(*terms, about.extensions, 7);
  ASSERT_TRUE(plan) << plan.error().front().text;
  EXPECT_EQ((*plan)->ring_group(us, "600")->name, "sales");
  EXPECT_EQ((*plan)->pin_list(us, "abroad")->tries, 5u);
}

TEST(Terms, ATenantsShareOfATrunkCallersCountriesAndTheNumberForTestsAreRead) {
  const auto terms = terms_of(placed("[telephony]\nhome = \"DE\"\nemergency = [\"4711\"]\nemergency_test = \"933\"\n"
                                     "[trunk.p]\nkind = \"registers\"\nuri = \"sip:p.example\"\nuser = \"us\"\n"
                                     "tenant_alert = 3\ntenant_calls = 5\n"
                                     "[route.abroad]\npatterns = [\"+.\"]\ntrunks = [\"p\"]\n"
                                     "caller_countries = [\"DE\", \"GB\"]\n"),
                              around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  EXPECT_EQ(terms->tenants[0].emergency_test, "933");
  EXPECT_THAT(terms->tenants[0].emergency, testing::ElementsAre("4711", "933"));
  EXPECT_EQ(terms->trunks[0].of_tenant.alert_at, 3u);
  EXPECT_EQ(terms->trunks[0].of_tenant.block_at, 5u);
  EXPECT_THAT(terms->routes[0].caller_countries, testing::ElementsAre("DE", "GB"));
}

TEST(Terms, ARealEmergencyNumberIsNoNumberForTests) {
  for (const std::string_view number : {"112", "4711"}) {
    const auto terms = terms_of(
        placed(fmt::format("[telephony]\nhome = \"DE\"\nemergency = [\"4711\"]\nemergency_test = \"{}\"\n", number)),
        around());
    ASSERT_FALSE(terms) << number;
    EXPECT_THAT(terms.error().front().text, HasSubstr("real emergency number"));
  }
}

TEST(Terms, ATrunkReadsNationalNumbersAsItsHomeDoesElseTheTenants) {
  const auto read = [](const std::string& home, const std::string& of_trunk, std::string_view text) {
    const auto terms = terms_of(
        placed("[telephony]\nhome = \"" + home + "\"\n[trunk.q]\nkind = \"peer_address\"\nuri = \"sip:q\"\n"
               "sources = [\"192.0.2.1\"]\n" + of_trunk),
        around());
    EXPECT_TRUE(terms) << terms.error().front().text;
    return trunk::read_number(text, terms->trunks[0].believe.format).value_or("none");
  };
  EXPECT_EQ(read("DE", "", "030123456"), "+4930123456");
  EXPECT_EQ(read("DE", "", "0044207946000"), "+44207946000");
  EXPECT_EQ(read("DE", "home = \"GB\"\n", "02079460000"), "+442079460000");
  EXPECT_EQ(read("DE", "caller_code = \"44\"\n", "02079460000"), "+442079460000");
  EXPECT_EQ(read("IT", "", "0612345678"), "+390612345678") << "its zero belongs to the number";
  EXPECT_EQ(read("DE", "caller_form = \"digits\"\n", "4930123456"), "+4930123456");
  EXPECT_EQ(read("DE", "", "112"), "none");
  const auto written = terms_of(placed("[telephony]\nhome = \"DE\"\n[trunk.q]\nkind = \"peer_address\"\n"
                                       "uri = \"sip:q\"\nsources = [\"192.0.2.1\"]\ncaller_form = \"national\"\n"),
                                around());
  ASSERT_TRUE(written) << written.error().front().text;
  std::string out;
  EXPECT_TRUE(trunk::append_number(out, "+4930123456", written->trunks[0].present.format));
  EXPECT_EQ(out, "030123456");
}

TEST(Terms, EncryptionOfMediaIsTheTransportsUnlessAWordSaysOtherwise) {
  const std::string rules(office);
  const auto usual = terms_of(placed(rules), around());
  ASSERT_TRUE(usual);
  EXPECT_FALSE(usual->extensions[0].media_encryption);
  EXPECT_FALSE(usual->trunks[0].line.media_encryption);
  EXPECT_EQ(usual->extensions[0].keys, policy::Keys::automatic);
  EXPECT_EQ(usual->trunks[0].line.keys, policy::Keys::automatic);
  const auto said = terms_of(placed(rules + "[extension.1002]\nmedia_encryption = \"required\"\n"), around());
  ASSERT_TRUE(said) << said.error().front().text;
  EXPECT_EQ(said->extensions[1].media_encryption, policy::Encryption::required);
  EXPECT_FALSE(read_objects(rules + "[extension.1002]\nmedia_encryption = \"must\"\n"));
}

TEST(Terms, KeysGoTheWayThatIsNamed) {
  const std::string rules(office);
  for (const auto& [name, way] :
       std::initializer_list<std::pair<std::string_view, policy::Keys>>{{"auto", policy::Keys::automatic},
                                                                        {"rfc4733", policy::Keys::events},
                                                                        {"info", policy::Keys::info},
                                                                        {"inband", policy::Keys::sound}}) {
    const auto said = terms_of(placed(rules + fmt::format("[extension.1002]\ndtmf = \"{}\"\n", name)), around());
    ASSERT_TRUE(said) << said.error().front().text;
    EXPECT_EQ(said->extensions[1].keys, way);
  }
  EXPECT_FALSE(read_objects(rules + "[extension.1002]\ndtmf = \"sound\"\n"));
}

TEST(Terms, UnusualCallsAreToldAndRefusedByThresholdsOfWhoCalls) {
  const auto terms =
      terms_of(placed("[limit.extension]\nunusual_alert = 60\n[limit.extension.1001]\nunusual_block = 0\n"
                      "[limit.tenant]\nunusual_pin = 50\nunusual_pins = \"staff\"\n"),
               around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  const auto& own = terms->extensions[0].spending.unusual;
  EXPECT_EQ(own.alert, 60) << "of all extensions";
  EXPECT_EQ(own.block, 0) << "its own";
  const auto& other = terms->extensions[1].spending.unusual;
  EXPECT_EQ(other.pin, 0) << "stands";
  EXPECT_EQ(other.block, 90) << "stands";
  EXPECT_EQ(terms->tenants[0].spending.unusual.pin, 50);
  EXPECT_EQ(terms->tenants[0].spending.unusual.alert, 40);
  EXPECT_EQ(terms->tenants[0].spending.unusual.block, 90) << "of what no daytime comes to, see pattern::find_unusual";
  EXPECT_EQ(terms->tenants[0].unusual_pins, "staff");
  EXPECT_EQ(terms->system.unusual.block, 0) << "the system has no habits";
  EXPECT_FALSE(toll::Plan::compile(*terms, around().extensions, 7)) << "there is no such list of PINs";
}

TEST(Terms, OnlyATrunkThatRegistersHasAContactThere) {
  const auto terms = terms_of(
      placed(std::string(office) + "[trunk.q]\nkind = \"peer_address\"\nuri = \"sip:q\"\nsources = [\"192.0.2.1\"]\n"),
      around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  ASSERT_EQ(terms->trunks.size(), 2u);
  for (const toll::TrunkTerms& each : terms->trunks) {
    const bool registers = each.line.name == "p";
    EXPECT_EQ(each.line.registers, registers);
    EXPECT_EQ(each.line.contact.empty(), !registers);
    EXPECT_EQ(each.line.contact, each.identity.contact) << "calls that come to it are recognised by it";
  }
}

TEST(Terms, MakeAPlanThatDecides) {
  const auto terms = terms_of(placed(office), around());
  ASSERT_TRUE(terms);
  const auto plan = toll::Plan::compile(*terms, around().extensions, 7);
  ASSERT_TRUE(plan) << plan.error().front().text;
  using enum toll::Decision::Action;
  EXPECT_EQ(toll::decide(**plan, {}, {us, ExtensionId{11}, "00442079460000"}).action, leave);
  EXPECT_EQ(toll::decide(**plan, {}, {us, ExtensionId{12}, "00442079460000"}).action, refuse) << "national reach";
  EXPECT_EQ(toll::decide(**plan, {}, {us, ExtensionId{11}, "+447700900123"}).action, refuse) << "listed";
}

std::string faults(std::string_view more) {
  const auto terms = terms_of(placed(std::string(office) + std::string(more)), around());
  std::string out;
  if (!terms)
    for (const toll::PlanFault& fault : terms.error())
      out += fault.kind + " " + fault.name + " " + fault.text + "; " + fault.remedy + "\n";
  return out;
}

TEST(Terms, AMisspeltNameIsAFaultAndNotAMissingRestriction) {
  EXPECT_EQ(faults(""), "");
  EXPECT_THAT(faults("[route.r]\ntrunks = [\"p\"]\nhours = \"ofice\"\n"),
              HasSubstr("route r hours names the schedule"));
  EXPECT_THAT(faults("[route.r]\ntrunks = [\"p\"]\nextensions = [\"1009\"]\n"), HasSubstr("the extension 1009"));
  EXPECT_THAT(faults("[limit.extension.1009]\n"), HasSubstr("is about the extension 1009, which there is not"));
  EXPECT_THAT(faults("[limit.trunk.q]\n"), HasSubstr("is about the trunk q"));
  EXPECT_THAT(faults("[extension.1002]\ndepartment = \"slaes\"\n"), HasSubstr("the department slaes"));
  EXPECT_THAT(faults("[inbound.i]\n"), HasSubstr("calls nobody"));
  EXPECT_THAT(faults("[trunk.q]\nkind = \"peer_address\"\nuri = \"sip:q\"\n"), HasSubstr("has no sources"));
  EXPECT_THAT(faults("[limit.system]\nwarn = [80, 50]\n"), HasSubstr("does not rise"));
  EXPECT_THAT(faults("[limit.system]\npaces = [\"5 per 1m\", \"9 per 60s\"]\n"), HasSubstr("two paces over one time"));
  EXPECT_THAT(faults("[limit.system]\npaces = [\"5 per 1m\", \"alert 6 per 60s\"]\n"), HasSubstr("never be told"));
  EXPECT_THAT(faults("[schedule.s]\nhours = [\"mon 08:00-10:00\", \"mon 09:00-11:00\"]\n"), HasSubstr("schedule s"));
  EXPECT_THAT(faults("[schedule.s]\nhours = [\"mon 08:00-10:00\"]\nzone = \"Europe/Belin\"\n"), HasSubstr("zone"));
}

TEST(Terms, APaceThatOnlyAlertsLeavesAnExtensionTheOneOfTheSystem) {
  const auto terms = terms_of(placed(
      "[limit.extension.1001]\npaces = [\"alert distinct 9 per 1h\"]\n[limit.tenant]\npaces = [\"alert 9 per 1m\"]\n"),
                              around());
  ASSERT_TRUE(terms);
  const auto ann = std::find_if(terms->extensions.begin(), terms->extensions.end(),
                                [](const toll::ExtensionTerms& each) { return each.id == ExtensionId{11}; });
  ASSERT_NE(ann, terms->extensions.end());
  ASSERT_EQ(ann->spending.paces.size(), 2u);
  EXPECT_EQ(ann->spending.paces[0].calls, toll::default_pace.calls);
  EXPECT_FALSE(ann->spending.paces[0].alert);
  EXPECT_TRUE(ann->spending.paces[1].alert && ann->spending.paces[1].distinct);
  ASSERT_EQ(terms->tenants[0].spending.paces.size(), 1u);
  EXPECT_TRUE(terms->tenants[0].spending.paces[0].alert);
}

toll::ExtensionTerms second_with(std::string_view more) {
  const auto terms = terms_of(placed(std::string(office) + std::string(more)), around());
  EXPECT_TRUE(terms) << (terms ? "" : terms.error().front().text);
  return terms ? terms->extensions[1] : toll::ExtensionTerms{};
}

constexpr std::string_view sales_role =
    "[calling-role.sales]\nreach = \"international\"\nabroad = [\"FR\", \"GB\"]\nclasses = [\"shared_cost\"]\n";

TEST(Roles, AnExtensionMayWhatItsRoleMayAndLessWhereItSaysSo) {
  const std::string role(sales_role);
  const auto all = second_with(role + "[extension.1002]\nrole = \"sales\"\n");
  EXPECT_EQ(all.role, "sales");
  EXPECT_EQ(all.reach, toll::Reach::international);
  EXPECT_EQ(all.countries.count(), 2u);
  EXPECT_EQ(all.allowed_classes, toll::class_bit(number::Class::shared_cost));
  const auto less =
      second_with(role + "[extension.1002]\nrole = \"sales\"\nreach = \"national\"\nabroad = [\"fr\"]\nclasses = []\n");
  EXPECT_EQ(less.reach, toll::Reach::national);
  EXPECT_EQ(less.countries.count(), 1u);
  EXPECT_EQ(less.allowed_classes, 0);
  EXPECT_EQ(second_with("[extension.1002]\nreach = \"international\"\n").reach, toll::Reach::international)
      << "without a role it says so itself, as ever";
}

TEST(Roles, ThreeAreBuiltInAndNoneOfThemCallsWhatSomebodyEarnsFrom) {
  for (const std::string_view name : built_in_roles()) {
    const auto terms = second_with(fmt::format("[extension.1002]\nrole = \"{}\"\n", name));
    EXPECT_EQ(name_of(terms.reach), name);
    EXPECT_EQ(terms.allowed_classes, 0) << name;
    EXPECT_THAT(faults(fmt::format("[calling-role.{}]\nreach = \"international\"\n", name)), HasSubstr("is built in"));
  }
  EXPECT_EQ(built_in_role("premium"), std::nullopt);
  EXPECT_THAT(faults("[extension.1002]\nrole = \"natoinal\"\n"), HasSubstr("names the calling-role natoinal"));
}

TEST(Roles, WhoSaysMoreForHimselfThanHisRoleIsAFaultAndNotAWayAround) {
  const auto told = [](std::string_view own) {
    return faults(std::string(sales_role) +
                  "hours = \"office\"\n[schedule.office]\nhours = [\"mon-fri 08:00-18:00\"]\n[schedule.always]\n"
                  "hours = [\"mon-sun 00:00-24:00\"]\n[extension.1002]\nrole = \"sales\"\n" +
                  std::string(own));
  };
  EXPECT_EQ(told(""), "");
  EXPECT_THAT(told("classes = [\"premium\"]\n"), HasSubstr("classes has premium, which its role sales has not"));
  EXPECT_THAT(told("abroad = [\"FR\", \"CU\"]\n"), HasSubstr("abroad has CU, which its role sales has not"));
  EXPECT_THAT(told("abroad = []\n"), HasSubstr("abroad is any country"));
  EXPECT_THAT(told("hours = \"always\"\n"), HasSubstr("hours is always, and its role sales has office"));
  EXPECT_THAT(told("hours = \"\"\n"), HasSubstr("hours is"));
  EXPECT_THAT(faults("[extension.1002]\nrole = \"internal\"\nreach = \"national\"\n"),
              HasSubstr("extension 1002 reach is national, and its role internal reaches internal"));
}

TEST(Roles, ARoleMayAskForAccountCodesAndRoutesForRoles) {
  auto objects = placed(std::string(office) +
                        "[pin-list.clients]\nasks = \"account_code\"\n[calling-role.projects]\n"
                        "pins = \"clients\"\n[extension.1002]\nrole = \"projects\"\n"
                        "[route.r]\ntrunks = [\"p\"]\ncalling_roles = [\"projects\", \"internal\"]\n");
  const auto terms = terms_of(objects, around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  EXPECT_EQ(terms->extensions[1].pins, "clients");
  EXPECT_EQ(terms->pin_lists[0].asks, toll::PinListTerms::Asks::account_code);
  EXPECT_THAT(terms->routes[1].roles, testing::ElementsAre("projects", "internal"));
  const auto plan = toll::Plan::compile(*terms, around().extensions, 7);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().front().text,
            "asks for an account code of the list clients, which has none: nobody could call")
      << "told of the role " << plan.error().front().name;
  EXPECT_THAT(faults("[route.r]\ntrunks = [\"p\"]\ncalling_roles = [\"projcts\"]\n"),
              HasSubstr("the calling-role projcts"));
}

TEST(Countries, ArePermittedByTheSystemTheTenantAndADepartment) {
  const auto terms = terms_of(placed(std::string(office) + "[limit.system]\nabroad_denied = [\"CU\"]\n"
                                                           "[limit.tenant]\nabroad = [\"FR\", \"GB\"]\n"
                                                           "[limit.department.sales]\nabroad_denied = [\"FR\"]\n"),
                              around());
  ASSERT_TRUE(terms) << terms.error().front().text;
  EXPECT_EQ(rf::text_of(terms->countries.denied), "CU");
  EXPECT_EQ(rf::text_of(terms->tenants[0].countries.only), "FR,GB");
  EXPECT_EQ(rf::text_of(terms->departments[0].countries.denied), "FR");
  EXPECT_FALSE(read_objects("[limit.extension.1001]\nabroad_denied = [\"FR\"]\n")) << "an extension has abroad";
}

TEST(Risks, AnAddressAloneGetsNoPaidCallsWithoutASignature) {
  const auto table = table_of(
      "[trunk.g]\nkind = \"peer_address\"\nuri = \"sip:g\"\nsources = [\"192.0.2.1\"]\n"
      "address_risk_signed = true\n");
  ASSERT_TRUE(table);
  EXPECT_THAT(risk_of(*table, nullptr)->text, HasSubstr("anybody can write such an address"));
  EXPECT_FALSE(risk_of(*table, &*table)) << "it was signed before";
  Table wider = *table;
  wider.set("sources", {"192.0.2.0/24"});
  EXPECT_TRUE(risk_of(wider, &*table)) << "for others";
}

TEST(Changes, AreToldValueByValue) {
  const auto now = read_objects(office);
  auto wanted = read_objects(office);
  ASSERT_TRUE(now && wanted);
  EXPECT_TRUE(compare(*now, *wanted, true).empty());
  wanted = read_objects(
      "# note\n[department.sales]\n[route.b]\ntrunks = [\"p\"]\n"
      "[route.abroad]\npatterns = [\"+.\"]\ntrunks = [\"p\", \"q\"]\n"
      "[deck.d]\nrates = [\"prefix,rate_per_min\", \"44,0.01\"]\n");
  std::string told;
  for (const Change& change : compare(*now, *wanted, true)) {
    told += std::string(name_of(change.what)) + " " + change.name;
    for (const auto& value : change.values) told += " " + value.key + ":" + value.before + "->" + value.after;
    told += change.comments ? " comments\n" : "\n";
  }
  EXPECT_THAT(told, HasSubstr("change sales comments\n"));
  EXPECT_THAT(told, HasSubstr("add b trunks:->p\n"));
  EXPECT_THAT(told, HasSubstr("change abroad trunks:p->p, q\n"));
  EXPECT_THAT(told, HasSubstr("change d rates:3 rows->2 rows\n"));
  EXPECT_THAT(told, HasSubstr("stay fraud\n"));
}

TEST(Rows, OfADeckAreWrittenAsTheyAreReadToTheMicroUnit) {
  Object deck = read_objects(
                    "[deck.d]\nrates = [\"prefix,rate_per_min,connection_fee,increments,valid_from,valid_until\","
                    "\"44,0.000001,0.5,30/6,2026-01-31T08:00:00+02:00,\", \"49,1,,60/60,,2027-01-01\"]\n"
                    "rates_by_increment = [\"prefix,rate_per_increment,increments\", \"1,0.003333,6/6\"]\n")
                    ->front();
  const Table table = *table_of(deck);
  const auto rates = rates_of(deck, table, *money::Currency::parse("EUR"));
  ASSERT_TRUE(rates) << rates.error().told.front().text;
  ASSERT_EQ(rates->size(), 3u);
  put_rates(deck, *rates);
  const auto again = rates_of(deck, table, *money::Currency::parse("EUR"));
  ASSERT_TRUE(again) << again.error().told.front().text;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*again)[i].rate, (*rates)[i].rate);
    EXPECT_EQ((*again)[i].from_ms, (*rates)[i].from_ms);
    EXPECT_EQ((*again)[i].until_ms, (*rates)[i].until_ms);
  }
}

TEST(Rows, OfAListOfPinsAreTakenOnlyAsTheyWereWritten) {
  const auto read = [](std::string_view rows) {
    const auto objects = read_objects("[pin-list.abroad]\nsealed = [\n" + std::string(rows) + "]\n");
    EXPECT_TRUE(objects);
    const auto pins = pin_rows_of(objects->front());
    std::string out;
    if (pins)
      for (const PinRow& pin : *pins) out += pin.line() + "|";
    else
      for (const Fault& fault : pins.error().told) out += fmt::format("line {}: {}|", fault.line, fault.text);
    return out;
  };
  EXPECT_EQ(read("\"project-7 1:abc\",\n\"x 1:d/+=\",\n"), "project-7 1:abc|x 1:d/+=|");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("\"project-7 1:a\",\n\"project-7 1:b\",\n\"72915048\",\n\"../x 1:a\",\n\"y 1:a 1:b\",\n"),
            "line 4: holds a second PIN for project-7|line 5: holds what is no sealed PIN|"
            "line 6: holds what is no sealed PIN|line 7: holds what is no sealed PIN|");
  std::string many;
  for (std::size_t i = 0; i <= PinLimits::pins; ++i) many += fmt::format("\"a{} 1:x\",\n", i);
  EXPECT_EQ(read(many), "line 1: the list has 1001 PINs|");
}

TEST(Rows, NoneIsDroppedSilently) {
  const Table table = *table_of("[number-list.l]\nlisting = \"fraud\"\n");
  const auto lines = lines_of("+4477*\n\n# comment\n premium 49900123 ; why\n+4477*\n", table, {});
  ASSERT_TRUE(lines) << lines.error().told.front().text;
  EXPECT_THAT(*lines, testing::ElementsAre("fraud +4477*", "premium +49900123"));
  const auto refused = lines_of("+4477*\nallowed +447\nnonsense\n", table, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().told.size(), 2u);
  EXPECT_EQ(refused.error().told[0].line, 2u);
}

/// A text out of pieces that matter to a reader.
rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "\"", "\\", "'", " ", "#", "=", "[", "]", ",", "\xc3\xa9", "\\u00e9", "\xf0\x9f\x93\x9e", "0")),
      [](const std::vector<std::string>& parts) {
        std::string out;
        for (const std::string& part : parts) out += part;
        return out.substr(0, 200);
      });
}

RC_GTEST_PROP(Reader, WhatIsWrittenIsReadBackAndIsTomlOfTheSameMeaning, ()) {
  const std::string text = *any_text();
  const std::vector<std::string> list = *rc::gen::container<std::vector<std::string>>(any_text());
  RC_PRE(list.size() < 50);
  std::string body = "# c\n[department.d] # e\n";
  body += line_of({.name = "description", .type = Type::text, .help = ""}, {text});
  body += line_of({.name = "list", .type = Type::text, .help = "", .list = true}, list);
  const auto sections = read(body);
  if (!sections) {
    // Cutting may have broken a character; nothing else is refused.
    RC_ASSERT(sections.error().told.front().text.find("UTF-8") != std::string::npos);
    return;
  }
  RC_ASSERT(sections->front().entries[0].value.texts.front() == text);
  RC_ASSERT(sections->front().entries[1].value.texts == list);
  const toml::table parsed = toml::parse(body);
  RC_ASSERT(parsed["department"]["d"]["description"].value<std::string>() == text);
  RC_ASSERT(parsed["department"]["d"]["list"].as_array()->size() == list.size());
}

RC_GTEST_PROP(Reader, WhateverItTakesIsToml, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "[a.b]\n", "[c]\n", "[ d . \"e f\" ]\n", "k = 1\n", "l = -0\n", "m = [1, \"x\", true,]\n", "n = 'it''s'\n",
      "o = \"\"\n", "\n", "  # c\n", "p = [\n", "]\n", "\"q\" = 'y' # z\r\n", "r = +1\n", "s = 01\n", "t = [[1]]\n",
      "u.v = 1\n", "w = \"\\e\"\n"));
  std::string text;
  for (const std::string& line : lines) text += line;
  if (!read(text)) return;
  try {
    static_cast<void>(toml::parse(text));
  } catch (const toml::parse_error& error) {
    // A header or table twice is told by whoever knows what headers mean.
    RC_ASSERT(std::string(error.description()).find("redefine") != std::string::npos);
  }
}

RC_GTEST_PROP(Objects, AnExportIsReadAsTheObjectsItWasMadeOf, ()) {
  std::vector<Object> objects;
  const auto names = *rc::gen::unique<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('a', 'b', '1', '-', '_'))));
  for (const std::string& name : names) {
    if (name.size() > 60) continue;
    Object object = new_object(*rc::gen::element(Kind::department, Kind::trunk, Kind::inbound), name);
    if (object.kind == Kind::trunk)
      object.text = with_value(object.text, *find(all_keys_of(Kind::trunk), "kind"), {"registers"});
    if (*rc::gen::arbitrary<bool>()) object.text = "# before\n" + object.text;
    if (*rc::gen::arbitrary<bool>()) object.text += "# behind\n";
    objects.push_back(std::move(object));
  }
  const std::string text = text_of(objects);
  const auto again = read_objects(text);
  RC_ASSERT(again.has_value());
  RC_ASSERT(text_of(*again) == text);
  RC_ASSERT(compare(objects, *again, false).empty());
}

}  // namespace
}  // namespace rf::document
