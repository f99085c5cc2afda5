#include "cli/render_objects.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/render_trial.hpp"
#include "cli/table.hpp"
#include "core/base/plain.hpp"
#include "core/document/schema.hpp"

namespace rf::cli {
namespace {

std::string joined(const Json& value) {
  if (!value.is_array()) return text_of(value);
  std::string out;
  for (const Json& each : value) out += (out.empty() ? "" : ", ") + text_of(each);
  return out;
}

std::string named(const Json& r) {
  const std::string name = text_at(r, "name");
  return name.empty() ? text_at(r, "kind") : text_at(r, "kind") + " " + name;
}

/// "up since …": as the running server sees a trunk; without one nobody knows.
std::string health_text(const Json& r) {
  const auto now = r.find("now");
  if (now == r.end()) return "not known: the server does not run";
  const std::string since = text_at(*now, "since");
  return text_at(*now, "health") + (since.empty() ? "" : " since " + since);
}

void add_health(const Json& r, std::vector<std::pair<std::string_view, std::string>>& more) {
  more.emplace_back("health", health_text(r));
  const Json now = r.value("now", Json::object());
  for (const auto& [key, name] : {std::pair<const char*, std::string_view>{"answered", "last answer"},
                                  {"registration", "registration"},
                                  {"registered_until", "registered until"},
                                  {"trouble", "last trouble"},
                                  {"calls_in", "calls in"},
                                  {"calls_out", "calls out"}})
    if (!text_at(now, key).empty()) more.emplace_back(name, text_at(now, key));
}

void object(const Json& r, std::ostream& out) {
  fmt::print(out, "{}\n\n", plain(named(r)));
  render_values(list_at(r, "values"), out);
  std::vector<std::pair<std::string_view, std::string>> more;
  if (r.contains("password")) more.emplace_back("password", r.value("password", false) ? "set" : "none");
  for (const char* key : {"currency", "prefixes", "lines", "pins"})
    if (r.contains(key)) more.emplace_back(key, text_at(r, key));
  if (text_at(r, "kind") == "trunk") add_health(r, more);
  facts(out, more);
  if (r.contains("text")) fmt::print(out, "\nAs it is written:\n\n");
  std::string_view text = r.contains("text") ? std::string_view(r["text"].get_ref<const std::string&>()) : "";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fmt::print(out, "  {}\n", plain(text.substr(0, end), 4'096));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void objects(const Json& r, std::ostream& out) {
  const bool trunks = text_at(r, "kind") == "trunk";
  Table table = trunks ? Table({"NAME", "HEALTH", "IN", "OUT", "VALUES"}) : Table({"NAME", "VALUES"});
  for (const Json& each : list_at(r, "objects")) {
    std::string values;
    const Json given = each.value("values", Json::object());
    for (const auto& [key, value] : given.items())
      values += fmt::format("{}{}={}", values.empty() ? "" : "  ", key, joined(value));
    if (each.value("built_in", false)) values += "  (built in)";
    if (each.contains("password")) values += each.value("password", false) ? "  password=set" : "  password=none";
    if (!trunks) {
      table.add({text_at(each, "name"), values});
      continue;
    }
    const Json now = each.value("now", Json::object());
    const std::string registration = text_at(now, "registration");
    table.add({text_at(each, "name"), health_text(each) + (registration.empty() ? "" : ", " + registration),
               text_at(now, "calls_in"), text_at(now, "calls_out"), values});
  }
  const std::string kind = text_at(r, "kind");
  if (table.empty())
    return fmt::print(out, "There is no {} yet. Make one: ringfence {} {} --help\n", kind, kind,
                      kind == "limit"                           ? "set"
                      : kind == "deck" || kind == "number-list" ? "import"
                                                                : "add");
  table.print(out);
}

void changes(const Json& r, std::ostream& out) {
  static constexpr std::pair<std::string_view, std::string_view> signs[] = {
      {"add", "+"}, {"change", "~"}, {"remove", "-"}, {"stay", "."}};
  std::size_t count = 0;
  for (const Json& change : list_at(r, "changes")) {
    const std::string what = text_at(change, "what");
    std::string_view sign = "?";
    for (const auto& [word, mark] : signs)
      if (word == what) sign = mark;
    if (what != "stay") ++count;
    fmt::print(out, "{} {}{}{}{}\n", sign, plain(named(change)),
               what == "stay" ? "  is not in the file and stays; --remove takes it away" : "",
               change.value("moved", false) ? "  stands elsewhere" : "",
               change.value("comments", false) ? "  comments only" : "");
    for (const Json& value : list_at(change, "values")) {
      const std::string before = text_at(value, "before"), after = text_at(value, "after");
      if (what == "add")
        fmt::print(out, "    {} = {}\n", plain(text_at(value, "key")), plain(after));
      else
        fmt::print(out, "    {}: {} -> {}\n", plain(text_at(value, "key")), before.empty() ? "-" : plain(before),
                   after.empty() ? "-" : plain(after));
    }
  }
  if (count == 0) fmt::print(out, "Nothing would change.\n");
}

void accounts(const Json& r, std::ostream& out) {
  if (list_at(r, "accounts").empty()) return;
  fmt::print(out, "\nNew accounts. The passwords are shown only now:\n\n");
  Table table({"EXTENSION", "REGISTRATION NAME", "PASSWORD"});
  for (const Json& each : list_at(r, "accounts"))
    table.add({text_at(each, "number"), text_at(each, "auth_name"), text_at(each, "password")});
  table.print(out);
}

void secrets(const Json& r, std::ostream& out) {
  if (list_at(r, "secrets").empty()) return;
  fmt::print(out, "\nNew secrets of webhooks. They are shown only now:\n\n");
  Table table({"CONTACT", "SECRET"});
  for (const Json& each : list_at(r, "secrets")) table.add({text_at(each, "name"), text_at(each, "secret")});
  table.print(out);
}

void route(const Json& r, std::ostream& out) {
  const std::string action = text_at(r, "action");
  const std::string place = text_at(r, "country");
  fmt::print(out, "{} dials {} at {}\n", plain(text_at(r, "from")), plain(text_at(r, "to")), plain(text_at(r, "at")));
  if (!text_at(r, "number").empty())
    fmt::print(out, "That is {}{}{}, {}.\n", plain(text_at(r, "number")), place.empty() ? "" : " in ", plain(place),
               plain(text_at(r, "class")));
  fmt::print(out, "\n");
  for (const Json& step : list_at(r, "steps"))
    fmt::print(out, "  {} {:<8} {}\n", step.value("passed", false) ? "yes" : "NO ", plain(text_at(step, "rule")),
               plain(text_at(step, "text")));
  fmt::print(out, "\n{}",
             action == "leave"       ? "The call may leave"
             : action == "emergency" ? "An emergency call: it leaves whatever else holds"
             : action == "inside"    ? "The call stays inside"
                                     : "The call is refused");
  if (!text_at(r, "route").empty() && action != "refuse") fmt::print(out, " by route {}", plain(text_at(r, "route")));
  if (!text_at(r, "why").empty()) fmt::print(out, ": {}", plain(text_at(r, "why")));
  fmt::print(out, ".\n");
  Table table({"TRUNK", "NUMBER THERE", "PRICE", "FEE"});
  for (const Json& way : list_at(r, "trunks")) {
    const std::string price = text_at(way, "price");
    table.add(
        {text_at(way, "trunk"), text_at(way, "called"),
         price.empty() ? "none" : fmt::format("{} {} per {} s", price, text_at(way, "currency"), text_at(way, "per_s")),
         text_at(way, "fee")});
  }
  if (!table.empty()) {
    fmt::print(out, "\n");
    table.print(out);
  }
}

void pins(const Json& r, std::ostream& out) {
  const std::string list = text_at(r, "list");
  const bool codes = text_at(r, "asks") == "account_code";
  Table table({codes ? "ACCOUNT CODE" : "ACCOUNT"});
  for (const Json& account : list_at(r, "accounts")) table.add({text_of(account)});
  if (table.empty())
    return fmt::print(out, "The list {} has no {} yet. Make one: ringfence pin add {} {}\n", plain(list),
                      codes ? "account code" : "PIN", plain(list), codes ? "4711" : "ACCOUNT");
  table.print(out);
}

/// What each level says, and what comes of it for each country.
void countries(const Json& r, std::ostream& out) {
  Table levels({"LEVEL", "ABROAD", "DENIED"});
  for (const Json& level : list_at(r, "levels")) {
    const std::string only = joined(level.value("only", Json::array()));
    const std::string denied = joined(level.value("denied", Json::array()));
    levels.add({text_at(level, "of"), only.empty() ? "any country" : "only " + only, denied.empty() ? "-" : denied});
  }
  levels.print(out);
  if (!text_at(r, "home").empty())
    fmt::print(out, "\nAt home in {}: whether its numbers may be called is a matter of reach.\n",
               plain(text_at(r, "home")));
  fmt::print(out, "\n");
  Table table({"COUNTRY", "STATE", "WHY"});
  for (const Json& each : list_at(r, "countries"))
    table.add({text_at(each, "country"), text_at(each, "state"), text_at(each, "why")});
  table.print(out);
}

}  // namespace

void render_values(const Json& values, std::ostream& out) {
  Table table({"KEY", "VALUE", "FROM", ""});
  for (const Json& each : values) {
    const std::string from = text_at(each, "from");
    const std::string value = joined(each.value("value", Json()));
    table.add({text_at(each, "key"), value.empty() ? "-" : value,
               from == "own"    ? "set here"
               : from == "all"  ? "set for all"
               : from == "role" ? "by its role"
                                : "default",
               text_at(each, "help")});
  }
  table.print(out);
}

bool render_object(std::string_view command, const Json& r, std::ostream& out) {
  if (command == "policy.export") {
    out << r.value("text", "");
    return true;
  }
  if (command == "policy.plan" || command == "policy.apply") {
    changes(r, out);
    render_tried(r, out);
    accounts(r, out);
    secrets(r, out);
    return true;
  }
  if (command == "route.test") {
    route(r, out);
    return true;
  }
  if (command == "pin.add" && r.contains("pin")) {
    fmt::print(out, "{}\n\n  {}\n\nIt is shown only now, and cannot be read again.\n", plain(text_at(r, "message")),
               plain(text_at(r, "pin")));
    return true;
  }
  if (command == "pin.list") {
    pins(r, out);
    return true;
  }
  if (command == "country.list") {
    countries(r, out);
    return true;
  }
  if (render_trial(command, r, out)) return true;
  const std::size_t dot = command.find('.');
  if (!document::kind_of_command(command.substr(0, dot)) || command.starts_with("extension.") || r.contains("message"))
    return false;
  command.ends_with(".list") ? objects(r, out) : object(r, out);
  return true;
}

}  // namespace rf::cli
