#include "shell/store/events.hpp"

#include <fmt/format.h>

#include "core/base/limits/events.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

using event::Contact;
using event::Event;

constexpr std::int64_t day_ms = 86'400'000;

/// What soci binds.
struct Row {
  long long id = 0, count = 0, first = 0, last = 0, acknowledged = 0;
  int level = 0;
  std::string kind, subject, text, by;

  void set(const Event& e) {
    id = static_cast<long long>(e.id);
    count = static_cast<long long>(e.count);
    first = e.first_wall_ms;
    last = e.last_wall_ms;
    level = static_cast<int>(e.level);
    kind = escaped(e.kind);
    subject = escaped(e.subject);
    text = escaped(e.text);
  }
  Event get() const {
    const auto known = level >= 0 && level <= 3 ? static_cast<event::Level>(level) : event::Level::critical;
    return {static_cast<std::uint64_t>(id),    unescaped(kind), known, unescaped(subject), unescaped(text),
            static_cast<std::uint64_t>(count), first,           last,  unescaped(by),      acknowledged};
  }
  void bind_to(soci::statement& statement) {
    for (long long* number : {&id, &count, &first, &last, &acknowledged}) statement.exchange(soci::into(*number));
    statement.exchange(soci::into(level));
    for (std::string* each : {&kind, &subject, &text, &by}) statement.exchange(soci::into(*each));
  }
};
constexpr const char* columns =
    "id, count, first_wall_ms, last_wall_ms, acknowledged_wall_ms, level, kind, subject, text, acknowledged_by";

std::vector<Event> events_of(soci::session& sql, const std::string& rest, std::vector<long long> numbers,
                             std::vector<std::string> texts) {
  Row row;
  soci::statement rows(sql);
  rows.alloc();
  row.bind_to(rows);
  for (long long& number : numbers) rows.exchange(soci::use(number));
  for (std::string& text : texts) rows.exchange(soci::use(text));
  rows.prepare(fmt::format("SELECT {} FROM events {}", columns, rest));
  rows.define_and_bind();
  std::vector<Event> out;
  for (bool got = rows.execute(true); got; got = rows.fetch()) out.push_back(row.get());
  return out;
}

void sweep(soci::session& sql, std::int64_t now_wall_ms) {
  const long long before = now_wall_ms - EventLimits::keep_days * day_ms;
  long long last = 0;
  soci::indicator there = soci::i_null;
  sql << "SELECT MAX(id) FROM events", soci::into(last, there);
  // Numbers follow each other, so there are never more than what lies between.
  const long long surplus = there == soci::i_null ? 0 : last - static_cast<long long>(EventLimits::kept);
  sql << "DELETE FROM events WHERE id <= :surplus OR last_wall_ms < :before", soci::use(surplus), soci::use(before);
}

std::string context_of(const std::string& contact) {
  return "event_contacts/" + contact + "/secret";
}
constexpr const char* mail_context = "mail/password";

