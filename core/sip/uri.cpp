#include "core/sip/uri.hpp"

#include <algorithm>

#include "core/sip/chars.hpp"
#include "core/sip/scan.hpp"

namespace rf::sip {
namespace {

using chars::is;

std::string_view view(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

// ;name[=value] of a URI: no space, no quotes, at least one character in each.
bool read_uri_params(scan::Cursor& in, Params& params) {
  const char* const first = in.at;
  const char*& at = in.at;
  const char* const end = in.end;
  scan::ParamNames names;
  while (at != end && *at == ';') {
    if (names.full()) return in.limit = ParseErrorCode::too_many_params, false;
    const char* const name = ++at;
    at = chars::skip_escaped(at, end, chars::uri_param);
    if (at == name) return false;
    if (!names.add(name, static_cast<std::size_t>(at - name))) return at = name, false;
    if (at != end && *at == '=') {
      const char* const value = ++at;
      at = chars::skip_escaped(at, end, chars::uri_param);
      if (at == value) return false;
    }
  }
  params = Params(view(first, at));
  return true;
}

bool read_uri_headers(scan::Cursor& in, std::string_view& headers) {
  const char* const first = in.at + 1;
  do {
    const char* const name = ++in.at;
    in.at = chars::skip_escaped(in.at, in.end, chars::uri_header);
    if (in.at == name || !in.take('=')) return false;
    in.at = chars::skip_escaped(in.at, in.end, chars::uri_header);
  } while (in.peek('&'));
  headers = view(first, in.at);
  return true;
}

bool read_sip(scan::Cursor& in, Uri& out) {
  const auto left = static_cast<std::size_t>(in.end - in.at);
  if (const auto* const sign = static_cast<const char*>(std::memchr(in.at, '@', left))) {
    const char* const user = in.at;
    in.at = chars::skip_escaped(user, sign, chars::user);
    if (in.at == user) return false;
    out.user = view(user, in.at);
    if (in.at != sign && *in.at == ':') {
      const char* const password = ++in.at;
      in.at = chars::skip_escaped(password, sign, chars::password);
      out.password = view(password, in.at);
    }
    if (in.at != sign) return false;
    ++in.at;
  }
  if (!scan::read_host(in, out.host)) return false;
  if (in.take(':') && !scan::read_port(in, out.port)) return false;
  if (in.peek(';') && !read_uri_params(in, out.params)) return false;
  if (in.peek('?') && !read_uri_headers(in, out.headers)) return false;
  return in.done();
}

// RFC 3966 §3. A local number without its phone-context passes: emergency numbers come that way.
bool read_tel(scan::Cursor& in, Uri& out) {
  const char* const number = in.at;
  const bool global = in.take('+');
  bool dialled = false;
  for (; in.at != in.end && is(*in.at, chars::phone); ++in.at) {
    const bool digit = is(*in.at, chars::digit);
    const bool local_only = !digit && (is(*in.at, chars::hex) || *in.at == '*' || *in.at == '#');
    if (global && local_only) return false;
    dialled = dialled || digit || local_only;
  }
  if (!dialled) return false;
  out.user = view(number, in.at);
  if (in.peek(';') && !read_uri_params(in, out.params)) return false;
  return in.done();
}

bool parameter_must_match(std::string_view name) {
  for (const std::string_view known : {"user", "ttl", "method", "maddr", "transport"})
    if (equal_nocase(name, known)) return true;
  return false;
}

int hex_value(char c) { return is(c, chars::digit) ? c - '0' : (c | 0x20) - 'a' + 10; }

// Takes one character off, with its escape undone; for comparing without building strings.
int take_unescaped(std::string_view& text) {
  int c = static_cast<unsigned char>(text[0]);
  if (c == '%' && text.size() >= 3 && is(text[1], chars::hex) && is(text[2], chars::hex)) {
    c = hex_value(text[1]) * 16 + hex_value(text[2]);
    text.remove_prefix(3);
  } else {
    text.remove_prefix(1);
  }
  return c;
}

bool equal_unescaped(std::string_view a, std::string_view b, bool ignore_case) {
  while (!a.empty() && !b.empty()) {
    int x = take_unescaped(a), y = take_unescaped(b);
    if (ignore_case) {
      if (x >= 'A' && x <= 'Z') x |= 0x20;
      if (y >= 'A' && y <= 'Z') y |= 0x20;
    }
    if (x != y) return false;
  }
  return a.empty() && b.empty();
}

std::optional<Param> find_param(const Params& params, std::string_view name) {
  Params rest = params;
  while (auto p = rest.next())
    if (equal_unescaped(p->name, name, true)) return p;
  return std::nullopt;
}

bool params_fit(const Uri& a, const Uri& b) {
  Params rest = a.params;
  while (const auto mine = rest.next()) {
    const auto theirs = find_param(b.params, mine->name);
    if (!theirs) {
      if (parameter_must_match(mine->name)) return false;
      continue;
    }
    if (mine->has_value != theirs->has_value || !equal_unescaped(mine->value, theirs->value, true)) return false;
  }
  return true;
}

std::optional<std::string_view> take_uri_header(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const std::size_t end = std::min(rest.find('&'), rest.size());
  const std::string_view one = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return one;
}

// Every header of `a` has its equal in `b`: name without case, value with it.
bool headers_fit(std::string_view a, std::string_view b) {
  while (const auto mine = take_uri_header(a)) {
    const std::size_t equals = std::min(mine->find('='), mine->size());
    bool found = false;
    std::string_view rest = b;
    while (const auto theirs = take_uri_header(rest)) {
      const std::size_t at = std::min(theirs->find('='), theirs->size());
      if (equal_unescaped(mine->substr(0, equals), theirs->substr(0, at), true) &&
          equal_unescaped(mine->substr(equals), theirs->substr(at), false)) {
        found = true;
        break;
      }
    }
    if (!found) return false;
  }
  return true;
}

}  // namespace

bool scan::read_uri(Cursor& in, Uri& out) {
  out = Uri{};
  out.raw = view(in.at, in.end);
  const char* const scheme = in.at;
  if (in.end - in.at > 4 && std::memcmp(in.at, "sip:", 4) == 0) {
    out.scheme = Uri::Scheme::sip;
    out.scheme_text = view(scheme, scheme + 3);
    in.at += 4;
    return read_sip(in, out);
  }
  if (in.done() || !is(*in.at, chars::alpha)) return false;
  while (!in.done() && (is(*in.at, chars::alpha | chars::digit) || *in.at == '+' || *in.at == '-' || *in.at == '.'))
    ++in.at;
  out.scheme_text = view(scheme, in.at);
  if (!in.take(':')) return false;
  if (equal_nocase(out.scheme_text, "sip")) {
    out.scheme = Uri::Scheme::sip;
    return read_sip(in, out);
  }
  if (equal_nocase(out.scheme_text, "sips")) {
    out.scheme = Uri::Scheme::sips;
    return read_sip(in, out);
  }
  if (equal_nocase(out.scheme_text, "tel")) {
    out.scheme = Uri::Scheme::tel;
    return read_tel(in, out);
  }
  out.scheme = Uri::Scheme::other;
  const char* const opaque = in.at;
  in.at = chars::skip_escaped(opaque, in.end, chars::uric);
  return in.at != opaque && in.done();
}

std::expected<Uri, ParseError> parse_uri(std::string_view text) {
  Uri uri;
  scan::Cursor in(text);
  if (!scan::read_uri(in, uri))
    return std::unexpected(ParseError{in.limit.value_or(ParseErrorCode::bad_uri),
                                      static_cast<std::uint32_t>(in.at - text.data())});
  return uri;
}

std::optional<Address> Uri::address() const { return scan::host_address(host); }

std::optional<Transport> Uri::transport() const {
  const auto name = params.value("transport");
  return name ? parse_transport(*name) : std::nullopt;
}

bool equivalent(const Uri& a, const Uri& b) {
  using enum Uri::Scheme;
  if (a.scheme != b.scheme) return false;
  if (a.scheme == other) return equal_nocase(a.scheme_text, b.scheme_text) &&
                                a.raw.substr(a.scheme_text.size()) == b.raw.substr(b.scheme_text.size());
  if (a.scheme == tel) {
    // RFC 3966 §5: visual separators do not count.
    const auto digits = [](std::string_view number) {
      std::string out;
      for (const char c : number)
        if (c != '-' && c != '.' && c != '(' && c != ')') out += chars::lower(c);
      return out;
    };
    return digits(a.user) == digits(b.user) && params_fit(a, b) && params_fit(b, a);
  }
  if (!equal_unescaped(a.user, b.user, false) || !equal_unescaped(a.password, b.password, false)) return false;
  if (a.user.empty() != b.user.empty() || a.port != b.port) return false;
  if (!equal_nocase(a.host, b.host)) {
    const auto x = a.address(), y = b.address();
    if (!x || !y || *x != *y) return false;
  }
  return params_fit(a, b) && params_fit(b, a) && headers_fit(a.headers, b.headers) && headers_fit(b.headers, a.headers);
}

std::string unescape(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  while (!escaped.empty()) out += static_cast<char>(take_unescaped(escaped));
  return out;
}

void append_escaped_user(std::string& out, std::string_view user) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : user) {
    if (is(c, chars::user)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

std::optional<Param> Params::next() {
  const char* at = rest_.data();
  const char* const end = at + rest_.size();
  at = chars::skip_space(at, end);
  if (at == end || *at != ';') {
    rest_ = {};
    return std::nullopt;
  }
  at = chars::skip_space(at + 1, end);
  Param param;
  const char* const name = at;
  while (at != end && *at != '=' && *at != ';' && !chars::is_space(*at)) ++at;
  param.name = view(name, at);
  at = chars::skip_space(at, end);
  if (at != end && *at == '=') {
    at = chars::skip_space(at + 1, end);
    param.has_value = true;
    const char* const value = at;
    if (at != end && *at == '"') {
      scan::Cursor in(view(at, end));
      at = scan::read_quoted(in) ? in.at : end;
    } else {
      while (at != end && *at != ';' && !chars::is_space(*at)) ++at;
    }
    param.value = view(value, at);
  }
  rest_ = view(at, end);
  return param;
}

std::optional<Param> Params::find(std::string_view name) const {
  Params rest = *this;
  while (auto param = rest.next())
    if (equal_nocase(param->name, name)) return param;
  return std::nullopt;
}

std::optional<std::string_view> Params::value(std::string_view name) const {
  const auto param = find(name);
  if (!param || !param->has_value) return std::nullopt;
  std::string_view text = param->value;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace rf::sip
