// What a leg is offered and what is taken of it, as a table, and the attacks on it.
#include "core/call/secure.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace rf::call {
namespace {

using media::Protection;
using policy::Encryption;
using sdp::Profile;
using sdp::Setup;
using srtp::Suite;

/// A description of one stream, with its text.
struct Said {
  explicit Said(std::string_view proto, std::string_view lines = {}, std::uint16_t port = 5004)
      : text(fmt::format(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio {} {} 0\r\n{}", port,
            proto, lines)),
        session(sdp::parse(text)) {}
  Said(const Said&) = delete;
  const sdp::Session& operator*() const { return *session; }
  const sdp::Media& media() const { return session->media()[0]; }
  std::string text;
  std::expected<sdp::Session, sdp::ParseError> session;
};

std::string line_of(std::uint32_t tag, Suite suite, std::uint8_t fill) {
  const std::vector<std::uint8_t> bytes(std::size_t{srtp::facts_of(suite).key} + srtp::facts_of(suite).salt, fill);
  std::string out;
  sdp::append_crypto(out, {tag, *srtp::MasterKey::make(suite, bytes)});
  return out;
}
std::string certificate(std::uint8_t fill, std::string_view setup = "actpass") {
  sdp::CertificateHash hash;
  hash.fill(fill);
  std::string out = fmt::format("a=setup:{}\r\n", setup);
  sdp::append_fingerprint(out, hash);
  return out;
}
const std::string ice = "a=ice-ufrag:peer\r\na=ice-pwd:peerpeerpeerpeerpeerpeer\r\n";
const std::string key = line_of(1, Suite::aes_cm_128_sha1_80, 7);
const std::string dtls = "UDP/TLS/RTP/SAVP", browser = "UDP/TLS/RTP/SAVPF";

MediaTerms terms(Encryption wanted, Transport transport) {
  MediaTerms out{wanted, transport, {}};
  out.certificates[0].sha256.fill(0x5a);
  out.certificates[1].sha256.fill(0xa5);
  return out;
}

std::expected<Choice, Breach> judge(const MediaTerms& rules, std::string_view proto, std::string_view lines) {
  const Said offer(proto, lines);
  auto choice = judge_offer(rules, *offer, offer.media());
  if (choice) choice->ice_fragment = choice->ice_password = {};  // the text dies here
  return choice;
}

struct Row {
  Encryption wanted;
  Transport transport;
  std::string_view proto;
  std::string lines;
  std::expected<Protection, Breach> expected;
};

TEST(JudgeOffer, IsThisTable) {
  constexpr auto off = Encryption::off, optional = Encryption::optional, required = Encryption::required;
  constexpr auto udp = Transport::udp, tcp = Transport::tcp, tls = Transport::tls, wss = Transport::wss;
  const auto no = [](Breach breach) { return std::expected<Protection, Breach>(std::unexpected(breach)); };
  const std::string both = key + certificate(1);
  const std::vector<Row> table{
      // Plain.
      {off, udp, "RTP/AVP", "", Protection::plain},
      {optional, udp, "RTP/AVP", "", Protection::plain},
      {optional, tls, "RTP/AVPF", "", Protection::plain},
      {required, tls, "RTP/AVP", "", no(Breach::plain)},
      {required, udp, "RTP/AVP", "", no(Breach::plain)},
      {required, wss, "RTP/AVP", "", no(Breach::plain)},
      // Opportunistic (RFC 8643).
      {off, tls, "RTP/AVP", key, Protection::plain},
      {optional, tls, "RTP/AVP", key, Protection::sdes},
      {required, tls, "RTP/AVP", key, Protection::sdes},
      {optional, udp, "RTP/AVP", key, Protection::plain},
      {required, udp, "RTP/AVP", key, no(Breach::readable_keys)},
      {optional, udp, "RTP/AVP", both, Protection::dtls},
      {required, tcp, "RTP/AVPF", certificate(1), Protection::dtls},
      {optional, tls, "RTP/AVP", "a=crypto:1 nonsense\r\n", Protection::plain},
      {required, tls, "RTP/AVP", "a=crypto:1 nonsense\r\n", no(Breach::malformed)},
      // Keys in the description.
      {off, tls, "RTP/SAVP", key, no(Breach::off)},
      {optional, tls, "RTP/SAVP", key, Protection::sdes},
      {required, tls, "RTP/SAVPF", key, Protection::sdes},
      {optional, udp, "RTP/SAVP", key, no(Breach::readable_keys)},
      {required, tcp, "RTP/SAVP", key, no(Breach::readable_keys)},
      {optional, udp, "RTP/SAVP", both, Protection::dtls},
      {optional, tls, "RTP/SAVP", "", no(Breach::no_key)},
      {optional, tls, "RTP/SAVP", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:x\r\n", no(Breach::no_key)},
      {optional, tls, "RTP/SAVP", "a=crypto:1 nonsense\r\n", no(Breach::malformed)},
      {optional, tls, "RTP/SAVP", key + key, no(Breach::malformed)},
      // Certificates.
      {off, udp, dtls, certificate(1), no(Breach::off)},
      {off, wss, browser, certificate(1) + ice, Protection::dtls},
      {optional, udp, dtls, certificate(1), Protection::dtls},
      {required, wss, browser, certificate(1) + ice, Protection::dtls},
      {optional, tls, dtls, both, Protection::dtls},
      {optional, tls, dtls, key, no(Breach::no_certificate)},
      {optional, tls, dtls, "a=fingerprint:sha-1 AA:BB\r\na=setup:active\r\n", no(Breach::no_certificate)},
      {optional, tls, "RTP/SAVPF", certificate(1), Protection::dtls},
      {optional, tls, dtls, certificate(1, "holdconn"), no(Breach::no_role)},
      {optional, tls, dtls, certificate(1) + certificate(2), no(Breach::malformed)},
  };
  for (const Row& row : table) {
    const auto choice = judge(terms(row.wanted, row.transport), row.proto, row.lines);
    const std::string what =
        fmt::format("{} over {}: {}\n{}", policy::name_of(row.wanted), name_of(row.transport), row.proto, row.lines);
    ASSERT_EQ(choice.has_value(), row.expected.has_value()) << what;
    if (choice)
      EXPECT_EQ(choice->protection, *row.expected) << what;
    else
      EXPECT_EQ(text_of(choice.error()), text_of(row.expected.error())) << what;
  }
}

TEST(JudgeOffer, TakesTheStrongestSuiteWhateverTheOrder) {
  const auto choice = judge(terms(Encryption::optional, Transport::tls), "RTP/SAVP",
                            line_of(1, Suite::aes_cm_128_sha1_32, 1) + line_of(2, Suite::aes_cm_256_sha1_80, 2) +
                                line_of(3, Suite::aes_cm_128_sha1_80, 3));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->key.tag, 2u);
  EXPECT_EQ(choice->key.key.suite(), Suite::aes_cm_256_sha1_80);
}

TEST(JudgeOffer, NeverGivesRequiredLegsPlainMedia) {
  const std::vector<std::string> protos{"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", dtls, browser};
  const std::vector<std::string> pieces{key,
                                        line_of(9, Suite::aead_aes_256_gcm, 3),
                                        certificate(1),
                                        certificate(2, "active"),
                                        certificate(3, "holdconn"),
                                        ice,
                                        "a=crypto:4 x\r\n",
                                        "a=ice-lite\r\n",
                                        "a=fingerprint:sha-1 00\r\n",
                                        "a=rtcp-mux\r\n"};
  EXPECT_TRUE(rc::check([&] {
    std::string lines;
    for (int left = *rc::gen::inRange(0, 5); left > 0; --left) lines += *rc::gen::elementOf(pieces);
    const auto transport = static_cast<Transport>(*rc::gen::inRange(0, 5));
    const Said offer(*rc::gen::elementOf(protos), lines);
    const auto choice = judge_offer(terms(Encryption::required, transport), *offer, offer.media());
    if (!choice) return;
    RC_ASSERT(choice->protection != Protection::plain);
    RC_ASSERT(choice->protection != Protection::sdes || is_encrypted(transport));
    RC_ASSERT(choice->protection != Protection::dtls || choice->certificate);
  }));
}

// --- keys of a leg

class KeyingTest : public testing::Test {
 protected:
  void accept(const MediaTerms& rules, std::string_view proto, std::string_view lines) {
    const Said offer(proto, lines);
    const auto choice = judge_offer(rules, *offer, offer.media());
    ASSERT_TRUE(choice) << text_of(choice.error());
    keying.accept(random, rules, *choice);
  }
  std::expected<void, Breach> answer(std::string_view proto, std::string_view lines) {
    const Said said(proto, lines);
    return keying.settle(*said, said.media());
  }
  void hold_out(const MediaTerms& rules, std::string_view source = "RTP/AVP") {
    const Said from(source);
    keying.hold_out(random, rules, from.media());
  }
  MediaTerms tls = terms(Encryption::required, Transport::tls), wss = terms(Encryption::required, Transport::wss);
  Random random{42};
  Keying keying;
};

TEST_F(KeyingTest, AnswersWithOneKeyOfItsOwnAndKeepsItThroughRefreshes) {
  accept(tls, "RTP/SAVP", key);
  const auto first = keying.answered().keys;
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].tag, 1u);
  const srtp::MasterKey ours = first[0].key;
  EXPECT_FALSE(ours == keying.agreed().theirs);
  accept(tls, "RTP/SAVP", line_of(3, Suite::aes_cm_128_sha1_80, 7));
  EXPECT_TRUE(keying.agreed().ours == ours) << "the same key under another number";
  EXPECT_EQ(keying.answered().keys[0].tag, 3u);
  accept(tls, "RTP/SAVP", line_of(1, Suite::aes_cm_128_sha1_80, 8));
  EXPECT_FALSE(keying.agreed().ours == ours) << "another key of theirs";
}

