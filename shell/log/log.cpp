#include "shell/log/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace rf::log {
namespace {

std::expected<int, std::string> open_file(const std::string& path) {
  if (path.empty()) return STDERR_FILENO;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (descriptor >= 0) return descriptor;
  return std::unexpected(fmt::format("the log file {} cannot be opened: {}", path, std::strerror(errno)));
}

// A sink over one descriptor that can be exchanged while lines are on their way, and that keeps a file from growing for
// ever.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  DescriptorSink(int descriptor, const Options& options) { take(descriptor, options); }
  ~DescriptorSink() override { close_file(); }

  void exchange(int descriptor, const Options& options) {
    const std::lock_guard<std::mutex> lock(mutex_);
    close_file();
    take(descriptor, options);
  }

  // Waits for the next flush mark to come out of the queue; bounded, because an overrun may have taken the mark.
  void wait_for_flush(const std::function<void()>& mark) {
    std::unique_lock<std::mutex> lock(mutex_);
    const std::uint64_t before = flushed_;
    lock.unlock();
    mark();
    lock.lock();
    moved_.wait_for(lock, std::chrono::seconds(2), [&] { return flushed_ != before; });
  }

  std::atomic<std::uint64_t> written{0}, failed{0};

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    if (bounded_ && size_ > 0 && size_ + line_.size() > file_bytes_) begin_anew();
    std::string_view rest = line_;
    while (!rest.empty()) {
      const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        failed.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(count));
      size_ += static_cast<std::uint64_t>(count);
    }
    written.fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {
    ++flushed_;
    moved_.notify_all();
  }

 private:
  void take(int descriptor, const Options& options) {
    descriptor_ = descriptor;
    path_ = options.file;
    file_bytes_ = options.file_bytes;
    files_ = options.files;
    struct stat facts{};
    bounded_ = !path_.empty() && ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
    size_ = bounded_ ? static_cast<std::uint64_t>(facts.st_size) : 0;
  }

  std::string aside(std::uint32_t number) const { return fmt::format("{}.{}", path_, number); }

  // A log that is lost is better than a disk that is full: that one refuses calls.
  void begin_anew() {
    for (std::uint32_t i = files_; i > 1; --i) ::rename(aside(i - 1).c_str(), aside(i).c_str());
    const bool moved = files_ > 0 && (::rename(path_.c_str(), aside(1).c_str()) == 0 || errno == ENOENT);
    const auto fresh = moved ? open_file(path_) : std::unexpected(std::string());
    if (fresh) {
      close_file();
      descriptor_ = *fresh;
    } else if (::ftruncate(descriptor_, 0) != 0) {
      return;
    }
    size_ = 0;
  }

  void close_file() {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
  }

  int descriptor_ = STDERR_FILENO;
  std::string path_;
  bool bounded_ = false;
  std::uint64_t size_ = 0, file_bytes_ = 0;
  std::uint32_t files_ = 0;
  std::string line_;
  std::uint64_t flushed_ = 0;
  std::condition_variable moved_;
};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct Log::State {
  // Lines of one kind in the minute that runs.
  struct Kind {
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
    effect::Level level = effect::Level::info;
    Flow last;  ///< of what was left out
  };
  std::mutex kinds_mutex;
  std::map<std::string, Kind, std::less<>> kinds;  ///< as many as there are words in this program
  std::int64_t minute = 0;
  std::atomic<std::uint32_t> lines_per_min;
  std::atomic<std::uint64_t> left_out = 0;
  std::atomic<Format> format;
  std::atomic<effect::Level> level;
  std::atomic<bool> show_personal;
  std::shared_ptr<DescriptorSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::function<void(const Line&)> listener;

  void hear(const Line& line) const {
    if (listener) listener(line);
  }
  void take(const Options& options) {
    format = options.format;
    level = options.level;
    show_personal = options.show_personal;
    lines_per_min = options.lines_per_min;
  }
};

std::expected<std::unique_ptr<Log>, std::string> Log::open(const Options& options) {
  const auto descriptor = open_file(options.file);
  if (!descriptor) return std::unexpected(descriptor.error());
  auto state = std::make_unique<State>();
  state->take(options);
  state->sink = std::make_shared<DescriptorSink>(*descriptor, options);
  state->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_max, 1);
  state->logger = std::make_shared<spdlog::async_logger>("ringfence", state->sink, state->pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
  state->logger->set_level(spdlog::level::trace);
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
// The pool's destructor writes what waits before it ends its thread.
Log::~Log() {
  sum_up();
}

void Log::write(const Line& line) {
  state_->logger->log(spdlog::level::info, format(state_->format, state_->show_personal, wall_ms(), line));
}

bool Log::admit(effect::Level level, std::string_view event, const Flow& flow) {
  State& s = *state_;
  std::unique_lock lock(s.kinds_mutex);
  if (const std::int64_t minute = wall_ms() / 60'000; std::exchange(s.minute, minute) != minute) {
    lock.unlock();
    sum_up();
    lock.lock();
  }
  auto found = s.kinds.find(event);
  if (found == s.kinds.end()) found = s.kinds.emplace(event, State::Kind{}).first;
  State::Kind& kind = found->second;
  kind.level = level;
  if (kind.written < s.lines_per_min) {
    ++kind.written;
    return true;
  }
  ++kind.left_out;
  kind.last = flow;
  s.left_out.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void Log::sum_up() {
  std::map<std::string, State::Kind, std::less<>> over;
  {
    const std::lock_guard lock(state_->kinds_mutex);
    over.swap(state_->kinds);
  }
  for (const auto& [event, kind] : over) {
    if (kind.left_out == 0) continue;
    const std::string text = fmt::format("{} more of these within a minute, the last one as here", kind.left_out);
    write({kind.level, event, text, kind.last, {}, {}, {}});
  }
}

void Log::report(const effect::Report& report) {
  const std::string_view event = effect::name_of(report.reason);
  const Line line{report.level,   event,       effect::text_of(report.reason), report.flow,
                  report.subject, report.call, report.detail};
  state_->hear(line);
  if (wanted(report.level) && admit(report.level, event, report.flow)) write(line);
}

bool Log::wanted(effect::Level level) const {
  return level >= state_->level.load();
}

void Log::say(effect::Level level, std::string_view event, std::string_view text) {
  const Line line{level, event, text, {}, {}, {}, {}};
  state_->hear(line);
  if (wanted(level) && admit(level, event, {})) write(line);
}

void Log::audit(std::string_view actor, std::string_view action, std::string_view outcome) {
  const std::string text = fmt::format("{} by {}: {}", action, actor, outcome);
  const Line line{effect::Level::notice, "audit", text, {}, {}, {}, {}};
  state_->hear(line);
  write(line);
}

std::expected<void, std::string> Log::reopen(const Options& options) {
  const auto descriptor = open_file(options.file);
  if (!descriptor) return std::unexpected(descriptor.error());
  state_->sink->exchange(*descriptor, options);
  state_->take(options);
  return {};
}

void Log::listen(std::function<void(const Line&)> listener) {
  state_->listener = std::move(listener);
}

void Log::flush() {
  sum_up();
  state_->sink->wait_for_flush([&] { state_->logger->flush(); });
}

Counters Log::counters() const {
  return {state_->sink->written, state_->pool->overrun_counter(), state_->sink->failed, state_->left_out,
          state_->pool->queue_size()};
}

}  // namespace rf::log
