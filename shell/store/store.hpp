// The database as start-up, commands and listings use it: one call, one answer, on the caller's thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/audit/chain.hpp"
#include "core/base/ids.hpp"
#include "core/base/secret.hpp"
#include "core/guard/bans.hpp"
#include "core/guard/kept.hpp"
#include "core/guard/rules.hpp"
#include "core/money/ledger.hpp"
#include "core/policy/policy.hpp"
#include "core/record/records.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/objects.hpp"
#include "shell/store/problem.hpp"

namespace rf::store {

template <class T>
using Expected = std::expected<T, Problem>;

struct Options {
  std::string path;         ///< database file; made with mode 0600 when missing
  bool synchronous = true;  ///< fsync every transaction; off survives a crash of the process, not of the host
  std::uint32_t busy_timeout_ms = 5'000;  ///< how long to wait for another process's transaction
};

inline constexpr TenantId default_tenant{1};

using Tenant = policy::Tenant;

/// Who looks after tenants, and how much of it all those together may have.
struct Dealer {
  std::string name;
  std::uint32_t tenants_max = 0, extensions_max = 0, calls_max = 0;
  std::string day_max = "0", month_max = "0";  ///< amounts
};

/// What may be chosen about an extension; the defaults are those of a new one.
struct ExtensionSettings {
  std::string display_name;
  bool enabled = true;
  bool remote_allowed = false;
  bool md5_allowed = true;
  std::uint16_t registrations_max = 1;  ///< 1 to 16
  policy::Newcomer newcomer = policy::Newcomer::replace;
  std::uint16_t calls_max = 4;  ///< 1 to 1000
  policy::PhoneRules phone = {};
};

/// A new extension. Number: 2 to 15 digits. Registration name: 3 to 64 of letters, digits, '.', '_', '-', not
/// containing the number. Display name: up to 64 bytes of UTF-8 without control characters. Password: 12 to 128
/// printable ASCII.
struct NewExtension {
  TenantId tenant = default_tenant;
  std::string number;
  std::string auth_name;         ///< empty: generated
  Secret<std::string> password;  ///< empty: generated
  ExtensionSettings settings;
};

/// The fields to change; the others stay.
struct ExtensionChange {
  std::optional<std::string> display_name;
  std::optional<bool> enabled;
  std::optional<bool> remote_allowed;
  std::optional<bool> md5_allowed;
  std::optional<std::uint16_t> registrations_max;
  std::optional<policy::Newcomer> newcomer;
  std::optional<std::uint16_t> calls_max;
  std::optional<bool> encrypted_when_remote = {};
  std::optional<std::string> agent_prefix = {};
  std::optional<std::vector<Subnet>> permitted = {};
  std::optional<CountrySet> countries = {};
};

/// An extension without its credentials, for listings.
struct ExtensionRow {
  ExtensionId id;
  TenantId tenant;
  std::string number;
  std::string auth_name;
  std::string realm;  ///< the realm its password was made for
  ExtensionSettings settings;
};

/// What a person needs to register a phone; the password is shown once and stored nowhere.
struct Account {
  ExtensionId id;
  std::string number;
  std::string auth_name;
  Secret<std::string> password;
};

/// What a link was good for: a device of its extension, with the password that is shown once.
struct NewDevice {
  DeviceId id;
  Account account;
  std::string display_name;  ///< of the extension
};

/// A device without its credentials, for listings.
struct DeviceRow {
  DeviceId id;
  std::string auth_name;
  std::string name;  ///< what its browser called itself
  std::int64_t created_wall_ms = 0;
  std::int64_t used_wall_ms = 0;  ///< when it was registered last, to the hour
};

/// Which CDRs; every field that is set has to fit.
struct CdrFilter {
  std::optional<std::int64_t> from_wall_ms = {};  ///< started at or after
  std::optional<std::int64_t> to_wall_ms = {};    ///< started before
  std::optional<TenantId> tenant = {};
  std::optional<ExtensionId> extension = {};  ///< caller or callee
  std::string number = {};                    ///< the caller's number or the dialled one; empty: any
  std::optional<record::CallResult> result = {};
  std::uint32_t limit = 100;  ///< 0: no limit
  std::uint32_t offset = 0;
};

/// The ledger as it lies on disk: what its older entries came to, and those after it.
struct LedgerOnDisk {
  std::optional<money::Snapshot> snapshot;
  std::vector<money::LedgerEntry> entries;