TEST_F(KeyingTest, OffersTheStrongestKeysFirstAndEachLegItsOwn) {
  hold_out(tls);
  EXPECT_EQ(keying.offered_profile(), Profile::savp);
  const auto keys = keying.offered().keys;
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_EQ(keys[0].key.suite(), Suite::aead_aes_256_gcm);
  EXPECT_EQ(keys[1].key.suite(), Suite::aes_cm_256_sha1_80);
  Keying other;
  const Said from("RTP/AVP");
  other.hold_out(random, tls, from.media());
  for (const sdp::Crypto& mine : keys)
    for (const sdp::Crypto& theirs : other.offered().keys) EXPECT_FALSE(mine.key == theirs.key);
}

TEST_F(KeyingTest, OffersByTheRuleAndTheSignalling) {
  const auto profile = [&](Encryption wanted, Transport transport, std::string_view source = "RTP/AVP") {
    keying.drop();
    hold_out(terms(wanted, transport), source);
    return keying.offered_profile();
  };
  EXPECT_EQ(profile(Encryption::required, Transport::tls), Profile::savp);
  EXPECT_EQ(profile(Encryption::required, Transport::udp), Profile::dtls_savp);
  EXPECT_TRUE(keying.offered().keys.empty()) << "no key over readable signalling";
  EXPECT_TRUE(keying.is_firm());
  EXPECT_EQ(profile(Encryption::optional, Transport::tls), Profile::avp);
  EXPECT_EQ(keying.offered().keys.size(), 4u);
  EXPECT_TRUE(keying.is_opportunistic());
  EXPECT_EQ(profile(Encryption::optional, Transport::udp), Profile::avp);
  EXPECT_TRUE(keying.offered().keys.empty());
  EXPECT_FALSE(keying.is_opportunistic());
  EXPECT_EQ(profile(Encryption::off, Transport::tls), Profile::avp);
  EXPECT_TRUE(keying.offered().keys.empty());
  EXPECT_EQ(profile(Encryption::off, Transport::wss), Profile::dtls_savpf) << "a browser has nothing else";
  EXPECT_FALSE(keying.offered().ice_fragment.empty());
  EXPECT_TRUE(keying.offered().mux);
  EXPECT_EQ(keying.offered().setup, Setup::actpass);
  EXPECT_EQ(profile(Encryption::required, Transport::tls, "RTP/AVPF"), Profile::savpf);
  EXPECT_EQ(profile(Encryption::optional, Transport::udp, browser), Profile::avp)
      << "a browser's feedback is not passed";
}

