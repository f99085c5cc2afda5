// Stories of a system that registers with its provider, and of providers that make that hard.
#include "core/trunk/registration.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <set>

#include "core/trunk/backoff.hpp"

namespace rf::trunk::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using State = RegistrationState;

/// A registration and its provider, in the test's hands.
struct Provider : testing::Test {
  Provider() { restart({.registrar = "sip:provider.example"}); }

  void restart(RegistrationTerms terms) {
    registration.emplace(std::move(terms), Registration::make_token(random), "call-id");
  }
  Registration& machine() { return *registration; }
  template <class Fn>
  void input(Fn&& fn) {
    out.clear();
    fn(Registration::Turn{now, client, {hasher, random}, out});
  }

  void start() {
    input([&](auto turn) { machine().start(turn); });
  }
  void stop() {
    input([&](auto turn) { machine().stop(turn); });
  }
  void located(std::size_t count) {
    input([&](auto turn) { machine().located(turn, count); });
  }
  void unanswered() {
    input([&](auto turn) { machine().unanswered(turn, cseq); });
  }
  void reply(RegisterReply with) {
    if (with.cseq == 0) with.cseq = cseq;
    input([&](auto turn) { machine().reply(turn, with); });
  }
  void challenge(const std::string& rest = {}) {
    const std::string value = "Digest realm=\"p\", qop=\"auth\", nonce=\"n" + std::to_string(++nonces) + "\"" + rest;
    const auth::ChallengeHeader header{false, value};
    reply({.status = 401, .challenges = {&header, 1}});
  }
  void accept(std::optional<std::uint32_t> expires_s = {}, std::vector<BindingFact> others = {}) {
    others.push_back({machine().token(), expires_s});
    reply({.status = 200, .bindings = others});
  }
  /// Lets time pass until the machine wants to be called.
  std::int64_t wait() {
    const std::int64_t before = now.mono_ms;
    EXPECT_NE(machine().next_deadline(), never_ms);
    now.mono_ms = std::max(now.mono_ms, machine().next_deadline());
    input([&](auto turn) { machine().handle_timer(turn); });
    return now.mono_ms - before;
  }

  /// What the last input asked for: "locate URI", "REGISTER #target expires", "state: line".
  std::vector<std::string> heard() {
    std::vector<std::string> texts;
    for (const RegistrationEffect& effect : out) {
      if (const auto* locate = std::get_if<Locate>(&effect)) texts.push_back("locate " + locate->uri);
      if (const auto* send = std::get_if<SendRegister>(&effect)) {
        cseq = send->cseq;
        credentials = send->credentials;
        texts.push_back("REGISTER #" + std::to_string(send->target) + " " + std::to_string(send->expires_s));
      }
      if (const auto* changed = std::get_if<RegistrationChanged>(&effect))
        texts.push_back(std::string(text_of(changed->state)) + ": " + changed->line);
    }
    return texts;
  }

  /// Up to a registration of an hour.
  void register_at(std::size_t addresses = 1) {
    start();
    located(addresses);
    EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
    challenge();
    EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
    accept();
    EXPECT_THAT(heard(), ElementsAre("registered: registered"));
  }

  Now now{1'000'000, 0};
  Random random{42};
  auth::Hasher hasher;
  auth::Client client{{.username = "acme", .password = Secret<std::string>("very secret")}};
  std::vector<RegistrationEffect> out;
  std::optional<Registration> registration;
  std::uint32_t cseq = 0;
  std::string credentials;
  int nonces = 0;
};

