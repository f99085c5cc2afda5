#include "core/toll/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/limits/people.hpp"
#include "core/toll/answer_faults.hpp"
#include "core/toll/room.hpp"

namespace rf::toll {
namespace {

template <class Key, class List, class KeyOf, class Index>
void index_by(const List& list, KeyOf key_of, Index& out) {
  for (std::size_t i = 0; i < list.size(); ++i) out.emplace(Key(key_of(list[i])), static_cast<Plan::Place>(i));
}

template <class Index, class Key>
Plan::Place place_in(const Index& index, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? Plan::none : found->second;
}

/// Whether a deck or a list is the tenant's own, or everybody's.
template <class Terms>
bool is_for(const Terms& one, TenantId tenant) {
  return !one.tenant || one.tenant == tenant;
}

}  // namespace

std::string_view name_of(Reach reach) {
  switch (reach) {
    case Reach::internal:
      return "internal";
    case Reach::national:
      return "national";
    case Reach::international:
      return "international";
  }
  return {};
}

std::optional<Reach> parse_reach(std::string_view name) {
  for (const Reach reach : {Reach::internal, Reach::national, Reach::international})
    if (name == name_of(reach)) return reach;
  return std::nullopt;
}

/// Makes one plan. Goes on after a fault, so that all are told.
class Compiler {
 public:
  Compiler(Terms terms, const std::vector<Plan::Known>& extensions, std::uint64_t seed)
      : plan_(std::shared_ptr<Plan>(new Plan())), known_(extensions), seed_(seed) {
    plan_->terms_ = std::move(terms);
  }

  std::expected<PlanRef, std::vector<PlanFault>> run() {
    Terms& terms = plan_->terms_;
    index_by<TenantId>(
        terms.tenants, [](const auto& each) { return each.id; }, plan_->tenants_);
    index_by<ExtensionId>(
        terms.extensions, [](const auto& each) { return each.id; }, plan_->extensions_);
    index_by<std::uint64_t>(
        terms.departments, [](const auto& each) { return each.id; }, plan_->departments_);
    index_by<TrunkId>(
        terms.trunks, [](const auto& each) { return each.line.id; }, plan_->trunks_);
    check_tenants();
    check_extensions();
    take_trunks();
    check_gateways();
    take_routes();
    take_inbound();
    take_callers();
    take_pins();
    take_countries();
    take_lists();
    append_answer_faults(plan_->terms_, known_, faults_);
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    return plan_;
  }

 private:
  void fault(TenantId tenant, std::string kind, std::string name, std::string text, std::string remedy) {
    faults_.push_back({std::move(kind), std::move(name), std::move(text), std::move(remedy), tenant});
  }

  /// `name` is asked for when there is a fault: there may be a hundred thousand extensions.
  template <class Name>
  void check_hours(const char* kind, Name name, TenantId tenant, const std::string& hours) {
    if (!hours.empty() && plan_->schedule(tenant, hours) == nullptr)
      fault(tenant, kind, name(), fmt::format("names the schedule {}, which there is not", hours),
            "see: ringfence schedule list");
  }

  void check_tenants() {
    for (const TenantTerms& tenant : plan_->terms_.tenants) {
      if (tenant.home && !number::Home::of(tenant.home))
        fault(tenant.id, "telephony", tenant.name,
              fmt::format("{} has no numbers of its own in the plan", tenant.home.text()),
              "write the code of a country, such as DE");
      if (tenant.unusual_pins.empty()) continue;
      const PinListTerms* const pins = plan_->pin_list(tenant.id, tenant.unusual_pins);
      if (pins == nullptr)
        fault(tenant.id, "limit", "tenant",
              fmt::format("unusual_pins names the list {}, which there is not", tenant.unusual_pins),
              "name a list of PINs that is there");
      else if (pins->asks != PinListTerms::Asks::pin)
        fault(tenant.id, "limit", "tenant",
              fmt::format("unusual_pins names the list {}, whose account codes prove nothing", tenant.unusual_pins),
              "name a list of PINs");
    }
  }

  void check_extensions() {
    for (const ExtensionTerms& each : plan_->terms_.extensions) {
      check_hours("extension", [&] { return number_of(each.id); }, each.tenant, each.hours);
      if (!each.shown.empty() && !number::E164::parse(each.shown))
        fault(each.tenant, "extension", number_of(each.id), fmt::format("shows {}, which is no number", each.shown),
              "write it as +49301234567");
    }
  }

