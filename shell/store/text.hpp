// How text from the network is kept: any bytes go in and come out again, and what lies in the database is valid UTF-8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rf::store {

/// Replaces `out` by `raw` with backslashes doubled and every control character and byte that is not UTF-8 as "\xHH".
/// Databases refuse such bytes (PostgreSQL) or cut at them, and a phone's User-Agent must not decide whether it can be
/// stored. Injective, so keys stay unique.
void escape(std::string_view raw, std::string& out);
std::string escaped(std::string_view raw);
/// The inverse; what escape() did not write stays as it is.
std::string unescaped(std::string_view text);

/// A list of such texts, each followed by a line feed (which an escaped text does not contain).
void escape_list(const std::vector<std::string>& raw, std::string& out);
std::vector<std::string> unescaped_list(std::string_view text);

/// Valid UTF-8 (RFC 3629) without control characters: what a person may write into a name.
bool is_plain_text(std::string_view text);

}  // namespace rf::store
