#include "shell/web/site.hpp"

#include <gtest/gtest.h>

namespace rf::web {
namespace {

Answer nothing(const Request&) {
  return {};
}

class Pages : public ::testing::Test {
 protected:
  const Asset page_{"/phone", "text/html", "<p>", {}, "tag"};
  Site site_{{{Method::get, "/health", access::anybody, nothing},
              {Method::post, "/link", access::anybody, nothing},
              {Method::get, "/link", access::anybody, nothing}},
             {&page_, 1},
             5'065};
  Directory directory_{site_};
};

TEST_F(Pages, AreFoundByTheirWholePathAlone) {
  EXPECT_EQ(directory_.find(Method::get, "/phone").asset, &page_);
  EXPECT_EQ(directory_.find(Method::head, "/phone").asset, &page_);
  for (const std::string_view path : {"/", "", "/phone/", "/Phone", "/phone/../phone", "//phone", "/phone%00", "/phon",
                                      "/../etc/passwd", "/%2e%2e/phone", "/phone/./"})
    EXPECT_FALSE(directory_.find(Method::get, path).known) << path;
}

TEST_F(Pages, SayWhichMethodsTheyAreThereFor) {
  EXPECT_EQ(directory_.find(Method::post, "/phone").allow, "GET, HEAD");
  EXPECT_EQ(directory_.find(Method::post, "/phone").route, nullptr);
  EXPECT_EQ(directory_.find(Method::post, "/link").route, &site_.routes[1]);
  EXPECT_EQ(directory_.find(Method::get, "/link").route, &site_.routes[2]);
  EXPECT_EQ(directory_.find(Method::get, "/link").allow, "GET, HEAD, POST");
}

TEST(Hosts, AreNamesAndAddressesWithOrWithoutAPort) {
  EXPECT_EQ(host_of("pbx.example.com:8443"), "pbx.example.com");
  EXPECT_EQ(host_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(host_of("[2001:db8::1]:8443"), "[2001:db8::1]");
  for (const std::string_view header : {"", ":8443", "a b", "a:b", "a:123456", "a;script-src *", "[192.0.2.1]", "[::1",
                                        "[::1]x", "a,b", "user@a", "a/b"})
    EXPECT_EQ(host_of(header), std::nullopt) << header;
}

TEST(SecurityHeaders, LetAPageSpeakToUsAloneAndRunNothingOfOthers) {
  const auto headers = security_headers("pbx.example.com", 5'065);
  ASSERT_EQ(headers[0].first, "Content-Security-Policy");
  const std::string& policy = headers[0].second;
  EXPECT_NE(policy.find("default-src 'none'; script-src 'self'; style-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("connect-src 'self' wss://pbx.example.com:5065;"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(security_headers("a", 0)[0].second.find("wss:"), std::string::npos);
}

TEST(Encodings, AreTakenWhenTheyAreNotRefused) {
  for (const std::string_view list : {"gzip", "br, gzip", "gzip;q=0.5", "deflate, gzip;q=1.0, *;q=0"})
    EXPECT_TRUE(takes_gzip(list)) << list;
  for (const std::string_view list : {"", "br", "gzip;q=0", "gzip;q=0.000", "xgzip", "identity"})
    EXPECT_FALSE(takes_gzip(list)) << list;
}

TEST(Tags, AreComparedWhole) {
  EXPECT_TRUE(names_tag("\"a\", W/\"b\"", "\"b\""));
  EXPECT_TRUE(names_tag("*", "\"b\""));
  EXPECT_FALSE(names_tag("\"bc\"", "\"b\""));
  EXPECT_FALSE(names_tag("", "\"b\""));
}

}  // namespace
}  // namespace rf::web
