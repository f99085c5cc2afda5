// Calls whose legs are encrypted in different ways, between two scripted phones; and who tries to have them readable.
#include <fmt/format.h>

#include <algorithm>

#include "core/sdp/security.hpp"
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

using media::Protection;
using policy::Encryption;
using srtp::Suite;

std::string codecs(std::string_view direction) {
  return fmt::format(
      "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
      "0-15\r\na={}\r\n",
      direction);
}

/// audio_sdp() with another protocol and more lines.
std::string described(const Endpoint& rtp, std::string_view proto, std::string_view lines,
                      std::string_view direction = "sendrecv", int version = 1) {
  return fmt::format(
      "v=0\r\no=phone 77 {} IN IP4 {}\r\ns=talk\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} {} 0 8 101\r\n{}{}", version,
      rtp.address.text(), rtp.address.text(), rtp.port, proto, codecs(direction), lines);
}

srtp::MasterKey key_of(Suite suite, std::uint8_t fill) {
  return *srtp::MasterKey::make(
      suite, std::vector<std::uint8_t>(std::size_t{srtp::facts_of(suite).key} + srtp::facts_of(suite).salt, fill));
}
std::string crypto(std::uint32_t tag, Suite suite, std::uint8_t fill) {
  std::string out;
  sdp::append_crypto(out, {tag, key_of(suite, fill)});
  return out;
}
std::string certificate(std::uint8_t fill, std::string_view setup) {
  sdp::CertificateHash hash;
  hash.fill(fill);
  std::string out = fmt::format("a=setup:{}\r\n", setup);
  sdp::append_fingerprint(out, hash);
  return out;
}
/// What a browser says beside the codecs.
std::string browser_lines(std::uint8_t fill, std::string_view setup, std::string_view fragment = "brow") {
  return fmt::format("a=mid:first\r\na=rtcp-mux\r\na=ice-ufrag:{}\r\na=ice-pwd:browserbrowserbrowserbro\r\n{}",
                     fragment, certificate(fill, setup));
}
const Endpoint nowhere = *Endpoint::parse("0.0.0.0:9");
const std::string browser = "UDP/TLS/RTP/SAVPF";

/// What stands in a description that was heard.
struct Read {
  explicit Read(const Heard& message) : text(message->body), session(sdp::parse(text)) {
    if (session && !session->media().empty()) security = sdp::read_security(*session, session->media()[0]);
  }
  Read(const Read&) = delete;
  const sdp::Media& media() const { return session->media()[0]; }
  std::string text;
  std::expected<sdp::Session, sdp::ParseError> session;
  std::expected<sdp::Security, sdp::SecurityFault> security;
};

std::string note_in(const Heard& message) {
  const sip::Header* note = message->find("X-Ringfence-Media");
  return note ? std::string(note->value) : std::string();
}

