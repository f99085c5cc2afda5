// Users, roles, second factors, one-time links, sessions and tokens on disk. Of what was given out once, the hash
// alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/access/people.hpp"
#include "core/access/provider.hpp"
#include "core/access/sessions.hpp"
#include "core/access/throttle.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

/// The authenticator app of a user.
struct Factor {
  Secret<std::vector<std::uint8_t>> secret;
  std::uint64_t last_step = 0;  ///< of the code that was accepted last
};

/// A passkey of a user.
struct PasskeyRow {
  std::string id;  ///< as base64url, like its key
  access::UserId user;
  std::string name;  ///< what its user calls it
  std::string key, site;
  std::uint32_t count = 0;
  std::int64_t created_wall_ms = 0, used_wall_ms = 0;  ///< 0: never
};

/// The tables about people of an open store; lives no longer than it.
class PeopleTables {
 public:
  explicit PeopleTables(Store& store) : state_(*store.state_) {}

  Expected<access::PeopleRef> load();
  /// Errors: duplicate_name, invalid_value when there are too many.
  Expected<access::UserId> add_user(const access::User& user);
  /// All but the name, the password, where he signs in, and his extension, which he keeps as long as it is of his
  /// tenant. Errors: not_found.
  Expected<void> set_user(const access::User& user);
  /// Gives him an extension of his own, by its number in his tenant (in the default one when he is the system's), or
  /// none when it is empty. One-time links of the one that he loses end. Errors: not_found; in_use when it is somebody
  /// else's; invalid_value for a dealer's user, who is of no tenant.
  Expected<void> set_extension(access::UserId user, const std::string& number);
  /// His own, by tenant and number, as find_extension() takes it; none: he has none.
  Expected<std::optional<Store::Numbered>> extension_of(access::UserId user);
  /// An empty hash: he has none until a link gives him one.
  Expected<void> set_password(access::UserId user, const Secret<std::string>& hash, bool must_change,
                              std::int64_t now_wall_ms);
  Expected<void> note_login(access::UserId user, std::int64_t now_wall_ms);
  /// With all that is his. Errors: not_found.
  Expected<void> drop_user(access::UserId user);
  /// Adds or replaces one of the operators'. Errors: invalid_value when there are too many.
  Expected<void> put_role(const access::Role& role);
  Expected<bool> drop_role(const std::string& name);

  /// Where people sign in who have no password here. A secret that was moved there from elsewhere is none.
  Expected<std::vector<access::Provider>> providers(const seal::Vault& vault);
  /// Adds or replaces one; its secret stays as it is. Errors: invalid_value when there are too many.
  Expected<void> put_provider(const access::Provider& provider);
  Expected<void> set_provider_secret(const seal::Vault& vault, const std::string& name,
                                     const Secret<std::string>& secret);
  /// With its people. Errors: not_found.
  Expected<void> drop_provider(const std::string& name);

  /// Takes the place of one before, and of its recovery codes. `recovery`: their hashes.
  Expected<void> set_factor(const seal::Vault& vault, access::UserId user, std::span<const std::uint8_t> secret,
                            std::uint64_t step, std::span<const std::string> recovery);
  /// Likewise: codes go to this address from now on.
  Expected<void> set_factor_email(access::UserId user, const std::string& address,
                                  std::span<const std::string> recovery);
  Expected<void> drop_factor(access::UserId user);
  /// None: he has none. Errors: wrong_key.
  Expected<std::optional<Factor>> factor(const seal::Vault& vault, access::UserId user);
  /// Whether `step` is later than the one before, which it then replaces: at once, whoever else asks the same.
  Expected<bool> accept_step(access::UserId user, std::uint64_t step);
  /// Whether there was such a code; then it is gone.
  Expected<bool> use_recovery(access::UserId user, const std::string& hash);
  Expected<std::size_t> recovery_left(access::UserId user);

  Expected<std::vector<PasskeyRow>> passkeys(access::UserId user);
  /// Whose ever it is. Errors: not_found.
  Expected<PasskeyRow> passkey(const std::string& id);
  /// Errors: duplicate_name when it is known already, invalid_value when the user has too many.
  Expected<void> add_passkey(const PasskeyRow& row);
  /// Whether this user had it.
  Expected<bool> drop_passkey(access::UserId user, const std::string& id);
  /// It let its user in. Whether its count was higher than before, or nothing is counted: at once, whoever asks the
  /// same.
  Expected<bool> use_passkey(const std::string& id, std::uint32_t count, std::int64_t now_wall_ms);

  /// A one-time link of a user, or of nobody: then it makes the first administrator. Takes the place of one before.
  Expected<void> add_invitation(const std::string& hash, access::UserId user, std::int64_t now_wall_ms,
                                std::int64_t ends_wall_ms);
  /// Whose it is. Errors: not_found.
  Expected<access::UserId> find_invitation(const std::string& hash, std::int64_t now_wall_ms);
  Expected<void> drop_invitations(access::UserId user);

  Expected<access::SessionId> add_session(const access::Session& session);
  Expected<void> drop_sessions(std::span<const access::SessionId> ids);
  Expected<std::vector<access::Session>> sessions();
  /// Writes down when and where they were used last.
  Expected<void> note_sessions(std::span<const access::Session> sessions);
  Expected<access::TokenId> add_token(const access::Token& token);
  Expected<bool> drop_token(access::TokenId id);
  Expected<void> drop_tokens_of(access::UserId user);
  Expected<std::vector<access::Token>> tokens();
  Expected<void> note_tokens(std::span<const access::Token> tokens);

  /// Takes the place of all that there were.
  Expected<void> keep_held(std::span<const access::HeldSource> held);
  Expected<std::vector<access::HeldSource>> held();

 private:
  Store::State& state_;
};

}  // namespace rf::store
