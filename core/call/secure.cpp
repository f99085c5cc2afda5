#include "core/call/secure.hpp"

#include <algorithm>
#include <array>

namespace rf::call {
namespace {

using media::Protection;
using policy::Encryption;
using sdp::Profile;
using sdp::Setup;

/// Those that we offer, in this order. Tags of 32 bits are taken when somebody else offers nothing better.
constexpr std::array offered_suites{srtp::Suite::aead_aes_256_gcm, srtp::Suite::aes_cm_256_sha1_80,
                                    srtp::Suite::aead_aes_128_gcm, srtp::Suite::aes_cm_128_sha1_80};

constexpr std::size_t fragment_letters = 8, password_letters = 26;

srtp::MasterKey new_key(Random& random, srtp::Suite suite) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  Secret<std::array<std::uint8_t, srtp::master_bytes_most>> bytes{};
  const auto exact = std::span(bytes.reveal()).first(std::size_t{facts.key} + facts.salt);
  random.fill(exact);
  return *srtp::MasterKey::make(suite, exact);
}

const sdp::Crypto& strongest(const std::vector<sdp::Crypto>& keys) {
  return *std::min_element(keys.begin(), keys.end(),
                           [](const sdp::Crypto& a, const sdp::Crypto& b) { return a.key.suite() < b.key.suite(); });
}

media::Fingerprint fingerprint_of(const sdp::CertificateHash& hash) {
  return {hash};
}

/// Whether a stream with these attributes can be protected by a handshake.
bool names_certificate(const sdp::Security& said) {
  return said.certificate && said.setup.value_or(Setup::active) != Setup::holdconn;
}

void choose_key(const sdp::Security& said, Choice& choice) {
  choice.protection = Protection::sdes;
  choice.key = strongest(said.keys);
}

void choose_certificate(const sdp::Security& said, Choice& choice) {
  choice.protection = Protection::dtls;
  choice.certificate = fingerprint_of(*said.certificate);
  choice.setup = said.setup.value_or(Setup::active);  // RFC 4145 §4
  // Of two lite sides nobody would check anything.
  if (said.ice_lite) return;
  choice.ice_fragment = said.ice_fragment;
  choice.ice_password = said.ice_password;
}

/// An AVP stream: plain, unless its attributes offer more (RFC 8643).
std::expected<Choice, Breach> judge_plain(const MediaTerms& terms,
                                          const std::expected<sdp::Security, sdp::SecurityFault>& said, Choice choice) {
  const bool required = terms.wanted == Encryption::required;
  if (terms.wanted == Encryption::off) return choice;
  if (!said && required) return std::unexpected(Breach::malformed);
  if (!said) return choice;
  if (!said->keys.empty() && is_encrypted(terms.transport))
    choose_key(*said, choice);
  else if (names_certificate(*said) && !terms.by_key_alone)
    choose_certificate(*said, choice);
  else if (required)
    return std::unexpected(said->keys.empty() ? Breach::plain : Breach::readable_keys);
  return choice;
}

std::expected<Choice, Breach> judge_secure(const MediaTerms& terms, const sdp::Security& said, Choice choice) {
  // A browser has nothing else, and who gave it to somebody has not meant that it be of no use.
  if (terms.wanted == Encryption::off && !terms.is_browser()) return std::unexpected(Breach::off);
  const bool has_key = !sdp::is_dtls(choice.profile) && !said.keys.empty();
  if (has_key && is_encrypted(terms.transport)) {
    choose_key(said, choice);
    return choice;
  }
  if (said.certificate && !terms.by_key_alone) {
    if (!names_certificate(said)) return std::unexpected(Breach::no_role);
    choose_certificate(said, choice);
    return choice;
  }
  if (has_key) return std::unexpected(Breach::readable_keys);
  const bool certificate_due = sdp::is_dtls(choice.profile) || said.other_hash_only;
  return std::unexpected(certificate_due ? Breach::no_certificate : Breach::no_key);
}

media::IcePlan ice_of(std::string_view our_fragment, const Secret<std::string>& our_password, std::string_view fragment,
                      std::string_view password) {
  return {std::string(our_fragment), std::string(fragment), our_password, Secret(std::string(password))};
}

}  // namespace

std::string_view text_of(Breach breach) {
  switch (breach) {
    case Breach::plain:
      return "encrypted media is required here, and none was offered";
    case Breach::off:
      return "encrypted media is switched off here, and nothing else was offered";
    case Breach::readable_keys:
      return "the keys came over signalling that anybody on the way can read";
    case Breach::no_key:
      return "no key of a crypto suite of ours was offered";
    case Breach::no_certificate:
      return "no SHA-256 fingerprint of a certificate was offered";
    case Breach::no_role:
      return "its a=setup leaves nobody to begin the handshake";
    case Breach::malformed:
      return "keys, fingerprint or ICE of the stream are malformed";
    case Breach::misfit:
      return "the answer does not fit the protection that was offered";
  }
  return "the stream's protection cannot be taken";
}

