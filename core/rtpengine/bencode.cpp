#include "core/base/limits/media.hpp"
#include "core/rtpengine/bencode.hpp"

#include <charconv>

namespace rf::rtpengine {
namespace {

/// The digits up to `end_mark`, which is cut off as well. No sign but one minus, no leading zeros, no minus zero.
std::optional<std::int64_t> cut_number(std::string_view& rest, char end_mark) {
  const std::size_t end = rest.find(end_mark);
  if (end == std::string_view::npos || end == 0 || end > 20) return std::nullopt;
  const std::string_view digits = rest.substr(0, end);
  const std::string_view bare = digits.substr(digits.front() == '-' ? 1 : 0);
  if (bare.empty() || (bare.front() == '0' && digits.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || at != digits.data() + digits.size()) return std::nullopt;
  rest.remove_prefix(end + 1);
  return value;
}

void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

std::expected<Document, Error> Document::parse(std::string_view text) {
  if (text.size() > RtpengineLimits::message_bytes) return std::unexpected(Error::too_long);
  Document document;
  std::string_view rest = text;
  if (const auto fault = document.take(rest, 0)) return std::unexpected(*fault);
  if (!rest.empty()) return std::unexpected(Error::trailing);
  return document;
}

std::optional<Error> Document::take(std::string_view& rest, std::size_t depth) {
  if (rest.empty()) return Error::too_short;
  if (depth > RtpengineLimits::depth) return Error::too_deep;
  if (nodes_.size() >= RtpengineLimits::elements) return Error::too_many;
  switch (const char first = rest.front()) {
    case 'i':
      return take_number(rest);
    case 'l':
    case 'd':
      return take_elements(rest, depth, first == 'd');
    default:
      return take_text(rest);
  }
}

std::optional<Error> Document::take_number(std::string_view& rest) {
  rest.remove_prefix(1);
  const auto value = cut_number(rest, 'e');
  if (!value) return Error::bad_number;
  nodes_.push_back({Kind::number, {}, *value, nodes_.size() + 1});
  return std::nullopt;
}

std::optional<Error> Document::take_text(std::string_view& rest) {
  const auto size = cut_number(rest, ':');
  if (!size || *size < 0) return Error::bad_value;
  if (static_cast<std::uint64_t>(*size) > rest.size()) return Error::too_short;
  nodes_.push_back({Kind::text, rest.substr(0, static_cast<std::size_t>(*size)), 0, nodes_.size() + 1});
  rest.remove_prefix(static_cast<std::size_t>(*size));
  return std::nullopt;
}

std::optional<Error> Document::take_elements(std::string_view& rest, std::size_t depth, bool dictionary) {
  rest.remove_prefix(1);
  const std::size_t self = nodes_.size();
  nodes_.push_back({dictionary ? Kind::dictionary : Kind::list, {}});
  for (bool key = true; !rest.starts_with('e'); key = !key) {
    const std::size_t at = nodes_.size();
    if (const auto fault = take(rest, depth + 1)) return fault;
    if (dictionary && key && nodes_[at].kind != Kind::text) return Error::bad_key;
    if (dictionary && key && rest.starts_with('e')) return Error::bad_key;
  }
  rest.remove_prefix(1);
  nodes_[self].end = nodes_.size();
  return std::nullopt;
}

std::optional<std::string_view> Document::Value::text() const {
  if (!document_ || document_->nodes_[at_].kind != Kind::text) return std::nullopt;
  return document_->nodes_[at_].text;
}

std::optional<std::int64_t> Document::Value::number() const {
  if (!document_ || document_->nodes_[at_].kind != Kind::number) return std::nullopt;
  return document_->nodes_[at_].number;
}

Document::Value Document::Value::operator[](std::string_view key) const {
  if (!document_ || document_->nodes_[at_].kind != Kind::dictionary) return {};
  const auto& nodes = document_->nodes_;
  for (std::size_t i = at_ + 1; i < nodes[at_].end; i = nodes[i + 1].end)
    if (nodes[i].text == key) return {document_, i + 1};
  return {};
}

Document::Value Document::Value::operator[](std::size_t index) const {
  if (!document_ || document_->nodes_[at_].kind != Kind::list) return {};
  const auto& nodes = document_->nodes_;
  for (std::size_t i = at_ + 1; i < nodes[at_].end; i = nodes[i].end)
    if (index-- == 0) return {document_, i};
  return {};
}

Dictionary& Dictionary::add(std::string_view key, std::string_view text) {
  append_text(out_, key);
  append_text(out_, text);
  return *this;
}

Dictionary& Dictionary::add(std::string_view key, const std::vector<std::string_view>& texts) {
  append_text(out_, key);
  out_ += 'l';
  for (const std::string_view text : texts) append_text(out_, text);
  out_ += 'e';
  return *this;
}

}  // namespace rf::rtpengine
