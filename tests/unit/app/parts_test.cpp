// The parts around the server: where settings come from, who owns the folder, which sockets a listener becomes.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <set>
#include <thread>

#include "app/audit.hpp"
#include "app/data_dir.hpp"
#include "app/host.hpp"
#include "app/listeners.hpp"
#include "app/place.hpp"
#include "app/questions.hpp"
#include "app/records.hpp"
#include "app/server.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using command::Code;
using ::testing::HasSubstr;
using ::testing::SizeIs;

config::Settings settings_in(const Folder& folder) {
  config::Settings settings = config::defaults();
  settings.server.data_dir = folder.path();
  return settings;
}

TEST(Settings, ADataDirectoryBringsItsOwnFile) {
  const Folder folder;
  EXPECT_EQ(config_file_of({"", folder.path()}), "");
  Folder::write(folder / "ringfence.toml", "[server]\nrealm = \"here\"\n");
  const auto settings = settings_of({"", folder.path()});
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->server.realm, "here");
  EXPECT_EQ(settings->server.data_dir, folder.path());
}

TEST(Settings, TheWorkingDirectoryIsNotBelieved) {
  const Folder folder;
  Folder::write(folder / "ringfence.toml", "[server]\nrealm = \"planted\"\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto settings = settings_of({});
  std::filesystem::current_path(before);
  ASSERT_TRUE(settings.has_value());
  EXPECT_NE(settings->server.realm, "planted");
}

TEST(Settings, AFaultyFileIsRefusedWithItsFirstFault) {
  const Folder folder;
  Folder::write(folder / "ringfence.toml", "[server]\nrealm = 5\n[sip]\nt1_ms = 0\n");
  const auto settings = settings_of({"", folder.path()});
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().code, Code::invalid);
  EXPECT_THAT(settings.error().message, HasSubstr("ringfence.toml:2:9: server.realm is a whole number"));
  EXPECT_THAT(settings.error().remedy, HasSubstr("and 1 more"));
}

TEST(DataDirectory, OneProcessAtATimeHasIt) {
  const Folder folder;
  const auto first = DataDir::open(settings_in(folder), false, 0);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_TRUE(DataDir::in_use(folder.path()));
  const auto second = DataDir::open(settings_in(folder), false, 0);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid()) + " is using"));
}

TEST(DataDirectory, IsFreeAgainWhenItsHolderIsGone) {
  const Folder folder;
  {
    const auto first = DataDir::open(settings_in(folder), false, 0);
  }
  EXPECT_FALSE(DataDir::in_use(folder.path()));
  EXPECT_TRUE(DataDir::open(settings_in(folder), false, 0).has_value());
}