std::string sealed(const seal::Vault& vault, const Secret<std::string>& value, const std::string& context) {
  const std::string& text = value.reveal();
  if (text.empty()) return {};
  return vault.seal({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, context);
}

Expected<Secret<std::string>> unsealed(const seal::Vault& vault, const std::string& text, const std::string& context) {
  if (text.empty()) return Secret<std::string>();
  const auto bytes = vault.unseal(text, context);
  if (!bytes) return problem(Fault::wrong_key, context + " cannot be opened: " + bytes.error().text);
  return Secret<std::string>(std::string(bytes->reveal().begin(), bytes->reveal().end()));
}

std::string text_of(const std::vector<Subnet>& blocks) {
  std::string out;
  for (const Subnet& block : blocks) out += (out.empty() ? "" : ",") + block.text();
  return out;
}

std::vector<Subnet> blocks_of(std::string_view list) {
  std::vector<Subnet> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (const auto block = Subnet::parse(list.substr(0, comma))) out.push_back(*block);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

Expected<void> not_too_many(soci::session& sql, const char* table, std::size_t most) {
  long long count = 0;
  sql << fmt::format("SELECT COUNT(*) FROM {}", table), soci::into(count);
  if (static_cast<std::size_t>(count) < most) return {};
  return problem(Fault::invalid_value, fmt::format("there are {} already; remove one that nobody needs", count));
}

Expected<void> drop_one(soci::session& sql, const char* table, const std::string& name, const char* what) {
  long long count = 0;
  sql << fmt::format("SELECT COUNT(*) FROM {} WHERE name = :name", table), soci::use(name), soci::into(count);
  if (count == 0)
    return problem(Fault::not_found, fmt::format("there is no {} {}; see: ringfence {} list", what, name, what));
  sql << fmt::format("DELETE FROM {} WHERE name = :name", table), soci::use(name);
  return {};
}

}  // namespace

Expected<void> EventTables::put_events(std::span<const Event> events, std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    for (const Event& each : events) {
      Row row;
      row.set(each);
      sql << "INSERT INTO events (id, kind, level, subject, text, count, first_wall_ms, last_wall_ms, acknowledged_by,"
             " acknowledged_wall_ms) VALUES (:id, :kind, :level, :subject, :text, :count, :first, :last, '', 0)"
             " ON CONFLICT (id) DO UPDATE SET count = excluded.count, last_wall_ms = excluded.last_wall_ms",
          soci::use(row.id), soci::use(row.kind), soci::use(row.level), soci::use(row.subject), soci::use(row.text),
          soci::use(row.count), soci::use(row.first), soci::use(row.last);
    }
    sweep(sql, now_wall_ms);
    transaction.commit();
    return {};
  });
}

Expected<std::vector<Event>> EventTables::find_events(const EventFilter& filter) {
  return guarded([&]() -> Expected<std::vector<Event>> {
    std::string where = "WHERE last_wall_ms >= :from AND first_wall_ms < :to AND level >= :level";
    std::vector<long long> numbers{filter.from_wall_ms, filter.to_wall_ms == 0 ? INT64_MAX : filter.to_wall_ms,
                                   filter.level ? static_cast<long long>(*filter.level) : 0};
    std::vector<std::string> texts;
    if (filter.before != 0) where += fmt::format(" AND id < {}", filter.before);
    if (filter.open) where += " AND acknowledged_wall_ms = 0";
    if (!filter.subject.empty()) {
      where += " AND subject = :subject";
      texts.push_back(escaped(filter.subject));
    }
    if (!filter.kinds.empty()) {
      std::string list;
      for (std::size_t i = 0; i < filter.kinds.size(); ++i) {
        list += fmt::format("{}:kind{}", i == 0 ? "" : ", ", i);
        texts.push_back(escaped(filter.kinds[i]));
      }
      where += fmt::format(" AND kind IN ({})", list);
    }
    return events_of(state_.sql(), where + " ORDER BY id DESC LIMIT " + std::to_string(filter.limit),
                     std::move(numbers), std::move(texts));
  });
}

Expected<Event> EventTables::event(std::uint64_t id) {
  return guarded([&]() -> Expected<Event> {
    auto found = events_of(state_.sql(), "WHERE id = :id", {static_cast<long long>(id)}, {});
    if (found.empty())
      return problem(Fault::not_found, fmt::format("there is no event {}; see: ringfence event list", id));
    return std::move(found.front());
  });
}

Expected<std::uint64_t> EventTables::last_event() {
  return guarded([&]() -> Expected<std::uint64_t> {
    long long last = 0;
    soci::indicator there = soci::i_null;
    state_.sql() << "SELECT MAX(id) FROM events", soci::into(last, there);
    return there == soci::i_null ? 0 : static_cast<std::uint64_t>(last);
  });
}

Expected<std::uint64_t> EventTables::acknowledge(std::uint64_t id, bool all, const std::string& by,
                                                 std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<std::uint64_t> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const std::string which = fmt::format("WHERE acknowledged_wall_ms = 0 AND id {} {}", all ? "<=" : "=",
                                          all && id == 0 ? INT64_MAX : static_cast<std::int64_t>(id));
    long long count = 0;
    sql << "SELECT COUNT(*) FROM events " + which, soci::into(count);
    const long long now = now_wall_ms;
    const std::string who = escaped(by);
    sql << "UPDATE events SET acknowledged_by = :who, acknowledged_wall_ms = :now " + which, soci::use(who),
        soci::use(now);
    transaction.commit();
    return static_cast<std::uint64_t>(count);
  });
}