  std::string number_of(ExtensionId id) const {
    for (const Plan::Known& each : known_)
      if (each.id == id) return each.number;
    return fmt::format("#{}", id.value);
  }

  void take_trunks() {
    std::vector<trunk::TrunkIdentity> identities;
    for (const TrunkTerms& each : plan_->terms_.trunks) {
      const money::Deck* deck = nullptr;
      for (const DeckTerms& one : plan_->terms_.decks)
        if (one.name == each.deck && is_for(one, each.line.tenant)) deck = one.deck.get();
      if (!each.deck.empty() && deck == nullptr)
        fault(each.line.tenant, "trunk", each.line.name,
              fmt::format("names the deck {}, which there is not", each.deck), "see: ringfence deck list");
      if (deck != nullptr && deck->rates() > 0 && deck->currency() != plan_->terms_.currency)
        fault(each.line.tenant, "trunk", each.line.name,
              fmt::format("the prices of deck {} are in {}, not in {}", each.deck, deck->currency().text(),
                          plan_->terms_.currency.text()),
              "import a deck in the currency of the system");
      plan_->decks_.push_back(deck);
      if (each.line.enabled) identities.push_back(each.identity);
    }
    auto match = trunk::Match::compile(std::move(identities), seed_);
    if (match)
      plan_->match_ = std::move(*match);
    else
      fault({}, "trunk", {}, match.error(), "change one of them");
  }

  /// Who registers here has a name of its own: whose password it is must never be a matter of order.
  void check_gateways() {
    struct Taken {
      TenantId tenant;
      std::string kind, name;
    };
    std::map<std::string_view, Taken> taken;
    for (const Plan::Known& each : known_) taken.emplace(each.auth_name, Taken{each.tenant, "extension", each.number});
    for (const TrunkTerms& each : plan_->terms_.trunks) {
      if (each.identity.kind != trunk::TrunkKind::accept_register || !each.line.enabled) continue;
      const auto [at, fresh] = taken.emplace(each.line.user, Taken{each.line.tenant, "trunk", each.line.name});
      if (fresh) continue;
      const Taken& other = at->second;
      fault(each.line.tenant, "trunk", each.line.name,
            fmt::format("its user {} is the name that {} registers with", each.line.user,
                        other.kind == "trunk" ? "another trunk" : "an extension"),
            "give the gateway a user name of its own");
      // Either of two tenants may have chosen it last, and hears of what is its own.
      if (other.tenant != each.line.tenant)
        fault(other.tenant, other.kind, other.name,
              fmt::format("registers with the name {}, which is taken", at->first), "give it another one");
    }
  }

  std::optional<TrunkId> trunk_named(const std::string& name, TenantId tenant) const {
    for (const TrunkTerms& each : plan_->terms_.trunks)
      if (each.line.name == name && each.line.tenant == tenant) return each.line.id;
    return std::nullopt;
  }

  void take_routes() {
    std::map<TenantId, DialPatterns::Listed> patterns;
    const std::vector<RouteTerms>& routes = plan_->terms_.routes;
    for (std::size_t i = 0; i < routes.size(); ++i) {
      const RouteTerms& route = routes[i];
      check_hours("route", [&] { return route.name; }, route.tenant, route.hours);
      for (const auto* codes : {&route.countries, &route.caller_countries})
        for (const std::string& code : *codes)
          if (!Country::parse(code))
            fault(route.tenant, "route", route.name, fmt::format("\"{}\" is no country", code),
                  "write codes of two letters");
      std::vector<TrunkId>& trunks = plan_->route_trunks_.emplace_back();
      for (const RouteTerms::Out& out : route.trunks) {
        if (const auto id = trunk_named(out.trunk, route.tenant))
          trunks.push_back(*id);
        else
          fault(route.tenant, "route", route.name, fmt::format("leads to the trunk {}, which there is not", out.trunk),
                "see: ringfence trunk list");
      }
      if (route.trunks.empty()) fault(route.tenant, "route", route.name, "leads to no trunk", "name one with --trunks");
      if (!route.enabled) continue;
      if (route.patterns.empty()) plan_->open_routes_.push_back(static_cast<Plan::Place>(i));
      for (const std::string& text : route.patterns)
        if (auto pattern = pattern_of(route.tenant, "route", route.name, text))
          patterns[route.tenant].add(std::move(*pattern), static_cast<Plan::Place>(i));
    }
    plan_->patterns_ = indexed("route", patterns);
  }

