#include "core/schedule/tzif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/limits/toll.hpp"
#include "core/schedule/calendar.hpp"
#include "core/schedule/posix.hpp"

namespace rf::schedule {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Failed = std::unexpected<std::string>;

constexpr std::size_t header_bytes = 44;
constexpr int first_rule_year = 1'900;

/// The six counts of a header.
struct Counts {
  std::uint32_t ut_marks, standard_marks, leaps, changes, types, name_chars;

  /// Of the block that follows, when its times have so many bytes.
  std::uint64_t block_bytes(std::uint64_t time_bytes) const {
    return std::uint64_t{changes} * (time_bytes + 1) + std::uint64_t{types} * 6 + name_chars +
           std::uint64_t{leaps} * (time_bytes + 4) + standard_marks + ut_marks;
  }
};

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::expected<Counts, std::string> read_header(Bytes bytes) {
  if (bytes.size() < header_bytes) return Failed("it is cut short");
  if (big_endian(bytes.first(4)) != 0x545a6966) return Failed("it is no time zone file");
  if (bytes[4] < '2' || bytes[4] > '9') return Failed("it is of version 1, which ends with the year 2037");
  const auto count = [&](std::size_t index) {
    return static_cast<std::uint32_t>(big_endian(bytes.subspan(20 + 4 * index, 4)));
  };
  return Counts{count(0), count(1), count(2), count(3), count(4), count(5)};
}

std::optional<std::string> fault_of(const Counts& counts) {
  if (counts.leaps != 0) return "it counts leap seconds, which clocks do not";
  if (counts.changes > ScheduleLimits::zone_changes)
    return fmt::format("it has more than {} changes", ScheduleLimits::zone_changes);
  if (counts.types == 0 || counts.types > 256) return "it has no kinds of time, or more than 256";
  if (counts.name_chars == 0) return "it has no names of times";
  if (counts.ut_marks != 0 && counts.ut_marks != counts.types) return "its counts contradict each other";
  if (counts.standard_marks != 0 && counts.standard_marks != counts.types) return "its counts contradict each other";
  return std::nullopt;
}

/// The 64-bit block: offsets and changes.
struct Block {
  std::int32_t first_offset_s = 0;
  std::vector<Zone::Change> changes;
};

std::expected<Block, std::string> read_block(Bytes bytes, const Counts& counts) {
  const Bytes indices = bytes.subspan(counts.changes * 8u, counts.changes);
  const Bytes types = bytes.subspan(counts.changes * 9u, counts.types * 6u);
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < counts.types; ++i) {
    const Bytes type = types.subspan(6 * i, 6);
    offsets.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(big_endian(type.first(4)))));
    if (type[4] > 1 || type[5] >= counts.name_chars) return Failed("one of its kinds of time is none");
  }
  Block out{.first_offset_s = offsets[0], .changes = {}};
  for (std::size_t i = 0; i < counts.changes; ++i) {
    if (indices[i] >= offsets.size()) return Failed("a change leads to a kind of time that it does not have");
    out.changes.push_back({static_cast<std::int64_t>(big_endian(bytes.subspan(8 * i, 8))), offsets[indices[i]]});
  }
  // Old files begin with "since the big bang", -2^59, which says what the first kind of time says.
  if (!out.changes.empty() && out.changes.front().at_s == -(std::int64_t{1} << 59)) {
    out.first_offset_s = out.changes.front().offset_s;
    out.changes.erase(out.changes.begin());
  }
  return out;
}

/// Adds the changes of the rule that come after those that are there.
std::optional<std::string> add_rule(Block& block, const PosixRule& rule) {
  std::int32_t offset_s = block.changes.empty() ? block.first_offset_s : block.changes.back().offset_s;
  if (!rule.summer) {
    if (offset_s != rule.standard_s) return "its rule for later years contradicts its last change";
    return std::nullopt;
  }
  if (offset_s != rule.standard_s && offset_s != rule.summer->offset_s && !block.changes.empty())
    return "its rule for later years contradicts its last change";
  const std::int64_t after_s = block.changes.empty() ? INT64_MIN : block.changes.back().at_s;
  const int year = block.changes.empty()
                       ? first_rule_year
                       : std::clamp(date_of(static_cast<std::int32_t>(after_s / seconds_per_day)).year - 1,
                                    first_rule_year, Zone::last_year);
  for (const Zone::Change& change : rule.changes_from(year))
    if (change.at_s > after_s) block.changes.push_back(change);
  return std::nullopt;
}

}  // namespace

std::expected<Zone, std::string> parse_tzif(std::string name, std::span<const std::uint8_t> bytes) {
  if (bytes.size() > ScheduleLimits::zone_file_bytes) return Failed("it is larger than any zone file");
  const auto narrow = read_header(bytes);
  if (!narrow) return Failed(narrow.error());
  const std::uint64_t skipped = header_bytes + narrow->block_bytes(4);
  if (skipped > bytes.size()) return Failed("it is cut short");
  bytes = bytes.subspan(skipped);
  const auto wide = read_header(bytes);
  if (!wide) return Failed(wide.error());
  if (auto fault = fault_of(*wide)) return Failed(std::move(*fault));
  bytes = bytes.subspan(header_bytes);
  if (wide->block_bytes(8) > bytes.size()) return Failed("it is cut short");
  auto block = read_block(bytes, *wide);
  if (!block) return Failed(block.error());
  bytes = bytes.subspan(wide->block_bytes(8));

  const std::string_view rule_line(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (rule_line.size() < 2 || rule_line.front() != '\n' || rule_line.find('\n', 1) != rule_line.size() - 1)
    return Failed("it does not end with the line of its rule");
  const std::string_view text = rule_line.substr(1, rule_line.size() - 2);
  for (const Zone::Change& change : block->changes)
    if (change.at_s < -200'000'000'000 || change.at_s > 200'000'000'000)
      return Failed("a change of its clocks is thousands of years away");
  if (!text.empty()) {
    const auto rule = parse_posix_rule(text);
    if (!rule) return Failed(rule.error());
    if (auto fault = add_rule(*block, *rule)) return Failed(std::move(*fault));
  }
  return Zone::make(std::move(name), block->first_offset_s, block->changes);
}

std::expected<Zone, std::string> parse_posix_zone(std::string name, std::string_view text) {
  const auto rule = parse_posix_rule(text);
  if (!rule) return Failed(rule.error());
  return Zone::make(std::move(name), rule->standard_s, rule->changes_from(first_rule_year));
}

}  // namespace rf::schedule
