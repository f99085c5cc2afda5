#include "shell/log/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <utility>

namespace rf::log {
namespace {

// A sink over one descriptor that can be exchanged while lines are on their way.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}
  ~DescriptorSink() override { close_file(); }

  void exchange(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    close_file();
    descriptor_ = descriptor;
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
    std::string_view rest = line_;
    while (!rest.empty()) {
      const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        failed.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    written.fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {
    ++flushed_;
    moved_.notify_all();
  }

 private:
  void close_file() {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
  }
  int descriptor_;
  std::string line_;
  std::uint64_t flushed_ = 0;
  std::condition_variable moved_;
};

std::expected<int, std::string> open_file(const std::string& path) {
  if (path.empty()) return STDERR_FILENO;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (descriptor >= 0) return descriptor;
  return std::unexpected(fmt::format("the log file {} cannot be opened: {}", path, std::strerror(errno)));
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct Log::State {
  // Reports of one reason in the second that runs.
  struct Rate {
    std::int64_t second = 0;
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
  };
  std::mutex rates_mutex;
  std::array<Rate, 256> rates;  ///< by reason
  std::atomic<std::uint32_t> lines_per_second_max;
  std::atomic<std::uint64_t> left_out = 0;
  std::atomic<Format> format;
  std::atomic<effect::Level> level;
  std::atomic<bool> show_personal;
  std::shared_ptr<DescriptorSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;

  void take(const Options& options) {
    format = options.format;
    level = options.level;
    show_personal = options.show_personal;
    lines_per_second_max = options.lines_per_second_max;
  }
};

std::expected<std::unique_ptr<Log>, std::string> Log::open(const Options& options) {
  const auto descriptor = open_file(options.file);
  if (!descriptor) return std::unexpected(descriptor.error());
  auto state = std::make_unique<State>();
  state->take(options);
  state->sink = std::make_shared<DescriptorSink>(*descriptor);
  state->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_max, 1);
  state->logger = std::make_shared<spdlog::async_logger>("ringfence", state->sink, state->pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
  state->logger->set_level(spdlog::level::trace);
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
// The pool's destructor writes what waits before it ends its thread.
Log::~Log() = default;

void Log::write(const Line& line) {
  state_->logger->log(spdlog::level::info, format(state_->format, state_->show_personal, wall_ms(), line));
}

void Log::report(const effect::Report& report) {
  if (!wanted(report.level)) return;
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(state_->rates_mutex);
    State::Rate& rate = state_->rates[static_cast<std::uint8_t>(report.reason)];
    const std::int64_t second = wall_ms() / 1'000;
    if (rate.second != second) {
      left_out = std::exchange(rate.left_out, 0);
      rate = {second, 0, 0};
    }
    if (rate.written >= state_->lines_per_second_max) {
      ++rate.left_out;
      state_->left_out.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    ++rate.written;
  }
  const std::string_view event = effect::name_of(report.reason);
  if (left_out > 0)
    write({report.level, event, fmt::format("{} lines like this were left out", left_out), {}, {}, {}, {}});
  write({report.level, event, effect::text_of(report.reason), report.flow, report.subject, report.call, report.detail});
}

bool Log::wanted(effect::Level level) const {
  return level >= state_->level.load();
}

void Log::say(effect::Level level, std::string_view event, std::string_view text) {
  if (!wanted(level)) return;
  write({level, event, text, {}, {}, {}, {}});
}

void Log::audit(std::string_view actor, std::string_view action, std::string_view outcome) {
  const std::string text = fmt::format("{} by {}: {}", action, actor, outcome);
  write({effect::Level::notice, "audit", text, {}, {}, {}, {}});
}

std::expected<void, std::string> Log::reopen(const Options& options) {
  const auto descriptor = open_file(options.file);
  if (!descriptor) return std::unexpected(descriptor.error());
  state_->sink->exchange(*descriptor);
  state_->take(options);
  return {};
}

void Log::flush() {
  state_->sink->wait_for_flush([&] { state_->logger->flush(); });
}

Counters Log::counters() const {
  return {state_->sink->written, state_->pool->overrun_counter(), state_->sink->failed, state_->left_out};
}

}  // namespace rf::log
