// What a whole decision costs before a paid call leaves: rules, habits, pace, lines and money, by the number of rules;
// and what of it is whose.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/unusual.hpp"

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

/// Compiled once for all benchmarks.
toll::PlanRef plan_of(std::size_t rules) {
  static std::map<std::size_t, toll::PlanRef> known;
  auto& plan = known[rules];
  if (!plan)
    if (auto compiled = toll::Plan::compile(terms_of(rules), {}, 1)) plan = *compiled;
  return plan;
}

/// A bench full of calls that leave, one step of their way after the other; every call is of another extension.
class Calls {
 public:
  explicit Calls(std::size_t rules)
      : plan_(plan_of(rules)), patterns_({}), desk_({}, money::Ledger(eur, {}, HashKey(3))) {
    Random random(11);
    while (numbers_.size() < 4'096) numbers_.push_back("030" + std::to_string(30'000'000 + random.below(9'000'000)));
    for (std::int64_t day = 20; day > 0; --day)
      for (std::uint64_t who = 1; who <= extensions; ++who) live_through(who, day);
  }

  void next() {
    call_ += batch;
    now_.mono_ms += 1'000;
    now_.wall_ms += 1'000;
  }
  void decide() {
    for (std::size_t i = 0; i < batch; ++i) decisions_[i] = toll::decide(*plan_, now_, question(i));
  }
  void judge() {
    for (std::size_t i = 0; i < batch; ++i) judge(i);
  }
  void open() {
    for (std::size_t i = 0; i < batch; ++i) open(i);
  }
  void decide_judge_and_open() {
    for (std::size_t i = 0; i < batch; ++i) {
      decisions_[i] = toll::decide(*plan_, now_, question(i));
      judge(i);
      open(i);
    }
  }
  /// Nobody answers.
  void close() {
    for (std::size_t i = 0; i < batch; ++i) desk_.close(now_, CallId{call_ + i}, std::nullopt);
  }
  void write() {
    while (desk_.wants_writing(now_)) desk_.written(now_, desk_.take_writing().last, true);
  }
  std::uint64_t refused() const { return refused_; }

 private:
  ExtensionId who(std::size_t i) const { return ExtensionId{1 + (call_ + i) * 7'919 % extensions}; }
  const std::string& number(std::size_t i) const { return numbers_[(call_ + i) & 4'095]; }
  toll::Question question(std::size_t i) const { return {tenant, who(i), number(i)}; }

  /// A call a day, at this hour.
  void live_through(std::uint64_t who, std::int64_t days_ago) {
    const auto asker = toll::asker_of(*plan_, tenant, ExtensionId{who});
    const pattern::Call call{*number::E164::parse("+49" + numbers_[who].substr(1)), *Country::parse("DE"), {}, false};
    patterns_.live_through(asker, call, {now_.wall_ms - days_ago * 86'400'000, 60});
  }
  void judge(std::size_t i) {
    const auto unusual = toll::judge_habits(*plan_, patterns_, now_, question(i), decisions_[i], {});
    refused_ += unusual.action != pattern::Action::none;
  }
  void open(std::size_t i) {
    if (decisions_[i].ways.empty()) {
      ++refused_;
      return;
    }
    const toll::Way& way = decisions_[i].ways.front();
    const auto grant = desk_.open(now_, toll::parties_of(*plan_, tenant, who(i), way.trunk),
                                  {CallId{call_ + i}, toll::CallKey{call_ + i}, number(i), way.rate, false});
    refused_ += !grant;
  }

  toll::PlanRef plan_;
  pattern::Patterns patterns_;
  toll::Desk desk_;
  std::vector<std::string> numbers_;
  std::array<toll::Decision, batch> decisions_;
  Now now_{5'000, 1'800'000'000'000};
  std::uint64_t call_ = 1, refused_ = 0;
};

enum class Part { all, decide, judge, open, close };

/// Times one part of what is done to each call; the others are done beside the clock.
template <Part part>
void a_call_that_leaves(benchmark::State& state) {
  const auto rules = static_cast<std::size_t>(state.range(0));
  if (!plan_of(rules)) return state.SkipWithError("the plan has faults");
  Calls calls(rules);
  const auto step = [&](Part of, void (Calls::*what)()) {
    if (part == of) state.ResumeTiming();
    (calls.*what)();
    if (part == of) state.PauseTiming();
  };
  while (state.KeepRunningBatch(batch)) {
    state.PauseTiming();
    if (part == Part::all) {
      step(Part::all, &Calls::decide_judge_and_open);
    } else {
      step(Part::decide, &Calls::decide);
      step(Part::judge, &Calls::judge);
      step(Part::open, &Calls::open);
    }
    step(Part::close, &Calls::close);
    calls.write();
    calls.next();
    state.ResumeTiming();
  }
  state.counters["refused"] = static_cast<double>(calls.refused());
  state.counters["deck_bytes"] = static_cast<double>(plan_of(rules)->terms().decks.front().deck->bytes());
}
BENCHMARK(a_call_that_leaves<Part::all>)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(a_call_that_leaves<Part::decide>)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(a_call_that_leaves<Part::judge>)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(a_call_that_leaves<Part::open>)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(a_call_that_leaves<Part::close>)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
