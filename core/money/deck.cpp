#include "core/money/deck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/base/ids.hpp"
#include "core/base/limits/toll.hpp"

namespace rf::money {
namespace {

/// How many of ten digits a set has: std::popcount is a call where not every processor has it in hardware.
std::uint32_t ones_of(std::uint32_t set) {
  set -= set >> 1 & 0x5555;
  set = (set & 0x3333) + (set >> 2 & 0x3333);
  set = (set + (set >> 4)) & 0x0f0f;
  return (set + (set >> 8)) & 0x1f;
}

}  // namespace

std::optional<Prefix> Prefix::parse(std::string_view digits) {
  if (digits.empty() || digits.size() > MoneyLimits::prefix_digits) return std::nullopt;
  Prefix out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') return std::nullopt;
    out.packed_ |= static_cast<std::uint64_t>(digits[i] - '0') << (60 - 4 * i);
  }
  out.packed_ |= digits.size();
  return out;
}

std::string Prefix::text() const {
  std::string out;
  for (std::size_t i = 0; i < size(); ++i) out += static_cast<char>('0' + digit(i));
  return out;
}

void DeckFaults::add(std::uint32_t line, std::uint32_t column, std::string text, std::string remedy) {
  if (told.size() < MoneyLimits::deck_faults)
    told.push_back({line, column, std::move(text), std::move(remedy)});
  else
    ++further;
}

/// Makes a deck of rows that are sorted by prefix and valid-from.
class DeckBuilder {
 public:
  explicit DeckBuilder(const std::vector<RateRow>& rows) : rows_(rows) {}

  Deck build() {
    deck_.currency_ = rows_.empty() ? Currency{} : rows_.front().rate.currency();
    deck_.validities_.push_back({});
    join_rows();
    grow();
    deck_.prefixes_ = prefixes_.size();
    deck_.nodes_.shrink_to_fit();
    deck_.validities_.shrink_to_fit();
    deck_.rates_.shrink_to_fit();
    return std::move(deck_);
  }

 private:
  struct Joined {
    Prefix prefix;
    std::uint32_t validity;
  };
  /// Prefixes that begin with the same digits.
  struct Span {
    std::size_t first, last;
  };
  struct Mix {
    std::size_t operator()(const Rate& r) const {
      const std::uint64_t times = std::uint64_t{r.price_s()} << 32 | r.first_s() << 16 | r.next_s();
      return mix64(mix64(mix64(static_cast<std::uint64_t>(r.price())) + static_cast<std::uint64_t>(r.fee())) + times);
    }
    std::size_t operator()(const Deck::Validity& v) const {
      const std::uint64_t links = std::uint64_t{v.rate} << 32 | v.earlier;
      return mix64(mix64(mix64(static_cast<std::uint64_t>(v.from_ms)) + static_cast<std::uint64_t>(v.until_ms)) +
                   links);
    }
  };

  template <class T>
  static std::uint32_t shared(std::vector<T>& all, std::unordered_map<T, std::uint32_t, Mix>& known, const T& one) {
    const auto [place, is_new] = known.try_emplace(one, static_cast<std::uint32_t>(all.size()));
    if (is_new) all.push_back(one);
    return place->second;
  }

  /// One entry a prefix, with all its rates in time.
  void join_rows() {
    for (std::size_t i = 0; i < rows_.size();) {
      Joined joined{rows_[i].prefix, 0};
      for (; i < rows_.size() && rows_[i].prefix == joined.prefix; ++i) {
        const std::uint32_t rate = shared(deck_.rates_, known_rates_, rows_[i].rate);
        joined.validity =
            shared(deck_.validities_, known_validities_, {rows_[i].from_ms, rows_[i].until_ms, rate, joined.validity});
      }
      prefixes_.push_back(joined);
    }
  }

  /// The tree, level by level, so that the digits that follow a place lie side by side.
  void grow() {
    std::vector<Span> level{{0, prefixes_.size()}}, next;
    deck_.nodes_.resize(1);
    std::size_t node = 0;
    for (std::size_t depth = 0; !level.empty(); ++depth) {
      next.clear();
      for (Span span : level) grow_one(node++, depth, span, next);
      level.swap(next);
    }
  }

  void grow_one(std::size_t node, std::size_t depth, Span span, std::vector<Span>& next) {
    if (span.first < span.last && prefixes_[span.first].prefix.size() == depth)
      deck_.nodes_[node].validity = prefixes_[span.first++].validity & 0x3fffff;
    deck_.nodes_[node].followers = static_cast<std::uint32_t>(deck_.nodes_.size());
    while (span.first < span.last) {
      const unsigned digit = prefixes_[span.first].prefix.digit(depth);
      Span part{span.first, span.first};
      while (part.last < span.last && prefixes_[part.last].prefix.digit(depth) == digit) ++part.last;
      deck_.nodes_[node].digits |= static_cast<std::uint16_t>(1u << digit);
      deck_.nodes_.emplace_back();
      next.push_back(part);
      span.first = part.last;
    }
  }

  const std::vector<RateRow>& rows_;
  Deck deck_;
  std::vector<Joined> prefixes_;
  std::unordered_map<Rate, std::uint32_t, Mix> known_rates_;
  std::unordered_map<Deck::Validity, std::uint32_t, Mix> known_validities_;
};

