// What a stream's protection may look like, and what attackers make of it.
#include "core/base/limits/media.hpp"
#include "core/sdp/security.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "core/sdp/base64.hpp"
#include "core/sdp/offer_answer.hpp"
#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Of RFC 4568 §6.1: 30 bytes.
constexpr std::string_view key_128 = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
constexpr std::string_view hash_a =
    "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF";
constexpr std::string_view hash_b =
    "00:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF";

/// The protection of the first stream of a description with these lines.
struct Read {
  explicit Read(std::string_view media_lines, std::string_view session_lines = {}, std::string_view proto = "RTP/SAVP")
      : parsed(fmt::format("v=0\r\no=- 1 1 IN IP4 10.1.2.3\r\ns=-\r\nc=IN IP4 10.1.2.3\r\nt=0 0\r\n{}"
                           "m=audio 5004 {} 0\r\n{}",
                           session_lines, proto, media_lines)),
        security(read_security(*parsed, parsed->media()[0])) {}
  explicit operator bool() const { return security.has_value(); }
  const Security* operator->() const { return &*security; }
  SecurityFault fault() const { return security.error(); }

  sample::Parsed parsed;
  std::expected<Security, SecurityFault> security;
};

std::string crypto(int tag, std::string_view rest) {
  return fmt::format("a=crypto:{} {}\r\n", tag, rest);
}
std::string usual(int tag) {
  return crypto(tag, fmt::format("AES_CM_128_HMAC_SHA1_80 inline:{}", key_128));
}

std::vector<std::uint8_t> bytes_of(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(Base64, ReadsWhatItWritesAndOneTextForEachKeyOnly) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& bytes) {
    std::string text;
    append_base64(text, bytes);
    std::vector<std::uint8_t> back(bytes.size());
    RC_ASSERT(read_base64(text, back));
    RC_ASSERT(back == bytes);
    const std::string bare = text.substr(0, text.find('='));
    RC_ASSERT(read_base64(bare, back));
  }));
  std::array<std::uint8_t, 1> one{};
  EXPECT_TRUE(read_base64("/w==", one));
  EXPECT_EQ(one[0], 0xff);
  EXPECT_FALSE(read_base64("/x==", one)) << "bits of no byte";
  EXPECT_FALSE(read_base64("/w=", one));
  EXPECT_FALSE(read_base64("/w=A", one));
  EXPECT_FALSE(read_base64("-w==", one)) << "another alphabet";
}

TEST(Keys, AreReadInTheOrderOfTheirLines) {
  const Read read(crypto(7, fmt::format("AES_CM_128_HMAC_SHA1_32 inline:{}|2^31", key_128)) + usual(2));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys.size(), 2u);
  EXPECT_EQ(read->keys[0].tag, 7u);
  EXPECT_EQ(read->keys[0].key.suite(), srtp::Suite::aes_cm_128_sha1_32);
  const std::string_view expected = "YS___semctl () {\t220;}\n}\nunles";
  std::vector<std::uint8_t> all = bytes_of(read->keys[1].key.key());
  const auto salt = bytes_of(read->keys[1].key.salt());
  all.insert(all.end(), salt.begin(), salt.end());
  EXPECT_EQ(std::string(all.begin(), all.end()), expected);
  EXPECT_FALSE(read->keys_left_out);
}

TEST(Keys, OfEachSuiteComeBackAsTheyWereWritten) {
  for (std::size_t i = 0; i < srtp::suite_count; ++i) {
    const auto suite = static_cast<srtp::Suite>(i);
    std::vector<std::uint8_t> bytes(std::size_t{srtp::facts_of(suite).key} + srtp::facts_of(suite).salt);
    for (std::size_t b = 0; b < bytes.size(); ++b) bytes[b] = static_cast<std::uint8_t>(b * 7 + i);
    std::string line;
    append_crypto(line, {static_cast<std::uint32_t>(i + 1), *srtp::MasterKey::make(suite, bytes)});
    const Read read(line);
    ASSERT_TRUE(read) << line;
    ASSERT_EQ(read->keys.size(), 1u);
    EXPECT_TRUE(read->keys[0].key == *srtp::MasterKey::make(suite, bytes)) << line;
  }
}

