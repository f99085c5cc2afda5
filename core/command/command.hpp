// Everything an operator can ask for, as one typed list: the command line, the control socket and the web API are three
// ways to send the same command, with the same permission, the same validation and the same audit line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/country.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/secret.hpp"
#include "core/command/events.hpp"
#include "core/command/people.hpp"
#include "core/command/tenants.hpp"
#include "core/document/schema.hpp"
#include "core/fence/fence.hpp"
#include "core/policy/policy.hpp"
#include "core/record/records.hpp"

namespace rf::command {

/// Settings of an extension that a command may give; what is absent stays as it is (or takes its default).
struct ExtensionSettings {
  std::optional<std::string> name;
  std::optional<bool> enabled;
  std::optional<bool> remote;
  std::optional<bool> md5;
  std::optional<std::uint16_t> registrations;
  std::optional<policy::Newcomer> newcomer;
  std::optional<std::uint16_t> calls;
  std::optional<bool> encrypted;
  std::optional<std::string> agent;              ///< empty: any
  std::optional<std::vector<Subnet>> permitted;  ///< empty: anywhere
  std::optional<CountrySet> countries;           ///< empty: any
};

/// A value of an object that is to be another one; checked by the schema.
struct ObjectValue {
  std::string key;
  std::vector<std::string> values;
  bool standing = false;  ///< what stands without it, instead of `values`
};

// --- configuration: works on the database, with or without a running server

struct AddExtension {
  std::string number;
  ExtensionSettings settings;
  std::vector<ObjectValue> terms;               ///< of its calls, see core/document
  std::optional<Secret<std::string>> password;  ///< none: one is generated and shown once
  bool force = false;                           ///< also when it opens paid calls to who showed no password
};
/// Those of a department, and whose number, name or registration name holds a text; empty: whichever.
struct ListExtensions {
  std::string department, search;
};
struct ShowExtension {
  std::string number;
};
struct SetExtension {
  std::string number;
  ExtensionSettings settings;
  std::vector<ObjectValue> terms;
  bool force = false;  ///< as above
};
struct RemoveExtension {
  std::string number;
};
struct ResetPassword {
  std::string number;
  bool new_auth_name = false;  ///< a new registration name as well
};
/// A one-time link that signs a browser in.
struct AddLink {
  std::string number;
  std::uint32_t for_s = WebLimits::link_s;
  bool qr = false;  ///< it is to be shown as a QR code, too
};
/// Makes links worthless that were not used yet.
struct RemoveLinks {
  std::string number;
};
/// What links made.
struct ListDevices {
  std::string number;
};
struct RemoveDevice {
  std::string number;
  std::string name;  ///< its registration name
};
struct ListCdrs {
  std::uint32_t limit = 100;
  std::string number;  ///< caller or dialled; empty: all
  std::optional<record::CallResult> result;
  std::int64_t from_ms = 0;  ///< wall time of the start, inclusive
  std::int64_t to_ms = 0;    ///< exclusive; 0: no end
  std::uint32_t offset = 0;  ///< how many of the newest to pass over
};
struct ShowCdr {
  std::string id;
};
struct ListRegistrations {
  std::string number;  ///< empty: all
};
struct RemoveRegistrations {
  std::string number;
  std::string contact;  ///< its key, from the list; empty: all of the extension
};
/// Entries of the audit log, newest first.
struct ListAudit {
  std::uint32_t limit = 100;
  std::int64_t from_ms = 0;  ///< wall time, inclusive
  std::int64_t to_ms = 0;    ///< exclusive; 0: no end
  std::string actor, kind;   ///< empty: any
  std::uint64_t before = 0;  ///< only entries with smaller numbers; 0: all
};
/// The audit log as lines that can be verified anywhere.
struct ExportAudit {
  std::uint64_t after = 0;  ///< only what follows this entry
};
/// Whether an exported log, or the one on disk, is whole.
struct VerifyAudit {
  std::string text;  ///< empty: the one on disk
  std::string key;   ///< 64 hexadecimal digits; empty: the one that the text names
  std::string seen;  ///< "NUMBER:HASH" that was seen before; empty: nothing was
};
/// A line of the operator's own in the audit log.
struct NoteAudit {
  std::string text;
};
/// The port table: of the running system, or of the configuration.
struct ListPorts {};
/// Who relays media: the media servers, how they are, and what they carry.
struct ListMedia {};
/// The rules of a packet filter that this configuration needs.
struct ShowFirewall {
  fence::Format format = fence::Format::nft;
};
/// Puts them in force on this host, or takes them out; carried out by whoever asks.
struct ApplyFirewall {
  bool remove = false;
};

/// Who is banned now, or with `ended` everybody who is remembered; those that last longest first, or the newest.
struct GuardBans {
  bool ended = false;
  bool newest = false;
  std::string rule;  ///< empty: by whichever
};
/// The access list as operators made it.
struct GuardAccess {};
/// An entry of the access list; a block has one.
struct AccessChange {
  Subnet block;
  bool force = false;         ///< also when it cuts off what is protected
  std::uint32_t minutes = 0;  ///< 0: for good
  std::string note;
  std::optional<Address> caller;  ///< where whoever asks says to be: they are not to lock themselves out
};
struct GuardAllow {
  AccessChange change;
};
struct GuardBlock {
  AccessChange change;
};
struct GuardRemove {
  Subnet block;
  std::optional<Address> caller;
};
/// Ends everything that is in force against a block, and allows it for some minutes (0: not).
struct GuardRelease {
  Subnet block;
  std::uint32_t minutes = 60;
};

/// A change of the country rules (H10): those that only may talk to us, or those that may not; one or the other.
struct CountryChange {
  CountrySet countries;
  bool force = false;
  std::optional<Address> caller;
};
struct GuardCountryAllow {
  CountryChange change;
};
struct GuardCountryDeny {
  CountryChange change;
};
struct GuardCountryRemove {
  CountryChange change;
};
struct GuardCountryList {};
/// A detection rule, or the handwriting of a tool, which is on or off and no more. What is not set stays as it is.
struct GuardRuleSet {
  std::string name;
  std::optional<bool> enabled;
  std::string then;  ///< "watch", "throttle", "ban"; empty: as it is
  std::optional<std::uint32_t> threshold, period_s, duration_s;
};
struct GuardRuleShow {
  std::string name;
};
/// Back to what the file says, or what ships.
struct GuardRuleRemove {
  std::string name;
};
/// What commands made of the access list and the static rules, as lines.
struct GuardExport {};
/// Such lines in place of what commands made, all or nothing; or with `blocklist` a foreign list of blocks to drop,
/// of which each line is taken or refused by itself.
struct GuardImport {
  std::string text;
  bool blocklist = false;
  bool force = false;
  std::string note;
  std::optional<Address> caller;
};
/// The country of an address, and what the country rules make of it.
struct GuardGeo {
  Address address;
};

/// An object of core/document. A limit and the telephony are made by the first change.
struct PutObject {
  document::Kind kind = document::Kind::trunk;
  std::string name;
  bool add = false;
  std::vector<ObjectValue> values;
  bool force = false;  ///< also when it opens paid calls to whoever can forge an address
};
struct RemoveObject {
  document::Kind kind = document::Kind::trunk;
  std::string name;
};
struct ListObjects {
  document::Kind kind = document::Kind::trunk;
};
struct ShowObject {
  document::Kind kind = document::Kind::trunk;
  std::string name;
};
/// Puts it before another one of its kind, or behind all.
struct MoveObject {
  document::Kind kind = document::Kind::route;
  std::string name;
  std::string before;
};
struct SetTrunkPassword {
  std::string name;
  Secret<std::string> password;
};
/// A PIN of a list, under the name that stands in records as the account code. One that is there gets another PIN only
/// after it was removed.
struct AddPin {
  std::string list;
  std::string account;
  std::optional<Secret<std::string>> pin;  ///< none: one is made and shown once
};
struct RemovePin {
  std::string list;
  std::string account;
};
/// Names of accounts; nobody can show a PIN again.
struct ListPins {
  std::string list;
};
/// Which countries may be called (row O4), as one level says: "system", "tenant", "department.sales".
struct AllowCountries {
  std::string of;
  CountrySet countries;
  bool only = false;  ///< and abroad none but these and those that were allowed so before
};
struct DenyCountries {
  std::string of;
  CountrySet countries;
};
/// Every country, with who refuses it: as one level says together with those above it, or for an extension.
struct ListCountries {
  std::string of;  ///< likewise, or "extension.1001"
};
/// Rates or numbers out of a text, all or nothing.
struct ImportRows {
  document::Kind kind = document::Kind::deck;
  std::string name;
  std::string text;
  std::vector<ObjectValue> values;
  bool replace = false;  ///< of a deck: only the sheet counts, from its beginning on
};
struct PolicyExport {};
struct PolicyPlan {
  std::string text;
  bool remove = false;
  std::int64_t since_ms = 0;           ///< calls begun at or after this wall time are asked again; 0: those of 31 days
  std::optional<Address> caller = {};  ///< who must not lock himself out
};
/// Takes all that is in the text, or nothing.
struct PolicyApply {
  std::string text;
  bool remove = false;  ///< and removes what is not in it
  bool force = false;
  std::optional<Address> caller = {};  ///< who must not lock himself out
};
/// What would become of a call now, or at a time, and why.
struct TestRoute {
  std::string from, to;
  std::int64_t at_ms = 0;  ///< wall time; 0: now
  std::string purpose;     ///< "forward", "transfer"; empty or anything else: a call
};

/// What would become of a call that a trunk brings now, or at a time, and why.
struct TestInbound {
  std::string trunk;
  std::string to, from;    ///< as the trunk writes them; no caller: one who shows no number
  std::int64_t at_ms = 0;  ///< wall time; 0: now
};

/// What an emergency call would do, without making it.
struct TestEmergency {
  std::string number, from;
};
/// Who can reach which numbers that cost money.
struct ShowReach {
  std::string from;  ///< an extension, or "outside"; empty: all
  std::string to;    ///< a country's code or a class of numbers; empty: all
};

/// Recorded signalling: a call, or whatever fits an extension or a source.
struct ReadTrace {
  enum class As : std::uint8_t {
    ladder,
    log,   ///< a line for each message, of the whole time that summaries are kept
    text,  ///< a file with whole messages
    pcap,
  };
  As as = As::ladder;
  std::string call, number;  ///< empty: any
  std::optional<Subnet> source;
  std::int64_t from_ms = 0;  ///< wall time, inclusive
  std::int64_t to_ms = 0;    ///< exclusive; 0: no end
  std::uint32_t limit = 0;   ///< newest first; 0: as many as an answer holds
  bool numbers = false;      ///< in full; takes a permission of its own
};

/// Keys of the configuration that commands may set above the file.
struct ListSettings {};
struct ShowSetting {
  std::string name;  ///< "login.idle_s"
};
/// From now on, whatever the file says.
struct SetSetting {
  std::string name;
  std::string value;              ///< as it is typed: a number, true or false, words with commas
  bool force = false;             ///< also when it keeps whoever asks out of the pages
  std::optional<Address> caller;  ///< where whoever asks says to be
};
/// Back to what the file says.
struct RemoveSetting {
  std::string name;
  bool force = false;             ///< as above
  std::optional<Address> caller;  ///< as above
};

// --- the running server only

struct GuardExplain {
  Address address;
};
struct GuardRules {};
struct GuardAgents {};
struct GuardDecoys {};
struct GuardStats {};
/// What would happen to a message like this from there.
struct GuardTest {
  Address address;
  std::uint16_t port = 5060;
  Transport transport = Transport::udp;
  std::string method;
  std::string target;
  std::string user_agent;
};

/// What accounts have spent, hold reserved and have left.
struct ListSpending {
  std::string level;   ///< "extension", "department", "tenant", "trunk", "system"; empty: all
  std::string number;  ///< of an extension; empty: all
};
/// The most that stolen credentials could cost.
struct ShowExposure {
  std::string number;  ///< of an extension; empty: all
};
/// Adds to what a prepaid extension may spend.
struct AddCredit {
  std::string whom;    ///< as limits are named: "extension.1001", "department.sales", "trunk.line", "tenant", "system"
  std::string amount;  ///< decimal, in the currency of the ledger; below zero: takes it away
};

/// How everybody calls, in a line each.
struct ListPatterns {};
/// How an extension, its department and its tenant call, and what was unusual lately.
struct ShowPattern {
  std::string number;
};

struct GetStatus {};
struct ListCalls {};
struct HangUp {
  std::string id;
};
struct Reload {
  std::optional<Address> caller;  ///< where whoever asks says to be: they are not to lock themselves out
  bool force = false;
};
struct Stop {};
/// Which certificate TLS shows, and how it is renewed.
struct ShowCertificate {};
/// Asks the authority elsewhere now.
struct RenewCertificate {};
/// Shows this certificate from now on.
struct InstallCertificate {
  Secret<std::string> pem;  ///< the chain, the server's first, with its key
};
/// Goes back to the authority elsewhere, or to the built-in one.
struct RemoveCertificate {};
/// What phones and browsers have to believe to believe the built-in authority.
struct ShowAuthority {};

using Command =
    std::variant<AddExtension, ListExtensions, ShowExtension, SetExtension, RemoveExtension, ResetPassword, AddLink,
                 RemoveLinks, ListDevices, RemoveDevice, ListCdrs, ShowCdr, ListRegistrations, RemoveRegistrations,
                 ListPorts, ListMedia, ShowFirewall, ApplyFirewall, ListAudit, ExportAudit, VerifyAudit, NoteAudit,
                 GuardBans, GuardAccess, GuardAllow, GuardBlock, GuardRemove, GuardRelease, GuardCountryAllow,
                 GuardCountryDeny, GuardCountryRemove, GuardCountryList, GuardRuleSet, GuardRuleShow, GuardRuleRemove,
                 GuardExport, GuardImport, GuardGeo, PutObject, RemoveObject, ListObjects, ShowObject, MoveObject,
                 SetTrunkPassword, AddPin, RemovePin, ListPins, AllowCountries, DenyCountries, ListCountries,
                 ImportRows, PolicyExport, PolicyPlan, PolicyApply, TestRoute, TestInbound, TestEmergency, ShowReach,
                 ReadTrace, ListSpending, ShowExposure, AddCredit, GuardExplain, GuardRules, GuardAgents, GuardDecoys,
                 GuardStats, GuardTest, ListPatterns, ShowPattern, GetStatus, ListCalls, HangUp, Reload, Stop,
                 ShowCertificate, RenewCertificate, InstallCertificate, RemoveCertificate, ShowAuthority, ListSettings,
                 ShowSetting, SetSetting, RemoveSetting, PeopleCommand, EventCommand, TenantCommand>;

enum class Code : std::uint8_t {
  invalid,      ///< the arguments
  not_found,    ///< what the command is about
  conflict,     ///< it exists already, or stands in the way
  not_running,  ///< needs a running server
  denied,       ///< the asker may not
  busy,         ///< a bound is reached, or no answer in time: try again
  failed,       ///< disk, database, a fault of ours
};
std::string_view name_of(Code code);
std::optional<Code> parse_code(std::string_view name);

/// One line of what, one line of what to do about it. Neither ever carries a secret.
struct Error {
  Code code = Code::failed;
  std::string message;
  std::string remedy;
  std::string field = {};  ///< the parameter that is wrong; empty: none in particular
};

}  // namespace rf::command
