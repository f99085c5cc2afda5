#include "core/sip/uri.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/limits/wire.hpp"

namespace rf::sip {
namespace {

Uri uri(std::string_view text) {
  const auto parsed = parse_uri(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Uri{});
}

TEST(Uri, SplitsAFullSipUri) {
  const Uri u =
      uri("sips:alice;day=tuesday:secretword@atlanta.example.com:5061;transport=tcp;lr?subject=project%20x&priority="
          "urgent");
  EXPECT_EQ(u.scheme, Uri::Scheme::sips);
  EXPECT_EQ(u.scheme_text, "sips");
  EXPECT_EQ(u.user, "alice;day=tuesday");
  EXPECT_EQ(u.password, "secretword");
  EXPECT_EQ(u.host, "atlanta.example.com");
  EXPECT_EQ(u.port, 5061);
  EXPECT_EQ(u.params.raw(), ";transport=tcp;lr");
  EXPECT_EQ(u.params.value("TRANSPORT"), "tcp");
  EXPECT_EQ(u.transport(), Transport::tcp);
  EXPECT_TRUE(u.params.has("lr"));
  EXPECT_FALSE(u.params.value("lr").has_value());
  EXPECT_FALSE(u.params.has("maddr"));
  EXPECT_EQ(u.headers, "subject=project%20x&priority=urgent");
}

TEST(Uri, ReadsTheExamplesOfRfc3261Section19) {
  for (const char* text :
       {"sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp",
        "sips:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:+1-212-555-1212:1234@gateway.com;user=phone",
        "sips:1212@gateway.com", "sip:alice@192.0.2.4", "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
        "sip:alice;day=tuesday@atlanta.com", "SIP:carol@chicago.com;newparam=5", "sip:carol@chicago.com?Subject=",
        "sip:a@b.example.", "sip:a@xn--bcher-kva.example", "sip:a@3com.example", "sip:a@b:0", "sip:a@b:65535",
        "sip:%61lice@atlanta.com", "sip:a@b;maddr=[2001:db8::1]", "sip:a:@b", "sip:a@[::1]:5060;lr"})
    EXPECT_TRUE(parse_uri(text)) << text;
}

TEST(Uri, ReadsIpv6HostsWithoutTheirBrackets) {
  const Uri u = uri("sip:user@[2001:db8::10]:5070");
  EXPECT_EQ(u.host, "2001:db8::10");
  EXPECT_EQ(u.port, 5070);
  EXPECT_EQ(u.address(), Address::parse("2001:db8::10"));
  const Uri inside = uri("sip:[2001:db8::10:5070]");
  EXPECT_EQ(inside.host, "2001:db8::10:5070");
  EXPECT_FALSE(inside.port.has_value());
}

TEST(Uri, OverlooksTheThirdColonThatRfc3261Allowed) {
  EXPECT_EQ(uri("sip:user@[2001:db8:::192.0.2.1]").address(), Address::parse("2001:db8::192.0.2.1"));
  EXPECT_FALSE(parse_uri("sip:user@[2001:db8::::192.0.2.1]"));
  EXPECT_FALSE(parse_uri("sip:user@[2001:::db8:::1]"));
}

TEST(Uri, RefusesBrokenSipUrisAtTheBrokenByte) {
  const std::pair<const char*, unsigned> cases[] = {
      {"", 0},
      {"sip", 3},
      {"sip:", 4},
      {":a@b", 0},
      {"1sip:a@b", 0},
      {"sip:@b", 4},
      {"sip:a@", 6},
      {"sip:a b@c", 5},
      {"sip:a@b@c", 7},
      {"sip:a\"@b", 5},
      {"sip:a<b>@c", 5},
      {"sip:a#@c", 5},
      {"sip:a%4@c", 5},
      {"sip:a%zz@c", 5},
      {"sip:a:b:c@d", 7},
      {"sip:a@b:", 8},
      {"sip:a@b:x", 8},
      {"sip:a@b:65536", 12},
      {"sip:a@b;", 8},
      {"sip:a@b;;lr", 8},
      {"sip:a@b;=x", 8},
      {"sip:a@b;x=", 10},
      {"sip:a@b;x=\"y\"", 10},
      {"sip:a@b;lr;LR", 11},
      {"sip:a@b?", 8},
      {"sip:a@b?x", 9},
      {"sip:a@b?x=y&", 12},
      {"sip:a@b ", 7},
      {"sip:a@-b", 6},
      {"sip:a@b-", 6},
      {"sip:a@b-.c", 6},
      {"sip:a@b..c", 8},
      {"sip:a@.b", 6},
      {"sip:a@.", 6},
      {"sip:a@b_c", 7},
      {"sip:a@1.2.3", 10},
      {"sip:a@1.2.3.4.5", 14},
      {"sip:a@1.2.3.256", 12},
      {"sip:a@1.2.3.04", 12},
      {"sip:a@b.9c", 8},
      {"sip:a@[::1", 10},
      {"sip:a@[1.2.3.4]", 7},
      {"sip:a@[]", 7},
      {"sip:a@[::1]x", 11},
      {"sip:2001:db8::10", 4},
      {"sip:a@\xc3\xa9", 6},
  };
  for (const auto& [text, offset] : cases) {
    const auto parsed = parse_uri(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ParseErrorCode::bad_uri) << text;
    EXPECT_EQ(parsed.error().offset, offset) << text;
  }
  EXPECT_FALSE(parse_uri(std::string_view{}));
  EXPECT_FALSE(parse_uri(std::string_view("sip:a\0b@c", 9)));
  EXPECT_FALSE(parse_uri("sip:a@b\r\nVia: x"));
}

TEST(Uri, BoundsItsParameters) {
  std::string text = "sip:a@b";
  for (std::size_t i = 0; i < WireLimits::params; ++i) text += ";p" + std::to_string(i);
  EXPECT_TRUE(parse_uri(text));
  text += ";onemore";
  const auto parsed = parse_uri(text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ParseErrorCode::too_many_params);
}

TEST(Uri, ReadsTelephoneNumbers) {
  const Uri global = uri("tel:+1-201-555-0123;ext=12");
  EXPECT_EQ(global.scheme, Uri::Scheme::tel);
  EXPECT_EQ(global.user, "+1-201-555-0123");
  EXPECT_EQ(global.params.value("ext"), "12");
  EXPECT_EQ(uri("tel:7042;phone-context=example.com").user, "7042");
  EXPECT_EQ(uri("tel:112").user, "112");
  EXPECT_EQ(uri("tel:*21*5550123#").user, "*21*5550123#");
  for (const char* text :
       {"tel:", "tel:+", "tel:-", "tel:+1*2", "tel:+1a", "tel:1 2", "tel:+1;", "tel:xyz", "tel:+1@host"})
    EXPECT_FALSE(parse_uri(text)) << text;
}

TEST(Uri, KeepsUnknownSchemesAsTheyCame) {
  for (const char* text :
       {"nobodyKnowsThisScheme:totallyopaquecontent", "soap.beep://192.0.2.103:3002", "isbn:2983792873",
        "http://www.example.com/a?b=c&d", "urn:service:sos", "im:a@b", "x+y-z.1:%41"}) {
    const Uri u = uri(text);
    EXPECT_EQ(u.scheme, Uri::Scheme::other);
    EXPECT_EQ(u.raw, text);
  }
  EXPECT_EQ(uri("urn:service:sos").scheme_text, "urn");
  for (const char* text : {"x:", "x:<a>", "x:a b", "x:%4", "x:\"a\"", "a_b:c", "x:a\\b", "x:{a}"})
    EXPECT_FALSE(parse_uri(text)) << text;
}

TEST(UriEquality, HoldsForThePairsThatRfc3261CallsEqual) {
  const std::pair<const char*, const char*> equal[] = {
      {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
      {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
      {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
      {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
       "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
      {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
       "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
      {"sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0::1]"},
      {"tel:+1-201-555-0123", "tel:+12015550123"},
      {"urn:service:sos", "URN:service:sos"}};
  for (const auto& [a, b] : equal) {
    EXPECT_TRUE(equivalent(uri(a), uri(b))) << a << ' ' << b;
    EXPECT_TRUE(equivalent(uri(b), uri(a))) << b << ' ' << a;
  }
}

TEST(UriEquality, FailsForThePairsThatRfc3261CallsDifferent) {
  const std::pair<const char*, const char*> different[] = {
      {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
      {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
      {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
      {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
      {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
      {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
      {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"},
      {"sip:bob@biloxi.com", "sips:bob@biloxi.com"},
      {"sip:bob@biloxi.com", "sip:biloxi.com"},
      {"sip:bob:x@biloxi.com", "sip:bob@biloxi.com"},
      {"sip:b@c;maddr=1.2.3.4", "sip:b@c"},
      {"sip:b@c;lr", "sip:b@c;lr=x"},
      {"tel:+12015550123", "tel:+12015550124"},
      {"tel:7042;phone-context=a.example", "tel:7042;phone-context=b.example"},
      {"urn:service:sos", "urn:service:SOS"},
      {"sip:a%00@b", "sip:a@b"}};
  for (const auto& [a, b] : different) {
    EXPECT_FALSE(equivalent(uri(a), uri(b))) << a << ' ' << b;
    EXPECT_FALSE(equivalent(uri(b), uri(a))) << b << ' ' << a;
  }
}

TEST(UriEscapes, AreUndoneAndMadeAgain) {
  EXPECT_EQ(unescape("sips%3Auser%40example.com"), "sips:user@example.com");
  EXPECT_EQ(unescape("null-%00-null"), std::string("null-\0-null", 11));
  EXPECT_EQ(unescape("100%"), "100%");
  EXPECT_EQ(unescape("%4"), "%4");
  EXPECT_EQ(unescape("%zz"), "%zz");
  EXPECT_EQ(unescape("value%25%34%31"), "value%41");
  std::string out;
  append_escaped_user(out, "a b@c#\xc3\xa9+1;x");
  EXPECT_EQ(out, "a%20b%40c%23%C3%A9+1;x");
}

RC_GTEST_PROP(UriProperty, AnyUserSurvivesEscapingAndParsing, (const std::string& user)) {
  RC_PRE(!user.empty());
  std::string text = "sip:";
  append_escaped_user(text, user);
  text += "@example.com";
  const auto parsed = parse_uri(text);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(unescape(parsed->user) == user);
  RC_ASSERT(parsed->host == "example.com");
}

RC_GTEST_PROP(UriProperty, AnyTextIsReadOrRefusedInsideItself, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("sip:tel@[]<>;=?&%41.\"\\ a1-_\r\n\xc3\xa9")));
  const auto parsed = parse_uri(text);
  if (parsed) {
    RC_ASSERT(parsed->raw == text);
    RC_ASSERT(equivalent(*parsed, *parsed));
  } else {
    RC_ASSERT(parsed.error().offset <= text.size());
  }
}

}  // namespace
}  // namespace rf::sip