TEST(Keys, ThatWeCannotUseAreLeftOutAndTheOthersStay) {
  const std::string suite = "AES_CM_128_HMAC_SHA1_80 ";
  for (const std::string& left_out :
       {crypto(1, "F8_128_HMAC_SHA1_80 inline:x"), crypto(1, "AES_192_CM_HMAC_SHA1_80 inline:x"),
        crypto(1, fmt::format("{}inline:{}|2^31|1:4", suite, key_128)),
        crypto(1, fmt::format("{}inline:{}|1:4", suite, key_128)),
        crypto(1, fmt::format("{0}inline:{1}|2^31|1:1;inline:{1}|2^31|2:1", suite, key_128)),
        crypto(1, fmt::format("{}inline:{}|2^8", suite, key_128)),
        crypto(1, fmt::format("{}inline:{} UNENCRYPTED_SRTP", suite, key_128)),
        crypto(1, fmt::format("{}inline:{} UNAUTHENTICATED_SRTP", suite, key_128)),
        crypto(1, fmt::format("{}inline:{} UNENCRYPTED_SRTCP WSH=64", suite, key_128)),
        crypto(1, fmt::format("{}inline:{} KDR=3", suite, key_128)),
        crypto(1, fmt::format("{}inline:{} SOMETHING_NEW=1", suite, key_128))}) {
    const Read read(left_out + usual(2));
    ASSERT_TRUE(read) << left_out;
    ASSERT_EQ(read->keys.size(), 1u) << left_out;
    EXPECT_EQ(read->keys[0].tag, 2u);
    EXPECT_TRUE(read->keys_left_out);
  }
}

TEST(Keys, MayComeWithHintsThatChangeNothing) {
  for (const std::string_view rest : {"|2^48", "|1048576", "|2^20 WSH=128", " WSH=64 -optional=1"}) {
    const Read read(crypto(1, fmt::format("AES_CM_128_HMAC_SHA1_80 INLINE:{}{}", key_128, rest)));
    ASSERT_TRUE(read) << rest;
    EXPECT_EQ(read->keys.size(), 1u) << rest;
  }
}

TEST(Keys, ThatAreMalformedSpoilTheStream) {
  const std::string suite = "AES_CM_128_HMAC_SHA1_80 ";
  const std::string short_key(key_128.substr(0, 36)), long_key = std::string(key_128) + "AAAA";
  for (const std::string& bad :
       {crypto(1, suite + "inline:" + short_key), crypto(1, suite + "inline:" + long_key), crypto(1, suite + "inline:"),
        crypto(1, suite + "inline:!" + std::string(key_128.substr(1))),
        crypto(1, suite + "key:" + std::string(key_128)), crypto(1, suite), crypto(1, ""), std::string("a=crypto:\r\n"),
        std::string("a=crypto:x y z\r\n"),
        std::string("a=crypto:1234567890 ") + suite + "inline:" + std::string(key_128) + "\r\n",
        crypto(-1, suite + "inline:" + std::string(key_128)),
        crypto(1, suite + "inline:" + std::string(key_128) + "|2^99"),
        crypto(1, suite + "inline:" + std::string(key_128) + "|0"),
        crypto(1, suite + "inline:" + std::string(key_128) + "|"),
        crypto(1, "AES_256_CM_HMAC_SHA1_80 inline:" + std::string(key_128)),
        crypto(1, suite + "inline:" + std::string(600, 'A'))}) {
    const Read read(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.fault(), SecurityFault::bad_key) << bad;
  }
  const Read twice(usual(1) + usual(1));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.fault(), SecurityFault::same_tag);
}

TEST(Keys, ByTheThousandAreRefusedWithTheirDescriptionAndByTheHundredCostNoMore) {
  std::string many;
  for (int i = 1; i <= 10'000; ++i) many += usual(i);
  EXPECT_FALSE(sample::Parsed(sample::with_media("m=audio 5004 RTP/SAVP 0\r\n" + many)));
  std::string hundred;
  for (int i = 1; i <= 100; ++i) hundred += usual(i);
  const Read read(hundred);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->keys.size(), SecureLimits::keys);
  EXPECT_TRUE(read->keys_left_out);
}

