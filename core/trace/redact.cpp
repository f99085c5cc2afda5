#include "core/trace/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "core/sip/message.hpp"
#include "core/sip/method.hpp"

namespace rf::trace {
namespace {

using sip::HeaderName;

constexpr std::string_view hidden = "[hidden]";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes a line off the front, whichever of CR LF, LF and CR ends it.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  if (rest.starts_with("\r\n"))
    rest.remove_prefix(2);
  else if (!rest.empty())
    rest.remove_prefix(1);
  return line;
}

bool is_folded(std::string_view rest) {
  return rest.starts_with(' ') || rest.starts_with('\t');
}

/// A line with those that continue it.
std::string take_header(std::string_view& rest) {
  std::string out(take_line(rest));
  while (is_folded(rest)) out.append(" ").append(trimmed(take_line(rest)));
  return out;
}

/// The header lines up to the empty one; what is left of `rest` is the body.
std::vector<std::string> take_headers(std::string_view& rest) {
  std::vector<std::string> out;
  while (!rest.empty()) {
    std::string line = take_header(rest);
    if (line.empty()) break;
    out.push_back(std::move(line));
  }
  return out;
}

struct Field {
  std::string_view name, value;  ///< the name empty: the line is no header
};

Field field_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = trimmed(line.substr(0, colon));
  if (!is_token(name)) return {};
  return {name, trimmed(line.substr(colon + 1))};
}

bool is_start_line(std::string_view line) {
  if (line.starts_with("SIP/2.0 ")) return true;
  const std::size_t space = line.find(' ');
  return space != std::string_view::npos && is_token(line.substr(0, space)) && line.ends_with(" SIP/2.0");
}

/// Where the next URI begins behind its scheme, and its end; npos: there is none.
struct UriAt {
  std::size_t begin = std::string_view::npos, end = 0;
};
UriAt next_uri(std::string_view lowered, std::size_t from) {
  std::size_t best = std::string_view::npos, length = 0;
  for (const std::string_view scheme : {"sip:", "sips:", "tel:"}) {
    const std::size_t at = lowered.find(scheme, from);
    if (at < best) {
      best = at;
      length = scheme.size();
    }
  }
  if (best == std::string_view::npos) return {};
  const std::size_t begin = best + length;
  return {begin, std::min(lowered.find_first_of(" \t<>\"", begin), lowered.size())};
}

/// One URI behind its scheme, without password and embedded headers.
std::string bare_uri(std::string_view uri) {
  std::string out;
  if (const std::size_t at = uri.rfind('@'); at != std::string_view::npos) {
    const std::string_view info = uri.substr(0, at);
    const std::size_t colon = info.find(':');
    out.append(info.substr(0, colon));
    if (colon != std::string_view::npos) out.append(":").append(hidden);
    out += '@';
    uri.remove_prefix(at + 1);
  }
  const std::size_t question = uri.find('?');
  out.append(uri.substr(0, question));
  if (question != std::string_view::npos) out.append("?").append(hidden);
  return out;
}

template <class Change>
std::string with_uris(std::string_view text, Change&& change) {
  const std::string lowered = lower(text);
  std::string out;
  std::size_t done = 0;
  for (UriAt uri = next_uri(lowered, 0); uri.begin != std::string_view::npos; uri = next_uri(lowered, done)) {
    out.append(text.substr(done, uri.begin - done));
    out.append(change(text.substr(uri.begin, uri.end - uri.begin)));
    done = uri.end;
  }
  out.append(text.substr(done));
  return out;
}

bool speaks_of_a_secret(std::string_view name) {
  const std::string text = lower(name);
  if (text == "www-authenticate" || text == "proxy-authenticate") return false;
  constexpr std::array<std::string_view, 9> words = {"auth",   "token",  "secret",  "passw", "cookie",
                                                     "apikey", "crypto", "credent", "key"};
  return text == "pin" || text.ends_with("-pin") || std::any_of(words.begin(), words.end(), [&](std::string_view word) {
           return text.find(word) != std::string::npos;
         });
}

/// "Digest algorithm=SHA-256 [hidden]": which kind of answer it was, out of words that are ours.
std::string bare_credentials(std::string_view value) {
  const std::string text = lower(value);
  if (!text.starts_with("digest ")) return std::string(hidden);
  for (const std::string_view name : {"SHA-512-256", "SHA-256", "MD5"})
    for (const char* quote : {"", "\""})
      if (text.find(fmt::format("algorithm={}{}", quote, lower(name))) != std::string::npos)
        return fmt::format("Digest algorithm={} {}", name, hidden);
  return fmt::format("Digest {}", hidden);
}

