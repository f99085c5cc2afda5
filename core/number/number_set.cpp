#include "core/number/number_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

#include "core/base/limits/toll.hpp"

namespace rf::number {
namespace {

constexpr std::array<std::string_view, 6> listing_names = {"allowed",   "shared_cost", "premium",
                                                           "satellite", "fraud",       "blocked"};

/// The lower source first, then the stricter.
template <class Rule>
auto precedence(const Rule& rule) {
  return std::tuple(rule.source, -static_cast<int>(rule.listing));
}

/// The first three digits; a shorter number counts as if zeros followed.
std::size_t first_three(const E164& number) {
  const std::uint64_t packed = number.packed();
  return (packed >> 60) * 100 + (packed >> 56 & 15) * 10 + (number.size() < 3 ? 0 : packed >> 52 & 15);
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

std::expected<void, std::string> NumberSet::take_numbers(std::vector<NumberRule> rules) {
  // Of two about the same, the one that counts goes in first and stays.
  std::sort(rules.begin(), rules.end(),
            [](const NumberRule& a, const NumberRule& b) { return precedence(a) < precedence(b); });
  for (const NumberRule& rule : rules) {
    const auto says = say({rule.listing, rule.source});
    if (!says) return std::unexpected(says.error());
    (rule.prefix ? prefixes_ : exact_).put(rule.number, *says);
    if (!rule.prefix) continue;
    const std::size_t size = rule.number.size();
    const std::size_t all = size >= 3 ? 1 : size == 2 ? 10 : 100;
    for (std::size_t i = first_three(rule.number), end = i + all; i < end; ++i)
      lengths_[i] = static_cast<std::uint16_t>(lengths_[i] | 1u << size);
  }
  return {};
}

std::expected<void, std::string> NumberSet::take_patterns(std::vector<PatternRule> rules, const PatternRoom& room) {
  // The first that fits is the one that counts.
  std::sort(rules.begin(), rules.end(), [](const PatternRule& a, const PatternRule& b) {
    const std::size_t left = a.pattern.specificity(), right = b.pattern.specificity();
    return left != right ? left > right : precedence(a) < precedence(b);
  });
  std::vector<Pattern> patterns;
  for (PatternRule& rule : rules) {
    pattern_says_.push_back({rule.listing, rule.source, static_cast<std::uint8_t>(rule.pattern.specificity()), false});
    patterns.push_back(std::move(rule.pattern));
  }
  auto index = PatternIndex::build(patterns, room);
  if (!index) return std::unexpected(std::move(index.error()));
  patterns_ = std::move(*index);
  return {};
}

std::expected<NumberSet, std::string> NumberSet::build(NumberRules rules, std::uint64_t seed, const NumberRoom& room) {
  if (rules.numbers.size() > room.numbers)
    return std::unexpected(fmt::format("{} numbers and prefixes are more than {}", rules.numbers.size(), room.numbers));
  std::erase_if(rules.numbers, [](const NumberRule& rule) { return !rule.number; });
  const auto prefixes = static_cast<std::size_t>(
      std::count_if(rules.numbers.begin(), rules.numbers.end(), [](const NumberRule& rule) { return rule.prefix; }));
  NumberSet out;
  out.exact_ = NumberTable(rules.numbers.size() - prefixes, HashKey(seed));
  out.prefixes_ = NumberTable(prefixes, HashKey(seed));
  if (auto done = out.take_numbers(std::move(rules.numbers)); !done) return std::unexpected(std::move(done.error()));
  if (auto done = out.take_patterns(std::move(rules.patterns), room.patterns); !done)
    return std::unexpected(std::move(done.error()));
  return out;
}

std::optional<NumberSet::Verdict> NumberSet::find_prefix(const E164& number) const {
  // All lines are asked for before the first is read, so that memory is waited for once.
  std::array<std::size_t, E164::digits_most + 1> buckets;
  const unsigned lengths = lengths_[first_three(number)] & ((2u << number.size()) - 1);
  for (unsigned rest = lengths; rest != 0; rest &= rest - 1) {
    const auto length = static_cast<std::size_t>(std::countr_zero(rest));
    buckets[length] = prefixes_.bucket_of(number.prefix(length));
    prefixes_.prefetch(buckets[length]);
  }
  for (unsigned rest = lengths; rest != 0;) {
    const auto length = static_cast<std::size_t>(std::bit_width(rest) - 1);
    rest &= ~(1u << length);
    const auto found = prefixes_.find(number.prefix(length), buckets[length]);
    if (found) return Verdict{says_[*found].listing, says_[*found].source, static_cast<std::uint8_t>(length), false};
  }
  return std::nullopt;
}

std::optional<NumberSet::Verdict> NumberSet::find(const E164& number) const {
  if (!number) return std::nullopt;
  const std::size_t bucket = exact_.bucket_of(number);
  exact_.prefetch(bucket);
  std::optional<Verdict> out = find_prefix(number);
  if (const auto whole = exact_.find(number, bucket))
    return Verdict{says_[*whole].listing, says_[*whole].source, static_cast<std::uint8_t>(number.size()), true};
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
  return exact_.bytes() + prefixes_.bytes() + patterns_.bytes() + pattern_says_.capacity() * sizeof(Verdict) +
         says_.capacity() * sizeof(Says);
}

}  // namespace rf::number
