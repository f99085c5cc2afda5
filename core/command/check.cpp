#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/command/catalog.hpp"
#include "core/command/event_specs.hpp"
#include "core/command/objects.hpp"
#include "core/command/password.hpp"
#include "core/command/people_specs.hpp"
#include "core/command/tenant_specs.hpp"
#include "core/document/forms.hpp"
#include "core/document/schema.hpp"
#include "core/guard/prefix.hpp"

namespace rf::command {
namespace {

std::unexpected<Error> invalid(std::string message, std::string remedy, std::string_view field = {}) {
  return std::unexpected(Error{Code::invalid, std::move(message), std::move(remedy), std::string(field)});
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Names and contacts end up in headers, logs and terminals.
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<Error> fault_of(const Parameter& p, const Value& value) {
  const auto fault = [&](std::string what, std::string remedy) {
    return Error{Code::invalid, fmt::format("{} {}", p.name, what), std::move(remedy), std::string(p.name)};
  };
  if (p.kind == Kind::flag) {
    if (std::holds_alternative<bool>(value)) return std::nullopt;
    return fault("is not true or false", "give true or false");
  }
  if (p.kind == Kind::number) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number != nullptr && *number >= p.min && *number <= p.max) return std::nullopt;
    return fault(number == nullptr ? "is not a whole number" : fmt::format("is {}, which is not possible", *number),
                 fmt::format("give a whole number from {} to {}", p.min, p.max));
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return fault("is not a text", "give a text");
  if (p.kind == Kind::secret) return std::nullopt;
  if (p.kind == Kind::lines) {
    if (static_cast<std::int64_t>(text->size()) <= p.max) return std::nullopt;
    return fault(fmt::format("has {} bytes", text->size()),
                 fmt::format("give at most {}; a blocklist may be a file of guard.blocklists", p.max));
  }
  if (!p.words.empty()) {
    if (std::find(p.words.begin(), p.words.end(), *text) != p.words.end()) return std::nullopt;
    return fault("is none of the known words", fmt::format("give one of {}", fmt::join(p.words, ", ")));
  }
  if (static_cast<std::int64_t>(text->size()) < p.min || static_cast<std::int64_t>(text->size()) > p.max)
    return fault(fmt::format("has {} characters", text->size()), fmt::format("give {} to {} characters", p.min, p.max));
  if (has_control(*text)) return fault("holds control characters", "give printable characters");
  return std::nullopt;
}

const Value* value_of(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? nullptr : &found->second;
}

std::string text_or_empty(const Arguments& arguments, std::string_view name) {
  const Value* value = value_of(arguments, name);
  return value == nullptr ? std::string() : std::get<std::string>(*value);
}

template <class T>
T number_or(const Arguments& arguments, std::string_view name, T otherwise) {
  const Value* value = value_of(arguments, name);
  return value == nullptr ? otherwise : static_cast<T>(std::get<std::int64_t>(*value));
}

template <class T, class As = T>
std::optional<As> maybe(const Arguments& arguments, std::string_view name) {
  const Value* value = value_of(arguments, name);
  if (value == nullptr) return std::nullopt;
  return static_cast<As>(std::get<T>(*value));
}

std::optional<Secret<std::string>> maybe_secret(const Arguments& arguments) {
  const Value* value = value_of(arguments, "password");
  if (value == nullptr) return std::nullopt;
  return Secret<std::string>(std::get<std::string>(*value));
}

/// "192.0.2.0/24,2001:db8::1". Errors: what is wrong with the first that is no block.
std::expected<std::vector<Subnet>, std::string> blocks_of(std::string_view list) {
  std::vector<Subnet> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const auto block = guard::parse_prefix(one);
    if (!block) return std::unexpected(block.error());
    out.push_back(*block);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

ExtensionSettings settings_from(const Arguments& a) {
  ExtensionSettings out;
  out.name = maybe<std::string>(a, "name");
  out.enabled = maybe<bool>(a, "enabled");
  out.remote = maybe<bool>(a, "remote");
  out.md5 = maybe<bool>(a, "md5");
  out.registrations = maybe<std::int64_t, std::uint16_t>(a, "registrations");
  out.calls = maybe<std::int64_t, std::uint16_t>(a, "calls");
  out.encrypted = maybe<bool>(a, "encrypted");
  out.agent = maybe<std::string>(a, "agent");
  if (const Value* list = value_of(a, "permitted")) out.permitted = blocks_of(std::get<std::string>(*list)).value();
  if (const Value* list = value_of(a, "countries")) out.countries = parse_countries(std::get<std::string>(*list));
  if (const Value* word = value_of(a, "newcomer"))
    out.newcomer = std::get<std::string>(*word) == "refuse" ? policy::Newcomer::refuse : policy::Newcomer::replace;
  return out;
}

ListCdrs cdr_query(const Parameter* result, const Arguments& a) {
  ListCdrs out;
  out.limit = number_or<std::uint32_t>(a, "limit", out.limit);
  out.number = text_or_empty(a, "number");
  out.from_ms = number_or<std::int64_t>(a, "from_ms", 0);
  out.to_ms = number_or<std::int64_t>(a, "to_ms", 0);
  out.offset = number_or<std::uint32_t>(a, "offset", 0);
  if (const Value* word = value_of(a, "result")) {
    const auto at = std::find(result->words.begin(), result->words.end(), std::get<std::string>(*word));
    out.result = static_cast<record::CallResult>(at - result->words.begin());
  }
  return out;
}

/// Both were found good before.
Subnet block_of(const Arguments& a, std::string_view name = "block") {
  return guard::parse_prefix(text_or_empty(a, name)).value_or(Subnet{});
}

std::optional<Address> caller_of(const Arguments& a) {
  return Address::parse(text_or_empty(a, "caller"));
}

AccessChange access_of(const Arguments& a) {
  return {block_of(a), maybe<bool>(a, "force").value_or(false), number_or<std::uint32_t>(a, "minutes", 0),
          text_or_empty(a, "note"), caller_of(a)};
}

CountryChange countries_of(const Arguments& a) {
  return {parse_countries(text_or_empty(a, "countries")).value_or(CountrySet{}),
          maybe<bool>(a, "force").value_or(false), caller_of(a)};
}

/// Somebody who has an account, as limits name him; a number alone is an extension's.
std::string account_named(const std::string& whom) {
  return all_digits(whom) ? "extension." + whom : whom;
}
bool has_account(const std::string& whom) {
  if (document::fault_of_name(document::Kind::limit, whom)) return false;
  return whom == "system" || whom == "tenant" || !document::subject_of(whom).empty();
}

GuardTest test_of(const Arguments& a) {
  GuardTest out;
  out.address = block_of(a, "address").base;
  out.port = number_or<std::uint16_t>(a, "port", out.port);
  out.transport = parse_transport(text_or_empty(a, "transport")).value_or(Transport::udp);
  out.method = text_or_empty(a, "method");
  out.target = text_or_empty(a, "target");
  out.user_agent = text_or_empty(a, "user_agent");
  return out;
}

ReadTrace trace_of(std::string_view name, const Arguments& a) {
  ReadTrace out;
  if (name == "trace.log") out.as = ReadTrace::As::log;
  if (name == "trace.export") out.as = text_or_empty(a, "format") == "pcap" ? ReadTrace::As::pcap : ReadTrace::As::text;
  out.call = name == "trace.call" ? text_or_empty(a, "id") : text_or_empty(a, "call");
  out.number = name == "trace.extension" ? text_or_empty(a, "number") : text_or_empty(a, "extension");
  const std::string_view source = name == "trace.source" ? "address" : "source";
  if (value_of(a, source) != nullptr) out.source = block_of(a, source);
  out.from_ms = number_or<std::int64_t>(a, "since_ms", 0);
  out.to_ms = number_or<std::int64_t>(a, "to_ms", 0);
  out.limit = number_or<std::uint32_t>(a, "limit", 0);
  out.numbers = maybe<bool>(a, "numbers").value_or(false);
  return out;
}

Command build(const Spec& spec, const Arguments& a, std::vector<ObjectValue> terms) {
  const std::string_view name = spec.name;
  const std::string number = text_or_empty(a, "number");
  const bool force = maybe<bool>(a, "force").value_or(false);
  if (name == "extension.add") return AddExtension{number, settings_from(a), std::move(terms), maybe_secret(a), force};
  if (name == "extension.list") return ListExtensions{text_or_empty(a, "department"), text_or_empty(a, "search")};
  if (name == "extension.show") return ShowExtension{number};
  if (name == "extension.set") return SetExtension{number, settings_from(a), std::move(terms), force};
  if (name == "extension.remove") return RemoveExtension{number};
  if (name == "extension.reset-password") return ResetPassword{number, maybe<bool>(a, "new_auth_name").value_or(false)};
  if (name == "extension.link")
    return AddLink{number, document::parse_duration(text_or_empty(a, "for")).value_or(AddLink{}.for_s),
                   maybe<bool>(a, "qr").value_or(false)};
  if (name == "extension.unlink") return RemoveLinks{number};
  if (name == "extension.devices") return ListDevices{number};
  if (name == "extension.device.remove") return RemoveDevice{number, text_or_empty(a, "name")};
  if (name == "cdr.list") return cdr_query(&spec.parameters[2], a);
  if (name == "cdr.show") return ShowCdr{text_or_empty(a, "id")};
  if (name.starts_with("trace.")) return trace_of(name, a);
  if (name == "ports") return ListPorts{};
  if (name == "media.list") return ListMedia{};
  if (name == "firewall.show")
    return ShowFirewall{fence::parse_format(text_or_empty(a, "format")).value_or(fence::Format::nft)};
  if (name == "firewall.apply") return ApplyFirewall{maybe<bool>(a, "remove").value_or(false)};
  if (name == "registration.list") return ListRegistrations{number};
  if (name == "registration.remove") return RemoveRegistrations{number, text_or_empty(a, "contact")};
  if (name == "guard.bans")
    return GuardBans{maybe<bool>(a, "ended").value_or(false), maybe<bool>(a, "newest").value_or(false),
                     text_or_empty(a, "rule")};
  if (name == "guard.access") return GuardAccess{};
  if (name == "guard.allow") return GuardAllow{access_of(a)};
  if (name == "guard.block") return GuardBlock{access_of(a)};
  if (name == "guard.remove") return GuardRemove{block_of(a), caller_of(a)};
  if (name == "guard.release")
    return GuardRelease{block_of(a), number_or<std::uint32_t>(a, "minutes", GuardRelease{}.minutes)};
  if (name == "guard.explain") return GuardExplain{block_of(a, "address").base};
  if (name == "audit-log.list")
    return ListAudit{static_cast<std::uint32_t>(maybe<std::int64_t>(a, "limit").value_or(100)),
                     maybe<std::int64_t>(a, "from_ms").value_or(0),
                     maybe<std::int64_t>(a, "to_ms").value_or(0),
                     text_or_empty(a, "actor"),
                     text_or_empty(a, "kind"),
                     number_or<std::uint64_t>(a, "before", 0)};
  if (name == "audit-log.export")
    return ExportAudit{static_cast<std::uint64_t>(maybe<std::int64_t>(a, "after").value_or(0))};
  if (name == "audit-log.verify")
    return VerifyAudit{text_or_empty(a, "text"), text_or_empty(a, "key"), text_or_empty(a, "seen")};
  if (name == "audit-log.note") return NoteAudit{text_or_empty(a, "note")};
  if (name == "guard.country.allow") return GuardCountryAllow{countries_of(a)};
  if (name == "guard.country.deny") return GuardCountryDeny{countries_of(a)};
  if (name == "guard.country.remove") return GuardCountryRemove{countries_of(a)};
  if (name == "guard.country.list") return GuardCountryList{};
  if (name == "guard.rule.show") return GuardRuleShow{text_or_empty(a, "name")};
  if (name == "guard.rule.set")
    return GuardRuleSet{text_or_empty(a, "name"),
                        maybe<bool>(a, "enabled"),
                        text_or_empty(a, "then"),
                        maybe<std::int64_t, std::uint32_t>(a, "threshold"),
                        maybe<std::int64_t, std::uint32_t>(a, "period_s"),
                        maybe<std::int64_t, std::uint32_t>(a, "duration_s")};
  if (name == "guard.rule.remove") return GuardRuleRemove{text_or_empty(a, "name")};
  if (name == "guard.export") return GuardExport{};
  if (name == "guard.import")
    return GuardImport{text_or_empty(a, "text"), maybe<bool>(a, "blocklist").value_or(false),
                       maybe<bool>(a, "force").value_or(false), text_or_empty(a, "note"), caller_of(a)};
  if (name == "guard.geo") return GuardGeo{block_of(a, "address").base};
  if (name == "guard.rules") return GuardRules{};
  if (name == "guard.agents") return GuardAgents{};
  if (name == "guard.decoys") return GuardDecoys{};
  if (name == "guard.stats") return GuardStats{};
  if (name == "guard.test") return test_of(a);
  if (name == "spend.list") return ListSpending{text_or_empty(a, "level"), number};
  if (name == "exposure") return ShowExposure{number};
  if (name == "credit.add") return AddCredit{account_named(text_or_empty(a, "whom")), text_or_empty(a, "amount")};
  if (name == "pattern.list") return ListPatterns{};
  if (name == "pattern.show") return ShowPattern{number};
  if (name == "call.list") return ListCalls{};
  if (name == "call.hangup") return HangUp{text_or_empty(a, "id")};
  if (name == "reload") return Reload{caller_of(a), maybe<bool>(a, "force").value_or(false)};
  if (name == "setting.list") return ListSettings{};
  if (name == "setting.show") return ShowSetting{text_or_empty(a, "name")};
  if (name == "setting.set")
    return SetSetting{text_or_empty(a, "name"), text_or_empty(a, "value"), force, caller_of(a)};
  if (name == "setting.remove") return RemoveSetting{text_or_empty(a, "name"), force, caller_of(a)};
  if (name == "certificate.show") return ShowCertificate{};
  if (name == "certificate.renew") return RenewCertificate{};
  if (name == "certificate.install") return InstallCertificate{Secret<std::string>(text_or_empty(a, "text"))};
  if (name == "certificate.remove") return RemoveCertificate{};
  if (name == "certificate.authority") return ShowAuthority{};
  if (name == "stop") return Stop{};
  return GetStatus{};
}

// One line whatever the text holds: an audit line must not be able to look like two.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// The arguments that the "….show" of the same group takes; none when there is no such command.
Arguments about_of(const Spec& spec, const Arguments& arguments) {
  Arguments out;
  if (!spec.changes) return out;
  const Spec* show = find(std::string(spec.name.substr(0, spec.name.rfind('.'))) + ".show");
  if (show == nullptr) return out;
  for (const Parameter& p : show->parameters)
    if (const Value* value = value_of(arguments, p.name)) out.emplace(p.name, *value);
  return out;
}

std::string audit_of(const Spec& spec, const Arguments& arguments) {
  std::string out(spec.name);
  for (const Parameter& p : spec.parameters) {
    const Value* value = value_of(arguments, p.name);
    if (value == nullptr) continue;
    fmt::format_to(std::back_inserter(out), " {}=", p.name);
    if (p.kind == Kind::secret)
      out += "[secret]";
    else if (p.kind == Kind::lines)
      fmt::format_to(std::back_inserter(out), "[{} bytes]", std::get<std::string>(*value).size());
    else if (const auto* text = std::get_if<std::string>(value))
      out += quoted(*text);
    else if (const auto* flag = std::get_if<bool>(value))
      fmt::format_to(std::back_inserter(out), "{}", *flag);
    else
      fmt::format_to(std::back_inserter(out), "{}", std::get<std::int64_t>(*value));
  }
  return out;
}

std::expected<Checked, Error> check_rest(const Spec* spec, const Arguments& arguments) {
  const auto parameters = spec->parameters;
  for (const auto& [key, value] : arguments) {
    const auto p =
        std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& each) { return each.name == key; });
    if (p == parameters.end())
      return invalid(fmt::format("{} takes no such parameter", spec->name), "see its --help", key);
    if (auto fault = fault_of(*p, value)) return std::unexpected(std::move(*fault));
  }
  for (const Parameter& p : parameters) {
    const Value* value = value_of(arguments, p.name);
    if (value == nullptr) {
      if (p.required) return invalid(fmt::format("{} is missing", p.name), std::string(p.help), p.name);
      continue;
    }
    if (p.name == "number" && spec->name != "cdr.list" && !all_digits(std::get<std::string>(*value)))
      return invalid("number holds something else than digits", "give 2 to 15 digits, such as 1001", p.name);
    if (p.name == "whom" && !has_account(account_named(std::get<std::string>(*value))))
      return invalid("whom is nobody who has an account", "give " + std::string(p.help), p.name);
    if (p.name == "permitted")
      if (const auto blocks = blocks_of(std::get<std::string>(*value)); !blocks)
        return invalid("permitted: " + blocks.error(), "give blocks such as 192.0.2.0/24,198.51.100.7", p.name);
    if (p.name == "countries" && !parse_countries(std::get<std::string>(*value)))
      return invalid("countries holds something else than codes of two letters", "give them such as DE or DE,AT,CH",
                     p.name);
    if (p.name == "for" && spec->name == "extension.link") {
      const auto seconds = document::parse_duration(std::get<std::string>(*value));
      if (!seconds || *seconds < 60 || *seconds > WebLimits::link_s_most)
        return invalid("for is no time from 1m to 7d", "give it such as 10m, 2h or 1d", p.name);
    }
    if (p.name == "caller" && !Address::parse(std::get<std::string>(*value)))
      return invalid("caller is no address", "give " + std::string(p.help), p.name);
    if (p.name == "address" || p.name == "block" || p.name == "source") {
      const auto block = guard::parse_prefix(std::get<std::string>(*value));
      if (!block) return invalid(fmt::format("{}: {}", p.name, block.error()), "give " + std::string(p.help), p.name);
      if (p.name == "address" && block->prefix != 128)
        return invalid("address is a block of addresses", "give one address", p.name);
    }
    if (p.kind == Kind::secret &&
        (spec->name == "trunk.password" || spec->name == "sign-in.secret" || spec->name == "mail.set")) {
      // Somebody else chose it; it is written into no header as it is.
      const std::string& secret = std::get<std::string>(*value);
      if (secret.empty() || static_cast<std::int64_t>(secret.size()) > p.max || has_control(secret))
        return invalid(fmt::format("the {} is empty, too long, or holds control characters", p.name),
                       fmt::format("give 1 to {} characters", p.max), p.name);
    } else if (p.kind == Kind::secret && spec->name != "pin.add") {
      if (auto fault = fault_of_password(std::get<std::string>(*value), text_or_empty(arguments, "number")))
        return invalid(std::move(*fault), "leave it out and a strong one is generated", p.name);
    }
  }
  if (spec->name == "trace.export" && !arguments.contains("call") && !arguments.contains("extension") &&
      !arguments.contains("source"))
    return invalid("nothing was named that is to be written", "give call, extension or source", "call");
  if ((spec->name == "extension.set" || spec->name == "guard.rule.set") && arguments.size() == 1)
    return invalid("nothing to change was given", "name at least one setting, see --help");
  auto terms = object_values(*spec, arguments);
  if (!terms) return std::unexpected(std::move(terms.error()));
  auto object = object_command(*spec, arguments, *terms);
  if (!object) return std::unexpected(std::move(object.error()));
  if (auto people = people_command(*spec, arguments); !people || *people) {
    if (!people) return std::unexpected(std::move(people.error()));
    object = std::move(people);
  }
  if (auto events = event_command(*spec, arguments); !events || *events) {
    if (!events) return std::unexpected(std::move(events.error()));
    object = std::move(events);
  }
  if (auto provider = provider_command(*spec, arguments); !provider || *provider) {
    if (!provider) return std::unexpected(std::move(provider.error()));
    object = std::move(provider);
  }
  if (auto tenants = tenant_command(*spec, arguments); !tenants || *tenants) {
    if (!tenants) return std::unexpected(std::move(tenants.error()));
    object = std::move(tenants);
  }
  Command command = *object ? std::move(**object) : build(*spec, arguments, std::move(*terms));
  const auto* trace = std::get_if<ReadTrace>(&command);
  const bool told = spec->changes || (trace != nullptr && trace->numbers);
  return Checked{spec, std::move(command), about_of(*spec, arguments),
                 told ? audit_of(*spec, arguments) : std::string()};
}

}  // namespace

std::expected<Checked, Error> check(std::string_view name, const Arguments& arguments) {
  const Spec* spec = find(name);
  if (spec == nullptr) return invalid("there is no such command", "see: ringfence --help");
  const auto p = std::find_if(spec->parameters.begin(), spec->parameters.end(),
                              [](const Parameter& each) { return each.name == "tenant"; });
  const Value* const tenant = p == spec->parameters.end() ? nullptr : value_of(arguments, p->name);
  if (tenant == nullptr) return check_rest(spec, arguments);
  // In which tenant stands beside what is to be done there.
  if (auto fault = fault_of(*p, *tenant)) return std::unexpected(std::move(*fault));
  Arguments rest = arguments;
  rest.erase(rest.find(p->name));
  auto checked = check_rest(spec, rest);
  if (!checked) return checked;
  checked->tenant = std::get<std::string>(*tenant);
  checked->about.emplace(p->name, *tenant);
  if (!checked->audit.empty()) checked->audit += fmt::format(" tenant={}", quoted(checked->tenant));
  return checked;
}

}  // namespace rf::command
