// The second factor by e-mail, as its routes are asked.
#include <regex>

#include "tests/unit/app/logins_world.hpp"

namespace rf::app {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using Browser = LoginBrowser;

class MailCodesStory : public LoginsWorld {
 protected:
  /// The code in the next letter, which has to go to `address`.
  std::string code_at(const std::string& address) {
    const auto letter = letters_.next();
    if (!letter || letter->to != address) return "no letter to " + address;
    std::smatch found;
    if (!std::regex_search(letter->text, found, std::regex("is ([0-9]{4}) ([0-9]{4})\\."))) return letter->text;
    return found[1].str() + found[2].str();
  }
  void mailbox(std::string_view name) {
    ASSERT_TRUE(run("user.set", {{"name", std::string(name)}, {"email", fmt::format("{}@example.com", name)}}));
  }
  Answer ask_own(Browser& browser) { return post(browser, "/api/v1/account/second-factor/email", web::Json::object()); }
  Answer confirm(Browser& browser, const std::string& code) {
    return post(browser, "/api/v1/account/second-factor/email/confirm", {{"code", code}});
  }
  Answer ask(Browser& browser) { return post(browser, "/api/v1/session/second-factor/email", web::Json::object()); }
  Answer show(Browser& browser, const std::string& code) {
    return post(browser, "/api/v1/session/second-factor", {{"code", code}});
  }
  /// A user with that second factor. Gives the recovery codes.
  web::Json with_codes(std::string_view name) {
    user(name);
    mailbox(name);
    Browser browser;
    sign_in(browser, name);
    ask_own(browser);
    const Answer done = confirm(browser, code_at(fmt::format("{}@example.com", name)));
    EXPECT_EQ(done.status, 200u) << done.body.dump();
    EXPECT_EQ(done.body["factor_way"], "email");
    return done.body["recovery_codes"];
  }
};

TEST_F(MailCodesStory, WhoeverProvedHisMailboxIsAskedForACodeOfItOrARecoveryCode) {
  const web::Json recovery = with_codes("anna");
  Browser browser;
  const Answer half = sign_in(browser, "anna");
  EXPECT_EQ(half.body["step"], "second_factor");
  EXPECT_EQ(half.body["email"], "") << "whoever has the password alone learns no address";
  EXPECT_EQ(account(browser), 401);
  EXPECT_EQ(ask(browser).status, 200u);
  const std::string code = code_at("anna@example.com");
  EXPECT_EQ(show(browser, code).body["step"], "none");
  EXPECT_EQ(account(browser), 200);
  Browser lost;
  sign_in(lost, "anna");
  EXPECT_EQ(post(lost, "/api/v1/session/second-factor", {{"recovery_code", recovery[0]}}).status, 200u);
}

TEST_F(MailCodesStory, ACodeIsGoodOnceAndOnlyForTheAttemptThatAskedForIt) {
  with_codes("anna");
  Browser owner, thief;
  sign_in(owner, "anna");
  sign_in(thief, "anna");
  ask(owner);
  const std::string code = code_at("anna@example.com");
  EXPECT_EQ(show(thief, code).status, 403u);
  EXPECT_EQ(show(owner, code).status, 200u);
  Browser again;
  sign_in(again, "anna");
  EXPECT_EQ(show(again, code).status, 403u);
}

TEST_F(MailCodesStory, FiveWrongCodesEndTheAttempt) {
  settings_.throttle.failures = settings_.throttle.name_failures = 100;
  make(settings_);
  with_codes("anna");
  Browser browser;
  sign_in(browser, "anna");
  ask(browser);
  const std::string code = code_at("anna@example.com");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(show(browser, code == "00000000" ? "11111111" : "00000000").status, 403u);
  EXPECT_EQ(show(browser, code).status, 401u);
  EXPECT_EQ(ask(browser).status, 401u);
}

TEST_F(MailCodesStory, NobodySendsLettersWithoutThePasswordAndNoMoreThanAFewWithIt) {
  with_codes("anna");
  Browser stranger;
  EXPECT_EQ(ask(stranger).status, 401u);
  EXPECT_EQ(ask_own(stranger).status, 401u);
  std::vector<unsigned> answers;
  for (int i = 0; i < 11; ++i) {
    Browser thief{"", fmt::format("198.51.100.{}", i + 1)};
    sign_in(thief, "anna");
    answers.push_back(static_cast<unsigned>(ask(thief).status));
  }
  EXPECT_EQ(answers, (std::vector<unsigned>{200, 200, 200, 200, 200, 200, 200, 200, 200, 429, 429})) << "one was hers";
}

TEST_F(MailCodesStory, WhetherThereIsAMailboxIsNotTold) {
  with_codes("anna");
  user("ben");
  Browser ben;
  sign_in(ben, "ben");
  enrol(ben);
  std::set<std::string> answers;
  for (const std::string_view name : {"anna", "ben"}) {
    Browser half;
    sign_in(half, name);
    const Answer answer = ask(half);
    answers.insert(fmt::format("{} {}", answer.status, answer.body.dump()));
  }
  mail_trouble_ = "the server does not take it";
  Browser half;
  sign_in(half, "anna");
  const Answer refused = ask(half);
  answers.insert(fmt::format("{} {}", refused.status, refused.body.dump()));
  EXPECT_EQ(answers.size(), 1u) << *answers.begin() << *answers.rbegin();
  EXPECT_EQ(code_at("anna@example.com").size(), 8u);
  EXPECT_EQ(code_at("anna@example.com").size(), 8u);
  logins_->stop();
  EXPECT_EQ(letters_.waiting(), 0u) << "nothing went to ben";
}

TEST_F(MailCodesStory, AnotherAddressThatSomebodyWritesIntoTheAccountIsSentNothing) {
  with_codes("anna");
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"email", std::string("eve@example.com")}}));
  Browser browser;
  sign_in(browser, "anna");
  ask(browser);
  EXPECT_EQ(show(browser, code_at("anna@example.com")).status, 200u);
}

