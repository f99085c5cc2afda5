// Any bytes as a ledger's snapshot: what is read is written back the same, and a ledger takes it or refuses it whole.
#include "core/money/snapshot.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/money/fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rf;
  // The last eight bytes are made right, or nothing would get past the checksum.
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size > 8) {
    bytes.resize(size - 8);
    std::uint64_t sum = money::checksum_of(bytes);
    money::FieldWriter(bytes).number(sum);
  }
  const auto snapshot = money::read_snapshot(bytes);
  if (!snapshot) return 0;
  RF_CHECK(money::write_snapshot(*snapshot) == bytes);
  const MoneyLimits bounds{.accounts = 16, .reservations = 16};
  const auto ledger = money::Ledger::restore(*snapshot, {}, bounds, HashKey(1));
  if (ledger) RF_CHECK(!ledger->audit());
  return 0;
}
