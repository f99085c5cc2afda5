// How often one number from outside may call by one inbound route.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/keyed_hash.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/time.hpp"
#include "core/toll/terms.hpp"
#include "core/toll/window.hpp"

namespace rf::toll {

/// Counts calls that were let through, by monotonic time, in sliding windows. Who shows no number is not counted: he
/// would share his pace with everybody like him, and one of them could use it up. The full table forgets who called
/// longest ago, so a flood of invented numbers may let somebody call more often than he may, and shuts out nobody.
class CallerPace {
 public:
  explicit CallerPace(std::uint64_t seed, std::size_t room = AnswerLimits::callers) : key_(seed), room_(room) {}

  /// Whether `caller` may call by this route now; if so, the call counts. A route without a pace counts nothing.
  bool take(Now now, const InboundTerms& route, std::string_view caller);
  std::size_t size() const { return calls_.size(); }

 private:
  struct Calls {
    Window window;
    std::int64_t last_mono_ms = 0;
  };

  HashKey key_;
  std::size_t room_;
  boost::unordered_flat_map<std::uint64_t, Calls> calls_;
  std::set<std::pair<std::int64_t, std::uint64_t>> by_last_;
};

}  // namespace rf::toll
