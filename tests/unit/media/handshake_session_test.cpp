// Encrypted legs whose keys come from DTLS, and legs with ICE: who may shake hands, and with whom.
#include "tests/unit/media/secure_world.hpp"

namespace rf::media {
namespace {

Fingerprint fingerprint(std::uint8_t fill) {
  Fingerprint out;
  out.sha256.fill(fill);
  return out;
}

RelayPlan dtls_plan() {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::dtls;
  p.legs[0].security.our_fingerprint = fingerprint(1);
  p.legs[0].security.peer_fingerprint = fingerprint(2);
  return p;
}

const Datagram client_hello = {22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};

TEST(SecureSession, AHandshakeIsForWhoTheDescriptionNames) {
  World w(dtls_plan());
  w.hears(0, alice, client_hello);
  EXPECT_TRUE(w.last.handshake);
  w.hears(0, mallory, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_source, 1u);
  World behind_nat(nat(dtls_plan()));
  behind_nat.hears(0, mapped, client_hello);
  EXPECT_TRUE(behind_nat.last.handshake);
  behind_nat.hears(0, mallory, client_hello);
  EXPECT_FALSE(behind_nat.last.handshake);
}

TEST(SecureSession, AClientHelloBeforeTheAnswerWaitsForItsFingerprint) {
  RelayPlan early = dtls_plan();
  early.legs[0].security.peer_fingerprint = {};
  World w(early);
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_proof, 0u);
  const std::uint32_t before = w.session.association(0);
  w.session.update(dtls_plan(), w.now_us);
  EXPECT_EQ(w.session.association(0), before);
  w.hears(0, alice, client_hello);
  EXPECT_TRUE(w.last.handshake);
}

TEST(SecureSession, DtlsOnALegWithoutItIsRefused) {
  World w(sdes_plan());
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
}

TEST(SecureSession, TheKeysOfAHandshakeCarryTheCall) {
  World w(dtls_plan());
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  EXPECT_FALSE(w.hears(1, bob, rtp(1, 5)));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(1, bob, rtp(2, 5)));
  EXPECT_EQ(phone.understands(w.left), rtp(2, 5));
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  EXPECT_EQ(w.leg(0).suite, suite);
  // Reports on a port of their own wait for a handshake of their own.
  EXPECT_FALSE(w.hears(0, alice_rtcp, phone.says(rtcp(), true), true));
  w.session.set_keys(0, Component::rtcp, key(suite, 31), key(suite, 32), w.now_us);
  Phone reports(key(suite, 32), key(suite, 31));
  EXPECT_TRUE(w.hears(0, alice_rtcp, reports.says(rtcp(), true), true));
}

TEST(SecureSession, KeysOfDtlsStayUntilThePeerIsAnother) {
  World w(dtls_plan());
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  const std::uint32_t association = w.session.association(0);
  RelayPlan refreshed = dtls_plan();
  refreshed.legs[0].remote_rtp = elsewhere;
  w.session.update(refreshed, w.now_us);
  EXPECT_EQ(w.session.association(0), association);
  EXPECT_TRUE(w.hears(0, elsewhere, phone.says(rtp(2))));
  RelayPlan another = dtls_plan();
  another.legs[0].security.peer_fingerprint = fingerprint(3);
  w.session.update(another, w.now_us);
  EXPECT_NE(w.session.association(0), association);
  EXPECT_FALSE(w.hears(0, alice, phone.says(rtp(3))));
  EXPECT_FALSE(w.hears(1, bob, rtp(3, 5)));
  EXPECT_EQ(w.leg(0).suite, std::nullopt);
}

