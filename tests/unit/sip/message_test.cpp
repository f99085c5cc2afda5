#include "core/sip/message.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/unit/sip/read.hpp"

namespace rf::sip {
namespace {

using Code = ParseErrorCode;

constexpr std::string_view invite =
    "INVITE sip:1002@pbx.example.com;transport=tls SIP/2.0\r\n"
    "Via: SIP/2.0/TLS 192.168.1.23:5062;branch=z9hG4bK-5a1f;rport, SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb\r\n"
    "v: SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bKc\r\n"
    "Max-Forwards: 70\r\n"
    "m: \"Al\" <sips:1001@192.168.1.23:5062;transport=TLS>;+sip.instance=\"<urn:uuid:1>\"\r\n"
    "t: <sip:1002@pbx.example.com>\r\n"
    "f: \"Alice\" <sip:1001@pbx.example.com>;tag=8f2e7a61\r\n"
    "i: Qm3vY1xk@host\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Expires: 120\r\n"
    "Allow: INVITE, ACK,CANCEL\r\n"
    "Allow: BYE\r\n"
    "k: timer,100rel\r\n"
    "X-Custom: anything <at> \"all\r\n"
    "c: application/sdp\r\n"
    "l: 4\r\n"
    "\r\n"
    "v=0\n";

TEST(Message, GivesEveryPartOfARequest) {
  const Read m(invite);
  ASSERT_TRUE(m) << text_of(m.code());
  EXPECT_TRUE(m->is_request);
  EXPECT_TRUE(m->answerable);
  EXPECT_EQ(m->method, Method::invite);
  EXPECT_EQ(m->method_text, "INVITE");
  EXPECT_EQ(m->request_uri.user, "1002");
  EXPECT_EQ(m->request_uri.transport(), Transport::tls);
  EXPECT_EQ(m->via.transport, "TLS");
  EXPECT_EQ(m->via.host, "192.168.1.23");
  EXPECT_EQ(m->via.port, 5062);
  EXPECT_EQ(m->via.branch, "z9hG4bK-5a1f");
  EXPECT_TRUE(m->via.rport);
  EXPECT_EQ(m->from.display, "\"Alice\"");
  EXPECT_EQ(m->from.tag(), "8f2e7a61");
  EXPECT_EQ(m->to.uri.raw, "sip:1002@pbx.example.com");
  EXPECT_EQ(m->to.tag(), "");
  EXPECT_EQ(m->call_id, "Qm3vY1xk@host");
  EXPECT_EQ(m->cseq.number, 314159u);
  EXPECT_EQ(m->cseq.method, Method::invite);
  EXPECT_EQ(m->max_forwards, 70u);
  EXPECT_EQ(m->expires, 120u);
  EXPECT_EQ(m->content_type, "application/sdp");
  EXPECT_EQ(m->body, "v=0\n");
  ASSERT_NE(m->contact(), nullptr);
  EXPECT_EQ(m->contact()->uri.host, "192.168.1.23");
  EXPECT_EQ(m->contact()->params.value("+sip.instance"), "<urn:uuid:1>");
  EXPECT_FALSE(m->contact_is_star());
  EXPECT_EQ(m->headers().size(), 15u);
  EXPECT_EQ(m->headers()[1].name, "v");
  EXPECT_EQ(m->headers()[1].id, HeaderName::via);
}

TEST(Message, FindsHeadersByNameAndByText) {
  const Read m(invite);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->value(HeaderName::max_forwards), "70");
  EXPECT_EQ(m->value(HeaderName::route), "");
  EXPECT_EQ(m->find(HeaderName::route), nullptr);
  EXPECT_EQ(m->find(HeaderName::other), nullptr);
  ASSERT_NE(m->find("x-custom"), nullptr);
  EXPECT_EQ(m->find("x-custom")->value, "anything <at> \"all");
  EXPECT_EQ(m->find("CONTENT-LENGTH")->value, "4");
  EXPECT_EQ(m->find("L")->value, "4");
  EXPECT_EQ(m->find("X-Missing"), nullptr);
  EXPECT_TRUE(m->lists(HeaderName::allow, "bye"));
  EXPECT_TRUE(m->lists(HeaderName::allow, "CANCEL"));
  EXPECT_FALSE(m->lists(HeaderName::allow, "UPDATE"));
  EXPECT_TRUE(m->lists(HeaderName::supported, "100rel"));
  EXPECT_FALSE(m->lists(HeaderName::require, "100rel"));
}

TEST(Message, GivesEveryPartOfAResponse) {
  const Read m(
      "SIP/2.0 183 Session  Progress\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
      "To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 4 PRACK\r\n\r\n");
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->is_request);
  EXPECT_FALSE(m->answerable);
  EXPECT_EQ(m->status, 183);
  EXPECT_EQ(m->reason, "Session  Progress");
  EXPECT_EQ(m->method, Method::prack);
  EXPECT_EQ(m->method_text, "PRACK");
  EXPECT_EQ(m->body, "");
}

