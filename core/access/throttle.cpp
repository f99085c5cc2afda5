#include "core/access/throttle.hpp"

#include <algorithm>

#include "core/base/limits/people.hpp"
#include "core/guard/sources.hpp"

namespace rf::access {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t hour_ms = 3'600'000;
/// For so long a source that signed in to an account is known to it.
constexpr std::int64_t known_ms = 30 * day_ms;
/// All strangers together have one attempt in so long at an account that everybody guesses at.
constexpr std::int64_t stranger_every_ms = 30'000;

std::int64_t ms(std::uint32_t seconds) {
  return std::int64_t{seconds} * 1'000;
}

/// Counts within windows that begin anew when they are over, or when the clock was set back.
template <class Record>
std::uint32_t count(Record& record, std::int64_t window_ms, std::int64_t now_ms) {
  if (record.count == 0 || now_ms - record.window_ms >= window_ms || now_ms < record.window_ms) {
    record.window_ms = now_ms;
    record.count = 0;
  }
  return ++record.count;
}

template <class Record>
void uncount(Record* record) {
  if (record != nullptr && record->count > 0) --record->count;
}

std::uint64_t later(std::int64_t ms) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0));
}

}  // namespace

Throttle::Throttle(const ThrottleRules& rules, std::uint64_t seed)
    : rules_(rules),
      hash_(seed),
      sources_(AccessLimits::sources, HashKey(seed + 1)),
      pairs_(AccessLimits::pairs, HashKey(seed + 2)),
      accounts_(AccessLimits::accounts, HashKey(seed + 3)) {}

std::uint64_t Throttle::rank(const Source& source) {
  return source.for_good ? UINT64_MAX : std::max(later(source.locked_until_ms), later(source.window_ms)) + source.count;
}

std::uint64_t Throttle::rank(const Pair& pair) {
  return std::max({later(pair.known_until_ms), later(pair.locked_until_ms), later(pair.window_ms)});
}

std::uint64_t Throttle::rank(const Account& account) {
  return std::max(later(account.guarded_until_ms), later(account.window_ms)) + account.count;
}

std::uint64_t Throttle::key(std::string_view what, const Address* from, std::string_view name) const {
  KeyedHash hash(hash_);
  hash.add(what);
  if (from != nullptr) {
    const auto& bytes = from->bytes();
    hash.add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  return std::max<std::uint64_t>(hash.add(name).finish(), 1);
}

Hold Throttle::hold_source(Source& source, bool spared, std::int64_t now_ms) const {
  if (source.for_good && !spared) return {Held::for_good, 0, false};
  if (source.locked_until_ms > now_ms) return {Held::source, source.locked_until_ms, false};
  if (count(source, ms(rules_.window_s), now_ms) <= rules_.failures) return {};
  const bool again = source.locks > 0 && now_ms - source.locked_since_ms < day_ms;
  source.locks = again ? source.locks + 1 : 1;
  source.locked_since_ms = now_ms;
  source.count = 0;
  if (source.locks > rules_.locks && !spared) {
    source.for_good = true;
    return {Held::for_good, 0, true};
  }
  const std::uint32_t doublings = std::min<std::uint32_t>(source.locks - 1, 8);
  source.locked_until_ms = now_ms + std::min(ms(rules_.lock_s) << doublings, day_ms);
  return {Held::source, source.locked_until_ms, true};
}

Hold Throttle::hold_account(Account& account, bool known, std::int64_t now_ms) const {
  if (known) return {};
  const bool guarded = account.guarded_until_ms > now_ms;
  if (guarded) {
    if (now_ms < account.stranger_ms && account.stranger_ms - now_ms <= stranger_every_ms)
      return {Held::account, account.stranger_ms, false};
    account.stranger_ms = now_ms + stranger_every_ms;
  }
  if (count(account, hour_ms, now_ms) <= rules_.account_failures) return {};
  account.guarded_until_ms = now_ms + hour_ms;
  account.stranger_ms = now_ms + stranger_every_ms;
  account.count = 0;
  return {Held::account, account.stranger_ms, !guarded};
}

Hold Throttle::begin(const Address& from, std::string_view name, bool spared, std::int64_t now_ms) {
  const Address base = guard::source_block(from).base;
  Source& source = sources_.touch(key("source", &base, {}), [](const Source& each) { return rank(each); });
  source.address = base.bytes();
  if (const Hold hold = hold_source(source, spared, now_ms); hold.held != Held::no) return hold;
  Pair& pair = pairs_.touch(key("pair", &base, name), [](const Pair& each) { return rank(each); });
  if (pair.locked_until_ms > now_ms) return {Held::name, pair.locked_until_ms, false};
  if (count(pair, ms(rules_.window_s), now_ms) > rules_.name_failures) {
    pair.count = 0;
    pair.locked_until_ms = now_ms + ms(rules_.lock_s);
    return {Held::name, pair.locked_until_ms, true};
  }
  Account& account = accounts_.touch(key("account", nullptr, name), [](const Account& each) { return rank(each); });
  return hold_account(account, pair.known_until_ms > now_ms, now_ms);
}

void Throttle::take_back(const Address& from, std::string_view name) {
  const Address base = guard::source_block(from).base;
  uncount(sources_.find(key("source", &base, {})));
  uncount(pairs_.find(key("pair", &base, name)));
  uncount(accounts_.find(key("account", nullptr, name)));
}

void Throttle::succeeded(const Address& from, std::string_view name, std::int64_t now_ms) {
  take_back(from, name);
  const Address base = guard::source_block(from).base;
  Pair& pair = pairs_.touch(key("pair", &base, name), [](const Pair& each) { return rank(each); });
  pair.count = 0;
  pair.locked_until_ms = 0;
  pair.known_until_ms = now_ms + known_ms;
}

bool Throttle::release(const Address& from, std::int64_t now_ms) {
  const Address base = guard::source_block(from).base;
  Source* const source = sources_.find(key("source", &base, {}));
  if (source == nullptr) return false;
  const bool was = source->for_good || source->locked_until_ms > now_ms;
  source->for_good = false;
  source->locked_until_ms = 0;
  source->locks = source->count = 0;
  return was;
}

std::vector<HeldSource> Throttle::held(std::int64_t now_ms) const {
  std::vector<HeldSource> out;
  sources_.for_each([&](const Source& source) {
    if (source.for_good || source.locked_until_ms > now_ms)
      out.push_back({Address::from_bytes(source.address), source.locked_since_ms,
                     source.for_good ? 0 : source.locked_until_ms, source.locks});
  });
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.source < b.source; });
  return out;
}

void Throttle::restore(const HeldSource& held) {
  const Address base = guard::source_block(held.source).base;
  Source& source = sources_.touch(key("source", &base, {}), [](const Source& each) { return rank(each); });
  source.address = base.bytes();
  source.for_good = held.until_ms == 0;
  source.locked_until_ms = held.until_ms;
  source.locked_since_ms = held.since_ms;
  source.locks = held.locks;
}

}  // namespace rf::access
