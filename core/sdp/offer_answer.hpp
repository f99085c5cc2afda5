// Offer and answer for one dialog: which message may carry which, and whether an answer fits its offer.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/sdp/sdp.hpp"

namespace rf::sdp {

/// The messages that may carry a description. Everything else (CANCEL, BYE, INFO, error responses) carries none that
/// counts.
enum class Carrier : std::uint8_t {
  invite, provisional, reliable_provisional, invite_success, ack, prack, prack_success, update, update_success
};

/// What a message means for the exchange.
enum class Meaning : std::uint8_t {
  nothing,  ///< no description, and none was needed
  offer,
  answer,
  preview,  ///< in an unreliable 1xx: the coming answer shown early (RFC 6337 §2.1), for early media, no more
  ignored,  ///< a description where the exchange is over already (RFC 3261 §13.2.1), or where none has a meaning
};

enum class Fault : std::uint8_t {
  glare,               ///< an offer of ours is open: 491
  offer_pending,       ///< an offer of theirs is open, or due: 500 with Retry-After
  missing_offer,       ///< a 2xx to an INVITE without offer has none either
  missing_answer,      ///< the message that must carry the answer does not
  media_count,         ///< the answer's m= lines are not as many as the offer's
  media_kind,
  media_protocol,
  declined_accepted,   ///< a port where the offer had 0
  no_common_format,
  direction,           ///< e.g. sendonly answered by sendonly; can_be_mended()
  media_removed,       ///< a later offer has fewer m= lines than the session (RFC 3264 §8)
  not_a_description,   ///< the text given to sent() does not parse
};
std::string_view text_of(Fault fault);
/// The response to a request with that fault: 491, 500, 488 or 400. Faults in responses and ACK end the call instead.
int status_for(Fault fault);
/// Whether rewriting the answer (MediaRewrite::answers) makes it right: honest phones answer a hold with "sendrecv".
constexpr bool can_be_mended(Fault fault) { return fault == Fault::direction; }

/// Whether an answer is looked at as it came, or before it is written for a leg that may use another protocol.
enum class Protocols : std::uint8_t { as_they_are, rewritten };
/// Checks an answer against its offer: number, kind and protocol of streams, at least one common codec for each one
/// accepted (more formats than offered are legal, RFC 3264 §6.1), direction. Faults that cannot be mended come first.
std::expected<void, Fault> check_answer(const Session& offer, const Session& answer,
                                        Protocols protocols = Protocols::as_they_are);
/// Makes `plan` the plan of an answer to `offer`: sets MediaRewrite::answers from the offer's directions, and declines
/// what the offer did not really offer.
void fit_answer(RewritePlan& plan, const Session& offer);
/// The direction nearest to `answer` that is legal for an offer of `offer` (RFC 3264 §6.1).
constexpr Direction legal_answer(Direction offer, Direction answer) {
  return make_direction(sends(answer) && receives(offer), receives(answer) && sends(offer));
}

/// How a peer's o= line follows its previous one (RFC 3264 §8). Only for reports: honest peers break it.
enum class OriginStep : std::uint8_t { first, same, next, jumped, went_back, other_session };

/// The offer/answer state of one dialog (one leg). A value: copy it for a further early dialog of a forked INVITE.
/// Call sent() or received() for every message named in Carrier, with its description or null. The order is that of the
/// wire; retransmissions are not shown. A fault changes nothing. An answer is held against its offer; a fault that can
/// be mended (see fit_answer) does not stop it.
/// Source: RFC 3261 §13.2.1 and §14, RFC 3262 §5, RFC 3264, RFC 3311 §5, RFC 6337 §2.
class OfferAnswer {
 public:
  enum class State : std::uint8_t { none, offer_sent, offer_received, stable };

  std::expected<Meaning, Fault> sent(Carrier carrier, const Session* session);
  std::expected<Meaning, Fault> received(Carrier carrier, const Session* session);
  /// The same for what rewrite() gave; empty text means no description. Further error: not_a_description.
  std::expected<Meaning, Fault> sent(Carrier carrier, std::string_view text);
  /// Whether an offer may go out now in an INVITE, UPDATE or PRACK; the fault says what is in the way.
  std::expected<void, Fault> may_offer() const;
  /// The request that began this exchange failed (or was cancelled, or refused by us): an offer in it, or in a response
  /// to it, is void, and what was agreed before stays (RFC 3261 §14.1). `request`: invite, prack or update.
  void on_failed(Carrier request);

  State state() const { return state_; }
  /// Whether some exchange has completed.
  bool established() const { return established_; }
  /// Whether a response to the INVITE under way still has to carry a description.
  bool invite_open() const {
    return invite_ == InviteExchange::offered || invite_ == InviteExchange::awaits_offer;
  }
  /// Of the peer's last offer or answer.
  OriginStep peer_origin() const { return peer_step_; }
  /// Whether the peer's last offer or answer is word for word the last that was agreed on (a session refresh).
  bool peer_unchanged() const { return peer_unchanged_; }
  /// The pending offer's text, for parse_own(); empty when none is pending.
  std::string_view pending_offer() const { return offer_.reveal(); }

 private:
  std::expected<Meaning, Fault> step(bool by_us, Carrier carrier, const Session* session);
  std::expected<Meaning, Fault> take_offer(bool by_us, Carrier carrier, const Session& session);
  std::expected<Meaning, Fault> take_answer(bool by_us, const Session* session);
  bool answers_pending(bool by_us, Carrier carrier) const;
  void void_offer();
  void note_peer(const Session& session);

  /// How far the INVITE transaction under way is: its responses carry at most one exchange.
  enum class InviteExchange : std::uint8_t { idle, awaits_offer, offered, over };

  State state_ = State::none;
  bool established_ = false;
  bool invite_by_us_ = false;
  InviteExchange invite_ = InviteExchange::idle;
  Carrier offer_carrier_ = Carrier::invite;
  OriginStep peer_step_ = OriginStep::first;
  bool peer_unchanged_ = false;
  bool peer_known_ = false;
  std::uint8_t media_count_ = 0;
  std::uint64_t peer_session_id_ = 0, peer_version_ = 0;
  std::uint64_t peer_hash_ = 0, agreed_hash_ = 0;  ///< of the peer's last description, and of its last agreed one
  Secret<std::string> offer_;                      ///< there may be keys in it
};

/// Our own o= line on one leg: a fixed session id, and a version that goes up by one exactly when the description
/// changes (RFC 3264 §8), so that a session refresh is told from a change.
class LocalOrigin {
 public:
  /// `random` becomes the session id (63 bits of it).
  explicit LocalOrigin(std::uint64_t random) : session_id_(random >> 1), version_(random >> 33) {}

  /// rewrite() with this leg's session id and the right version; `plan`'s own are not used.
  std::string describe(const Session& session, RewritePlan plan);
  std::uint64_t session_id() const { return session_id_; }
  std::uint64_t version() const { return version_; }

 private:
  std::uint64_t session_id_;
  std::uint64_t version_;
  std::uint64_t last_hash_ = 0;
  bool described_ = false;
};

}  // namespace rf::sdp