class Secure : public Outward {
 protected:
  Secure() {
    sim::connect(exchange,
                 {&alice, &bob, &carol, &carrier, &other, &tls_alice, &tls_bob, &tls_carol, &web_alice, &web_bob});
  }
  void SetUp() override {
    terms = two_carriers();
    exchange.set_plan(plan_of(terms));
  }
  void rule(int extension, Encryption wanted) {
    toll::ExtensionTerms one;
    one.id = ExtensionId{static_cast<std::uint64_t>(extension)};
    one.tenant = tenant;
    one.media_encryption = wanted;
    std::erase_if(terms.extensions, [&](const toll::ExtensionTerms& e) { return e.id == one.id; });
    terms.extensions.push_back(one);
    exchange.set_plan(plan_of(terms));
  }
  const media::RelayPlan& relay() const {
    EXPECT_EQ(exchange.relays.size(), 1u);
    return exchange.relays.rbegin()->second;
  }
  const media::LegSecurity& security(int leg) const { return relay().legs[static_cast<std::size_t>(leg)].security; }
  /// Calls and takes the call; `a` and `b` are the lines.
  void talk(Phone& from, const std::string& offer, Phone& to, const std::string& answer) {
    ASSERT_EQ(from.register_(), 200);
    ASSERT_EQ(to.register_(), 200);
    a = from.invite(to.account().number, offer);
    const auto invite = to.hear_request("INVITE");
    ASSERT_TRUE(invite);
    offered = std::string((*invite)->body);
    noted = note_in(*invite);
    b = to.answer(*invite, 200, answer);
    ASSERT_TRUE(to.hear_request("ACK"));
    auto ok = from.hear_status(200);
    ASSERT_TRUE(ok);
    answered = std::string((*ok)->body);
    told_caller = note_in(*ok);
    from.learn(a, *ok);
    from.ack(a);
  }
  /// No relay, call or port is left; phones on connections are asked now and then whether they live.
  void expect_over() {
    exchange.advance_ms(70'000);
    EXPECT_TRUE(exchange.relays.empty());
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& gauge : status.gauges) {
      if (gauge.name == "calls" || gauge.name == "media_ports") {
        EXPECT_EQ(gauge.used, 0u) << gauge.name;
      }
    }
  }
  const record::Cdr& last_cdr() { return exchange.cdrs.begin()->second; }

