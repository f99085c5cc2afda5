#include "core/money/rate.hpp"

#include <algorithm>

#include "core/base/limits/toll.hpp"

namespace rf::money {
namespace {

/// A price times seconds before it is divided again.
__extension__ using Wide = __int128;

/// What is billed of a call: its first increment, and every further one that has begun.
std::int64_t billed_seconds(const Rate& rate, std::uint32_t seconds) {
  if (seconds <= rate.first_s()) return rate.first_s();
  const std::int64_t further = (std::int64_t{seconds} - rate.first_s() + rate.next_s() - 1) / rate.next_s();
  return rate.first_s() + further * rate.next_s();
}

bool is_increment(std::uint32_t seconds) {
  return seconds >= 1 && seconds <= MoneyLimits::increment_s;
}

}  // namespace

std::string_view text_of(RateFault fault) {
  switch (fault) {
    case RateFault::currencies_differ:
      return "the fee and the price are of different currencies";
    case RateFault::negative:
      return "a price below zero would let calls earn money; write 0 for a free destination";
    case RateFault::too_high:
      return "the price is higher than any real one; is a decimal point missing?";
    case RateFault::bad_increment:
      return "an increment is 1 to 3600 seconds; write them like 60/60, 30/6 or 1/1";
  }
  return "";
}

std::expected<Rate, RateFault> Rate::of(const RateTerms& terms) {
  if (terms.fee.currency() != terms.price.currency()) return std::unexpected(RateFault::currencies_differ);
  if (terms.fee.micros() < 0 || terms.price.micros() < 0) return std::unexpected(RateFault::negative);
  if (!is_increment(terms.first_s) || !is_increment(terms.next_s) || !is_increment(terms.price_s))
    return std::unexpected(RateFault::bad_increment);
  if (terms.fee.micros() > MoneyLimits::micros_per_min || terms.price.micros() > MoneyLimits::micros_per_min)
    return std::unexpected(RateFault::too_high);
  Rate rate;
  rate.fee_ = terms.fee.micros();
  rate.price_ = terms.price.micros();
  rate.price_s_ = static_cast<std::uint16_t>(terms.price_s);
  rate.first_s_ = static_cast<std::uint16_t>(terms.first_s);
  rate.next_s_ = static_cast<std::uint16_t>(terms.next_s);
  rate.currency_ = terms.price.currency();
  if (rate.micros_per_min() > MoneyLimits::micros_per_min) return std::unexpected(RateFault::too_high);
  return rate;
}

RateTerms Rate::terms() const {
  return {.price = Amount::of_micros(price_, currency_).value_or(Amount::highest(currency_)),
          .fee = Amount::of_micros(fee_, currency_).value_or(Amount::highest(currency_)),
          .price_s = price_s_,
          .first_s = first_s_,
          .next_s = next_s_};
}

std::int64_t Rate::micros_per_min() const {
  return (price_ * 60 + price_s_ - 1) / price_s_;
}

Amount cost(const Rate& rate, std::uint32_t seconds) {
  if (seconds > MoneyLimits::call_s) return Amount::highest(rate.currency());
  const Wide product = static_cast<Wide>(rate.price()) * billed_seconds(rate, seconds);
  const auto talk = static_cast<std::int64_t>((product + rate.price_s() - 1) / rate.price_s());
  return Amount::of_micros(rate.fee() + talk, rate.currency()).value_or(Amount::highest(rate.currency()));
}

std::optional<std::uint32_t> affordable_seconds(const Rate& rate, Amount amount) {
  if (amount.currency() != rate.currency() || amount.micros() < rate.fee()) return std::nullopt;
  if (rate.price() == 0) return MoneyLimits::call_s;
  const Wide for_talk = static_cast<Wide>(amount.micros() - rate.fee()) * rate.price_s();
  const Wide billable = for_talk / rate.price();
  if (billable < rate.first_s()) return std::nullopt;
  const Wide seconds = rate.first_s() + (billable - rate.first_s()) / rate.next_s() * rate.next_s();
  return static_cast<std::uint32_t>(std::min<Wide>(seconds, MoneyLimits::call_s));
}

std::partial_ordering compare_cost(const Rate& a, const Rate& b, std::uint32_t assumed_s) {
  return cost(a, assumed_s) <=> cost(b, assumed_s);
}

}  // namespace rf::money
