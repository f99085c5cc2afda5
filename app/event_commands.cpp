#include "app/event_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/deliver.hpp"
#include "app/events.hpp"
#include "core/base/limits/events.hpp"
#include "core/document/schema.hpp"
#include "core/event/words.hpp"
#include "shell/fetch/fetch.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using event::Contact;
using event::Way;

std::unexpected<Error> fault(Code code, std::string what, std::string remedy, std::string field = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(remedy), std::move(field)});
}

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

std::unexpected<Error> no_such(std::string_view what, std::string_view name) {
  return fault(Code::not_found, fmt::format("there is no {} {}", what, name),
               fmt::format("see: ringfence {} list", what));
}

Json route_json(const event::Route& route) {
  return {{"name", route.name},
          {"contact", route.contact},
          {"events", route.events},
          {"level", name_of(route.level)},
          {"enabled", route.enabled}};
}

Json template_json(const event::Template& words, bool own) {
  return {{"name", words.kind},
          {"language", name_of(words.language)},
          {"subject", words.subject},
          {"text", words.text},
          {"own", own}};
}

Json mail_json(const store::Mail& mail) {
  return {{"server", mail.server},
          {"port", mail.port},
          {"tls", mail.tls},
          {"user", mail.user},
          {"from", mail.from},
          {"ca", !mail.ca_pem.empty()},
          {"password", !mail.password.reveal().empty()}};
}

