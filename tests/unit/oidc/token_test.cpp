// Tokens as thieves make them, and the one that is good.
#include "core/oidc/token.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "tests/unit/oidc/provider.hpp"

namespace rf::oidc {
namespace {

using test::SigningKey;
using test::token;
using Json = nlohmann::json;

constexpr std::int64_t now_s = 1'900'000'000;
const std::string issuer = "https://login.example.com", client = "ringfence", nonce = "n-0S6_WzA2Mj";

const SigningKey& rsa() {
  static const SigningKey key = SigningKey::rsa("one");
  return key;
}
const SigningKey& ec() {
  static const SigningKey key = SigningKey::ec("two");
  return key;
}

Json claims() {
  return {{"iss", issuer}, {"aud", client},         {"sub", "248289761001"},  {"exp", now_s + 300},
          {"iat", now_s},  {"nonce", nonce}};
}
Json with(std::string_view key, Json value) {
  Json out = claims();
  out[std::string(key)] = std::move(value);
  return out;
}
Json without(std::string_view key) {
  Json out = claims();
  out.erase(std::string(key));
  return out;
}

/// What becomes of a token at a provider with these keys: nothing, or the fault.
std::optional<Fault> judged(const std::string& text, const std::vector<SigningKey>& keys = {rsa(), ec()}) {
  const auto set = Keys::read(test::key_set(keys));
  EXPECT_TRUE(set) << set.error();
  const auto read = read_token(text);
  if (!read) return read.error();
  const auto fine = verify(*read, *set, {issuer, client, nonce, now_s});
  return fine ? std::nullopt : std::optional(fine.error());
}

TEST(Token, IsGoodWhenAKeyOfTheProviderSignedItForUsAndForThisSignInNow) {
  EXPECT_EQ(judged(token(claims(), rsa(), "RS256")), std::nullopt);
  EXPECT_EQ(judged(token(claims(), rsa(), "PS256")), std::nullopt);
  EXPECT_EQ(judged(token(claims(), ec(), "ES256")), std::nullopt);
  EXPECT_EQ(judged(token(with("aud", Json::array({client})), rsa())), std::nullopt);
  EXPECT_EQ(judged(token(Json{{"alg", "RS256"}}, claims(), rsa(), "RS256")), std::nullopt)
      << "without an id the only key that fits is meant";
}

TEST(Token, ThatNobodySignedIsRefused) {
  for (const char* none : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string text =
        test::coded(Json{{"alg", none}, {"kid", "one"}}.dump()) + "." + test::coded(claims().dump()) + ".";
    EXPECT_EQ(judged(text), Fault::algorithm) << none;
  }
  EXPECT_EQ(judged(test::coded(R"({"kid":"one"})") + "." + test::coded(claims().dump()) + "."), Fault::algorithm);
}

TEST(Token, SignedWithThePublicKeyAsASecretIsRefused) {
  EXPECT_EQ(judged(test::token_by_secret(claims(), "one", rsa().pem())), Fault::algorithm);
  EXPECT_EQ(judged(test::token_by_secret(claims(), "one", rsa().published().dump())), Fault::algorithm);
}

TEST(Token, OfAnAlgorithmThatIsNotOnTheListIsRefused) {
  for (const char* each : {"RS384", "RS512", "ES384", "EdDSA", "HS256", "rs256", "RS1"})
    EXPECT_EQ(judged(token(Json{{"alg", each}, {"kid", "one"}}, claims(), rsa(), "RS256")), Fault::algorithm) << each;
}

TEST(Token, IsRefusedWhenAnyBitOfItChanged) {
  const std::string good = token(claims(), rsa());
  const std::size_t payload = good.find('.') + 1;
  std::string changed = good;
  changed[payload + 12] = changed[payload + 12] == 'A' ? 'B' : 'A';
  EXPECT_NE(judged(changed), std::nullopt);
  const std::string forged =
      good.substr(0, payload) + test::coded(with("sub", "1").dump()) + good.substr(good.rfind('.'));
  EXPECT_EQ(judged(forged), Fault::signature);
}

TEST(Token, SignedWithAKeyOfSomebodyElseUnderOurIdIsRefused) {
  static const SigningKey thief = SigningKey::rsa("one");
  EXPECT_EQ(judged(token(claims(), thief)), Fault::signature);
  static const SigningKey unknown = SigningKey::rsa("three");
  EXPECT_EQ(judged(token(claims(), unknown)), Fault::unknown_key);
}

TEST(Token, BringsNoKeyOfItsOwn) {
  static const SigningKey thief = SigningKey::rsa("one");
  const Json header{{"alg", "RS256"}, {"kid", "one"}, {"jwk", thief.published()}, {"jku", "https://evil.example/keys"}};
  EXPECT_EQ(judged(token(header, claims(), thief, "RS256")), Fault::signature);
}

TEST(Token, SignedWithTheKeyOfOneKindUnderTheAlgorithmOfAnotherIsRefused) {
  EXPECT_EQ(judged(token(Json{{"alg", "ES256"}, {"kid", "one"}}, claims(), rsa(), "RS256")), Fault::unknown_key);
  EXPECT_EQ(judged(token(Json{{"alg", "RS256"}, {"kid", "two"}}, claims(), ec(), "ES256")), Fault::unknown_key);
}

TEST(Token, NamesItsKeyOnce) {
  const std::string header = R"({"alg":"RS256","kid":"two","kid":"one"})";
  const std::string text = test::coded(header) + "." + test::coded(claims().dump());
  EXPECT_EQ(judged(text + "." + test::coded(rsa().sign(text, "RS256"))), Fault::malformed);
  const std::string twice = R"({"iss":"https://evil.example","iss":"https://login.example.com"})";
  const std::string other = test::coded(R"({"alg":"RS256","kid":"one"})") + "." + test::coded(twice);
  EXPECT_EQ(judged(other + "." + test::coded(rsa().sign(other, "RS256"))), Fault::malformed);
}

TEST(Token, WithWhatHasToBeUnderstoodAndIsNotIsRefused) {
  const Json header{{"alg", "RS256"}, {"kid", "one"}, {"crit", {"exp"}}, {"exp", 1}};
  EXPECT_EQ(judged(token(header, claims(), rsa(), "RS256")), Fault::critical);
  const Json access{{"alg", "RS256"}, {"kid", "one"}, {"typ", "at+jwt"}};
  EXPECT_EQ(judged(token(access, claims(), rsa(), "RS256")), Fault::kind);
}

TEST(Token, OfAnotherIssuerIsRefused) {
  for (const char* each : {"https://login.example.com/", "https://LOGIN.example.com", "https://evil.example", ""})
    EXPECT_EQ(judged(token(with("iss", each), rsa())), Fault::issuer) << each;
  EXPECT_EQ(judged(token(without("iss"), rsa())), Fault::issuer);
  EXPECT_EQ(judged(token(with("iss", Json::array({issuer})), rsa())), Fault::issuer);
}

TEST(Token, ForSomebodyElseIsRefused) {
  EXPECT_EQ(judged(token(with("aud", "another"), rsa())), Fault::audience);
  EXPECT_EQ(judged(token(with("aud", Json::array()), rsa())), Fault::audience);
  EXPECT_EQ(judged(token(without("aud"), rsa())), Fault::audience);
  EXPECT_EQ(judged(token(with("aud", Json::array({"another", client})), rsa())), Fault::party);
  EXPECT_EQ(judged(token(with("azp", "another"), rsa())), Fault::party);
  Json several = with("aud", Json::array({"another", client}));
  several["azp"] = client;
  EXPECT_EQ(judged(token(several, rsa())), std::nullopt);
}

TEST(Token, IsGoodForItsTimeAndAMinuteOfOtherClocks) {
  constexpr std::int64_t skew = SignInLimits::skew_s;
  EXPECT_EQ(judged(token(with("exp", now_s - skew + 1), rsa())), std::nullopt);
  EXPECT_EQ(judged(token(with("exp", now_s - skew), rsa())), Fault::expired);
  EXPECT_EQ(judged(token(without("exp"), rsa())), Fault::expired);
  EXPECT_EQ(judged(token(with("exp", "soon"), rsa())), Fault::expired);
  EXPECT_EQ(judged(token(with("exp", 1e300), rsa())), Fault::expired);
  EXPECT_EQ(judged(token(with("iat", now_s + skew), rsa())), std::nullopt);
  EXPECT_EQ(judged(token(with("iat", now_s + skew + 1), rsa())), Fault::early);
  EXPECT_EQ(judged(token(without("iat"), rsa())), Fault::early);
  EXPECT_EQ(judged(token(with("iat", now_s - SignInLimits::token_s - skew - 1), rsa())), Fault::old);
  EXPECT_EQ(judged(token(with("nbf", now_s + skew + 1), rsa())), Fault::early);
}

TEST(Token, OfAnotherSignInIsRefused) {
  EXPECT_EQ(judged(token(with("nonce", "another"), rsa())), Fault::nonce);
  EXPECT_EQ(judged(token(with("nonce", ""), rsa())), Fault::nonce);
  EXPECT_EQ(judged(token(without("nonce"), rsa())), Fault::nonce);
}

TEST(Token, SaysWhomItIsAbout) {
  EXPECT_EQ(judged(token(without("sub"), rsa())), Fault::subject);
  EXPECT_EQ(judged(token(with("sub", std::string(256, 'a')), rsa())), Fault::subject);
  EXPECT_EQ(judged(token(with("sub", "a\nb"), rsa())), Fault::subject);
}

TEST(Token, ThatIsTooLongOrNoneIsRefusedBeforeAnyWork) {
  EXPECT_EQ(judged(token(with("x", std::string(SignInLimits::token_bytes, 'x')), rsa())), Fault::too_long);
  for (const char* each : {"", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30=.e30.AA", "!.!.!", "bnVsbA.e30.AA"})
    EXPECT_NE(judged(each), std::nullopt) << each;
}

TEST(Token, OfACurveIsRefusedWithASignatureOfNothing) {
  const std::string text = test::coded(R"({"alg":"ES256","kid":"two"})") + "." + test::coded(claims().dump());
  EXPECT_EQ(judged(text + "." + test::coded(std::string(64, '\0'))), Fault::signature);
  EXPECT_EQ(judged(text + "." + test::coded(std::string(63, 'a'))), Fault::signature);
}

access::Provider provider() {
  access::Provider out;
  out.name = "corporate";
  out.url = issuer;
  out.client = client;
  fill_in(out);
  return out;
}

TEST(Identity, IsWhatTheTokenSays) {
  Json all = claims();
  all.update(Json{{"preferred_username", "Anna"}, {"name", "Anna Schmidt"}, {"email", "anna@example.com"},
                  {"groups", {"staff", 7, "admins"}}});
  const auto who = identity_of(all, provider());
  ASSERT_TRUE(who);
  EXPECT_EQ(who->name, "anna");
  EXPECT_EQ(who->subject, issuer + " 248289761001") << "at another issuer it is somebody else";
  EXPECT_EQ(who->display, "Anna Schmidt");
  EXPECT_EQ(who->groups, (std::vector<std::string>{"staff", "admins"}));
  EXPECT_FALSE(identity_of(claims(), provider())) << "nobody is called nothing";
}

TEST(Identity, TakesAnAddressForANameOnlyWhenItWasChecked) {
  access::Provider by_email = provider();
  by_email.login = "email";
  Json all = claims();
  all["email"] = "boss@example.com";
  EXPECT_FALSE(identity_of(all, by_email));
  all["email_verified"] = "true";
  EXPECT_FALSE(identity_of(all, by_email));
  all["email_verified"] = true;
  EXPECT_TRUE(identity_of(all, by_email));
}

TEST(Identity, HasNoNameThatDrivesATerminal) {
  Json all = claims();
  all.update(Json{{"preferred_username", "anna"}, {"name", "\x1b[2J"}, {"email", "a\nb"}});
  const auto who = identity_of(all, provider());
  ASSERT_TRUE(who);
  EXPECT_EQ(who->display.find('\x1b'), std::string::npos);
  EXPECT_EQ(who->email, "");
}

}  // namespace
}  // namespace rf::oidc
