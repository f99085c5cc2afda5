#include "core/websocket/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "core/base/limits/people.hpp"

namespace rf::websocket {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view line_end = "\r\n";
constexpr std::size_t key_characters = 24;

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool lists(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (same(trim(list.substr(0, comma)), wanted)) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

/// The fields that decide, each at most once.
struct Fields {
  std::optional<std::string_view> host, upgrade, connection, version, key, origin, protocol;
  bool browser = false;
  bool body = false;
};

/// False: a field twice, or more than we read.
bool take(Fields& fields, std::string_view name, std::string_view value) {
  const auto once = [&](std::optional<std::string_view>& field) {
    if (field) return false;
    field = value;
    return true;
  };
  if (same(name, "host")) return once(fields.host);
  if (same(name, "upgrade")) return once(fields.upgrade);
  if (same(name, "connection")) return once(fields.connection);
  if (same(name, "sec-websocket-version")) return once(fields.version);
  if (same(name, "sec-websocket-key")) return once(fields.key);
  if (same(name, "sec-websocket-protocol")) return once(fields.protocol);
  if (same(name, "origin")) return once(fields.origin);
  fields.body |= same(name, "content-length") || same(name, "transfer-encoding") || same(name, "expect");
  fields.browser |= same(name, "cookie") || starts_with(name, "sec-fetch-");
  return true;
}

bool is_base64(std::string_view key) {
  return key.size() == key_characters && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, [](char c) {
           return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
         });
}

/// A host without its port, "[2001:db8::1]" included. Empty: no host.
std::string_view host_of(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool digits =
      !port.empty() && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? host.substr(0, colon) : std::string_view();
}

bool is_allowed(std::string_view origin, std::string_view host, const Origins& origins) {
  if (std::any_of(origins.allowed.begin(), origins.allowed.end(),
                  [&](const std::string& one) { return same(one, origin); }))
    return true;
  const std::string_view name = host_of(host);
  if (origins.same_host_port == 0 || name.empty()) return false;
  std::string own = "https://" + std::string(name);
  if (origins.same_host_port != 443) own += ":" + std::to_string(origins.same_host_port);
  return same(own, origin);
}

std::optional<Refusal> read_request_line(std::string_view line) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal::malformed;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(line.substr(0, first)) || line.substr(last + 1) != "HTTP/1.1") return Refusal::malformed;
  if (target.empty() || target.front() != '/' || !is_visible(target)) return Refusal::malformed;
  if (line.substr(0, first) != "GET") return Refusal::method;
  return std::nullopt;
}

std::expected<Fields, Refusal> read_fields(std::string_view lines) {
  Fields fields;
  for (std::size_t count = 0; !lines.empty(); ++count) {
    const std::size_t end = lines.find(line_end);
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + line_end.size());
    if (line.empty())
      return lines.empty() ? std::expected<Fields, Refusal>(fields) : std::unexpected(Refusal::malformed);
    if (count == WebLimits::handshake_headers) return std::unexpected(Refusal::too_long);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::unexpected(Refusal::malformed);
    const std::string_view value = trim(line.substr(colon + 1));
    const bool clean = std::all_of(value.begin(), value.end(), [](char c) {
      return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
    if (!clean || !take(fields, line.substr(0, colon), value)) return std::unexpected(Refusal::malformed);
  }
  return std::unexpected(Refusal::malformed);
}

std::string_view status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
    case Refusal::subprotocol:
      return "400 Bad Request";
    case Refusal::too_long:
      return "431 Request Header Fields Too Large";
    case Refusal::method:
      return "405 Method Not Allowed";
    case Refusal::no_upgrade:
    case Refusal::version:
      return "426 Upgrade Required";
    case Refusal::foreign_origin:
      return "403 Forbidden";
  }
  return "400 Bad Request";
}

}  // namespace

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return "malformed";
    case Refusal::too_long:
      return "too long";
    case Refusal::method:
      return "method";
    case Refusal::no_upgrade:
      return "no upgrade";
    case Refusal::version:
      return "version";
    case Refusal::subprotocol:
      return "subprotocol";
    case Refusal::foreign_origin:
      return "foreign origin";
  }
  return "malformed";
}

std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t searched) {
  constexpr std::string_view empty_line = "\r\n\r\n";
  const std::size_t end = bytes.find(empty_line, searched < empty_line.size() ? 0 : searched - empty_line.size() + 1);
  return end == std::string_view::npos ? std::nullopt : std::optional(end + 4);
}

std::expected<Opening, Refusal> read_opening(std::string_view head, const Origins& origins) {
  if (head.size() > WebLimits::handshake_bytes) return std::unexpected(Refusal::too_long);
  if (!head.ends_with("\r\n\r\n")) return std::unexpected(Refusal::malformed);
  const std::size_t first = head.find(line_end);
  if (const auto wrong = read_request_line(head.substr(0, first))) return std::unexpected(*wrong);
  const auto fields = read_fields(head.substr(first + line_end.size()));
  if (!fields) return std::unexpected(fields.error());
  if (!fields->host || fields->host->empty() || !is_visible(*fields->host) || fields->body)
    return std::unexpected(Refusal::malformed);
  // Before all that tells a stranger's page what is here.
  if (fields->origin ? !is_allowed(*fields->origin, *fields->host, origins) : fields->browser)
    return std::unexpected(Refusal::foreign_origin);
  if (!lists(fields->upgrade.value_or(""), "websocket") || !lists(fields->connection.value_or(""), "upgrade"))
    return std::unexpected(Refusal::no_upgrade);
  if (fields->version.value_or("") != "13") return std::unexpected(Refusal::version);
  if (!is_base64(fields->key.value_or(""))) return std::unexpected(Refusal::malformed);
  if (!lists(fields->protocol.value_or(""), "sip")) return std::unexpected(Refusal::subprotocol);
  return Opening{*fields->key, fields->origin.value_or("")};
}

std::string_view origin_of(std::string_view head) {
  const std::size_t first = head.find(line_end);
  if (first == std::string_view::npos) return {};
  const auto fields = read_fields(head.substr(first + line_end.size()));
  return fields ? fields->origin.value_or("") : std::string_view();
}

std::string accept_of(std::string_view key) {
  std::string text(key);
  text += magic;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

std::string accept_opening(const Opening& opening) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         accept_of(opening.key) + "\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
}

std::string refuse_opening(Refusal refusal) {
  std::string out = "HTTP/1.1 ";
  out += status_of(refusal);
  out += "\r\n";
  if (refusal == Refusal::method) out += "Allow: GET\r\n";
  if (refusal == Refusal::no_upgrade || refusal == Refusal::version)
    out += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  out += "Connection: close\r\nContent-Length: 0\r\n\r\n";
  return out;
}

}  // namespace rf::websocket