  Phone tls_alice{
      exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.11:40001", Transport::tls, 11), 21};
  Phone tls_bob{
      exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.12:40002", Transport::tls, 12), 22};
  Phone tls_carol{
      exchange, {"1003", "auth1003", "password-1003"}, sim::flow_from("198.51.100.13:40003", Transport::tls, 13), 23};
  Phone web_alice{
      exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.11:40011", Transport::wss, 31), 24};
  Phone web_bob{
      exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.12:40012", Transport::wss, 32), 25};
  toll::Terms terms;
  std::string offered, answered, noted, told_caller;
};

const std::string savp_offer =
    described(alice_rtp, "RTP/SAVP", crypto(4, Suite::aes_cm_128_sha1_32, 1) + crypto(5, Suite::aes_cm_128_sha1_80, 2));
const std::string osrtp_answer = described(bob_rtp, "RTP/AVP", crypto(2, Suite::aes_cm_256_sha1_80, 9));

TEST_F(Secure, EachLegHasKeysOfItsOwnAndNoneOfTheOther) {
  talk(tls_alice, savp_offer, tls_bob, osrtp_answer);
  EXPECT_NE(answered.find("RTP/SAVP 0"), std::string::npos) << answered;
  EXPECT_NE(answered.find("a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:"), std::string::npos) << "the stronger of two";
  EXPECT_EQ(answered.find("a=crypto:4"), std::string::npos);
  EXPECT_NE(offered.find("m=audio"), std::string::npos);
  EXPECT_NE(offered.find("a=crypto:1 AEAD_AES_256_GCM inline:"), std::string::npos) << offered;
  EXPECT_EQ(offered.find("SAVP"), std::string::npos) << "optional: RFC 8643";
  EXPECT_EQ(security(0).protection, Protection::sdes);
  EXPECT_EQ(security(1).protection, Protection::sdes);
  EXPECT_TRUE(security(0).theirs == key_of(Suite::aes_cm_128_sha1_80, 2));
  EXPECT_TRUE(security(1).theirs == key_of(Suite::aes_cm_256_sha1_80, 9));
  EXPECT_FALSE(security(0).ours == security(1).ours);
  tls_alice.request(a, "BYE");
  tls_bob.answer(*tls_bob.hear_request("BYE"), 200);
  expect_over();
  EXPECT_EQ(last_cdr().media[0].protection, Protection::sdes);
  EXPECT_EQ(last_cdr().media[0].suite, Suite::aes_cm_128_sha1_80);
  EXPECT_EQ(last_cdr().media[1].suite, Suite::aes_cm_256_sha1_80);
}

TEST_F(Secure, OverReadableSignallingPhonesStayAsTheyWere) {
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  EXPECT_EQ(offered.find("crypto"), std::string::npos);
  EXPECT_EQ(offered.find("fingerprint"), std::string::npos);
  EXPECT_EQ(security(0).protection, Protection::plain);
  EXPECT_EQ(security(1).protection, Protection::plain);
  EXPECT_TRUE(told_caller.empty());
}

TEST_F(Secure, ABrowserTalksToAPhoneThatKnowsNothingOfIt) {
  talk(web_alice, described(nowhere, browser, browser_lines(1, "actpass")), bob, sim::audio_sdp(bob_rtp));
  EXPECT_NE(offered.find(" RTP/AVP 0 8 101 "), std::string::npos) << offered;
  for (const char* const strange : {"ice", "fingerprint", "mid", "mux", "crypto"})
    EXPECT_EQ(offered.find(strange), std::string::npos) << strange;
  for (const char* const due : {"UDP/TLS/RTP/SAVPF", "a=setup:passive", "a=fingerprint:sha-256 5A:5A", "a=ice-lite",
                                "a=ice-ufrag:", "a=rtcp-mux", "a=mid:first", "typ host", "a=end-of-candidates"})
    EXPECT_NE(answered.find(due), std::string::npos) << due << "\n" << answered;
  EXPECT_EQ(answered.find("a=group"), std::string::npos) << "none was offered";
  EXPECT_EQ(security(0).protection, Protection::dtls);
  ASSERT_TRUE(security(0).ice);
  EXPECT_EQ(security(0).ice->peer_fragment, "brow");
  EXPECT_TRUE(security(0).mux);
  EXPECT_FALSE(security(0).we_connect);
  EXPECT_EQ(security(1).protection, Protection::plain);
  EXPECT_EQ(told_caller, "other=none");
  EXPECT_EQ(relay().legs[0].remote_rtp.port, 0) << "its checks find it";
}

TEST_F(Secure, ABrowserThatBundlesIsAnsweredABundleOfItsOneStream) {
  std::string offer = described(nowhere, browser, browser_lines(1, "actpass"));
  offer.insert(offer.find("m=audio"), "a=group:BUNDLE first second\r\n");
  talk(web_alice, offer, bob, sim::audio_sdp(bob_rtp));
  EXPECT_NE(answered.find("a=group:BUNDLE first\r\n"), std::string::npos) << answered;
  EXPECT_EQ(offered.find("group"), std::string::npos) << offered;
}

TEST_F(Secure, ABrowserIsOfferedWhatBrowsersKnow) {
  talk(tls_alice, savp_offer, web_bob, described(nowhere, browser, browser_lines(3, "active", "webb")));
  for (const char* const due :
       {"UDP/TLS/RTP/SAVPF", "a=setup:actpass", "a=ice-lite", "a=group:BUNDLE 0", "a=mid:0", "a=rtcp-mux"})
    EXPECT_NE(offered.find(due), std::string::npos) << due << "\n" << offered;
  EXPECT_EQ(offered.find("crypto"), std::string::npos);
  EXPECT_EQ(noted, "other=sdes AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(security(1).protection, Protection::dtls);
  EXPECT_EQ(security(1).peer_fingerprint.sha256[0], 3);
  EXPECT_TRUE(told_caller.empty()) << "a desk phone is not told";
  exchange.input(engine::MediaSecured{relay().id, relay().call, 1, Suite::aead_aes_128_gcm});
  tls_alice.request(a, "BYE");
  web_bob.answer(*web_bob.hear_request("BYE"), 200);
  expect_over();
  EXPECT_EQ(last_cdr().media[1].protection, Protection::dtls);
  EXPECT_EQ(last_cdr().media[1].suite, Suite::aead_aes_128_gcm);
}

TEST_F(Secure, ARequiredExtensionTakesNoPlainCallAndMakesNone) {
  rule(1, Encryption::required);
  ASSERT_EQ(tls_alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  tls_alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(tls_alice.hear_status(488));
  EXPECT_TRUE(exchange.has_report(Reason::media_refused));
  EXPECT_NE(last_cdr().reason.find("encrypted media is required"), std::string::npos) << last_cdr().reason;
  EXPECT_FALSE(bob.hear_request("INVITE"));
  bob.invite("1001", sim::audio_sdp(bob_rtp));
  const auto invite = tls_alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_NE(std::string((*invite)->body).find("RTP/SAVP 0"), std::string::npos);
  tls_alice.answer(*invite, 488);
  ASSERT_TRUE(tls_alice.hear_request("ACK"));
  const auto again = tls_alice.hear_request("INVITE");
  ASSERT_TRUE(again) << "once more, by certificate";
  const Read offer(*again);
  EXPECT_EQ(offer.media().proto, "UDP/TLS/RTP/SAVP");
  EXPECT_TRUE(offer.security->keys.empty());
  tls_alice.answer(*again, 488);
  EXPECT_FALSE(tls_alice.hear_request("INVITE")) << "it is not asked again without";
  EXPECT_TRUE(bob.hear_status(488));
  EXPECT_TRUE(exchange.has_report(Reason::media_refused));
  EXPECT_TRUE(exchange.relays.empty());
  expect_over();
}

TEST_F(Secure, ADeskPhoneThatKnowsNoKeysIsOfferedACertificateOnceWhereItHasToBeEncrypted) {
  rule(2, Encryption::required);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto first = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  EXPECT_EQ(Read(*first).media().proto, "RTP/SAVP");
  tls_bob.answer(*first, 606);
  ASSERT_TRUE(tls_bob.hear_request("ACK"));
  const auto again = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->call_id, (*first)->call_id);
  const Read offer(*again);
  EXPECT_EQ(offer.media().proto, "UDP/TLS/RTP/SAVP");
  EXPECT_TRUE(offer.security->certificate.has_value());
  EXPECT_TRUE(offer.security->keys.empty());
  b = tls_bob.answer(*again, 200, described(bob_rtp, "UDP/TLS/RTP/SAVP", certificate(7, "active")));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_EQ(security(1).protection, Protection::dtls);
  EXPECT_EQ(security(1).peer_fingerprint.sha256[0], 7);
}

/// The attack: a phone, or who speaks in its name, answers the second offer in the clear.
TEST_F(Secure, TheSecondOfferCannotBeAnsweredInTheClearEither) {
  rule(2, Encryption::required);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto first = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  tls_bob.answer(*first, 488);
  ASSERT_TRUE(tls_bob.hear_request("ACK"));
  const auto again = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  tls_bob.answer(*again, 200, described(bob_rtp, "UDP/TLS/RTP/SAVP", ""));
  EXPECT_TRUE(tls_bob.hear_request("BYE"));
  EXPECT_TRUE(alice.hear_status(488));
  EXPECT_TRUE(exchange.relays.empty());
}

TEST_F(Secure, KeysOverReadableSignallingAreRefusedAndACertificateIsTaken) {
  rule(1, Encryption::required);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  alice.invite("1002", savp_offer);
  EXPECT_TRUE(alice.hear_status(488));
  bob.invite("1001", sim::audio_sdp(bob_rtp));
  const auto invite = alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  const Read offer(*invite);
  EXPECT_EQ(offer.media().proto, "UDP/TLS/RTP/SAVP");
  EXPECT_TRUE(offer.security->keys.empty());
  alice.answer(*invite, 200, described(alice_rtp, "UDP/TLS/RTP/SAVP", certificate(1, "passive")));
  EXPECT_TRUE(bob.hear_status(200));
  EXPECT_EQ(security(1).protection, Protection::dtls);
  EXPECT_TRUE(security(1).we_connect);
}

TEST_F(Secure, APhoneThatStumblesOverAnOfferedKeyIsAskedOnceMoreWithout) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto first = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  EXPECT_NE(std::string((*first)->body).find("a=crypto"), std::string::npos);
  tls_bob.answer(*first, 488);
  ASSERT_TRUE(tls_bob.hear_request("ACK"));
  const auto again = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  EXPECT_EQ(std::string((*again)->body).find("a=crypto"), std::string::npos);
  EXPECT_EQ((*again)->call_id, (*first)->call_id);
  b = tls_bob.answer(*again, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(security(1).protection, Protection::plain);
}

TEST_F(Secure, WhoRefusesEvenThatIsNotAskedForever) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  tls_bob.answer(*tls_bob.hear_request("INVITE"), 488);
  ASSERT_TRUE(tls_bob.hear_request("ACK"));
  tls_bob.answer(*tls_bob.hear_request("INVITE"), 488);
  EXPECT_FALSE(tls_bob.hear_request("INVITE"));
  EXPECT_TRUE(alice.hear_status(488));
  expect_over();
}

TEST_F(Secure, AnAnswerThatTakesNothingOfTheOfferEndsTheCallBeforeAWordIsHeard) {
  rule(2, Encryption::required);
  ASSERT_EQ(tls_alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  tls_alice.invite("1002", savp_offer);
  const auto invite = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  tls_bob.answer(*invite, 200, described(bob_rtp, "RTP/SAVP", ""));
  EXPECT_TRUE(tls_bob.hear_request("BYE"));
  EXPECT_TRUE(tls_alice.hear_status(488));
  EXPECT_TRUE(exchange.relays.empty());
  EXPECT_TRUE(exchange.has_report(Reason::media_refused));
}

TEST_F(Secure, OurOwnKeyGivenBackIsNoAnswer) {
  rule(2, Encryption::required);
  ASSERT_EQ(tls_alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  tls_alice.invite("1002", savp_offer);
  const auto invite = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  const Read offer(*invite);
  std::string echo;
  sdp::append_crypto(echo, offer.security->keys.at(1));
  tls_bob.answer(*invite, 200, described(bob_rtp, "RTP/SAVP", echo));
  EXPECT_TRUE(tls_alice.hear_status(488));
  EXPECT_TRUE(exchange.relays.empty());
}

TEST_F(Secure, EachPhoneThatRingsIsOfferedOtherKeys) {
  toll::RingGroupTerms group;
  group.name = "both";
  group.tenant = tenant;
  group.number = "500";
  group.members = {"1002", "1003"};
  terms.ring_groups.push_back(group);
  exchange.set_plan(plan_of(terms));
  for (Phone* phone : {&tls_alice, &tls_bob, &tls_carol}) ASSERT_EQ(phone->register_(), 200);
  a = tls_alice.invite("500", savp_offer);
  const auto to_bob = tls_bob.hear_request("INVITE"), to_carol = tls_carol.hear_request("INVITE");
  ASSERT_TRUE(to_bob && to_carol);
  const Read first(*to_bob), second(*to_carol);
  for (const sdp::Crypto& one : first.security->keys)
    for (const sdp::Crypto& another : second.security->keys) EXPECT_FALSE(one.key == another.key);
  // Early media of the one, the answer of the other.
  tls_bob.answer(*to_bob, 183, osrtp_answer);
  EXPECT_TRUE(security(1).theirs == key_of(Suite::aes_cm_256_sha1_80, 9));
  EXPECT_TRUE(security(1).ours == first.security->keys.at(1).key);
  tls_carol.answer(*to_carol, 200, described(bob_rtp, "RTP/AVP", crypto(4, Suite::aes_cm_128_sha1_80, 8)));
  EXPECT_TRUE(security(1).ours == second.security->keys.at(3).key) << "who takes the call has its own";
  EXPECT_TRUE(security(1).theirs == key_of(Suite::aes_cm_128_sha1_80, 8));
}

TEST_F(Secure, HoldKeepsTheKeysAndANewKeyOfOneLegChangesThatLegAlone) {
  talk(tls_alice, savp_offer, tls_bob, osrtp_answer);
  const auto before = relay();
  const std::string held = described(alice_rtp, "RTP/SAVP", crypto(5, Suite::aes_cm_128_sha1_80, 2), "sendonly", 2);
  tls_alice.request(a, "INVITE", {}, held);
  const auto to_bob = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(to_bob);
  const Read offer(*to_bob);
  ASSERT_EQ(offer.security->keys.size(), 1u) << "what was agreed";
  EXPECT_TRUE(offer.security->keys[0].key == before.legs[1].security.ours);
  EXPECT_EQ(offer.media().direction, sdp::Direction::sendonly);
  tls_bob.answer(*to_bob, 200, described(bob_rtp, "RTP/AVP", crypto(2, Suite::aes_cm_256_sha1_80, 9), "recvonly", 2));
  EXPECT_TRUE(tls_alice.hear_status(200));
  tls_alice.ack(a);
  EXPECT_TRUE(security(0).ours == before.legs[0].security.ours);
  EXPECT_TRUE(security(1).ours == before.legs[1].security.ours);
  tls_alice.request(a, "INVITE", {},
                    described(alice_rtp, "RTP/SAVP", crypto(6, Suite::aes_cm_128_sha1_80, 3), "sendrecv", 3));
  const auto resumed = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(resumed);
  tls_bob.answer(*resumed, 200, described(bob_rtp, "RTP/AVP", crypto(2, Suite::aes_cm_256_sha1_80, 9), "sendrecv", 3));
  EXPECT_TRUE(tls_alice.hear_status(200));
  EXPECT_TRUE(security(0).theirs == key_of(Suite::aes_cm_128_sha1_80, 3));
  EXPECT_FALSE(security(0).ours == before.legs[0].security.ours);
  EXPECT_TRUE(security(1).ours == before.legs[1].security.ours);
}

TEST_F(Secure, ARunningCallIsNotMadeReadableAgainstTheRule) {
  rule(1, Encryption::required);
  talk(tls_alice, savp_offer, tls_bob, osrtp_answer);
  const auto before = relay();
  tls_alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  EXPECT_TRUE(tls_alice.hear_status(488));
  EXPECT_FALSE(tls_bob.hear_request("INVITE"));
  EXPECT_TRUE(security(0).ours == before.legs[0].security.ours) << "and it goes on as it was";
  EXPECT_TRUE(exchange.has_report(Reason::media_refused));
}

TEST_F(Secure, OneLegThatFallsBackByItsOwnWishLeavesTheOtherProtected) {
  talk(tls_alice, savp_offer, tls_bob, osrtp_answer);
  tls_alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  const auto to_bob = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(to_bob);
  EXPECT_NE(std::string((*to_bob)->body).find("a=crypto"), std::string::npos);
  tls_bob.answer(*to_bob, 200, described(bob_rtp, "RTP/AVP", "", "sendrecv", 2));
  EXPECT_TRUE(tls_bob.hear_request("BYE")) << "it may not take its protection away where it only answers";
}

TEST_F(Secure, ALateOfferIsHeldToTheRuleAndTheAnswerInTheAckCounts) {
  rule(1, Encryption::required);
  ASSERT_EQ(tls_alice.register_(), 200);
  ASSERT_EQ(tls_bob.register_(), 200);
  a = tls_alice.invite("1002", {});
  const auto invite = tls_bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = tls_bob.answer(*invite, 200, described(bob_rtp, "RTP/SAVP", crypto(1, Suite::aes_cm_128_sha1_80, 9)));
  const auto ok = tls_alice.hear_status(200);
  ASSERT_TRUE(ok);
  const Read offer(*ok);
  EXPECT_EQ(offer.media().proto, "RTP/SAVP");
  ASSERT_EQ(offer.security->keys.size(), 4u);
  tls_alice.learn(a, *ok);
  tls_alice.ack(a, described(alice_rtp, "RTP/SAVP", crypto(2, Suite::aes_cm_256_sha1_80, 4)));
  const auto ack = tls_bob.hear_request("ACK");
  ASSERT_TRUE(ack);
  const Read answer(*ack);
  ASSERT_EQ(answer.security->keys.size(), 1u);
  EXPECT_TRUE(security(0).ours == offer.security->keys[1].key);
  EXPECT_TRUE(security(1).ours == answer.security->keys[0].key);
}

TEST_F(Secure, ATransferGivesWhoIsHandedOverOtherKeys) {
  talk(tls_alice, savp_offer, tls_bob, osrtp_answer);
  ASSERT_EQ(tls_carol.register_(), 200);
  const auto before = relay();
  tls_bob.request(b, "REFER", "Refer-To: <sip:1003@192.0.2.1>\r\n");
  const auto to_carol = tls_carol.hear_request("INVITE");
  ASSERT_TRUE(to_carol);
  tls_carol.answer(*to_carol, 200, described(bob_rtp, "RTP/AVP", crypto(2, Suite::aes_cm_256_sha1_80, 8)));
  // Between the answer and Alice's own, nothing of hers may pass: neither in the clear nor by a key that was used.
  const media::RelayPlan& between = exchange.relays.rbegin()->second;
  EXPECT_EQ(between.legs[0].security.protection, Protection::sdes);
  EXPECT_FALSE(between.legs[0].security.ours);
  const auto to_alice = tls_alice.hear_request("INVITE");
  ASSERT_TRUE(to_alice);
  const Read offer(*to_alice);
  EXPECT_EQ(offer.media().proto, "RTP/SAVP");
  for (const sdp::Crypto& each : offer.security->keys) EXPECT_FALSE(each.key == before.legs[0].security.ours);
  tls_alice.answer(*to_alice, 200,
                   described(alice_rtp, "RTP/SAVP", crypto(4, Suite::aes_cm_128_sha1_80, 6), "sendrecv", 2));
  const media::RelayPlan& after = exchange.relays.rbegin()->second;
  EXPECT_TRUE(after.legs[0].security.ours == offer.security->keys.at(3).key);
  EXPECT_TRUE(after.legs[0].security.theirs == key_of(Suite::aes_cm_128_sha1_80, 6));
}

/// A browser that is handed over is named another certificate each time, or it would keep the association that it has
/// (RFC 8842 §4.4), which the new relay knows nothing of.
TEST_F(Secure, ATransferMakesABrowserShakeHandsAnew) {
  const auto certificate_of = [](const media::LegSecurity& leg) { return leg.our_fingerprint.sha256[0]; };
  talk(web_alice, described(nowhere, browser, browser_lines(1, "actpass")), bob, sim::audio_sdp(bob_rtp));
  EXPECT_EQ(certificate_of(security(0)), 0x5a);
  ASSERT_EQ(tls_carol.register_(), 200);
  bob.request(b, "REFER", "Refer-To: <sip:1003@192.0.2.1>\r\n");
  const auto to_carol = tls_carol.hear_request("INVITE");
  ASSERT_TRUE(to_carol);
  Line c = tls_carol.answer(*to_carol, 200, sim::audio_sdp(bob_rtp));
  for (const int status : {491, 200}) {
    const auto to_alice = web_alice.hear_request("INVITE");
    ASSERT_TRUE(to_alice);
    const Read offer(*to_alice);
    EXPECT_EQ((*offer.security->certificate)[0], 0xa5);
    EXPECT_EQ(offer.security->setup, sdp::Setup::actpass);
    EXPECT_FALSE(exchange.relays.rbegin()->second.legs[0].security.peer_fingerprint) << "nothing passes yet";
    web_alice.answer(*to_alice, status,
                     status == 200 ? described(nowhere, browser, browser_lines(1, "active"), "sendrecv", 2) : "");
    exchange.advance_ms(4'000);
  }
  const media::LegSecurity after = exchange.relays.rbegin()->second.legs[0].security;
  EXPECT_EQ(certificate_of(after), 0xa5);
  EXPECT_EQ(after.peer_fingerprint.sha256[0], 1);
  EXPECT_FALSE(after.we_connect);
  // And on to Bob again.
  tls_carol.request(c, "REFER", "Refer-To: <sip:1002@192.0.2.1>\r\n");
  const auto to_bob = bob.hear_request("INVITE");
  ASSERT_TRUE(to_bob);
  bob.answer(*to_bob, 200, sim::audio_sdp(bob_rtp));
  const auto again = web_alice.hear_request("INVITE");
  ASSERT_TRUE(again);
  EXPECT_EQ((*Read(*again).security->certificate)[0], 0x5a);
}

TEST_F(Secure, WhoCannotProveToBeWhomSignallingNamedEndsTheCall) {
  talk(web_alice, described(nowhere, browser, browser_lines(1, "actpass")), bob, sim::audio_sdp(bob_rtp));
  const media::RelayPlan plan = relay();
  exchange.input(engine::MediaDistrusted{plan.id, CallId{99}, 0, media::MediaFault::fingerprint});
  EXPECT_FALSE(bob.hear_request("BYE")) << "of another call";
  exchange.input(engine::MediaDistrusted{plan.id, plan.call, 0, media::MediaFault::fingerprint});
  EXPECT_TRUE(bob.hear_request("BYE"));
  EXPECT_TRUE(web_alice.hear_request("BYE"));
  const auto warned = std::find_if(exchange.reports.begin(), exchange.reports.end(), [](const effect::Report& report) {
    return report.reason == Reason::media_distrusted && report.level == effect::Level::warning;
  });
  ASSERT_NE(warned, exchange.reports.end());
  EXPECT_EQ(warned->flow.remote, web_alice.flow.remote);
}

TEST_F(Secure, ABrowserCallSurvivesASessionRefreshWithItsHandshake) {
  talk(web_alice, described(nowhere, browser, browser_lines(1, "actpass")), bob, sim::audio_sdp(bob_rtp));
  const media::LegSecurity before = security(0);
  web_alice.request(a, "INVITE", {}, described(nowhere, browser, browser_lines(1, "actpass"), "sendonly", 2));
  const auto to_bob = bob.hear_request("INVITE");
  ASSERT_TRUE(to_bob);
  bob.answer(*to_bob, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  const auto ok = web_alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(std::string((*ok)->body).find(fmt::format("a=ice-ufrag:{}\r\n", before.ice->our_fragment)),
            std::string::npos);
  EXPECT_EQ(security(0).peer_fingerprint, before.peer_fingerprint);
  EXPECT_EQ(security(0).we_connect, before.we_connect);
  EXPECT_EQ(security(0).ice->our_fragment, before.ice->our_fragment);
}

TEST_F(Secure, TrunksHearNothingOfOurIndicatorAndKeepTheirOwnRule) {
  ASSERT_EQ(web_alice.register_(), 200);
  web_alice.invite("0301234567", described(nowhere, browser, browser_lines(1, "actpass")));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_TRUE(note_in(*invite).empty());
  EXPECT_EQ(Read(*invite).media().proto, "RTP/AVP");
  carrier.answer(*invite, 488);
  terms.trunks[0].line.media_encryption = Encryption::required;
  exchange.set_plan(plan_of(terms));
  web_alice.invite("0301234567", described(nowhere, browser, browser_lines(1, "actpass")));
  const auto required = carrier.hear_request("INVITE");
  ASSERT_TRUE(required);
  EXPECT_EQ(Read(*required).media().proto, "UDP/TLS/RTP/SAVP") << "no key over UDP";
}

}  // namespace
}  // namespace rf
