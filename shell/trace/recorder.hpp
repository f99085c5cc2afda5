// Records signalling: takes messages from the signalling thread without ever making it wait, and writes them, redacted,
// on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/limits/trace.hpp"
#include "core/trace/entry.hpp"
#include "core/trace/shares.hpp"

namespace rf::trace {

struct RecorderCounters {
  std::uint64_t recorded = 0;
  std::uint64_t left_out = 0;  ///< of strangers and floods, beyond their share
  std::uint64_t lost = 0;      ///< the queue was full, or the disk did not take them
  std::size_t waiting_bytes = 0;
  std::uint64_t disk_bytes = 0;
  bool failing = false;  ///< the disk
};

class Recorder {
 public:
  struct Options {
    std::string folder;  ///< made when it is missing
    TraceKeep keep;
    std::uint64_t seed = 0;
    std::uint64_t disk_reserve_bytes = 0;  ///< below which nothing is written: records of calls need the room more
    /// Told of each redacted message on the writer's thread; must not wait.
    std::function<void(const Entry&)> onward = {};
    /// A sentence for the operator when the disk begins and ceases to fail, on the writer's thread.
    std::function<void(bool failing, const std::string& text)> tell = {};
  };
  /// Errors: a sentence.
  static std::expected<std::unique_ptr<Recorder>, std::string> start(Options options);
  /// Writes what waits.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // --- the signalling thread

  /// The peer at the other end of this path has proved who he is.
  void prove(const Flow& flow);
  /// `began`: the call that this message began; empty: none.
  void received(Now now, const Flow& flow, std::string_view bytes, std::string_view began);
  void sent(Now now, const Flow& flow, std::string_view bytes);
  /// A line of explanation in the ladder of a call.
  void note(std::int64_t wall_ms, std::string_view call, std::string_view reason, std::string_view text);

  // --- any thread

  /// Waits until what was taken before is written, at most `timeout_ms`.
  void settle(std::uint32_t timeout_ms);
  /// From now on; what is on disk and too much goes.
  void keep(const TraceKeep& keep);
  RecorderCounters counters() const;

 private:
  struct State;
  explicit Recorder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rf::trace
