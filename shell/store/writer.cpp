#include "shell/store/writer.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "shell/store/write_group.hpp"

namespace rf::store {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned probes_per_connection = 50;
constexpr Clock::rep never = std::numeric_limits<Clock::rep>::max();

/// Marks that the disk is at work, while it lives.
class AtDisk {
 public:
  explicit AtDisk(std::atomic<Clock::rep>& since) : since_(since) { since_ = Clock::now().time_since_epoch().count(); }
  ~AtDisk() { since_ = never; }
  AtDisk(const AtDisk&) = delete;
  AtDisk& operator=(const AtDisk&) = delete;

 private:
  std::atomic<Clock::rep>& since_;
};

std::int64_t thread_cpu_us() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<std::int64_t>(used.tv_sec) * 1'000'000 + used.tv_nsec / 1'000;
}

}  // namespace

struct StoreWriter::State {
  State(std::unique_ptr<GroupWriter> group_writer, const WriterOptions& writer_options, OnStored stored,
        OnNotice notice)
      : groups(std::move(group_writer)),
        options(writer_options),
        on_stored(std::move(stored)),
        on_notice(std::move(notice)) {}

  void run();
  bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void take_pending();
  void write_round();
  void write_next_group();
  std::size_t write_singly(std::span<Queued> group);
  void drop_settled(std::size_t count);
  void fail_all();
  void probe();
  void give_up();
  void settle(const Queued& queued, bool ok);
  void publish();
  void sweep();
  void notify(effect::Level level, std::string text);
  bool is_stuck(Clock::time_point now) const;

  // Of the writer's thread alone.
  const std::unique_ptr<GroupWriter> groups;
  const WriterOptions options;
  const OnStored on_stored;
  const OnNotice on_notice;
  std::vector<Queued> backlog;  ///< taken from `pending`, in order
  std::size_t head = 0;         ///< those before it are settled
  std::vector<engine::Stored> answers;
  std::vector<std::pair<std::function<void(bool)>, bool>> told;  ///< of the audit log's entries, whether they are there
  std::uint64_t written = 0, refused = 0;  ///< in this round
  bool failing = false;
  bool gave_up = false;
  unsigned probes = 0;
  Clock::time_point round_started{};
  std::optional<Clock::time_point> give_up_at;
  const Clock::time_point started = Clock::now();
  Clock::time_point sweep_at = started, wake_at = started;  ///< when old records are looked for next: busy, idle
  std::optional<Clock::time_point> told_of_room;            ///< when the operator heard last that room is made

  // Shared, under the mutex.
  mutable std::mutex mutex;
  std::condition_variable work;     ///< the writer waits here
  std::condition_variable settled;  ///< flush() waits here
  std::vector<Queued> pending;
  std::uint64_t pushed = 0;           ///< number of the last push
  std::uint64_t unsettled_first = 1;  ///< every write with a lower number is settled
  std::uint64_t backlog_size = 0;     ///< as of the last round
  int flushing = 0;
  bool stopping = false;
  bool asleep = false;     ///< waiting for any work: the next push has to wake it
  bool gathering = false;  ///< waiting for the window to pass: only a full group wakes it
  Keep keep = options.keep;
  WriterStatistics statistics;
  bool ended = false;
  std::condition_variable end;  ///< close() waits here

  std::mutex calling;                             ///< held while somebody is called
  bool abandoned = false;                         ///< under it: nobody is called any more
  LatencyCounts took;                             ///< of rounds
  std::atomic<Clock::rep> at_disk_since = never;  ///< when what the disk does now began

  std::thread thread;
};

Expected<std::unique_ptr<StoreWriter>> StoreWriter::start(const Options& options, const WriterOptions& writer_options,
                                                          OnStored on_stored, OnNotice on_notice) {
  auto groups = GroupWriter::open(options);
  if (!groups) return std::unexpected(groups.error());
  auto state = std::make_shared<State>(std::move(*groups), writer_options, std::move(on_stored), std::move(on_notice));
  state->thread = std::thread([state] { state->run(); });
  ::pthread_setname_np(state->thread.native_handle(), "store");
  return std::unique_ptr<StoreWriter>(new StoreWriter(std::move(state)));
}

StoreWriter::StoreWriter(std::shared_ptr<State> state) : state_(std::move(state)) {}

StoreWriter::~StoreWriter() {
  close();
}

bool StoreWriter::close() {
  State& s = *state_;
  if (!s.thread.joinable()) return !s.abandoned && !s.gave_up;
  const auto patience = Clock::now() + std::chrono::milliseconds(s.options.drain_limit_ms);
  std::unique_lock lock(s.mutex);
  s.stopping = true;
  s.work.notify_one();
  while (!s.ended) {
    const auto now = Clock::now();
    if (now >= patience && s.is_stuck(now)) break;
    s.end.wait_until(lock, std::max(patience, now + std::chrono::milliseconds(s.options.stuck_ms)));
  }
  const bool ended = s.ended;
  lock.unlock();
  if (ended) {
    s.thread.join();
    return !s.gave_up;
  }
  s.notify(effect::Level::error, fmt::format("the disk does not answer; {} records may be lost", statistics().queued));
  const std::lock_guard nobody_is_called(s.calling);
  s.abandoned = true;
  s.thread.detach();
  return false;
}

