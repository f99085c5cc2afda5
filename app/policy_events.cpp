#include "app/policy_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/event_commands.hpp"
#include "core/base/limits/events.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/plain.hpp"
#include "core/event/words.hpp"
#include "core/guard/prefix.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::Faults;
using document::Key;
using document::Kind;
using document::Object;
using document::Table;
using event::Contact;
using event::Route;
using event::Template;
using event::Way;
using Values = std::vector<std::string>;

constexpr std::string_view ca_rows = "ca", text_rows = "text";

std::string named(Kind kind, std::string_view name) {
  return name.empty() ? std::string(name_of(kind)) : fmt::format("{} {}", name_of(kind), name);
}

std::string name_of(const Template& words) {
  return fmt::format("{}.{}", words.kind, event::name_of(words.language));
}
const std::string& name_of(const Contact& contact) {
  return contact.name;
}
const std::string& name_of(const Route& route) {
  return route.name;
}

template <class One>
const One* find(const std::vector<One>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const One& each) { return name_of(each) == name; });
  return found == list.end() ? nullptr : &*found;
}

/// Its certificates alone, in lines of 64: a file of authorities says anything between them, in lines of any length.
Values certificate_lines(std::string_view pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----", end = "-----END CERTIFICATE-----";
  constexpr std::size_t width = 64;
  Values out;
  for (std::size_t at = pem.find(begin); at != std::string_view::npos; at = pem.find(begin, at)) {
    at += begin.size();
    const std::size_t last = pem.find(end, at);
    if (last == std::string_view::npos) break;
    std::string coded(pem.substr(at, last - at));
    std::erase_if(coded, [](char c) {
      return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '+' && c != '/' && c != '=';
    });
    out.emplace_back(begin);
    for (std::size_t from = 0; from < coded.size(); from += width) out.push_back(coded.substr(from, width));
    out.emplace_back(end);
    at = last;
  }
  return out;
}

/// Every line, the empty one behind a last line feed as well.
Values lines_of(std::string_view text) {
  Values out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string joined(const Object& object, std::string_view key, std::string_view behind) {
  std::string out;
  if (const auto rows = object.rows.find(key); rows != object.rows.end())
    for (const std::string& row : rows->second) out.append(row).append(behind);
  return out;
}

/// Where rows of an object begin, else the object.
std::size_t line_of_rows(const Object& object) {
  return object.row_lines.empty() ? object.line : object.row_lines.front();
}

/// Objects with what is configured in place of what their texts say.
class Writer {
 public:
  explicit Writer(std::vector<Object> kept) : kept_(std::move(kept)) {}

  /// The object that is written from now on.
  void begin(Kind kind, const std::string& name) {
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Object& each) { return each.kind == kind && each.name == name; });
    Object object = found == kept_.end() ? document::new_object(kind, name) : std::move(*found);
    auto said = document::table_of(object);
    said_ = said ? std::move(*said) : Table(kind, name);
    if (!said) object = document::new_object(kind, name);
    object.rows.clear();
    objects_.push_back(std::move(object));
  }
  void put(std::string_view name, Values values) {
    const Key& key = *document::find(said_.keys(), name);
    Values said = said_.list(name);
    for (Values* each : {&said, &values})
      if (each->size() == 1 && each->front().empty()) each->clear();
    if (said == values) return;
    Object& object = objects_.back();
    for (const std::string& value : values)
      if (value.size() > DocumentLimits::text_bytes || !is_plain(value)) return note(object, name);
    object.text = values.empty() ? document::without_key(object.text, name)
                                 : document::with_value(object.text, key, values);
  }
  void put(std::string_view name, std::string value) { put(name, Values{std::move(value)}); }
  void put(std::string_view name, std::string_view value) { put(name, Values{std::string(value)}); }
  void put(std::string_view name, bool value) { put(name, Values{value ? "true" : "false"}); }
  void put_rows(std::string_view name, Values rows) {
    if (!rows.empty()) objects_.back().rows[std::string(name)] = std::move(rows);
  }

  std::expected<std::vector<Object>, Error> finish() {
    if (fault_) return std::unexpected(std::move(*fault_));
    return std::move(objects_);
  }

 private:
  void note(const Object& object, std::string_view key) {
    fault_ = Error{Code::conflict,
                   fmt::format("{} of {} has more than {} bytes or control characters, so no file holds it", key,
                               named(object.kind, object.name), DocumentLimits::text_bytes),
                   fmt::format("see: ringfence {} set --help", document::name_of(object.kind))};
  }

  std::vector<Object> kept_, objects_;
  Table said_{Kind::mail, ""};
  std::optional<Error> fault_;
};

