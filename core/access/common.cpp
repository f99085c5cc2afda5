#include "core/access/common.hpp"

#include <cstddef>

// The file as it is: lines, sorted by their bytes.
asm(".pushsection .rodata\n"
    "rf_common_begin:\n"
    ".incbin \"" COMMON_PASSWORDS
    "\"\n"
    "rf_common_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern "C" const char rf_common_begin[], rf_common_end[];

namespace rf::access {

bool is_common(std::string_view folded) {
  const std::string_view all(rf_common_begin, static_cast<std::size_t>(rf_common_end - rf_common_begin));
  // Both ends are at the beginning of a line, or of nothing.
  std::size_t low = 0, high = all.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::size_t before = middle == 0 ? std::string_view::npos : all.rfind('\n', middle - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = all.find('\n', begin);
    const std::string_view line = all.substr(begin, end - begin);
    if (line == folded) return true;
    if (line < folded)
      low = end + 1;
    else
      high = begin;
  }
  return false;
}

}  // namespace rf::access
