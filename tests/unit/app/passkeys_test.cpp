// Passkeys from the password that begins one to the day it is removed, as their routes are asked.
#include "tests/unit/app/logins_world.hpp"
#include "tests/unit/passkey/authenticator.hpp"

namespace rf::app {
namespace {

using passkey::test::Authenticator;
using ::testing::Contains;
using ::testing::HasSubstr;

std::string coded(const http::Bytes& bytes) {
  return http::base64url(bytes);
}

class Passkeys : public LoginsWorld {
 protected:
  web::Json question(LoginBrowser& browser) {
    return post(browser, "/api/v1/account/passkeys/question", {{"password", good}}).body;
  }
  static web::Json made(const Authenticator& phone, const web::Json& question) {
    const auto made = phone.make(question.value("challenge", ""));
    return {{"name", "phone"},
            {"client_data", coded(made.client_data)},
            {"authenticator_data", coded(made.authenticator_data)},
            {"public_key", coded(made.public_key)}};
  }
  /// Gives its id.
  std::string add(LoginBrowser& browser, const Authenticator& phone) {
    const Answer added = post(browser, "/api/v1/account/passkeys", made(phone, question(browser)));
    EXPECT_EQ(added.status, 200u) << added.body.dump();
    return added.status == 200 ? added.body["passkeys"].back()["id"].get<std::string>() : "";
  }
  web::Json shown(LoginBrowser& browser, const Authenticator& phone, const std::string& id) {
    const Answer asked = post(browser, "/api/v1/session/passkey/question", web::Json::object());
    const auto shown = phone.show(asked.body.value("challenge", ""));
    return {{"id", id},
            {"client_data", coded(shown.client_data)},
            {"authenticator_data", coded(shown.authenticator_data)},
            {"signature", coded(shown.signature)}};
  }
  Answer enter(LoginBrowser& browser, const Authenticator& phone, const std::string& id) {
    return post(browser, "/api/v1/session/passkey", shown(browser, phone, id));
  }

