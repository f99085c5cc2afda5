// Keys of the configuration that commands keep above the file: what may be set so, and what a start makes of it.
#include <gmock/gmock.h>

#include "app/records.hpp"
#include "app/settings.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

struct KeptAboveTheFile : ::testing::Test {
  Folder folder;
  cli::Place place{"", folder.path()};
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings running = config::defaults();
  unsigned taken_over = 0;

  void file(std::string_view text) { Folder::write(folder / "ringfence.toml", text); }
  SettingDesk with_server() {
    return {place, records.store, &running, [this]() -> Outcome {
              ++taken_over;
              return Json{{"message", "taken over"}, {"notes", Json::array({"a note"})}};
            }};
  }
  Outcome run(const SettingDesk& desk, std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    if (!checked) return std::unexpected(checked.error());
    if (auto shown = show_settings(desk, checked->command)) return std::move(*shown);
    return *change_settings(desk, checked->command);
  }
  Outcome set(const std::string& name, const std::string& value) {
    return run(with_server(), "setting.set", {{"name", name}, {"value", value}});
  }
  Error refused(const std::string& name, const std::string& value) {
    const Outcome out = set(name, value);
    EXPECT_FALSE(out) << name << " = " << value;
    return out ? Error{} : out.error();
  }
  Json shown(const std::string& name) { return *run(with_server(), "setting.show", {{"name", name}}); }
  void keep(const Json& kept) { ASSERT_TRUE(records.store.set_setting("settings", kept.dump())); }
  Settled now() { return *settled(place, records.store); }
  KeptSettings kept() { return *kept_settings(records.store); }
};

