// A POST with an Idempotency-Key, as the API meets it: what is begun is written down, what is refused is forgotten.
#include "app/api.hpp"

#include <gmock/gmock.h>

#include "app/records.hpp"
#include "shell/store/connection.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using ::testing::HasSubstr;

class KeyedPost : public ::testing::Test {
 protected:
  KeyedPost()
      : records_(
            *Records::open({.path = folder_ / "ringfence.db", .synchronous = false}, folder_ / "key", "ringfence")) {
    start();
    asker_.user = access::UserId{7};
    asker_.name = "anna";
  }

  /// A process that knows what is on disk and nothing else.
  void start() {
    api_ = std::make_unique<Api>(Api::Desk{
        [this](const command::Checked&, const std::string&, const std::function<bool()>&) {
          ++done_;
          if (during_) during_();
          return outcome_;
        },
        [](const command::Checked&) { return control::Json(); },
        [this](const std::function<void(store::AnswerTables)>& work) { work({records_.store, records_.vault}); }});
  }
  std::unique_ptr<soci::session> raw() {
    return std::move(*store::connect({.path = folder_ / "ringfence.db", .synchronous = false}, 1'024));
  }

  web::Answer post(const std::string& key = "k", const std::string& amount = "20", const char* command = "credit.add") {
    web::Request asked;
    asked.body = {{"amount", amount}};
    asked.in_path = {"1001"};
    asked.asker = asker_;
    asked.remote = *Endpoint::parse("192.0.2.1:40000");
    asked.idempotency_key = key;
    return api_->answer(*api::find(command), asked);
  }

  Folder folder_;
  Records records_;
  access::Asker asker_;
  control::Outcome outcome_ = control::Json{{"left", "20.00"}};
  std::function<void()> during_;
  int done_ = 0;
  std::unique_ptr<Api> api_;
};

TEST_F(KeyedPost, IsDoneOnceAndAnsweredTwice) {
  const web::Answer first = post(), second = post();
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(first.status, 201u) << first.body.dump();
  EXPECT_EQ(second.status, first.status);
  EXPECT_EQ(second.body, first.body);
  EXPECT_THAT(second.headers, ::testing::Contains(::testing::Pair("Idempotency-Replayed", "true")));
  EXPECT_EQ(post("other").status, 201u);
  EXPECT_EQ(done_, 2);
}

TEST_F(KeyedPost, IsWrittenDownBeforeItIsDone) {
  long long begun = 0;
  during_ = [&] { *raw() << "SELECT COUNT(*) FROM kept_answers WHERE answer = ''", soci::into(begun); };
  EXPECT_EQ(post().status, 201u);
  EXPECT_EQ(begun, 1);
}

TEST_F(KeyedPost, WhoseProcessDiedMeanwhileIsNotDoneAgainAndSaysWhatToLookAt) {
  struct Died {};
  during_ = [] { throw Died{}; };
  EXPECT_THROW(post(), Died);
  during_ = {};
  start();
  const web::Answer again = post();
  EXPECT_EQ(again.status, 409u);
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(again.body["code"], "conflict");
  EXPECT_THAT(again.body.value("detail", ""), HasSubstr("nobody knows whether it was done"));
  EXPECT_THAT(again.body.value("remedy", ""), HasSubstr("GET /api/v1/audit-log says of credit.add"));
  EXPECT_EQ(post("k", "30").status, 422u) << "and the key is not free for another request";
}

TEST_F(KeyedPost, ThatWasRefusedMayBeAskedAgainUnderItsKey) {
  outcome_ = std::unexpected(command::Error{command::Code::conflict, "does not pay in advance", "", ""});
  EXPECT_EQ(post().status, 409u);
  outcome_ = control::Json{{"left", "20.00"}};
  EXPECT_EQ(post().status, 201u);
  EXPECT_EQ(done_, 2);
}

TEST_F(KeyedPost, WhoseOutcomeTheServerDoesNotKnowIsNotDoneAgain) {
  outcome_ = std::unexpected(command::Error{command::Code::failed, "the disk has not taken it yet", "", ""});
  EXPECT_EQ(post().status, 500u);
  outcome_ = control::Json{{"left", "20.00"}};
  EXPECT_EQ(post().status, 500u);
  EXPECT_EQ(done_, 1);
}

TEST_F(KeyedPost, ThatCannotBeWrittenDownIsNotDone) {
  *raw() << "DROP TABLE kept_answers";
  EXPECT_GE(post().status, 500u);
  EXPECT_EQ(done_, 0);
}

}  // namespace
}  // namespace rf::app
