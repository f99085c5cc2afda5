#include "core/document/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/limits/toll.hpp"
#include "core/document/schema_events.hpp"
#include "core/document/schema_limits.hpp"
#include "core/document/schema_rights.hpp"

namespace rf::document {
namespace {

using enum Type;

constexpr std::string_view kind_names[] = {"telephony", "limit",        "schedule", "department", "trunk",
                                           "pin-list",  "calling-role", "route",    "ring-group", "inbound",
                                           "extension", "number-list",  "deck",     "guard",
                                           "mail",      "event-contact", "event-route", "event-template"};
constexpr std::string_view scope_names[] = {"system", "tenant", "department", "extension", "trunk"};
constexpr std::string_view type_names[] = {"",           "NUMBER",  "TEXT",    "WORD",   "TIME", "AMOUNT",
                                           "N per TIME", "PERCENT", "COUNTRY", "CODE",   "ZONE", "DIGITS",
                                           "DIGITS",     "PATTERN", "+NUMBER", "RANGE",  "URI",  "HOST",
                                           "ADDRESS",    "ADDRESS", "NAME",    "NUMBER", "LINE", "LINE"};

constexpr std::string_view trunk_words[] = {"registers", "peer_address", "peer_certificate", "accept_register"};
constexpr std::string_view form_words[] = {"plus", "digits", "international", "zero_zero", "national"};
constexpr std::string_view shape_words[] = {"plus", "digits", "international", "national"};
constexpr std::string_view show_words[] = {"keep", "replace", "anonymous"};
constexpr std::string_view assert_words[] = {"nothing", "asserted", "preferred"};
constexpr std::string_view tell_words[] = {"nothing", "diversion", "history_info", "both"};
constexpr std::string_view proof_words[] = {"address", "contact", "registration", "certificate", "password"};
constexpr std::string_view target_words[] = {"extension", "ring_group", "announcement", "reject"};
constexpr std::string_view order_words[] = {"all", "in_turn", "least_recent"};
constexpr std::string_view language_words[] = {"en", "de"};
constexpr std::string_view listing_words[] = {"allowed", "shared_cost", "premium", "satellite", "fraud", "blocked"};
constexpr std::string_view encryption_words[] = {"by_transport", "off", "optional", "required"};
constexpr std::string_view dtmf_words[] = {"auto", "rfc4733", "info", "inband"};
constexpr std::string_view newcomer_words[] = {"replace", "refuse"};
constexpr std::string_view asks_words[] = {"pin", "account_code"};

constexpr Key enabled{.name = "enabled", .type = flag, .help = "whether it is used", .standing = "true"};

constexpr Key telephony_keys[] = {
    {.name = "company", .type = text, .help = "who has it, as pages and letters say", .max = 64},
    {.name = "home", .type = country, .help = "the country whose dialling holds; without it nobody calls outside"},
    {.name = "area_code", .type = digits, .help = "for numbers dialled without one, such as 30", .max = 6},
    {.name = "international_prefixes",
     .type = digits,
     .help = "that mean +, besides the country's",
     .list = true,
     .min = 1,
     .max = 6},
    {.name = "outside_prefix", .type = digits, .help = "dialled for an outside line, such as 0", .max = 4},
    {.name = "emergency",
     .type = digits,
     .help = "emergency numbers besides those of the country",
     .list = true,
     .min = 2,
     .max = 6},
    {.name = "emergency_test",
     .type = digits,
     .help =
         "the carrier's number for tests, which leaves as emergency calls do; free of charge, or it costs uncounted",
     .min = 2,
     .max = 6},
    {.name = "language", .type = word, .help = "of what we say", .standing = "en", .words = language_words},
    {.name = "time_zone", .type = zone, .help = "whose days and months money counts in", .standing = "UTC"},
    {.name = "currency", .type = currency, .help = "of every amount and deck", .standing = "EUR"},
    {.name = "assumed_call",
     .type = duration,
     .help = "a call's length, for least cost",
     .standing = "3m",
     .min = 1,
     .max = 86'400},
    {.name = "reserve_ahead",
     .type = duration,
     .help = "for how long a running call's money is set aside",
     .standing = "60s",
     .min = 10,
     .max = 3'600},
};

constexpr Key schedule_keys[] = {
    {.name = "hours",
     .type = hours,
     .help = "such as mon-fri 08:00-18:00 or yearly 12-25 closed",
     .list = true,
     .required = true,
     .separator = ';'},
    {.name = "zone", .type = zone, .help = "whose clock counts; empty: the tenant's"},
};
constexpr Key department_keys[] = {description};

constexpr Key media_encryption_key(std::string_view help) {
  return {
      .name = "media_encryption", .type = word, .help = help, .standing = "by_transport", .words = encryption_words};
}
constexpr Key dtmf_key(std::string_view help) {
  return {.name = "dtmf", .type = word, .help = help, .standing = "auto", .words = dtmf_words};
}
constexpr Key alert_key(std::string_view name, std::string_view help) {
  return {.name = name, .type = number, .help = help, .standing = "0", .max = 1'000'000};
}
constexpr Key trunk_keys[] = {
    enabled,
    {.name = "kind", .type = word, .help = "how it is recognised", .words = trunk_words, .required = true},
    {.name = "uri", .type = uri, .help = "where calls go, such as sip:provider.example;transport=tls"},
    {.name = "domain", .type = host, .help = "in what is said of us there; empty: the host of uri"},
    {.name = "user",
     .type = text,
     .help = "for its challenges, or of its gateway with us; its password: trunk password",
     .max = 128},
    {.name = "realms",
     .type = text,
     .help = "that get an answer; empty: the first that asks",
     .list = true,
     .min = 1,
     .max = 128},
    {.name = "md5", .type = flag, .help = "may ask for MD5 digest", .standing = "true"},
    {.name = "answer_wait",
     .type = duration,
     .help = "without any response so long, the next trunk is tried",
     .standing = "6s",
     .min = 1,
     .max = 60},
    {.name = "ping",
     .type = duration,
     .help = "how often it is asked whether it lives (OPTIONS); 0s: never, its calls tell",
     .standing = "30s",
     .max = 3'600},
    {.name = "home", .type = country, .help = "how its provider reads numbers; empty: the tenant's"},
    {.name = "deck", .type = object, .help = "its prices; without one only free calls leave", .refers = Kind::deck},
    {.name = "priority", .type = number, .help = "lower ones first", .standing = "0", .max = 65'535},
    {.name = "weight", .type = number, .help = "the share among equals", .standing = "1", .max = 65'535},
    {.name = "number_form",
     .type = word,
     .help = "how called numbers are written",
     .standing = "plus",
     .words = form_words},
    {.name = "strip", .type = number, .help = "digits taken off the front then", .standing = "0", .max = 15},
    {.name = "prepend", .type = dial, .help = "put there instead", .max = 16},
    {.name = "sources", .type = source, .help = "addresses that it comes from", .list = true},
    {.name = "certificates", .type = host, .help = "names in its certificate", .list = true},
    {.name = "called", .type = e164, .help = "beginnings of our numbers that only it calls", .list = true},
    {.name = "hosts", .type = host, .help = "domains that only it may speak for", .list = true},
    {.name = "encrypted_only", .type = flag, .help = "TLS or nothing", .standing = "false"},
    media_encryption_key("SRTP with it; by_transport: optional over TLS, else off"),
    dtmf_key("how keys are sent to it and taken from it; auto: as its descriptions say"),
    {.name = "address_risk_signed",
     .type = flag,
     .help = "whoever can forge its address may call at your cost (needs --force)",
     .standing = "false"},
    {.name = "show",
     .type = word,
     .help = "the caller's number that it is shown",
     .standing = "keep",
     .words = show_words},
    {.name = "shown", .type = range, .help = "numbers that may be shown", .list = true},
    {.name = "default_number", .type = e164, .help = "shown for everybody else; empty: anonymous"},
    {.name = "caller_form",
     .type = word,
     .help = "how callers' numbers are written, and the called ones that it brings",
     .standing = "plus",
     .words = shape_words},
    {.name = "caller_code",
     .type = digits,
     .help = "the own country code for national, such as 49; empty: of home",
     .max = 3},
    {.name = "trusted", .type = flag, .help = "may hear numbers of those who want to be hidden", .standing = "false"},
    {.name = "assert", .type = word, .help = "identity told beside From", .standing = "nothing", .words = assert_words},
    {.name = "names_shown", .type = flag, .help = "display names leave the house", .standing = "false"},
    {.name = "diverted_callers_kept",
     .type = flag,
     .help = "forwarded calls show the outside caller",
     .standing = "false"},
    {.name = "tell", .type = word, .help = "how forwarding is told", .standing = "nothing", .words = tell_words},
    {.name = "believed", .type = flag, .help = "who it says is calling is believed", .standing = "false"},
    {.name = "believe_proof",
     .type = word,
     .help = "the least proof for that",
     .standing = "contact",
     .words = proof_words},
    alert_key("out_alert", "calls out at once, told from so many on; 0: never"),
    alert_key("out_calls", "calls out at once, refused beyond; 0: any number"),
    alert_key("in_alert", "calls in at once, told from so many on; 0: never"),
    alert_key("in_calls", "calls in at once, refused beyond; 0: any number"),
    {.name = "in_paces",
     .type = pace,
     .help = "calls that it may bring in a time, such as 5 per 1s, alert 3 per 1s; out: limit set trunk.NAME --paces",
     .list = true},
    alert_key("all_alert", "calls at once, told from so many on; 0: never"),
    alert_key("all_calls", "calls at once, refused beyond; 0: any number"),
    alert_key("tenant_alert", "calls of one tenant at once, told from so many on; 0: never"),
    alert_key("tenant_calls", "calls of one tenant at once, refused beyond; 0: any number"),
};

constexpr Key hours_key{
    .name = "hours", .type = object, .help = "a schedule; empty: any time", .refers = Kind::schedule};
constexpr Key route_keys[] = {
    enabled,
    {.name = "patterns", .type = pattern, .help = "what is dialled, such as 0Z. or +44.; empty: all", .list = true},
    {.name = "extensions", .type = number_of_extension, .help = "who may use it; empty: everybody", .list = true},
    {.name = "departments", .type = object, .help = "who may use it", .list = true, .refers = Kind::department},
    {.name = "groups", .type = text, .help = "who may use it", .list = true, .min = 1, .max = 64},
    {.name = "calling_roles",
     .type = object,
     .help = "calling roles that may use it",
     .list = true,
     .refers = Kind::calling_role},
    {.name = "countries", .type = country, .help = "of the called number; empty: any", .list = true},
    {.name = "caller_countries",
     .type = country,
     .help = "of the number that the caller shows, else its home; empty: any",
     .list = true},
    hours_key,
    {.name = "trunks",
     .type = object,
     .help = "in the order in which they are tried",
     .list = true,
     .refers = Kind::trunk,
     .required = true},
    {.name = "least_cost", .type = flag, .help = "the cheapest trunk first instead", .standing = "false"},
    {.name = "balanced",
     .type = flag,
     .help = "by the trunks' priority instead, and equals by their weight",
     .standing = "false"},
    {.name = "number_form", .type = word, .help = "instead of the trunk's", .words = form_words},
    {.name = "strip", .type = number, .help = "digits taken off the front then", .standing = "0", .max = 15},
    {.name = "prepend", .type = dial, .help = "put there instead", .max = 16},
    pins_key,
};
constexpr Key pin_list_keys[] = {
    {.name = "asks",
     .type = word,
     .help = "a PIN, which only its account knows; or an account code, which says whose the call is and is no secret",
     .standing = "pin",
     .words = asks_words},
    {.name = "tries",
     .type = number,
     .help = "wrong ones of an extension, over all its calls, until it is locked out",
     .standing = "3",
     .min = 1,
     .max = 10},
    {.name = "lock", .type = duration, .help = "for so long", .standing = "15m", .min = 60, .max = 86'400},
    description,
    {.name = "sealed",
     .type = row,
     .help = "what is asked for, which only this system reads: pin add",
     .list = true,
     .apart = true},
};
constexpr Key ring_group_keys[] = {
    {.name = "number", .type = digits, .help = "what is dialled for it", .min = 2, .max = 15, .required = true},
    {.name = "members",
     .type = number_of_extension,
     .help = "who rings, in this order",
     .list = true,
     .required = true},
    {.name = "order",
     .type = word,
     .help = "all at once, one after the other, or first whoever was called longest ago",
     .standing = "all",
     .words = order_words},
    {.name = "ring",
     .type = duration,
     .help = "how long all ring, or each of them in turn",
     .standing = "20s",
     .min = 5,
     .max = 120},
    {.name = "otherwise", .type = number_of_extension, .help = "who is called when nobody answered"},
    description,
};
constexpr Key inbound_keys[] = {
    enabled,
    {.name = "trunk", .type = object, .help = "only calls of this one; empty: of any", .refers = Kind::trunk},
    {.name = "called", .type = pattern, .help = "our numbers, such as +4930123X.; empty: all", .list = true},
    {.name = "callers", .type = pattern, .help = "their numbers; empty: everybody", .list = true},
    {.name = "caller_lists",
     .type = object,
     .help = "and those of these number lists",
     .list = true,
     .refers = Kind::number_list},
    {.name = "caller_pace", .type = pace, .help = "a number that calls more often is rejected, such as 5 per 1m"},
    {.name = "anonymous", .type = flag, .help = "takes callers who show no number", .standing = "true"},
    hours_key,
    {.name = "target",
     .type = word,
     .help = "what becomes of the call",
     .standing = "extension",
     .words = target_words},
    {.name = "extension", .type = number_of_extension, .help = "who is called"},
    {.name = "ring_group", .type = object, .help = "which group rings", .refers = Kind::ring_group},
    {.name = "announcement", .type = text, .help = "the prompt that is played before we hang up", .min = 1, .max = 64},
};
constexpr Key forward_key(std::string_view name, std::string_view help) {
  return {.name = name, .type = dial, .help = help, .max = 32};
}
constexpr Key extension_keys[] = {
    {.name = "name", .type = text, .help = "display name", .max = 64, .account = true},
    {.name = "enabled", .type = flag, .help = "whether it may register and call", .standing = "true", .account = true},
    {.name = "remote", .type = flag, .help = "may register from outside", .standing = "false", .account = true},
    {.name = "md5", .type = flag, .help = "may authenticate with MD5 digest", .standing = "true", .account = true},
    {.name = "registrations",
     .type = number,
     .help = "phones at once",
     .standing = "1",
     .min = 1,
     .max = 16,
     .account = true},
    {.name = "newcomer",
     .type = word,
     .help = "what a registration does when all are taken",
     .standing = "replace",
     .words = newcomer_words,
     .account = true},
    {.name = "calls",
     .type = number,
     .help = "calls at once",
     .standing = "4",
     .min = 1,
     .max = 1'000,
     .account = true},
    {.name = "encrypted", .type = flag, .help = "from outside over TLS only", .standing = "false", .account = true},
    {.name = "agent", .type = text, .help = "only phones whose User-Agent begins so", .max = 128, .account = true},
    {.name = "permitted", .type = block, .help = "only from these addresses", .list = true, .account = true},
    {.name = "countries", .type = country, .help = "from outside only from these", .list = true, .account = true},
    {.name = "department", .type = object, .help = "whose limits hold for it, too", .refers = Kind::department},
    {.name = "groups", .type = text, .help = "that routes may ask for", .list = true, .min = 1, .max = 64},
    {.name = "role",
     .type = object,
     .help = "what it may call; what it says itself may be less, never more; empty: only what it says itself",
     .refers = Kind::calling_role},
    reach_key,
    abroad_key,
    classes_key,
    hours_of_caller_key,
    {.name = "shown", .type = e164, .help = "its number as seen outside; empty: the trunk's"},
    forward_key("forward_always", "where its calls go instead, as it would dial; empty: nowhere"),
    forward_key("forward_busy", "where they go while it is busy"),
    forward_key("forward_no_answer", "where they go when it does not answer"),
    forward_key("forward_offline", "where they go while no phone of its is registered"),
    {.name = "forward_after",
     .type = duration,
     .help = "of ringing, until forward_no_answer",
     .standing = "20s",
     .min = 5,
     .max = 120},
    {.name = "forward_reach",
     .type = word,
     .help = "how far forwarding may lead, at most as far as it may call",
     .standing = "internal",
     .words = reach_words},
    media_encryption_key("SRTP with its phones; by_transport: as [media.encryption] of the file says"),
    dtmf_key("how keys are sent to its phones and taken from them; auto: as their descriptions say"),
    {.name = "transfers", .type = flag, .help = "may transfer who it talks to", .standing = "true"},
};
constexpr Key number_list_keys[] = {
    {.name = "listing",
     .type = word,
     .help = "what lines say that name nothing",
     .standing = "blocked",
     .words = listing_words},
    {.name = "may_allow", .type = flag, .help = "its lines may say allowed", .standing = "false"},
    description,
    {.name = "lines", .type = row, .help = "numbers, one a line: number-list import", .list = true, .apart = true},
};
constexpr Key deck_keys[] = {
    {.name = "increments",
     .type = text,
     .help = "first/next seconds of rows that name none",
     .standing = "60/60",
     .max = 16},
    {.name = "suspicious",
     .type = money,
     .help = "a price a minute above this is taken for a slip",
     .standing = "100.00"},
    description,
    {.name = "rates", .type = row, .help = "CSV with prices a minute: deck import", .list = true, .apart = true},
    {.name = "rates_by_increment", .type = row, .help = "CSV with prices an increment", .list = true, .apart = true},
};

constexpr Key guard_keys[] = {
    {.name = "access",
     .type = row,
     .help = "addresses and blocks, such as allow 192.0.2.0/24 # office: guard allow, guard block",
     .list = true,
     .apart = true},
    {.name = "rules",
     .type = row,
     .help = "static rules, the first that fits decides: guard import",
     .list = true,
     .apart = true},
    {.name = "countries_allowed", .type = country, .help = "only these may talk to us", .list = true},
    {.name = "countries_denied", .type = country, .help = "these may not", .list = true},
    {.name = "countries_forced",
     .type = flag,
     .help = "also where that cuts somebody off who is protected",
     .standing = "false"},
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::optional<std::string> fault_of_number(std::string_view name) {
  const bool fine = name.size() >= 2 && name.size() <= 15 &&
                    std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (fine) return std::nullopt;
  return "an extension is a number of 2 to 15 digits";
}

template <std::size_t n>
std::size_t place_of(const std::string_view (&names)[n], std::string_view name) {
  return static_cast<std::size_t>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> parse_kind(std::string_view name) {
  const std::size_t place = place_of(kind_names, name);
  if (place == kind_count) return std::nullopt;
  return static_cast<Kind>(place);
}

std::optional<Kind> kind_of_command(std::string_view name) {
  const auto kind = parse_kind(name);
  return kind == Kind::guard || (kind && is_of_events(*kind)) ? std::nullopt : kind;
}

std::string_view name_of(Scope scope) {
  return scope_names[static_cast<std::size_t>(scope)];
}

std::string_view name_of(Type type) {
  return type_names[static_cast<std::size_t>(type)];
}

std::optional<Scope> scope_of(std::string_view limit) {
  const std::size_t place = place_of(scope_names, limit.substr(0, limit.find('.')));
  if (place == scope_count) return std::nullopt;
  return static_cast<Scope>(place);
}

std::string_view subject_of(std::string_view limit) {
  const std::size_t dot = limit.find('.');
  return dot == std::string_view::npos ? std::string_view() : limit.substr(dot + 1);
}

std::span<const Key> keys_of(Kind kind, std::string_view name) {
  if (kind != Kind::limit) return all_keys_of(kind);
  switch (scope_of(name).value_or(Scope::department)) {
    case Scope::system:
      return system_keys;
    case Scope::tenant:
      return tenant_keys;
    case Scope::extension:
      return extension_keys_of_limit;
    case Scope::trunk:
      return trunk_keys_of_limit;
    case Scope::department:
      break;
  }
  return department_keys_of_limit;
}

std::span<const Key> all_keys_of(Kind kind) {
  switch (kind) {
    case Kind::telephony:
      return telephony_keys;
    case Kind::limit:
      return tenant_keys;
    case Kind::schedule:
      return schedule_keys;
    case Kind::department:
      return department_keys;
    case Kind::trunk:
      return trunk_keys;
    case Kind::pin_list:
      return pin_list_keys;
    case Kind::calling_role:
      return calling_role_keys;
    case Kind::route:
      return route_keys;
    case Kind::ring_group:
      return ring_group_keys;
    case Kind::inbound:
      return inbound_keys;
    case Kind::extension:
      return extension_keys;
    case Kind::number_list:
      return number_list_keys;
    case Kind::deck:
      return deck_keys;
    case Kind::mail:
      return mail_keys;
    case Kind::event_contact:
      return event_contact_keys;
    case Kind::event_route:
      return event_route_keys;
    case Kind::event_template:
      return event_template_keys;
    case Kind::guard:
      break;
  }
  return guard_keys;
}

const Key* find(std::span<const Key> keys, std::string_view name) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::optional<std::string> fault_of_name(Kind kind, std::string_view name) {
  if (is_single(kind)) {
    if (name.empty()) return std::nullopt;
    return fmt::format("{} has no name: there is one of it", name_of(kind));
  }
  if (kind == Kind::limit) {
    const auto scope = scope_of(name);
    if (!scope)
      return "a limit is about system, tenant, department.NAME, extension, extension.NUMBER, trunk or trunk.NAME";
    const bool about_one = name.find('.') != std::string_view::npos;
    const bool about_all = *scope == Scope::system || *scope == Scope::tenant;
    if (about_one && about_all)
      return fmt::format("there is one limit of the {}: write limit.{}", name_of(*scope), name_of(*scope));
    if (!about_one && *scope == Scope::department) return "a department's limit has its name: limit.department.sales";
    if (!about_one) return std::nullopt;
    name = subject_of(name);
    if (*scope == Scope::extension) return fault_of_number(name);
  }
  if (kind == Kind::extension) return fault_of_number(name);
  const bool dots = is_of_events(kind);
  if (!name.empty() && name.size() <= DocumentLimits::name_bytes &&
      std::all_of(name.begin(), name.end(), [&](char c) { return is_name_character(c) || (dots && c == '.'); }))
    return std::nullopt;
  return fmt::format("a name has 1 to {} letters, digits, {}- and _", DocumentLimits::name_bytes, dots ? "dots, " : "");
}

std::string header_of(Kind kind, std::string_view name) {
  if (is_single(kind)) return fmt::format("[{}]", name_of(kind));
  // A dot is part of such a name, which may have any number of them anywhere.
  if (is_of_events(kind) && kind != Kind::event_template && name.find('.') != std::string_view::npos)
    return fmt::format("[{}.\"{}\"]", name_of(kind), name);
  return fmt::format("[{}.{}]", name_of(kind), name);
}

}  // namespace rf::document
