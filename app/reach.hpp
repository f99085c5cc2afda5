// Who can reach what costs money (row O11), for people.
#pragma once

#include "app/records.hpp"
#include "core/toll/paths.hpp"

namespace rf::app {

/// How extensions are called.
using Numbers = std::map<ExtensionId, std::string>;
Numbers numbers_of(const std::vector<toll::Plan::Known>& callers);

/// {"country", "class"}.
Json json_of(const toll::Destination& to);
/// {"inbound", "trunk_in", "hops", "when", "number", "country", "class", "trunk", "per_min", "payer", "text"}.
Json json_of(const toll::OpenPath& path, const toll::Plan& plan, const Numbers& numbers);
/// One sentence: who would call whom, on whose account, at which price.
std::string text_of(const toll::OpenPath& path, const toll::Plan& plan, const Numbers& numbers);

/// {"currency", "callers": [{"extensions", "ways": [{"country", "class", "trunk", "prefix", "per_min", "fee"}]}],
/// "paths", "cut"}.
/// Errors: not_found.
Outcome show_reach(Records& records, const toll::Plan& plan, const command::ShowReach& command,
                   std::int64_t now_wall_ms);

}  // namespace rf::app
