#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "shell/config/sections.hpp"

namespace rf::config {
namespace {

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

/// "udp:192.0.2.9", "tcp:homer.example.com:9061", "tls:[2001:db8::9]:9062".
std::optional<std::string> fault_of_target(std::string_view text, TraceSettings& out) {
  const std::size_t colon = text.find(':');
  const auto transport = parse_transport(text.substr(0, colon));
  if (colon == std::string_view::npos || !transport || *transport == Transport::ws || *transport == Transport::wss)
    return fmt::format("is \"{}\", which begins with no transport", text);
  std::string_view rest = text.substr(colon + 1);
  out.hep_transport = *transport;
  if (const auto endpoint = Endpoint::parse(rest); endpoint && endpoint->port != 0) {
    out.hep_host = endpoint->address.text();
    out.hep_port = endpoint->port;
    return std::nullopt;
  }
  if (const auto address = Address::parse(rest)) {
    out.hep_host = address->text();
    return std::nullopt;
  }
  const std::size_t end = std::min(rest.find(':'), rest.size());
  if (!is_host(rest.substr(0, end))) return fmt::format("is \"{}\", whose host is no name and no address", text);
  if (end < rest.size()) {
    const std::string_view digits = rest.substr(end + 1);
    std::uint32_t port = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || stop != digits.data() + digits.size() || port == 0 || port > 65'535)
      return fmt::format("is \"{}\", whose port is none", text);
    out.hep_port = static_cast<std::uint16_t>(port);
  }
  out.hep_host = rest.substr(0, end);
  return std::nullopt;
}

}  // namespace

void read_trace(Section section, TraceSettings& out) {
  section.flag("enabled", out.enabled);
  section.number("messages_mb", out.keep.budget_mb, 0, 1'000'000);
  section.number("log_mb", out.keep.log_mb, 0, 1'000'000);
  section.number("days", out.keep.days, 1, 3'650);
  std::string target;
  section.text(
      "hep", target,
      [&](std::string_view text) { return text.empty() ? std::nullopt : fault_of_target(text, out); },
      "write where Homer listens, such as \"udp:192.0.2.9:9060\" or \"tls:homer.example.com:9061\"");
  section.number("hep_id", out.hep_agent, 1, 4'294'967'295);
  if (const auto numbers = section.word("hep_numbers", {"hide", "show"})) out.hep_numbers = *numbers == 1;
  section.finish();
}

}  // namespace rf::config
