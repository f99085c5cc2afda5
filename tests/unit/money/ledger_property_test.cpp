// Thousands of seeded interleavings beside a model that is too simple to be wrong: every chunk of every call on a list.
#include <gtest/gtest.h>

#include <map>

#include "core/base/random.hpp"
#include "core/money/ledger.hpp"

namespace rf::money {
namespace {

constexpr std::int64_t hour = 3'600'000, day_ms = 24 * hour;
const Currency eur = *Currency::parse("EUR");

Amount micros(std::int64_t value) {
  return *Amount::of_micros(value, eur);
}

struct Sum {
  std::int64_t settled = 0, reserved = 0;
};

/// One account with the sums of every day and month there ever was.
struct Book {
  AccountLimits limits;
  std::int64_t topped_up = 0;
  std::int64_t unpaid = 0;  ///< spent while it was not prepaid: no matter of its credit
  int day = 0, month = 0;
  std::map<int, Sum> days, months;
  Sum ever;
};

struct Chunk {
  std::int64_t amount;
  std::map<AccountId, std::pair<int, int>> periods;  ///< day and month it was reserved in
};

struct Model {
  std::map<AccountId, Book> books;
  std::map<CallId, std::vector<Chunk>> calls, presumed;
  std::map<CallId, std::vector<AccountId>> payers;

  static std::int64_t total(const std::vector<Chunk>& chunks) {
    std::int64_t sum = 0;
    for (const Chunk& chunk : chunks) sum += chunk.amount;
    return sum;
  }
  bool allows(const std::vector<AccountId>& accounts, std::int64_t amount) {
    for (const AccountId id : accounts) {
      Book& book = books.at(id);
      if (book.limits.locked) return false;
      if (amount == 0) continue;
      const auto left = [](std::int64_t limit, const Sum& sum) { return limit - sum.settled - sum.reserved; };
      if (book.limits.day && left(*book.limits.day, book.days[book.day]) < amount) return false;
      if (book.limits.month && left(*book.limits.month, book.months[book.month]) < amount) return false;
      if (book.limits.prepaid && left(book.topped_up + book.unpaid, book.ever) < amount) return false;
    }
    return true;
  }
  void hold(CallId call, std::int64_t amount) {
    Chunk chunk{amount, {}};
    for (const AccountId id : payers[call]) {
      Book& book = books.at(id);
      chunk.periods[id] = {book.day, book.month};
      for (Sum* sum : {&book.days[book.day], &book.months[book.month], &book.ever}) sum->reserved += amount;
    }
    calls[call].push_back(chunk);
  }
  /// Spends chunk after chunk; `sign` -1 takes such a settlement back.
  void spend(CallId call, const std::vector<Chunk>& chunks, std::int64_t actual, int sign) {
    for (const AccountId id : payers[call]) {
      Book& book = books.at(id);
      std::int64_t unspent = actual;
      for (const Chunk& chunk : chunks) {
        const std::int64_t used = std::min(unspent, chunk.amount);
        unspent -= used;
        const auto [day, month] = chunk.periods.at(id);
        for (Sum* sum : {&book.days[day], &book.months[month], &book.ever}) sum->settled += sign * used;
      }
      for (Sum* sum : {&book.days[book.day], &book.months[book.month], &book.ever}) sum->settled += sign * unspent;
    }
  }
  void release(CallId call, const std::vector<Chunk>& chunks) {
    for (const AccountId id : payers[call])
      for (const Chunk& chunk : chunks) {
        Book& book = books.at(id);
        const auto [day, month] = chunk.periods.at(id);
        for (Sum* sum : {&book.days[day], &book.months[month], &book.ever}) sum->reserved -= chunk.amount;
      }
  }
};

/// A world of few accounts, so that everything meets everything.
class World {
 public:
  World(std::uint64_t seed, bool honest) : random_(seed), honest_(honest) {
    bounds_.accounts = 12;
    bounds_.reservations = 24;
    for (std::uint64_t i = 0; i < 4; ++i) ids_.push_back({Level::extension, i});
    for (std::uint64_t i = 0; i < 2; ++i) ids_.push_back({Level::tenant, i});
    for (const Level level : {Level::department, Level::trunk, Level::system}) ids_.push_back({level, 1});
    ledger_.emplace(eur, bounds_, HashKey(seed));
    replica_.emplace(eur, bounds_, HashKey(seed + 1));
    base_ = ledger_->snapshot();
    for (const AccountId id : ids_) set_limits(id);
  }

  void run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFatalFailure(); ++step) {
      now_ += static_cast<std::int64_t>(random_.below(2 * hour));
      const std::uint64_t what = random_.below(100);
      if (what < 30)
        reserve();
      else if (what < 52)
        extend();
      else if (what < 76)
        settle();
      else if (what < 88)
        roll();
      else if (what < 92)
        set_limits(ids_[random_.below(ids_.size())]);
      else if (what < 96)
        top_up();
      else if (what < 98)
        correct();
      else
        crash();
      compare();
    }
  }