TEST_F(KeyingTest, OfAnAnswerTakesTheOneKeyWithItsNumber) {
  hold_out(tls);
  const srtp::MasterKey ours = keying.offered().keys[1].key;
  ASSERT_TRUE(answer("RTP/SAVP", line_of(2, Suite::aes_cm_256_sha1_80, 9)));
  EXPECT_EQ(keying.agreed().protection, Protection::sdes);
  EXPECT_TRUE(keying.agreed().ours == ours);
  EXPECT_TRUE(keying.agreed().theirs);
}

TEST_F(KeyingTest, RefusesAnswersThatTakeNothingOfTheOffer) {
  hold_out(tls);
  std::string echoed;
  sdp::append_crypto(echoed, keying.offered().keys[1]);
  const std::string good = line_of(2, Suite::aes_cm_256_sha1_80, 9);
  for (const std::string& lines :
       {std::string(), line_of(7, Suite::aes_cm_256_sha1_80, 9), line_of(1, Suite::aes_cm_256_sha1_80, 9),
        good + line_of(4, Suite::aes_cm_128_sha1_80, 9), good + "a=crypto:9 F8_128_HMAC_SHA1_80 inline:x\r\n", echoed,
        certificate(1, "active"), std::string("a=crypto:2 x\r\n")}) {
    EXPECT_FALSE(answer("RTP/SAVP", lines)) << lines;
    EXPECT_FALSE(keying.agreed().theirs) << lines;
  }
  EXPECT_TRUE(answer("RTP/SAVP", good));
}

