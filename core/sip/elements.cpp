// Values of the structured headers: hosts, parameters, name-addr, Via, CSeq, RAck, comma lists.
#include <algorithm>

#include "core/sip/chars.hpp"
#include "core/sip/message.hpp"
#include "core/sip/scan.hpp"

namespace rf::sip {

using chars::is;

namespace {

enum class ParamValues : bool { generic, via };  // a Via's may be a bare IPv6 address (RFC 5118 §4.5)

std::string_view view(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

// Four parts of one to three digits, at most 255, no leading zeros: what Address::parse takes, without its cost. Gives
// the first byte behind, or null.
const char* skip_ipv4(const char* at, const char* end) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at == end || *at++ != '.')) return nullptr;
    const char* const first = at;
    unsigned value = 0;
    for (; at != end && is(*at, chars::digit) && at - first < 3; ++at)
      value = value * 10 + static_cast<unsigned>(*at - '0');
    if (at == first || value > 255 || (at - first > 1 && *first == '0')) return nullptr;
  }
  return at == end || !is(*at, chars::host) ? at : nullptr;
}

bool read_host_name(scan::Cursor& in, std::string_view& host) {
  const char* const first = in.at;
  if (!in.done() && is(*first, chars::digit)) {
    if (const char* const behind = skip_ipv4(first, in.end); behind != nullptr) {
      host = view(first, behind);
      in.at = behind;
      return true;
    }
  }
  const char* label = first;
  for (;;) {
    in.at = chars::skip(label, in.end, chars::label);
    if (in.at == label) return false;
    if (*label == '-' || in.at[-1] == '-') return in.at = label, false;
    if (!in.peek('.')) break;
    // A dot may end the name (the root); two in a row may not.
    if (in.end - in.at < 2 || !is(in.at[1], chars::host)) {
      ++in.at;
      break;
    }
    label = in.at + 1;
  }
  // RFC 3261 §25.1: toplabel begins with a letter, so that no name looks like an address.
  if (!is(*label, chars::alpha)) return in.at = label, false;
  host = view(first, in.at);
  return true;
}

bool read_param_value(scan::Cursor& in, ParamValues values) {
  if (in.done()) return false;
  if (*in.at == '"') return scan::read_quoted(in);
  if (*in.at == '[') {
    std::string_view host;
    return scan::read_host(in, host);
  }
  const char* const first = in.at;
  in.at = chars::skip(in.at, in.end, chars::token);
  if (values == ParamValues::via && in.peek(':')) {
    in.at = chars::skip(first, in.end, chars::address);
    return Address::parse(view(first, in.at)).has_value();
  }
  return in.at != first;
}

// tag and branch are tokens, not any generic-param: they go back out unquoted, and what stands in quotes would be read
// as something else there.
bool is_bare(std::string_view value) {
  return !value.empty() && is(value.front(), chars::token) && value.find(':') == std::string_view::npos;
}

// Reads *(SEMI generic-param) and shows each name and value to `visit`, which may refuse it.
template <class Visit>
bool read_params_with(scan::Cursor& in, Params& params, ParamValues values, Visit visit) {
  params = {};
  in.skip_space();
  if (!in.peek(';')) return true;
  scan::ParamNames names;
  const char* const first = in.at;
  const char* last = in.at;
  for (; in.peek(';'); in.skip_space()) {
    if (names.full()) return in.limit = ParseErrorCode::too_many_params, false;
    ++in.at;
    in.skip_space();
    const char* const name = in.at;
    in.at = chars::skip(in.at, in.end, chars::token);
    if (in.at == name) return false;
    const std::string_view text = view(name, in.at);
    if (!names.add(name, text.size())) return in.at = name, false;
    last = in.at;
    in.skip_space();
    std::string_view value;
    if (in.take('=')) {
      in.skip_space();
      const char* const begin = in.at;
      if (!read_param_value(in, values)) return false;
      last = in.at;
      value = view(begin, last);
    }
    if (!visit(text, value)) return in.at = name, false;
  }
  params = Params(view(first, last));
  return true;
}

// The URI of a name-addr without brackets: no comma, semicolon or question mark belongs to it (RFC 3261 §20.10).
const char* end_of_bare_uri(const char* at, const char* end) {
  while (at != end && *at != ';' && *at != ',' && *at != '?' && !chars::is_space(*at) && *at != '>') ++at;
  return at;
}

bool read_uri_into(scan::Cursor& in, const char* end, Uri& uri) {
  scan::Cursor inner(view(in.at, end));
  const bool read = scan::read_uri(inner, uri);
  in.at = inner.at;
  in.limit = inner.limit;
  return read;
}

ParseError error_at(const scan::Cursor& in, std::string_view text, ParseErrorCode code) {
  return {in.limit.value_or(code), static_cast<std::uint32_t>(in.at - text.data())};
}

}  // namespace

