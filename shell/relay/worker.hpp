// One media thread: its streams, its sockets, its queue of commands.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/base/limits/media.hpp"
#include "core/base/time.hpp"
#include "core/base/timers.hpp"
#include "core/media/session.hpp"
#include "shell/dtls/association.hpp"
#include "shell/dtls/greeter.hpp"
#include "shell/relay/ports.hpp"
#include "shell/relay/relay.hpp"
#include "shell/relay/ring.hpp"
#include "shell/transcode/pool.hpp"
#include "shell/transcode/shares.hpp"

namespace rf::relay {

/// The clock of media threads.
std::int64_t monotonic_us();
/// Written by one thread only, so a plain store will do; an atomic addition would cost more than the counting is worth.
void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1);

struct StartStream {
  media::RelayPlan plan;
};
struct UpdateStream {
  media::RelayPlan plan;
};
struct StopStream {
  RelayId relay;
};
struct AskStream {
  RelayId relay;
};
struct UseClips {
  media::ClipBankRef clips;
};
struct UseIdentities {
  dtls::Identities identities;
};
using WorkerCommand = std::variant<StartStream, UpdateStream, StopStream, AskStream, UseClips, UseIdentities>;

/// Owns the streams that were given to it. Only post(), post_coded() and totals() may be called from other threads.
class Worker {
 public:
  Worker(const Options& options, WarmPorts& warm, transcode::Pool& transcoders, const Deliver& deliver);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// False when the queue is full and `always` is not set.
  bool post(WorkerCommand command, bool always = false);
  /// A packet that the transcoder made for a leg. Lost when the leg has its share of TranscodeLimits::queue_packets.
  void post_coded(RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes);
  void add_totals(Totals& totals) const;

 private:
  struct Stream;
  /// A stream's port, or the socket connected beside it.
  struct Socket {
    Descriptor fd;
    Ring::Watch watch;  // by ring_; else epoll_ watches it
    Stream* stream = nullptr;
    std::uint8_t leg = 0;
    bool rtcp = false;
  };
  /// What an event on a descriptor stands for. Sockets stay watched between calls, so `socket` may be none.
  struct Watched {
    Socket* socket = nullptr;
    Endpoint local;
  };
  /// What came: the first `size` bytes of `room`. `buffer`: of ring_'s, when it came by that.
  struct Datagram {
    std::span<std::uint8_t> room;
    std::size_t size = 0;
    std::optional<std::uint16_t> buffer;

    std::span<std::uint8_t> bytes() const { return room.first(size); }
  };
  /// Where packets leave by, and the peer's address as the kernel wants it.
  struct Exit {
    Endpoint to;
    KernelAddress kernel;
  };
  struct Leg {
    std::array<Socket, 2> ports;  // RTP, RTCP
    std::array<Exit, 2> exits;
    Socket direct;  // RTP with the peer `direct_peer` alone
    Endpoint direct_peer;
    Endpoint steady_source;
    std::uint32_t steady = 0;  // packets in a row from steady_source
    std::int64_t pace_from_us = 0;
    std::uint32_t paced = 0;  // packets to transcode since then
  };
  /// The DTLS association of one leg and port.
  struct Handshake {
    std::unique_ptr<dtls::Association> association;
    Endpoint peer;
    std::uint32_t number = 0;  // Session::association() when it began
    bool counts = false;       // among handshakes_
    Timers::Handle timer = 0;
  };
  struct Handshakes {
    std::array<std::array<Handshake, 2>, 2> of;  // by leg and port
    std::array<Timers::Handle, 2> suspicions{};
  };
  struct Stream {
    Stream(const media::RelayPlan& plan, std::int64_t now_us, const media::Speech& speech)
        : session(plan, now_us, speech) {}
    media::Session session;
    std::array<Leg, 2> legs;
    bool speaks = false;  // it is among speaking_
    Timers::Handle silence = 0;
    std::unique_ptr<Handshakes> handshakes;  // none while no leg has DTLS
  };
  /// A datagram of DTLS that waits until all media of this turn is served.
  struct Waiting {
    RelayId relay;
    std::uint8_t leg = 0;
    bool rtcp = false;
    Endpoint source;
    dtls::Datagram datagram;
  };
  struct Counters {
    std::atomic<std::uint64_t> received{0}, forwarded{0}, spoken{0}, answered{0}, send_failures{0}, wakeups{0},
        streams{0}, handshakes{0}, secured{0}, handshakes_dropped{0};
  };
  struct Coded {
    RelayId relay;
    unsigned leg = 0;
    std::vector<std::uint8_t> bytes;
  };

