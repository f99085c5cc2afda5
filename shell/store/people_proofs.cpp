// What people show to be let in: second factors, recovery codes, one-time links, sessions, tokens.
#include <fmt/format.h>

#include "core/base/check.hpp"
#include "shell/store/people.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

using access::SessionId;
using access::TokenId;
using access::UserId;

long long number(std::uint64_t value) {
  return static_cast<long long>(value);
}

/// Where a sealed secret belongs: copied to another row, it does not open.
std::string place_of(UserId user) {
  return fmt::format("users/{}/factor", user.value);
}

int count_of(soci::session& sql, const std::string& query, long long id) {
  int count = 0;
  sql << query, soci::use(id), soci::into(count);
  return count;
}

void put_recovery(soci::session& sql, long long id, std::span<const std::string> hashes) {
  sql << "DELETE FROM recovery_codes WHERE user_id = :id", soci::use(id);
  for (const std::string& hash : hashes)
    sql << "INSERT INTO recovery_codes (user_id, hash) VALUES (:id, :hash)", soci::use(id), soci::use(hash);
}

}  // namespace

Expected<void> PeopleTables::set_factor(const seal::Vault& vault, UserId user, std::span<const std::uint8_t> secret,
                                        std::uint64_t step, std::span<const std::string> recovery) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value), last = number(step);
    const std::string sealed = vault.seal(secret, place_of(user));
    sql << "UPDATE users SET factor = :sealed, factor_step = :step, factor_email = '' WHERE id = :id",
        soci::use(sealed, "sealed"), soci::use(last, "step"), soci::use(id, "id");
    put_recovery(sql, id, recovery);
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::set_factor_email(UserId user, const std::string& address,
                                              std::span<const std::string> recovery) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value);
    const std::string kept = escaped(address);
    sql << "UPDATE users SET factor = '', factor_email = :address WHERE id = :id", soci::use(kept, "address"),
        soci::use(id, "id");
    put_recovery(sql, id, recovery);
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::drop_factor(UserId user) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value);
    sql << "UPDATE users SET factor = '', factor_email = '' WHERE id = :id", soci::use(id);
    put_recovery(sql, id, {});
    transaction.commit();
    return {};
  });
}

Expected<std::optional<Factor>> PeopleTables::factor(const seal::Vault& vault, UserId user) {
  return guarded([&]() -> Expected<std::optional<Factor>> {
    const long long id = number(user.value);
    std::string sealed;
    long long step = 0;
    soci::statement row = (state_.sql().prepare << "SELECT factor, factor_step FROM users WHERE id = :id",
                           soci::use(id), soci::into(sealed), soci::into(step));
    if (!row.execute(true) || sealed.empty()) return std::optional<Factor>();
    auto secret = vault.unseal(sealed, place_of(user));
    if (!secret) return problem(Fault::wrong_key, secret.error().text);
    return std::optional(Factor{std::move(*secret), static_cast<std::uint64_t>(step)});
  });
}

Expected<bool> PeopleTables::accept_step(UserId user, std::uint64_t step) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value), next = number(step);
    long long last = 0;
    soci::statement row =
        (sql.prepare << "SELECT factor_step FROM users WHERE id = :id", soci::use(id), soci::into(last));
    if (!row.execute(true) || last >= next) return false;
    sql << "UPDATE users SET factor_step = :step WHERE id = :id", soci::use(next), soci::use(id);
    transaction.commit();
    return true;
  });
}

Expected<bool> PeopleTables::use_recovery(UserId user, const std::string& hash) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value);
    int count = 0;
    sql << "SELECT COUNT(*) FROM recovery_codes WHERE user_id = :id AND hash = :hash", soci::use(id), soci::use(hash),
        soci::into(count);
    sql << "DELETE FROM recovery_codes WHERE user_id = :id AND hash = :hash", soci::use(id), soci::use(hash);
    transaction.commit();
    return count > 0;
  });
}

Expected<std::size_t> PeopleTables::recovery_left(UserId user) {
  return guarded([&]() -> Expected<std::size_t> {
    return static_cast<std::size_t>(
        count_of(state_.sql(), "SELECT COUNT(*) FROM recovery_codes WHERE user_id = :id", number(user.value)));
  });
}

