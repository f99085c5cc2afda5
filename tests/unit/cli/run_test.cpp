#include "cli/run.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <sstream>

#include "core/command/catalog.hpp"

namespace rf::cli {
namespace {

using command::Code;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() {
    world_.ask = [this](const Place& place, std::string_view command, const Json& args) -> Outcome {
      place_ = place;
      command_ = command;
      args_ = args;
      return outcome_;
    };
    world_.read_secret = [this] { return secret_; };
    world_.serve = [this](const Place& place, bool json) -> std::expected<void, command::Error> {
      place_ = place;
      command_ = json ? "serve --json" : "serve";
      if (!outcome_) return std::unexpected(outcome_.error());
      return {};
    };
    world_.setup = [this](const Place&, const SetupWish&) { return outcome_; };
    world_.check_config = [this](const Place& place) -> Outcome {
      place_ = place;
      return outcome_;
    };
    world_.version = "1.2.3";
    world_.out = &out_;
    world_.err = &err_;
  }

  int call(std::vector<const char*> words) {
    words.insert(words.begin(), "ringfence");
    out_.str("");
    err_.str("");
    return run(static_cast<int>(words.size()), words.data(), world_);
  }

  World world_;
  std::ostringstream out_, err_;
  Outcome outcome_ = Json::object();
  std::optional<std::string> secret_;
  Place place_;
  std::string command_;
  Json args_;
};

TEST_F(CommandLine, ExtensionAddHandsOverWhatWasGiven) {
  outcome_ =
      Json{{"number", "1001"}, {"auth_name", "kq7wz3ra9p"}, {"password", "only-once-Xy7"}, {"realm", "ringfence"}};
  EXPECT_EQ(call({"extension", "add", "1001", "--name", "Ann", "--registrations", "2", "--newcomer", "refuse",
                  "--remote", "--no-md5"}),
            done);
  EXPECT_EQ(command_, "extension.add");
  EXPECT_EQ(args_, (Json{{"number", "1001"},
                         {"name", "Ann"},
                         {"registrations", 2},
                         {"newcomer", "refuse"},
                         {"remote", true},
                         {"md5", false}}));
  EXPECT_THAT(out_.str(), HasSubstr("kq7wz3ra9p"));
  EXPECT_THAT(out_.str(), HasSubstr("only-once-Xy7"));
  EXPECT_THAT(out_.str(), HasSubstr("shown only now"));
}

TEST_F(CommandLine, WhoMustNotLockHimselfOutIsNamedUnlessHeNamesAnother) {
  world_.caller = "198.51.100.7";
  EXPECT_EQ(call({"guard", "country", "allow", "DE,AT", "--force"}), done);
  EXPECT_EQ(command_, "guard.country.allow");
  EXPECT_EQ(args_, (Json{{"countries", "DE,AT"}, {"force", true}, {"caller", "198.51.100.7"}}));
  EXPECT_EQ(call({"guard", "block", "192.0.2.0/24", "--caller", "203.0.113.5"}), done);
  EXPECT_EQ(args_, (Json{{"block", "192.0.2.0/24"}, {"caller", "203.0.113.5"}}));
  EXPECT_EQ(call({"guard", "geo", "192.0.2.1"}), done);
  EXPECT_EQ(args_, (Json{{"address", "192.0.2.1"}}));
  world_.caller.clear();
  EXPECT_EQ(call({"guard", "country", "deny", "KP"}), done);
  EXPECT_EQ(args_, (Json{{"countries", "KP"}}));
  EXPECT_EQ(call({"guard", "country", "alow", "KP"}), usage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"allow\"? see: ringfence guard country --help"));
}

