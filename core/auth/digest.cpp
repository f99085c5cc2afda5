#include "core/auth/digest.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/auth/credentials.hpp"
#include "core/auth/hash.hpp"
#include "core/auth/nonce.hpp"
#include "core/auth/nonce_counts.hpp"
#include "core/auth/params.hpp"

namespace rf::auth {
namespace {

using policy::Algorithm;
constexpr std::array<Algorithm, policy::algorithm_count> strongest_first{Algorithm::sha512_256, Algorithm::sha256,
                                                                         Algorithm::md5};

/// The request URI and the URI of the digest are to be the same text; the letter case of what stands around the user
/// part is not held against a phone (RFC 3261 §19.1.4).
bool same_uri(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto split = [](std::string_view uri) {
    const std::size_t colon = std::min(uri.find(':'), uri.size()), at = uri.find('@');
    const std::size_t user = at == std::string_view::npos ? colon : at;
    return std::array{uri.substr(0, colon), uri.substr(colon, user - std::min(user, colon)), uri.substr(user)};
  };
  const auto [scheme_a, user_a, host_a] = split(a);
  const auto [scheme_b, user_b, host_b] = split(b);
  return equal_nocase(scheme_a, scheme_b) && user_a == user_b && equal_nocase(host_a, host_b);
}

/// `a` where `first` holds, else `b`, without a branch on it.
Secret<Digest> select(bool first, const Digest& a, const Digest& b) {
  const auto mask = static_cast<std::uint8_t>(0 - static_cast<unsigned>(first));
  Secret<Digest> out;
  for (std::size_t i = 0; i < a.size(); ++i)
    out.reveal()[i] = static_cast<std::uint8_t>((a[i] & mask) | (b[i] & ~mask));
  return out;
}

/// Who answers, or the stand-in that makes nobody cost what somebody costs.
struct Claimed {
  const policy::Login* login = nullptr;
  const Gateway* gateway = nullptr;  ///< both null: nobody has that name
  Secret<Digest> ha1;

  bool exists() const { return login != nullptr || gateway != nullptr; }
};

/// Stand-ins for names that nobody has: derived from the name, so that one name always behaves in one way.
class Decoys {
 public:
  explicit Decoys(const Authenticator::Key& root) {
    constexpr std::string_view label = "rf decoy";
    std::array<std::uint8_t, 32> key;
    crypto_generichash(key.data(), key.size(), reinterpret_cast<const std::uint8_t*>(label.data()), label.size(),
                       root.data(), root.size());
    keys_ = Secret(key);
  }

  /// Finds the extension and its stored hash. A known and an unknown name take the same steps: one look-up that finds,
  /// one that does not, one extension's credentials read, one look-up among the gateways, one decoy made.
  Claimed claim(const policy::Policy& policy, const Gateways* gateways, Algorithm algorithm,
                std::string_view username) const {
    const Digest decoy = hash(username);
    const policy::Login* found = policy.login(username);
    const Gateway* gateway = gateways ? gateways->find(username) : nullptr;
    if (found) gateway = nullptr;
    const Digest& other_stored =
        gateway ? gateway->credentials.ha1[static_cast<std::size_t>(algorithm)].reveal() : decoy;
    const auto& all = policy.logins();
    if (all.empty()) return {nullptr, gateway, Secret(other_stored)};
    std::uint64_t pick;
    std::memcpy(&pick, decoy.data(), sizeof pick);
    const policy::Login* stand_in = &all[pick % all.size()];
    // No registration name holds a NUL, so this one is never found, and is as long as the one asked for.
    std::array<char, PlainText::max> nobody;
    std::memcpy(nobody.data(), username.data(), username.size());
    nobody[0] = '\0';
    const std::string_view second =
        found ? std::string_view(nobody.data(), username.size()) : policy.name_of(*stand_in);
    const policy::Login* other = policy.login(second);
    const policy::Login* read = found ? found : (other ? other : stand_in);
    const Digest& stored = policy.credentials_of(*read).ha1[static_cast<std::size_t>(algorithm)].reveal();
    return {found, gateway, select(found != nullptr, stored, other_stored)};
  }

 private:
  Digest hash(std::string_view username) const {
    Digest out;
    const auto* text = reinterpret_cast<const std::uint8_t*>(username.data());
    crypto_shorthash_siphashx24(out.data(), text, username.size(), keys_.reveal().data());
    crypto_shorthash_siphashx24(out.data() + 16, text, username.size(), keys_.reveal().data() + 16);
    return out;
  }