TEST(Message, IsReusableWithoutRemainsOfTheLastOne) {
  std::string first(invite), second = request_with({});
  Message m;
  ASSERT_TRUE(parse(first, m));
  ASSERT_TRUE(parse(second, m));
  EXPECT_EQ(m.method, Method::options);
  EXPECT_EQ(m.headers().size(), 5u);
  EXPECT_EQ(m.find(HeaderName::contact), nullptr);
  EXPECT_EQ(m.contact(), nullptr);
  EXPECT_FALSE(m.max_forwards);
  EXPECT_FALSE(m.expires);
  EXPECT_FALSE(m.via.rport);
  EXPECT_EQ(m.content_type, "");
  EXPECT_EQ(m.body, "");
}

TEST(Message, CanBeCopiedWhileItsBufferLives) {
  const Read m(invite);
  ASSERT_TRUE(m);
  Message copy = m.message;
  EXPECT_EQ(copy.headers().size(), 15u);
  EXPECT_EQ(copy.find("X-Custom")->value, "anything <at> \"all");
  Message other;
  other = copy;
  const Message& same = other;
  other = same;
  EXPECT_EQ(other.value(HeaderName::expires), "120");
}

TEST(Message, UnfoldsHeadersToSingleSpaces) {
  const Read m(request_with(
      "Subject: one\r\n two \t \r\n\t \tthree\r\n   \r\nX:\r\n \r\n y\r\nContact:\r\n <sip:a@b>\r\n ;x=1\r\n"));
  ASSERT_TRUE(m) << text_of(m.code());
  EXPECT_EQ(m->value(HeaderName::subject), "one two three");
  EXPECT_EQ(m->find("X")->value, "y");
  EXPECT_TRUE(m->contact()->params.has("x"));
  EXPECT_EQ(m->headers().size(), 8u);
}

TEST(Message, RefusesToFoldTheStartLineOrAName) {
  EXPECT_EQ(Read(request_with("", "OPTIONS sip:a@b\r\n SIP/2.0")).code(), Code::bad_start_line);
  EXPECT_EQ(Read(request_with("Subject\r\n : x\r\n")).code(), Code::bad_header);
}

TEST(Message, TakesSpaceBeforeTheColonAndEmptyValues) {
  const Read m(request_with("Subject \t : \r\nSupported:\r\nX:y\r\n"));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->value(HeaderName::subject), "");
  EXPECT_FALSE(m->lists(HeaderName::supported, ""));
  EXPECT_EQ(m->find("X")->value, "y");
}

TEST(Message, KeepsUnknownMethodsSchemesAndHeaders) {
  std::string text = request_with("NewFangled: ;;,,;;,;\r\n", "NEWMETHOD x-y:opaque SIP/2.0");
  text.replace(text.find("7 OPTIONS"), 9, "7 NEWMETHOD");
  const Read m(text);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->method, Method::other);
  EXPECT_EQ(m->method_text, "NEWMETHOD");
  EXPECT_EQ(m->request_uri.scheme_text, "x-y");
  EXPECT_EQ(m->find("newfangled")->value, ";;,,;;,;");
}

struct Fault {
  const char* what;
  std::string text;
  Code code;
  bool answerable;
};

