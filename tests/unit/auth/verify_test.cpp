#include <gmock/gmock.h>
#include <malloc.h>

#include <set>

#include "tests/unit/auth/phones.hpp"

namespace rf::auth::test {
namespace {

TEST(Challenge, OffersEachPermittedAlgorithmStrongestFirst) {
  Authenticator auth(root, 100);
  policy::Policy policy = office_policy();
  const auto lines = challenges(auth, policy, at(0));
  ASSERT_EQ(lines.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i], "WWW-Authenticate: Digest realm=\"ringfence\", nonce=\"" + param(lines[i], "nonce") +
                            "\", algorithm=" + std::string(text_of(algorithms[i])) + ", qop=\"auth\"\r\n");
    EXPECT_EQ(param(lines[i], "nonce").size(), 36u);
  }
  policy.md5_allowed = false;
  EXPECT_EQ(challenges(auth, policy, at(0)).size(), 2u);
}

TEST(Challenge, SaysStaleWhenAskedAndEscapesTheRealm) {
  Authenticator auth(root, 100);
  policy::Policy policy = office_policy();
  policy.realm = "a \"b\" \\c";
  const auto lines = challenges(auth, policy, at(0), office, Transport::udp, true);
  EXPECT_THAT(lines[0], testing::HasSubstr("realm=\"a \\\"b\\\" \\\\c\", "));
  EXPECT_THAT(lines[0], testing::EndsWith(", qop=\"auth\", stale=true\r\n"));
}

TEST(Challenge, NoncesNeverRepeatAndDoNotCount) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(nonce_for(auth, policy, at(5)));
  EXPECT_EQ(seen.size(), 1'000u);
}

TEST(Verify, AcceptsARightAnswerInEveryAlgorithm) {
  const policy::Policy policy = office_policy();
  for (const Algorithm algorithm : algorithms) {
    Authenticator auth(root, 100);
    Answer answer{.nonce = nonce_for(auth, policy, at(0)), .algorithm = std::string(text_of(algorithm))};
    const Result result = verify(auth, policy, at(100), {answer.sign().header()});
    EXPECT_EQ(result.outcome, Outcome::accepted) << text_of(algorithm);
    EXPECT_EQ(result.reason, Reason::none);
    ASSERT_NE(result.extension, nullptr);
    EXPECT_EQ(result.extension->auth_name, "alice");
    EXPECT_TRUE(result.source_proven);
    EXPECT_EQ(auth.nonces_remembered(), 1u);
  }
}

TEST(Verify, TakesAMissingAlgorithmForMd5) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  Answer answer{.nonce = nonce_for(auth, policy, at(0)), .algorithm = "MD5"};
  answer.sign().algorithm.clear();
  EXPECT_EQ(reason_of(auth, policy, at(0), answer), Reason::none);
}

TEST(Verify, AGatewayIsNoExtensionAndAnExtensionNoGateway) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  Gateways gateways;
  gateways.add(TrunkId{9}, "branch-7", "ringfence", "its password", false);
  gateways.add(TrunkId{10}, "alice", "ringfence", "its password", true);
  bool permitted = true;
  const auto ask = [&](const char* name, const char* password, const char* algorithm = "SHA-256") {
    const std::string header =
        Answer{.username = name, .nonce = nonce_for(auth, policy, at(0), abroad), .algorithm = algorithm}
            .sign(password)
            .header();
    const std::string_view value = header;
    Attempt attempt{{&value, 1}, "REGISTER", "sip:ringfence.example.com", abroad, Transport::udp};
    attempt.gateways = &gateways;
    attempt.permits_gateway = [&](TrunkId) { return permitted; };
    return auth.verify(at(1), policy, attempt);
  };
  const Result known = ask("branch-7", "its password");
  EXPECT_EQ(known.outcome, Outcome::accepted);
  EXPECT_EQ(known.gateway, TrunkId{9});
  EXPECT_EQ(known.extension, nullptr);
  EXPECT_EQ(ask("branch-7", "a guess").reason, Reason::wrong_password);
  EXPECT_EQ(ask("branch-7", "its password", "MD5").reason, Reason::unsupported_algorithm);
  EXPECT_EQ(ask("branch-8", "its password").reason, Reason::unknown_user);
  EXPECT_EQ(ask("alice", "its password").reason, Reason::wrong_password) << "a name of both is the extension's";
  EXPECT_FALSE(ask("rita", "secret").gateway);
  permitted = false;
  EXPECT_EQ(ask("branch-7", "its password").reason, Reason::not_permitted);
  EXPECT_EQ(ask("branch-7", "a guess").reason, Reason::wrong_password);
}