std::expected<Choice, Breach> judge_offer(const MediaTerms& terms, const sdp::Session& session,
                                          const sdp::Media& media) {
  const auto profile = sdp::profile_of(media.proto);
  if (!profile) return std::unexpected(Breach::malformed);
  const auto said = sdp::read_security(session, media);
  Choice choice;
  choice.profile = *profile;
  choice.mux = said && said->mux;
  if (sdp::is_plain(*profile)) return judge_plain(terms, said, std::move(choice));
  if (!said) return std::unexpected(Breach::malformed);
  return judge_secure(terms, *said, std::move(choice));
}

// --- their offer

void Keying::accept(Random& random, const MediaTerms& terms, const Choice& choice) {
  const bool same_kind = settled_ && !parked_ && agreed_.protection == choice.protection;
  if (!same_kind) {
    agreed_ = {};
    agreed_.protection = choice.protection;
    our_key_.clear();
  }
  if (choice.protection == Protection::sdes) accept_key(random, choice);
  if (choice.protection == Protection::dtls) accept_certificate(random, terms, choice);
  agreed_.mux = choice.protection != Protection::plain && choice.mux;
  profile_ = choice.profile;
  settled_ = true;
  parked_ = false;
}

void Keying::accept_key(Random& random, const Choice& choice) {
  const bool same = agreed_.theirs && agreed_.theirs == choice.key.key && agreed_.ours &&
                    agreed_.ours.suite() == choice.key.key.suite();
  if (!same) {
    agreed_.ours = new_key(random, choice.key.key.suite());
    agreed_.theirs = choice.key.key;
  }
  our_key_.assign(1, sdp::Crypto{choice.key.tag, agreed_.ours});
}

void Keying::accept_certificate(Random& random, const MediaTerms& terms, const Choice& choice) {
  const bool same = agreed_.peer_fingerprint && agreed_.peer_fingerprint == choice.certificate;
  if (!same) {
    agreed_.our_fingerprint = new_certificate(terms);
    agreed_.peer_fingerprint = choice.certificate;
    agreed_.we_connect = false;
  }
  // Who is asked to choose waits: the peer is the one behind the NAT. What has been shaken hands on stays.
  if (choice.setup != Setup::actpass) agreed_.we_connect = choice.setup == Setup::passive;
  uses_ice_ = !choice.ice_fragment.empty();
  if (!uses_ice_) {
    agreed_.ice.reset();
    return;
  }
  const bool same_ice = same && agreed_.ice && agreed_.ice->peer_fragment == choice.ice_fragment &&
                        agreed_.ice->peer_password.reveal() == choice.ice_password;
  if (same_ice) return;
  agreed_.ice = ice_of(random.token(fragment_letters), Secret(random.token(password_letters)), choice.ice_fragment,
                       choice.ice_password);
}

sdp::MediaProtection Keying::answered() const {
  sdp::MediaProtection out;
  out.keys = our_key_;
  out.mux = agreed_.mux;
  if (agreed_.protection != Protection::dtls) return out;
  out.certificate = agreed_.our_fingerprint.sha256;
  out.setup = agreed_.we_connect ? Setup::active : Setup::passive;
  if (!agreed_.ice) return out;
  out.ice_fragment = agreed_.ice->our_fragment;
  out.ice_password = agreed_.ice->our_password.reveal();
  return out;
}

// --- our offer

void Keying::hold_out(Random& random, const MediaTerms& terms, const sdp::Media& source) {
  if (has_agreed() && may_be_told(terms)) {
    offer_agreed();
    return;
  }
  if (holds_out_ && !parked_ && (offer_.keys.empty() || is_encrypted(terms.transport)))
    return;  // the same leg is asked again: for its password, or at its next address
  const auto from = sdp::profile_of(source.proto);
  const bool browser = terms.is_browser();
  Offer offer;
  // Feedback passes between those who know it; what a browser says by it, a telephone does not understand.
  const bool feedback = browser || (from && sdp::has_feedback(*from) && *from != Profile::dtls_savpf);
  const bool firm = browser || has_agreed() || terms.wanted == Encryption::required;
  const bool by_key =
      is_encrypted(terms.transport) && !browser && !terms.by_certificate && agreed_.protection != Protection::dtls;
  if (firm)
    offer.protection = by_key ? Protection::sdes : Protection::dtls;
  else if (by_key && terms.wanted == Encryption::optional)
    offer.protection = Protection::sdes;
  offer.may_be_plain = !firm;
  if (!firm)
    offer.profile = feedback ? Profile::avpf : Profile::avp;
  else if (offer.protection == Protection::sdes)
    offer.profile = feedback ? Profile::savpf : Profile::savp;
  else
    offer.profile = feedback ? Profile::dtls_savpf : Profile::dtls_savp;
  if (offer.protection == Protection::sdes)
    for (const srtp::Suite suite : offered_suites)
      offer.keys.push_back({static_cast<std::uint32_t>(offer.keys.size() + 1), new_key(random, suite)});
  if (offer.protection == Protection::dtls) {
    offer.certificate = new_certificate(terms);
    offer.mux = true;
  }
  if (browser || uses_ice_) {
    offer.ice_fragment = random.token(fragment_letters);
    offer.ice_password = Secret(random.token(password_letters));
  }
  offer_ = std::move(offer);
  holds_out_ = true;
}

