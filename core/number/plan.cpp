#include "core/number/plan.hpp"

#include <algorithm>
#include <array>

#include "core/number/rows.hpp"
#include "core/number/table.hpp"

namespace rf::number {
namespace {

constexpr std::array<std::string_view, class_count> class_names = {
    "unknown", "fixed", "mobile", "fixed_or_mobile", "toll_free", "premium",       "shared_cost", "personal",
    "voip",    "pager", "uan",    "voicemail",       "satellite", "global_network"};

const table::Code* code_of(const E164& number) {
  unsigned first_three = 0;
  for (std::size_t i = 0; i < 3; ++i) first_three = first_three * 10 + (i < number.size() ? number.digit(i) : 0);
  const std::uint8_t found = table::code_of_digits[first_three];
  return found == 0 ? nullptr : &table::codes[found - 1];
}

constexpr std::uint8_t digits_of(std::uint16_t code) {
  return code < 10 ? 1 : code < 100 ? 2 : 3;
}

/// Networks that belong to no country, by their calling codes. In +882, 13 is EMSAT and 16 is Thuraya.
/// Source: ITU-T Operational Bulletin, list of assigned E.164 country codes, annex notes (i) to (o).
Class network_class(const E164& number, std::uint16_t code, Class kind) {
  if (code == 870 || code == 881) return Class::satellite;
  if (code == 882 && number.size() >= 5 && number.digit(3) == 1 && (number.digit(4) == 3 || number.digit(4) == 6))
    return Class::satellite;
  if ((code == 882 || code == 883) && kind != Class::unknown) return Class::global_network;
  return kind;
}

void collect_emergency(std::uint16_t state, std::string& digits, std::vector<std::string>& out) {
  const table::Node& node = table::nodes[state];
  if (node.label & table::short_emergency) out.push_back(digits);
  for (unsigned digit = 0; digit < 10; ++digit) {
    const std::uint16_t next = node.next[digit];
    if (next == state || (table::nodes[next].reach & table::short_emergency) == 0) continue;
    digits.push_back(static_cast<char>('0' + digit));
    collect_emergency(next, digits, out);
    digits.pop_back();
  }
}

}  // namespace

Length length_of(const table::Region& region, std::size_t digits) {
  const auto has = [&](std::uint32_t set) { return digits < 32 && (set >> digits & 1) != 0; };
  if (has(region.local_only)) return Length::local_only;
  if (has(region.possible)) return Length::possible;
  if (digits >= 32 || region.possible >> digits == 0) return Length::too_long;
  return (region.possible & ((1u << digits) - 1)) == 0 ? Length::too_short : Length::impossible;
}

std::string_view name_of(Class kind) {
  return class_names[static_cast<std::size_t>(kind)];
}

std::optional<Class> parse_class(std::string_view name) {
  const auto found = std::find(class_names.begin(), class_names.end(), name);
  if (found == class_names.end()) return std::nullopt;
  return static_cast<Class>(found - class_names.begin());
}

std::string_view name_of(ShortCost cost) {
  constexpr std::string_view names[] = {"unknown", "toll_free", "standard", "premium"};
  return names[static_cast<std::size_t>(cost)];
}

Place place_of(const E164& number) {
  Place out;
  const table::Code* code = code_of(number);
  if (code == nullptr || digits_of(code->code) > number.size()) return out;
  out.calling_code = code->code;
  out.code_digits = digits_of(code->code);
  std::uint16_t state = code->start;
  out.kin = table::nodes[state].reach;
  for (std::size_t i = out.code_digits; i < number.size() && state != 0; ++i) {
    state = table::nodes[state].next[number.digit(i)];
    if (table::nodes[state].reach != 0) out.kin = table::nodes[state].reach;
  }
  const std::uint16_t label = table::nodes[state].label;
  const unsigned place = code->regions == 1 ? 1 : label >> 4;
  if (place != 0) out.region = Country{table::regions[code->first_region + place - 1u].country};
  out.kind = static_cast<Class>(label & 15);
  out.valid = out.kind != Class::unknown;
  out.length = length_of(table::regions[code->first_region], number.size() - out.code_digits);
  if (!out.region && code->code >= 800) out.kind = network_class(number, code->code, out.kind);
  return out;
}

namespace {

/// Everything that numbers of a code may still be, from some states of it on.
void collect_kinds(const table::Code& code, std::uint16_t from, const E164& beginning, std::vector<PlanKind>& out) {
  std::vector<bool> seen(table::nodes.size());
  std::vector<std::uint16_t> open{from, 0};
  seen[from] = seen[0] = true;
  while (!open.empty()) {
    const table::Node& node = table::nodes[open.back()];
    open.pop_back();
    const unsigned place = code.regions == 1 ? 1 : node.label >> 4;
    PlanKind kind{place == 0 ? Country{} : Country{table::regions[code.first_region + place - 1u].country},
                  static_cast<Class>(node.label & 15)};
    if (!kind.region && code.code >= 800) kind.kind = network_class(beginning, code.code, kind.kind);
    out.push_back(kind);
    // Shorter than the digits that tell: both, whichever follow.
    if (!kind.region && code.code == 882 && beginning.size() < 5) out.push_back({{}, Class::satellite});
    for (const std::uint16_t next : node.next)
      if (!seen[next]) {
        seen[next] = true;
        open.push_back(next);
      }
  }
}

}  // namespace

std::vector<PlanKind> kinds_of(const E164& beginning) {
  std::vector<PlanKind> out;
  const std::string asked = beginning.digits();
  const table::Code* const only = beginning.size() < 3 ? nullptr : code_of(beginning);
  for (const table::Code& code : table::codes) {
    if (beginning.size() >= 3 && &code != only) continue;
    const std::string digits = std::to_string(code.code);
    if (digits.starts_with(asked))
      collect_kinds(code, code.start, beginning, out);
    else if (asked.starts_with(digits))
      collect_kinds(code, table::walk(code.start, std::string_view(asked).substr(digits.size())), beginning, out);
  }
  // What has no calling code.
  if (out.empty() || beginning.size() < 3) out.push_back({});
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Country main_region(std::uint16_t calling_code) {
  const auto all = regions_of(calling_code);
  return all.empty() ? Country{} : all.front();
}

std::vector<Country> regions_of(std::uint16_t calling_code) {
  std::vector<Country> out;
  for (const table::Code& code : table::codes)
    if (code.code == calling_code)
      for (const table::Region& region : table::regions.subspan(code.first_region, code.regions))
        if (region.country != 0) out.push_back(Country{region.country});
  return out;
}

const table::Region* region_of(Country country) {
  const std::uint16_t found = table::region_of_country[country.index];
  return found == 0 ? nullptr : &table::regions[found - 1u];
}

const table::Region* main_region_of(const E164& number) {
  const table::Code* code = code_of(number);
  return code == nullptr || digits_of(code->code) > number.size() ? nullptr : &table::regions[code->first_region];
}

std::optional<Home> Home::of(Country country) {
  const table::Region* region = region_of(country);
  if (region == nullptr) return std::nullopt;
  return Home{country, region->code, region->international_prefix, region->national_prefix, region->possible};
}

ShortNumber Home::short_number(std::string_view digits) const {
  const table::Region* region = region_of(country);
  const bool all_digits = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (region == nullptr || digits.empty() || !all_digits) return {};
  const std::uint16_t label = table::nodes[table::walk(region->short_numbers, digits)].label;
  return {(label & table::short_valid) != 0, (label & table::short_emergency) != 0, static_cast<ShortCost>(label & 3)};
}

std::vector<std::string> Home::emergency_numbers() const {
  std::vector<std::string> out;
  std::string digits;
  if (const table::Region* region = region_of(country); region != nullptr)
    collect_emergency(region->short_numbers, digits, out);
  return out;
}

std::vector<Country> countries() {
  std::vector<Country> out;
  for (std::uint16_t index = 1; index < std::size(table::region_of_country); ++index)
    if (table::region_of_country[index] != 0) out.push_back(Country{index});
  return out;
}

std::string_view plan_version() {
  return table::version;
}

}  // namespace rf::number
