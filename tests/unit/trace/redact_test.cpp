#include "core/trace/redact.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/trace/message.hpp"

namespace rf::trace {
namespace {

/// What must be nowhere in what is kept.
void expect_hidden(const std::string& wire, std::string_view secret = "S3CRET") {
  ASSERT_NE(wire.find(secret), std::string::npos) << "the test hides nothing: " << wire;
  EXPECT_EQ(redact_message(wire).find(secret), std::string::npos) << redact_message(wire);
}

TEST(Redaction, HidesAnswersToChallengesHoweverTheHeaderIsWritten) {
  for (const char* name : {"Authorization", "authorization", "AUTHORIZATION", "Proxy-Authorization",
                           "pRoXy-AuThOrIzAtIoN", "Authorization ", "Authorization\t"})
    expect_hidden(invite(std::string(name) + ": Digest username=\"1001\", response=\"S3CRET\"\r\n"));
}

TEST(Redaction, HidesThemInFoldedLinesWhicheverWayLinesEnd) {
  expect_hidden(invite("Authorization: Digest username=\"1001\",\r\n response=\"S3CRET\"\r\n"));
  expect_hidden(invite("Authorization:\r\n\tDigest\r\n  response=\"S3CRET\"\r\n"));
  expect_hidden(invite("Authorization: Digest\n response=\"S3CRET\"\n"));
  expect_hidden(invite("Authorization: Digest\r response=\"S3CRET\"\r"));
  expect_hidden("INVITE sip:1002@pbx.example SIP/2.0\r\n Authorization: Digest response=\"S3CRET\"\r\n\r\n");
}

TEST(Redaction, SaysWhichKindOfAnswerItWasAndNothingElse) {
  const std::string kept = redact_message(invite(
      "Authorization: Digest username=\"S3CRET\", algorithm=SHA-256, nonce=\"S3CRET\", response=\"S3CRET\"\r\n"));
  EXPECT_NE(kept.find("Authorization: Digest algorithm=SHA-256 [hidden]\r\n"), std::string::npos) << kept;
  expect_hidden(invite("Authorization: Bearer S3CRET\r\n"));
  expect_hidden(invite("Authorization: Digest algorithm=S3CRET\r\n"));
}

TEST(Redaction, HidesHeadersWhoseNameSpeaksOfASecretAndLinesThatAreNone) {
  for (const char* line : {"Authentication-Info: rspauth=\"S3CRET\"\r\n", "X-Auth-Token: S3CRET\r\n",
                           "Cookie: S3CRET\r\n", "X-API-Key: S3CRET\r\n", "X-Account-PIN: S3CRET\r\n",
                           "P-Password: S3CRET\r\n",
                           "Authorization Digest S3CRET\r\n", "Autho\x01rization: S3CRET\r\n", "\x7f S3CRET\r\n"})
    expect_hidden(invite(line));
}

TEST(Redaction, HidesPasswordsAndHeadersInUrisWhereverTheyStand) {
  expect_hidden(message("INVITE sip:1002:S3CRET@pbx.example SIP/2.0", plain_headers));
  expect_hidden(message("INVITE SIP:1002:S3CRET@pbx.example SIP/2.0", plain_headers));
  for (const char* line : {"Contact: <sip:1001:S3CRET@192.0.2.7>\r\n", "Contact: sips:1001:S3CRET@192.0.2.7\r\n",
                           "Refer-To: <sip:1003@pbx.example?Authorization=Digest%20S3CRET>\r\n",
                           "Refer-To: sip:1003@pbx.example?Replaces=S3CRET\r\n",
                           "X-Odd: <sip:a@b>, <sIpS:c:S3CRET@d>\r\n",
                           "Route: <sip:first:x@y>,<sip:second:S3CRET@z;lr>\r\n"})
    expect_hidden(invite(line));
}

TEST(Redaction, HidesKeysAndIcePasswordsOfDescriptionsAndKeepsWhatExplainsThem) {
  const std::string body =
      "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nk=base64:S3CRET\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n"
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:S3CRET|2^20\r\n"
      "A=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:S3CRET\r\n"
      "a=CRYPTO:2 AES_256_CM_HMAC_SHA1_80 inline:S3CRET\r\n"
      "a= crypto:2 AES_256_CM_HMAC_SHA1_80 inline:S3CRET\r\n"
      "a=crypto:S3CRET AES_CM_128\r\n"
      "a=crypto:1 S3CRET\r\n"
      "a=ice-pwd:S3CRET\r\na=ice-ufrag:abcd\r\na=key-mgmt:mikey S3CRET\r\na=zrtp-hash:S3CRET\r\n"
      "a=unheard-of:S3CRET\r\na=rtpmap:0 PCMU/8000\r\na=fingerprint:sha-256 AA:BB\r\n crypto S3CRET\r\nS3CRET\r\n";
  expect_hidden(invite("Content-Type: application/sdp\r\n", body));
  const std::string kept = redact_message(invite("c: Application/SDP;charset=x\r\n", body));
  for (const char* shown : {"m=audio 4000 RTP/SAVP 0\r\n", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 [hidden]\r\n",
                            "a=ice-ufrag:abcd\r\n", "a=rtpmap:0 PCMU/8000\r\n", "a=fingerprint:sha-256 AA:BB\r\n"})
    EXPECT_NE(kept.find(shown), std::string::npos) << shown << kept;
}

TEST(Redaction, HidesDigitsTextsAndWhateverIsNoDescription) {
  const std::string digits = "Signal=S3CRET\r\nDuration=160\r\n";
  for (const char* method : {"INFO", "MESSAGE", "NOTIFY", "INVITE"})
    for (const char* type : {"application/dtmf-relay", "text/plain", "multipart/mixed;boundary=x", "application/json",
                             "application/sdp-not", ""}) {
      const std::string line = *type ? "Content-Type: " + std::string(type) + "\r\n" : "";
      expect_hidden(message(std::string(method) + " sip:1002@pbx.example SIP/2.0", line, digits));
    }
  // A description's name does not make one of it.
  for (const char* method : {"INFO", "MESSAGE"})
    expect_hidden(message(std::string(method) + " sip:1002@pbx.example SIP/2.0", "Content-Type: application/sdp\r\n",
                          "s=S3CRET\r\n"));
  expect_hidden(message("SIP/2.0 200 OK", "CSeq: 7 INFO\r\nContent-Type: application/sdp\r\n", "s=S3CRET\r\n"));
  expect_hidden(invite("Content-Type: application/sdp\r\nContent-Type: text/plain\r\n", "s=S3CRET\r\n"));
  expect_hidden(invite("Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "s=S3CRET\r\n"));
  expect_hidden(invite("Content-Type: application/sdp\r\ne: gzip\r\n", "s=S3CRET\r\n"));
}

TEST(Redaction, KeepsNothingOfWhatIsNoMessage) {
  for (const char* junk : {"S3CRET", "S3CRET\r\n\r\nS3CRET", "GET /S3CRET HTTP/1.1\r\n\r\n", " INVITE S3CRET SIP/2.0",
                           "\r\nINVITE sip:S3CRET SIP/2.0\r\n"})
    expect_hidden(junk);
}

TEST(Redaction, CountsTheBodyAnew) {
  const std::string kept = redact_message(invite("Content-Type: application/sdp\r\n", "a=ice-pwd:0123456789\r\n"));
  const std::size_t body = kept.find("\r\n\r\n") + 4;
  EXPECT_NE(kept.find("Content-Length: " + std::to_string(kept.size() - body) + "\r\n"), std::string::npos) << kept;
}

TEST(Redaction, HasAnEndForEveryLengthOfEveryMessage) {
  const std::string whole = invite("Authorization: Digest response=\"x\"\r\nContact: <sip:a:b@c?d=e>\r\n"
                                   "Content-Type: application/sdp\r\n",
                                   "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::string cut = whole.substr(0, size);
    EXPECT_LE(redact_message(cut).size(), cut.size() * 2 + 128);
    for (const char odd : {'\0', '\r', '\n', ':', '@', '\xff'}) {
      std::string bent = whole;
      if (size < bent.size()) bent[size] = odd;
      EXPECT_FALSE(hide_numbers(redact_message(bent)).empty());
    }
  }
}

TEST(Numbers, LackTheirLastDigitsWhereverPeopleStand) {
  const std::string wire = message(
      "INVITE sip:+493012345678@pbx.example;user=phone SIP/2.0",
      "From: \"Ann 030 12345678\" <sip:03012345678@pbx.example>;tag=1234567890\r\nTo: tel:+49-30-1234-5678\r\n"
      "P-Asserted-Identity: \"+493012345678\" <sip:+493012345678@pbx.example>\r\nX-Caller: 03012345678\r\n"
      "Diversion: <sip:%3003012345678@pbx.example>\r\nIdentity: eyJvcmlnIjp7InRuIjoiMzAxMjM0NTY3OCJ9fQ\r\n"
      "Call-ID: 12345678901234\r\nCSeq: 1 INVITE\r\n");
  const std::string shown = hide_numbers(redact_message(wire));
  EXPECT_EQ(shown.find("5678@"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("12345678\""), std::string::npos) << shown;
  EXPECT_EQ(shown.find("1234-5678"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("X-Caller: 03012345678"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("eyJ"), std::string::npos) << shown;
  EXPECT_NE(shown.find("INVITE sip:+49301234xxxx@pbx.example;user=phone SIP/2.0\r\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("tag=1234567890\r\n"), std::string::npos) << "what no person dials stays whole: " << shown;
  EXPECT_NE(shown.find("Call-ID: 12345678901234\r\n"), std::string::npos) << shown;
}

TEST(Numbers, OfExtensionsAndAddressesStay) {
  const std::string kept = redact_message(invite("Contact: <sip:1001@192.0.2.7:5060>\r\n"));
  EXPECT_EQ(hide_numbers(kept), kept);
  EXPECT_EQ(hidden_number("1001"), "1001");
  EXPECT_EQ(hidden_number("+493012345678"), "+49301234xxxx");
  EXPECT_EQ(hidden_number("%2b493012345678"), "xxxx");
  EXPECT_EQ(hidden_numbers_in_words("calls 03012345678 at 192.0.2.7"), "calls 0301234xxxx at 192.0.2.7");
}

}  // namespace
}  // namespace rf::trace
