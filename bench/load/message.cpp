#include "bench/load/message.hpp"

namespace rf::load {
namespace {

bool same_name(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] | 0x20) != lower[i] && a[i] != lower[i]) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

void take_header(std::string_view line, std::string_view name, std::string_view value, Scan& out) {
  // The first letter and the length decide almost always; the comparison only confirms.
  switch (name.front() | 0x20) {
    case 'v':
      if (name.size() == 1 || same_name(name, "via")) {
        if (out.vias == 0) out.branch = parameter(value.substr(0, value.find(',')), "branch");
        if (out.vias < out.via_lines.size()) out.via_lines[out.vias++] = line;
      }
      break;
    case 'f':
      if (name.size() == 1 || same_name(name, "from")) out.from = value;
      break;
    case 't':
      if (name.size() == 1 || same_name(name, "to")) out.to = value;
      break;
    case 'i':
      if (name.size() == 1) out.call_id = value;
      break;
    case 'm':
      if (name.size() == 1) out.contact = value;
      break;
    case 'c':
      if (same_name(name, "call-id")) {
        out.call_id = value;
      } else if (same_name(name, "cseq")) {
        out.cseq = value;
        std::size_t i = 0;
        for (; i < value.size() && value[i] >= '0' && value[i] <= '9'; ++i) {
          out.cseq_number = out.cseq_number * 10 + static_cast<std::uint32_t>(value[i] - '0');
        }
        if (out.status != 0) out.method = trim(value.substr(i));
      } else if (same_name(name, "contact")) {
        out.contact = value;
      }
      break;
    case 'r':
      if (same_name(name, "record-route") && out.routes < out.route_values.size())
        out.route_values[out.routes++] = value;
      break;
    case 'w':
    case 'p':
      if (out.challenge_count < out.challenges.size()) {
        bool proxy = same_name(name, "proxy-authenticate");
        if (proxy || same_name(name, "www-authenticate")) {
          out.challenges[out.challenge_count++] = value;
          out.for_proxy = proxy;
        }
      }
      break;
    default:
      break;
  }
}

}  // namespace

bool scan(std::string_view bytes, Scan& out) {
  std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos || end < 12) return false;
  std::string_view start = trim(bytes.substr(0, end));
  if (start.starts_with("SIP/2.0 ")) {
    for (char c : start.substr(8, 3)) out.status = out.status * 10 + (c - '0');
  } else {
    std::size_t space = start.find(' ');
    std::size_t second = start.rfind(' ');
    if (space == std::string_view::npos || second <= space) return false;
    out.method = start.substr(0, space);
    out.request_uri = start.substr(space + 1, second - space - 1);
  }
  std::size_t at = end + 1;
  while (at < bytes.size()) {
    end = bytes.find('\n', at);
    if (end == std::string_view::npos) return false;
    std::string_view line = trim(bytes.substr(at, end - at));
    at = end + 1;
    if (line.empty()) {
      out.body = bytes.substr(at);
      return true;
    }
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    take_header(line, trim(line.substr(0, colon)), trim(line.substr(colon + 1)), out);
  }
  return false;
}

std::string_view parameter(std::string_view value, std::string_view name) {
  for (std::size_t at = value.find(name); at != std::string_view::npos; at = value.find(name, at + 1)) {
    std::size_t equals = at + name.size();
    if (at == 0 || value[at - 1] != ';' || equals >= value.size() || value[equals] != '=') continue;
    std::string_view rest = value.substr(equals + 1);
    return rest.substr(0, rest.find_first_of(";, \t"));
  }
  return {};
}

std::string_view challenge_field(std::string_view challenge, std::string_view name) {
  for (std::size_t at = challenge.find(name); at != std::string_view::npos; at = challenge.find(name, at + 1)) {
    std::size_t equals = at + name.size();
    bool starts = at == 0 || challenge[at - 1] == ' ' || challenge[at - 1] == ',';
    if (!starts || equals >= challenge.size() || challenge[equals] != '=') continue;
    std::string_view rest = challenge.substr(equals + 1);
    if (!rest.empty() && rest.front() == '"') {
      rest.remove_prefix(1);
      return rest.substr(0, rest.find('"'));
    }
    return rest.substr(0, rest.find_first_of(", \t"));
  }
  return {};
}

std::string_view uri_of(std::string_view value) {
  std::size_t open = value.find('<');
  if (open == std::string_view::npos) return value.substr(0, value.find(';'));
  std::size_t close = value.find('>', open);
  return close == std::string_view::npos ? std::string_view{} : value.substr(open + 1, close - open - 1);
}

bool read_hex(std::string_view text, std::uint32_t& out) {
  if (text.size() != 8) return false;
  out = 0;
  for (char c : text) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a') + 10;
    } else {
      return false;
    }
    out = out << 4 | digit;
  }
  return true;
}

void write_response_head(Text& out, const Scan& request, std::string_view status_and_reason, std::string_view to_tag) {
  out << "SIP/2.0 " << status_and_reason << "\r\n";
  for (unsigned i = 0; i < request.vias; ++i) out << request.via_lines[i] << "\r\n";
  out << "From: " << request.from << "\r\nTo: " << request.to;
  if (!to_tag.empty() && parameter(request.to, "tag").empty()) out << ";tag=" << to_tag;
  out << "\r\nCall-ID: " << request.call_id << "\r\nCSeq: " << request.cseq << "\r\n";
}

}  // namespace rf::load
