// A trunk that is asked for its password: by its provider, by others, well and badly.
#include "core/auth/client.hpp"

#include <gmock/gmock.h>

#include "core/auth/digest.hpp"
#include "tests/unit/auth/phones.hpp"

namespace rf::auth::test {
namespace {

using policy::Algorithm;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr Asking registering{"REGISTER", "sip:provider.example"};

/// The value of a parameter in the `which`th header line.
std::string param_of(std::string_view lines, std::string_view name, std::size_t which = 0) {
  for (; which > 0; --which) lines.remove_prefix(lines.find("\r\n") + 2);
  lines = lines.substr(0, lines.find("\r\n"));
  std::size_t at = lines.find(" " + std::string(name) + "=");
  if (at == std::string_view::npos) return {};
  at += name.size() + 2;
  const bool quoted = lines[at] == '"';
  if (quoted) ++at;
  return std::string(lines.substr(at, lines.find_first_of(quoted ? "\"" : ",\r", at) - at));
}

struct Provider : testing::Test {
  Account account{.username = "acme", .password = Secret<std::string>("Circle of Life")};
  Hasher hasher;
  Random random{7};
  Rounds rounds;
  std::string out;

  std::expected<void, Unanswered> challenge(Client& client, std::vector<ChallengeHeader> headers,
                                            const Asking& asking = registering) {
    out.clear();
    return client.answer({hasher, random}, rounds, headers, asking, out);
  }
  /// Whether the answer is one that our own server side would take for right.
  bool is_right(Algorithm algorithm, std::string_view realm, const Asking& asking = registering,
                std::size_t which = 0) const {
    const auto secret = ha1(algorithm, "acme", realm, "Circle of Life");
    return param_of(out, "response", which) == response(algorithm, secret, param_of(out, "nonce", which),
                                                        param_of(out, "nc", which), param_of(out, "cnonce", which),
                                                        asking.method, asking.uri);
  }
};

TEST_F(Provider, IsAnsweredWithWhatItAskedFor) {
  Client client(account);
  ASSERT_TRUE(
      challenge(client, {{false, R"(Digest realm="p", nonce="n1", algorithm=SHA-256, qop="auth", opaque="o")"}}));
  EXPECT_THAT(
      out, StartsWith(R"(Authorization: Digest username="acme", realm="p", nonce="n1", uri="sip:provider.example")"));
  EXPECT_THAT(out, HasSubstr(R"(algorithm=SHA-256)"));
  EXPECT_THAT(out, HasSubstr(R"(nc=00000001, qop=auth, opaque="o")"));
  EXPECT_THAT(out, testing::EndsWith("\r\n"));
  EXPECT_TRUE(is_right(Algorithm::sha256, "p"));
  EXPECT_THAT(out, Not(HasSubstr("Circle")));
}

TEST_F(Provider, ThatRunsOurOwnServerAcceptsTheAnswer) {
  const policy::Policy policy = office_policy();
  Authenticator server(root, 10);
  const auto lines = challenges(server, policy, at(0));
  ASSERT_EQ(lines.size(), 3u);
  std::vector<ChallengeHeader> headers;
  for (const std::string& line : lines) headers.push_back({false, std::string_view(line).substr(18, line.size() - 20)});
  Client client({.username = "alice", .password = Secret<std::string>("secret")});
  ASSERT_TRUE(challenge(client, headers, {"REGISTER", Origin{}.request_uri}));
  EXPECT_EQ(param_of(out, "algorithm"), "SHA-512-256");
  EXPECT_EQ(verify(server, policy, at(1), {out.substr(15, out.size() - 17)}).outcome, Outcome::accepted);
  out.clear();
  client.append_known({hasher, random}, {"REGISTER", Origin{}.request_uri}, out);
  EXPECT_EQ(verify(server, policy, at(2), {out.substr(15, out.size() - 17)}).outcome, Outcome::accepted);
}

TEST_F(Provider, GetsTheStrongestAlgorithmOfThoseItOffersWhateverTheirOrder) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="m", qop="auth")"},
                                 {false, R"(Digest realm="p", nonce="x", algorithm=SHA-512-256-sess, qop="auth")"},
                                 {false, R"(Digest realm="p", nonce="s", algorithm=sha-512-256, qop="auth")"},
                                 {false, R"(Digest realm="p", nonce="t", algorithm=SHA-256, qop="auth")"}}));
  EXPECT_EQ(param_of(out, "nonce"), "s");
  EXPECT_EQ(out.find("\r\n"), out.size() - 2) << "one answer for one realm";
  EXPECT_TRUE(is_right(Algorithm::sha512_256, "p"));
}

