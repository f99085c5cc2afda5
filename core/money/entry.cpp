#include "core/money/entry.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/money/fields.hpp"

namespace rf::money {
namespace {

constexpr std::size_t head_bytes = 2 + 8;
/// The longest entry is a reservation with eight accounts.
constexpr std::size_t body_bytes = 8 + 8 + 2 + 1 + 8 + 1 + MoneyLimits::accounts_per_call * 9 + 8;

template <class Side>
bool pass(Side& side, Reserved& change) {
  AccountList& list = change.accounts;
  if (!side.number(change.call.value) || !side.number(list.count) || list.count > list.ids.size()) return false;
  for (std::size_t i = 0; i < list.count; ++i)
    if (!pass_account(side, list.ids[i])) return false;
  return side.number(change.amount);
}
template <class Side>
bool pass(Side& side, Extended& change) {
  return side.number(change.call.value) && side.number(change.more);
}
template <class Side>
bool pass(Side& side, Settled& change) {
  return side.number(change.call.value) && side.number(change.actual);
}
template <class Side>
bool pass(Side& side, Presumed& change) {
  return side.number(change.call.value);
}
template <class Side>
bool pass(Side& side, Corrected& change) {
  return side.number(change.call.value) && side.number(change.actual);
}
template <class Side>
bool pass(Side& side, ToppedUp& change) {
  return pass_account(side, change.account) && side.number(change.amount);
}
template <class Side>
bool pass(Side& side, LimitsSet& change) {
  return pass_account(side, change.account) && pass_limits(side, change.limits);
}
template <class Side>
bool pass(Side& side, PeriodsSet& change) {
  return pass_account(side, change.account) && pass_periods(side, change.periods) && pass_flag(side, change.mended);
}
template <class Side>
bool pass(Side& side, Closed& change) {
  return pass_account(side, change.account);
}

template <std::size_t... I>
bool read_change(FieldReader& side, std::uint8_t kind, Change& change, std::index_sequence<I...>) {
  return ((kind == I && pass(side, change.emplace<I>())) || ...);
}

bool read_body(std::span<const std::uint8_t> bytes, LedgerEntry& entry) {
  FieldReader side(bytes);
  std::uint8_t kind = 0;
  return side.number(entry.number) && side.number(entry.wall_ms) && side.number(entry.currency.code) &&
         side.number(kind) &&
         read_change(side, kind, entry.change, std::make_index_sequence<std::variant_size_v<Change>>()) &&
         side.at_end();
}

}  // namespace

void write_entry(const LedgerEntry& entry, std::vector<std::uint8_t>& out) {
  const std::size_t head = out.size();
  out.resize(head + head_bytes);
  LedgerEntry copy = entry;
  FieldWriter side(out);
  auto kind = static_cast<std::uint8_t>(entry.change.index());
  side.number(copy.number);
  side.number(copy.wall_ms);
  side.number(copy.currency.code);
  side.number(kind);
  std::visit([&](auto& change) { pass(side, change); }, copy.change);
  const std::span<const std::uint8_t> body = std::span(out).subspan(head + head_bytes);
  std::vector<std::uint8_t> front;
  FieldWriter front_side(front);
  auto size = static_cast<std::uint16_t>(body.size());
  std::uint64_t sum = checksum_of(body);
  front_side.number(size);
  front_side.number(sum);
  std::copy(front.begin(), front.end(), out.begin() + static_cast<std::ptrdiff_t>(head));
}

std::expected<Journal, JournalDamage> read_journal(std::span<const std::uint8_t> bytes) {
  Journal journal;
  while (journal.good_bytes < bytes.size()) {
    const std::span<const std::uint8_t> rest = bytes.subspan(journal.good_bytes);
    FieldReader head(rest.first(std::min(rest.size(), head_bytes)));
    std::uint16_t size = 0;
    std::uint64_t sum = 0;
    const bool whole = head.number(size) && head.number(sum) && rest.size() >= head_bytes + size;
    if (whole && size > body_bytes) return std::unexpected(JournalDamage{journal.good_bytes});
    LedgerEntry entry;
    const auto body = whole ? rest.subspan(head_bytes, size) : std::span<const std::uint8_t>();
    if (!whole || checksum_of(body) != sum || !read_body(body, entry)) {
      // Only a last entry may be torn, and it is no longer than the longest; some file systems leave zeroes instead.
      const bool zeroes = std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
      if (zeroes) {
        journal.torn = true;
        return journal;
      }
      if (rest.size() > head_bytes + body_bytes || (whole && rest.size() > head_bytes + size))
        return std::unexpected(JournalDamage{journal.good_bytes});
      journal.torn = true;
      return journal;
    }
    journal.entries.push_back(entry);
    journal.good_bytes += head_bytes + size;
  }
  return journal;
}

}  // namespace rf::money
