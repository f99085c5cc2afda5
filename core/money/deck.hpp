// Rate decks: which rate holds for a number at a time. A million prefixes lie flat in some ten megabytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits/toll.hpp"
#include "core/money/rate.hpp"

namespace rf::money {

/// One to fifteen digits of an E.164 number, from its country code on; packed so that a prefix sorts just before what
/// it is a prefix of.
class Prefix {
 public:
  Prefix() = default;
  static std::optional<Prefix> parse(std::string_view digits);
  std::size_t size() const { return packed_ & 0xf; }
  /// The digit at a place below size().
  unsigned digit(std::size_t place) const { return static_cast<unsigned>(packed_ >> (60 - 4 * place) & 0xf); }
  std::string text() const;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  std::uint64_t packed_ = 0;  ///< 15 digits of 4 bits from the top, then the length
};

inline constexpr std::int64_t always_ms = INT64_MIN;       ///< valid from ever
inline constexpr std::int64_t without_end_ms = INT64_MAX;  ///< valid until another one begins

/// A rate of a prefix, valid in [from_ms, until_ms), wall time in milliseconds since 1970 UTC.
struct RateRow {
  Prefix prefix;
  Rate rate;
  std::int64_t from_ms = always_ms;
  std::int64_t until_ms = without_end_ms;
  std::uint32_t line = 0;  ///< where it was written, for faults

  friend bool operator==(const RateRow&, const RateRow&) = default;
};

/// What is wrong with a deck, where, and what to do about it.
struct DeckFault {
  std::uint32_t line = 0;    ///< from 1; 0: the whole deck
  std::uint32_t column = 0;  ///< field of that line, from 1; 0: the whole line
  std::string text;
  std::string remedy;
};

struct DeckFaults {
  std::vector<DeckFault> told;  ///< at most MoneyLimits::deck_faults
  std::size_t further = 0;
  bool empty() const { return told.empty(); }
  void add(std::uint32_t line, std::uint32_t column, std::string text, std::string remedy);
};

/// Immutable: another generation of rates is another row with its own valid-from, another import another deck.
///
/// The longest prefix whose rates have begun decides. One that begins in the future leaves its number to the next
/// shorter prefix until then. One whose last rate has ended leaves it to nobody: the number has no rate, because a
/// shorter prefix would as a rule be the cheaper one, and what it cannot know the price of, it does not sell.
///
/// A call keeps the rate it was found with: a change of rates does not touch running calls. Look a call's rate up once,
/// when its money is reserved.
class Deck {
 public:
  enum class Miss : std::uint8_t {
    not_a_number,    ///< anything but 1 or more digits
    unknown_prefix,  ///< no prefix of it has a rate that has begun
    ended,           ///< its longest prefix has had a rate, which has ended
  };
  struct Match {
    Rate rate;
    std::size_t digits;     ///< of the prefix that decided
    std::int64_t from_ms;   ///< since when this rate is valid
    std::int64_t until_ms;  ///< its own end; a following rate of this prefix may begin earlier
  };

  Deck() = default;
  /// Errors: one fault a row that is a duplicate, overlaps another of its prefix, or is of another currency; too many
  /// rows, or rates of one prefix. Nothing is taken then.
  static std::expected<Deck, DeckFaults> of(std::vector<RateRow> rows);

  /// The rate of a called number, E.164 digits without plus. At most 15 steps, whatever the size of the deck.
  std::expected<Match, Miss> find(std::string_view digits, std::int64_t wall_ms) const;

  /// Every rate with its prefix as digits and its times, in the order of digits:
  /// `see(std::string_view, const Rate&, from_ms, until_ms)`. A rate ends when the next one of its prefix begins, if
  /// not before.
  template <class See>
  void each(See&& see) const {
    std::array<char, MoneyLimits::prefix_digits> digits{};
    if (!nodes_.empty()) each_from(0, digits, 0, see);
  }

  Currency currency() const { return currency_; }
  std::size_t prefixes() const { return prefixes_; }
  std::size_t rates() const { return rates_.size(); }
  std::size_t bytes() const;

 private:
  friend class DeckBuilder;
  /// A place in the tree of digits: which digits follow (10 bits), its rates (22 bits, 0: none), and where the first
  /// of those that follow lies; the others lie behind it.
  struct Node {
    std::uint32_t followers = 0;
    std::uint32_t validity : 22 = 0;
    std::uint32_t digits : 10 = 0;
  };
  static_assert(sizeof(Node) == 8);
  /// A rate in time, the latest of a prefix first. Prefixes with the same rates at the same times share them.
  struct Validity {
    std::int64_t from_ms;
    std::int64_t until_ms;
    std::uint32_t rate;
    std::uint32_t earlier;  ///< 0: none
    friend bool operator==(const Validity&, const Validity&) = default;
  };

  std::expected<Match, Miss> at(std::uint32_t validity, std::size_t digits, std::int64_t wall_ms) const;
  /// Goes as deep as a prefix has digits.
  template <class See>
  void each_from(std::uint32_t place, std::array<char, MoneyLimits::prefix_digits>& digits, std::size_t depth,
                 See& see) const {
    const Node node = nodes_[place];
    std::int64_t next_from_ms = without_end_ms;
    for (std::uint32_t i = node.validity; i != 0; i = validities_[i].earlier) {
      const Validity& valid = validities_[i];
      see(std::string_view(digits.data(), depth), rates_[valid.rate], valid.from_ms,
          valid.until_ms < next_from_ms ? valid.until_ms : next_from_ms);
      next_from_ms = valid.from_ms;
    }
    if (depth == digits.size()) return;
    std::uint32_t next = node.followers;
    for (unsigned digit = 0; digit < 10; ++digit) {
      if ((node.digits >> digit & 1) == 0) continue;
      digits[depth] = static_cast<char>('0' + digit);
      each_from(next++, digits, depth + 1, see);
    }
  }

  std::vector<Node> nodes_;
  std::vector<Validity> validities_;
  std::vector<Rate> rates_;
  std::size_t prefixes_ = 0;
  Currency currency_;
};

/// How a new sheet of rates changes those that are there.
enum class Update : std::uint8_t {
  amend,    ///< prefixes that the sheet does not name keep their rates
  replace,  ///< from the sheet's earliest valid-from on, only the sheet counts
};
/// The rows of a deck after a sheet: what is valid now ends where the sheet's rates begin, so that nothing overlaps;
/// rows that would begin later than that are dropped. Give the result to Deck::of.
std::vector<RateRow> updated(std::vector<RateRow> rows, const std::vector<RateRow>& sheet, Update update);

}  // namespace rf::money
