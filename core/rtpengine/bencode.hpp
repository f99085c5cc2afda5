// Bencode, in which rtpengine is asked and answers: texts, numbers, lists and dictionaries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits/media.hpp"

namespace rf::rtpengine {

enum class Error : std::uint8_t {
  too_short,  ///< ends inside a value
  too_long,   ///< longer than RtpengineLimits::message_bytes
  too_deep,
  too_many,  ///< values
  bad_number,
  bad_key,  ///< of a dictionary: no text, or without a value
  bad_value,
  trailing,  ///< bytes behind the value
};

/// One value with all that is in it. Texts point into what was parsed.
class Document {
 public:
  /// A place in it; one that is not there has no text, no number and no elements.
  class Value {
   public:
    Value() = default;
    std::optional<std::string_view> text() const;
    std::optional<std::int64_t> number() const;
    /// The value of a dictionary's key.
    Value operator[](std::string_view key) const;
    /// An element of a list.
    Value operator[](std::size_t index) const;
    explicit operator bool() const { return document_ != nullptr; }

   private:
    friend class Document;
    Value(const Document* document, std::size_t at) : document_(document), at_(at) {}
    const Document* document_ = nullptr;
    std::size_t at_ = 0;
  };

  /// The whole of `text` is one value. Errors: every one.
  static std::expected<Document, Error> parse(std::string_view text);
  /// Holds while the document lives and is not moved.
  Value root() const { return {this, 0}; }

 private:
  enum class Kind : std::uint8_t { text, number, list, dictionary };
  struct Node {
    Kind kind;
    std::string_view text;
    std::int64_t number = 0;
    std::size_t end = 0;  // of this node and all in it: what is in a list or dictionary follows it
  };

  std::optional<Error> take(std::string_view& rest, std::size_t depth);
  std::optional<Error> take_text(std::string_view& rest);
  std::optional<Error> take_number(std::string_view& rest);
  std::optional<Error> take_elements(std::string_view& rest, std::size_t depth, bool dictionary);

  std::vector<Node> nodes_;
};

/// A dictionary to be written: keys in the order in which they are added.
class Dictionary {
 public:
  Dictionary& add(std::string_view key, std::string_view text);
  Dictionary& add(std::string_view key, const std::vector<std::string_view>& texts);
  std::string finish() const { return out_ + "e"; }

 private:
  std::string out_ = "d";
};

}  // namespace rf::rtpengine