  DialPatterns indexed(const char* kind, const std::map<TenantId, DialPatterns::Listed>& listed) {
    auto out = DialPatterns::build(listed, plan_->terms_.tenants.size());
    if (out) return std::move(*out);
    for (DialPatterns::Fault& each : out.error())
      fault(each.tenant, kind, {}, std::move(each.text), remedy("use fewer patterns, or such that overlap less"));
    return {};
  }

  std::string remedy(std::string what) const {
    if (plan_->terms_.tenants.size() > 1)
      what += fmt::format("; of several tenants each has 1/{} of the room for all", TenantLimits::share);
    return what;
  }

  std::optional<number::Pattern> pattern_of(TenantId tenant, const char* kind, const std::string& name,
                                            const std::string& text) {
    auto pattern = number::Pattern::parse(text);
    if (pattern) return std::move(*pattern);
    fault(tenant, kind, name,
          fmt::format("pattern {}: {} (at character {})", text, pattern.error().text, pattern.error().at + 1),
          "X is 0-9, Z 1-9, N 2-9, [13-5] one of these, . more digits; +49. is every number of Germany");
    return std::nullopt;
  }

  void take_inbound() {
    std::map<TenantId, DialPatterns::Listed> patterns;
    const std::vector<InboundTerms>& list = plan_->terms_.inbound;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const InboundTerms& each = list[i];
      check_hours("inbound", [&] { return each.name; }, each.tenant, each.hours);
      if (!each.trunk.empty() && !trunk_named(each.trunk, each.tenant))
        fault(each.tenant, "inbound", each.name, fmt::format("is for the trunk {}, which there is not", each.trunk),
              "see: ringfence trunk list");
      auto& callers = plan_->inbound_callers_.emplace_back();
      for (const std::string& text : each.callers)
        if (auto pattern = pattern_of(each.tenant, "inbound", each.name, text)) callers.push_back(std::move(*pattern));
      take_caller_lists(each);
      if (!each.enabled) continue;
      if (each.called.empty()) plan_->open_inbound_.push_back(static_cast<Plan::Place>(i));
      for (const std::string& text : each.called)
        if (auto pattern = pattern_of(each.tenant, "inbound", each.name, text))
          patterns[each.tenant].add(std::move(*pattern), static_cast<Plan::Place>(i));
    }
    plan_->inbound_patterns_ = indexed("inbound", patterns);
  }

  /// A list that inbound routes name is asked alone: what others say of a caller is not meant.
  void take_caller_lists(const InboundTerms& route) {
    auto& sets = plan_->inbound_caller_lists_.emplace_back();
    for (const std::string& name : route.caller_lists) {
      const auto list = std::find_if(plan_->terms_.lists.begin(), plan_->terms_.lists.end(),
                                     [&](const auto& each) { return each.name == name && is_for(each, route.tenant); });
      if (list == plan_->terms_.lists.end()) continue;  // told among the faults of answers
      const number::NumberSet*& set = caller_sets_[&*list];
      if (set == nullptr) {
        // Its own faults are told with all lists.
        auto built = number::NumberSet::build(rules_of(*list, 0).rules, seed_, room_of_lists().share());
        if (!built) return fault(route.tenant, "number-list", name, built.error(), remedy("import fewer rules"));
        plan_->caller_sets_.push_back(std::make_unique<number::NumberSet>(std::move(*built)));
        set = plan_->caller_sets_.back().get();
      }
      sets.push_back(set);
    }
  }

  Room room_of_lists() const { return {number::NumberRoom{}, plan_->terms_.tenants.size()}; }

  static number::Imported rules_of(const NumberListTerms& list, number::ListId source) {
    std::string text;
    for (const std::string& line : list.lines) text += line + "\n";
    number::ImportOptions options;
    options.source = source;
    options.may_allow = true;
    return number::import_list(text, options);
  }

