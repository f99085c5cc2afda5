#include "core/toll/answer_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/limits/call.hpp"
#include "core/number/dial.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/pins.hpp"

namespace rf::toll {
namespace {

using number::Dialled;

/// The name of a sound, which may be looked for among files.
bool is_prompt(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

class Checks {
 public:
  Checks(const Terms& terms, const std::vector<Plan::Known>& extensions, std::vector<PlanFault>& faults)
      : terms_(terms), faults_(faults) {
    for (const Plan::Known& each : extensions) {
      ids_.emplace(Name{each.tenant, each.number}, each.id);
      numbers_.emplace(each.id, each.number);
    }
    for (const RingGroupTerms& each : terms.ring_groups) groups_.insert({each.tenant, each.number});
  }

  void run() {
    for (const RingGroupTerms& each : terms_.ring_groups) check_group(each);
    for (const PinListTerms& each : terms_.pin_lists) check_pins(each);
    for (const RouteTerms& each : terms_.routes) check_route(each);
    for (const InboundTerms& each : terms_.inbound) check_inbound(each);
    for (const ExtensionTerms& each : terms_.extensions) check_role(each), check_forwarding(each);
    find_circles();
  }

 private:
  /// Ordered as a pair of a tenant and a text.
  struct Name {
    TenantId tenant;
    std::string text;
    bool operator<(const Name& other) const {
      return tenant.value != other.tenant.value ? tenant.value < other.tenant.value : text < other.text;
    }
  };

  void fault(TenantId tenant, const char* kind, const std::string& name, std::string text, std::string remedy) {
    faults_.push_back({kind, name, std::move(text), std::move(remedy), tenant});
  }
  bool is_extension(TenantId tenant, const std::string& number) const { return ids_.contains({tenant, number}); }

  /// What a text means when it is dialled; nothing: no country is set.
  std::optional<Dialled> meaning(TenantId tenant, std::string_view text) const {
    for (const TenantTerms& each : terms_.tenants)
      if (each.id == tenant && each.home)
        return number::dial(
            text, {each.home, each.area_code, each.international_prefixes, each.outside_prefix, each.emergency});
    return std::nullopt;
  }
  bool is_emergency(TenantId tenant, std::string_view text) const {
    const auto dialled = meaning(tenant, text);
    return dialled && dialled->kind == Dialled::Kind::emergency;
  }

  void check_group(const RingGroupTerms& group) {
    const auto wrong = [&](std::string text, std::string remedy) {
      fault(group.tenant, "ring-group", group.name, std::move(text), std::move(remedy));
    };
    const bool digits =
        std::all_of(group.number.begin(), group.number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || group.number.size() < 2 || group.number.size() > 15)
      wrong(fmt::format("has the number \"{}\"", group.number), "give it 2 to 15 digits");
    if (is_extension(group.tenant, group.number))
      wrong(fmt::format("has the number {}, which is an extension's", group.number), "give it another one");
    else if (is_emergency(group.tenant, group.number))
      wrong(fmt::format("has the number {}, which is an emergency number", group.number), "give it another one");
    if (!group_numbers_.insert({group.tenant, group.number}).second)
      wrong(fmt::format("has the number {}, as another group has", group.number), "give one of them another one");
    if (group.members.empty()) wrong("has no members", "name extensions with --members");
    if (group.members.size() > AnswerLimits::ring_members)
      wrong(fmt::format("has {} members", group.members.size()),
            fmt::format("keep it to {}", AnswerLimits::ring_members));
    std::set<std::string> seen;
    for (const std::string& member : group.members) {
      if (!is_extension(group.tenant, member))
        wrong(fmt::format("has the member {}, which there is not", member), "see: ringfence extension list");
      if (!seen.insert(member).second) wrong(fmt::format("has the member {} twice", member), "name it once");
    }
    if (!group.otherwise.empty() && !is_extension(group.tenant, group.otherwise))
      wrong(fmt::format("calls {} otherwise, which is no extension", group.otherwise), "see: ringfence extension list");
  }

  void check_pins(const PinListTerms& list) {
    std::map<std::array<std::uint8_t, 32>, std::string> accounts;
    for (const PinListTerms::Pin& pin : list.pins) {
      if (const auto [at, fresh] = accounts.emplace(pin.digest, pin.account); !fresh)
        fault(list.tenant, "pin-list", list.name, fmt::format("{} and {} have the same PIN", at->second, pin.account),
              "a PIN tells who called: give one of them another");
      // An account's name stands in every record: what was meant as a name is never taken for a secret.
      const bool is_own_name = pin.digest == pin_digest(terms_.pin_key, list.name, pin.account);
      if (is_own_name == (list.asks == PinListTerms::Asks::account_code)) continue;
      fault(list.tenant, "pin-list", list.name,
            is_own_name
                ? fmt::format("asks for a PIN, and {} is an account code, which everybody may know", pin.account)
                : fmt::format("asks for an account code, and {} has a PIN", pin.account),
            "what a list asks for changes while it is empty: ringfence pin remove");
    }
  }

  void check_route(const RouteTerms& route) { check_asked("route", route.name, route.tenant, route.pins); }

  /// A role is told of once, however many have it.
  void check_role(const ExtensionTerms& who) {
    if (!who.pins.empty() && roles_.insert({who.tenant, who.role}).second)
      check_asked("calling-role", who.role, who.tenant, who.pins);
  }

  void check_asked(const char* kind, const std::string& name, TenantId tenant, const std::string& pins) {
    if (pins.empty()) return;
    const auto list = std::find_if(terms_.pin_lists.begin(), terms_.pin_lists.end(), [&](const PinListTerms& each) {
      return each.tenant == tenant && each.name == pins;
    });
    if (list == terms_.pin_lists.end())
      fault(tenant, kind, name, fmt::format("asks for a PIN of the list {}, which there is not", pins),
            "see: ringfence pin-list list");
    else if (list->pins.empty())
      fault(tenant, kind, name,
            fmt::format("asks for {} of the list {}, which has none: nobody could call", name_of(list->asks), pins),
            fmt::format("make one first: ringfence pin add {} ACCOUNT", pins));
  }

  void check_inbound(const InboundTerms& route) {
    const auto wrong = [&](std::string text, std::string remedy) {
      fault(route.tenant, "inbound", route.name, std::move(text), std::move(remedy));
    };
    using Target = InboundTerms::Target;
    if (route.target == Target::ring_group) {
      const bool there = std::any_of(terms_.ring_groups.begin(), terms_.ring_groups.end(), [&](const auto& each) {
        return each.tenant == route.tenant && each.name == route.ring_group;
      });
      if (!there)
        wrong(route.ring_group.empty() ? std::string("rings a group without naming one")
                                       : fmt::format("rings the group {}, which there is not", route.ring_group),
              "name one with --ring-group, see: ringfence ring-group list");
    }
    if (route.target == Target::announcement && !is_prompt(route.announcement))
      wrong(fmt::format("plays the announcement \"{}\", which is no name of a prompt", route.announcement),
            "name one with --announcement: small letters, digits, - and _");
    for (const std::string& name : route.caller_lists)
      if (std::none_of(terms_.lists.begin(), terms_.lists.end(), [&](const auto& each) {
            return each.name == name && (!each.tenant || each.tenant == route.tenant);
          }))
        wrong(fmt::format("names the number list {}, which there is not", name), "see: ringfence number-list list");
    if (!route.caller_pace) return;
    if (route.caller_pace->distinct)
      wrong("has a caller_pace of different numbers, while a caller has one", "write it such as 5 per 1m");
    else if (route.caller_pace->alert)
      wrong("has a caller_pace that only alerts", "write it such as 5 per 1m: more often, a number is rejected");
    else if (const auto bad = fault_of(*route.caller_pace))
      wrong("has a caller_pace that none can be: " + *bad, "write it such as 5 per 1m");
  }

  void check_forwarding(const ExtensionTerms& who) {
    const std::pair<const char*, const std::string&> all[] = {{"always", who.forward.always},
                                                              {"when busy", who.forward.busy},
                                                              {"when nobody answers", who.forward.no_answer},
                                                              {"when offline", who.forward.offline}};
    for (const auto& [when, text] : all)
      if (!text.empty()) check_target(who, when, text);
  }

  void check_target(const ExtensionTerms& who, const char* when, const std::string& text) {
    const std::string& own = number_of(who.id);
    const auto wrong = [&](std::string_view why, std::string remedy) {
      fault(who.tenant, "extension", own, fmt::format("forwards {} to {}, {}", when, text, why), std::move(remedy));
    };
    if (text == own) return wrong("which is itself", "name another one, or nobody");
    const auto dialled = meaning(who.tenant, text);
    if (dialled && dialled->kind == Dialled::Kind::emergency)
      return wrong("which is an emergency number", "nobody is forwarded there: name another one");
    if (is_extension(who.tenant, text) || groups_.contains({who.tenant, text})) return;
    if (!dialled)
      return wrong("which is no extension and no ring group, and no country is set from which numbers are dialled",
                   "name an extension, or: ringfence telephony set --home DE");
    if (dialled->kind == Dialled::Kind::unusable)
      return wrong(fmt::format("which means no number: {}", name_of(dialled->fault)),
                   "write an extension, a ring group's number, or what is dialled for a number outside");
    if (dialled->kind == Dialled::Kind::internal || dialled->kind == Dialled::Kind::feature)
      wrong("which is no extension and no ring group", "see: ringfence extension list");
  }

  const std::string& number_of(ExtensionId id) const {
    static const std::string nobody;
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? nobody : found->second;
  }

  /// Forwarding that is always on and comes back: whoever calls one of them would be sent around for ever.
  void find_circles() {
    std::map<Name, Name> next;
    for (const ExtensionTerms& each : terms_.extensions)
      if (is_extension(each.tenant, each.forward.always) && each.forward.always != number_of(each.id))
        next.emplace(Name{each.tenant, number_of(each.id)}, Name{each.tenant, each.forward.always});
    std::set<Name> seen;
    for (const auto& [first, unused] : next) {
      std::vector<Name> path;
      std::set<Name> on_path;
      for (auto at = next.find(first); at != next.end() && seen.insert(at->first).second; at = next.find(at->second)) {
        path.push_back(at->first);
        on_path.insert(at->first);
        if (on_path.contains(at->second)) tell_circle(path, at->second);
      }
    }
  }
  void tell_circle(const std::vector<Name>& path, const Name& back) {
    std::string text;
    bool in = false;
    for (const Name& each : path) {
      in = in || !(each < back || back < each);
      if (in) text += each.text + " -> ";
    }
    fault(back.tenant, "extension", back.text, fmt::format("forwards always, and in a circle: {}{}", text, back.text),
          "let one of them ring");
  }

  const Terms& terms_;
  std::vector<PlanFault>& faults_;
  std::map<Name, ExtensionId> ids_;
  std::map<ExtensionId, std::string> numbers_;
  std::set<Name> groups_, group_numbers_, roles_;
};

}  // namespace

void append_answer_faults(const Terms& terms, const std::vector<Plan::Known>& extensions,
                          std::vector<PlanFault>& faults) {
  Checks(terms, extensions, faults).run();
}

std::vector<PlanFault> taken_emergency_numbers(const Plan& plan, const std::vector<Plan::Known>& extensions) {
  std::vector<PlanFault> out;
  for (const Plan::Known& each : extensions)
    if (is_emergency(plan, each.tenant, each.number))
      out.push_back({"extension", each.number, "has an emergency number: whoever dials it calls for help",
                     "give it another one", each.tenant});
  return out;
}

}  // namespace rf::toll
