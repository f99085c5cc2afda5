// The media threads: they bind the ports of installed plans, run the pure media step on every packet and report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/engine/input.hpp"
#include "core/media/clips.hpp"
#include "core/media/plan.hpp"
#include "shell/dtls/identity.hpp"

namespace rf::relay {

/// Bounds and habits of the relay, with their behaviour at the limit.
struct Options {
  unsigned threads = 1;                                    ///< 1 to the number of cores; a stream lives on one of them
  unsigned transcode_threads = 1;                          ///< beside them, for streams whose legs share no codec
  std::size_t commands_max = QueueLimits::relay_commands;  ///< beyond it start(), update() and ask() give false
  /// Sockets kept bound between calls (a call then costs a third); beyond it what a call gives back is closed.
  /// Descriptors: these, four a running stream, and two more once it has settled.
  std::size_t warm_ports_max = QueueLimits::warm_ports;
  int receive_buffer_bytes = 65'536;  ///< of each socket (the kernel doubles it): about two seconds of one stream
  std::uint8_t dscp = 46;             ///< EF (RFC 3246), on everything sent (N5)
  std::string interface;              ///< that all sockets are bound to; empty: none
  Address local_v4, local_v6;         ///< of that interface: used instead of a plan's, unless unspecified
  /// Under load a thread lets packets gather for so long before it looks again: one wake-up then serves many streams.
  std::uint32_t gather_us = 1'000;
  std::uint32_t gather_above_packets_per_s = 4'000;  ///< a thread with less to do wakes for every packet
  /// After so many packets in a row a stream gets a socket connected to its peer: cheaper to send on, and a flood of
  /// strays on the port then has another queue than the call. 0 never.
  std::uint32_t connect_after_packets = 50;
  bool io_uring = true;  ///< for those sockets, where the kernel has it (Linux 6.1) and allows it
};

/// Counters since the start, over all threads.
struct Totals {
  std::uint64_t received = 0;  ///< datagrams read, honest or not
  std::uint64_t forwarded = 0;
  std::uint64_t spoken = 0;         ///< packets that we said ourselves
  std::uint64_t answered = 0;       ///< checks of ICE
  std::uint64_t send_failures = 0;  ///< the kernel took neither the packet nor the second try
  std::uint64_t wakeups = 0;
  std::uint64_t streams = 0;             ///< running now
  std::uint64_t warm_ports = 0;          ///< idle now
  std::uint64_t handshakes = 0;          ///< of DTLS, under way now
  std::uint64_t secured = 0;             ///< handshakes that made keys
  std::uint64_t handshakes_dropped = 0;  ///< datagrams of handshakes, and beginnings, that there was no room for
  std::uint64_t commands = 0;            ///< waiting now, of the thread that has most
  std::uint64_t transcoded = 0;          ///< packets that a transcoder made
  std::uint64_t transcode_lost = 0;      ///< packets that it, or the media thread behind it, had no time for
  std::uint64_t transcode_streams = 0;   ///< with a transcoder, now
};

/// What the relay tells the engine.
using Report = std::variant<engine::RelayReported, engine::RelaySilent, engine::RelayFailed, engine::DigitHeard,
                            engine::VoiceDone, engine::MediaSecured, engine::MediaDistrusted>;
/// Called on the media threads: it must be thread-safe and quick (post it to the engine's queue).
using Deliver = std::function<void(Report)>;

class Worker;
class WarmPorts;
}  // namespace rf::relay

namespace rf::transcode {
class Pool;
}

namespace rf::relay {

/// Runs relay plans on media threads. All calls are thread-safe and return at once; outcomes come through `deliver`:
/// RelayFailed when a plan's ports cannot be bound (nothing of it remains), RelaySilent after each silence limit
/// without RTP, DigitHeard and VoiceDone while a plan has a voice, MediaSecured and MediaDistrusted once of each leg
/// and association with DTLS, RelayReported after ask() and, with `stopped` set, after every stop(), known or not.
class Relay {
 public:
  /// Throws std::system_error when a thread, its epoll or its eventfd cannot be made.
  Relay(const Options& options, Deliver deliver);
  /// Ends the threads and closes everything; nothing is delivered afterwards.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Opens the ports of `local` from `first` to `last` before any call needs them, so that no other program takes one
  /// that a call was promised. None when not all of them can stay open: some would only crowd out the ports that calls
  /// use. Gives how many somebody else holds.
  std::size_t reserve(const Address& local, std::uint16_t first, std::uint16_t last);

  /// What voices say from now on; an order that has begun keeps its clips. Before the first there are none.
  void use(const media::ClipBankRef& clips);

  /// The certificates that plans name by their fingerprints from now on; those before them still serve plans that name
  /// them.
  void use(const dtls::Identities& identities);

  /// Each gives false when the thread's queue is full: the plan was not taken.
  bool start(const media::RelayPlan& plan);
  bool update(const media::RelayPlan& plan);
  bool ask(RelayId relay);
  /// Always taken: there are no more of them than streams.
  void stop(RelayId relay);

  Totals totals() const;

 private:
  Worker& worker_of(RelayId relay);
  media::RelayPlan placed(media::RelayPlan plan) const;

  const Address local_v4_, local_v6_;
  // In this order, so that they outlive the threads that use them.
  Deliver deliver_;
  std::unique_ptr<WarmPorts> warm_;
  std::unique_ptr<transcode::Pool> transcoders_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace rf::relay
