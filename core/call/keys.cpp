#include "core/call/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/limits/call.hpp"
#include "core/sip/message.hpp"

namespace rf::call {

using media::KeyWay;
using policy::Keys;

namespace {

constexpr std::string_view symbols = "0123456789*#ABCD";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(blank);
  return from == text.npos ? std::string_view() : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// A symbol, or the number of its event: 10 is *.
std::optional<std::uint8_t> signal_in(std::string_view text) {
  if (text.size() == 1) return code_of(text.front());
  const auto number = text.size() == 2 ? number_in(text) : std::nullopt;
  return number && *number >= 10 && *number < symbols.size() ? std::optional(static_cast<std::uint8_t>(*number))
                                                             : std::nullopt;
}

}  // namespace

KeyWay key_way(Keys rule, bool has_events, bool sends_info) {
  switch (rule) {
    case Keys::info:
      return KeyWay::info;
    case Keys::sound:
      return KeyWay::sound;
    case Keys::events:
    case Keys::automatic:
      break;
  }
  return has_events ? KeyWay::events : sends_info ? KeyWay::info : KeyWay::sound;
}

bool takes_info_keys(Keys rule, bool has_events) {
  return rule == Keys::info || rule == Keys::automatic || (rule == Keys::events && !has_events);
}

bool speaks_events(Keys rule) {
  return rule == Keys::automatic || rule == Keys::events;
}

char symbol_of(std::uint8_t code) {
  return symbols[code & 15u];
}

std::optional<std::uint8_t> code_of(char symbol) {
  const bool small = symbol >= 'a' && symbol <= 'd';
  const std::size_t place = symbols.find(small ? static_cast<char>(symbol - 'a' + 'A') : symbol);
  return place == symbols.npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(place));
}

bool is_key_type(std::string_view content_type) {
  const std::string_view bare = trimmed(content_type.substr(0, content_type.find(';')));
  return sip::equal_nocase(bare, "application/dtmf-relay") || sip::equal_nocase(bare, "application/dtmf");
}

std::optional<KeyPress> read_key(std::string_view body) {
  KeyPress key;
  std::optional<std::uint8_t> signal;
  while (!body.empty()) {
    const std::size_t end = body.find_first_of("\r\n");
    const std::string_view line = trimmed(body.substr(0, end));
    body.remove_prefix(end == body.npos ? body.size() : end + 1);
    const std::size_t sign = line.find('=');
    const std::string_view name = trimmed(line.substr(0, sign));
    const std::string_view value = sign == line.npos ? std::string_view() : trimmed(line.substr(sign + 1));
    const bool alone = sign == line.npos && !line.empty();
    if (alone || sip::equal_nocase(name, "Signal")) {
      if (signal) return std::nullopt;
      signal = signal_in(alone ? line : value);
      if (!signal) return std::nullopt;
    } else if (sip::equal_nocase(name, "Duration")) {
      key.lasts_ms = number_in(value).value_or(key.lasts_ms);
    }
  }
  if (!signal) return std::nullopt;
  key.code = *signal;
  key.lasts_ms = std::clamp(key.lasts_ms, VoiceLimits::press_least_ms, VoiceLimits::press_most_ms);
  return key;
}

std::string write_key(const KeyPress& key) {
  return fmt::format("Signal={}\r\nDuration={}\r\n", symbol_of(key.code), key.lasts_ms);
}

}  // namespace rf::call
