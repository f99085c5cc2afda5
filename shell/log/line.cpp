#include "shell/log/line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/base/secret.hpp"

namespace rf::log {
namespace {

constexpr std::size_t field_bytes_max = 512;
constexpr std::string_view level_names[] = {"debug", "info", "notice", "warning", "error"};

// The length of the UTF-8 character at the front of `text` that may be shown, or 0. Overlong forms, surrogates and
// values over U+10FFFF are refused (RFC 3629 §4), and so are C1 controls, bidirectional overrides and line separators.
std::size_t printable(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff))) return 0;
  if ((code >= 0xd800 && code <= 0xdfff) || code < 0xa0) return 0;
  if ((code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
    return 0;
  return length;
}

void append_quoted(std::string& out, std::string_view plain_text) {
  out += '"';
  for (const char c : plain_text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// Values without spaces and quotes stand bare in text lines: easier to read and to grep.
void append_text_value(std::string& out, std::string_view value) {
  const bool bare = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
  if (bare)
    out += value;
  else
    append_quoted(out, value);
}

}  // namespace

std::string_view name_of(engine::Level level) { return level_names[static_cast<std::size_t>(level)]; }

std::string plain(std::string_view text) {
  std::string out;
  out.reserve(std::min(text.size(), field_bytes_max));
  while (!text.empty()) {
    if (out.size() >= field_bytes_max) return out + "…";
    const std::size_t length = printable(text);
    if (length == 0)
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string shown(std::string_view subject, bool show_personal) {
  const bool short_number =
      subject.size() <= 6 && std::all_of(subject.begin(), subject.end(), [](char c) { return c >= '0' && c <= '9'; });
  return plain(show_personal || short_number ? std::string(subject) : redact(subject));
}

std::string timestamp(std::int64_t wall_ms) {
  const std::int64_t seconds = wall_ms / 1'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds)), wall_ms % 1'000);
}

std::string format(Format format, bool show_personal, std::int64_t wall_ms, const Line& line) {
  std::string out;
  const bool json = format == Format::json;
  const auto field = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (json) {
      fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
      append_quoted(out, value);
    } else {
      fmt::format_to(std::back_inserter(out), " {}=", name);
      append_text_value(out, value);
    }
  };
  if (json) {
    fmt::format_to(std::back_inserter(out), "{{\"time\":\"{}\",\"level\":\"{}\"", timestamp(wall_ms), name_of(line.level));
    field("event", plain(line.event));
    field("text", plain(line.text));
  } else {
    fmt::format_to(std::back_inserter(out), "{} {:<7} {}", timestamp(wall_ms), name_of(line.level), plain(line.event));
    if (!line.text.empty()) out += ": " + plain(line.text);
  }
  field("subject", shown(line.subject, show_personal));
  field("call", plain(line.call));
  if (line.flow.remote.port != 0) {
    field("transport", rf::name_of(line.flow.transport));
    field("remote", line.flow.remote.text());
  }
  field("detail", plain(line.detail));
  if (json) out += '}';
  return out;
}

}  // namespace rf::log
