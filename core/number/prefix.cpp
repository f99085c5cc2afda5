#include "core/number/prefix.hpp"

#include "core/number/table.hpp"

namespace rf::number {
namespace {

// A word is a set of digits (its lower ten bits), or an operation in the upper bits with its operand.
constexpr std::uint16_t split = 0x4000, jump = 0x8000, save = 0xc000, at_end = 0xd000, match = 0xe000;

struct Run {
  std::string_view text;
  std::array<std::size_t, 4> saved{};
  unsigned groups = 0;  ///< bit n: group n was entered and left
  std::size_t stop = 0;

  bool from(std::size_t place, std::size_t at) {
    for (;; ++place) {
      const std::uint16_t word = table::words[place];
      if (word < split) {
        if (at == text.size() || (word >> (text[at] - '0') & 1) == 0) return false;
        ++at;
      } else if (word < jump) {
        const auto before = *this;
        if (from(place + 1, at)) return true;
        *this = before;
        place += (word & 0x3fffu) - 1;
      } else if (word < save) {
        place += (word & 0x3fffu) - 1;
      } else if (word < at_end) {
        const unsigned slot = word & 3;
        saved[slot] = at;
        if (slot & 1) groups |= 1u << slot / 2;
      } else if (word < match) {
        if (at != text.size()) return false;
      } else {
        stop = at;
        return true;
      }
    }
  }
};

}  // namespace

std::optional<PrefixMatch> match_prefix(std::uint16_t program, std::string_view digits) {
  if (program == 0) return std::nullopt;
  Run run{digits};
  if (!run.from(program, 0)) return std::nullopt;
  PrefixMatch out;
  out.size = run.stop;
  out.any_group = run.groups != 0;
  for (unsigned group = 0; group < 2; ++group)
    if (run.groups >> group & 1)
      out.groups[group] = digits.substr(run.saved[2 * group], run.saved[2 * group + 1] - run.saved[2 * group]);
  return out;
}

}  // namespace rf::number