  Secret<std::array<std::uint8_t, 32>> keys_;
};

Result refused(Reason reason, Result so_far) {
  so_far.outcome = Outcome::refused;
  so_far.reason = reason;
  return so_far;
}

Result stale(Reason reason, Result so_far) {
  so_far.outcome = Outcome::stale;
  so_far.reason = reason;
  return so_far;
}

Result challenged(Reason reason, Result so_far) {
  so_far.outcome = Outcome::challenge;
  so_far.reason = reason;
  return so_far;
}

}  // namespace

struct Authenticator::State {
  State(const Key& root, std::size_t nonces_max) : decoys(root), mint(root), counts(nonces_max) {}

  /// The first credentials for our realm; otherwise why there are none.
  Reason choose(std::span<const std::string_view> values, std::string_view realm) {
    Reason reason = Reason::no_credentials;
    for (const std::string_view value : values) {
      const auto parsed = parse_credentials(value, credentials);
      if (parsed && credentials.realm.view() == realm) return Reason::none;
      if (parsed && reason == Reason::no_credentials) reason = Reason::other_realm;
      if (!parsed && parsed.error() == CredentialsFault::malformed) reason = Reason::malformed;
    }
    return reason;
  }

  bool is_offered(const policy::Policy& policy, Algorithm algorithm) const {
    return hasher.has(algorithm) && (algorithm == Algorithm::md5 ? policy.md5_allowed : policy.sha2_allowed);
  }