  /// Who is named by routes, so that a call need not compare names.
  void take_callers() {
    std::map<Plan::RouteSet, std::uint32_t> kinds;
    const auto kind_of = [&](Plan::RouteSet set) {
      const auto [at, fresh] = kinds.try_emplace(std::move(set), static_cast<std::uint32_t>(plan_->route_sets_.size()));
      if (fresh) plan_->route_sets_.push_back(at->first);
      return at->second;
    };
    std::map<ExtensionId, std::string> numbers;
    for (const Plan::Known& each : known_) numbers.emplace(each.id, each.number);
    for (const ExtensionTerms& each : plan_->terms_.extensions) {
      const auto number = numbers.find(each.id);
      plan_->kind_of_extension_.push_back(kind_of(routes_for(each, number == numbers.end() ? "" : number->second)));
    }
    // Whoever has no terms may still be named by number.
    for (const Plan::Known& each : known_) {
      if (plan_->extensions_.contains(each.id) || !named(each.number)) continue;
      ExtensionTerms terms = plan_->unspecified_;
      terms.id = each.id;
      terms.tenant = each.tenant;
      plan_->extensions_.emplace(each.id, static_cast<Plan::Place>(plan_->terms_.extensions.size()));
      plan_->kind_of_extension_.push_back(kind_of(routes_for(terms, each.number)));
      plan_->terms_.extensions.push_back(std::move(terms));
    }
    plan_->kind_of_unspecified_ = kind_of(routes_for(plan_->unspecified_, {}));
  }

  bool named(const std::string& number) const {
    return std::any_of(plan_->terms_.routes.begin(), plan_->terms_.routes.end(), [&](const RouteTerms& route) {
      return std::find(route.extensions.begin(), route.extensions.end(), number) != route.extensions.end();
    });
  }

  /// By what it shows; of a network without a country: none.
  std::string country_of(const ExtensionTerms& who) const {
    if (const auto shown = number::E164::parse(who.shown)) return number::place_of(*shown).region.text();
    const TenantTerms* tenant = plan_->tenant(who.tenant);
    return tenant ? tenant->home.text() : std::string();
  }

