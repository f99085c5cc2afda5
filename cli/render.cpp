#include "cli/render.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>

#include "cli/cells.hpp"
#include "cli/render_events.hpp"
#include "cli/render_guard.hpp"
#include "cli/render_links.hpp"
#include "cli/render_objects.hpp"
#include "cli/render_people.hpp"
#include "cli/render_trace.hpp"
#include "cli/table.hpp"
#include "cli/when.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

void account(const Json& r, std::ostream& out) {
  facts(out, {{"registration name", text_at(r, "auth_name")},
              {"password", text_at(r, "password")},
              {"realm", text_at(r, "realm")}});
  if (r.contains("password"))
    fmt::print(out, "\nThe password is shown only now. Lost it? ringfence extension reset-password {}\n",
               plain(text_at(r, "number")));
}

void extension(const Json& r, std::ostream& out) {
  std::string permitted;
  for (const Json& block : list_at(r, "permitted")) permitted += (permitted.empty() ? "" : ", ") + text_of(block);
  facts(out, {{"number", text_at(r, "number")},
              {"name", text_at(r, "name")},
              {"registration name", text_at(r, "auth_name")},
              {"enabled", text_at(r, "enabled")},
              {"remote", text_at(r, "remote")},
              {"MD5 allowed", text_at(r, "md5")},
              {"phones at once", text_at(r, "registrations")},
              {"one too many", text_at(r, "newcomer")},
              {"calls at once", text_at(r, "calls")},
              {"from outside", r.value("encrypted", false) ? "over TLS only" : "as it likes"},
              {"phones", text_at(r, "agent").empty() ? "any" : text_at(r, "agent")},
              {"permitted addresses", permitted.empty() ? "any" : permitted},
              {"countries", text_at(r, "countries").empty() ? "any" : text_at(r, "countries")}});
  if (!list_at(r, "calls_out").empty()) {
    fmt::print(out, "\nIts calls outside; what they may cost: ringfence limit show extension.{}\n\n",
               plain(text_at(r, "number")));
    render_values(list_at(r, "calls_out"), out);
  }
}

void extensions(const Json& r, std::ostream& out) {
  Table table({"NUMBER", "NAME", "REGISTRATION NAME", "ENABLED", "REMOTE", "PHONES", "CALLS"});
  for (const Json& e : list_at(r, "extensions"))
    table.add({text_at(e, "number"), text_at(e, "name"), text_at(e, "auth_name"), text_at(e, "enabled"),
               text_at(e, "remote"), text_at(e, "registrations") + " " + text_at(e, "newcomer"), text_at(e, "calls")});
  if (table.empty()) return fmt::print(out, "No extensions yet. Add one: ringfence extension add 1001\n");
  table.print(out);
}

void registrations(const Json& r, std::ostream& out) {
  Table table({"NUMBER", "FROM", "TRANSPORT", "EXPIRES IN", "USER AGENT", "CONTACT KEY"});
  for (const Json& b : list_at(r, "registrations"))
    table.add({text_at(b, "number"), text_at(b, "remote") + (b.value("connected", true) ? "" : " (connection lost)"),
               text_at(b, "transport"),
               show_duration(number_at(b, "expires_in_s")), text_at(b, "user_agent"), text_at(b, "key")});
  if (table.empty()) return fmt::print(out, "No phone is registered.\n");
  table.print(out);
}

/// "sdes/dtls": of the caller's and the callee's leg.
std::string encryption_of(const Json& call) {
  std::string out;
  for (const Json& leg : list_at(call, "media")) out.append(out.empty() ? "" : "/").append(text_at(leg, "encryption"));
  return out;
}

/// "sdes AES_256_CM_HMAC_SHA1_80/none"
std::string encryption_with_suites(const Json& call) {
  std::string out;
  for (const Json& leg : list_at(call, "media")) {
    const std::string suite = text_at(leg, "suite");
    out.append(out.empty() ? "" : "/").append(text_at(leg, "encryption"));
    if (!suite.empty()) out.append(" ").append(suite);
  }
  return out;
}