  Hasher hasher;
  Decoys decoys;
  NonceMint mint;
  NonceCounts counts;
  Credentials credentials;
};

Authenticator::Authenticator(const Key& root, std::size_t nonces_max)
    : state_(std::make_unique<State>(root, nonces_max)) {}
Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;

Presented Authenticator::look(Now now, const policy::Policy& policy, const Attempt& attempt) {
  State& s = *state_;
  Presented out;
  out.reason = s.choose(attempt.credentials, policy.realm);
  if (out.reason != Reason::none) return out;
  out.username = s.credentials.username.raw();
  const std::int64_t clock_ms = s.mint.clock_ms(now);
  out.nonce = s.mint.read(clock_ms, s.credentials.nonce, {attempt.source, attempt.transport, policy.realm});
  out.source_proven = out.nonce && clock_ms - out.nonce->issued_ms <= std::int64_t{1'000} * policy.times.nonce_age_s;
  return out;
}

Result Authenticator::verify(Now now, const policy::Policy& policy, const Attempt& attempt,
                             const Presented& presented) {
  State& s = *state_;
  Result result;
  if (presented.reason == Reason::malformed) return refused(presented.reason, result);
  if (presented.reason != Reason::none) return challenged(presented.reason, result);
  const Credentials& given = s.credentials;
  result.username = presented.username;

  // From here to the user's name nothing depends on whether that user exists, so it may end early.
  if (!given.algorithm || !s.is_offered(policy, *given.algorithm))
    return refused(Reason::unsupported_algorithm, result);
  const Algorithm algorithm = *given.algorithm;
  const std::int64_t clock_ms = s.mint.clock_ms(now);
  const std::optional<Nonce>& nonce = presented.nonce;
  if (!nonce) return stale(Reason::forged_nonce, result);
  const std::int64_t age_ms = std::int64_t{1'000} * policy.times.nonce_age_s;
  const bool fresh = presented.source_proven;
  result.source_proven = fresh;
  if (!same_uri(given.uri, attempt.request_uri)) return refused(Reason::wrong_uri, result);
  // stale=true must not depend on the password, or an account that may not be used from there would tell its password.
  const NonceCounts::Verdict use = s.counts.look(*nonce, given.count);
  if (fresh && use == NonceCounts::Verdict::used) return stale(Reason::replayed, result);
  if (!fresh || use == NonceCounts::Verdict::forgotten) return stale(Reason::stale_nonce, result);
  const bool is_local = policy.is_local(attempt.source);

  const Claimed claimed = s.decoys.claim(policy, attempt.gateways, algorithm, given.username.view());
  const std::size_t bytes = digest_size(algorithm);
  const Hex ha1_hex(claimed.ha1.reveal(), bytes);
  const Hex ha2_hex(s.hasher.join(algorithm, {attempt.method, given.uri}), bytes);
  const Hex expected(
      s.hasher.join(algorithm, {ha1_hex.view(), given.nonce, given.nc, given.cnonce, "auth", ha2_hex.view()}), bytes);
  const bool matches = equal_in_constant_time(expected.view(), given.response);

  const policy::Extension* extension = claimed.login ? &policy.extension_of(*claimed.login) : nullptr;
  const Gateway* gateway = claimed.gateway;
  // Asked for every name, or the time would tell which of them are gateways'.
  const bool gateways_too = attempt.gateways && !attempt.gateways->empty() && attempt.permits_gateway;
  const bool gateway_permitted = !gateways_too || attempt.permits_gateway(gateway ? gateway->trunk : TrunkId{});
  const bool permitted = extension ? !attempt.permits || attempt.permits(*extension) : gateway_permitted;
  if (!claimed.exists()) return refused(Reason::unknown_user, result);
  if (extension && !extension->enabled) return refused(Reason::disabled_user, result);
  const bool md5_allowed = extension ? extension->md5_allowed : gateway->md5_allowed;
  if (algorithm == Algorithm::md5 && !md5_allowed) return refused(Reason::unsupported_algorithm, result);
  if (!matches) return refused(Reason::wrong_password, result);
  // Where a gateway may come from, its sources say.
  if (extension && !is_local && !extension->remote_allowed) return refused(Reason::remote_not_allowed, result);
  if (!permitted) return refused(Reason::not_permitted, result);
  s.counts.store(clock_ms, age_ms, *nonce, given.count);
  result.outcome = Outcome::accepted;
  result.reason = Reason::none;
  result.extension = extension;
  result.login = claimed.login;
  if (!extension) result.gateway = gateway->trunk;
  return result;
}

void Authenticator::append_challenges(std::string& out, std::string_view header, Now now, const policy::Policy& policy,
                                      const Address& source, Transport transport, bool is_stale) {
  State& s = *state_;
  const auto nonce = s.mint.make(s.mint.clock_ms(now), {source, transport, policy.realm});
  for (const Algorithm algorithm : strongest_first) {
    if (!s.is_offered(policy, algorithm)) continue;
    out.append(header).append(": Digest realm=");
    append_quoted(out, policy.realm);
    out.append(", nonce=\"").append(nonce.data(), nonce.size()).append("\", algorithm=").append(text_of(algorithm));
    out.append(is_stale ? ", qop=\"auth\", stale=true\r\n" : ", qop=\"auth\"\r\n");
  }
}

std::size_t Authenticator::nonces_remembered() const {
  return state_->counts.size();
}

void Authenticator::set_nonces_max(std::size_t limit) {
  state_->counts.set_limit(limit);
}

std::array<std::uint8_t, 32> ha1(Algorithm algorithm, std::string_view username, std::string_view realm,
                                 std::string_view password) {
  return Hasher(algorithm).join(algorithm, {username, realm, password});
}

std::string response(Algorithm algorithm, const std::array<std::uint8_t, 32>& ha1, std::string_view nonce,
                     std::string_view nc, std::string_view cnonce, std::string_view method, std::string_view uri) {
  Hasher hasher(algorithm);
  const std::size_t bytes = digest_size(algorithm);
  const Hex ha1_hex(ha1, bytes), ha2_hex(hasher.join(algorithm, {method, uri}), bytes);
  return std::string(
      Hex(hasher.join(algorithm, {ha1_hex.view(), nonce, nc, cnonce, "auth", ha2_hex.view()}), bytes).view());
}

std::string_view text_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::sha512_256: return "SHA-512-256";
    case Algorithm::sha256: return "SHA-256";
    case Algorithm::md5: return "MD5";
  }
  return "MD5";
}

std::optional<Algorithm> parse_algorithm(std::string_view text) {
  for (const Algorithm algorithm : strongest_first)
    if (equal_nocase(text, text_of(algorithm))) return algorithm;
  return std::nullopt;
}

std::string_view text_of(Reason reason) {
  switch (reason) {
    case Reason::none: return "accepted";
    case Reason::no_credentials: return "no credentials given";
    case Reason::malformed: return "malformed credentials";
    case Reason::other_realm: return "credentials for another realm";
    case Reason::forged_nonce: return "nonce not issued here, or not to this source";
    case Reason::stale_nonce: return "nonce too old";
    case Reason::replayed: return "nonce and count used before";
    case Reason::unsupported_algorithm: return "digest algorithm not permitted";
    case Reason::wrong_uri: return "digest made for another request";
    case Reason::unknown_user: return "unknown registration name";
    case Reason::disabled_user: return "extension disabled";
    case Reason::wrong_password: return "wrong password";
    case Reason::remote_not_allowed: return "right password, but remote use is not allowed";
    case Reason::not_permitted: return "right password, but not permitted from there";
  }
  return "not accepted";
}

}  // namespace rf::auth
