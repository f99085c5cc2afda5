#include "core/event/event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rf::event {
namespace {

constexpr std::string_view way_names[] = {"email", "webhook", "syslog", "call"};

std::optional<std::uint16_t> number_in(std::string_view text, std::uint16_t most) {
  std::uint16_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

/// "22:00"
std::optional<std::uint16_t> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number_in(text.substr(0, 2), 24), minute = number_in(text.substr(3), 59);
  if (!hour || !minute || *hour * 60 + *minute > 1'440) return std::nullopt;
  return static_cast<std::uint16_t>(*hour * 60 + *minute);
}

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

}  // namespace

std::string_view name_of(Way way) {
  return way_names[static_cast<std::size_t>(way)];
}

std::optional<Way> parse_way(std::string_view text) {
  const auto found = std::find(std::begin(way_names), std::end(way_names), text);
  if (found == std::end(way_names)) return std::nullopt;
  return static_cast<Way>(found - std::begin(way_names));
}

std::optional<QuietHours> QuietHours::parse(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto from = minute_of(text.substr(0, 5)), to = minute_of(text.substr(6));
  if (!from || !to || *from == *to || *from == 1'440) return std::nullopt;
  return QuietHours{*from, *to};
}

std::string QuietHours::text() const {
  return fmt::format("{:02}:{:02}-{:02}:{:02}", from_min / 60, from_min % 60, to_min / 60, to_min % 60);
}

std::optional<SyslogTarget> parse_syslog_target(std::string_view text) {
  SyslogTarget out;
  out.tls = text.starts_with("tls:");
  if (!out.tls && !text.starts_with("udp:")) return std::nullopt;
  text.remove_prefix(4);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number_in(text.substr(colon + 1), 65'535);
  std::string_view host = text.substr(0, colon);
  if (!port || *port == 0) return std::nullopt;
  out.port = *port;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    const auto address = Address::parse(host);
    if (!address || address->is_v4()) return std::nullopt;
  } else if (host.empty() || host.size() > 253 || host.front() == '-' ||
             !std::all_of(host.begin(), host.end(), is_host_char)) {
    return std::nullopt;
  }
  out.host = std::string(host);
  return out;
}

std::optional<CallTarget> parse_call_target(std::string_view text) {
  constexpr std::size_t caller_digits = 15, number_most = 64;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view caller = text.substr(0, colon), number = text.substr(std::min(colon + 1, text.size()));
  const std::string_view digits = number.starts_with('+') ? number.substr(1) : number;
  const bool fine = caller.size() >= 2 && caller.size() <= caller_digits &&
                    std::all_of(caller.begin(), caller.end(), is_digit) && !digits.empty() &&
                    number.size() <= number_most && std::all_of(digits.begin(), digits.end(), is_digit);
  if (!fine) return std::nullopt;
  return CallTarget{std::string(caller), std::string(number)};
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254 || at + 1 == text.size()) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const auto fine = [](char c) {
    return is_host_char(c) || std::string_view("!#$%&'*+/=?^_`{|}~").find(c) != std::string_view::npos;
  };
  return std::all_of(local.begin(), local.end(), fine) && local.front() != '-' &&
         std::all_of(domain.begin(), domain.end(), is_host_char) && domain.front() != '.' && domain.back() != '.' &&
         domain.front() != '-' && domain.find("..") == std::string_view::npos;
}

}  // namespace rf::event
