// What a whole decision costs before a paid call leaves: rules, pace, lines and money, by the number of rules.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"

namespace {

using namespace rf;

const money::Currency eur = *money::Currency::parse("EUR");
constexpr TenantId tenant{1};
constexpr std::size_t extensions = 1'000, batch = 256;

std::string digits(Random& random, std::size_t count) {
  std::string out;
  while (out.size() < count) out += static_cast<char>('0' + random.below(10));
  return out;
}

std::shared_ptr<const money::Deck> deck_of(std::size_t prefixes) {
  Random random(prefixes);
  std::set<std::string> known{"49"};
  while (known.size() < prefixes) known.insert("49" + digits(random, 4 + random.below(4)));
  std::vector<money::RateRow> rows;
  for (const std::string& prefix : known) {
    const auto price = *money::Amount::of_micros(1'000 + static_cast<std::int64_t>(random.below(5'000)) * 10, eur);
    rows.push_back({*money::Prefix::parse(prefix), *money::Rate::of({price, money::Amount::zero(eur), 60, 60, 60})});
  }
  return std::make_shared<const money::Deck>(*money::Deck::of(std::move(rows)));
}

void limit(toll::SpendingTerms& terms) {
  terms.money.day = 1'000'000'000'000;
  terms.money.month = 10'000'000'000'000;
  terms.money.warn_percent = {50, 80, 95};
  terms.lines.block_at = 100'000;
  terms.paces = {{.id = 1, .calls = 1'000'000, .period_s = 60, .distinct = false}};
}

/// 100,000 rules have 1,000 routes, and prefixes by the million.
toll::Terms terms_of(std::size_t rules) {
  Random random(7);
  toll::Terms terms;
  terms.currency = eur;
  limit(terms.system);
  toll::TenantTerms home;
  home.id = tenant;
  home.home = *Country::parse("DE");
  home.area_code = "30";
  limit(home.spending);
  terms.tenants.push_back(home);
  for (std::uint64_t i = 1; i <= extensions / 20; ++i) {
    toll::DepartmentTerms department{.id = i, .tenant = tenant, .name = std::to_string(i), .spending = {}};
    limit(department.spending);
    terms.departments.push_back(department);
  }
  for (std::uint64_t i = 1; i <= extensions; ++i) {
    toll::ExtensionTerms phone;
    phone.id = ExtensionId{i};
    phone.tenant = tenant;
    phone.department = 1 + i % (extensions / 20);
    limit(phone.spending);
    terms.extensions.push_back(phone);
  }
  terms.decks.push_back({"world", deck_of(rules * 10)});
  toll::TrunkTerms trunk;
  trunk.line.id = TrunkId{1};
  trunk.line.tenant = tenant;
  trunk.line.name = trunk.identity.name = "first";
  trunk.line.uri = "sip:first.example";
  trunk.deck = "world";
  trunk.identity.id = trunk.line.id;
  trunk.identity.kind = trunk::TrunkKind::peer_address;
  trunk.identity.sources = {{*Subnet::parse("203.0.113.1"), 0}};
  limit(trunk.spending);
  terms.trunks.push_back(trunk);
  for (std::size_t i = 0; i < rules / 100; ++i) {
    toll::RouteTerms route;
    route.name = std::to_string(i);
    route.tenant = tenant;
    route.patterns = {i + 1 == rules / 100 ? std::string("+.") : "+4930" + std::to_string(100'000 + 7 * i) + "."};
    route.trunks = {{"first", {}}};
    terms.routes.push_back(route);
  }
  toll::NumberListTerms list{.name = "blocked", .tenant = {}, .lines = {}};
  for (std::size_t i = 0; i < rules; ++i) list.lines.push_back("blocked +4930" + std::to_string(20'000'000 + 3 * i));
  terms.lists.push_back(std::move(list));
  return terms;
}

void decides_and_reserves(benchmark::State& state) {
  auto compiled = toll::Plan::compile(terms_of(static_cast<std::size_t>(state.range(0))), {}, 1);
  if (!compiled) return state.SkipWithError(compiled.error().front().text.c_str());
  const toll::PlanRef plan = *compiled;
  const toll::Desk::Options options;
  toll::Desk desk(options, money::Ledger(eur, options.money, HashKey(3)));
  Random random(11);
  std::vector<std::string> numbers;
  for (int i = 0; i < 4'096; ++i) numbers.push_back("030" + std::to_string(30'000'000 + random.below(9'000'000)));
  Now now{5'000, 1'800'000'000'000};
  std::uint64_t call = 0, first = 1, refused = 0;
  while (state.KeepRunningBatch(batch)) {
    for (std::size_t i = 0; i < batch; ++i) {
      ++call;
      const ExtensionId who{1 + call * 7'919 % extensions};
      const toll::Decision decision = toll::decide(*plan, now, {tenant, who, numbers[call & 4'095]});
      if (decision.ways.empty()) {
        ++refused;
        continue;
      }
      const auto grant =
          desk.open(now, toll::parties_of(*plan, tenant, who, decision.ways.front().trunk),
                    {CallId{call}, toll::CallKey{call}, numbers[call & 4'095], decision.ways.front().rate, false});
      refused += !grant;
    }
    state.PauseTiming();
    for (; first <= call; ++first) desk.close(now, CallId{first}, std::nullopt);
    while (desk.wants_writing(now)) desk.written(now, desk.take_writing().last, true);
    now.mono_ms += 1'000;
    now.wall_ms += 1'000;
    state.ResumeTiming();
  }
  state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(decides_and_reserves)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
