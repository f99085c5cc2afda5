#include "core/toll/reachable.hpp"

#include <algorithm>
#include <tuple>

namespace rf::toll {
namespace {

using number::E164;
using number::Pattern;

constexpr number::SymbolSet plus_sign = 1u << 12;
/// Of a text: + and all digits.
constexpr std::size_t longest = E164::digits_most + 1;

bool fits_beginning(const Pattern& pattern, std::string_view text) {
  for (std::size_t i = 0; i < std::min(pattern.sets.size(), text.size()); ++i)
    if ((pattern.sets[i] >> number::symbol_of(text[i]) & 1) == 0) return false;
  return true;
}

/// Whether some text that begins so may fit.
bool may_fit_one(const Pattern& pattern, std::string_view text, std::size_t most) {
  if (std::max<std::size_t>(pattern.length_least, pattern.sets.size()) > most) return false;
  return (pattern.length_most == Pattern::endless || pattern.length_most >= text.size()) &&
         fits_beginning(pattern, text);
}

/// Whether a pattern is held against numbers in E.164.
bool is_about_numbers(const Pattern& pattern) {
  return !pattern.sets.empty() && pattern.sets.front() == plus_sign;
}

}  // namespace

CallingRights CallingRights::of(const Plan& plan, TenantId tenant, ExtensionId extension) {
  const ExtensionTerms& terms = plan.extension(tenant, extension);
  CallingRights out{.tenant = tenant,
                    .reach = terms.reach,
                    .classes = static_cast<ClassSet>(terms.allowed_classes & costly_classes),
                    .countries = {},
                    .routes = {}};
  if (const TenantTerms* const home = plan.tenant(tenant)) out.countries = plan.countries_of(*home, terms);
  for (std::size_t i = 0; i < plan.terms().routes.size(); ++i) {
    const auto place = static_cast<Plan::Place>(i);
    if (plan.terms().routes[i].enabled && plan.may_use(tenant, plan.extension(tenant, extension), place))
      out.routes.push_back(place);
  }
  return out;
}

bool operator<(const CallingRights& a, const CallingRights& b) {
  const auto key = [](const CallingRights& of) { return std::tie(of.tenant.value, of.reach, of.classes, of.routes); };
  if (key(a) != key(b)) return key(a) < key(b);
  return a.countries != b.countries && a.countries.to_string() < b.countries.to_string();
}

Reachable::Reachable(const Plan& plan) : plan_(plan) {
  for (const RouteTerms& route : plan.terms().routes) {
    auto& patterns = patterns_.emplace_back();
    for (const std::string& text : route.patterns)
      if (auto pattern = Pattern::parse(text)) patterns.push_back(std::move(*pattern));
    CountrySet& countries = countries_.emplace_back();
    for (const std::string& code : route.countries)
      if (const auto country = Country::parse(code)) countries.set(country->index);
  }
  for (const NumberListTerms& list : plan.terms().lists) {
    std::string text;
    for (const std::string& line : list.lines) text += line + "\n";
    number::ImportOptions options;
    options.may_allow = true;
    const number::Imported imported = number::import_list(text, options);
    const auto blocks = [](number::Listing listing) {
      return listing == number::Listing::blocked || listing == number::Listing::fraud;
    };
    for (const number::NumberRule& rule : imported.rules.numbers) {
      if (blocks(rule.listing) && rule.prefix) closed_.push_back(rule.number);
      if (!blocks(rule.listing)) open_.numbers.push_back(rule.number);
      if (rule.listing == number::Listing::allowed) allowed_.numbers.push_back(rule.number);
    }
    for (const number::PatternRule& rule : imported.rules.patterns) {
      if (!blocks(rule.listing)) open_.wild.push_back(rule.pattern);
      if (rule.listing == number::Listing::allowed) allowed_.wild.push_back(rule.pattern);
    }
  }
  for (auto* numbers : {&closed_, &open_.numbers, &allowed_.numbers}) std::sort(numbers->begin(), numbers->end());
}

bool Reachable::Rules::meet(const E164& beginning) const {
  // What begins alike stands together: those that go on from it come right behind it.
  const auto next = std::lower_bound(numbers.begin(), numbers.end(), beginning);
  if (next != numbers.end() && next->starts_with(beginning)) return true;
  for (std::size_t count = 1; count < beginning.size(); ++count)
    if (std::binary_search(numbers.begin(), numbers.end(), beginning.prefix(count))) return true;
  const std::string digits = beginning.digits();
  return std::any_of(wild.begin(), wild.end(),
                     [&](const Pattern& pattern) { return may_fit_one(pattern, digits, E164::digits_most); });
}

/// Blocked as a whole: no rule that says otherwise is about any number of it.
bool Reachable::is_closed(const E164& beginning) const {
  for (std::size_t count = 1; count <= beginning.size(); ++count)
    if (std::binary_search(closed_.begin(), closed_.end(), beginning.prefix(count))) return !open_.meet(beginning);
  return false;
}

bool Reachable::may_call(const CallingRights& rights, const E164& beginning, const number::PlanKind& kind) const {
  const TenantTerms* const tenant = plan_.tenant(rights.tenant);
  if (kind.region != tenant->home) {
    if (rights.reach < Reach::international) return false;
    if (!rights.countries.test(kind.region.index)) return false;
  }
  const ClassSet needed = class_bit(kind.kind) & costly_classes;
  return (needed & static_cast<ClassSet>(~rights.classes)) == 0 || allowed_.meet(beginning);
}

bool Reachable::may_fit(Plan::Place place, const std::string& plus, const std::vector<number::PlanKind>& kinds) const {
  const CountrySet& countries = countries_[place];
  if (countries.any() && std::none_of(kinds.begin(), kinds.end(), [&](const number::PlanKind& kind) {
        return kind.region && countries.test(kind.region.index);
      }))
    return false;
  // What was dialled may look like anything: only patterns of numbers say no.
  const auto& patterns = patterns_[place];
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
           return !is_about_numbers(pattern) || may_fit_one(pattern, plus, longest);
         });
}