TEST_F(CommandLine, ListsComeFromFilesAndGoIntoThem) {
  std::string written;
  world_.read_file = [](const std::string& path) -> std::expected<std::string, std::string> {
    if (path == "none") return std::unexpected("none cannot be read");
    return "allow 192.0.2.1\n";
  };
  world_.write_file = [&](const std::string& path, const std::string& text) -> std::expected<void, std::string> {
    written = path + ": " + text;
    return {};
  };
  EXPECT_EQ(call({"guard", "import", "rules.txt", "--force"}), done);
  EXPECT_EQ(args_, (Json{{"text", "allow 192.0.2.1\n"}, {"force", true}}));
  EXPECT_EQ(call({"guard", "import", "none"}), failed);
  EXPECT_EQ(call({"guard", "import"}), usage);
  outcome_ = Json{{"text", "allow 192.0.2.1 # \x1b[2J\nblock 192.0.2.2\n"}};
  EXPECT_EQ(call({"guard", "export", "-"}), done);
  EXPECT_EQ(out_.str(), "allow 192.0.2.1 # \\x1b[2J\nblock 192.0.2.2\n");
  EXPECT_EQ(call({"guard", "export", "out.txt"}), done);
  EXPECT_EQ(written, "out.txt: allow 192.0.2.1 # \x1b[2J\nblock 192.0.2.2\n");
}

TEST_F(CommandLine, APasswordIsNeverAnArgument) {
  EXPECT_EQ(call({"extension", "add", "1001", "--password", "Quiet-River-Lantern"}), usage);
  EXPECT_EQ(command_, "");
  secret_ = "Quiet-River-Lantern";
  EXPECT_EQ(call({"extension", "add", "1001", "--password-stdin"}), done);
  EXPECT_EQ(args_["password"], "Quiet-River-Lantern");
}

