// How the media of one leg is protected: what we offer, what we take of an offer or an answer, and with which keys.
// Pure; who the peer is and what the rules say are arguments (rows M1, M2).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/random.hpp"
#include "core/media/security.hpp"
#include "core/policy/encryption.hpp"
#include "core/sdp/security.hpp"

namespace rf::call {

/// What decides about the media of one leg.
struct MediaTerms {
  policy::Encryption wanted = policy::Encryption::optional;
  Transport transport = Transport::udp;  ///< of its signalling: keys pass over an encrypted one alone
  std::array<media::Fingerprint, 2> certificates;  ///< ours, of which new offers and answers name one
  bool by_key_alone = false;  ///< a media server relays it, which gets no certificate of ours
  bool by_certificate = false;  ///< it refused to be offered keys, which it could have been told
  bool turns_keys = false;    ///< its keys go another way than RFC 4733: nobody but us relays that

  /// What registers over a WebSocket is a browser, which knows DTLS-SRTP with ICE and nothing else.
  bool is_browser() const { return transport == Transport::ws || transport == Transport::wss; }
};

/// Why a stream cannot be taken as it is described.
enum class Breach : std::uint8_t {
  plain,           ///< the rule asks for protection, and none is offered
  off,             ///< nothing but SRTP is offered, and the rule says off
  readable_keys,   ///< keys over signalling that anybody on the way can read
  no_key,          ///< SRTP without a key of a suite that we have
  no_certificate,  ///< DTLS-SRTP without a SHA-256 fingerprint
  no_role,         ///< a=setup that leaves nobody to begin
  malformed,
  misfit,  ///< an answer that takes nothing of what was offered, or gives our own key back
};
std::string_view text_of(Breach breach);

/// What an offer leads to, before anything is made of it.
struct Choice {
  sdp::Profile profile = sdp::Profile::avp;
  media::Protection protection = media::Protection::plain;
  sdp::Crypto key;  ///< theirs, with sdes
  media::Fingerprint certificate;
  sdp::Setup setup = sdp::Setup::active;
  std::string_view ice_fragment, ice_password;  ///< of the offer's text; empty: no ICE
  bool mux = false;
};

/// What becomes of an offered stream. Of several keys the strongest suite is taken. Over readable signalling keys count
/// for nothing, whatever the rule; an AVP stream with attributes that offer more is RFC 8643's.
std::expected<Choice, Breach> judge_offer(const MediaTerms& terms, const sdp::Session& session,
                                          const sdp::Media& media);

/// One stream of one leg. Keys belong to one leg in one call: they are never given to another.
class Keying {
 public:
  /// What is in force; protection without keys while they are being agreed on anew. Nothing passes then.
  const media::LegSecurity& agreed() const { return agreed_; }

  /// Takes the offer that was judged. Our key, our certificate and our ICE credentials stay when the peer's did: a
  /// refresh changes nothing. A handshake that has been stays as it was.
  void accept(Random& random, const MediaTerms& terms, const Choice& choice);
  /// Makes ready what we offer instead of a stream that came as `source`. What is agreed is offered again, and nothing
  /// weaker; else what the terms say.
  void hold_out(Random& random, const MediaTerms& terms, const sdp::Media& source);
  /// Whether what is agreed may be written again: a leg that has moved to readable signalling is told no key any more,
  /// and one that has gone over has nothing agreed yet.
  bool may_be_told(const MediaTerms& terms) const;
  /// The last description of ours is offered again, word for word.
  void repeat();
  /// The peer's answer to that. A fault leaves all as it was.
  std::expected<void, Breach> settle(const sdp::Session& session, const sdp::Media& media);
  /// The stream is declined.
  void drop() { *this = {}; }
  /// The leg goes over to another call: its protection stays, and everything that was agreed is agreed on anew, with
  /// the other one of our certificates. A peer keeps its association for as long as both sides' certificates stay (RFC
  /// 8842 §4.4), and the new relay has no part in that.
  void park();

  /// For what is written; the views live as long as nothing else is asked of it.
  sdp::MediaProtection offered() const;
  sdp::MediaProtection answered() const;
  sdp::Profile offered_profile() const { return offer_.profile; }
  /// Whether our open offer can be answered in the clear, though it holds out more.
  bool is_opportunistic() const { return offer_.keys.empty() ? false : offer_.may_be_plain; }
  /// Whether our open offer cannot be answered in the clear.
  bool is_firm() const { return offer_.protection != media::Protection::plain && !offer_.may_be_plain; }
  /// Likewise, and that it holds out keys, which a phone that knows DTLS-SRTP alone refuses.
  bool is_firm_by_key() const { return is_firm() && offer_.protection == media::Protection::sdes; }

 private:
  struct Offer {
    sdp::Profile profile = sdp::Profile::avp;
    media::Protection protection = media::Protection::plain;
    bool may_be_plain = true;
    std::vector<sdp::Crypto> keys;
    media::Fingerprint certificate;
    sdp::Setup setup = sdp::Setup::actpass;
    std::string ice_fragment;
    Secret<std::string> ice_password;
    bool mux = false;
  };

  bool has_agreed() const { return settled_ && agreed_.protection != media::Protection::plain; }
  const media::Fingerprint& new_certificate(const MediaTerms& terms) const;
  void offer_agreed();
  void accept_key(Random& random, const Choice& choice);
  void accept_certificate(Random& random, const MediaTerms& terms, const Choice& choice);
  std::expected<media::LegSecurity, Breach> settle_key(const sdp::Security& said) const;
  std::expected<media::LegSecurity, Breach> settle_certificate(const sdp::Security& said) const;

  media::LegSecurity agreed_;
  media::Fingerprint former_;  ///< of ours, by which the peer has an association with the relay that it came from
  sdp::Profile profile_ = sdp::Profile::avp;
  std::vector<sdp::Crypto> our_key_;  ///< that was agreed on, with its number: one, with sdes
  bool settled_ = false;              ///< something was agreed on
  bool parked_ = false;
  bool uses_ice_ = false;
  bool holds_out_ = false;  ///< an offer
  Offer offer_;
};

}  // namespace rf::call
