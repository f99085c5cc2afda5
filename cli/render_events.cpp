#include "cli/render_events.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <utility>

#include "cli/cells.hpp"
#include "cli/table.hpp"
#include "cli/when.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

void events(const Json& r, std::ostream& out) {
  Table table({"ID", "LAST", "LEVEL", "EVENT", "ABOUT", "TIMES", "TEXT", "SEEN TO BY"});
  for (const Json& e : list_at(r, "events"))
    table.add({text_at(e, "id"), show_when(number_at(e, "last_ms")), text_at(e, "level"), text_at(e, "kind"),
               text_at(e, "subject"), text_at(e, "count"), text_at(e, "text"), text_at(e, "acknowledged_by")});
  if (table.empty()) return fmt::print(out, "Nothing of that kind has happened.\n");
  table.print(out);
}

void event(const Json& r, std::ostream& out) {
  facts(out, {{"id", text_at(r, "id")},
              {"event", text_at(r, "kind")},
              {"level", text_at(r, "level")},
              {"about", text_at(r, "subject")},
              {"text", text_at(r, "text")},
              {"times", text_at(r, "count")},
              {"first", text_at(r, "first")},
              {"last", text_at(r, "last")},
              {"seen to by", text_at(r, "acknowledged_by")}});
  if (r.contains("meaning"))
    fmt::print(out, "\n{}. {}\n", plain(text_at(r, "title")), plain(text_at(r, "meaning"), 2'048));
}

void kinds(const Json& r, std::ostream& out) {
  Table table({"EVENT", "LEVEL", "TITLE"});
  for (const Json& k : list_at(r, "kinds")) table.add({text_at(k, "name"), text_at(k, "level"), text_at(k, "title")});
  table.print(out);
}

void contacts(const Json& r, std::ostream& out) {
  Table table({"NAME", "WAY", "TARGET", "LANGUAGE", "STATE", "LAST TAKEN", "TROUBLE"});
  for (const Json& c : list_at(r, "contacts")) {
    const Json now = c.value("now", Json::object());
    table.add({text_at(c, "name"), text_at(c, "way"), text_at(c, "target"), text_at(c, "language"),
               c.value("enabled", false) ? "on" : "off", text_at(now, "taken"), text_at(now, "trouble")});
  }
  if (table.empty()) return fmt::print(out, "Nobody is told; see: ringfence event-contact add --help\n");
  table.print(out);
}

void contact(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"way", text_at(r, "way")},
              {"target", text_at(r, "target")},
              {"language", text_at(r, "language")},
              {"on", text_at(r, "enabled")},
              {"digest, minutes", text_at(r, "digest")},
              {"quiet hours", text_at(r, "quiet")},
              {"networks", text_at(r, "networks")},
              {"own authority", text_at(r, "ca")}});
  if (r.contains("now")) {
    const Json& now = r["now"];
    facts(out, {{"last taken", text_at(now, "taken")},
                {"last failed", text_at(now, "failed")},
                {"trouble", text_at(now, "trouble")},
                {"waiting", text_at(now, "waiting")},
                {"dropped", text_at(now, "dropped")}});
  }
  if (r.contains("secret"))
    fmt::print(out, "\nsecret  {}\nIt is shown only now; messages are signed with it: docs/events.md\n",
               plain(text_at(r, "secret")));
}

void routes(const Json& r, std::ostream& out) {
  Table table({"NAME", "EVENTS", "FROM LEVEL", "TO", "STATE"});
  for (const Json& each : list_at(r, "routes"))
    table.add({text_at(each, "name"), text_at(each, "events"), text_at(each, "level"), text_at(each, "contact"),
               each.value("enabled", false) ? "on" : "off"});
  if (table.empty()) return fmt::print(out, "No event goes anywhere; see: ringfence event-route add --help\n");
  table.print(out);
}

void route(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"to", text_at(r, "contact")},
              {"events", text_at(r, "events")},
              {"from level", text_at(r, "level")},
              {"on", text_at(r, "enabled")}});
}

void templates(const Json& r, std::ostream& out) {
  Table table({"EVENT", "LANGUAGE", "SUBJECT"});
  for (const Json& each : list_at(r, "templates"))
    table.add({text_at(each, "name"), text_at(each, "language"), text_at(each, "subject")});
  if (table.empty()) return fmt::print(out, "All messages have our own words.\n");
  table.print(out);
}

void words(const Json& r, std::ostream& out) {
  facts(out, {{"event", text_at(r, "name")},
              {"language", text_at(r, "language")},
              {"your own", text_at(r, "own")},
              {"subject", text_at(r, "subject")}});
  out << "\n";
  std::string line;
  for (const char c : r.value("text", "") + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    fmt::print(out, "{}\n", plain(line, 4'096));
    line.clear();
  }
}

void mail(const Json& r, std::ostream& out) {
  facts(out, {{"server", text_at(r, "server")},
              {"port", text_at(r, "port")},
              {"encryption", text_at(r, "tls")},
              {"user", text_at(r, "user")},
              {"password", r.value("password", false) ? "kept" : "none"},
              {"from", text_at(r, "from")},
              {"own authority", text_at(r, "ca")}});
}

void exported(const Json& r, std::ostream& out) {
  out << r.value("text", "");
}

using Render = void (*)(const Json&, std::ostream&);
constexpr std::pair<std::string_view, Render> renders[] = {{"event.list", events},
                                                           {"event.show", event},
                                                           {"event.export", exported},
                                                           {"event.kinds", kinds},
                                                           {"event-contact.list", contacts},
                                                           {"event-contact.show", contact},
                                                           {"event-contact.add", contact},
                                                           {"event-contact.set", contact},
                                                           {"event-contact.ca", contact},
                                                           {"event-contact.secret", contact},
                                                           {"event-route.list", routes},
                                                           {"event-route.show", route},
                                                           {"event-route.add", route},
                                                           {"event-route.set", route},
                                                           {"event-template.list", templates},
                                                           {"event-template.show", words},
                                                           {"event-template.set", words},
                                                           {"mail.show", mail},
                                                           {"mail.set", mail},
                                                           {"mail.ca", mail}};

}  // namespace

bool render_event(std::string_view command, const Json& result, std::ostream& out) {
  for (const auto& [name, render] : renders) {
    if (name != command) continue;
    render(result, out);
    return true;
  }
  return false;
}

}  // namespace rf::cli
