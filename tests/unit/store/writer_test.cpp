#include "shell/store/writer.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

class Writer : public Scratch {
 protected:
  Writer() : store_(open_store()), accounts_(add_extensions(store_, 2)) {}

  /// Another process that holds the write lock until it is destroyed.
  struct Lock {
    explicit Lock(std::unique_ptr<soci::session> session) : sql(std::move(session)), transaction(*sql) {}
    std::unique_ptr<soci::session> sql;
    Transaction transaction;
  };

  Store store_;
  std::vector<Account> accounts_;
};

TEST_F(Writer, AnswersEachTicketOnceWhenItIsInTheFile) {
  auto writer = start_writer();
  for (std::uint64_t i = 1; i <= 500; ++i) {
    ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
    ASSERT_TRUE(writer->push(effect::CloseCdr{closed_cdr(i)}));
  }
  EXPECT_TRUE(answers_.wait_for(500));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_EQ(answers_.all().size(), 500u);
  EXPECT_FALSE(answers_.any_twice());
  EXPECT_EQ(store_.count_cdrs({.result = record::CallResult::answered}).value(), 500u);
  EXPECT_EQ(writer->statistics().written, 1'000u);
  EXPECT_EQ(writer->statistics().refused, 0u);
  EXPECT_EQ(writer->statistics().queued, 0u);
}

TEST_F(Writer, WritesWhatIsLeftWhenItEnds) {
  {
    auto writer = start_writer({.group_window_ms = 60'000});
    for (std::uint64_t i = 1; i <= 100; ++i) ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
  }
  EXPECT_EQ(answers_.all().size(), 100u);
  EXPECT_EQ(store_.count_cdrs({}).value(), 100u);
}

TEST_F(Writer, FlushDoesNotWaitForTheWindow) {
  auto writer = start_writer({.group_window_ms = 600'000});
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  EXPECT_TRUE(writer->flush(60'000));
  ASSERT_TRUE(writer->push(effect::OpenCdr{2, open_cdr(2)}));
  EXPECT_TRUE(writer->flush(60'000));
  EXPECT_EQ(answers_.all().size(), 2u);
}

TEST_F(Writer, SharesATransactionAmongWritesThatCameTogether) {
  auto writer = start_writer({.group_window_ms = 60'000, .group_max = 1'000});
  // The first goes at once; the next thousand fill a group, which does not wait for the window.
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(answers_.wait_for(1));
  for (std::uint64_t i = 2; i <= 1'001; ++i) ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
  EXPECT_TRUE(answers_.wait_for(1'001));
  EXPECT_LE(writer->statistics().groups, 2u);
}

TEST_F(Writer, KeepsTheOrderOfWritesToOneBinding) {
  auto writer = start_writer();
  const record::Binding binding = binding_of(accounts_[0].id);
  for (std::uint32_t i = 0; i < 200; ++i) {
    record::Binding renewed = binding;
    renewed.cseq = i;
    ASSERT_TRUE(writer->push(effect::StoreBinding{0, renewed}));
    ASSERT_TRUE(writer->push(effect::DropBinding{0, binding.extension, binding.contact_key}));
  }
  ASSERT_TRUE(writer->push(effect::StoreBinding{1, binding}));
  EXPECT_TRUE(answers_.wait_for(1));
  const auto loaded = store_.load_bindings(day);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_TRUE(same(loaded->front(), binding));
}

TEST_F(Writer, AnswersARemovalThatCarriesATicketWhenItIsInTheFile) {
  auto writer = start_writer();
  const record::Binding binding = binding_of(accounts_[0].id);
  ASSERT_TRUE(writer->push(effect::StoreBinding{0, binding}));
  ASSERT_TRUE(writer->push(effect::DropBinding{5, binding.extension, binding.contact_key}));
  EXPECT_TRUE(answers_.wait_for(5));
  EXPECT_EQ(store_.counts()->bindings, 0u);
}

TEST_F(Writer, RefusesAloneOfItsGroupWhatTheDatabaseDoesNotTake) {
  *raw() << "CREATE TRIGGER picky BEFORE INSERT ON bindings WHEN NEW.user_agent = 'bad' BEGIN"
            " SELECT RAISE(ABORT, 'not this one'); END";
  auto writer = start_writer({.group_window_ms = 60'000, .group_max = 4});
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(answers_.wait_for(1));
  record::Binding bad = binding_of(accounts_[1].id);
  bad.user_agent = "bad";
  ASSERT_TRUE(writer->push(effect::StoreBinding{2, binding_of(accounts_[0].id)}));
  ASSERT_TRUE(writer->push(effect::StoreBinding{3, bad}));
  ASSERT_TRUE(writer->push(effect::OpenCdr{4, open_cdr(4)}));
  ASSERT_TRUE(writer->push(effect::StoreBinding{5, binding_of(accounts_[0].id, "sip:second@192.0.2.8")}));
  EXPECT_TRUE(answers_.wait_for(2));
  EXPECT_FALSE(answers_.wait_for(3));
  EXPECT_TRUE(answers_.wait_for(4));
  EXPECT_TRUE(answers_.wait_for(5));
  answers_.wait_for_notice("refused by the database");
  EXPECT_EQ(store_.counts()->bindings, 2u);
  EXPECT_EQ(store_.counts()->cdrs, 2u);
  EXPECT_FALSE(writer->statistics().failing);
  EXPECT_EQ(writer->statistics().refused, 1u);
  ASSERT_TRUE(writer->push(effect::StoreBinding{6, binding_of(accounts_[0].id)}));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_TRUE(answers_.wait_for(6));
}

TEST_F(Writer, HoldsNoMoreThanItsQueueAndTwiceThatForEndings) {
  constexpr std::size_t room = 50;
  std::size_t taken = 0, endings = 0;
  auto lock = std::make_unique<Lock>(raw());
  auto writer = start_writer({.queue_max = room});
  for (std::uint64_t i = 1; i <= 3 * room; ++i) taken += writer->push(effect::OpenCdr{i, open_cdr(i)});
  EXPECT_EQ(taken, room);
  for (std::uint64_t i = 1; i <= 3 * room; ++i) endings += writer->push(effect::CloseCdr{closed_cdr(i)});
  EXPECT_EQ(endings, room);
  EXPECT_EQ(writer->statistics().queued, 2 * room);
  EXPECT_FALSE(writer->push(effect::StoreBinding{999, binding_of(accounts_[0].id)}));
  EXPECT_FALSE(writer->flush(1));
  lock.reset();
  EXPECT_TRUE(writer->flush(60'000));
  EXPECT_EQ(answers_.all().size(), room);
  EXPECT_EQ(store_.count_cdrs({.result = record::CallResult::answered}).value(), room);
  EXPECT_TRUE(writer->push(effect::OpenCdr{1'000, open_cdr(1'000)}));
}

TEST_F(Writer, WaitsForALockThatIsGivenBackInTime) {
  auto lock = std::make_unique<Lock>(raw());
  auto writer = start_writer();
  for (std::uint64_t i = 1; i <= 20; ++i) ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
  EXPECT_FALSE(writer->flush(50));
  lock.reset();
  for (std::uint64_t i = 1; i <= 20; ++i) EXPECT_TRUE(answers_.wait_for(i));
  EXPECT_EQ(answers_.notices(), 0u);
}

TEST_F(Writer, AnswersNoUnderALockThatStaysAndKeepsTheEndingsUntilItGoes) {
  options_.busy_timeout_ms = 20;
  auto writer = start_writer({.retry_ms = 5});
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(writer->push(effect::StoreBinding{2, binding_of(accounts_[0].id)}));
  ASSERT_TRUE(answers_.wait_for(2));
  auto lock = std::make_unique<Lock>(raw());
  ASSERT_TRUE(writer->push(effect::DropBinding{0, accounts_[0].id, binding_of(accounts_[0].id).contact_key}));
  ASSERT_TRUE(writer->push(effect::OpenCdr{3, open_cdr(3)}));
  ASSERT_TRUE(writer->push(effect::CloseCdr{closed_cdr(1)}));
  EXPECT_FALSE(answers_.wait_for(3));
  answers_.wait_for_notice("not being stored");
  EXPECT_TRUE(writer->statistics().failing);
  EXPECT_FALSE(writer->flush(1));
  ASSERT_TRUE(writer->push(effect::OpenCdr{4, open_cdr(4)}));
  EXPECT_FALSE(answers_.wait_for(4));
  lock.reset();
  EXPECT_TRUE(writer->flush(60'000));
  answers_.wait_for_notice("stored again");
  EXPECT_FALSE(writer->statistics().failing);
  EXPECT_EQ(store_.counts()->bindings, 0u);
  EXPECT_TRUE(same(store_.find_cdr(closed_cdr(1).id).value(), closed_cdr(1)));
  EXPECT_EQ(store_.count_cdrs({}).value(), 1u);
  ASSERT_TRUE(writer->push(effect::OpenCdr{5, open_cdr(5)}));
  EXPECT_TRUE(answers_.wait_for(5));
}

TEST_F(Writer, EndsWithinItsLimitUnderALockThatStays) {
  options_.busy_timeout_ms = 5;
  auto writer = start_writer({.retry_ms = 5, .drain_limit_ms = 50});
  const Lock lock(raw());
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(writer->push(effect::CloseCdr{closed_cdr(1)}));
  const auto before = std::chrono::steady_clock::now();
  writer.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30));
  EXPECT_FALSE(answers_.wait_for(1));
  answers_.wait_for_notice("could not be stored before the end");
}

TEST_F(Writer, SaysThatTheDiskFailsWhileAWriteIsStuck) {
  options_.busy_timeout_ms = 60'000;  // to the writer, a lock that stays is a disk that does not answer
  auto writer = start_writer({.stuck_ms = 50});
  auto lock = std::make_unique<Lock>(raw());
  EXPECT_FALSE(writer->statistics().failing);
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  const auto becomes = [&](bool failing) {
    return comes_true([&] { return writer->statistics().failing == failing; });
  };
  EXPECT_TRUE(becomes(true));
  lock.reset();
  EXPECT_TRUE(answers_.wait_for(1));
  EXPECT_TRUE(becomes(false));
  EXPECT_TRUE(writer->close());
}

TEST_F(Writer, EndsWithinItsLimitWhileAWriteIsStuckAndCallsNobodyAfterwards) {
  options_.busy_timeout_ms = 60'000;
  auto writer = start_writer({.drain_limit_ms = 20, .stuck_ms = 20});
  auto lock = std::make_unique<Lock>(raw());
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(writer->close());
  writer.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  answers_.wait_for_notice("the disk does not answer");
  lock.reset();
  EXPECT_TRUE(comes_true([&] { return store_.count_cdrs({}).value() == 1; })) << "the disk answered after all";
  EXPECT_TRUE(answers_.all().empty());
}

TEST_F(Writer, AndTheCommandLineLoseNothingOfEachOther) {
  constexpr std::uint64_t calls = 1'000;
  std::atomic<bool> done = false;
  std::size_t added = 0;
  std::string fault;
  auto writer = start_writer({.group_window_ms = 0, .group_max = 10});
  std::jthread command_line([&] {
    for (int number = 2000; !done.load() && fault.empty(); ++number) {
      auto store = Store::open(options_);
      if (!store) {
        fault = store.error().text;
        break;
      }
      NewExtension extension;
      extension.number = std::to_string(number);
      const auto account = store->add_extension(vault_, realm_, extension);
      ExtensionChange change;
      change.display_name = "changed";
      const auto changed = store->set_extension(default_tenant, extension.number, change);
      if (!account || !changed)
        fault = !account ? account.error().text : changed.error().text;
      else
        ++added;
    }
  });
  for (std::uint64_t i = 1; i <= calls; ++i) ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
  EXPECT_TRUE(answers_.wait_for(calls));
  done = true;
  command_line.join();
  EXPECT_EQ(fault, "");
  EXPECT_GT(added, 0u);
  EXPECT_EQ(store_.counts()->extensions, added + accounts_.size());
  const auto all = answers_.all();
  EXPECT_EQ(all.size(), calls);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const auto& answer) { return answer.second; }));
  EXPECT_EQ(store_.count_cdrs({}).value(), calls);
}

TEST_F(Writer, TakesWritesFromSeveralThreads) {
  constexpr std::uint64_t threads = 4, each = 500;
  auto writer = start_writer();
  {
    std::vector<std::jthread> pushers;
    for (std::uint64_t t = 0; t < threads; ++t)
      pushers.emplace_back([&, t] {
        for (std::uint64_t i = 1; i <= each; ++i) writer->push(effect::OpenCdr{t * each + i, open_cdr(t * each + i)});
      });
  }
  EXPECT_TRUE(writer->flush(60'000));
  EXPECT_EQ(answers_.all().size(), threads * each);
  EXPECT_EQ(store_.count_cdrs({}).value(), threads * each);
}

TEST_F(Writer, MayBePushedToFromItsOwnAnswers) {
  std::unique_ptr<StoreWriter> writer;
  std::atomic<std::uint64_t> next = 1;
  std::latch started(1);
  auto result = StoreWriter::start(
      options_, {.group_window_ms = 0},
      [&](std::span<const engine::Stored> stored) {
        started.wait();
        answers_.on_stored()(stored);
        if (const std::uint64_t n = ++next; n <= 10) writer->push(effect::OpenCdr{n, open_cdr(n)});
      },
      answers_.on_notice());
  ASSERT_TRUE(result);
  writer = std::move(*result);
  started.count_down();
  writer->push(effect::OpenCdr{1, open_cdr(1)});
  EXPECT_TRUE(answers_.wait_for(10));
}

}  // namespace
}  // namespace rf::store