TEST_F(Provider, GetsNoMd5WhereItIsNotAllowed) {
  account.md5_allowed = false;
  Client client(account);
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="p", nonce="m", qop="auth")"}}).error(), Unanswered::algorithm);
  EXPECT_THAT(out, IsEmpty());
  EXPECT_EQ(client.realms_known(), 0u) << "what was not answered settles no realm";
}

TEST_F(Provider, WithoutQopIsAnsweredOnlyWhereThatIsAllowed) {
  Client strict(account);
  const ChallengeHeader old{false, R"(Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")"};
  EXPECT_EQ(challenge(strict, {old}).error(), Unanswered::qop);
  account.legacy_allowed = true;
  Client lenient(account);
  ASSERT_TRUE(challenge(lenient, {old}));
  EXPECT_THAT(out, Not(HasSubstr("cnonce")));
  EXPECT_THAT(out, Not(HasSubstr("nc=")));
  EXPECT_THAT(out, Not(HasSubstr("qop")));
}

TEST_F(Provider, OfRfc2069GetsTheResponseOfItsErrata) {
  // RFC 2069 §2.4 with erratum 749.
  account = {.username = "Mufasa", .password = Secret<std::string>("CircleOfLife"), .legacy_allowed = true};
  Client client(account);
  ASSERT_TRUE(challenge(client,
                        {{false, R"(Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")"}},
                        {"GET", "/dir/index.html"}));
  EXPECT_EQ(param_of(out, "response"), "1949323746fe6a43ef61f9606e7febea");
}

TEST_F(Provider, ThatOffersBothProtectionsGetsAuthAndAuthIntWhenNothingElseIsOffered) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="a", qop="auth-int, auth")"}}));
  EXPECT_EQ(param_of(out, "qop"), "auth");
  rounds = {};
  const Asking inviting{"INVITE", "sip:1@p", "v=0\r\n"};
  ASSERT_TRUE(
      challenge(client, {{false, R"(Digest realm="p", nonce="b", algorithm=SHA-256, qop="auth-int")"}}, inviting));
  EXPECT_EQ(param_of(out, "qop"), "auth-int");
  const auto hex = [&](std::initializer_list<std::string_view> pieces) {
    return std::string(Hex(hasher.join(Algorithm::sha256, pieces), 32).view());
  };
  const std::string a1 = hex({"acme", "p", "Circle of Life"});
  const std::string a2 = hex({"INVITE", "sip:1@p", hex({"v=0\r\n"})});
  EXPECT_EQ(param_of(out, "response"), hex({a1, "b", "00000001", param_of(out, "cnonce"), "auth-int", a2}));
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="p", nonce="c", qop="magic")"}}).error(), Unanswered::qop);
}

TEST_F(Provider, IsNotAskedAgainWhileItsNonceIsGood) {
  Client client(account);
  client.append_known({hasher, random}, registering, out);
  EXPECT_THAT(out, IsEmpty());
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", qop="auth")"}}));
  const std::string first = param_of(out, "cnonce");
  for (const char* expected : {"00000002", "00000003"}) {
    out.clear();
    client.append_known({hasher, random}, registering, out);
    EXPECT_EQ(param_of(out, "nc"), expected);
    EXPECT_NE(param_of(out, "cnonce"), first);
    EXPECT_TRUE(is_right(Algorithm::md5, "p"));
  }
  EXPECT_TRUE(client.take_info(false, R"(nextnonce="n2")"));
  out.clear();
  client.append_known({hasher, random}, registering, out);
  EXPECT_EQ(param_of(out, "nonce"), "n2");
  EXPECT_EQ(param_of(out, "nc"), "00000001");
}

TEST_F(Provider, ThatRepeatsItsNonceSeesTheCountGoOn) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", qop="auth")"}}));
  rounds = {};
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", qop="auth")"}}));
  EXPECT_EQ(param_of(out, "nc"), "00000002");
}

