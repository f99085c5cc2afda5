// The log of the running server: lines are handed to a writing thread over a bounded queue, so that a slow disk never
// slows a call down.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/limits/server.hpp"
#include "core/effect/effect.hpp"
#include "shell/log/line.hpp"

namespace rf::log {

struct Options {
  Format format = Format::text;
  effect::Level level = effect::Level::info;
  std::string file;  ///< absolute; empty: standard error
  bool show_personal = false;
  std::size_t queue_max = QueueLimits::log_lines;
  /// Lines of one kind (a reason, an event) written in one minute; the rest are counted and summed up in one line, so
  /// that a flood neither costs the signalling thread its time nor pushes other lines out.
  std::uint32_t lines_per_min = DiskLimits{}.lines_per_min;
  /// A file that would grow beyond it is put aside as `file`.1 and begun anew; of those, `files` are kept, the oldest
  /// goes. Only regular files; where the folder does not let us rename, the file itself is emptied.
  std::uint64_t file_bytes = std::uint64_t{DiskLimits{}.log_file_mb} * 1'000'000;
  std::uint32_t files = DiskLimits{}.log_files;
};

struct Counters {
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;   ///< the queue was full
  std::uint64_t failed = 0;    ///< the disk refused
  std::uint64_t left_out = 0;  ///< over lines_per_min
  std::size_t waiting = 0;     ///< in the queue now
};

/// May be used from any thread; no call blocks on the disk except reopen() and flush().
class Log {
 public:
  /// Errors: a sentence naming the file. Files are made with mode 0640.
  static std::expected<std::unique_ptr<Log>, std::string> open(const Options& options);
  /// Writes what waits.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// What the engine reports.
  void report(const effect::Report& report);
  /// What the shell has to say: `event` is a word of ours ("listening"), `text` a sentence.
  void say(effect::Level level, std::string_view event, std::string_view text);
  /// An operator's change: always written, whatever the level.
  void audit(std::string_view actor, std::string_view action, std::string_view outcome);

  /// Opens the file anew (another one, or after something else rotated it) and takes over everything but queue_max. On
  /// an error the old file stays.
  std::expected<void, std::string> reopen(const Options& options);
  void flush();
  Counters counters() const;
  /// From now on `listener` hears every line before it is known whether it is written, with its subject as it came. It
  /// is called by whoever says something, and has to be quick. To be set before other threads know this log.
  void listen(std::function<void(const Line&)> listener);

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  bool wanted(effect::Level level) const;
  /// Whether one more of this kind may be written in this minute; it is counted either way.
  bool admit(effect::Level level, std::string_view event, const Flow& flow);
  void sum_up();
  void write(const Line& line);
  std::unique_ptr<State> state_;
};

}  // namespace rf::log
