// Money as whole micro-units of one currency: never a float, never wrapped around, never two currencies in one sum.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace rf::money {

/// Why an amount is not what was asked for.
enum class AmountFault : std::uint8_t {
  overflow,           ///< beyond ±10^12 units
  currencies_differ,  ///< two currencies met in one sum
  not_a_number,       ///< anything but digits with at most one point between digits
  decimal_comma,      ///< 0,05 for 0.05
  too_precise,        ///< more than six decimals
  not_a_currency,     ///< not three capital letters
};
/// One sentence with the remedy.
std::string_view text_of(AmountFault fault);

/// An ISO 4217 code: three capital letters. Zero means none.
struct Currency {
  std::uint16_t code = 0;

  static std::expected<Currency, AmountFault> parse(std::string_view text);
  std::string text() const;
  explicit operator bool() const { return code != 0; }
  friend auto operator<=>(const Currency&, const Currency&) = default;
};

/// So many millionths of a unit of one currency, at most `MoneyLimits::micros` either way, so that a sum of eight of
/// them still fits into 64 bits. Amounts of two currencies are neither equal nor less nor more.
class Amount {
 public:
  Amount() = default;
  static Amount zero(Currency currency) { return {0, currency}; }
  /// The greatest there is: what no account can pay.
  static Amount highest(Currency currency);
  /// Errors: overflow.
  static std::expected<Amount, AmountFault> of_micros(std::int64_t micros, Currency currency);
  /// Decimal text: `-12.5`, `0.000125`; at most six decimals, no exponent, no grouping, no sign but minus, no zeros in
  /// front. Errors: not_a_number, decimal_comma, too_precise, overflow.
  static std::expected<Amount, AmountFault> parse(std::string_view text, Currency currency);

  std::int64_t micros() const { return micros_; }
  Currency currency() const { return currency_; }
  /// Decimal text with at least two decimals, without the currency: parse() reads it back to the same amount.
  std::string text() const;

  friend bool operator==(const Amount&, const Amount&) = default;
  friend std::partial_ordering operator<=>(const Amount& a, const Amount& b) {
    if (a.currency_ != b.currency_) return std::partial_ordering::unordered;
    return a.micros_ <=> b.micros_;
  }

 private:
  Amount(std::int64_t micros, Currency currency) : micros_(micros), currency_(currency) {}

  std::int64_t micros_ = 0;
  Currency currency_;
};

/// Errors of all three: overflow, currencies_differ.
std::expected<Amount, AmountFault> add(Amount a, Amount b);
std::expected<Amount, AmountFault> subtract(Amount a, Amount b);
std::expected<Amount, AmountFault> times(Amount a, std::int64_t factor);

}  // namespace rf::money
