// Rate decks as carriers send them: a CSV text, read line by line, every fault told with its place and its remedy.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/money/deck.hpp"

namespace rf::money {

/// What the sheet itself does not say.
struct DeckDefaults {
  Currency currency;
  std::uint32_t first_s = 60;
  std::uint32_t next_s = 60;
  std::int64_t from_ms = always_ms;
  /// A price a minute, or a fee, above this is taken for a slip of the decimal point.
  std::int64_t suspicious_micros = 100'000'000;
};

/// Give it the lines in order, then ask for the rows. The first line names the columns, in any order, separated by
/// comma, semicolon or tab:
///
///   prefix                 digits from the country code on; a plus in front is passed over
///   rate_per_min           price of a minute; or
///   rate_per_increment     price of each `next_s` seconds
///   connection_fee         once a call; none without it
///   increments             first/next in seconds: 60/60, 30/6, 1/1; or `first_s` and `next_s`
///   valid_from valid_until 2026-01-31 (midnight UTC), 2026-01-31T08:00:00Z or with +02:00
///   currency               an ISO 4217 code, the one of the deck
///   destination            passed over, like country, description and comment
///
/// Cells may be in double quotes, a doubled quote being one; a cell does not go on in the next line. Empty lines are
/// passed over; an empty cell is one that is not there.
class DeckReader {
 public:
  explicit DeckReader(const DeckDefaults& defaults) : defaults_(defaults) {}

  /// One line, without its line feed; a carriage return at its end, and a byte order mark at the first, are dropped.
  void line(std::string_view text);
  /// All rows, or the faults when there was a single one: nothing is half read. Overlaps between rows are Deck::of's.
  std::expected<std::vector<RateRow>, DeckFaults> finish();

 private:
  enum class Column : std::uint8_t {
    prefix,
    rate_per_min,
    rate_per_increment,
    connection_fee,
    increments,
    first_s,
    next_s,
    valid_from,
    valid_until,
    currency,
    passed_over,
    count,
  };
  static constexpr std::size_t columns = static_cast<std::size_t>(Column::count);
  /// The cells of a line by column; where a cell stands, from 1, 0: not in this sheet.
  struct Cells {
    std::array<std::string_view, columns> text{};
    std::array<std::uint32_t, columns> place{};
    std::string_view operator[](Column c) const { return text[static_cast<std::size_t>(c)]; }
    std::uint32_t at(Column c) const { return place[static_cast<std::size_t>(c)]; }
  };

  bool split(std::string_view text);
  bool take_cell(std::string_view& rest, std::string& cell);
  void header();
  void row();
  Cells cells() const;
  bool read_prefix(const Cells& cells, RateRow& row);
  bool read_rate(const Cells& cells, RateRow& row);
  bool read_increments(const Cells& cells, RateTerms& terms);
  bool read_times(const Cells& cells, RateRow& row);
  bool read_price(const Cells& cells, Column column, Amount& out);
  bool read_seconds(const Cells& cells, Column column, std::string_view text, std::uint32_t& out);
  bool read_time(const Cells& cells, Column column, std::int64_t& out);
  bool fault(std::uint32_t column, std::string text, std::string remedy);

  DeckDefaults defaults_;
  std::vector<RateRow> rows_;
  DeckFaults faults_;
  std::vector<Column> header_;
  std::vector<std::string> fields_;
  std::size_t used_ = 0;  ///< of fields_, in this line
  char separator_ = ',';
  std::uint32_t number_ = 0;
  bool stopped_ = false;  ///< no further line can be read with sense
};

/// A whole text at once.
std::expected<std::vector<RateRow>, DeckFaults> read_deck(std::string_view text, const DeckDefaults& defaults);

}  // namespace rf::money
