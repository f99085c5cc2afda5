// The stated bound: what is within reach, what holds it, and an adversary who knows the password.
#include "core/toll/exposure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "core/base/random.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using testing::HasSubstr;

Exposure ask(Terms terms) {
  const PlanRef plan = plan_of(std::move(terms));
  return exposure_of(*plan, tenant, alice, wall_ms);
}

std::string dearest(Terms terms) {
  return ask(std::move(terms)).prefix;
}

TEST(Exposure, WhoMayCallWithinHisCountryReachesNoRateAbroad) {
  EXPECT_EQ(dearest(office()), "4930");
}

TEST(Exposure, AbroadTheDearestRateIsOneOfAClassThatMayBeCalled) {
  Terms terms = office();
  terms.extensions[0].reach = Reach::international;
  EXPECT_EQ(dearest(terms), "1876") << "premium and satellite numbers are closed to it";
  terms.extensions[0].allowed_classes = class_bit(number::Class::premium);
  EXPECT_THAT(dearest(terms), testing::AnyOf("44909", "37190"));
  terms.extensions[0].allowed_classes = class_bit(number::Class::satellite) | class_bit(number::Class::global_network);
  EXPECT_EQ(dearest(terms), "8821");
}

TEST(Exposure, CountriesThatShareACallingCodeAreToldApart) {
  Terms terms = office();
  terms.extensions[0].reach = Reach::international;
  terms.extensions[0].countries = *parse_countries("US");
  EXPECT_THAT(dearest(terms), testing::AnyOf("4930", "1"));
  terms.extensions[0].countries = *parse_countries("JM");
  EXPECT_EQ(dearest(terms), "1876");
}

TEST(Exposure, ABlockedRangeIsClosedUnlessAnAllowanceOpensAPartOfIt) {
  Terms terms = office();
  terms.extensions[0].reach = Reach::international;
  terms.lists = {{"house", {}, {"blocked +1876*"}}};
  EXPECT_EQ(dearest(terms), "44");
  terms.lists = {{"house", {}, {"blocked +1876*", "allowed +18765550123"}}};
  EXPECT_EQ(dearest(terms), "1876");
  terms.lists = {{"house", {}, {"allowed +4490912345678"}}};
  EXPECT_EQ(dearest(terms), "44909") << "an allowance counts over the class";
}