 private:
  std::int64_t some() { return static_cast<std::int64_t>(random_.below(random_.below(2) ? 40 : 400)); }

  /// An entry reaches the disk, and a fellow that knows nothing else.
  void enter(const LedgerEntry& entry) {
    torn_from_ = journal_.size();
    before_last_ = replica_->snapshot();
    write_entry(entry, journal_);
    entries_.push_back(entry);
    ASSERT_TRUE(replica_->replay(entry));
    ASSERT_TRUE(replica_->replay(entry)) << "twice changes nothing";
    ASSERT_EQ(replica_->snapshot(), ledger_->snapshot());
  }

  void reserve() {
    const CallId call{++last_call_};
    std::vector<AccountId> accounts;
    for (const AccountId id : ids_)
      if (random_.below(2)) accounts.push_back(id);
    if (accounts.empty() || accounts.size() > 8) return;
    const std::int64_t amount = some();
    const bool has_room = model_.calls.size() + model_.presumed.size() < bounds_.reservations;
    const auto done = ledger_->reserve(call, accounts, micros(amount), now_);
    ASSERT_EQ(done.has_value(), has_room && model_.allows(accounts, amount));
    if (!done) return;
    model_.payers[call] = accounts;
    model_.hold(call, amount);
    enter(*done);
  }

  std::optional<CallId> pick(const std::map<CallId, std::vector<Chunk>>& calls) {
    if (calls.empty()) return std::nullopt;
    auto one = calls.begin();
    std::advance(one, random_.below(calls.size()));
    return one->first;
  }

  void extend() {
    const auto call = pick(model_.calls);
    if (!call) return;
    const std::int64_t more = some();
    const auto room = ledger_->headroom(*call);
    const auto done = ledger_->extend(*call, micros(more), now_);
    ASSERT_EQ(done.has_value(), model_.allows(model_.payers[*call], more));
    ASSERT_EQ(done.has_value(), room && (more == 0 || !*room || **room >= micros(more))) << "headroom says it before";
    if (!done) return;
    model_.hold(*call, more);
    enter(*done);
  }

