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

}  // namespace rf::document
