#include "core/sip/message.hpp"

#include <algorithm>

#include "core/sip/chars.hpp"
#include "core/sip/scan.hpp"

namespace rf::sip {
namespace {

using chars::is;
using Code = ParseErrorCode;

constexpr std::ptrdiff_t longest_known_name = 20;  // P-Preferred-Identity
constexpr std::size_t name_count = static_cast<std::size_t>(HeaderName::other);

// Headers of which a second line would change what the message means. Others that should come once (User-Agent,
// Subject) are let be.
constexpr std::array<bool, name_count + 1> single_valued = [] {
  std::array<bool, name_count + 1> out{};
  for (const HeaderName name :
       {HeaderName::call_id, HeaderName::content_disposition, HeaderName::content_length, HeaderName::content_type,
        HeaderName::cseq, HeaderName::date, HeaderName::event, HeaderName::expires, HeaderName::from,
        HeaderName::max_forwards, HeaderName::min_expires, HeaderName::min_se, HeaderName::rack, HeaderName::refer_to,
        HeaderName::referred_by, HeaderName::replaces, HeaderName::reply_to, HeaderName::retry_after, HeaderName::rseq,
        HeaderName::session_expires, HeaderName::sip_etag, HeaderName::sip_if_match, HeaderName::subscription_state,
        HeaderName::to})
    out[static_cast<std::size_t>(name)] = true;
  return out;
}();

std::string_view view(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

// Control characters are legal only as quoted pairs within quotes.
bool controls_are_quoted(std::string_view value) {
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (quoted && c == '\\' && i + 1 < value.size()) {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f) {
      return false;
    }
  }
  return true;
}

// Turns every fold of [first, last) into one space; what is saved is filled with spaces behind. Gives the new end.
char* unfold(char* first, char* last) {
  char* out = first;
  for (char* in = first; in != last; ++in) {
    if (*in != '\r') {
      *out++ = *in;
      continue;
    }
    while (out != first && chars::is_space(out[-1])) --out;
    *out++ = ' ';
    in += 1;  // on the LF
    while (in + 1 != last && chars::is_space(in[1])) ++in;
  }
  std::fill(out, last, ' ');
  return out;
}

bool has_whole_media_type(scan::Cursor in) {
  for (int part = 0; part < 2; ++part) {
    const char* const first = in.at;
    in.at = chars::skip(in.at, in.end, chars::token);
    if (in.at == first) return false;
    if (part == 1) break;
    in.skip_space();
    if (!in.take('/')) return false;
    in.skip_space();
  }
  Params params;
  return scan::read_params(in, params) && (in.skip_space(), in.done());
}

}  // namespace

/// One pass over the lines; the first fault is kept, and reading goes on so that a refusal can be addressed.
class MessageReader {
 public:
  MessageReader(std::span<char> buffer, Message& message)
      : base_(buffer.data()), at_(buffer.data()), end_(buffer.data() + buffer.size()), m_(message) {}

  std::expected<void, ParseError> run() {
    reset();
    if (static_cast<std::size_t>(end_ - at_) > WireLimits::message_bytes) return fault(Code::too_long, at_), result();
    if (read_start_line())
      while (read_header()) {
      }
    if (ended_) finish();
    m_.answerable = m_.is_request && !m_.method_text.empty() && !m_.via.raw.empty() && has(HeaderName::from) &&
                    has(HeaderName::to) && has(HeaderName::call_id) && has(HeaderName::cseq);
    return result();
  }

 private:
  void reset() {
    m_.is_request = false;
    m_.method = Method::other;
    m_.method_text = {};
    m_.request_uri = {};
    m_.status = 0;
    m_.reason = {};
    m_.via = {};
    m_.from = {};
    m_.to = {};
    m_.call_id = {};
    m_.cseq = {};
    m_.max_forwards.reset();
    m_.expires.reset();
    m_.content_type = {};
    m_.body = {};
    m_.answerable = false;
    m_.headers_.clear();
    m_.first_.fill(0);
    m_.has_contact_ = m_.contact_is_star_ = false;
  }

  void fault(Code code, const char* where) {
    if (failed_) return;
    failed_ = true;
    error_ = {code, static_cast<std::uint32_t>(where - base_)};
  }
  std::expected<void, ParseError> result() const {
    if (failed_) return std::unexpected(error_);
    return {};
  }
  bool has(HeaderName name) const { return m_.first_[static_cast<std::size_t>(name)] != 0; }