/// Whether no number that begins so comes to a later route. `valid_only`: a calling code is no number.
bool Reachable::takes_all(Plan::Place place, const std::string& plus, bool valid_only) const {
  const RouteTerms& route = plan_.terms().routes[place];
  if (!route.hours.empty() || countries_[place].any()) return false;
  const auto& patterns = patterns_[place];
  const std::size_t least = plus.size() + (valid_only && plus.size() <= 4 ? 1 : 0);
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
           return is_about_numbers(pattern) && pattern.sets.size() <= plus.size() && pattern.length_least <= least &&
                  (pattern.length_most == Pattern::endless || pattern.length_most >= longest) &&
                  fits_beginning(pattern, plus);
         });
}

template <class Fn>
bool Reachable::any_route(const CallingRights& rights, TrunkId trunk, std::string_view digits, Fn&& fn) const {
  const auto beginning = E164::parse(digits);
  const TenantTerms* const tenant = plan_.tenant(rights.tenant);
  if (!beginning || tenant == nullptr || !tenant->home || rights.reach == Reach::internal) return false;
  const std::string plus = beginning->text();
  std::vector<number::PlanKind> kinds;
  const auto leads_there = [&](Plan::Place place) {
    const std::vector<TrunkId>& trunks = plan_.trunks_of(place);
    return std::find(trunks.begin(), trunks.end(), trunk) != trunks.end();
  };
  const bool valid_only =
      (rights.classes & class_bit(number::Class::unknown)) == 0 && allowed_.numbers.empty() && allowed_.wild.empty();
  for (std::size_t i = 0; i < rights.routes.size(); ++i) {
    if (!leads_there(rights.routes[i])) continue;
    if (kinds.empty()) {
      kinds = number::kinds_of(*beginning);
      std::erase_if(kinds, [&](const number::PlanKind& kind) { return !may_call(rights, *beginning, kind); });
      if (kinds.empty() || is_closed(*beginning)) return false;
    }
    if (!may_fit(rights.routes[i], plus, kinds)) continue;
    const bool taken = std::any_of(rights.routes.begin(), rights.routes.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](Plan::Place earlier) { return takes_all(earlier, plus, valid_only); });
    if (!taken && fn(rights.routes[i], plus, kinds)) return true;
  }
  return false;
}

bool Reachable::by(const CallingRights& rights, TrunkId trunk, std::string_view digits) const {
  return any_route(rights, trunk, digits, [](Plan::Place, const std::string&, const auto&) { return true; });
}

std::vector<number::PlanKind> Reachable::kinds_by(const CallingRights& rights, TrunkId trunk,
                                                  std::string_view digits) const {
  std::vector<number::PlanKind> out;
  any_route(rights, trunk, digits,
            [&](Plan::Place place, const std::string& plus, const std::vector<number::PlanKind>& kinds) {
              for (const number::PlanKind& kind : kinds)
                if (std::find(out.begin(), out.end(), kind) == out.end() && may_fit(place, plus, {kind}))
                  out.push_back(kind);
              return out.size() == kinds.size();
            });
  return out;
}

}  // namespace rf::toll
