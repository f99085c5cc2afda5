#include "shell/store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shell/store/connection.hpp"

namespace rf::store {
namespace {

// SQL that SQLite and PostgreSQL read alike: no rowid, no type that only one of them has, upserts as both know them,
// and ids from `sequences`, so that the id of something that was removed is never given to something new. Numbers of
// ours that are not times fit 31 bits. A table of millions is changed only in ways that rewrite it in neither. What is
// SQLite's alone, here and elsewhere in this room:
// - INTEGER PRIMARY KEY has 64 bits in SQLite, where it costs no index, and has to be BIGINT elsewhere (tenants.id,
//   extensions.id, devices.id, bindings.seq, ledger.number, objects.id, audit.number, users.id, sessions.id,
//   tokens.id);
// - connection.cpp: opening the file and its PRAGMAs, BEGIN IMMEDIATE (which takes the lock where waiting for it is
//   possible), what the database holds, and the kinds of its errors;
// - write_group.cpp lets its statements go before it rolls back to the savepoint; PostgreSQL wants the rollback first.
constexpr const char* version_1[] = {
    "CREATE TABLE sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL)",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE tenants (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE extensions ("
    " id INTEGER PRIMARY KEY,"
    " tenant INTEGER NOT NULL REFERENCES tenants (id),"
    " number TEXT NOT NULL,"
    " auth_name TEXT NOT NULL UNIQUE,"
    " display_name TEXT NOT NULL,"
    " enabled INTEGER NOT NULL,"
    " remote_allowed INTEGER NOT NULL,"
    " md5_allowed INTEGER NOT NULL,"
    " registrations_max INTEGER NOT NULL,"
    " newcomer INTEGER NOT NULL,"
    " calls_max INTEGER NOT NULL,"
    " realm TEXT NOT NULL,"
    " ha1_sha512_256 TEXT NOT NULL,"
    " ha1_sha256 TEXT NOT NULL,"
    " ha1_md5 TEXT NOT NULL,"
    " UNIQUE (tenant, number))",
    // A journal, see BindingJournal. What is INTEGER PRIMARY KEY here has 64 bits in SQLite and is BIGINT elsewhere.
    "CREATE TABLE bindings ("
    " seq INTEGER PRIMARY KEY,"
    " dropped INTEGER NOT NULL,"
    " extension BIGINT NOT NULL,"
    " contact_key TEXT NOT NULL,"
    " contact TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " flow_listener BIGINT NOT NULL,"
    " flow_transport INTEGER NOT NULL,"
    " flow_connection BIGINT NOT NULL,"
    " flow_local TEXT NOT NULL,"
    " flow_remote TEXT NOT NULL,"
    " call_id TEXT NOT NULL,"
    " cseq BIGINT NOT NULL,"
    " user_agent TEXT NOT NULL,"
    " registered_wall_ms BIGINT NOT NULL,"
    " expires_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE cdrs ("
    " id TEXT NOT NULL,"
    " tenant BIGINT NOT NULL,"
    " caller BIGINT NOT NULL,"
    " caller_number TEXT NOT NULL,"
    " dialled TEXT NOT NULL,"
    " callee BIGINT NOT NULL,"
    " caller_transport INTEGER NOT NULL,"
    " callee_transport INTEGER NOT NULL,"
    " caller_address TEXT NOT NULL,"
    " started_wall_ms BIGINT NOT NULL,"
    " answered_wall_ms BIGINT NOT NULL,"
    " ended_wall_ms BIGINT NOT NULL,"
    " result INTEGER NOT NULL,"
    " ended_by INTEGER NOT NULL,"
    " sip_status INTEGER NOT NULL,"
    " reason TEXT NOT NULL,"
    " caller_packets BIGINT NOT NULL,"
    " caller_bytes BIGINT NOT NULL,"
    " caller_lost BIGINT NOT NULL,"
    " caller_rtcp_packets BIGINT NOT NULL,"
    " caller_events BIGINT NOT NULL,"
    " caller_jitter_ms DOUBLE PRECISION NOT NULL,"
    " caller_mos DOUBLE PRECISION NOT NULL,"
    " caller_refused_source BIGINT NOT NULL,"
    " caller_refused_shape BIGINT NOT NULL,"
    " caller_last_refused TEXT NOT NULL,"
    " callee_packets BIGINT NOT NULL,"
    " callee_bytes BIGINT NOT NULL,"
    " callee_lost BIGINT NOT NULL,"
    " callee_rtcp_packets BIGINT NOT NULL,"
    " callee_events BIGINT NOT NULL,"
    " callee_jitter_ms DOUBLE PRECISION NOT NULL,"
    " callee_mos DOUBLE PRECISION NOT NULL,"
    " callee_refused_source BIGINT NOT NULL,"
    " callee_refused_shape BIGINT NOT NULL,"
    " callee_last_refused TEXT NOT NULL,"
    " PRIMARY KEY (started_wall_ms, id))",
    // So that a start after a crash finds the open ones among millions at once; result 0 is "open".
    "CREATE INDEX cdrs_open ON cdrs (started_wall_ms) WHERE result = 0",
    "INSERT INTO tenants (id, name) VALUES (1, 'default')",
    "INSERT INTO sequences (name, next) VALUES ('tenants', 2)",
    "INSERT INTO sequences (name, next) VALUES ('extensions', 1)",
};

// How many attempts a record stands for, see call::Attempts.
constexpr const char* version_2[] = {
    "ALTER TABLE cdrs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1",
};

// What the guard remembers, and what operators told it.
constexpr const char* version_3[] = {
    "CREATE TABLE bans ("
    " subnet TEXT PRIMARY KEY,"
    " rule TEXT NOT NULL,"
    " evidence TEXT NOT NULL,"
    " since_wall_ms BIGINT NOT NULL,"
    " until_wall_ms BIGINT NOT NULL,"
    " repeats INTEGER NOT NULL,"
    " proven INTEGER NOT NULL)",
    "CREATE INDEX bans_end ON bans (until_wall_ms)",
    "CREATE TABLE access_list ("
    " subnet TEXT PRIMARY KEY,"
    " allow INTEGER NOT NULL,"
    " forced INTEGER NOT NULL,"
    " description TEXT NOT NULL,"
    " since_wall_ms BIGINT NOT NULL,"
    " until_wall_ms BIGINT NOT NULL)",
};

// What an extension's phone may be, see policy::PhoneRules.
constexpr const char* version_4[] = {
    "ALTER TABLE extensions ADD COLUMN encrypted_when_remote INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE extensions ADD COLUMN agent_prefix TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE extensions ADD COLUMN permitted TEXT NOT NULL DEFAULT ''",
};

// From which countries an extension's phone may come, see policy::PhoneRules; what the guard knows of sources.
constexpr const char* version_5[] = {
    "ALTER TABLE extensions ADD COLUMN countries TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE guard_sources ("
    " source TEXT PRIMARY KEY,"
    " last_wall_ms BIGINT NOT NULL,"
    " caught_wall_ms BIGINT NOT NULL,"
    " throttle_until_wall_ms BIGINT NOT NULL,"
    " good_until_wall_ms BIGINT NOT NULL,"
    " proof_until_wall_ms BIGINT NOT NULL,"
    " proof_port INTEGER NOT NULL,"
    " guessing INTEGER NOT NULL,"
    " offended INTEGER NOT NULL,"
    " rule TEXT NOT NULL,"
    " counts TEXT NOT NULL)",
    "CREATE INDEX guard_sources_last ON guard_sources (last_wall_ms)",
};

// What calls may cost and did: the ledger's journal and what its older part came to; what a record says of it.
constexpr const char* version_6[] = {
    "CREATE TABLE ledger (number INTEGER PRIMARY KEY, entry TEXT NOT NULL)",
    "CREATE TABLE ledger_snapshot (part INTEGER PRIMARY KEY, number BIGINT NOT NULL, bytes TEXT NOT NULL)",
    "ALTER TABLE cdrs ADD COLUMN route TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN trunk_in TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN trunk_out TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN called TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN price TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN currency TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN reserved_micro BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN cost_micro BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN payer BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN cut_reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN money_key BIGINT NOT NULL DEFAULT 0",
};

// What operators configure about calls, see core/document: texts, and rates and numbers by the million.
constexpr const char* version_7[] = {
    "CREATE TABLE objects ("
    " id INTEGER PRIMARY KEY,"
    " tenant BIGINT NOT NULL,"
    " kind TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " position INTEGER NOT NULL,"
    " body TEXT NOT NULL,"
    " token TEXT NOT NULL,"
    " secret TEXT NOT NULL,"
    " currency TEXT NOT NULL,"
    " revision BIGINT NOT NULL,"
    " UNIQUE (tenant, kind, name))",
    "CREATE TABLE deck_rates ("
    " deck BIGINT NOT NULL,"
    " place INTEGER NOT NULL,"
    " prefix TEXT NOT NULL,"
    " price BIGINT NOT NULL,"
    " price_s INTEGER NOT NULL,"
    " fee BIGINT NOT NULL,"
    " first_s INTEGER NOT NULL,"
    " next_s INTEGER NOT NULL,"
    " from_wall_ms BIGINT NOT NULL,"
    " until_wall_ms BIGINT NOT NULL,"
    " PRIMARY KEY (deck, place))",
    "CREATE TABLE list_lines ("
    " list BIGINT NOT NULL,"
    " place INTEGER NOT NULL,"
    " line TEXT NOT NULL,"
    " PRIMARY KEY (list, place))",
    "INSERT INTO sequences (name, next) VALUES ('objects', 1)",
    "INSERT INTO sequences (name, next) VALUES ('revisions', 1)",
};

// Which PIN a call was made with, and who sent it on.
constexpr const char* version_8[] = {
    "ALTER TABLE cdrs ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN via TEXT NOT NULL DEFAULT ''",
};

// How the media of each leg was protected, and what was refused because of it. What was done, by whom: a chain of
// hashes, see core/audit. One-time links, of which the hash alone is kept, and the devices that they make.
constexpr const char* version_9[] = {
    "ALTER TABLE cdrs ADD COLUMN caller_refused_proof BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN caller_refused_replay BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN caller_protection TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE cdrs ADD COLUMN caller_suite TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN callee_refused_proof BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN callee_refused_replay BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE cdrs ADD COLUMN callee_protection TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE cdrs ADD COLUMN callee_suite TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE audit ("
    " number INTEGER PRIMARY KEY,"
    " wall_ms BIGINT NOT NULL,"
    " actor TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " outcome TEXT NOT NULL,"
    " hash TEXT NOT NULL)",
    "CREATE INDEX audit_time ON audit (wall_ms)",
    "CREATE TABLE links ("
    " hash TEXT PRIMARY KEY,"
    " extension BIGINT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " expires_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE devices ("
    " id INTEGER PRIMARY KEY,"
    " extension BIGINT NOT NULL,"
    " auth_name TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL,"
    " realm TEXT NOT NULL,"
    " ha1_sha512_256 TEXT NOT NULL,"
    " ha1_sha256 TEXT NOT NULL,"
    " ha1_md5 TEXT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " used_wall_ms BIGINT NOT NULL)",
    "CREATE INDEX devices_extension ON devices (extension)",
    "ALTER TABLE bindings ADD COLUMN device BIGINT NOT NULL DEFAULT 0",
    "INSERT INTO sequences (name, next) VALUES ('devices', 1)",
};

// Where gateways registered from, of each trunk one; and what it takes to end calls by trunks when the process has
// died, see call::Partings.
// Who may sign in, as what, and how they prove it, see core/access. Of secrets that are shown once, the hash alone.
constexpr const char* version_10[] = {
    "CREATE TABLE gateways ("
    " trunk BIGINT PRIMARY KEY,"
    " account TEXT NOT NULL,"
    " contact TEXT NOT NULL,"
    " flow_listener BIGINT NOT NULL,"
    " flow_transport INTEGER NOT NULL,"
    " flow_local TEXT NOT NULL,"
    " flow_remote TEXT NOT NULL,"
    " call_id TEXT NOT NULL,"
    " cseq BIGINT NOT NULL,"
    " expires_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE dialogs ("
    " cdr TEXT NOT NULL,"
    " side INTEGER NOT NULL,"
    " trunk BIGINT NOT NULL,"
    " extension BIGINT NOT NULL,"
    " call_id TEXT NOT NULL,"
    " local_tag TEXT NOT NULL,"
    " remote_tag TEXT NOT NULL,"
    " local_party TEXT NOT NULL,"
    " remote_party TEXT NOT NULL,"
    " remote_target TEXT NOT NULL,"
    " routes TEXT NOT NULL,"
    " local_cseq BIGINT NOT NULL,"
    " flow_listener BIGINT NOT NULL,"
    " flow_transport INTEGER NOT NULL,"
    " flow_local TEXT NOT NULL,"
    " flow_remote TEXT NOT NULL,"
    " began_wall_ms BIGINT NOT NULL,"
    " PRIMARY KEY (cdr, side))",
    "ALTER TABLE cdrs ADD COLUMN engine TEXT NOT NULL DEFAULT 'relay'",
    "CREATE TABLE users ("
    " id INTEGER PRIMARY KEY,"
    " tenant BIGINT NOT NULL,"
    " name TEXT NOT NULL UNIQUE,"
    " display TEXT NOT NULL,"
    " class INTEGER NOT NULL,"
    " role TEXT NOT NULL,"
    " email TEXT NOT NULL,"
    " enabled INTEGER NOT NULL,"
    " must_change INTEGER NOT NULL,"
    " password TEXT NOT NULL,"
    " factor TEXT NOT NULL,"
    " factor_step BIGINT NOT NULL,"
    " factor_email TEXT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " password_wall_ms BIGINT NOT NULL,"
    " login_wall_ms BIGINT NOT NULL,"
    " provider TEXT NOT NULL,"
    " subject TEXT NOT NULL)",
    "CREATE TABLE providers ("
    " name TEXT PRIMARY KEY,"
    " title TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " enabled INTEGER NOT NULL,"
    " required INTEGER NOT NULL,"
    " trusted_factor INTEGER NOT NULL,"
    " url TEXT NOT NULL,"
    " client TEXT NOT NULL,"
    " secret TEXT NOT NULL,"
    " ca TEXT NOT NULL,"
    " scopes TEXT NOT NULL,"
    " networks TEXT NOT NULL,"
    " base TEXT NOT NULL,"
    " filter TEXT NOT NULL,"
    " group_base TEXT NOT NULL,"
    " group_filter TEXT NOT NULL,"
    " login TEXT NOT NULL,"
    " member_of TEXT NOT NULL,"
    " roles TEXT NOT NULL)",
    "CREATE TABLE roles ("
    " name TEXT PRIMARY KEY,"
    " title TEXT NOT NULL,"
    " realm TEXT NOT NULL,"
    " permissions TEXT NOT NULL,"
    " copied_from TEXT NOT NULL)",
    "CREATE TABLE recovery_codes (user_id BIGINT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (user_id, hash))",
    "CREATE TABLE passkeys ("
    " id TEXT PRIMARY KEY,"
    " user_id BIGINT NOT NULL,"
    " name TEXT NOT NULL,"
    " public_key TEXT NOT NULL,"
    " site TEXT NOT NULL,"
    " count BIGINT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " used_wall_ms BIGINT NOT NULL)",
    "CREATE INDEX passkeys_user ON passkeys (user_id)",
    "CREATE TABLE invitations ("
    " hash TEXT PRIMARY KEY,"
    " user_id BIGINT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " ends_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE sessions ("
    " id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE,"
    " user_id BIGINT NOT NULL,"
    " step INTEGER NOT NULL,"
    " agent TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " begun_wall_ms BIGINT NOT NULL,"
    " used_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE tokens ("
    " id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE,"
    " user_id BIGINT NOT NULL,"
    " name TEXT NOT NULL,"
    " scope TEXT NOT NULL,"
    " created_wall_ms BIGINT NOT NULL,"
    " ends_wall_ms BIGINT NOT NULL,"
    " used_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE held_sources ("
    " source TEXT PRIMARY KEY,"
    " since_wall_ms BIGINT NOT NULL,"
    " until_wall_ms BIGINT NOT NULL,"
    " locks INTEGER NOT NULL)",
    "INSERT INTO sequences (name, next) VALUES ('users', 1)",
    "INSERT INTO sequences (name, next) VALUES ('sessions', 1)",
    "INSERT INTO sequences (name, next) VALUES ('tokens', 1)",
    "CREATE TABLE events ("
    " id INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL,"
    " level INTEGER NOT NULL,"
    " subject TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " count BIGINT NOT NULL,"
    " first_wall_ms BIGINT NOT NULL,"
    " last_wall_ms BIGINT NOT NULL,"
    " acknowledged_by TEXT NOT NULL,"
    " acknowledged_wall_ms BIGINT NOT NULL)",
    "CREATE TABLE event_contacts ("
    " name TEXT PRIMARY KEY,"
    " way TEXT NOT NULL,"
    " target TEXT NOT NULL,"
    " language TEXT NOT NULL,"
    " enabled INTEGER NOT NULL,"
    " digest_min BIGINT NOT NULL,"
    " quiet TEXT NOT NULL,"
    " networks TEXT NOT NULL,"
    " ca TEXT NOT NULL,"
    " secret TEXT NOT NULL)",
    "CREATE TABLE event_routes ("
    " name TEXT PRIMARY KEY,"
    " events TEXT NOT NULL,"
    " level INTEGER NOT NULL,"
    " contact TEXT NOT NULL,"
    " enabled INTEGER NOT NULL)",
    "CREATE TABLE event_templates ("
    " kind TEXT NOT NULL,"
    " language TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " PRIMARY KEY (kind, language))",
    "CREATE TABLE mail_server ("
    " server TEXT NOT NULL,"
    " port BIGINT NOT NULL,"
    " tls TEXT NOT NULL,"
    " account TEXT NOT NULL,"
    " sender TEXT NOT NULL,"
    " ca TEXT NOT NULL,"
    " password TEXT NOT NULL)",
    // What lists are searched by, in the order of calls: a new call is written behind the last one, and whoever looks
    // for a number reads this and not the whole records.
    "CREATE INDEX cdrs_search ON cdrs (started_wall_ms, id, tenant, caller, callee, result, caller_number, dialled)",
    "CREATE TABLE acme_accounts ("
    " directory TEXT PRIMARY KEY,"
    " account_key TEXT NOT NULL,"
    " failures BIGINT NOT NULL,"
    " next_wall_ms BIGINT NOT NULL)",
    "ALTER TABLE tenants ADD COLUMN dealer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tenants ADD COLUMN domains TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tenants ADD COLUMN extensions_max INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE users ADD COLUMN dealer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cdrs ADD COLUMN decision TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE kept_answers ("
    " slot TEXT PRIMARY KEY,"
    " asker BIGINT NOT NULL,"
    " request TEXT NOT NULL,"
    " begun_wall_ms BIGINT NOT NULL,"
    " answer TEXT NOT NULL)",
    "CREATE INDEX kept_answers_age ON kept_answers (begun_wall_ms)",
    "CREATE INDEX kept_answers_asker ON kept_answers (asker, begun_wall_ms)",
    "ALTER TABLE users ADD COLUMN extension BIGINT NOT NULL DEFAULT 0",
    "CREATE UNIQUE INDEX users_extension ON users (extension) WHERE extension <> 0",
    "ALTER TABLE providers ADD COLUMN tenant BIGINT NOT NULL DEFAULT 0",
    "CREATE TABLE dealers ("
    " name TEXT PRIMARY KEY,"
    " tenants_max INTEGER NOT NULL,"
    " extensions_max INTEGER NOT NULL,"
    " calls_max INTEGER NOT NULL,"
    " day_max TEXT NOT NULL,"
    " month_max TEXT NOT NULL)",
};

constexpr std::array migrations{std::span<const char* const>(version_1), std::span<const char* const>(version_2),
                                std::span<const char* const>(version_3), std::span<const char* const>(version_4),
                                std::span<const char* const>(version_5), std::span<const char* const>(version_6),
                                std::span<const char* const>(version_7), std::span<const char* const>(version_8),
                                std::span<const char* const>(version_9), std::span<const char* const>(version_10)};

std::vector<std::string> tables_in(soci::session& sql) {
  std::vector<std::string> names;
  std::string name;
  soci::statement rows = (sql.prepare_table_names(), soci::into(name));
  for (bool got = rows.execute(true); got; got = rows.fetch()) names.push_back(name);
  return names;
}

/// The version of the schema in the file; none when no program of ours has begun one.
std::optional<int> version_in(soci::session& sql) {
  const auto tables = tables_in(sql);
  if (std::find(tables.begin(), tables.end(), "schema_version") == tables.end()) return std::nullopt;
  int version = 0;
  sql << "SELECT MAX(version) FROM schema_version", soci::into(version);
  return version;
}

std::unexpected<Problem> newer(int version) {
  return problem(
      Fault::newer_schema,
      fmt::format("the database was written by a newer Ringfence (schema {}, this one knows up to {}); install "
                  "that version again or restore a backup from before its installation",
                  version, schema_version()));
}

}  // namespace

int schema_version() {
  return static_cast<int>(migrations.size());
}

Expected<void> migrate(soci::session& sql) {
  return guarded([&]() -> Expected<void> {
    for (;;) {
      // Read without a lock first: the usual start writes nothing.
      if (const auto version = version_in(sql)) {
        if (*version > schema_version()) return newer(*version);
        if (*version == schema_version()) return {};
      }
      Transaction transaction(sql);
      auto version = version_in(sql);  // another process may have been faster
      if (!version) {
        if (!tables_in(sql).empty())
          return problem(Fault::not_a_database, "the file is the database of another program; choose another path");
        sql << "CREATE TABLE schema_version (version INTEGER NOT NULL)";
        sql << "INSERT INTO schema_version (version) VALUES (0)";
        version = 0;
      }
      if (*version >= schema_version()) continue;
      for (const char* statement : migrations[static_cast<std::size_t>(*version)]) sql << statement;
      sql << "UPDATE schema_version SET version = " << *version + 1;
      transaction.commit();
    }
  });
}

Expected<void> check_schema(soci::session& sql) {
  return guarded([&]() -> Expected<void> {
    const auto version = version_in(sql);
    if (version == schema_version()) return {};
    if (version > schema_version()) return newer(*version);
    return problem(Fault::not_migrated, "the database has not been brought up to date yet");
  });
}

}  // namespace rf::store