TEST(Message, NamesEachFaultAndSaysWhetherItCanBeAnswered) {
  const Fault faults[] = {
      {"empty", "", Code::truncated, false},
      {"only a line end", "\r\n", Code::bad_start_line, false},
      {"keepalive", "\r\n\r\n", Code::bad_start_line, false},
      {"no blank line", request_with({}).substr(0, request_with({}).size() - 2), Code::truncated, true},
      {"cut in a header", "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0", Code::truncated, false},
      {"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", Code::bad_start_line, false},
      {"two spaces", request_with("", "OPTIONS  sip:a@b SIP/2.0"), Code::bad_start_line, true},
      {"trailing space", request_with("", "OPTIONS sip:a@b SIP/2.0 "), Code::bad_start_line, true},
      {"tab", request_with("", "OPTIONS\tsip:a@b SIP/2.0"), Code::bad_start_line, false},
      {"space in URI", request_with("", "OPTIONS sip:a@b; lr SIP/2.0"), Code::bad_start_line, true},
      {"brackets", request_with("", "OPTIONS <sip:a@b> SIP/2.0"), Code::bad_uri, true},
      {"URI with headers", request_with("", "OPTIONS sip:a@b?x=y SIP/2.0"), Code::bad_uri, true},
      {"method is no token", request_with("", "OPT(IONS sip:a@b SIP/2.0"), Code::bad_start_line, false},
      {"version 7", request_with("", "OPTIONS sip:a@b SIP/7.0"), Code::bad_version, true},
      {"version 2.1", request_with("", "OPTIONS sip:a@b SIP/2.1"), Code::bad_version, true},
      {"no version", request_with("", "OPTIONS sip:a@b"), Code::bad_start_line, true},
      {"half a version", request_with("", "OPTIONS sip:a@b SIP/2"), Code::bad_start_line, true},
      {"status 99", request_with("", "SIP/2.0 099 x"), Code::bad_status, false},
      {"status 700", request_with("", "SIP/2.0 700 x"), Code::bad_status, false},
      {"status huge", request_with("", "SIP/2.0 4294967301 x"), Code::bad_status, false},
      {"status signed", request_with("", "SIP/2.0 +20 x"), Code::bad_status, false},
      {"status without space", request_with("", "SIP/2.0 200"), Code::bad_status, false},
      {"status of version 3", request_with("", "SIP/3.0 200 OK"), Code::bad_version, false},
      {"no colon", request_with("Nocolon\r\n"), Code::bad_header, true},
      {"name with space", request_with("Bad Name: x\r\n"), Code::bad_header, true},
      {"empty name", request_with(": x\r\n"), Code::bad_header, true},
      {"bare line feed", request_with("Subject: a\nVia: b\r\n"), Code::bad_header, true},
      {"bare carriage return", request_with("Subject: a\rb\r\n"), Code::bad_header, true},
      {"NUL", request_with(std::string("Subject: a\0b\r\n", 14)), Code::bad_header, true},
      {"control outside of quotes", request_with("Subject: a\\\x07\r\n"), Code::bad_header, true},
      {"raw control in quotes", request_with("Subject: \"\\\\\x07\"\r\n"), Code::bad_header, true},
      {"half a character", request_with("Subject: a\xc3 b\r\n"), Code::bad_utf8, true},
      {"overlong slash", request_with("Subject: \xc0\xaf\r\n"), Code::bad_utf8, true},
      {"surrogate", request_with("Subject: \xed\xa0\x80\r\n"), Code::bad_utf8, true},
      {"bad Via", request_without("Via", "Via: SIP/2.0/UDP\r\n"), Code::bad_via, false},
      {"bad Via host", request_without("Via", "Via: SIP/2.0/UDP [22001:db8::9:1]:6050;\r\n"), Code::bad_via, false},
      {"bad Via parameters", request_without("Via", "Via: SIP/2.0/UDP a;;\r\n"), Code::bad_via, true},
      {"bad lower Via", request_with("Via: SIP/2.0/UDP\r\n"), Code::bad_via, true},
      {"trailing comma in Via", request_with("Via: SIP/2.0/UDP a,\r\n"), Code::bad_via, true},
      {"bad From", request_without("From", "From: <sip:a@b;tag=x\r\n"), Code::bad_from, true},
      {"two From in one", request_without("From", "From: <sip:a@b>;tag=x, <sip:c@d>\r\n"), Code::bad_from, true},
      {"bad To", request_without("To", "To: \"x <sip:a@b>\r\n"), Code::bad_to, true},
      {"bad Call-ID", request_without("Call-ID", "Call-ID: a b\r\n"), Code::bad_call_id, true},
      {"empty Call-ID", request_without("Call-ID", "Call-ID: \r\n"), Code::bad_call_id, true},
      {"Call-ID with two @", request_without("Call-ID", "Call-ID: a@b@c\r\n"), Code::bad_call_id, true},
      {"bad CSeq", request_without("CSeq", "CSeq: OPTIONS 1\r\n"), Code::bad_cseq, true},
      {"huge CSeq", request_without("CSeq", "CSeq: 36893488147419103232 OPTIONS\r\n"), Code::bad_cseq, true},
      {"CSeq of another method", request_without("CSeq", "CSeq: 1 INVITE\r\n"), Code::cseq_method_mismatch, true},
      {"no Via", request_without("Via"), Code::missing_header, false},
      {"no From", request_without("From"), Code::missing_header, false},
      {"no To", request_without("To"), Code::missing_header, false},
      {"no Call-ID", request_without("Call-ID"), Code::missing_header, false},
      {"no CSeq", request_without("CSeq"), Code::missing_header, false},
      {"two To", request_with("To: <sip:x@y>\r\n"), Code::duplicate_header, true},
      {"two Call-ID, one compact", request_with("i: other\r\n"), Code::duplicate_header, true},
      {"two Content-Length", request_with("Content-Length: 0\r\nl: 0\r\n"), Code::duplicate_header, true},
      {"Max-Forwards 256", request_with("Max-Forwards: 256\r\n"), Code::bad_max_forwards, true},
      {"Max-Forwards -1", request_with("Max-Forwards: -1\r\n"), Code::bad_max_forwards, true},
      {"Expires huge", request_with("Expires: 4294967296\r\n"), Code::bad_expires, true},
      {"Content-Length -999", request_with("Content-Length: -999\r\n"), Code::bad_content_length, true},
      {"Content-Length empty", request_with("Content-Length:\r\n"), Code::bad_content_length, true},
      {"body too short", request_with("Content-Length: 1\r\n"), Code::body_too_short, true},
      {"Content-Type", request_with("Content-Type: text\r\n"), Code::bad_content_type, true},
      {"Contact semicolons", request_with("Contact: <sip:a@b>;;;;\r\n"), Code::bad_contact, true},
      {"Contact without brackets", request_with("Contact: sip:a@b?Route=%3Csip:c%3E\r\n"), Code::bad_contact, true},
      {"empty Contact", request_with("Contact:\r\n"), Code::bad_contact, true},
      {"second Contact bad", request_with("Contact: <sip:a@b>\r\nm: <sip:c@d>, <x\r\n"), Code::bad_contact, true},
      {"star with others", request_with("Contact: *\r\nContact: <sip:a@b>\r\n"), Code::bad_contact, true},
      {"others with star", request_with("Contact: <sip:a@b>\r\nContact: *\r\n"), Code::bad_contact, true},
      {"star in a list", request_with("Contact: *, <sip:a@b>\r\n"), Code::bad_contact, true},
      {"Route", request_with("Route: sip:a@b;lr\r\n"), Code::bad_route, true},
      {"Record-Route", request_with("Record-Route: <sip:a@b\r\n"), Code::bad_route, true},
      {"Path", request_with("Path: <sip:a@b>, ,\r\n"), Code::bad_route, true},
      {"Refer-To", request_with("Refer-To: <>\r\n"), Code::bad_header, true},
      {"RAck", request_with("RAck: 1 INVITE\r\n"), Code::bad_header, true},
  };
  for (const auto& fault : faults) {
    const Read m(fault.text);
    ASSERT_FALSE(m) << fault.what;
    EXPECT_EQ(text_of(m.code()), text_of(fault.code)) << fault.what;
    EXPECT_EQ(m->answerable, fault.answerable) << fault.what;
    EXPECT_LE(m.offset(), fault.text.size()) << fault.what;
  }
}

