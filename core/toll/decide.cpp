#include "core/toll/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::toll {
namespace {

using number::Dialled;

std::uint16_t priority_of(const Plan& plan, const Way& way) {
  const TrunkTerms* trunk = plan.trunk(way.trunk);
  return trunk ? trunk->priority : 0;
}

/// What is free of charge costs least.
bool cheaper(const Plan& plan, const Way& a, const Way& b) {
  if (a.priced != b.priced) return b.priced;
  return a.priced && money::compare_cost(a.rate, b.rate, plan.terms().assumed_call_s) < 0;
}

Dialled meaning_of(const TenantTerms& tenant, std::string_view text) {
  return number::dial(
      text, {tenant.home, tenant.area_code, tenant.international_prefixes, tenant.outside_prefix, tenant.emergency});
}

bool is_for_tests(const TenantTerms& tenant, const Dialled& dialled) {
  return !tenant.emergency_test.empty() && dialled.digits.view() == tenant.emergency_test;
}

/// Why an inbound route that the called number fits leaves a call to the next one.
enum class Misfit : std::uint8_t { none, tenant, trunk, anonymous, caller, hours };

Misfit misfit_of(const Plan& plan, Now now, const InboundTerms& route, Plan::Place place, const Arriving& call) {
  if (route.tenant != call.tenant) return Misfit::tenant;
  if (!route.trunk.empty() && route.trunk != call.trunk) return Misfit::trunk;
  if (call.anonymous && !route.anonymous) return Misfit::anonymous;
  if (!plan.is_caller_of(place, call.caller)) return Misfit::caller;
  if (route.hours.empty()) return Misfit::none;
  const schedule::Schedule* hours = plan.schedule(route.tenant, route.hours);
  return hours != nullptr && hours->at(now.wall_ms).open ? Misfit::none : Misfit::hours;
}

std::string text_of(const Plan& plan, Now now, const InboundTerms& route, Misfit misfit) {
  switch (misfit) {
    case Misfit::trunk:
      return fmt::format("it is for calls by the trunk {}", route.trunk);
    case Misfit::anonymous:
      return "it takes nobody who shows no number";
    case Misfit::caller:
      return "it is for other callers";
    case Misfit::hours: {
      const schedule::Schedule* hours = plan.schedule(route.tenant, route.hours);
      return fmt::format("{}: {}", route.hours, hours ? hours->explain(hours->at(now.wall_ms)) : "no such schedule");
    }
    default:
      return {};
  }
}

/// `fitting`: those that the called number fits, up to `first`.
std::vector<PassedOver> passed_over_before(const Plan& plan, Now now, const Arriving& call, Plan::Place first,
                                           const std::vector<Plan::Place>& fitting) {
  std::vector<PassedOver> out;
  const std::vector<InboundTerms>& all = plan.terms().inbound;
  for (std::size_t i = 0; i < std::min<std::size_t>(first, all.size()); ++i) {
    const InboundTerms& route = all[i];
    const auto place = static_cast<Plan::Place>(i);
    if (route.tenant != call.tenant) continue;
    const bool fits = std::find(fitting.begin(), fitting.end(), place) != fitting.end();
    out.push_back({place, !route.enabled ? "it is switched off"
                          : !fits        ? "it is for other numbers"
                                         : text_of(plan, now, route, misfit_of(plan, now, route, place, call))});
  }
  return out;
}

/// One question on its way through the rules.
class Judge {
 public:
  Judge(const Plan& plan, Now now, const Question& question, std::vector<Step>* trace)
      : plan_(plan),
        now_(now),
        question_(question),
        trace_(trace),
        who_(plan.extension(question.tenant, question.extension)) {}

  Decision run() {
    tenant_ = plan_.tenant(question_.tenant);
    if (!tenant_ || !tenant_->home) return refuse(Check::meaning, "no country is set from which numbers are dialled");
    dialled_ = meaning_of(*tenant_, question_.dialled);
    out_.number = dialled_.number;
    switch (dialled_.kind) {
      case Dialled::Kind::unusable:
        return refuse(Check::meaning, fmt::format("{} means no number: {}", quoted(), name_of(dialled_.fault)));
      case Dialled::Kind::internal:
        out_.action = Decision::Action::inside;
        return refuse(Check::meaning,
                      fmt::format("{} is no extension, and outside begins with {}", quoted(), tenant_->outside_prefix));
      case Dialled::Kind::feature:
        return refuse(Check::meaning, fmt::format("{} is a code that never leaves", quoted()));
      case Dialled::Kind::emergency:
        return emergency();
      case Dialled::Kind::short_code:
        out_.country = dialled_.country;
        out_.kind = dialled_.cost == number::ShortCost::premium ? number::Class::premium : number::Class::unknown;
        passed(Check::meaning, [&] { return fmt::format("a short number of {}", dialled_.country.text()); });
        break;
      case Dialled::Kind::global:
        out_.country = dialled_.place.region;
        out_.kind = dialled_.place.kind;
        passed(Check::meaning, [&] {
          return fmt::format("{} is {}, {} of {}", quoted(), out_.number.text(), number::name_of(out_.kind),
                             out_.country ? out_.country.text() : "no country");
        });
        break;
    }
    if (!may_reach() || !may_call_kind() || !is_open() || !find_route()) return std::move(out_);
    find_ways();
    return std::move(out_);
  }

