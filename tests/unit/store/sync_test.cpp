// Who waits for the disk, counted where SQLite asks it to keep something.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>

#include "tests/unit/store/scratch.hpp"

namespace {
std::atomic<int> asked_to_keep = 0;
}  // namespace

/// In place of the C library's, for the whole program.
extern "C" int fdatasync(int fd) {
  ++asked_to_keep;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace rf::store {
namespace {

class Sync : public Scratch {
 protected:
  // Its first commit begins the log.
  Sync() : store_(open_store()) { add_extensions(store_, 2); }

  template <class Work>
  static int syncs(Work&& work) {
    const int before = asked_to_keep;
    work();
    return asked_to_keep - before;
  }
  void change() { ASSERT_TRUE(store_.append_audit({day, "uid 0", "command", "extension.set number=1001", "asked"})); }

  Store store_;
};

TEST_F(Sync, IsWaitedForByWhateverChangesSomething) {
  EXPECT_EQ(syncs([&] { change(); }), 1);
}

TEST_F(Sync, IsLeftToTheNextWhereSomebodyWillAskForItAnyway) {
  ExtensionChange fewer;
  fewer.calls_max = 1;
  EXPECT_EQ(syncs([&] {
              const Store::WithNext with_next(store_);
              for (int i = 0; i < 10; ++i) change();
              EXPECT_TRUE(store_.set_extension(default_tenant, "1001", fewer));
            }),
            0);
  EXPECT_EQ(store_.find_audit({})->size(), 10u);
  EXPECT_EQ(syncs([&] { change(); }), 1) << "nobody forgets to wait afterwards";
}

TEST_F(Sync, IsHadAgainByTheNextCallWhereItCouldNotBeAtOnce) {
  auto with_next = std::make_unique<Store::WithNext>(store_);
  // Within a transaction SQLite lets nobody say how long a commit waits.
  ASSERT_TRUE(store_.together([&]() -> Expected<void> {
    with_next.reset();
    return {};
  }));
  EXPECT_EQ(syncs([&] { change(); }), 1);
}

TEST_F(Sync, ThatCannotBeLeftToTheNextIsWaitedForAndNobodyFails) {
  EXPECT_EQ(syncs([&] {
              EXPECT_TRUE(store_.together([&]() -> Expected<void> {
                const Store::WithNext with_next(store_);
                change();
                return {};
              }));
            }),
            1);
  EXPECT_EQ(store_.find_audit({})->size(), 1u);
}

TEST_F(Sync, OfTheWriterComesBeforeItSaysThatAnEntryIsKept) {
  auto writer = start_writer();
  {
    const Store::WithNext with_next(store_);
    change();
  }
  const int before = asked_to_keep;
  std::promise<int> told;
  ASSERT_TRUE(writer->push(AppendAudit{{day, "uid 0", "result", "of entry 1", "done"}, [&](bool ok) {
                                         EXPECT_TRUE(ok);
                                         told.set_value(asked_to_keep);
                                       }}));
  EXPECT_GT(told.get_future().get(), before);
  const auto entries = store_.find_audit({});
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->front().event.kind, "result") << "newest first: in the order in which they were written";
}

TEST_F(Sync, IsSharedByEntriesAndCalls) {
  auto writer = start_writer({.group_window_ms = 60'000, .group_max = 200});
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(answers_.wait_for(1));
  EXPECT_EQ(syncs([&] {
              std::promise<void> last;
              for (std::uint64_t i = 2; i <= 101; ++i) {
                ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i)}));
                ASSERT_TRUE(writer->push(
                    AppendAudit{{day, "uid 0", "result", fmt::format("of entry {}", i), "done"}, [&, i](bool ok) {
                                  EXPECT_TRUE(ok);
                                  if (i == 101) last.set_value();
                                }}));
              }
              last.get_future().get();
            }),
            1);
}

TEST_F(Sync, ThatCannotBeHadIsToldAndTheEntryIsForgotten) {
  options_.busy_timeout_ms = 50;
  auto writer = start_writer();
  std::promise<bool> told;
  {
    const auto other = raw();
    const Transaction transaction(*other);
    ASSERT_TRUE(writer->push(
        AppendAudit{{day, "uid 0", "result", "of entry 1", "done"}, [&](bool ok) { told.set_value(ok); }}));
    EXPECT_FALSE(told.get_future().get());
  }
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1)}));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_TRUE(store_.find_audit({})->empty()) << "whoever was told no writes it again himself";
}

}  // namespace
}  // namespace rf::store
