// What a kill -9 and a full disk leave behind, shown on a process of our own.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <thread>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

/// A pipe that carries numbers from the child to the test.
class Numbers {
 public:
  Numbers() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~Numbers() {
    for (const int end : ends_)
      if (end >= 0) ::close(end);
  }
  void only_write() { close_end(0); }
  void only_read() { close_end(1); }
  void put(std::uint64_t number) { static_cast<void>(!::write(ends_[1], &number, sizeof number)); }
  /// Nothing at the end, or when a writer died within a number.
  std::optional<std::uint64_t> get() {
    std::uint64_t number = 0;
    for (std::size_t have = 0; have < sizeof number;) {
      const ssize_t got = ::read(ends_[0], reinterpret_cast<char*>(&number) + have, sizeof number - have);
      if (got <= 0) return std::nullopt;
      have += static_cast<std::size_t>(got);
    }
    return number;
  }

 private:
  void close_end(int which) {
    ::close(ends_[which]);
    ends_[which] = -1;
  }
  int ends_[2] = {-1, -1};
};

class Crash : public Scratch {
 protected:
  void expect_sound() {
    std::string verdict;
    *raw() << "PRAGMA integrity_check", soci::into(verdict);
    EXPECT_EQ(verdict, "ok");
  }
};

TEST_F(Crash, LosesNothingThatWasAnswered) {
  ExtensionId extension;
  {
    Store store = open_store();
    extension = add_extensions(store, 1).front().id;
  }
  Numbers answered;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    answered.only_write();
    auto writer = StoreWriter::start(
        options_, {.group_window_ms = 1},
        [&](std::span<const engine::Stored> stored) {
          for (const engine::Stored& one : stored)
            if (one.ok) answered.put(one.ticket);
        },
        nullptr);
    if (!writer) ::_exit(2);
    for (std::uint64_t i = 1;; ++i) {
      // Three writes a round: an even ticket carries a binding, an odd one a call; the one before last is closed.
      while (!(*writer)->push(effect::OpenCdr{2 * i + 1, open_cdr(i)})) std::this_thread::yield();
      while (!(*writer)->push(effect::StoreBinding{2 * i, binding_of(extension, fmt::format("sip:{}@192.0.2.1", i))}))
        std::this_thread::yield();
      if (i > 1) (*writer)->push(effect::CloseCdr{closed_cdr(i - 1)});
    }
  }
  answered.only_read();
  std::set<std::uint64_t> tickets;
  while (tickets.size() < 3'000) {
    const auto ticket = answered.get();
    ASSERT_TRUE(ticket) << "the child ended by itself";
    tickets.insert(*ticket);
  }
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  while (const auto ticket = answered.get()) tickets.insert(*ticket);

  expect_sound();
  Store store = open_store();
  std::set<std::string> calls, contacts;
  std::uint64_t open = 0;
  ASSERT_TRUE(store.visit_cdrs({.limit = 0}, [&](const record::Cdr& cdr) {
    calls.insert(cdr.id);
    open += cdr.result == record::CallResult::open;
    return true;
  }));
  const auto bindings = store.load_bindings(day);
  ASSERT_TRUE(bindings);
  for (const record::Binding& binding : *bindings) contacts.insert(binding.contact_key);
  for (const std::uint64_t ticket : tickets) {
    const std::uint64_t i = ticket / 2;
    if (ticket % 2 == 1)
      EXPECT_TRUE(calls.contains(open_cdr(i).id)) << i;
    else
      EXPECT_TRUE(contacts.contains(fmt::format("sip:{}@192.0.2.1", i))) << i;
  }
  EXPECT_GE(open, 1u);
  EXPECT_EQ(store.close_interrupted_cdrs(day).value(), open);
}

/// Files of this process cannot grow beyond `bytes` (-1: as they like): a full disk that needs no privileges.
void limit_files(std::int64_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes < 0 ? limit.rlim_max : static_cast<rlim_t>(bytes);
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

/// Runs in the child, where no test can be failed: gives the line of the first expectation that did not hold.
int live_through_a_full_disk(const Options& options, ExtensionId extension) {
  ::signal(SIGXFSZ, SIG_IGN);
  Answers answers;
  auto started = StoreWriter::start(options, {.retry_ms = 5}, answers.on_stored(), answers.on_notice());
  if (!started) return __LINE__;
  StoreWriter& writer = **started;
  for (std::uint64_t i = 1; i <= 20; ++i) writer.push(effect::OpenCdr{i, open_cdr(i)});
  for (std::uint64_t i = 1; i <= 20; ++i)
    if (!answers.wait_for(i)) return __LINE__;

  limit_files(static_cast<std::int64_t>(std::filesystem::file_size(options.path + "-wal")));
  for (std::uint64_t i = 1; i <= 10; ++i) writer.push(effect::CloseCdr{closed_cdr(i)});
  for (std::uint64_t i = 101; i <= 200; ++i) writer.push(effect::OpenCdr{i, open_cdr(i)});
  writer.push(effect::StoreBinding{201, binding_of(extension)});
  for (std::uint64_t i = 101; i <= 201; ++i)
    if (answers.wait_for(i)) return __LINE__;
  answers.wait_for_notice("not being stored");
  if (!writer.statistics().failing || writer.statistics().queued != 10) return __LINE__;
  // It stays up and keeps answering.
  writer.push(effect::OpenCdr{301, open_cdr(301)});
  if (answers.wait_for(301)) return __LINE__;

  limit_files(-1);
  if (!writer.flush(60'000)) return __LINE__;
  answers.wait_for_notice("stored again");
  writer.push(effect::OpenCdr{401, open_cdr(401)});
  writer.push(effect::StoreBinding{402, binding_of(extension)});
  if (!answers.wait_for(401) || !answers.wait_for(402)) return __LINE__;
  if (writer.statistics().failing || writer.statistics().queued != 0) return __LINE__;
  return 0;
}

TEST_F(Crash, OfNothingHappensOnAFullDiskAndEndingsAreStoredWhenThereIsSpaceAgain) {
  ExtensionId extension;
  {
    Store store = open_store();
    extension = add_extensions(store, 1).front().id;
  }
  Numbers result;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    result.only_write();
    result.put(static_cast<std::uint64_t>(live_through_a_full_disk(options_, extension)));
    ::_exit(0);
  }
  result.only_read();
  EXPECT_EQ(result.get(), 0u) << "the line in this file that did not hold";
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));

  expect_sound();
  Store store = open_store();
  EXPECT_EQ(store.count_cdrs({}).value(), 21u);
  EXPECT_EQ(store.count_cdrs({.result = record::CallResult::answered}).value(), 10u);
  EXPECT_EQ(store.counts()->bindings, 1u);
}

TEST_F(Crash, OfNothingHappensToTheStoreOnAFullDisk) {
  { open_store(); }
  Numbers result;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    result.only_write();
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(options_);
    NewExtension extension;
    extension.number = "1001";
    limit_files(0);
    const auto refused = store->add_extension(vault_, realm_, extension);
    limit_files(-1);
    const bool right =
        !refused && refused.error().fault == Fault::disk && store->add_extension(vault_, realm_, extension).has_value();
    result.put(right ? 1 : 0);
    ::_exit(0);
  }
  result.only_read();
  EXPECT_EQ(result.get(), 1u);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(open_store().counts()->extensions, 1u);
}

}  // namespace
}  // namespace rf::store
