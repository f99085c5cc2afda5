#include "core/document/change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace rf::document {
namespace {

constexpr std::size_t shown_bytes = 200;

using Where = std::pair<Kind, std::string>;

std::string shown(const Key& key, const std::vector<std::string>& values) {
  if (key.apart) return fmt::format("{} rows", values.size());
  std::string out = fmt::format("{}", fmt::join(values, fmt::format("{} ", key.separator)));
  if (out.size() > shown_bytes) out = fmt::format("{} values", values.size());
  return out;
}

Change difference(const Object& before, const Object& after) {
  Change out{Change::What::change, after.kind, after.name};
  const auto a = table_of(before), b = table_of(after);
  for (const Key& key : keys_of(after.kind, after.name)) {
    if (key.apart) {
      const auto rows_of = [&](const Object& object) {
        const auto found = object.rows.find(key.name);
        return found == object.rows.end() ? std::vector<std::string>() : found->second;
      };
      const auto was = rows_of(before), is = rows_of(after);
      if (was != is) out.values.push_back({std::string(key.name), shown(key, was), shown(key, is)});
      continue;
    }
    if (!a || !b) continue;
    const bool was = a->given(key.name), is = b->given(key.name);
    if (was == is && (!was || a->list(key.name) == b->list(key.name))) continue;
    out.values.push_back({std::string(key.name), was ? shown(key, a->list(key.name)) : std::string(),
                          is ? shown(key, b->list(key.name)) : std::string()});
  }
  out.comments = out.values.empty() && before.text != after.text;
  return out;
}

std::vector<const Object*> sorted(const std::vector<Object>& objects) {
  std::vector<const Object*> out;
  for (const Object& each : objects) out.push_back(&each);
  std::stable_sort(out.begin(), out.end(), [](const Object* a, const Object* b) {
    if (a->kind != b->kind) return a->kind < b->kind;
    return !is_ordered(a->kind) && a->name < b->name;
  });
  return out;
}

/// Names of one kind that both have, in this one's order.
std::vector<std::string> order_of(const std::vector<Object>& objects, Kind kind,
                                  const std::map<Where, const Object*>& others) {
  std::vector<std::string> out;
  for (const Object& each : objects)
    if (each.kind == kind && others.contains({kind, each.name})) out.push_back(each.name);
  return out;
}

}  // namespace

std::string_view name_of(Change::What what) {
  constexpr std::string_view names[] = {"add", "change", "remove", "stay"};
  return names[static_cast<std::size_t>(what)];
}

std::vector<Change> compare(const std::vector<Object>& now, const std::vector<Object>& wanted, bool keep) {
  std::map<Where, const Object*> before, after;
  for (const Object& each : now) before.emplace(Where{each.kind, each.name}, &each);
  for (const Object& each : wanted) after.emplace(Where{each.kind, each.name}, &each);
  std::map<Kind, std::pair<std::vector<std::string>, std::vector<std::string>>> orders;
  for (const Kind kind : {Kind::route, Kind::inbound})
    orders[kind] = {order_of(now, kind, after), order_of(wanted, kind, before)};

  std::vector<Change> out;
  for (const Object* each : sorted(wanted)) {
    const auto was = before.find({each->kind, each->name});
    if (was == before.end()) {
      Change added = difference(new_object(each->kind, each->name), *each);
      added.what = Change::What::add;
      added.comments = false;
      out.push_back(std::move(added));
      continue;
    }
    Change change = difference(*was->second, *each);
    if (is_ordered(each->kind)) {
      const auto& [old_order, new_order] = orders[each->kind];
      const auto place = [&](const std::vector<std::string>& order) {
        return std::find(order.begin(), order.end(), each->name) - order.begin();
      };
      change.moved = place(old_order) != place(new_order);
    }
    if (!change.values.empty() || change.comments || change.moved) out.push_back(std::move(change));
  }
  for (const Object* each : sorted(now))
    if (!after.contains({each->kind, each->name}))
      out.push_back({keep ? Change::What::stay : Change::What::remove, each->kind, each->name});
  return out;
}

std::string text_of(const std::vector<Object>& objects) {
  std::string out;
  for (const Object* each : sorted(objects)) {
    if (!out.empty()) out += '\n';
    out += each->text;
    for (const Key& key : all_keys_of(each->kind))
      if (const auto rows = each->rows.find(key.name); key.apart && rows != each->rows.end() && !rows->second.empty())
        out += line_of(key, rows->second);
  }
  return out;
}

std::optional<Wrong> risk_of(const Table& table, const Table* before) {
  if (table.kind() != Kind::trunk || !table.flag("address_risk_signed")) return std::nullopt;
  if (before != nullptr && before->flag("address_risk_signed") && before->list("sources") == table.list("sources"))
    return std::nullopt;
  return Wrong{fmt::format("trunk {} would let everybody who can send from its addresses call at your cost: over UDP "
                           "anybody can write such an address, and no password is asked for",
                           table.name()),
               "have it show a certificate or register; nothing was changed; --force does it anyway"};
}

}  // namespace rf::document
