// Registering with a provider: one machine, from the first REGISTER to the last, that sends nothing by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/auth/client.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"

namespace rf::trunk {

/// How one registration is to be kept.
struct RegistrationTerms {
  std::string registrar;            ///< the Request-URI, "sip:provider.example"
  std::uint32_t expires_s = 3'600;  ///< asked for; at most `TrunkLimits::expires_s`
  std::uint32_t retry_base_s = 30;  ///< after no answer, 5xx and the like (RFC 5626 §4.5, all flows failed)
  std::uint32_t retry_max_s = 1'800;
  /// After a refusal that trying again does not mend (wrong password, 403): guards of providers ban who keeps on.
  std::uint32_t refused_retry_base_s = 900;
  std::uint32_t refused_retry_max_s = 14'400;
  /// Hosts that a 3xx may send us to, lower case. Empty, the default: none (row H15).
  std::vector<std::string> redirect_hosts = {};
};

/// Find the addresses of this URI (RFC 3263) and tell Registration::located().
struct Locate {
  std::string uri;
};

/// Send a REGISTER, and tell its outcome with the same CSeq. Its Call-ID and contact user are the registration's.
struct SendRegister {
  std::size_t target = 0;  ///< which of the addresses located last
  std::string uri;
  std::uint32_t cseq = 0;
  std::uint32_t expires_s = 0;  ///< zero ends the registration
  std::string credentials;      ///< header lines, each with its CRLF; holds digests, so it is not for a log
};

enum class RegistrationState : std::uint8_t {
  idle,
  trying,
  registered,
  waiting,  ///< failed; tries again by itself
  refused,  ///< failed so that somebody has to look; tries again after long pauses
  stopping,
  stopped,
};
std::string_view text_of(RegistrationState state);

/// Something that the operator wants to know, in one line. Holds no text of the provider's.
struct RegistrationChanged {
  RegistrationState state = RegistrationState::idle;
  std::string line;
};

using RegistrationEffect = std::variant<Locate, SendRegister, RegistrationChanged>;

/// One Contact of a 2xx.
struct BindingFact {
  std::string_view user;  ///< unescaped
  std::optional<std::uint32_t> expires_s;
};

/// What a final response to a REGISTER says; views outlive the call only. Lists that are too long may be cut before.
struct RegisterReply {
  std::uint32_t cseq = 0;
  int status = 0;
  std::span<const auth::ChallengeHeader> challenges = {};
  std::string_view authentication_info = {};
  bool info_from_proxy = false;
  std::span<const BindingFact> bindings = {};
  std::optional<std::uint32_t> expires_s = {};      ///< Expires
  std::optional<std::uint32_t> min_expires_s = {};  ///< of a 423
  std::optional<std::uint32_t> retry_after_s = {};
  std::string_view redirect_uri = {}, redirect_host = {};  ///< first Contact of a 3xx
  std::span<const std::string_view> service_routes = {}, associated_uris = {}, paths = {};
};

/// Keeps one contact registered with one provider.
/// - The contact's user part is random: only who was told it, our provider, can call it (see Match).
/// - It is refreshed when three quarters of the granted time are over at the latest, so that two addresses can time out
///   before it ends; by chance up to a fifth earlier.
/// - No answer, 408, 429, 480 and 5xx lead to the next address, then to a pause that doubles. What only a person can
///   mend (wrong password, 403, 404, a redirection) leads to long pauses.
/// - A 2xx that lists contacts of others changes nothing; the operator is told, since the account may be shared or
///   stolen. +sip.instance is not sent: it would tell every provider, and who listens, which machine this is, and all
///   that it could do is done by the contact and, after a restart, by giving the same one again.
/// Handle one input, carry out what it appends, call again at next_deadline(). Source: RFC 3261 §10.2, RFC 3608.
class Registration {
 public:
  /// What each input may use; `client` is the trunk's, shared with its calls.
  struct Turn {
    Now now;
    auth::Client& client;
    auth::Means means;
    std::vector<RegistrationEffect>& out;
  };

