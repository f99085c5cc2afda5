// Targets of requests as attackers write them.
#include "core/http/url.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "core/http/paths.hpp"

namespace rf::http {
namespace {

TEST(Segment, IsDecodedOnce) {
  EXPECT_EQ(decode_segment("1001"), "1001");
  EXPECT_EQ(decode_segment("a%20b"), "a b");
  EXPECT_EQ(decode_segment("a+b"), "a+b");
  EXPECT_EQ(decode_segment("2001%3adb8%3A%3a1"), "2001:db8::1");
  EXPECT_EQ(decode_segment("%2541"), "%41");
  EXPECT_EQ(decode_segment("B%C3%BCro"), "Büro");
}

TEST(Segment, ThatLeadsElsewhereIsRefused) {
  for (const char* const segment : {"", ".", "..", "%2e", "%2e%2e", "%2E.", ".%2e", "a%2fb", "%2f", "a%5cb", "a\\b",
                                    "%00", "a%00b", "%0d%0a", "%1f", "%7f", "a\tb"})
    EXPECT_FALSE(decode_segment(segment)) << segment;
}

TEST(Segment, ThatIsBrokenOrOverlongIsRefused) {
  for (const char* const segment : {"%", "%2", "%zz", "a%2", "%%41", "%u0041", "% 41"})
    EXPECT_FALSE(decode_segment(segment)) << segment;
  // Overlong forms of "/" and ".", a surrogate, and what lies above U+10FFFF.
  for (const char* const segment : {"%c0%af", "%c0%ae%c0%ae", "%e0%80%af", "%f0%80%80%af", "%ed%a0%80", "%f4%90%80%80",
                                    "%f8%88%80%80%80", "%ff", "%80", "%c3", "%e2%82"})
    EXPECT_FALSE(decode_segment(segment)) << segment;
  EXPECT_TRUE(decode_segment(std::string(ApiLimits::path_value_bytes, 'a')));
  EXPECT_FALSE(decode_segment(std::string(ApiLimits::path_value_bytes + 1, 'a')));
}

TEST(Query, IsReadAsBrowsersWriteIt) {
  const auto fields = parse_query("limit=10&number=%2B49%20301&note=a+b&empty=");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, (std::vector<Field>{{"limit", "10"}, {"number", "+49 301"}, {"note", "a b"}, {"empty", ""}}));
  EXPECT_TRUE(parse_query("")->empty());
}

TEST(Query, ThatSaysSomethingTwiceOrNothingClearIsRefused) {
  for (const char* const query :
       {"a=1&a=2", "a=1&%61=2", "a", "=1", "a=1&&b=2", "a=1&b", "a=%", "a=%c0%af", "a=%00", "a=%0d%0ab", "%0a=1"})
    EXPECT_FALSE(parse_query(query)) << query;
  std::string many;
  for (std::size_t i = 0; i <= ApiLimits::query_fields; ++i)
    many += (many.empty() ? "" : "&") + std::string("f") + std::to_string(i) + "=1";
  EXPECT_FALSE(parse_query(many));
}

TEST(Encoding, IsReadBackAsItWas) {
  const std::string text = "a b/+%&=ü?#";
  EXPECT_EQ(encode(text), "a%20b%2F%2B%25%26%3D%C3%BC%3F%23");
  EXPECT_EQ(parse_query("x=" + encode(text))->front().value, text);
}

TEST(Paths, FitTheTemplateAndNothingElse) {
  Paths paths;
  const auto list = paths.add("/api/v1/extensions"), one = paths.add("/api/v1/extensions/{number}"),
             device = paths.add("/api/v1/extensions/{number}/devices/{name}"), root = paths.add("/");
  EXPECT_EQ(paths.add("/api/v1/extensions/{id}"), one);
  EXPECT_EQ(paths.find("/api/v1/extensions")->number, list);
  EXPECT_EQ(paths.find("/")->number, root);
  const auto found = paths.find("/api/v1/extensions/10%2001/devices/x");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, device);
  EXPECT_EQ(found->values, (std::vector<std::string_view>{"10%2001", "x"}));
  for (const char* const path :
       {"", "api/v1/extensions", "/api/v1/extension", "/api/v1/extensions/1/", "/api//v1/extensions",
        "/api/v1/extensions/1/devices", "/api/v1/Extensions", "/api/v1/%65xtensions", "/api/v1/../v1/extensions"})
    EXPECT_FALSE(paths.find(path)) << path;
  // An empty segment is a value that no decoding takes.
  EXPECT_FALSE(decode_segment(paths.find("/api/v1/extensions/")->values[0]));
}

TEST(Paths, PreferAWordToAValue) {
  Paths paths;
  const auto value = paths.add("/a/{x}"), word = paths.add("/a/b");
  EXPECT_EQ(paths.find("/a/b")->number, word);
  EXPECT_EQ(paths.find("/a/c")->number, value);
}

}  // namespace
}  // namespace rf::http