Expected<std::vector<Contact>> EventTables::contacts(const seal::Vault& vault) {
  return guarded([&]() -> Expected<std::vector<Contact>> {
    std::vector<Contact> out;
    std::string name, way, target, language, quiet, networks, ca, secret;
    int enabled = 0;
    long long digest = 0;
    soci::statement rows =
        (state_.sql().prepare << "SELECT name, way, target, language, enabled, digest_min, quiet,"
                                 " networks, ca, secret FROM event_contacts ORDER BY name",
         soci::into(name), soci::into(way), soci::into(target), soci::into(language), soci::into(enabled),
         soci::into(digest), soci::into(quiet), soci::into(networks), soci::into(ca), soci::into(secret));
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      auto opened = unsealed(vault, secret, context_of(name));
      if (!opened) return std::unexpected(opened.error());
      out.push_back({name, event::parse_way(way).value_or(event::Way::email), unescaped(target),
                     event::parse_language(language).value_or(event::Language::en), enabled != 0,
                     static_cast<std::uint32_t>(digest), event::QuietHours::parse(quiet), blocks_of(networks),
                     unescaped(ca), std::move(*opened)});
    }
    return out;
  });
}

Expected<void> EventTables::put_contact(const seal::Vault& vault, const Contact& contact) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    sql << "DELETE FROM event_contacts WHERE name = :name", soci::use(contact.name);
    if (auto room = not_too_many(sql, "event_contacts", EventLimits::contacts); !room) return room;
    const std::string way(name_of(contact.way)), language(name_of(contact.language)),
        target = escaped(contact.target), quiet = contact.quiet ? contact.quiet->text() : "",
        networks = text_of(contact.networks), ca = escaped(contact.ca_pem),
        secret = sealed(vault, contact.secret, context_of(contact.name));
    const int enabled = contact.enabled;
    const long long digest = contact.digest_min;
    sql << "INSERT INTO event_contacts (name, way, target, language, enabled, digest_min, quiet, networks, ca, secret)"
           " VALUES (:name, :way, :target, :language, :enabled, :digest, :quiet, :networks, :ca, :secret)",
        soci::use(contact.name), soci::use(way), soci::use(target), soci::use(language), soci::use(enabled),
        soci::use(digest), soci::use(quiet), soci::use(networks), soci::use(ca), soci::use(secret);
    transaction.commit();
    return {};
  });
}

Expected<void> EventTables::drop_contact(const std::string& name) {
  return guarded([&]() -> Expected<void> {
    Transaction transaction(state_.sql());
    if (auto dropped = drop_one(state_.sql(), "event_contacts", name, "event-contact"); !dropped) return dropped;
    state_.sql() << "DELETE FROM event_routes WHERE contact = :name", soci::use(name);
    transaction.commit();
    return {};
  });
}

Expected<std::vector<event::Route>> EventTables::routes() {
  return guarded([&]() -> Expected<std::vector<event::Route>> {
    std::vector<event::Route> out;
    std::string name, events, contact;
    int level = 0, enabled = 0;
    soci::statement rows =
        (state_.sql().prepare << "SELECT name, events, level, contact, enabled FROM event_routes ORDER BY name",
         soci::into(name), soci::into(events), soci::into(level), soci::into(contact), soci::into(enabled));
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      const auto known = level >= 0 && level <= 3 ? static_cast<event::Level>(level) : event::Level::critical;
      out.push_back({name, events, known, contact, enabled != 0});
    }
    return out;
  });
}