  Plan::RouteSet routes_for(const ExtensionTerms& who, std::string_view number) const {
    const auto has = [](const std::vector<std::string>& list, std::string_view name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    const DepartmentTerms* department = plan_->department(who.department);
    const std::string country = country_of(who);
    Plan::RouteSet set((plan_->terms_.routes.size() + 63) / 64);
    for (std::size_t i = 0; i < plan_->terms_.routes.size(); ++i) {
      const RouteTerms& route = plan_->terms_.routes[i];
      const bool group = route.groups.empty() || std::any_of(who.groups.begin(), who.groups.end(),
                                                             [&](const auto& name) { return has(route.groups, name); });
      const bool fits = group && (route.extensions.empty() || has(route.extensions, number)) &&
                        (route.departments.empty() || (department && has(route.departments, department->name))) &&
                        (route.roles.empty() || (!who.role.empty() && has(route.roles, who.role))) &&
                        (route.caller_countries.empty() || has(route.caller_countries, country));
      if (fits) set[i / 64] |= std::uint64_t{1} << i % 64;
    }
    return set;
  }

  void take_pins() {
    const auto list = [&](TenantId tenant, const std::string& name) {
      return name.empty() ? nullptr : plan_->pin_list(tenant, name);
    };
    for (const RouteTerms& each : plan_->terms_.routes) plan_->pins_of_route_.push_back(list(each.tenant, each.pins));
    for (const ExtensionTerms& each : plan_->terms_.extensions)
      plan_->pins_of_extension_.push_back(list(each.tenant, each.pins));
  }

  /// All levels as one set each, so that a call asks for one bit. Few sets are different.
  void take_countries() {
    std::unordered_map<CountrySet, std::uint32_t> places;
    const auto place_of = [&](const CountrySet& set) {
      const auto [at, fresh] = places.try_emplace(set, static_cast<std::uint32_t>(plan_->country_sets_.size()));
      if (fresh) plan_->country_sets_.push_back(set);
      return at->second;
    };
    std::map<std::uint64_t, CountrySet> of_department;
    const CountrySet of_system = permitted(plan_->terms_.countries);
    check_home("system", plan_->terms_.countries, {});
    for (const TenantTerms& each : plan_->terms_.tenants) {
      check_home("tenant", each.countries, each.id);
      plan_->countries_of_tenant_.push_back(place_of(of_system & permitted(each.countries)));
    }
    for (const DepartmentTerms& each : plan_->terms_.departments) {
      check_home("department." + each.name, each.countries, each.tenant);
      of_department.emplace(each.id, permitted(each.countries));
    }
    for (const ExtensionTerms& each : plan_->terms_.extensions) {
      CountrySet set = permitted({each.countries, {}});
      if (const Plan::Place tenant = place_in(plan_->tenants_, each.tenant); tenant != Plan::none)
        set &= plan_->country_sets_[plan_->countries_of_tenant_[tenant]];
      if (const auto department = of_department.find(each.department); department != of_department.end())
        set &= department->second;
      plan_->countries_of_extension_.push_back(place_of(set));
    }
  }

  static CountrySet permitted(const CountryTerms& terms) {
    return (terms.only.any() ? terms.only : ~CountrySet{}) & ~terms.denied;
  }

  /// Calls within the home country are a matter of reach: a rule that says otherwise would hold for nobody. And no
  /// tenant may be at home where the system lets nobody call.
  void check_home(const std::string& level, const CountryTerms& terms, TenantId only_for) {
    for (const TenantTerms& each : plan_->terms_.tenants) {
      if (!each.home || (only_for && each.id != only_for)) continue;
      const bool left_out = !only_for && terms.only.any() && !terms.only.test(each.home.index);
      if (left_out || terms.denied.test(each.home.index))
        fault(each.id, "limit", level,
              fmt::format("refuses {}, where the tenant {} is at home", each.home.text(), each.name),
              "allow it; who is to call nobody outside has reach = \"internal\"");
    }
  }

  /// Each tenant has a set of its own: what one of them forbids is nothing to the others.
  void take_lists() {
    std::set<std::uint64_t> owners{0};
    for (const TenantTerms& each : plan_->terms_.tenants) owners.insert(each.id.value);
    std::map<std::uint64_t, number::NumberRules> rules;
    for (const NumberListTerms& list : plan_->terms_.lists) {
      auto imported = rules_of(list, static_cast<number::ListId>(plan_->list_names_.size()));
      plan_->list_names_.push_back(list.name);
      for (const number::ListFault& each : imported.faults)
        fault(list.tenant, "number-list", list.name, fmt::format("line {}: {}", each.line, each.text),
              "mend or remove the line");
      for (const std::uint64_t owner : owners)
        if (is_for(list, TenantId{owner})) {
          auto& own = rules[owner];
          own.numbers.insert(own.numbers.end(), imported.rules.numbers.begin(), imported.rules.numbers.end());
          own.patterns.insert(own.patterns.end(), imported.rules.patterns.begin(), imported.rules.patterns.end());
        }
    }
    Room room = room_of_lists();
    for (auto& [owner, own] : rules) {
      auto set = number::NumberSet::build(std::move(own), seed_, room.share());
      if (!set) {
        fault({owner}, "number-list", {}, set.error(), remedy("import fewer rules"));
        continue;
      }
      if (!room.take(*set))
        return fault({}, "number-list", {}, "the lists of all tenants have more rules than there is room for",
                     "import fewer rules");
      plan_->lists_.emplace(TenantId{owner}, std::move(*set));
    }
  }

  std::shared_ptr<Plan> plan_;
  const std::vector<Plan::Known>& known_;
  std::uint64_t seed_;
  std::map<const NumberListTerms*, const number::NumberSet*> caller_sets_;
  std::vector<PlanFault> faults_;
};

std::expected<PlanRef, std::vector<PlanFault>> Plan::compile(Terms terms, const std::vector<Known>& extensions,
                                                             std::uint64_t seed) {
  return Compiler(std::move(terms), extensions, seed).run();
}

const TenantTerms* Plan::tenant(TenantId id) const {
  const Place place = place_in(tenants_, id);
  return place == none ? nullptr : &terms_.tenants[place];
}

const ExtensionTerms& Plan::extension(TenantId tenant, ExtensionId id) const {
  const Place place = place_in(extensions_, id);
  if (place == none) return unspecified_;
  const ExtensionTerms& terms = terms_.extensions[place];
  for (std::size_t line = 0; line < sizeof(ExtensionTerms); line += 64)
    __builtin_prefetch(reinterpret_cast<const char*>(&terms) + line);
  return terms.tenant == tenant ? terms : unspecified_;
}

Plan::Place Plan::payer(const TenantTerms& one) const {
  return place_among(terms_.tenants, one, terms_.extensions.size() + terms_.departments.size());
}

Plan::Place Plan::payer(const TrunkTerms& one) const {
  return place_among(terms_.trunks, one, terms_.extensions.size() + terms_.departments.size() + terms_.tenants.size());
}

Plan::Place Plan::system_payer() const {
  return static_cast<Place>(terms_.extensions.size() + terms_.departments.size() + terms_.tenants.size() +
                            terms_.trunks.size());
}

const DepartmentTerms* Plan::department(std::uint64_t id) const {
  const Place place = place_in(departments_, id);
  return place == none ? nullptr : &terms_.departments[place];
}

const TrunkTerms* Plan::trunk(TrunkId id) const {
  const Place place = place_in(trunks_, id);
  return place == none ? nullptr : &terms_.trunks[place];
}

const money::Deck* Plan::deck_of(const TrunkTerms& trunk) const {
  const Place place = place_among(terms_.trunks, trunk, 0);
  return place == none ? nullptr : decks_[place];
}

const schedule::Schedule* Plan::schedule(TenantId tenant, std::string_view name) const {
  for (const ScheduleTerms& each : terms_.schedules)
    if (each.tenant == tenant && each.name == name) return each.hours.get();
  return nullptr;
}

// Few of each: a list is enough.
const RingGroupTerms* Plan::ring_group(TenantId tenant, std::string_view number) const {
  for (const RingGroupTerms& group : terms_.ring_groups)
    if (group.tenant == tenant && group.number == number) return &group;
  return nullptr;
}

const RingGroupTerms* Plan::ring_group_named(TenantId tenant, std::string_view name) const {
  for (const RingGroupTerms& group : terms_.ring_groups)
    if (group.tenant == tenant && group.name == name) return &group;
  return nullptr;
}

const PinListTerms* Plan::pin_list(TenantId tenant, std::string_view name) const {
  for (const PinListTerms& list : terms_.pin_lists)
    if (list.tenant == tenant && list.name == name) return &list;
  return nullptr;
}

std::optional<number::NumberSet::Verdict> Plan::listed(TenantId tenant, const number::E164& number) const {
  const auto set = lists_.find(tenant);
  return set == lists_.end() ? std::nullopt : set->second.find(number);
}

bool Plan::is_caller_of(Place inbound, std::string_view caller) const {
  const auto& patterns = inbound_callers_[inbound];
  const auto& lists = inbound_caller_lists_[inbound];
  if (patterns.empty() && lists.empty()) return true;
  if (std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return pattern.matches(caller); }))
    return true;
  // Without a + it is no number in E.164, whatever it looks like.
  const auto number = caller.starts_with('+') ? number::E164::parse(caller) : std::nullopt;
  return number && std::any_of(lists.begin(), lists.end(), [&](const number::NumberSet* list) {
           const auto verdict = list->find(*number);
           return verdict && verdict->listing != number::Listing::allowed;
         });
}