TEST(Keys, OfTheSessionPartAreNobodys) {
  const Read read("", usual(1));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->keys.empty());
}

TEST(Certificates, AreReadOfTheStreamElseOfTheSession) {
  const std::string session = fmt::format("a=fingerprint:sha-256 {}\r\na=setup:actpass\r\n", hash_a);
  const Read whole("", session);
  ASSERT_TRUE(whole);
  ASSERT_TRUE(whole->certificate);
  EXPECT_EQ(text_of(*whole->certificate), fmt::format("sha-256 {}", hash_a));
  EXPECT_EQ(whole->setup, Setup::actpass);
  const Read own(fmt::format("a=fingerprint:SHA-256 {}\r\na=setup:active\r\n", hash_b), session);
  ASSERT_TRUE(own);
  EXPECT_EQ((*own->certificate)[0], 0x00);
  EXPECT_EQ(own->setup, Setup::active);
}

TEST(Certificates, OfSeveralHashesTheOneBySha256Counts) {
  const Read several(
      fmt::format("a=fingerprint:sha-1 4A:AD\r\na=fingerprint:sha-256 {0}\r\na=fingerprint:sha-256 {0}\r\n", hash_a));
  ASSERT_TRUE(several);
  EXPECT_TRUE(several->certificate);
  EXPECT_FALSE(several->other_hash_only);
  const Read weak("a=fingerprint:sha-1 4A:AD:B9\r\n", fmt::format("a=fingerprint:sha-256 {}\r\n", hash_a));
  ASSERT_TRUE(weak);
  EXPECT_FALSE(weak->certificate) << "what the stream says of itself counts alone";
  EXPECT_TRUE(weak->other_hash_only);
}

TEST(Certificates, ThatAreMalformedOrTwoSpoilTheStream) {
  const auto fault = [](const std::string& lines) {
    const Read read(lines);
    EXPECT_FALSE(read) << lines;
    return read ? SecurityFault{} : read.fault();
  };
  const std::string cut(hash_a.substr(3)), dashes = "a=fingerprint:sha-256 " + std::string(95, '-') + "\r\n";
  EXPECT_EQ(fault("a=fingerprint:sha-256 " + cut + "\r\n"), SecurityFault::bad_fingerprint);
  EXPECT_EQ(fault(fmt::format("a=fingerprint:sha-256 {}:00\r\n", hash_a)), SecurityFault::bad_fingerprint);
  EXPECT_EQ(fault(dashes), SecurityFault::bad_fingerprint);
  EXPECT_EQ(fault("a=fingerprint:sha-256\r\n"), SecurityFault::bad_fingerprint);
  EXPECT_EQ(fault(fmt::format("a=fingerprint:sha-256 {}\r\na=fingerprint:sha-256 {}\r\n", hash_a, hash_b)),
            SecurityFault::two_certificates);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "a=fingerprint:sha-1 00\r\n";
  EXPECT_EQ(fault(many), SecurityFault::bad_fingerprint);
  EXPECT_EQ(fault("a=setup:either\r\n"), SecurityFault::bad_setup);
  EXPECT_EQ(fault("a=setup:active\r\na=setup:passive\r\n"), SecurityFault::bad_setup);
}

