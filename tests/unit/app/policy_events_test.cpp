// Who is told of events, as a file: out of the database, into another one, and nothing by it that commands refuse.
#include "app/policy_events.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "app/event_commands.hpp"
#include "app/object_commands.hpp"
#include "core/base/limits/events.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Office {
  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};
  EventSide may = {nullptr, true, true, true, true};

  Outcome run(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked.has_value()) << name << ": " << checked.error().message;
    if (auto outcome = change_events(records, nullptr, *checked, 1'000)) return std::move(*outcome);
    const PolicySides sides{{{settings, policy, records.store, countries}}, may};
    return std::move(change_objects(records, checked->command, 1'000, sides)->outcome);
  }
  Json done(std::string_view name, const command::Arguments& arguments = {}) {
    Outcome outcome = run(name, arguments);
    EXPECT_TRUE(outcome.has_value()) << name << ": " << outcome.error().message;
    return outcome ? std::move(*outcome) : Json();
  }
  std::string refused(std::string_view name, const command::Arguments& arguments) {
    const Outcome outcome = run(name, arguments);
    EXPECT_FALSE(outcome.has_value()) << name;
    return outcome ? std::string() : outcome.error().message + "; " + outcome.error().remedy;
  }
  Json apply(const std::string& text, bool remove = false) {
    return done("policy.apply", {{"text", text}, {"remove", remove}});
  }
  /// What is wrong with a file, planned and applied, which changes nothing.
  std::string fault(const std::string& text, bool remove = false) {
    const std::string before = state();
    const std::string planned = refused("policy.plan", {{"text", text}, {"remove", remove}});
    EXPECT_EQ(refused("policy.apply", {{"text", text}, {"remove", remove}}), planned);
    EXPECT_EQ(state(), before) << text;
    return planned;
  }
  std::string export_text() { return done("policy.export")["text"]; }
  /// With secrets.
  std::string state() {
    std::string out;
    for (const char* list : {"event-contact.list", "event-route.list", "event-template.list", "mail.show"})
      out += done(list).dump() + "\n";
    for (const event::Contact& each : contacts()) out += each.secret.reveal() + "\n";
    return out;
  }
  std::vector<event::Contact> contacts() { return *store::EventTables(records.store).contacts(records.vault); }
  std::string secret_of(std::string_view contact) {
    for (const event::Contact& each : contacts())
      if (each.name == contact) return each.secret.reveal();
    return "there is no such contact";
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const event::Contact& each : contacts()) out.push_back(each.name);
    return out;
  }
  std::string password() { return store::EventTables(records.store).mail(records.vault)->password.reveal(); }

  void add_all() {
    done("event-contact.add", {{"name", "anna"},
                               {"way", "email"},
                               {"target", "anna@example.com"},
                               {"language", "de"},
                               {"quiet", "22:00-06:00"}});
    done("event-contact.add", {{"name", "chat"},
                               {"way", "webhook"},
                               {"target", "https://hooks.example.com/pbx"},
                               {"networks", "10.1.0.0/16,192.0.2.7"}});
    done("event-contact.ca", {{"name", "chat"}, {"text", certificate}});
    done("event-route.add", {{"name", "night"}, {"contact", "anna"}, {"events", "guard.*,trunk.down"}});
    done("event-template.set", {{"name", "trunk.down"},
                                {"language", "de"},
                                {"subject", "Leitung \"{subject}\" ist weg"},
                                {"text", "{text}\n\nseit {time}"}});
    done("mail.set", {{"server", "mail.example.com"},
                      {"user", "pbx"},
                      {"password", "pass of the mail server"},
                      {"from", "pbx@example.com"}});
  }
  const std::string certificate =
      "Subject: an authority of ours\n-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n";
};

constexpr const char* chat_at = "[event-contact.chat]\nway = \"webhook\"\ntarget = \"{}\"\n";

TEST(PolicyEvents, WhatIsExportedMakesAnEmptySystemTheSameButForItsSecrets) {
  Office us;
  us.add_all();
  const std::string text = us.export_text();
  for (const char* part :
       {"[mail]\nserver = \"mail.example.com\"", "[event-contact.anna]\nway = \"email\"\ntarget = \"anna@example.com\"",
        "networks = [\"10.1.0.0/16\"", "-----BEGIN CERTIFICATE-----", "events = [\"guard.*\", \"trunk.down\"]",
        "[event-template.trunk.down.de]\nsubject = \"Leitung \\\"{subject}\\\" ist weg\""})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("pass of the mail server")));
  EXPECT_THAT(text, Not(HasSubstr(us.secret_of("chat"))));
  EXPECT_EQ(us.done("policy.plan", {{"text", text}})["changes"].size(), 0u);

  Office other;
  const Json plan = other.done("policy.plan", {{"text", text}});
  EXPECT_EQ(plan["changes"].size(), 5u);
  EXPECT_THAT(plan["notes"].dump(), HasSubstr("event-contact chat gets a new secret"));
  EXPECT_THAT(plan["notes"].dump(), HasSubstr("mail set --password-stdin"));
  EXPECT_TRUE(other.contacts().empty()) << "a plan touches nothing";
  const Json done = other.apply(text);
  ASSERT_EQ(done["secrets"].size(), 1u);
  EXPECT_EQ(done["secrets"][0]["name"], "chat");
  EXPECT_EQ(done["secrets"][0]["secret"], other.secret_of("chat"));
  EXPECT_NE(other.secret_of("chat"), us.secret_of("chat"));
  EXPECT_EQ(other.password(), "");
  EXPECT_EQ(other.export_text(), text);
  for (const char* list : {"event-contact.list", "event-route.list", "event-template.list"})
    EXPECT_EQ(other.done(list), us.done(list)) << list;
}

