#include "core/sip/stream.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/limits/wire.hpp"
#include "core/sip/chars.hpp"
#include "core/sip/message.hpp"

namespace rf::sip {
namespace {

// A line of a header block without its CRLF; folds stay in it.
std::string_view take_line(std::string_view& block) {
  std::size_t end = block.find("\r\n");
  while (end != std::string_view::npos && end + 2 < block.size() && chars::is_space(block[end + 2]))
    end = block.find("\r\n", end + 2);
  const std::string_view line = block.substr(0, end);
  block.remove_prefix(end == std::string_view::npos ? block.size() : end + 2);
  return line;
}

std::string_view trim_with_folds(std::string_view text) {
  const auto blank = [](char c) { return chars::is_space(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// SIP either begins or ends the first line; anything else (HTTP, TLS to a plain port) is not for us.
bool is_start_line(std::string_view line) {
  if (line.starts_with("SIP/") || line.starts_with("sip/")) return true;
  const std::size_t space = line.find_last_of(' ');
  return space != std::string_view::npos && line.size() - space > 4 && equal_nocase(line.substr(space + 1, 4), "SIP/");
}

}  // namespace

std::expected<void, ParseError> StreamFramer::push(std::span<const char> bytes) {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    // An idle connection holds no memory for the largest message it ever sent.
    if (buffer_.capacity() > 8192) buffer_.shrink_to_fit();
  } else if (begin_ != 0) {
    buffer_.erase(0, begin_);
  }
  searched_ -= std::min(searched_, begin_);
  begin_ = 0;
  if (buffer_.size() + bytes.size() > WireLimits::stream_pending_bytes)
    return std::unexpected(ParseError{ParseErrorCode::too_long, static_cast<std::uint32_t>(buffer_.size())});
  buffer_.append(bytes.data(), bytes.size());
  return {};
}

std::expected<std::optional<StreamFramer::Frame>, ParseError> StreamFramer::next() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.empty()) return std::nullopt;
  if (rest[0] == '\r') return next_keepalive(rest);
  lone_crlf_ = false;
  if (!chars::is(rest[0], chars::token)) return fault(ParseErrorCode::bad_start_line, 0);
  if (size_ == 0) {
    searched_ = std::max(searched_, begin_);
    // Three bytes back: the end may have been cut anywhere.
    const std::size_t from = std::max(begin_ + 3, searched_) - 3;
    const std::size_t end = buffer_.find("\r\n\r\n", from);
    searched_ = end == std::string::npos ? buffer_.size() : end;
    if (searched_ - begin_ > WireLimits::header_bytes) return fault(ParseErrorCode::too_long, searched_ - begin_);
    if (end == std::string::npos) return std::nullopt;
    const std::size_t head = end + 4 - begin_;
    std::size_t body = 0;
    const auto wrong = read_content_length(rest.substr(0, head - 2), body);
    if (wrong) return fault(wrong->code, wrong->offset);
    if (head + body > WireLimits::message_bytes) return fault(ParseErrorCode::too_long, head);
    size_ = head + body;
  }
  if (rest.size() < size_) return std::nullopt;
  const Frame frame{Kind::message, {buffer_.data() + begin_, size_}};
  begin_ += size_;
  size_ = 0;
  return frame;
}

std::expected<std::optional<StreamFramer::Frame>, ParseError> StreamFramer::next_keepalive(std::string_view rest) {
  if (rest.size() == 1) return std::nullopt;
  if (rest[1] != '\n') return fault(ParseErrorCode::bad_start_line, 1);
  if (lone_crlf_) {
    // A ping that was cut in the middle: its first half passed for a pong, which nobody answers, so the second must
    // count.
    lone_crlf_ = false;
    begin_ += 2;
    return Frame{Kind::ping, {}};
  }
  if (rest.starts_with("\r\n\r\n")) {
    begin_ += 4;
    return Frame{Kind::ping, {}};
  }
  if (rest.size() == 3 && rest[2] == '\r') return std::nullopt;
  begin_ += 2;
  lone_crlf_ = rest.size() == 2;
  return Frame{Kind::pong, {}};
}

std::unexpected<ParseError> StreamFramer::fault(ParseErrorCode code, std::size_t offset) const {
  return std::unexpected(ParseError{code, static_cast<std::uint32_t>(offset)});
}

std::optional<ParseError> StreamFramer::read_content_length(std::string_view head, std::size_t& length) {
  const char* const base = head.data();
  const auto wrong = [&](ParseErrorCode code, std::string_view where) {
    return ParseError{code, static_cast<std::uint32_t>(where.data() - base)};
  };
  const std::string_view first = take_line(head);
  if (!is_start_line(first)) return wrong(ParseErrorCode::bad_start_line, first);
  bool found = false;
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (parse_header_name(chars::trim(line.substr(0, colon))) != HeaderName::content_length) continue;
    const auto number = parse_number(trim_with_folds(line.substr(colon + 1)));
    if (!number || (found && *number != length)) return wrong(ParseErrorCode::bad_content_length, line);
    length = *number;
    found = true;
  }
  if (!found) return wrong(ParseErrorCode::bad_content_length, head);
  return std::nullopt;
}

}  // namespace rf::sip