  void run();
  int wait(std::int64_t now_us);
  void serve(Socket& socket, std::int64_t now_us);
  bool look_at_ring(std::int64_t now_us);
  bool pass(Socket& socket, const Endpoint& source, const Datagram& datagram, std::int64_t now_us);
  bool send_on(Stream& stream, unsigned leg, const media::Decision& decision, const std::uint8_t* bytes);
  static bool goes_direct(const Stream& stream, unsigned leg, const media::Decision& decision);
  void leave_ring(Socket& socket);
  void answer(const Socket& socket, const Endpoint& to, std::span<const std::uint8_t> bytes);
  void settle(Stream& stream, unsigned leg, const Endpoint& source);
  void carry_out_commands(std::int64_t now_us);
  void carry_out(const StartStream& command, std::int64_t now_us);
  void carry_out(const UpdateStream& command, std::int64_t now_us);
  void carry_out(const StopStream& command, std::int64_t now_us);
  void carry_out(const AskStream& command, std::int64_t now_us);
  void carry_out(const UseClips& command, std::int64_t now_us);
  void carry_out(const UseIdentities& command, std::int64_t now_us);
  media::Speech speech_for(const media::RelayPlan& plan) const;
  void watch_voice(Stream& stream);
  void speak(std::int64_t now_us);
  void say_what_is_due(Stream& stream, std::int64_t now_us);
  void wake();
  void watch_silence(Stream& stream, std::int64_t now_us);
  void on_timers(std::int64_t now_us);
  void on_silence(Stream& stream, std::int64_t now_us);

  // Other codecs: worker_transcode.cpp
  void watch_transcoding(const media::RelayPlan& before, const media::RelayPlan& plan);
  void transcode_from(const Socket& socket, std::span<const std::uint8_t> packet, std::int64_t now_us);
  void send_coded(std::int64_t now_us);

  // DTLS: worker_dtls.cpp
  void await_handshake(const Socket& socket, const Endpoint& source, std::span<const std::uint8_t> datagram);
  void shake_hands();
  void shake_hands(const Waiting& waiting, std::int64_t now_us);
  void greet(Stream& stream, const Waiting& waiting, std::int64_t now_us);
  void begin(Stream& stream, unsigned leg, unsigned port, std::unique_ptr<dtls::Association> association,
             const Endpoint& peer, std::int64_t now_us);
  void connect(Stream& stream, std::int64_t now_us);
  void go_on(Stream& stream, unsigned leg, unsigned port, std::int64_t now_us);
  void end_handshake(Handshake& handshake);
  void drop_former_handshakes(Stream& stream);
  void end_handshakes(Stream& stream);
  void distrust(Stream& stream, unsigned leg, const Endpoint& peer, media::MediaFault fault, std::int64_t now_us);
  void on_handshake_timer(Stream& stream, std::uint32_t kind, std::int64_t now_us);
  void send_from(Stream& stream, unsigned leg, unsigned port, const Endpoint& to, const dtls::Datagram& datagram);
  dtls::IdentityRef identity_of(const media::Fingerprint& fingerprint) const;

  bool watch(Socket& socket, const Endpoint& local, bool already);
  void on_event(int fd, std::int64_t now_us);
  bool open_port(Socket& socket, const Endpoint& local);
  void give_back_ports(Stream& stream);

  const Options options_;
  WarmPorts& warm_;
  transcode::Pool& transcoders_;
  const Deliver& deliver_;
  Descriptor epoll_, wake_, ring_event_;
  std::unique_ptr<Ring> ring_;    // none where the kernel has none; the thread's own
  std::vector<Watched> watched_;  // by descriptor
  Timers timers_;
  std::vector<Timers::Fired> fired_;
  std::unordered_map<RelayId, std::unique_ptr<Stream>> streams_;
  media::ClipBankRef clips_;
  std::vector<Stream*> speaking_;  // those that have something to say
  std::int64_t speaks_at_us_ = never_ms;
  // No path carries more in one RTP packet; longer ones are dropped. Behind it is room for what the session adds.
  static constexpr std::size_t packet_bytes = 2'048;
  std::array<std::uint8_t, packet_bytes + media::packet_growth> packet_;
  std::array<dtls::Identities, 2> identities_;  // those in use, and those before them
  dtls::Greeter greeter_;
  std::deque<Waiting> waiting_;
  std::size_t handshakes_ = 0;  // under way
  std::int64_t rate_from_us_ = 0;
  std::uint64_t rate_packets_ = 0;
  bool busy_ = false;
  Counters counters_;

  mutable std::mutex mutex_;
  std::vector<WorkerCommand> queue_;  // guarded by mutex_
  std::vector<Coded> coded_;          // guarded by mutex_
  transcode::Shares coded_shares_{TranscodeLimits::queue_packets};  // of coded_; guarded by mutex_
  std::uint64_t coded_lost_ = 0;      // guarded by mutex_
  bool stopping_ = false;             // guarded by mutex_
  std::vector<WorkerCommand> taken_;
  std::vector<Coded> taken_coded_;
  std::thread thread_;
};

}  // namespace rf::relay
