// The way to a provider and back: what leaves, and what comes back that did not leave.
#include "core/oidc/flow.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/limits/people.hpp"
#include "core/http/url.hpp"

namespace rf::oidc {
namespace {

using Json = nlohmann::json;
constexpr std::int64_t now_ms = 1'900'000'000'000;
const std::string issuer = "https://login.example.com";

access::Provider provider() {
  access::Provider out;
  out.name = "corporate";
  out.url = issuer;
  out.client = "ring:fence&x=1";
  out.secret = Secret<std::string>("s%cret:");
  fill_in(out);
  return out;
}
Metadata metadata() {
  return {issuer + "/auth", issuer + "/token", issuer + "/keys", false, false};
}
Flow flow() {
  return {"corporate", "state-1", "nonce-1", "verifier-1", "https://pbx.example.com:8443/login", "#/calls",
          now_ms + 60'000};
}
Json document() {
  return {{"issuer", issuer},
          {"authorization_endpoint", issuer + "/auth"},
          {"token_endpoint", issuer + "/token"},
          {"jwks_uri", issuer + "/keys"},
          {"id_token_signing_alg_values_supported", {"HS256", "RS256"}}};
}
Json with(const char* key, Json value) {
  Json out = document();
  out[key] = std::move(value);
  return out;
}

TEST(Discovery, IsTakenFromTheIssuerThatWasConfiguredAndLeadsToHttpsAlone) {
  EXPECT_EQ(discovery_url(issuer), issuer + "/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url(issuer + "/a/"), issuer + "/a/.well-known/openid-configuration");
  EXPECT_TRUE(read_discovery(document().dump(), issuer));
  EXPECT_FALSE(read_discovery(with("issuer", issuer + "/").dump(), issuer));
  EXPECT_FALSE(read_discovery(with("issuer", "https://evil.example").dump(), issuer));
  for (const char* key : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
    for (const char* url : {"http://login.example.com/x", "javascript:alert(1)", "https://user@login.example.com/",
                            "https://login.example.com\\@evil.example/", "https:///x", "https://a b/", "",
                            "https://login.example.com/#x", "file:///etc/passwd", "https://login.example.com:x/"})
      EXPECT_FALSE(read_discovery(with(key, url).dump(), issuer)) << key << " " << url;
  EXPECT_FALSE(read_discovery(with("id_token_signing_alg_values_supported", {"none", "HS256"}).dump(), issuer));
  EXPECT_FALSE(read_discovery(R"({"issuer":"https://evil.example","issuer":"https://login.example.com"})", issuer));
  EXPECT_FALSE(read_discovery(std::string(SignInLimits::document_bytes + 1, ' '), issuer));
}

TEST(Discovery, SaysHowTheSecretIsShown) {
  EXPECT_FALSE(read_discovery(document().dump(), issuer)->secret_in_body);
  EXPECT_TRUE(read_discovery(with("token_endpoint_auth_methods_supported", {"client_secret_post"}).dump(), issuer)
                  ->secret_in_body);
  EXPECT_FALSE(read_discovery(with("token_endpoint_auth_methods_supported", {"private_key_jwt"}).dump(), issuer));
}

TEST(Flow, LeavesWithAChallengeAndNeverWithTheVerifierOrTheSecret) {
  const std::string url = authorization_url(metadata(), provider(), flow());
  EXPECT_TRUE(url.starts_with(issuer + "/auth?response_type=code&client_id=ring%3Afence%26x%3D1&")) << url;
  EXPECT_NE(url.find("&code_challenge_method=S256"), std::string::npos);
  EXPECT_NE(url.find("&redirect_uri=https%3A%2F%2Fpbx.example.com%3A8443%2Flogin&"), std::string::npos);
  EXPECT_EQ(url.find("verifier-1"), std::string::npos);
  EXPECT_EQ(url.find("s%cret"), std::string::npos);
  // RFC 7636, appendix B.
  EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Flow, CodesIdAndSecretBeforeTheyStandSideBySide) {
  const TokenRequest in_head = token_request(metadata(), provider(), flow(), "c&d=1");
  EXPECT_EQ(in_head.authorization.reveal(), "Basic cmluZyUzQWZlbmNlJTI2eCUzRDE6cyUyNWNyZXQlM0E=");
  EXPECT_NE(in_head.body.reveal().find("code=c%26d%3D1&"), std::string::npos);
  EXPECT_EQ(in_head.body.reveal().find("client_secret"), std::string::npos);
  Metadata by_body = metadata();
  by_body.secret_in_body = true;
  const TokenRequest in_body = token_request(by_body, provider(), flow(), "c");
  EXPECT_EQ(in_body.authorization.reveal(), "");
  EXPECT_NE(in_body.body.reveal().find("&client_secret=s%25cret%3A"), std::string::npos);
}

TEST(Flow, EndsWithWhatItBeganWith) {
  const auto misfit = [](const Return& back, const Metadata& at = metadata(), const Flow& of = flow()) {
    return misfit_of(of, back, at, issuer, now_ms);
  };
  EXPECT_EQ(misfit({"state-1", "code", "", ""}), std::nullopt);
  EXPECT_EQ(misfit({"state-2", "code", "", ""}), Misfit::state);
  EXPECT_EQ(misfit({"", "code", "", ""}), Misfit::state);
  EXPECT_EQ(misfit({"state-1", "", "", ""}), Misfit::no_code);
  EXPECT_EQ(misfit({"state-1", std::string(5'000, 'x'), "", ""}), Misfit::no_code);
  EXPECT_EQ(misfit({"state-1", "", "", "access_denied"}), Misfit::refused);
  Flow ended = flow();
  ended.ends_wall_ms = now_ms;
  EXPECT_EQ(misfit({"state-1", "code", "", ""}, metadata(), ended), Misfit::ended);
}

TEST(Flow, BeganWithOneProviderEndsWithNoOther) {
  const auto misfit = [](const std::string& said, bool names_itself) {
    Metadata at = metadata();
    at.names_itself = names_itself;
    return misfit_of(flow(), {"state-1", "code", said, ""}, at, issuer, now_ms);
  };
  EXPECT_EQ(misfit(issuer, true), std::nullopt);
  EXPECT_EQ(misfit("https://evil.example", true), Misfit::issuer);
  EXPECT_EQ(misfit("https://evil.example", false), Misfit::issuer);
  EXPECT_EQ(misfit("", true), Misfit::issuer) << "it promised to say who it is";
  EXPECT_EQ(misfit("", false), std::nullopt);
}

TEST(Flow, GoesAwayAndComesBackAsAText) {
  const auto read = read_flow(text_of(flow()));
  ASSERT_TRUE(read);
  EXPECT_EQ(text_of(*read), text_of(flow()));
  for (const char* each : {"", "{}", R"({"e":1})", R"({"e":"1","s":"a","n":"b","v":"c"})", "[1]"})
    EXPECT_FALSE(read_flow(each)) << each;
}

TEST(Flow, ReturnsToOurOwnPagesAlone) {
  for (const char* each : {"#/", "#/extensions/1001", "#/calls?limit=5"}) EXPECT_TRUE(is_own_target(each)) << each;
  for (const char* each : {"", "/", "//evil.example", "https://evil.example", "/\\evil.example", "#", "#x",
                           "javascript:alert(1)", "#/a\r\nSet-Cookie: x=1", "#/<script>", "#/a b", " #/", "#/\"x"})
    EXPECT_FALSE(is_own_target(each)) << each;
  EXPECT_FALSE(is_own_target("#/" + std::string(300, 'x')));
}

TEST(TokenAnswer, IsAnIdTokenOrTheProvidersWordForWhyNot) {
  EXPECT_EQ(read_token_answer(200, R"({"id_token":"a.b.c","access_token":"x"})"), "a.b.c");
  EXPECT_NE(read_token_answer(400, R"({"error":"invalid_grant"})").error().find("invalid_grant"), std::string::npos);
  EXPECT_FALSE(read_token_answer(200, R"({"error":"x","id_token":"a.b.c"})"));
  EXPECT_FALSE(read_token_answer(302, R"({"id_token":"a.b.c"})"));
  EXPECT_FALSE(read_token_answer(200, R"({"access_token":"x"})"));
  EXPECT_FALSE(read_token_answer(200, "<html>"));
  EXPECT_EQ(read_token_answer(400, R"({"error":"\u001b[2J"})").error().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace rf::oidc