/// "caller: 120 from strangers, 64 without proof; callee: 3 heard before", as the log says it; empty: nothing.
std::string refused_of(const Json& call) {
  static constexpr std::array<std::pair<const char*, std::string_view>, 4> kinds{
      {{"refused_source", "from strangers"},
       {"refused_proof", "without proof"},
       {"refused_replay", "heard before"},
       {"refused_shape", "not continuing its stream"}}};
  std::string out;
  const Json& legs = list_at(call, "media");
  for (std::size_t i = 0; i < legs.size() && i < 2; ++i) {
    std::string here;
    for (const auto& [key, words] : kinds)
      if (const auto count = number_at(legs[i], key); count > 0)
        here += fmt::format("{}{} {}", here.empty() ? "" : ", ", count, words);
    if (!here.empty()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", i == 0 ? "caller" : "callee", here);
  }
  return out;
}

/// "4.4/-": a figure of both legs, where it is known.
std::string figures_of(const Json& call, const char* key) {
  std::string out;
  for (const Json& leg : list_at(call, "media")) {
    const std::string figure = text_at(leg, key);
    out.append(out.empty() ? "" : "/").append(figure.empty() ? "-" : figure);
  }
  return out;
}

/// Whether some call was relayed by somebody else than us, or should have been.
bool any_elsewhere(const Json& list) {
  return std::any_of(list.begin(), list.end(), [](const Json& call) {
    const std::string engine = text_at(call, "engine");
    return !engine.empty() && engine != "relay";
  });
}

void calls(const Json& r, std::ostream& out) {
  const Json& listed = list_at(r, "calls");
  const bool elsewhere = any_elsewhere(listed);
  const bool refused = std::any_of(listed.begin(), listed.end(), [](const Json& c) { return !refused_of(c).empty(); });
  std::vector<std::string> head{"ID", "STATE", "CALLER", "DIALLED", "SINCE", "LENGTH", "MEDIA"};
  if (elsewhere) head.emplace_back("RELAYED BY");
  if (refused) head.emplace_back("PACKETS REFUSED");
  Table table(std::move(head));
  for (const Json& c : listed) {
    std::vector<std::string> row{text_at(c, "id"),
                                 text_at(c, "state"),
                                 text_at(c, "caller"),
                                 text_at(c, "dialled"),
                                 show_when(number_at(c, "started_ms")),
                                 show_duration(number_at(c, "duration_s")),
                                 encryption_with_suites(c)};
    if (elsewhere) row.push_back(text_at(c, "engine"));
    if (refused) row.push_back(refused_of(c));
    table.add(std::move(row));
  }
  if (table.empty()) return fmt::print(out, "No call is running.\n");
  table.print(out);
}

void cdrs(const Json& r, std::ostream& out) {
  const auto some = [&](const char* key) {
    const auto& all = list_at(r, "cdrs");
    return std::any_of(all.begin(), all.end(), [&](const Json& c) { return !text_at(c, key).empty(); });
  };
  // Few calls have these.
  const bool accounts = some("account"), sent_on = some("via");
  const auto& listed = list_at(r, "cdrs");
  const bool encrypted = std::any_of(listed.begin(), listed.end(), [](const Json& c) {
    const std::string words = encryption_of(c);
    return !words.empty() && words != "none/none";
  });
  std::vector<std::string> head{"STARTED", "CALLER", "DIALLED", "RESULT", "TALKED", "ENDED BY", "STATUS", "MOS"};
  if (encrypted) head.emplace_back("MEDIA");
  const bool elsewhere = any_elsewhere(listed);
  if (elsewhere) head.emplace_back("RELAYED BY");
  if (accounts) head.emplace_back("ACCOUNT");
  if (sent_on) head.emplace_back("VIA");
  head.emplace_back("ID");
  Table table(std::move(head));
  for (const Json& c : list_at(r, "cdrs")) {
    const std::string times = number_at(c, "attempts") > 1 ? " x" + text_at(c, "attempts") : std::string();
    std::vector<std::string> row{show_when(number_at(c, "started_ms")),
                                 text_at(c, "caller"),
                                 text_at(c, "dialled"),
                                 text_at(c, "result") + times,
                                 show_duration(number_at(c, "talked_s")),
                                 text_at(c, "ended_by"),
                                 text_at(c, "sip_status"),
                                 figures_of(c, "mos")};
    if (encrypted) row.push_back(encryption_of(c));
    if (elsewhere) row.push_back(text_at(c, "engine"));
    if (accounts) row.push_back(text_at(c, "account"));
    if (sent_on) row.push_back(text_at(c, "via"));
    row.push_back(text_at(c, "id"));
    table.add(std::move(row));
  }
  if (table.empty()) return fmt::print(out, "No call records fit.\n");
  table.print(out);
}

void cdr(const Json& r, std::ostream& out) {
  const std::string cost = text_at(r, "cost");
  facts(out, {{"id", text_at(r, "id")},
              {"from", text_at(r, "caller")},
              {"dialled", text_at(r, "dialled")},
              {"number", text_at(r, "called")},
              {"callee", text_at(r, "callee")},
              {"via", text_at(r, "via")},
              {"started", text_at(r, "started")},
              {"answered", text_at(r, "answered")},
              {"ended", text_at(r, "ended")},
              {"talked", show_duration(number_at(r, "talked_s"))},
              {"result", text_at(r, "result")},
              {"reason", text_at(r, "reason")},
              {"ended by", text_at(r, "ended_by")},
              {"status", text_at(r, "sip_status")},
              {"route", text_at(r, "route")},
              {"trunk in", text_at(r, "trunk_in")},
              {"trunk out", text_at(r, "trunk_out")},
              {"price", text_at(r, "price")},
              {"cost", cost.empty() ? cost : cost + " " + text_at(r, "currency")},
              {"account", text_at(r, "account")},
              {"media", encryption_with_suites(r)},
              {"MOS", figures_of(r, "mos")},
              {"packets lost", figures_of(r, "lost")},
              {"packets refused", refused_of(r)}});
  const Json& steps = list_at(r, "decision");
  if (steps.empty()) return fmt::print(out, "\nNo rule about calls outside was asked.\n");
  fmt::print(out, "\n");
  for (const Json& step : steps)
    fmt::print(out, "  {} {:<8} {}\n", step.value("passed", false) ? "yes" : "NO ", plain(text_at(step, "rule")),
               plain(text_at(step, "text")));
}

/// "900 s"; nothing where nothing is said.
std::string with_unit(const Json& setting, const char* key) {
  const std::string value = text_at(setting, key), unit = text_at(setting, "unit");
  return value.empty() ? "(none)" : unit.empty() ? value : value + " " + unit;
}

void settings(const Json& r, std::ostream& out) {
  Table table({"KEY", "VALUE", "FROM", "MEANING"});
  for (const Json& s : list_at(r, "settings"))
    table.add({text_at(s, "name"), with_unit(s, "value") + (s.value("waits", false) ? " (at the next start)" : ""),
               text_at(s, "source"), text_at(s, "meaning")});
  table.print(out);
}

void setting(const Json& r, std::ostream& out) {
  std::string takes = text_at(r, "type");
  if (r.contains("least")) takes += fmt::format(" from {} to {}", text_at(r, "least"), text_at(r, "most"));
  std::string words;
  for (const Json& word : list_at(r, "words")) words += (words.empty() ? " of " : ", ") + text_of(word);
  facts(out, {{"key", text_at(r, "name")},
              {"means", text_at(r, "meaning")},
              {"takes", takes + words},
              {"value", with_unit(r, "value")},
              {"which comes from", text_at(r, "source")},
              {"without a command", with_unit(r, "file")},
              {"standing value", with_unit(r, "standing")},
              {"taken over", r.value("restart", false) ? "by a start" : "at once"}});
}

void ports(const Json& r, std::ostream& out) {
  Table table({"SERVICE", "PROTOCOL", "ADDRESS", "PORT", "STATE"});
  for (const Json& p : list_at(r, "ports"))
    table.add({text_at(p, "service"), text_at(p, "protocol"), text_at(p, "address"), text_at(p, "port"),
               text_at(p, "state")});
  table.print(out);
}

void certificate(const Json& r, std::ostream& out) {
  std::string names;
  for (const Json& name : list_at(r, "names")) names += (names.empty() ? "" : ", ") + text_of(name);
  const Json acme = r.value("acme", Json::object());
  std::vector<std::pair<std::string_view, std::string>> rows{
      {"from", text_at(r, "source")},   {"subject", text_at(r, "subject")},
      {"issuer", text_at(r, "issuer")}, {"names", names},
      {"begins", text_at(r, "begins")}, {"ends", text_at(r, "ends")},
      {"file", text_at(r, "file")}};
  if (!acme.empty()) {
    rows.emplace_back("authority", text_at(acme, "directory"));
    rows.emplace_back("asked next", text_at(acme, "next"));
    rows.emplace_back("failures", text_at(acme, "failures"));
    rows.emplace_back("trouble", text_at(acme, "trouble"));
  }
  facts(out, rows);
}

void media_servers(const Json& r, std::ostream& out) {
  if (text_at(r, "engine") == "relay")
    return fmt::print(out, "Calls are relayed by this server; see [media] engine in the configuration.\n");
  fmt::print(out, "Calls are relayed by these servers{}.\n",
             text_at(r, "fallback") == "relay" ? ", and by this one where they cannot"
                                               : "; without one they are refused");
  Table table({"SERVER", "STATE", "WEIGHT", "STREAMS OF CALLS", "READY", "WHY"});
  for (const Json& s : list_at(r, "servers"))
    table.add({text_at(s, "address"), text_at(s, "state"), text_at(s, "weight"), text_at(s, "calls"),
               text_at(s, "ready"), text_at(s, "why")});
  if (!table.empty()) table.print(out);
}

void status(const Json& r, std::ostream& out) {
  fmt::print(out, "Ringfence {} runs since {} ({}){}\n\n", plain(text_at(r, "version")),
             show_when(number_at(r, "started_ms")), show_duration(number_at(r, "uptime_s")),
             r.value("stopping", false) ? ", stopping" : "");
  Table listeners({"LISTENER", "ADDRESS", "STATE"});
  for (const Json& l : list_at(r, "listeners"))
    listeners.add({text_at(l, "transport"), text_at(l, "address"), text_at(l, "state")});
  listeners.print(out);
  if (const auto seen = r.find("public_address"); seen != r.end()) {
    const std::string address = text_at(*seen, "address");
    fmt::print(out, "\nSeen from outside at {} ({})\n", address.empty() ? "no known address" : plain(address),
               plain(text_at(*seen, "from")));
  }
  if (const auto enforcement = r.find("enforcement"); enforcement != r.end()) {
    const std::string why = text_at(*enforcement, "why");
    fmt::print(out, "\nRefusals are enforced by {}{}{}\n", plain(text_at(*enforcement, "means")),
               why.empty() ? "" : ": ", plain(why));
  }
  out << '\n';
  Table limits({"LIMIT", "USED", "OF"});
  for (const Json& l : list_at(r, "limits")) limits.add({text_at(l, "name"), text_at(l, "used"), text_at(l, "limit")});
  limits.print(out);
  out << '\n';
  Table counters({"COUNTED SINCE START", ""});
  const Json counted = r.value("counters", Json::object());
  for (const auto& [name, value] : counted.items()) counters.add({name, text_of(value)});
  counters.print(out);
  for (const Json& warning : list_at(r, "warnings")) fmt::print(out, "\nwarning: {}\n", plain(text_of(warning)));
}

/// "0.61 + 0.70 of 10.00": spent, reserved, and the cap.
std::string spent_text(const Json& period) {
  std::string out = text_at(period, "spent");
  if (const std::string reserved = text_at(period, "reserved"); reserved != "0.00") out += " + " + reserved;
  if (const std::string limit = text_at(period, "limit"); !limit.empty()) out += " of " + limit;
  return out;
}

void spending(const Json& r, std::ostream& out) {
  Table table({"ACCOUNT", "TODAY", "LEFT", "THIS MONTH", "LEFT", "CREDIT", "CALLS"});
  for (const Json& each : list_at(r, "accounts")) {
    const Json today = each.value("today", Json::object()), month = each.value("month", Json::object());
    std::string name = text_at(each, "level");
    if (const std::string which = text_at(each, "name"); !which.empty()) name += " " + which;
    if (each.value("locked", false)) name += " (locked)";
    table.add({name, spent_text(today), text_at(today, "left"), spent_text(month), text_at(month, "left"),
               text_at(each, "credit"), text_at(each, "calls")});
  }
  if (table.empty()) return fmt::print(out, "Nothing was spent yet.\n");
  table.print(out);
  fmt::print(out, "\nIn {}: spent + reserved by running calls, of the cap.\n", plain(text_at(r, "currency")));
}

/// "12.00 (day of extension.1001)".
std::string held_text(const Json& window) {
  const std::string rule = text_at(window, "text");
  const std::string amount =
      window.value("amount", Json()).is_string() ? text_at(window, "amount") : std::string("without bound");
  return rule.empty() ? amount : fmt::format("{} ({})", amount, rule);
}

void exposure_of_one(const Json& r, std::ostream& out) {
  if (const std::string why = text_at(r, "why"); !why.empty()) fmt::print(out, "Nothing: {}.\n", plain(why));
  if (const Json dearest = r.value("dearest", Json()); dearest.is_object())
    fmt::print(out, "The dearest within reach: {} by {} at {} a minute and {} a call.\n",
               plain(text_at(dearest, "prefix")), plain(text_at(dearest, "trunk")), plain(text_at(dearest, "per_min")),
               plain(text_at(dearest, "fee")));
  std::string guarded;
  for (const Json& route : list_at(r, "asks_for_pin")) guarded += (guarded.empty() ? "" : ", ") + text_of(route);
  if (!guarded.empty())
    fmt::print(out, "A PIN is asked for by: {}. It counts as if the thief knew one.\n", plain(guarded));
  const Json halving = r.value("halving", Json());
  if (!halving.is_object()) return;
  fmt::print(out, "To halve the month: {} of {} from {} to {}, then it is {}.\n", plain(text_at(halving, "rule")),
             plain(text_at(halving, "limit")), plain(text_at(halving, "from")), plain(text_at(halving, "to")),
             plain(text_at(halving, "month")));
  if (const std::string command = text_at(halving, "command"); !command.empty())
    fmt::print(out, "\n  {}\n", plain(command));
}

void exposure(const Json& r, std::ostream& out) {
  Table table({"EXTENSION", "AN HOUR", "A DAY", "A MONTH"});
  const auto& all = list_at(r, "extensions");
  for (const Json& each : all)
    table.add({text_at(each, "number"), held_text(each.value("hour", Json::object())),
               held_text(each.value("day", Json::object())), held_text(each.value("month", Json::object()))});
  table.print(out);
  fmt::print(out, "\nIn {}: the most that a stolen password could cost in any 60 minutes, 24 hours, 31 days.\n",
             plain(text_at(r, "currency")));
  if (all.size() == 1) exposure_of_one(all.front(), out);
}

void audit_log(const Json& r, std::ostream& out) {
  Table table({"NUMBER", "WHEN", "WHO", "KIND", "WHAT", "OUTCOME"});
  for (const Json& each : list_at(r, "entries"))
    table.add({text_at(each, "number"), text_at(each, "at"), text_at(each, "actor"), text_at(each, "kind"),
               text_at(each, "action"), text_at(each, "outcome")});
  table.print(out);
}

void habits(const Json& r, std::ostream& out) {
  Table table({"WHO", "DAYS KNOWN", "CALLS TODAY"});
  for (const Json& each : list_at(r, "subjects"))
    table.add({text_at(each, "level") + " " + text_at(each, "name"), text_at(each, "days"),
               text_at(each, "calls_today")});
  table.print(out);
  for (const Json& each : list_at(r, "subjects")) {
    const auto& lines = list_at(each, "lines");
    if (!lines.empty()) fmt::print(out, "\n{} {}\n", plain(text_at(each, "level")), plain(text_at(each, "name")));
    for (const Json& line : lines) fmt::print(out, "  {}\n", plain(text_of(line)));
  }
  const auto& told = list_at(r, "told");
  fmt::print(out, "\n{}\n", told.empty() ? "No call was unusual lately." : "Unusual calls, the newest first:");
  for (const Json& each : told)
    fmt::print(out, "  {}  {}  {} to {}: {}\n", plain(text_at(each, "at")), plain(text_at(each, "action")),
               plain(text_at(each, "extension")), plain(text_at(each, "number")), plain(text_at(each, "text")));
}

}  // namespace

