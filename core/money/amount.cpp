#include "core/money/amount.hpp"

#include <fmt/format.h>

#include "core/base/limits/toll.hpp"

namespace rf::money {
namespace {

constexpr std::int64_t micros_per_unit = 1'000'000;
constexpr std::size_t decimals = 6;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::expected<void, AmountFault> check_shape(std::string_view text, std::size_t point) {
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  std::size_t commas = 0;
  for (const std::string_view piece : {whole, part}) {
    if (piece.empty()) return std::unexpected(AmountFault::not_a_number);
    for (const char c : piece) {
      if (c == ',')
        ++commas;
      else if (!is_digit(c))
        return std::unexpected(AmountFault::not_a_number);
    }
  }
  if (commas > 0) return std::unexpected(AmountFault::decimal_comma);
  if (whole.size() > 1 && whole.front() == '0') return std::unexpected(AmountFault::not_a_number);
  if (part.size() > decimals) return std::unexpected(AmountFault::too_precise);
  return {};
}

}  // namespace

std::string_view text_of(AmountFault fault) {
  switch (fault) {
    case AmountFault::overflow:
      return "the amount is beyond 1000000000000 units";
    case AmountFault::currencies_differ:
      return "two currencies cannot be added or compared; convert one of them first";
    case AmountFault::not_a_number:
      return "not an amount; write digits with a point, like 0.0125";
    case AmountFault::decimal_comma:
      return "a comma in a number is ambiguous; write a decimal point and no grouping, like 1250.05";
    case AmountFault::too_precise:
      return "more than six decimals; round it up to six";
    case AmountFault::not_a_currency:
      return "not a currency; write its ISO 4217 code, like EUR";
  }
  return "";
}

std::expected<Currency, AmountFault> Currency::parse(std::string_view text) {
  if (text.size() != 3) return std::unexpected(AmountFault::not_a_currency);
  std::uint16_t code = 0;
  for (const char c : text) {
    if (c < 'A' || c > 'Z') return std::unexpected(AmountFault::not_a_currency);
    code = static_cast<std::uint16_t>(code * 26 + (c - 'A'));
  }
  return Currency{static_cast<std::uint16_t>(code + 1)};
}

std::string Currency::text() const {
  if (code == 0 || code > 26 * 26 * 26) return "";
  const unsigned value = code - 1u;
  return {static_cast<char>('A' + value / 676), static_cast<char>('A' + value / 26 % 26),
          static_cast<char>('A' + value % 26)};
}

Amount Amount::highest(Currency currency) {
  return {MoneyLimits::micros, currency};
}

std::expected<Amount, AmountFault> Amount::of_micros(std::int64_t micros, Currency currency) {
  if (micros > MoneyLimits::micros || micros < -MoneyLimits::micros) return std::unexpected(AmountFault::overflow);
  return Amount(micros, currency);
}

std::expected<Amount, AmountFault> Amount::parse(std::string_view text, Currency currency) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (const auto shape = check_shape(text, point); !shape) return std::unexpected(shape.error());
  std::int64_t micros = 0;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (i > point) ++behind;
    if (micros > MoneyLimits::micros / 10) return std::unexpected(AmountFault::overflow);
    micros = micros * 10 + (text[i] - '0');
  }
  for (; behind < decimals; ++behind) {
    if (micros > MoneyLimits::micros / 10) return std::unexpected(AmountFault::overflow);
    micros *= 10;
  }
  return of_micros(negative ? -micros : micros, currency);
}

std::string Amount::text() const {
  const std::int64_t size = micros_ < 0 ? -micros_ : micros_;
  std::string out = fmt::format("{}{}.{:06}", micros_ < 0 ? "-" : "", size / micros_per_unit, size % micros_per_unit);
  while (out.back() == '0' && out[out.size() - 3] != '.') out.pop_back();
  return out;
}

std::expected<Amount, AmountFault> add(Amount a, Amount b) {
  if (a.currency() != b.currency()) return std::unexpected(AmountFault::currencies_differ);
  return Amount::of_micros(a.micros() + b.micros(), a.currency());
}

std::expected<Amount, AmountFault> subtract(Amount a, Amount b) {
  if (a.currency() != b.currency()) return std::unexpected(AmountFault::currencies_differ);
  return Amount::of_micros(a.micros() - b.micros(), a.currency());
}

std::expected<Amount, AmountFault> times(Amount a, std::int64_t factor) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a.micros(), factor, &product)) return std::unexpected(AmountFault::overflow);
  return Amount::of_micros(product, a.currency());
}

}  // namespace rf::money
