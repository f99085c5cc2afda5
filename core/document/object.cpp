#include "core/document/object.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/nearest.hpp"
#include "core/base/plain.hpp"

namespace rf::document {
namespace {

const std::vector<std::string_view> keys_apart{"rates",  "rates_by_increment", "lines", "sealed",
                                                "access", "rules",              "ca",    "text"};

std::string shown(std::string_view text) {
  return plain(text, 64);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string_view one = text.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The kind and name that a header says. A fault of it is noted and gives nothing.
std::optional<std::pair<Kind, std::string>> named(const Section& section, Faults& faults) {
  const auto kind = parse_kind(section.path.front());
  if (!kind) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < kind_count; ++i) known.emplace_back(name_of(static_cast<Kind>(i)));
    const std::string_view meant = nearest(section.path.front(), known);
    faults.add(section.line, fmt::format("there is no kind \"{}\"", shown(section.path.front())),
               meant.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                             : fmt::format("did you mean \"{}\"?", meant));
    return std::nullopt;
  }
  std::string name;
  for (std::size_t i = 1; i < section.path.size(); ++i) name += (i == 1 ? "" : ".") + section.path[i];
  if (const auto fault = fault_of_name(*kind, name)) {
    faults.add(
        section.line, fmt::format("\"{}\": {}", shown(fmt::format("{}", fmt::join(section.path, "."))), *fault),
        is_single(*kind) ? fmt::format("write [{}]", name_of(*kind)) : fmt::format("write [{}.NAME]", name_of(*kind)));
    return std::nullopt;
  }
  return std::pair{*kind, std::move(name)};
}

bool shape_fits(const Key& key, Value::Shape shape) {
  if (key.list) return shape == Value::Shape::list;
  if (key.type == Type::flag) return shape == Value::Shape::flag;
  if (key.type == Type::number) return shape == Value::Shape::number;
  // An amount of whole units, and a name of digits, may stand without quotes.
  if (key.type == Type::money || key.type == Type::number_of_extension || key.type == Type::digits)
    return shape == Value::Shape::number || shape == Value::Shape::text;
  return shape == Value::Shape::text;
}

std::string how_to_write(const Key& key) {
  if (key.list) return fmt::format("write {} = [\"…\", \"…\"]", key.name);
  if (key.type == Type::flag) return "write true or false, without quotes";
  if (key.type == Type::number) return "write a whole number, without quotes";
  return "put the value in quotes";
}

void take(const Entry& entry, std::size_t lines_before, Table& table, Faults& faults) {
  const Key* key = find(table.keys(), entry.key);
  const std::string kind(name_of(table.kind()));
  if (key == nullptr) {
    std::vector<std::string> known;
    for (const Key& each : table.keys()) known.emplace_back(each.name);
    const std::string_view meant = nearest(entry.key, known);
    return faults.add(entry.line + lines_before, fmt::format("a {} has no key \"{}\"", kind, shown(entry.key)),
                      meant.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                    : fmt::format("did you mean \"{}\"?", meant));
  }
  if (!shape_fits(*key, entry.value.shape))
    return faults.add(entry.line + lines_before, fmt::format("{} is of another type", key->name), how_to_write(*key));
  for (std::size_t i = 0; i < entry.value.texts.size(); ++i)
    if (const auto wrong = fault_of(*key, entry.value.texts[i]))
      faults.add(entry.value.lines[i] + lines_before, fmt::format("{} {}", key->name, wrong->text), wrong->remedy);
  table.set(key->name, entry.value.texts);
}

Table table_of_section(const Section& section, Kind kind, std::string name, std::size_t lines_before, Faults& faults) {
  Table table(kind, std::move(name));
  for (const Entry& entry : section.entries) take(entry, lines_before, table, faults);
  for (const Key& key : table.keys())
    if (key.required && !table.given(key.name) && faults.empty())
      faults.add(section.line + lines_before, fmt::format("{} {} has no {}", name_of(kind), table.name(), key.name),
                 fmt::format("write {} = …: {}", key.name, key.help));
  return table;
}

/// The one section of an object's text.
Section section_of(std::string_view text) {
  auto sections = read(text, keys_apart);
  RF_CHECK(sections && sections->size() == 1);
  return std::move(sections->front());
}

std::string without_returns(std::string_view text) {
  std::string out(text);
  std::erase(out, '\r');
  return out;
}

}  // namespace

std::vector<std::string> Table::list(std::string_view key) const {
  const auto found = values_.find(key);
  if (found != values_.end()) return found->second;
  const Key* known = find(keys(), key);
  RF_CHECK(known != nullptr);
  return split(known->standing, known->separator);
}

std::string Table::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found != values_.end()) return found->second.empty() ? std::string() : found->second.front();
  const Key* known = find(keys(), key);
  RF_CHECK(known != nullptr);
  return std::string(known->standing);
}

void Table::drop(std::string_view key) {
  if (const auto found = values_.find(key); found != values_.end()) values_.erase(found);
}

std::size_t Table::place_of_word(std::string_view key) const {
  const std::string value = text(key);
  const Key* known = find(keys(), key);
  const auto at = std::find(known->words.begin(), known->words.end(), value);
  return at == known->words.end() ? 0 : static_cast<std::size_t>(at - known->words.begin());
}