/// The lists that the objects of a file say.
class Reading {
 public:
  Reading(const EventLists& now, bool remove) {
    out_.now = now;
    out_.remove = remove;
  }

  /// Asked before anything is read: a file of a hundred thousand takes no time.
  bool has_room_for(const std::vector<Object>& objects) {
    count(objects, Kind::event_contact, out_.now.contacts, EventLimits::contacts);
    count(objects, Kind::event_route, out_.now.routes, EventLimits::routes);
    count(objects, Kind::event_template, out_.now.templates, EventLimits::templates);
    return faults_.empty();
  }
  void take(Object& object, const Table& table) {
    object_ = &object;
    if (object.kind == Kind::mail) return take_mail(table);
    if (object.kind == Kind::event_contact) return take_contact(table);
    if (object.kind == Kind::event_route) return take_route(table);
    if (object.kind == Kind::event_template) take_template(table);
  }

  std::expected<EventChange, Faults> finish(std::vector<Object>& objects) {
    out_.parts = parts_of(objects);
    for (Object& each : objects)
      if (each.kind == Kind::event_route) check_contact(each);
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    return std::move(out_);
  }

 private:
  void fault(std::string_view what, std::string remedy) { fault_at(object_->line, what, std::move(remedy)); }
  void fault_at(std::size_t line, std::string_view what, std::string remedy) {
    faults_.add(line, fmt::format("{}: {}", named(object_->kind, object_->name), what), std::move(remedy));
  }
  void fault(const std::optional<Error>& wrong) {
    if (wrong) fault(wrong->message, wrong->remedy);
  }

  /// Certificates of who may vouch for a server.
  std::string authorities() {
    const std::string said = joined(*object_, ca_rows, "\n");
    if (said.empty()) return {};
    Values lines = certificate_lines(said);
    if (lines.empty())
      fault_at(line_of_rows(*object_), "ca holds no certificate", "write the lines of one in PEM, or leave ca out");
    if (said.size() > DocumentLimits::object_bytes)
      fault_at(line_of_rows(*object_), fmt::format("ca has {} bytes", said.size()),
               fmt::format("keep it below {}", DocumentLimits::object_bytes));
    object_->rows[std::string(ca_rows)] = std::move(lines);
    return joined(*object_, ca_rows, "\n");
  }

  void take_mail(const Table& table) {
    const store::Mail& before = out_.now.mail;
    store::Mail mail{table.text("server"), table.text("tls"),  table.text("user"),
                     table.text("from"),   authorities(),      table.number<std::uint16_t>("port"),
                     before.password};
    if (!keeps_password(before, mail)) mail.password = {};
    out_.asks_password = !mail.user.empty() && mail.password.reveal().empty();
    fault(fault_of(mail));
    out_.wanted.mail = std::move(mail);
  }

  void take_contact(const Table& table) {
    Contact contact;
    contact.name = object_->name;
    contact.way = table.word<Way>("way");
    contact.target = table.text("target");
    contact.language = table.word<event::Language>("language");
    contact.enabled = table.flag("enabled");
    contact.digest_min = table.number("digest");
    const std::string quiet = table.text("quiet");
    contact.quiet = event::QuietHours::parse(quiet);
    if (!quiet.empty() && !contact.quiet)
      fault("quiet is no stretch of a day", "write it such as \"22:00-06:00\", or leave it out");
    for (const std::string& block : table.list("networks")) {
      const auto subnet = guard::parse_prefix(block);
      if (!subnet)
        fault(fmt::format("networks: {}", subnet.error()), "write blocks such as \"10.1.0.0/16\"");
      else
        contact.networks.push_back(*subnet);
    }
    if (contact.networks.size() > FetchLimits::networks)
      fault("networks has too many blocks", fmt::format("write at most {}", FetchLimits::networks));
    contact.ca_pem = authorities();
    if (!contact.ca_pem.empty() && contact.way != Way::webhook && contact.way != Way::syslog)
      fault_at(line_of_rows(*object_), "ca is for webhooks and receivers of syslog", "leave it out");
    fault(fault_of(contact));
    if (const Contact* const before = find(out_.now.contacts, contact.name); before && keeps_secret(*before, contact))
      contact.secret = before->secret;
    else if (contact.way == Way::webhook)
      contact.secret = out_.secrets.emplace_back(contact.name, seal::generate_token()).second;
    out_.wanted.contacts.push_back(std::move(contact));
  }

