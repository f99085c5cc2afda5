#include "core/trunk/number_format.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/call.hpp"

namespace rf::trunk {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

/// The digits of an E.164 number behind a 1; at most 16 of them, so it fits.
std::uint64_t value_of(std::string_view e164) {
  std::uint64_t value = 1;
  for (const char c : e164.substr(1)) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

std::optional<std::string> with_plus(std::string_view country, std::string_view rest) {
  std::string out = fmt::format("+{}{}", country, rest);
  if (!is_e164(out)) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> fault_of(const NumberFormat& format) {
  const bool fits =
      are_digits(format.country) && are_digits(format.trunk_prefix) && are_digits(format.international_prefix) &&
      format.country.size() <= 3 && format.trunk_prefix.size() <= 4 && format.international_prefix.size() <= 6 &&
      format.prefix.size() <= 8 &&
      std::all_of(format.prefix.begin(), format.prefix.end(), [](char c) { return is_digit(c) || c == '*'; });
  if (!fits) return "prefixes and country codes are a few digits";
  const bool national = format.shape == NumberShape::national;
  if (national && format.country.empty()) return "national numbers need the country's code";
  if ((national || format.shape == NumberShape::international) && format.international_prefix.empty())
    return "international numbers need a prefix";
  return std::nullopt;
}

bool is_e164(std::string_view text) {
  return text.size() >= 6 && text.size() <= 16 && text[0] == '+' && text[1] != '0' && are_digits(text.substr(1));
}

bool append_number(std::string& out, std::string_view e164, const NumberFormat& format) {
  if (!is_e164(e164)) return false;
  const std::string_view digits = e164.substr(1);
  out.append(format.prefix);
  switch (format.shape) {
    case NumberShape::plus:
      out.append(e164);
      break;
    case NumberShape::digits:
      out.append(digits);
      break;
    case NumberShape::international:
      out.append(format.international_prefix).append(digits);
      break;
    case NumberShape::national:
      if (!format.country.empty() && digits.starts_with(format.country))
        out.append(format.trunk_prefix).append(digits.substr(format.country.size()));
      else
        out.append(format.international_prefix).append(digits);
      break;
  }
  return true;
}

std::optional<std::string> read_number(std::string_view text, const NumberFormat& format) {
  if (text.size() > TrunkLimits::number_characters) return std::nullopt;
  if (!format.prefix.empty() && text.starts_with(format.prefix)) text.remove_prefix(format.prefix.size());
  std::string digits;
  const bool plus = text.starts_with('+');
  for (const char c : text.substr(plus ? 1 : 0)) {
    if (is_digit(c))
      digits += c;
    else if (c != '-' && c != '.' && c != '(' && c != ')')
      return std::nullopt;
  }
  if (plus) return with_plus("", digits);
  const std::string& abroad = format.international_prefix;
  if (!abroad.empty() && digits.starts_with(abroad))
    return with_plus("", std::string_view(digits).substr(abroad.size()));
  if (format.shape == NumberShape::digits) return with_plus("", digits);
  if (format.country.empty() || !digits.starts_with(format.trunk_prefix)) return std::nullopt;
  return with_plus(format.country, std::string_view(digits).substr(format.trunk_prefix.size()));
}

std::expected<NumberSet, std::string> NumberSet::compile(const std::vector<NumberRange>& ranges) {
  if (ranges.size() > TrunkLimits::numbers) return std::unexpected(std::string("there are too many numbers"));
  NumberSet set;
  for (const NumberRange& range : ranges) {
    const std::string& last = range.last.empty() ? range.first : range.last;
    if (!is_e164(range.first) || !is_e164(last) || range.first.size() != last.size() || last < range.first)
      return std::unexpected(fmt::format("{} to {} is no range of numbers like +442012340 to +442012349",
                                         range.first.substr(0, 32), last.substr(0, 32)));
    set.spans_.push_back({value_of(range.first), value_of(last)});
  }
  std::sort(set.spans_.begin(), set.spans_.end(), [](const Span& a, const Span& b) { return a.first < b.first; });
  std::vector<Span> apart;
  for (const Span& span : set.spans_) {
    if (!apart.empty() && span.first <= apart.back().last)
      apart.back().last = std::max(apart.back().last, span.last);
    else
      apart.push_back(span);
  }
  set.spans_ = std::move(apart);
  return set;
}

bool NumberSet::contains(std::string_view e164) const {
  if (!is_e164(e164)) return false;
  const std::uint64_t value = value_of(e164);
  const auto above = std::upper_bound(spans_.begin(), spans_.end(), value,
                                      [](std::uint64_t v, const Span& span) { return v < span.first; });
  return above != spans_.begin() && value <= std::prev(above)->last;
}

}  // namespace rf::trunk
