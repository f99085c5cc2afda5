#include "core/sip/writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/sip/read.hpp"

namespace rf::sip {
namespace {

using namespace std::string_literals;

const Endpoint source = *Endpoint::parse("203.0.113.9:40000");

TEST(Writer, WritesARequest) {
  std::string out;
  Writer(out)
      .request_line("BYE", "sip:a@b")
      .header(HeaderName::max_forwards, 70)
      .header("X-Thing", "value")
      .begin(HeaderName::cseq)
      .number(18446744073709551615ULL)
      .text(" BYE")
      .end()
      .no_body();
  EXPECT_EQ(out,
            "BYE sip:a@b SIP/2.0\r\nMax-Forwards: 70\r\nX-Thing: value\r\nCSeq: 18446744073709551615 BYE\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(Writer, WritesABodyWithItsTypeAndLength) {
  std::string out = "before|";
  Writer(out).status_line(200).body("application/sdp", std::string_view("v=0\r\n\0", 6));
  EXPECT_EQ(out, "before|SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 6\r\n\r\nv=0\r\n\0"s);
}

TEST(Writer, TakesAnotherReason) {
  std::string out;
  Writer(out).status_line(400, "Bad CSeq");
  EXPECT_EQ(out, "SIP/2.0 400 Bad CSeq\r\n");
}

TEST(Writer, LetsNoValueEndALine) {
  std::string out;
  const std::string evil("a\r\nX-Injected: 1\r\n\r\n\0b", 22);
  Writer writer(out);
  writer.request_line(evil, evil).status_line(200, evil).header(HeaderName::subject, evil).header(evil, evil);
  writer.begin(HeaderName::to).text(evil).end();
  writer.body(evil, "");
  std::size_t lines = 0;
  for (std::size_t at = out.find("\r\n"); at != std::string::npos; at = out.find("\r\n", at + 2)) ++lines;
  EXPECT_EQ(lines, 8u);
  EXPECT_EQ(out.find("\r\nX-Injected"), std::string::npos);
  EXPECT_EQ(out.find('\0'), std::string::npos);
}

RC_GTEST_PROP(WriterProperty, WhateverTheValueOneHeaderComesBack, (const std::string& value)) {
  std::string out;
  Writer(out)
      .request_line("OPTIONS", "sip:a@b")
      .header(HeaderName::via, "SIP/2.0/UDP a")
      .header("X-Value", value)
      .no_body();
  std::size_t lines = 0;
  for (const char c : out) lines += c == '\n' ? 1 : 0;
  RC_ASSERT(lines == 5u);
}

std::string respond(std::string_view request, std::string_view to_tag = "new", int status = 200) {
  const Read m(request);
  std::string out;
  write_response_head(out, m.message, source, status, to_tag).no_body();
  return out;
}

TEST(ResponseHead, CopiesWhatRfc3261Asks) {
  EXPECT_EQ(respond(request_with(
                "Via: SIP/2.0/TCP b;branch=z9hG4bK2\r\nTimestamp: 54\r\nRoute: <sip:x;lr>\r\nSubject: s\r\n")),
            "SIP/2.0 200 OK\r\n"
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=203.0.113.9\r\n"
            "Via: SIP/2.0/TCP b;branch=z9hG4bK2\r\n"
            "From: <sip:1001@example.com>;tag=a\r\n"
            "To: <sip:1002@example.com>;tag=new\r\n"
            "Call-ID: 1@192.0.2.1\r\n"
            "CSeq: 7 OPTIONS\r\n"
            "Timestamp: 54\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(ResponseHead, FillsInRportAndReceived) {
  const std::string out =
      respond(request_without("Via", "Via: SIP/2.0/UDP 203.0.113.9:5060;rport;branch=z9hG4bK1\r\n"));
  EXPECT_NE(out.find("Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bK1;received=203.0.113.9;rport=40000\r\n"),
            std::string::npos)
      << out;
}

TEST(ResponseHead, ReplacesWhatTheSenderClaimedAboutItself) {
  const std::string out = respond(request_without(
      "Via", "Via: SIP/2.0/UDP a;received=198.51.100.1;RPort=1;branch=z9hG4bK1;x=\"q;received=1\"\r\n"));
  EXPECT_NE(out.find("Via: SIP/2.0/UDP a;branch=z9hG4bK1;x=\"q;received=1\";received=203.0.113.9;rport=40000\r\n"),
            std::string::npos)
      << out;
  EXPECT_EQ(out.find("198.51.100.1"), std::string::npos);
}

TEST(ResponseHead, AddsNoReceivedWhenTheHostIsTheSource) {
  const std::string out = respond(request_without("Via", "Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1\r\n"));
  EXPECT_NE(out.find("Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1\r\n"), std::string::npos) << out;
}

TEST(ResponseHead, KeepsTheOtherElementsOfTheTopLine) {
  const std::string out =
      respond(request_without("Via", "Via: SIP/2.0/UDP a;rport , SIP/2.0/TCP b;received=1.2.3.4\r\n"));
  EXPECT_NE(out.find("Via: SIP/2.0/UDP a;received=203.0.113.9;rport=40000 , SIP/2.0/TCP b;received=1.2.3.4\r\n"),
            std::string::npos)
      << out;
}

TEST(ResponseHead, AddsATagOnlyWhereThereIsNone) {
  EXPECT_NE(respond(request_without("To", "To: sip:a@b;tag=old\r\n")).find("To: sip:a@b;tag=old\r\n"),
            std::string::npos);
  EXPECT_NE(respond(request_with({}), "").find("To: <sip:1002@example.com>\r\n"), std::string::npos);
}

TEST(ResponseHead, AnswersARequestThatDidNotParse) {
  const Read m(request_without("To", "To: \"x <sip:a@b>\r\n"));
  ASSERT_FALSE(m);
  ASSERT_TRUE(m->answerable);
  std::string out;
  write_response_head(out, m.message, source, 400, "t", text_of(m.code())).no_body();
  EXPECT_TRUE(out.starts_with(
      "SIP/2.0 400 Bad To\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=203.0.113.9\r\n"));
  EXPECT_NE(out.find("To: \"x <sip:a@b>;tag=t\r\n"), std::string::npos);
}

TEST(ResponseHead, AnswersAFaultyTopViaByTheHostItNames) {
  const std::string out = respond(request_without("Via", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"), "t", 400);
  EXPECT_NE(out.find("Via: SIP/2.0/UDP 192.0.2.15;received=203.0.113.9;;,;,,\r\n"), std::string::npos) << out;
}

TEST(ResponseHead, ItsResultParsesToTheSameTransaction) {
  const Read m(respond(request_with("Via: SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK2\r\n")));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->via.branch, "z9hG4bK1");
  EXPECT_EQ(m->to.tag(), "new");
  EXPECT_EQ(m->cseq.number, 7u);
}

}  // namespace
}  // namespace rf::sip