void render(std::string_view command, const Json& r, std::ostream& out) {
  if (command == "extension.add") {
    fmt::print(out, "Extension {} is there.\n\n", plain(text_at(r, "number")));
    account(r, out);
  } else if (command == "extension.reset-password") {
    fmt::print(out, "Extension {} has a new password; its phones have to register again.\n\n",
               plain(text_at(r, "number")));
    account(r, out);
    if (r.contains("calls_ended")) fmt::print(out, "\nCalls that were ended: {}\n", plain(text_at(r, "calls_ended")));
    for (const Json& warning : list_at(r, "warnings")) fmt::print(out, "\nwarning: {}\n", plain(text_of(warning)));
  } else if (command == "extension.list") {
    extensions(r, out);
  } else if (command == "extension.show" || command == "extension.set") {
    extension(r, out);
  } else if (command == "registration.list") {
    registrations(r, out);
  } else if (command == "call.list") {
    calls(r, out);
  } else if (command == "cdr.list") {
    cdrs(r, out);
  } else if (command == "cdr.show") {
    cdr(r, out);
  } else if (command == "audit-log.list") {
    audit_log(r, out);
  } else if (command == "audit-log.export") {
    out << r.value("text", "");
  } else if (command.starts_with("trace.")) {
    render_trace(command, r, out);
  } else if (command == "spend.list") {
    spending(r, out);
  } else if (command == "exposure") {
    exposure(r, out);
  } else if (command == "pattern.list" || command == "pattern.show") {
    habits(r, out);
  } else if (command == "setting.list") {
    settings(r, out);
  } else if (command == "setting.show") {
    setting(r, out);
  } else if (command == "ports") {
    ports(r, out);
  } else if (command == "media.list") {
    media_servers(r, out);
  } else if (command == "certificate.show") {
    certificate(r, out);
  } else if (command == "firewall.show" || command == "certificate.authority") {
    out << r.value("text", "");
  } else if (command == "extension.link") {
    render_link(r, out);
  } else if (command == "extension.devices") {
    render_devices(r, out);
  } else if (command == "extension.device.remove") {
    render_removed_device(r, out);
  } else if (command == "status") {
    status(r, out);
  } else if (render_object(command, r, out) || render_people(command, r, out) || render_event(command, r, out)) {
    // written
  } else if (command.starts_with("guard.") && !r.contains("message")) {
    render_guard(command.substr(6), r, out);
  } else {
    fmt::print(out, "{}\n", plain(text_at(r, "message")));
  }
  for (const Json& note : list_at(r, "notes")) fmt::print(out, "note: {}\n", plain(text_of(note)));
}

