#include "shell/log/line.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "core/base/secret.hpp"

namespace rf::log {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A secret has no way into a line: it converts to nothing that a line takes.
static_assert(!std::is_convertible_v<Secret<std::string>, std::string_view>);
static_assert(!fmt::is_formattable<Secret<std::string>>::value);

constexpr std::int64_t some_time = 1'767'225'600'123;  // 2026-01-01T00:00:00.123Z

Line attempt() {
  Line line;
  line.level = effect::Level::warning;
  line.event = "auth_failed";
  line.text = "wrong password";
  line.flow.transport = Transport::tls;
  line.flow.remote = *Endpoint::parse("203.0.113.9:40000");
  line.subject = "alice@example.com";
  line.call = "abc123";
  line.detail = "third try";
  return line;
}

TEST(LogLine, TextCarriesReasonFlowSubjectCallAndDetail) {
  EXPECT_EQ(format(Format::text, false, some_time, attempt()),
            "2026-01-01T00:00:00.123Z warning auth_failed: wrong password subject=al… call=abc123 transport=tls "
            "remote=203.0.113.9:40000 detail=\"third try\"");
}

TEST(LogLine, JsonCarriesTheSame) {
  const auto json = nlohmann::json::parse(format(Format::json, false, some_time, attempt()));
  EXPECT_EQ(json["time"], "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["event"], "auth_failed");
  EXPECT_EQ(json["subject"], "al…");
  EXPECT_EQ(json["remote"], "203.0.113.9:40000");
  EXPECT_EQ(json["detail"], "third try");
}

TEST(LogLine, PersonalDataIsCutUnlessAskedForAndShortNumbersStay) {
  EXPECT_EQ(shown("alice@example.com", false), "al…");
  EXPECT_EQ(shown("alice@example.com", true), "alice@example.com");
  EXPECT_EQ(shown("1001", false), "1001");
  EXPECT_EQ(shown("+4930123456", false), "+4…");
  EXPECT_EQ(shown("4930123456", false), "49…");
}

TEST(LogLine, ALineCannotBeForgedFromOutside) {
  Line line = attempt();
  line.detail = "x\r\n2026-01-01T00:00:00.123Z notice audit: all is well";
  line.subject = "123\n4";
  for (const Format each : {Format::text, Format::json}) {
    const std::string out = format(each, true, some_time, line);
    EXPECT_EQ(out.find_first_of("\r\n"), std::string::npos) << out;
  }
}

TEST(LogLine, AnyBytesMakeOneLineOfValidJson) {
  EXPECT_TRUE(rc::check("any detail survives as JSON", [](const std::string& detail, const std::string& subject) {
    Line line = attempt();
    line.detail = detail;
    line.subject = subject;
    const std::string out = format(Format::json, true, some_time, line);
    RC_ASSERT(out.find('\n') == std::string::npos);
    RC_ASSERT(nlohmann::json::accept(out));
  }));
}

}  // namespace
}  // namespace rf::log