TEST(PolicyEvents, AFileThatIsAppliedAgainKeepsSecretsAndComments) {
  Office us;
  us.add_all();
  const std::string secret = us.secret_of("chat");
  std::string text = us.export_text();
  text.replace(text.find("[event-contact.chat]"), 0, "# the team's room\n");
  const Json done = us.apply(text);
  EXPECT_EQ(done["secrets"].size(), 0u);
  EXPECT_FALSE(done.contains("notes"));
  EXPECT_EQ(us.secret_of("chat"), secret);
  EXPECT_EQ(us.password(), "pass of the mail server");
  EXPECT_EQ(us.export_text(), text);
  us.done("event-contact.set", {{"name", "chat"}, {"quiet", "06:00-07:00"}});
  EXPECT_THAT(us.export_text(), HasSubstr("# the team's room\n[event-contact.chat]"));
  EXPECT_THAT(us.export_text(), HasSubstr("quiet = \"06:00-07:00\""));
  us.done("event-contact.remove", {{"name", "chat"}});
  us.done("event-contact.add", {{"name", "chat"}, {"way", "email"}, {"target", "chat@example.com"}});
  EXPECT_THAT(us.export_text(), Not(HasSubstr("room"))) << "what was said of another one";
}

TEST(PolicyEvents, AWebhookThatLeadsElsewhereIsNeverSignedWithTheFormerSecret) {
  for (const char* elsewhere : {"https://attacker.example/pbx", "https://hooks.example.com:8443/pbx",
                                "https://hooks.example.com.attacker.example/pbx"}) {
    for (const bool by_file : {true, false}) {
      Office us;
      us.add_all();
      const std::string former = us.secret_of("chat");
      const auto lead = [&](const char* target) {
        if (!by_file) return us.done("event-contact.set", {{"name", "chat"}, {"target", target}});
        const Json done = us.apply(fmt::format(fmt::runtime(chat_at), target));
        return done["secrets"].empty() ? Json::object() : done["secrets"][0];
      };
      EXPECT_FALSE(lead("https://HOOKS.example.com/another/path").contains("secret"));
      EXPECT_EQ(us.secret_of("chat"), former);
      const Json told = lead(elsewhere);
      EXPECT_NE(us.secret_of("chat"), former) << elsewhere;
      EXPECT_EQ(told["secret"], us.secret_of("chat")) << elsewhere;
    }
  }
  Office us;
  us.add_all();
  const std::string former = us.secret_of("chat");
  us.apply("[event-contact.chat]\nway = \"email\"\ntarget = \"chat@example.com\"\n");
  EXPECT_EQ(us.secret_of("chat"), "");
  us.apply(fmt::format(fmt::runtime(chat_at), "https://hooks.example.com/pbx"));
  EXPECT_NE(us.secret_of("chat"), former) << "it was forgotten on the way";
}