TEST(DataDirectory, IsMadeForItsOwnerOnly) {
  const Folder folder;
  config::Settings settings = settings_in(folder);
  settings.server.data_dir = folder / "a/b";
  ASSERT_TRUE(DataDir::open(settings, false, 0).has_value());
  struct stat facts{};
  ASSERT_EQ(::stat(settings.server.data_dir.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
}

TEST(DataDirectory, OneThatOthersMayEnterIsRefused) {
  const Folder folder;
  ::chmod(folder.path().c_str(), 0755);
  const auto opened = DataDir::open(settings_in(folder), false, 0);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Code::denied);
  EXPECT_THAT(opened.error().remedy, HasSubstr("chmod 700"));
}

TEST(DataDirectory, RootBecomesItsOwnerForGood) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to give something up";
  const Folder folder;
  ASSERT_EQ(::chown(folder.path().c_str(), 65534, 65534), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto opened = DataDir::open(settings_in(folder), true, 0);
    const bool given_up =
        opened && ::getuid() == 65534 && ::getgid() == 65534 && ::setuid(0) != 0 && ::getgroups(0, nullptr) == 0;
    const int low = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(1021);
    const bool low_port = ::bind(low, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    const bool reads_shadow = ::access("/etc/shadow", R_OK) == 0;
    ::_exit(given_up && low_port && !reads_shadow ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Listeners, AnyIsBothFamiliesAndLocalIsEachPrivateAddress) {
  config::ListenerSettings any, local;
  local.transport = Transport::udp;
  local.reach = config::Reach::local;
  local.port = 5060;
  const std::vector<Address> addresses{*Address::parse("127.0.0.1"), *Address::parse("10.0.0.7")};
  const auto out = expand({any, local}, addresses, true);
  ASSERT_THAT(out, SizeIs(4));
  EXPECT_EQ(out[0].bind.text(), "0.0.0.0:5061");
  EXPECT_EQ(out[1].bind.text(), "[::]:5061");
  EXPECT_EQ(out[2].bind.text(), "127.0.0.1:5060");
  EXPECT_EQ(out[3].bind.text(), "10.0.0.7:5060");
  EXPECT_THAT(expand({any}, addresses, false), SizeIs(1));
}

TEST(Listeners, ThePublicAddressIsToldWhereItHelps) {
  config::ListenerSettings any, loop, named;
  loop.reach = named.reach = config::Reach::one;
  loop.address = *Address::parse("127.0.0.1");
  named.address = *Address::parse("10.0.0.7");
  named.advertised = Endpoint::parse("198.51.100.9:15061");
  const auto out = expand({any, loop, named}, {}, true, Address::parse("203.0.113.7"));
  ASSERT_THAT(out, SizeIs(4));
  EXPECT_EQ(out[0].advertised->text(), "203.0.113.7:5061");
  EXPECT_FALSE(out[1].advertised) << "IPv4 says nothing to who comes by IPv6";
  EXPECT_FALSE(out[2].advertised) << "nobody comes there from outside";
  EXPECT_EQ(out[3].advertised->text(), "198.51.100.9:15061") << "what is written there comes first";
}

TEST(Listeners, AnIdIsTheSameAfterARestartAndInAnotherOrder) {
  config::ListenerSettings a, b;
  b.port = 5071;
  const auto one = expand({a, b}, {}, true), other = expand({b, a}, {}, true);
  EXPECT_EQ(one[0].id, other[2].id);
  std::set<ListenerId> ids;
  for (const auto& listener : one) ids.insert(listener.id);
  EXPECT_THAT(ids, SizeIs(4));
}

TEST(Listeners, PublicAddressesAreNeverLocal) {
  for (const Address& address : local_addresses_of_host()) EXPECT_TRUE(address.is_private()) << address.text();
}

TEST(EngineQuestions, AreAnsweredOnceOrGivenUp) {
  std::vector<engine::CommandIn> asked;
  Questions silent([&](engine::Input) { return true; });
  EXPECT_EQ(silent.ask(effect::GetStatus{}, 1), std::nullopt);
  Questions full([&](engine::Input) { return false; });
  EXPECT_EQ(full.ask(effect::GetStatus{}, 60'000), std::nullopt);
  Questions* self = nullptr;
  std::thread engine;
  Questions good([&](engine::Input input) {
    engine = std::thread([&self, id = std::get<engine::CommandIn>(input).id] {
      self->answer({id, effect::Done{7}});
      self->answer({id, effect::Done{8}});
    });
    return true;
  });
  self = &good;
  const auto answer = good.ask(effect::GetStatus{}, 60'000);
  engine.join();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(std::get<effect::Done>(*answer).count, 7u);
}

class OfflineCommands : public ::testing::Test {
 protected:
  OfflineCommands()
      : records_(*Records::open({folder_ / "ringfence.db", false, 1'000}, folder_ / "seal.key", "ringfence")) {}

  Outcome run(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked.has_value());
    auto outcome = records_.execute(checked->command, 1'000);
    EXPECT_TRUE(outcome.has_value()) << name << " is not for the database";
    return std::move(*outcome);
  }

  Folder folder_;
  Records records_;
};

TEST_F(OfflineCommands, AnExtensionIsAddedShownChangedListedAndRemoved) {
  const auto added = run("extension.add", {{"number", "1001"}, {"name", "Ann"}, {"registrations", std::int64_t{2}}});
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ((*added)["password"].get<std::string>().size(), 20u);
  EXPECT_EQ((*added)["realm"], "ringfence");
  EXPECT_EQ((*run("extension.set", {{"number", "1001"}, {"remote", true}}))["remote"], true);
  const auto shown = run("extension.show", {{"number", "1001"}});
  EXPECT_EQ((*shown)["name"], "Ann");
  EXPECT_EQ((*shown)["registrations"], 2);
  EXPECT_FALSE(shown->contains("password"));
  EXPECT_THAT((*run("extension.list", {}))["extensions"], SizeIs(1));
  EXPECT_TRUE(run("extension.remove", {{"number", "1001"}}).has_value());
  EXPECT_EQ(run("extension.show", {{"number", "1001"}}).error().code, Code::not_found);
}

TEST_F(OfflineCommands, AChosenPasswordIsNotShownAgainAndAResetOneIsNew) {
  const auto chosen = run("extension.add", {{"number", "1001"}, {"password", "Quiet-River-Lantern"}});
  ASSERT_TRUE(chosen.has_value()) << chosen.error().message;
  EXPECT_FALSE(chosen->contains("password"));
  const auto reset = run("extension.reset-password", {{"number", "1001"}, {"new_auth_name", true}});
  EXPECT_EQ((*reset)["password"].get<std::string>().size(), 20u);
  EXPECT_NE((*reset)["auth_name"], (*chosen)["auth_name"]);
}

TEST_F(OfflineCommands, WhatIsThereAlreadyIsAConflictAndWhatIsNotIsNotFound) {
  ASSERT_TRUE(run("extension.add", {{"number", "1001"}}).has_value());
  EXPECT_EQ(run("extension.add", {{"number", "1001"}}).error().code, Code::conflict);
  for (const std::string_view name :
       {"extension.show", "extension.remove", "extension.reset-password", "registration.remove"})
    EXPECT_EQ(run(name, {{"number", "1009"}}).error().code, Code::not_found) << name;
}

TEST_F(OfflineCommands, CallRecordsAndRegistrationsAreEmptyLists) {
  EXPECT_THAT((*run("cdr.list", {}))["cdrs"], SizeIs(0));
  EXPECT_THAT((*run("registration.list", {}))["registrations"], SizeIs(0));
}

TEST_F(OfflineCommands, WhatNeedsAServerIsLeftToIt) {
  for (const command::Spec& spec : command::catalog())
    if (spec.needs_server) {
      command::Arguments arguments;
      for (const auto& p : spec.parameters)
        if (p.required) arguments.emplace(p.name, std::string(p.name == "address" ? "198.51.100.7" : "1001"));
      EXPECT_FALSE(records_.execute(command::check(spec.name, arguments)->command, 0).has_value()) << spec.name;
    }
}

TEST(Answers, ToWhatWasRefusedSaySoWhateverTheDiskTakes) {
  const auto refused = [] {
    return Carried{std::unexpected(command::Error{Code::conflict, "it is there already", ""}), audit::Event{}};
  };
  const auto done = [] { return Carried{Outcome(Json{{"number", "1001"}}), audit::Event{}}; };
  EXPECT_EQ(answer_of(refused(), false).error().code, Code::conflict);
  EXPECT_EQ(answer_of(done(), false).error().code, Code::failed);
  EXPECT_EQ(answer_of(done(), true)->at("number"), "1001");
}

TEST(MediaPorts, OfARangeThatFitsNothingIsSaid) {
  config::Settings settings = config::defaults();
  EXPECT_TRUE(media_port_warnings(settings, {1, 16'384, std::pair<std::uint16_t, std::uint16_t>(32'768, 60'999), {}})
                  .empty())
      << "they are kept open";
  settings.names_calls_max = true;
  settings.limits.calls_max = 250;
  EXPECT_TRUE(media_port_warnings(settings, {1, 16'384, {}, {}}).empty());
}

TEST(MediaPorts, TooFewForTheCallsThatTheFileNamesAreCounted) {
  config::Settings settings = config::defaults();
  settings.limits.calls_max = 251;
  EXPECT_TRUE(media_port_warnings(settings, {1, 16'384, {}, {}}).empty()) << "the file does not name them";
  settings.names_calls_max = true;
  const auto said = media_port_warnings(settings, {1, 16'384, {}, {}});
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_EQ(said.at("calls without ports"),
            "limits.calls_max is 251, and media.ports 40000-40999 has room for 250 calls of one stream: further ones "
            "get 503; widen media.ports to 1004 ports, or lower limits.calls_max");
  settings.media.elsewhere = true;
  EXPECT_TRUE(media_port_warnings(settings, {1, 16'384, {}, {}}).empty()) << "media servers have ports of their own";
}

TEST(MediaPorts, ThoseThatTheHostGivesAwayAndWeDoNotKeepAreNamed) {
  const config::Settings settings = config::defaults();
  const auto said = [&](std::size_t addresses, std::uint16_t from, std::uint16_t to) {
    return media_port_warnings(settings, {addresses, 1'500, std::pair(from, to), {}});
  };
  const auto warned = said(2, 32'768, 60'999);
  ASSERT_THAT(warned, SizeIs(1));
  EXPECT_EQ(warned.at("ephemeral ports"),
            "media.ports 40000-40999 meets the ports 32768-60999 that this host gives to any program, and is too large "
            "to be kept open: calls may find their port taken; run: sysctl "
            "net.ipv4.ip_local_reserved_ports=40000-40999, or move media.ports");
  EXPECT_TRUE(said(1, 32'768, 60'999).empty());
  EXPECT_TRUE(said(2, 41'000, 60'999).empty());
  EXPECT_TRUE(said(2, 32'768, 39'999).empty());
  EXPECT_THAT(said(2, 40'999, 60'999), SizeIs(1));
}

TEST(MediaPorts, ThoseThatOtherProgramsHoldAreCountedByAddress) {
  const auto said =
      media_port_warnings(config::defaults(), {2, 16'384, {}, {{"192.0.2.1", 3}, {"2001:db8::1", 1}}});
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_EQ(said.at("media ports"),
            "other programs hold ports of 40000-40999 (3 on 192.0.2.1, 1 on 2001:db8::1); a call that draws one is "
            "refused: end them or change media.ports");
}

TEST(MediaPorts, WhatTheHostGivesAwayIsARange) {
  const auto range = ephemeral_ports();
  ASSERT_TRUE(range);
  EXPECT_LT(range->first, range->second);
}

}  // namespace
}  // namespace rf::app
