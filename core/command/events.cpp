#include "core/command/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/limits/events.hpp"
#include "core/base/limits/toll.hpp"
#include "core/command/event_specs.hpp"
#include "core/event/words.hpp"
#include "core/guard/prefix.hpp"

namespace rf::command {
namespace {

constexpr std::string_view level_words[] = {"info", "notice", "warning", "critical"};
constexpr std::string_view way_words[] = {"email", "webhook", "syslog", "call"};
constexpr std::string_view language_words[] = {"en", "de"};
constexpr std::string_view format_words[] = {"json", "csv"};
constexpr std::string_view tls_words[] = {"starttls", "tls", "none"};

constexpr Parameter level_parameter{"level", Kind::text, false, 0, 8, level_words, "only these and graver ones"};
constexpr Parameter kinds_parameter{
    "kinds", Kind::text, false, 1, 1'024, {}, "only these, with commas: guard.*,trunk.down; see: event kinds"};
constexpr Parameter subject_parameter{"subject", Kind::text, false, 1, 128, {}, "only what is about this"};
constexpr Parameter open_parameter{"open", Kind::flag, false, 0, 0, {}, "only those that nobody acknowledged"};
constexpr Parameter from_parameter{"from_ms", Kind::number, false, 0, INT64_MAX, {}, "at or after, in ms since 1970"};
constexpr Parameter to_parameter{"to_ms", Kind::number, false, 0, INT64_MAX, {}, "before, in ms since 1970"};
constexpr Parameter list_parameters[] = {
    {"limit", Kind::number, false, 1, static_cast<std::int64_t>(EventLimits::shown), {}, "how many, newest first"},
    level_parameter,
    kinds_parameter,
    subject_parameter,
    open_parameter,
    from_parameter,
    to_parameter,
    {"before", Kind::number, false, 1, INT64_MAX, {}, "only events before this number, to go on with a list"}};
constexpr Parameter export_parameters[] = {
    {"format", Kind::text, false, 0, 8, format_words, "a JSON object a line, or CSV; json when not given"},
    level_parameter,
    kinds_parameter,
    subject_parameter,
    open_parameter,
    from_parameter,
    to_parameter};
constexpr Parameter one_id[] = {{"id", Kind::text, true, 1, 19, {}, "its number, from the list"}};
constexpr Parameter upto_parameters[] = {
    {"upto", Kind::number, false, 1, INT64_MAX, {}, "only up to this number; else all that there are"}};
constexpr Parameter test_parameters[] = {{"contact", Kind::text, true, 1, 64, {}, "whom to tell"}};

constexpr Parameter contact_name{"name", Kind::text, true, 1, 64, {}, "the contact"};
constexpr Parameter target_parameter{
    "target",
    Kind::text,
    false,
    1,
    static_cast<std::int64_t>(DocumentLimits::text_bytes),
    {},
    "an e-mail address, an https:// URL, tls:HOST:PORT or udp:HOST:PORT of syslog, or EXTENSION:NUMBER, which "
    "that extension calls"};
constexpr Parameter language_parameter{"language", Kind::text, false, 0, 4, language_words, "en when not given"};
constexpr Parameter enabled_parameter{"enabled", Kind::flag, false, 0, 0, {}, "whether anything is sent there"};
constexpr Parameter digest_parameter{"digest",
                                     Kind::number,
                                     false,
                                     0,
                                     10'080,
                                     {},
                                     "minutes in which all but critical events become one message; 0: none"};
constexpr Parameter quiet_parameter{
    "quiet", Kind::text, false, 0, 11, {}, "hours such as 22:00-06:00 in which only critical events come; empty: none"};
constexpr Parameter networks_parameter{"networks",
                                       Kind::text,
                                       false,
                                       0,
                                       2'048,
                                       {},
                                       "blocks that its server may be in although they are not public: 10.1.0.0/16"};
constexpr Parameter add_contact_parameters[] = {
    contact_name,
    {"way", Kind::text, true, 0, 8, way_words, "how it is told"},
    {"target", Kind::text, true, 1, target_parameter.max, {}, target_parameter.help},
    language_parameter,
    enabled_parameter,
    digest_parameter,
    quiet_parameter,
    networks_parameter};
constexpr Parameter set_contact_parameters[] = {contact_name,      target_parameter, language_parameter,
                                                enabled_parameter, digest_parameter, quiet_parameter,
                                                networks_parameter};
constexpr Parameter one_contact[] = {contact_name};
constexpr Parameter pem_parameter{"text",
                                  Kind::lines,
                                  false,
                                  0,
                                  65'536,
                                  {},
                                  "certificates of who may vouch for the server (PEM); none: the system's"};
constexpr Parameter contact_ca_parameters[] = {contact_name, pem_parameter};

constexpr Parameter route_name{"name", Kind::text, true, 1, 64, {}, "the route"};
constexpr Parameter route_level{
    "level", Kind::text, false, 0, 8, level_words, "these and graver ones; warning when not given"};
constexpr Parameter route_events{
    "events", Kind::text, false, 1, 1'024, {}, "which, with commas: guard.*,trunk.down; * when not given"};
constexpr Parameter add_route_parameters[] = {
    route_name, {"contact", Kind::text, true, 1, 64, {}, "who is told"}, route_events, route_level, enabled_parameter};
constexpr Parameter set_route_parameters[] = {
    route_name, {"contact", Kind::text, false, 1, 64, {}, "who is told"}, route_events, route_level, enabled_parameter};
constexpr Parameter one_route[] = {route_name};

constexpr Parameter kind_name{"name", Kind::text, true, 3, 32, {}, "an event, see: ringfence event kinds"};
constexpr Parameter one_template[] = {kind_name, language_parameter};
constexpr Parameter set_template_parameters[] = {
    kind_name,
    language_parameter,
    {"subject",
     Kind::text,
     true,
     1,
     2 * static_cast<std::int64_t>(EventLimits::subject_bytes),
     {},
     "one line, with values such as {title} {level} {subject}"},
    {"text",
     Kind::lines,
     true,
     1,
     static_cast<std::int64_t>(EventLimits::template_bytes),
     {},
     "the text, with values {title} {level} {subject} {text} {time} {count} {kind} {system} {id}"}};

constexpr Parameter mail_parameters[] = {
    {"server", Kind::text, false, 0, 253, {}, "its name or address; empty: no letters are sent"},
    {"port", Kind::number, false, 1, 65'535, {}, "587 when not given"},
    {"tls", Kind::text, false, 0, 8, tls_words, "starttls when not given; none: in the clear, without a password"},
    {"user", Kind::text, false, 0, 128, {}, "to sign in with; empty: nobody signs in"},
    {"password", Kind::secret, false, 0, 128, {}, "the password of that user"},
    {"from", Kind::text, false, 0, 254, {}, "the address that letters come from"}};
constexpr Parameter mail_ca_parameters[] = {pem_parameter};

constexpr auto specs = std::to_array<Spec>({
    {"event.list", "event.read", "Lists what happened, newest first", false, false, list_parameters},
    {"event.show", "event.read", "Shows one event", false, false, one_id},
    {"event.export", "event.read", "Writes events into a file", false, false, export_parameters},
    {"event.kinds", "event.read", "Lists all events that there can be, and what they mean", false, false, {}},
    {"event.acknowledge", "event.write", "Notes that somebody has seen to it", true, false, one_id},
    {"event.acknowledge-all", "event.write", "Notes that somebody has seen to all of them", true, false,
     upto_parameters},
    {"event.test", "event.write", "Sends a test to a contact", true, true, test_parameters},
    {"event-contact.list", "event.read", "Lists who is told of events", false, false, {}},
    {"event-contact.show", "event.read", "Shows a contact, and how it was reached last", false, false, one_contact},
    {"event-contact.add", "event.write", "Adds an e-mail address, a webhook, a syslog receiver or a number to call",
     true, false, add_contact_parameters},
    {"event-contact.set", "event.write", "Changes a contact", true, false, set_contact_parameters},
    {"event-contact.ca", "event.write", "Says whose certificates the contact's server may show", true, false,
     contact_ca_parameters},
    {"event-contact.secret", "event.write", "Gives a webhook a new secret and shows it once", true, false, one_contact},
    {"event-contact.remove", "event.write", "Removes a contact with its routes", true, false, one_contact},
    {"event-route.list", "event.read", "Lists which events go to whom", false, false, {}},
    {"event-route.show", "event.read", "Shows a route", false, false, one_route},
    {"event-route.add", "event.write", "Sends events to a contact from now on", true, false, add_route_parameters},
    {"event-route.set", "event.write", "Changes a route", true, false, set_route_parameters},
    {"event-route.remove", "event.write", "Removes a route", true, false, one_route},
    {"event-template.list", "event.read", "Lists messages whose words are your own", false, false, {}},
    {"event-template.show", "event.read", "Shows the words for an event", false, false, one_template},
    {"event-template.set", "event.write", "Puts words of your own in place of ours", true, false,
     set_template_parameters},
    {"event-template.remove", "event.write", "Goes back to our words", true, false, one_template},
    {"mail.show", "system.read", "Shows by which server e-mails leave", false, false, {}},
    {"mail.set", "system.write", "Changes by which server e-mails leave", true, false, mail_parameters},
    {"mail.ca", "system.write", "Says whose certificates the mail server may show", true, false, mail_ca_parameters},
});

/// Fills in what was given; the first fault stays.
class Reader {
 public:
  explicit Reader(const Arguments& arguments) : a_(arguments) {}

  template <class T>
  std::optional<T> maybe(std::string_view key) const {
    const auto found = a_.find(key);
    return found == a_.end() ? std::nullopt : std::optional(std::get<T>(found->second));
  }
  std::string text(std::string_view key) const { return maybe<std::string>(key).value_or(""); }
  template <class T>
  T number(std::string_view key, T otherwise) const {
    const auto given = maybe<std::int64_t>(key);
    return given ? static_cast<T>(*given) : otherwise;
  }
  bool flag(std::string_view key) const { return maybe<bool>(key).value_or(false); }
  std::optional<event::Level> level() const { return event::parse_level(text("level")); }
  std::optional<event::Language> language() const { return event::parse_language(text("language")); }

  std::string name(std::string_view key) {
    std::string out = text(key);
    const auto fine = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             c == '.';
    };
    if (!out.empty() && !std::all_of(out.begin(), out.end(), fine))
      fault(key, "holds something else than letters, digits, - _ and .", "give it such as office or pager-1");
    return out;
  }
  std::string kinds(std::string_view key) {
    std::string out = text(key);
    if (const auto wrong = event::unknown_in(out))
      fault(key, fmt::format("names {}, which is no event", *wrong),
            "see: ringfence event kinds; guard.* is all of guard, * all that there are");
    return out;
  }
  std::string kind() {
    std::string out = text("name");
    if (event::find(out) == nullptr) fault("name", "is no event", "see: ringfence event kinds");
    return out;
  }
  std::uint64_t id() {
    std::uint64_t value = 0;
    const std::string given = text("id");
    const auto [end, wrong] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (wrong != std::errc{} || end != given.data() + given.size())
      fault("id", "is no number", "take it from the list");
    return value;
  }
  std::optional<std::vector<Subnet>> networks() {
    const auto given = maybe<std::string>("networks");
    if (!given) return std::nullopt;
    std::vector<Subnet> out;
    std::string_view list = *given;
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const auto block = guard::parse_prefix(list.substr(0, comma));
      if (!block) {
        fault("networks", ": " + block.error(), "give blocks such as 10.1.0.0/16,192.0.2.7");
        return out;
      }
      out.push_back(*block);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
    if (out.size() > FetchLimits::networks)
      fault("networks", "has too many blocks", fmt::format("give at most {}", FetchLimits::networks));
    return out;
  }
  std::optional<std::string> quiet() {
    const auto given = maybe<std::string>("quiet");
    if (given && !given->empty() && !event::QuietHours::parse(*given))
      fault("quiet", "is no stretch of a day", "give it such as 22:00-06:00, or empty for none");
    return given;
  }
  std::string pem() {
    std::string out = text("text");
    if (!out.empty() && out.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
      fault("text", "holds no certificate", "give a file with certificates in PEM; none at all: the system's count");
    return out;
  }
  void something_to_change() {
    if (a_.size() <= 1) fault("", "nothing to change was given", "name at least one setting, see --help");
  }
  void fault(std::string_view key, std::string what, std::string remedy) {
    if (fault_) return;
    const bool joined = key.empty() || what.starts_with(':');
    fault_ =
        Error{Code::invalid, fmt::format("{}{}{}", key, joined ? "" : " ", what), std::move(remedy), std::string(key)};
  }
  const std::optional<Error>& fault() const { return fault_; }

 private:
  const Arguments& a_;
  std::optional<Error> fault_;
};

ListEvents list_of(Reader& read) {
  return {read.number<std::uint32_t>("limit", 100),
          read.level(),
          read.kinds("kinds"),
          read.text("subject"),
          read.number<std::int64_t>("from_ms", 0),
          read.number<std::int64_t>("to_ms", 0),
          read.flag("open"),
          read.number<std::uint64_t>("before", 0)};
}

EventCommand event_of(std::string_view verb, Reader& read) {
  if (verb == "list") return list_of(read);
  if (verb == "export") {
    ExportEvents out{list_of(read), read.text("format") == "csv"};
    out.which.limit = EventLimits::exported;
    return out;
  }
  if (verb == "kinds") return ListEventKinds{};
  if (verb == "test") return TestContact{read.name("contact")};
  if (verb == "acknowledge-all") return AcknowledgeEvents{read.number<std::uint64_t>("upto", 0)};
  if (verb == "acknowledge") return AcknowledgeEvent{read.id()};
  return ShowEvent{read.id()};
}

EventCommand contact_of(std::string_view verb, Reader& read) {
  if (verb == "list") return ListContacts{};
  std::string name = read.name("name");
  if (verb == "show") return ShowContact{std::move(name)};
  if (verb == "remove") return RemoveContact{std::move(name)};
  if (verb == "secret") return RenewContactSecret{std::move(name)};
  if (verb == "ca") return SetContactAuthority{std::move(name), read.pem()};
  if (verb == "set") read.something_to_change();
  PutContact out{std::move(name),
                 verb == "add",
                 event::parse_way(read.text("way")),
                 read.maybe<std::string>("target"),
                 read.language(),
                 read.maybe<bool>("enabled"),
                 {},
                 read.quiet(),
                 read.networks()};
  if (read.maybe<std::int64_t>("digest")) out.digest_min = read.number<std::uint32_t>("digest", 0);
  return out;
}

EventCommand route_of(std::string_view verb, Reader& read) {
  if (verb == "list") return ListEventRoutes{};
  std::string name = read.name("name");
  if (verb == "show") return ShowEventRoute{std::move(name)};
  if (verb == "remove") return RemoveEventRoute{std::move(name)};
  if (verb == "set") read.something_to_change();
  read.kinds("events");
  read.name("contact");
  return PutEventRoute{std::move(name),
                       verb == "add",
                       read.maybe<std::string>("events"),
                       read.maybe<std::string>("contact"),
                       read.level(),
                       read.maybe<bool>("enabled")};
}

EventCommand template_of(std::string_view verb, Reader& read) {
  if (verb == "list") return ListEventTemplates{};
  std::string kind = read.kind();
  const event::Language language = read.language().value_or(event::Language::en);
  if (verb == "show") return ShowEventTemplate{std::move(kind), language};
  if (verb == "remove") return RemoveEventTemplate{std::move(kind), language};
  SetEventTemplate out{{std::move(kind), language, read.text("subject"), read.text("text")}};
  std::erase(out.words.text, '\r');
  if (const auto fine = event::check_template(out.words.subject, out.words.text); !fine)
    read.fault(fine.error().starts_with("the text") ? "text" : "subject", ": " + fine.error(),
               "see: ringfence event-template show NAME");
  return out;
}

EventCommand mail_of(std::string_view verb, const Arguments& arguments, Reader& read) {
  if (verb == "show") return ShowMail{};
  if (verb == "ca") return SetMailAuthority{read.pem()};
  if (arguments.empty()) read.fault("", "nothing to change was given", "name at least one setting, see --help");
  SetMail out{read.maybe<std::string>("server"),
              read.maybe<std::string>("tls"),
              read.maybe<std::string>("user"),
              read.maybe<std::string>("from"),
              {},
              {}};
  if (read.maybe<std::int64_t>("port")) out.port = read.number<std::uint16_t>("port", 0);
  if (auto password = read.maybe<std::string>("password")) out.password = Secret<std::string>(std::move(*password));
  if (out.from && !out.from->empty() && !event::is_mail_address(*out.from))
    read.fault("from", "is no e-mail address", "give it such as pbx@example.com");
  if (out.server && !out.server->empty() && !event::parse_syslog_target("tls:" + *out.server + ":1"))
    read.fault("server", "is no name of a host", "give it such as mail.example.com or [2001:db8::1]");
  return out;
}

}  // namespace

std::span<const Spec> event_specs() {
  return specs;
}

std::expected<std::optional<Command>, Error> event_command(const Spec& spec, const Arguments& arguments) {
  if (std::none_of(specs.begin(), specs.end(), [&](const Spec& each) { return each.name == spec.name; }))
    return std::nullopt;
  Reader read(arguments);
  const std::size_t dot = spec.name.find('.');
  const std::string_view group = spec.name.substr(0, dot), verb = spec.name.substr(dot + 1);
  EventCommand out = group == "event"            ? event_of(verb, read)
                     : group == "event-contact"  ? contact_of(verb, read)
                     : group == "event-route"    ? route_of(verb, read)
                     : group == "event-template" ? template_of(verb, read)
                                                 : mail_of(verb, arguments, read);
  if (read.fault()) return std::unexpected(*read.fault());
  return Command(std::move(out));
}

}  // namespace rf::command