TEST(SecureSession, AnotherRoleOrCertificateOfOursNeedsAHandshakeAndARoleKeepsTheSoundUntilThen) {
  for (const bool role : {false, true}) {
    World w(dtls_plan());
    const Suite suite = Suite::aead_aes_128_gcm;
    Phone phone(key(suite, 2), key(suite, 1));
    w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
    const std::uint32_t association = w.session.association(0);
    RelayPlan p = dtls_plan();
    role ? static_cast<void>(p.legs[0].security.we_connect = true)
         : static_cast<void>(p.legs[0].security.our_fingerprint = fingerprint(9));
    w.session.update(p, w.now_us);
    EXPECT_NE(w.session.association(0), association);
    // Who is named another certificate has given up the former association when he reads it (RFC 8842 §4.4).
    EXPECT_EQ(w.hears(0, alice, phone.says(rtp(1))), role);
    w.session.set_keys(0, Component::rtp, key(suite, 21), key(suite, 22), w.now_us);
    Phone renewed(key(suite, 22), key(suite, 21));
    EXPECT_EQ(w.hears(0, alice, phone.says(rtp(2))), role);
    EXPECT_TRUE(w.hears(0, alice, renewed.says(rtp(3))));
    ASSERT_TRUE(w.hears(1, bob, rtp(4, 5)));
    EXPECT_TRUE(renewed.understands(w.left));
  }
}

TEST(SecureSession, AWrongCertificateFromTheNamedEndpointEndsTheCall) {
  World w(dtls_plan());
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, alice, MediaFault::fingerprint), MediaFault::fingerprint);
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
}

TEST(SecureSession, ANeighbourWithAWrongCertificateEndsTheCallOnlyWhenNobodyBetterComes) {
  World w(nat(dtls_plan()));
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::fingerprint), std::nullopt);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
  EXPECT_EQ(w.session.suspicion_ends_us(0), w.now_us + SecureMediaLimits::handshake_us);
  w.session.set_keys(0, Component::rtp, key(Suite::aead_aes_128_gcm, 1), key(Suite::aead_aes_128_gcm, 2), w.now_us);
  EXPECT_EQ(w.session.suspicion_ends_us(0), never_ms);

  World alone(nat(dtls_plan()));
  alone.session.on_handshake_failed(0, 0, mapped, MediaFault::fingerprint);
  EXPECT_EQ(alone.session.on_suspicion(SecureMediaLimits::handshake_us - 1, 0), std::nullopt);
  EXPECT_EQ(alone.session.on_suspicion(SecureMediaLimits::handshake_us, 0), MediaFault::fingerprint);
}

TEST(SecureSession, NeighboursMayFailOnlySoOften) {
  World w(nat(dtls_plan()));
  for (int i = 1; i < SecureMediaLimits::handshakes_refused; ++i)
    EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::handshake), std::nullopt);
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::handshake), MediaFault::handshake);
}

TEST(SecureSession, TheActiveSideConnectsOnceItKnowsWhomAndWhere) {
  RelayPlan p = dtls_plan();
  EXPECT_EQ(World(p).session.connects_to(0, 0, Component::rtp), nullptr);
  p.legs[0].security.we_connect = true;
  World w(p);
  ASSERT_NE(w.session.connects_to(0, 0, Component::rtp), nullptr);
  EXPECT_EQ(*w.session.connects_to(0, 0, Component::rtp), alice);
  EXPECT_EQ(*w.session.connects_to(0, 0, Component::rtcp), alice_rtcp);
  p.legs[0].security.peer_fingerprint = {};
  EXPECT_EQ(World(p).session.connects_to(0, 0, Component::rtp), nullptr);
}

// ICE

