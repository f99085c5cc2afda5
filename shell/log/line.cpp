#include "shell/log/line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/base/secret.hpp"
#include "core/base/plain.hpp"

namespace rf::log {

namespace {

constexpr std::string_view level_names[] = {"debug", "info", "notice", "warning", "error"};

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

std::string_view name_of(effect::Level level) {
  return level_names[static_cast<std::size_t>(level)];
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
    fmt::format_to(std::back_inserter(out), "{{\"time\":\"{}\",\"level\":\"{}\"", timestamp(wall_ms),
                   name_of(line.level));
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
