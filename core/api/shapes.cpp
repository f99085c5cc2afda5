#include "core/api/shapes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/document/schema.hpp"

namespace rf::api {
namespace {

constexpr auto all_shapes = std::to_array<Shape>({
    {"Message", "message string"},
    {"Text", "text string"},
    // Extensions and their phones
    {"Extension",
     "number string, name string, auth_name string, enabled boolean, remote boolean, md5 boolean, registrations "
     "integer, "
     "newcomer string, calls integer, encrypted boolean, agent string, permitted [string], countries string, "
     "calls_out? [ObjectValue]"},
    {"ExtensionList", "extensions [Extension]"},
    {"Account", "number string, auth_name string, realm string, password? string"},
    {"PasswordReset", "number string, auth_name string, realm string, password string, calls_ended? integer"},
    {"Removed",
     "message string, number? string, removed? integer, count? integer, calls_ended? integer, "
     "registrations_ended? integer"},
    {"DeviceRemoved",
     "number string, device string, registrations_ended? integer, calls_ended? integer, warnings? [string]"},
    {"Link", "number string, link string, expires string, expires_in_s integer, qr boolean"},
    {"Device", "auth_name string, device string, created string, created_ms integer, used string, used_ms integer"},
    {"DeviceList", "number string, devices [Device]"},
    {"Registration",
     "number string, key string, contact string, transport string, remote string, user_agent string, registered "
     "string, "
     "expires string, expires_in_s integer, connected boolean"},
    {"RegistrationList", "registrations [Registration]"},
    // Calls
    {"Leg",
     "packets integer, bytes integer, lost integer|null, jitter_ms number|null, mos number|null, events integer, "
     "refused_source integer, refused_shape integer, refused_proof integer, refused_replay integer, encryption string, "
     "suite string"},
    {"CallRecord",
     "id string, caller string, dialled string, callee string, started string, answered string, ended string, "
     "started_ms integer, answered_ms integer, ended_ms integer, talked_s integer, result string, ended_by string, "
     "sip_status integer, reason string, attempts integer, route string, trunk_in string, trunk_out string, "
     "called string, price string, currency string, reserved string, cost string, payer string, cut_reason string, "
     "account string, via string, caller_transport string, callee_transport string, caller_address string, media "
     "[Leg], "
     "engine string, state? string, duration_s? integer, decision? [Step]"},
    {"CallRecordList", "cdrs [CallRecord]"},
    {"CallList", "calls [CallRecord]"},
    {"Ended", "message string, count integer"},
    {"TraceParticipant", "name string, address string, ours boolean"},
    {"TraceMessage",
     "at string, at_ms integer, direction string, transport string, from integer, to integer, label string, "
     "stranger boolean, call string, text string"},
    {"Trace", "numbers boolean, more boolean, participants [TraceParticipant], messages [TraceMessage], ladder string"},
    {"TraceLine",
     "at string, at_ms integer, direction string, transport string, remote string, label string, from string, "
     "to string, cseq string, call_id string, call string, stranger boolean, line string"},
    {"TraceLog", "numbers boolean, more boolean, lines [TraceLine]"},
    {"TraceFile", "format string, name string, more boolean, messages integer, text? string, base64? string"},
    // What is configured about calls
    {"ObjectValue", "key string, value texts, from string, help string"},
    {"TrunkNow",
     "health string, since? string, answered? string, registration? string, registered_until? string, trouble? string, "
     "calls_in? integer, calls_out? integer"},
    {"Object",
     "kind string, name string, values [ObjectValue], text? string, added? boolean, built_in? boolean, password? "
     "boolean, currency? string, "
     "prefixes? integer, lines? integer, pins? integer, now? TrunkNow"},
    {"ObjectRow", "name string, values {texts}, built_in? boolean, password? boolean, currency? string, now? TrunkNow"},
    {"ObjectList", "kind string, objects [ObjectRow]"},
    {"Imported", "message string, taken? integer, rates? integer, lines? integer"},
    {"Pin", "list string, account string, message string, pin? string"},
    {"PinList", "list string, asks string, accounts [string]"},
    {"CountryLevel", "of string, only [string], denied [string], message? string"},
    {"CalledCountry", "country string, state string, why string"},
    {"CalledCountries", "of string, home string, levels [CountryLevel], countries [CalledCountry]"},
    {"ChangedValue", "key string, before any, after any"},
    {"Change", "what string, kind string, name string, values [ChangedValue], comments boolean, moved boolean"},
    {"CostChange", "name? string, before string, after string"},
    {"Example", "id string, dialled string, why string, at string"},
    {"Finding", "what string, rule string, who string, calls integer, examples [Example]"},
    {"Replay",
     "since string, calls integer, unchanged integer, refused integer, allowed integer, moved integer, further "
     "integer, "
     "cut boolean, currency string, findings [Finding], cost CostChange, by_caller [CostChange], by_trunk "
     "[CostChange]"},
    {"BeforeAfter", "before string|null, after string|null"},
    {"ChangedExposure", "number string, hour BeforeAfter, day BeforeAfter, month BeforeAfter"},
    {"ChangedExposures", "extensions [ChangedExposure], further integer"},
    {"Destination", "country string, class string"},
    {"NewDestinations", "extensions [string], destinations [Destination]"},
    {"OpenPath",
     "country string, class string, inbound string, trunk_in string, hops [string], when string, number string, "
     "trunk string, per_min string, payer string, text string"},
    {"PolicyPlan",
     "changes [Change], replay? Replay, exposures? ChangedExposures, reach? [NewDestinations], open_paths? [OpenPath]"},
    {"PolicyApplied", "changes [Change], accounts [Account], secrets [EventContactSecret]"},
    // What calls may cost
    {"Step", "rule string, passed boolean, text string"},
    {"Way", "trunk string, called string, price string, per_s integer, fee string, currency string"},
    {"RouteTest",
     "from string, to string, at string, action string, why string, reserved string, number string, country string, "
     "class string, role string, pins string, route string, trunks [Way], steps [Step]"},
    {"PassedOver", "route string, why string"},
    {"InboundTest",
     "trunk string, to string, from string, at string, action string, why string, called string, caller string, "
     "route string, hours string, target string, extension string, ring_group string, members [string], announcement "
     "string, ways [string], passed_over [PassedOver], further integer, steps [Step]"},
    {"EmergencyWay",
     "trunk string, called string, priority integer, from string, asserted string, calls_back boolean, "
     "calls_most integer"},
    {"EmergencyTest",
     "from string, number string, emergency boolean, country string, own_numbers [string], number_for_tests string, "
     "why string, trunks [EmergencyWay]"},
    {"PaidWay", "country string, class string, trunk string, prefix string, per_min string, fee string"},
    {"Callers", "extensions [string], ways [PaidWay]"},
    {"Reach", "currency string, callers [Callers], paths [OpenPath], cut boolean"},
    {"Held", "amount string|null, rule string, level string, text string"},
    {"Dearest", "prefix string, per_min string, fee string, trunk string"},
    {"Halving", "rule string, limit string, from string, to string, month string, command string"},
    {"Exposure",
     "number string, hour Held, day Held, month Held, why string, dearest Dearest|null, halving Halving|null, "
     "asks_for_pin [string]"},
    {"ExposureList", "currency string, extensions [Exposure]"},
    {"Period", "spent string, reserved string, limit string, left string, until string"},
    {"Spending",
     "level string, id integer, name string, today Period, month Period, credit string, locked boolean, calls integer"},
    {"SpendingList", "currency string, accounts [Spending]"},
    {"Credit", "whom string, left string, message string"},
    {"Habit", "level string, name string, days integer, calls_today integer, lines [string]"},
    {"Unusual", "at string, extension string, number string, action string, score integer, text string"},
    {"Habits", "subjects [Habit], told [Unusual]"},
    // Guard
    {"Ban",
     "block string, rule string, evidence string, since string, since_ms integer, until string, until_ms integer, "
     "active boolean, proven boolean, bans_before integer"},
    {"BanList", "bans [Ban]"},
    {"AccessEntry", "block string, action string, forced boolean, note string, until string, until_ms integer"},
    {"AccessList", "access [AccessEntry]"},
    {"Count", "rule string, seen integer, limit integer, period_s integer"},
    {"Explanation",
     "address string, state string, protected_as string, country string, known boolean, proven boolean, "
     "last_heard string, throttled_since string, throttled_until string, credentials_work_until string, "
     "last_rule string, last_rule_about string, spares_phones boolean, registered_ports integer, blocked_ports "
     "integer, "
     "locked_accounts integer, counts [Count], access? AccessEntry, ban? Ban, enforced_in? string"},
    {"Released", "message string, was_held_back boolean, allowed_minutes integer|null"},
    {"CountryDatabase", "file string, type string, built string, ranges integer, problem string"},
    {"CountryRules",
     "mode string, countries string, of_the_file string, of_commands string, unknown_allowed boolean, forced boolean, "
     "state string, database CountryDatabase"},
    {"Geo", "address string, country string, passes boolean, why string, database CountryDatabase"},
    {"GuardImported", "message string, access? integer, defence? integer, taken? integer, refused? integer"},
    {"DetectionRule",
     "name string, about string, signals string, distinct boolean, threshold integer, period_s integer, "
     "then string, duration_s integer, enabled boolean, by_command [string]"},
    {"Handwriting", "name string, enabled boolean, by_command [string]"},
    {"GuardRule",
     "name string, enabled boolean, by_command [string], about? string, signals? string, distinct? boolean, "
     "threshold? integer, period_s? integer, then? string, duration_s? integer"},
    {"GuardRules",
     "enabled boolean, strict boolean, rules [DetectionRule], fingerprints [Handwriting], defence [string], "
     "resolved {string}"},
    {"AgentName", "name string, where string"},
    {"AgentList", "agents [AgentName]"},
    {"DecoyList", "decoys [string]"},
    {"GuardNumbers",
     "verdicts {integer}, fired {integer}, sources integer, sources_room integer, sources_forgotten integer, "
     "ports integer, pairs integer, accounts integer, bans integer, bans_room integer, events_lost integer, "
     "bytes_when_full integer"},
    {"GuardVerdict", "action string, reason string, text string, rule string"},
    // People
    {"User",
     "name string, display string, class string, role string, email string, sign_in string, enabled boolean, "
     "must_change boolean, password boolean, second_factor boolean, created string, signed_in string, signed_in_ms "
     "integer, tenant string, dealer string, extension string, "
     "permissions? [string]"},
    {"UserList", "users [User]"},
    {"Tenant",
     "name string, dealer string, domains [string], extensions integer, extensions_now integer, calls string, day "
     "string, month string"},
    {"TenantList", "tenants [Tenant]"},
    {"Dealer",
     "name string, tenants integer, tenants_now integer, extensions integer, calls integer, day string, month string"},
    {"DealerList", "dealers [Dealer]"},
    {"Invitation", "name string, link string, expires string, expires_in_s integer, message string"},
    {"Role",
     "name string, title string, realm string, built_in boolean, copied_from string, permissions [string], "
     "users? [string]"},
    {"RoleList", "roles [Role]"},
    {"Permission", "name string, changes boolean, realm string, allows string"},
    {"PermissionList", "permissions [Permission]"},
    {"NewToken", "id string, name string, user string, scope [string], token string, ends string"},
    {"Token",
     "id string, name string, user string, scope [string], created string, ends string, ended boolean, used string, "
     "used_ms integer"},
    {"TokenList", "tokens [Token]"},
    {"Session",
     "id string, user string, address string, browser string, step string, begun string, used string, used_ms integer"},
    {"SessionList", "sessions [Session]"},
    {"SignIn",
     "name string, title string, kind string, enabled boolean, required boolean, trusted_factor boolean, url string, "
     "client string, has_secret boolean, has_ca boolean, scopes string, networks string, base string, filter string, "
     "group_base string, group_filter string, login string, groups string, roles string, people integer, people_of "
     "string, "
     "redirect string, message? string"},
    {"SignInList", "sign_ins [SignIn]"},
    {"HeldSource", "address string, since string, until string, until_ms integer, for_good boolean, locks integer"},
    {"HeldSourceList", "held [HeldSource]"},
    {"About", "message string, name? string, id? string, address? string"},
    // Events
    {"Event",
     "id integer, kind string, level string, subject string, text string, count integer, first string, first_ms "
     "integer, last string, last_ms integer, acknowledged_by string, acknowledged string, title? string, "
     "meaning? string"},
    {"EventList", "events [Event]"},
    {"Acknowledged", "message string, count integer"},
    {"EventKind", "name string, level string, title string, title_de string, meaning string"},
    {"EventKindList", "kinds [EventKind]"},
    {"ContactNow", "taken string, failed string, trouble string, waiting integer, dropped integer"},
    {"EventContact",
     "name string, way string, target string, language string, enabled boolean, digest integer, quiet string, "
     "networks string, ca boolean, secret? string, now? ContactNow"},
    {"EventContactList", "contacts [EventContact]"},
    {"EventContactSecret", "name string, secret string"},
    {"EventRoute", "name string, contact string, events string, level string, enabled boolean"},
    {"EventRouteList", "routes [EventRoute]"},
    {"EventTemplate", "name string, language string, subject string, text string, own boolean"},
    {"EventTemplateList", "templates [EventTemplate]"},
    {"MailServer", "server string, port integer, tls string, user string, from string, ca boolean, password boolean"},
    {"AcmeState", "directory? string, next? string, failures? integer, trouble? string"},
    {"Certificate",
     "file string, source string, subject string, issuer string, names [string], begins? string, ends? string, "
     "ends_ms? integer, acme AcmeState"},
    {"CertificateInstalled", "message string, names [string], ends string"},
    {"CertificateAuthority", "text string, subject string, ends string"},
    // The system
    {"AuditEntry", "number integer, at string, actor string, kind string, action string, outcome string, hash string"},
    {"AuditList", "entries [AuditEntry]"},
    {"AuditVerified",
     "entries integer, first integer, last integer, hash string, key string, key_known boolean, signed boolean, "
     "message string"},
    {"MediaServer", "address string, weight integer, state string, why string, calls integer, ready integer"},
    {"MediaServerList", "engine string, fallback? string, servers [MediaServer]"},
    {"Port", "service string, protocol string, address string, port string, state string"},
    {"PortList", "ports [Port]"},
    {"Firewall", "format string, text string"},
    {"ListenerState", "transport string, address string, state string"},
    {"Bound", "name string, used integer, limit integer"},
    {"Enforcement", "means string, why string, dropped {integer}"},
    {"PublicAddress", "address string|null, from string, asked_ms integer, problem string"},
    {"Setting",
     "name string, section string, meaning string, type string, unit string, words [string], least? integer, "
     "most? integer, standing string, file string, value string, source string, restart boolean, waits boolean"},
    {"SettingList", "settings [Setting]"},
    {"Status",
     "version string, pid integer, started string, started_ms integer, uptime_s integer, realm string, data_dir "
     "string, "
     "config string, extensions integer, stopping? boolean, counters? {integer}, public_address? PublicAddress, "
     "enforcement Enforcement, listeners [ListenerState], limits [Bound]"},
    // Beside commands
    {"Health", "status string"},
    {"PhoneFacts", "wss string, domain string, realm string, fingerprints [string], languages [string]"},
    {"SignedOut", "signed_out boolean"},
    {"SignedIn", "auth_name string, password string, number string, display_name string, realm string, expires string"},
    {"Me",
     "step string, name string, display string, class string, role string, email string, second_factor boolean, "
     "factor_way string, email_codes boolean, permissions [string], password_changed? string, "
     "recovery_codes_left? integer, recovery_codes? [string], target? string"},
    {"OwnExtension", "number string, name string, auth_name string, realm string, enabled boolean"},
    {"SignInWay", "name string, title string, kind string"},
    {"WayList", "providers [SignInWay]"},
    {"WayThere", "url string"},
    {"PasswordFault", "fault string, text string"},
    {"PasswordCheck", "good boolean, faults [PasswordFault]"},
    {"BegunFactor", "secret string, uri string"},
    {"SentCode", "good_s integer"},
    {"PasskeyQuestion", "challenge string, site string"},
    {"NewPasskeyQuestion", "challenge string, site string, user string, name string, display string, known [string]"},
    {"OwnPasskey", "id string, name string, site string, created string, used string"},
    {"OwnPasskeyList", "passkeys [OwnPasskey]"},
    {"OwnSession", "id string, this boolean, address string, browser string, begun string, used string, ends string"},
    {"OwnSessionList", "sessions [OwnSession]"},
    {"EndedSessions", "ended integer"},
    {"FirstLook", "makes string, name string, display string, class string"},
    {"Problem",
     "type string, title string, status integer, detail? string, remedy? string, field? string, code? string, "
     "faults? [PasswordFault]"},
});

constexpr std::pair<std::string_view, std::string_view> answers[] = {
    {"extension.add", "Account"},
    {"extension.list", "ExtensionList"},
    {"extension.show", "Extension"},
    {"extension.set", "Extension"},
    {"extension.remove", "Removed"},
    {"extension.reset-password", "PasswordReset"},
    {"extension.link", "Link"},
    {"extension.unlink", "Removed"},
    {"extension.devices", "DeviceList"},
    {"extension.device.remove", "DeviceRemoved"},
    {"cdr.list", "CallRecordList"},
    {"cdr.show", "CallRecord"},
    {"trace.call", "Trace"},
    {"trace.extension", "Trace"},
    {"trace.source", "Trace"},
    {"trace.log", "TraceLog"},
    {"trace.export", "TraceFile"},
    {"registration.list", "RegistrationList"},
    {"registration.remove", "Removed"},
    {"event.list", "EventList"},
    {"event.show", "Event"},
    {"event.export", "Text"},
    {"event.kinds", "EventKindList"},
    {"event.acknowledge", "Acknowledged"},
    {"event.acknowledge-all", "Acknowledged"},
    {"event-contact.list", "EventContactList"},
    {"event-contact.show", "EventContact"},
    {"event-contact.add", "EventContact"},
    {"event-contact.set", "EventContact"},
    {"event-contact.ca", "EventContact"},
    {"event-contact.secret", "EventContactSecret"},
    {"event-contact.remove", "About"},
    {"event-route.list", "EventRouteList"},
    {"event-route.show", "EventRoute"},
    {"event-route.add", "EventRoute"},
    {"event-route.set", "EventRoute"},
    {"event-route.remove", "About"},
    {"event-template.list", "EventTemplateList"},
    {"event-template.show", "EventTemplate"},
    {"event-template.set", "EventTemplate"},
    {"event-template.remove", "About"},
    {"mail.show", "MailServer"},
    {"mail.set", "MailServer"},
    {"mail.ca", "MailServer"},
    {"certificate.show", "Certificate"},
    {"certificate.install", "CertificateInstalled"},
    {"certificate.authority", "CertificateAuthority"},
    {"setting.list", "SettingList"},
    {"setting.show", "Setting"},
    {"audit-log.list", "AuditList"},
    {"audit-log.export", "Text"},
    {"audit-log.verify", "AuditVerified"},
    {"ports", "PortList"},
    {"media.list", "MediaServerList"},
    {"firewall.show", "Firewall"},
    {"guard.bans", "BanList"},
    {"guard.explain", "Explanation"},
    {"guard.release", "Released"},
    {"guard.access", "AccessList"},
    {"guard.country.list", "CountryRules"},
    {"guard.rule.show", "GuardRule"},
    {"guard.export", "Text"},
    {"guard.import", "GuardImported"},
    {"guard.geo", "Geo"},
    {"guard.rules", "GuardRules"},
    {"guard.agents", "AgentList"},
    {"guard.decoys", "DecoyList"},
    {"guard.stats", "GuardNumbers"},
    {"guard.test", "GuardVerdict"},
    {"spend.list", "SpendingList"},
    {"exposure", "ExposureList"},
    {"credit.add", "Credit"},
    {"pattern.list", "Habits"},
    {"pattern.show", "Habits"},
    {"status", "Status"},
    {"call.list", "CallList"},
    {"call.hangup", "Ended"},
    {"policy.export", "Text"},
    {"policy.plan", "PolicyPlan"},
    {"policy.apply", "PolicyApplied"},
    {"pin.add", "Pin"},
    {"pin.list", "PinList"},
    {"country.allow", "CountryLevel"},
    {"country.deny", "CountryLevel"},
    {"country.list", "CalledCountries"},
    {"route.test", "RouteTest"},
    {"inbound.test", "InboundTest"},
    {"emergency.test", "EmergencyTest"},
    {"reach", "Reach"},
    {"user.first", "Invitation"},
    {"user.add", "Invitation"},
    {"user.list", "UserList"},
    {"tenant.add", "Tenant"},
    {"tenant.list", "TenantList"},
    {"tenant.show", "Tenant"},
    {"tenant.set", "Tenant"},
    {"tenant.remove", "About"},
    {"dealer.list", "DealerList"},
    {"dealer.show", "Dealer"},
    {"dealer.set", "Dealer"},
    {"dealer.remove", "About"},
    {"user.show", "User"},
    {"user.set", "User"},
    {"user.remove", "About"},
    {"user.reset", "Invitation"},
    {"role.list", "RoleList"},
    {"permission.list", "PermissionList"},
    {"role.show", "Role"},
    {"role.copy", "Role"},
    {"role.set", "Role"},
    {"role.remove", "About"},
    {"token.add", "NewToken"},
    {"token.list", "TokenList"},
    {"token.remove", "About"},
    {"sign-in.add", "SignIn"},
    {"sign-in.list", "SignInList"},
    {"sign-in.show", "SignIn"},
    {"sign-in.set", "SignIn"},
    {"sign-in.secret", "About"},
    {"sign-in.ca", "About"},
    {"sign-in.remove", "About"},
    {"session.list", "SessionList"},
    {"session.remove", "About"},
    {"login.held", "HeldSourceList"},
    {"login.release", "About"},
};

constexpr command::Parameter ways_of{"tenant", command::Kind::text, false, 2, 32, {},
                                     "also those of this tenant, for whoever comes by its address"};

constexpr Further all_further[] = {
    {Verb::get, "/health", "health", "Tells whether the server is ready", "anybody", "", "Health"},
    {Verb::get, "/api/v1/phone/config", "phone.config", "Tells the browser phone where to connect", "anybody", "",
     "PhoneFacts"},
    {Verb::post, "/api/v1/phone/link", "phone.link", "Signs a browser in with a one-time link", "anybody",
     "token string, device? string", "SignedIn"},
    {Verb::post, "/api/v1/phone/sign-out", "phone.sign-out", "Signs a browser phone out, by its own password",
     "anybody", "auth_name string, password string", "SignedOut"},
    {Verb::post, "/api/v1/session", "session.begin", "Signs in; what is still to be done is the answer's step",
     "anybody", "name string, password string, provider? string", "Me"},
    {Verb::get, "/api/v1/session/providers", "session.providers", "Lists where people may sign in besides here",
     "anybody", "", "WayList", 200, &ways_of},
    {Verb::post, "/api/v1/session/provider", "session.leave", "Begins to sign in with a provider: where to go for it",
     "anybody", "provider string, target? string", "WayThere"},
    {Verb::post, "/api/v1/session/provider/return", "session.return", "Signs in with what a provider sent back",
     "anybody", "state string, code? string, issuer? string, error? string", "Me"},
    {Verb::post, "/api/v1/session/second-factor", "session.second-factor", "Shows a second factor, or a recovery code",
     "anybody", "code? string, recovery_code? string", "Me"},
    {Verb::post, "/api/v1/session/second-factor/email", "session.second-factor.email",
     "Sends a code to the mailbox of whoever has that second factor", "anybody", "language? string", "SentCode"},
    {Verb::post, "/api/v1/session/passkey/question", "session.passkey.question", "Asks what a passkey has to sign",
     "anybody", "", "PasskeyQuestion"},
    {Verb::post, "/api/v1/session/passkey", "session.passkey", "Signs in with a passkey", "anybody",
     "id string, client_data string, authenticator_data string, signature string", "Me"},
    {Verb::remove, "/api/v1/session", "session.end", "Signs out", "anybody", "", "", 204},
    {Verb::get, "/api/v1/account", "account.show", "Shows who is signed in, and what he may", "signed in", "", "Me"},
    {Verb::post, "/api/v1/account/password", "account.password", "Changes one's password; all other sessions end",
     "signed in", "old string, new string", "Me"},
    {Verb::post, "/api/v1/account/password/check", "account.password.check", "Tells what is wrong with a new password",
     "anybody", "password string, name? string, display? string, email? string, class? string", "PasswordCheck"},
    {Verb::post, "/api/v1/account/second-factor", "account.factor.begin", "Begins with an authenticator app",
     "signed in", "", "BegunFactor"},
    {Verb::post, "/api/v1/account/second-factor/confirm", "account.factor.confirm",
     "Takes its first code; recovery codes are shown once", "signed in", "code string", "Me"},
    {Verb::post, "/api/v1/account/second-factor/email", "account.factor.email",
     "Sends a code to one's mailbox, to begin with that second factor or to end it", "signed in", "language? string",
     "SentCode"},
    {Verb::post, "/api/v1/account/second-factor/email/confirm", "account.factor.email.confirm",
     "Takes that code; recovery codes are shown once", "signed in", "code string", "Me"},
    {Verb::post, "/api/v1/account/second-factor/remove", "account.factor.remove", "Ends one's second factor",
     "signed in", "password string, code string", "Me"},
    {Verb::get, "/api/v1/account/passkeys", "account.passkeys", "Lists one's own passkeys", "signed in", "",
     "OwnPasskeyList"},
    {Verb::post, "/api/v1/account/passkeys/question", "account.passkeys.question",
     "Begins with a new passkey: what it has to sign", "signed in", "password string", "NewPasskeyQuestion"},
    {Verb::post, "/api/v1/account/passkeys", "account.passkeys.add", "Takes a new passkey", "signed in",
     "name string, client_data string, authenticator_data string, public_key string", "OwnPasskeyList"},
    {Verb::post, "/api/v1/account/passkeys/remove", "account.passkeys.remove", "Removes one of one's passkeys",
     "signed in", "id string", "OwnPasskeyList"},
    {Verb::get, "/api/v1/account/sessions", "account.sessions", "Lists one's own sessions", "signed in", "",
     "OwnSessionList"},
    {Verb::post, "/api/v1/account/sessions/end", "account.sessions.end", "Ends one of them, or all \"others\"",
     "signed in", "id string", "EndedSessions"},
    {Verb::get, "/api/v1/account/extension", "account.extension",
     "Shows one's own extension; its number is empty when there is none", "signed in", "", "OwnExtension"},
    {Verb::post, "/api/v1/account/extension/link", "account.extension.link",
     "Makes a link that signs a browser in as one's own extension, once", "signed in", "password string", "Link"},
    {Verb::post, "/api/v1/account/extension/password", "account.extension.password",
     "Gives one's own extension a new password; registrations and calls of the old one end", "signed in",
     "password string", "PasswordReset"},
    {Verb::post, "/api/v1/account/first", "account.first", "Chooses a password with a one-time link", "anybody",
     "link string, password string, name? string, display? string, email? string", "Me"},
    {Verb::post, "/api/v1/account/first/look", "account.first.look", "Tells what a one-time link is for", "anybody",
     "link string", "FirstLook"},
};

}  // namespace

std::span<const Shape> shapes() {
  return all_shapes;
}

std::string_view answer_of(const command::Spec& spec) {
  const auto named =
      std::find_if(std::begin(answers), std::end(answers), [&](const auto& each) { return each.first == spec.name; });
  if (named != std::end(answers)) return named->second;
  const std::size_t dot = spec.name.rfind('.');
  const std::string_view verb = dot == std::string_view::npos ? std::string_view() : spec.name.substr(dot + 1);
  if (!document::kind_of_command(spec.name.substr(0, dot))) return "Message";
  if (verb == "list") return "ObjectList";
  if (verb == "show" || verb == "set" || verb == "add") return "Object";
  return verb == "import" ? "Imported" : "Message";
}

std::span<const Further> further() {
  return all_further;
}

}  // namespace rf::api