  const Authenticator phone_;
};

TEST_F(Passkeys, StandForPasswordAndSecondFactor) {
  user("anna");
  LoginBrowser browser;
  sign_in(browser, "anna");
  const std::string id = add(browser, phone_);
  enrol(browser);
  LoginBrowser fresh;
  const Answer in = enter(fresh, phone_, id);
  ASSERT_EQ(in.status, 200u) << in.body.dump();
  EXPECT_EQ(in.body["step"], "none");
  EXPECT_EQ(in.body["name"], "anna");
  EXPECT_EQ(account(fresh), 200);
  EXPECT_NE(ask(fresh, Method::get, "/api/v1/account/passkeys").body["passkeys"][0]["used"], "");
  EXPECT_THAT(audit_, Contains(HasSubstr("sign in by passkey")));
}

TEST_F(Passkeys, AreAddedByThePasswordInThatSessionAlone) {
  user("anna");
  user("eve");
  LoginBrowser anna, eve, again;
  sign_in(anna, "anna");
  EXPECT_EQ(post(anna, "/api/v1/account/passkeys/question", {{"password", "wrong"}}).status, 403u);
  const web::Json asked = question(anna);
  sign_in(eve, "eve");
  EXPECT_EQ(post(eve, "/api/v1/account/passkeys", made(phone_, asked)).status, 409u) << "another's question";
  sign_in(again, "anna");
  EXPECT_EQ(post(again, "/api/v1/account/passkeys", made(phone_, asked)).status, 409u) << "another session's";
  EXPECT_EQ(post(anna, "/api/v1/account/passkeys", made(phone_, asked)).status, 200u);
  EXPECT_EQ(post(anna, "/api/v1/account/passkeys", made(Authenticator(), asked)).status, 409u) << "once";
  EXPECT_EQ(post(eve, "/api/v1/account/passkeys", made(phone_, question(eve))).status, 409u) << "it is somebody's";
  EXPECT_EQ(post(anna, "/api/v1/account/passkeys",
                 made(phone_, post(anna, "/api/v1/session/passkey/question", web::Json::object()).body))
                .status,
            409u)
      << "what was asked to sign in adds nothing";
}

TEST_F(Passkeys, AreShownOnceAndOnlyToThisSite) {
  user("anna");
  LoginBrowser browser, thief;
  sign_in(browser, "anna");
  const std::string id = add(browser, phone_);
  const web::Json seen = shown(browser, phone_, id);
  EXPECT_EQ(post(browser, "/api/v1/session/passkey", seen).status, 200u);
  EXPECT_EQ(post(thief, "/api/v1/session/passkey", seen).status, 403u) << "seen on its way";
  Authenticator other;
  EXPECT_EQ(enter(thief, other, id).status, 403u);
  EXPECT_EQ(enter(thief, phone_, "AAAA").status, 403u);
  web::Json made_up = shown(thief, phone_, id);
  made_up["client_data"] = coded(phone_.said("webauthn.get", "AAAA"));
  EXPECT_EQ(post(thief, "/api/v1/session/passkey", made_up).status, 403u);
  LoginBrowser elsewhere;
  elsewhere.origin = "https://pbx.evil.example:8443";
  EXPECT_EQ(enter(elsewhere, phone_, id).status, 403u);
  LoginBrowser by_address;
  by_address.origin = "https://192.0.2.1:8443";
  EXPECT_EQ(post(by_address, "/api/v1/session/passkey/question", web::Json::object()).status, 409u);
  EXPECT_EQ(account(thief), 401);
}

TEST_F(Passkeys, ThatNobodyHasAnyMoreLetNobodyIn) {
  user("anna");
  LoginBrowser browser, fresh;
  sign_in(browser, "anna");
  const std::string id = add(browser, phone_);
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", false}}));
  EXPECT_EQ(enter(fresh, phone_, id).status, 403u) << "disabled";
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", true}}));
  ASSERT_EQ(enter(fresh, phone_, id).status, 200u);
  EXPECT_EQ(post(fresh, "/api/v1/account/passkeys/remove", {{"id", id}}).body["passkeys"].size(), 0u);
  EXPECT_EQ(post(fresh, "/api/v1/account/passkeys/remove", {{"id", id}}).status, 404u);
  LoginBrowser late;
  EXPECT_EQ(enter(late, phone_, id).status, 403u);
}

TEST_F(Passkeys, KeepNobodyOutWhoHasOneWhateverOthersTry) {
  user("anna");
  LoginBrowser browser, thief, fresh;
  sign_in(browser, "anna");
  const std::string id = add(browser, phone_);
  thief.from = "198.51.100.7";
  unsigned last = 0;
  for (int i = 0; i < 200 && last != 429; ++i) last = enter(thief, Authenticator(), id).status;
  EXPECT_EQ(last, 429u) << "whoever tries has to wait";
  fresh.from = "192.0.2.77";
  EXPECT_EQ(enter(fresh, phone_, id).status, 200u);
}

TEST_F(Passkeys, AreBoundedInNumberAndSize) {
  user("anna");
  LoginBrowser browser;
  sign_in(browser, "anna");
  for (std::size_t i = 0; i < AccessLimits::passkeys_per_user + 1; ++i) {
    const Authenticator phone;
    auto made = phone.make(question(browser).value("challenge", ""));
    made.authenticator_data.back() = static_cast<std::uint8_t>(i);
    const Answer added = post(browser, "/api/v1/account/passkeys",
                              {{"name", "phone"},
                               {"client_data", coded(made.client_data)},
                               {"authenticator_data", coded(made.authenticator_data)},
                               {"public_key", coded(made.public_key)}});
    EXPECT_EQ(added.status, i < AccessLimits::passkeys_per_user ? 200u : 409u) << i << added.body.dump();
  }
  web::Json long_one = made(phone_, question(browser));
  long_one["client_data"] = std::string(10'000, 'A');
  EXPECT_EQ(post(browser, "/api/v1/account/passkeys", long_one).status, 400u);
}

}  // namespace
}  // namespace rf::app
