#include "shell/trace/recorder.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/call_link.hpp"
#include "core/trace/redact.hpp"
#include "core/trace/summary.hpp"
#include "shell/trace/find.hpp"
#include "shell/trace/segments.hpp"

namespace rf::trace {
namespace {

constexpr auto pause = std::chrono::milliseconds(50);
constexpr std::uint64_t mega = 1'000'000;
constexpr std::int64_t sweep_ms = 3'600'000;
constexpr int below_calls = 10;  // nice

std::int64_t mono_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A message as it was taken; its bytes stand in Waiting::bytes.
struct Taken {
  std::int64_t wall_ms = 0;
  Direction direction = Direction::in;
  bool stranger = false;
  Transport transport = Transport::udp;
  Endpoint local, remote;
  std::string call;   ///< that it began; of a note, that it is about
  std::string label;  ///< of a note
  std::size_t offset = 0, size = 0;
};

struct Waiting {
  std::vector<Taken> messages;
  std::string bytes;

  /// Messages carry secrets until they are redacted.
  void clear() {
    messages.clear();
    std::fill(bytes.begin(), bytes.end(), '\0');
    bytes.clear();
  }
};

/// A bounded map that forgets what was put into it earliest.
class Recent {
 public:
  explicit Recent(std::size_t bound) : half_(bound / 2) {}
  void put(const std::string& key, const std::string& value) {
    if (young_.size() >= half_ && !young_.contains(key)) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_[key] = value;
  }
  std::string find(const std::string& key) const {
    for (const auto* map : {&young_, &old_})
      if (const auto found = map->find(key); found != map->end()) return found->second;
    return {};
  }

 private:
  std::size_t half_;
  std::unordered_map<std::string, std::string> young_, old_;
};

std::string leg_of(const Entry& entry) {
  return entry.call_id + '\0' + entry.remote.address.text();
}

std::expected<void, std::string> make_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  const int why = errno;
  struct stat facts{};
  if (why == EEXIST && ::lstat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return {};
  return std::unexpected(fmt::format("the folder {} cannot be made: {}", folder,
                                     why == EEXIST ? "something else has its name" : std::strerror(why)));
}

}  // namespace

struct Recorder::State {
  explicit State(Options given) : options(std::move(given)), shares(options.seed) {}
  ~State() {
    delete waiting.load();
    delete spare.load();
  }

  Options options;
  Shares shares;  ///< the signalling thread's

  /// What waits, or null while either thread has it in hand: whoever wants it exchanges it for null. A lock would let
  /// the writer, when it is put aside with it, hold up the signalling thread.
  std::atomic<Waiting*> waiting = nullptr, spare = nullptr;
  std::atomic<std::uint64_t> taken = 0;
  std::atomic<std::size_t> waiting_bytes = 0;

  std::mutex mutex;  ///< over the next five; never the signalling thread's
  std::condition_variable changed;
  std::uint64_t written = 0;
  std::optional<TraceKeep> other_keep;
  bool ending = false;
  bool hurry = false;

  std::atomic<std::uint64_t> recorded = 0, left_out = 0, lost = 0, disk_bytes = 0;
  std::atomic<bool> failing = false;
  std::thread thread;

  // the writer's thread
  Recent links{TraceLimits::dialogs}, legs{TraceLimits::dialogs};
  std::unique_ptr<Segments> calls, strangers, log;
  std::int64_t retry_ms = 0, looked_ms = 0, swept_ms = 0;
  bool room = true;