bool Keying::may_be_told(const MediaTerms& terms) const {
  return !parked_ && (agreed_.protection != Protection::sdes || is_encrypted(terms.transport));
}

const media::Fingerprint& Keying::new_certificate(const MediaTerms& terms) const {
  return terms.certificates[terms.certificates[0] == former_ ? 1 : 0];
}

void Keying::offer_agreed() {
  offer_ = {};
  offer_.profile = profile_;
  offer_.protection = agreed_.protection;
  offer_.may_be_plain = false;
  offer_.keys = our_key_;
  offer_.certificate = agreed_.our_fingerprint;
  offer_.mux = agreed_.mux;
  if (agreed_.ice) {
    offer_.ice_fragment = agreed_.ice->our_fragment;
    offer_.ice_password = agreed_.ice->our_password;
  }
  holds_out_ = true;
}

void Keying::repeat() {
  const bool holds_it_out =
      holds_out_ && std::any_of(offer_.keys.begin(), offer_.keys.end(),
                                [&](const sdp::Crypto& each) { return each.key == agreed_.ours; });
  if (has_agreed() && !holds_it_out) offer_agreed();
}

sdp::MediaProtection Keying::offered() const {
  sdp::MediaProtection out;
  out.keys = offer_.keys;
  out.mux = offer_.mux;
  if (offer_.protection != Protection::dtls) return out;
  out.certificate = offer_.certificate.sha256;
  out.setup = Setup::actpass;
  out.ice_fragment = offer_.ice_fragment;
  out.ice_password = offer_.ice_password.reveal();
  return out;
}

std::expected<void, Breach> Keying::settle(const sdp::Session& session, const sdp::Media& media) {
  const auto said = sdp::read_security(session, media);
  std::expected<media::LegSecurity, Breach> agreed;
  if (offer_.protection != Protection::plain) {
    if (!said) return std::unexpected(Breach::malformed);
    agreed = offer_.protection == Protection::sdes ? settle_key(*said) : settle_certificate(*said);
  }
  if (!agreed) return std::unexpected(agreed.error());
  our_key_.clear();
  if (agreed->protection == Protection::sdes) our_key_.push_back({said->keys.front().tag, agreed->ours});
  agreed_ = std::move(*agreed);
  profile_ = offer_.profile;
  uses_ice_ = agreed_.ice.has_value();
  settled_ = true;
  parked_ = false;
  return {};
}

std::expected<media::LegSecurity, Breach> Keying::settle_key(const sdp::Security& said) const {
  media::LegSecurity out;
  if (said.keys.empty() && !said.keys_left_out && offer_.may_be_plain) return out;
  if (said.keys.size() != 1 || said.keys_left_out) return std::unexpected(Breach::misfit);
  const sdp::Crypto& theirs = said.keys.front();
  const auto ours = std::find_if(offer_.keys.begin(), offer_.keys.end(), [&](const sdp::Crypto& each) {
    return each.tag == theirs.tag && each.key.suite() == theirs.key.suite();
  });
  // One key for both directions would be one key stream used twice.
  if (ours == offer_.keys.end() || ours->key == theirs.key) return std::unexpected(Breach::misfit);
  out.protection = Protection::sdes;
  out.ours = ours->key;
  out.theirs = theirs.key;
  out.mux = offer_.mux && said.mux;
  return out;
}

std::expected<media::LegSecurity, Breach> Keying::settle_certificate(const sdp::Security& said) const {
  if (!said.certificate) return std::unexpected(Breach::no_certificate);
  const Setup setup = said.setup.value_or(Setup::active);
  if (setup != Setup::active && setup != Setup::passive) return std::unexpected(Breach::no_role);
  media::LegSecurity out;
  out.protection = Protection::dtls;
  out.our_fingerprint = offer_.certificate;
  out.peer_fingerprint = fingerprint_of(*said.certificate);
  out.we_connect = setup == Setup::passive;
  out.mux = offer_.mux && said.mux;
  if (!offer_.ice_fragment.empty() && !said.ice_fragment.empty() && !said.ice_lite)
    out.ice = ice_of(offer_.ice_fragment, offer_.ice_password, said.ice_fragment, said.ice_password);
  return out;
}

void Keying::park() {
  const Protection protection = agreed_.protection;
  // Who goes over again before it took our offer has the association that it had.
  const media::Fingerprint former = agreed_.our_fingerprint ? agreed_.our_fingerprint : former_;
  const bool used_ice = uses_ice_, settled = settled_;
  *this = {};
  agreed_.protection = protection;
  former_ = former;
  uses_ice_ = used_ice;
  settled_ = settled;
  parked_ = true;
}

}  // namespace rf::call