TEST(Exposure, AnEarlierRouteKeepsItsNumbersFromADearTrunk) {
  Terms terms = office("prefix,rate_per_min\n49,3\n44,0.05\n");
  terms.decks.push_back({"cheap", deck_of("prefix,rate_per_min\n49,0.01\n")});
  terms.trunks.push_back(trunk_of(2, "second", "cheap"));
  RouteTerms own = terms.routes[0];
  own.name = "own";
  own.patterns = {"+49."};
  own.trunks = {{"second", {}}};
  EXPECT_EQ(ask(terms).rate.micros_per_min(), 3'000'000);
  terms.routes.insert(terms.routes.begin(), own);
  EXPECT_EQ(ask(terms).rate.micros_per_min(), 10'000);
  terms.routes[0].enabled = false;
  EXPECT_EQ(ask(terms).rate.micros_per_min(), 3'000'000) << "a route that is off keeps nothing";
}

TEST(Exposure, ARouteForOtherCountriesOrAnotherExtensionGivesNoReach) {
  Terms terms = office();
  terms.extensions[0].reach = Reach::international;
  terms.routes[0].countries = {"GB"};
  EXPECT_EQ(dearest(terms), "44");
  terms.routes[0].extensions = {"1999"};
  const Exposure none = ask(terms);
  EXPECT_EQ(none.month.most.amount->micros(), 0);
  EXPECT_THAT(none.why, HasSubstr("no route"));
}

TEST(Exposure, WhoReachesNothingThatCostsHearsWhy) {
  Terms terms = office();
  terms.extensions[0].reach = Reach::internal;
  EXPECT_THAT(ask(terms).why, HasSubstr("nobody outside"));
  terms = office();
  terms.trunks[0].deck.clear();
  EXPECT_THAT(ask(terms).why, HasSubstr("no trunk of its routes has prices"));
  terms = office();
  terms.trunks[0].line.enabled = false;
  EXPECT_THAT(ask(terms).why, HasSubstr("switched on"));
  terms = office();
  terms.extensions[0].spending.money.locked = true;
  EXPECT_THAT(ask(terms).why, HasSubstr("extension is locked"));
  for (const Exposure& each : {ask(office("prefix,rate_per_min\n44,1\n"))}) {
    EXPECT_EQ(each.hour.most.amount->micros(), 0);
    EXPECT_EQ(each.halving, std::nullopt);
  }
}

TEST(Exposure, ARouteBehindAPinCountsInFullSinceAThiefMayHaveHeardOne) {
  Terms open = office();
  const Exposure before = ask(open);
  PinListTerms list;
  list.name = "pins";
  list.tenant = tenant;
  list.pins.push_back({"ann", {}});
  open.pin_lists.push_back(list);
  open.routes[0].pins = "pins";
  const Exposure after = ask(open);
  EXPECT_EQ(after.month.most.amount, before.month.most.amount);
  EXPECT_TRUE(before.asks_for_pin.empty());
  EXPECT_EQ(after.asks_for_pin, std::vector<std::string>{"all"});
}

TEST(Exposure, ForwardingReachesNothingThatTheExtensionDoesNotReachByItself) {
  // Whatever is forwarded is decided, counted and paid as a call of the extension: at most what it may dial.
  Terms terms = office();
  terms.extensions[0].forward.always = "0018765551234";
  terms.extensions[0].forward.reach = Reach::international;
  const Exposure out = ask(terms);
  EXPECT_EQ(out.prefix, "4930");
  EXPECT_EQ(out.month.most.amount, ask(office()).month.most.amount);
  for (const Reach own : {Reach::internal, Reach::national, Reach::international})
    for (const Reach forward : {Reach::internal, Reach::national, Reach::international}) {
      terms.extensions[0].reach = own;
      terms.extensions[0].forward.reach = forward;
      const PlanRef plan = plan_of(terms);
      for (const char* number : {"0301234567", "0018765551234", "00442079460000", "112"}) {
        const auto by = [&](Question::For purpose) {
          return decide(*plan, {0, wall_ms}, {tenant, alice, number, purpose}).action;
        };
        if (by(Question::For::forward) == Decision::Action::leave) {
          EXPECT_EQ(by(Question::For::call), Decision::Action::leave) << number;
        }
        EXPECT_NE(by(Question::For::forward), Decision::Action::emergency);
      }
    }
}

TEST(Exposure, TheStrictestCapHoldsAndHalvingItHalvesTheBound) {
  Terms terms = office();
  terms.extensions[0].spending.money.day = 20'000'000;
  terms.extensions[0].spending.money.month = 30'000'000;
  terms.system.money.day = 1'000'000'000;
  const Exposure out = ask(terms);
  EXPECT_EQ(out.month.most.rule, money::Rule::month_cap);
  EXPECT_EQ(out.month.most.level, money::Level::extension);
  EXPECT_EQ(out.month.most.amount->micros(), 90'000'000) << "31 days can meet three months";
  ASSERT_TRUE(out.halving);
  EXPECT_EQ(out.halving->rule, money::Rule::month_cap);
  terms.extensions[0].spending.money.month = out.halving->to;
  EXPECT_EQ(ask(terms).month.most.amount->micros(), out.halving->after.amount->micros());
}

TEST(Exposure, TrunksAddUpAndNeverToMoreThanTheirCallsShare) {
  Terms terms = office();
  terms.trunks.push_back(trunk_of(2, "second", "world"));
  terms.routes[0].trunks.push_back({"second", {}});
  for (TrunkTerms& trunk : terms.trunks) trunk.spending.money.day = 1'000;
  const Exposure two = ask(terms);
  EXPECT_TRUE(two.month.added);
  EXPECT_EQ(two.month.most.level, money::Level::trunk);
  terms.routes[0].trunks.pop_back();
  const Exposure one = ask(terms);
  EXPECT_EQ(two.month.most.amount->micros(), 2 * one.month.most.amount->micros());
  EXPECT_EQ(one.month.trunk, TrunkId{1});
  ASSERT_TRUE(two.halving);
  EXPECT_LE(two.halving->after.amount->micros(), one.month.most.amount->micros());
}

TEST(Exposure, RatesThatHaveEndedOrBeginLaterThanTheWindowDoNotCount) {
  const std::string_view csv =
      "prefix,rate_per_min,valid_from,valid_until\n49,9,2020-01-01,2021-01-01\n49,0.01,2021-01-01,\n"
      "4930,5,2035-01-01,\n";
  Terms terms = office(csv);
  terms.system.duration_s = 10'800;
  EXPECT_EQ(ask(terms).rate.micros_per_min(), 10'000);
}

TEST(Exposure, CreditThatIsLeftHoldsWhatIsPrepaid) {
  Terms terms = office();
  terms.extensions[0].spending.money.prepaid = true;
  const PlanRef plan = plan_of(terms);
  const MoneyLimits bounds{.accounts = 8, .reservations = 8};
  money::Ledger ledger(euro(), bounds, HashKey(1));
  Exposures empty(*plan, {.wall_ms = wall_ms, .ledger = &ledger});
  EXPECT_EQ(empty.of(tenant, alice).day.most.amount->micros(), 0);
  ASSERT_TRUE(ledger.set_limits({money::Level::extension, 1}, terms.extensions[0].spending.money, wall_ms));
  ASSERT_TRUE(ledger.top_up({money::Level::extension, 1}, *money::Amount::of_micros(70'000, euro()), wall_ms));
  const Exposure out = Exposures(*plan, {.wall_ms = wall_ms, .ledger = &ledger}).of(tenant, alice);
  EXPECT_EQ(out.day.most.amount->micros(), 70'000);
  EXPECT_EQ(out.day.most.rule, money::Rule::credit);
}

/// Who knows the password: calls what is dearest or anything, lets it ring, answers together, talks to the last second.
class Thief {
 public:
  explicit Thief(std::uint64_t seed) : random_(seed), plan_(plan_of(random_terms())) {
    bound_ = Exposures(*plan_, {.wall_ms = now_.wall_ms, .ledger = nullptr, .ring_s = 180}).of(tenant, alice);
  }

  void run(int rounds) {
    for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
      if (random_.below(3) != 0)
        for (std::uint64_t calls = random_.below(12); calls > 0; --calls) dial();
      if (random_.below(2) == 0) answer_all();
      pass(static_cast<std::int64_t>(random_.below(random_.below(6) == 0 ? 8'000'000 : 90'000)));
      if (random_.below(4) == 0) hang_up_some();
    }
  }
  std::int64_t spent() const { return spent_; }
  std::int64_t served() const { return served_; }
  /// The greatest part of a bound that it came to.
  double closest() const { return closest_; }
  const Exposure& bound() const { return bound_; }

 private:
  struct Call {
    money::Rate rate;
    TrunkId trunk;
    std::int64_t dialled_ms = 0, answered_ms = -1;
    Times times;
    std::int64_t owed = 0;
  };

  std::uint32_t maybe(std::uint64_t most) {
    return random_.below(3) == 0 ? 0 : 1 + static_cast<std::uint32_t>(random_.below(most));
  }
  void limit(SpendingTerms& terms) {
    if (random_.below(2) == 0) terms.money.day = static_cast<std::int64_t>(random_.below(60'000'000));
    if (random_.below(3) == 0) terms.money.month = static_cast<std::int64_t>(random_.below(200'000'000));
    terms.lines.block_at = maybe(6);
    terms.duration_s = maybe(4'000);
    if (random_.below(2) == 0)
      terms.paces = {{.id = 1,
                      .calls = 1 + static_cast<std::uint32_t>(random_.below(6)),
                      .period_s = 1 + static_cast<std::uint32_t>(random_.below(600)),
                      .distinct = random_.below(4) == 0}};
  }
  std::string random_deck() {
    std::string out = "prefix,rate_per_min,connection_fee,increments\n";
    for (const char* prefix : {"49", "4930", "49900", "44", "4420", "44909", "37190", "1", "1876", "1900", "881", "33"})
      if (random_.below(4) != 0)
        out += std::string(prefix) + ",0." + std::to_string(1'000 + random_.below(9'000)) + ",0." +
               std::to_string(10 + random_.below(90)) + "," + std::to_string(1 + random_.below(120)) + "/" +
               std::to_string(1 + random_.below(60)) + "\n";
    return out;
  }
  Terms random_terms() {
    Terms terms = office(random_deck());
    terms.decks.push_back({"other", deck_of(random_deck())});
    terms.trunks.push_back(trunk_of(2, "second", "other"));
    terms.routes[0].trunks.push_back({"second", {}});
    if (random_.below(2) == 0) {
      RouteTerms home = terms.routes[0];
      home.name = "home";
      home.patterns = {random_.below(2) == 0 ? "+49." : "+4930."};
      home.trunks = {{"second", {}}};
      terms.routes.insert(terms.routes.begin(), home);
    }
    if (random_.below(3) == 0) terms.lists = {{"house", {}, {"blocked +44*", "allowed +442079460000", "fraud +1876*"}}};
    ExtensionTerms& phone = terms.extensions[0];
    phone.reach = random_.below(4) == 0 ? Reach::national : Reach::international;
    phone.allowed_classes = static_cast<ClassSet>(random_.below(2) == 0 ? 0 : random_.next() & costly_classes);
    if (random_.below(3) == 0) phone.countries = *parse_countries("US,GB");
    for (SpendingTerms* each : {&phone.spending, &terms.tenants[0].spending, &terms.system, &terms.trunks[0].spending,
                                &terms.trunks[1].spending})
      limit(*each);
    // Somebody limits the calls at once, so that this ends.
    if (phone.spending.lines.block_at == 0) phone.spending.lines.block_at = 5;
    return terms;
  }

  void dial() {
    constexpr const char* numbers[] = {"0301234567",    "+493012345678", "+4990012345678", "+442079460000",
                                       "+449098790000", "+37190123456",  "+12125550123",   "+18765550123",
                                       "+19005550123",  "+881612345678", "+33142685300",   "+12425550123"};
    const Decision decision = decide(*plan_, now_, {tenant, alice, numbers[random_.below(std::size(numbers))]});
    if (decision.action != Decision::Action::leave) return;
    const Way& way = decision.ways[random_.below(decision.ways.size())];
    const CallId id{++last_};
    const auto grant = desk_.open(now_, parties_of(*plan_, tenant, alice, way.trunk),
                                  {id, CallKey{random_.next() | 1}, decision.number.text(), way.rate, false});
    store();
    if (!grant) return;
    ++served_;
    calls_[id] = {
        .rate = way.rate, .trunk = way.trunk, .dialled_ms = now_.mono_ms, .answered_ms = -1, .times = {}, .owed = 0};
  }
  void answer(CallId id, Call& call) {
    call.answered_ms = now_.mono_ms;
    call.times = desk_.answered(now_, id);
    owe(call);
  }
  void answer_all() {
    for (auto& [id, call] : calls_)
      if (call.answered_ms < 0) answer(id, call);
    check();
  }
  /// What it costs from its beginning to now.
  void owe(Call& call) {
    if (call.answered_ms < 0 || !call.rate.currency()) return;
    const auto seconds = static_cast<std::uint32_t>((now_.mono_ms - call.answered_ms + 999) / 1'000);
    const std::int64_t owed = money::cost(call.rate, seconds).micros();
    spent_ += owed - call.owed;
    call.owed = owed;
  }
  std::int64_t due(const Call& call) const {
    if (call.answered_ms < 0) return call.dialled_ms + 180'000;
    std::int64_t at = call.times.end ? call.answered_ms + call.times.end->cut_after_ms + cut_ms : never_ms;
    if (call.times.extend_after_ms) at = std::min(at, call.answered_ms + *call.times.extend_after_ms);
    return at;
  }
  void pass(std::int64_t ms) {
    const std::int64_t until = now_.mono_ms + ms;
    while (now_.mono_ms < until) {
      std::int64_t next = until;
      for (const auto& [id, call] : calls_) next = std::min(next, due(call));
      next = std::max(next, now_.mono_ms);
      now_.wall_ms += next - now_.mono_ms;
      now_.mono_ms = next;
      bool any = false;
      for (auto at = calls_.begin(); at != calls_.end();) {
        auto& [id, call] = *at;
        const bool is_due = due(call) <= now_.mono_ms;
        any = any || is_due;
        owe(call);
        if (is_due && !turn(id, call))
          at = calls_.erase(at);
        else
          ++at;
      }
      check();
      if (!any) return;
    }
  }
  /// False: it is over.
  bool turn(CallId id, Call& call) {
    if (call.answered_ms < 0) {
      answer(id, call);
      return true;
    }
    if (call.times.end && now_.mono_ms >= call.answered_ms + call.times.end->cut_after_ms + cut_ms) {
      close(id, call);
      return false;
    }
    const auto more = desk_.extend(now_, parties_of(*plan_, tenant, alice, call.trunk), id);
    store();
    call.times = desk_.times(id);
    if (!more && call.times.extend_after_ms && call.answered_ms + *call.times.extend_after_ms <= now_.mono_ms)
      call.times.extend_after_ms.reset();
    return true;
  }
  void close(CallId id, const Call& call) { desk_.close(now_, id, now_.mono_ms - call.answered_ms); }
  void hang_up_some() {
    for (auto at = calls_.begin(); at != calls_.end();) {
      if (at->second.answered_ms < 0 || random_.below(3) != 0) {
        ++at;
        continue;
      }
      owe(at->second);
      close(at->first, at->second);
      at = calls_.erase(at);
    }
    store();
    check();
  }
  void store() {
    while (desk_.wants_writing(now_)) desk_.written(now_, desk_.take_writing().last, true);
  }
  /// What was spent in any window that ends now.
  void check() {
    seen_.emplace_back(now_.mono_ms, spent_);
    const std::pair<const Held*, std::int64_t> windows[] = {
        {&bound_.hour, 3'600'000}, {&bound_.day, 86'400'000}, {&bound_.month, 31 * 86'400'000ll}};
    for (const auto& [held, ms] : windows) {
      if (!held->most.amount || held->most.amount->micros() == 0) {
        EXPECT_TRUE(!held->most.amount || spent_ == 0);
        continue;
      }
      const auto from = std::lower_bound(seen_.begin(), seen_.end(), std::pair{now_.mono_ms - ms + 1, INT64_MIN});
      closest_ = std::max(
          closest_, static_cast<double>(spent_ - from->second) / static_cast<double>(held->most.amount->micros()));
      EXPECT_LE(spent_ - from->second, held->most.amount->micros())
          << "in " << ms << " ms, held by rule " << static_cast<int>(held->most.rule) << " prefix " << bound_.prefix;
    }
  }

  static constexpr std::int64_t cut_ms = 10'000;
  Random random_;
  Now now_{5'000, wall_ms};
  PlanRef plan_;
  MoneyLimits money_{.accounts = 64, .reservations = 256};
  Desk desk_{{.money = money_, .toll = {.pace_records = 64, .pace_destinations = 512, .line_calls = 256}, .seed = 1},
             money::Ledger(euro(), money_, HashKey(1))};
  Exposure bound_;
  std::map<CallId, Call> calls_;
  std::uint64_t last_ = 0;
  std::int64_t spent_ = 0, served_ = 0;
  double closest_ = 0;
  std::deque<std::pair<std::int64_t, std::int64_t>> seen_;
};

TEST(Exposure, NoThiefWithThePasswordEverSpendsMoreThanTheBoundInAnyHourDayOrMonth) {
  std::int64_t served = 0, paid = 0;
  double closest = 0;
  for (std::uint64_t seed = 1; seed <= 1'200 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Thief thief(seed);
    thief.run(300);
    served += thief.served();
    paid += thief.spent() > 0;
    closest = std::max(closest, thief.closest());
  }
  EXPECT_GT(served, 10'000);
  EXPECT_GT(paid, 600) << "thieves that find something to steal";
  EXPECT_GT(closest, 0.5) << "the bound is not met by being far away";
  RecordProperty("calls", std::to_string(served));
  RecordProperty("thieves_that_stole", std::to_string(paid));
  RecordProperty("closest_part_of_a_bound", std::to_string(closest));
}

}  // namespace
}  // namespace rf::toll
