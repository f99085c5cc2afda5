#include "shell/config/section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "core/base/nearest.hpp"

namespace rf::config {
namespace {

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

Place place_of(const toml::node& node) {
  return {node.source().begin.line, node.source().begin.column};
}

std::vector<Problem> Problems::sorted() && {
  std::stable_sort(list_.begin(), list_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  return std::move(list_);
}

const toml::node* Section::raw(std::string_view key) {
  known_.emplace_back(key);
  const toml::node* const node = table_ == nullptr ? nullptr : table_->get(key);
  if (node != nullptr && problems_->reading() != nullptr) problems_->reading()->said.insert(full(key));
  return node;
}

Place Section::place(std::string_view key) const {
  if (table_ == nullptr) return {};
  const toml::node* node = table_->get(key);
  return place_of(node == nullptr ? static_cast<const toml::node&>(*table_) : *node);
}

void Section::fault(std::string_view key, std::string what, std::string remedy) {
  problems_->add(place(key), full(key) + " " + std::move(what), std::move(remedy));
}

std::optional<std::int64_t> Section::whole(std::string_view key, std::int64_t min, std::int64_t max) {
  const toml::node* node = raw(key);
  if (problems_->reading() != nullptr) problems_->reading()->bounds[full(key)] = {min, max};
  if (node == nullptr) return std::nullopt;
  const auto remedy = fmt::format("write a whole number from {} to {}, without quotes", min, max);
  const auto* number = node->as_integer();
  if (number == nullptr) {
    fault(key, fmt::format("is {}, not a whole number", kind_of(*node)), remedy);
    return std::nullopt;
  }
  if (number->get() < min || number->get() > max) {
    fault(key, fmt::format("is {}, which is not possible", number->get()), remedy);
    return std::nullopt;
  }
  return number->get();
}

void Section::flag(std::string_view key, bool& out) {
  const toml::node* node = raw(key);
  if (node == nullptr) return;
  if (const auto* value = node->as_boolean())
    out = value->get();
  else
    fault(key, fmt::format("is {}, not true or false", kind_of(*node)), "write true or false, without quotes");
}

bool Section::text(std::string_view key, std::string& out, const Check& check, std::string_view remedy) {
  const toml::node* node = raw(key);
  if (node == nullptr) return false;
  const auto* value = node->as_string();
  if (value == nullptr) {
    fault(key, fmt::format("is {}, not a text", kind_of(*node)), "put the value in quotes");
    return false;
  }
  if (check) {
    if (auto what = check(value->get())) {
      fault(key, std::move(*what), std::string(remedy));
      return false;
    }
  }
  out = value->get();
  return true;
}

void Section::texts(std::string_view key, const Check& each, std::string_view remedy) {
  const toml::node* node = raw(key);
  if (node == nullptr) return;
  const auto* array = node->as_array();
  if (array == nullptr) {
    fault(key, fmt::format("is {}, not an array", kind_of(*node)), fmt::format("write {} = [\"…\", \"…\"]", key));
    return;
  }
  for (const toml::node& element : *array) {
    const auto* value = element.as_string();
    if (value == nullptr) {
      problems_->add(place_of(element), fmt::format("{} holds {}, not a text", full(key), kind_of(element)),
                     "put each value in quotes");
    } else if (auto what = each(value->get())) {
      problems_->add(place_of(element), full(key) + " " + std::move(*what), std::string(remedy));
    }
  }
}

std::optional<std::size_t> Section::word(std::string_view key, const std::vector<std::string_view>& words) {
  std::string value;
  std::size_t index = 0;
  const auto check = [&](std::string_view text) -> std::optional<std::string> {
    index = static_cast<std::size_t>(std::find(words.begin(), words.end(), text) - words.begin());
    if (index < words.size()) return std::nullopt;
    return fmt::format("is \"{}\", which is not known", text);
  };
  if (!text(key, value, check, fmt::format("write one of \"{}\"", fmt::join(words, "\", \"")))) return std::nullopt;
  return index;
}

void Section::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
    const auto& at = key.source().begin;
    const std::string_view meant = nearest(key.str(), known_);
    std::string remedy = meant.empty() ? fmt::format("known here: {}", fmt::join(known_, ", "))
                                       : fmt::format("did you mean \"{}\"?", meant);
    problems_->add({at.line, at.column},
                   name_.empty() ? fmt::format("unknown section or key \"{}\"", key.str())
                                 : fmt::format("unknown key \"{}\" in [{}]", key.str(), name_),
                   std::move(remedy));
  }
}

}  // namespace rf::config
