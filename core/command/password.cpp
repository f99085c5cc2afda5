#include "core/command/password.hpp"

#include <algorithm>
#include <bitset>
#include <cstddef>

namespace rf::command {
namespace {

// How many characters in a row follow each other by `step`, at the longest.
std::size_t longest_run(std::string_view text, int step) {
  std::size_t best = text.empty() ? 0 : 1, run = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    run = text[i] - text[i - 1] == step ? run + 1 : 1;
    best = std::max(best, run);
  }
  return best;
}

}  // namespace

std::optional<std::string> fault_of_password(std::string_view password, std::string_view number) {
  if (password.size() < 12) return "the password is shorter than 12 characters";
  if (password.size() > 64) return "the password is longer than 64 characters";
  std::bitset<4> classes;
  std::bitset<128> seen;
  for (const char c : password) {
    if (c <= 0x20 || c > 0x7e)
      return "the password holds a space or a character outside ASCII, which phones do not all send alike";
    const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
    classes.set(lower ? 0 : upper ? 1 : digit ? 2 : 3);
    seen.set(static_cast<std::size_t>(c));
  }
  if (classes.count() < 3) return "the password needs three of: lower case, upper case, digits, other characters";
  if (seen.count() < 6) return "the password uses fewer than six different characters";
  if (longest_run(password, 0) >= 4) return "the password repeats a character four times";
  if (longest_run(password, 1) >= 4 || longest_run(password, -1) >= 4)
    return "the password holds a run such as 1234 or dcba";
  if (number.size() >= 3 && password.find(number) != std::string_view::npos)
    return "the password holds the extension's number";
  return std::nullopt;
}

}  // namespace rf::command
