// The log of the running server: lines are handed to a writing thread over a bounded queue, so that a slow disk never
// slows a call down.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "core/effect/effect.hpp"
#include "shell/log/line.hpp"

namespace rf::log {

struct Options {
  Format format = Format::text;
  effect::Level level = effect::Level::info;
  std::string file;  ///< absolute; empty: standard error
  bool show_personal = false;
  std::size_t queue_max = 8'192;  ///< lines waiting; beyond it the oldest are dropped and counted
  /// Reports of one reason written in one second; the rest are counted and summed up in one line, so that a flood
  /// neither costs the signalling thread its time nor pushes other lines out.
  std::uint32_t lines_per_second_max = 200;
};

struct Counters {
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;   ///< the queue was full
  std::uint64_t failed = 0;    ///< the disk refused
  std::uint64_t left_out = 0;  ///< over lines_per_second_max
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
  /// What the shell has to say: `event` is a word ("listening"), `text` a sentence.
  void say(effect::Level level, std::string_view event, std::string_view text);
  /// An operator's change: always written, whatever the level.
  void audit(std::string_view actor, std::string_view action, std::string_view outcome);

  /// Opens the file anew (after rotation) and takes over format, level and privacy. On an error the old file stays.
  std::expected<void, std::string> reopen(const Options& options);
  void flush();
  Counters counters() const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  bool wanted(effect::Level level) const;
  void write(const Line& line);
  std::unique_ptr<State> state_;
};

}  // namespace rf::log
