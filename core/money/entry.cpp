#include "core/money/entry.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rf::money {
namespace {

constexpr std::size_t head_bytes = 2 + 8;
/// The longest entry is a reservation with eight accounts.
constexpr std::size_t body_bytes = 8 + 8 + 2 + 1 + 8 + 1 + MoneyLimits::accounts_per_call * 9 + 8;

/// Appends fields, or takes them off the front, in the same order: one description of an entry serves both ways.
class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}
  template <class T>
  bool number(T& value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) out_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    return true;
  }

 private:
  std::vector<std::uint8_t>& out_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  bool number(T& value) {
    if (bytes_.size() < sizeof(T)) return false;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::uint64_t{bytes_[i]} << (8 * i);
    value = static_cast<T>(bits);
    bytes_ = bytes_.subspan(sizeof(T));
    return true;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

template <class Side>
bool pass_flag(Side& side, bool& flag) {
  auto byte = static_cast<std::uint8_t>(flag);
  if (!side.number(byte) || byte > 1) return false;
  flag = byte == 1;
  return true;
}

template <class Side>
bool pass_account(Side& side, AccountId& id) {
  auto level = static_cast<std::uint8_t>(id.level);
  if (!side.number(level) || level >= levels) return false;
  id.level = static_cast<Level>(level);
  return side.number(id.id);
}

template <class Side>
bool pass_cap(Side& side, std::optional<std::int64_t>& cap) {
  bool present = cap.has_value();
  std::int64_t value = cap.value_or(0);
  if (!pass_flag(side, present) || !side.number(value)) return false;
  cap = present ? std::optional(value) : std::nullopt;
  return true;
}

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
  AccountLimits& limits = change.limits;
  if (!pass_account(side, change.account) || !pass_cap(side, limits.day) || !pass_cap(side, limits.month)) return false;
  if (!pass_flag(side, limits.prepaid) || !pass_flag(side, limits.locked)) return false;
  return std::all_of(limits.warn_percent.begin(), limits.warn_percent.end(), [&](auto& p) { return side.number(p); });
}
template <class Side>
bool pass(Side& side, PeriodsSet& change) {
  Periods& p = change.periods;
  return pass_account(side, change.account) && side.number(p.day_start_ms) && side.number(p.day_end_ms) &&
         side.number(p.month_start_ms) && side.number(p.month_end_ms) && pass_flag(side, change.mended);
}
template <class Side>
bool pass(Side& side, Closed& change) {
  return pass_account(side, change.account);
}

template <std::size_t... I>
bool read_change(Reader& side, std::uint8_t kind, Change& change, std::index_sequence<I...>) {
  return ((kind == I && pass(side, change.emplace<I>())) || ...);
}

bool read_body(std::span<const std::uint8_t> bytes, LedgerEntry& entry) {
  Reader side(bytes);
  std::uint8_t kind = 0;
  return side.number(entry.number) && side.number(entry.wall_ms) && side.number(entry.currency.code) &&
         side.number(kind) &&
         read_change(side, kind, entry.change, std::make_index_sequence<std::variant_size_v<Change>>()) &&
         side.at_end();
}

std::uint64_t checksum(std::span<const std::uint8_t> body) {
  static constexpr HashKey key(0x6c6564676572);
  return KeyedHash(key).add(std::string_view(reinterpret_cast<const char*>(body.data()), body.size())).finish();
}

}  // namespace

void write_entry(const LedgerEntry& entry, std::vector<std::uint8_t>& out) {
  const std::size_t head = out.size();
  out.resize(head + head_bytes);
  LedgerEntry copy = entry;
  Writer side(out);
  auto kind = static_cast<std::uint8_t>(entry.change.index());
  side.number(copy.number);
  side.number(copy.wall_ms);
  side.number(copy.currency.code);
  side.number(kind);
  std::visit([&](auto& change) { pass(side, change); }, copy.change);
  const std::span<const std::uint8_t> body = std::span(out).subspan(head + head_bytes);
  std::vector<std::uint8_t> front;
  Writer front_side(front);
  auto size = static_cast<std::uint16_t>(body.size());
  std::uint64_t sum = checksum(body);
  front_side.number(size);
  front_side.number(sum);
  std::copy(front.begin(), front.end(), out.begin() + static_cast<std::ptrdiff_t>(head));
}

std::expected<Journal, JournalDamage> read_journal(std::span<const std::uint8_t> bytes) {
  Journal journal;
  while (journal.good_bytes < bytes.size()) {
    const std::span<const std::uint8_t> rest = bytes.subspan(journal.good_bytes);
    Reader head(rest.first(std::min(rest.size(), head_bytes)));
    std::uint16_t size = 0;
    std::uint64_t sum = 0;
    const bool whole = head.number(size) && head.number(sum) && rest.size() >= head_bytes + size;
    if (whole && size > body_bytes) return std::unexpected(JournalDamage{journal.good_bytes});
    LedgerEntry entry;
    const auto body = whole ? rest.subspan(head_bytes, size) : std::span<const std::uint8_t>();
    if (!whole || checksum(body) != sum || !read_body(body, entry)) {
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