TEST_F(Provider, IsFoundChallengesAndRegistersUs) {
  start();
  EXPECT_THAT(heard(), ElementsAre("trying: registering", "locate sip:provider.example"));
  located(2);
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
  EXPECT_EQ(cseq, 1u);
  EXPECT_THAT(credentials, IsEmpty());
  challenge();
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
  EXPECT_EQ(cseq, 2u);
  EXPECT_THAT(credentials, HasSubstr("nonce=\"n1\""));
  EXPECT_THAT(credentials, Not(HasSubstr("very secret")));
  EXPECT_FALSE(machine().is_bound(now));
  accept(3'600);
  EXPECT_THAT(heard(), ElementsAre("registered: registered"));
  EXPECT_TRUE(machine().is_bound(now));
}

TEST_F(Provider, IsRefreshedInTimeWithoutAnotherChallengeAndWithoutAWord) {
  register_at();
  const std::int64_t waited_ms = wait();
  EXPECT_THAT(waited_ms, AllOf(Ge(2'700'000 * 4 / 5 - 1), Le(2'700'000)));
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
  EXPECT_THAT(credentials, HasSubstr("nc=00000002"));
  accept();
  EXPECT_THAT(heard(), IsEmpty()) << "a log is not for what goes well";
}

TEST_F(Provider, MeetsManySystemsAtDifferentTimes) {
  std::set<std::int64_t> times;
  for (int i = 0; i < 50; ++i) {
    restart({.registrar = "sip:provider.example"});
    start();
    located(1);
    heard();
    accept();
    times.insert(machine().next_deadline() - now.mono_ms);
  }
  EXPECT_GT(times.size(), 45u);
  EXPECT_GT(*times.rbegin() - *times.begin(), 300'000);
}

TEST_F(Provider, GrantingLessIsRefreshedEarlierButNotInCircles) {
  start();
  located(1);
  heard();
  accept(60);
  EXPECT_THAT(machine().next_deadline() - now.mono_ms, AllOf(Ge(24'000), Le(30'000)));
  wait();
  heard();
  accept(1);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr("calls may be missed")));
  EXPECT_EQ(machine().next_deadline() - now.mono_ms, 20'000);
  wait();
  heard();
  accept(UINT32_MAX);
  EXPECT_LE(machine().next_deadline() - now.mono_ms, 2'700'000) << "not longer than we asked for";
}

TEST_F(Provider, MayWantALongerInterval) {
  start();
  located(1);
  heard();
  reply({.status = 423, .min_expires_s = 7'200});
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 7200"));
  accept();
  wait();
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 7200")) << "and is not asked for less again";
}

TEST_F(Provider, CannotPlay423ForEver) {
  for (const std::optional<std::uint32_t> minimum :
       std::vector<std::optional<std::uint32_t>>{{}, 0u, 3'600u, 86'401u, UINT32_MAX}) {
    restart({.registrar = "sip:provider.example"});
    start();
    located(1);
    heard();
    reply({.status = 423, .min_expires_s = minimum});
    EXPECT_THAT(heard(), ElementsAre(HasSubstr("refused: ")));
  }
  restart({.registrar = "sip:provider.example"});
  start();
  located(1);
  int sent = 0;
  for (std::uint32_t minimum = 4'000; sent < 100 && heard().front().starts_with("REGISTER"); ++minimum, ++sent)
    reply({.status = 423, .min_expires_s = minimum});
  EXPECT_EQ(sent, 1 + TrunkLimits::interval_refusals);
}

TEST_F(Provider, ThatRefusesThePasswordIsLeftAloneForLong) {
  start();
  located(1);
  heard();
  challenge();
  heard();
  challenge();
  EXPECT_THAT(heard(), ElementsAre("refused: the provider refused the user name or password"));
  std::int64_t last_ms = 0;
  for (int i = 0; i < 8; ++i) {
    const std::int64_t pause = wait();
    EXPECT_GE(pause, 900'000);
    EXPECT_LE(pause, 14'400'000);
    last_ms = pause;
    EXPECT_THAT(heard(), ElementsAre("locate sip:provider.example"));
    located(1);
    heard();
    challenge();
    heard();
    challenge();
    EXPECT_THAT(heard(), IsEmpty()) << "the same news are told once";
  }
  EXPECT_GE(last_ms, 7'200'000);
}

TEST_F(Provider, SaysStaleAndIsAnsweredButAnEndlessLoopEnds) {
  start();
  located(1);
  int sent = 0;
  while (heard().front().starts_with("REGISTER") && sent < 100) {
    ++sent;
    challenge(", stale=true");
  }
  EXPECT_EQ(sent, 1 + TrunkLimits::challenge_rounds);
  EXPECT_THAT(heard(), ElementsAre("waiting: the provider keeps on challenging"));
}

TEST_F(Provider, IsNotReplacedByWhoeverChallengesForAnotherRealm) {
  register_at();
  wait();
  heard();
  const auth::ChallengeHeader thief{false, R"(Digest realm="thief", nonce="x", qop="auth")"};
  reply({.status = 401, .challenges = {&thief, 1}});
  EXPECT_THAT(heard(), ElementsAre("refused: the challenge is for a realm that is not the provider's"));
  EXPECT_TRUE(machine().is_bound(now)) << "the contact is still there";
}

TEST_F(Provider, ForbidsUs) {
  for (const int status : {400, 403, 404, 405, 416, 420, 603}) {
    restart({.registrar = "sip:provider.example"});
    start();
    located(3);
    heard();
    reply({.status = status});
    EXPECT_THAT(heard(), ElementsAre("refused: the provider answered " + std::to_string(status)));
    EXPECT_GE(machine().next_deadline() - now.mono_ms, 900'000);
  }
}

TEST_F(Provider, FailsAtOneAddressAndServesAtTheNext) {
  start();
  located(3);
  heard();
  reply({.status = 503, .retry_after_s = 1'000});
  EXPECT_THAT(heard(), ElementsAre("REGISTER #1 3600"));
  unanswered();
  EXPECT_THAT(heard(), ElementsAre("REGISTER #2 3600"));
  challenge();
  EXPECT_THAT(heard(), ElementsAre("REGISTER #2 3600"));
  accept();
  wait();
  EXPECT_THAT(heard(), ElementsAre("REGISTER #2 3600")) << "who served is asked first";
  unanswered();
  EXPECT_THAT(heard(), ElementsAre("locate sip:provider.example")) << "the list is looked up anew";
  located(1);
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
}

TEST_F(Provider, ThatIsDownIsTriedAtLongerAndLongerIntervals) {
  start();
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 10; ++i) {
    located(1);
    heard();
    unanswered();
    if (i == 0)
      EXPECT_THAT(heard(), ElementsAre("waiting: the provider does not answer"));
    else
      EXPECT_THAT(heard(), IsEmpty());
    pauses.push_back(wait());
  }
  EXPECT_THAT(pauses.front(), AllOf(Ge(30'000), Le(60'000)));
  EXPECT_THAT(pauses[1], AllOf(Ge(60'000), Le(120'000)));
  EXPECT_THAT(pauses.back(), AllOf(Ge(900'000), Le(1'800'000)));
  located(1);
  heard();
  accept();
  now.mono_ms = machine().next_deadline();
  input([&](auto turn) { machine().handle_timer(turn); });
  heard();
  unanswered();
  located(1);
  heard();
  unanswered();
  EXPECT_LE(machine().next_deadline() - now.mono_ms, 60'000) << "a success begins anew";
}

TEST_F(Provider, IsNotAskedBeforeItSaidButNotForADayEither) {
  start();
  located(1);
  heard();
  reply({.status = 503, .retry_after_s = 700});
  EXPECT_EQ(machine().next_deadline() - now.mono_ms, 700'000);
  wait();
  located(1);
  heard();
  reply({.status = 503, .retry_after_s = UINT32_MAX});
  EXPECT_EQ(machine().next_deadline() - now.mono_ms, 3'600'000);
}

TEST_F(Provider, HasNoAddress) {
  start();
  located(0);
  EXPECT_THAT(heard(), ElementsAre("waiting: no address found for the provider"));
  start();
  EXPECT_THAT(heard(), ElementsAre("locate sip:provider.example")) << "the operator need not wait";
}

TEST_F(Provider, CannotSendUsElsewhere) {
  start();
  located(1);
  heard();
  reply({.status = 302, .redirect_uri = "sip:thief.example", .redirect_host = "thief.example"});
  EXPECT_THAT(heard(), ElementsAre(HasSubstr("refused: the provider sends us elsewhere (302)")));
}

TEST_F(Provider, MaySendUsWhereTheOperatorAllowsButNotInCircles) {
  restart({.registrar = "sip:provider.example", .redirect_hosts = {"b.example"}});
  start();
  located(1);
  for (int i = 0; i < TrunkLimits::redirects; ++i) {
    heard();
    reply({.status = 301, .redirect_uri = "sip:b.example", .redirect_host = "b.example"});
    EXPECT_THAT(heard(), ElementsAre("locate sip:b.example"));
    located(1);
  }
  heard();
  reply({.status = 301, .redirect_uri = "sip:b.example", .redirect_host = "b.example"});
  EXPECT_THAT(heard(), ElementsAre("refused: the provider keeps on sending us elsewhere"));
  wait();
  EXPECT_THAT(heard(), ElementsAre("locate sip:provider.example"));
}

TEST_F(Provider, ListsContactsOfOthers) {
  start();
  located(1);
  heard();
  accept(600, {{"somebody", 3'600}, {"1001", {}}});
  EXPECT_THAT(heard(), ElementsAre("registered: registered; others are registered on this account, too"));
  EXPECT_LE(machine().next_deadline() - now.mono_ms, 450'000) << "the time of our own contact counts";
}

TEST_F(Provider, ThatRewritesOurContactIsBelievedWithAWarning) {
  start();
  located(1);
  heard();
  const BindingFact other{"acme", 120};
  reply({.status = 200, .bindings = {&other, 1}, .expires_s = 300});
  EXPECT_THAT(heard(), ElementsAre(HasSubstr("does not list our contact")));
  EXPECT_TRUE(machine().is_bound({now.mono_ms + 299'999, 0}));
  EXPECT_FALSE(machine().is_bound({now.mono_ms + 300'000, 0}));
}

TEST_F(Provider, AcceptsAndKeepsNothing) {
  start();
  located(1);
  heard();
  accept(0);
  EXPECT_THAT(heard(), ElementsAre("waiting: the provider accepted, and kept nothing"));
  EXPECT_FALSE(machine().is_bound(now));
}

TEST_F(Provider, GivesAServiceRouteAndOurNumbersWithinBounds) {
  start();
  located(1);
  heard();
  std::vector<std::string_view> routes{"<sip:edge.provider.example;lr>", "<sip:a\r\nX: y>", ""};
  std::vector<std::string_view> numbers(1'000, "<sip:+44200000@provider.example>");
  reply({.status = 200, .service_routes = routes, .associated_uris = numbers});
  EXPECT_THAT(machine().service_routes(), ElementsAre("<sip:edge.provider.example;lr>"));
  EXPECT_EQ(machine().associated_uris().size(), TrunkLimits::associated);
  wait();
  heard();
  accept();
  EXPECT_THAT(machine().service_routes(), IsEmpty()) << "each answer counts for itself";
}

TEST_F(Provider, LosesTheConnectionAndIsCalledAgainSoonButNotInAStorm) {
  register_at();
  now.mono_ms += 600'000;
  input([&](auto turn) { machine().path_lost(turn); });
  EXPECT_THAT(heard(), ElementsAre("registered: registered, but the connection to the provider is gone"));
  EXPECT_FALSE(machine().is_bound(now));
  EXPECT_LE(wait(), 2'000);
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 3600"));
  accept();
  EXPECT_THAT(heard(), ElementsAre("registered: registered"));
  input([&](auto turn) { machine().path_lost(turn); });
  EXPECT_GE(wait(), 20'000);
}

TEST_F(Provider, IsToldWhenWeLeave) {
  register_at();
  stop();
  EXPECT_THAT(heard(), ElementsAre("stopping: taking the registration back", "REGISTER #0 0"));
  challenge(", stale=true");
  EXPECT_THAT(heard(), ElementsAre("REGISTER #0 0"));
  reply({.status = 200});
  EXPECT_THAT(heard(), ElementsAre("stopped: no longer registered"));
  EXPECT_EQ(machine().next_deadline(), never_ms);
  start();
  EXPECT_THAT(heard(), ElementsAre("trying: registering", "locate sip:provider.example"));
}

TEST_F(Provider, IsToldToForgetEvenWhatIsStillOnItsWay) {
  start();
  located(1);
  heard();
  const std::uint32_t first = cseq;
  stop();
  EXPECT_THAT(heard(), ElementsAre("stopping: taking the registration back", "REGISTER #0 0"));
  reply({.cseq = first, .status = 200});
  EXPECT_EQ(machine().state(), State::stopping) << "the answer to the former one settles nothing";
  unanswered();
  EXPECT_EQ(machine().state(), State::stopped);
}

TEST_F(Provider, IsNotBotheredWhenNothingIsRegistered) {
  stop();
  EXPECT_THAT(heard(), ElementsAre("stopped: stopped"));
  start();
  stop();
  EXPECT_THAT(heard(), ElementsAre("stopped: stopped"));
  located(1);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(Provider, WhoseOutcomeIsLostIsTakenForSilent) {
  start();
  EXPECT_EQ(wait(), 60'000);
  EXPECT_THAT(heard(), ElementsAre("waiting: no address found for the provider"));
  wait();
  located(1);
  heard();
  EXPECT_EQ(wait(), 60'000);
  EXPECT_THAT(heard(), ElementsAre("waiting: the provider does not answer"));
}

TEST_F(Provider, WhateverItDoesWeSendNoStorm) {
  // Random providers: bounded numbers of requests in a bounded time, and there is always a next step.
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random chance{seed};
    restart({.registrar = "sip:provider.example", .redirect_hosts = {"b.example"}});
    start();
    const std::int64_t begun = now.mono_ms;
    int sent = 0;
    for (int step = 0; step < 400; ++step) {
      for (const RegistrationEffect& effect : out) sent += std::holds_alternative<SendRegister>(effect);
      const auto texts = heard();
      const bool asks = !texts.empty() && texts.back().starts_with("REGISTER");
      if (!texts.empty() && texts.back().starts_with("locate")) {
        located(chance.below(4));
      } else if (!asks) {
        wait();
      } else {
        switch (chance.below(8)) {
          case 0:
            unanswered();
            break;
          case 1:
            challenge();
            break;
          case 2:
            challenge(", stale=true");
            break;
          case 3:
            reply({.status = 423, .min_expires_s = static_cast<std::uint32_t>(chance.below(90'000))});
            break;
          case 4:
            reply({.status = static_cast<int>(300 + chance.below(400))});
            break;
          case 5:
            reply({.status = 302, .redirect_uri = "sip:b.example", .redirect_host = "b.example"});
            break;
          case 6:
            accept(static_cast<std::uint32_t>(chance.below(100)));
            break;
          default:
            accept();
            break;
        }
      }
      ASSERT_TRUE(machine().next_deadline() != never_ms) << "seed " << seed;
    }
    const std::int64_t seconds = (now.mono_ms - begun) / 1'000;
    EXPECT_LT(sent, 60 + seconds) << "seed " << seed;
  }
}

TEST(Token, IsLongAndNeverTheSame) {
  Random random{1};
  const std::string token = Registration::make_token(random);
  EXPECT_EQ(token.size(), 26u);
  EXPECT_NE(token, Registration::make_token(random));
}

TEST(Pause, DoublesWithinItsBoundAndLeavesHalfToChance) {
  Random random{1};
  for (std::uint32_t failures = 1; failures < 100; ++failures) {
    const std::int64_t whole = std::min<std::int64_t>(1'800'000, 30'000ll << std::min(failures, 20u));
    EXPECT_THAT(pause_ms(30, 1'800, failures, random), AllOf(Ge(whole / 2), Le(whole)));
  }
  EXPECT_GE(pause_ms(UINT32_MAX, UINT32_MAX, UINT32_MAX, random), 0);
  EXPECT_GE(pause_ms(0, 0, 1, random), 1);
}

}  // namespace
}  // namespace rf::trunk::test
