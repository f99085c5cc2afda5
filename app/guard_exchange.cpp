#include "app/guard_exchange.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/audit.hpp"
#include "app/records.hpp"
#include "core/guard/lines.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::size_t faults_told = 20;

RulesChanged fail(Error error) {
  return {std::unexpected(std::move(error)), nullptr};
}

/// Lines of both lists, told apart by their first word; the others are blank in each, so that numbers stay right.
struct Parted {
  std::string access, defence;
};

Parted parted(std::string_view text) {
  Parted out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::string_view word = first == std::string_view::npos ? std::string_view() : line.substr(first);
    const bool access = word.starts_with("allow") || word.starts_with("block");
    (access ? out.access : out.defence) += line;
    out.access += '\n';
    out.defence += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string told(std::vector<guard::Fault> faults) {
  std::sort(faults.begin(), faults.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  std::string out;
  for (std::size_t i = 0; i < std::min(faults.size(), faults_told); ++i)
    out += fmt::format("{}line {}: {}", i == 0 ? "" : "; ", faults[i].line, faults[i].text);
  if (faults.size() > faults_told) out += fmt::format("; and {} more", faults.size() - faults_told);
  return out;
}

std::vector<guard::AccessEntry> for_good(const std::vector<guard::AccessEntry>& list) {
  std::vector<guard::AccessEntry> out;
  std::copy_if(list.begin(), list.end(), std::back_inserter(out), [](const auto& each) { return each.until_ms == 0; });
  return out;
}

Outcome exported(const GuardDesk& desk) {
  const auto list = desk.store.access_list();
  if (!list) return std::unexpected(error_of(list.error()));
  const auto defence = typed_defence(desk.store);
  if (!defence) return std::unexpected(Error{Code::failed, defence.error(), ""});
  std::string text = "# Made by commands; entries of the access list that end by themselves are left out.\n";
  for (const guard::AccessEntry& entry : for_good(*list)) text += text_of(entry) + "\n";
  text += "# Static rules, the first that fits decides; those of the file come after them.\n";
  for (const guard::DefenceRule& rule : *defence) text += text_of(rule) + "\n";
  return Json{{"text", text}};
}

/// Writes both lists, compiles them, and takes them back when that fails.
struct Change {
  const GuardDesk& desk;
  std::int64_t now_wall_ms;
  std::vector<guard::AccessEntry> old_list;
  std::string old_defence;

  std::optional<Error> write(std::span<const guard::AccessEntry> entries, bool instead,
                             const std::optional<std::string>& defence) const {
    if (const auto done = desk.store.set_access(entries, now_wall_ms, instead); !done) return error_of(done.error());
    if (!defence) return std::nullopt;
    const auto done = desk.store.set_setting(defence_setting, *defence);
    return done ? std::nullopt : std::optional(error_of(done.error()));
  }
  void take_back() const { static_cast<void>(write(for_good(old_list), true, old_defence)); }
};

RulesChanged import_lines(const GuardDesk& desk, const Change& change, const command::GuardImport& asked) {
  const Parted lines = parted(asked.text);
  auto access = guard::parse_access(lines.access);
  auto defence = guard::parse_defence(lines.defence);
  std::vector<guard::Fault> faults = access.faults;
  faults.insert(faults.end(), defence.faults.begin(), defence.faults.end());
  if (!faults.empty()) return fail({Code::invalid, told(std::move(faults)), "nothing was changed; mend these lines"});
  if (asked.force) {
    for (guard::AccessEntry& entry : access.entries) entry.forced = true;
    for (guard::DefenceRule& rule : defence.entries) rule.forced = true;
  }
  std::string text;
  for (const guard::DefenceRule& rule : defence.entries) text += text_of(rule) + "\n";
  if (auto error = change.write(access.entries, true, text)) {
    change.take_back();
    return fail(std::move(*error));
  }
  auto rules = guard_rules(desk, asked.caller);
  if (!rules) {
    change.take_back();
    return fail({Code::conflict, fmt::format("{}", fmt::join(rules.error(), "; ")),
                 "nothing was changed; --force does it anyway, or force in the line itself"});
  }
  return {Json{{"message", fmt::format("{} entries of the access list and {} static rules are in force, in place of "
                                       "those that commands made before.",
                                       access.entries.size(), defence.entries.size())},
               {"access", access.entries.size()},
               {"defence", defence.entries.size()}},
          std::move(rules->compiled)};
}

RulesChanged import_blocklist(const GuardDesk& desk, const Change& change, const command::GuardImport& asked) {
  std::vector<guard::Protected> spared = protected_addresses(desk.settings, desk.plan);
  if (asked.caller) spared.push_back({{*asked.caller, 128}, "you"});
  for (const auto* list : {&desk.settings.guard.rules.access, &change.old_list})
    for (const guard::AccessEntry& entry : *list)
      if (entry.allow) spared.push_back({entry.subnet, "allowed: " + entry.description});
  const auto read = guard::parse_blocklist(asked.text, spared);
  std::vector<guard::AccessEntry> entries;
  for (const Subnet& subnet : read.entries)
    entries.push_back({subnet, false, false, asked.note.empty() ? "imported" : asked.note, 0});
  if (auto error = change.write(entries, false, std::nullopt)) {
    change.take_back();
    return fail(std::move(*error));
  }
  auto rules = guard_rules(desk, asked.caller);
  if (!rules) {
    change.take_back();
    return fail({Code::conflict, fmt::format("{}", fmt::join(rules.error(), "; ")), "nothing was changed"});
  }
  Json notes = Json::array();
  for (std::size_t i = 0; i < std::min(read.faults.size(), faults_told); ++i)
    notes.push_back(fmt::format("line {} was refused: {}", read.faults[i].line, read.faults[i].text));
  if (read.faults.size() > faults_told)
    notes.push_back(fmt::format("{} further lines were refused", read.faults.size() - faults_told));
  return {Json{{"message",
                fmt::format("{} blocks are dropped, {} lines were refused.", entries.size(), read.faults.size())},
               {"taken", entries.size()},
               {"refused", read.faults.size()},
               {"notes", std::move(notes)}},
          std::move(rules->compiled)};
}

}  // namespace

std::optional<RulesChanged> exchange_rules(const GuardDesk& desk, const command::Command& command,
                                           std::int64_t now_wall_ms) {
  if (std::holds_alternative<command::GuardExport>(command)) return RulesChanged{exported(desk), nullptr};
  const auto* asked = std::get_if<command::GuardImport>(&command);
  if (!asked) return std::nullopt;
  auto list = desk.store.access_list();
  if (!list) return fail(error_of(list.error()));
  const auto defence = desk.store.setting(defence_setting);
  if (!defence) return fail(error_of(defence.error()));
  const Change change{desk, now_wall_ms, std::move(*list), *defence ? **defence : std::string()};
  RulesChanged done = asked->blocklist ? import_blocklist(desk, change, *asked) : import_lines(desk, change, *asked);
  if (!done.outcome) return done;
  const auto rules_in = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  const auto list_now = desk.store.access_list();
  const auto defence_now = desk.store.setting(defence_setting);
  if (list_now && defence_now)
    (*done.outcome)[told_to_log] = fmt::format(
        "{} to {} entries of the access list, {} to {} static rules", change.old_list.size(), list_now->size(),
        rules_in(change.old_defence), rules_in(*defence_now ? **defence_now : std::string()));
  return done;
}

}  // namespace rf::app