  void push(Taken message, std::string_view bytes);
  void open();
  void run();
  void write(Waiting& batch);
  void sweep();
  Entry entry_of(const Taken& message, std::string_view bytes);
  std::expected<void, std::string> store(const std::vector<Entry>& entries);
  bool has_room();
};

std::expected<std::unique_ptr<Recorder>, std::string> Recorder::start(Options options) {
  if (auto made = make_folder(options.folder); !made) return std::unexpected(made.error());
  auto state = std::make_unique<State>(std::move(options));
  state->open();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  state->thread = std::thread([raw = state.get()] {
    pthread_setname_np(pthread_self(), "rf-trace");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), below_calls);
    raw->run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return std::unique_ptr<Recorder>(new Recorder(std::move(state)));
}

Recorder::Recorder(std::unique_ptr<State> state) : state_(std::move(state)) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

void Recorder::prove(const Flow& flow) {
  state_->shares.prove(flow);
}

void Recorder::received(Now now, const Flow& flow, std::string_view bytes, std::string_view began) {
  if (bytes.size() <= 4) return;  // a keepalive
  const Shares::Place place = state_->shares.of_received(now, flow);
  if (place == Shares::Place::nowhere) {
    state_->left_out.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  state_->push({now.wall_ms, Direction::in, place == Shares::Place::stranger, flow.transport, flow.local, flow.remote,
                std::string(began), {}},
               bytes);
}

void Recorder::sent(Now now, const Flow& flow, std::string_view bytes) {
  // We call nobody whom the configuration, a registration or a call did not lead us to.
  if (!bytes.starts_with("SIP/2.0 ")) state_->shares.prove(flow);
  const Shares::Place place = state_->shares.of_sent(now, flow);
  if (place == Shares::Place::nowhere) {
    state_->left_out.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  state_->push({now.wall_ms, Direction::out, place == Shares::Place::stranger, flow.transport, flow.local, flow.remote,
                {}, {}},
               bytes);
}

void Recorder::note(std::int64_t wall_ms, std::string_view call, std::string_view reason, std::string_view text) {
  Taken note;
  note.wall_ms = wall_ms;
  note.direction = Direction::note;
  note.call = call;
  note.label = reason;
  state_->push(std::move(note), text.substr(0, TraceLimits::text_bytes));
}

void Recorder::State::push(Taken message, std::string_view bytes) {
  Waiting* batch = waiting.exchange(nullptr);
  if (batch == nullptr) batch = spare.exchange(nullptr);
  if (batch == nullptr) batch = new Waiting;
  if (batch->messages.size() < TraceLimits::queue_messages &&
      batch->bytes.size() + bytes.size() <= TraceLimits::queue_bytes) {
    message.offset = batch->bytes.size();
    message.size = bytes.size();
    batch->bytes.append(bytes);
    batch->messages.push_back(std::move(message));
    taken.fetch_add(1);
  } else {
    lost.fetch_add(1, std::memory_order_relaxed);
  }
  waiting_bytes.store(batch->bytes.size(), std::memory_order_relaxed);
  waiting.store(batch);
}

void Recorder::settle(std::uint32_t timeout_ms) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  const std::uint64_t until = s.taken;
  s.hurry = true;
  s.changed.notify_all();
  s.changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return s.written >= until; });
}

void Recorder::keep(const TraceKeep& keep) {
  const std::lock_guard lock(state_->mutex);
  state_->other_keep = keep;
}

RecorderCounters Recorder::counters() const {
  const State& s = *state_;
  RecorderCounters out;
  out.recorded = s.recorded;
  out.left_out = s.left_out;
  out.lost = s.lost;
  out.disk_bytes = s.disk_bytes;
  out.failing = s.failing;
  out.waiting_bytes = s.waiting_bytes;
  return out;
}

// --- the writer's thread

void Recorder::State::open() {
  const TraceKeep& keep = options.keep;
  const std::uint64_t budget = keep.budget_mb * mega, summaries = keep.log_mb * mega;
  const std::uint64_t of_strangers = budget / TraceLimits::stranger_part;
  const auto ring = [&](std::string_view kind, std::uint64_t bytes) {
    // Of a small budget at least the newest part stays when a file is full.
    const std::uint64_t part = std::min<std::uint64_t>(TraceLimits::segment_bytes, bytes / 4);
    return std::make_unique<Segments>(Segments::Options{options.folder, std::string(kind), bytes, part, keep.days});
  };
  calls = ring(calls_kind, budget - of_strangers);
  strangers = ring(strangers_kind, of_strangers);
  log = ring(log_kind, summaries);
}

void Recorder::State::run() {
  while (true) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, pause, [&] { return ending || hurry; });
    hurry = false;
    const bool last = ending;
    const auto fresh = std::exchange(other_keep, std::nullopt);
    lock.unlock();
    if (fresh) {
      options.keep = *fresh;
      open();
      sweep();
    }
    // After the end is asked for nobody brings more, so what is taken then is all.
    if (Waiting* const batch = waiting.exchange(nullptr)) {
      waiting_bytes.store(0, std::memory_order_relaxed);
      const std::size_t count = batch->messages.size();
      write(*batch);
      batch->clear();
      delete spare.exchange(batch);
      lock.lock();
      written += count;
      changed.notify_all();
      lock.unlock();
    }
    if (last) return;
    // Not before an hour has passed: a clock that was wrong at boot has been set by then.
    const std::int64_t now_ms = mono_now_ms();
    if (swept_ms == 0) swept_ms = now_ms;
    if (now_ms - swept_ms < sweep_ms) continue;
    swept_ms = now_ms;
    sweep();
  }
}

