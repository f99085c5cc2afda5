// What an attacker would try who sees the traffic, owns a valid account, or has nothing but time.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/unit/auth/phones.hpp"

namespace rf::auth::test {
namespace {

TEST(Replay, TheSameAnswerIsGoodOnce) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(1), answer), Reason::none);
  const Result again = verify(auth, policy, at(2), {answer.header()});
  EXPECT_EQ(again.outcome, Outcome::stale);
  EXPECT_EQ(again.reason, Reason::replayed);
  EXPECT_EQ(again.extension, nullptr);
}

TEST(Replay, FromAnotherSourceTransportOrRealmTheNonceIsForged) {
  Authenticator auth(root, 100);
  policy::Policy policy = office_policy();
  const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  for (const Origin& from :
       {Origin{.source = *Address::parse("10.0.0.8")}, Origin{.source = *Address::parse("::a00:7")},
        Origin{.transport = Transport::tcp}, Origin{.transport = Transport::tls}}) {
    const Result result = verify(auth, policy, at(1), {answer.header()}, from);
    EXPECT_EQ(result.outcome, Outcome::stale);
    EXPECT_EQ(result.reason, Reason::forged_nonce);
    EXPECT_FALSE(result.source_proven);
  }
  policy.realm = "other";
  const Answer other = Answer{.realm = "other", .nonce = answer.nonce}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(1), other), Reason::forged_nonce);
}

TEST(Replay, ANonceOfAnotherKeyIsForged) {
  Authenticator auth(root, 100);
  Authenticator other({9, 9, 9}, 100);
  const policy::Policy policy = office_policy();
  EXPECT_EQ(reason_of(auth, policy, at(1), Answer{.nonce = nonce_for(other, policy, at(0))}.sign()),
            Reason::forged_nonce);
}

TEST(Replay, ANonceFromTheFutureIsForgedAndANodeSlightlyAheadIsNot) {
  const policy::Policy policy = office_policy();
  Authenticator ahead(root, 100);
  const std::string soon = nonce_for(ahead, policy, at(4'000)), far = nonce_for(ahead, policy, at(60'000));
  Authenticator auth(root, 100);
  EXPECT_EQ(reason_of(auth, policy, at(0), Answer{.nonce = soon}.sign()), Reason::none);
  EXPECT_EQ(reason_of(auth, policy, at(0), Answer{.nonce = far}.sign()), Reason::forged_nonce);
}

TEST(Replay, CountsMayOvertakeEachOtherButNotComeTwice) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  const auto use = [&](unsigned count) {
    char nc[9];
    std::snprintf(nc, sizeof nc, "%08x", count);
    return reason_of(auth, policy, at(1), Answer{.nonce = nonce, .nc = nc}.sign());
  };
  EXPECT_EQ(use(3), Reason::none);
  EXPECT_EQ(use(1), Reason::none);
  EXPECT_EQ(use(1), Reason::replayed);
  EXPECT_EQ(use(2), Reason::none);
  EXPECT_EQ(use(3), Reason::replayed);
  EXPECT_EQ(use(70), Reason::none);
  EXPECT_EQ(use(6), Reason::replayed) << "behind the window it cannot be known, so it is not taken";
  EXPECT_EQ(use(7), Reason::none);
  EXPECT_EQ(use(7), Reason::replayed);
  EXPECT_EQ(use(0xffffffff), Reason::none);
  EXPECT_EQ(use(70), Reason::replayed);
  EXPECT_EQ(auth.nonces_remembered(), 1u);
}

TEST(Replay, AStepOfTheWallClockMakesNoUsedNonceGoodAgain) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(0), answer), Reason::none);
  for (int i = 1; i <= 40; ++i)
    EXPECT_EQ(reason_of(auth, policy, at(i * 10'000), Answer{.nonce = nonce_for(auth, policy, at(i * 10'000))}.sign()),
              Reason::none);
  Now stepped_back = at(400'000);
  stepped_back.wall_ms -= 400'000;
  EXPECT_EQ(reason_of(auth, policy, stepped_back, answer), Reason::stale_nonce);
}