  /// A user part that nobody guesses: `TrunkLimits::token_characters` of chance.
  static std::string make_token(Random& random) { return random.token(TrunkLimits::token_characters); }

  /// `token` from make_token(), the same as before a restart where it was kept; `call_id` new for each start.
  Registration(RegistrationTerms terms, std::string token, std::string call_id);

  /// Begins, or tries at once whatever pause there is.
  void start(Turn turn);
  /// How many addresses the last Locate found.
  void located(Turn turn, std::size_t targets);
  /// A final response; others than to the last REGISTER are ignored.
  void reply(Turn turn, const RegisterReply& reply);
  /// The last REGISTER got no answer: timeout, connection refused, certificate not the right one.
  void unanswered(Turn turn, std::uint32_t cseq);
  /// The connection that the registration was made over is gone: calls no longer come in.
  void path_lost(Turn turn);
  void handle_timer(Turn turn);
  /// Takes the contact back, if it may be there, and ends.
  void stop(Turn turn);

  std::int64_t next_deadline() const { return deadline_ms_; }
  RegistrationState state() const { return state_; }
  /// Whether the provider still has our contact, also while a refresh fails.
  bool is_bound(Now now) const { return now.mono_ms < bound_until_ms_; }
  /// Until when, by monotonic time.
  std::int64_t bound_until_ms() const { return bound_until_ms_; }
  const std::string& token() const { return token_; }
  const std::string& call_id() const { return call_id_; }
  /// Route headers for requests to this provider (RFC 3608 §6.1): written, never resolved.
  const std::vector<std::string>& service_routes() const { return service_routes_; }
  /// P-Associated-URI: identities that the provider says are ours (RFC 7315 §4.1).
  const std::vector<std::string>& associated_uris() const { return associated_uris_; }
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  enum class Awaiting : std::uint8_t { nothing, addresses, reply };

  void begin(Turn& turn);
  void locate(Turn& turn);
  void refresh(Turn& turn);
  /// With the credentials whose nonces are known.
  void send_known(Turn& turn);
  void send(Turn& turn, std::string credentials);
  void accepted(Turn& turn, const RegisterReply& reply);
  void challenged(Turn& turn, const RegisterReply& reply);
  void interval_too_brief(Turn& turn, const RegisterReply& reply);
  void redirected(Turn& turn, const RegisterReply& reply);
  void next_address(Turn& turn, std::optional<std::uint32_t> retry_after_s, std::string line);
  void wait(Turn& turn, std::optional<std::uint32_t> retry_after_s, std::string line);
  void refuse(Turn& turn, std::string line);
  void settle(Turn& turn, RegistrationState state, std::string line);
  std::uint32_t granted_s(const RegisterReply& reply, bool& listed, std::size_t& others) const;
  std::int64_t refresh_in_ms(std::uint32_t granted_s, Random& random) const;

  RegistrationTerms terms_;
  std::string token_, call_id_;
  RegistrationState state_ = RegistrationState::idle;
  Awaiting awaiting_ = Awaiting::nothing;
  bool refreshing_ = false;  ///< to the address that served last, which need not be in a new list
  std::string uri_;
  std::string told_;
  std::uint32_t cseq_ = 0;
  std::uint32_t asked_s_;
  std::size_t targets_ = 0, target_ = 0;
  std::uint32_t failures_ = 0, refusals_ = 0;  ///< in a row
  std::uint8_t interval_refusals_ = 0, redirects_ = 0;
  auth::Rounds rounds_;
  std::int64_t deadline_ms_ = never_ms;
  std::int64_t bound_until_ms_ = 0;
  std::int64_t accepted_ms_ = 0;
  std::vector<std::string> service_routes_, associated_uris_, paths_;
};

}  // namespace rf::trunk
