#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/sip/read.hpp"

namespace rf::sip {
namespace {

NameAddr name_addr(std::string_view text) {
  const auto parsed = parse_name_addr(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(NameAddr{});
}

Via via(std::string_view text) {
  const auto parsed = parse_via(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Via{});
}

TEST(NameAddr, ReadsAllItsForms) {
  struct Case {
    const char *text, *display, *uri, *tag;
  };
  const Case cases[] = {
      {"sip:a@b", "", "sip:a@b", ""},
      {"sip:a@b;tag=x", "", "sip:a@b", "x"},
      {"<sip:a@b;tag=uri>;tag=x", "", "sip:a@b;tag=uri", "x"},
      {"<sip:a@b>", "", "sip:a@b", ""},
      {"Alice <sip:a@b>;tag=x", "Alice", "sip:a@b", "x"},
      {"caller<sip:a@b>;tag=x", "caller", "sip:a@b", "x"},
      {"A. G. Bell  <sip:a@b> ; tag = x", "A. G. Bell", "sip:a@b", "x"},
      {"\"Bell, \\\"A\\\" <x>\" <sip:a@b>;tag=x", "\"Bell, \\\"A\\\" <x>\"", "sip:a@b", "x"},
      {"\"\"<sip:a@b>;x=\"y z\"", "\"\"", "sip:a@b", ""},
      {"\"日本\" <sip:a@b>", "\"日本\"", "sip:a@b", ""},
      {"tel:+1;tag=x", "", "tel:+1", "x"},
      {"<urn:service:sos>", "", "urn:service:sos", ""},
      {"<sip:a@b?x=y,z>;tag=x", nullptr, nullptr, nullptr},
      {"<sip:a@b?x=y%2Cz>;tag=x", "", "sip:a@b?x=y%2Cz", "x"},
      {"\tsip:a@b ", "", "sip:a@b", ""},
  };
  for (const auto& c : cases) {
    if (c.display == nullptr) {
      EXPECT_FALSE(parse_name_addr(c.text)) << c.text;
      continue;
    }
    const NameAddr n = name_addr(c.text);
    EXPECT_EQ(n.display, c.display) << c.text;
    EXPECT_EQ(n.uri.raw, c.uri) << c.text;
    EXPECT_EQ(n.tag(), c.tag) << c.text;
  }
}

TEST(NameAddr, KeepsItsParametersApartFromTheUris) {
  const NameAddr bare = name_addr("sip:+19725552222@gw1.example.net;unknownparam");
  EXPECT_TRUE(bare.uri.params.empty());
  EXPECT_TRUE(bare.params.has("unknownparam"));
  const NameAddr bracketed = name_addr("<sip:+19725552222@gw1.example.net;unknownparam>");
  EXPECT_TRUE(bracketed.uri.params.has("unknownparam"));
  EXPECT_TRUE(bracketed.params.empty());
}

TEST(NameAddr, RefusesWhatTheGrammarDoesNotAllow) {
  for (const char* text : {"",
                           " ",
                           "Alice",
                           "<>",
                           "< sip:a@b >",
                           "<sip:a@b",
                           "sip:a@b>",
                           "\"Alice <sip:a@b>",
                           "\"Alice\" sip:a@b",
                           "Bell, Alexander <sip:a@b>",
                           "Älice <sip:a@b>",
                           "<sip:a@b> x",
                           "<sip:a@b>x",
                           "<sip:a@b>;",
                           "<sip:a@b>;;tag=x",
                           "<sip:a@b>;tag=",
                           "<sip:a@b>;=x",
                           "<sip:a@b>;tag=x;TAG=y",
                           "<sip:a@b>;tag=x y",
                           "<sip:a@b>;tag=\"x",
                           "sip:a@b?Route=x",
                           "sip:a@b,sip:c@d",
                           "<sip:a@b>,<sip:c@d>",
                           "*",
                           "<*>",
                           "a\"b\" <sip:a@b>",
                           "<<sip:a@b>>",
                           "\"a\x01\" <sip:a@b>",
                           "\"a\\\r\" <sip:a@b>",
                           "\"a\\é\" <sip:a@b>",
                           "<sip:a@b>;x=[1.2.3.4]"})
    EXPECT_FALSE(parse_name_addr(text)) << text;
  EXPECT_FALSE(parse_name_addr(std::string_view{}));
}

TEST(NameAddr, RefusesATagThatIsNoToken) {
  // It would go back out without its quotes, and be read there as parameters of its own.
  for (const char* text :
       {"<sip:a@b>;tag=\"x;y\"", "<sip:a@b>;tag=\"x\"", "<sip:a@b>;TAG=[2001:db8::1]", "<sip:a@b>;tag"})
    EXPECT_FALSE(parse_name_addr(text)) << text;
  EXPECT_TRUE(parse_name_addr("<sip:a@b>;tagged=\"x\";ta"));
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a;branch=\"z9hG4bK;x\""));
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a;branch"));
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a;branch=2001:db8::1"));
}

TEST(NameAddr, TakesEscapedControlCharactersInQuotes) {
  EXPECT_TRUE(parse_name_addr(std::string_view("\"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" <sip:a@b>", 32)));
}

TEST(Params, GiveNamesAndValuesWithoutQuotesAndSpace) {
  Params rest(" ; a = 1 ;b;  c =\"x;y=\\\"z\" ;d=[2001:db8::1]");
  auto p = rest.next();
  ASSERT_TRUE(p);
  EXPECT_EQ(p->name, "a");
  EXPECT_EQ(p->value, "1");
  p = rest.next();
  ASSERT_TRUE(p);
  EXPECT_EQ(p->name, "b");
  EXPECT_FALSE(p->has_value);
  p = rest.next();
  ASSERT_TRUE(p);
  EXPECT_EQ(p->value, "\"x;y=\\\"z\"");
  p = rest.next();
  ASSERT_TRUE(p);
  EXPECT_EQ(p->value, "[2001:db8::1]");
  EXPECT_FALSE(rest.next());
  EXPECT_EQ(Params(";c=\"x;y\"").value("C"), "x;y");
  EXPECT_FALSE(Params(";c").value("c"));
  EXPECT_FALSE(Params().has("c"));
}

TEST(Params, WalkingUncheckedTextEnds) {
  for (const char* text : {";", ";;", "=", ";a=\"", ";a=\"\\", "x;a", "; =;=", ";a==b"}) {
    Params rest(text);
    int count = 0;
    while (rest.next()) ASSERT_LT(++count, 10) << text;
  }
}

TEST(Via, ReadsHostPortAndParameters) {
  const Via v = via("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;rport;received=192.0.2.9;ttl=3");
  EXPECT_EQ(v.transport, "UDP");
  EXPECT_EQ(v.host, "192.0.2.1");
  EXPECT_EQ(v.port, 5060);
  EXPECT_EQ(v.branch, "z9hG4bKx");
  EXPECT_TRUE(v.rport);
  EXPECT_EQ(v.params.value("received"), "192.0.2.9");
  const Via plain = via("SIP/2.0/TLS pbx.example.com");
  EXPECT_FALSE(plain.port);
  EXPECT_FALSE(plain.rport);
  EXPECT_EQ(plain.branch, "");
  EXPECT_EQ(plain.raw, "SIP/2.0/TLS pbx.example.com");
}

TEST(Via, ReadsWhiteSpaceWhereTheGrammarHasIt) {
  const Via v = via("SIP  /   2.0 / UDP  first.example.com : 4000 ; ttl=16 ;branch = z9hG4bKa7c6a8dlze.1");
  EXPECT_EQ(v.transport, "UDP");
  EXPECT_EQ(v.host, "first.example.com");
  EXPECT_EQ(v.port, 4000);
  EXPECT_EQ(v.branch, "z9hG4bKa7c6a8dlze.1");
}

TEST(Via, ReadsIpv6WithAndWithoutBracketsInReceived) {
  EXPECT_EQ(via("SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111").host, "2001:db8::9:1");
  EXPECT_EQ(via("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z").params.value("received"),
            "[2001:db8::9:255]");
  const Via bare = via("SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z");
  EXPECT_EQ(bare.params.value("received"), "2001:db8::9:255");
  EXPECT_EQ(bare.branch, "z");
  EXPECT_EQ(via("SIP/2.0/UDP a;received=::1").params.value("received"), "::1");
}

TEST(Via, RefusesWhatTheGrammarDoesNotAllow) {
  for (const char* text : {"",
                           "SIP/2.0/UDP",
                           "SIP/2.0/UDP ",
                           "SIP/2.0 UDP a",
                           "SIP/2.0/ a",
                           "/2.0/UDP a",
                           "SIP/2.0/UDP a:",
                           "SIP/2.0/UDP a:x",
                           "SIP/2.0/UDP a:70000",
                           "SIP/2.0/UDP a;",
                           "SIP/2.0/UDP a;;branch=x",
                           "SIP/2.0/UDP a;branch=",
                           "SIP/2.0/UDP a b",
                           "SIP/2.0/UDP 2001:db8::1",
                           "SIP/2.0/UDP [::1",
                           "SIP/2.0/UDP a_b",
                           "SIP/2.0/UDP a;branch=x;branch=y",
                           "SIP/2.0/UDP a;received=1:2",
                           "SIP/2.0/UDP a,SIP/2.0/UDP b",
                           "SIP/2.0/UDP <a>",
                           "SIP/2.0/UDP 192.0.2.15;;,;,,"})
    EXPECT_FALSE(parse_via(text)) << text;
}

TEST(CSeq, IsANumberBelow2To31AndAMethod) {
  const auto cseq = parse_cseq("0009 INVITE");
  ASSERT_TRUE(cseq);
  EXPECT_EQ(cseq->number, 9u);
  EXPECT_EQ(cseq->method, Method::invite);
  EXPECT_EQ(parse_cseq("2147483647 ACK")->number, 2147483647u);
  EXPECT_EQ(parse_cseq("1 \t NEWMETHOD")->method_text, "NEWMETHOD");
  for (const char* text :
       {"", "1", "1 ", " 1 INVITE", "INVITE 1", "INVITE", "-1 INVITE", "1INVITE", "2147483648 INVITE",
        "36893488147419103232 REGISTER", "1 INVITE x", "1 IN<VITE", "1 INVITE "})
    EXPECT_FALSE(parse_cseq(text)) << text;
}

TEST(Rack, NamesTheResponseItAcknowledges) {
  const auto rack = parse_rack("776656 1 INVITE");
  ASSERT_TRUE(rack);
  EXPECT_EQ(rack->rseq, 776656u);
  EXPECT_EQ(rack->cseq, 1u);
  EXPECT_EQ(rack->method, Method::invite);
  for (const char* text : {"", "1", "1 2", "1 INVITE", "x 1 INVITE", "1 1 INVITE x", "4294967296 1 INVITE", "1  "})
    EXPECT_FALSE(parse_rack(text)) << text;
}

TEST(Number, IsDecimalWithoutSignAndFits32Bits) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("4294967295"), 4294967295u);
  EXPECT_EQ(parse_number("0068"), 68u);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "99999999999999999999999", "1.0"})
    EXPECT_FALSE(parse_number(text)) << text;
}

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  while (const auto element = next_element(list)) out.emplace_back(*element);
  return out;
}

