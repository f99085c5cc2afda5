// Policies and plans that the engine target's calls live under, and numbers to dial in them.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/money/deck.hpp"
#include "core/money/deck_reader.hpp"
#include "core/toll/pins.hpp"
#include "core/toll/plan.hpp"
#include "sim/phone.hpp"

namespace rf::fuzz {

inline constexpr std::array<std::string_view, 2> carriers{"203.0.113.10:5060", "203.0.113.20:5060"};
inline constexpr std::string_view pin = "748159";

/// Extensions, outside numbers, ring groups, premium, emergency and what means nothing.
inline constexpr std::array<std::string_view, 18> numbers{
    "1000",          "1001",      "1002", "1003", "1004", "1005", "0301234567", "00441632960961", "09001234567",
    "+493012341000", "030123411", "112",  "600",  "601",  "602",  "0049301",    "anonymous",      "+4930555000"};

inline toll::TrunkTerms trunk_to(std::uint64_t id, std::string name) {
  const std::string_view endpoint = carriers[id - 1];
  toll::TrunkTerms out;
  out.line.id = TrunkId{id};
  out.line.tenant = TenantId{1};
  out.line.name = name;
  out.line.uri = fmt::format("sip:{}", endpoint);
  out.line.user = "customer-7";
  out.line.password = Secret<std::string>(std::string("a long password"));
  out.line.ping_s = 0;
  out.identity.id = out.line.id;
  out.identity.name = std::move(name);
  out.identity.sources = {{*Subnet::parse(endpoint.substr(0, endpoint.find(':'))), 0}};
  out.called.form = number::Rewrite::Form::national;
  return out;
}

/// Two carriers, three ring groups, and every kind of inbound target.
inline toll::Terms open_terms() {
  constexpr TenantId tenant{1};
  toll::Terms terms;
  terms.currency = *money::Currency::parse("EUR");
  toll::TenantTerms home;
  home.id = tenant;
  home.home = *Country::parse("DE");
  home.area_code = "30";
  terms.tenants.push_back(std::move(home));
  terms.trunks = {trunk_to(1, "first"), trunk_to(2, "second")};
  terms.trunks[0].present.tell = trunk::TellDiversion::both;
  toll::RouteTerms all;
  all.name = "all";
  all.tenant = tenant;
  all.trunks = {{"first", {}}, {"second", {}}};
  terms.routes.push_back(std::move(all));
  for (std::uint64_t id = 1; id <= 4; ++id) {
    toll::ExtensionTerms who;
    who.id = ExtensionId{id};
    who.tenant = tenant;
    who.reach = toll::Reach::international;
    who.forward.reach = toll::Reach::international;
    who.forward.after_s = 5;
    terms.extensions.push_back(std::move(who));
  }
  using Order = toll::RingGroupTerms::Order;
  const auto group = [&](std::string number, Order order, std::vector<std::string> members, std::string otherwise) {
    toll::RingGroupTerms out;
    out.name = out.number = std::move(number);
    out.tenant = tenant;
    out.members = std::move(members);
    out.order = order;
    out.ring_s = 5;
    out.otherwise = std::move(otherwise);
    terms.ring_groups.push_back(std::move(out));
  };
  group("600", Order::all, {"1001", "1002", "1003"}, "1004");
  group("601", Order::in_turn, {"1002", "1003"}, "1001");
  group("602", Order::least_recent, {"1004", "1002", "1001"}, "");
  const auto inbound = [&](std::string called, toll::InboundTerms::Target target, std::string name) {
    toll::InboundTerms out;
    out.name = called;
    out.tenant = tenant;
    out.called = {std::move(called)};
    out.target = target;
    using Target = toll::InboundTerms::Target;
    if (target == Target::extension) out.extension = std::move(name);
    if (target == Target::ring_group) out.ring_group = std::move(name);
    if (target == Target::announcement) out.announcement = std::move(name);
    terms.inbound.push_back(std::move(out));
  };
  using Target = toll::InboundTerms::Target;
  inbound("+49301234567", Target::extension, "1002");
  inbound("+493012341000", Target::ring_group, "600");
  inbound("+4930123411", Target::announcement, "closed");
  inbound("+4930555000", Target::ring_group, "602");
  return terms;
}

/// Forwarding of all kinds, some of it in circles, by busy and always, outside and back.
inline toll::Terms forwarding_terms() {
  toll::Terms terms = open_terms();
  const auto forward = [&](std::size_t number) -> toll::ForwardTerms& {
    return terms.extensions[number - 1001].forward;
  };
  forward(1001).no_answer = "601";
  forward(1001).offline = "0301234567";
  forward(1002).busy = "1003";
  forward(1002).no_answer = "1004";
  forward(1003).busy = "1002";
  forward(1003).offline = "600";
  forward(1003).no_answer = "00441632960961";
  forward(1004).always = "1001";
  return terms;
}

/// All that leaves costs, nobody has much, and nothing lasts.
inline toll::Terms paid_terms() {
  toll::Terms terms = forwarding_terms();
  money::DeckDefaults defaults;
  defaults.currency = terms.currency;
  auto rows = money::read_deck("prefix,rate_per_min\n49,0.10\n44,0.50\n49900,2\n", defaults);
  if (!rows) std::abort();
  terms.decks.push_back({"world", std::make_shared<const money::Deck>(*money::Deck::of(std::move(*rows)))});
  for (toll::TrunkTerms& trunk : terms.trunks) trunk.deck = "world";
  terms.trunks[1].both.block_at = 1;
  terms.routes[0].least_cost = true;
  terms.extensions[0].spending.money.day = 400'000;
  terms.extensions[1].spending.money.prepaid = true;
  terms.extensions[2].spending.duration_s = 45;
  terms.extensions[2].spending.lines.block_at = 1;
  terms.tenants[0].spending.money.day = 1'500'000;
  terms.tenants[0].spending.money.month = 3'000'000;
  terms.system.money.day = 2'000'000;
  return terms;
}

/// What leaves asks for a PIN, except by the second carrier, where we register.
inline toll::Terms pin_terms() {
  toll::Terms terms = paid_terms();
  toll::PinListTerms list;
  list.name = "abroad";
  list.tenant = TenantId{1};
  list.pins.push_back({"project-7", toll::pin_digest(terms.pin_key, list.name, pin)});
  terms.pin_lists.push_back(std::move(list));
  terms.routes[0].pins = "abroad";
  terms.routes[0].countries = {"DE"};
  toll::RouteTerms abroad;
  abroad.name = "abroad";
  abroad.tenant = TenantId{1};
  abroad.trunks = {{"second", {}}};
  terms.routes.push_back(std::move(abroad));
  policy::Trunk& second = terms.trunks[1].line;
  second.registers = true;
  second.expires_s = 300;
  second.ping_s = 30;
  second.contact = terms.trunks[1].identity.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  terms.trunks[1].identity.kind = trunk::TrunkKind::registers;
  terms.trunks[1].identity.sources.clear();
  return terms;
}

inline toll::PlanRef plan_of(toll::Terms terms) {
  std::vector<toll::Plan::Known> known;
  for (std::uint64_t id = 1; id <= 4; ++id) known.push_back({TenantId{1}, std::to_string(1'000 + id), ExtensionId{id}});
  auto plan = toll::Plan::compile(std::move(terms), known, 1);
  if (plan) return *plan;
  for (const toll::PlanFault& fault : plan.error())
    fmt::print(stderr, "{} {}: {}\n", fault.kind, fault.name, fault.text);
  std::abort();
}

/// Nothing leaves; free; forwarded; paid; PINs and a registration of ours.
inline std::array<toll::PlanRef, 5> make_plans() {
  return {plan_of({}), plan_of(open_terms()), plan_of(forwarding_terms()), plan_of(paid_terms()), plan_of(pin_terms())};
}

/// What a script can change to while calls run.
struct Limited {
  std::shared_ptr<policy::Policy> base;
  std::array<policy::PolicyRef, 4> variants;
  std::array<toll::PlanRef, 5> plans = make_plans();
};

/// Four extensions: 1002 may have two phones, 1003 turns newcomers away, 1004 may be anywhere.
inline Limited make_policies(bool tight) {
  const auto make = [&](auto&& change) {
    auto policy = sim::test_policy(4);
    policy->times.session_expires_s = 600;
    policy->times.registration_max_s = 600;
    policy->limits.call_duration_max_s = 1'200;
    policy->listeners[2].advertised = *Endpoint::parse("192.0.2.200:5061");
    std::vector<policy::Extension> extensions = policy->extensions();
    extensions[1].registrations_max = 2;
    extensions[2].newcomer = policy::Newcomer::refuse;
    extensions[3].remote_allowed = true;
    if (tight) {
      policy->limits.calls_max = 2;
      policy->limits.transactions_max = 40;
      policy->limits.bindings_max = 3;
      policy->limits.nonces_max = 8;
      policy->limits.forks_max = 1;
      policy->limits.contacts_per_extension_max = 2;
      policy->media_ports = {40'000, 40'009};
      for (policy::Extension& extension : extensions) extension.calls_max = 1;
    }
    change(*policy, extensions);
    if (policy->compile(std::move(extensions))) std::abort();
    return policy;
  };
  Limited out;
  out.base = make([](auto&, auto&) {});
  out.variants = {out.base, make([](auto&, auto& extensions) { extensions[1].enabled = false; }),
                  make([](auto&, auto& extensions) { extensions.erase(extensions.begin()); }),
                  make([](auto& policy, auto&) { policy.domains = {"example.test"}; })};
  return out;
}

}  // namespace rf::fuzz