 private:
  std::string quoted() const { return fmt::format("\"{}\"", question_.dialled.substr(0, NumberLimits::dialled_chars)); }

  template <class Text>
  void passed(Check check, Text text) {
    out_.passed = static_cast<std::uint16_t>(out_.passed | 1u << static_cast<unsigned>(check));
    if (trace_) trace_->push_back({check, true, text()});
  }
  Decision refuse(Check check, std::string why) {
    fail(check, std::move(why));
    return std::move(out_);
  }
  bool fail(Check check, std::string why) {
    if (out_.action != Decision::Action::inside) out_.action = Decision::Action::refuse;
    out_.failed = check;
    if (trace_) trace_->push_back({check, false, why});
    out_.why = std::move(why);
    return false;
  }
  std::string by_role() const { return who_.role.empty() ? std::string() : " by its role " + who_.role; }
  bool is_short() const { return dialled_.kind == Dialled::Kind::short_code; }

  /// Of a number; none: a text that no deck has a price for.
  std::string_view digits() const { return text_.view().substr(text_.empty() ? 0 : 1); }

  bool is_forwarded() const { return question_.purpose == Question::For::forward; }

  /// Fails open: what helps in need is tried by whatever trunk there is. Who forwards is not in need.
  Decision emergency() {
    if (is_forwarded())
      return refuse(Check::meaning, fmt::format("{} is an emergency number, where nobody is forwarded to", quoted()));
    out_.emergency_test = is_for_tests(*tenant_, dialled_);
    out_.action = out_.emergency_test ? Decision::Action::leave : Decision::Action::emergency;
    out_.country = dialled_.country;
    passed(Check::meaning, [&] {
      if (out_.emergency_test)
        return fmt::format("{} leaves as an emergency call does, and takes nobody's line", quoted());
      return fmt::format("{} is an emergency number of {}: no rule may stop it", quoted(), dialled_.country.text());
    });
    for (const TrunkTerms& trunk : plan_.terms().trunks) {
      if (!trunk.line.enabled || trunk.line.tenant != question_.tenant) continue;
      auto called = number::rewrite(trunk.called, dialled_.digits.view());
      out_.ways.push_back({trunk.line.id, std::string(called ? called->view() : dialled_.digits.view()), {}, false});
    }
    std::stable_sort(out_.ways.begin(), out_.ways.end(), [&](const Way& a, const Way& b) {
      return plan_.trunk(a.trunk)->priority < plan_.trunk(b.trunk)->priority;
    });
    if (out_.ways.empty()) return refuse(Check::trunk, "there is no trunk that an emergency call could leave by");
    passed(Check::trunk, [&] { return fmt::format("{} trunks to try", out_.ways.size()); });
    return std::move(out_);
  }

  bool may_reach() {
    const bool home = is_short() || out_.country == tenant_->home;
    const Reach needed = home ? Reach::national : Reach::international;
    const bool narrowed = is_forwarded() && who_.forward.reach < who_.reach;
    const Reach reach = narrowed ? who_.forward.reach : who_.reach;
    const std::string_view does = narrowed ? "forward" : "call";
    if (reach < needed)
      return fail(Check::reach,
                  fmt::format("this is {}, and the extension may {} {}{}", name_of(needed), does,
                              reach == Reach::internal ? "nobody outside" : "within its country", by_role()));
    passed(Check::reach, [&] {
      return fmt::format("{}, and the extension may {} {}{}", name_of(needed), does, name_of(reach), by_role());
    });
    if (home) return true;
    const CountrySet& countries = plan_.countries_of(*tenant_, who_);
    if (!countries.test(out_.country.index)) return fail(Check::country, plan_.why_not(*tenant_, who_, out_.country));
    if (!countries.all()) passed(Check::country, [&] { return fmt::format("{} may be called", out_.country.text()); });
    return true;
  }