TEST_F(KeptAboveTheFile, ACommandIsAboveTheFileUntilItIsTakenBack) {
  file("[login]\nidle_s = 600\n");
  EXPECT_EQ(shown("login.idle_s")["source"], "file");
  const Outcome out = set("login.idle_s", "900");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ((*out)["notes"], Json::array({"a note"}));
  EXPECT_EQ(taken_over, 1u);
  EXPECT_EQ(now().settings.login.sessions.idle_s, 900u);
  EXPECT_THAT(now().held, ElementsAre(HasSubstr("ringfence setting remove login.idle_s")));
  const Json one = shown("login.idle_s");
  EXPECT_EQ(one["source"], "command");
  EXPECT_EQ(one["value"], "900");
  EXPECT_EQ(one["file"], "600");
  EXPECT_EQ(one["standing"], "1800");
  EXPECT_EQ(one["least"], 60);
  EXPECT_EQ(one["most"], 86'400);
  EXPECT_EQ(one["restart"], false);

  ASSERT_TRUE(run(with_server(), "setting.remove", {{"name", "login.idle_s"}}));
  EXPECT_EQ(now().settings.login.sessions.idle_s, 600u);
  EXPECT_THAT(now().held, IsEmpty());
  const Outcome again = run(with_server(), "setting.remove", {{"name", "login.idle_s"}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::not_found);
}

TEST_F(KeptAboveTheFile, AListIsGivenWithCommasAndMayBeEmpty) {
  ASSERT_TRUE(set("login.email_codes", "tenant, dealer"));
  const auto codes = now().settings.login.email_codes;
  EXPECT_THAT(codes, ElementsAre(false, true, true));
  EXPECT_EQ(shown("login.email_codes")["value"], "tenant,dealer");
  EXPECT_EQ(shown("login.email_codes")["words"], Json::array({"system", "dealer", "tenant"}));
  ASSERT_TRUE(set("login.email_codes", ""));
  EXPECT_THAT(now().settings.login.email_codes, ElementsAre(false, false, false)) << "and not what stands unsaid";
}

TEST_F(KeptAboveTheFile, WhatTheFileRefusesIsRefusedInItsWords) {
  const Error small = refused("login.idle_s", "5");
  EXPECT_EQ(small.message, "login.idle_s is 5, which is not possible");
  EXPECT_EQ(small.remedy, "write a whole number from 60 to 86400, without quotes");
  EXPECT_EQ(small.field, "value");
  EXPECT_EQ(small.code, Code::invalid);
  EXPECT_EQ(refused("login.idle_s", "soon").message, "login.idle_s is a text, not a whole number");
  EXPECT_THAT(refused("login.second_factor", "system,everybody").message,
              HasSubstr("\"everybody\", no class of users"));
  EXPECT_THAT(refused("web.permitted", "192.0.2.0/24,nowhere").message, HasSubstr("web.permitted holds \"nowhere\""));
  EXPECT_THAT(refused("media.transcode", "perhaps").message, HasSubstr("not true or false"));
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_EQ(taken_over, 0u);
}

// Whoever has stolen a session must not reach the host with it: its files, its accounts, what it sends and where.
TEST_F(KeptAboveTheFile, NothingThatReachesTheHostOrSendsElsewhereCanBeSet) {
  const std::string listed = run(with_server(), "setting.list", {})->dump();
  for (const char* const name :
       {"server.data_dir", "server.user", "store.path", "log.file", "log.personal", "tls.certificate", "tls.server_ca",
        "voice.prompts", "acme.directory", "acme.ca", "acme.networks", "trace.hep", "trace.hep_numbers",
        "trace.enabled", "dns.servers", "web.origins", "web.address", "web.host", "metrics.address", "network.proxies",
        "network.public_address", "guard.blocklists", "media.interface", "records.keep_mb", "login.nothing", "login"}) {
    EXPECT_EQ(refused(name, "1").code, Code::not_found) << name;
    EXPECT_THAT(listed, Not(HasSubstr(std::string("\"name\":\"") + name + "\""))) << name;
  }
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAboveTheFile, WhatShowsAThiefIsNotDeletedByHim) {
  const Error records_gone = refused("records.keep_days", "1");
  EXPECT_EQ(records_gone.field, "value");
  EXPECT_THAT(records_gone.message, HasSubstr("only the file may say"));
  EXPECT_EQ(refused("trace.days", "6").code, Code::invalid);
  EXPECT_TRUE(set("records.keep_days", "30"));
  EXPECT_TRUE(set("records.keep_days", "0")) << "for ever";
  EXPECT_TRUE(set("trace.days", "7"));
  EXPECT_EQ(shown("trace.days")["least"], 7);
  EXPECT_EQ(shown("records.keep_days")["least"], 0);
}

TEST_F(KeptAboveTheFile, WhoAsksIsNotKeptOutOfThePages) {
  const auto permit = [&](const std::string& blocks, bool force) {
    return run(with_server(), "setting.set",
               {{"name", "web.permitted"}, {"value", blocks}, {"force", force}, {"caller", "203.0.113.9"}});
  };
  const Outcome out = permit("198.51.100.0/24", false);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Code::conflict);
  EXPECT_THAT(out.error().message, HasSubstr("203.0.113.9"));
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_TRUE(permit("198.51.100.0/24,203.0.113.0/24", false));
  EXPECT_TRUE(permit("198.51.100.0/24", true));

  file("[web]\npermitted = [\"192.0.2.0/24\"]\n");
  const Outcome back = run(with_server(), "setting.remove", {{"name", "web.permitted"}, {"caller", "203.0.113.9"}});
  ASSERT_FALSE(back) << "nor by what the file says";
  EXPECT_EQ(back.error().code, Code::conflict);
  EXPECT_EQ(kept().at("web.permitted"), "198.51.100.0/24");
}

TEST_F(KeptAboveTheFile, WhatCannotBeTakenOverIsNotKept) {
  ASSERT_TRUE(set("login.idle_s", "900"));
  SettingDesk desk = with_server();
  desk.take_over = []() -> Outcome { return std::unexpected(Error{Code::invalid, "no certificate", "mend it"}); };
  const Outcome out = run(desk, "setting.set", {{"name", "login.idle_s"}, {"value", "700"}});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().message, "no certificate");
  EXPECT_EQ(kept().at("login.idle_s"), "900");
}

TEST_F(KeptAboveTheFile, NamesOfACertificateWaitUntilSomebodyAgreesToTheTerms) {
  EXPECT_THAT(refused("acme.terms_agreed", "true").message, HasSubstr("acme.names is not there"));
  EXPECT_THAT(refused("acme.names", "PBX").message, HasSubstr("acme.names holds \"PBX\""));
  EXPECT_THAT(refused("acme.contact", "nobody").message, HasSubstr("acme.contact is \"nobody\""));
  EXPECT_THAT(refused("acme.terms_agreed", "perhaps").message, HasSubstr("not true or false"));
  ASSERT_TRUE(set("acme.contact", "admin@example.com"));
  ASSERT_TRUE(set("acme.names", "pbx.example.com,sip.example.com"));
  EXPECT_FALSE(now().settings.acme.enabled);
  EXPECT_EQ(shown("acme.names")["value"], "pbx.example.com,sip.example.com");
  ASSERT_TRUE(set("acme.terms_agreed", "true"));
  EXPECT_TRUE(now().settings.acme.enabled);
  EXPECT_THAT(now().settings.acme.names, ElementsAre("pbx.example.com", "sip.example.com"));
  EXPECT_EQ(now().settings.acme.contact, "admin@example.com");
  ASSERT_TRUE(set("acme.terms_agreed", "false"));
  EXPECT_FALSE(now().settings.acme.enabled);
}

