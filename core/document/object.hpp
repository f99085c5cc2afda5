// One object: its text, with comments, and the checked values that stand in it; changing one leaves the others alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/forms.hpp"
#include "core/document/reader.hpp"
#include "core/document/schema.hpp"

namespace rf::document {

/// Values of one object, each of them good by itself. What is not given has its standing value.
class Table {
 public:
  Table(Kind kind, std::string name) : kind_(kind), name_(std::move(name)) {}

  Kind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  std::span<const Key> keys() const { return keys_of(kind_, name_); }

  bool given(std::string_view key) const { return values_.contains(key); }
  /// The key has to be one of keys(), here and below.
  std::vector<std::string> list(std::string_view key) const;
  std::string text(std::string_view key) const;
  bool flag(std::string_view key) const { return text(key) == "true"; }
  template <class T = std::uint32_t>
  T number(std::string_view key) const {
    return static_cast<T>(parse_whole(text(key)).value_or(0));
  }
  std::uint32_t seconds(std::string_view key) const { return parse_duration(text(key)).value_or(0); }
  /// Its place among the words of its key.
  template <class Word>
  Word word(std::string_view key) const {
    return static_cast<Word>(place_of_word(key));
  }

  void set(std::string_view key, std::vector<std::string> values) { values_[std::string(key)] = std::move(values); }
  void drop(std::string_view key);
  friend bool operator==(const Table&, const Table&) = default;

 private:
  std::size_t place_of_word(std::string_view key) const;

  Kind kind_;
  std::string name_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// An object as it is kept. The rows of a deck or list are not in its text.
struct Object {
  Kind kind = Kind::telephony;
  std::string name;
  std::string text;  ///< its header, comments and values, ending with a line feed
  std::map<std::string, std::vector<std::string>, std::less<>> rows;  ///< by key: of those that are kept apart
  std::vector<std::size_t> row_lines;  ///< of the first of these, where each stands in the file that was read
  std::size_t line = 0;                ///< of the header, in that file
};

/// Reads a text of many objects: an export. Errors: every fault with its line: unknown kinds, names and keys (with the
/// nearest known one), values of a wrong form, an object twice, a key missing.
std::expected<std::vector<Object>, Faults> read_objects(std::string_view text);

/// The values of an object's text, which holds exactly one. Errors: as above.
std::expected<Table, Faults> table_of(const Object& object);
/// Checks the text and the names in it.
std::expected<Table, Faults> table_of(std::string_view text);

/// A new object without any value.
Object new_object(Kind kind, std::string name);

/// Splits what was typed for a key, and checks it. Errors: what is wrong, beginning with the key's name.
std::expected<std::vector<std::string>, Wrong> values_of(const Key& key, std::string_view typed);

/// The text with this key set to these values; all other bytes stay. A key that is there keeps its place and the
/// comment behind it, a new one comes last. The text has to be a readable object, here and below.
std::string with_value(const std::string& text, const Key& key, const std::vector<std::string>& values);
/// The text without this key and its line.
std::string without_key(const std::string& text, std::string_view key);
/// `key = value`, as it stands in a text.
std::string line_of(const Key& key, const std::vector<std::string>& values);
/// Text in double quotes, escaped as TOML wants it.
std::string in_quotes(std::string_view text);

}  // namespace rf::document
