// What one set of objects would change in another: the plan of an import.
#pragma once

#include <string>
#include <vector>

#include "core/document/object.hpp"

namespace rf::document {

/// One difference.
struct Change {
  enum class What : std::uint8_t { add, change, remove, stay } what = What::add;
  Kind kind = Kind::telephony;
  std::string name;
  struct Value {
    std::string key, before, after;  ///< as they are written; empty: not given
  };
  std::vector<Value> values = {};
  bool comments = false;  ///< only comments and layout differ, or they too
  bool moved = false;     ///< it stands elsewhere among those of its kind
};
std::string_view name_of(Change::What what);

/// Every difference between `now` and `wanted`, both as read_objects() gives them, in the order of an export. What is
/// not wanted is to be removed, or with `keep` to stay as it is. What is the same is left out.
std::vector<Change> compare(const std::vector<Object>& now, const std::vector<Object>& wanted, bool keep);

/// All of them as one text, in the order of an export.
std::string text_of(const std::vector<Object>& objects);

/// Why an object may not be taken without being forced: it opens paid calls to whoever can forge an address. Nothing
/// when it does not. `before`: the same object as it was, if there was one.
std::optional<Wrong> risk_of(const Table& table, const Table* before);

}  // namespace rf::document
