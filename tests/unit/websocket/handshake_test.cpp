#include "core/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "tests/unit/websocket/client.hpp"

namespace rf::websocket {
namespace {

using test::request;
using test::upgrade;

const Origins ours{{"https://pbx.example.com:8443", "https://intranet.example.com"}, 8443};

std::string with(std::string_view more) {
  return std::string(upgrade).append(more);
}

std::string without(std::string_view name) {
  std::string lines(upgrade);
  const std::size_t at = lines.find(name);
  lines.erase(at, lines.find("\r\n", at) + 2 - at);
  return lines;
}

/// "fine", or the name of the refusal.
std::string judge(std::string_view head, const Origins& origins = ours) {
  const auto opening = read_opening(head, origins);
  return opening ? "fine" : std::string(name_of(opening.error()));
}

TEST(Handshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const std::string head = request(upgrade);
  const auto opening = read_opening(head, ours);
  ASSERT_TRUE(opening);
  const std::string answer = accept_opening(*opening);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 "));
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Protocol: sip\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Extensions"), std::string::npos) << "none is agreed on, whatever was offered";
}

TEST(Handshake, ReadsNamesAndWordsInAnyCaseAndListsInAnyOrder) {
  EXPECT_EQ(judge(request("uPGRADE: foo/1, WebSocket\r\nCONNECTION: UPGRADE\r\nsec-websocket-version:13\r\n"
                          "Sec-WebSocket-Key:\t dGhlIHNhbXBsZSBub25jZQ== \r\nSec-WebSocket-Protocol: xmpp ,SIP\r\n")),
            "fine");
}

TEST(Handshake, DemandsEveryPartOfTheUpgrade) {
  EXPECT_EQ(judge(request(without("Upgrade"))), "no upgrade");
  EXPECT_EQ(judge(request(without("Connection"))), "no upgrade");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Version"))), "version");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Key"))), "malformed");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Protocol"))), "subprotocol");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Protocol") + "Sec-WebSocket-Protocol: sips, msrp\r\n")),
            "subprotocol");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n")), "version");
  EXPECT_EQ(judge(request(without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: short==\r\n")), "malformed");
}

TEST(Handshake, RefusesWhatTwoReadersWouldReadInTwoWays) {
  for (const std::string_view first :
       {"GET  / HTTP/1.1", "GET / HTTP/1.0", "GET / HTTP/2.0", "GET /\t HTTP/1.1", "GET http://x/ HTTP/1.1",
        "GET /a b HTTP/1.1", "GET * HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 "})
    EXPECT_EQ(judge(request(upgrade, first)), "malformed") << first;
  for (const std::string_view lines :
       {"X : y\r\n", " folded\r\n", "X\r\n", ": y\r\n", "X: a\nb\r\n", "X: a\rb\r\n", "Content-Length: 0\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: pbx.example.com\r\n",
        "Upgrade: websocket\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Expect: 100-continue\r\n"})
    EXPECT_EQ(judge(request(with(lines))), "malformed") << lines;
  EXPECT_EQ(judge(request(with(std::string("X: \0\r\n", 6)))), "malformed");
  EXPECT_EQ(judge(request(upgrade) + "\r\n\r\n"), "malformed") << "something behind the head";
  EXPECT_EQ(judge(request(upgrade, "GET / HTTP/1.1", "")), "malformed") << "no host";
  EXPECT_EQ(judge("PRI * HTTP/2.0\r\n\r\n"), "malformed");
}

TEST(Handshake, TakesGetAlone) {
  for (const std::string_view method : {"POST", "OPTIONS", "CONNECT", "HEAD", "get", "REGISTER"})
    EXPECT_EQ(judge(request(upgrade, std::string(method) + " / HTTP/1.1")), "method") << method;
}

TEST(Handshake, BoundsItsSizeAndItsLines) {
  std::string many;
  for (std::size_t i = 0; i < WebLimits::handshake_headers; ++i) many += "X: y\r\n";
  EXPECT_EQ(judge(request(with(many))), "too long");
  EXPECT_EQ(judge(request(with("X: " + std::string(WebLimits::handshake_bytes, 'y') + "\r\n"))), "too long");
}

TEST(Handshake, LetsOurOwnPagesAndTheConfiguredOnesSpeak) {
  for (const std::string_view origin :
       {"https://pbx.example.com:8443", "HTTPS://PBX.EXAMPLE.COM:8443", "https://intranet.example.com"})
    EXPECT_EQ(judge(request(with("Origin: " + std::string(origin) + "\r\n"))), "fine") << origin;
  EXPECT_EQ(judge(request(with("Origin: https://192.0.2.7:8443\r\n"), "GET / HTTP/1.1", "192.0.2.7:5065")), "fine");
  EXPECT_EQ(judge(request(with("Origin: https://[2001:db8::1]:8443\r\n"), "GET / HTTP/1.1", "[2001:db8::1]:5065")),
            "fine");
  EXPECT_EQ(judge(request(with("Origin: https://[2001:db8::1]:8443\r\n"), "GET / HTTP/1.1", "[2001:db8::1]")), "fine");
}

TEST(Handshake, LetsNoOtherPageSpeakWhateverElseItsRequestIs) {
  for (const std::string_view origin :
       {"https://evil.example", "http://pbx.example.com:8443", "https://pbx.example.com",
        "https://pbx.example.com:8444", "https://pbx.example.com:8443.evil.example", "https://pbx.example.com:84430",
        "null", "", "https://", "https://pbx.example.com:8443 https://evil.example", "file://"})
    EXPECT_EQ(judge(request(with("Origin: " + std::string(origin) + "\r\n"))), "foreign origin") << origin;
  EXPECT_EQ(judge(request("Origin: https://evil.example\r\n")), "foreign origin") << "before it hears what is here";
}

TEST(Handshake, TakesNoHostForOursWithoutTls) {
  const Origins plain{{"https://pbx.example.com:8443"}, 0};
  const std::string rebound =
      request(with("Origin: https://evil.example:8443\r\n"), "GET / HTTP/1.1", "evil.example:5066");
  EXPECT_EQ(judge(rebound, plain), "foreign origin");
}

TEST(Handshake, LetsSoftphonesInThatSendNoOriginButNoBrowserThatHidesIt) {
  EXPECT_EQ(judge(request(upgrade)), "fine");
  EXPECT_EQ(judge(request(with("Sec-Fetch-Mode: websocket\r\n"))), "foreign origin");
  EXPECT_EQ(judge(request(with("Cookie: a=b\r\n"))), "foreign origin");
  EXPECT_EQ(judge(request(with("Origin: https://pbx.example.com:8443\r\nOrigin: https://evil.example\r\n"))),
            "malformed");
}

TEST(Handshake, RefusesInAFewBytesThatTellNothing) {
  for (const Refusal refusal : {Refusal::malformed, Refusal::too_long, Refusal::method, Refusal::no_upgrade,
                                Refusal::version, Refusal::subprotocol, Refusal::foreign_origin}) {
    const std::string answer = refuse_opening(refusal);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4")) << name_of(refusal);
    EXPECT_TRUE(answer.ends_with("Connection: close\r\nContent-Length: 0\r\n\r\n")) << name_of(refusal);
    EXPECT_EQ(answer.find("Server"), std::string::npos);
    EXPECT_LT(answer.size(), 160u);
  }
}

}  // namespace
}  // namespace rf::websocket