std::expected<std::vector<Object>, Faults> read_objects(std::string_view text) {
  auto sections = read(text, keys_apart);
  if (!sections) return std::unexpected(std::move(sections.error()));
  Faults faults;
  std::vector<Object> out;
  std::map<std::pair<Kind, std::string>, std::size_t> seen;
  for (Section& section : *sections) {
    auto who = named(section, faults);
    if (!who) continue;
    const auto [at, fresh] = seen.emplace(*who, section.line);
    if (!fresh) {
      faults.add(section.line,
                 fmt::format("{} is there twice, first in line {}", header_of(who->first, who->second), at->second),
                 "keep one of them");
      continue;
    }
    table_of_section(section, who->first, who->second, 0, faults);
    Object object = new_object(who->first, who->second);
    object.line = section.line;
    // Rows go their own way, with their lines; from behind, so that the places of others stay right.
    std::string body(text.substr(section.begin, section.end - section.begin));
    for (auto entry = section.entries.rbegin(); entry != section.entries.rend(); ++entry) {
      const Key* key = find(all_keys_of(who->first), entry->key);
      if (key == nullptr || !key->apart) continue;
      const std::size_t last = std::min(entry->end, section.end);
      body.erase(entry->begin - section.begin, last - entry->begin);
      object.row_lines = std::move(entry->value.lines);
      object.rows.emplace(entry->key, std::move(entry->value.texts));
    }
    while (body.ends_with('\n')) body.pop_back();
    object.text = without_returns(body) + "\n";
    if (object.text.size() > DocumentLimits::object_bytes)
      faults.add(section.line, fmt::format("the object has {} bytes", object.text.size()),
                 fmt::format("keep it below {}", DocumentLimits::object_bytes));
    out.push_back(std::move(object));
  }
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

std::expected<Table, Faults> table_of(std::string_view text) {
  auto sections = read(text, keys_apart);
  if (!sections) return std::unexpected(std::move(sections.error()));
  Faults faults;
  if (sections->size() != 1) {
    faults.add(0, fmt::format("{} headers instead of one", sections->size()), "write [kind.name]");
    return std::unexpected(std::move(faults));
  }
  auto who = named(sections->front(), faults);
  if (!who) return std::unexpected(std::move(faults));
  Table table = table_of_section(sections->front(), who->first, std::move(who->second), 0, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return table;
}

std::expected<Table, Faults> table_of(const Object& object) {
  auto table = table_of(object.text);
  if (table && (table->kind() != object.kind || table->name() != object.name)) {
    Faults faults;
    faults.add(0, fmt::format("the text of {} is about something else", header_of(object.kind, object.name)),
               "remove the object and add it again");
    return std::unexpected(std::move(faults));
  }
  return table;
}

Object new_object(Kind kind, std::string name) {
  Object out;
  out.kind = kind;
  out.text = header_of(kind, name) + "\n";
  out.name = std::move(name);
  return out;
}

std::expected<std::vector<std::string>, Wrong> values_of(const Key& key, std::string_view typed) {
  const auto wrong = [&](const Wrong& what) {
    return std::unexpected(Wrong{fmt::format("{} {}", key.name, what.text), what.remedy});
  };
  std::vector<std::string> out = key.list ? split(typed, key.separator) : std::vector{std::string(typed)};
  if (out.size() > DocumentLimits::elements)
    return wrong({fmt::format("has {} values", out.size()), fmt::format("give at most {}", DocumentLimits::elements)});
  for (const std::string& each : out)
    if (const auto fault = fault_of(key, each)) return wrong(*fault);
  return out;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

namespace {

std::string written(const Key& key, const std::vector<std::string>& values) {
  const bool bare = key.type == Type::flag || key.type == Type::number || key.type == Type::percent;
  if (!key.list) return bare ? values.front() : in_quotes(values.front());
  std::string out = "[";
  std::size_t width = key.name.size();
  for (const std::string& each : values) width += each.size() + 4;
  const bool one_a_line = key.apart || width > 100;
  for (const std::string& each : values) {
    out += one_a_line ? "\n  " : out.size() > 1 ? ", " : "";
    out += bare ? each : in_quotes(each);
    if (one_a_line) out += ',';
  }
  return out + (one_a_line && !values.empty() ? "\n]" : "]");
}

}  // namespace

std::string line_of(const Key& key, const std::vector<std::string>& values) {
  return fmt::format("{} = {}\n", key.name, written(key, values));
}

std::string with_value(const std::string& text, const Key& key, const std::vector<std::string>& values) {
  const Section section = section_of(text);
  for (const Entry& entry : section.entries)
    if (entry.key == key.name)
      return text.substr(0, entry.value.begin) + written(key, values) + text.substr(entry.value.end);
  // Behind the last value: a comment that follows it goes on to follow it.
  std::size_t at = section.entries.empty() ? 0 : section.entries.back().end;
  if (at == 0) {
    std::size_t line = section.line;
    while (line-- > 0) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  std::string out = text.substr(0, at);
  if (!out.ends_with('\n')) out += '\n';
  return out + line_of(key, values) + text.substr(at);
}

std::string without_key(const std::string& text, std::string_view key) {
  const Section section = section_of(text);
  for (const Entry& entry : section.entries)
    if (entry.key == key) return text.substr(0, entry.begin) + text.substr(entry.end);
  return text;
}

}  // namespace rf::document
