// Thousands of seeded interleavings of calls, failing disks, clocks and crashes: nothing leaks, nobody spends more than
// a cap, and a call that is cut in time never costs more than was reserved.
#include <gtest/gtest.h>

#include <map>

#include "core/base/random.hpp"
#include "tests/unit/toll/desk_world.hpp"

namespace rf::toll {
namespace {

struct Phone {
  money::Rate rate;
  std::int64_t answered_ms = -1;
  Times times;  ///< in force: what is on disk
  std::optional<Grant> waits;
};

/// One random life of a desk.
class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {
    const auto cap = [&]() -> std::optional<std::int64_t> {
      if (random_.below(3) == 0) return std::nullopt;
      return static_cast<std::int64_t>(random_.below(8'000'000));
    };
    for (SpendingTerms* terms : {&w_.extension, &w_.department, &w_.tenant, &w_.system, &w_.trunk_spending}) {
      terms->money.day = cap();
      terms->money.month = cap();
      terms->duration_s = random_.below(4) == 0 ? static_cast<std::uint32_t>(random_.below(300)) : 0;
    }
    w_.extension.paces = {{.id = 1, .calls = 8, .period_s = 20, .distinct = false}};
    w_.trunk.block_at = static_cast<std::uint32_t>(random_.below(8));
    w_.both.block_at = static_cast<std::uint32_t>(random_.below(8));
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      ASSERT_EQ(w_.desk->audit(), std::nullopt);
      ASSERT_EQ(w_.desk->calls(), calls_.size());
      check_caps();
    }
    end_all();
  }