Expected<void> EventTables::put_route(const event::Route& route) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    sql << "DELETE FROM event_routes WHERE name = :name", soci::use(route.name);
    if (auto room = not_too_many(sql, "event_routes", EventLimits::routes); !room) return room;
    const int level = static_cast<int>(route.level), enabled = route.enabled;
    sql << "INSERT INTO event_routes (name, events, level, contact, enabled)"
           " VALUES (:name, :events, :level, :contact, :enabled)",
        soci::use(route.name), soci::use(route.events), soci::use(level), soci::use(route.contact), soci::use(enabled);
    transaction.commit();
    return {};
  });
}

Expected<void> EventTables::drop_route(const std::string& name) {
  return guarded([&]() -> Expected<void> { return drop_one(state_.sql(), "event_routes", name, "event-route"); });
}

Expected<std::vector<event::Template>> EventTables::templates() {
  return guarded([&]() -> Expected<std::vector<event::Template>> {
    std::vector<event::Template> out;
    std::string kind, language, subject, text;
    soci::statement rows =
        (state_.sql().prepare << "SELECT kind, language, subject, text FROM event_templates ORDER BY kind, language",
         soci::into(kind), soci::into(language), soci::into(subject), soci::into(text));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      out.push_back(
          {kind, event::parse_language(language).value_or(event::Language::en), unescaped(subject), unescaped(text)});
    return out;
  });
}

Expected<void> EventTables::put_template(const event::Template& words) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const std::string language(name_of(words.language)), subject = escaped(words.subject), text = escaped(words.text);
    sql << "DELETE FROM event_templates WHERE kind = :kind AND language = :language", soci::use(words.kind),
        soci::use(language);
    if (auto room = not_too_many(sql, "event_templates", EventLimits::templates); !room) return room;
    sql << "INSERT INTO event_templates (kind, language, subject, text) VALUES (:kind, :language, :subject, :text)",
        soci::use(words.kind), soci::use(language), soci::use(subject), soci::use(text);
    transaction.commit();
    return {};
  });
}

Expected<void> EventTables::drop_template(const std::string& kind, event::Language language) {
  return guarded([&]() -> Expected<void> {
    const std::string word(name_of(language));
    long long count = 0;
    Transaction transaction(state_.sql());
    state_.sql() << "SELECT COUNT(*) FROM event_templates WHERE kind = :kind AND language = :language", soci::use(kind),
        soci::use(word), soci::into(count);
    if (count == 0)
      return problem(Fault::not_found,
                     fmt::format("{} has our own words in {}; see: ringfence event-template list", kind, word));
    state_.sql() << "DELETE FROM event_templates WHERE kind = :kind AND language = :language", soci::use(kind),
        soci::use(word);
    transaction.commit();
    return {};
  });
}

Expected<Mail> EventTables::mail(const seal::Vault& vault) {
  return guarded([&]() -> Expected<Mail> {
    Mail out;
    std::string password;
    long long port = 0;
    std::string server, tls, user, from, ca;
    soci::statement rows =
        (state_.sql().prepare << "SELECT server, port, tls, account, sender, ca, password FROM mail_server",
         soci::into(server), soci::into(port), soci::into(tls), soci::into(user), soci::into(from), soci::into(ca),
         soci::into(password));
    if (!rows.execute(true)) return out;
    auto opened = unsealed(vault, password, mail_context);
    if (!opened) return std::unexpected(opened.error());
    out = {server, tls, unescaped(user), from, unescaped(ca), static_cast<std::uint16_t>(port), std::move(*opened)};
    return out;
  });
}

Expected<void> EventTables::put_mail(const seal::Vault& vault, const Mail& mail) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    sql << "DELETE FROM mail_server";
    const long long port = mail.port;
    const std::string user = escaped(mail.user), ca = escaped(mail.ca_pem),
                      password = sealed(vault, mail.password, mail_context);
    sql << "INSERT INTO mail_server (server, port, tls, account, sender, ca, password)"
           " VALUES (:server, :port, :tls, :account, :sender, :ca, :password)",
        soci::use(mail.server), soci::use(port), soci::use(mail.tls), soci::use(user), soci::use(mail.from),
        soci::use(ca), soci::use(password);
    transaction.commit();
    return {};
  });
}

}  // namespace rf::store
