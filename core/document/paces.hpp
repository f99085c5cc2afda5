// Lists of paces out of an object's values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/toll/pace.hpp"

namespace rf::document {

/// The rules that these texts say. What two of them contradict each other in is told in `wrong`: what, and the remedy.
/// `key` of the object, for these texts.
std::vector<toll::PaceRule> paces_of(const std::vector<std::string>& texts, const std::string& key,
                                     std::vector<std::pair<std::string, std::string>>& wrong);

}  // namespace rf::document
