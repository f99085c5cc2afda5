#include "core/guard/bans.hpp"

#include <algorithm>

namespace rf::guard {
namespace {

Subnet cut_to(const Address& address, std::uint8_t prefix) {
  auto bytes = address.bytes();
  for (unsigned bit = prefix; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  return {Address::from_bytes(bytes), prefix};
}

}  // namespace

std::uint64_t Bans::key_of(const Subnet& subnet) const {
  std::uint64_t high = 0, low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | subnet.base.bytes()[i];
    low = low << 8 | subnet.base.bytes()[i + 8];
  }
  return KeyedHash(key_).add(high).add(low).add(std::uint64_t{subnet.prefix}).finish() | 1;
}

void Bans::note_length(std::uint8_t length) {
  const auto end = lengths_.begin() + static_cast<std::ptrdiff_t>(length_count_);
  if (std::find(lengths_.begin(), end, length) != end) return;
  lengths_[length_count_++] = length;
  std::sort(lengths_.begin(), lengths_.begin() + static_cast<std::ptrdiff_t>(length_count_), std::greater<>());
}

Ban& Bans::place(Now now, const Subnet& subnet) {
  note_length(subnet.prefix);
  Record& record = table_.touch(key_of(subnet), [&](const Record& other) -> std::uint64_t {
    const std::uint64_t left_s =
        other.ban.active(now.wall_ms) ? static_cast<std::uint64_t>(other.ban.until_ms - now.wall_ms) / 1'000 + 1 : 0;
    if (left_s == 0) return static_cast<std::uint64_t>(std::max<std::int64_t>(other.ban.until_ms, 0)) / 1'000;
    return std::uint64_t{1} << 62 | std::uint64_t{other.ban.repeats} << 40 |
           std::min<std::uint64_t>(left_s, 1ULL << 39);
  });
  record.ban.subnet = subnet;
  return record.ban;
}

Ban Bans::add(Now now, Ban ban, const std::vector<std::uint32_t>& escalation_s, std::uint32_t remember_s) {
  Ban& kept = place(now, ban.subnet);
  const bool known = kept.since_ms != 0 && now.wall_ms - kept.until_ms < std::int64_t{remember_s} * 1'000;
  if (known && kept.active(now.wall_ms)) {
    kept.until_ms = std::max(kept.until_ms, ban.until_ms);
    kept.proven = kept.proven || ban.proven;
    return kept;
  }
  ban.repeats = known ? static_cast<std::uint16_t>(std::min(kept.repeats + 1, 65'535)) : std::uint16_t{0};
  const std::size_t step = std::min<std::size_t>(ban.repeats, escalation_s.size() - 1);
  ban.until_ms = std::max(ban.until_ms, now.wall_ms + std::int64_t{escalation_s[step]} * 1'000);
  kept = ban;
  return kept;
}

bool Bans::restore(Now now, const Ban& ban, std::uint32_t remember_s) {
  if (now.wall_ms - ban.until_ms >= std::int64_t{remember_s} * 1'000) return false;
  place(now, ban.subnet) = ban;
  return true;
}

const Ban* Bans::covers(Now now, const Address& address) const {
  for (std::size_t i = 0; i < length_count_; ++i) {
    if (lengths_[i] < 96 && address.is_v4()) break;
    const Record* record = table_.find(key_of(cut_to(address, lengths_[i])));
    if (record && record->ban.active(now.wall_ms)) return &record->ban;
  }
  return nullptr;
}

const Ban* Bans::at(Now now, const Subnet& subnet) const {
  const Record* record = table_.find(key_of(subnet));
  return record && record->ban.active(now.wall_ms) ? &record->ban : nullptr;
}

bool Bans::release(Now now, const Subnet& subnet) {
  const std::uint64_t key = key_of(subnet);
  const Record* record = table_.find(key);
  const bool was = record && record->ban.active(now.wall_ms);
  table_.erase(key);
  return was;
}

std::vector<Ban> Bans::list() const {
  std::vector<Ban> out;
  out.reserve(table_.size());
  table_.for_each([&](const Record& record) { out.push_back(record.ban); });
  return out;
}

std::size_t Bans::active(std::int64_t wall_ms) const {
  std::size_t count = 0;
  table_.for_each([&](const Record& record) { count += record.ban.active(wall_ms); });
  return count;
}

}  // namespace rf::guard