  std::uint64_t last() const {
    if (!entries.empty()) return entries.back().number;
    return snapshot ? snapshot->number : 0;
  }
  bool is_new() const { return last() == 0; }
};

/// A record of a call that money was reserved for.
struct CallCost {
  std::uint64_t money_key = 0;
  std::int64_t cost_micro = 0;
};

/// Which entries of the audit log; every field that is set has to fit.
struct AuditFilter {
  std::int64_t from_wall_ms = 0;  ///< at or after
  std::int64_t to_wall_ms = 0;    ///< before; 0: no end
  std::string actor = {};         ///< empty: any
  std::string kind = {};          ///< empty: any
  std::uint32_t limit = 100;
  std::uint64_t before = 0;       ///< only smaller numbers; 0: all
};

/// A part of the audit log as it is verified.
struct AuditPart {
  audit::Head before;  ///< of the first of these
  std::vector<audit::Entry> entries;
  audit::Head head;  ///< of the whole log
};

struct Counts {
  std::uint64_t tenants = 0;
  std::uint64_t extensions = 0;
  std::uint64_t bindings = 0;
  std::uint64_t cdrs = 0;
  std::uint64_t open_cdrs = 0;
};

/// One connection to the database; belongs to one thread at a time. Any number of them, and a StoreWriter, may be open
/// on one file, in one process or in several. Every call that changes something is one transaction: all of it or
/// nothing. Besides the errors that are named, every call can fail with busy or disk.
class Store {
 public:
  /// Opens or makes the database and brings its schema up to date.
  /// Errors: newer_schema, not_a_database, busy, disk.
  static Expected<Store> open(const Options& options);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  Expected<std::vector<Tenant>> tenants();
  /// Name: 1 to 64 bytes of UTF-8 without control characters. Errors: invalid_value, duplicate_name.
  Expected<TenantId> add_tenant(const std::string& name);
  /// Dealer, domains and limit. Errors: not_found; duplicate_name when a domain is another tenant's.
  Expected<void> set_tenant(const Tenant& tenant);
  /// With what was configured for it; records of its calls stay. Errors: not_found; in_use while it has extensions or
  /// users, and always of the default tenant.
  Expected<void> drop_tenant(TenantId tenant);
  /// By name; also those that a tenant or a user names and nobody said more of.
  Expected<std::vector<Dealer>> dealers();
  /// Errors: limit_reached.
  Expected<void> set_dealer(const Dealer& dealer);
  /// Its tenants are nobody's then. Errors: not_found; in_use while it has users.
  Expected<void> drop_dealer(const std::string& name);

  /// Makes an extension with its three HA1 values, sealed. The caller shows the account's password, once.
  /// Errors: invalid_value, unknown_tenant, limit_reached, duplicate_number, duplicate_auth_name, wrong_key.
  Expected<Account> add_extension(const seal::Vault& vault, std::string_view realm, const NewExtension& extension);
  /// Errors: not_found, invalid_value.
  Expected<ExtensionRow> set_extension(TenantId tenant, std::string_view number, const ExtensionChange& change);
  /// Removes it with its bindings, devices and links; it is nobody's own any longer, and its CDRs stay. Errors:
  /// not_found.
  Expected<void> remove_extension(TenantId tenant, std::string_view number);
  /// Gives it a new password for `realm`, and a new registration name when asked. Its bindings, devices and links
  /// are dropped: whoever registered with the old password has to register again. Errors: not_found, wrong_key.
  Expected<Account> reset_password(const seal::Vault& vault, std::string_view realm, TenantId tenant,
                                   std::string_view number, bool new_auth_name = false);
  /// By number within the tenant. Errors: not_found.
  Expected<ExtensionRow> find_extension(TenantId tenant, std::string_view number);
  /// All extensions, by tenant and number.
  Expected<std::vector<ExtensionRow>> extensions();
  /// All extensions, or the one that has this number, with their credentials unsealed: what Policy::compile() takes.
  /// Errors: wrong_key, other_realm (the text names the extensions and the remedy).
  using Numbered = std::pair<TenantId, std::string>;
  Expected<std::vector<policy::Extension>> load_extensions(const seal::Vault& vault, std::string_view realm,
                                                           const std::optional<Numbered>& only = std::nullopt);