TEST(Verify, NamesEveryWayToBeRefused) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  const auto reason = [&](Answer answer, const Origin& from = {}) {
    return reason_of(auth, policy, at(1), answer, from);
  };
  EXPECT_EQ(verify(auth, policy, at(1), {}).reason, Reason::no_credentials);
  EXPECT_EQ(verify(auth, policy, at(1), {}).outcome, Outcome::challenge);
  EXPECT_EQ(reason(Answer{.username = "nobody", .nonce = nonce}.sign()), Reason::unknown_user);
  EXPECT_EQ(reason(Answer{.username = "dora", .nonce = nonce}.sign()), Reason::disabled_user);
  EXPECT_EQ(reason(Answer{.nonce = nonce}.sign("wrong")), Reason::wrong_password);
  EXPECT_EQ(reason(Answer{.realm = "elsewhere", .nonce = nonce}.sign()), Reason::other_realm);
  EXPECT_EQ(reason(Answer{.nonce = nonce, .algorithm = "SHA3-512"}.sign()), Reason::unsupported_algorithm);
  EXPECT_EQ(reason(Answer{.nonce = nonce, .uri = "sip:elsewhere.example.com"}.sign()), Reason::wrong_uri);
  EXPECT_EQ(reason(Answer{.nonce = nonce}.sign(), {.method = "INVITE"}), Reason::wrong_password) << "another method";
  EXPECT_EQ(reason(Answer{.nonce = "garbage"}.sign()), Reason::forged_nonce);
  EXPECT_EQ(auth.nonces_remembered(), 0u);
}

TEST(Verify, MakesEveryRefusalLookTheSame) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  for (const char* name : {"alice", "dora", "nobody"}) {
    const Answer answer = Answer{.username = name, .nonce = nonce_for(auth, policy, at(0))}.sign("wrong");
    const Result result = verify(auth, policy, at(1), {answer.header()});
    EXPECT_EQ(result.outcome, Outcome::refused);
    EXPECT_EQ(result.extension, nullptr);
    EXPECT_TRUE(result.source_proven);
  }
  // The challenge cannot differ: it is not told who asked. Two of one moment differ in the nonce only.
  auto first = challenges(auth, policy, at(2)), second = challenges(auth, policy, at(2));
  for (std::size_t i = 0; i < first.size(); ++i) {
    first[i].replace(first[i].find(param(first[i], "nonce")), 36, "");
    second[i].replace(second[i].find(param(second[i], "nonce")), 36, "");
    EXPECT_EQ(first[i], second[i]);
  }
}

TEST(Verify, RefusesMd5WhereItIsTurnedOff) {
  Authenticator auth(root, 100);
  policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  const Answer mike = Answer{.username = "mike", .nonce = nonce, .algorithm = "MD5"}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(1), mike), Reason::unsupported_algorithm);
  const Answer alice = Answer{.nonce = nonce, .algorithm = "MD5"}.sign();
  policy.md5_allowed = false;
  EXPECT_EQ(reason_of(auth, policy, at(1), alice), Reason::unsupported_algorithm);
  const Answer downgraded = [&] {
    Answer a = Answer{.nonce = nonce, .algorithm = "MD5"}.sign();
    a.algorithm.clear();
    return a;
  }();
  EXPECT_EQ(reason_of(auth, policy, at(1), downgraded), Reason::unsupported_algorithm);
  const Answer strong = Answer{.username = "mike", .nonce = nonce, .algorithm = "SHA-256"}.sign();
  EXPECT_EQ(reason_of(auth, policy, at(1), strong), Reason::none);
}

TEST(Verify, AnAnswerOfOneAlgorithmIsNoneOfAnother) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0)), .algorithm = "SHA-256"}.sign();
  answer.algorithm = "SHA-512-256";
  EXPECT_EQ(reason_of(auth, policy, at(1), answer), Reason::wrong_password);
}

TEST(Verify, LetsARemotePhoneInOnlyWhereAllowedAndSaysNoMoreThanToAWrongPassword) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const Origin from{.source = abroad};
  const auto result = [&](const char* name) {
    return verify(auth, policy, at(1),
                  {Answer{.username = name, .nonce = nonce_for(auth, policy, at(0), abroad)}.sign().header()}, from);
  };
  EXPECT_EQ(result("rita").outcome, Outcome::accepted);
  const Answer alice = Answer{.nonce = nonce_for(auth, policy, at(0), abroad)}.sign();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Result refusal = verify(auth, policy, at(1), {alice.header()}, from);
    EXPECT_EQ(refusal.outcome, Outcome::refused)
        << "the second time is no replay: that would tell the password was right";
    EXPECT_EQ(refusal.reason, Reason::remote_not_allowed);
    EXPECT_EQ(refusal.extension, nullptr);
  }
}