Expected<std::vector<PasskeyRow>> PeopleTables::passkeys(UserId user) {
  return guarded([&]() -> Expected<std::vector<PasskeyRow>> {
    const long long owner = number(user.value);
    std::vector<std::string> ids;
    const soci::rowset<std::string> rows =
        (state_.sql().prepare << "SELECT id FROM passkeys WHERE user_id = :owner ORDER BY created_wall_ms, id",
         soci::use(owner));
    for (const std::string& id : rows) ids.push_back(id);
    std::vector<PasskeyRow> out;
    for (const std::string& id : ids)
      if (auto row = passkey(id)) out.push_back(std::move(*row));
    return out;
  });
}

Expected<PasskeyRow> PeopleTables::passkey(const std::string& id) {
  return guarded([&]() -> Expected<PasskeyRow> {
    PasskeyRow out;
    out.id = id;
    long long user = 0, count = 0, created = 0, used = 0;
    soci::statement row =
        (state_.sql().prepare << "SELECT user_id, name, public_key, site, count, created_wall_ms, used_wall_ms"
                                 " FROM passkeys WHERE id = :id",
         soci::use(id), soci::into(user), soci::into(out.name), soci::into(out.key), soci::into(out.site),
         soci::into(count), soci::into(created), soci::into(used));
    if (!row.execute(true)) return problem(Fault::not_found, "there is no such passkey");
    out.user = UserId{static_cast<std::uint64_t>(user)};
    out.name = unescaped(out.name);
    out.count = static_cast<std::uint32_t>(count);
    out.created_wall_ms = created;
    out.used_wall_ms = used;
    return out;
  });
}

Expected<void> PeopleTables::add_passkey(const PasskeyRow& row) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long user = number(row.user.value), count = row.count, created = row.created_wall_ms, used = 0;
    int known = 0;
    sql << "SELECT COUNT(*) FROM passkeys WHERE id = :id", soci::use(row.id), soci::into(known);
    if (known > 0) return problem(Fault::duplicate_name, "this passkey is known already");
    if (static_cast<std::size_t>(count_of(sql, "SELECT COUNT(*) FROM passkeys WHERE user_id = :id", user)) >=
        AccessLimits::passkeys_per_user)
      return problem(Fault::invalid_value,
                     fmt::format("there are {} passkeys, the most there may be", AccessLimits::passkeys_per_user));
    const std::string name = escaped(row.name);
    sql << "INSERT INTO passkeys (id, user_id, name, public_key, site, count, created_wall_ms, used_wall_ms) VALUES"
           " (:id, :owner, :name, :key, :site, :count, :created, :used)",
        soci::use(row.id, "id"), soci::use(user, "owner"), soci::use(name, "name"), soci::use(row.key, "key"),
        soci::use(row.site, "site"), soci::use(count, "count"), soci::use(created, "created"), soci::use(used, "used");
    transaction.commit();
    return {};
  });
}

Expected<bool> PeopleTables::drop_passkey(UserId user, const std::string& id) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long owner = number(user.value);
    int count = 0;
    sql << "SELECT COUNT(*) FROM passkeys WHERE user_id = :owner AND id = :id", soci::use(owner), soci::use(id),
        soci::into(count);
    sql << "DELETE FROM passkeys WHERE user_id = :owner AND id = :id", soci::use(owner), soci::use(id);
    transaction.commit();
    return count > 0;
  });
}

Expected<bool> PeopleTables::use_passkey(const std::string& id, std::uint32_t count, std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    long long before = 0;
    soci::statement row =
        (sql.prepare << "SELECT count FROM passkeys WHERE id = :id", soci::use(id), soci::into(before));
    if (!row.execute(true) || ((before != 0 || count != 0) && count <= before)) return false;
    const long long after = count, now = now_wall_ms;
    sql << "UPDATE passkeys SET count = :count, used_wall_ms = :now WHERE id = :id", soci::use(after, "count"),
        soci::use(now, "now"), soci::use(id, "id");
    transaction.commit();
    return true;
  });
}

Expected<void> PeopleTables::add_invitation(const std::string& hash, UserId user, std::int64_t now_wall_ms,
                                            std::int64_t ends_wall_ms) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value), now = now_wall_ms, ends = ends_wall_ms;
    sql << "DELETE FROM invitations WHERE user_id = :id OR ends_wall_ms <= :now", soci::use(id), soci::use(now);
    sql << "INSERT INTO invitations (hash, user_id, created_wall_ms, ends_wall_ms) VALUES (:hash, :id, :now, :ends)",
        soci::use(hash), soci::use(id), soci::use(now), soci::use(ends);
    transaction.commit();
    return {};
  });
}