TEST(Message, PointsAtTheFaultyByte) {
  const std::string text = request_with("Contact: <sip:a@b>;;x\r\n");
  const Read m(text);
  ASSERT_FALSE(m);
  EXPECT_EQ(text.substr(m.offset(), 3), ";x\r");
}

TEST(Message, ReportsTheFirstFaultOnly) {
  const Read m(request_with("Contact: x\r\nMax-Forwards: y\r\n", "OPTIONS sip:a@b SIP/9.0"));
  EXPECT_EQ(m.code(), Code::bad_version);
}

TEST(Message, TakesStarAsTheOnlyContact) {
  const Read m(request_with("Contact: *\r\nExpires: 0\r\n"));
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->contact_is_star());
  EXPECT_EQ(m->contact(), nullptr);
}

TEST(Message, IgnoresOctetsBehindContentLength) {
  const Read m(request_with("Content-Length: 2\r\n") + "abcdef");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->body, "ab");
}

TEST(Message, TakesTheRestOfADatagramWithoutContentLength) {
  const Read m(request_with({}) + "abcdef");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->body, "abcdef");
}

TEST(Message, LeavesBytesOfTheBodyAlone) {
  const std::string body("\0\xff\r\n \r\n\r\n\x01", 10);
  const Read m(request_with("Content-Length: 10\r\n") + body);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->body, body);
}

