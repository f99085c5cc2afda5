#include "cli/render_trial.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <map>

#include "cli/table.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

constexpr std::size_t names_told = 8;

Json object_at(const Json& r, const char* key) {
  const auto found = r.find(key);
  return found == r.end() || !found->is_object() ? Json::object() : *found;
}

/// "1001, 1002 and 48 more".
std::string names_of(const Json& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size() && i < names_told; ++i) out += (i == 0 ? "" : ", ") + text_of(list[i]);
  if (list.size() > names_told) out += fmt::format(" and {} more", list.size() - names_told);
  return out;
}

std::string country_of(const Json& to) {
  const std::string country = text_at(to, "country");
  return country.empty() ? "no country" : country;
}

/// "GB fixed mobile; FR fixed".
std::string places_of(const Json& destinations) {
  std::map<std::string, std::string> kinds;
  for (const Json& to : destinations) kinds[country_of(to)] += " " + text_at(to, "class");
  std::string out;
  std::size_t told = 0;
  for (const auto& [country, classes] : kinds) {
    if (told++ == names_told) return out + fmt::format("; and {} countries more", kinds.size() - names_told);
    out += (out.empty() ? "" : "; ") + country + classes;
  }
  return out;
}

void findings(const Json& replay, std::ostream& out) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"refused", "would be refused"}, {"allowed", "would leave or come in"}, {"moved", "would ring elsewhere"}};
  for (const Json& finding : list_at(replay, "findings")) {
    const std::string what = text_at(finding, "what");
    std::string_view word = what;
    for (const auto& [name, text] : words)
      if (name == what) word = text;
    fmt::print(out, "  {} of {} {} ({}{})\n", text_at(finding, "calls"), plain(text_at(finding, "who")), word,
               what == "allowed" ? "was refused by " : "", plain(text_at(finding, "rule")));
    for (const Json& example : list_at(finding, "examples"))
      fmt::print(out, "      {}  {}  {}\n", plain(text_at(example, "at")), plain(text_at(example, "dialled")),
                 plain(text_at(example, "why")));
  }
  if (number_at(replay, "further") > 0)
    fmt::print(out, "  and {} calls more, of others or by other rules\n", text_at(replay, "further"));
}

void costs(const Json& rows, const std::string& title, std::ostream& out) {
  Table table({title, "BEFORE", "AFTER"});
  for (const Json& row : rows) table.add({text_at(row, "name"), text_at(row, "before"), text_at(row, "after")});
  if (table.empty()) return;
  fmt::print(out, "\n");
  table.print(out);
}

void replayed(const Json& replay, std::ostream& out) {
  fmt::print(out, "\n{} calls since {} were asked again{}: {} fare the same.\n", text_at(replay, "calls"),
             plain(text_at(replay, "since")),
             replay.value("cut", false) ? ", the newest; there are more, give a later --since" : "",
             text_at(replay, "unchanged"));
  findings(replay, out);
  const Json cost = object_at(replay, "cost");
  if (text_at(cost, "before") != text_at(cost, "after"))
    fmt::print(out, "They would have cost {} instead of {} {}.\n", text_at(cost, "after"), text_at(cost, "before"),
               plain(text_at(replay, "currency")));
  costs(list_at(replay, "by_caller"), "CALLER", out);
  costs(list_at(replay, "by_trunk"), "TRUNK", out);
}

std::string window_text(const Json& row, const char* key) {
  const auto one = [](const Json& value) { return value.is_null() ? std::string("unlimited") : text_of(value); };
  const Json window = object_at(row, key);
  const std::string before = one(window.value("before", Json(""))), after = one(window.value("after", Json("")));
  if (before == after) return before;
  return (before.empty() ? "-" : before) + " -> " + (after.empty() ? "-" : after);
}

void exposures(const Json& told, std::ostream& out) {
  Table table({"EXTENSION", "AN HOUR", "A DAY", "A MONTH"});
  for (const Json& row : list_at(told, "extensions"))
    table.add({text_at(row, "number"), window_text(row, "hour"), window_text(row, "day"), window_text(row, "month")});
  if (table.empty()) return;
  fmt::print(out, "\nThe most that a stolen password could cost:\n\n");
  table.print(out);
  if (number_at(told, "further") > 0) fmt::print(out, "and {} extensions more\n", text_at(told, "further"));
}

