// One table of the file: takes known keys out with checks, then names whatever is left.
#pragma once

#include <toml++/toml.h>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/config/load.hpp"

namespace rf::config {

/// Where faults gather.
class Problems {
 public:
  explicit Problems(std::string_view file, Reading* reading = nullptr) : file_(file), reading_(reading) {}
  void add(Place place, std::string what, std::string remedy) {
    list_.push_back({file_, place, std::move(what), std::move(remedy)});
  }
  bool empty() const { return list_.empty(); }
  /// In the order of the file.
  std::vector<Problem> sorted() &&;
  /// Where what is seen is kept; null: nobody wants it.
  Reading* reading() const { return reading_; }

 private:
  std::string file_;
  Reading* reading_;
  std::vector<Problem> list_;
};

Place place_of(const toml::node& node);

/// Takes keys out of one table. Each `take` leaves the default when the key is absent or wrong (and then reports it).
class Section {
 public:
  /// `name` as in the file ("media"); empty for the file itself. `table` may be null: everything is absent.
  Section(const toml::table* table, std::string name, Problems& problems)
      : table_(table), name_(std::move(name)), problems_(&problems) {}

  /// A whole number within [min, max].
  template <class T>
  void number(std::string_view key, T& out, std::int64_t min, std::int64_t max) {
    if (const auto value = whole(key, min, max)) out = static_cast<T>(*value);
  }
  void flag(std::string_view key, bool& out);
  /// A text that `check` accepts; `check` gives the fault ("holds a space") or nothing, `remedy` what to write.
  using Check = std::function<std::optional<std::string>(std::string_view)>;
  bool text(std::string_view key, std::string& out, const Check& check = {}, std::string_view remedy = {});
  /// An array of texts, each handed to `each`, which gives a fault or nothing.
  void texts(std::string_view key, const Check& each, std::string_view remedy);
  /// One word out of a closed list; gives its index.
  std::optional<std::size_t> word(std::string_view key, const std::vector<std::string_view>& words);
  const toml::node* raw(std::string_view key);

  bool has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }
  /// Of the key's value, or of the table when the key is absent.
  Place place(std::string_view key) const;
  void fault(std::string_view key, std::string what, std::string remedy);
  /// Reports every key nobody took, with the nearest known one.
  void finish();

 private:
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t min, std::int64_t max);
  std::string full(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }

  const toml::table* table_;
  std::string name_;
  Problems* problems_;
  std::vector<std::string> known_;
};

}  // namespace rf::config
