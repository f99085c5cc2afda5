#include "cli/render_guard.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/cells.hpp"
#include "cli/table.hpp"
#include "cli/when.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

void bans(const Json& r, std::ostream& out) {
  Table table({"BLOCK", "RULE", "SINCE", "UNTIL", "BEFORE", "PROVEN", "EVIDENCE"});
  for (const Json& b : list_at(r, "bans"))
    table.add({text_at(b, "block"), text_at(b, "rule"), show_when(number_at(b, "since_ms")),
               show_when(number_at(b, "until_ms")), text_at(b, "bans_before"), text_at(b, "proven"),
               text_at(b, "evidence")});
  if (table.empty()) return fmt::print(out, "Nobody is banned.\n");
  table.print(out);
}

void access(const Json& r, std::ostream& out) {
  Table table({"BLOCK", "ACTION", "UNTIL", "NOTE"});
  for (const Json& e : list_at(r, "access"))
    table.add({text_at(e, "block"), text_at(e, "action") + (e.value("forced", false) ? " (forced)" : ""),
               number_at(e, "until_ms") == 0 ? "for good" : show_when(number_at(e, "until_ms")), text_at(e, "note")});
  if (table.empty()) return fmt::print(out, "Nothing was allowed or blocked by command.\n");
  table.print(out);
}

void explain(const Json& r, std::ostream& out) {
  fmt::print(out, "{}: {}\n\n", plain(text_at(r, "address")), plain(text_at(r, "state")));
  std::vector<std::pair<std::string_view, std::string>> rows;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) rows.emplace_back(name, std::move(value));
  };
  add("protected as", text_at(r, "protected_as"));
  add("country", text_at(r, "country"));
  if (const auto entry = r.find("access"); entry != r.end())
    add("access list",
        fmt::format("{} {} {}", text_at(*entry, "action"), text_at(*entry, "block"), text_at(*entry, "note")));
  if (const auto ban = r.find("ban"); ban != r.end()) {
    add("ban", fmt::format("{} by {}", text_at(*ban, "block"), text_at(*ban, "rule")));
    add("evidence", text_at(*ban, "evidence"));
    add("from", text_at(*ban, "since"));
    add("until", text_at(*ban, "until"));
    add("bans before", text_at(*ban, "bans_before"));
    add("enforced in", text_at(r, "enforced_in"));
  }
  if (r.value("known", false)) {
    add("last heard", text_at(r, "last_heard"));
    add("receives what we send", text_at(r, "proven"));
    add("throttled until", text_at(r, "throttled_until"));
    add("credentials work until", text_at(r, "credentials_work_until"));
    add("last caught by", text_at(r, "last_rule"));
    add("which means", text_at(r, "last_rule_about"));
    add("phones registered there", text_at(r, "registered_ports"));
    add("ports blocked there", text_at(r, "blocked_ports"));
    add("accounts locked for it", text_at(r, "locked_accounts"));
  }
  facts(out, rows);
  Table table({"COUNTED BY", "SEEN", "LIMIT", "IN"});
  for (const Json& c : list_at(r, "counts"))
    table.add({text_at(c, "rule"), text_at(c, "seen"), text_at(c, "limit"), show_duration(number_at(c, "period_s"))});
  if (table.empty()) return;
  out << '\n';
  table.print(out);
}

/// What is another than with most rules: that it is off, that a command made it what it is.
std::string state_of(const Json& rule) {
  return std::string(rule.value("enabled", true) ? "" : " (off)") +
         (list_at(rule, "by_command").empty() ? "" : " (by command)");
}

void rule(const Json& r, std::ostream& out) {
  std::string keys;
  for (const Json& key : list_at(r, "by_command")) keys += (keys.empty() ? "" : ", ") + text_of(key);
  fmt::print(out, "{}: {}\n\n", plain(text_at(r, "name")), r.value("enabled", true) ? "on" : "off");
  std::vector<std::pair<std::string_view, std::string>> rows;
  if (r.contains("threshold"))
    rows = {{"about", text_at(r, "about")},
            {"counts", (r.value("distinct", false) ? "different " : "") + text_at(r, "signals")},
            {"limit", text_at(r, "threshold") + " in " + show_duration(number_at(r, "period_s"))},
            {"then", text_at(r, "then") + " for " + show_duration(number_at(r, "duration_s"))}};
  rows.emplace_back("by command", keys);
  facts(out, rows);
}

