#include "core/guard/ranges.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/guard/prefix.hpp"

namespace rf::guard {
namespace {

constexpr std::size_t short_table = 512;

}  // namespace

Ranges::Wide Ranges::wide(const Address& address) {
  Wide out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = out.high << 8 | address.bytes()[i];
    out.low = out.low << 8 | address.bytes()[i + 8];
  }
  return out;
}

Address Ranges::address_of(const Wide& number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(number.high >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(number.low >> (56 - 8 * i));
  }
  return Address::from_bytes(bytes);
}

void append_blocks(std::vector<Subnet>& out, const Address& first, const Address& last) {
  const std::uint8_t whole = first.is_v4() ? 96 : 0;
  for (Address at = first;;) {
    Subnet block{at, 128};
    while (block.prefix > whole) {
      const auto wider = static_cast<std::uint8_t>(block.prefix - 1);
      const bool aligned = (at.bytes()[wider / 8] & 0x80u >> wider % 8) == 0;
      if (!aligned || last < last_of({at, wider})) break;
      block.prefix = wider;
    }
    // What lies among the IPv6 addresses that stand for IPv4 ones is nobody's.
    if (at.is_v4() == first.is_v4()) out.push_back(block);
    const Address end = last_of(block);
    if (!(end < last)) return;
    auto bytes = end.bytes();
    for (std::size_t i = bytes.size(); i-- > 0 && ++bytes[i] == 0;) continue;
    at = Address::from_bytes(bytes);
  }
}

template <class Number>
void Ranges::Table<Number>::build_index() {
  index.clear();
  if (starts.size() < short_table) return;
  index.resize(65'537);
  std::uint32_t at = 0;
  for (std::uint64_t top = 0; top <= 65'536; ++top) {
    while (at < starts.size() && top16(starts[at]) < top) ++at;
    index[top] = at;
  }
}

template <class Number>
std::size_t Ranges::Table<Number>::piece_of(Number number) const {
  std::size_t low = 0, high = starts.size();
  if (!index.empty()) {
    const std::uint64_t top = top16(number);
    low = index[top];
    high = index[top + 1];
  }
  const auto begin = starts.begin();
  const auto above =
      std::upper_bound(begin + static_cast<std::ptrdiff_t>(low), begin + static_cast<std::ptrdiff_t>(high), number);
  return above == begin ? starts.size() : static_cast<std::size_t>(above - begin) - 1;
}

std::uint32_t Ranges::find(const Address& address) const {
  if (address.is_v4()) {
    if (four_.starts.empty()) return none;
    const std::size_t piece = four_.piece_of(narrow(address));
    return piece == four_.starts.size() ? none : four_.values[piece];
  }
  if (six_.starts.empty()) return none;
  const std::size_t piece = six_.piece_of(wide(address));
  return piece == six_.starts.size() ? none : six_.values[piece];
}

std::vector<std::pair<Ranges::Wide, std::uint32_t>> Ranges::flatten(std::vector<Interval> intervals) {
  // Enclosing blocks come before what they enclose; of equal ones the later comes later and covers the earlier.
  std::stable_sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  std::vector<std::pair<Wide, std::uint32_t>> out;
  const auto emit = [&](const Wide& start, std::uint32_t value) {
    if (!out.empty() && out.back().first == start) out.pop_back();
    if (out.empty() ? value != none : out.back().second != value) out.emplace_back(start, value);
  };
  std::vector<const Interval*> open;
  const auto close = [&] {
    Wide next = open.back()->last;
    open.pop_back();
    if (++next.low == 0 && ++next.high == 0) return;
    emit(next, open.empty() ? none : open.back()->value);
  };
  for (const Interval& interval : intervals) {
    while (!open.empty() && open.back()->last < interval.first) close();
    open.push_back(&interval);
    emit(interval.first, interval.value);
  }
  while (!open.empty()) close();
  return out;
}

Ranges Ranges::of_intervals(std::vector<Interval> four, std::vector<Interval> six) {
  Ranges out;
  for (const auto& [start, value] : flatten(std::move(four))) {
    if (start.low > 0xffff'ffff) continue;  // what begins after 255.255.255.255
    out.four_.starts.push_back(static_cast<std::uint32_t>(start.low));
    out.four_.values.push_back(value);
  }
  for (const auto& [start, value] : flatten(std::move(six))) {
    out.six_.starts.push_back(start);
    out.six_.values.push_back(value);
  }
  out.four_.starts.shrink_to_fit();
  out.four_.values.shrink_to_fit();
  out.four_.build_index();
  out.six_.starts.shrink_to_fit();
  out.six_.values.shrink_to_fit();
  out.six_.build_index();
  return out;
}

Ranges Ranges::of_prefixes(const std::vector<Entry>& entries) {
  std::vector<Interval> four, six;
  for (const Entry& entry : entries) {
    const Address last = last_of(entry.subnet);
    if (entry.subnet.base.is_v4())
      four.push_back({{0, narrow(entry.subnet.base)}, {0, narrow(last)}, entry.value});
    else
      six.push_back({wide(entry.subnet.base), wide(last), entry.value});
  }
  return of_intervals(std::move(four), std::move(six));
}

std::expected<Ranges, std::string> Ranges::of_spans(const std::vector<Span>& spans) {
  std::vector<Interval> four, six;
  for (const Span& span : spans) {
    if (span.first.is_v4() != span.last.is_v4() || span.last < span.first)
      return std::unexpected(fmt::format("{} to {} is no range", span.first.text(), span.last.text()));
    if (span.first.is_v4())
      four.push_back({{0, narrow(span.first)}, {0, narrow(span.last)}, span.value});
    else
      six.push_back({wide(span.first), wide(span.last), span.value});
  }
  for (auto* family : {&four, &six}) {
    std::sort(family->begin(), family->end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
    const auto clash = std::adjacent_find(family->begin(), family->end(),
                                          [](const Interval& a, const Interval& b) { return a.last >= b.first; });
    if (clash != family->end()) return std::unexpected(std::string("two ranges overlap"));
  }
  return of_intervals(std::move(four), std::move(six));
}

std::size_t Ranges::bytes() const {
  return four_.starts.capacity() * 8 + six_.starts.capacity() * 20 +
         (four_.index.capacity() + six_.index.capacity()) * 4;
}

// The header's walk() is used elsewhere.
template std::size_t Ranges::Table<std::uint32_t>::piece_of(std::uint32_t number) const;
template std::size_t Ranges::Table<Ranges::Wide>::piece_of(Ranges::Wide number) const;

}  // namespace rf::guard
