// Call records leave the disk again, a few at a time, and never one of a call that runs.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

class Retention : public Scratch {
 protected:
  Retention() : store_(open_store()) { options_.synchronous = false; }

  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  static record::Cdr began(std::uint64_t n, std::int64_t wall_ms) {
    record::Cdr cdr = closed_cdr(n);
    cdr.started_wall_ms = wall_ms;
    return cdr;
  }
  /// How retention is set for tests: at once, and every few milliseconds.
  static WriterOptions eager(Keep keep) {
    WriterOptions options;
    options.keep = keep;
    options.age_trusted_after_ms = 0;
    options.sweep_ms = options.sweep_idle_ms = 2;
    options.group_window_ms = 1;
    return options;
  }
  std::uint64_t records() { return store_.count_cdrs({}).value(); }
  bool becomes(std::uint64_t count) {
    return comes_true([&] { return records() == count; });
  }
  /// Writes so many old records that the database grows, and waits until the writer has looked at it since.
  void write_old_records_and_see_them_looked_at(StoreWriter& writer) {
    ASSERT_TRUE(comes_true([&] { return writer.statistics().bytes > 0; }));
    const std::uint64_t before = writer.statistics().bytes;
    for (std::uint64_t i = 0; i < 500; ++i)
      ASSERT_TRUE(writer.push(effect::CloseCdr{began(i, 1'000 + static_cast<std::int64_t>(i))}));
    ASSERT_TRUE(writer.flush(60'000));
    ASSERT_TRUE(comes_true([&] { return writer.statistics().bytes > before; }));
  }

  Store store_;
};

TEST_F(Retention, DeletesWhatIsTooOldInSmallStepsWhileNobodyWrites) {
  {
    auto writer = start_writer();
    for (std::uint64_t i = 0; i < 2'000; ++i)
      ASSERT_TRUE(writer->push(effect::CloseCdr{began(i, now_ms() - (i < 1'500 ? 40 : 20) * day_ms)}));
    ASSERT_TRUE(writer->flush(60'000));
  }
  WriterOptions options = eager({.days = 30, .bytes = 0});
  options.sweep_rows = 100;
  auto writer = start_writer(options);
  EXPECT_TRUE(becomes(500)) << records();
  EXPECT_EQ(writer->statistics().swept, 1'500u);
}

TEST_F(Retention, KeepsTheRecordOfACallThatRunsHoweverLong) {
  record::Cdr running = open_cdr(1);
  running.started_wall_ms = now_ms() - 50 * day_ms;
  auto writer = start_writer(eager({.days = 30, .bytes = 1}));
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, running}));
  ASSERT_TRUE(writer->push(effect::CloseCdr{began(2, now_ms() - 49 * day_ms)}));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_TRUE(becomes(1));
  EXPECT_TRUE(store_.find_cdr(running.id));
}

TEST_F(Retention, KeepsForEverWhatItIsToldToKeepForEver) {
  auto writer = start_writer(eager({.days = 0, .bytes = 0}));
  write_old_records_and_see_them_looked_at(*writer);
  EXPECT_EQ(records(), 500u);
}

TEST_F(Retention, DoesNotTrustTheClockOfAProcessThatHasJustStarted) {
  WriterOptions options = eager({.days = 30, .bytes = 0});
  options.age_trusted_after_ms = WriterOptions{}.age_trusted_after_ms;
  auto writer = start_writer(options);
  write_old_records_and_see_them_looked_at(*writer);
  EXPECT_EQ(records(), 500u);
}

TEST_F(Retention, HoldsTheDatabaseToItsSizeUnderAFloodAndSaysSo) {
  constexpr std::uint64_t bound = 2'000'000;
  auto writer = start_writer(eager({.days = 0, .bytes = bound}));
  std::uint64_t written = 0, largest = 0;
  for (int round = 0; round < 60; ++round) {
    for (int i = 0; i < 500; ++i, ++written)
      ASSERT_TRUE(writer->push(effect::CloseCdr{began(written, now_ms() + static_cast<std::int64_t>(written))}));
    ASSERT_TRUE(writer->flush(60'000));
    largest = std::max<std::uint64_t>(largest, std::filesystem::file_size(options_.path));
  }
  answers_.wait_for_notice("oldest call records are being deleted");
  comes_true([&] { return writer->statistics().bytes <= bound; });
  EXPECT_LE(writer->statistics().bytes, bound);
  EXPECT_GT(writer->statistics().swept, written / 2);
  // All of it would be three times as much.
  EXPECT_LT(largest, 2 * bound);
  // The newest are there, the oldest are not.
  EXPECT_TRUE(store_.find_cdr(closed_cdr(written - 1).id));
  EXPECT_FALSE(store_.find_cdr(closed_cdr(0).id));
}

TEST_F(Retention, OnePasswordPushesOutNobodysRecordsButItsOwn) {
  constexpr std::uint64_t bound = 2'000'000;
  // Five extensions had a hundred calls each; the sixth calls itself without end.
  std::vector<record::Cdr> honest;
  std::uint64_t n = 0;
  auto writer = start_writer(eager({.days = 0, .bytes = bound}));
  const auto write = [&](std::uint64_t caller) {
    record::Cdr cdr = began(n, now_ms() + static_cast<std::int64_t>(n));
    ++n;
    cdr.caller = ExtensionId{caller};
    ASSERT_TRUE(writer->push(effect::CloseCdr{cdr}));
    if (caller < 6) honest.push_back(cdr);
  };
  for (int i = 0; i < 100; ++i)
    for (std::uint64_t caller = 1; caller <= 5; ++caller) write(caller);
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 500; ++i) write(6);
    write(1 + static_cast<std::uint64_t>(round) % 5);  // the others go on
    ASSERT_TRUE(writer->flush(60'000));
    // As a server that is started anew: it counts anew.
    if (round == 20) {
      writer.reset();
      writer = start_writer(eager({.days = 0, .bytes = bound}));
    }
  }
  comes_true([&] { return writer->statistics().bytes <= bound; });
  EXPECT_LE(writer->statistics().bytes, bound);
  EXPECT_GT(writer->statistics().swept, 1'000u);
  std::size_t kept = 0;
  for (const record::Cdr& cdr : honest) kept += store_.find_cdr(cdr.id).has_value();
  EXPECT_EQ(kept, honest.size());
  EXPECT_TRUE(store_.find_cdr(closed_cdr(n - 2).id)) << "its newest, too, are there";
}

TEST_F(Retention, WhoHaveAboutAsManyLoseTheirOldestTogether) {
  constexpr std::uint64_t bound = 2'000'000;
  auto writer = start_writer(eager({.days = 0, .bytes = bound}));
  constexpr std::uint64_t count = 12'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    record::Cdr cdr = began(i, now_ms() + static_cast<std::int64_t>(i));
    cdr.caller = ExtensionId{1 + i * i % 7};
    ASSERT_TRUE(writer->push(effect::CloseCdr{cdr}));
    if (i % 500 == 0) {
      ASSERT_TRUE(writer->flush(60'000));
    }
  }
  ASSERT_TRUE(writer->flush(60'000));
  comes_true([&] { return writer->statistics().bytes <= bound; });
  const std::uint64_t left = records();
  EXPECT_GT(left, 1'000u);
  EXPECT_LT(left, count);
  EXPECT_FALSE(store_.find_cdr(closed_cdr(2).id));
  EXPECT_TRUE(store_.find_cdr(closed_cdr(count - 1).id));
}

TEST_F(Retention, ChangesWhileTheWriterRuns) {
  auto writer = start_writer(eager({.days = 0, .bytes = 0}));
  ASSERT_TRUE(writer->push(effect::CloseCdr{began(1, now_ms() - 40 * day_ms)}));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_EQ(records(), 1u);
  writer->set_keep({.days = 30, .bytes = 0});
  EXPECT_TRUE(becomes(0));
}

TEST_F(Retention, HoldsUpNobodyWhoWaitsForAnAnswer) {
  auto writer = start_writer(eager({.days = 30, .bytes = 0}));
  for (std::uint64_t i = 1; i <= 3'000; ++i)
    ASSERT_TRUE(writer->push(effect::OpenCdr{i, began(i, now_ms() - 40 * day_ms)}));
  for (std::uint64_t i = 1; i <= 3'000; ++i) ASSERT_TRUE(answers_.wait_for(i));
  EXPECT_FALSE(answers_.any_twice());
  EXPECT_TRUE(becomes(0));
}

}  // namespace
}  // namespace rf::store
