// Which countries may be called, and who refuses the others (row O4).
#pragma once

#include <string>
#include <vector>

#include "app/records.hpp"
#include "core/base/country.hpp"

namespace rf::app {

/// Codes of two letters, by the alphabet.
std::vector<std::string> codes_of(const CountrySet& countries);

/// Every country of the world's plan as `command.of` meets it, with the levels that say so. Errors: there is no such
/// department or extension.
Outcome list_countries(Records& records, const toll::Plan& plan, const command::ListCountries& command);

}  // namespace rf::app