const PinListTerms* Plan::pins_of(const ExtensionTerms& who) const {
  const Place place = place_among(terms_.extensions, who, 0);
  return place == none ? nullptr : pins_of_extension_[place];
}

const CountrySet& Plan::countries_of(const TenantTerms& tenant, const ExtensionTerms& who) const {
  const Place place = place_among(terms_.extensions, who, 0);
  return country_sets_[place == none ? countries_of_tenant_[place_among(terms_.tenants, tenant, 0)]
                                     : countries_of_extension_[place]];
}

std::string Plan::why_not(const TenantTerms& tenant, const ExtensionTerms& who, Country country) const {
  const std::string code = country ? country.text() : "a network without country";
  const DepartmentTerms* const of_department = department(who.department);
  const std::pair<std::string, const CountryTerms*> levels[] = {
      {"system", &terms_.countries},
      {"tenant", &tenant.countries},
      {of_department ? "department." + of_department->name : std::string(),
       of_department ? &of_department->countries : nullptr}};
  for (const auto& [name, terms] : levels) {
    if (terms == nullptr) continue;
    if (terms->denied.test(country.index)) return fmt::format("{} is denied by limit.{}", code, name);
    if (terms->only.any() && !terms->only.test(country.index))
      return fmt::format("{} is not among the countries that limit.{} allows", code, name);
  }
  if (who.countries.none() || who.countries.test(country.index)) return {};
  if (who.role.empty()) return fmt::format("{} is not among the countries that the extension may call", code);
  return fmt::format("{} is not among the countries that the extension may call with its role {}", code, who.role);
}

bool Plan::may_use(TenantId tenant, const ExtensionTerms& who, Place route) const {
  const Place place = place_among(terms_.extensions, who, 0);
  const std::uint32_t kind = place == none ? kind_of_unspecified_ : kind_of_extension_[place];
  return terms_.routes[route].tenant == tenant && (route_sets_[kind][route / 64] >> route % 64 & 1) != 0;
}

}  // namespace rf::toll
