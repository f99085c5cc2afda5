#include "core/auth/client.hpp"

#include <algorithm>

#include "core/auth/digest.hpp"
#include "core/auth/params.hpp"

namespace rf::auth {
namespace {

constexpr std::size_t cnonce_characters = 22;  // 113 bits

bool fits_between_quotes(std::string_view text, bool escapes_allowed) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_in(in_text, c) || (escapes_allowed && (c == '"' || c == '\\')); });
}

std::array<char, 8> hex_count(std::uint32_t count) {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<char, 8> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = digits[count >> (28 - 4 * i) & 15];
  return out;
}

}  // namespace

bool Client::is_ours(std::string_view realm) const {
  if (!account_.realms.empty())
    return std::find(account_.realms.begin(), account_.realms.end(), realm) != account_.realms.end();
  return spaces_.empty() || spaces_.front().realm == realm;
}

std::expected<void, Unanswered> Client::usable(const Hasher& hasher, const Challenge& challenge) const {
  if (!is_ours(challenge.realm.view())) return std::unexpected(Unanswered::other_realm);
  const auto algorithm = challenge.algorithm;
  if (!algorithm || !hasher.has(*algorithm) || (*algorithm == policy::Algorithm::md5 && !account_.md5_allowed))
    return std::unexpected(Unanswered::algorithm);
  if (!challenge.qop || (*challenge.qop == Qop::none && !account_.legacy_allowed))
    return std::unexpected(Unanswered::qop);
  return {};
}

Client::Space* Client::space_for(bool from_proxy, std::string_view realm) {
  const auto found = std::find_if(spaces_.begin(), spaces_.end(), [&](const Space& space) {
    return space.from_proxy == from_proxy && space.realm == realm;
  });
  if (found != spaces_.end()) return &*found;
  if (spaces_.size() == TrunkLimits::realms) return nullptr;
  Space& space = spaces_.emplace_back();
  space.realm = realm;
  space.from_proxy = from_proxy;
  return &space;
}

void Client::adopt(Hasher& hasher, Space& space, const Challenge& challenge) {
  // A server that repeats a nonce goes on counting it (RFC 7616 §3.4).
  if (space.nonce != challenge.nonce || space.algorithm != *challenge.algorithm) space.count = 0;
  space.algorithm = *challenge.algorithm;
  space.qop = *challenge.qop;
  space.nonce = challenge.nonce;
  space.has_opaque = challenge.opaque.has_value();
  space.opaque = challenge.opaque.value_or("");
  space.ha1 = Secret(hasher.join(space.algorithm, {account_.username, space.realm, account_.password.reveal()}));
}

std::expected<void, Unanswered> Client::answer(Means means, Rounds& rounds, std::span<const ChallengeHeader> challenges,
                                               const Asking& asking, std::string& out) {
  if (!fits_between_quotes(asking.uri, false) || !fits_between_quotes(account_.username, true))
    return std::unexpected(Unanswered::unwritable);
  if (rounds.count_ == TrunkLimits::challenge_rounds) return std::unexpected(Unanswered::too_often);
  struct Read {
    Challenge challenge;
    bool from_proxy = false;
  };
  std::array<Read, WireLimits::credentials> read;
  std::size_t count = 0;
  Unanswered why_not = Unanswered::not_asked;
  for (const ChallengeHeader& header : challenges.first(std::min(challenges.size(), read.size()))) {
    Read& one = read[count];
    if (!parse_challenge(header.value, one.challenge)) continue;
    one.from_proxy = header.from_proxy;
    if (const auto fine = usable(means.hasher, one.challenge))
      ++count;
    else
      why_not = std::max(why_not, fine.error());
  }
  unsigned taken = 0;
  // The strongest first, so that weaker ones for its realm find it taken.
  for (std::size_t step = 0; step < count * policy::algorithm_count; ++step) {
    const auto& [challenge, from_proxy] = read[step % count];
    if (static_cast<std::size_t>(*challenge.algorithm) != step / count) continue;
    // The first one may have settled which realm is ours.
    Space* space = is_ours(challenge.realm.view()) ? space_for(from_proxy, challenge.realm.view()) : nullptr;
    if (space == nullptr) {
      why_not = std::max(why_not, Unanswered::other_realm);
      continue;
    }
    const unsigned bit = 1u << (space - spaces_.data());
    if ((taken & bit) != 0) continue;
    if ((rounds.answered_ & bit) != 0 && !challenge.stale) {
      space->nonce.clear();
      return std::unexpected(Unanswered::wrong_password);
    }
    adopt(means.hasher, *space, challenge);
    taken |= bit;
  }
  if (taken == 0) return std::unexpected(why_not);
  rounds.answered_ = static_cast<std::uint8_t>(rounds.answered_ | taken);
  ++rounds.count_;
  append_known(means, asking, out);
  return {};
}

