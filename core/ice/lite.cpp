#include "core/ice/lite.hpp"

#include <algorithm>
#include <utility>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/stun/writer.hpp"

namespace rf::ice {
namespace {

using stun::Type;

constexpr unsigned unknown_attribute = 420, role_conflict = 487;

std::string_view peer_part(std::string_view username) {
  return username.substr(username.find(':') + 1);
}

std::uint32_t mixed(const stun::TransactionId& id) {
  std::uint64_t mix = 0;
  for (const std::uint8_t byte : id) mix = mix64(mix * 257 + byte + 1);
  return static_cast<std::uint32_t>(mix);
}

std::uint32_t mixed(const Endpoint& endpoint) {
  return static_cast<std::uint32_t>(mix64(std::hash<Endpoint>{}(endpoint)));
}

/// What is said to a request that knows our password; 0 bytes when it would be longer than the request. It never is to
/// an honest one, and so nobody has us send more to a forged address than he sends to us.
std::size_t answer(const stun::Message& request, std::size_t request_bytes, unsigned error, const Endpoint& source,
                   std::string_view password, std::span<std::uint8_t> out) {
  stun::Writer writer(out.first(std::min(out.size(), request_bytes)),
                      error == 0 ? stun::Class::success : stun::Class::failure, stun::binding, request.transaction());
  if (error == 0)
    writer.add_mapped(source);
  else
    writer.add_error(error);
  if (error == unknown_attribute) writer.add_unknown(request.unknown());
  return writer.sign(*request.hash(), password).fingerprint().finish();
}

}  // namespace

Lite::Lite(Credentials credentials) : credentials_(std::move(credentials)) {}

void Lite::update(Credentials credentials) {
  const bool ours = credentials.our_fragment == credentials_.our_fragment &&
                    equal_in_constant_time(credentials.our_password.reveal(), credentials_.our_password.reveal());
  const bool became_known = credentials_.peer_fragment.empty();
  const bool same_peer = credentials.peer_fragment == credentials_.peer_fragment;
  credentials_ = std::move(credentials);
  if (ours && same_peer) return;
  if (!ours || !became_known) {
    ++generation_;
    return;
  }
  // Until its description came, anybody who was shown our password could check: of forked phones only one answered.
  std::erase_if(known_, [this](const Known& each) { return each.peer_fragment != credentials_.peer_fragment; });
  if (!selected_ || find(*selected_) != nullptr) return;
  const auto best = std::max_element(known_.begin(), known_.end(), [](const Known& a, const Known& b) {
    return std::pair(a.nominated, a.priority) < std::pair(b.nominated, b.priority);
  });
  selected_.reset();
  if (best != known_.end() && best->nominated) selected_ = best->where;
}

Outcome Lite::on_packet(std::int64_t now_us, const Endpoint& source, std::span<const std::uint8_t> packet,
                        std::span<std::uint8_t> out) {
  using enum Outcome::Kind;
  const auto message = stun::Message::parse(packet);
  if (!message) return {malformed};
  // We ask nothing, so no answer is for us; indications keep a NAT's door open and mean nothing else.
  if (message->kind() != stun::Class::request || message->method() != stun::binding) return {dropped};
  if (!message->has_fingerprint()) return {malformed};
  // RFC 8489 §9.1.3 would say 400 or 401. To whom does not know our password, silence says less: not even that somebody
  // listens here. Nobody honest misses the answer, and nothing is reflected to a forged address.
  if (!is_named_rightly(*message) || !message->is_signed_by(credentials_.our_password.reveal())) return {not_authentic};
  const Transaction transaction{mixed(message->transaction()), mixed(source)};
  const Seen seen = look_up(transaction);
  if (seen == Seen::from_elsewhere) return {replayed};
  unsigned error = 0;
  if (!message->unknown().empty()) error = unknown_attribute;
  // A full agent controls a lite one, whoever offered; 487 makes it take that role (RFC 8445 §6.1.1, §7.3.1.1).
  else if (message->find(Type::ice_controlled))
    error = role_conflict;
  Outcome outcome{answered};
  outcome.bytes = answer(*message, packet.size(), error, source, credentials_.our_password.reveal(), out);
  if (outcome.bytes == 0) return {dropped};
  if (seen == Seen::from_here) return outcome;
  remember(transaction);
  if (error == 0) pass(now_us, source, *message, outcome);
  return outcome;
}

bool Lite::has_seen(std::span<const std::uint8_t> packet) const {
  const auto message = stun::Message::parse(packet);
  return message && look_up({mixed(message->transaction()), 0}) != Seen::never;
}

bool Lite::is_named_rightly(const stun::Message& request) const {
  const auto username = request.text(Type::username);
  if (!username || username->size() > 2 * IceLimits::fragment_bytes + 1) return false;
  const std::size_t colon = username->find(':');
  if (colon == std::string_view::npos || colon + 1 == username->size()) return false;
  if (!equal_in_constant_time(username->substr(0, colon), credentials_.our_fragment)) return false;
  return credentials_.peer_fragment.empty() || peer_part(*username) == credentials_.peer_fragment;
}

Lite::Seen Lite::look_up(const Transaction& one) const {
  const auto found =
      std::find_if(seen_.begin(), seen_.end(), [&one](const Transaction& each) { return each.id == one.id; });
  if (found == seen_.end()) return Seen::never;
  return *found == one ? Seen::from_here : Seen::from_elsewhere;
}

void Lite::remember(const Transaction& one) {
  if (seen_.size() < IceLimits::transactions) {
    seen_.push_back(one);
    return;
  }
  seen_[next_seen_] = one;
  next_seen_ = (next_seen_ + 1) % seen_.size();
}

/// A check that is new and right.
void Lite::pass(std::int64_t now_us, const Endpoint& source, const stun::Message& request, Outcome& outcome) {
  // Consent that ended comes back by a nomination, not by a check alone.
  if (!selected(now_us)) selected_.reset();
  if (selected_ == source && selected_in_ == generation_ && now_us - nominated_us_ >= IceLimits::consent_sign_us)
    consents_ = true;
  Known& known = know(now_us, source, request);
  if (!request.find(Type::use_candidate)) return;
  known.nominated = true;
  outcome.nominated = nominate(now_us, known);
}

Lite::Known& Lite::know(std::int64_t now_us, const Endpoint& source, const stun::Message& request) {
  std::erase_if(known_, [&](const Known& each) { return each.where != source && !is_alive(now_us, each); });
  auto at = std::find_if(known_.begin(), known_.end(), [&source](const Known& each) { return each.where == source; });
  const bool is_new = at == known_.end();
  if (is_new && known_.size() >= IceLimits::endpoints) {
    // The selected one is spared: where media goes ends by its own rules, not by a crowd of others.
    const auto rank = [this](const Known& each) { return std::pair(each.where == selected_, each.checked_us); };
    at = std::min_element(known_.begin(), known_.end(),
                          [&rank](const Known& a, const Known& b) { return rank(a) < rank(b); });
  } else if (is_new) {
    at = known_.emplace(at);
  }
  if (is_new || at->generation != generation_) {
    at->where = source;
    at->generation = generation_;
    at->peer_fragment = peer_part(*request.text(Type::username));
    at->hasty = request.find(Type::use_candidate).has_value();
    at->nominated = false;
  }
  at->checked_us = now_us;
  at->priority = request.number(Type::priority).value_or(0);
  return *at;
}

/// Whether the selection moves to `known`. A peer that checks first and then nominates means it, whenever it does: a
/// phone that goes from one network to another. One that nominates with every check, as RFC 5245 allowed, means the one
/// with the highest priority of those that it still checks (RFC 8445 §8.1.1).
bool Lite::nominate(std::int64_t now_us, const Known& known) {
  const Known* former = selected(now_us) ? find(*selected_) : nullptr;
  const bool moves = former == nullptr || former->where != known.where;
  const bool first = former == nullptr || selected_in_ != generation_;
  if (!first && known.hasty && known.priority <= former->priority && now_us - former->checked_us <= IceLimits::rival_us)
    return false;
  if (first) {
    nominated_us_ = now_us;
    consents_ = false;
  }
  selected_ = known.where;
  selected_in_ = generation_;
  std::erase_if(known_, [this](const Known& each) { return each.generation != generation_; });
  return moves;
}

bool Lite::is_alive(std::int64_t now_us, const Known& known) const {
  return now_us - known.checked_us <= IceLimits::consent_us || (known.where == selected_ && !consents_);
}

const Lite::Known* Lite::find(const Endpoint& where) const {
  const auto found =
      std::find_if(known_.begin(), known_.end(), [&where](const Known& each) { return each.where == where; });
  return found == known_.end() ? nullptr : &*found;
}

std::optional<Endpoint> Lite::selected(std::int64_t now_us) const {
  return selected_ && is_valid(now_us, *selected_) ? selected_ : std::nullopt;
}

bool Lite::is_valid(std::int64_t now_us, const Endpoint& source) const {
  const Known* known = find(source);
  return known != nullptr && is_alive(now_us, *known);
}

std::int64_t Lite::consent_ends_us() const {
  const Known* known = selected_ && consents_ ? find(*selected_) : nullptr;
  return known == nullptr ? never_ms : known->checked_us + IceLimits::consent_us;
}

}  // namespace rf::ice
