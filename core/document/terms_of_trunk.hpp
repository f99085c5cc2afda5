// A trunk's terms out of its object.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/document/terms.hpp"

namespace rf::document {

/// Everything but its limits. What the kind of trunk needs and does not have is told in `wrong`: what, and the remedy.
/// `home`: of the tenant, for a trunk that says none.
toll::TrunkTerms terms_of_trunk(const Placed& trunk, TenantId tenant, Country home,
                                std::vector<std::pair<std::string, std::string>>& wrong);

/// number_form, strip and prepend of a trunk or route.
number::Rewrite rewrite_of(const Table& table);

}  // namespace rf::document
