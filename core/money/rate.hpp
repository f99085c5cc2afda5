// What a call costs: a fee, a first and further increments, each paid for as soon as it has begun.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/money/amount.hpp"

namespace rf::money {

/// What a rate is made of. `60/60` is a first and next increment of a minute, `1/1` counts seconds.
struct RateTerms {
  Amount price;                ///< for every `price_s` seconds
  Amount fee;                  ///< once, when the call is answered
  std::uint32_t price_s = 60;  ///< 60: a price a minute; `next_s`: a price for each increment
  std::uint32_t first_s = 60;
  std::uint32_t next_s = 60;
};

enum class RateFault : std::uint8_t { currencies_differ, negative, too_high, bad_increment };
/// One sentence with the remedy.
std::string_view text_of(RateFault fault);

/// Terms that were checked: nothing negative, nothing beyond `MoneyLimits::micros_per_min`, increments of 1 to
/// `MoneyLimits::increment_s` seconds. So the cost of a call of up to `MoneyLimits::call_s` always fits an Amount.
class Rate {
 public:
  Rate() = default;
  /// Errors: currencies_differ (fee and price), negative, too_high, bad_increment.
  static std::expected<Rate, RateFault> of(const RateTerms& terms);

  RateTerms terms() const;
  Currency currency() const { return currency_; }
  /// In micro-units of `currency()`.
  std::int64_t fee() const { return fee_; }
  std::int64_t price() const { return price_; }
  std::uint32_t price_s() const { return price_s_; }
  std::uint32_t first_s() const { return first_s_; }
  std::uint32_t next_s() const { return next_s_; }
  /// The price of a minute, rounded up: for showing and for bounds.
  std::int64_t micros_per_min() const;

  friend bool operator==(const Rate&, const Rate&) = default;

 private:
  std::int64_t fee_ = 0;
  std::int64_t price_ = 0;
  std::uint16_t price_s_ = 60, first_s_ = 60, next_s_ = 60;
  Currency currency_;
};

/// What an answered call of so many seconds costs, a begun second counting in full. 0 s is a call that was answered and
/// ended at once: it owes the fee and the first increment like one of 1 s. (A call that nobody answered costs nothing;
/// it is no matter of this function.) Rounded up to the micro-unit once, over the whole call. Never falls when the
/// call is longer. Beyond `MoneyLimits::call_s` it is Amount::highest, which nobody can pay.
Amount cost(const Rate& rate, std::uint32_t seconds);

/// The longest call that `amount` pays for, the exact inverse: cost(s) <= amount < cost(s + 1), and
/// `MoneyLimits::call_s` when it pays for any. Nothing when it pays for no call at all, or is of another currency.
std::optional<std::uint32_t> affordable_seconds(const Rate& rate, Amount amount);

/// Which of two rates is cheaper for a call of so many seconds: least cost depends on how long calls are assumed to
/// be. Unordered when the currencies differ.
std::partial_ordering compare_cost(const Rate& a, const Rate& b, std::uint32_t assumed_s);

}  // namespace rf::money
