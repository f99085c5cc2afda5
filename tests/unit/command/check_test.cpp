#include <gmock/gmock.h>

#include <set>
#include <vector>

#include "core/command/catalog.hpp"
#include "core/command/password.hpp"

namespace rf::command {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view strong = "Quiet-River-Lantern";

// Arguments that satisfy a command, one value for each required parameter.
Arguments enough_for(const Spec& spec) {
  Arguments out;
  for (const Parameter& p : spec.parameters)
    if (p.required)
      out.emplace(p.name, std::string(p.name == "address" || p.name == "block" ? "198.51.100.7"
                                      : p.name == "countries"                  ? "DE"
                                      : p.name == "scope"                      ? "call.read"
                                      : p.name == "whom"                       ? "department.sales"
                                      : p.name == "target"                     ? "noc@example.com"
                                      : !p.words.empty()                       ? p.words[0]
                                      : spec.name.starts_with("event-templ")   ? "trunk.down"
                                      : spec.name.starts_with("limit.")        ? "extension.1001"
                                      : spec.name.starts_with("role.")         ? "operator"
                                      : spec.name.starts_with("tenant.")       ? "acme"
                                      : spec.name.starts_with("dealer.")       ? "north"
                                      : spec.name.starts_with("sign-in.")      ? "company"
                                                                               : "1001"));
  if (spec.name == "trace.export") out.emplace("call", std::string("k3v9"));
  if (spec.name == "extension.set")
    out.emplace("remote", true);
  else if (spec.name == "tenant.set")
    out.emplace("dealer", std::string("north"));
  else if (spec.name == "dealer.set")
    out.emplace("tenants", std::int64_t{3});
  else if (spec.name == "user.set" || spec.name == "role.set")
    out.emplace(spec.name == "user.set" ? "display" : "title", std::string("Anna"));
  else if (spec.name == "mail.set")
    out.emplace("from", std::string("pbx@example.com"));
  else if (spec.name == "event-contact.set" || spec.name == "event-route.set" || spec.name == "sign-in.set" ||
           spec.name == "guard.rule.set")
    out.emplace("enabled", true);
  // Of an object that is set: something that is to be as it stands.
  else if (spec.name.ends_with(".set") && spec.name != "event-template.set" && spec.name != "setting.set")
    out.emplace("default", std::string(spec.parameters[spec.parameters[0].required ? 1 : 0].name));
  return out;
}

Error fault(std::string_view name, const Arguments& arguments) {
  auto checked = check(name, arguments);
  if (checked) {
    ADD_FAILURE() << name << " was accepted";
    return {};
  }
  return checked.error();
}

/// What tells one command from another: where it stands in its variants, and what else makes it another. Commands about
/// objects are one for each of their kinds; a set and an add differ by a flag.
template <class Each>
std::vector<std::size_t> place_of(const Each& each) {
  if constexpr (requires { each.valueless_by_exception(); }) {
    auto out = std::visit([](const auto& one) { return place_of(one); }, each);
    out.push_back(each.index());
    return out;
  } else if constexpr (std::is_same_v<Each, ReadTrace>) {
    return {static_cast<std::size_t>(each.as), each.call.empty(), each.number.empty()};
  } else if constexpr (requires {
                         each.kind;
                         each.add;
                       }) {
    return {static_cast<std::size_t>(each.kind), each.add};
  } else if constexpr (requires {
                         { each.kind } -> std::convertible_to<document::Kind>;
                       }) {
    return {static_cast<std::size_t>(each.kind)};
  } else if constexpr (requires {
                         { each.add } -> std::same_as<const bool&>;
                       }) {
    return {each.add};
  } else {
    return {};
  }
}

TEST(CommandCatalog, EveryNameBuildsItsOwnCommand) {
  std::set<std::size_t> kinds;
  std::set<std::vector<std::size_t>> all;
  for (const Spec& spec : catalog()) {
    const auto checked = check(spec.name, enough_for(spec));
    ASSERT_TRUE(checked.has_value()) << spec.name << ": " << checked.error().message;
    EXPECT_TRUE(all.insert(place_of(checked->command)).second) << spec.name;
    kinds.insert(checked->command.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
}

TEST(CommandCatalog, EveryCommandHasAPermissionAndASummary) {
  for (const Spec& spec : catalog()) {
    EXPECT_FALSE(spec.permission.empty()) << spec.name;
    EXPECT_FALSE(spec.summary.empty()) << spec.name;
    EXPECT_EQ(spec.changes, spec.permission.ends_with(".write")) << spec.name;
    for (const Parameter& p : spec.parameters) EXPECT_FALSE(p.help.empty()) << spec.name << " " << p.name;
  }
}

TEST(CommandCatalog, EveryChangeLeavesAnAuditLineAndNoQuestionDoes) {
  for (const Spec& spec : catalog())
    EXPECT_EQ(check(spec.name, enough_for(spec))->audit.empty(), !spec.changes) << spec.name;
}

TEST(CommandCheck, ATenantStandsBesideWhatIsToBeDoneThere) {
  const auto set = check("extension.set", {{"number", "1001"}, {"calls", std::int64_t{2}}, {"tenant", "acme"}});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->tenant, "acme");
  EXPECT_EQ(std::get<std::string>(set->about.at("tenant")), "acme") << "it is looked at there, too";
  EXPECT_THAT(set->audit, HasSubstr("tenant=\"acme\""));
  EXPECT_EQ(fault("extension.set", {{"number", "1001"}, {"tenant", "acme"}}).code, Code::invalid) << "changes nothing";
  EXPECT_EQ(fault("extension.show", {{"number", "1001"}, {"tenant", "a\nb"}}).field, "tenant");
  EXPECT_EQ(fault("guard.bans", {{"tenant", "acme"}}).field, "tenant") << "bans are of no tenant";
  for (const char* const domain :
       {"acme", "192.0.2.7", "a..example", "-a.example", "a.example,a.example", "a_b.example"})
    EXPECT_EQ(fault("tenant.add", {{"name", "acme"}, {"domains", domain}}).field, "domains") << domain;
  EXPECT_TRUE(check("tenant.add", {{"name", "acme"}, {"domains", "PBX.acme.example, b.example"}}));
}

TEST(CommandCheck, RecordedSignallingIsAskedOfSomebodyAndNumbersInFullLeaveALine) {
  EXPECT_THAT(fault("trace.export", {}).remedy, HasSubstr("call, extension or source"));
  EXPECT_EQ(fault("trace.log", {{"source", "nowhere"}}).field, "source");
  EXPECT_EQ(fault("trace.source", {{"address", "192.0.2.0/24"}}).code, Code::invalid);
  const auto log = check("trace.log", {{"source", "192.0.2.0/24"}, {"limit", std::int64_t{7}}});
  ASSERT_TRUE(log);
  EXPECT_EQ(std::get<ReadTrace>(log->command).source, Subnet::parse("192.0.2.0/24"));
  EXPECT_EQ(std::get<ReadTrace>(log->command).limit, 7u);
  EXPECT_TRUE(log->audit.empty());
  EXPECT_EQ(check("trace.call", {{"id", "k3v9"}, {"numbers", true}})->audit, "trace.call id=\"k3v9\" numbers=true");
  EXPECT_TRUE(check("trace.call", {{"id", "k3v9"}, {"numbers", false}})->audit.empty());
}

TEST(CommandCheck, ReachIsAskedForACountryOrAKindOfNumber) {
  for (const char* to : {"GB", "premium"}) {
    const auto checked = check("reach", {{"from", std::string("outside")}, {"to", std::string(to)}});
    ASSERT_TRUE(checked) << to;
    EXPECT_EQ(std::get<ShowReach>(checked->command).to, to);
    EXPECT_EQ(std::get<ShowReach>(checked->command).from, "outside");
  }
  EXPECT_EQ(fault("reach", {{"to", std::string("nowhere")}}).code, Code::invalid);
}

TEST(CommandCheck, ReadsCountriesAndWhoAsks) {
  const auto checked =
      check("guard.country.allow", {{"countries", "de,AT"}, {"force", true}, {"caller", "198.51.100.7"}});
  ASSERT_TRUE(checked);
  const auto& change = std::get<GuardCountryAllow>(checked->command).change;
  EXPECT_EQ(text_of(change.countries), "AT,DE");
  EXPECT_TRUE(change.force);
  EXPECT_EQ(change.caller, Address::parse("198.51.100.7"));
  EXPECT_EQ(fault("guard.country.allow", {{"countries", "Germany"}}).code, Code::invalid);
  EXPECT_EQ(fault("guard.block", {{"block", "192.0.2.1"}, {"caller", "me"}}).code, Code::invalid);
  EXPECT_EQ(text_of(*std::get<SetExtension>(check("extension.set", {{"number", "1001"}, {"countries", "DE"}})->command)
                         .settings.countries),
            "DE");
  EXPECT_TRUE(std::get<SetExtension>(check("extension.set", {{"number", "1001"}, {"countries", ""}})->command)
                  .settings.countries->none());
}

TEST(CommandCheck, ReadsWhatADetectionRuleIsToBe) {
  const auto checked =
      check("guard.rule.set", {{"name", "options-sweep"}, {"then", "watch"}, {"threshold", std::int64_t{30}}});
  ASSERT_TRUE(checked);
  const auto& asked = std::get<GuardRuleSet>(checked->command);
  EXPECT_EQ(asked.then, "watch");
  EXPECT_EQ(asked.threshold, 30u);
  EXPECT_FALSE(asked.enabled || asked.period_s || asked.duration_s) << "what was not said stays as it is";
  EXPECT_EQ(checked->audit, R"(guard.rule.set name="options-sweep" then="watch" threshold=30)");
  EXPECT_EQ(fault("guard.rule.set", {{"name", "options-sweep"}}).code, Code::invalid);
  EXPECT_EQ(fault("guard.rule.set", {{"name", "options-sweep"}, {"then", "learn"}}).code, Code::invalid);
  EXPECT_EQ(fault("guard.rule.set", {{"name", "options-sweep"}, {"threshold", std::int64_t{0}}}).code, Code::invalid);
}

TEST(CommandCheck, ReadsBlocksWithCommas) {
  const auto checked = check("extension.set", {{"number", "1001"}, {"permitted", "203.0.113.0/24, 2001:db8::1"}});
  ASSERT_TRUE(checked);
  EXPECT_EQ(std::get<SetExtension>(checked->command).settings.permitted->size(), 2u);
  EXPECT_FALSE(std::get<SetExtension>(checked->command).force);
  const auto forced = check("extension.set", {{"number", "1001"}, {"enabled", true}, {"force", true}});
  EXPECT_TRUE(std::get<SetExtension>(forced->command).force);
  const auto anywhere = check("extension.set", {{"number", "1001"}, {"permitted", ""}});
  EXPECT_TRUE(std::get<SetExtension>(anywhere->command).settings.permitted->empty());
  EXPECT_EQ(fault("extension.set", {{"number", "1001"}, {"permitted", "203.0.113.1/24"}}).code, Code::invalid);
}

TEST(CommandCheck, TurnsArgumentsIntoTypedSettings) {
  const auto checked = check("extension.add", {{"number", "1001"},
                                               {"name", "Ann"},
                                               {"registrations", std::int64_t{3}},
                                               {"newcomer", "refuse"},
                                               {"remote", true},
                                               {"md5", false}});
  ASSERT_TRUE(checked.has_value());
  const auto& add = std::get<AddExtension>(checked->command);
  EXPECT_EQ(add.number, "1001");
  EXPECT_EQ(add.settings.name, "Ann");
  EXPECT_EQ(add.settings.registrations, 3);
  EXPECT_EQ(add.settings.newcomer, policy::Newcomer::refuse);
  EXPECT_EQ(add.settings.remote, true);
  EXPECT_EQ(add.settings.md5, false);
  EXPECT_FALSE(add.settings.enabled.has_value());
  EXPECT_FALSE(add.password.has_value());
}

TEST(CommandCheck, ResultWordsFollowTheEnumeration) {
  const auto checked = check("cdr.list", {{"result", "interrupted"}, {"limit", std::int64_t{5}}});
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(std::get<ListCdrs>(checked->command).result, record::CallResult::interrupted);
  EXPECT_EQ(std::get<ListCdrs>(checked->command).limit, 5u);
}

TEST(CommandCatalog, EveryResultOfACallCanBeAskedFor) {
  const Spec* spec = find("cdr.list");
  const auto words = std::find_if(spec->parameters.begin(), spec->parameters.end(), [](const Parameter& p) {
                       return p.name == "result";
                     })->words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string text(record::text_of(static_cast<record::CallResult>(i)));
    std::replace(text.begin(), text.end(), ' ', '_');
    EXPECT_EQ(words[i], text);
  }
  EXPECT_EQ(static_cast<record::CallResult>(words.size() - 1), record::CallResult::interrupted);
}

TEST(CommandCheck, RefusesWhatIsUnknownMissingOrOfTheWrongKind) {
  EXPECT_THAT(fault("extension.explode", {}).message, HasSubstr("no such command"));
  EXPECT_THAT(fault("extension.show", {}).message, HasSubstr("number is missing"));
  EXPECT_THAT(fault("extension.list", {{"number", "1001"}}).message, HasSubstr("no such parameter"));
  EXPECT_THAT(fault("extension.add", {{"number", "1001"}, {"remot", true}}).message, HasSubstr("no such parameter"));
  EXPECT_THAT(fault("extension.show", {{"number", std::int64_t{1001}}}).message, HasSubstr("not a text"));
  EXPECT_THAT(fault("extension.set", {{"number", "1001"}, {"remote", "yes"}}).message, HasSubstr("true or false"));
  EXPECT_THAT(fault("extension.set", {{"number", "1001"}, {"registrations", "2"}}).message, HasSubstr("whole number"));
  EXPECT_THAT(fault("extension.set", {{"number", "1001"}}).message, HasSubstr("nothing to change"));
}

TEST(CommandCheck, RefusesImpossibleValues) {
  for (const std::string number : {"1", "1234567890123456", "10 01", "+49301234", "10a1", "../1", "1001\n"})
    EXPECT_EQ(fault("extension.add", {{"number", number}}).code, Code::invalid) << number;
  for (const std::int64_t count : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{17}, INT64_MAX})
    EXPECT_THAT(fault("extension.set", {{"number", "1001"}, {"registrations", count}}).remedy, HasSubstr("1 to 16"));
  EXPECT_THAT(fault("extension.set", {{"number", "1001"}, {"newcomer", "maybe"}}).remedy, HasSubstr("replace, refuse"));
  EXPECT_THAT(fault("cdr.list", {{"limit", std::int64_t{10'001}}}).remedy, HasSubstr("1 to 10000"));
}

TEST(CommandCheck, RefusesNamesThatCouldWriteIntoHeadersLogsOrTerminals) {
  const std::vector<std::string> names{"Ann\r\nVia: x", "\x1b[2J", std::string("a\0b", 3), std::string(65, 'x')};
  for (const std::string& name : names)
    EXPECT_EQ(fault("extension.add", {{"number", "1001"}, {"name", name}}).code, Code::invalid);
}

TEST(CommandCheck, ThePasswordAppearsNeitherInTheAuditLineNorInAnError) {
  const auto checked = check("extension.add", {{"number", "1001"}, {"password", std::string(strong)}});
  ASSERT_TRUE(checked.has_value());
  EXPECT_THAT(checked->audit, Not(HasSubstr(std::string(strong))));
  EXPECT_THAT(checked->audit, HasSubstr("password=[secret]"));
  EXPECT_EQ(std::get<AddExtension>(checked->command).password->reveal(), strong);
  const Error weak = fault("extension.add", {{"number", "1001"}, {"password", "hunter2"}});
  EXPECT_THAT(weak.message + weak.remedy, Not(HasSubstr("hunter2")));
}

TEST(CommandCheck, AnAuditLineCannotBeMadeToLookLikeAnotherParameter) {
  const auto checked = check("extension.set", {{"number", "1001"}, {"name", "x\" remote=true y=\""}});
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->audit, R"(extension.set number="1001" name="x\" remote=true y=\"")");
}

TEST(PasswordStrength, RefusesWhatGuessersTryFirst) {
  for (const std::string_view weak :
       {"", "short-A1", "alllowercaseletters", "AAAAbbbb1111", "Abc-Abc-1234-x", "Zyx-dcba-Quiet", "pw-1001-Quiet-x",
        "Ab1Ab1Ab1Ab1", "Quiet-River-L\xc3\xa4ntern", "Quiet-River-\tLantern"})
    EXPECT_TRUE(fault_of_password(weak, "1001").has_value()) << weak;
  EXPECT_TRUE(fault_of_password(std::string(65, 'x'), "1001").has_value());
}

TEST(PasswordStrength, AcceptsALongMixedOne) {
  EXPECT_EQ(fault_of_password(strong, "1001"), std::nullopt);
}

TEST(ErrorCodes, HaveNamesThatReadBack) {
  for (const Code code :
       {Code::invalid, Code::not_found, Code::conflict, Code::not_running, Code::denied, Code::busy, Code::failed})
    EXPECT_EQ(parse_code(name_of(code)), code);
  EXPECT_EQ(parse_code("nonsense"), std::nullopt);
}

TEST(ObjectCommands, AreMadeFromTheSchemaAndCheckEachValue) {
  const auto checked = check("trunk.add", {{"name", "p"},
                                           {"kind", "registers"},
                                           {"uri", "sip:p.example"},
                                           {"priority", std::int64_t{3}},
                                           {"md5", false},
                                           {"sources", "192.0.2.1, 192.0.2.0/24"}});
  ASSERT_TRUE(checked) << checked.error().message;
  const auto& put = std::get<PutObject>(checked->command);
  EXPECT_TRUE(put.add);
  std::string said;
  for (const ObjectValue& each : put.values)
    for (const std::string& value : each.values) said += each.key + "=" + value + " ";
  EXPECT_EQ(said, "kind=registers md5=false priority=3 sources=192.0.2.1 sources=192.0.2.0/24 uri=sip:p.example ");
  EXPECT_THAT(fault("trunk.add", {{"name", "p q"}}).message, HasSubstr("letters, digits"));
  EXPECT_THAT(fault("trunk.set", {{"name", "p"}}).message, HasSubstr("nothing to change"));
  EXPECT_THAT(fault("trunk.set", {{"name", "p"}, {"uri", "http://p"}}).message, HasSubstr("no SIP URI"));
  EXPECT_THAT(fault("trunk.set", {{"name", "p"}, {"default", "urii"}}).message, HasSubstr("urii"));
  EXPECT_THAT(fault("limit.set", {{"name", "extension.ann"}, {"day", "5"}}).message, HasSubstr("digits"));
  EXPECT_THAT(fault("limit.set", {{"name", "system"}, {"day", "5,50"}}).message, HasSubstr("5,50"));
  EXPECT_TRUE(std::get<PutObject>(check("limit.set", {{"name", "system"}, {"default", "day"}})->command)
                  .values.front()
                  .standing);
  const auto set = check("extension.set", {{"number", "1001"}, {"reach", "international"}, {"remote", true}});
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(std::get<SetExtension>(set->command).terms.front().key, "reach");
}

TEST(ObjectCommands, APinIsInNoAuditLineAndItsAccountIsAName) {
  const auto checked = check("pin.add", {{"name", "abroad"}, {"account", "project-7"}, {"pin", "72915048"}});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->audit, "pin.add name=\"abroad\" account=\"project-7\" pin=[secret]");
  EXPECT_EQ(std::get<AddPin>(checked->command).pin->reveal(), "72915048");
  EXPECT_FALSE(std::get<AddPin>(check("pin.add", {{"name", "a"}, {"account", "b"}})->command).pin);
  EXPECT_EQ(std::get<RemovePin>(check("pin.remove", {{"name", "a"}, {"account", "b"}})->command).account, "b");
  for (const char* odd : {"a b", "../x", "a/b", "\u00e4"})
    EXPECT_THAT(fault("pin.add", {{"name", "abroad"}, {"account", odd}}).message, HasSubstr("letters, digits")) << odd;
  EXPECT_EQ(find("pin.list")->permission, "pin-list.read");
  EXPECT_EQ(find("pin.add")->permission, "pin-list.write");
}

TEST(ObjectCommands, CountriesAreAllowedAndDeniedByTheSystemATenantOrADepartment) {
  const auto denied = check("country.deny", {{"countries", "CU, kp"}});
  ASSERT_TRUE(denied) << denied.error().message;
  EXPECT_EQ(std::get<DenyCountries>(denied->command).of, "tenant") << "when nothing is said";
  EXPECT_EQ(text_of(std::get<DenyCountries>(denied->command).countries), "CU,KP");
  const auto allowed = check("country.allow", {{"countries", "FR"}, {"of", "department.sales"}, {"only", true}});
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_TRUE(std::get<AllowCountries>(allowed->command).only);
  for (const char* of : {"extension.1001", "extension", "trunk.p", "sales", "system.x"})
    EXPECT_EQ(fault("country.deny", {{"countries", "CU"}, {"of", of}}).field, "of") << of;
  EXPECT_EQ(std::get<ListCountries>(check("country.list", {{"of", "extension.1001"}})->command).of, "extension.1001");
  EXPECT_EQ(fault("country.list", {{"of", "extension"}}).field, "of");
  EXPECT_EQ(fault("country.deny", {{"countries", "Cuba"}}).field, "countries");
  EXPECT_EQ(fault("country.deny", {{"countries", ","}}).code, Code::invalid);
  EXPECT_EQ(find("country.deny")->permission, "limit.write") << "who may not change a limit may not open a country";
}

TEST(ObjectCommands, APasswordOfAProviderIsAsTheProviderChoseAndInNoAuditLine) {
  const auto checked = check("trunk.password", {{"name", "p"}, {"password", "short1"}});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_THAT(checked->audit, Not(HasSubstr("short1")));
  EXPECT_EQ(fault("trunk.password", {{"name", "p"}, {"password", std::string("a\nb")}}).code, Code::invalid);
  const auto deck = check("deck.import", {{"name", "d"}, {"text", "prefix,rate_per_min\n49,1\n"}});
  ASSERT_TRUE(deck);
  EXPECT_THAT(deck->audit, HasSubstr("text=[25 bytes]"));
}

}  // namespace
}  // namespace rf::command
