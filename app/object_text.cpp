#include "app/object_text.hpp"

#include <fmt/format.h>

#include <map>

#include "app/call_countries.hpp"
#include "core/document/roles.hpp"
#include "core/document/rows.hpp"
#include "core/document/terms.hpp"

namespace rf::app {
namespace {

using document::Kind;
using document::Object;
using document::Table;

/// What the columns of an account say, by key.
std::map<std::string, std::vector<std::string>> account_values(const store::ExtensionRow& row) {
  const store::ExtensionSettings& s = row.settings;
  const auto flag = [](bool value) { return std::vector<std::string>{value ? "true" : "false"}; };
  std::vector<std::string> permitted;
  for (const Subnet& block : s.phone.permitted) permitted.push_back(block.text());
  return {{"name", {s.display_name}},
          {"enabled", flag(s.enabled)},
          {"remote", flag(s.remote_allowed)},
          {"md5", flag(s.md5_allowed)},
          {"registrations", {std::to_string(s.registrations_max)}},
          {"newcomer", {s.newcomer == policy::Newcomer::replace ? "replace" : "refuse"}},
          {"calls", {std::to_string(s.calls_max)}},
          {"encrypted", flag(s.phone.encrypted_when_remote)},
          {"agent", {s.phone.agent_prefix}},
          {"permitted", permitted},
          {"countries", codes_of(s.phone.countries)}};
}

/// The text of an extension with what its account says in place of what stands there.
void put_account(Object& object, const store::ExtensionRow& row) {
  const auto table = document::table_of(object);
  const Table fresh(Kind::extension, object.name);
  for (const auto& [name, values] : account_values(row)) {
    const document::Key& key = *find(fresh.keys(), name);
    const bool there = table && table->given(name);
    const std::vector<std::string> said = there ? table->list(name) : fresh.list(name);
    const bool nothing = values.empty() || (values.size() == 1 && values.front().empty());
    if (said == values || (nothing && (said.empty() || (said.size() == 1 && said.front().empty())))) continue;
    if (nothing && !key.list)
      object.text = document::without_key(object.text, name);
    else
      object.text = document::with_value(object.text, key, values);
  }
}

}  // namespace

store::Expected<std::vector<Object>> all_objects(Records& records, bool rows) {
  const auto stored = records.store.objects(records.tenant);
  if (!stored) return std::unexpected(stored.error());
  const auto extensions = records.store.extensions();
  if (!extensions) return std::unexpected(extensions.error());
  std::map<std::string, std::string> bodies;
  std::vector<Object> out;
  for (const store::ObjectRow& row : *stored) {
    const Kind kind = kind_of(row);
    if (kind == Kind::extension) {
      bodies[row.name] = row.body;
      continue;
    }
    Object object{kind, row.name, row.body, {}, {}, 0};
    if (rows && kind == Kind::deck) {
      const auto rates = records.store.deck_rates(row);
      if (!rates) return std::unexpected(rates.error());
      document::put_rates(object, *rates);
    }
    if (rows && kind == Kind::number_list) {
      auto lines = records.store.list_lines(row);
      if (!lines) return std::unexpected(lines.error());
      if (!lines->empty()) object.rows["lines"] = std::move(*lines);
    }
    if (rows && kind == Kind::pin_list) {
      auto lines = records.store.list_lines(row);
      if (!lines) return std::unexpected(lines.error());
      if (!lines->empty()) object.rows["sealed"] = std::move(*lines);
    }
    out.push_back(std::move(object));
  }
  for (const store::ExtensionRow& row : *extensions) {
    if (row.tenant != records.tenant) continue;
    Object object = document::new_object(Kind::extension, row.number);
    if (const auto body = bodies.find(row.number); body != bodies.end()) object.text = body->second;
    put_account(object, row);
    out.push_back(std::move(object));
  }
  return out;
}

store::ExtensionSettings account_of(const Table& table) {
  store::ExtensionSettings out;
  out.display_name = table.text("name");
  out.enabled = table.flag("enabled");
  out.remote_allowed = table.flag("remote");
  out.md5_allowed = table.flag("md5");
  out.registrations_max = table.number<std::uint16_t>("registrations");
  out.newcomer = table.word<policy::Newcomer>("newcomer");
  out.calls_max = table.number<std::uint16_t>("calls");
  out.phone.encrypted_when_remote = table.flag("encrypted");
  out.phone.agent_prefix = table.text("agent");
  for (const std::string& block : table.list("permitted"))
    if (const auto subnet = Subnet::parse(block)) out.phone.permitted.push_back(*subnet);
  for (const std::string& code : table.list("countries"))
    if (const auto country = Country::parse(code)) out.phone.countries.set(country->index);
  return out;
}

store::ExtensionChange change_to(const store::ExtensionSettings& s) {
  return {s.display_name,       s.enabled,         s.remote_allowed, s.md5_allowed,
          s.registrations_max,  s.newcomer,        s.calls_max,      s.phone.encrypted_when_remote,
          s.phone.agent_prefix, s.phone.permitted, s.phone.countries};
}

Json values_json(const Table& table, const std::optional<Table>& all) {
  Json out = Json::array();
  for (const document::Key& key : table.keys()) {
    if (key.apart || key.account) continue;
    std::vector<std::string> values = table.list(key.name);
    std::string_view from = table.given(key.name) ? "own" : "standing";
    if (table.kind() == Kind::limit) {
      auto limit = document::limit_value(&table, all ? &*all : nullptr, table.name(), key);
      values = std::move(limit.values);
      from = limit.from;
    }
    if (table.kind() == Kind::extension && all && !table.given(key.name) && find(all->keys(), key.name) != nullptr) {
      values = document::right_of(table, &*all, key.name);
      from = all->given(key.name) ? "role" : "standing";
    }
    Json value = key.list ? Json(values) : Json(values.empty() ? std::string() : values.front());
    out.push_back({{"key", key.name}, {"value", std::move(value)}, {"from", from}, {"help", key.help}});
  }
  return out;
}

Json json_of(const std::vector<document::Change>& changes) {
  Json out = Json::array();
  for (const document::Change& change : changes) {
    Json values = Json::array();
    for (const auto& value : change.values)
      values.push_back({{"key", value.key}, {"before", value.before}, {"after", value.after}});
    out.push_back({{"what", name_of(change.what)},
                   {"kind", name_of(change.kind)},
                   {"name", change.name},
                   {"values", std::move(values)},
                   {"comments", change.comments},
                   {"moved", change.moved}});
  }
  return out;
}

std::string told_of(const std::vector<document::Change>& changes) {
  constexpr std::size_t bytes = AuditLimits::text_bytes - 256, bytes_with_values = bytes / 2;
  const auto said = [](const std::string& value) { return value.empty() ? std::string("-") : Json(value).dump(); };
  std::string out;
  std::size_t more = 0;
  for (const document::Change& change : changes) {
    if (change.what == document::Change::What::stay) continue;
    std::string one = fmt::format("{}{} {}{}{}", out.empty() ? "" : "; ", name_of(change.what), name_of(change.kind),
                                  change.name.empty() ? "" : " ", change.name);
    if (change.moved) one += ", moved";
    if (change.comments) one += ", comments";
    std::string values;
    for (const auto& value : change.values)
      fmt::format_to(std::back_inserter(values), ", {} {} to {}", value.key, said(value.before), said(value.after));
    if (out.size() + one.size() + values.size() <= bytes_with_values)
      out += one + values;
    else if (one = fmt::format("{}, {} values", one, change.values.size()); out.size() + one.size() <= bytes)
      out += one;
    else
      ++more;
  }
  if (more > 0) fmt::format_to(std::back_inserter(out), "; and {} more", more);
  return out.empty() ? std::string("nothing") : out;
}

}  // namespace rf::app
