// Who guesses passwords, and who has to wait because of it (row W4). What somebody does elsewhere never keeps an
// account's owner out of where he signed in before.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/guard/set_table.hpp"

namespace rf::access {

struct ThrottleRules {
  std::uint32_t failures = 10;      ///< of one source within `window_s`, whatever the names
  std::uint32_t name_failures = 5;  ///< likewise, at one name
  std::uint32_t window_s = 600;
  std::uint32_t lock_s = 900;           ///< the first time; twice as long each time within a day
  std::uint32_t locks = 5;              ///< of a source within a day; then it is for good, until somebody releases it
  std::uint32_t account_failures = 50;  ///< at one name within an hour, from wherever
};

/// Why somebody has to wait.
enum class Held : std::uint8_t {
  no,
  source,    ///< too many failures there
  for_good,  ///< again and again: until it is released
  name,      ///< too many failures there at this name
  account,   ///< too many failures at this name from everywhere; who signed in to it before is not held
};

struct Hold {
  Held held = Held::no;
  std::int64_t until_ms = 0;  ///< wall time; 0: not held, or for good
  bool began = false;         ///< with this attempt: worth telling somebody
};

/// A source that has to wait, for operators.
struct HeldSource {
  Address source;
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;  ///< 0: for good
  std::uint32_t locks = 0;
};

/// Counts attempts at passwords and codes before they are looked at, so that many at once are no way around it; what
/// succeeds is taken back. Names count alike whether there is such a user or not. A source is an IPv4 address or an
/// IPv6 /64. Tables are of fixed size; what is least dangerous is forgotten. Times are wall times in ms.
class Throttle {
 public:
  Throttle(const ThrottleRules& rules, std::uint64_t seed);
  void use(const ThrottleRules& rules) { rules_ = rules; }

  /// An attempt. `spared` sources are never held for good: those that operators allow.
  Hold begin(const Address& from, std::string_view name, bool spared, std::int64_t now_ms);
  /// It was right: it does not count, this source is known to this name for a month, and what was counted of both is
  /// gone. What the source did at other names stays, or whoever has one account could guess at all others.
  void succeeded(const Address& from, std::string_view name, std::int64_t now_ms);
  /// It was nobody's doing: no room to look at it.
  void take_back(const Address& from, std::string_view name);

  /// Ends all that is in force against a source. Whether there was anything.
  bool release(const Address& source, std::int64_t now_ms);
  std::vector<HeldSource> held(std::int64_t now_ms) const;
  /// As held() told before a restart.
  void restore(const HeldSource& source);

 private:
  struct Source {
    std::uint64_t key;
    std::int64_t window_ms, locked_until_ms, locked_since_ms;
    std::uint32_t count, locks;
    std::array<std::uint8_t, 16> address;
    bool for_good;
  };
  struct Pair {
    std::uint64_t key;
    std::int64_t window_ms, locked_until_ms, known_until_ms;
    std::uint32_t count;
  };
  struct Account {
    std::uint64_t key;
    std::int64_t window_ms, guarded_until_ms, stranger_ms;
    std::uint32_t count;
  };
  static std::uint64_t rank(const Source& source);
  static std::uint64_t rank(const Pair& pair);
  static std::uint64_t rank(const Account& account);
  std::uint64_t key(std::string_view what, const Address* from, std::string_view name) const;
  Hold hold_source(Source& source, bool spared, std::int64_t now_ms) const;
  Hold hold_account(Account& account, bool known, std::int64_t now_ms) const;

  ThrottleRules rules_;
  HashKey hash_;
  guard::SetTable<Source> sources_;
  guard::SetTable<Pair> pairs_;
  guard::SetTable<Account> accounts_;
};

}  // namespace rf::access