TEST(PolicyEvents, AMailServerThatIsAnotherIsNotHandedThePassword) {
  const std::string text =
      "[mail]\nserver = \"{}\"\nport = {}\nuser = \"{}\"\ntls = \"tls\"\nfrom = \"pbx@example.com\"\n";
  const auto mail = [&](const char* server, int port, const char* user) {
    return fmt::format(fmt::runtime(text), server, port, user);
  };
  for (const std::string& elsewhere : {mail("attacker.example", 587, "pbx"), mail("mail.example.com", 2'525, "pbx"),
                                       mail("mail.example.com", 587, "root")}) {
    Office us;
    us.add_all();
    EXPECT_FALSE(us.apply(mail("mail.example.com", 587, "pbx")).contains("notes"));
    EXPECT_EQ(us.password(), "pass of the mail server");
    EXPECT_THAT(us.apply(elsewhere)["notes"].dump(), HasSubstr("mail set --password-stdin"));
    EXPECT_EQ(us.password(), "") << elsewhere;
  }
}

TEST(PolicyEvents, WhoeverMayNotChangeThemChangesNothingAtAll) {
  Office us;
  us.add_all();
  const std::string whole = us.export_text();
  const std::string contact = "[telephony]\nhome = \"DE\"\n[event-contact.anna]\nway = \"email\"\n"
                              "target = \"attacker@example.com\"\n";
  const std::string mail = "[mail]\nserver = \"attacker.example\"\nfrom = \"a@b.example\"\n";
  us.may = {nullptr, false, false, false, false};
  EXPECT_THAT(us.export_text(), Not(HasSubstr("example.com"))) << "who may not read them reads nothing of them here";
  EXPECT_THAT(us.fault(contact), HasSubstr("event.write"));
  EXPECT_THAT(us.fault("[event-route.x]\ncontact = \"anna\"\n"), HasSubstr("event.write"));
  EXPECT_THAT(us.fault("[event-template.trunk.up.de]\nsubject = \"x\"\ntext = [\"x\"]\n"), HasSubstr("event.write"));
  us.may = {nullptr, true, true, true, false};
  EXPECT_THAT(us.fault(mail), HasSubstr("system.write")) << "codes to sign in go that way";
  us.may = {nullptr, true, false, true, true};
  EXPECT_THAT(us.fault(contact), HasSubstr("event.write"));
  us.may = {nullptr, false, true, false, true};
  EXPECT_THAT(us.fault(contact), HasSubstr("event.read")) << "a plan shows what is there";
  EXPECT_THAT(us.fault(mail), HasSubstr("system.read"));
  us.may = {nullptr, true, true, true, true};
  EXPECT_EQ(us.export_text(), whole);
}

TEST(PolicyEvents, TheyAreTheSystemsAndNoTenants) {
  command::Checked checked = *command::check("policy.export", {});
  checked.on_machine = true;
  checked.acts_in = store::default_tenant;
  EXPECT_TRUE(event_side(nullptr, checked).writes);
  EXPECT_TRUE(event_side(nullptr, checked).writes_mail);
  checked.acts_in = TenantId{2};
  const EventSide of_tenant = event_side(nullptr, checked);
  EXPECT_FALSE(of_tenant.reads || of_tenant.writes || of_tenant.reads_mail || of_tenant.writes_mail);
  checked.acts_in = store::default_tenant;
  checked.on_machine = false;
  checked.by = access::Asker{};
  for (const auto permission : {access::Permission::event_write, access::Permission::system_read})
    checked.by->permissions.add(permission);
  const EventSide some = event_side(nullptr, checked);
  EXPECT_TRUE(some.writes && some.reads_mail);
  EXPECT_FALSE(some.reads || some.writes_mail);
  checked.by->tenant = store::default_tenant;
  EXPECT_FALSE(event_side(nullptr, checked).writes) << "who is bound to a tenant is no administrator of the system";
}

TEST(PolicyEvents, WhatCommandsRefuseIsRefusedWithItsLine) {
  const std::string contact = "[event-contact.x]\nway = \"webhook\"\ntarget = ";
  const std::string good = contact + "\"https://hooks.example.com/\"\n";
  const std::string letters = "[event-contact.x]\nway = \"email\"\ntarget = \"a@b.example\"\n";
  const std::string mail = "[mail]\nserver = \"mail.example.com\"\n";
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {"\n" + contact + "\"http://hooks.example.com/\"\n", "line 2: event-contact x: target cannot be used"},
           {contact + "\"https://me:pass@hooks.example.com/\"\n", "names a user"},
           {contact + "\"file:///etc/passwd\"\n", "https://"},
           {good + "networks = [\"10.1.0.5/16\"]\n", "the block is 10.1.0.0/16"},
           {good + "secret = \"known to me\"\n", "line 4: a event-contact has no key \"secret\""},
           {good + "ca = [\"no certificate\"]\n", "line 4: event-contact x: ca holds no certificate"},
           {"[event-contact.x]\nway = \"email\"\ntarget = \"a@b,c@d\"\n", "is no e-mail address"},
           {letters + "quiet = \"25:00-6\"\n", "no stretch of a day"},
           {letters + "ca = [\"-----BEGIN CERTIFICATE-----\", \"QQ==\", \"-----END CERTIFICATE-----\"]\n",
            "is for webhooks and receivers of syslog"},
           {"[event-contact.x]\nway = \"syslog\"\ntarget = \"tcp:logs:1\"\n", "no receiver of syslog"},
           {"[event-contact.x]\nway = \"call\"\ntarget = \"1000\"\n", "who calls whom"},
           {"[event-contact.x]\nway = \"webhook\"\n", "event-contact x has no target"},
           {good + "[event-route.r]\ncontact = \"nobody\"\n", "line 4: event-route r: there is no contact nobody"},
           {good + "[event-route.r]\ncontact = \"x\"\nevents = [\"gard.*\"]\n", "names gard.*, which is no event"},
           {good + "[event-route.r]\ncontact = \"x\"\nevents = []\n", "events is empty"},
           {"[event-template.trunk.down.fr]\nsubject = \"x\"\ntext = [\"x\"]\n", "no such event, or language"},
           {"[event-template.trunk.down.de]\nsubject = \"x\"\n", "is empty"},
           {"[event-template.trunk.down.de]\nsubject = \"x\"\ntext = [\"{password}\"]\n", "line 3: event-template"},
           {"[mail]\nserver = \"mail.example.com/x\"\nfrom = \"a@b.example\"\n", "is no name of a host"},
           {mail + "from = \"x y@z\"\n", "from is no e-mail address"},
           {mail + "from = \"a@b.example\"\nuser = \"u\"\ntls = \"none\"\n", "in the clear"},
           {mail, "from is missing"},
           {"[mail]\npassword = \"x\"\n", "has no key \"password\""},
           {"[events]\n", "there is no kind \"events\""}}) {
    Office us;
    EXPECT_THAT(us.fault("[telephony]\nhome = \"DE\"\n\n" + text), HasSubstr(said.substr(said.find(": ") + 1))) << text;
    EXPECT_THAT(us.fault(text), HasSubstr(said)) << text;
  }
}

