#include "app/policy_guard.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/guard_countries.hpp"
#include "app/records.hpp"
#include "core/guard/lines.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::Faults;
using document::Key;
using document::Kind;
using document::Object;
using document::Table;
using Mode = guard::CountryRules::Mode;

constexpr std::string_view access_key = "access", rules_key = "rules", allowed_key = "countries_allowed",
                           denied_key = "countries_denied", forced_key = "countries_forced";

void put(Object& object, std::string_view name, const std::vector<std::string>& values) {
  const Key& key = *find(all_keys_of(Kind::guard), name);
  object.text = values.empty() ? document::without_key(object.text, name)
                               : document::with_value(object.text, key, values);
}

template <class Entry>
std::vector<std::string> lines_of(const std::vector<Entry>& entries) {
  std::vector<std::string> out;
  for (const Entry& entry : entries) out.push_back(text_of(entry));
  return out;
}

void put_rows(Object& object, std::string_view key, std::vector<std::string> rows) {
  if (rows.empty())
    object.rows.erase(std::string(key));
  else
    object.rows[std::string(key)] = std::move(rows);
}

/// As the database has them.
void sort(std::vector<guard::AccessEntry>& access) {
  std::sort(access.begin(), access.end(),
            [](const auto& a, const auto& b) { return a.subnet.text() < b.subnet.text(); });
}

std::string joined(const Object& object, std::string_view key) {
  std::string out;
  if (const auto rows = object.rows.find(key); rows != object.rows.end())
    for (const std::string& row : rows->second) out += row + "\n";
  return out;
}

void tell(const Object& object, std::string_view key, const std::vector<guard::Fault>& from, Faults& faults) {
  for (const guard::Fault& each : from)
    faults.add(object.line, fmt::format("{}, entry {}: {}", key, each.line, each.text),
               "write it as guard export does");
}

guard::CountryRules countries_of(const Object& object, const Table& table, Faults& faults) {
  guard::CountryRules out;
  const std::vector<std::string> allowed = table.list(allowed_key), denied = table.list(denied_key);
  if (!allowed.empty() && !denied.empty())
    faults.add(object.line, "countries are either allowed or denied", "keep one of the two lists");
  for (const auto* list : {&allowed, &denied})
    for (const std::string& code : *list)
      if (const auto country = Country::parse(code)) out.listed.set(country->index);
  if (out.listed.none()) return out;
  out.mode = allowed.empty() ? Mode::deny_listed : Mode::allow_listed;
  out.forced = table.flag(forced_key);
  return out;
}

}  // namespace

GuardSide guard_side(GuardDesk desk, const command::Checked& checked) {
  const bool systems = checked.acts_in == store::default_tenant && !(checked.by && checked.by->tenant);
  const auto may = [&](access::Permission permission) {
    return systems && (checked.on_machine || (checked.by && checked.by->may(permission)));
  };
  return {std::move(desk), may(access::Permission::guard_read), may(access::Permission::guard_write)};
}

std::expected<Object, Error> guard_object(store::Store& store, Object kept) {
  auto access = store.access_list();
  if (!access) return std::unexpected(error_of(access.error()));
  const auto defence = typed_defence(store);
  if (!defence) return std::unexpected(Error{Code::failed, defence.error(), "see: ringfence guard rules"});
  const auto countries = typed_countries(store);
  if (!countries) return std::unexpected(Error{Code::failed, countries.error(), "see: ringfence guard country list"});
  std::erase_if(*access, [](const guard::AccessEntry& each) { return each.until_ms != 0; });
  sort(*access);
  kept.rows.clear();
  put_rows(kept, access_key, lines_of(*access));
  put_rows(kept, rules_key, lines_of(*defence));
  std::vector<std::string> codes;
  const std::string text = rf::text_of(countries->listed);
  for (std::size_t at = 0; at + 1 < text.size(); at += 3) codes.push_back(text.substr(at, 2));
  const std::vector<std::string> none;
  put(kept, allowed_key, countries->mode == Mode::allow_listed ? codes : none);
  put(kept, denied_key, countries->mode == Mode::deny_listed ? codes : none);
  put(kept, forced_key, countries->forced ? std::vector<std::string>{"true"} : none);
  return kept;
}

bool is_empty(const Object& guard) {
  return guard.rows.empty() && guard.text == document::new_object(Kind::guard, "").text;
}

std::expected<GuardLists, Faults> guard_lists_of(Object& object, const Table& table) {
  Faults faults;
  GuardLists out;
  auto access = guard::parse_access(joined(object, access_key));
  auto defence = guard::parse_defence(joined(object, rules_key));
  tell(object, access_key, access.faults, faults);
  tell(object, rules_key, defence.faults, faults);
  sort(access.entries);
  const auto twice = std::adjacent_find(access.entries.begin(), access.entries.end(),
                                        [](const auto& a, const auto& b) { return a.subnet == b.subnet; });
  if (twice != access.entries.end())
    faults.add(object.line, fmt::format("access holds {} twice", twice->subnet.text()), "keep one of them");
  out.countries = countries_of(object, table, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  put_rows(object, access_key, lines_of(access.entries));
  put_rows(object, rules_key, lines_of(defence.entries));
  out.access = std::move(access.entries);
  out.defence = std::move(defence.entries);
  return out;
}

store::Expected<void> write_guard(store::Store& store, const GuardLists& lists, std::int64_t now_wall_ms) {
  if (auto done = store.set_access(lists.access, now_wall_ms, true); !done) return done;
  std::string defence;
  for (const guard::DefenceRule& rule : lists.defence) defence += text_of(rule) + "\n";
  if (auto done = store.set_setting(defence_setting, defence); !done) return done;
  return keep_countries(store, lists.countries);
}

}  // namespace rf::app