  // Finds the CRLF that ends the line which `at` is in. False on a fault that makes the rest unreadable. Marks folds.
  bool find_line_end(char* at, char*& line_end, bool& folded) {
    const char* const first = at;
    bool controls = false;
    for (;;) {
      at = const_cast<char*>(chars::skip_printable(at, end_));
      if (at == end_) return fault(Code::truncated, at), false;
      const char c = *at;
      if (c == '\r') {
        if (at + 1 == end_) return fault(Code::truncated, at), false;
        if (at[1] != '\n') return fault(Code::bad_header, at), false;
        if (at + 2 == end_ || !chars::is_space(at[2])) break;
        folded = true;
        at += 3;
      } else if (c == '\t') {
        ++at;
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        const std::size_t length = chars::utf8_length(at, end_);
        if (length == 0) return fault(Code::bad_utf8, at), false;
        at += length;
      } else {
        if (at == first || at[-1] != '\\' || c == '\n') return fault(Code::bad_header, at), false;
        controls = true;
        ++at;
      }
    }
    if (controls && !controls_are_quoted(view(first, at))) return fault(Code::bad_header, first), false;
    if (static_cast<std::size_t>(at - base_) > WireLimits::header_bytes) return fault(Code::too_long, at), false;
    line_end = at;
    return true;
  }

  bool read_start_line() {
    char* line_end = nullptr;
    bool folded = false;
    if (!find_line_end(at_, line_end, folded)) return false;
    if (folded) return fault(Code::bad_start_line, at_), false;
    const std::string_view line = view(at_, line_end);
    at_ = line_end + 2;
    if (line.size() >= 4 && equal_nocase(line.substr(0, 4), "SIP/")) return read_status_line(line);
    return read_request_line(line);
  }

  // "SIP/2.0"; a well-formed other version is a fault of its own, so that it can be answered with 505.
  bool read_version(std::string_view text, bool& known) {
    if (text == "SIP/2.0") return known = true;
    if (text.size() < 7 || !equal_nocase(text.substr(0, 4), "SIP/")) return false;
    const char* const end = text.data() + text.size();
    const char* const major = text.data() + 4;
    const char* const dot = chars::skip(major, end, chars::digit);
    if (dot == major || dot == end || *dot != '.') return false;
    const char* const minor = chars::skip(dot + 1, end, chars::digit);
    if (minor == dot + 1 || minor != end) return false;
    known = text.substr(4) == "2.0";
    return true;
  }

  bool read_request_line(std::string_view line) {
    const char* const first = line.data();
    const char* const end = first + line.size();
    const char* const behind = chars::skip(first, end, chars::token);
    if (behind == first || behind == end || *behind != ' ') return fault(Code::bad_start_line, behind), false;
    m_.is_request = true;
    m_.method_text = view(first, behind);
    m_.method = parse_method(m_.method_text);
    // The version is the last word; what is between is the Request-URI, in which no space can be.
    const std::size_t last_space = line.find_last_of(' ');
    const char* const uri = behind + 1;
    const char* const uri_end = first + last_space;
    bool known = false;
    if (!read_version(line.substr(last_space + 1), known) || uri_end <= uri)
      return fault(Code::bad_start_line, uri_end), true;
    if (!known) fault(Code::bad_version, uri_end + 1);
    scan::Cursor in(view(uri, uri_end));
    if (!scan::read_uri(in, m_.request_uri)) {
      fault(in.limit.value_or(in.peek(' ') ? Code::bad_start_line : Code::bad_uri), in.at);
    } else if (!m_.request_uri.headers.empty()) {
      fault(Code::bad_uri, m_.request_uri.headers.data());  // RFC 3261 §19.1.1 table 1: not in a Request-URI
    }
    return true;
  }

  bool read_status_line(std::string_view line) {
    const char* const first = line.data();
    const std::size_t space = std::min(line.find(' '), line.size());
    bool known = false;
    if (!read_version(line.substr(0, space), known)) return fault(Code::bad_start_line, first), false;
    if (!known) fault(Code::bad_version, first + 4);
    const std::string_view rest = line.substr(space);
    if (rest.size() < 5 || rest[4] != ' ') return fault(Code::bad_status, first + space), true;
    const auto status = parse_number(rest.substr(1, 3));
    if (!status || *status < 100 || *status > 699) return fault(Code::bad_status, first + space + 1), true;
    m_.status = static_cast<std::uint16_t>(*status);
    m_.reason = rest.substr(5);
    return true;
  }