TEST(PolicyEvents, ARouteToAContactThatGoesIsRefused) {
  Office us;
  us.add_all();
  const std::string text = "# at night\n\n[event-route.night]\ncontact = \"anna\"\n";
  const std::string said = us.fault(text, true);
  EXPECT_THAT(said, HasSubstr("line 3: event-route night: the contact anna is not in the file and would be removed"));
  EXPECT_THAT(said, HasSubstr("write [event-contact.anna]"));
  us.apply(text);
  EXPECT_THAT(us.names(), ElementsAre("anna", "chat")) << "what is not in the file stays";
}

TEST(PolicyEvents, CallsAreCompiledWhateverBecomesOfAContact) {
  Office us;
  us.add_all();
  us.apply(us.export_text());
  us.done("event-contact.remove", {{"name", "anna"}});
  us.done("department.add", {{"name", "sales"}});
  EXPECT_THAT(us.export_text(), Not(HasSubstr("event-route")));
}

TEST(PolicyEvents, WhatTheFileLacksGoesOnlyWithItsPart) {
  Office us;
  us.add_all();
  const std::string before = us.state();
  us.apply("[telephony]\nhome = \"DE\"\n", true);
  EXPECT_EQ(us.state(), before) << "a file about calls silences nobody";
  us.apply("[mail]\nserver = \"mail.example.com\"\nuser = \"pbx\"\nfrom = \"other@example.com\"\n", true);
  EXPECT_THAT(us.names(), ElementsAre("anna", "chat"));
  us.apply("[event-contact.bob]\nway = \"email\"\ntarget = \"bob@example.com\"\n", true);
  EXPECT_THAT(us.names(), ElementsAre("bob"));
  EXPECT_EQ(us.done("event-route.list")["routes"].size(), 0u);
  EXPECT_EQ(us.done("event-template.list")["templates"].size(), 0u);
  EXPECT_EQ(us.done("mail.show")["from"], "other@example.com");
  EXPECT_EQ(us.password(), "pass of the mail server");
}

