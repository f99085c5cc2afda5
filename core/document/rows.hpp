// Rates and numbers as lines of an export, and back.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/country.hpp"
#include "core/document/object.hpp"
#include "core/money/deck.hpp"

namespace rf::document {

/// The rates of a deck's object out of its lines. `currency`: the system's.
/// Errors: every fault with the line of the text that the object was read from.
std::expected<std::vector<money::RateRow>, Faults> rates_of(const Object& deck, const Table& table,
                                                            money::Currency currency);
/// A CSV text as deck import takes it. Errors: with lines of that text.
std::expected<std::vector<money::RateRow>, Faults> rates_of_csv(std::string_view csv, const Table& table,
                                                                money::Currency currency);
/// The lines of rates for an export, as rates_of() reads them.
void put_rates(Object& deck, const std::vector<money::RateRow>& rates);

/// Lines of a number list, each with its word in front: "blocked +882*". Errors: every line that is no rule of one.
/// `home`: a rule over all of it is refused.
std::expected<std::vector<std::string>, Faults> lines_of(std::string_view text, const Table& table, Country home);
/// The same for the lines of an object; errors with the lines of the text it was read from.
std::expected<std::vector<std::string>, Faults> lines_of(const Object& list, const Table& table, Country home);

/// One PIN of a list, as an export has it: "project-7 1:sealed".
struct PinRow {
  std::string account;  ///< 1 to 64 letters, digits, - and _
  std::string sealed;   ///< printable; only who has the key file can read it
  std::string line() const { return account + " " + sealed; }
};
/// The PINs of a list's object. Errors, with the lines of the text that it was read from: what is no such row, an
/// account twice, more than PinLimits::pins.
std::expected<std::vector<PinRow>, Faults> pin_rows_of(const Object& list);

}  // namespace rf::document