TEST_F(KeptAboveTheFile, AStartThatWouldBeLaxerIsRefusedAndToldHowToGoOn) {
  for (const auto& [name, typed] : std::initializer_list<std::pair<const char*, const char*>>{
           {"login.password_system", "40"}, {"login.idle_s", "5"}, {"login.second_factor", "everybody"},
           {"records.keep_days", "-1"}, {"server.data_dir", "/tmp"}}) {
    keep({{name, typed}});
    const auto out = settled(place, records.store);
    ASSERT_FALSE(out) << name;
    EXPECT_EQ(out.error().code, Code::invalid);
    EXPECT_THAT(out.error().message, HasSubstr(name));
    EXPECT_THAT(out.error().remedy, HasSubstr(std::string("ringfence setting remove ") + name));
    ASSERT_TRUE(run({place, records.store}, "setting.remove", {{"name", name}})) << "without a server";
    EXPECT_TRUE(settled(place, records.store)) << name;
  }
}

TEST_F(KeptAboveTheFile, AStartGoesByTheFileWhereThatIsNotLaxerAndSaysSo) {
  keep({{"login.password_system", "4"}, {"trace.days", "0"}, {"acme.terms_agreed", "true"}, {"login.lock_s", "900"}});
  const Settled out = now();
  EXPECT_EQ(out.settings.login.passwords[0].shortest, 12u);
  EXPECT_EQ(out.settings.trace.keep.days, 90u);
  EXPECT_FALSE(out.settings.acme.enabled);
  EXPECT_EQ(out.settings.login.throttle.lock_s, 900u) << "what fits is kept";
  ASSERT_EQ(out.passed_over.size(), 3u);
  for (const std::string& note : out.passed_over) EXPECT_THAT(note, HasSubstr("ringfence setting remove "));
  // What does not fit stands in nobody's way who sets something else, or takes one of them back.
  EXPECT_TRUE(set("login.idle_s", "900"));
  EXPECT_TRUE(run(with_server(), "setting.remove", {{"name", "trace.days"}}));
  EXPECT_THAT(now().passed_over,
              UnorderedElementsAre(HasSubstr("acme.terms_agreed"), HasSubstr("login.password_system is 4")));
}

TEST_F(KeptAboveTheFile, OfSeveralThatStopTheStartEachIsTakenBackByItself) {
  keep({{"login.password_system", "40"}, {"login.idle_s", "5"}});
  for (const char* const name : {"login.password_system", "login.idle_s"}) {
    EXPECT_FALSE(settled(place, records.store));
    ASSERT_TRUE(run({place, records.store}, "setting.remove", {{"name", name}})) << name;
  }
  EXPECT_TRUE(settled(place, records.store));
}

TEST_F(KeptAboveTheFile, WhatCannotBeReadIsNotTakenForNothingAndIsBegunAnew) {
  for (const char* const broken : {"{", "[]", R"({"login.idle_s":900})"}) {
    ASSERT_TRUE(records.store.set_setting("settings", broken));
    EXPECT_FALSE(settled(place, records.store)) << broken;
    EXPECT_EQ(refused("login.idle_s", "900").code, Code::failed);
    EXPECT_TRUE(run({place, records.store}, "setting.remove", {{"name", "login.idle_s"}})) << broken;
    EXPECT_TRUE(settled(place, records.store)) << broken;
  }
}

TEST_F(KeptAboveTheFile, AFaultyFileIsTheFilesFault) {
  file("[login]\nidle_s = 5\n");
  const Error out = refused("login.lock_s", "900");
  EXPECT_THAT(out.message, AllOf(HasSubstr("ringfence.toml:2"), HasSubstr("login.idle_s is 5")));
  EXPECT_EQ(out.field, "");
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAboveTheFile, WhatOnlyAStartTakesOverSaysThatItWaits) {
  EXPECT_EQ(shown("media.transcode")["waits"], false);
  const Outcome out = set("media.transcode", "false");
  ASSERT_TRUE(out);
  EXPECT_THAT((*out)["message"].get<std::string>(), HasSubstr("from the next start on"));
  EXPECT_EQ(shown("media.transcode")["restart"], true);
  EXPECT_EQ(shown("media.transcode")["waits"], true);
  EXPECT_FALSE(now().settings.media.transcode);
}

}  // namespace
}  // namespace rf::app