  // One header line; false at the blank line and on a fault that makes the rest unreadable.
  bool read_header() {
    if (end_ - at_ >= 2 && at_[0] == '\r' && at_[1] == '\n') {
      at_ += 2;
      ended_ = true;
      return false;
    }
    char* const name = at_;
    const auto room = std::min<std::ptrdiff_t>(end_ - at_, longest_known_name + 1);
    auto* colon = static_cast<char*>(std::memchr(at_, ':', static_cast<std::size_t>(room)));
    const char* name_end = colon;
    // A known name with its colon right behind it needs no further look at its characters.
    HeaderName id = colon == nullptr ? HeaderName::other : parse_header_name(view(name, colon));
    if (id == HeaderName::other) {
      name_end = chars::skip(at_, end_, chars::token);
      colon = const_cast<char*>(chars::skip_space(name_end, end_));
      if (colon == end_) return fault(Code::truncated, colon), false;
      if (name_end == name || *colon != ':') return skip_bad_line(colon);
      id = parse_header_name(view(name, name_end));
    }
    char* const value = const_cast<char*>(chars::skip_space(colon + 1, end_));
    char* line_end = nullptr;
    bool folded = false;
    if (!find_line_end(value, line_end, folded)) return false;
    at_ = line_end + 2;
    if (m_.headers_.size() == WireLimits::headers) return fault(Code::too_many_headers, name), false;
    if (folded) line_end = unfold(value, line_end);
    const Header header{id, view(name, name_end), chars::trim(view(value, line_end))};
    m_.headers_.push(header);
    if (header.id != HeaderName::other) {
      auto& place = m_.first_[static_cast<std::size_t>(header.id)];
      const bool again = place != 0;
      if (!again) place = static_cast<std::uint8_t>(m_.headers_.size());
      if (again && single_valued[static_cast<std::size_t>(header.id)]) {
        fault(Code::duplicate_header, name);
      } else {
        read_value(header);
      }
    }
    return true;
  }

  bool skip_bad_line(char* where) {
    fault(Code::bad_header, where);
    char* line_end = nullptr;
    bool folded = false;
    if (!find_line_end(where, line_end, folded)) return false;
    at_ = line_end + 2;
    return true;
  }

  void read_value(const Header& header) {
    const std::string_view value = header.value;
    switch (header.id) {
      case HeaderName::via: return read_vias(value);
      case HeaderName::from: return read_one_address(value, m_.from, Code::bad_from);
      case HeaderName::to: return read_one_address(value, m_.to, Code::bad_to);
      case HeaderName::call_id:
        if (!scan::is_call_id(value)) return fault(Code::bad_call_id, value.data());
        m_.call_id = value;
        return;
      case HeaderName::cseq: {
        scan::Cursor in(value);
        if (!scan::read_cseq(in, m_.cseq)) fault(Code::bad_cseq, in.at);
        return;
      }
      case HeaderName::max_forwards:
        m_.max_forwards = parse_number(value);
        if (!m_.max_forwards || *m_.max_forwards > 255) {
          m_.max_forwards.reset();
          fault(Code::bad_max_forwards, value.data());
        }
        return;
      case HeaderName::expires:
        m_.expires = parse_number(value);
        if (!m_.expires) fault(Code::bad_expires, value.data());
        return;
      case HeaderName::content_length:
        content_length_ = parse_number(value);
        if (!content_length_) fault(Code::bad_content_length, value.data());
        return;
      case HeaderName::content_type:
        if (!has_whole_media_type(scan::Cursor(value))) return fault(Code::bad_content_type, value.data());
        m_.content_type = value;
        return;
      case HeaderName::contact: return read_contacts(value);
      case HeaderName::route:
      case HeaderName::record_route:
      case HeaderName::path:
      case HeaderName::service_route: return read_routes(value);
      case HeaderName::refer_to:
      case HeaderName::referred_by:
      case HeaderName::reply_to: {
        NameAddr address;
        return read_one_address(value, address, Code::bad_header);
      }
      case HeaderName::min_expires:
      case HeaderName::rseq:
        if (!parse_number(value)) fault(Code::bad_header, value.data());
        return;
      case HeaderName::rack:
        if (!parse_rack(value)) fault(Code::bad_header, value.data());
        return;
      default: return;
    }
  }

