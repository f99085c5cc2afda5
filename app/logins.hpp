// Signing in: who shows what, who has to wait, and what a request is recognised by. Everything here is in memory beside
// its rows of the database, so that a request costs no query.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/errands.hpp"
#include "app/records.hpp"
#include "app/sign_on.hpp"
#include "core/access/mail_codes.hpp"
#include "core/access/people.hpp"
#include "core/access/sessions.hpp"
#include "core/access/throttle.hpp"
#include "core/access/totp.hpp"
#include "core/audit/chain.hpp"
#include "core/command/catalog.hpp"
#include "core/event/words.hpp"
#include "core/passkey/passkey.hpp"
#include "shell/config/login.hpp"
#include "shell/log/log.hpp"
#include "shell/seal/slow_hash.hpp"
#include "shell/store/people.hpp"
#include "shell/web/site.hpp"

namespace rf::app {

class Logins {
 public:
  /// What it needs of the server. All but `spared` and `has_mail` may wait for the disk.
  struct Doors {
    log::Log& log;
    std::function<void(const std::function<void(Records&)>&)> records;  ///< with nobody else at the database
    std::function<void(audit::Event)> audit;
    std::function<void(const Endpoint&, std::string_view account)> failed;  ///< for the guard's counts
    std::function<bool(const Address&)> spared;  ///< who is never held for good: loopback, what operators allow
    std::function<bool()> has_mail;              ///< whether letters can leave
    /// One letter to an address. Waits for the mail server. Gives what was wrong, without secrets; empty: it has left.
    std::function<std::string(const std::string& to, const event::Filled& words, std::stop_token)> mail;
    /// Carries out a command for `actor`, as Api::Desk has it.
    std::function<Outcome(const command::Checked& checked, const std::string& actor,
                          const std::function<bool()>& still)>
        carry_out;
  };
  Logins(Doors doors, const config::LoginSettings& settings, std::uint64_t seed, const seal::HashCost& cost = {},
         std::unique_ptr<SignOn> sign_on = std::make_unique<SignOn>());

  /// At start: what was there before. Errors: of the database.
  store::Expected<void> restore(Records& records);
  /// After a command about people: the database is what counts.
  store::Expected<void> reload(Records& records);
  void use(const config::LoginSettings& settings);
  /// Each second or so: ends what has ended, and writes down what was used.
  void care(Records& records, std::int64_t now_wall_ms);
  /// Nothing more is hashed, and nobody elsewhere is asked; whoever waits for it is refused.
  void stop() {
    hashes_.stop();
    errands_.stop();
  }

  web::Recognised recognise(const web::Credentials& shown);
  /// Of somebody known who lacked what he asked for.
  void refused(const access::Asker& asker, const Endpoint& remote, std::string_view method, std::string_view path);
  /// Of somebody who proved nothing: so many a minute stand in the audit log, and how many there were besides. Waits
  /// for the disk; `what`: nothing that he chose.
  void turned_away(std::string actor, const Endpoint& remote, std::string_view what);

  /// The operations of api/v1 about oneself. They refer to this object.
  std::vector<web::Route> routes();

  std::vector<access::HeldSource> held(std::int64_t now_wall_ms);
  bool release(const Address& source, std::int64_t now_wall_ms);
  access::PeopleRef people();
  std::uint64_t hashes() const { return hashes_.computed(); }
  /// Since the start.
  struct Counters {
    std::uint64_t succeeded = 0;  ///< with every factor
    std::uint64_t failed = 0;     ///< wrong passwords, codes, passkeys and proofs of providers
    std::uint64_t held = 0;       ///< attempts that were not looked at, for all that failed before
  };
  Counters counters() const { return {succeeded_, failed_, held_}; }

 private:
  struct Opened {
    Secret<std::string> token;
    access::Session session;
  };
  using Step = access::Step;

  // logins.cpp
  void sign_in(const web::Request& asked, web::Respond respond);
  web::Answer signed_in(const web::Request& asked, const access::User& user, bool weak);
  web::Answer second_factor(const web::Request& asked);
  web::Answer sign_out(const web::Request& asked);
  /// There was no room to look at an attempt that hold() counted: it was no guess.
  web::Answer no_room(const web::Request& asked, const std::string& name);
  web::Answer refuse(const web::Request& asked, const std::string& name, bool known, std::string_view what);
  std::optional<web::Answer> hold(const web::Request& asked, const std::string& name);
  /// The step after the first ones. `records` for what only the database knows.
  Step step_of(const access::User& user) const;
  store::Expected<Opened> open_session(Records& records, const web::Request& asked, const access::User& user,
                                       Step step);
  /// Ends the session of this request and begins one in its place, under another token.
  web::Answer go_on(const web::Request& asked, const access::User& user, Step step, web::Json more);
  void note(std::string actor, const Endpoint& remote, std::string_view what, std::string_view outcome);
  access::Asker asker_of(const access::User& user) const;
  web::Json account_of(const access::User& user, Step step) const;

