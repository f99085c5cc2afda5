#include "core/document/terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/document/paces.hpp"
#include "core/document/roles.hpp"
#include "core/document/terms_of_trunk.hpp"
#include "core/money/amount.hpp"

namespace rf::document {
namespace {

using toll::PlanFault;

Country country_of(const std::string& text) {
  return Country::parse(text).value_or(Country{});
}

class Maker {
 public:
  Maker(const std::vector<Placed>& objects, const Around& around) : objects_(objects), around_(around) {
    for (const Placed& each : objects) by_name_.emplace(std::pair{each.table.kind(), each.table.name()}, &each);
    for (const toll::Plan::Known& each : around.extensions)
      if (each.tenant == around.tenant) numbers_.emplace(each.number, each.id);
  }

  std::expected<toll::Terms, std::vector<PlanFault>> run() {
    for (const Placed& each : objects_) check_references(each.table);
    const Placed* telephony = object(Kind::telephony, "");
    const Table plain(Kind::telephony, "");
    take_telephony(telephony == nullptr ? plain : telephony->table);
    for (const Placed& each : objects_) {
      switch (each.table.kind()) {
        case Kind::schedule:
          take_schedule(each.table);
          break;
        case Kind::department:
          take_department(each);
          break;
        case Kind::calling_role:
          check_role(each.table);
          break;
        case Kind::trunk:
          take_trunk(each);
          break;
        case Kind::route:
          take_route(each.table);
          break;
        case Kind::ring_group:
          take_ring_group(each.table);
          break;
        case Kind::pin_list:
          take_pin_list(each);
          break;
        case Kind::inbound:
          take_inbound(each.table);
          break;
        case Kind::deck:
          out_.decks.push_back(
              {each.table.name(), each.deck ? each.deck : std::make_shared<const money::Deck>(), around_.tenant});
          break;
        case Kind::number_list:
          out_.lists.push_back({each.table.name(), around_.tenant, each.lines});
          break;
        default:
          break;
      }
    }
    for (const auto& [number, id] : numbers_) take_extension(number, id);
    out_.pin_key = around_.pin_key;
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    return std::move(out_);
  }

 private:
  void fault(const Table& of, std::string text, std::string remedy) {
    faults_.push_back({std::string(name_of(of.kind())), of.name(), std::move(text), std::move(remedy)});
  }
  const Placed* object(Kind kind, const std::string& name) const {
    const auto found = by_name_.find({kind, name});
    return found == by_name_.end() ? nullptr : found->second;
  }

  /// What an object names has to be there: a misspelt restriction must not be a missing one.
  void check_references(const Table& table) {
    for (const Key& key : table.keys()) {
      if (!table.given(key.name)) continue;
      for (const std::string& name : table.list(key.name)) {
        if (key.refers && !name.empty() && object(*key.refers, name) == nullptr && !is_built_in(*key.refers, name))
          fault(table, fmt::format("{} names the {} {}, which there is not", key.name, name_of(*key.refers), name),
                fmt::format("add it, or see: ringfence {} list", name_of(*key.refers)));
        if (key.type == Type::number_of_extension && !name.empty() && !numbers_.contains(name))
          fault(table, fmt::format("{} names the extension {}, which there is not", key.name, name),
                "add it, or see: ringfence extension list");
      }
    }
    if (table.kind() != Kind::limit) return;
    const std::string subject(subject_of(table.name()));
    const Scope scope = *scope_of(table.name());
    const bool there = subject.empty() || (scope == Scope::extension    ? numbers_.contains(subject)
                                           : scope == Scope::department ? object(Kind::department, subject) != nullptr
                                                                        : object(Kind::trunk, subject) != nullptr);
    if (!there)
      fault(table, fmt::format("is about the {} {}, which there is not", name_of(scope), subject),
            "add it, or remove the limit");
  }

  static bool is_built_in(Kind kind, const std::string& name) {
    return kind == Kind::calling_role && built_in_role(name).has_value();
  }

  std::vector<std::string> limit(const std::string& name, std::string_view key) const {
    const Placed* own = object(Kind::limit, name);
    const Placed* all = object(Kind::limit, name.substr(0, name.find('.')));
    return limit_value(own ? &own->table : nullptr, all ? &all->table : nullptr, name,
                       *find(keys_of(Kind::limit, name), key))
        .values;
  }
  std::string one(const std::string& name, std::string_view key) const {
    const auto values = limit(name, key);
    return values.empty() ? std::string() : values.front();
  }