/// What a description may say of itself.
bool is_harmless_attribute(std::string_view name) {
  constexpr std::array<std::string_view, 34> known = {
      "rtpmap",     "fmtp",       "ptime",    "maxptime",     "sendrecv",     "sendonly",          "recvonly",
      "inactive",   "rtcp",       "rtcp-mux", "rtcp-mux-only", "rtcp-rsize",  "rtcp-fb",           "mid",
      "group",      "candidate",  "setup",    "fingerprint",  "ice-ufrag",    "ice-lite",          "ice-options",
      "ssrc",       "ssrc-group", "msid",     "msid-semantic", "extmap",      "end-of-candidates", "label",
      "silencesupp", "tool",      "charset",  "range",        "extmap-allow-mixed", "ice-pacing"};
  return std::find(known.begin(), known.end(), lower(name)) != known.end();
}

std::string bare_attribute(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (is_harmless_attribute(name)) return std::string(text);
  if (!is_token(name)) return std::string(hidden);
  if (colon == std::string_view::npos) return std::string(name);
  if (lower(name) != "crypto") return fmt::format("{}:{}", name, hidden);
  // The tag and the suite tell why two phones do not agree.
  std::string_view rest = trimmed(text.substr(colon + 1));
  const std::string_view tag = rest.substr(0, rest.find(' '));
  rest = trimmed(rest.substr(tag.size()));
  const std::string_view suite = rest.substr(0, rest.find_first_of(" \t"));
  const bool known = std::all_of(tag.begin(), tag.end(), is_digit) && tag.size() <= 9 &&
                     (suite.starts_with("AES_") || suite.starts_with("AEAD_") || suite.starts_with("F8_")) &&
                     suite.size() <= 32 && suite.find(':') == std::string_view::npos;
  return known ? fmt::format("{}:{} {} {}", name, tag, suite, hidden) : fmt::format("{}:{}", name, hidden);
}

std::string bare_description(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::string_view line = take_line(body);
    const bool shaped = line.size() >= 2 && line[1] == '=';
    if (line.empty()) continue;
    if (shaped && line[0] == 'a')
      out.append("a=").append(bare_attribute(line.substr(2)));
    else if (shaped && std::string_view("vosiuepcbtrzm").find(line[0]) != std::string_view::npos)
      out.append(line.substr(0, 2)).append(with_uris(line.substr(2), bare_uri));
    else
      out.append(shaped && line[0] == 'k' ? "k=" : "a=x-").append(hidden);
    out += "\r\n";
  }
  return out;
}

/// What is known of a message before its body is looked at.
struct Shape {
  bool description = false;  ///< every Content-Type says so
  bool other_type = false;
  bool silent = false;  ///< INFO, MESSAGE: its body is never shown
  bool encoded = false;
};

void note(Shape& shape, HeaderName id, std::string_view value) {
  if (id == HeaderName::content_encoding) shape.encoded = true;
  if (id == HeaderName::content_type) {
    const bool sdp = trimmed(lower(value.substr(0, value.find(';')))) == "application/sdp";
    (sdp ? shape.description : shape.other_type) = true;
  }
  if (id == HeaderName::cseq && (value.find("INFO") != value.npos || value.find("MESSAGE") != value.npos))
    shape.silent = true;
}

std::string bare_value(std::string_view name, HeaderName id, std::string_view value) {
  if (id == HeaderName::authorization || id == HeaderName::proxy_authorization) return bare_credentials(value);
  if (speaks_of_a_secret(name)) return std::string(hidden);
  return with_uris(value, bare_uri);
}

std::string masked(std::string_view run) {
  const auto digits = static_cast<std::size_t>(std::count_if(run.begin(), run.end(), is_digit));
  if (digits <= 5) return std::string(run);
  std::string out(run);
  std::size_t left = std::min<std::size_t>(4, digits - 2);
  for (std::size_t i = out.size(); i-- > 0 && left > 0;)
    if (is_digit(out[i])) {
      out[i] = 'x';
      --left;
    }
  return out;
}

