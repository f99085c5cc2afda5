#include "core/number/e164.hpp"

namespace rf::number {

std::optional<E164> E164::parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > digits_most || text.front() == '0') return std::nullopt;
  std::uint64_t packed = text.size();
  unsigned shift = 60;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    packed |= static_cast<std::uint64_t>(c - '0') << shift;
    shift -= 4;
  }
  return E164(packed);
}

std::string E164::digits() const {
  std::string out(size(), '0');
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>('0' + digit(i));
  return out;
}

std::string E164::text() const {
  return "+" + digits();
}

}  // namespace rf::number