  void take_route(const Table& table) {
    Route route;
    route.name = object_->name;
    route.contact = table.text("contact");
    route.level = table.word<event::Level>("level");
    route.enabled = table.flag("enabled");
    route.events.clear();
    for (const std::string& each : table.list("events")) route.events += (route.events.empty() ? "" : ",") + each;
    if (route.events.empty()) fault("events is empty", "leave it out for all, or write enabled = false");
    if (route.events.size() > DocumentLimits::text_bytes)
      fault("events names too many", "name groups such as guard.*, or make two routes");
    if (const auto wrong = event::unknown_in(route.events))
      fault(fmt::format("events names {}, which is no event", plain(*wrong, 64)),
            "see: ringfence event kinds; guard.* is all of guard, * all that there are");
    out_.wanted.routes.push_back(std::move(route));
  }

  void take_template(const Table& table) {
    const std::size_t dot = std::min(object_->name.rfind('.'), object_->name.size());
    const std::string kind = object_->name.substr(0, dot);
    const auto language = event::parse_language(object_->name.substr(std::min(dot + 1, object_->name.size())));
    if (!language || event::find(kind) == nullptr)
      return fault("there is no such event, or language", "write [event-template.trunk.down.de]; see: event kinds");
    Template words{kind, *language, table.text("subject"), joined(*object_, text_rows, "\n")};
    if (words.text.ends_with('\n')) words.text.pop_back();
    if (const auto fine = event::check_template(words.subject, words.text); !fine)
      fault_at(fine.error().starts_with("the text") ? line_of_rows(*object_) : object_->line, fine.error(),
               "see: ringfence event-template show " + kind);
    out_.wanted.templates.push_back(std::move(words));
  }

  void check_contact(Object& object) {
    object_ = &object;
    const Route* const route = find(out_.wanted.routes, object.name);
    if (route == nullptr || find(out_.wanted.contacts, route->contact)) return;
    const bool there = find(out_.now.contacts, route->contact) != nullptr;
    if (there && !out_.remove) return;
    fault(there ? fmt::format("the contact {} is not in the file and would be removed", route->contact)
                : fmt::format("there is no contact {}", route->contact),
          fmt::format("write {}, or name another contact",
                      document::header_of(Kind::event_contact, route->contact)));
  }

  /// With what stays there may be no more of a kind.
  template <class One>
  void count(const std::vector<Object>& objects, Kind kind, const std::vector<One>& now, std::size_t most) {
    std::vector<const Object*> said;
    for (const Object& each : objects)
      if (each.kind == kind) said.push_back(&each);
    std::size_t room = most;
    if (!out_.remove && said.size() <= most)
      for (const One& one : now)
        if (std::none_of(said.begin(), said.end(), [&](const Object* each) { return each->name == name_of(one); }))
          room -= std::min<std::size_t>(room, 1);
    if (said.size() > room)
      faults_.add(said[room]->line, fmt::format("there would be more than {} of {}", most, document::name_of(kind)),
                  "leave out what nobody needs");
  }

  EventChange out_;
  Object* object_ = nullptr;  ///< what is being read
  Faults faults_;
};

}  // namespace

EventSide event_side(Events* running, const command::Checked& checked) {
  const bool systems = checked.acts_in == store::default_tenant && !(checked.by && checked.by->tenant);
  const auto may = [&](access::Permission permission) {
    return systems && (checked.on_machine || (checked.by && checked.by->may(permission)));
  };
  return {running, may(access::Permission::event_read), may(access::Permission::event_write),
          may(access::Permission::system_read), may(access::Permission::system_write)};
}

EventParts parts_of(const std::vector<Object>& objects) {
  EventParts out;
  for (const Object& each : objects) (each.kind == Kind::mail ? out.mail : out.contacts) |= is_of_events(each.kind);
  return out;
}

std::expected<EventLists, Error> event_lists(Records& records) {
  store::EventTables tables(records.store);
  auto contacts = tables.contacts(records.vault);
  if (!contacts) return std::unexpected(error_of(contacts.error()));
  auto routes = tables.routes();
  if (!routes) return std::unexpected(error_of(routes.error()));
  auto templates = tables.templates();
  if (!templates) return std::unexpected(error_of(templates.error()));
  auto mail = tables.mail(records.vault);
  if (!mail) return std::unexpected(error_of(mail.error()));
  return EventLists{std::move(*contacts), std::move(*routes), std::move(*templates), std::move(*mail)};
}