void rules(const Json& r, std::ostream& out) {
  if (!r.value("enabled", true)) fmt::print(out, "The guard is off (guard.enabled).\n\n");
  if (r.value("strict", false))
    fmt::print(out, "Strict: forged packets can get anybody banned who is not protected (guard.strict).\n\n");
  Table table({"RULE", "LIMIT", "IN", "THEN", "FOR", "COUNTS", "ABOUT"});
  for (const Json& c : list_at(r, "rules"))
    table.add({text_at(c, "name") + state_of(c), text_at(c, "threshold"),
               show_duration(number_at(c, "period_s")), text_at(c, "then"), show_duration(number_at(c, "duration_s")),
               (c.value("distinct", false) ? "different " : "") + text_at(c, "signals"), text_at(c, "about")});
  table.print(out);
  fmt::print(out, "\nStatic rules, the first that fits decides:\n");
  for (const Json& line : list_at(r, "defence")) fmt::print(out, "  {}\n", plain(text_of(line)));
  const Json resolved = r.value("resolved", Json::object());
  for (const auto& [name, addresses] : resolved.items())
    fmt::print(out, "  {} is now {}\n", plain(name), plain(text_of(addresses), 1'024));
  std::string prints;
  for (const Json& print : list_at(r, "fingerprints"))
    prints += " " + text_at(print, "name") + state_of(print);
  fmt::print(out, "\nKnown handwriting:{}\n", plain(prints));
}

std::string database_of(const Json& r) {
  const Json database = r.value("database", Json::object());
  if (!text_at(database, "problem").empty()) return text_at(database, "problem");
  return fmt::format("{} of {}, {} ranges", text_at(database, "file"), text_at(database, "built"),
                     text_at(database, "ranges"));
}

void countries(const Json& r, std::ostream& out) {
  fmt::print(out, "{}\n\n", plain(text_at(r, "state")));
  facts(out, {{"of the file", text_at(r, "of_the_file")},
              {"of commands", text_at(r, "of_commands")},
              {"unknown countries", r.value("unknown_allowed", false) ? "pass" : "do not pass"},
              {"database", database_of(r)}});
}

void geo(const Json& r, std::ostream& out) {
  const std::string country = text_at(r, "country");
  fmt::print(out, "{}: {}; {}, {}\n\n", plain(text_at(r, "address")),
             country.empty() ? "country unknown" : plain(country), r.value("passes", false) ? "passes" : "is dropped",
             plain(text_at(r, "why")));
  facts(out, {{"database", database_of(r)}});
}

void stats(const Json& r, std::ostream& out) {
  const auto table_of = [&](const char* key, const char* head) {
    Table table({head, "TIMES"});
    const Json counted = r.value(key, Json::object());
    for (const auto& [name, value] : counted.items())
      if (value.is_number() && value.get<std::uint64_t>() > 0) table.add({name, text_of(value)});
    if (table.empty()) return;
    table.print(out);
    out << '\n';
  };
  table_of("verdicts", "VERDICTS");
  table_of("fired", "RULES THAT FIRED");
  facts(out, {{"sources", text_at(r, "sources") + " of " + text_at(r, "sources_room")},
              {"sources forgotten", text_at(r, "sources_forgotten")},
              {"ports", text_at(r, "ports")},
              {"sources with an account", text_at(r, "pairs")},
              {"accounts named", text_at(r, "accounts")},
              {"bans", text_at(r, "bans") + " of " + text_at(r, "bans_room")},
              {"events lost", text_at(r, "events_lost")},
              {"bytes when full", text_at(r, "bytes_when_full")}});
}

}  // namespace

void render_guard(std::string_view command, const Json& r, std::ostream& out) {
  if (command == "bans") return bans(r, out);
  if (command == "access") return access(r, out);
  if (command == "explain") return explain(r, out);
  if (command == "rules") return rules(r, out);
  if (command == "rule.show") return rule(r, out);
  if (command == "country.list") return countries(r, out);
  if (command == "export") {
    // Lines of our own making, to be read again: only what could drive a terminal is changed.
    const std::string text = text_at(r, "text");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      fmt::print(out, "{}\n", plain(text.substr(at, end - at), 4'096));
      at = end + 1;
    }
    return;
  }
  if (command == "geo") return geo(r, out);
  if (command == "stats") return stats(r, out);
  if (command == "test") {
    fmt::print(out, "{}: {}\n", plain(text_at(r, "action")), plain(text_at(r, "text")));
    if (!text_at(r, "rule").empty()) fmt::print(out, "  rule  {}\n", plain(text_at(r, "rule")));
    return;
  }
  for (const char* key : {"agents", "decoys"})
    for (const Json& one : list_at(r, key))
      fmt::print(out, "{}\n",
                 plain(one.is_object() ? text_at(one, "where") + " " + text_at(one, "name") : text_of(one)));
}

}  // namespace rf::cli