TEST_F(KeyingTest, AnOpportunisticOfferMayBeAnsweredInTheClearButNotHalfway) {
  hold_out(terms(Encryption::optional, Transport::tls));
  EXPECT_FALSE(answer("RTP/AVP", "a=crypto:9 F8_128_HMAC_SHA1_80 inline:x\r\n"));
  EXPECT_TRUE(answer("RTP/AVP", ""));
  EXPECT_EQ(keying.agreed().protection, Protection::plain);
  EXPECT_TRUE(answer("RTP/AVP", line_of(4, Suite::aes_cm_128_sha1_80, 9))) << "and later protected";
  EXPECT_EQ(keying.agreed().protection, Protection::sdes);
}

TEST_F(KeyingTest, WaitsForTheHandshakeUnlessThePeerWaits) {
  accept(wss, browser, certificate(1, "actpass") + ice + "a=rtcp-mux\r\n");
  EXPECT_FALSE(keying.agreed().we_connect);
  EXPECT_EQ(keying.answered().setup, Setup::passive);
  EXPECT_TRUE(keying.agreed().mux);
  ASSERT_TRUE(keying.agreed().ice);
  EXPECT_EQ(keying.agreed().ice->peer_fragment, "peer");
  EXPECT_GE(keying.agreed().ice->our_fragment.size(), 4u);
  EXPECT_GE(keying.agreed().ice->our_password.reveal().size(), 22u);
  keying.drop();
  accept(wss, dtls, certificate(1, "active"));
  EXPECT_EQ(keying.answered().setup, Setup::passive);
  EXPECT_FALSE(keying.agreed().ice);
  keying.drop();
  accept(wss, dtls, certificate(1, "passive"));
  EXPECT_EQ(keying.answered().setup, Setup::active);
  accept(wss, dtls, certificate(1, "actpass"));
  EXPECT_EQ(keying.answered().setup, Setup::active) << "a refresh keeps who began";
}