  std::optional<std::int64_t> cap(const std::string& name, std::string_view key) const {
    const auto amount = money::Amount::parse(one(name, key), {});
    if (!amount) return std::nullopt;  // none
    return amount->micros();
  }

  toll::SpendingTerms spending(const std::string& name) {
    toll::SpendingTerms out;
    out.money.day = cap(name, "day");
    out.money.month = cap(name, "month");
    out.money.prepaid = one(name, "prepaid") == "true";
    out.money.locked = one(name, "locked") == "true";
    std::vector<std::int64_t> warn;
    for (const std::string& each : limit(name, "warn")) warn.push_back(parse_whole(each).value_or(0));
    const Table about(Kind::limit, name);
    const bool rising = std::adjacent_find(warn.begin(), warn.end(), std::greater_equal<>{}) == warn.end();
    if (warn.size() > MoneyLimits::thresholds || !rising)
      fault(about, "warn does not rise, or has too many steps",
            fmt::format("write at most {} percentages, the lowest first", MoneyLimits::thresholds));
    for (std::size_t i = 0; i < std::min(warn.size(), MoneyLimits::thresholds); ++i)
      out.money.warn_percent[i] = static_cast<std::uint8_t>(warn[i]);
    std::vector<std::pair<std::string, std::string>> wrong;
    out.paces = paces_of(limit(name, "paces"), "paces", wrong);
    for (auto& [text, remedy] : wrong) fault(about, std::move(text), std::move(remedy));
    // Who asks to be told has not asked for no limit.
    if (scope_of(name) == Scope::extension && !out.paces.empty() &&
        std::all_of(out.paces.begin(), out.paces.end(), [](const toll::PaceRule& each) { return each.alert; }))
      out.paces.insert(out.paces.begin(), toll::default_pace);
    out.lines.alert_at = static_cast<std::uint32_t>(parse_whole(one(name, "calls_alert")).value_or(0));
    out.lines.block_at = static_cast<std::uint32_t>(parse_whole(one(name, "calls")).value_or(0));
    out.duration_s = parse_duration(one(name, "duration")).value_or(0);
    out.unusual = habits(name);
    return out;
  }

  toll::CountryTerms countries(const std::string& name) const {
    toll::CountryTerms out;
    for (const std::string& code : limit(name, "abroad")) out.only.set(country_of(code).index);
    for (const std::string& code : limit(name, "abroad_denied")) out.denied.set(country_of(code).index);
    return out;
  }

  /// What becomes of calls that fit no habit; of those whose habits are asked.
  pattern::Thresholds habits(const std::string& name) const {
    if (find(keys_of(Kind::limit, name), "unusual_alert") == nullptr) return {};
    const auto threshold = [&](std::string_view key) {
      return static_cast<std::uint8_t>(parse_whole(one(name, key)).value_or(0));
    };
    return {threshold("unusual_alert"), threshold("unusual_pin"), threshold("unusual_block")};
  }

  schedule::ZoneRef zone(const Table& of, const std::string& name) {
    auto found = around_.zone(name);
    if (found) return std::move(*found);
    fault(of, found.error(), "write it such as Europe/Berlin");
    return std::make_shared<const schedule::Zone>(schedule::Zone::utc());
  }

  void take_telephony(const Table& table) {
    out_.currency = money::Currency::parse(table.text("currency")).value_or(money::Currency{});
    out_.horizon.step_s = table.seconds("reserve_ahead");
    out_.assumed_call_s = table.seconds("assumed_call");
    out_.system = spending("system");
    out_.countries = countries("system");
    toll::TenantTerms tenant;
    tenant.id = around_.tenant;
    tenant.name = around_.tenant_name;
    tenant.company = table.text("company");
    tenant.home = country_of(table.text("home"));
    tenant.area_code = table.text("area_code");
    tenant.international_prefixes = table.list("international_prefixes");
    tenant.outside_prefix = table.text("outside_prefix");
    tenant.emergency = table.list("emergency");
    take_emergency_test(table, tenant);
    tenant.language = table.text("language");
    tenant.zone = tenant_zone_ = zone(table, table.text("time_zone"));
    tenant.spending = spending("tenant");
    tenant.countries = countries("tenant");
    tenant.unusual_pins = one("tenant", "unusual_pins");
    out_.tenants.push_back(std::move(tenant));
  }