  void read_one_address(std::string_view value, NameAddr& out, Code code) {
    scan::Cursor in(value);
    if (scan::read_name_addr(in, out) && (in.skip_space(), in.done())) return;
    out = NameAddr{};
    fault(in.limit.value_or(code), in.at);
  }

  // Walks a comma list; `read` takes one element off the cursor. An empty element is a fault.
  template <class Read>
  void read_list(std::string_view value, std::size_t& elements, Code code, Read read) {
    scan::Cursor in(value);
    for (;;) {
      if (++elements > WireLimits::list_elements) return fault(Code::too_many_elements, in.at);
      if (!read(in)) return fault(in.limit.value_or(code), in.at);
      in.skip_space();
      if (in.done()) return;
      if (!in.take(',')) return fault(code, in.at);
      in.skip_space();
    }
  }

  void read_vias(std::string_view value) {
    read_list(value, vias_, Code::bad_via, [&](scan::Cursor& in) {
      if (vias_ == 1) {
        // What could be read of a faulty one stays: enough of it to send the refusal by.
        return scan::read_via(in, m_.via);
      }
      Via other;
      return scan::read_via(in, other);
    });
  }

  void read_contacts(std::string_view value) {
    if (value == "*") {
      if (contacts_ != 0) fault(Code::bad_contact, value.data());
      ++contacts_;
      m_.contact_is_star_ = true;
      return;
    }
    if (m_.contact_is_star_) fault(Code::bad_contact, value.data());
    m_.contact_is_star_ = false;
    read_list(value, contacts_, Code::bad_contact, [&](scan::Cursor& in) {
      if (contacts_ == 1) return m_.has_contact_ = scan::read_name_addr(in, m_.contact_);
      NameAddr other;
      return scan::read_name_addr(in, other);
    });
  }

  void read_routes(std::string_view value) {
    read_list(value, routes_, Code::bad_route, [&](scan::Cursor& in) {
      NameAddr route;
      if (!scan::read_name_addr(in, route)) return false;
      // A route is always in brackets: rr-param and URI parameters could not be told apart otherwise.
      if (route.uri.raw.data()[route.uri.raw.size()] == '>' && route.uri.raw.data()[-1] == '<') return true;
      in.at = route.raw.data();
      return false;
    });
  }

  void finish() {
    for (const HeaderName name : {HeaderName::via, HeaderName::from, HeaderName::to, HeaderName::call_id,
                                  HeaderName::cseq})
      if (!has(name)) fault(Code::missing_header, at_);
    if (m_.is_request) {
      if (!m_.cseq.method_text.empty() && m_.cseq.method_text != m_.method_text)
        fault(Code::cseq_method_mismatch, m_.cseq.method_text.data());
    } else {
      m_.method = m_.cseq.method;
      m_.method_text = m_.cseq.method_text;
    }
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (content_length_ && *content_length_ > left) return fault(Code::body_too_short, at_);
    m_.body = {at_, content_length_ ? *content_length_ : left};
  }

  const char* const base_;
  char* at_;
  char* const end_;
  Message& m_;
  bool failed_ = false;
  bool ended_ = false;
  ParseError error_{};
  std::optional<std::uint32_t> content_length_;
  std::size_t vias_ = 0, contacts_ = 0, routes_ = 0;
};

std::expected<void, ParseError> parse(std::span<char> buffer, Message& message) {
  return MessageReader(buffer, message).run();
}

const Header* Message::find(HeaderName name) const {
  if (name == HeaderName::other) return nullptr;
  const std::uint8_t place = first_[static_cast<std::size_t>(name)];
  return place == 0 ? nullptr : &headers_[place - 1u];
}

const Header* Message::find(std::string_view name) const {
  if (const HeaderName known = parse_header_name(name); known != HeaderName::other) return find(known);
  for (const Header& header : headers())
    if (header.id == HeaderName::other && equal_nocase(header.name, name)) return &header;
  return nullptr;
}

std::string_view Message::value(HeaderName name) const {
  const Header* const header = find(name);
  return header == nullptr ? std::string_view{} : header->value;
}

bool Message::lists(HeaderName name, std::string_view token) const {
  if (find(name) == nullptr) return false;
  Elements elements(*this, name);
  while (const auto element = elements.next())
    if (equal_nocase(*element, token)) return true;
  return false;
}

}  // namespace rf::sip