TEST(Verify, StaleTellsNothingOfThePassword) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  for (const char* name : {"alice", "dora", "nobody"})
    for (const char* password : {"secret", "wrong"}) {
      const Answer answer = Answer{.username = name, .nonce = nonce}.sign(password);
      const Result result = verify(auth, policy, at(301'000), {answer.header()});
      EXPECT_EQ(result.outcome, Outcome::stale);
      EXPECT_EQ(result.reason, Reason::stale_nonce);
      EXPECT_FALSE(result.source_proven);
    }
}

TEST(Verify, PicksTheCredentialsOfOurRealm) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  const std::string ours = Answer{.nonce = nonce}.sign().header();
  const std::string theirs = Answer{.realm = "elsewhere", .nonce = "x"}.sign().header();
  EXPECT_EQ(verify(auth, policy, at(1), {theirs, "Basic YWxpY2U6c2VjcmV0", "Digest nonsense", ours}).reason,
            Reason::none);
  EXPECT_EQ(verify(auth, policy, at(1), {theirs}).outcome, Outcome::challenge);
  EXPECT_EQ(verify(auth, policy, at(1), {"Basic YWxpY2U6c2VjcmV0"}).reason, Reason::no_credentials);
  EXPECT_EQ(verify(auth, policy, at(1), {"Digest nonsense", theirs}).reason, Reason::malformed);
}

TEST(Verify, ComparesUrisLikeAPhoneWritesThem) {
  const policy::Policy policy = office_policy();
  const auto accepts = [&](const std::string& digest_uri, const std::string& request_uri) {
    Authenticator auth(root, 100);
    const Answer answer = Answer{.nonce = nonce_for(auth, policy, at(0)), .uri = digest_uri}.sign();
    return reason_of(auth, policy, at(0), answer, {.request_uri = request_uri}) == Reason::none;
  };
  EXPECT_TRUE(accepts("sip:1002@pbx.example.com;transport=tls", "sip:1002@pbx.example.com;transport=tls"));
  EXPECT_TRUE(accepts("SIP:1002@PBX.example.com", "sip:1002@pbx.example.com"));
  EXPECT_TRUE(accepts("sip:PBX.example.com", "sip:pbx.example.com"));
  EXPECT_FALSE(accepts("sip:Bob@pbx.example.com", "sip:bob@pbx.example.com")) << "user parts have their case";
  EXPECT_FALSE(accepts("sip:1002@pbx.example.com", "sip:00881@pbx.example.com"));
  EXPECT_FALSE(accepts("sip:1002@pbx.example.com", "sip:1002@pbx.example.com:5060"));
  EXPECT_FALSE(accepts("", "sip:1002@pbx.example.com"));
}

TEST(Verify, KeepsNothingOfAMillionStrangers) {
  Authenticator auth(root, 1'000'000);
  const policy::Policy policy = office_policy();
  const std::string nonce = nonce_for(auth, policy, at(0));
  const std::string guess = Answer{.nonce = nonce}.sign("wrong").header();
  const std::string forged = Answer{.nonce = std::string(36, 'A')}.sign().header();
  std::string out;
  out.reserve(1'024);
  const std::string_view headers[] = {guess, forged};
  const auto strangers = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const Address source = Address::v4(0x0a000000u + static_cast<std::uint32_t>(i));
      const std::size_t shown = static_cast<std::size_t>(i % 3);
      const Result result = auth.verify(
          at(i / 1'000), policy, {{headers, shown}, "REGISTER", "sip:ringfence.example.com", office, Transport::udp});
      ASSERT_NE(result.outcome, Outcome::accepted);
      out.clear();
      auth.append_challenges(out, "WWW-Authenticate", at(i / 1'000), policy, source, Transport::udp, false);
    }
  };
  strangers(1'000);
  const auto before = mallinfo2().uordblks;
  strangers(1'000'000);
  EXPECT_EQ(mallinfo2().uordblks, before);
  EXPECT_EQ(auth.nonces_remembered(), 0u);
}

TEST(Verify, EveryReasonHasItsSentence) {
  for (int reason = 0; reason <= static_cast<int>(Reason::remote_not_allowed); ++reason)
    EXPECT_NE(text_of(static_cast<Reason>(reason)), "not accepted");
}

}  // namespace
}  // namespace rf::auth::test