void scan::Cursor::skip_space() {
  at = chars::skip_space(at, end);
}

bool scan::read_quoted(Cursor& in) {
  for (const char* at = in.at + 1; at != in.end; ++at) {
    const auto c = static_cast<unsigned char>(*at);
    if (c == '"') return in.at = at + 1, true;
    if (c == '\\') {
      // quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)
      if (++at == in.end || *at == '\r' || *at == '\n' || static_cast<unsigned char>(*at) > 0x7f) break;
    } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
      break;
    }
  }
  return false;
}

std::optional<Address> scan::host_address(std::string_view host) {
  const std::size_t three = host.find(":::");
  if (three == std::string_view::npos || host.size() > 46) return Address::parse(host);
  char fewer[46];
  const std::size_t kept = host.copy(fewer, three + 2);
  const std::size_t behind = host.substr(three + 3).copy(fewer + kept, sizeof fewer - kept);
  return Address::parse({fewer, kept + behind});
}

bool scan::read_host(Cursor& in, std::string_view& host) {
  if (!in.peek('[')) return read_host_name(in, host);
  const char* const first = in.at + 1;
  const char* const close = chars::skip(first, in.end, chars::address);
  if (close == in.end || *close != ']') return in.at = close, false;
  const std::string_view inside = view(first, close);
  if (inside.find(':') == std::string_view::npos || !host_address(inside)) return in.at = first, false;
  host = inside;
  in.at = close + 1;
  return true;
}

bool scan::read_port(Cursor& in, std::optional<std::uint16_t>& port) {
  const char* const first = in.at;
  unsigned value = 0;
  for (; in.at != in.end && is(*in.at, chars::digit); ++in.at) {
    value = value * 10 + static_cast<unsigned>(*in.at - '0');
    if (value > 65'535) return false;
  }
  if (in.at == first) return false;
  port = static_cast<std::uint16_t>(value);
  return true;
}

bool scan::read_params(Cursor& in, Params& params) {
  return read_params_with(in, params, ParamValues::generic, [](std::string_view, std::string_view) { return true; });
}

bool scan::read_name_addr(Cursor& in, NameAddr& out) {
  const char* const first = in.at;
  out.display = {};
  bool bracketed = false;
  if (in.peek('"')) {
    if (!read_quoted(in)) return false;
    out.display = view(first, in.at);
    in.skip_space();
    if (!in.peek('<')) return false;
    bracketed = true;
  } else {
    // Words before '<' are a display name; anything else that stops them means a bare URI.
    const char* at = first;
    const char* last = first;
    for (;;) {
      at = chars::skip(at, in.end, chars::token);
      if (at != first && !chars::is_space(at[-1])) last = at;
      if (at == in.end || !chars::is_space(*at)) break;
      at = chars::skip_space(at, in.end);
    }
    if (at != in.end && *at == '<') {
      out.display = view(first, last);
      in.at = at;
      bracketed = true;
    }
  }
  if (bracketed) {
    ++in.at;
    const auto* const close =
        static_cast<const char*>(std::memchr(in.at, '>', static_cast<std::size_t>(in.end - in.at)));
    if (close == nullptr) return false;
    if (!read_uri_into(in, close, out.uri)) return false;
    ++in.at;
  } else {
    if (!read_uri_into(in, end_of_bare_uri(in.at, in.end), out.uri)) return false;
  }
  const char* const end_of_uri = in.at;
  const auto sound = [](std::string_view name, std::string_view value) {
    return name.size() != 3 || !equal_nocase(name, "tag") || is_bare(value);
  };
  if (!read_params_with(in, out.params, ParamValues::generic, sound)) return false;
  out.raw = view(first, out.params.empty() ? end_of_uri : out.params.raw().data() + out.params.raw().size());
  return true;
}

bool scan::read_via(Cursor& in, Via& out) {
  const char* const first = in.at;
  out = Via{};
  if (in.end - in.at > 8 && std::memcmp(in.at, "SIP/2.0/", 8) == 0) {
    in.at += 8;
  } else {
    // sent-protocol allows white space around its slashes, and names and versions that are not ours.
    for (int part = 0; part < 2; ++part) {
      const char* const piece = in.at;
      in.at = chars::skip(in.at, in.end, chars::token);
      if (in.at == piece) return false;
      in.skip_space();
      if (!in.take('/')) return false;
      in.skip_space();
    }
  }
  in.skip_space();
  const char* const transport = in.at;
  in.at = chars::skip(in.at, in.end, chars::token);
  if (in.at == transport) return false;
  out.transport = view(transport, in.at);
  const char* const gap = in.at;
  in.skip_space();
  if (in.at == gap) return false;
  if (!read_host(in, out.host)) return false;
  out.raw = view(first, in.at);
  in.skip_space();
  if (in.take(':')) {
    in.skip_space();
    if (!read_port(in, out.port)) return false;
    out.raw = view(first, in.at);
  }
  const auto keep = [&out](std::string_view name, std::string_view value) {
    if (name.size() == 5 && equal_nocase(name, "rport")) out.rport = true;
    if (name.size() != 6 || !equal_nocase(name, "branch")) return true;
    if (!is_bare(value)) return false;
    out.branch = value;
    return true;
  };
  if (!read_params_with(in, out.params, ParamValues::via, keep)) return false;
  if (!out.params.empty()) out.raw = view(first, out.params.raw().data() + out.params.raw().size());
  return true;
}

bool scan::read_cseq(Cursor& in, CSeq& out) {
  const char* const first = in.at;
  std::uint64_t number = 0;
  for (; in.at != in.end && is(*in.at, chars::digit); ++in.at) {
    number = number * 10 + static_cast<unsigned>(*in.at - '0');
    if (number >= std::uint64_t{1} << 31) return in.at = first, false;  // RFC 3261 §8.1.1.5
  }
  if (in.at == first) return false;
  const char* const gap = in.at;
  in.skip_space();
  const char* const method = in.at;
  if (method == gap) return false;
  in.at = chars::skip(in.at, in.end, chars::token);
  if (in.at == method || in.at != in.end) return false;
  out.number = static_cast<std::uint32_t>(number);
  out.method_text = view(method, in.at);
  out.method = parse_method(out.method_text);
  return true;
}

bool scan::is_call_id(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* at = chars::skip(text.data(), end, chars::word);
  if (at == text.data()) return false;
  if (at == end) return true;
  if (*at != '@') return false;
  const char* const second = ++at;
  at = chars::skip(at, end, chars::word);
  return at == end && at != second;
}

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view element) {
  NameAddr out;
  scan::Cursor in(element);
  in.skip_space();
  const bool read = scan::read_name_addr(in, out);
  if (read) in.skip_space();
  if (!read || !in.done()) return std::unexpected(error_at(in, element, ParseErrorCode::bad_uri));
  return out;
}