void reach(const Json& r, std::ostream& out) {
  Table table({"EXTENSIONS", "COUNTRY", "NUMBERS", "A MINUTE", "BY"});
  for (const Json& group : list_at(r, "callers")) {
    struct Row {
      std::string kinds, price, trunk;
      double per_min = -1;
    };
    std::map<std::string, Row> rows;
    for (const Json& way : list_at(group, "ways")) {
      Row& row = rows[country_of(way)];
      row.kinds += (row.kinds.empty() ? "" : " ") + text_at(way, "class");
      // Only for showing: the dearest of a country.
      const double per_min = std::strtod(text_at(way, "per_min").c_str(), nullptr);
      if (per_min <= row.per_min) continue;
      row.per_min = per_min;
      row.price = text_at(way, "per_min");
      row.trunk = text_at(way, "trunk");
    }
    for (const auto& [country, row] : rows)
      table.add({names_of(list_at(group, "extensions")), country, row.kinds, row.price, row.trunk});
  }
  if (table.empty())
    fmt::print(out, "No extension reaches a number that costs money.\n");
  else
    table.print(out);
  if (!list_at(r, "paths").empty()) fmt::print(out, "\nWithout a password of their own:\n");
  for (const Json& path : list_at(r, "paths")) fmt::print(out, "  {}\n", plain(text_at(path, "text"), 1'024));
  if (r.value("cut", false)) fmt::print(out, "  and more than can be told\n");
}

void emergency(const Json& r, std::ostream& out) {
  if (!r.value("emergency", false)) {
    std::string own;
    for (const Json& each : list_at(r, "own_numbers")) own += " " + text_of(each);
    return fmt::print(out, "{} is no emergency number of {}{}{}.\n", plain(text_at(r, "number")),
                      plain(text_at(r, "country").empty() ? "a country: none is set" : text_at(r, "country")),
                      own.empty() ? "" : ", and none of your own:", plain(own));
  }
  fmt::print(out, "{} from {} is an emergency call: no rule, limit or credit stops it. Nobody was called.\n",
             plain(text_at(r, "number")), plain(text_at(r, "from")));
  if (list_at(r, "trunks").empty())
    return fmt::print(out, "NO TRUNK can carry it: {}. Add one: ringfence trunk add --help\n",
                      plain(text_at(r, "why")));
  fmt::print(out, "\nThese trunks are tried, one after the other:\n\n");
  Table table({"TRUNK", "NUMBER THERE", "SHOWN AS", "WHEN IT IS FULL"});
  bool nobody = false;
  for (const Json& way : list_at(r, "trunks")) {
    const bool calls_back = way.value("calls_back", false);
    nobody = nobody || !calls_back;
    table.add({text_at(way, "trunk"), text_at(way, "called"), text_at(way, "from"),
               number_at(way, "calls_most") == 0
                   ? "it is never full"
                   : fmt::format("at {} calls the newest other one is ended", text_at(way, "calls_most"))});
  }
  table.print(out);
  if (nobody)
    fmt::print(out,
               "\nOn a trunk without a number nobody can call back. Give one: ringfence extension set {} --shown, or "
               "the trunk a number of its own\n",
               plain(text_at(r, "from")));
}

void inbound(const Json& r, std::ostream& out) {
  const std::string from = text_at(r, "from"), caller = text_at(r, "caller"), action = text_at(r, "action");
  fmt::print(out, "{} calls {} by the trunk {} at {}\n", from.empty() ? "Who shows no number" : plain(from),
             plain(text_at(r, "to")), plain(text_at(r, "trunk")), plain(text_at(r, "at")));
  fmt::print(out, "That is {} from {}.\n", plain(text_at(r, "called")), plain(caller));
  if (!list_at(r, "passed_over").empty()) fmt::print(out, "\nInbound routes that left it to the next one:\n\n");
  if (number_at(r, "further") != 0) fmt::print(out, "  {} more, and then\n", number_at(r, "further"));
  for (const Json& each : list_at(r, "passed_over"))
    fmt::print(out, "  {}: {}\n", plain(text_at(each, "route")), plain(text_at(each, "why")));
  if (!text_at(r, "route").empty())
    fmt::print(out, "\nThe inbound route {} takes it{}{}.\n", plain(text_at(r, "route")),
               text_at(r, "hours").empty() ? "" : ": ", plain(text_at(r, "hours")));
  fmt::print(out, "\n");
  for (const Json& step : list_at(r, "steps"))
    fmt::print(out, "  {} {:<8} {}\n", step.value("passed", false) ? "yes" : "NO ", plain(text_at(step, "rule")),
               plain(text_at(step, "text")));
  const std::string group = text_at(r, "ring_group"), last = names_of(list_at(r, "ways"));
  if (action == "announcement")
    fmt::print(out, "\nThe caller hears the announcement {}", plain(text_at(r, "announcement")));
  else if (action == "ring" && !group.empty() && list_at(r, "ways").size() == 1)
    fmt::print(out, "\nThe ring group {} rings ({})", plain(group), plain(names_of(list_at(r, "members"))));
  else if (action == "ring")
    fmt::print(out, "\nIt rings at {}", plain(last));
  else if (action == "leave")
    fmt::print(out, "\nIt leaves again: {}", plain(last));
  else
    fmt::print(out, "\nThe call is refused");
  fmt::print(out, ": {}.\n", plain(text_at(r, "why")));
}

}  // namespace

void render_tried(const Json& r, std::ostream& out) {
  if (r.contains("replay")) replayed(object_at(r, "replay"), out);
  exposures(object_at(r, "exposures"), out);
  if (!list_at(r, "reach").empty()) fmt::print(out, "\nNewly within reach, for money:\n");
  for (const Json& group : list_at(r, "reach"))
    fmt::print(out, "  {}: {}\n", plain(names_of(list_at(group, "extensions"))),
               plain(places_of(list_at(group, "destinations")), 1'024));
}

bool render_trial(std::string_view command, const Json& answer, std::ostream& out) {
  if (command == "reach")
    reach(answer, out);
  else if (command == "inbound.test")
    inbound(answer, out);
  else if (command == "emergency.test")
    emergency(answer, out);
  else
    return false;
  return true;
}

}  // namespace rf::cli
