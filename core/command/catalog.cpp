#include "core/command/catalog.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/limits/acme.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/limits/trace.hpp"
#include "core/command/event_specs.hpp"
#include "core/command/objects.hpp"
#include "core/command/people_specs.hpp"
#include "core/command/tenant_specs.hpp"

namespace rf::command {
namespace {

constexpr std::string_view newcomer_words[] = {"replace", "refuse"};
// In the order of record::CallResult.
constexpr std::string_view result_words[] = {"open",     "answered",  "cancelled",   "busy",
                                             "rejected", "no_answer", "unreachable", "unknown_number",
                                             "refused",  "failed",    "interrupted"};

constexpr Parameter number_parameter{"number", Kind::text, true, 2, 15, {}, "the extension, 2 to 15 digits"};
constexpr Parameter name_parameter{"name", Kind::text, false, 0, 64, {}, "display name"};
constexpr Parameter enabled_parameter{"enabled", Kind::flag, false, 0, 0, {}, "whether it may register and call"};
constexpr Parameter remote_parameter{
    "remote", Kind::flag, false, 0, 0, {}, "may register from outside the local networks"};
constexpr Parameter md5_parameter{"md5", Kind::flag, false, 0, 0, {}, "may authenticate with MD5 digest"};
constexpr Parameter registrations_parameter{"registrations", Kind::number, false, 1, 16, {}, "phones at once"};
constexpr Parameter newcomer_parameter{
    "newcomer", Kind::text, false, 0, 16, newcomer_words, "what a registration does when all are taken"};
constexpr Parameter calls_parameter{"calls", Kind::number, false, 1, 1'000, {}, "calls at once"};
constexpr Parameter encrypted_parameter{"encrypted", Kind::flag, false, 0, 0, {}, "from outside over TLS only"};
constexpr Parameter agent_parameter{
    "agent", Kind::text, false, 0, 128, {}, "only phones whose User-Agent begins so; empty: any"};
constexpr Parameter permitted_parameter{
    "permitted", Kind::text, false, 0, 2048, {}, "only from these addresses or blocks, with commas; empty: anywhere"};
constexpr Parameter only_countries_parameter{
    "countries", Kind::text, false, 0, 512, {}, "from outside only from these, such as DE,AT; empty: any"};
constexpr Parameter password_parameter{"password", Kind::secret, false, 12, 64, {}, "instead of a generated one"};

constexpr Parameter force_paths_parameter{
    "force", Kind::flag, false, 0, 0, {}, "also when it lets somebody who showed no password call at your cost"};
constexpr Parameter add_parameters[] = {
    number_parameter,        name_parameter,           enabled_parameter,  remote_parameter,     md5_parameter,
    registrations_parameter, newcomer_parameter,       calls_parameter,    encrypted_parameter,  agent_parameter,
    permitted_parameter,     only_countries_parameter, password_parameter, force_paths_parameter};
constexpr Parameter set_parameters[] = {
    number_parameter,        name_parameter,           enabled_parameter,    remote_parameter,    md5_parameter,
    registrations_parameter, newcomer_parameter,       calls_parameter,      encrypted_parameter, agent_parameter,
    permitted_parameter,     only_countries_parameter, force_paths_parameter};
constexpr Parameter one_number[] = {number_parameter};
constexpr Parameter reset_parameters[] = {
    number_parameter, {"new_auth_name", Kind::flag, false, 0, 0, {}, "a new registration name as well"}};
constexpr Parameter link_parameters[] = {
    number_parameter,
    {"for", Kind::text, false, 2, 8, {}, "how long it is good, such as 10m, 2h or 1d; 15m when not given"},
    {"qr", Kind::flag, false, 0, 0, {}, "as a QR code, too, for a phone's camera"}};
constexpr Parameter device_parameters[] = {
    number_parameter, {"name", Kind::text, true, 3, 64, {}, "its registration name, from extension devices"}};
constexpr Parameter extensions_parameters[] = {
    {"department", Kind::text, false, 1, 64, {}, "only those of this department"},
    {"search", Kind::text, false, 1, 64, {}, "only those whose number, name or registration name holds this text"}};
constexpr Parameter maybe_number[] = {{"number", Kind::text, false, 2, 15, {}, "only this extension's"}};
constexpr Parameter remove_registration_parameters[] = {
    number_parameter, {"contact", Kind::text, false, 1, 2048, {}, "only this contact; else all"}};
constexpr Parameter hangup_parameters[] = {{"id", Kind::text, true, 1, 64, {}, "the call's id, from call list"}};
constexpr Parameter cdr_parameters[] = {
    {"limit", Kind::number, false, 1, 10'000, {}, "how many, newest first"},
    {"number", Kind::text, false, 1, 64, {}, "caller or dialled number"},
    {"result", Kind::text, false, 0, 32, result_words, "how the call ended"},
    {"from_ms", Kind::number, false, 0, INT64_MAX, {}, "begun at or after, in ms since 1970"},
    {"to_ms", Kind::number, false, 0, INT64_MAX, {}, "begun before, in ms since 1970"},
    {"offset", Kind::number, false, 0, 1'000'000'000, {}, "how many of the newest to pass over"},
};

constexpr std::string_view transport_words[] = {"udp", "tcp", "tls", "ws", "wss"};
constexpr std::string_view method_words[] = {"REGISTER", "INVITE",    "OPTIONS", "NOTIFY",
                                             "REFER",    "SUBSCRIBE", "MESSAGE"};
constexpr Parameter address_parameter{"address", Kind::text, true, 2, 64, {}, "an IPv4 or IPv6 address"};
constexpr Parameter block_parameter{
    "block", Kind::text, true, 2, 96, {}, "an address, or a block such as 192.0.2.0/24 or 192.0.2.0/255.255.255.0"};
constexpr Parameter one_address[] = {address_parameter};
constexpr Parameter force_parameter{"force", Kind::flag, false, 0, 0, {}, "also when it cuts off what is protected"};
constexpr Parameter caller_parameter{
    "caller", Kind::text, false, 2, 64, {}, "your own address, not to be cut off; else that of your SSH session"};
constexpr Parameter reload_parameters[] = {force_parameter, caller_parameter};
constexpr Parameter countries_parameter{
    "countries", Kind::text, true, 2, 2'048, {}, "countries by their codes, such as DE or DE,AT,CH"};
constexpr Parameter setting_parameter{
    "name", Kind::text, true, 3, 64, {}, "a key of the configuration, such as login.idle_s; see: setting list"};
constexpr Parameter one_setting[] = {setting_parameter};
constexpr Parameter force_setting_parameter{
    "force", Kind::flag, false, 0, 0, {}, "also when it keeps you out of the pages from where you are"};
constexpr Parameter set_setting_parameters[] = {
    setting_parameter,
    {"value", Kind::text, true, 0, 2'048, {}, "a number, true or false, a text, or a list with commas; empty: none"},
    force_setting_parameter,
    caller_parameter};
constexpr Parameter remove_setting_parameters[] = {setting_parameter, force_setting_parameter, caller_parameter};
constexpr Parameter country_parameters[] = {countries_parameter, force_parameter, caller_parameter};
constexpr std::string_view response_words[] = {"watch", "throttle", "ban"};
constexpr Parameter rule_parameter{
    "name", Kind::text, true, 2, 64, {}, "the rule, or the handwriting of a tool, as guard rules names it"};
constexpr Parameter one_rule[] = {rule_parameter};
constexpr Parameter rule_parameters[] = {
    rule_parameter,
    {"enabled", Kind::flag, false, 0, 0, {}, "whether it is used; all that a handwriting has"},
    {"then", Kind::text, false, 0, 8, response_words, "what becomes of whom it catches; watch only tells"},
    {"threshold", Kind::number, false, 1, 60'000, {}, "so many of it, up to 24 where different values are counted"},
    {"period_s", Kind::number, false, 1, 2'678'400, {}, "within so many seconds"},
    {"duration_s", Kind::number, false, 1, 34'560'000, {}, "for so many seconds at least"}};
constexpr Parameter import_parameters[] = {
    {"text", Kind::lines, true, 0, 6'000'000, {}, "lines as guard export writes them, or a list of blocks"},
    {"blocklist", Kind::flag, false, 0, 0, {}, "a foreign list of addresses or blocks to drop, one a line"},
    {"note", Kind::text, false, 0, 128, {}, "with --blocklist: where it is from, for whoever reads the access list"},
    force_parameter,
    caller_parameter};
constexpr Parameter remove_parameters[] = {block_parameter, caller_parameter};
constexpr Parameter bans_parameters[] = {
    {"ended", Kind::flag, false, 0, 0, {}, "ended ones too, which make the next ban longer"},
    {"newest", Kind::flag, false, 0, 0, {}, "the newest first; else those that last longest"},
    {"rule", Kind::text, false, 1, 64, {}, "only those by this rule"}};
constexpr Parameter access_parameters[] = {
    block_parameter,
    {"minutes", Kind::number, false, 1, 525'600, {}, "for so long; else for good"},
    {"note", Kind::text, false, 0, 128, {}, "why, for whoever reads the list"},
    force_parameter,
    caller_parameter};
constexpr Parameter release_parameters[] = {
    block_parameter,
    {"minutes", Kind::number, false, 0, 525'600, {}, "allow it for so long, 60 when not given; 0: not at all"}};
constexpr Parameter test_parameters[] = {
    address_parameter,
    {"port", Kind::number, false, 1, 65'535, {}, "its port, 5060 when not given"},
    {"transport", Kind::text, false, 0, 8, transport_words, "how it comes, udp when not given"},
    {"method", Kind::text, false, 0, 16, method_words, "what it asks, REGISTER when not given"},
    {"target", Kind::text, false, 0, 64, {}, "the number that it asks for"},
    {"user_agent", Kind::text, false, 0, 256, {}, "what it calls itself"}};

constexpr Parameter numbers_parameter{
    "numbers", Kind::flag, false, 0, 0, {}, "telephone numbers in full, which takes trace-number.read"};
constexpr Parameter since_parameter{
    "since_ms", Kind::number, false, 0, INT64_MAX, {}, "recorded at or after, in ms since 1970"};
constexpr Parameter until_parameter{
    "to_ms", Kind::number, false, 0, INT64_MAX, {}, "recorded before, in ms since 1970"};
constexpr Parameter of_extension_parameter{
    "extension", Kind::text, false, 1, 64, {}, "only messages from or to this number"};
constexpr Parameter of_source_parameter{
    "source", Kind::text, false, 2, 64, {}, "only messages from or to this address or block"};
constexpr Parameter record_parameters[] = {
    {"id", Kind::text, true, 1, 64, {}, "the call's id, from cdr list"}};
constexpr Parameter trace_call_parameters[] = {
    {"id", Kind::text, true, 1, 64, {}, "the call's id, from call list or cdr list"}, numbers_parameter};
constexpr Parameter trace_extension_parameters[] = {number_parameter, since_parameter, until_parameter,
                                                    numbers_parameter};
constexpr Parameter trace_source_parameters[] = {address_parameter, since_parameter, until_parameter,
                                                 numbers_parameter};
constexpr Parameter trace_log_parameters[] = {
    {"limit", Kind::number, false, 1, static_cast<std::int64_t>(TraceLimits::shown), {}, "how many, the newest"},
    of_extension_parameter,
    of_source_parameter,
    since_parameter,
    until_parameter,
    numbers_parameter};
constexpr std::string_view trace_format_words[] = {"text", "pcap"};
constexpr Parameter trace_export_parameters[] = {
    {"format", Kind::text, false, 0, 8, trace_format_words, "text when not given; pcap for Wireshark"},
    {"call", Kind::text, false, 1, 64, {}, "the call's id, from call list or cdr list"},
    of_extension_parameter,
    of_source_parameter,
    since_parameter,
    until_parameter,
    numbers_parameter};

constexpr std::string_view format_words[] = {"nft", "iptables", "firewalld", "ufw", "aws", "azure", "gcloud"};
constexpr Parameter show_parameters[] = {
    {"format", Kind::text, false, 0, 16, format_words, "whose language, nft when not given"}};
constexpr Parameter apply_parameters[] = {{"remove", Kind::flag, false, 0, 0, {}, "take the table out instead"}};

constexpr std::string_view level_words[] = {"extension", "department", "tenant", "trunk", "system"};
constexpr Parameter spending_parameters[] = {
    {"level", Kind::text, false, 0, 16, level_words, "only accounts of this kind"},
    {"number", Kind::text, false, 2, 15, {}, "only this extension's"}};
constexpr Parameter install_parameters[] = {
    {"text",
     Kind::lines,
     true,
     0,
     static_cast<std::int64_t>(AcmeLimits::answer_bytes),
     {},
     "in PEM the server's certificate, those that lead to its authority, and its key without a password"}};
constexpr Parameter credit_parameters[] = {
    {"whom",
     Kind::text,
     true,
     2,
     80,
     {},
     "an extension's number, department.NAME, trunk.NAME, tenant or system, who pays in advance"},
    {"amount", Kind::text, true, 1, 32, {}, "how much, such as 20 or 7.50; below zero: less"}};

constexpr std::string_view kind_words[] = {"command", "result", "login", "ban", "system"};
constexpr Parameter audit_list_parameters[] = {
    {"limit", Kind::number, false, 1, static_cast<std::int64_t>(AuditLimits::shown), {}, "how many, newest first"},
    {"actor", Kind::text, false, 1, 64, {}, "only what this one did, such as \"uid 0\""},
    {"kind", Kind::text, false, 0, 16, kind_words, "only entries of this kind"},
    {"from_ms", Kind::number, false, 0, INT64_MAX, {}, "at or after, in ms since 1970"},
    {"to_ms", Kind::number, false, 0, INT64_MAX, {}, "before, in ms since 1970"},
    {"before", Kind::number, false, 1, INT64_MAX, {}, "only entries before this number, to go on with a list"}};
constexpr Parameter audit_export_parameters[] = {
    {"after", Kind::number, false, 0, INT64_MAX, {}, "only what follows this entry"}};
constexpr Parameter audit_verify_parameters[] = {
    {"text", Kind::lines, false, 0, 64'000'000, {}, "an exported log; the one on disk when left out"},
    {"key", Kind::text, false, 64, 64, {}, "whose signature it has to carry, 64 hexadecimal digits"},
    {"seen", Kind::text, false, 3, 96, {}, "NUMBER:HASH of an entry that was seen before and has to be in it"}};
constexpr Parameter audit_note_parameters[] = {
    {"note", Kind::text, true, 1, 1'024, {}, "what was done outside of this program, and why"}};

constexpr auto fixed = std::to_array<Spec>({
    {"extension.add", "extension.write", "Adds an extension and shows its password once", true, false, add_parameters},
    {"extension.list", "extension.read", "Lists extensions", false, false, extensions_parameters},
    {"extension.show", "extension.read", "Shows one extension", false, false, one_number},
    {"extension.set", "extension.write", "Changes settings of an extension", true, false, set_parameters},
    {"extension.remove", "extension.write", "Removes an extension and its registrations", true, false, one_number},
    {"extension.reset-password", "extension.write", "Gives a new password; registrations and calls of the old one end",
     true, false, reset_parameters},
    {"extension.link", "extension.write", "Makes a link that signs a browser in, once", true, false, link_parameters},
    {"extension.unlink", "extension.write", "Makes its links worthless that were not used yet", true, false,
     one_number},
    {"extension.devices", "extension.read", "Lists the browsers that links signed in", false, false, one_number},
    {"extension.device.remove", "extension.write", "Shuts one of these browsers out; its registrations and calls end",
     true, false, device_parameters},
    {"cdr.list", "cdr.read", "Lists call records, newest first", false, false, cdr_parameters},
    {"cdr.show", "cdr.read", "Shows a call record, with every rule that the call was held against", false, false,
     record_parameters},
    {"trace.call", "trace.read", "Draws a call's SIP messages as a ladder, all legs side by side", false, false,
     trace_call_parameters},
    {"trace.extension", "trace.read", "Draws the messages from and to an extension", false, false,
     trace_extension_parameters},
    {"trace.source", "trace.read", "Draws the messages from and to an address", false, false, trace_source_parameters},
    {"trace.log", "trace.read", "Lists messages, a line each, of the last weeks", false, false, trace_log_parameters},
    {"trace.export", "trace.read", "Writes recorded messages into a file, as text or for Wireshark", false, false,
     trace_export_parameters},
    {"registration.list", "registration.read", "Lists registered phones", false, false, maybe_number},
    {"registration.remove", "registration.write", "Removes registrations", true, false, remove_registration_parameters},
    {"audit-log.list", "audit.read", "Lists who did what, newest first", false, false, audit_list_parameters},
    {"audit-log.export", "audit.read", "Writes the audit log, signed, for whoever wants to verify it elsewhere", false,
     false, audit_export_parameters},
    {"audit-log.verify", "audit.read", "Tells whether an exported audit log, or the one on disk, is whole", false,
     false, audit_verify_parameters},
    {"audit-log.note", "audit.write", "Writes a line of your own into the audit log", true, false,
     audit_note_parameters},
    {"ports", "system.read", "Lists the ports in use", false, false, {}},
    {"media.list", "system.read", "Lists the media servers: up or down, weight, streams of calls", false, true, {}},
    {"firewall.show", "system.read", "Writes the firewall rules that this configuration needs", false, false,
     show_parameters},
    {"firewall.apply", "system.write", "Puts these rules in force on this host with nftables", true, false,
     apply_parameters},
    {"guard.bans", "guard.read", "Lists who is banned, why and until when", false, false, bans_parameters},
    {"guard.explain", "guard.read", "Tells all that is known of an address", false, true, one_address},
    {"guard.release", "guard.write", "Ends all that is in force against an address, and allows it for a time", true,
     false, release_parameters},
    {"guard.allow", "guard.write", "Passes an address or block by the guard", true, false, access_parameters},
    {"guard.block", "guard.write", "Drops everything from an address or block", true, false, access_parameters},
    {"guard.remove", "guard.write", "Takes an entry off the access list", true, false, remove_parameters},
    {"guard.access", "guard.read", "Lists what was allowed and blocked by command", false, false, {}},
    {"guard.country.allow", "guard.write", "Lets only these countries talk to us, besides those allowed before", true,
     false, country_parameters},
    {"guard.country.deny", "guard.write", "Drops everything from these countries", true, false, country_parameters},
    {"guard.country.remove", "guard.write", "Takes countries off the list; without any, all may talk to us", true,
     false, country_parameters},
    {"guard.country.list", "guard.read", "Shows the country rules, and what they know countries by", false, false, {}},
    {"guard.rule.show", "guard.read", "Shows a detection rule, and what commands made of it", false, false, one_rule},
    {"guard.rule.set", "guard.write",
     "Changes a detection rule: on or off, its numbers, what becomes of whom it catches", true, false, rule_parameters},
    {"guard.rule.remove", "guard.write", "Goes back to what the file says of a detection rule", true, false, one_rule},
    {"guard.export",
     "guard.read",
     "Writes the access list and static rules that commands made, as lines",
     false,
     false,
     {}},
    {"guard.import", "guard.write", "Takes such lines in place of what commands made, all or nothing; or a blocklist",
     true, false, import_parameters},
    {"guard.geo", "guard.read", "Tells the country of an address, and what the country rules make of it", false, false,
     one_address},
    {"guard.rules", "guard.read", "Lists the detection rules with their numbers", false, true, {}},
    {"guard.agents", "guard.read", "Lists the names by which scanners are known", false, true, {}},
    {"guard.decoys", "guard.read", "Lists extensions that only an attacker asks for", false, true, {}},
    {"guard.stats", "guard.read", "Shows what the guard decided, and its tables", false, true, {}},
    {"guard.test", "guard.read", "Tells what would happen to a message", false, true, test_parameters},
    {"spend.list", "spend.read", "Shows what was spent, is reserved and is left, today and this month", false, false,
     spending_parameters},
    {"exposure", "spend.read", "Computes the most that a stolen password could cost, by which rule, and what halves it",
     false, false, maybe_number},
    {"credit.add", "spend.write", "Adds to what somebody who pays in advance may spend", true, false,
     credit_parameters},
    {"pattern.list",
     "pattern.read",
     "Lists whose habits are known, and the latest calls that did not fit",
     false,
     true,
     {}},
    {"pattern.show", "pattern.read", "Tells how an extension usually calls, and which of its calls did not fit", false,
     true, one_number},
    {"status", "system.read", "Shows listeners, counts and limits", false, true, {}},
    {"call.list", "call.read", "Lists running calls", false, true, {}},
    {"call.hangup", "call.write", "Ends a running call", true, true, hangup_parameters},
    {"reload", "system.write", "Reads configuration, certificates and log file again", true, true, reload_parameters},
    {"setting.list", "system.read", "Lists what of the configuration can be set by command, and what it is now", false,
     false, {}},
    {"setting.show", "system.read", "Shows one such key, what it means and where its value comes from", false, false,
     one_setting},
    {"setting.set", "system.write", "Sets a key of the configuration from now on, whatever the file says", true, false,
     set_setting_parameters},
    {"setting.remove", "system.write", "Goes back to what the file says of a key", true, false,
     remove_setting_parameters},
    {"certificate.show", "system.read", "Shows the certificate of TLS, and when it is renewed", false, true, {}},
    {"certificate.renew", "system.write", "Asks the authority for another certificate now", true, true, {}},
    {"certificate.install", "system.write", "Shows a certificate of yours from now on", true, true, install_parameters},
    {"certificate.remove", "system.write", "Forgets the certificate that was installed, and its key", true, true, {}},
    {"certificate.authority",
     "system.read",
     "Shows the certificate of the built-in authority, for phones to trust",
     false,
     true,
     {}},
    {"stop", "system.write", "Ends all calls and stops the server", true, true, {}},
});

constexpr std::string_view code_names[] = {"invalid", "not_found", "conflict", "not_running",
                                           "denied",  "busy",      "failed"};

}  // namespace

std::span<const Spec> catalog() {
  static const std::vector<Spec> specs = [] {
    std::vector<Spec> all = with_objects(fixed);
    all.insert(all.end(), people_specs().begin(), people_specs().end());
    all.insert(all.end(), event_specs().begin(), event_specs().end());
    all.insert(all.end(), provider_specs().begin(), provider_specs().end());
    all.insert(all.end(), tenant_specs().begin(), tenant_specs().end());
    add_tenant_parameter(all);
    return all;
  }();
  return specs;
}

const Spec* find(std::string_view name) {
  const std::span<const Spec> specs = catalog();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

bool acts_in_tenant(const Spec& spec) {
  return std::any_of(spec.parameters.begin(), spec.parameters.end(), [](const auto& p) { return p.name == "tenant"; });
}

std::string_view name_of(Code code) {
  return code_names[static_cast<std::size_t>(code)];
}

std::optional<Code> parse_code(std::string_view name) {
  const auto found = std::find(std::begin(code_names), std::end(code_names), name);
  if (found == std::end(code_names)) return std::nullopt;
  return static_cast<Code>(found - std::begin(code_names));
}

}  // namespace rf::command
