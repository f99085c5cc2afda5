// The other side of digest authentication: answering a provider that asks for the trunk's password.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/challenge.hpp"
#include "core/auth/hash.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/random.hpp"
#include "core/base/secret.hpp"

namespace rf::auth {

/// Who we are to a provider, and what it may ask for.
struct Account {
  std::string username;
  Secret<std::string> password;
  /// The realms that get an answer, at most `TrunkLimits::realms`. Empty: the first that asks, and no other after it.
  std::vector<std::string> realms = {};
  bool md5_allowed = true;
  bool legacy_allowed = false;  ///< challenges without qop (RFC 2069): no client nonce, so answers can be tabled
};

/// One WWW-Authenticate (401) or Proxy-Authenticate (407) header.
struct ChallengeHeader {
  bool from_proxy = false;
  std::string_view value;
};

/// The request that is to be authenticated; views outlive the call only.
struct Asking {
  std::string_view method;
  std::string_view uri;  ///< the Request-URI as written
  std::string_view body = {};
};

enum class Unanswered : std::uint8_t {
  not_asked,       ///< no challenge in it that can be read
  other_realm,     ///< somebody else than our provider asks, perhaps one who gathers answers
  algorithm,       ///< none that we know, or MD5 where it is not allowed
  qop,             ///< none that we know, or none at all where that is not allowed
  wrong_password,  ///< our answer to a challenge of this very request was refused
  too_often,       ///< `TrunkLimits::challenge_rounds` answers to one request
  unwritable,      ///< the URI or the user name would not fit between quotes
};
std::string_view text_of(Unanswered reason);

/// What hashes and chance are drawn from.
struct Means {
  Hasher& hasher;
  Random& random;
};

/// The challenges that one request met so far; lives as long as its retries.
class Rounds {
 private:
  friend class Client;
  std::uint8_t count_ = 0;
  std::uint8_t answered_ = 0;  ///< a bit for each of the client's spaces
};

/// Answers challenges with one account, and remembers nonces so that the next request need not be challenged.
/// Of several challenges for one realm the strongest algorithm is answered: SHA-512-256, SHA-256, MD5. A realm that is
/// not the provider's gets nothing: whoever is called, or stands further down, could gather digests to guess at. What
/// realms cannot tell is a liar with the provider's own; against that help TLS, SHA-2 and a generated password.
/// Neither the password nor H(username:realm:password) is ever written out. Source: RFC 7616, RFC 8760, RFC 3261 §22.
class Client {
 public:
  explicit Client(Account account) : account_(std::move(account)) {}

  /// Reads the challenges of a 401 or 407 and appends the header lines for the next try: `Authorization: Digest …` or
  /// `Proxy-Authorization: Digest …`, one for each realm that asked for this or an earlier request.
  /// Errors: see Unanswered; nothing is appended then.
  std::expected<void, Unanswered> answer(Means means, Rounds& rounds, std::span<const ChallengeHeader> challenges,
                                         const Asking& asking, std::string& out);
  /// Appends header lines for a request that nobody has challenged yet, as far as nonces are known.
  void append_known(Means means, const Asking& asking, std::string& out);
  /// Reads Authentication-Info or Proxy-Authentication-Info of a 2xx: the nonce for the next request. False: it carries
  /// a proof of the password (rspauth) that is wrong, and its nonce is not taken.
  bool take_info(bool from_proxy, std::string_view value);

  const Account& account() const { return account_; }
  std::size_t realms_known() const { return spaces_.size(); }

 private:
  /// A protection space and what its next answer needs.
  struct Space {
    std::string realm;
    bool from_proxy = false;
    policy::Algorithm algorithm = policy::Algorithm::md5;
    Qop qop = Qop::none;
    std::string nonce;   ///< empty: used up
    std::string opaque;  ///< as written
    bool has_opaque = false;
    std::uint32_t count = 0;  ///< answers with this nonce
    Secret<Digest> ha1;
    std::string cnonce;   ///< of the last answer
    std::string rspauth;  ///< what proves the server to its Authentication-Info; empty: nothing does
  };
  static_assert(TrunkLimits::realms <= 8, "Rounds has a bit for each");

  bool is_ours(std::string_view realm) const;
  std::expected<void, Unanswered> usable(const Hasher& hasher, const Challenge& challenge) const;
  Space* space_for(bool from_proxy, std::string_view realm);
  void adopt(Hasher& hasher, Space& space, const Challenge& challenge);
  void append(Means means, Space& space, const Asking& asking, std::string& out);

  Account account_;
  std::vector<Space> spaces_;
};

}  // namespace rf::auth
