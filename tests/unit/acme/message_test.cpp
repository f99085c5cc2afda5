#include "core/acme/message.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/limits/acme.hpp"
#include "core/http/base64url.hpp"

namespace rf::acme {
namespace {

using Json = nlohmann::json;

/// The key of RFC 7517 appendix A.1.
PublicKey rfc_key() {
  PublicKey out;
  const auto read = [](std::string_view text, auto& into) {
    const auto bytes = http::read_base64url(text);
    std::copy(bytes->begin(), bytes->end(), into.begin());
  };
  read("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", out.x);
  read("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", out.y);
  return out;
}

std::string text_of(std::string_view coded) {
  const auto bytes = http::read_base64url(coded);
  return {bytes->begin(), bytes->end()};
}

const Json directory{{"newNonce", "https://ca.example/nonce"},
                     {"newAccount", "https://ca.example/account"},
                     {"newOrder", "https://ca.example/order"}};
const Json order{{"status", "pending"},
                 {"authorizations", {"https://ca.example/a/1"}},
                 {"finalize", "https://ca.example/f/1"}};
const Json challenge{
    {"type", "tls-alpn-01"}, {"url", "https://ca.example/c/1"}, {"token", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"}};
const Json authorization{{"status", "pending"},
                         {"identifier", {{"type", "dns"}, {"value", "pbx.example.com"}}},
                         {"challenges", {challenge}}};

Json with(Json object, const std::string& key, Json value) {
  object[key] = std::move(value);
  return object;
}

TEST(AcmeMessages, AKeyIsKnownByItsThumbprint) {
  EXPECT_EQ(thumbprint(rfc_key()), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
}

TEST(AcmeMessages, ARequestSaysWhereItGoesOnceAndByWhom) {
  std::string shown;
  const auto sign = [&](std::string_view text) {
    shown = text;
    return std::string("signature");
  };
  const auto first = signed_body({"https://ca.example/account", "nonce-1", ""}, rfc_key(), "{}", sign);
  ASSERT_TRUE(first);
  const Json body = Json::parse(*first);
  const Json head = Json::parse(text_of(body["protected"].get<std::string>()));
  EXPECT_EQ(head["alg"], "ES256");
  EXPECT_EQ(head["url"], "https://ca.example/account");
  EXPECT_EQ(head["nonce"], "nonce-1");
  EXPECT_EQ(head["jwk"]["crv"], "P-256");
  EXPECT_FALSE(head.contains("kid"));
  EXPECT_EQ(text_of(body["payload"].get<std::string>()), "{}");
  EXPECT_EQ(shown, body["protected"].get<std::string>() + "." + body["payload"].get<std::string>());
  const Header by_account{"https://ca.example/o", "n", "https://ca.example/me"};
  const Json later = Json::parse(*signed_body(by_account, rfc_key(), "", sign));
  const Json known = Json::parse(text_of(later["protected"].get<std::string>()));
  EXPECT_EQ(known["kid"], "https://ca.example/me");
  EXPECT_FALSE(known.contains("jwk")) << "one of the two, RFC 8555 §6.2";
  EXPECT_EQ(later["payload"], "") << "what is only read";
  EXPECT_FALSE(signed_body({"u", "n", ""}, rfc_key(), "", [](std::string_view) { return std::string(); }));
}

TEST(AcmeMessages, ADirectoryIsWholeAndEncrypted) {
  EXPECT_EQ(read_directory(directory.dump())->new_order, "https://ca.example/order");
  EXPECT_FALSE(read_directory(directory.dump())->external_account);
  EXPECT_TRUE(read_directory(with(directory, "meta", {{"externalAccountRequired", true}}).dump())->external_account);
  for (const Json& url : {Json("http://ca.example/order"), Json("https://ca.example/a b"), Json("file:///etc/passwd"),
                          Json(7), Json("https://" + std::string(AcmeLimits::url_bytes, 'a')), Json()})
    EXPECT_FALSE(read_directory(with(directory, "newOrder", url).dump())) << url;
  EXPECT_FALSE(read_directory("[]"));
  EXPECT_FALSE(read_directory(std::string(10'000, '[')));
}

TEST(AcmeMessages, AnOrderIsReadStrictly) {
  EXPECT_EQ(read_order(order.dump())->state, State::pending);
  EXPECT_FALSE(read_order(with(order, "status", "wonderful").dump()));
  EXPECT_FALSE(read_order(with(order, "status", "valid").dump())) << "without a certificate";
  EXPECT_FALSE(read_order(with(order, "authorizations", Json::array()).dump()));
  EXPECT_FALSE(read_order(with(order, "authorizations", {"http://ca.example/a"}).dump()));
  EXPECT_FALSE(
      read_order(with(order, "authorizations", std::vector<std::string>(AcmeLimits::names + 1, "https://a.example/"))
                     .dump()));
  const Json refused = with(with(order, "status", "invalid"), "error",
                            {{"type", "urn:ietf:params:acme:error:caa"}, {"detail", "CAA forbids\r\nit"}});
  EXPECT_EQ(read_order(refused.dump())->state, State::invalid);
  EXPECT_EQ(read_order(refused.dump())->trouble.find('\n'), std::string::npos);
}

TEST(AcmeMessages, AnAuthorizationGivesTheOneChallengeThatWeAnswer) {
  const auto read = read_authorization(authorization.dump());
  ASSERT_TRUE(read && read->tls_alpn);
  EXPECT_EQ(read->name, "pbx.example.com");
  EXPECT_EQ(read->tls_alpn->token, challenge["token"]);
  for (const Json& bad : {with(challenge, "token", "short"), with(challenge, "token", "a/../../etc/passwd-and-more"),
                          with(challenge, "token", std::string(300, 'a')), with(challenge, "url", "http://ca.example/"),
                          with(challenge, "type", "http-01"), Json("text")})
    EXPECT_FALSE(read_authorization(with(authorization, "challenges", {bad}).dump())->tls_alpn) << bad;
  EXPECT_FALSE(read_authorization(with(authorization, "identifier", {{"type", "ip"}, {"value", "192.0.2.1"}}).dump()));
}

TEST(AcmeMessages, ARefusalIsPlainAndBounded) {
  const std::string detail = "\x1b[31m" + std::string(5'000, 'x');
  const Problem problem =
      read_problem(Json{{"type", "urn:ietf:params:acme:error:rateLimited"}, {"detail", detail}}.dump());
  EXPECT_EQ(problem.type, "rateLimited");
  EXPECT_LE(problem.detail.size(), AcmeLimits::trouble_bytes + 8);
  EXPECT_EQ(read_problem("<html>").type, "");
}

TEST(AcmeMessages, NoncesAreOfTheirLetters) {
  EXPECT_TRUE(is_nonce("oFvnlFP1wIhRlYS2jTaXbA"));
  for (const std::string_view bad : {"", "a b", "a\r\nX: y", "a+b", "a="}) EXPECT_FALSE(is_nonce(bad));
  EXPECT_FALSE(is_nonce(std::string(AcmeLimits::text_bytes + 1, 'a')));
}

TEST(AcmeMessages, ItIsAskedAtTwoThirdsAndEverLessOftenAfterFailures) {
  constexpr std::int64_t day_ms = 86'400'000;
  EXPECT_EQ(due_ms(0, 90 * day_ms), 60 * day_ms);
  EXPECT_EQ(due_ms(0, 6 * day_ms), 4 * day_ms);
  EXPECT_EQ(pause_ms(0), 0);
  EXPECT_EQ(pause_ms(1), 900'000);
  EXPECT_EQ(pause_ms(2), 1'800'000);
  EXPECT_EQ(pause_ms(8), 43'200'000);
  EXPECT_EQ(pause_ms(4'000'000'000), 43'200'000);
}

}  // namespace
}  // namespace rf::acme