std::expected<Via, ParseError> parse_via(std::string_view element) {
  Via out;
  scan::Cursor in(element);
  in.skip_space();
  const bool read = scan::read_via(in, out);
  if (read) in.skip_space();
  if (!read || !in.done()) return std::unexpected(error_at(in, element, ParseErrorCode::bad_via));
  return out;
}

std::expected<CSeq, ParseError> parse_cseq(std::string_view value) {
  CSeq out;
  scan::Cursor in(value);
  if (!scan::read_cseq(in, out)) return std::unexpected(error_at(in, value, ParseErrorCode::bad_cseq));
  return out;
}

std::expected<Rack, ParseError> parse_rack(std::string_view value) {
  const char* const end = value.data() + value.size();
  const char* const behind = chars::skip(value.data(), end, chars::digit);
  const auto rseq = parse_number(view(value.data(), behind));
  const char* const second = chars::skip_space(behind, end);
  scan::Cursor in(view(second, end));
  CSeq cseq;
  if (!rseq || second == behind) return std::unexpected(ParseError{ParseErrorCode::bad_header, 0});
  if (!scan::read_cseq(in, cseq)) return std::unexpected(error_at(in, value, ParseErrorCode::bad_header));
  return Rack{*rseq, cseq.number, cseq.method};
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is(c, chars::digit)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > UINT32_MAX) return std::nullopt;
  }
  return static_cast<std::uint32_t>(value);
}

bool equal_nocase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && chars::lower(a[i]) != chars::lower(b[i])) return false;
  return true;
}

std::optional<std::string_view> next_element(std::string_view& rest) {
  while (!rest.empty()) {
    const char* at = rest.data();
    const char* const end = at + rest.size();
    bool in_brackets = false;
    for (; at != end; ++at) {
      if (*at == '"' && !in_brackets) {
        scan::Cursor quoted(view(at, end));
        // An unclosed quote swallows the rest: better one bad element than two that were never meant.
        if (!scan::read_quoted(quoted)) {
          at = end;
          break;
        }
        at = quoted.at - 1;
      } else if (*at == '<') {
        in_brackets = true;
      } else if (*at == '>') {
        in_brackets = false;
      } else if (*at == ',' && !in_brackets) {
        break;
      }
    }
    const std::string_view element = chars::trim(view(rest.data(), at));
    rest = at == end ? std::string_view{} : view(at + 1, end);
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

std::optional<std::string_view> Elements::next() {
  for (;;) {
    if (const auto element = next_element(rest_)) return element;
    while (!headers_.empty() && headers_.front().id != name_) headers_ = headers_.subspan(1);
    if (headers_.empty()) return std::nullopt;
    rest_ = headers_.front().value;
    headers_ = headers_.subspan(1);
  }
}

}  // namespace rf::sip