void Recorder::State::sweep() {
  const std::int64_t wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (Segments* const ring : {calls.get(), strangers.get(), log.get()}) ring->sweep(wall_ms);
}

bool Recorder::State::has_room() {
  const std::int64_t now_ms = mono_now_ms();
  if (looked_ms != 0 && now_ms - looked_ms < 1'000) return room;
  looked_ms = now_ms;
  struct statvfs facts{};
  if (::statvfs(options.folder.c_str(), &facts) != 0) return room = true;  // the next write says why
  return room = std::uint64_t{facts.f_bavail} * facts.f_frsize >= options.disk_reserve_bytes;
}

void Recorder::State::write(Waiting& batch) {
  const std::int64_t now_ms = mono_now_ms();
  if (batch.messages.empty()) return;
  std::vector<Entry> entries;
  entries.reserve(batch.messages.size());
  for (const Taken& message : batch.messages) {
    entries.push_back(entry_of(message, std::string_view(batch.bytes).substr(message.offset, message.size)));
    if (options.onward && message.direction != Direction::note) options.onward(entries.back());
  }
  if (now_ms < retry_ms) {
    lost.fetch_add(entries.size(), std::memory_order_relaxed);
    return;
  }
  auto stored = has_room() ? store(entries)
                           : std::expected<void, std::string>(std::unexpected(fmt::format(
                                 "the disk of {} has less than {} MB left", options.folder,
                                 options.disk_reserve_bytes / mega)));
  if (stored)
    recorded.fetch_add(entries.size(), std::memory_order_relaxed);
  else
    lost.fetch_add(entries.size(), std::memory_order_relaxed);
  retry_ms = stored ? 0 : now_ms + TraceLimits::disk_retry_ms;
  if (failing.exchange(!stored) == !stored || !options.tell) return;
  options.tell(!stored, stored ? "signalling is recorded again"
                               : fmt::format("signalling is not recorded: {}; calls go on", stored.error()));
}

Entry Recorder::State::entry_of(const Taken& message, std::string_view bytes) {
  Entry out;
  out.wall_ms = message.wall_ms;
  out.direction = message.direction;
  out.stranger = message.stranger;
  out.transport = message.transport;
  out.local = message.local;
  out.remote = message.remote;
  if (message.direction == Direction::note) {
    out.call = message.call;
    out.label = message.label;
    out.text = bytes;
    links.put(call_link(out.call), out.call);
    return out;
  }
  const Summary summary = summarise(bytes, out);
  out.text = redact_message(bytes);
  if (!summary.parsed) return out;
  const std::string leg = leg_of(out);
  if (!message.call.empty()) {
    links.put(call_link(message.call), message.call);
    out.call = message.call;
    legs.put(leg, out.call);
  } else if (summary.begins_dialog && message.direction == Direction::out) {
    out.call = links.find(out.call_id.substr(0, call_link_bytes));
    if (!out.call.empty()) legs.put(leg, out.call);
  } else if (!message.stranger) {
    out.call = legs.find(leg);
  }
  return out;
}

std::expected<void, std::string> Recorder::State::store(const std::vector<Entry>& entries) {
  std::string known, strange, lines;
  for (const Entry& entry : entries) {
    append_to(entry.stranger ? strange : known, entry);
    Entry line = entry;
    if (line.direction != Direction::note) line.text.clear();
    append_to(lines, line);
  }
  const std::int64_t wall_ms = entries.back().wall_ms;
  struct Part {
    Segments* ring;
    std::string* bytes;
    bool wanted;
  };
  const Part parts[] = {{calls.get(), &known, options.keep.budget_mb > 0},
                        {strangers.get(), &strange, options.keep.budget_mb > 0},
                        {log.get(), &lines, options.keep.log_mb > 0}};
  std::uint64_t total = 0;
  for (const Part& part : parts) {
    if (part.wanted && !part.bytes->empty())
      if (auto done = part.ring->append(*part.bytes, wall_ms); !done) return done;
    total += part.ring->bytes();
  }
  disk_bytes.store(total, std::memory_order_relaxed);
  return {};
}

}  // namespace rf::trace
