// What the RFCs say about the parts of their messages.
#include <gtest/gtest.h>

#include "tests/conformance/corpus.hpp"

namespace rf::conformance {
namespace {

using sip::Elements;
using sip::HeaderName;
using sip::Method;
using sip::unescape;

std::vector<sip::Via> vias(const Parsed& m) {
  std::vector<sip::Via> out;
  Elements elements(m.message, HeaderName::via);
  while (const auto element = elements.next()) out.push_back(sip::parse_via(*element).value());
  return out;
}

std::vector<sip::NameAddr> contacts(const Parsed& m) {
  std::vector<sip::NameAddr> out;
  Elements elements(m.message, HeaderName::contact);
  while (const auto element = elements.next()) out.push_back(sip::parse_name_addr(*element).value());
  return out;
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(Rfc4475, WsinvHasLineFoldingAndSpaceEverywhere) {
  const Parsed m("wsinv");
  EXPECT_EQ(m->method, Method::invite);
  EXPECT_EQ(m->request_uri.user, "vivekg");
  EXPECT_TRUE(m->request_uri.params.has("unknownparam"));
  EXPECT_EQ(m->to.uri.raw, "sip:vivekg@chair-dnrc.example.com");
  EXPECT_EQ(m->to.tag(), "1918181833n");
  EXPECT_EQ(m->from.display, "\"J Rosenberg \\\\\\\"\"");
  EXPECT_EQ(m->from.tag(), "98asjd8");
  EXPECT_EQ(m->max_forwards, 68u);
  EXPECT_EQ(m->cseq.number, 9u);
  ASSERT_NE(m->find(HeaderName::subject), nullptr);
  EXPECT_EQ(m->value(HeaderName::subject), "");
  EXPECT_EQ(m->find("NewFangledHeader")->value, "newfangled value continued newfangled value");
  EXPECT_EQ(m->find("UnknownHeaderWithUnusualValue")->value, ";;,,;;,;");
  const auto all = vias(m);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].host, "192.0.2.2");
  EXPECT_EQ(all[0].branch, "390skdjuw");
  EXPECT_EQ(all[1].transport, "TCP");
  EXPECT_EQ(all[1].host, "spindle.example.com");
  EXPECT_EQ(all[1].branch, "z9hG4bK9ikj8");
  EXPECT_EQ(all[2].host, "192.168.255.111");
  EXPECT_EQ(all[2].branch, "z9hG4bK30239");
  ASSERT_NE(m->contact(), nullptr);
  EXPECT_EQ(m->contact()->display, "\"Quoted string \\\"\\\"\"");
  EXPECT_EQ(m->contact()->params.value("newparam"), "newvalue");
  EXPECT_TRUE(m->contact()->params.has("secondparam"));
  EXPECT_EQ(m->contact()->params.value("q"), "0.33");
  EXPECT_EQ(m->value(HeaderName::route), "<sip:services.example.com;lr;unknownwith=value;unknown-no-value>");
  EXPECT_EQ(m->body.size(), 150u);
}

TEST(Rfc4475, IntmethUsesEveryCharacterItMay) {
  const Parsed m("intmeth");
  EXPECT_EQ(m->method, Method::other);
  EXPECT_EQ(m->method_text, "!interesting-Method0123456789_*+`.%indeed'~");
  EXPECT_EQ(m->request_uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(m->request_uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  EXPECT_EQ(m->request_uri.host, "example.com");
  EXPECT_EQ(m->via.branch, "z9hG4bK-.!%66*_+`'~");
  EXPECT_EQ(m->to.display, std::string_view("\"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\"", 22));
  EXPECT_EQ(m->from.display, "token1~` token2'+_ token3*%!.-");
  EXPECT_EQ(m->from.params.value("fromParam''~+*_!.-%"), "работающий");
  EXPECT_EQ(m->from.tag(), "_token~1'+`*%!-.");
  EXPECT_EQ(m->call_id, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
  EXPECT_EQ(m->cseq.number, 139122385u);
  EXPECT_EQ(m->max_forwards, 255u);
  EXPECT_EQ(m->find("extensionHeader-!.%*+_`'~")->value, "\xef\xbb\xbf大停電");
}

TEST(Rfc4475, Esc01EscapesWhatItMeans) {
  const Parsed m("esc01");
  EXPECT_EQ(unescape(m->request_uri.user), "sips:user@example.com");
  EXPECT_EQ(m->request_uri.host, "example.net");
  EXPECT_EQ(unescape(m->from.uri.user), "I have spaces");
  EXPECT_EQ(unescape(m->to.uri.user), "user");
  sip::Params params = m->contact()->uri.params;
  const auto lr = params.next(), name = params.next();
  ASSERT_TRUE(lr && name);
  EXPECT_EQ(unescape(lr->name), "lr");
  EXPECT_EQ(unescape(name->name), "name");
  EXPECT_EQ(unescape(name->value), "value%41");
}

TEST(Rfc4475, EscnullKeepsItsNulls) {
  const Parsed m("escnull");
  EXPECT_EQ(unescape(m->from.uri.user), std::string("null-\0-null", 11));
  EXPECT_EQ(unescape(m->to.uri.user), std::string("null-\0-null", 11));
  const auto all = contacts(m);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(unescape(all[0].uri.user), std::string(1, '\0'));
  EXPECT_EQ(unescape(all[1].uri.user), std::string(2, '\0'));
}

TEST(Rfc4475, Esc02IsNotARegister) {
  const Parsed m("esc02");
  EXPECT_EQ(m->method, Method::other);
  EXPECT_EQ(m->method_text, "RE%47IST%45R");
  EXPECT_EQ(m->to.display, "\"%Z%45\"");
  EXPECT_EQ(m->from.display, "\"%Z%45\"");
  EXPECT_EQ(contacts(m).size(), 2u);
  EXPECT_NE(m->find("C%6Fntact"), nullptr);
}

TEST(Rfc4475, LwsdispHasADisplayName) {
  EXPECT_EQ(Parsed("lwsdisp")->from.display, "caller");
}

TEST(Rfc4475, LongreqIsReadToItsEnds) {
  const Parsed m("longreq");
  EXPECT_EQ(m->to.display, "\"I have a user name of " + repeat("extreme", 10) + " proportion\"");
  EXPECT_EQ(m->to.uri.port, 6000);
  EXPECT_EQ(m->to.uri.params.value("unknownparam1"), "very" + repeat("long", 20) + "value");
  EXPECT_EQ(m->to.uri.params.value("longparam" + repeat("name", 25)), "shortvalue");
  EXPECT_TRUE(m->to.uri.params.has("very" + repeat("long", 25) + "ParameterNameWithNoValue"));
  EXPECT_EQ(m->from.uri.user, repeat("amazinglylongcallername", 5));
  EXPECT_EQ(m->from.tag(), "12" + repeat("982", 50) + "424");
  EXPECT_EQ(m->from.params.value("unknownheaderparam" + repeat("name", 20)), "unknowheaderparam" + repeat("value", 15));
  EXPECT_TRUE(m->from.params.has("unknownValueless" + repeat("paramname", 10)));
  EXPECT_EQ(m->call_id, "longreq.one" + repeat("really", 20) + "longcallid");
  const auto all = vias(m);
  ASSERT_EQ(all.size(), 34u);
  for (std::size_t i = 0; i < 33; ++i) EXPECT_EQ(all[i].host, "sip" + std::to_string(33 - i) + ".example.com");
  EXPECT_EQ(all[33].branch, "very" + repeat("long", 50) + "branchvalue");
  EXPECT_EQ(m->contact()->uri.user, repeat("amazinglylongcallername", 5));
}

TEST(Rfc4475, DblreqIsARegisterAndNothingElse) {
  const Parsed m("dblreq");
  EXPECT_EQ(m->method, Method::register_);
  EXPECT_EQ(m->call_id, "dblreq.0ha0isndaksdj99sdfafnl3lk233412");
  EXPECT_EQ(m->body, "");
}

TEST(Rfc4475, SemiuriHasItsParameterInTheUserPart) {
  const Parsed m("semiuri");
  EXPECT_EQ(unescape(m->request_uri.user), "user;par=u@example.net");
  EXPECT_TRUE(m->request_uri.params.empty());
  Elements accepts(m.message, HeaderName::accept);
  int count = 0;
  while (accepts.next()) ++count;
  EXPECT_EQ(count, 6);
}

TEST(Rfc4475, TransportsAreKeptAsTheyCame) {
  const Parsed m("transports");
  const auto all = vias(m);
  ASSERT_EQ(all.size(), 5u);
  const char* names[] = {"UDP", "SCTP", "TLS", "UNKNOWN", "TCP"};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all[i].transport, names[i]);
}

TEST(Rfc4475, Mpart01KeepsItsBinaryBody) {
  const Parsed m("mpart01");
  EXPECT_EQ(m->method, Method::message);
  EXPECT_EQ(m->content_type, "multipart/mixed;boundary=7a9cbec02ceef655");
  EXPECT_EQ(m->body.size(), 553u);
  EXPECT_TRUE(m->body.ends_with("--7a9cbec02ceef655--\r\n") || m->body.ends_with("--7a9cbec02ceef655--"));
  EXPECT_TRUE(m->via.rport);
}

TEST(Rfc4475, ReasonPhrasesMayBeUnusualOrEmpty) {
  const Parsed unusual("unreason");
  EXPECT_EQ(unusual->status, 200);
  EXPECT_EQ(unusual->reason, "= 2**3 * 5**2 но сто девяносто девять - простое");
  const Parsed none("noreason");
  EXPECT_EQ(none->status, 100);
  EXPECT_EQ(none->reason, "");
}

TEST(Rfc4475, BadversSaysEnoughToAnswer505) {
  const Parsed m("badvers");
  EXPECT_TRUE(m->answerable);
  EXPECT_EQ(m->method, Method::options);
  EXPECT_EQ(m->via.branch, "z9hG4bKkdjuw");
  EXPECT_EQ(m->cseq.number, 1u);
}

TEST(Rfc4475, Mismatch02SaysThatItsMethodIsUnknown) {
  const Parsed m("mismatch02");
  EXPECT_EQ(m->method, Method::other);
  EXPECT_EQ(m->method_text, "NEWMETHOD");
}

TEST(Rfc4475, BaddateIsTakenSinceItsDateIsNotUsed) {
  EXPECT_EQ(Parsed("baddate")->value(HeaderName::date), "Fri, 01 Jan 2010 16:00:00 EST");
}

TEST(Rfc4475, BadbranchHasNothingBehindTheCookie) {
  EXPECT_EQ(Parsed("badbranch")->via.branch, "z9hG4bK");
}

TEST(Rfc4475, UnknownSchemesAreKept) {
  EXPECT_EQ(Parsed("unkscm")->request_uri.scheme_text, "nobodyKnowsThisScheme");
  EXPECT_EQ(Parsed("novelsc")->request_uri.scheme_text, "soap.beep");
  const Parsed m("unksm2");
  EXPECT_EQ(m->to.uri.scheme_text, "isbn");
  EXPECT_EQ(m->from.uri.scheme_text, "http");
  EXPECT_EQ(m->contact()->uri.scheme_text, "name");
  EXPECT_EQ(m->from.tag(), "3234233");
}

TEST(Rfc4475, RequiredExtensionsCanBeListed) {
  const Parsed m("bext01");
  EXPECT_TRUE(m->lists(HeaderName::require, "nothingsupportsthis"));
  EXPECT_TRUE(m->lists(HeaderName::require, "nothingSupportsThisEither"));
  EXPECT_TRUE(m->lists(HeaderName::proxy_require, "norDoAnyProxiesSupportThis"));
}

TEST(Rfc4475, BcastNamesTheBroadcastAddressInItsSecondVia) {
  const Parsed m("bcast");
  const auto all = vias(m);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].host, "255.255.255.255");
}

TEST(Rfc4475, ZeromfHasNoHopsLeft) {
  EXPECT_EQ(Parsed("zeromf")->max_forwards, 0u);
}

TEST(Rfc4475, ContactParametersBelongWhereTheBracketsPutThem) {
  const Parsed header("cparam01"), uri("cparam02"), escaped("regescrt");
  EXPECT_TRUE(header->contact()->params.has("unknownparam"));
  EXPECT_FALSE(header->contact()->uri.params.has("unknownparam"));
  EXPECT_FALSE(uri->contact()->params.has("unknownparam"));
  EXPECT_TRUE(uri->contact()->uri.params.has("unknownparam"));
  EXPECT_EQ(escaped->contact()->uri.headers, "Route=%3Csip:sip.example.com%3E");
}

TEST(Rfc4475, Inv2543IsReadAsRfc2543MeantIt) {
  const Parsed m("inv2543");
  EXPECT_EQ(m->via.branch, "");
  EXPECT_EQ(m->from.tag(), "");
  EXPECT_EQ(m->find(HeaderName::content_length), nullptr);
  EXPECT_FALSE(m->max_forwards.has_value());
  EXPECT_TRUE(m->body.starts_with("v=0\r\n"));
  EXPECT_TRUE(m->body.ends_with("m=audio 49217 RTP/AVP 0\r\n"));
}

TEST(Rfc5118, ReferencesEndAtTheirBracket) {
  EXPECT_EQ(Parsed("ipv6-good")->request_uri.address(), Address::parse("2001:db8::10"));
  EXPECT_EQ(Parsed("ipv6-good")->via.host, "2001:db8::9:1");
  EXPECT_EQ(Parsed("ipv6-good")->contact()->uri.host, "2001:db8::1");
  const Parsed ambiguous("port-ambiguous"), unambiguous("port-unambiguous");
  EXPECT_EQ(ambiguous->request_uri.address(), Address::parse("2001:db8::10:5070"));
  EXPECT_FALSE(ambiguous->request_uri.port.has_value());
  EXPECT_EQ(unambiguous->request_uri.address(), Address::parse("2001:db8::10"));
  EXPECT_EQ(unambiguous->request_uri.port, 5070);
}

TEST(Rfc5118, ReceivedComesWithAndWithoutBrackets) {
  EXPECT_EQ(Parsed("via-received-param-with-delim")->via.params.value("received"), "[2001:db8::9:255]");
  EXPECT_EQ(Parsed("via-received-param-no-delim")->via.params.value("received"), "2001:db8::9:255");
}

TEST(Rfc5118, FamiliesMixInOneList) {
  const Parsed m("mult-ip-in-header");
  const auto all = vias(m);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].port, 6050);
  EXPECT_EQ(all[1].host, "192.0.2.1");
  EXPECT_EQ(all[2].host, "2001:db8::9:255");
  EXPECT_EQ(all[2].params.value("received"), "192.0.2.200");
}

TEST(Rfc5118, MappedAddressesAreTheIpv4AddressesTheyMap) {
  const Parsed m("ipv4-mapped-ipv6");
  EXPECT_EQ(Address::parse(m->via.host), Address::parse("192.0.2.10"));
  EXPECT_EQ(m->via.port, 19823);
  EXPECT_EQ(m->contact()->uri.address(), Address::parse("192.0.2.2"));
}

TEST(Rfc5118, TheThirdColonIsOverlooked) {
  EXPECT_EQ(Parsed("ipv6-bug-abnf-3-colons")->request_uri.address(), Address::parse("2001:db8::192.0.2.1"));
  EXPECT_EQ(Parsed("ipv6-correct-abnf-2-colons")->request_uri.address(), Address::parse("2001:db8::192.0.2.1"));
}

}  // namespace
}  // namespace rf::conformance