TEST(PolicyEvents, AreBoundedTogetherWithWhatStays) {
  std::string text, further = "[event-contact.one-more]\nway = \"email\"\ntarget = \"x@example.com\"\n";
  for (std::size_t i = 0; i < EventLimits::contacts; ++i)
    text += fmt::format("[event-contact.c{}]\nway = \"email\"\ntarget = \"c{}@example.com\"\n", i, i);
  Office us;
  EXPECT_THAT(us.fault(text + further),
              HasSubstr(fmt::format("line {}: there would be more than {} of event-contact",
                                    3 * EventLimits::contacts + 1, EventLimits::contacts)));
  us.apply(text);
  EXPECT_EQ(us.contacts().size(), EventLimits::contacts);
  EXPECT_THAT(us.fault(further), HasSubstr("line 1: there would be more than"));
  us.apply(further, true);
  EXPECT_THAT(us.names(), ElementsAre("one-more"));
}

TEST(PolicyEvents, AreCountedBeforeAnyIsRead) {
  Office us;
  us.add_all();
  for (const char* kind : {"event-contact.c{}]\nway = \"webhook\"\ntarget = \"http://x\"\n",
                           "event-route.r{}]\ncontact = \"nobody\"\n", "event-template.x{}]\nsubject = \"x\"\n"}) {
    std::string text;
    for (std::size_t i = 0; i < 20'000; ++i) text += "[" + fmt::format(fmt::runtime(kind), i);
    const std::string said = us.fault(text);
    EXPECT_THAT(said, HasSubstr("there would be more than"));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 0) << "no other line is told: " << said.substr(0, 400);
  }
}

TEST(PolicyEvents, NamesWithDotsAreTheSameInTheFile) {
  Office us;
  for (const char* name : {"on.call", ".a..b.c.d.e.", "1.2"})
    us.done("event-contact.add", {{"name", name}, {"way", "email"}, {"target", "x@example.com"}});
  const std::string text = us.export_text();
  EXPECT_THAT(text, HasSubstr("[event-contact.\"on.call\"]"));
  EXPECT_EQ(us.done("policy.plan", {{"text", text}, {"remove", true}})["changes"].size(), 0u);
  Office other;
  other.apply(text);
  EXPECT_EQ(other.names(), us.names());
}

}  // namespace
}  // namespace rf::app