/// A cell that no spreadsheet takes for a formula.
std::string cell(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

store::EventFilter filter_of(const command::ListEvents& c) {
  store::EventFilter out{c.limit, c.level, {}, c.subject, c.from_ms, c.to_ms, c.open, c.before};
  if (c.kinds.empty()) return out;
  for (const event::Kind& kind : event::catalog())
    if (event::selects(c.kinds, kind.name)) out.kinds.emplace_back(kind.name);
  return out;
}

/// The host of a checked https:// URL, with its port.
std::string authority_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), std::string_view("https://").size()));
  std::string out(url.substr(0, url.find_first_of("/?#")));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct Executor {
  Records& records;
  store::EventTables tables;
  Events* running;
  std::string actor;  ///< who acknowledges
  std::int64_t now_ms;

  /// After a change: the running server takes it over.
  Outcome taken_over(Json out) const {
    if (running != nullptr)
      if (auto looked = running->look_again(); !looked) return std::unexpected(looked.error());
    return out;
  }
  Json shown(const Contact& contact) const {
    std::string networks;
    for (const Subnet& block : contact.networks) networks += (networks.empty() ? "" : ",") + block.text();
    Json out{{"name", contact.name},
             {"way", name_of(contact.way)},
             {"target", contact.target},
             {"language", name_of(contact.language)},
             {"enabled", contact.enabled},
             {"digest", contact.digest_min},
             {"quiet", contact.quiet ? contact.quiet->text() : ""},
             {"networks", std::move(networks)},
             {"ca", !contact.ca_pem.empty()}};
    if (running == nullptr) return out;
    const event::Reached reached = running->reached(contact.name);
    out["now"] = {{"taken", timestamp(reached.taken_wall_ms)},
                  {"failed", timestamp(reached.failed_wall_ms)},
                  {"trouble", reached.trouble},
                  {"waiting", reached.waiting},
                  {"dropped", reached.dropped}};
    return out;
  }
  std::expected<Contact, Error> contact(const std::string& name) {
    const auto all = tables.contacts(records.vault);
    if (!all) return fail(all.error());
    const auto found = std::find_if(all->begin(), all->end(), [&](const Contact& each) { return each.name == name; });
    if (found == all->end()) return no_such("event-contact", name);
    return *found;
  }
  std::expected<event::Route, Error> route(const std::string& name) {
    const auto all = tables.routes();
    if (!all) return fail(all.error());
    const auto found = std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.name == name; });
    if (found == all->end()) return no_such("event-route", name);
    return *found;
  }
  /// What a policy file said of it, with comments, is not another one's of that name.
  store::Expected<void> forget_text(document::Kind kind, const std::string& name) {
    const auto dropped = records.store.drop_object(store::default_tenant, std::string(name_of(kind)), name);
    if (!dropped) return std::unexpected(dropped.error());
    return {};
  }
  /// A new secret of a webhook.
  static std::string renew(Contact& contact) {
    contact.secret = seal::generate_token();
    return contact.secret.reveal();
  }

  Outcome operator()(const command::ListEvents& c) {
    const auto found = tables.find_events(filter_of(c));
    if (!found) return fail(found.error());
    Json list = Json::array();
    for (const event::Event& each : *found) list.push_back(app::json_of(each));
    return Json{{"events", std::move(list)}};
  }
  Outcome operator()(const command::ExportEvents& c) {
    const auto found = tables.find_events(filter_of(c.which));
    if (!found) return fail(found.error());
    std::string text = c.csv ? "id,first,last,level,kind,subject,count,text,acknowledged_by,acknowledged\r\n" : "";
    for (const event::Event& each : *found) {
      if (!c.csv) {
        text += app::json_of(each).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        continue;
      }
      text +=
          fmt::format("{},{},{},{},{},{},{},{},{},{}\r\n", each.id, timestamp(each.first_wall_ms),
                      timestamp(each.last_wall_ms), name_of(each.level), cell(each.kind), cell(each.subject),
                      each.count, cell(each.text), cell(each.acknowledged_by), timestamp(each.acknowledged_wall_ms));
    }
    return Json{{"text", std::move(text)}};
  }
  Outcome operator()(const command::ShowEvent& c) {
    const auto found = tables.event(c.id);
    if (!found) return fail(found.error());
    Json out = app::json_of(*found);
    if (const event::Kind* const kind = event::find(found->kind)) {
      out["title"] = kind->title[0];
      out["meaning"] = kind->meaning;
    }
    return out;
  }
  Outcome operator()(const command::AcknowledgeEvent& c) {
    if (const auto there = tables.event(c.id); !there) return fail(there.error());
    const auto count = tables.acknowledge(c.id, false, actor, now_ms);
    if (!count) return fail(count.error());
    return Json{{"count", *count},
                {"message", *count == 0 ? fmt::format("Event {} was acknowledged before.", c.id)
                                        : fmt::format("Event {} is acknowledged.", c.id)}};
  }
  Outcome operator()(const command::AcknowledgeEvents& c) {
    const auto count = tables.acknowledge(c.upto, true, actor, now_ms);
    if (!count) return fail(count.error());
    return Json{{"count", *count}, {"message", fmt::format("{} events are acknowledged.", *count)}};
  }
  Outcome operator()(const command::ListEventKinds&) {
    Json list = Json::array();
    for (const event::Kind& kind : event::catalog())
      list.push_back({{"name", kind.name},
                      {"level", name_of(kind.level)},
                      {"title", kind.title[0]},
                      {"title_de", kind.title[1]},
                      {"meaning", kind.meaning}});
    return Json{{"kinds", std::move(list)}};
  }
  Outcome operator()(const command::TestContact&) {
    return fault(Code::not_running, "only a running server sends anything", "start it: ringfence serve");
  }

  Outcome operator()(const command::ListContacts&) {
    const auto all = tables.contacts(records.vault);
    if (!all) return fail(all.error());
    Json list = Json::array();
    for (const Contact& each : *all) list.push_back(shown(each));
    return Json{{"contacts", std::move(list)}};
  }
  Outcome operator()(const command::ShowContact& c) {
    const auto found = contact(c.name);
    if (!found) return std::unexpected(found.error());
    return shown(*found);
  }
  Outcome operator()(const command::PutContact& c) {
    auto found = contact(c.name);
    if (found && c.add)
      return fault(Code::conflict, fmt::format("there is a contact {} already", c.name),
                   "change it: ringfence event-contact set " + c.name);
    if (!found && (!c.add || found.error().code != Code::not_found)) return std::unexpected(found.error());
    Contact changed = found ? *found : Contact{};
    changed.name = c.name;
    changed.way = c.way.value_or(changed.way);
    changed.target = c.target.value_or(changed.target);
    changed.language = c.language.value_or(changed.language);
    changed.enabled = c.enabled.value_or(changed.enabled);
    changed.digest_min = c.digest_min.value_or(changed.digest_min);
    changed.networks = c.networks.value_or(changed.networks);
    if (c.quiet) changed.quiet = event::QuietHours::parse(*c.quiet);
    if (auto wrong = fault_of(changed)) return std::unexpected(std::move(*wrong));
    std::string secret;
    if (changed.way == Way::webhook && (!found || !keeps_secret(*found, changed))) secret = renew(changed);
    if (auto put = tables.put_contact(records.vault, changed); !put) return fail(put.error());
    Json out = shown(changed);
    if (!secret.empty()) out["secret"] = std::move(secret);
    return taken_over(std::move(out));
  }
  Outcome operator()(const command::SetContactAuthority& c) {
    auto found = contact(c.name);
    if (!found) return std::unexpected(found.error());
    if (found->way == Way::email)
      return fault(Code::invalid, "letters leave by the mail server", "see: ringfence mail ca --help");
    if (found->way == Way::call)
      return fault(Code::invalid, "a number that is called shows no certificate", "see: ringfence event-contact list");
    found->ca_pem = c.pem;
    if (auto put = tables.put_contact(records.vault, *found); !put) return fail(put.error());
    return taken_over(shown(*found));
  }
  Outcome operator()(const command::RenewContactSecret& c) {
    auto found = contact(c.name);
    if (!found) return std::unexpected(found.error());
    if (found->way != Way::webhook)
      return fault(Code::invalid, fmt::format("{} is no webhook, and nothing is signed for it", c.name),
                   "see: ringfence event-contact list");
    std::string secret = renew(*found);
    if (auto put = tables.put_contact(records.vault, *found); !put) return fail(put.error());
    return taken_over({{"name", c.name}, {"secret", std::move(secret)}});
  }
  Outcome operator()(const command::RemoveContact& c) {
    const auto routes = tables.routes();
    if (!routes) return fail(routes.error());
    const auto dropped = records.store.together([&]() -> store::Expected<void> {
      for (const event::Route& each : *routes)
        if (each.contact == c.name)
          if (auto done = forget_text(document::Kind::event_route, each.name); !done) return done;
      if (auto done = forget_text(document::Kind::event_contact, c.name); !done) return done;
      return tables.drop_contact(c.name);
    });
    if (!dropped) return fail(dropped.error());
    return taken_over(
        {{"name", c.name}, {"message", fmt::format("The contact {} is removed with its routes.", c.name)}});
  }

  Outcome operator()(const command::ListEventRoutes&) {
    const auto all = tables.routes();
    if (!all) return fail(all.error());
    Json list = Json::array();
    for (const event::Route& each : *all) list.push_back(route_json(each));
    return Json{{"routes", std::move(list)}};
  }
  Outcome operator()(const command::ShowEventRoute& c) {
    const auto found = route(c.name);
    if (!found) return std::unexpected(found.error());
    return route_json(*found);
  }
  Outcome operator()(const command::PutEventRoute& c) {
    auto found = route(c.name);
    if (found && c.add)
      return fault(Code::conflict, fmt::format("there is a route {} already", c.name),
                   "change it: ringfence event-route set " + c.name);
    if (!found && (!c.add || found.error().code != Code::not_found)) return std::unexpected(found.error());
    event::Route changed = found ? *found : event::Route{};
    changed.name = c.name;
    changed.events = c.events.value_or(changed.events);
    changed.contact = c.contact.value_or(changed.contact);
    changed.level = c.level.value_or(changed.level);
    changed.enabled = c.enabled.value_or(changed.enabled);
    if (auto there = contact(changed.contact); !there) {
      there.error().field = "contact";
      return std::unexpected(there.error());
    }
    if (auto put = tables.put_route(changed); !put) return fail(put.error());
    return taken_over(route_json(changed));
  }
  Outcome operator()(const command::RemoveEventRoute& c) {
    const auto dropped = records.store.together([&]() -> store::Expected<void> {
      if (auto done = forget_text(document::Kind::event_route, c.name); !done) return done;
      return tables.drop_route(c.name);
    });
    if (!dropped) return fail(dropped.error());
    return taken_over({{"name", c.name}, {"message", fmt::format("The route {} is removed.", c.name)}});
  }

  Outcome operator()(const command::ListEventTemplates&) {
    const auto all = tables.templates();
    if (!all) return fail(all.error());
    Json list = Json::array();
    for (const event::Template& each : *all) list.push_back(template_json(each, true));
    return Json{{"templates", std::move(list)}};
  }
  Outcome operator()(const command::ShowEventTemplate& c) {
    const auto all = tables.templates();
    if (!all) return fail(all.error());
    for (const event::Template& each : *all)
      if (each.kind == c.kind && each.language == c.language) return template_json(each, true);
    return template_json(event::standing_template(c.kind, c.language), false);
  }
  Outcome operator()(const command::SetEventTemplate& c) {
    if (auto put = tables.put_template(c.words); !put) return fail(put.error());
    return taken_over(template_json(c.words, true));
  }
  Outcome operator()(const command::RemoveEventTemplate& c) {
    const auto dropped = records.store.together([&]() -> store::Expected<void> {
      const std::string name = fmt::format("{}.{}", c.kind, name_of(c.language));
      if (auto done = forget_text(document::Kind::event_template, name); !done) return done;
      return tables.drop_template(c.kind, c.language);
    });
    if (!dropped) return fail(dropped.error());
    return taken_over({{"name", c.kind}, {"message", fmt::format("{} has our own words again.", c.kind)}});
  }

  Outcome operator()(const command::ShowMail&) {
    const auto mail = tables.mail(records.vault);
    if (!mail) return fail(mail.error());
    return mail_json(*mail);
  }
  Outcome operator()(const command::SetMail& c) {
    const auto before = tables.mail(records.vault);
    if (!before) return fail(before.error());
    store::Mail mail = *before;
    mail.server = c.server.value_or(mail.server);
    mail.port = c.port.value_or(mail.port);
    mail.tls = c.tls.value_or(mail.tls);
    mail.user = c.user.value_or(mail.user);
    mail.from = c.from.value_or(mail.from);
    const bool elsewhere = !keeps_password(*before, mail);
    if (elsewhere) mail.password = {};
    if (c.password) mail.password = *c.password;
    if (auto wrong = fault_of(mail)) return std::unexpected(std::move(*wrong));
    if (auto put = tables.put_mail(records.vault, mail); !put) return fail(put.error());
    Json out = mail_json(mail);
    if (elsewhere && !c.password && !mail.user.empty())
      out["notes"] = {"server, port or user is another: the password is forgotten, give it again"};
    return taken_over(std::move(out));
  }
  Outcome operator()(const command::SetMailAuthority& c) {
    auto mail = tables.mail(records.vault);
    if (!mail) return fail(mail.error());
    mail->ca_pem = c.pem;
    if (auto put = tables.put_mail(records.vault, *mail); !put) return fail(put.error());
    return taken_over(mail_json(*mail));
  }
};

}  // namespace

