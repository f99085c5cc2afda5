#include "core/number/dial.hpp"

#include <algorithm>
#include <array>

#include "core/number/clean.hpp"
#include "core/number/prefix.hpp"
#include "core/number/rows.hpp"

namespace rf::number {
namespace {

using Kind = Dialled::Kind;

Dialled refused(Dialled out, DialFault fault, std::size_t at = 0) {
  out.kind = Kind::unusable;
  out.fault = fault;
  out.at = static_cast<std::uint8_t>(at);
  return out;
}

bool fits_general(const table::Region& region, std::string_view national) {
  return table::nodes[table::walk(region.general, national)].label == 1;
}

/// What follows the national prefix, with what the plan puts in its place.
Digits after_prefix(const table::Region& region, std::string_view national, const PrefixMatch& match) {
  Digits out;
  const std::string_view transform = region.transform;
  for (std::size_t i = 0; match.any_group && i < transform.size(); ++i) {
    if (transform[i] != '$') {
      out.push(transform[i]);
    } else if (++i < transform.size()) {
      out.append(match.groups[static_cast<std::size_t>(transform[i] - '1')]);
    }
  }
  out.append(national.substr(match.size));
  return out;
}

/// The number without national prefix and choice of carrier, where there is one. Source: libphonenumber's
/// MaybeStripNationalPrefixAndCarrierCode: what was a number before and is none after has lost a digit of its own.
Digits without_national_prefix(const table::Region& region, std::string_view national) {
  Digits whole;
  whole.append(national);
  const auto match = match_prefix(region.national, national);
  if (!match) return whole;
  Digits out = after_prefix(region, national, *match);
  return fits_general(region, national) && !fits_general(region, out.view()) ? whole : out;
}

/// The national number as libphonenumber's Parse takes it: the prefix stays where nothing callable is left without it.
Digits national_of(const table::Region& region, std::string_view national) {
  const Digits stripped = without_national_prefix(region, national);
  const Length length = length_of(region, stripped.size());
  if (length == Length::possible || length == Length::too_long) return stripped;
  Digits whole;
  whole.append(national);
  return whole;
}

/// No number for longer than a number is.
E164 joined(std::uint16_t code, std::string_view national) {
  std::array<char, 3 + NumberLimits::dialled_digits> text;
  std::size_t size = 0;
  for (std::uint16_t unit = code >= 100 ? 100 : code >= 10 ? 10 : 1; unit != 0; unit /= 10)
    text[size++] = static_cast<char>('0' + code / unit % 10);
  std::copy(national.begin(), national.end(), text.begin() + static_cast<std::ptrdiff_t>(size));
  return E164::parse({text.data(), size + national.size()}).value_or(E164{});
}

/// What the digits from the first on may be as short numbers: premium when one of their beginnings is, or is not known
/// to be less.
bool begins_as_paid_short_number(const table::Region& region, std::string_view national) {
  std::uint16_t state = region.short_numbers;
  for (const char c : national) {
    state = table::nodes[state].next[c - '0'];
    const std::uint16_t label = table::nodes[state].label;
    const auto cost = static_cast<ShortCost>(label & 3);
    if (cost == ShortCost::premium || ((label & table::short_valid) && cost == ShortCost::unknown)) return true;
  }
  return false;
}

bool is_emergency(std::string_view digits, const Home& home, const Context& context) {
  return home.short_number(digits).emergency ||
         std::any_of(context.emergency.begin(), context.emergency.end(),
                     [&](const std::string& own) { return !own.empty() && digits == own; });
}

Dialled as_emergency(Dialled out, std::string_view digits, Country country) {
  out.kind = Kind::emergency;
  out.country = country;
  out.cost = ShortCost::toll_free;
  Digits kept;
  kept.append(digits);
  out.digits = kept;
  out.may_be_extension = false;
  return out;
}

Dialled as_short(Dialled out, std::string_view digits, Country country, ShortCost cost) {
  out.kind = Kind::short_code;
  out.country = country;
  out.cost = cost;
  Digits kept;
  kept.append(digits);
  out.digits = kept;
  return out;
}

/// The number that a calling code and what follows make, when carriers cannot read it as another.
Dialled as_number(Dialled out, const table::Region& region, std::string_view national, const Home& home,
                  const Context& context) {
  out.number = joined(region.code, national);
  if (!out.number) return refused(out, DialFault::too_long);
  out.place = place_of(out.number);
  out.kind = Kind::global;
  if (out.place.valid) return out;
  if (region.code == home.calling_code && is_emergency(national, home, context))
    return as_emergency(out, national, home.country);
  for (const Country country : {Country{region.country}, home.country}) {
    const auto local = Home::of(country);
    if (!local || local->calling_code != region.code) continue;
    const ShortNumber found = local->short_number(national);
    if (!found.valid && !found.emergency) continue;
    if (country == home.country) return as_short(out, national, country, found.cost);
    return refused(out, DialFault::short_number_abroad);
  }
  if (out.place.length == Length::too_long) return refused(out, DialFault::too_long);
  if (out.place.length == Length::too_short || out.place.length == Length::local_only)
    return refused(out, DialFault::too_short);
  if (out.place.length == Length::impossible) return refused(out, DialFault::not_in_plan);
  // A carrier of that country would take these for a prefix.
  if (match_prefix(region.international, national)) return refused(out, DialFault::double_prefix);
  if (national.front() == '0') return refused(out, DialFault::not_in_plan);
  if (begins_as_paid_short_number(region, national))
    out.place.kin = static_cast<std::uint16_t>(out.place.kin | 1u << static_cast<unsigned>(Class::premium));
  return out;
}

/// What follows an international prefix.
Dialled international(Dialled out, std::string_view digits, const Home& home, const Context& context) {
  if (digits.empty()) return refused(out, DialFault::too_short);
  if (digits.front() == '0') return refused(out, DialFault::double_prefix);
  const auto beginning = E164::parse(digits.substr(0, 3));
  const table::Region* region = beginning ? main_region_of(*beginning) : nullptr;
  if (region == nullptr) return refused(out, DialFault::no_such_code);
  const std::size_t code_digits = region->code < 10 ? 1 : region->code < 100 ? 2 : 3;
  return as_number(out, *region, national_of(*region, digits.substr(code_digits)).view(), home, context);
}

/// Digits of an international prefix at the beginning; 0 when there is none. A longer one of the tenant's own wins.
std::size_t international_prefix(std::string_view digits, const table::Region& home, const Context& context) {
  std::size_t own = 0;
  for (const std::string& prefix : context.international_prefixes)
    if (!prefix.empty() && digits.starts_with(prefix)) own = std::max(own, prefix.size());
  if (own != 0) return own;
  // No calling code begins with 0: what would leave one there was not the prefix (libphonenumber does the same).
  if (const auto match = match_prefix(home.international, digits))
    if (match->size < digits.size() && digits[match->size] != '0') return match->size;
  return digits.starts_with("00") ? 2 : 0;
}

/// The calling code without anything in front, where only that makes a number. Source: libphonenumber's
/// MaybeExtractCountryCode.
bool begins_with_calling_code(const table::Region& home, std::string_view digits, std::size_t code_digits) {
  if (!E164::parse(digits.substr(0, code_digits)) ||
      E164::parse(digits.substr(0, code_digits)) != joined(home.code, {}))
    return false;
  const Digits rest = without_national_prefix(home, digits.substr(code_digits));
  return (!fits_general(home, digits) && fits_general(home, rest.view())) ||
         length_of(home, digits.size()) == Length::too_long;
}

Dialled national(Dialled out, std::string_view digits, const table::Region& row, const Home& home,
                 const Context& context) {
  const std::size_t code_digits = home.calling_code < 10 ? 1 : home.calling_code < 100 ? 2 : 3;
  const bool with_code = begins_with_calling_code(row, digits, code_digits);
  const Digits own = national_of(row, with_code ? digits.substr(code_digits) : digits);
  const Dialled found = as_number(out, row, own.view(), home, context);
  if (found.kind != Kind::unusable && (found.kind != Kind::global || found.place.valid)) return found;
  const bool prefixed = !home.national_prefix.empty() && digits.starts_with(home.national_prefix);
  Digits with_area;
  if (!prefixed && with_area.append(context.area_code) && with_area.append(digits) && !context.area_code.empty()) {
    const Dialled local = as_number(out, row, with_area.view(), home, context);
    if (local.kind == Kind::global && local.place.valid) return local;
  }
  if (found.kind == Kind::global && !context.unlisted_national) return refused(found, DialFault::not_in_plan);
  return found;
}

bool has_extension_length(std::size_t size, const Context& context) {
  return size >= context.extension_digits_least && size <= context.extension_digits_most;
}

}  // namespace

std::string_view name_of(DialFault fault) {
  constexpr std::string_view names[] = {
      "none",          "empty",        "too_much_text", "strange_symbol", "misplaced_symbol", "parameters",
      "double_prefix", "no_such_code", "too_short",     "too_long",       "not_in_plan",      "short_number_abroad",
      "unknown_home"};
  return names[static_cast<std::size_t>(fault)];
}

Dialled dial(std::string_view text, const Context& context) {
  Dialled out;
  const Cleaned cleaned = clean(text);
  out.digits = cleaned.digits;
  if (cleaned.fault != DialFault::none) return refused(out, cleaned.fault, cleaned.at);
  const std::string_view all = cleaned.digits.view();
  if (all.empty()) return refused(out, DialFault::empty);
  if (cleaned.feature) {
    out.kind = Kind::feature;
    return out;
  }
  const auto home = Home::of(context.home);
  if (!home) return refused(out, DialFault::unknown_home);
  const bool outside = !context.outside_prefix.empty() && !cleaned.plus && all.starts_with(context.outside_prefix);
  const std::string_view digits = outside ? all.substr(context.outside_prefix.size()) : all;
  if (is_emergency(all, *home, context)) return as_emergency(out, all, home->country);
  if (outside && is_emergency(digits, *home, context)) return as_emergency(out, digits, home->country);
  if (cleaned.plus) return international(out, all, *home, context);
  out.may_be_extension = has_extension_length(all.size(), context);
  if (!context.outside_prefix.empty() && !outside) {
    out.kind = Kind::internal;
    return out;
  }
  if (digits.empty()) return refused(out, DialFault::too_short);
  const table::Region& row = *region_of(home->country);
  // A whole short number first: some begin like an international prefix, and no number abroad is so short.
  if (const ShortNumber found = home->short_number(digits); found.valid)
    return as_short(out, digits, home->country, found.cost);
  if (const std::size_t prefix = international_prefix(digits, row, context); prefix != 0)
    return international(out, digits.substr(prefix), *home, context);
  return national(out, digits, row, *home, context);
}

}  // namespace rf::number
