#include "core/base/country.hpp"

#include <algorithm>

namespace rf {

std::optional<Country> Country::parse(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  std::uint16_t index = 0;
  for (const char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    if (lower < 'a' || lower > 'z') return std::nullopt;
    index = static_cast<std::uint16_t>(index * 26 + (lower - 'a'));
  }
  return Country{static_cast<std::uint16_t>(index + 1)};
}

std::string Country::text() const {
  if (index == 0) return "??";
  return {static_cast<char>('A' + (index - 1) / 26), static_cast<char>('A' + (index - 1) % 26)};
}

std::optional<CountrySet> parse_countries(std::string_view text) {
  CountrySet out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const auto country = Country::parse(one);
    if (!country) return std::nullopt;
    out.set(country->index);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::string text_of(const CountrySet& countries) {
  std::string out;
  for (std::uint16_t index = 1; index < countries.size(); ++index)
    if (countries.test(index)) out += (out.empty() ? "" : ",") + Country{index}.text();
  return out;
}

}  // namespace rf
