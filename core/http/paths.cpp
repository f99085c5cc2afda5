#include "core/http/paths.hpp"

#include <algorithm>

namespace rf::http {
namespace {

/// The next segment of a path, whose slash is taken with it. None: nothing is left.
std::optional<std::string_view> next_segment(std::string_view& path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

std::size_t Paths::step(std::size_t from, std::string_view segment) {
  const bool value = segment.starts_with('{') && segment.ends_with('}');
  if (value && nodes_[from].value != none) return nodes_[from].value;
  if (!value)
    if (const auto known = nodes_[from].words.find(segment); known != nodes_[from].words.end()) return known->second;
  const std::size_t fresh = nodes_.size();
  nodes_.emplace_back();
  if (value)
    nodes_[from].value = fresh;
  else
    nodes_[from].words.emplace(segment, fresh);
  return fresh;
}

std::size_t Paths::add(std::string_view path) {
  std::size_t at = 0;
  while (const auto segment = next_segment(path)) at = step(at, *segment);
  if (nodes_[at].number == none) nodes_[at].number = count_++;
  return nodes_[at].number;
}

std::optional<Paths::Match> Paths::find(std::string_view path) const {
  Match out;
  std::size_t at = 0;
  if (!path.starts_with('/')) return std::nullopt;
  while (const auto segment = next_segment(path)) {
    const Node& node = nodes_[at];
    const auto word = node.words.find(*segment);
    if (word != node.words.end()) {
      at = word->second;
    } else if (node.value != none) {
      out.values.push_back(*segment);
      at = node.value;
    } else {
      return std::nullopt;
    }
  }
  if (nodes_[at].number == none) return std::nullopt;
  out.number = nodes_[at].number;
  return out;
}

}  // namespace rf::http
