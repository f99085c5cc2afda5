// A message about events, told by telephone.
#include "app/deliver.hpp"

#include <gmock/gmock.h>

#include "core/event/spoken.hpp"
#include "shell/log/line.hpp"
#include "shell/prompts/prompts.hpp"

namespace rf::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ByCall : public ::testing::Test {
 protected:
  ByCall() {
    contact_.name = "night";
    contact_.way = event::Way::call;
    contact_.target = "1000:1001";
    contact_.language = event::Language::de;
    event::Event event;
    event.kind = "trunk.down";
    event.level = event::Level::warning;
    event.subject = "provider";
    message_ = {"night", {event}, 0, 0, false};
  }
  Delivery tell(const Telephone& telephone) {
    return deliver(message_, {}, contact_, {}, "pbx", telephone, 1'800'000'000'000, {});
  }
  /// Answers like this, and remembers what it was asked.
  Telephone telephone(Delivery answer = {}) {
    return [this, answer](const event::CallTarget& target, std::vector<std::string> clips, std::stop_token) {
      called_.push_back(target.caller + " calls " + target.number);
      clips_ = std::move(clips);
      return answer;
    };
  }

  event::Contact contact_;
  event::Message message_;
  std::vector<std::string> called_, clips_;
};

TEST_F(ByCall, SaysPromptsInTheContactsLanguage) {
  EXPECT_EQ(tell(telephone()).result, event::Result::taken);
  EXPECT_THAT(called_, ElementsAre("1000 calls 1001"));
  ASSERT_EQ(clips_.size(), 6u);
  EXPECT_EQ(clips_[0], "de/event-warning");
  EXPECT_EQ(clips_[1], "de/event-about-trunk");
}

TEST_F(ByCall, IsTriedAgainWhenNobodyAnswersOrWhileNobodyCanBeCalled) {
  const Delivery out = tell(telephone({event::Result::later, "1001 was not reached: busy"}));
  EXPECT_EQ(out.result, event::Result::later);
  EXPECT_THAT(out.trouble, HasSubstr("busy"));
  EXPECT_EQ(tell({}).result, event::Result::later);
}

TEST_F(ByCall, CallsNobodyAboutTheCallsThatTellAndSaysThatNobodyWasTold) {
  message_.events[0].subject = "1000";
  const Delivery own = tell(telephone());
  EXPECT_EQ(own.result, event::Result::refused);
  EXPECT_THAT(own.trouble, HasSubstr("about the extension that would make the call"));
  EXPECT_THAT(called_, IsEmpty());
  contact_.target = "123456789:1001";
  message_.events[0].subject = log::shown("123456789", false);
  EXPECT_EQ(tell(telephone()).result, event::Result::refused);
  EXPECT_THAT(called_, IsEmpty());
}

TEST_F(ByCall, TellsTheRestAndSaysWhatItDidNotTell) {
  event::Event own = message_.events[0];
  own.id = 7;
  own.kind = "money.refused-often";
  own.level = event::Level::critical;
  own.subject = "1000";
  message_.events.insert(message_.events.begin(), own);
  const Delivery out = tell(telephone());
  EXPECT_EQ(out.result, event::Result::taken);
  EXPECT_THAT(out.trouble, HasSubstr("about the extension that would make the call"));
  ASSERT_EQ(out.withheld.size(), 1u);
  EXPECT_EQ(out.withheld[0].id, 7u);
  ASSERT_EQ(clips_.size(), 6u);
  EXPECT_EQ(clips_[0], "de/event-warning") << "what is not told does not make the rest graver";
  const Delivery busy = tell(telephone({event::Result::later, "1001 was not reached: busy"}));
  EXPECT_EQ(busy.result, event::Result::later);
  EXPECT_THAT(busy.withheld, IsEmpty()) << "all of it is tried again";
}

TEST_F(ByCall, TellsAllWhereNothingIsAboutTheCalls) {
  const Delivery out = tell(telephone());
  EXPECT_THAT(out.withheld, IsEmpty());
  EXPECT_EQ(out.trouble, "");
}

TEST_F(ByCall, RefusesATargetThatIsNone) {
  contact_.target = "1001";
  EXPECT_EQ(tell(telephone()).result, event::Result::refused);
  EXPECT_THAT(called_, IsEmpty());
}

TEST(Vocabulary, IsShippedAsPromptsInEveryLanguage) {
  const prompts::Loaded loaded = prompts::load_prompts(std::string(SOURCE_DIR) + "/prompts", "");
  const auto names = prompts::prompt_names();
  for (const std::string& name : event::spoken_vocabulary()) {
    EXPECT_THAT(names, Contains(name));
    for (const std::string_view language : prompts::languages())
      EXPECT_NE(loaded.clips->find(std::string(language) + "/" + name), nullptr) << language << "/" << name;
  }
}

}  // namespace
}  // namespace rf::app