TEST_F(KeyingTest, AnotherCertificateOrAnIceRestartOfThePeerMakesOursNew) {
  accept(wss, browser, certificate(1) + ice);
  const std::string fragment = keying.agreed().ice->our_fragment;
  accept(wss, browser, certificate(1) + ice);
  EXPECT_EQ(keying.agreed().ice->our_fragment, fragment);
  accept(wss, browser, certificate(1) + "a=ice-ufrag:anew\r\na=ice-pwd:peerpeerpeerpeerpeerpeer\r\n");
  EXPECT_NE(keying.agreed().ice->our_fragment, fragment);
  MediaTerms rotated = wss;
  for (media::Fingerprint& each : rotated.certificates) each.sha256.fill(0x77);
  accept(rotated, browser, certificate(1) + "a=ice-ufrag:anew\r\na=ice-pwd:peerpeerpeerpeerpeerpeer\r\n");
  EXPECT_EQ(keying.agreed().our_fingerprint, wss.certificates[0]) << "its call goes on with the certificate it knows";
  accept(rotated, browser, certificate(2) + ice);
  EXPECT_EQ(keying.agreed().our_fingerprint, rotated.certificates[0]);
}

TEST_F(KeyingTest, TwoLiteSidesUseNoIce) {
  accept(wss, browser, certificate(1) + ice + "a=ice-lite\r\n");
  EXPECT_FALSE(keying.agreed().ice);
  EXPECT_TRUE(keying.answered().ice_fragment.empty());
}

TEST_F(KeyingTest, AnAnswerToAHandshakeNamesCertificateAndRole) {
  hold_out(wss);
  for (const std::string& lines : {std::string(), ice, std::string("a=setup:active\r\n"), certificate(1, "actpass"),
                                   certificate(1, "holdconn"), certificate(1, "active") + certificate(2, "active")})
    EXPECT_FALSE(answer(browser, lines)) << lines;
  ASSERT_TRUE(answer(browser, certificate(1, "active") + ice + "a=rtcp-mux\r\n"));
  EXPECT_FALSE(keying.agreed().we_connect);
  EXPECT_TRUE(keying.agreed().mux);
  ASSERT_TRUE(keying.agreed().ice);
  EXPECT_EQ(keying.agreed().ice->our_fragment, std::string(keying.offered().ice_fragment));
  ASSERT_TRUE(answer(browser, certificate(1, "passive") + ice));
  EXPECT_TRUE(keying.agreed().we_connect);
}

TEST_F(KeyingTest, WhatIsAgreedIsOfferedAgainAndNothingWeaker) {
  accept(terms(Encryption::optional, Transport::udp), dtls, certificate(1));
  hold_out(terms(Encryption::off, Transport::udp));
  EXPECT_EQ(keying.offered_profile(), Profile::dtls_savp);
  EXPECT_TRUE(keying.is_firm());
  EXPECT_FALSE(answer(dtls, ""));
  keying.drop();
  accept(tls, "RTP/SAVP", key);
  const srtp::MasterKey ours = keying.agreed().ours;
  hold_out(tls);
  ASSERT_EQ(keying.offered().keys.size(), 1u);
  EXPECT_TRUE(keying.offered().keys[0].key == ours) << "who is put on hold hears no other key";
}

TEST_F(KeyingTest, NoKeyIsToldWhereTheSignallingHasBecomeReadable) {
  accept(tls, "RTP/SAVP", key);
  const MediaTerms moved = terms(Encryption::optional, Transport::udp);
  EXPECT_TRUE(keying.may_be_told(tls));
  EXPECT_FALSE(keying.may_be_told(moved));
  hold_out(moved);
  EXPECT_TRUE(keying.offered().keys.empty());
  EXPECT_EQ(keying.offered_profile(), Profile::dtls_savp) << "and it is not given up for that";
}

TEST_F(KeyingTest, ARepeatedDescriptionIsSettledByItsOldAnswer) {
  hold_out(tls);
  const std::string said = line_of(2, Suite::aes_cm_256_sha1_80, 9);
  ASSERT_TRUE(answer("RTP/SAVP", said));
  const srtp::MasterKey ours = keying.agreed().ours;
  keying.repeat();
  ASSERT_TRUE(answer("RTP/SAVP", said));
  EXPECT_TRUE(keying.agreed().ours == ours);
  accept(tls, "RTP/SAVP", key);
  keying.repeat();
  EXPECT_TRUE(answer("RTP/SAVP", line_of(1, Suite::aes_cm_128_sha1_80, 7)));
}