std::expected<std::vector<Object>, Error> event_objects(const EventLists& lists, EventParts parts,
                                                        std::vector<Object> kept) {
  Writer out(std::move(kept));
  if (parts.mail && !lists.mail.server.empty()) {
    out.begin(Kind::mail, "");
    out.put("server", lists.mail.server);
    out.put("port", std::to_string(lists.mail.port));
    out.put("tls", lists.mail.tls);
    out.put("user", lists.mail.user);
    out.put("from", lists.mail.from);
    out.put_rows(ca_rows, certificate_lines(lists.mail.ca_pem));
  }
  if (!parts.contacts) return out.finish();
  for (const Contact& each : lists.contacts) {
    Values networks;
    for (const Subnet& block : each.networks) networks.push_back(block.text());
    out.begin(Kind::event_contact, each.name);
    out.put("way", event::name_of(each.way));
    out.put("target", each.target);
    out.put("language", event::name_of(each.language));
    out.put("enabled", each.enabled);
    out.put("digest", std::to_string(each.digest_min));
    out.put("quiet", each.quiet ? each.quiet->text() : std::string());
    out.put("networks", std::move(networks));
    out.put_rows(ca_rows, certificate_lines(each.ca_pem));
  }
  for (const Route& each : lists.routes) {
    Values events;
    for (std::string_view left = each.events; !left.empty();) {
      const std::size_t comma = std::min(left.find(','), left.size());
      if (comma > 0) events.emplace_back(left.substr(0, comma));
      left.remove_prefix(std::min(comma + 1, left.size()));
    }
    out.begin(Kind::event_route, each.name);
    out.put("contact", each.contact);
    out.put("events", std::move(events));
    out.put("level", event::name_of(each.level));
    out.put("enabled", each.enabled);
  }
  for (const Template& each : lists.templates) {
    out.begin(Kind::event_template, name_of(each));
    out.put("subject", each.subject);
    out.put_rows(text_rows, lines_of(each.text));
  }
  return out.finish();
}

std::vector<std::string> EventChange::notes(bool done) const {
  std::vector<std::string> out;
  if (!done)
    for (const auto& [name, secret] : secrets)
      out.push_back(fmt::format("event-contact {} gets a new secret, which policy apply shows once", name));
  if (asks_password)
    out.push_back(fmt::format("the mail server's password {} in no file; give it: ringfence mail set --password-stdin",
                              done ? "stands" : "will be missing: it stands"));
  return out;
}

std::expected<EventChange, Faults> event_change_of(std::vector<Object>& objects, const std::vector<Table>& tables,
                                                   const EventLists& now, bool remove) {
  Reading reading(now, remove);
  if (reading.has_room_for(objects))
    for (std::size_t i = 0; i < objects.size(); ++i)
      if (is_of_events(objects[i].kind)) reading.take(objects[i], tables[i]);
  return reading.finish(objects);
}

store::Expected<void> write_events(Records& records, const EventChange& change) {
  store::EventTables tables(records.store);
  const EventLists &now = change.now, &wanted = change.wanted;
  if (change.parts.mail)
    if (auto done = tables.put_mail(records.vault, wanted.mail); !done) return done;
  if (!change.parts.contacts) return {};
  if (change.remove) {
    // A contact takes its routes with it, so these go first.
    for (const Route& each : now.routes)
      if (!find(wanted.routes, each.name))
        if (auto done = tables.drop_route(each.name); !done) return done;
    for (const Contact& each : now.contacts)
      if (!find(wanted.contacts, each.name))
        if (auto done = tables.drop_contact(each.name); !done) return done;
    for (const Template& each : now.templates)
      if (!find(wanted.templates, name_of(each)))
        if (auto done = tables.drop_template(each.kind, each.language); !done) return done;
  }
  for (const Contact& each : wanted.contacts)
    if (auto done = tables.put_contact(records.vault, each); !done) return done;
  for (const Route& each : wanted.routes)
    if (auto done = tables.put_route(each); !done) return done;
  for (const Template& each : wanted.templates)
    if (auto done = tables.put_template(each); !done) return done;
  return {};
}

}  // namespace rf::app
