#include "core/guard/countries.hpp"

namespace rf::guard {

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