  bool may_call_kind() {
    const auto listed = out_.number ? plan_.listed(question_.tenant, out_.number) : std::nullopt;
    ClassSet kinds = class_bit(out_.kind);
    // What is no number as it stands may be completed by a carrier to one of these.
    if (!is_short() && !dialled_.place.valid) kinds = static_cast<ClassSet>(kinds | dialled_.place.kin);
    if (is_short() && dialled_.cost != number::ShortCost::premium) kinds = 0;
    if (listed) {
      const std::string_view list = plan_.list_name(listed->source);
      if (listed->listing == number::Listing::blocked || listed->listing == number::Listing::fraud)
        return fail(Check::listed,
                    fmt::format("{} is {} by the list {}", out_.number.text(),
                                listed->listing == number::Listing::fraud ? "known for fraud" : "blocked", list));
      out_.listing = listed->listing;
      out_.list = list;
      passed(Check::listed, [&] { return fmt::format("{} by the list {}", number::name_of(listed->listing), list); });
      if (listed->listing == number::Listing::allowed) return true;
      const auto kind = number::parse_class(number::name_of(listed->listing));
      if (kind) kinds = static_cast<ClassSet>(kinds | class_bit(*kind));
    }
    const ClassSet denied = kinds & costly_classes & static_cast<ClassSet>(~who_.allowed_classes);
    for (std::size_t i = 0; denied != 0 && i < number::class_count; ++i) {
      const auto kind = static_cast<number::Class>(i);
      if ((denied & class_bit(kind)) == 0) continue;
      return fail(Check::kind,
                  kind == number::Class::unknown
                      ? std::string("it is no number that the world's plan has")
                      : fmt::format("it is, or may become, a {} number, which the extension may not call{}",
                                    number::name_of(kind), by_role()));
    }
    passed(Check::kind, [&] { return fmt::format("{} numbers may be called", number::name_of(out_.kind)); });
    return true;
  }

  bool is_open() {
    if (who_.hours.empty()) return true;
    const schedule::Schedule* hours = plan_.schedule(question_.tenant, who_.hours);
    const auto answer = hours ? hours->at(now_.wall_ms) : schedule::Answer{};
    if (!answer.open)
      return fail(Check::hours, fmt::format("the extension calls outside only in {}: {}", who_.hours,
                                            hours ? hours->explain(answer) : "no such schedule"));
    passed(Check::hours, [&] { return fmt::format("{}: {}", who_.hours, hours->explain(answer)); });
    return true;
  }

  /// Whether a route takes this call; what else it is about.
  bool takes(Plan::Place place) const {
    const RouteTerms& route = plan_.terms().routes[place];
    if (!plan_.may_use(question_.tenant, who_, place)) return false;
    if (!route.countries.empty() &&
        std::find(route.countries.begin(), route.countries.end(), out_.country.text()) == route.countries.end())
      return false;
    if (route.hours.empty()) return true;
    const schedule::Schedule* hours = plan_.schedule(question_.tenant, route.hours);
    return hours != nullptr && hours->at(now_.wall_ms).open;
  }

  bool find_route() {
    const DialPatterns::Own& patterns = plan_.patterns_of(question_.tenant);
    Plan::Place first = Plan::none;
    const auto look = [&](std::string_view text) {
      for (const std::uint32_t pattern : patterns.index.find(text).patterns) {
        const Plan::Place place = patterns.places[pattern];
        if (place >= first) return;
        if (takes(place)) first = place;
      }
    };
    std::string_view digits = dialled_.digits.view();
    if (!is_short() && digits.starts_with(tenant_->outside_prefix))
      digits.remove_prefix(tenant_->outside_prefix.size());
    look(digits);
    if (out_.number) {
      text_.push('+');
      for (std::size_t i = 0; i < out_.number.size(); ++i) text_.push(static_cast<char>('0' + out_.number.digit(i)));
      look(text_.view());
    }
    for (const Plan::Place place : plan_.routes_without_patterns()) {
      if (place >= first) break;
      if (takes(place)) first = place;
    }
    if (first == Plan::none) return fail(Check::route, "no route takes this number from this extension now");
    out_.route = first;
    passed(Check::route, [&] { return fmt::format("by the route {}", plan_.terms().routes[first].name); });
    return ask_for_pin(plan_.terms().routes[first]);
  }