TEST(MessageLimits, AreHeldExactly) {
  const auto lines = [](std::string_view line, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += line;
    return request_with(out);
  };
  EXPECT_TRUE(Read(lines("X-Y: z\r\n", WireLimits::headers - 5)));
  EXPECT_EQ(Read(lines("X-Y: z\r\n", WireLimits::headers - 4)).code(), Code::too_many_headers);

  EXPECT_TRUE(Read(lines("Via: SIP/2.0/UDP a\r\n", WireLimits::list_elements - 1)));
  EXPECT_EQ(Read(lines("Via: SIP/2.0/UDP a\r\n", WireLimits::list_elements)).code(), Code::too_many_elements);
  EXPECT_TRUE(Read(lines("Contact: <sip:a@b>\r\n", WireLimits::list_elements)));
  EXPECT_EQ(Read(lines("Contact: <sip:a@b>\r\n", WireLimits::list_elements + 1)).code(), Code::too_many_elements);
  std::string list = "Record-Route: <sip:a>";
  for (std::size_t i = 1; i < WireLimits::list_elements; ++i) list += ",<sip:a>";
  EXPECT_TRUE(Read(request_with(list + "\r\n")));
  EXPECT_EQ(Read(request_with(list + ",<sip:a>\r\n")).code(), Code::too_many_elements);

  std::string params = "Contact: <sip:a@b>";
  for (std::size_t i = 0; i < WireLimits::params; ++i) params += ";p" + std::to_string(i);
  EXPECT_TRUE(Read(request_with(params + "\r\n")));
  EXPECT_EQ(Read(request_with(params + ";q\r\n")).code(), Code::too_many_params);

  const std::size_t room = WireLimits::header_bytes - request_with("X: \r\n").size() + 4;
  EXPECT_TRUE(Read(request_with("X: " + std::string(room, 'y') + "\r\n")));
  EXPECT_EQ(Read(request_with("X: " + std::string(room + 1, 'y') + "\r\n")).code(), Code::too_long);
  EXPECT_EQ(Read(request_with("X: " + std::string(room, 'y') + "\r\nX: y\r\n")).code(), Code::too_long);

  const std::string head = request_with({});
  EXPECT_TRUE(Read(head + std::string(WireLimits::message_bytes - head.size(), 'x')));
  EXPECT_EQ(Read(head + std::string(WireLimits::message_bytes - head.size() + 1, 'x')).code(), Code::too_long);
}

TEST(Message, TimeGrowsNoFasterThanItsSize) {
  // The worst that fits into the limits still has to be read in one go: a quadratic step would take seconds here.
  std::string list = "Contact: ";
  for (int i = 0; i < 50; ++i) {
    list += i == 0 ? "<sip:a@b>" : ",<sip:a@b>";
    for (int p = 0; p < 30; ++p) list += ";p" + std::to_string(p) + "=\"" + "\\\"" + "\"";
  }
  EXPECT_TRUE(Read(request_with(list + "\r\n")));
  EXPECT_FALSE(Read(request_with("Contact: " + std::string(16'000, '"') + "\r\n")));
  EXPECT_FALSE(Read(request_with("Contact: " + std::string(16'000, '<') + "\r\n")));
}

}  // namespace
}  // namespace rf::sip
