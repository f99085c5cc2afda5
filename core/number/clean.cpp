#include "core/number/clean.hpp"

#include <algorithm>

namespace rf::number {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

bool equal_without_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
         });
}

/// Appends one part of a number; `offset` is where it begins in the whole text.
void take(std::string_view part, std::size_t offset, Cleaned& out) {
  const auto fail = [&](DialFault fault, std::size_t at) {
    out.fault = fault;
    out.at = static_cast<std::uint8_t>(offset + at);
  };
  bool begun = !out.digits.empty();
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (is_digit(c)) {
      if (!out.digits.push(c)) return fail(DialFault::too_long, i);
      begun = true;
      continue;
    }
    if (is_separator(c)) continue;
    if (c == '+' && !begun && !out.plus) {
      out.plus = true;
      continue;
    }
    const bool star = c == '*' || c == '#';
    if (star && !begun && !out.plus) out.feature = true;
    if (c == '+' || (star && !out.feature)) return fail(DialFault::misplaced_symbol, i);
    if (c == ',' || c == ';') return fail(DialFault::parameters, i);
    if (!star) return fail(DialFault::strange_symbol, i);
    if (!out.digits.push(c)) return fail(DialFault::too_long, i);
    begun = true;
  }
}

/// `context` is the value of phone-context: a global prefix, or a domain, which adds nothing.
void take_in_context(std::string_view context, std::size_t context_at, std::string_view number, std::size_t number_at,
                     Cleaned& out) {
  if (context.starts_with('+')) {
    take(context, context_at, out);
    if (out.fault == DialFault::none && number.find('+') != std::string_view::npos) {
      out.fault = DialFault::misplaced_symbol;
      out.at = static_cast<std::uint8_t>(number_at + number.find('+'));
    }
  }
  if (out.fault == DialFault::none) take(number, number_at, out);
}

}  // namespace

Cleaned clean(std::string_view text) {
  Cleaned out;
  if (text.size() > NumberLimits::dialled_chars) {
    out.fault = DialFault::too_much_text;
    out.at = NumberLimits::dialled_chars;
    return out;
  }
  std::size_t offset = 0;
  if (equal_without_case(text.substr(0, 4), "tel:")) {
    offset = 4;
    constexpr std::string_view name = ";phone-context=";
    const std::size_t semicolon = text.find(';');
    if (semicolon != std::string_view::npos && equal_without_case(text.substr(semicolon, name.size()), name)) {
      const std::size_t value_at = semicolon + name.size();
      const std::string_view value = text.substr(value_at);
      if (const std::size_t more = value.find(';'); more != std::string_view::npos || value.empty()) {
        out.fault = DialFault::parameters;
        out.at = static_cast<std::uint8_t>(semicolon);
        return out;
      }
      take_in_context(value, value_at, text.substr(offset, semicolon - offset), offset, out);
      return out;
    }
  }
  take(text.substr(offset), offset, out);
  return out;
}

}  // namespace rf::number