  /// A route with PINs is not passed over for the next one, which would be the way around it. Where route and role both
  /// ask, the caller is asked once, for the route's; but for no account code in place of a PIN, which is a secret.
  bool ask_for_pin(const RouteTerms& route) {
    if (route.pins.empty() && who_.pins.empty()) return true;
    const PinListTerms *list = plan_.pins_of_route(out_.route), *of_role = plan_.pins_of(who_);
    const bool roles = list == nullptr || (list->asks == PinListTerms::Asks::account_code && of_role != nullptr &&
                                           of_role->asks == PinListTerms::Asks::pin);
    if (roles) list = of_role;
    // Neither is missing from a plan that was compiled.
    if (list == nullptr) return fail(Check::pin, "what would be asked for is not there");
    const std::string_view what = name_of(list->asks);
    if (is_forwarded())
      return fail(Check::pin, fmt::format("the {} {} asks for {} of {}, which nobody is there to enter",
                                          roles ? "role" : "route", roles ? who_.role : route.name, what, list->name));
    out_.pins = list->name;
    passed(Check::pin, [&] { return fmt::format("{} of {} will be asked for", what, list->name); });
    return true;
  }

  /// The price by one trunk. None: it has none that could be trusted, `why` says which.
  std::optional<Way> way_by(const TrunkTerms& trunk, const RouteTerms::Out& out, std::string& why) const {
    if (!trunk.line.enabled) {
      why = "is switched off";
      return std::nullopt;
    }
    const number::Rewrite& how = out.called ? *out.called : trunk.called;
    const auto called = is_short() ? number::rewrite(how, dialled_.digits.view())
                                   : number::rewrite(how, out_.number, trunk.home ? trunk.home : tenant_->home);
    if (!called) {
      why = fmt::format("cannot be given the number: {}", number::name_of(called.error()));
      return std::nullopt;
    }
    Way way{trunk.line.id, std::string(called->view()), {}, false};
    const money::Deck* deck = plan_.deck_of(trunk);
    const auto rate =
        deck && !is_short()
            ? deck->find(digits(), now_.wall_ms)
            : std::expected<money::Deck::Match, money::Deck::Miss>(std::unexpected(money::Deck::Miss::unknown_prefix));
    if (rate) {
      way.rate = rate->rate;
      way.priced = true;
      return way;
    }
    // Within the country, what nobody earns from is free where nothing says what it costs.
    const bool cheap = (is_short() ? dialled_.cost != number::ShortCost::premium
                                   : (class_bit(out_.kind) & costly_classes) == 0 && out_.country == tenant_->home);
    if (cheap && rate.error() == money::Deck::Miss::unknown_prefix) return way;
    why = rate.error() == money::Deck::Miss::ended ? "has had a price for it, which has ended" : "has no price for it";
    return std::nullopt;
  }

  bool find_ways() {
    const RouteTerms& route = plan_.terms().routes[out_.route];
    std::string reasons;
    const std::vector<TrunkId>& trunks = plan_.trunks_of(out_.route);
    out_.ways.reserve(trunks.size());
    for (std::size_t i = 0; i < trunks.size(); ++i) {
      const TrunkTerms& trunk = *plan_.trunk(trunks[i]);
      std::string why;
      if (auto way = way_by(trunk, route.trunks[i], why)) {
        out_.ways.push_back(std::move(*way));
      } else {
        reasons += fmt::format("{}{} {}", reasons.empty() ? "" : "; ", trunk.line.name, why);
      }
    }
    if (out_.ways.empty()) return fail(Check::price, fmt::format("no trunk of the route {}: {}", route.name, reasons));
    if (!reasons.empty()) passed(Check::trunk, [&] { return reasons; });
    if (route.least_cost)
      std::stable_sort(out_.ways.begin(), out_.ways.end(), [&](const Way& a, const Way& b) {
        return cheaper(plan_, a, b) || (!cheaper(plan_, b, a) && priority_of(plan_, a) < priority_of(plan_, b));
      });
    else if (route.balanced)
      std::stable_sort(out_.ways.begin(), out_.ways.end(),
                       [&](const Way& a, const Way& b) { return priority_of(plan_, a) < priority_of(plan_, b); });
    out_.action = Decision::Action::leave;
    passed(Check::price, [&] {
      std::string text;
      for (const Way& way : out_.ways)
        text += fmt::format("{}{} as {}{}", text.empty() ? "" : ", then ", plan_.trunk(way.trunk)->line.name,
                            way.called, way.priced ? " at " + price_of(way.rate) : " free of charge");
      return text;
    });
    return true;
  }

