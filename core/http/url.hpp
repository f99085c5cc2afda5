// What stands in a request's target, read so that no two readers could read it in two ways.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rf::http {

/// One segment of a path, percent-decoded, of at most ApiLimits::path_value_bytes. None for what could mean something
/// else to somebody else: broken or overlong codings, invalid UTF-8, control characters, "/" or "\" in a coded form,
/// "." and "..", nothing at all. Source: RFC 3986 §2.1, §3.3; RFC 3629 §3.
std::optional<std::string> decode_segment(std::string_view segment);

struct Field {
  std::string name;
  std::string value;
  friend bool operator==(const Field&, const Field&) = default;
};

/// "limit=10&number=1001" as browsers write it ("+" is a space). Errors: a sentence; each name may stand there once,
/// and there are at most ApiLimits::query_fields. Source: WHATWG URL, application/x-www-form-urlencoded.
std::expected<std::vector<Field>, std::string> parse_query(std::string_view query);

/// The same text for a query, everything coded that is not a letter, a digit or one of -._~
std::string encode(std::string_view text);

/// Whether it is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629 §3).
bool is_utf8(std::string_view text);

}  // namespace rf::http
