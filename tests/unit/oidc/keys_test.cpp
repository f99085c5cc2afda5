// Key sets as providers publish them, and as somebody would like them to be.
#include "core/oidc/keys.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "core/oidc/book.hpp"
#include "tests/unit/oidc/provider.hpp"

namespace rf::oidc {
namespace {

using test::SigningKey;
using Json = nlohmann::json;

std::string set_of(std::initializer_list<Json> keys) {
  return Json{{"keys", keys}}.dump();
}

TEST(Keys, AreFoundByTheirIdForTheAlgorithmThatTheyAreGoodFor) {
  const SigningKey rsa = SigningKey::rsa("one"), ec = SigningKey::ec("two");
  Json only = SigningKey::rsa("three").published();
  only["alg"] = "PS256";
  const auto keys = Keys::read(set_of({rsa.published(), ec.published(), only}));
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ(keys->size(), 3u);
  EXPECT_NE(keys->find("one", Algorithm::rs256), nullptr);
  EXPECT_NE(keys->find("one", Algorithm::ps256), nullptr);
  EXPECT_EQ(keys->find("one", Algorithm::es256), nullptr);
  EXPECT_NE(keys->find("two", Algorithm::es256), nullptr);
  EXPECT_NE(keys->find("three", Algorithm::ps256), nullptr);
  EXPECT_EQ(keys->find("three", Algorithm::rs256), nullptr);
  EXPECT_EQ(keys->find("four", Algorithm::rs256), nullptr);
  EXPECT_EQ(keys->find("", Algorithm::ps256), nullptr) << "two could be meant";
  EXPECT_NE(keys->find("", Algorithm::es256), nullptr);
}

TEST(Keys, OfOneIdAreNotChosenFrom) {
  EXPECT_FALSE(Keys::read(test::key_set({SigningKey::rsa("one"), SigningKey::rsa("one")})));
  EXPECT_FALSE(Keys::read(test::key_set({SigningKey::rsa("one"), SigningKey::ec("one")})));
}

TEST(Keys, ThatAreWeakMonstrousOrForSomethingElseAreNotUsed) {
  const Json good = SigningKey::rsa("one").published();
  const auto but = [&](const char* key, Json value) {
    Json out = good;
    out[key] = std::move(value);
    return set_of({out});
  };
  EXPECT_TRUE(Keys::read(set_of({good})));
  EXPECT_FALSE(Keys::read(test::key_set({SigningKey::rsa("one", 1'024)})));
  EXPECT_FALSE(Keys::read(but("n", test::coded(std::string(2'000, '\xff')))));
  EXPECT_FALSE(Keys::read(but("e", test::coded(std::string(200, '\xff')))));
  EXPECT_FALSE(Keys::read(but("e", test::coded(std::string(1, '\1')))));
  EXPECT_FALSE(Keys::read(but("use", "enc")));
  EXPECT_FALSE(Keys::read(but("key_ops", {"encrypt"})));
  EXPECT_FALSE(Keys::read(but("alg", "HS256")));
  EXPECT_FALSE(Keys::read(but("kty", "oct")));
  EXPECT_FALSE(Keys::read(set_of({Json{{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "one"}}})));
}

TEST(Keys, OfACurveLieOnIt) {
  Json off = SigningKey::ec("one").published();
  EXPECT_TRUE(Keys::read(set_of({off})));
  off["y"] = test::coded(std::string(32, '\5'));
  EXPECT_FALSE(Keys::read(set_of({off})));
  Json other = SigningKey::ec("one").published();
  other["crv"] = "P-384";
  EXPECT_FALSE(Keys::read(set_of({other})));
}

TEST(Keys, AreNotCountless) {
  Json list = Json::array();
  for (std::size_t i = 0; i <= SignInLimits::keys; ++i) list.push_back({{"kty", "oct"}});
  EXPECT_FALSE(Keys::read(Json{{"keys", list}}.dump()));
  EXPECT_FALSE(Keys::read(std::string(SignInLimits::document_bytes + 1, ' ')));
  for (const char* each : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[1,null,"a"]})"})
    EXPECT_FALSE(Keys::read(each)) << each;
}

TEST(Base64Url, ReadsEachValueInOneWay) {
  for (const std::string text : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc"})
    EXPECT_EQ(http::read_base64url(test::coded(text)), http::Bytes(text.begin(), text.end()));
  for (const char* each : {"A", "QQ=", "QQ==", "QR", "QUJ", "+/", "Q Q", "QQ\n"})
    EXPECT_FALSE(http::read_base64url(each)) << each;
}

TEST(Book, AsksForAnUnknownKeyOnceAMinuteAndForEverythingOnceAnHour) {
  Book book;
  EXPECT_TRUE(book.wants_metadata(1'000) && book.wants_keys(1'000));
  book.take(Metadata{}, 1'000);
  book.take(*Keys::read(test::key_set({SigningKey::ec("one")})), 1'000);
  EXPECT_FALSE(book.wants_metadata(2'000) || book.wants_keys(2'000));
  EXPECT_TRUE(book.may_ask_for_unknown(2'000));
  EXPECT_FALSE(book.may_ask_for_unknown(2'000 + SignInLimits::unknown_key_ms - 1));
  EXPECT_TRUE(book.may_ask_for_unknown(2'000 + SignInLimits::unknown_key_ms));
  EXPECT_TRUE(book.wants_keys(1'000 + SignInLimits::keys_ms));
  EXPECT_TRUE(book.wants_keys(500)) << "the clock was put back";
  book.failed(5'000);
  EXPECT_FALSE(book.may_ask(5'000 + SignInLimits::again_ms - 1));
  EXPECT_TRUE(book.may_ask(5'000 + SignInLimits::again_ms));
}

}  // namespace
}  // namespace rf::oidc
