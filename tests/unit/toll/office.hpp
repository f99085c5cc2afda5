// An office with one carrier and one phone, for questions about what may be called from there.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/money/deck_reader.hpp"
#include "core/toll/plan.hpp"

namespace rf::toll {

inline constexpr TenantId tenant{1};
inline constexpr ExtensionId alice{1};
inline constexpr std::int64_t wall_ms = 1'800'000'000'000;

inline money::Currency euro() {
  return *money::Currency::parse("EUR");
}

inline std::shared_ptr<const money::Deck> deck_of(std::string_view csv) {
  money::DeckDefaults defaults;
  defaults.currency = euro();
  auto rows = money::read_deck(csv, defaults);
  EXPECT_TRUE(rows) << rows.error().told.front().text;
  return std::make_shared<const money::Deck>(*money::Deck::of(std::move(*rows)));
}

inline TrunkTerms trunk_of(std::uint64_t id, std::string name, std::string deck) {
  TrunkTerms out;
  out.line.id = TrunkId{id};
  out.line.tenant = tenant;
  out.line.name = name;
  out.line.uri = "sip:" + name + ".example";
  out.deck = std::move(deck);
  out.identity.id = out.line.id;
  out.identity.name = std::move(name);
  out.identity.kind = trunk::TrunkKind::peer_address;
  out.identity.sources = {{*Subnet::parse("203.0.113." + std::to_string(id)), 0}};
  return out;
}

inline constexpr std::string_view world =
    "prefix,rate_per_min\n49,0.01\n4930,0.02\n44,0.05\n37190,2.5\n44909,1.5\n8821,6\n1,0.02\n1876,0.40\n";

/// An office in Berlin with one carrier and one phone.
inline Terms office(std::string_view csv = world) {
  Terms terms;
  terms.currency = euro();
  TenantTerms home;
  home.id = tenant;
  home.home = *Country::parse("DE");
  home.area_code = "30";
  terms.tenants.push_back(home);
  terms.decks.push_back({"world", deck_of(csv)});
  terms.trunks.push_back(trunk_of(1, "first", "world"));
  RouteTerms all;
  all.name = "all";
  all.tenant = tenant;
  all.patterns = {"+."};
  all.trunks = {{"first", {}}};
  terms.routes.push_back(all);
  ExtensionTerms phone;
  phone.id = alice;
  phone.tenant = tenant;
  phone.spending.lines.block_at = 4;
  terms.extensions.push_back(phone);
  return terms;
}

inline PlanRef plan_of(Terms terms, const std::vector<Plan::Known>& extensions = {{tenant, "1001", alice}}) {
  auto plan = Plan::compile(std::move(terms), extensions, 1);
  if (!plan) {
    for (const PlanFault& fault : plan.error()) ADD_FAILURE() << fault.kind << " " << fault.name << " " << fault.text;
    std::abort();
  }
  return *plan;
}

}  // namespace rf::toll