Expected<UserId> PeopleTables::find_invitation(const std::string& hash, std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<UserId> {
    const long long now = now_wall_ms;
    long long user = 0;
    soci::statement row =
        (state_.sql().prepare << "SELECT user_id FROM invitations WHERE hash = :hash AND ends_wall_ms > :now",
         soci::use(hash), soci::use(now), soci::into(user));
    if (!row.execute(true)) return problem(Fault::not_found, "there is no such link");
    return UserId{static_cast<std::uint64_t>(user)};
  });
}

Expected<void> PeopleTables::drop_invitations(UserId user) {
  return guarded([&]() -> Expected<void> {
    const long long id = number(user.value);
    state_.sql() << "DELETE FROM invitations WHERE user_id = :id", soci::use(id);
    return {};
  });
}

Expected<SessionId> PeopleTables::add_session(const access::Session& session) {
  return guarded([&]() -> Expected<SessionId> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(state_.next_id("sessions")), user = number(session.user.value),
                    begun = session.begun_wall_ms, used = session.used_wall_ms;
    const int step = static_cast<int>(session.step);
    const std::string agent = escaped(session.agent), address = session.address.text();
    sql << "INSERT INTO sessions (id, hash, user_id, step, agent, address, begun_wall_ms, used_wall_ms) VALUES (:id,"
           " :hash, :owner, :step, :agent, :address, :begun, :used)",
        soci::use(id, "id"), soci::use(session.hash, "hash"), soci::use(user, "owner"), soci::use(step, "step"),
        soci::use(agent, "agent"), soci::use(address, "address"), soci::use(begun, "begun"), soci::use(used, "used");
    transaction.commit();
    return SessionId{static_cast<std::uint64_t>(id)};
  });
}

Expected<void> PeopleTables::drop_sessions(std::span<const SessionId> ids) {
  return guarded([&]() -> Expected<void> {
    if (ids.empty()) return {};
    Transaction transaction(state_.sql());
    for (const SessionId each : ids) {
      const long long id = number(each.value);
      state_.sql() << "DELETE FROM sessions WHERE id = :id", soci::use(id);
    }
    transaction.commit();
    return {};
  });
}

Expected<std::vector<access::Session>> PeopleTables::sessions() {
  return guarded([&]() -> Expected<std::vector<access::Session>> {
    std::vector<access::Session> out;
    long long id = 0, user = 0, begun = 0, used = 0;
    int step = 0;
    std::string hash, agent, address;
    soci::statement rows = (state_.sql().prepare << "SELECT id, hash, user_id, step, agent, address, begun_wall_ms,"
                                                    " used_wall_ms FROM sessions ORDER BY id",
                            soci::into(id), soci::into(hash), soci::into(user), soci::into(step), soci::into(agent),
                            soci::into(address), soci::into(begun), soci::into(used));
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      if (step < 0 || step > static_cast<int>(access::Step::enrol_factor)) continue;
      out.push_back({SessionId{static_cast<std::uint64_t>(id)}, hash, UserId{static_cast<std::uint64_t>(user)},
                     static_cast<access::Step>(step), unescaped(agent), Address::parse(address).value_or(Address()),
                     begun, used});
    }
    return out;
  });
}

Expected<void> PeopleTables::note_sessions(std::span<const access::Session> sessions) {
  return guarded([&]() -> Expected<void> {
    if (sessions.empty()) return {};
    Transaction transaction(state_.sql());
    for (const access::Session& each : sessions) {
      const long long id = number(each.id.value), used = each.used_wall_ms;
      const std::string address = each.address.text();
      state_.sql() << "UPDATE sessions SET used_wall_ms = :used, address = :address WHERE id = :id",
          soci::use(used, "used"), soci::use(address, "address"), soci::use(id, "id");
    }
    transaction.commit();
    return {};
  });
}