TEST_F(CommandLine, APinIsReadOrShownOnceAndNeverAnArgument) {
  EXPECT_EQ(call({"pin", "add", "abroad", "project-7", "--pin", "72915048"}), usage);
  EXPECT_EQ(call({"pin", "add", "abroad", "project-7", "72915048"}), usage);
  EXPECT_EQ(command_, "");
  secret_ = "72915048";
  outcome_ = Json{{"message", "project-7 has a PIN in abroad."}};
  EXPECT_EQ(call({"pin", "add", "abroad", "project-7", "--stdin"}), done);
  EXPECT_EQ(args_, (Json{{"name", "abroad"}, {"account", "project-7"}, {"pin", "72915048"}}));
  EXPECT_THAT(out_.str(), Not(HasSubstr("72915048")));
  outcome_ = Json{{"message", "ann has a PIN in abroad."}, {"pin", "40186273"}};
  EXPECT_EQ(call({"pin", "add", "abroad", "ann"}), done);
  EXPECT_EQ(args_, (Json{{"name", "abroad"}, {"account", "ann"}}));
  EXPECT_THAT(out_.str(), HasSubstr("  40186273\n"));
  EXPECT_THAT(out_.str(), HasSubstr("shown only now"));
  outcome_ = Json{{"list", "abroad"}, {"accounts", {"ann"}}};
  EXPECT_EQ(call({"pin", "list", "abroad"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("ACCOUNT\nann\n"));
}

TEST_F(CommandLine, CountriesStandWithoutAnOptionAndTheListSaysWhoDeniesThem) {
  outcome_ = Json{{"message", "CU,KP: denied by limit.tenant."}};
  EXPECT_EQ(call({"country", "deny", "CU,KP"}), done);
  EXPECT_EQ(args_, (Json{{"countries", "CU,KP"}}));
  EXPECT_THAT(out_.str(), HasSubstr("denied by limit.tenant"));
  EXPECT_EQ(call({"country", "allow", "FR", "--of", "department.sales", "--only"}), done);
  EXPECT_EQ(args_, (Json{{"countries", "FR"}, {"of", "department.sales"}, {"only", true}}));
  outcome_ = Json{{"of", "tenant"},
                  {"home", "DE"},
                  {"levels", {{{"of", "system"}, {"only", Json::array()}, {"denied", {"CU"}}}}},
                  {"countries", {{{"country", "CU"}, {"state", "denied"}, {"why", "CU is denied by limit.system"}}}}};
  EXPECT_EQ(call({"country", "list"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("CU is denied by limit.system"));
  EXPECT_THAT(out_.str(), HasSubstr("any country"));
}

TEST_F(CommandLine, AListOfAccountCodesShowsThemAndNoSecret) {
  outcome_ = Json{{"list", "clients"}, {"asks", "account_code"}, {"accounts", {"4711"}}};
  EXPECT_EQ(call({"pin", "list", "clients"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("ACCOUNT CODE\n4711\n"));
  outcome_ = Json{{"message", "4711 is an account code of clients."}};
  EXPECT_EQ(call({"pin", "add", "clients", "4711"}), done);
  EXPECT_THAT(out_.str(), Not(HasSubstr("shown only now")));
}

TEST_F(CommandLine, ARingGroupIsNamedAndItsNumberIsOneOfItsKeys) {
  EXPECT_EQ(call({"ring-group", "add", "sales", "--number", "600", "--members", "1001,1002", "--order", "in_turn"}),
            done);
  EXPECT_EQ(args_, (Json{{"name", "sales"}, {"number", "600"}, {"members", "1001,1002"}, {"order", "in_turn"}}));
  EXPECT_EQ(call({"route", "test", "--from", "1001", "--to", "110", "--for", "forward"}), done);
  EXPECT_EQ(args_["for"], "forward");
}

TEST_F(CommandLine, RecordsTellAccountsAndWhoSentACallOnWhereThereAreAny) {
  outcome_ = Json{{"cdrs", {{{"id", "x"}, {"caller", "1001"}, {"account", ""}, {"via", ""}}}}};
  EXPECT_EQ(call({"cdr", "list"}), done);
  EXPECT_THAT(out_.str(), Not(HasSubstr("ACCOUNT")));
  outcome_ = Json{{"cdrs", {{{"id", "x"}, {"account", "project-7"}, {"via", "forwarded by 1001"}}}}};
  EXPECT_EQ(call({"cdr", "list"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("ACCOUNT"));
  EXPECT_THAT(out_.str(), HasSubstr("project-7"));
  EXPECT_THAT(out_.str(), HasSubstr("forwarded by 1001"));
  EXPECT_EQ(call({"cdr", "list", "--csv"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("\"forwarded by 1001\""));
}

TEST_F(CommandLine, RecordsTellHowEachLegWasEncrypted) {
  const auto leg = [](const char* how, const char* suite) { return Json{{"encryption", how}, {"suite", suite}}; };
  outcome_ = Json{{"cdrs", {{{"id", "x"}, {"media", {leg("none", ""), leg("none", "")}}}}}};
  EXPECT_EQ(call({"cdr", "list"}), done);
  EXPECT_THAT(out_.str(), Not(HasSubstr("MEDIA")));
  outcome_ = Json{{"cdrs", {{{"id", "x"}, {"media", {leg("sdes", "AEAD_AES_256_GCM"), leg("none", "")}}}}}};
  EXPECT_EQ(call({"cdr", "list"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("MEDIA"));
  EXPECT_THAT(out_.str(), HasSubstr("sdes/none"));
  EXPECT_EQ(call({"cdr", "list", "--csv"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("\"sdes AEAD_AES_256_GCM/none\""));
}

TEST_F(CommandLine, AWeakPasswordIsRefusedWithoutRepeatingIt) {
  secret_ = "hunter2hunter2";
  EXPECT_EQ(call({"extension", "add", "1001", "--password-stdin"}), usage);
  EXPECT_EQ(command_, "");
  EXPECT_THAT(err_.str(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(err_.str(), HasSubstr("needs three of"));
}

TEST_F(CommandLine, EveryFaultHasItsExitCodeOneLineOfWhatAndOneOfRemedy) {
  const std::pair<Code, int> codes[] = {{Code::invalid, 2},     {Code::not_found, 3}, {Code::conflict, 5},
                                        {Code::not_running, 4}, {Code::denied, 6},    {Code::busy, 1},
                                        {Code::failed, 1}};
  for (const auto& [code, exit] : codes) {
    outcome_ = std::unexpected(command::Error{code, "that went wrong", "do this"});
    EXPECT_EQ(call({"extension", "show", "1001"}), exit);
    EXPECT_EQ(err_.str(), "ringfence: that went wrong\n  do this\n");
    EXPECT_THAT(out_.str(), IsEmpty());
  }
}

TEST_F(CommandLine, JsonGoesOutAsItCameAndFaultsAsWell) {
  outcome_ = Json{{"extensions", Json::array()}};
  EXPECT_EQ(call({"extension", "list", "--json"}), done);
  EXPECT_EQ(Json::parse(out_.str()), *outcome_);
  outcome_ = std::unexpected(command::Error{Code::not_found, "no", "yes"});
  EXPECT_EQ(call({"extension", "show", "1001", "--json"}), not_found);
  EXPECT_EQ(Json::parse(out_.str())["error"]["code"], "not_found");
}

TEST_F(CommandLine, AMisspeltWordIsAnsweredWithTheRightOne) {
  EXPECT_EQ(call({"extension", "lst"}), usage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"list\"? see: ringfence extension --help"));
  EXPECT_EQ(call({"extension", "add", "1001", "--remot"}), usage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"--remote\"?"));
}

TEST_F(CommandLine, WrongLinesAreUsageFaultsAndReachNobody) {
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{},
                                             {"extension"},
                                             {"extension", "add"},
                                             {"extension", "add", "abc"},
                                             {"extension", "add", "1"},
                                             {"extension", "set", "1001"},
                                             {"extension", "add", "1001", "--calls", "many"},
                                             {"extension", "add", "1001", "--calls", "0"},
                                             {"cdr", "list", "--from", "2026-02-31"},
                                             {"completion", "csh"}}) {
    EXPECT_EQ(call(words), usage) << (words.empty() ? "" : words.back());
    EXPECT_THAT(err_.str(), StartsWith("ringfence: "));
  }
  EXPECT_EQ(command_, "");
}

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample) {
  for (const command::Spec& spec : command::catalog()) {
    const std::string name(spec.name);
    std::vector<std::string> parts{""};
    for (const char c : name)
      if (c == '.')
        parts.emplace_back();
      else
        parts.back() += c;
    std::vector<const char*> words;
    for (const std::string& part : parts) words.push_back(part.c_str());
    words.push_back("--help");
    EXPECT_EQ(call(words), done);
    EXPECT_THAT(out_.str(), HasSubstr("Examples:\n  ")) << name;
    EXPECT_THAT(out_.str(), HasSubstr("--json")) << name;
    EXPECT_THAT(out_.str(), HasSubstr(std::string(spec.summary))) << name;
  }
  for (const char* const word : {"serve", "setup", "completion", "version"}) {
    call({word, "--help"});
    EXPECT_THAT(out_.str(), HasSubstr("Examples:\n  ")) << word;
  }
  call({"--help"});
  EXPECT_THAT(out_.str(), HasSubstr("Exit codes:"));
}

TEST_F(CommandLine, EveryGroupOfCommandsSaysInWordsOfItsOwnWhatItIs) {
  call({"--help"});
  std::map<std::string, std::string> words;
  std::istringstream lines(out_.str());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    std::string word, rest;
    parts >> word >> std::ws;
    std::getline(parts, rest);
    if (line.starts_with("  ") && std::isalpha(static_cast<unsigned char>(line[2]))) words[word] = rest;
  }
  std::set<std::string> told;
  for (const command::Spec& spec : command::catalog()) {
    const std::string group(spec.name.substr(0, spec.name.find('.')));
    ASSERT_FALSE(words[group].empty()) << group;
    told.insert(group);
  }
  std::set<std::string> texts;
  for (const std::string& group : told) EXPECT_TRUE(texts.insert(words[group]).second) << group << ": " << words[group];
}

TEST_F(CommandLine, ConfigAndDataMayStandAnywhere) {
  call({"--data", "/d", "extension", "list"});
  EXPECT_EQ(place_.data, "/d");
  call({"extension", "list", "--data", "/e", "--config", "/c.toml"});
  EXPECT_EQ(place_.data, "/e");
  EXPECT_EQ(place_.config, "/c.toml");
}

TEST_F(CommandLine, CdrFiltersBecomeTimes) {
  ::setenv("TZ", "UTC", 1);
  EXPECT_EQ(call({"cdr", "list", "--from", "2026-01-01", "--to", "2026-01-02T12:30:00Z", "--number", "+49301234",
                  "--result", "busy"}),
            done);
  EXPECT_EQ(
      args_,
      (Json{
          {"from_ms", 1'767'225'600'000}, {"to_ms", 1'767'357'000'000}, {"number", "+49301234"}, {"result", "busy"}}));
}

TEST_F(CommandLine, ACsvCellCannotBecomeAFormula) {
  outcome_ = Json{{"cdrs",
                   {{{"id", "x"},
                     {"caller", "=HYPERLINK(\"http://evil\")"},
                     {"dialled", "+49301"},
                     {"reason", "a,b\"c"},
                     {"callee", "-1"}}}}};
  EXPECT_EQ(call({"cdr", "list", "--csv"}), done);
  EXPECT_THAT(out_.str(), StartsWith("\"id\",\"started\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"attempts\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"'=HYPERLINK(\"\"http://evil\"\")\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"'+49301\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"'-1\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"a,b\"\"c\""));
  EXPECT_THAT(out_.str(), HasSubstr("\r\n"));
}

/// The legs of a call as the server tells of them: encrypted in two ways, and attacked on the second.
Json legs_under_attack() {
  return {{{"encryption", "sdes"}, {"suite", "AES_256_CM_HMAC_SHA1_80"}, {"refused_proof", 0}},
          {{"encryption", "dtls"},
           {"suite", "AEAD_AES_128_GCM"},
           {"refused_source", 7},
           {"refused_shape", 2},
           {"refused_proof", 120},
           {"refused_replay", 64}}};
}

TEST_F(CommandLine, ARecordSaysWithWhatEachLegWasEncryptedAndWhatWasRefusedThere) {
  outcome_ = Json{{"id", "c1"}, {"media", legs_under_attack()}};
  EXPECT_EQ(call({"cdr", "show", "c1"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("sdes AES_256_CM_HMAC_SHA1_80/dtls AEAD_AES_128_GCM"));
  EXPECT_THAT(out_.str(), HasSubstr("callee: 7 from strangers, 120 without proof, 64 heard before, "
                                    "2 not continuing its stream"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("caller: ")));
}

TEST_F(CommandLine, HowACallSoundedIsADashWhereNobodyKnows) {
  const Json measured{{"packets", 900}, {"mos", 4.3}, {"lost", 2}}, unknown{{"packets", 900}, {"mos", nullptr}};
  outcome_ = Json{{"id", "c1"}, {"media", {measured, unknown}}};
  EXPECT_EQ(call({"cdr", "show", "c1"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("4.3/-"));
  EXPECT_THAT(out_.str(), HasSubstr("2/-"));
  outcome_ = Json{{"cdrs", {{{"id", "c1"}, {"media", {unknown, measured}}}}}};
  EXPECT_EQ(call({"cdr", "list"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("-/4.3"));
}

TEST_F(CommandLine, ARunningCallSaysSoToo) {
  outcome_ = Json{{"calls", {{{"id", "c1"}, {"state", "talking"}, {"media", legs_under_attack()}}}}};
  EXPECT_EQ(call({"call", "list"}), done);
  EXPECT_THAT(out_.str(), HasSubstr("sdes AES_256_CM_HMAC_SHA1_80/dtls AEAD_AES_128_GCM"));
  EXPECT_THAT(out_.str(), HasSubstr("PACKETS REFUSED"));
  EXPECT_THAT(out_.str(), HasSubstr("callee: 7 from strangers"));
  outcome_ = Json{{"calls", {{{"id", "c1"}, {"media", {{{"encryption", "none"}, {"refused_source", 0}}}}}}}};
  EXPECT_EQ(call({"call", "list"}), done);
  EXPECT_THAT(out_.str(), Not(HasSubstr("REFUSED"))) << "nothing was";
}

TEST_F(CommandLine, WhatCallersWriteCannotDriveTheTerminal) {
  outcome_ = Json{
      {"registrations", {{{"number", "1001"}, {"user_agent", "x\x1b]0;pwned\x07\n9999 forged row"}, {"key", "k"}}}}};
  EXPECT_EQ(call({"registration", "list"}), done);
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(out_.str(), HasSubstr("\\x0a9999 forged row"));
}

TEST_F(CommandLine, ConfigCheckNamesEveryFault) {
  outcome_ = Json{{"file", "/c.toml"}, {"faults", {"/c.toml:1:1: a; b", "/c.toml:2:2: c; d"}}};
  EXPECT_EQ(call({"config", "check", "/c.toml"}), usage);
  EXPECT_EQ(place_.config, "/c.toml");
  EXPECT_EQ(err_.str(), "/c.toml:1:1: a; b\n/c.toml:2:2: c; d\n");
  outcome_ = Json{{"file", "/c.toml"}, {"faults", Json::array()}};
  EXPECT_EQ(call({"config", "check", "/c.toml"}), done);
  EXPECT_EQ(out_.str(), "/c.toml: good\n");
}

TEST_F(CommandLine, AFaultyFileHasOneExitCodeWhoeverReadsIt) {
  outcome_ = Json{{"file", "/c.toml"}, {"faults", {"/c.toml:1:1: a; b"}}};
  const int checked = call({"config", "check", "/c.toml"});
  outcome_ = std::unexpected(command::Error{Code::invalid, "/c.toml:1:1: a; b", "ringfence config check"});
  EXPECT_EQ(call({"serve"}), checked);
  EXPECT_EQ(call({"setup"}), checked);
  EXPECT_EQ(call({"status"}), checked);
}

TEST_F(CommandLine, EveryCommandAnswersInJsonWhenItIsAskedTo) {
  std::vector<std::vector<const char*>> lines{{"serve"}, {"setup"}, {"config", "check"}, {"version"}};
  for (const char* const shell : {"bash", "zsh", "fish"}) lines.push_back({"completion", shell});
  outcome_ = Json{{"faults", Json::array()}, {"file", ""}};
  for (std::vector<const char*> words : lines) {
    words.push_back("--json");
    EXPECT_EQ(call(words), done) << words.front();
    EXPECT_THAT(err_.str(), IsEmpty());
    // A server that has ended has nothing more to say.
    if (words.front() == std::string_view("serve"))
      EXPECT_EQ(command_, "serve --json");
    else
      EXPECT_TRUE(Json::accept(out_.str())) << words.front() << ": " << out_.str();
  }
  EXPECT_EQ(call({"completion", "bash"}), done);
  const std::string script = out_.str();
  EXPECT_EQ(call({"completion", "bash", "--json"}), done);
  EXPECT_EQ(Json::parse(out_.str())["script"], script);

  outcome_ = std::unexpected(command::Error{Code::invalid, "no", "yes"});
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
           {"serve", "--json"}, {"setup", "--json"}, {"extension", "lst", "--json"}, {"extension", "add", "--json"}}) {
    EXPECT_EQ(call(words), usage);
    EXPECT_EQ(Json::parse(out_.str())["error"]["code"], "invalid") << words.front();
  }
}

TEST_F(CommandLine, VersionIsOneLine) {
  EXPECT_EQ(call({"version"}), done);
  EXPECT_EQ(out_.str(), "ringfence 1.2.3\n");
}

TEST_F(CommandLine, CompletionKnowsEverySubCommandAndOption) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(call({"completion", shell}), done);
    for (const char* const word : {"extension", "reset-password", "hangup", "completion", "newcomer", "csv"})
      EXPECT_THAT(out_.str(), HasSubstr(word)) << shell;
  }
}

}  // namespace
}  // namespace rf::cli