void render_cdrs_csv(const Json& result, std::ostream& out) {
  static constexpr const char* columns[] = {"id",
                                            "started",
                                            "answered",
                                            "ended",
                                            "caller",
                                            "dialled",
                                            "callee",
                                            "result",
                                            "ended_by",
                                            "talked_s",
                                            "sip_status",
                                            "reason",
                                            "caller_transport",
                                            "callee_transport",
                                            "caller_address",
                                            "attempts",
                                            "called",
                                            "route",
                                            "trunk_in",
                                            "trunk_out",
                                            "price",
                                            "currency",
                                            "reserved",
                                            "cost",
                                            "payer",
                                            "cut_reason",
                                            "account",
                                            "via",
                                            "engine",
                                            "media"};
  Table table({std::begin(columns), std::end(columns)});
  for (const Json& cdr : list_at(result, "cdrs")) {
    std::vector<std::string> row;
    for (const char* const column : columns)
      row.push_back(column == std::string_view("media") ? encryption_with_suites(cdr) : text_at(cdr, column));
    table.add(std::move(row));
  }
  table.print_csv(out);
}

void render_setup(const Json& r, std::ostream& out) {
  const bool fresh = !list_at(r, "created").empty();
  fmt::print(out, "{} in {}\n\n", fresh ? "Ringfence is set up" : "Everything is there already, nothing was changed",
             plain(text_at(r, "data_dir")));
  if (fresh) {
    fmt::print(out, "Accounts for phones. The passwords are shown only now:\n\n");
    Table table({"EXTENSION", "REGISTRATION NAME", "PASSWORD"});
    for (const Json& e : list_at(r, "created"))
      table.add({text_at(e, "number"), text_at(e, "auth_name"), text_at(e, "password")});
    table.print(out);
    out << '\n';
  }
  if (!list_at(r, "kept").empty()) {
    std::string kept;
    for (const Json& e : list_at(r, "kept"))
      kept += fmt::format("  {}  registration name {}\n", plain(text_at(e, "number")), plain(text_at(e, "auth_name")));
    fmt::print(out, "Kept:\n{}  Lost a password? ringfence --data {} extension reset-password NUMBER\n\n", kept,
               plain(text_at(r, "data_dir")));
  }
  fmt::print(out, "What a phone needs:\n");
  facts(out, {{"user name", "the extension's number (1001)"},
              {"authentication", "the registration name and password above"},
              {"realm", text_at(r, "realm")},
              {"encrypted", "TLS to " + text_at(r, "tls")},
              {"authority to trust", text_at(r, "authority")},
              {"not encrypted", "UDP or TCP to " + text_at(r, "plain")}});
  if (!text_at(r, "first").empty())
    fmt::print(out,
               "\nThe first administrator is made here, once, within a day; whoever opens it first is it:\n  {}\n",
               plain(text_at(r, "first"), 2'048));
  if (!text_at(r, "phone").empty())
    fmt::print(out,
               "\nIn a browser: {}\nSign in with an extension's name and password, or with a link: ringfence --data {} "
               "extension link 1001\n",
               plain(text_at(r, "phone")), plain(text_at(r, "data_dir")));
  fmt::print(out, "\nRegister a phone with each account, then dial 1002 from 1001.\n");
}

}  // namespace rf::cli