Expected<TokenId> PeopleTables::add_token(const access::Token& token) {
  return guarded([&]() -> Expected<TokenId> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(state_.next_id("tokens")), user = number(token.user.value),
                    created = token.created_wall_ms, ends = token.ends_wall_ms;
    if (count_of(sql, "SELECT COUNT(*) FROM tokens WHERE user_id = :id", user) >=
        static_cast<int>(AccessLimits::tokens_per_user))
      return problem(Fault::invalid_value, fmt::format("that user has {} tokens, the most there may be; remove one: "
                                                       "ringfence token list",
                                                       AccessLimits::tokens_per_user));
    const std::string name = escaped(token.name), scope = token.scope.text();
    sql << "INSERT INTO tokens (id, hash, user_id, name, scope, created_wall_ms, ends_wall_ms, used_wall_ms) VALUES"
           " (:id, :hash, :owner, :name, :scope, :created, :ends, 0)",
        soci::use(id, "id"), soci::use(token.hash, "hash"), soci::use(user, "owner"), soci::use(name, "name"),
        soci::use(scope, "scope"), soci::use(created, "created"), soci::use(ends, "ends");
    transaction.commit();
    return TokenId{static_cast<std::uint64_t>(id)};
  });
}

Expected<bool> PeopleTables::drop_token(TokenId token) {
  return guarded([&]() -> Expected<bool> {
    Transaction transaction(state_.sql());
    const long long id = number(token.value);
    const int count = count_of(state_.sql(), "SELECT COUNT(*) FROM tokens WHERE id = :id", id);
    state_.sql() << "DELETE FROM tokens WHERE id = :id", soci::use(id);
    transaction.commit();
    return count > 0;
  });
}

Expected<void> PeopleTables::drop_tokens_of(UserId user) {
  return guarded([&]() -> Expected<void> {
    const long long id = number(user.value);
    state_.sql() << "DELETE FROM tokens WHERE user_id = :id", soci::use(id);
    return {};
  });
}

Expected<std::vector<access::Token>> PeopleTables::tokens() {
  return guarded([&]() -> Expected<std::vector<access::Token>> {
    std::vector<access::Token> out;
    long long id = 0, user = 0, created = 0, ends = 0, used = 0;
    std::string hash, name, scope;
    soci::statement rows = (state_.sql().prepare << "SELECT id, hash, user_id, name, scope, created_wall_ms,"
                                                    " ends_wall_ms, used_wall_ms FROM tokens ORDER BY id",
                            soci::into(id), soci::into(hash), soci::into(user), soci::into(name), soci::into(scope),
                            soci::into(created), soci::into(ends), soci::into(used));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      // A scope with a word that this program does not know is good for nothing.
      out.push_back({TokenId{static_cast<std::uint64_t>(id)}, hash, UserId{static_cast<std::uint64_t>(user)},
                     unescaped(name), access::Permissions::parse(scope).value_or(access::Permissions()), created, ends,
                     used});
    return out;
  });
}

Expected<void> PeopleTables::note_tokens(std::span<const access::Token> tokens) {
  return guarded([&]() -> Expected<void> {
    if (tokens.empty()) return {};
    Transaction transaction(state_.sql());
    for (const access::Token& each : tokens) {
      const long long id = number(each.id.value), used = each.used_wall_ms;
      state_.sql() << "UPDATE tokens SET used_wall_ms = :used WHERE id = :id", soci::use(used), soci::use(id);
    }
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::keep_held(std::span<const access::HeldSource> held) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    sql << "DELETE FROM held_sources";
    for (const access::HeldSource& each : held) {
      const std::string source = each.source.text();
      const long long since = each.since_ms, until = each.until_ms;
      const int locks = static_cast<int>(each.locks);
      sql << "INSERT INTO held_sources (source, since_wall_ms, until_wall_ms, locks) VALUES (:source, :since, :until,"
             " :locks)",
          soci::use(source, "source"), soci::use(since, "since"), soci::use(until, "until"), soci::use(locks, "locks");
    }
    transaction.commit();
    return {};
  });
}

Expected<std::vector<access::HeldSource>> PeopleTables::held() {
  return guarded([&]() -> Expected<std::vector<access::HeldSource>> {
    std::vector<access::HeldSource> out;
    std::string source;
    long long since = 0, until = 0;
    int locks = 0;
    soci::statement rows = (state_.sql().prepare << "SELECT source, since_wall_ms, until_wall_ms, locks FROM"
                                                    " held_sources ORDER BY source",
                            soci::into(source), soci::into(since), soci::into(until), soci::into(locks));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      if (const auto address = Address::parse(source))
        out.push_back({*address, since, until, static_cast<std::uint32_t>(std::max(locks, 0))});
    return out;
  });
}

}  // namespace rf::store