  void settle() {
    const auto call = pick(model_.calls);
    if (!call) return;
    const std::vector<Chunk> chunks = model_.calls[*call];
    const std::int64_t held = Model::total(chunks);
    std::int64_t actual = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(held) + 1));
    if (!honest_ && random_.below(10) == 0) actual = held + some();
    const auto done = actual == 0 ? ledger_->cancel(*call, now_) : ledger_->settle(*call, micros(actual), now_);
    ASSERT_TRUE(done);
    ASSERT_EQ(done->returned.micros() - done->overrun.micros(), held - actual);
    model_.release(*call, chunks);
    model_.spend(*call, chunks, actual, 1);
    model_.calls.erase(*call);
    enter(done->entry);
  }

  void roll() {
    const AccountId id = ids_[random_.below(ids_.size())];
    // Every account lives in a zone of its own; sometimes the clock is wrong by days.
    const std::int64_t zone = static_cast<std::int64_t>(id.id * 5 + static_cast<std::uint64_t>(id.level) * 3) * hour;
    const std::int64_t wrong = random_.below(12) ? 0 : (static_cast<std::int64_t>(random_.below(5)) - 2) * day_ms;
    const std::int64_t wall = now_ + wrong;
    const std::int64_t day = (wall + zone) / day_ms * day_ms - zone;
    const std::int64_t month = (wall + zone) / (28 * day_ms) * (28 * day_ms) - zone;
    const Periods periods{day, day + day_ms, month, month + 28 * day_ms};
    const Periods present = ledger_->find(id)->periods;
    const auto done = ledger_->set_periods(id, periods, wall);
    ASSERT_TRUE(done);
    if (!*done) return;
    if (present.day_end_ms != 0 && day >= present.day_end_ms) ++model_.books[id].day;
    if (present.month_end_ms != 0 && month >= present.month_end_ms) ++model_.books[id].month;
    enter(**done);
  }

  void set_limits(AccountId id) {
    AccountLimits limits;
    Book& book = model_.books[id];
    if (honest_) {
      // Caps only rise, so that nothing may ever be overdrawn.
      const bool unused = book.days.empty();
      if (book.limits.day || (unused && random_.below(3))) limits.day = 2'000 + 10 * rises_;
      if (book.limits.month || (unused && random_.below(3))) limits.month = 9'000 + 10 * rises_;
      rises_ += 1;
      if (book.limits.day) limits.day = std::max(*book.limits.day, limits.day.value_or(0));
      if (book.limits.month) limits.month = std::max(*book.limits.month, limits.month.value_or(0));
      limits.prepaid = book.limits.prepaid || (unused && random_.below(3) == 0);
    } else {
      if (random_.below(2)) limits.day = static_cast<std::int64_t>(random_.below(3'000));
      if (random_.below(2)) limits.month = static_cast<std::int64_t>(random_.below(9'000));
      limits.prepaid = random_.below(3) == 0;
      limits.locked = random_.below(12) == 0;
    }
    limits.warn_percent = {50, 90};
    const auto done = ledger_->set_limits(id, limits, now_);
    ASSERT_TRUE(done);
    if (limits.prepaid && !book.limits.prepaid) book.unpaid += book.ever.settled;
    if (!limits.prepaid && book.limits.prepaid) book.unpaid -= book.ever.settled;
    book.limits = limits;
    enter(*done);
  }

  void top_up() {
    const AccountId id = ids_[random_.below(ids_.size())];
    const std::int64_t amount = 3 * some() - (honest_ ? 0 : 300);
    const Book& book = model_.books[id];
    const std::int64_t left = book.topped_up + book.unpaid - book.ever.settled - book.ever.reserved;
    const auto done = ledger_->top_up(id, micros(amount), now_);
    ASSERT_EQ(done.has_value(), book.limits.prepaid && (amount >= 0 || left + amount >= 0));
    if (!done) return;
    model_.books[id].topped_up += amount;
    enter(*done);
  }

  void correct() {
    const auto call = pick(model_.presumed);
    if (!call) return;
    const std::vector<Chunk> chunks = model_.presumed[*call];
    const std::int64_t held = Model::total(chunks);
    const auto actual = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(held) + 1));
    const auto done = ledger_->correct(*call, micros(actual), now_);
    ASSERT_TRUE(done);
    model_.spend(*call, chunks, held, -1);
    model_.spend(*call, chunks, actual, 1);
    model_.presumed.erase(*call);
    enter(done->entry);
  }

  /// The power goes, perhaps in the middle of the last write; what is on the disk is all there is.
  void crash() {
    const std::size_t cut = torn_from_ + random_.below(journal_.size() - torn_from_);
    const auto torn = read_journal(std::span(journal_).first(cut));
    ASSERT_TRUE(torn);
    ASSERT_EQ(torn->torn, cut != torn_from_);
    ASSERT_EQ(torn->good_bytes, torn_from_);
    const auto without = Ledger::restore(base_, torn->entries, bounds_, HashKey(random_.next()));
    ASSERT_TRUE(without);
    ASSERT_EQ(without->snapshot(), before_last_);

    const auto journal = read_journal(journal_);
    ASSERT_TRUE(journal && !journal->torn);
    ASSERT_EQ(journal->entries, entries_);
    auto whole = Ledger::restore(base_, journal->entries, bounds_, HashKey(random_.next()));
    ASSERT_TRUE(whole);
    ASSERT_EQ(whole->snapshot(), ledger_->snapshot());
    // From a later snapshot with the same journal: what it holds already is passed over.
    const auto again = Ledger::restore(ledger_->snapshot(), journal->entries, bounds_, HashKey(random_.next()));
    ASSERT_TRUE(again);
    ASSERT_EQ(again->snapshot(), ledger_->snapshot());

    ledger_.emplace(std::move(*whole));
    for (auto& [call, chunks] : model_.calls) {
      model_.release(call, chunks);
      model_.spend(call, chunks, Model::total(chunks), 1);
      model_.presumed[call] = chunks;
    }
    model_.calls.clear();
    std::vector<LedgerEntry> presumed;
    ledger_->presume_open_calls(now_, presumed);
    for (const LedgerEntry& entry : presumed) {
      write_entry(entry, journal_);
      ASSERT_TRUE(replica_->replay(entry));
    }
    ASSERT_EQ(replica_->snapshot(), ledger_->snapshot());
    // A new snapshot, and the journal begins anew behind it.
    base_ = ledger_->snapshot();
    before_last_ = base_;
    journal_.clear();
    entries_.clear();
    torn_from_ = 0;
    enter(*ledger_->set_limits(ids_[0], model_.books[ids_[0]].limits, now_));
  }

  void compare() {
    ASSERT_FALSE(ledger_->audit());
    for (auto& [id, book] : model_.books) {
      const AccountState& state = *ledger_->find(id);
      const auto agree = [](const Purse& purse, const Sum& sum) {
        ASSERT_EQ(purse.settled, sum.settled);
        ASSERT_EQ(purse.reserved, sum.reserved);
      };
      agree(state.purse(Limit::day), book.days[book.day]);
      agree(state.purse(Limit::month), book.months[book.month]);
      agree(state.purse(Limit::credit), book.ever);
      if (book.limits.prepaid) {
        ASSERT_EQ(state.purse(Limit::credit).left(),
                  book.topped_up + book.unpaid - book.ever.settled - book.ever.reserved);
      }
      if (honest_) nothing_is_overdrawn(book);
    }
    calls_and_accounts_agree();
  }

  /// Not in any period, also none that is over.
  void nothing_is_overdrawn(const Book& book) {
    for (const auto& [number, sum] : book.days)
      if (book.limits.day) {
        ASSERT_LE(sum.settled + sum.reserved, *book.limits.day);
      }
    for (const auto& [number, sum] : book.months)
      if (book.limits.month) {
        ASSERT_LE(sum.settled + sum.reserved, *book.limits.month);
      }
    if (book.limits.prepaid) {
      ASSERT_GE(book.topped_up + book.unpaid - book.ever.settled - book.ever.reserved, 0);
    }
  }

  void calls_and_accounts_agree() {
    std::map<AccountId, std::int64_t> reserved;
    for (const auto& [call, chunks] : model_.calls) {
      ASSERT_EQ(ledger_->reserved(call), micros(Model::total(chunks)));
      for (const AccountId id : model_.payers[call]) reserved[id] += Model::total(chunks);
    }
    for (const AccountId id : ids_) ASSERT_EQ(ledger_->find(id)->purse(Limit::credit).reserved, reserved[id]);
    ASSERT_EQ(ledger_->calls(), model_.calls.size() + model_.presumed.size());
  }

  Random random_;
  bool honest_;
  MoneyLimits bounds_;
  std::vector<AccountId> ids_;
  std::optional<Ledger> ledger_, replica_;
  Snapshot base_, before_last_;
  std::vector<std::uint8_t> journal_;
  std::vector<LedgerEntry> entries_;
  std::size_t torn_from_ = 0;
  Model model_;
  std::int64_t now_ = 20'000 * day_ms;
  std::int64_t rises_ = 0;
  std::uint64_t last_call_ = 0;
};

TEST(LedgerProperty, NotOneMicroUnitIsLostOrCountedTwiceWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 24 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World(seed, false).run(1'500);
  }
}

TEST(LedgerProperty, NothingIsOverdrawnWhileNobodyLowersALimitAndCallsAreCutInTime) {
  for (std::uint64_t seed = 101; seed <= 124 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World(seed, true).run(1'500);
  }
}

TEST(Journal, ReadsBackEveryKindOfEntryAndNothingBroken) {
  Random random(5);
  std::vector<LedgerEntry> all;
  AccountLimits limits;
  limits.day = 5;
  limits.prepaid = true;
  limits.warn_percent = {1, 2, 3, 4};
  AccountList list;
  list.count = 8;
  for (std::uint64_t i = 0; i < 8; ++i) list.ids[i] = {static_cast<Level>(i % levels), ~i};
  const AccountId id{Level::system, 77};
  for (const Change& change :
       {Change(Reserved{CallId{1}, list, 9}), Change(Extended{CallId{2}, 3}), Change(Settled{CallId{3}, 4}),
        Change(Presumed{CallId{5}}), Change(Corrected{CallId{6}, 7}), Change(ToppedUp{id, -8}),
        Change(LimitsSet{id, limits}), Change(PeriodsSet{id, {-1, 2, -3, 4}, true}), Change(Closed{id})})
    all.push_back({all.size() + 1, -5, eur, change});
  std::vector<std::uint8_t> bytes;
  std::vector<std::size_t> ends;
  for (const LedgerEntry& entry : all) {
    write_entry(entry, bytes);
    ends.push_back(bytes.size());
  }
  ASSERT_EQ(read_journal(bytes)->entries, all);

  // Cut anywhere: all whole entries and no others.
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const auto journal = read_journal(std::span(bytes).first(cut));
    ASSERT_TRUE(journal) << cut;
    const auto whole = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin());
    ASSERT_EQ(journal->entries.size(), whole) << cut;
    ASSERT_EQ(journal->torn, whole == 0 ? cut != 0 : ends[whole - 1] != cut) << cut;
  }
  // One bit turned in the first entry is damage, not a torn end; in the last one it is a torn end.
  for (std::size_t bit = 16; bit < ends[0] * 8; ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    ASSERT_FALSE(read_journal(damaged)) << bit;
  }
  auto damaged = bytes;
  damaged.back() ^= 1;
  ASSERT_EQ(read_journal(damaged)->entries.size(), all.size() - 1);
  damaged = bytes;
  damaged.resize(bytes.size() + 4'096);
  ASSERT_TRUE(read_journal(damaged) && read_journal(damaged)->torn);
  ASSERT_EQ(read_journal(damaged)->entries.size(), all.size());
}

}  // namespace
}  // namespace rf::money