void Client::append_known(Means means, const Asking& asking, std::string& out) {
  if (!fits_between_quotes(asking.uri, false) || !fits_between_quotes(account_.username, true)) return;
  for (Space& space : spaces_)
    if (!space.nonce.empty()) append(means, space, asking, out);
}

void Client::append(Means means, Space& space, const Asking& asking, std::string& out) {
  const std::size_t bytes = digest_size(space.algorithm);
  const auto hash = [&](std::initializer_list<std::string_view> pieces) {
    return means.hasher.join(space.algorithm, pieces);
  };
  const auto nc = hex_count(++space.count);
  const std::string_view count(nc.data(), nc.size());
  const std::string_view qop = space.qop == Qop::auth_int ? "auth-int" : "auth";
  const Hex ha1(space.ha1.reveal(), bytes);
  const Hex body(space.qop == Qop::auth_int ? hash({asking.body}) : Digest{}, bytes);
  const Hex ha2(
      space.qop == Qop::auth_int ? hash({asking.method, asking.uri, body.view()}) : hash({asking.method, asking.uri}),
      bytes);
  space.cnonce.clear();
  space.rspauth.clear();
  if (space.qop != Qop::none) means.random.append_token(space.cnonce, cnonce_characters);
  const auto respond = [&](std::string_view second) {
    return space.qop == Qop::none ? hash({ha1.view(), space.nonce, second})
                                  : hash({ha1.view(), space.nonce, count, space.cnonce, qop, second});
  };
  const Hex response(respond(ha2.view()), bytes);
  if (space.qop == Qop::auth) {
    const Hex theirs(hash({"", asking.uri}), bytes);
    space.rspauth = Hex(respond(theirs.view()), bytes).view();
  }

  out.append(space.from_proxy ? "Proxy-Authorization" : "Authorization").append(": Digest username=");
  append_quoted(out, account_.username);
  out.append(", realm=");
  append_quoted(out, space.realm);
  out.append(", nonce=\"").append(space.nonce).append("\", uri=\"").append(asking.uri);
  out.append("\", response=\"").append(response.view()).append("\", algorithm=").append(text_of(space.algorithm));
  if (space.qop != Qop::none)
    out.append(", cnonce=\"").append(space.cnonce).append("\", nc=").append(count).append(", qop=").append(qop);
  if (space.has_opaque) out.append(", opaque=\"").append(space.opaque).append("\"");
  out.append("\r\n");
  if (space.count == UINT32_MAX) space.nonce.clear();
}

bool Client::take_info(bool from_proxy, std::string_view value) {
  AuthenticationInfo info;
  if (!parse_info(value, info)) return true;
  for (Space& space : spaces_) {
    if (space.from_proxy != from_proxy || space.cnonce.empty()) continue;
    // Without a client nonce it could be for any realm, and with another one for another request.
    if (info.cnonce.empty() ? spaces_.size() > 1 : info.cnonce != space.cnonce) continue;
    const bool is_proof = !info.rspauth.empty() && !space.rspauth.empty();
    if (is_proof && !equal_in_constant_time(info.rspauth, space.rspauth)) return false;
    if (info.nextnonce.empty() || info.nextnonce == space.nonce) continue;
    space.nonce = info.nextnonce;
    space.count = 0;
  }
  return true;
}

std::string_view text_of(Unanswered reason) {
  switch (reason) {
    case Unanswered::not_asked:
      return "the challenge cannot be read";
    case Unanswered::other_realm:
      return "the challenge is for a realm that is not the provider's";
    case Unanswered::algorithm:
      return "the challenge asks for a digest algorithm that is not allowed";
    case Unanswered::qop:
      return "the challenge asks for a protection that is not allowed";
    case Unanswered::wrong_password:
      return "the provider refused the user name or password";
    case Unanswered::too_often:
      return "the provider keeps on challenging";
    case Unanswered::unwritable:
      return "the address or the user name cannot be written into an answer";
  }
  return "the challenge was not answered";
}

}  // namespace rf::auth