TEST_F(MailCodesStory, ACodeForAnAddressThatWasAnotherMeanwhileProvesNothing) {
  user("anna");
  mailbox("anna");
  Browser browser;
  sign_in(browser, "anna");
  ask_own(browser);
  const std::string code = code_at("anna@example.com");
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"email", std::string("new@example.com")}}));
  EXPECT_EQ(confirm(browser, code).status, 400u);
}

TEST_F(MailCodesStory, ItEndsWithPasswordAndCodeAndWithAnAdministratorsReset) {
  with_codes("anna");
  Browser browser;
  sign_in(browser, "anna");
  ask(browser);
  show(browser, code_at("anna@example.com"));
  ask_own(browser);
  const std::string code = code_at("anna@example.com");
  const auto remove = [&](std::string_view password) {
    return post(browser, "/api/v1/account/second-factor/remove", {{"password", password}, {"code", code}}).status;
  };
  EXPECT_EQ(remove("wrong"), 403u);
  EXPECT_EQ(remove(good), 200u) << "a wrong password does not use the code up";
  Browser next;
  EXPECT_EQ(sign_in(next, "anna").body["step"], "none");
  with_codes("ben");
  run("user.reset", {{"name", std::string("ben")}, {"second_factor", true}});
  EXPECT_FALSE(logins_->people()->by_name("ben")->has_factor);
}

TEST_F(MailCodesStory, AClassThatCodesAreNotEnoughForHasToAddAnApp) {
  with_codes("anna");
  settings_.email_codes = {};
  settings_.second_factor.fill(true);
  logins_->use(settings_);
  Browser browser;
  sign_in(browser, "anna");
  ask(browser);
  EXPECT_EQ(show(browser, code_at("anna@example.com")).body["step"], "enrol_factor") << "it is asked for still";
  EXPECT_EQ(ask_own(browser).status, 403u);
  enrol(browser);
  EXPECT_EQ(account(browser), 200);
  EXPECT_EQ(logins_->people()->by_name("anna")->factor_email, "");
}

TEST_F(MailCodesStory, NoCodeStandsInAnyLogOrInTheDatabase) {
  with_codes("anna");
  Browser browser;
  sign_in(browser, "anna");
  mail_trouble_ = "mail.example.com does not answer";
  ask(browser);
  const std::string code = code_at("anna@example.com");
  EXPECT_EQ(show(browser, code).status, 200u);
  logins_->stop();
  log_.reset();
  const std::string log = Folder::read(folder_ / "log");
  EXPECT_THAT(log, HasSubstr("mail.example.com does not answer"));
  EXPECT_THAT(log, Not(HasSubstr(code)));
  EXPECT_THAT(audit_, Each(Not(HasSubstr(code))));
  EXPECT_THAT(Folder::read(folder_ / "ringfence.db"), Not(HasSubstr(code)));
}

}  // namespace
}  // namespace rf::app
