// The text that objects are written in: a strict part of TOML whose every byte has a place, so that a value can be
// changed and all the rest, comments above all, stays as its author left it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace rf::document {

/// What is wrong with a text, in which line, and what to do about it.
struct Fault {
  std::size_t line = 0;  ///< from 1; 0: no line is to blame
  std::string text;
  std::string remedy;
};

struct Faults {
  std::vector<Fault> told;  ///< at most DocumentLimits::faults
  std::size_t further = 0;
  bool empty() const { return told.empty(); }
  void add(std::size_t line, std::string text, std::string remedy);
  void add(Faults others, std::size_t lines_before = 0);
};

/// One value as it was written; an integer as its digits.
struct Value {
  enum class Shape : std::uint8_t { flag, number, text, list } shape = Shape::text;
  std::vector<std::string> texts;         ///< one, but for a list
  std::vector<std::size_t> lines;         ///< where each of them stands, from 1
  std::size_t begin = 0, end = 0;         ///< its bytes in the text
};

struct Entry {
  std::string key;
  Value value;
  std::size_t line = 0;
  std::size_t begin = 0, end = 0;  ///< the bytes of its lines
};

/// One header with what belongs to it. The comments in front of a header are its own, but for those that follow a value
/// without an empty line between.
struct Section {
  std::vector<std::string> path;  ///< [trunk.provider] is trunk, provider
  std::size_t line = 0;           ///< of the header
  std::size_t first_line = 0;     ///< of its text
  std::size_t begin = 0, end = 0;  ///< the bytes of its text, comments included, empty lines around it not
  std::vector<Entry> entries;
};

/// Reads [a.b] headers and `key = value` lines. Values: true, false, whole numbers, texts in "double" or 'single'
/// quotes, and lists of these, which may run over lines. All of it is TOML with the same meaning; whatever else TOML
/// has is a fault with what to write instead: tables in tables, dates, fractions, texts of several lines. Bounded by
/// DocumentLimits; lists of the keys in `long_lists` by DocumentLimits::rows.
/// Errors: every fault of the text, so far as one does not follow from another.
/// Source: TOML 1.0.0.
std::expected<std::vector<Section>, Faults> read(std::string_view text,
                                                 const std::vector<std::string_view>& long_lists = {});

}  // namespace rf::document