/// Digits with what people write between them; in a text of words a dot or a bracket belongs to the words.
std::string masked_runs(std::string_view text, std::string_view between) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || (end > 0 && between.find(text[end]) != between.npos))) ++end;
    if (end == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    out += masked(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

/// The user of a URI behind its scheme.
std::string masked_uri(std::string_view uri) {
  std::size_t end = uri.find('@');
  // Without one it is a telephone number, or a host.
  if (end == std::string_view::npos) {
    end = std::min(uri.find_first_of(";?>"), uri.size());
    if (uri.substr(0, end).find_first_not_of("+0123456789-.()*#xX") != std::string_view::npos) return std::string(uri);
    if (Address::parse(uri.substr(0, end)) || Endpoint::parse(uri.substr(0, end))) return std::string(uri);
  }
  return hidden_number(uri.substr(0, end)) + std::string(uri.substr(end));
}

bool names_people(HeaderName id) {
  using enum HeaderName;
  constexpr std::array people = {from,        to,           contact,      p_asserted_identity, p_preferred_identity,
                                 diversion,   history_info, refer_to,     referred_by,         reply_to,
                                 record_route, route,       path,         subject};
  return std::find(people.begin(), people.end(), id) != people.end();
}

std::string masked_value(HeaderName id, std::string_view value) {
  if (id == HeaderName::identity) return std::string(hidden);  // its claims hold both numbers
  if (id == HeaderName::other || id == HeaderName::subject) return masked_runs(value, "-.() ");
  const std::string out = with_uris(value, masked_uri);
  if (!names_people(id)) return out;
  // Names stand before the URI in angle brackets; behind it are tags.
  const std::size_t bracket = std::min(out.find('<'), out.size());
  return bracket == out.size() ? out : masked_runs(std::string_view(out).substr(0, bracket), "-.() ") +
                                           out.substr(bracket);
}

}  // namespace

std::string redact_message(std::string_view wire) {
  std::string_view rest = wire;
  const std::string start(take_line(rest));
  if (!is_start_line(start)) return fmt::format("[{} bytes that are no SIP message]", wire.size());
  Shape shape;
  shape.silent = start.starts_with("INFO ") || start.starts_with("MESSAGE ");
  const std::vector<std::string> headers = is_folded(rest) ? std::vector<std::string>() : take_headers(rest);
  for (const std::string& line : headers)
    if (const Field field = field_of(line); !field.name.empty())
      note(shape, sip::parse_header_name(field.name), field.value);
  const bool shows = shape.description && !shape.other_type && !shape.silent && !shape.encoded;
  const std::string body = rest.empty() ? std::string()
                           : shows      ? bare_description(rest)
                                        : fmt::format("[a body of {} bytes is hidden]\r\n", rest.size());
  std::string out = with_uris(start, bare_uri) + "\r\n";
  for (const std::string& line : headers) {
    const Field field = field_of(line);
    if (field.name.empty()) {
      out.append(hidden).append("\r\n");
      continue;
    }
    const HeaderName id = sip::parse_header_name(field.name);
    out.append(field.name).append(": ");
    if (id == HeaderName::content_length)
      out += std::to_string(body.size());
    else
      out += bare_value(field.name, id, field.value);
    out += "\r\n";
  }
  return out.append("\r\n").append(body);
}

std::string hide_numbers(std::string_view redacted) {
  std::string_view rest = redacted;
  std::string out = with_uris(take_line(rest), masked_uri);
  bool head = true;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    out += "\r\n";
    if (line.empty()) {
      head = false;
    } else if (head) {
      const Field field = field_of(line);
      if (field.name.empty())
        out += line;
      else
        out.append(field.name).append(": ").append(masked_value(sip::parse_header_name(field.name), field.value));
    } else {
      const bool words = line.size() > 2 && std::string_view("siep").find(line[0]) != std::string_view::npos;
      out += words ? masked_runs(line, "-.() ") : with_uris(line, masked_uri);
    }
  }
  if (redacted.ends_with('\n')) out += "\r\n";
  return out;
}

std::string hidden_number(std::string_view user) {
  // Letters can be written as %31, and nobody types that in earnest.
  const std::size_t escape = user.find('%');
  std::string out = masked_runs(user.substr(0, escape), "-.()");
  if (escape != std::string_view::npos) out += "xxxx";
  return out;
}

std::string hidden_numbers_in_words(std::string_view text) {
  return masked_runs(text, "-");
}

}  // namespace rf::trace
