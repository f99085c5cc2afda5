#include "core/money/snapshot.hpp"

#include "core/money/fields.hpp"

namespace rf::money {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t sum_bytes = 8;
/// Less than any account or call takes: a count that promises more than there are bytes is refused before it is
/// believed.
constexpr std::size_t least_bytes = 16;

template <class Side>
bool pass(Side& side, Purse& purse) {
  return side.number(purse.limit) && side.number(purse.settled) && side.number(purse.reserved) &&
         side.number(purse.warn_at) && side.number(purse.warned) && purse.warned <= MoneyLimits::thresholds;
}

template <class Side>
bool pass(Side& side, AccountState& account) {
  if (!pass_account(side, account.id)) return false;
  for (Purse& purse : account.purses)
    if (!pass(side, purse)) return false;
  return side.number(account.day) && side.number(account.month) && side.number(account.open) &&
         pass_limits(side, account.limits) && pass_periods(side, account.periods);
}

template <class Side>
bool pass(Side& side, CallState& call) {
  if (!side.number(call.id.value) || !side.number(call.reserved) || !side.number(call.extensions) ||
      !side.number(call.count) || call.count > call.shares.size() || !pass_flag(side, call.presumed))
    return false;
  for (std::size_t i = 0; i < call.count; ++i) {
    Share& share = call.shares[i];
    if (!side.number(share.account) || !side.number(share.day) || !side.number(share.month) ||
        !side.number(share.in_day) || !side.number(share.in_month))
      return false;
  }
  return true;
}

void write_all(FieldWriter& side, auto& list) {
  auto count = static_cast<std::uint32_t>(list.size());
  side.number(count);
  for (auto& each : list) pass(side, each);
}

bool read_all(FieldReader& side, std::size_t bytes, auto& list) {
  std::uint32_t count = 0;
  if (!side.number(count) || count > bytes / least_bytes) return false;
  list.resize(count);
  for (auto& each : list)
    if (!pass(side, each)) return false;
  return true;
}

}  // namespace

std::vector<std::uint8_t> write_snapshot(const Snapshot& snapshot) {
  std::vector<std::uint8_t> out;
  FieldWriter side(out);
  Snapshot copy = snapshot;
  std::uint8_t number = version;
  side.number(number);
  side.number(copy.currency.code);
  side.number(copy.number);
  write_all(side, copy.accounts);
  write_all(side, copy.calls);
  std::uint64_t sum = checksum_of(out);
  side.number(sum);
  return out;
}

std::expected<Snapshot, SnapshotFault> read_snapshot(std::span<const std::uint8_t> bytes) {
  if (bytes.size() <= sum_bytes) return std::unexpected(SnapshotFault::damaged);
  const auto body = bytes.first(bytes.size() - sum_bytes);
  FieldReader end(bytes.last(sum_bytes));
  std::uint64_t sum = 0;
  if (!end.number(sum) || sum != checksum_of(body)) return std::unexpected(SnapshotFault::damaged);
  FieldReader side(body);
  std::uint8_t number = 0;
  if (!side.number(number) || number == 0) return std::unexpected(SnapshotFault::damaged);
  if (number > version) return std::unexpected(SnapshotFault::newer);
  Snapshot out;
  if (!side.number(out.currency.code) || !side.number(out.number) || !read_all(side, body.size(), out.accounts) ||
      !read_all(side, body.size(), out.calls) || !side.at_end())
    return std::unexpected(SnapshotFault::damaged);
  return out;
}

}  // namespace rf::money