  // account.cpp
  web::Answer account(const web::Request& asked);
  web::Answer check_password(const web::Request& asked);
  void change_password(const web::Request& asked, web::Respond respond);
  web::Answer begin_factor(const web::Request& asked);
  web::Answer confirm_factor(const web::Request& asked);
  void remove_factor(const web::Request& asked, web::Respond respond);
  /// A second factor that was proved: kept with new recovery codes by `keep`, and all other sessions end.
  using KeepFactor = std::function<store::Expected<void>(Records&, const std::vector<std::string>& recovery)>;
  web::Answer factor_added(const web::Request& asked, const access::User& user, const KeepFactor& keep);
  // mail_codes.cpp
  web::Answer send_sign_in_code(const web::Request& asked);
  web::Answer send_own_code(const web::Request& asked);
  web::Answer confirm_mailbox(const web::Request& asked);
  /// Sends a code to `address`; empty: to nobody, with the same answer.
  web::Answer send_code(const web::Request& asked, const access::User& user, const std::string& address);
  /// Whether his second factor may be codes by e-mail.
  bool takes_mail_codes(const access::User& user) const;
  // passkeys.cpp
  web::Answer own_passkeys(const web::Request& asked);
  void begin_passkey(const web::Request& asked, web::Respond respond);
  web::Answer add_passkey(const web::Request& asked);
  web::Answer remove_passkey(const web::Request& asked);
  web::Answer ask_for_passkey(const web::Request& asked);
  web::Answer show_passkey(const web::Request& asked);
  std::string challenge(const std::string& purpose) const;
  /// Once: whoever saw it pass by comes too late.
  bool use_challenge(const std::string& challenge, std::int64_t now_wall_ms);

  // own_extension.cpp
  web::Answer own_extension(const web::Request& asked);
  void link_own_extension(const web::Request& asked, web::Respond respond);
  void reset_own_extension(const web::Request& asked, web::Respond respond);
  /// The one that is his at this moment, on disk; none: he has none.
  std::optional<store::ExtensionRow> extension_of(const access::Asker& asker);
  /// Asks for the password, and carries out `command` about his extension.
  void change_own_extension(const web::Request& asked, const std::string& command, web::Respond respond);
  web::Answer changed_own_extension(const web::Request& asked, const std::string& command);

  // account.cpp
  web::Answer own_sessions(const web::Request& asked);
  web::Answer end_sessions(const web::Request& asked);
  web::Answer look_at_first(const web::Request& asked);
  void use_first(const web::Request& asked, web::Respond respond);
  web::Answer made_first(const web::Request& asked, const std::string& link, const access::User& wished,
                         const Secret<std::string>& hash);
  // logins_elsewhere.cpp
  web::Answer ways(const web::Request& asked);
  void leave_for(const web::Request& asked, web::Respond respond);
  void come_back(const web::Request& asked, web::Respond respond);
  void ask_directory(const web::Request& asked, const std::string& name, Secret<std::string> password,
                     web::Respond respond);
  /// Who was proved elsewhere, signed in here: found, made or changed, as his groups have it. `counted`: the name that
  /// his attempt counts under.
  web::Answer welcome(const web::Request& asked, const access::Provider& provider, const access::Identity& who,
                      const std::string& counted);
  web::Answer not_proved(const web::Request& asked, const access::Provider& provider, const SignOn::Problem& why,
                         const std::string& counted);
  /// Whether he may have no password here.
  bool barred(const access::User& user) const;
  bool trusts_factor_of(const access::User& user) const;

  std::vector<access::PasswordFault> faults(std::string_view password, const access::User& user) const;
  std::optional<web::Answer> refuse_password(std::string_view password, const access::User& user) const;
  std::optional<access::User> user_of(const web::Request& asked);
  bool code_fits(Records& records, const access::User& user, access::SessionId session, std::string_view code,
                 std::int64_t now_wall_ms);
  /// All sessions of a user but this one, on disk too.
  void end_others(Records& records, access::UserId user, access::SessionId but);
  /// Whether he may sign in and has the password of then: what was compared may have waited. With `session`, whether
  /// that goes on, too.
  bool still_has_password(const access::User& then, std::optional<access::SessionId> session = {});

  Doors doors_;
  seal::HashThread hashes_;
  std::atomic<std::uint64_t> succeeded_ = 0, failed_ = 0, held_ = 0;
  mutable std::mutex mutex_;  ///< over all below, for moments; the database is never waited for under it
  config::LoginSettings settings_;
  access::PeopleRef people_ =
      std::make_shared<const access::People>(std::vector<access::User>(), std::vector<access::Role>());
  access::Sessions sessions_;
  access::Tokens tokens_;
  access::Throttle throttle_;
  std::map<access::SessionId, access::TotpSecret> begun_factors_;  ///< shown, and not confirmed yet
  access::MailCodes mail_codes_;
  passkey::Challenges challenges_;
  std::map<std::string, std::int64_t> used_challenges_;  ///< until when each would be good
  std::int64_t cared_ms_ = 0, audited_ms_ = 0;
  std::uint32_t audited_ = 0, unaudited_ = 0;
  bool held_changed_ = false;
  seal::Vault flows_;  ///< seals what browsers keep while they are elsewhere; no longer than this process
  std::map<std::string, std::int64_t> finished_;  ///< nonces that signed somebody in, and until when they could again
  std::vector<audit::Event> refusals_;            ///< that the audit log has still to take
  std::unique_ptr<SignOn> sign_on_;
  Errands errands_;  ///< ends before all that it uses
};

/// What a body lacks or has too much: its fields are these texts, no others. None: it is fine.
std::optional<web::Answer> fault_of_fields(const web::Json& body, std::initializer_list<std::string_view> needed,
                                           std::initializer_list<std::string_view> possible = {});
std::string text_of(const web::Json& body, std::string_view key);
/// 503: hashes, letters and questions elsewhere have as many waiting as may wait.
web::Answer many_sign_in();

}  // namespace rf::app
