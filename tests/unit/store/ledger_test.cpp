// The ledger on disk: no gap, nothing twice, and whoever is killed while it is compacted loses nothing.
#include "shell/store/ledger.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <soci/sqlite3/soci-sqlite3.h>

#include "core/money/snapshot.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;

const money::Currency eur = *money::Currency::parse("EUR");
constexpr MoneyLimits bounds{.accounts = 64, .reservations = 64};
constexpr money::AccountId ann{money::Level::extension, 1}, everybody{money::Level::system, 0};

class LedgerStore : public Scratch {
 protected:
  /// A ledger that lived a little, with everything it wrote.
  void live(std::uint64_t calls) {
    note(ledger_.set_limits(ann, {.day = 5'000'000, .month = {}, .prepaid = false, .locked = false, .warn_percent = {}},
                            day));
    note(ledger_.set_limits(everybody, {}, day));
    const money::AccountId accounts[] = {ann, everybody};
    for (std::uint64_t i = 1; i <= calls; ++i) {
      const auto entry = ledger_.reserve(CallId{i}, accounts, *money::Amount::of_micros(1'000, eur), day);
      note(entry);
      if (i % 3 == 0) note(ledger_.settle(CallId{i}, *money::Amount::of_micros(700, eur), day)->entry);
    }
  }
  void note(const money::LedgerEntry& entry) { entries_.push_back(entry); }
  template <class Result>
  void note(const Result& result) {
    ASSERT_TRUE(result);
    entries_.push_back(*result);
  }
  /// What a start would make of the disk.
  money::Snapshot restored(Store& store) {
    const auto disk = store.load_ledger();
    EXPECT_TRUE(disk) << (disk ? "" : disk.error().text);
    if (!disk) return {};
    const money::Snapshot nothing{.currency = eur, .number = 0, .accounts = {}, .calls = {}};
    const auto ledger = money::Ledger::restore(disk->snapshot.value_or(nothing), disk->entries, bounds, HashKey(3));
    EXPECT_TRUE(ledger);
    return ledger ? ledger->snapshot() : money::Snapshot{};
  }
  bool put(StoreWriter& writer, std::span<const money::LedgerEntry> entries) {
    const std::uint64_t ticket = ++ticket_;
    if (!writer.push(effect::WriteLedger{ticket, {entries.begin(), entries.end()}}) || !writer.flush()) return false;
    const std::lock_guard lock(mutex_);
    return answers_[ticket];
  }
  std::unique_ptr<StoreWriter> start() {
    auto writer = StoreWriter::start(
        options_, {.group_window_ms = 0},
        [this](std::span<const engine::Stored> stored) {
          const std::lock_guard lock(mutex_);
          for (const engine::Stored& one : stored) answers_[one.ticket] = one.ok;
        },
        nullptr);
    EXPECT_TRUE(writer);
    return std::move(*writer);
  }

  money::Ledger ledger_{eur, bounds, HashKey(1)};
  std::vector<money::LedgerEntry> entries_;
  std::uint64_t ticket_ = 0;
  std::mutex mutex_;
  std::map<std::uint64_t, bool> answers_;
};

TEST_F(LedgerStore, ComesBackAsItWasWritten) {
  Store store = open_store();
  EXPECT_TRUE(store.load_ledger()->is_new());
  live(20);
  auto writer = start();
  EXPECT_TRUE(put(*writer, std::span(entries_).first(5)));
  EXPECT_TRUE(put(*writer, std::span(entries_).subspan(5)));
  EXPECT_EQ(store.load_ledger()->entries, entries_);
  EXPECT_EQ(restored(store), ledger_.snapshot());
}

TEST_F(LedgerStore, EntriesThatAreGivenAgainAreWrittenOnce) {
  Store store = open_store();
  live(10);
  auto writer = start();
  EXPECT_TRUE(put(*writer, std::span(entries_).first(7)));
  EXPECT_TRUE(put(*writer, std::span(entries_).first(4)));
  EXPECT_TRUE(put(*writer, entries_));
  EXPECT_EQ(store.load_ledger()->entries, entries_);
}

TEST_F(LedgerStore, EntriesThatDoNotFollowAreRefusedAndTheOthersOfTheirGroupAreNot) {
  Store store = open_store();
  live(10);
  auto writer = start();
  EXPECT_TRUE(put(*writer, std::span(entries_).first(3)));
  ASSERT_TRUE(writer->push(effect::OpenCdr{1'001, open_cdr(1)}));
  EXPECT_FALSE(put(*writer, std::span(entries_).subspan(4))) << "the fourth is missing";
  EXPECT_TRUE(answers_[1'001]);
  EXPECT_EQ(store.load_ledger()->last(), 3u);
  EXPECT_TRUE(put(*writer, std::span(entries_).subspan(3)));
  EXPECT_EQ(restored(store), ledger_.snapshot());
}

TEST_F(LedgerStore, GoesOnAfterARestartAndAfterACompaction) {
  Store store = open_store();
  live(10);
  EXPECT_TRUE(put(*start(), std::span(entries_).first(9)));
  EXPECT_TRUE(put(*start(), std::span(entries_).subspan(9)));
  ASSERT_TRUE(store.compact_ledger(ledger_.snapshot()));
  EXPECT_TRUE(store.load_ledger()->entries.empty());
  EXPECT_EQ(restored(store), ledger_.snapshot());
  const std::size_t before = entries_.size();
  note(ledger_.settle(CallId{1}, *money::Amount::of_micros(5, eur), day)->entry);
  EXPECT_TRUE(put(*start(), std::span(entries_).subspan(before)));
  EXPECT_EQ(restored(store), ledger_.snapshot());
}

TEST_F(LedgerStore, ASnapshotThatIsNotOfTheLastEntryIsRefused) {
  Store store = open_store();
  live(5);
  const money::Snapshot before = ledger_.snapshot();
  note(ledger_.settle(CallId{1}, *money::Amount::of_micros(5, eur), day)->entry);
  ASSERT_TRUE(store.append_ledger(entries_));
  const auto done = store.compact_ledger(before);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::damaged_ledger);
}

TEST_F(LedgerStore, WhatTheCommandLineAppendsHasToFollow) {
  Store store = open_store();
  live(5);
  EXPECT_TRUE(store.append_ledger(entries_));
  EXPECT_FALSE(store.append_ledger(entries_)) << "somebody else was faster";
}

TEST_F(LedgerStore, DamageIsToldWithItsPlaceAndTheRemedy) {
  Store store = open_store();
  live(5);
  ASSERT_TRUE(store.append_ledger(entries_));
  const auto expect_damage = [&](const std::string& sql, const std::string& where) {
    {
      auto session = raw();
      *session << "UPDATE ledger SET entry = entry";
      *session << sql;
    }
    const auto disk = store.load_ledger();
    ASSERT_FALSE(disk) << sql;
    EXPECT_EQ(disk.error().fault, Fault::damaged_ledger);
    EXPECT_THAT(disk.error().text, HasSubstr(where));
    EXPECT_THAT(disk.error().text, HasSubstr("backup"));
  };
  expect_damage("UPDATE ledger SET entry = REPLACE(entry, '0', '1') WHERE number = 6", "entry 6");
  expect_damage("UPDATE ledger SET entry = SUBSTR(entry, 1, 20) WHERE number = 5", "entry 5");
  expect_damage("UPDATE ledger SET entry = 'nonsense' WHERE number = 4", "entry 4");
  expect_damage("DELETE FROM ledger WHERE number = 3", "entry 3 is missing");
  expect_damage("UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE number = 1) WHERE number = 2", "entry 2");
  ASSERT_TRUE(store.compact_ledger(ledger_.snapshot()));
  EXPECT_EQ(restored(store), ledger_.snapshot());
  expect_damage("UPDATE ledger_snapshot SET bytes = '00' || SUBSTR(bytes, 3)", "its snapshot");
  expect_damage("UPDATE ledger_snapshot SET part = 1", "part 1");
}

int end_at_once(unsigned, void* left, void*, void*) {
  if (--*static_cast<int*>(left) == 0) ::_exit(7);
  return 0;
}

TEST_F(LedgerStore, AKillAtAnyStepOfACompactionLosesNothing) {
  Store store = open_store();
  live(60);
  ASSERT_TRUE(store.append_ledger(entries_));
  const money::Snapshot expected = ledger_.snapshot();
  int step = 0;
  for (bool killed = true; killed;) {
    ++step;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto sql = connect(options_, 1'000);
      if (!sql) ::_exit(2);
      int left = step;
      auto& backend = static_cast<soci::sqlite3_session_backend&>(*(*sql)->get_backend());
      // Twice a statement: before it begins and after it has done its work.
      sqlite_api::sqlite3_trace_v2(backend.conn_, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, end_at_once, &left);
      compact_ledger(**sql, expected);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_TRUE(WEXITSTATUS(status) == 7 || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
    killed = WEXITSTATUS(status) == 7;
    ASSERT_EQ(restored(store), expected) << "killed at step " << step;
  }
  EXPECT_GT(step, 10);
  EXPECT_TRUE(store.load_ledger()->entries.empty());
}

TEST_F(LedgerStore, FindsWhatRecordsSayOfCalls) {
  Store store = open_store();
  auto writer = start();
  for (std::uint64_t i = 1; i <= 4; ++i) writer->push(effect::CloseCdr{closed_cdr(i)});
  record::Cdr open = open_cdr(5);
  open.money_key = 99;
  writer->push(effect::OpenCdr{1, open});
  ASSERT_TRUE(writer->flush());
  const std::uint64_t keys[] = {closed_cdr(2).money_key, 99, 12'345};
  const auto costs = store.find_costs(keys, day);
  ASSERT_TRUE(costs);
  ASSERT_EQ(costs->size(), 1u) << "the one that is open says nothing yet";
  EXPECT_EQ(costs->front().money_key, closed_cdr(2).money_key);
  EXPECT_EQ(costs->front().cost_micro, 610'000);
}

}  // namespace
}  // namespace rf::store