TEST_F(Provider, ThatDoesNotKnowThePasswordCannotChangeTheNonce) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", algorithm=SHA-256, qop="auth")"}}));
  const auto hex = [&](std::initializer_list<std::string_view> pieces) {
    return std::string(Hex(hasher.join(Algorithm::sha256, pieces), 32).view());
  };
  const std::string right = hex({hex({"acme", "p", "Circle of Life"}), "n1", "00000001", param_of(out, "cnonce"),
                                 "auth", hex({"", "sip:provider.example"})});
  EXPECT_FALSE(client.take_info(false, R"(nextnonce="evil", rspauth="00")"));
  EXPECT_TRUE(client.take_info(true, R"(nextnonce="evil")")) << "no proxy asked";
  EXPECT_TRUE(client.take_info(false, R"(nextnonce="evil", cnonce="of another request")"));
  EXPECT_TRUE(client.take_info(false, R"(nextnonce="ev\il")"));
  out.clear();
  client.append_known({hasher, random}, registering, out);
  EXPECT_EQ(param_of(out, "nonce"), "n1");
  const std::string again = hex({hex({"acme", "p", "Circle of Life"}), "n1", "00000002", param_of(out, "cnonce"),
                                 "auth", hex({"", "sip:provider.example"})});
  EXPECT_FALSE(client.take_info(false, "nextnonce=\"n3\", rspauth=\"" + right + "\"")) << "a proof is good once";
  EXPECT_TRUE(client.take_info(false, "nextnonce=\"n2\", rspauth=\"" + again + "\""));
  out.clear();
  client.append_known({hasher, random}, registering, out);
  EXPECT_EQ(param_of(out, "nonce"), "n2");
}

TEST_F(Provider, ThatRefusesAnAnswerIsNotAnsweredAgain) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", qop="auth")"}}));
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="p", nonce="n2", qop="auth")"}}).error(),
            Unanswered::wrong_password);
  EXPECT_THAT(out, IsEmpty());
  client.append_known({hasher, random}, registering, out);
  EXPECT_THAT(out, IsEmpty()) << "a refused answer is not offered unasked";
}

TEST_F(Provider, WhoseNonceWentStaleIsAnsweredAgainButNotForEver) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n0", qop="auth")"}}));
  int answered = 1;
  for (int i = 1; i < 100; ++i) {
    const std::string header = R"(Digest realm="p", qop="auth", stale=TRUE, nonce="n)" + std::to_string(i) + '"';
    if (!challenge(client, {{false, header}})) break;
    ++answered;
  }
  EXPECT_EQ(answered, TrunkLimits::challenge_rounds);
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="p", nonce="x", qop="auth", stale=true)"}}).error(),
            Unanswered::too_often);
}

TEST_F(Provider, MayChallengeAfreshWhatWasSentUnasked) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n1", qop="auth")"}}));
  rounds = {};
  client.append_known({hasher, random}, registering, out);
  EXPECT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="n2", qop="auth")"}}))
      << "many servers forget nonces without saying stale";
}

TEST_F(Provider, BehindItsOwnProxyGetsBothAnswers) {
  account.realms = {"proxy.p", "p"};
  Client client(account);
  ASSERT_TRUE(challenge(client, {{true, R"(Digest realm="proxy.p", nonce="a", qop="auth")"}}));
  EXPECT_THAT(out, StartsWith("Proxy-Authorization: "));
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="b", algorithm=SHA-256, qop="auth")"}}));
  EXPECT_THAT(out, StartsWith("Proxy-Authorization: ")) << "the proxy sees the second try, too";
  EXPECT_THAT(out, HasSubstr("\r\nAuthorization: "));
  EXPECT_EQ(param_of(out, "nc", 0), "00000002");
  EXPECT_TRUE(is_right(Algorithm::md5, "proxy.p", registering, 0));
  EXPECT_TRUE(is_right(Algorithm::sha256, "p", registering, 1));
}

TEST_F(Provider, AndAProxyMayAskInOneResponse) {
  account.realms = {"proxy.p", "p"};
  Client client(account);
  ASSERT_TRUE(challenge(client, {{true, R"(Digest realm="proxy.p", nonce="a", qop="auth")"},
                                 {false, R"(Digest realm="p", nonce="b", qop="auth")"}}));
  EXPECT_EQ(client.realms_known(), 2u);
  EXPECT_THAT(out, HasSubstr("\r\nAuthorization: "));
}

TEST_F(Provider, IsTheFirstThatAsksWhenNoRealmIsConfigured) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="a", qop="auth")"}}));
  rounds = {};
  const Asking inviting{"INVITE", "sip:+4420@provider.example"};
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="callee", nonce="b", qop="auth")"}}, inviting).error(),
            Unanswered::other_realm)
      << "a callee that gathers digests";
  EXPECT_THAT(out, IsEmpty());
  EXPECT_TRUE(challenge(client, {{true, R"(Digest realm="p", nonce="c", qop="auth")"}}, inviting));
}

