// What authenticators show, and what somebody else would like to show in their place.
#include "core/passkey/passkey.hpp"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "core/base/limits/people.hpp"
#include "tests/unit/passkey/authenticator.hpp"

namespace rf::passkey {
namespace {

using test::Authenticator;
using test::bytes_of;

const Site home{"pbx.example.com", "https://pbx.example.com:8443"};

std::optional<Fault> refused(const Made& made, std::string_view challenge = "question") {
  const auto read = read_made(home, challenge, made);
  return read ? std::nullopt : std::optional(read.error());
}
std::optional<Fault> refused(const Passkey& passkey, const Shown& shown, std::string_view challenge = "question") {
  const auto checked = check(home, challenge, passkey, shown);
  return checked ? std::nullopt : std::optional(checked.error());
}

TEST(Passkey, IsKnownOnceAndLetsItsUserInFromThenOn) {
  for (EVP_PKEY* const key : {EVP_EC_gen("P-256"), EVP_RSA_gen(2'048)}) {
    Authenticator phone(key);
    const auto passkey = read_made(home, "question", phone.make("question"));
    ASSERT_TRUE(passkey) << text_of(passkey.error());
    EXPECT_EQ(passkey->id, Bytes(16, 7));
    EXPECT_EQ(passkey->site, "pbx.example.com");
    EXPECT_EQ(check(home, "another", *passkey, phone.show("another")), 0u);
  }
}

TEST(Passkey, IsHeldToTheQuestionThePageAndTheSite) {
  const Authenticator phone;
  const Passkey passkey = *read_made(home, "question", phone.make("question"));
  EXPECT_EQ(refused(phone.make("other")), Fault::challenge);
  EXPECT_EQ(refused(passkey, phone.show("other")), Fault::challenge);
  EXPECT_EQ(refused(passkey, phone.show("")), Fault::challenge);
  EXPECT_EQ(refused(passkey, phone.show("question", "webauthn.create")), Fault::kind);
  Made made = phone.make("question");
  made.client_data = phone.said("webauthn.get", "question");
  EXPECT_EQ(refused(made), Fault::kind);

  Authenticator fished;
  fished.origin = "https://pbx.example.com.evil.example:8443";
  EXPECT_EQ(refused(fished.make("question")), Fault::origin);
  EXPECT_EQ(refused(passkey, fished.show("question")), Fault::origin);
  Authenticator framed;
  framed.more = R"(,"topOrigin":"https://evil.example")";
  EXPECT_EQ(refused(passkey, framed.show("question")), Fault::origin);
  Authenticator elsewhere;
  elsewhere.site = "evil.example";
  EXPECT_EQ(refused(elsewhere.make("question")), Fault::site);
  EXPECT_EQ(refused(passkey, elsewhere.show("question")), Fault::site);
  Passkey moved = passkey;
  moved.site = "old.example.com";
  EXPECT_EQ(refused(moved, phone.show("question")), Fault::site);
}

TEST(Passkey, NeedsItsUserThereAndVerified) {
  Authenticator phone;
  const Passkey passkey = *read_made(home, "question", phone.make("question"));
  phone.flags = 0x04;
  EXPECT_EQ(refused(passkey, phone.show("question")), Fault::absent);
  phone.flags = 0x01;
  EXPECT_EQ(refused(passkey, phone.show("question")), Fault::unverified);
  EXPECT_EQ(refused(phone.make("question")), Fault::unverified);
}

TEST(Passkey, SignsEverythingThatItSays) {
  Authenticator phone, other;
  const Passkey passkey = *read_made(home, "question", phone.make("question"));
  EXPECT_EQ(refused(passkey, other.show("question")), Fault::signature);
  const Shown shown = phone.show("question");
  ASSERT_EQ(refused(passkey, shown), std::nullopt);
  for (std::size_t i = 32; i < shown.authenticator_data.size(); ++i) {
    Shown changed = shown;
    changed.authenticator_data[i] ^= 0x80;
    EXPECT_EQ(refused(passkey, changed), Fault::signature) << i;
  }
  Shown longer = shown;
  longer.authenticator_data.push_back(0);
  EXPECT_EQ(refused(passkey, longer), Fault::signature);
  for (std::size_t size = 0; size < shown.signature.size(); ++size) {
    Shown cut = shown;
    cut.signature.resize(size);
    EXPECT_EQ(refused(passkey, cut), Fault::signature) << size;
  }
}

TEST(Passkey, ThatWasCopiedShowsByItsCount) {
  Authenticator phone;
  phone.count = 5;
  const Passkey passkey = *read_made(home, "question", phone.make("question"));
  EXPECT_EQ(refused(passkey, phone.show("question")), Fault::copied);
  phone.count = 4;
  EXPECT_EQ(refused(passkey, phone.show("question")), Fault::copied);
  phone.count = 0;
  EXPECT_EQ(refused(passkey, phone.show("question")), Fault::copied) << "one that counts does not stop";
  phone.count = 6;
  EXPECT_EQ(check(home, "question", passkey, phone.show("question")), 6u);
}

TEST(Passkey, OfStrangeKeysAndStrangeSizesIsNoPasskey) {
  EXPECT_EQ(refused(Authenticator(EVP_EC_gen("P-384")).make("question")), Fault::key);
  EXPECT_EQ(refused(Authenticator(EVP_RSA_gen(1'024)).make("question")), Fault::key);
  const Authenticator phone;
  Made made = phone.make("question");
  made.public_key.push_back(0);
  EXPECT_EQ(refused(made), Fault::key);
  made.public_key.clear();
  EXPECT_EQ(refused(made), Fault::key);
  EXPECT_EQ(refused(phone.make("question", 0)), Fault::malformed);
  EXPECT_EQ(refused(phone.make("question", AccessLimits::passkey_id_bytes)), std::nullopt);
  EXPECT_EQ(refused(phone.make("question", AccessLimits::passkey_id_bytes + 1)), Fault::malformed);
  const Made whole = phone.make("question");
  for (std::size_t size = 0; size < whole.authenticator_data.size(); ++size) {
    Made cut = whole;
    cut.authenticator_data.resize(size);
    EXPECT_EQ(refused(cut), Fault::malformed) << size;
  }
  for (const char* each : {"", "null", "[]", "{", R"({"type":"webauthn.create","type":"webauthn.create"})"}) {
    Made said = whole;
    said.client_data = bytes_of(each);
    EXPECT_EQ(refused(said), std::string_view(each) == "{}" ? Fault::kind : Fault::malformed) << each;
  }
}

TEST(Site, IsANameAndNoAddress) {
  EXPECT_EQ(site_of("https://pbx.example.com:8443")->id, "pbx.example.com");
  EXPECT_EQ(site_of("https://localhost")->origin, "https://localhost");
  for (const char* each : {"https://192.0.2.1:8443", "https://[2001:db8::1]", "http://pbx.example.com", "", "https://"})
    EXPECT_FALSE(site_of(each)) << each;
}

TEST(Challenges, AreOursForOnePurposeAndForAWhile) {
  const Challenges ours({1}), others({2});
  const std::array<std::uint8_t, 16> random{9};
  const std::string one = ours.make("session 7", 1'000, random);
  EXPECT_TRUE(ours.fits(one, "session 7", 1'000));
  EXPECT_TRUE(ours.fits(one, "session 7", 1'000 + AccessLimits::passkey_s));
  EXPECT_FALSE(ours.fits(one, "session 7", 1'001 + AccessLimits::passkey_s));
  EXPECT_FALSE(ours.fits(one, "session 7", 999)) << "of the future";
  EXPECT_FALSE(ours.fits(one, "session 8", 1'000));
  EXPECT_FALSE(others.fits(one, "session 7", 1'000));
  std::string changed = one;
  changed[3] = changed[3] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(ours.fits(changed, "session 7", 1'000));
  EXPECT_FALSE(ours.fits(one + "A", "session 7", 1'000));
  EXPECT_FALSE(ours.fits(one.substr(1), "session 7", 1'000));
  EXPECT_FALSE(ours.fits("", "session 7", 1'000));
}

}  // namespace
}  // namespace rf::passkey