Datagram check(const std::string& password, std::uint8_t id, bool nominates) {
  Datagram out(600);
  stun::TransactionId transaction{};
  transaction.fill(id);
  stun::Writer writer(out, stun::Class::request, stun::binding, transaction);
  writer.add(stun::Type::username, std::string_view("ours:peer"));
  writer.add(stun::Type::priority, 1'000u);
  writer.add(stun::Type::ice_controlling, stun::Bytes(Datagram(8, 1)));
  if (nominates) writer.add(stun::Type::use_candidate, stun::Bytes());
  out.resize(writer.sign(stun::Hash::sha1, password).fingerprint().finish());
  return out;
}

RelayPlan ice_plan(Protection protection = Protection::sdes) {
  RelayPlan p = protection == Protection::sdes ? sdes_plan() : protection == Protection::dtls ? dtls_plan() : plan();
  p.legs[0].security.mux = true;
  p.legs[0].security.ice = IcePlan{"ours", "peer", Secret<std::string>("our-password-of-22-chars"), {}};
  return p;
}

TEST(SecureSession, WithIceOnlyWhoPassedACheckIsHeardAndOnlyWhoWasSelectedIsSentTo) {
  World w(ice_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  EXPECT_EQ(w.alice_is_at(), std::nullopt);  // the description alone is no consent
  const Datagram packet = phone.says(rtp(1));
  EXPECT_FALSE(w.hears(0, alice, packet));
  EXPECT_EQ(w.leg(0).refused_source, 1u);
  EXPECT_FALSE(w.hears(0, elsewhere, check("our-password-of-22-chars", 1, false)));
  EXPECT_GT(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  EXPECT_TRUE(w.hears(0, elsewhere, packet));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 2, true));
  EXPECT_GT(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, ABrowserThatNamesNoAddressIsFoundByItsChecks) {
  RelayPlan p = ice_plan();
  p.legs[0].remote_rtp = p.legs[0].remote_rtcp = {};
  World w(p);
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  EXPECT_GT(w.last.answer_bytes, 0u);
  EXPECT_TRUE(w.hears(0, elsewhere, phone.says(rtp(1))));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  // Before its description is there, whoever was told our password may ask, and nothing passes yet.
  p.legs[0].security.ice->peer_fragment.clear();
  World early(p);
  early.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  EXPECT_GT(early.last.answer_bytes, 0u);
  EXPECT_FALSE(early.hears(0, elsewhere, phone.says(rtp(2))));
  EXPECT_EQ(early.alice_is_at(), std::nullopt);
}

TEST(SecureSession, AForgedCheckOpensNothingAndIsCounted) {
  World w(ice_plan());
  w.hears(0, mallory, check("a-guess-of-the-password", 1, true));
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  const Datagram honest = check("our-password-of-22-chars", 1, true);
  w.hears(0, elsewhere, honest);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  w.hears(0, mallory, honest);
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_replay, 1u);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, ACheckOfOnePortIsNoneOfTheOther) {
  RelayPlan p = ice_plan(Protection::plain);
  p.legs[0].security.mux = false;
  World w(p);
  const Datagram honest = check("our-password-of-22-chars", 1, true);
  w.hears(0, alice, honest);
  w.hears(0, alice_rtcp, check("our-password-of-22-chars", 2, true), true);
  w.hears(0, mallory, honest, true);
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_replay, 1u);
  ASSERT_TRUE(w.hears(1, bob_rtcp, rtcp(), true));
  EXPECT_EQ(w.to, alice_rtcp);
}

TEST(SecureSession, WithIceAHandshakeNeedsACheckFirst) {
  World w(ice_plan(Protection::dtls));
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  w.hears(0, elsewhere, client_hello);
  EXPECT_TRUE(w.last.handshake);
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, elsewhere, MediaFault::fingerprint), MediaFault::fingerprint);
}

TEST(SecureSession, WhenConsentEndsNothingIsSentAnyMore) {
  World w(ice_plan());
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  w.now_us += IceLimits::consent_sign_us;
  w.hears(0, elsewhere, check("our-password-of-22-chars", 2, false));  // a peer that goes on asking
  w.now_us += IceLimits::consent_us;
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  w.hears(0, elsewhere, check("our-password-of-22-chars", 3, true));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, AnIceRestartKeepsTheKeys) {
  World w(ice_plan(Protection::dtls));
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(0, elsewhere, phone.says(rtp(1))));
  const std::uint32_t association = w.session.association(0);
  RelayPlan p = ice_plan(Protection::dtls);
  p.legs[0].security.ice->our_password = Secret<std::string>("another-password-of-ours");
  w.session.update(p, w.now_us);
  EXPECT_EQ(w.session.association(0), association);
  EXPECT_TRUE(w.hears(0, elsewhere, phone.says(rtp(2))));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, StunOnALegWithoutIceIsRefused) {
  World w(sdes_plan());
  w.hears(0, alice, check("our-password-of-22-chars", 1, true));
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
}

TEST(SecureSession, APlainLegMayHaveIceToo) {
  World w(ice_plan(Protection::plain));
  EXPECT_FALSE(w.hears(0, alice, rtp(1)));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  ASSERT_TRUE(w.hears(0, elsewhere, rtp(1)));
  EXPECT_EQ(w.left, rtp(1));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

}  // namespace
}  // namespace rf::media