TEST_F(KeyingTest, InAnotherCallNothingOfTheKeysIsLeftAndTheProtectionStays) {
  accept(tls, "RTP/SAVP", key);
  const srtp::MasterKey ours = keying.agreed().ours;
  keying.park();
  EXPECT_EQ(keying.agreed().protection, Protection::sdes);
  EXPECT_FALSE(keying.agreed().ours);
  EXPECT_FALSE(keying.agreed().theirs);
  hold_out(terms(Encryption::off, Transport::tls));
  EXPECT_EQ(keying.offered_profile(), Profile::savp) << "no transfer makes a call readable";
  for (const sdp::Crypto& offered : keying.offered().keys) EXPECT_FALSE(offered.key == ours);
  keying.drop();
  accept(wss, browser, certificate(1) + ice);
  const std::string fragment = keying.agreed().ice->our_fragment;
  keying.park();
  EXPECT_FALSE(keying.agreed().peer_fingerprint);
  hold_out(wss);
  EXPECT_NE(std::string(keying.offered().ice_fragment), fragment);
  EXPECT_EQ(*keying.offered().certificate, wss.certificates[1].sha256);
}

TEST_F(KeyingTest, EachRelayNamesAnotherCertificateThanTheOneBefore) {
  const auto offered = [&] { return media::Fingerprint{*keying.offered().certificate}; };
  accept(wss, browser, certificate(1) + ice);
  EXPECT_EQ(keying.agreed().our_fingerprint, wss.certificates[0]);
  for (const std::size_t due : {1u, 0u, 1u}) {
    keying.park();
    EXPECT_FALSE(keying.agreed().our_fingerprint);
    hold_out(wss);
    EXPECT_EQ(offered(), wss.certificates[due]);
    EXPECT_EQ(keying.offered().setup, Setup::actpass);
    ASSERT_TRUE(answer(browser, certificate(1, "active") + ice));
    EXPECT_EQ(keying.agreed().our_fingerprint, wss.certificates[due]);
    hold_out(wss);
    EXPECT_EQ(offered(), wss.certificates[due]) << "a refresh keeps what was shaken hands on";
    accept(wss, browser, certificate(1) + ice);
    EXPECT_EQ(keying.agreed().our_fingerprint, wss.certificates[due]) << "and so does the peer's";
  }
}

TEST_F(KeyingTest, AnOfferThatWasNotTakenHasChangedNothingOfThePeersAssociation) {
  accept(wss, browser, certificate(1) + ice);
  keying.park();
  hold_out(wss);
  EXPECT_FALSE(keying.may_be_told(wss)) << "a refresh would name what is not agreed on";
  hold_out(wss);  // after 491
  EXPECT_EQ(*keying.offered().certificate, wss.certificates[1].sha256);
  keying.park();  // and to yet another call
  hold_out(wss);
  EXPECT_EQ(*keying.offered().certificate, wss.certificates[1].sha256) << "its association is still the first";
  accept(wss, browser, certificate(1) + ice);  // the peer's own offer came before ours could
  EXPECT_EQ(keying.agreed().our_fingerprint, wss.certificates[1]);
  EXPECT_EQ(keying.answered().setup, Setup::passive);
  hold_out(wss);
  EXPECT_EQ(*keying.offered().certificate, wss.certificates[1].sha256);
}

TEST_F(KeyingTest, CertificatesThatWereRenewedMeanwhileAreNewToThePeerAnyway) {
  accept(wss, browser, certificate(1) + ice);
  keying.park();
  MediaTerms renewed = wss;
  renewed.certificates[0].sha256.fill(0x77);
  renewed.certificates[1].sha256.fill(0x78);
  hold_out(renewed);
  EXPECT_EQ(*keying.offered().certificate, renewed.certificates[0].sha256);
}

}  // namespace
}  // namespace rf::call