std::optional<Error> fault_of(const Contact& contact) {
  const auto wrong = [](std::string what, std::string remedy) {
    return Error{Code::invalid, "target " + std::move(what), std::move(remedy), "target"};
  };
  if (contact.way == Way::email && !event::is_mail_address(contact.target))
    return wrong("is no e-mail address", "give it such as anna@example.com");
  if (contact.way == Way::syslog && !event::parse_syslog_target(contact.target))
    return wrong("is no receiver of syslog", "give it such as tls:logs.example.com:6514 or udp:192.0.2.9:514");
  if (contact.way == Way::call && !event::parse_call_target(contact.target))
    return wrong("does not say who calls whom", "give it such as 1000:1001 or 1000:+491701234567");
  if (contact.way == Way::webhook)
    if (const auto host = fetch::host_of(contact.target); !host)
      return wrong("cannot be used: " + host.error(), "give it such as https://hooks.example.com/pbx");
  return std::nullopt;
}

std::optional<Error> fault_of(const store::Mail& mail) {
  const auto wrong = [](std::string what, std::string remedy, std::string field) {
    return Error{Code::invalid, std::move(what), std::move(remedy), std::move(field)};
  };
  if (!mail.from.empty() && !event::is_mail_address(mail.from))
    return wrong("from is no e-mail address", "give it such as pbx@example.com", "from");
  if (!mail.server.empty() && !event::parse_syslog_target("tls:" + mail.server + ":1"))
    return wrong("server is no name of a host", "give it such as mail.example.com or [2001:db8::1]", "server");
  if (mail.tls == "none" && !mail.user.empty())
    return wrong("a password is not sent in the clear", "choose starttls or tls, or give an empty user", "tls");
  if (!mail.server.empty() && mail.from.empty())
    return wrong("from is missing", "give the address that letters come from", "from");
  return std::nullopt;
}

bool keeps_secret(const Contact& before, const Contact& after) {
  return before.way == Way::webhook && after.way == Way::webhook &&
         authority_of(before.target) == authority_of(after.target);
}

bool keeps_password(const store::Mail& before, const store::Mail& after) {
  return before.server == after.server && before.port == after.port && before.user == after.user;
}

std::optional<Outcome> change_events(Records& records, Events* running, const command::Checked& checked,
                                     std::int64_t now_wall_ms) {
  const auto* command = std::get_if<command::EventCommand>(&checked.command);
  if (command == nullptr) return std::nullopt;
  std::string actor = checked.by ? checked.by->actor() : "the machine's own operator";
  return std::visit(Executor{records, store::EventTables(records.store), running, std::move(actor), now_wall_ms},
                    *command);
}

}  // namespace rf::app
