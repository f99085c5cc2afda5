#include "core/auth/challenge.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/auth/digest.hpp"
#include "core/auth/params.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/limits/wire.hpp"

namespace rf::auth {
namespace {

/// Both go back as they came: within quotes, and the nonce into the hash.
bool is_plain(std::string_view value) {
  return value.size() <= TrunkLimits::opaque_bytes && value.find('\\') == std::string_view::npos;
}

/// The best of `auth,auth-int` that we know; none when the list names neither.
std::optional<Qop> choose_qop(std::string_view list) {
  std::optional<Qop> best;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    skip_space(one);
    const std::string_view name = cut_token(one);
    skip_space(one);
    if (!one.empty()) continue;
    if (equal_nocase(name, "auth")) best = Qop::auth;
    if (equal_nocase(name, "auth-int") && !best) best = Qop::auth_int;
  }
  return best;
}

/// Notes which of a few names were there; a name twice is a text that two readers read in two ways.
class Seen {
 public:
  bool once(unsigned place) { return (std::exchange(bits_, bits_ | 1u << place) & 1u << place) == 0; }
  bool has(unsigned place) const { return (bits_ & 1u << place) != 0; }

 private:
  unsigned bits_ = 0;
};

}  // namespace

std::expected<void, ChallengeFault> parse_challenge(std::string_view value, Challenge& out) {
  const auto malformed = std::unexpected(ChallengeFault::malformed);
  if (value.size() > WireLimits::credentials_bytes) return malformed;
  std::string_view rest = value;
  skip_space(rest);
  if (!equal_nocase(cut_token(rest), "Digest")) return std::unexpected(ChallengeFault::other_scheme);
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return malformed;
  out.opaque.reset();
  out.algorithm = policy::Algorithm::md5;
  out.stale = false;
  out.qop = Qop::none;
  enum : unsigned { realm, nonce, opaque, algorithm, stale, qop };
  Seen seen;
  const auto take = [&](std::string_view name, std::string_view content) {
    if (equal_nocase(name, "realm")) return seen.once(realm) && out.realm.assign(content);
    if (equal_nocase(name, "nonce")) {
      out.nonce = content;
      return seen.once(nonce) && !content.empty() && is_plain(content);
    }
    if (equal_nocase(name, "opaque")) {
      out.opaque = content;
      return seen.once(opaque) && content.size() <= TrunkLimits::opaque_bytes;
    }
    if (equal_nocase(name, "algorithm")) {
      out.algorithm = parse_algorithm(content);
      return seen.once(algorithm);
    }
    if (equal_nocase(name, "stale")) {
      out.stale = equal_nocase(content, "true");
      return seen.once(stale);
    }
    if (equal_nocase(name, "qop")) {
      out.qop = choose_qop(content);
      return seen.once(qop);
    }
    return true;
  };
  if (!for_each_param(rest, take) || !seen.has(realm) || !seen.has(nonce)) return malformed;
  return {};
}

bool parse_info(std::string_view value, AuthenticationInfo& out) {
  if (value.size() > WireLimits::credentials_bytes) return false;
  out = {};
  Seen seen;
  const std::array<std::pair<std::string_view, std::string_view*>, 4> known{
      {{"nextnonce", &out.nextnonce}, {"rspauth", &out.rspauth}, {"cnonce", &out.cnonce}, {"nc", &out.nc}}};
  return for_each_param(value, [&](std::string_view name, std::string_view content) {
    for (unsigned i = 0; i < known.size(); ++i) {
      if (!equal_nocase(name, known[i].first)) continue;
      *known[i].second = content;
      return seen.once(i) && is_plain(content);
    }
    return true;
  });
}

}  // namespace rf::auth