bool StoreWriter::State::is_stuck(Clock::time_point now) const {
  const Clock::rep since = at_disk_since;
  return since != never &&
         now - Clock::time_point(Clock::duration(since)) >= std::chrono::milliseconds(options.stuck_ms);
}

bool StoreWriter::push(Write write) {
  State& s = *state_;
  const std::size_t room = is_awaited(write) ? s.options.queue_max : 2 * s.options.queue_max;
  bool wake = false;
  {
    const std::lock_guard lock(s.mutex);
    if (s.pending.size() + s.backlog_size >= room) return false;
    s.pending.push_back(Queued{++s.pushed, std::move(write)});
    wake = s.asleep || (s.gathering && s.pending.size() >= s.options.group_max);
    if (wake) s.asleep = s.gathering = false;
  }
  if (wake) s.work.notify_one();
  return true;
}

bool StoreWriter::flush(std::uint32_t limit_ms) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  const std::uint64_t last = s.pushed;
  ++s.flushing;
  s.work.notify_one();
  const bool done =
      s.settled.wait_for(lock, std::chrono::milliseconds(limit_ms), [&] { return s.unsettled_first > last; });
  --s.flushing;
  return done;
}

void StoreWriter::set_keep(const Keep& keep) {
  const std::lock_guard lock(state_->mutex);
  state_->keep = keep;
}

WriterStatistics StoreWriter::statistics() const {
  const std::lock_guard lock(state_->mutex);
  WriterStatistics statistics = state_->statistics;
  statistics.queued = state_->pending.size() + state_->backlog_size;
  statistics.took = state_->took.now();
  statistics.failing = statistics.failing || state_->is_stuck(Clock::now());
  return statistics;
}

void StoreWriter::State::run() {
  std::unique_lock lock(mutex);
  while (wait_for_work(lock)) {
    take_pending();
    if (stopping && !give_up_at) give_up_at = Clock::now() + std::chrono::milliseconds(options.drain_limit_ms);
    const bool ending = stopping;
    lock.unlock();
    if (head < backlog.size()) write_round();
    if (!ending && Clock::now() >= sweep_at) sweep();
    lock.lock();
  }
  ended = true;
  end.notify_all();
}

void StoreWriter::State::write_round() {
  round_started = Clock::now();
  {
    const AtDisk at_disk(at_disk_since);
    if (!failing)
      write_next_group();
    else if (give_up_at && round_started >= *give_up_at)
      give_up();
    else
      probe();
  }
  took.add(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - round_started).count()));
  publish();
}

/// False when all is done and the writer is to end.
bool StoreWriter::State::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const bool waiting = head < backlog.size();
  if (!waiting && pending.empty()) {
    if (stopping) return false;
    asleep = true;
    work.wait_until(lock, wake_at, [&] { return stopping || !pending.empty(); });
    asleep = false;
    if (pending.empty()) return !stopping;
  }
  if (failing) {
    work.wait_until(lock, round_started + std::chrono::milliseconds(options.retry_ms),
                    [&] { return stopping && !give_up_at; });
    return true;
  }
  // More is waiting than fits a group: no reason to gather.
  if (waiting) return true;
  gathering = true;
  work.wait_until(lock, round_started + std::chrono::milliseconds(options.group_window_ms),
                  [&] { return stopping || flushing > 0 || pending.size() >= options.group_max; });
  gathering = false;
  return true;
}

void StoreWriter::State::take_pending() {
  if (backlog.empty()) {
    backlog.swap(pending);
  } else {
    backlog.insert(backlog.end(), std::make_move_iterator(pending.begin()), std::make_move_iterator(pending.end()));
    pending.clear();
  }
  backlog_size = backlog.size() - head;
}

void StoreWriter::State::write_next_group() {
  const auto group = std::span(backlog).subspan(head, std::min(options.group_max, backlog.size() - head));
  std::vector<bool> fell_out(group.size(), false);
  auto trouble = groups->write_all(group);
  if (trouble == Trouble::refused) trouble = groups->write_each(group, fell_out);
  if (!trouble) {
    for (std::size_t i = 0; i < group.size(); ++i) settle(group[i], !fell_out[i]);
    drop_settled(group.size());
    return;
  }
  // A lock that outlasts the busy timeout and a damaged file are no better for a smaller transaction.
  const std::size_t done = *trouble == Trouble::disk ? write_singly(group) : 0;
  const bool all_done = done == group.size();
  drop_settled(done);
  if (!all_done) fail_all();
}

/// What does not fit as a group may fit in part. Gives how many were settled: from the first failure of the disk on
/// nothing more is tried, so that two writes of one binding never change places.
std::size_t StoreWriter::State::write_singly(std::span<Queued> group) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto trouble = groups->write_all(group.subspan(i, 1));
    if (trouble && *trouble != Trouble::refused) return i;
    settle(group[i], !trouble);
  }
  return group.size();
}

