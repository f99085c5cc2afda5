// Threads that turn codecs into each other, so that the media threads do not have to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.hpp"
#include "core/media/plan.hpp"

namespace rf::transcode {

/// Takes a packet that is ready for `leg`. Called on the threads of the pool: it must be thread-safe and quick. The
/// bytes are the pool's again when it returns.
using Deliver = std::function<void(RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes)>;

/// Whose packet it is.
enum class Source : std::uint8_t { caller, callee, voice };

/// Counters since the start, over all threads.
struct PoolTotals {
  std::uint64_t taken = 0;    ///< packets that came
  std::uint64_t given = 0;    ///< packets that left
  /// The thread was behind (TranscodeLimits::queue_packets, of which each sender has its share), or it was too long.
  std::uint64_t dropped = 0;
  std::uint64_t streams = 0;  ///< with a transcoder, now
  std::uint64_t waiting = 0;  ///< packets, of the thread that has most
};

/// Owns the transcoders of all streams; each stream lives on one thread. All calls are thread-safe and return at once.
class Pool {
 public:
  /// Throws std::system_error when a thread cannot be made.
  Pool(unsigned threads, Deliver deliver);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// What is to be done for a stream from now on: `plan.transcode`, and `plan.voice.coding`. Streams of ours go on with
  /// their numbers when they change. A plan with neither ends it.
  void set(const media::RelayPlan& plan);
  void close(RelayId relay);
  /// False when the packet is lost.
  bool code(RelayId relay, Source source, std::int64_t now_us, std::span<const std::uint8_t> bytes);

  /// Ends the threads: nothing is delivered when it has returned, and what comes is lost.
  void end();

  PoolTotals totals() const;

 private:
  class Thread;
  Thread& thread_of(RelayId relay) const;

  Deliver deliver_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace rf::transcode