TEST(Elements, AreCutAtCommasOutsideOfQuotesAndBrackets) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(elements("a, b ,c"), (Strings{"a", "b", "c"}));
  EXPECT_EQ(elements("\"a,b\" <sip:c,d@e>;x=\"1,2\", <sip:f@g>"),
            (Strings{"\"a,b\" <sip:c,d@e>;x=\"1,2\"", "<sip:f@g>"}));
  EXPECT_EQ(elements("\"a\\\",b\",c"), (Strings{"\"a\\\",b\"", "c"}));
  EXPECT_EQ(elements(", ,a,, ,"), (Strings{"a"}));
  EXPECT_EQ(elements(""), Strings{});
  EXPECT_EQ(elements("\"a,b"), (Strings{"\"a,b"}));
  EXPECT_EQ(elements("<a,b"), (Strings{"<a,b"}));
}

TEST(Elements, WalkOverAllLinesOfTheirHeader) {
  const Read m(
      request_with("Route: <sip:1.example;lr>,<sip:2.example;lr>\r\nSupported: x\r\nRoute: <sip:3.example;lr>\r\n"));
  ASSERT_TRUE(m);
  Elements routes(m.message, HeaderName::route);
  EXPECT_EQ(routes.next(), "<sip:1.example;lr>");
  EXPECT_EQ(routes.next(), "<sip:2.example;lr>");
  EXPECT_EQ(routes.next(), "<sip:3.example;lr>");
  EXPECT_FALSE(routes.next());
  EXPECT_FALSE(routes.next());
}