TEST(Ice, CredentialsComeInPairsAndInBounds) {
  const std::string fragment = "a=ice-ufrag:abcd\r\n", password = "a=ice-pwd:" + std::string(24, 'p') + "\r\n";
  const Read read(fragment + password + "a=rtcp-mux\r\na=mid:audio-1\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ice_fragment, "abcd");
  EXPECT_EQ(read->ice_password.size(), 24u);
  EXPECT_TRUE(read->mux);
  EXPECT_EQ(mid_of(read.parsed->media()[0]), "audio-1");
  for (const std::string& bad :
       {fragment, password, "a=ice-ufrag:abc\r\n" + password, fragment + "a=ice-pwd:short\r\n",
        "a=ice-ufrag:ab cd\r\n" + password, "a=ice-ufrag:" + std::string(257, 'a') + "\r\n" + password,
        fragment + fragment + password}) {
    const Read faulty(bad);
    ASSERT_FALSE(faulty) << bad;
    EXPECT_EQ(faulty.fault(), SecurityFault::bad_ice);
  }
  const Read long_mid("a=mid:" + std::string(33, 'm') + "\r\n");
  ASSERT_TRUE(long_mid);
  EXPECT_TRUE(mid_of(long_mid.parsed->media()[0]).empty());
}

/// As Chromium 120 writes it before it knows a candidate.
std::string browser_offer(std::string_view connection = "IN IP4 0.0.0.0", std::uint16_t port = 9,
                          std::string_view extra = {}) {
  return fmt::format(
      "v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=extmap-allow-mixed\r\n"
      "a=msid-semantic: WMS 4f1\r\nm=audio {} UDP/TLS/RTP/SAVPF 111 0 8 110\r\nc={}\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
      "a=ice-ufrag:Wk3b\r\na=ice-pwd:kDs8jh2lxHNkzW9uQ0jwqVNv\r\na=ice-options:trickle\r\n"
      "a=fingerprint:sha-256 {}\r\na=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"
      "\r\na=sendrecv\r\na=msid:4f1 a0b\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
      "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
      "a=rtpmap:110 telephone-event/48000\r\na=ssrc:1 cname:x\r\n{}",
      port, connection, hash_a, extra);
}

TEST(Ice, MakesAddressAndPortOfABrowserAHintThatMayBeNothing) {
  for (const auto& [connection, port] : std::vector<std::pair<std::string, std::uint16_t>>{
           {"IN IP4 0.0.0.0", 9}, {"IN IP4 b7c1d0e2.local", 9}, {"IN IP4 224.0.0.1", 5004}, {"IN IP6 ::", 9}}) {
    const sample::Parsed offer(browser_offer(connection, port));
    ASSERT_TRUE(offer) << connection;
    const Media& audio = offer->media()[0];
    EXPECT_EQ(refusal_of(audio), Refusal::none) << connection;
    EXPECT_EQ(audio.direction, Direction::sendrecv) << "0.0.0.0 is no hold here";
    EXPECT_FALSE(remote_rtp(audio)) << connection;
    EXPECT_FALSE(remote_rtcp(audio)) << connection;
  }
  const sample::Parsed known(browser_offer("IN IP4 192.0.2.7", 50'000));
  EXPECT_EQ(remote_rtp(known->media()[0]), Endpoint::parse("192.0.2.7:50000"));
}

TEST(Ice, ExcusesNoAddressOfWhoDoesNotUseItForDtls) {
  const std::string ice = "a=ice-ufrag:Wk3b\r\na=ice-pwd:kDs8jh2lxHNkzW9uQ0jwqVNv\r\n";
  const std::string fingerprint = fmt::format("a=fingerprint:sha-256 {}\r\n", hash_a);
  const auto verdict = [](const std::string& media) {
    const sample::Parsed parsed(sample::with_media(media));
    return refusal_of(parsed->media()[0]);
  };
  EXPECT_EQ(verdict("m=audio 9 RTP/AVP 0\r\n" + ice + fingerprint), Refusal::implausible_port);
  EXPECT_EQ(verdict("m=audio 9 RTP/SAVP 0\r\n" + ice), Refusal::implausible_port);
  EXPECT_EQ(verdict("m=audio 9 UDP/TLS/RTP/SAVP 0\r\n" + fingerprint), Refusal::implausible_port);
  EXPECT_EQ(verdict("m=audio 9 UDP/TLS/RTP/SAVP 0\r\na=ice-lite\r\n" + ice + fingerprint), Refusal::implausible_port);
}

RewritePlan plan_with_port() {
  RewritePlan plan{.session_id = 7, .version = 3, .address = *Address::parse("198.51.100.9")};
  plan.media[0].port = 40'000;
  return plan;
}

TEST(RewriteProtected, WritesKeysOfItsPlanAndNoneOfTheFirstLeg) {
  const sample::Parsed offer(sample::with_media("m=audio 5004 RTP/SAVP 0\r\n" + usual(1)));
  const std::vector<std::uint8_t> bytes(46, 0xab);
  const std::vector<Crypto> keys{{1, *srtp::MasterKey::make(srtp::Suite::aes_cm_256_sha1_80, bytes)}};
  RewritePlan plan = plan_with_port();
  plan.media[0].proto = "RTP/AVP";
  EXPECT_THAT(rewrite(*offer, plan), Not(HasSubstr("crypto")));
  EXPECT_THAT(rewrite(*offer, plan), HasSubstr("m=audio 40000 RTP/AVP 0\r\n"));
  plan.media[0].proto = "RTP/SAVP";
  plan.media[0].protection.keys = keys;
  const std::string text = rewrite(*offer, plan);
  EXPECT_THAT(text, HasSubstr("m=audio 40000 RTP/SAVP 0\r\n"));
  EXPECT_THAT(text, HasSubstr("a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:q6ur"));
  EXPECT_THAT(text, Not(HasSubstr(key_128)));
  const sample::Parsed again(text);
  const auto security = read_security(*again, again->media()[0]);
  ASSERT_TRUE(security);
  EXPECT_TRUE(security->keys.at(0).key == keys[0].key);
}

TEST(RewriteProtected, ShowsABrowserOnePortWithItsCheckAndNothingOfTheOtherBrowser) {
  const sample::Parsed offer(browser_offer());
  RewritePlan plan = plan_with_port();
  MediaRewrite& media = plan.media[0];
  media.proto = "UDP/TLS/RTP/SAVPF";
  media.mid = "7";
  media.protection.certificate = CertificateHash{1, 2, 3};
  media.protection.setup = Setup::actpass;
  media.protection.ice_fragment = "ours";
  media.protection.ice_password = "ourourourourourourourour";
  media.protection.mux = true;
  const std::string text = rewrite(*offer, plan);
  EXPECT_EQ(
      text,
      "v=0\r\no=- 7 3 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\na=ice-lite\r\n"
      "m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 8 110\r\na=mid:7\r\na=rtpmap:111 opus/48000/2\r\n"
      "a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n"
      "a=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\na=sendrecv\r\n"
      "a=fingerprint:sha-256 01:02:03:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"
      ":00:00:00\r\na=setup:actpass\r\na=rtcp-mux\r\na=ice-ufrag:ours\r\na=ice-pwd:ourourourourourourourour\r\n"
      "a=candidate:1 1 UDP 2130706431 198.51.100.9 40000 typ host\r\na=end-of-candidates\r\n");
  media.protection.mux = false;
  EXPECT_THAT(rewrite(*offer, plan),
              HasSubstr("a=candidate:1 2 UDP 2130706430 198.51.100.9 40001 typ host\r\na=end-of-candidates\r\n"));
}

TEST(RewriteProtected, FeedbackPassesOnlyWhereTheProfileHasIt) {
  const sample::Parsed offer(browser_offer());
  RewritePlan plan = plan_with_port();
  plan.media[0].proto = "RTP/AVP";
  EXPECT_THAT(rewrite(*offer, plan), Not(HasSubstr("rtcp-fb")));
  plan.media[0].proto = "RTP/SAVPF";
  EXPECT_THAT(rewrite(*offer, plan), HasSubstr("a=rtcp-fb:111 transport-cc\r\n"));
}

TEST(RewriteProtected, ADeclinedStreamKeepsItsProtocolAndNameAndShowsNoKey) {
  const sample::Parsed offer(browser_offer());
  RewritePlan plan = plan_with_port();
  plan.media[0].port = 0;
  plan.media[0].proto = "UDP/TLS/RTP/SAVPF";
  plan.media[0].mid = "0";
  plan.media[0].protection.ice_fragment = "ours";
  EXPECT_THAT(rewrite(*offer, plan), testing::EndsWith("t=0 0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"));
}

TEST(ExchangeProtected, AnAnswerOfAnotherProtocolIsRefused) {
  const sample::Parsed offer(browser_offer());
  const sample::Parsed answer(sample::with_media("m=audio 5004 RTP/AVP 0\r\n"));
  EXPECT_EQ(check_answer(*offer, *answer), std::unexpected(Fault::media_protocol));
}

}  // namespace
}  // namespace rf::sdp
