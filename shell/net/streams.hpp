// SIP over TCP, TLS and WebSocket: one thread that accepts, connects, encrypts and frames, and knows who may stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/limits/server.hpp"
#include "core/policy/policy.hpp"
#include "core/websocket/handshake.hpp"
#include "shell/net/listener.hpp"

struct ssl_ctx_st;

namespace rf::net {

/// A TLS context that connections made with it keep alive; made by shell/tls.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// One whole message that came over a stream.
struct StreamPacket {
  Flow flow;
  std::string bytes;
  /// With the first message of a TLS connection whose peer showed a verified certificate: the names in it.
  std::vector<std::string> peer_names = {};
};

/// Where Streams reports to, on its own thread. False means "no room now": the same call is repeated a few milliseconds
/// later, and a connection with a message waiting is not read from meanwhile. Nothing is lost and nothing piles up.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  /// Takes the packet (moves from it) when it returns true.
  virtual bool on_message(StreamPacket& packet) = 0;
  /// After the last message of a connection that had any.
  virtual bool on_closed(ConnectionId connection) = 0;
  /// A request could not be delivered; `flow` as it stood in the Send. Of responses there is no such news.
  virtual bool on_send_failed(const Flow& flow) = 0;
};

/// Times and bounds of stream connections. A "stranger" is an inbound connection before trust(), and after distrust().
struct StreamOptions {
  Limits limits;  ///< connections_max, connections_per_source_max, unauthenticated_connections_max
  std::uint32_t handshake_ms = Patience::handshake_ms;
  std::uint32_t connect_ms = Patience::connect_ms;
  std::uint32_t stranger_idle_ms = Patience::stranger_idle_ms;
  std::uint32_t trusted_idle_ms = Patience::trusted_idle_ms;
  std::uint32_t message_ms = Patience::message_ms;
  std::uint32_t write_stall_ms = Patience::write_stall_ms;
  std::uint32_t ping_ms = WebLimits::ping_ms;  ///< to trusted WebSocket peers: what is between us forgets quiet ones
  std::size_t stranger_write_bytes_max = QueueLimits::stranger_write_bytes;
  std::size_t trusted_write_bytes_max = QueueLimits::trusted_write_bytes;
  std::size_t push_bytes_max = QueueLimits::push_bytes;
  std::uint32_t retry_ms = 5;                ///< between attempts when StreamEvents has no room
  std::uint8_t dscp = 24;                    ///< CS3
  /// Whether somebody who connects may stay, asked on the I/O thread before anything is kept or done for him. Empty:
  /// everybody may.
  std::function<bool(const Endpoint& remote, Transport transport, std::uint16_t local_port)> welcome = {};
  /// Told on the I/O thread when we connected to somebody whose certificate is not the one that was expected. Empty:
  /// nobody is told.
  std::function<void(const Flow& flow, std::string_view fault)> not_trusted = {};
  /// Told on the I/O thread when somebody asked for a WebSocket in a way that gets him none. Empty: nobody is told.
  std::function<void(const Flow& flow, websocket::Refusal refusal, std::string_view origin)> no_websocket = {};
};

/// What the signalling thread wants done in one go, in order. Reused: push() empties it and keeps its memory.
class StreamBatch {
 public:
  void send(const Flow& flow, std::string_view bytes);
  void close(ConnectionId connection);
  void trust(ConnectionId connection);
  void distrust(ConnectionId connection);
  bool empty() const { return ops_.empty(); }

 private:
  friend class Streams;
  enum class Kind : std::uint8_t { send, close, trust, distrust };
  struct Op {
    Kind kind;
    Flow flow;
    std::size_t offset = 0, size = 0;
  };
  std::vector<Op> ops_;
  std::string bytes_;
};

struct StreamCounters {
  std::size_t connections = 0;
  std::size_t strangers = 0;
  std::size_t push_bytes = 0;          ///< handed over and not yet taken by the thread
  std::uint64_t accepted = 0, connected = 0, messages_in = 0, messages_out = 0, pings = 0;
  std::uint64_t unwelcome = 0;         ///< closed at once, see StreamOptions::welcome
  std::uint64_t refused_source = 0;    ///< connections_per_source_max
  std::uint64_t refused_full = 0;      ///< connections_max, and nobody to make room
  std::uint64_t evicted = 0;           ///< strangers closed to make room for a newer one
  std::uint64_t handshake_failed = 0, connect_failed = 0;
  std::uint64_t timed_out = 0;         ///< handshake, first message, slow message, idle, write stall
  std::uint64_t bad_framing = 0;
  std::uint64_t write_overflow = 0;    ///< peers closed because they did not read
  std::uint64_t paused = 0;            ///< times a connection was not read from because the queue was full
};

/// TCP, TLS, WS and WSS listeners and connections, on one I/O thread of its own. Every method may be called from any
/// thread except from StreamEvents. Outbound: a send whose flow names no connection uses the one made before to the
/// same transport, remote and server name, or connects (RFC 3261 §18.1.1); a send to a connection that is gone fails.
/// Bounds: strangers beyond the limit, or connections beyond theirs, push out one of the source that has most, else the
/// one whose last whole message is longest ago (Admission); one that is trusted no more counts from then. One source
/// (an IPv4 address, an IPv6 /64) has at most connections_per_source_max strangers and at most half of all connections,
/// so that an office behind one address is not locked out and no source fills the table.
class Streams {
 public:
  Streams(const StreamOptions& options, StreamEvents& events);
  /// Stops at once when stop() was not called.
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Certificates for new connections; running ones keep theirs. Null: TLS listeners accept nobody, no TLS is
  /// connected. `pages` is for WSS; null: as `server`.
  void set_tls(TlsContext server, TlsContext client, TlsContext pages = {});
  /// Whose pages may open a WebSocket from now on; on a listener without TLS no host is taken for ours.
  void set_origins(websocket::Origins origins);
  /// Makes exactly these listeners listen (UDP ones are passed over). One that moved keeps its connections; those of
  /// one that is gone are closed. Waits for the I/O thread.
  std::vector<ListenerState> set_listeners(std::span<const policy::Listener> listeners);
  /// Hands over what is in `batch` and empties it. False: over push_bytes_max, nothing was taken but close and trust.
  bool push(StreamBatch& batch);
  void set_limits(const Limits& limits);
  StreamCounters counters() const;
  /// Stops listening, gives waiting bytes up to `grace_ms` to leave, closes everything, ends the thread.
  void stop(std::uint32_t grace_ms);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::net
