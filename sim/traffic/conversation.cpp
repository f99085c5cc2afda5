#include "sim/traffic/conversation.hpp"

#include <array>
#include <span>
#include <string>

#include "core/stun/writer.hpp"

namespace rf::traffic {
namespace {

constexpr srtp::Suite handshake_suite = srtp::Suite::aead_aes_256_gcm;
constexpr std::int64_t word_us = 20'000;

srtp::MasterKey some_key(Random& random) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  random.fill(bytes);
  const srtp::SuiteFacts& facts = srtp::facts_of(handshake_suite);
  return *srtp::MasterKey::make(handshake_suite, std::span(bytes).first(std::size_t{facts.key} + facts.salt));
}

}  // namespace

Conversation::Conversation(const media::RelayPlan& plan, Random& random, std::int64_t now_us)
    : session_(plan, now_us), ends_{End(0, random), End(1, random)} {
  for (unsigned leg = 0; leg < 2; ++leg) agree(leg);
}

/// In a call that was handed over, another phone is at the end of a leg.
void Conversation::update(const media::RelayPlan& plan, Random& random, std::int64_t now_us) {
  for (unsigned leg = 0; leg < 2; ++leg) {
    const media::LegPlan &before = session_.plan().legs[leg], &after = plan.legs[leg];
    if (before.signalling == after.signalling && before.security.protection == after.security.protection) continue;
    foreign_ += ends_[leg].party.heard().foreign;
    ends_[leg] = End(leg, random);
  }
  session_.update(plan, now_us);
  for (unsigned leg = 0; leg < 2; ++leg) agree(leg);
}

/// The phone knows what signalling agreed on.
void Conversation::agree(unsigned leg) {
  const media::LegSecurity& security = plan().legs[leg].security;
  End& end = ends_[leg];
  if (security.protection != media::Protection::sdes || !security.ours || !security.theirs) return;
  if (end.ours == security.ours && end.theirs == security.theirs) return;
  end.ours = security.ours;
  end.theirs = security.theirs;
  end.party.agree(end.theirs, end.ours);
}

std::vector<engine::MediaSecured> Conversation::shake_hands(Random& random, std::int64_t now_us) {
  std::vector<engine::MediaSecured> told;
  for (unsigned leg = 0; leg < 2; ++leg) {
    const media::LegSecurity& security = plan().legs[leg].security;
    End& end = ends_[leg];
    if (security.protection != media::Protection::dtls || !security.peer_fingerprint) continue;
    if (end.association == session_.association(leg)) continue;
    end.association = session_.association(leg);
    end.ours = some_key(random);
    end.theirs = some_key(random);
    session_.set_keys(leg, media::Component::rtp, end.ours, end.theirs, now_us);
    end.party.agree(end.theirs, end.ours);
    told.push_back({plan().id, plan().call, static_cast<std::uint8_t>(leg), handshake_suite});
  }
  return told;
}

bool Conversation::can_speak(unsigned leg) const {
  const media::LegSecurity& security = plan().legs[leg].security;
  if (security.protection == media::Protection::plain) return true;
  return security.protection == media::Protection::sdes ? security.ours && security.theirs
                                                        : ends_[leg].association.has_value();
}

Endpoint Conversation::place_of(unsigned leg) const {
  const media::LegPlan& plan = session_.plan().legs[leg];
  return plan.remote_rtp.port != 0 ? plan.remote_rtp : Endpoint{plan.signalling, 45'000};
}

/// A check that nominates, as browsers send it every few seconds.
void Conversation::check(unsigned leg, Random& random, std::int64_t now_us) {
  const auto& ice = plan().legs[leg].security.ice;
  if (!ice) return;
  std::array<std::uint8_t, 2 * IceLimits::message_bytes> room{};
  stun::TransactionId transaction{};
  random.fill(transaction);
  stun::Writer writer(room, stun::Class::request, stun::binding, transaction);
  const std::array<std::uint8_t, 8> tie_breaker{};
  writer.add(stun::Type::username, ice->our_fragment + ":" + ice->peer_fragment);
  writer.add(stun::Type::priority, 1'000u).add(stun::Type::ice_controlling, stun::Bytes(tie_breaker));
  writer.add(stun::Type::use_candidate, stun::Bytes());
  const std::size_t bytes = writer.sign(stun::Hash::sha1, ice->our_password.reveal()).fingerprint().finish();
  (void)session_.on_packet(now_us, leg, false, place_of(leg), room, bytes);
}

void Conversation::say(unsigned leg, std::int64_t now_us) {
  if (!can_speak(leg)) return;
  std::array<std::uint8_t, talk::packet_most + media::packet_growth> room{};
  const std::size_t bytes = ends_[leg].party.speak(std::span(room).first(talk::packet_most));
  if (bytes == 0) return;
  const media::Decision decision = session_.on_packet(now_us, leg, false, place_of(leg), room, bytes);
  if (decision && *decision.to == place_of(leg ^ 1))
    ends_[leg ^ 1].party.hear(now_us / 1'000, std::span(room).first(decision.bytes), false);
}

std::uint64_t Conversation::talk(unsigned words, Random& random, std::int64_t& now_us) {
  // Another phone at the end of a leg begins its words anew: they are heard for the second time.
  const auto heard_by = [](const End& end) { return end.party.heard().words + end.party.heard().twice; };
  const auto heard = [&] { return heard_by(ends_[0]) + heard_by(ends_[1]); };
  const std::uint64_t before = heard();
  for (unsigned leg = 0; leg < 2; ++leg) check(leg, random, now_us);
  for (unsigned i = 0; i < words; ++i) {
    now_us += word_us;
    for (unsigned leg = 0; leg < 2; ++leg) say(leg, now_us);
  }
  return heard() - before;
}

std::uint64_t Conversation::foreign() const {
  return foreign_ + ends_[0].party.heard().foreign + ends_[1].party.heard().foreign;
}

std::vector<srtp::MasterKey> Conversation::keys() const {
  std::vector<srtp::MasterKey> out;
  for (const End& end : ends_)
    for (const srtp::MasterKey* each : {&end.ours, &end.theirs})
      if (*each) out.push_back(*each);
  return out;
}

}  // namespace rf::traffic
