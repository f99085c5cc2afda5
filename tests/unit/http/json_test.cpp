// Bodies of requests as attackers write them.
#include "core/http/json.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"

namespace rf::http {
namespace {

std::string nested(std::size_t depth, char open, char close) {
  std::string out = "{\"a\":";
  out.append(depth, open).append(depth, close);
  return out + "}";
}

TEST(Json, OfARequestIsOneObject) {
  const auto read = read_object(R"( {"a": 1, "b": [true, null, "x", 1.5, -3], "c": {"a": {}}} )");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, nlohmann::json::parse(R"({"a":1,"b":[true,null,"x",1.5,-3],"c":{"a":{}}})"));
  EXPECT_EQ(*read_object("{}"), nlohmann::json::object());
  for (const char* const text :
       {"", " ", "[]", "1", "\"x\"", "null", "{\"a\":", "{}x", "{} {}", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}",
        "// x\n{}", "\xff", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\\ud800\"}"})
    EXPECT_FALSE(read_object(text)) << text;
}

TEST(Json, ThatSaysSomethingTwiceIsRefused) {
  EXPECT_FALSE(read_object(R"({"a":1,"a":2})"));
  EXPECT_FALSE(read_object(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(read_object(R"({"x":{"a":1,"a":1}})"));
  EXPECT_TRUE(read_object(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(Json, ThatIsDeepOrWideIsRefusedWithoutFollowingIt) {
  EXPECT_TRUE(read_object(nested(ApiLimits::json_depth - 1, '[', ']')));
  EXPECT_FALSE(read_object(nested(ApiLimits::json_depth, '[', ']')));
  EXPECT_FALSE(read_object(nested(4'000'000, '[', ']')));
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "{\"a\":";
  EXPECT_FALSE(read_object(deep));
  std::string wide = "{\"a\":[0";
  for (std::size_t i = 1; i < ApiLimits::json_members; ++i) wide += ",0";
  EXPECT_TRUE(read_object(wide + "]}"));
  EXPECT_FALSE(read_object(wide + ",0]}"));
}

}  // namespace
}  // namespace rf::http