TEST_F(Provider, ChallengingForTwoRealmsAtOnceSettlesOneOfThem) {
  Client client(account);
  ASSERT_TRUE(challenge(client, {{false, R"(Digest realm="p", nonce="a", qop="auth")"},
                                 {true, R"(Digest realm="q", nonce="b", qop="auth")"}}));
  EXPECT_EQ(client.realms_known(), 1u);
  EXPECT_EQ(param_of(out, "realm"), "p");
}

TEST_F(Provider, WithAConfiguredRealmIsPinnedToIt) {
  account.realms = {"p"};
  Client client(account);
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="P", nonce="a", qop="auth")"}}).error(),
            Unanswered::other_realm);
  EXPECT_EQ(challenge(client, {{false, R"(Digest realm="p ", nonce="a", qop="auth")"}}).error(),
            Unanswered::other_realm);
  EXPECT_TRUE(challenge(client, {{false, R"(Digest realm="\p", nonce="a", qop="auth")"}})) << "escapes mean nothing";
}

TEST_F(Provider, ThatIsMalformedIsNotAnswered) {
  for (const char* header :
       {"", "Basic realm=\"p\"", "Digest", "Digest ", "Digest realm=\"p\"", "Digest nonce=\"n\"",
        "Digest realm=\"p\", nonce=\"\"", "Digest realm=\"p\", realm=\"q\", nonce=\"n\"",
        "Digest realm=\"p\", nonce=\"n\", nonce=\"m\"", "Digest realm=\"p\", nonce=\"n\\\"\"",
        "Digest realm=\"p\" nonce=\"n\"", "Digest realm=\"p\", nonce=\"n\",", "Digest realm=\"p\", nonce=\"n\r\nX: y\"",
        "Digest realm=\"p\", nonce=\"n\", opaque=\"a"}) {
    Client client(account);
    EXPECT_EQ(challenge(client, {{false, header}}).error(), Unanswered::not_asked) << header;
  }
  Client client(account);
  const std::string huge = R"(Digest realm="p", qop="auth", nonce=")" + std::string(513, 'n') + '"';
  EXPECT_EQ(challenge(client, {{false, huge}}).error(), Unanswered::not_asked);
}

TEST_F(Provider, CannotMakeUsHashWithoutEnd) {
  account.realms = {"a", "b", "c", "d", "e"};
  Client client(account);
  std::vector<std::string> texts;
  for (int i = 0; i < 1'000; ++i)
    texts.push_back("Digest realm=\"" + std::string(1, static_cast<char>('a' + i % 5)) + "\", nonce=\"n\", qop=auth");
  std::vector<ChallengeHeader> headers;
  for (const auto& text : texts) headers.push_back({false, text});
  ASSERT_TRUE(challenge(client, headers));
  EXPECT_EQ(client.realms_known(), TrunkLimits::realms);
}

TEST_F(Provider, NeverSeesAnswersThatBreakTheirLine) {
  Client client(account);
  const ChallengeHeader fine{false, R"(Digest realm="p", nonce="n", qop="auth")"};
  EXPECT_EQ(challenge(client, {fine}, {"INVITE", "sip:a\"b@c"}).error(), Unanswered::unwritable);
  EXPECT_EQ(challenge(client, {fine}, {"INVITE", "sip:a\r\nX: y"}).error(), Unanswered::unwritable);
  account.username = "a\nb";
  Client broken(account);
  EXPECT_EQ(challenge(broken, {fine}).error(), Unanswered::unwritable);
  account.username = R"(a"b\c)";
  Client quoted(account);
  ASSERT_TRUE(challenge(quoted, {fine}));
  EXPECT_THAT(out, HasSubstr(R"(username="a\"b\\c")"));
}

TEST_F(Provider, OfRfc8760IsAnsweredLikeOfRfc7616) {
  // The parameters of RFC 7616 §3.9.1; the client nonce is ours, so the published response is held by Vectors.
  account.username = "Mufasa";
  Client client(account);
  const Asking get{"GET", "/dir/index.html"};
  const std::string nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  const std::string rest = R"( realm="http-auth@example.org", qop="auth, auth-int", nonce=")" + nonce +
                           R"(", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")";
  const std::string sha = "Digest algorithm=SHA-256," + rest, md5 = "Digest algorithm=MD5," + rest;
  ASSERT_TRUE(challenge(client, {{false, sha}, {false, md5}}, get));
  EXPECT_EQ(param_of(out, "response"),
            response(Algorithm::sha256, ha1(Algorithm::sha256, "Mufasa", "http-auth@example.org", "Circle of Life"),
                     "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001", param_of(out, "cnonce"), "GET",
                     "/dir/index.html"));
  EXPECT_EQ(param_of(out, "opaque"), "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
}

}  // namespace
}  // namespace rf::auth::test