  const Plan& plan_;
  Now now_;
  const Question& question_;
  std::vector<Step>* trace_;
  const ExtensionTerms& who_;
  const TenantTerms* tenant_ = nullptr;
  Dialled dialled_;
  number::Digits text_;  ///< of a number: as E.164
  Decision out_;
};

}  // namespace

std::string_view name_of(Check check) {
  constexpr std::array<std::string_view, check_count> names{"meaning", "reach", "country", "kind",  "listed",
                                                            "hours",   "route", "pin",     "trunk", "price",
                                                            "pace",    "lines", "money"};
  return names[static_cast<std::size_t>(check)];
}

std::string price_of(const money::Rate& rate) {
  const auto per_min = money::Amount::of_micros(rate.micros_per_min(), rate.currency());
  std::string text = fmt::format("{} {} a minute", per_min ? per_min->text() : "?", rate.currency().text());
  if (rate.fee() != 0)
    if (const auto fee = money::Amount::of_micros(rate.fee(), rate.currency()))
      text += fmt::format(" and {} a call", fee->text());
  return text;
}

bool is_emergency(const Plan& plan, TenantId id, std::string_view text) {
  const TenantTerms* const tenant = plan.tenant(id);
  if (!tenant || !tenant->home) return false;
  const Dialled dialled = meaning_of(*tenant, text);
  return dialled.kind == Dialled::Kind::emergency && !is_for_tests(*tenant, dialled);
}

void share_ways(const Plan& plan, Decision& decision, Random& random) {
  if (decision.action != Decision::Action::leave || decision.route == Plan::none) return;
  const RouteTerms& route = plan.terms().routes[decision.route];
  if (!route.least_cost && !route.balanced) return;
  std::vector<Way>& ways = decision.ways;
  const auto equal = [&](const Way& a, const Way& b) {
    if (priority_of(plan, a) != priority_of(plan, b)) return false;
    return !route.least_cost || (!cheaper(plan, a, b) && !cheaper(plan, b, a));
  };
  // A weight of zero still has its one chance in 65,536 or so (RFC 2782).
  const auto share = [&](const Way& way) {
    const TrunkTerms* trunk = plan.trunk(way.trunk);
    return std::uint64_t{trunk ? trunk->weight : 0u} * 65'536 + 1;
  };
  for (std::size_t begin = 0; begin + 1 < ways.size(); ++begin) {
    std::uint64_t sum = 0;
    for (std::size_t end = begin; end < ways.size() && equal(ways[begin], ways[end]); ++end) sum += share(ways[end]);
    std::uint64_t drawn = random.below(sum);
    std::size_t chosen = begin;
    while (drawn >= share(ways[chosen])) drawn -= share(ways[chosen++]);
    std::swap(ways[begin], ways[chosen]);
  }
}

Arrival decide_arrival(const Plan& plan, Now now, const Arriving& call, std::vector<PassedOver>* passed_over) {
  std::vector<Plan::Place> fitting;
  Plan::Place first = Plan::none;
  const auto look = [&](Plan::Place place) {
    if (passed_over) fitting.push_back(place);
    if (misfit_of(plan, now, plan.terms().inbound[place], place, call) == Misfit::none) first = place;
  };
  const DialPatterns::Own& patterns = plan.inbound_patterns_of(call.tenant);
  for (const std::uint32_t pattern : patterns.index.find(call.called).patterns) {
    const Plan::Place place = patterns.places[pattern];
    if (place >= first) break;
    look(place);
  }
  for (const Plan::Place place : plan.inbound_without_patterns()) {
    if (place >= first) break;
    look(place);
  }
  if (passed_over) *passed_over = passed_over_before(plan, now, call, first, fitting);
  Arrival out;
  out.route = first;
  if (first == Plan::none) {
    out.why =
        fmt::format("no inbound route takes {} from {}", call.called, call.anonymous ? "nobody known" : call.caller);
    return out;
  }
  const InboundTerms& route = plan.terms().inbound[first];
  out.why = fmt::format("by the inbound route {}", route.name);
  switch (route.target) {
    case InboundTerms::Target::extension:
      out.extension = route.extension;
      break;
    case InboundTerms::Target::ring_group:
      out.ring_group = route.ring_group;
      break;
    case InboundTerms::Target::announcement:
      out.announcement = route.announcement;
      break;
    case InboundTerms::Target::reject:
      out.rejected = true;
      break;
  }
  return out;
}

Decision decide(const Plan& plan, Now now, const Question& question, std::vector<Step>* trace) {
  return Judge(plan, now, question, trace).run();
}

}  // namespace rf::toll
