#include "core/number/number_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace rf::number {
namespace {

constexpr std::array<std::string_view, 6> listing_names = {"allowed",   "shared_cost", "premium",
                                                           "satellite", "fraud",       "blocked"};

/// The lower source first, then the stricter.
template <class Rule>
auto precedence(const Rule& rule) {
  return std::tuple(rule.source, -static_cast<int>(rule.listing));
}

/// The first and last packed number with this beginning. Of those that differ in zeros at the end alone, the shorter is
/// the lesser: 4 is before 40, which is the first that begins so.
std::uint64_t first_of(const E164& prefix) {
  return prefix.packed();
}
std::uint64_t last_of(const E164& prefix) {
  return prefix.packed() | (~std::uint64_t{0} >> 4 * prefix.size());
}

std::string_view digits_of(const E164& number, std::array<char, E164::digits_most>& room) {
  for (std::size_t i = 0; i < number.size(); ++i) room[i] = static_cast<char>('0' + number.digit(i));
  return {room.data(), number.size()};
}

}  // namespace

std::string_view name_of(Listing listing) {
  return listing_names[static_cast<std::size_t>(listing)];
}

std::optional<Listing> parse_listing(std::string_view name) {
  const auto found = std::find(listing_names.begin(), listing_names.end(), name);
  if (found == listing_names.end()) return std::nullopt;
  return static_cast<Listing>(found - listing_names.begin());
}

std::expected<std::uint16_t, std::string> NumberSet::say(Says says) {
  // A list is imported in one go, so what a rule says is mostly what the one before it said.
  const auto found = std::find(says_.rbegin(), says_.rend(), says);
  if (found != says_.rend()) return static_cast<std::uint16_t>(says_.rend() - found - 1);
  if (says_.size() == NumberLimits::set_sources)
    return std::unexpected(
        fmt::format("more than {} kinds of rules from "
                    "different lists",
                    NumberLimits::set_sources));
  says_.push_back(says);
  return static_cast<std::uint16_t>(says_.size() - 1);
}

std::expected<void, std::string> NumberSet::take_exact(const std::vector<NumberRule>& rules) {
  std::vector<std::uint64_t> keys;
  for (const NumberRule& rule : rules) {
    if (rule.prefix || (!keys.empty() && keys.back() == rule.number.packed())) continue;
    const auto says = say({rule.listing, rule.source});
    if (!says) return std::unexpected(says.error());
    keys.push_back(rule.number.packed());
    exact_says_.push_back(*says);
  }
  exact_ = SortedKeys(keys);
  exact_says_.shrink_to_fit();
  return {};
}

std::expected<void, std::string> NumberSet::take_prefixes(const std::vector<NumberRule>& rules) {
  std::vector<std::uint64_t> starts;
  const auto begin_piece = [&](std::uint64_t start, Piece piece) {
    if (!starts.empty() && starts.back() == start) {
      piece_says_.back() = piece;
      return;
    }
    starts.push_back(start);
    piece_says_.push_back(piece);
  };
  // Prefixes lie within each other or apart, so those that are open at a point are a stack.
  std::vector<std::pair<std::uint64_t, Piece>> open;
  const auto close_until = [&](std::uint64_t point) {
    while (!open.empty() && open.back().first < point) {
      const std::uint64_t last = open.back().first;
      open.pop_back();
      // The one around it may end at the same place.
      if (last != ~std::uint64_t{0}) begin_piece(last + 1, open.empty() ? Piece{} : open.back().second);
    }
  };
  E164 before;
  for (const NumberRule& rule : rules) {
    if (!rule.prefix || rule.number == before) continue;
    before = rule.number;
    const auto says = say({rule.listing, rule.source});
    if (!says) return std::unexpected(says.error());
    close_until(first_of(rule.number));
    const Piece piece{*says, static_cast<std::uint8_t>(rule.number.size())};
    begin_piece(first_of(rule.number), piece);
    open.emplace_back(last_of(rule.number), piece);
  }
  close_until(~std::uint64_t{0});
  pieces_ = SortedKeys(starts);
  piece_says_.shrink_to_fit();
  return {};
}

std::expected<void, std::string> NumberSet::take_patterns(std::vector<PatternRule> rules) {
  if (rules.size() > NumberLimits::set_patterns)
    return std::unexpected(fmt::format("{} patterns are more than {}", rules.size(), NumberLimits::set_patterns));
  // The first that fits is the one that counts.
  std::stable_sort(rules.begin(), rules.end(), [](const PatternRule& a, const PatternRule& b) {
    const std::size_t left = a.pattern.specificity(), right = b.pattern.specificity();
    return left != right ? left > right : precedence(a) < precedence(b);
  });
  std::vector<Pattern> patterns;
  for (PatternRule& rule : rules) {
    pattern_says_.push_back({rule.listing, rule.source, static_cast<std::uint8_t>(rule.pattern.specificity()), false});
    patterns.push_back(std::move(rule.pattern));
  }
  auto index = PatternIndex::build(patterns);
  if (!index) return std::unexpected(std::move(index.error()));
  patterns_ = std::move(*index);
  return {};
}

std::expected<NumberSet, std::string> NumberSet::build(NumberRules rules) {
  if (rules.numbers.size() > NumberLimits::set_rules)
    return std::unexpected(
        fmt::format("{} numbers and prefixes are more than {}", rules.numbers.size(), NumberLimits::set_rules));
  std::erase_if(rules.numbers, [](const NumberRule& rule) { return !rule.number; });
  std::sort(rules.numbers.begin(), rules.numbers.end(), [](const NumberRule& a, const NumberRule& b) {
    return a.number != b.number ? a.number < b.number : precedence(a) < precedence(b);
  });
  NumberSet out;
  if (auto done = out.take_exact(rules.numbers); !done) return std::unexpected(std::move(done.error()));
  if (auto done = out.take_prefixes(rules.numbers); !done) return std::unexpected(std::move(done.error()));
  if (auto done = out.take_patterns(std::move(rules.patterns)); !done) return std::unexpected(std::move(done.error()));
  return out;
}

std::optional<NumberSet::Verdict> NumberSet::find(const E164& number) const {
  const std::size_t whole = exact_.last_not_above(number.packed());
  if (whole != SortedKeys::none && exact_[whole] == number.packed()) {
    const Says& says = says_[exact_says_[whole]];
    return Verdict{says.listing, says.source, static_cast<std::uint8_t>(number.size()), true};
  }
  std::optional<Verdict> out;
  const std::size_t piece = pieces_.last_not_above(number.packed());
  if (piece != SortedKeys::none && piece_says_[piece].digits != 0) {
    const Says& says = says_[piece_says_[piece].says];
    out = Verdict{says.listing, says.source, piece_says_[piece].digits, false};
  }
  if (pattern_says_.empty()) return out;
  std::array<char, E164::digits_most> room;
  const auto fitting = patterns_.find(digits_of(number, room)).patterns;
  if (fitting.empty()) return out;
  const Verdict& other = pattern_says_[fitting.front()];
  const bool wins =
      !out || other.digits > out->digits || (other.digits == out->digits && precedence(other) < precedence(*out));
  return wins ? other : out;
}

std::size_t NumberSet::bytes() const {
  return exact_.bytes() + exact_says_.capacity() * sizeof(std::uint16_t) + pieces_.bytes() +
         piece_says_.capacity() * sizeof(Piece) + patterns_.bytes() + pattern_says_.capacity() * sizeof(Verdict) +
         says_.capacity() * sizeof(Says);
}

}  // namespace rf::number