TEST(Replay, ALongerNonceAgeDoesNotReviveWhatWasForgotten) {
  Authenticator auth(root, 100);
  policy::Policy policy = office_policy();
  const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(0), answer), Reason::none);
  EXPECT_EQ(reason_of(auth, policy, at(400'000), Answer{.nonce = nonce_for(auth, policy, at(400'000))}.sign()),
            Reason::none);
  policy.times.nonce_age_s = 3'600;
  EXPECT_EQ(reason_of(auth, policy, at(400'001), answer), Reason::stale_nonce);
}

TEST(Watermark, WhenTheTableIsFullTheOldestGoAndStayUnusable) {
  constexpr int limit = 8;
  Authenticator auth(root, limit);
  const policy::Policy policy = office_policy();
  std::vector<Answer> used;
  for (int i = 0; i < 40; ++i) {
    const std::int64_t now = i * 5'000;
    used.push_back(Answer{.nonce = nonce_for(auth, policy, at(now))}.sign());
    EXPECT_EQ(reason_of(auth, policy, at(now), used.back()), Reason::none);
    EXPECT_LE(auth.nonces_remembered(), static_cast<std::size_t>(limit));
    for (const Answer& old : used) EXPECT_NE(reason_of(auth, policy, at(now), old), Reason::none);
  }
}

TEST(Watermark, AFloodOfSuccessesInOneMomentLocksNobodyOut) {
  Authenticator auth(root, 4);
  const policy::Policy policy = office_policy();
  std::vector<Answer> used;
  for (int i = 0; i < 10; ++i) {
    used.push_back(Answer{.nonce = nonce_for(auth, policy, at(0))}.sign());
    const Reason reason = reason_of(auth, policy, at(0), used.back());
    EXPECT_TRUE(reason == Reason::none || reason == Reason::stale_nonce);
  }
  for (const Answer& old : used) EXPECT_NE(reason_of(auth, policy, at(0), old), Reason::none);
  EXPECT_EQ(reason_of(auth, policy, at(2), Answer{.nonce = nonce_for(auth, policy, at(1))}.sign()), Reason::none);
}

TEST(NonceAge, EndsAtTheLimitAndAcrossKeysTheReasonStaysRight) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const Answer first = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  const Answer second = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(300'000), first), Reason::none);
  EXPECT_EQ(reason_of(auth, policy, at(300'001), second), Reason::stale_nonce);
  EXPECT_EQ(reason_of(auth, policy, at(3 * 3'600'000), second), Reason::stale_nonce) << "made with a key long replaced";
  EXPECT_EQ(
      reason_of(auth, policy, at(3 * 3'600'000), Answer{.nonce = nonce_for(auth, policy, at(3 * 3'600'000))}.sign()),
      Reason::none);
}

TEST(NonceAge, ANonceOfThePreviousKeyIsStillGood) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  constexpr std::int64_t hour = 3'600'000;
  const std::int64_t to_the_hour = hour - at(0).wall_ms % hour;
  const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(to_the_hour - 1))}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(to_the_hour + 1), answer), Reason::none);
}

TEST(Malformed, ParametersTwiceMissingOrTooLongAreRefused) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const std::string good = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign().header();
  const auto expect_malformed = [&](const std::string& header) {
    const Result result = verify(auth, policy, at(1), {header});
    EXPECT_EQ(result.reason, Reason::malformed) << header.substr(0, 300);
    EXPECT_EQ(result.outcome, Outcome::refused);
  };
  for (const char* name :
       {"username=\"", "realm=\"", "nonce=\"", "uri=\"", "response=\"", "cnonce=\"", "nc=", "qop="}) {
    const std::size_t begin = good.find(name), end = good.find(',', begin);
    const std::string piece = good.substr(begin, end - begin);
    expect_malformed(good + ", " + piece);
    std::string without = good;
    without.replace(begin, piece.size(), "x=y");
    expect_malformed(without);
  }
  for (std::size_t length = std::string("Digest username").size(); length < good.size(); ++length) {
    const Result result = verify(auth, policy, at(1), {good.substr(0, length)});
    const std::size_t qop_end = good.find(", qop=") + 10, name_end = good.find("algorithm=") + 10;
    const bool is_cut_short = length < qop_end || (length > qop_end && length <= name_end);
    EXPECT_EQ(result.reason == Reason::malformed, is_cut_short) << good.substr(0, length);
    EXPECT_NE(result.outcome, Outcome::accepted) << length;
  }
  const auto with = [&](const char* from, const std::string& to) {
    std::string header = good;
    return header.replace(header.find(from), std::string(from).size(), to);
  };
  expect_malformed(with("alice", std::string(129, 'a')));
  expect_malformed(with("f2/wE4q", std::string(300, 'c')));
  expect_malformed(with("nc=00000001", "nc=1"));
  expect_malformed(with("nc=00000001", "nc=000000001"));
  expect_malformed(with("nc=00000001", "nc=00000000"));
  expect_malformed(with("nc=00000001", "nc=0000000g"));
  expect_malformed(with("nc=00000001", "nc=-0000001"));
  expect_malformed(with("qop=auth", "qop=auth-int"));
  expect_malformed(with("qop=auth", "qop=\"auth,auth-int\""));
  expect_malformed(with("qop=auth", "qop=auth, userhash=true"));
  expect_malformed(with("Digest ", "Digest,"));
  expect_malformed(with("alice\"", "alice"));
  expect_malformed(with("alice", std::string("al\0ice", 6)));
  expect_malformed(with("alice", "al\nice"));
  expect_malformed(good + std::string(5'000, ' '));
  std::string many = good;
  for (int i = 0; i < 40; ++i) many += ", p" + std::to_string(i) + "=1";
  expect_malformed(many);
  EXPECT_EQ(verify(auth, policy, at(1), {good + ", opaque=\"x\", auth-param=1"}).reason, Reason::none);
}

TEST(Malformed, AnUnansweredHeaderIsTheFirstQuestionOfAPhone) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const Result result = verify(
      auth, policy, at(0),
      {"Digest username=\"alice\", realm=\"ringfence\", nonce=\"\", uri=\"sip:ringfence.example.com\", response=\"\""});
  EXPECT_EQ(result.outcome, Outcome::challenge);
  EXPECT_EQ(result.reason, Reason::no_credentials);
}