namespace {

/// A prefix and its valid-from.
std::string name_of(const RateRow& row) {
  return row.line == 0 ? fmt::format("prefix {}", row.prefix.text())
                       : fmt::format("prefix {} of line {}", row.prefix.text(), row.line);
}

void check_pair(const RateRow& earlier, const RateRow& row, DeckFaults& faults) {
  if (earlier.prefix != row.prefix) return;
  if (earlier.from_ms == row.from_ms)
    faults.add(row.line, 0, fmt::format("{} again, valid from the same time", name_of(earlier)),
               "keep one of the two rows");
  else if (earlier.until_ms != without_end_ms && earlier.until_ms > row.from_ms)
    faults.add(row.line, 0, fmt::format("valid while {} still is", name_of(earlier)),
               "let the earlier one end where this one begins, or leave its end out");
}

void check_rows(const std::vector<RateRow>& rows, DeckFaults& faults) {
  if (rows.size() > MoneyLimits::deck_rows)
    faults.add(0, 0, fmt::format("{} rows", rows.size()), "split it into decks of at most 4000000 rows");
  std::size_t generations = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RateRow& row = rows[i];
    if (row.prefix.size() == 0) faults.add(row.line, 0, "no prefix", "write the digits from the country code on");
    if (row.rate.currency() != rows.front().rate.currency())
      faults.add(row.line, 0, "another currency than other rows", "make one deck for each currency");
    if (row.until_ms <= row.from_ms)
      faults.add(row.line, 0, "ends before it begins", "write a later valid_until, or leave it out");
    generations = i > 0 && rows[i - 1].prefix == row.prefix ? generations + 1 : 1;
    if (generations == MoneyLimits::deck_generations + 1)
      faults.add(row.line, 0, fmt::format("more than {} rates of one prefix", MoneyLimits::deck_generations),
                 "leave out those that have ended long ago");
    if (i > 0) check_pair(rows[i - 1], row, faults);
  }
}

}  // namespace

std::expected<Deck, DeckFaults> Deck::of(std::vector<RateRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const RateRow& a, const RateRow& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return a.from_ms != b.from_ms ? a.from_ms < b.from_ms : a.line < b.line;
  });
  DeckFaults faults;
  check_rows(rows, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return DeckBuilder(rows).build();
}

std::expected<Deck::Match, Deck::Miss> Deck::find(std::string_view digits, std::int64_t wall_ms) const {
  if (digits.empty()) return std::unexpected(Miss::not_a_number);
  for (const char c : digits)
    if (c < '0' || c > '9') return std::unexpected(Miss::not_a_number);
  if (nodes_.empty()) return std::unexpected(Miss::unknown_prefix);
  std::array<std::uint32_t, MoneyLimits::prefix_digits + 1> met{};
  std::size_t depth = 0;
  for (Node node = nodes_[0];; node = nodes_[node.followers]) {
    met[depth] = node.validity;
    if (depth == digits.size()) break;
    const unsigned bit = 1u << (digits[depth] - '0');
    if ((node.digits & bit) == 0) break;
    node.followers += ones_of(node.digits & (bit - 1));
    ++depth;
  }
  for (++depth; depth-- > 0;) {
    if (met[depth] == 0) continue;
    const auto match = at(met[depth], depth, wall_ms);
    if (match || match.error() == Miss::ended) return match;
  }
  return std::unexpected(Miss::unknown_prefix);
}

/// What a prefix's rates say of a time; unknown_prefix: none has begun.
std::expected<Deck::Match, Deck::Miss> Deck::at(std::uint32_t validity, std::size_t digits,
                                                std::int64_t wall_ms) const {
  for (; validity != 0; validity = validities_[validity].earlier) {
    const Validity& valid = validities_[validity];
    if (wall_ms < valid.from_ms) continue;
    if (wall_ms >= valid.until_ms) return std::unexpected(Miss::ended);
    return Match{rates_[valid.rate], digits, valid.from_ms, valid.until_ms};
  }
  return std::unexpected(Miss::unknown_prefix);
}

std::size_t Deck::bytes() const {
  return nodes_.capacity() * sizeof(Node) + validities_.capacity() * sizeof(Validity) +
         rates_.capacity() * sizeof(Rate);
}

std::vector<RateRow> updated(std::vector<RateRow> rows, const std::vector<RateRow>& sheet, Update update) {
  std::unordered_map<std::string, std::int64_t> begins;
  std::int64_t earliest = without_end_ms;
  for (const RateRow& row : sheet) {
    const auto [place, is_new] = begins.try_emplace(row.prefix.text(), row.from_ms);
    if (!is_new) place->second = std::min(place->second, row.from_ms);
    earliest = std::min(earliest, row.from_ms);
  }
  for (RateRow& row : rows) {
    const auto named = begins.find(row.prefix.text());
    if (update == Update::replace)
      row.until_ms = std::min(row.until_ms, earliest);
    else if (named != begins.end())
      row.until_ms = std::min(row.until_ms, named->second);
  }
  std::erase_if(rows, [](const RateRow& row) { return row.until_ms <= row.from_ms; });
  rows.insert(rows.end(), sheet.begin(), sheet.end());
  return rows;
}

}  // namespace rf::money