  /// Keeps a one-time link by its hash; of more than WebLimits::links_per_extension the oldest go.
  /// Errors: not_found, invalid_value when the extension has all the devices it may have.
  Expected<void> add_link(TenantId tenant, std::string_view number, const std::string& hash, std::int64_t now_wall_ms,
                          std::int64_t expires_wall_ms);
  /// Makes links of the extension that were not used yet worthless, and gives how many. Errors: not_found.
  Expected<std::uint64_t> drop_links(TenantId tenant, std::string_view number);
  /// Turns a link into a device, once, with its line in the audit log; `from`: where whoever has it sits. Errors:
  /// not_found, invalid_value when there are devices enough, wrong_key.
  Expected<NewDevice> use_link(const seal::Vault& vault, std::string_view realm, const std::string& hash,
                               std::int64_t now_wall_ms, const std::string& name, const Address& from);
  /// Errors: not_found.
  Expected<std::vector<DeviceRow>> devices(TenantId tenant, std::string_view number);
  /// Removes a device with its registrations; whether there was one. Errors: not_found.
  Expected<bool> drop_device(TenantId tenant, std::string_view number, const std::string& auth_name);
  /// Notes which devices are registered, removes those that were not for WebLimits::device_days, which the audit log
  /// says, and links that have ended. Gives how many devices went.
  Expected<std::uint64_t> age_devices(std::int64_t now_wall_ms);

  /// The bindings that are still good, oldest registration first. Changes nothing.
  Expected<std::vector<record::Binding>> load_bindings(std::int64_t now_wall_ms);
  /// Deletes the rows that were superseded, and those that expired more than a day ago by a time that registrations
  /// themselves prove: a clock that is ahead at start must not cost anybody's phone its registration.
  Expected<void> sweep_bindings(std::int64_t now_wall_ms);
  /// Deletes the binding with that key, or all of the extension when it is empty: for the command line while no server
  /// runs (the running engine forgets its own, and writes that it did). Gives how many there were.
  Expected<std::uint64_t> drop_bindings(ExtensionId extension, const std::string& contact_key);

  /// Where gateways registered from, ended ones included. Changes nothing.
  Expected<std::vector<record::GatewayBinding>> load_gateways();
  /// What it takes to end calls that the former process left behind: the newest `most`, and the others are forgotten.
  Expected<std::vector<record::OpenDialog>> load_dialogs(std::size_t most);

  /// Ends every CDR that is still open as interrupted, at `now_wall_ms`: what a crash left behind. Gives how many.
  /// Only at start, before the first new call.
  Expected<std::uint64_t> close_interrupted_cdrs(std::int64_t now_wall_ms);
  /// Newest first.
  Expected<std::vector<record::Cdr>> find_cdrs(const CdrFilter& filter);
  /// The same, one at a time without holding them all: for exports. `take` returns false to stop.
  Expected<void> visit_cdrs(const CdrFilter& filter, const std::function<bool(const record::Cdr&)>& take);
  /// How many fit; limit and offset are ignored.
  Expected<std::uint64_t> count_cdrs(const CdrFilter& filter);
  /// Errors: not_found.
  Expected<record::Cdr> find_cdr(const std::string& id);

