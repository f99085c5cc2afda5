// "Did you mean": the known word nearest to a misspelt one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rf {

/// The candidate within two edits of `word` (insert, delete, replace, swap neighbours; one edit for words up to four
/// characters), or empty. The first of equals wins.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace rf