 private:
  void step() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
        return open();
      case 3:
        return answer();
      case 4:
      case 5:
        return pass(static_cast<std::int64_t>(random_.below(20'000)));
      case 6:
        return hang_up();
      case 7:
        return write(random_.below(4) != 0);
      case 8:
        return fail_over();
      case 9:
        if (random_.below(20) == 0)
          w_.now.wall_ms += static_cast<std::int64_t>(random_.below(100'000'000)) - 50'000'000;
        return;
      case 10:
        if (random_.below(10) == 0) crash();
        return;
      default:
        return write(true);
    }
  }
  money::Rate some_rate() {
    if (random_.below(8) == 0) return {};
    return w_.rate_of(static_cast<std::int64_t>(random_.below(3'000'000)),
                      1 + static_cast<std::uint32_t>(random_.below(60)),
                      1 + static_cast<std::uint32_t>(random_.below(60)),
                      random_.below(2) == 0 ? 0 : static_cast<std::int64_t>(random_.below(200'000)));
  }
  void open() {
    const CallId id{++last_};
    const money::Rate rate = some_rate();
    const bool emergency = random_.below(20) == 0;
    const auto grant = w_.desk->open(w_.now, w_.parties(40 + random_.below(2), 1'001 + random_.below(2)),
                                     {id, CallKey{random_.next() | 1}, "+4930", rate, emergency});
    if (!grant) return;
    EXPECT_EQ(grant->entry == 0, emergency || !rate.currency());
    calls_[id] = {.rate = emergency ? money::Rate{} : rate, .answered_ms = -1, .times = grant->times, .waits = *grant};
  }
  std::map<CallId, Phone>::iterator some_call() {
    auto call = calls_.begin();
    if (!calls_.empty()) std::advance(call, static_cast<std::ptrdiff_t>(random_.below(calls_.size())));
    return call;
  }
  /// Only a call whose reservation is on disk has left, and can be answered.
  void answer() {
    const auto call = some_call();
    if (call == calls_.end() || call->second.waits || call->second.answered_ms >= 0) return;
    call->second.answered_ms = w_.now.mono_ms;
    call->second.times = w_.desk->answered(w_.now, call->first);
  }
  void pass(std::int64_t ms) {
    // No call is passed over: each that has to be extended or cut before is.
    const std::int64_t until = w_.now.mono_ms + ms;
    for (;;) {
      std::int64_t next = until;
      for (const auto& [id, phone] : calls_) next = std::min(next, due(phone));
      w_.advance(std::max<std::int64_t>(next - w_.now.mono_ms, 0));
      bool any = false;
      for (auto call = calls_.begin(); call != calls_.end();) {
        auto& [id, phone] = *call;
        if (phone.answered_ms < 0 || due(phone) > w_.now.mono_ms) {
          ++call;
          continue;
        }
        any = true;
        if (phone.times.end && phone.times.end->cut_after_ms <= w_.now.mono_ms - phone.answered_ms) {
          // The carrier's clock stops some time later.
          close(id, phone, w_.now.mono_ms - phone.answered_ms + static_cast<std::int64_t>(random_.below(10'001)));
          call = calls_.erase(call);
          continue;
        }
        extend(id, phone);
        ++call;
      }
      if (!any && next >= until) return;
    }
  }
  static std::int64_t due(const Phone& phone) {
    if (phone.answered_ms < 0) return never_ms;
    std::int64_t at = phone.times.end ? phone.answered_ms + phone.times.end->cut_after_ms : never_ms;
    if (phone.times.extend_after_ms) at = std::min(at, phone.answered_ms + *phone.times.extend_after_ms);
    return at;
  }
  void extend(CallId id, Phone& phone) {
    const auto more = w_.desk->extend(w_.now, w_.parties(), id);
    phone.times.extend_after_ms.reset();
    if (more)
      phone.waits = *more;  // until it is on disk, the former end stands
    else if (const Times times = w_.desk->times(id); times.extend_after_ms)
      phone.times.extend_after_ms = times.extend_after_ms;
  }
  void close(CallId id, const Phone& phone, std::optional<std::int64_t> talked_ms) {
    const Bill bill = w_.desk->close(w_.now, id, talked_ms);
    if (phone.rate.currency()) {
      EXPECT_EQ(bill.overrun, 0);
      EXPECT_LE(bill.cost, bill.reserved);
    }
  }
  void hang_up() {
    const auto call = some_call();
    if (call == calls_.end()) return;
    const Phone& phone = call->second;
    close(call->first, phone, phone.answered_ms < 0 ? std::nullopt : std::optional(w_.now.mono_ms - phone.answered_ms));
    calls_.erase(call);
  }
  void fail_over() {
    const auto call = some_call();
    if (call == calls_.end() || call->second.answered_ms >= 0) return;
    const money::Rate rate = some_rate();
    const bool emergency = w_.desk->times(call->first) == Times{} && !call->second.rate.currency();
    const auto next = w_.desk->next_way(w_.now, w_.parties(40 + random_.below(3)), call->first, rate);
    if (!next) {
      close(call->first, call->second, std::nullopt);
      calls_.erase(call);
      return;
    }
    if (!emergency) call->second.rate = rate;
    call->second.waits = *next;
    call->second.times = next->times;
  }
  void write(bool ok) {
    if (!w_.desk->wants_writing(w_.now)) return;
    const Writing writing = w_.desk->take_writing();
    ok = ok && w_.put(writing);
    w_.desk->written(w_.now, writing.last, ok);
    const std::uint64_t last = w_.disk.empty() ? 0 : w_.disk.back().number;
    for (auto& [id, phone] : calls_) {
      if (!phone.waits || phone.waits->entry > last) continue;
      phone.waits.reset();
      phone.times = w_.desk->times(id);
    }
  }
  void crash() {
    w_.crash({});
    calls_.clear();
  }
  void end_all() {
    while (!calls_.empty() && !testing::Test::HasFailure()) hang_up();
    EXPECT_EQ(w_.desk->lines().calls(), 0u);
    EXPECT_EQ(w_.desk->ledger().calls(), 0u);
    w_.advance(2'000);
    w_.store();
    const money::Snapshot before = w_.desk->ledger().snapshot();
    w_.crash({});
    EXPECT_EQ(w_.desk->ledger().snapshot().accounts, before.accounts) << "the disk tells the same";
  }
  void check_caps() {
    for (const money::AccountState& account : w_.desk->ledger().snapshot().accounts)
      for (const money::Limit limit : {money::Limit::day, money::Limit::month})
        EXPECT_TRUE(!account.has(limit) || account.purse(limit).left() >= 0);
  }

  Random random_;
  World w_;
  std::map<CallId, Phone> calls_;
  std::uint64_t last_ = 0;
};

TEST(DeskProperty, NothingLeaksAndNoCapIsPassedUnderAnyInterleavingOfCallsDisksClocksAndCrashes) {
  for (std::uint64_t seed = 1; seed <= 1'500 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Life(seed).run(200);
  }
}

}  // namespace
}  // namespace rf::toll