  /// Recognised as emergency numbers are. A real one must not be: then it would meet limits.
  void take_emergency_test(const Table& table, toll::TenantTerms& tenant) {
    const std::string test = table.text("emergency_test");
    if (test.empty()) return;
    const auto home = number::Home::of(tenant.home);
    const bool real = (home && home->short_number(test).emergency) ||
                      std::find(tenant.emergency.begin(), tenant.emergency.end(), test) != tenant.emergency.end();
    if (real)
      return fault(table, fmt::format("{} is a real emergency number", test),
                   "ask the carrier which number it has for tests, such as 933");
    tenant.emergency_test = test;
    tenant.emergency.push_back(test);
  }

  void take_department(const Placed& placed) {
    const std::string limit = "department." + placed.table.name();
    out_.departments.push_back({placed.id, around_.tenant, placed.table.name(), spending(limit), countries(limit)});
  }

  void check_role(const Table& table) {
    if (built_in_role(table.name()))
      fault(table, "is built in, and means the same everywhere", "give yours another name");
  }

  void take_schedule(const Table& table) {
    std::string text;
    for (const std::string& line : table.list("hours")) text += line + "\n";
    auto plan = schedule::parse_plan(text);
    if (!plan) return fault(table, plan.error().front().text, "mend that rule");
    const std::string own = table.text("zone");
    auto hours = schedule::Schedule::compile(std::move(*plan), own.empty() ? tenant_zone_ : zone(table, own));
    if (!hours)
      return fault(table, fmt::format("rule {}: {}", hours.error().front().line, hours.error().front().text),
                   "change one of the two");
    out_.schedules.push_back(
        {table.name(), around_.tenant, std::make_shared<const schedule::Schedule>(std::move(*hours))});
  }

  void take_trunk(const Placed& placed) {
    std::vector<std::pair<std::string, std::string>> wrong;
    toll::TrunkTerms trunk = terms_of_trunk(placed, around_.tenant, out_.tenants.back().home, wrong);
    for (auto& [text, remedy] : wrong) fault(placed.table, std::move(text), std::move(remedy));
    trunk.spending = spending("trunk." + placed.table.name());
    out_.trunks.push_back(std::move(trunk));
  }

  void take_route(const Table& table) {
    toll::RouteTerms route;
    route.name = table.name();
    route.tenant = around_.tenant;
    route.enabled = table.flag("enabled");
    route.patterns = table.list("patterns");
    route.extensions = table.list("extensions");
    route.departments = table.list("departments");
    route.groups = table.list("groups");
    route.roles = table.list("calling_roles");
    route.countries = table.list("countries");
    route.caller_countries = table.list("caller_countries");
    route.hours = table.text("hours");
    route.least_cost = table.flag("least_cost");
    route.pins = table.text("pins");
    route.balanced = table.flag("balanced");
    if (route.least_cost && route.balanced)
      fault(table, "is both least_cost and balanced", "keep one: least_cost shares calls among equal prices, too");
    for (const std::string& name : table.list("trunks")) {
      toll::RouteTerms::Out way{name, std::nullopt};
      if (table.given("number_form") || table.given("strip") || table.given("prepend")) way.called = rewrite_of(table);
      // What the route leaves open is the trunk's.
      if (const Placed* trunk = object(Kind::trunk, name); way.called && trunk && !table.given("number_form"))
        way.called->form = rewrite_of(trunk->table).form;
      route.trunks.push_back(std::move(way));
    }
    out_.routes.push_back(std::move(route));
  }

  void take_ring_group(const Table& table) {
    toll::RingGroupTerms group;
    group.name = table.name();
    group.tenant = around_.tenant;
    group.number = table.text("number");
    group.members = table.list("members");
    group.order = table.word<toll::RingGroupTerms::Order>("order");
    group.ring_s = table.seconds("ring");
    group.otherwise = table.text("otherwise");
    out_.ring_groups.push_back(std::move(group));
  }

  void take_pin_list(const Placed& placed) {
    toll::PinListTerms list;
    list.name = placed.table.name();
    list.tenant = around_.tenant;
    list.pins = placed.pins;
    list.asks = placed.table.word<toll::PinListTerms::Asks>("asks");
    list.tries = placed.table.number("tries");
    list.lock_s = placed.table.seconds("lock");
    out_.pin_lists.push_back(std::move(list));
  }