TEST(EqualNocase, ComparesAsciiLettersOnly) {
  EXPECT_TRUE(equal_nocase("AbC-1", "aBc-1"));
  EXPECT_TRUE(equal_nocase("", ""));
  EXPECT_FALSE(equal_nocase("a", "ab"));
  EXPECT_FALSE(equal_nocase("@", "`"));
  EXPECT_FALSE(equal_nocase("[", "{"));
  EXPECT_FALSE(equal_nocase("Ä", "ä"));
}

RC_GTEST_PROP(ElementProperty, AnyTextIsReadOrRefusedInsideItself, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("SIP/2.0/UDP sip:a@b<>\";=,tag [::1]\\ 09\t*%41\r\n\xc3\xa9")));
  if (const auto parsed = parse_name_addr(text); !parsed) RC_ASSERT(parsed.error().offset <= text.size());
  if (const auto parsed = parse_via(text); !parsed) RC_ASSERT(parsed.error().offset <= text.size());
  if (const auto parsed = parse_cseq(text); !parsed) RC_ASSERT(parsed.error().offset <= text.size());
  if (const auto parsed = parse_rack(text); !parsed) RC_ASSERT(parsed.error().offset <= text.size());
  std::string_view rest = text;
  std::size_t steps = 0;
  while (const auto element = next_element(rest)) {
    RC_ASSERT(!element->empty());
    RC_ASSERT(++steps <= text.size());
  }
}

}  // namespace
}  // namespace rf::sip
