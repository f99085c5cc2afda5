#include "core/sdp/offer_answer.hpp"

#include <algorithm>
#include <functional>

#include "core/base/check.hpp"

#include "core/sdp/lines.hpp"

namespace rf::sdp {
namespace {

bool share_a_codec(const Media& offer, const Media& answer) {
  const Codecs offered(offer), answered(answer);
  for (Formats ours = offer.format_list(); const auto a = ours.next();) {
    const Codec* wanted = offered.find(*a);
    for (Formats theirs = answer.format_list(); const auto b = theirs.next();) {
      const Codec* given = answered.find(*b);
      if (wanted && given ? wanted->same_as(*given) : *a == *b) return true;
    }
  }
  return false;
}

std::expected<void, Fault> check_stream(const Media& offer, const Media& answer, Protocols protocols) {
  if (answer.kind != offer.kind) return std::unexpected(Fault::media_kind);
  if (protocols == Protocols::as_they_are && answer.proto != offer.proto) return std::unexpected(Fault::media_protocol);
  if (answer.port == 0) return {};
  if (offer.port == 0) return std::unexpected(Fault::declined_accepted);
  if (!share_a_codec(offer, answer)) return std::unexpected(Fault::no_common_format);
  return {};
}

OriginStep origin_step(std::uint64_t session_id, std::uint64_t version, const Origin& now) {
  if (now.session_id != session_id) return OriginStep::other_session;
  if (now.version == version) return OriginStep::same;
  if (now.version < version) return OriginStep::went_back;
  return now.version == version + 1 ? OriginStep::next : OriginStep::jumped;
}

Meaning stray(const Session* session) {
  return session ? Meaning::ignored : Meaning::nothing;
}

}  // namespace

std::expected<void, Fault> check_answer(const Session& offer, const Session& answer, Protocols protocols) {
  const auto offered = offer.media(), answered = answer.media();
  if (offered.size() != answered.size()) return std::unexpected(Fault::media_count);
  for (std::size_t i = 0; i < offered.size(); ++i)
    if (const auto fits = check_stream(offered[i], answered[i], protocols); !fits) return fits;
  for (std::size_t i = 0; i < offered.size(); ++i)
    // The answer to a hold by address is written as usual (RFC 4317 §5.2).
    if (answered[i].port != 0 && !offered[i].connection.is_nowhere &&
        legal_answer(offered[i].direction, answered[i].direction) != answered[i].direction)
      return std::unexpected(Fault::direction);
  return {};
}

void fit_answer(RewritePlan& plan, const Session& offer) {
  const auto media = offer.media();
  for (std::size_t i = 0; i < media.size(); ++i) {
    plan.media[i].answers = media[i].direction;
    if (refusal_of(media[i]) != Refusal::none) plan.media[i].port = 0;
  }
}

std::expected<Meaning, Fault> OfferAnswer::sent(Carrier carrier, const Session* session) {
  return step(true, carrier, session);
}

std::expected<Meaning, Fault> OfferAnswer::received(Carrier carrier, const Session* session) {
  const auto meaning = step(false, carrier, session);
  if (meaning && (*meaning == Meaning::offer || *meaning == Meaning::answer)) note_peer(*session);
  return meaning;
}

std::expected<Meaning, Fault> OfferAnswer::sent(Carrier carrier, std::string_view text) {
  if (text.empty()) return sent(carrier, nullptr);
  const auto session = parse_own(text);
  if (!session) return std::unexpected(Fault::not_a_description);
  return sent(carrier, &*session);
}

std::expected<void, Fault> OfferAnswer::may_offer() const {
  if (state_ == State::offer_sent) return std::unexpected(Fault::glare);
  if (state_ == State::offer_received) return std::unexpected(Fault::offer_pending);
  // An INVITE without offer is under way: the next offer belongs in its response (RFC 3311 §5.1).
  if (invite_ == InviteExchange::awaits_offer)
    return std::unexpected(invite_by_us_ ? Fault::offer_pending : Fault::glare);
  return {};
}

std::expected<Meaning, Fault> OfferAnswer::step(bool by_us, Carrier carrier, const Session* session) {
  const bool is_invite_response = invite_ != InviteExchange::idle && invite_by_us_ != by_us;
  switch (carrier) {
    case Carrier::invite: {
      if (const auto free = may_offer(); !free) return std::unexpected(free.error());
      if (session) {
        if (const auto offer = take_offer(by_us, carrier, *session); !offer) return offer;
      }
      invite_by_us_ = by_us;
      invite_ = session ? InviteExchange::offered : InviteExchange::awaits_offer;
      return session ? Meaning::offer : Meaning::nothing;
    }
    case Carrier::provisional:
      if (session && is_invite_response && invite_ == InviteExchange::offered) return Meaning::preview;
      return stray(session);
    case Carrier::reliable_provisional:
    case Carrier::invite_success: {
      if (!is_invite_response || invite_ == InviteExchange::over) return stray(session);
      const bool is_final = carrier == Carrier::invite_success;
      if (!session && !is_final) return Meaning::nothing;
      const auto meaning = invite_ == InviteExchange::offered ? take_answer(by_us, session)
                           : session                          ? take_offer(by_us, carrier, *session)
                                                              : std::unexpected(Fault::missing_offer);
      if (meaning) invite_ = InviteExchange::over;
      return meaning;
    }
    case Carrier::ack:
      return answers_pending(by_us, Carrier::invite_success) ? take_answer(by_us, session) : stray(session);
    case Carrier::prack:
      if (answers_pending(by_us, Carrier::reliable_provisional)) return take_answer(by_us, session);
      [[fallthrough]];
    case Carrier::update:
      if (!session) return Meaning::nothing;
      if (const auto free = may_offer(); !free) return std::unexpected(free.error());
      return take_offer(by_us, carrier, *session);
    case Carrier::prack_success:
      return answers_pending(by_us, Carrier::prack) ? take_answer(by_us, session) : stray(session);
    case Carrier::update_success:
      return answers_pending(by_us, Carrier::update) ? take_answer(by_us, session) : stray(session);
  }
  return Meaning::ignored;
}

bool OfferAnswer::answers_pending(bool by_us, Carrier carrier) const {
  return offer_carrier_ == carrier && state_ == (by_us ? State::offer_received : State::offer_sent);
}

std::expected<Meaning, Fault> OfferAnswer::take_offer(bool by_us, Carrier carrier, const Session& session) {
  if (state_ == State::offer_sent) return std::unexpected(Fault::glare);
  if (state_ == State::offer_received) return std::unexpected(Fault::offer_pending);
  if (session.media().size() < media_count_) return std::unexpected(Fault::media_removed);
  state_ = by_us ? State::offer_sent : State::offer_received;
  offer_carrier_ = carrier;
  offer_ = Secret(std::string(session.text));
  return Meaning::offer;
}

std::expected<Meaning, Fault> OfferAnswer::take_answer(bool by_us, const Session* session) {
  // The exchange may have been voided under an INVITE that is still running.
  if (state_ != (by_us ? State::offer_received : State::offer_sent)) return stray(session);
  if (!session) return std::unexpected(Fault::missing_answer);
  const auto offer = parse_own(offer_.reveal());
  RF_CHECK(offer.has_value());
  if (const auto fits = check_answer(*offer, *session); !fits && !can_be_mended(fits.error()))
    return std::unexpected(fits.error());
  media_count_ = static_cast<std::uint8_t>(session->media().size());
  established_ = true;
  if (by_us) agreed_hash_ = peer_hash_;
  void_offer();
  return Meaning::answer;
}

void OfferAnswer::void_offer() {
  state_ = established_ ? State::stable : State::none;
  offer_ = {};
}

void OfferAnswer::on_failed(Carrier request) {
  const bool pending = state_ == State::offer_sent || state_ == State::offer_received;
  const bool in_invite = offer_carrier_ == Carrier::invite || offer_carrier_ == Carrier::reliable_provisional ||
                         offer_carrier_ == Carrier::invite_success;
  if (request == Carrier::invite) invite_ = InviteExchange::idle;
  if (pending && (request == Carrier::invite ? in_invite : offer_carrier_ == request)) void_offer();
}

void OfferAnswer::note_peer(const Session& session) {
  const std::uint64_t hash = std::hash<std::string_view>{}(session.text);
  peer_step_ = peer_known_ ? origin_step(peer_session_id_, peer_version_, session.origin) : OriginStep::first;
  peer_unchanged_ = peer_known_ && hash == agreed_hash_;
  peer_known_ = true;
  peer_session_id_ = session.origin.session_id;
  peer_version_ = session.origin.version;
  peer_hash_ = hash;
  if (state_ == State::stable) agreed_hash_ = hash;
}

int status_for(Fault fault) {
  switch (fault) {
    case Fault::glare: return 491;
    case Fault::offer_pending: return 500;
    case Fault::missing_offer:
    case Fault::missing_answer: return 400;
    default: return 488;
  }
}

std::string_view text_of(Fault fault) {
  switch (fault) {
    case Fault::glare: return "an offer of ours is not answered yet";
    case Fault::offer_pending: return "their offer is not answered yet";
    case Fault::missing_offer: return "the message that must carry the offer has none";
    case Fault::missing_answer: return "the message that must carry the answer has none";
    case Fault::media_count: return "the answer has another number of streams than the offer";
    case Fault::media_kind: return "the answer names another kind of stream than the offer";
    case Fault::media_protocol: return "the answer names another protocol than the offer";
    case Fault::declined_accepted: return "the answer accepts a stream that was not offered for use";
    case Fault::no_common_format: return "the answer has no format of the offer";
    case Fault::direction: return "the answer's direction does not fit the offer's";
    case Fault::media_removed: return "the offer leaves out a stream of the session";
    case Fault::not_a_description: return "the text is no session description";
  }
  return "offer and answer do not fit";
}

}  // namespace rf::sdp