  /// Every ban that is remembered, ended ones included; those that end last come last.
  Expected<std::vector<guard::Ban>> load_bans();
  /// What the guard knew of sources; those heard of last come last.
  Expected<std::vector<guard::KeptSource>> load_sources();
  /// Forgets bans within this block and those that cover it, and what is known of its sources: for the command line
  /// while no server runs. Gives how many bans there were.
  Expected<std::uint64_t> drop_bans(const Subnet& subnet);

  /// What operators put on the guard's access list, by block.
  Expected<std::vector<guard::AccessEntry>> access_list();
  /// Adds entries, each in place of the one of the same block; ended ones go. With `instead` those that are for good go
  /// first. Errors: invalid_value when the list would be too long.
  Expected<void> set_access(std::span<const guard::AccessEntry> entries, std::int64_t now_wall_ms,
                            bool instead = false);
  Expected<void> set_access(const guard::AccessEntry& entry, std::int64_t now_wall_ms) {
    return set_access({&entry, 1}, now_wall_ms);
  }
  /// Whether there was one.
  Expected<bool> drop_access(const Subnet& subnet);

  /// Errors: damaged_ledger, with the place and what to do; nothing of it is guessed.
  Expected<LedgerOnDisk> load_ledger();
  /// The snapshot takes the place of the one there is and of the entries that are in it, in one transaction: whoever is
  /// killed leaves the one or the other, which come to the same. Only while nothing else writes the ledger.
  Expected<void> compact_ledger(const money::Snapshot& snapshot);
  /// Appends entries that follow the last: for the command line while no server runs. Errors: damaged_ledger when they
  /// do not follow.
  Expected<void> append_ledger(std::span<const money::LedgerEntry> entries);
  /// What records say of these calls: those that are closed and began at or after `from_wall_ms`.
  Expected<std::vector<CallCost>> find_costs(std::span<const std::uint64_t> money_keys, std::int64_t from_wall_ms);
  /// What operators configured about calls, by kind, position and name; without passwords, rates and lines.
  Expected<std::vector<ObjectRow>> objects(TenantId tenant);
  /// Adds or replaces one. Errors: invalid_value.
  Expected<ObjectRow> put_object(const seal::Vault& vault, TenantId tenant, const ObjectWrite& write);
  /// Removes it with its rates or lines. Whether there was one.
  Expected<bool> drop_object(TenantId tenant, const std::string& kind, const std::string& name);
  /// The password of an object, empty when it has none. Errors: wrong_key.
  Expected<Secret<std::string>> object_password(const seal::Vault& vault, std::uint64_t object);
  Expected<std::vector<money::RateRow>> deck_rates(const ObjectRow& deck);
  Expected<std::vector<std::string>> list_lines(const ObjectRow& list);
  /// Runs `work`, whose calls of this store are one transaction: all of them, or when it gives a problem none.
  Expected<void> together(const std::function<Expected<void>()>& work);

  /// While it lives, calls of its store return before the disk has what they changed. The disk takes it, in order, with
  /// whatever is committed next by anybody without one; until then a host that loses power loses it. A process that is
  /// killed loses nothing.
  class WithNext {
   public:
    explicit WithNext(Store& store);
    ~WithNext();
    WithNext(const WithNext&) = delete;
    WithNext& operator=(const WithNext&) = delete;

   private:
    Store& store_;
  };

  /// The audit log grows by an entry, on disk when this returns.
  Expected<audit::Entry> append_audit(audit::Event event);
  /// At most `limit` entries behind entry `number`, oldest first; 0: from the first that there is. Errors: not_found.
  Expected<AuditPart> audit_after(std::uint64_t number, std::size_t limit);
  /// Newest first.
  Expected<std::vector<audit::Entry>> find_audit(const AuditFilter& filter);

  Expected<Counts> counts();

  Expected<std::optional<std::string>> setting(const std::string& key);
  Expected<void> set_setting(const std::string& key, const std::string& value);

 private:
  friend class AcmeTables;
  friend class AnswerTables;
  friend class EventTables;
  friend class PeopleTables;
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rf::store
