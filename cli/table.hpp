// Rows for people and for spreadsheets.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace rf::cli {

/// A table of texts. Cells may hold anything: what could drive a terminal is made visible instead.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  /// As many cells as heads.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  /// Aligned columns, two spaces apart.
  void print(std::ostream& out) const;
  /// RFC 4180. A cell that a spreadsheet would take for a formula (= + - @ tab CR first) gets an apostrophe in front:
  /// callers choose what stands in a CDR.
  void print_csv(std::ostream& out) const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

std::string csv_cell(std::string_view text);

}  // namespace rf::cli
