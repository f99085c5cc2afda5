// In which order trunks are tried for one call, and whether a refusal by one may be taken to the next.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/ids.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/trunk/health.hpp"

namespace rf::trunk {

/// One target of one trunk that this call may take: rights, limits and money have been asked before.
struct Candidate {
  TrunkId trunk;
  std::uint32_t target = 0;  ///< which of the trunk's addresses
  HealthState health = HealthState::unknown;
  std::int64_t price_micro = 0;  ///< of the expected call, in one currency
  std::uint16_t priority = 0;    ///< lower first, as in an SRV record
  std::uint16_t weight = 1;      ///< among equals: the share of calls; 0: next to none
};

struct OrderRules {
  bool least_cost = false;              ///< by price, then priority; else by priority, then price
  std::uint8_t tries = 4;               ///< targets in all
  std::uint32_t silent_ms = 4'000;      ///< for any response at all, 100 as well
  std::uint32_t post_dial_ms = 20'000;  ///< from the first try until it rings or fails for good
};

/// Where a failed try leads.
enum class After : std::uint8_t { stop, next_target, next_trunk };

struct Consequence {
  After after = After::stop;
  std::string_view why;
};

/// No response: timeout, connection refused, certificate not the right one.
inline constexpr int no_response = 0;

/// What follows a final response, 300 to 699, or `no_response`. A judgement on the call (busy, no such number,
/// declined, forbidden) ends it: the next trunk would ring a busy phone again, dial a wrong number at a cost, or carry
/// what the first refused to. Trouble of the target's own leads on, and so do codecs, which carriers differ in. Nothing
/// does once it rang: somebody heard it. The table stands in order.cpp, a reason beside each row. Source: RFC 3261 §21,
/// RFC 3263 §4.3, RFC 5626 §5.3.1.
Consequence after(int status, bool rang);

/// The tries of one call. Sorted when made, by health (up, failing, down), then by the rules, then by chance within
/// weights. Allocates nothing; candidates beyond `TrunkLimits::candidates` are not tried.
class Order {
 public:
  Order(Now now, std::span<const Candidate> candidates, const OrderRules& rules, Random& random);

  struct Try {
    Candidate candidate;
    std::int64_t heard_by_ms = 0;    ///< mono: without any response by then it has failed
    std::int64_t ringing_by_ms = 0;  ///< mono: without 180, 183 or a final response by then it has failed
  };
  /// Whom to try now; none: the call has failed, see why_ended().
  std::optional<Try> next(Now now);
  /// The last try failed. Then ask next() again.
  Consequence failed(int status, bool rang);
  std::string_view why_ended() const { return why_ended_; }
  std::uint8_t tries() const { return tries_; }

 private:
  static bool before(const Candidate& a, const Candidate& b, bool least_cost);
  void mix_equals(Random& random);

  std::array<Candidate, TrunkLimits::candidates> candidates_;
  std::size_t size_ = 0, at_ = 0;
  OrderRules rules_;
  std::int64_t begun_ms_;
  std::uint8_t tries_ = 0;
  std::string_view why_ended_ = "no trunk may carry it";
};

}  // namespace rf::trunk
