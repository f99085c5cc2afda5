#include "core/toll/destinations.hpp"

#include "core/base/check.hpp"

namespace rf::toll {

std::uint64_t destination_of(std::string_view number, const HashKey& key) {
  std::string_view digits = number;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  constexpr std::uint64_t hashed = std::uint64_t{1} << 63;
  const bool plain =
      !digits.empty() && digits.size() <= 18 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!plain) return KeyedHash(key).add(number).finish() | hashed;
  std::uint64_t value = 1;  // so that leading zeroes count
  for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  return value;
}

Destinations::Destinations(std::size_t limit, const HashKey& key) : entries_(limit), by_number_(0, Hash{key}) {
  by_number_.reserve(limit);
}

bool Destinations::has(std::uint64_t owner, std::uint64_t number, std::int64_t after_ms) const {
  const auto found = by_number_.find({owner, number});
  return found != by_number_.end() && entries_.find(found->second)->last_ms > after_ms;
}

void Destinations::unlink(List& list, Call& call) {
  (call.older ? entries_.find(call.older)->newer : list.oldest) = call.newer;
  (call.newer ? entries_.find(call.newer)->older : list.newest) = call.older;
}

void Destinations::link_newest(List& list, Entry entry, Call& call) {
  call.older = list.newest;
  call.newer = {};
  (list.newest ? entries_.find(list.newest)->newer : list.oldest) = entry;
  list.newest = entry;
}

void Destinations::note(std::uint64_t owner, List& list, std::uint64_t number, std::int64_t now_ms) {
  const auto [place, fresh] = by_number_.try_emplace({owner, number});
  if (fresh) {
    place->second = entries_.emplace();
    RF_CHECK(place->second);
    ++list.count;
  }
  Call& call = *entries_.find(place->second);
  if (!fresh) unlink(list, call);
  call.number = number;
  call.last_ms = now_ms;
  link_newest(list, place->second, call);
}

void Destinations::expire(std::uint64_t owner, List& list, std::int64_t after_ms, std::uint32_t most) {
  for (; most > 0 && list.oldest && entries_.find(list.oldest)->last_ms <= after_ms; --most) {
    const Entry entry = list.oldest;
    Call& call = *entries_.find(entry);
    by_number_.erase({owner, call.number});
    unlink(list, call);
    entries_.erase(entry);
    --list.count;
  }
}

}  // namespace rf::toll