void StoreWriter::State::drop_settled(std::size_t count) {
  head += count;
  if (head < backlog.size()) return;
  backlog.clear();
  head = 0;
}

/// The disk takes nothing: who waits for an answer gets it, what nobody waits for is kept.
void StoreWriter::State::fail_all() {
  std::vector<Queued> kept;
  for (std::size_t i = head; i < backlog.size(); ++i) {
    if (is_awaited(backlog[i].write))
      settle(backlog[i], false);
    else
      kept.push_back(std::move(backlog[i]));
  }
  backlog = std::move(kept);
  head = 0;
  if (std::exchange(failing, true)) return;
  notify(effect::Level::error, fmt::format("records are not being stored: {}", groups->last_problem().text));
}

/// Tries the oldest write alone; everything else waits for it. Now and then on a fresh connection: an old one may be
/// beyond use, but opening reads all that is known of the bindings.
void StoreWriter::State::probe() {
  const bool connected = ++probes % probes_per_connection != 0 || groups->reconnect();
  const auto trouble = connected ? groups->write_all(std::span(backlog).subspan(head, 1)) : Trouble::disk;
  if (trouble && *trouble != Trouble::refused) return fail_all();
  settle(backlog[head], !trouble);
  drop_settled(1);
  failing = false;
  probes = 0;
  notify(effect::Level::notice,
         fmt::format("records are being stored again; {} that were kept are next", backlog.size() - head));
}

void StoreWriter::State::give_up() {
  gave_up = true;
  for (std::size_t i = head; i < backlog.size(); ++i) settle(backlog[i], false);
  notify(effect::Level::error, fmt::format("{} records could not be stored before the end: {}", backlog.size() - head,
                                           groups->last_problem().text));
  drop_settled(backlog.size() - head);
}

void StoreWriter::State::settle(const Queued& queued, bool ok) {
  ++(ok ? written : refused);
  if (const std::uint64_t ticket = ticket_of(queued.write)) answers.push_back({ticket, ok});
  if (const auto* entry = std::get_if<AppendAudit>(&queued.write)) told.emplace_back(entry->told, ok);
}

/// Numbers first, then answers, then flush(): who sees the later has the earlier.
void StoreWriter::State::publish() {
  const std::uint64_t refused_now = refused;
  const std::int64_t cpu_us = thread_cpu_us();
  {
    const std::lock_guard lock(mutex);
    backlog_size = backlog.size() - head;
    ++statistics.groups;
    statistics.written += std::exchange(written, 0);
    statistics.refused += std::exchange(refused, 0);
    statistics.failing = failing;
    statistics.cpu_us = cpu_us;
  }
  if ((!answers.empty() && on_stored) || !told.empty()) {
    const std::lock_guard lock(calling);
    if (!answers.empty() && on_stored && !abandoned) on_stored(answers);
    for (const auto& [tell, ok] : told)
      if (!abandoned) tell(ok);
  }
  answers.clear();
  told.clear();
  if (refused_now > 0 && !failing)
    notify(effect::Level::warning,
           fmt::format("{} records were refused by the database: {}", refused_now, groups->last_problem().text));
  {
    const std::lock_guard lock(mutex);
    unsettled_first = backlog_size > 0 ? backlog[head].number : !pending.empty() ? pending.front().number : pushed + 1;
  }
  settled.notify_all();
}

/// A few records a time, in a transaction of their own: whoever waits for an answer has it already.
void StoreWriter::State::sweep() {
  const auto now = Clock::now();
  // A disk that takes nothing is tried by those who need it.
  if (failing) {
    sweep_at = wake_at = now + std::chrono::milliseconds(options.sweep_ms);
    return;
  }
  const Keep kept = [this] {
    const std::lock_guard lock(mutex);
    return keep;
  }();
  const bool by_age = now - started >= std::chrono::milliseconds(options.age_trusted_after_ms);
  const auto swept = [&] {
    const AtDisk at_disk(at_disk_since);
    return groups->sweep(kept, by_age, options.sweep_rows);
  }();
  const bool more = swept && swept->more;
  sweep_at = now + std::chrono::milliseconds(more ? options.group_window_ms : options.sweep_ms);
  wake_at = now + std::chrono::milliseconds(more ? options.group_window_ms : options.sweep_idle_ms);
  if (!swept) return;
  {
    const std::lock_guard lock(mutex);
    statistics.swept += swept->by_age + swept->by_size;
    statistics.bytes = swept->bytes;
  }
  if (swept->by_size == 0 || (told_of_room && now - *told_of_room < std::chrono::hours(24))) return;
  told_of_room = now;
  notify(effect::Level::warning,
         fmt::format("the database holds {} MB, which is all it may: the oldest call records are being deleted, first "
                     "of extensions that have most of them; raise records.keep_mb if there is room",
                     swept->bytes / 1'000'000));
}

void StoreWriter::State::notify(effect::Level level, std::string text) {
  const std::lock_guard lock(calling);
  if (on_notice && !abandoned) on_notice({level, std::move(text)});
}

}  // namespace rf::store
