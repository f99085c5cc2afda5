// Lists of numbers as lines of text, an operator's or a stranger's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/country.hpp"
#include "core/number/number_set.hpp"

namespace rf::number {

struct ListFault {
  std::size_t line = 0;  ///< from 1
  std::string text;
};

struct ImportOptions {
  ListId source = 0;
  Listing listing = Listing::blocked;  ///< of lines that name none
  bool may_allow = false;  ///< the list may say `allowed`; a stranger's must not open what the operator closed
  Country home;            ///< a rule over all of its calling code is refused
};

struct Imported {
  NumberRules rules;
  std::vector<ListFault> faults;  ///< the first of them
  std::size_t fault_count = 0;
};

/// Reads `+447700900123`, `+88213*` (all that begin so) or `fraud +37190[2-7]XXXXX`, one a line; # and ; begin a
/// comment. A word in front of a number: allowed, shared_cost, premium, satellite, fraud, blocked. The + may be
/// missing; 00 and separators are faults, so that nothing is guessed. Refused line by line: what is not within one
/// calling code, all of the home country, emergency numbers (with or without calling code), what is no number.
/// Emergency calls never come here; who lists them has meant something else.
Imported import_list(std::string_view text, const ImportOptions& options);

}  // namespace rf::number
