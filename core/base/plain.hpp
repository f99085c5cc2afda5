// Text from outside, made safe to show to a person: in a log line, in a terminal, in a table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rf {

/// `text` without anything that could end a line, drive a terminal or break a decoder: control characters, invalid
/// UTF-8, line separators and bidirectional overrides become \xNN; what is longer than `bytes_max` is cut with "…".
std::string plain(std::string_view text, std::size_t bytes_max = 512);
/// Whether plain() would show every byte of `text` as it is, but for its length.
bool is_plain(std::string_view text);

}  // namespace rf
