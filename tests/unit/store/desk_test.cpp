// A server that dies and starts again, as the desk and the disk see it.
#include "shell/store/desk.hpp"

#include <gmock/gmock.h>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const money::Currency eur = *money::Currency::parse("EUR");

class DeskStore : public Scratch {
 protected:
  DeskStore() {
    extension_.money.day = 10'000'000;
    options_of_desk_.money = {.accounts = 64, .reservations = 2'048};
    options_of_desk_.toll = {.pace_records = 64, .pace_destinations = 64, .line_calls = 64};
  }
  toll::Parties parties() const {
    toll::Parties out;
    out.extension = {1, &extension_, nullptr};
    out.tenant = {1, &other_, nullptr};
    out.trunk = {1, &other_, nullptr};
    out.system = {0, &other_, nullptr};
    return out;
  }
  OpenedDesk start(Store& store) { return open_desk(store, options_of_desk_, eur, now_); }
  /// Opens a call, which is on disk before this returns.
  void leave(Store& store, toll::Desk& desk, std::uint64_t call, std::uint64_t key) {
    now_.mono_ms += 1'000;
    ASSERT_TRUE(desk.open(now_, parties(), {CallId{call}, toll::CallKey{key}, "+49", rate_, false}));
    write(store, desk);
  }
  void write(Store& store, toll::Desk& desk) {
    const toll::Writing writing = desk.take_writing();
    ASSERT_TRUE(store.append_ledger(writing.entries));
    desk.written(now_, writing.last, true);
  }
  std::int64_t spent(const toll::Desk& desk) {
    return desk.ledger().find({money::Level::extension, 1})->purse(money::Limit::day).settled;
  }

  Now now_{1'000, day};
  toll::SpendingTerms extension_, other_;
  toll::Desk::Options options_of_desk_;
  money::Rate rate_ = *money::Rate::of({.price = *money::Amount::of_micros(600'000, eur),
                                        .fee = money::Amount::zero(eur),
                                        .price_s = 60,
                                        .first_s = 1,
                                        .next_s = 1});
};

TEST_F(DeskStore, AKillWhileCallsRunSpendsWhatTheyHadOrWhatTheirRecordsSay) {
  Store store = open_store();
  {
    const OpenedDesk first = start(store);
    EXPECT_THAT(first.note, IsEmpty());
    leave(store, *first.desk, 1, 0xf000'0000'0000'0001);
    leave(store, *first.desk, 2, closed_cdr(2).money_key);
    // Its record was closed with its cost, the ledger's entry was not written any more.
    auto writer = StoreWriter::start(options_, {}, nullptr, nullptr);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->push(effect::CloseCdr{closed_cdr(2)}));
  }
  for (int i = 0; i < 3; ++i) {
    const OpenedDesk again = start(store);
    EXPECT_EQ(spent(*again.desk), 700'000 + 610'000) << "however often it starts";
    EXPECT_EQ(again.desk->unstored(), 0u);
    EXPECT_EQ(again.desk->audit(), std::nullopt);
    EXPECT_THAT(again.note, i == 0 ? HasSubstr("2 calls") : HasSubstr(""));
  }
}

TEST_F(DeskStore, ALongJournalIsMadeShortAtStart) {
  Store store = open_store();
  {
    const OpenedDesk first = start(store);
    for (std::uint64_t i = 1; i <= 600; ++i) {
      leave(store, *first.desk, i, i);
      first.desk->close(now_, CallId{i}, 100);
      write(store, *first.desk);
    }
  }
  EXPECT_GT(store.load_ledger()->entries.size(), LedgerLimits::entries_before_snapshot);
  EXPECT_EQ(spent(*start(store).desk), 600 * 10'000);
  EXPECT_THAT(store.load_ledger()->entries, IsEmpty());
  const OpenedDesk again = start(store);
  EXPECT_EQ(spent(*again.desk), 600 * 10'000);
  leave(store, *again.desk, 1, 1);
}

TEST_F(DeskStore, ADamagedLedgerRefusesPaidCallsAndLetsTheOthersGo) {
  Store store = open_store();
  leave(store, *start(store).desk, 1, 1);
  *raw() << "UPDATE ledger SET entry = 'x' WHERE number = 2";
  const OpenedDesk desk = start(store);
  EXPECT_THAT(desk.note, HasSubstr("entry 2"));
  EXPECT_FALSE(desk.desk->open(now_, parties(), {CallId{2}, toll::CallKey{2}, "+49", rate_, false}));
  EXPECT_TRUE(desk.desk->open(now_, parties(), {CallId{3}, toll::CallKey{3}, "+49", {}, false}));
  EXPECT_TRUE(desk.desk->open(now_, parties(), {CallId{4}, toll::CallKey{4}, "110", rate_, true}));
  EXPECT_EQ(desk.desk->unstored(), 0u) << "and what is there is left alone";
}

TEST_F(DeskStore, AnotherCurrencyThanTheLedgersRefusesPaidCalls) {
  Store store = open_store();
  leave(store, *start(store).desk, 1, 1);
  const OpenedDesk desk = open_desk(store, options_of_desk_, *money::Currency::parse("USD"), now_);
  EXPECT_THAT(desk.desk->why_shut(), HasSubstr("counts in EUR"));
}

TEST_F(DeskStore, CreditThatIsAddedWhileNoServerRunsIsThereAfterTheStart) {
  Store store = open_store();
  const money::AccountId ann{money::Level::extension, 1};
  const auto five = *money::Amount::of_micros(5'000'000, eur);
  EXPECT_EQ(add_credit(store, ann, five, day).error().fault, Fault::not_found);
  extension_.money = {.day = {}, .month = {}, .prepaid = true, .locked = false, .warn_percent = {}};
  {
    const OpenedDesk desk = start(store);
    EXPECT_FALSE(desk.desk->open(now_, parties(), {CallId{1}, toll::CallKey{1}, "+49", rate_, false}));
    write(store, *desk.desk);
  }
  EXPECT_EQ(add_credit(store, ann, five, day)->micros(), 5'000'000);
  EXPECT_FALSE(add_credit(store, {money::Level::system, 0}, five, day)) << "it is not prepaid";
  leave(store, *start(store).desk, 2, 2);
}

}  // namespace
}  // namespace rf::store
