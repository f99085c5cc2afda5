#include "core/guard/countries.hpp"

namespace rf::guard {

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

std::expected<Countries, std::string> Countries::of(const std::vector<Row>& rows) {
  std::vector<Ranges::Span> spans;
  spans.reserve(rows.size());
  for (const Row& row : rows) spans.push_back({row.first, row.last, row.country.index});
  auto ranges = Ranges::of_spans(spans);
  if (!ranges) return std::unexpected(std::move(ranges.error()));
  Countries out;
  out.ranges_ = std::move(*ranges);
  return out;
}

Country Countries::of(const Address& address) const {
  const std::uint32_t index = ranges_.find(address);
  return index == Ranges::none ? Country{} : Country{static_cast<std::uint16_t>(index)};
}

}  // namespace rf::guard