  void take_inbound(const Table& table) {
    toll::InboundTerms in;
    in.name = table.name();
    in.tenant = around_.tenant;
    in.enabled = table.flag("enabled");
    in.trunk = table.text("trunk");
    in.called = table.list("called");
    in.callers = table.list("callers");
    in.caller_lists = table.list("caller_lists");
    if (const std::string pace = table.text("caller_pace"); !pace.empty()) in.caller_pace = parse_pace(pace);
    in.anonymous = table.flag("anonymous");
    in.hours = table.text("hours");
    in.target = table.word<toll::InboundTerms::Target>("target");
    in.extension = table.text("extension");
    in.ring_group = table.text("ring_group");
    in.announcement = table.text("announcement");
    if (in.target == toll::InboundTerms::Target::extension && in.extension.empty())
      fault(table, "calls nobody", "name an extension, or write target = \"reject\"");
    out_.inbound.push_back(std::move(in));
  }

  static toll::ForwardTerms forward_of(const Table& table) {
    toll::ForwardTerms out;
    out.always = table.text("forward_always");
    out.busy = table.text("forward_busy");
    out.no_answer = table.text("forward_no_answer");
    out.offline = table.text("forward_offline");
    out.after_s = table.seconds("forward_after");
    out.reach = table.word<toll::Reach>("forward_reach");
    return out;
  }

  /// A role is the most that its extensions may do; what they say themselves may only be less.
  void take_rights(const Table& table, toll::ExtensionTerms& terms) {
    terms.role = table.text("role");
    std::optional<Table> role;
    if (const Placed* const own = object(Kind::calling_role, terms.role))
      role = own->table;
    else if (const auto text = built_in_role(terms.role))
      role = table_of(*text).value();
    if (role) {
      for (std::string& text : beyond_role(table, *role))
        fault(table, std::move(text), "take it away with --default, or give the extension another role");
      terms.pins = role->text("pins");
    }
    const Table* const of = role ? &*role : nullptr;
    const auto one = [&](std::string_view key) {
      const std::vector<std::string> values = right_of(table, of, key);
      return values.empty() ? std::string() : values.front();
    };
    terms.reach = toll::parse_reach(one("reach")).value_or(toll::Reach::internal);
    for (const std::string& code : right_of(table, of, "abroad")) terms.countries.set(country_of(code).index);
    for (const std::string& kind : right_of(table, of, "classes"))
      if (const auto known = number::parse_class(kind)) terms.allowed_classes |= toll::class_bit(*known);
    terms.hours = one("hours");
  }

  void take_extension(const std::string& number, ExtensionId id) {
    const Placed* own = object(Kind::extension, number);
    const Table fresh(Kind::extension, number);
    const Table& table = own == nullptr ? fresh : own->table;
    toll::ExtensionTerms terms;
    terms.id = id;
    terms.tenant = around_.tenant;
    if (const Placed* department = object(Kind::department, table.text("department")))
      terms.department = department->id;
    terms.groups = table.list("groups");
    take_rights(table, terms);
    terms.shown = table.text("shown");
    terms.forward = forward_of(table);
    terms.transfers = table.flag("transfers");
    terms.media_encryption = policy::parse_encryption(table.text("media_encryption"));
    terms.keys = table.word<policy::Keys>("dtmf");
    terms.spending = spending("extension." + number);
    out_.extensions.push_back(std::move(terms));
  }

  const std::vector<Placed>& objects_;
  const Around& around_;
  std::map<std::pair<Kind, std::string>, const Placed*> by_name_;
  std::map<std::string, ExtensionId> numbers_;
  schedule::ZoneRef tenant_zone_;
  toll::Terms out_;
  std::vector<PlanFault> faults_;
};

}  // namespace

LimitValue limit_value(const Table* own, const Table* all, std::string_view name, const Key& key) {
  if (own != nullptr && own->given(key.name)) return {own->list(key.name), "own"};
  if (all != nullptr && all->given(key.name)) return {all->list(key.name), "all"};
  return {Table(Kind::limit, std::string(name)).list(key.name), "standing"};
}

std::expected<toll::Terms, std::vector<toll::PlanFault>> terms_of(const std::vector<Placed>& objects,
                                                                  const Around& around) {
  return Maker(objects, around).run();
}

}  // namespace rf::document
