// The forms of single values: whether a text is one, and what it says.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/document/schema.hpp"
#include "core/toll/pace.hpp"
#include "core/trunk/match.hpp"
#include "core/trunk/number_format.hpp"

namespace rf::document {

/// Nothing when `text` is what this key takes (of a list: one of its values), else what is wrong with it.
struct Wrong {
  std::string text;
  std::string remedy;
};
std::optional<Wrong> fault_of(const Key& key, std::string_view text);

/// "10s", "5m", "2h", "1d": seconds. Nothing for anything else, and for more than fits.
std::optional<std::uint32_t> parse_duration(std::string_view text);
/// "5 per 1s", "distinct 20 per 1h", "alert 3 per 1s", "alert distinct 15 per 1h". The id is made of what the rule is
/// about, so that it keeps what it has counted when it moves to another place of the list.
std::optional<toll::PaceRule> parse_pace(std::string_view text);
/// "192.0.2.1", "192.0.2.0/24", "[2001:db8::1]:5060", "192.0.2.1:5060".
std::optional<trunk::Source> parse_source(std::string_view text);
/// "+49301000-+49301999", or one number.
std::optional<trunk::NumberRange> parse_range(std::string_view text);
/// The host of a SIP URI; empty when there is none.
std::string_view host_of(std::string_view uri);
/// "60/6": the seconds of the first and of each further increment.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_increments(std::string_view text);

/// Whole numbers without sign or blanks; nothing for anything else.
std::optional<std::int64_t> parse_whole(std::string_view text);

}  // namespace rf::document