TEST(Escapes, OfANameAreUndoneAndOfAHashedValueRefused) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  answer.username = "al\\ice";
  answer.realm = "\\ringfence";
  EXPECT_EQ(reason_of(auth, policy, at(1), answer), Reason::none);
  Answer hidden = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  hidden.cnonce = "\\" + hidden.cnonce;
  EXPECT_EQ(reason_of(auth, policy, at(1), hidden), Reason::malformed);
  Answer breaking = Answer{.nonce = nonce_for(auth, policy, at(0))}.sign();
  breaking.username = "alice\\\", realm=\\\"x";
  EXPECT_EQ(reason_of(auth, policy, at(1), breaking), Reason::unknown_user);
}

TEST(Property, AnyRightAnswerVerifiesAndNoneWithOneBitChangedDoes) {
  const policy::Policy policy = office_policy();
  EXPECT_TRUE(rc::check([&] {
    Authenticator auth(root, 1'000);
    const std::int64_t start = *rc::gen::inRange<std::int64_t>(0, 100'000'000'000);
    const Origin from{.source = Address::v4(0x0a000000u | *rc::gen::inRange<std::uint32_t>(0, 1u << 24)),
                      .transport = *rc::gen::element(Transport::udp, Transport::tcp, Transport::tls),
                      .request_uri = "sip:" + std::to_string(*rc::gen::inRange(0, 1 << 30)) + "@ringfence.example.com"};
    Answer answer{.nonce = nonce_for(auth, policy, at(start), from.source, from.transport),
                  .uri = from.request_uri,
                  .cnonce = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z'))),
                  .algorithm = std::string(text_of(*rc::gen::elementOf(algorithms)))};
    answer.cnonce.resize(std::min<std::size_t>(answer.cnonce.size(), 200));
    answer.sign();
    const Now now = at(start + *rc::gen::inRange(0, 300'001));

    Answer changed = answer;
    std::string* const fields[] = {&changed.username, &changed.realm,  &changed.nonce, &changed.uri,
                                   &changed.response, &changed.cnonce, &changed.nc};
    std::string& field = *fields[*rc::gen::inRange<std::size_t>(0, std::size(fields))];
    const std::size_t bit = *rc::gen::inRange<std::size_t>(0, 8 * field.size());
    field[bit / 8] = static_cast<char>(field[bit / 8] ^ (1 << bit % 8));
    RC_ASSERT(verify(auth, policy, now, {changed.header()}, from).outcome != Outcome::accepted);
    RC_ASSERT(auth.nonces_remembered() == 0u);
    RC_ASSERT(reason_of(auth, policy, now, answer, from) == Reason::none);
    RC_ASSERT(reason_of(auth, policy, now, answer, from) == Reason::replayed);
  }));
}

}  // namespace
}  // namespace rf::auth::test
