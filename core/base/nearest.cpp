#include "core/base/nearest.hpp"

#include <algorithm>
#include <vector>

namespace rf {
namespace {

// Optimal string alignment distance; both words are keys of a configuration file, so short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > 64) return {};
  std::size_t best = word.size() <= 4 ? 1 : 2;
  std::string_view found;
  for (const std::string& candidate : candidates) {
    const std::size_t edits = distance(word, candidate);
    if (found.empty() ? edits <= best : edits < best) {
      best = edits;
      found = candidate;
    }
  }
  return found;
}

}  // namespace rf
