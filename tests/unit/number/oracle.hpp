// What libphonenumber said about many numbers (tests/unit/number/oracle.py): what the plan and dialling are held
// against.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/country.hpp"

namespace rf::number {

inline Country country(std::string_view text) {
  return Country::parse(text).value_or(Country{});
}

/// Calls `fn(words)` for every line of this kind, without the kind. Returns how many there were.
template <class Fn>
std::size_t for_each_told(std::string_view kind, Fn&& fn) {
  std::ifstream in(ORACLE);
  std::size_t count = 0;
  std::vector<std::string> words;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kind)) continue;
    std::istringstream rest(line.substr(kind.size()));
    words.clear();
    for (std::string word; rest >> word;) words.push_back(word);
    fn(words);
    ++count;
  }
  return count;
}

}  // namespace rf::number
