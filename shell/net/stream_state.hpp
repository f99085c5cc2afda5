// What the stream thread knows. Internal to shell/net: everything here belongs to the I/O thread but the push box.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <variant>

#include "core/base/timers.hpp"
#include "core/sip/stream.hpp"
#include "core/websocket/conversation.hpp"
#include "shell/net/admission.hpp"
#include "shell/net/channel.hpp"
#include "shell/net/sockets.hpp"
#include "shell/net/streams.hpp"

namespace rf::net {

/// A counter with one writer and any readers.
class Count {
 public:
  void operator++() { value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Whom an outbound connection was made to, for reuse.
struct Peer {
  Transport transport;
  Endpoint remote;
  std::string server_name;
  friend auto operator<=>(const Peer&, const Peer&) = default;
};

/// One connection, inbound or our own.
struct StreamConnection {
  enum class Stage : std::uint8_t { connecting, handshaking, open, draining, closed };
  enum Timer : std::uint32_t { stage_timer, idle_timer, message_timer, write_timer, ping_timer, timer_count };

  StreamConnection(boost::asio::io_context& io, Descriptor socket) : descriptor(io, socket.release()) {}

  boost::asio::posix::stream_descriptor descriptor;
  std::unique_ptr<Channel> channel;
  Flow flow;
  Admission::Place place;
  Stage stage = Stage::handshaking;
  bool announced = false;  ///< the engine has heard of it, so it has to hear of its end
  bool reading = false, writing = false;  ///< a wait for the descriptor is out
  std::optional<Peer> peer;               ///< of our own connections
  std::vector<Flow> asked_by;             ///< flows, without connection, whose sends made or reused it
  sip::StreamFramer framer;
  std::unique_ptr<websocket::Conversation> web;  ///< in place of the framer, of WS and WSS
  std::optional<StreamPacket> waiting;    ///< cut, but there was no room for it: nothing more is read
  std::string out;
  std::size_t out_at = 0;
  bool request_unsent = false;  ///< among what stands in `out`
  std::array<Timers::Handle, timer_count> timers{};
  std::int64_t heard_ms = 0;     ///< last byte in
  std::int64_t message_ms = 0;   ///< last whole message in, or the beginning
  std::int64_t progress_ms = 0;  ///< last byte out

  std::size_t unsent() const { return out.size() - out_at; }
};

/// One listening socket.
class StreamListener {
 public:
  StreamListener(boost::asio::io_context& io, const policy::Listener& listener, Descriptor socket, std::uint64_t serial)
      : id_(listener.id), transport_(listener.transport), asked_(listener.bind), local_(local_endpoint(socket.get())),
        serial_(serial), descriptor_(io, socket.release()) {}

  ListenerId id() const { return id_; }
  void set_id(ListenerId id) { id_ = id; }
  Transport transport() const { return transport_; }
  const Endpoint& asked() const { return asked_; }
  const Endpoint& local() const { return local_; }
  std::uint64_t serial() const { return serial_; }
  boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }

 private:
  ListenerId id_;
  Transport transport_;
  Endpoint asked_;
  Endpoint local_;
  std::uint64_t serial_;
  boost::asio::posix::stream_descriptor descriptor_;
};

struct Streams::State {
  State(const StreamOptions& given, StreamEvents& listener);

  // --- listening (streams.cpp)
  std::vector<ListenerState> set_listeners(std::span<const policy::Listener> wanted);
  void wait_accept(StreamListener& listener);
  void accept_some(StreamListener& listener);
  void accept_later(std::uint64_t serial, std::uint32_t delay_ms);
  bool let_in(const Address& remote);
  void take_pushed();
  void perform(const StreamBatch::Op& op, std::string_view bytes);
  void distrust(StreamConnection& c);
  void begin_stop(std::uint32_t grace_ms);
  /// Runs `work` on the I/O thread and waits for it; false, and nothing done, once stopped.
  bool run_and_wait(const std::function<void()>& work);

  // --- connections (stream_connections.cpp)
  StreamConnection& add(Descriptor socket, const Flow& flow, bool inbound);
  StreamConnection* find(ConnectionId id);
  void accepted(Descriptor socket, const StreamListener& listener);
  void send_out(const Flow& flow, std::string_view bytes);
  StreamConnection* connect(const Flow& flow, const Peer& peer);
  void on_connected(StreamConnection& c);
  void proceed_handshake(StreamConnection& c);
  void on_ready(StreamConnection& c);
  void read_some(StreamConnection& c);
  /// Takes what was read. False when reading has to end here: closed, or paused.
  bool take_bytes(StreamConnection& c, std::span<const char> bytes);
  /// Hands on what can be cut out of what was taken; likewise.
  bool take_messages(StreamConnection& c);
  bool take_frames(StreamConnection& c);
  bool take_web_events(StreamConnection& c);
  bool say_goodbye(StreamConnection& c, std::span<const char> last_words);
  void watch_message(StreamConnection& c, bool whole, std::size_t pending);
  void end_bad_framing(StreamConnection& c);
  bool hand_on(StreamConnection& c, StreamPacket packet);
  void handed_on(StreamConnection& c);
  void resume(StreamConnection& c);
  void queue(StreamConnection& c, std::string_view bytes);
  void queue_message(StreamConnection& c, std::string_view message);
  void ping(StreamConnection& c);
  void flush(StreamConnection& c);
  void close_when_sent(StreamConnection& c, std::uint32_t patience_ms);
  enum class Manner : std::uint8_t { politely, hard };
  void close(StreamConnection& c, Manner manner);
  void wait_read(StreamConnection& c);
  void wait_write(StreamConnection& c);
  void set_timer(StreamConnection& c, StreamConnection::Timer kind, std::int64_t deadline_ms);
  void on_timer(StreamConnection& c, StreamConnection::Timer kind);
  void arm_clock();
  void report_closed(ConnectionId connection);
  void report_send_failed(const Flow& flow);
  void retry();
  void arm_retry();
  void publish_gauges();

  StreamOptions options;
  StreamEvents& events;
  boost::asio::io_context io{1};
  boost::asio::steady_timer clock{io};
  boost::asio::steady_timer retry_clock{io};
  boost::asio::steady_timer stop_clock{io};
  std::int64_t clock_armed_for = never_ms;
  bool retry_armed = false;
  bool stopping = false;
  Timers timers;
  std::vector<Timers::Fired> fired;
  TlsContext server_tls, client_tls, pages_tls;
  std::shared_ptr<const websocket::Origins> origins = std::make_shared<websocket::Origins>();
  std::shared_ptr<const websocket::Origins> plain_origins = origins;  ///< of WS
  Admission admission;
  std::uint64_t last_connection;
  std::uint64_t last_listener = 0;
  std::unordered_map<ConnectionId, std::unique_ptr<StreamConnection>> connections;
  std::map<Peer, ConnectionId> peers;
  std::vector<std::unique_ptr<StreamConnection>> graveyard;  ///< closed, until no caller on the stack can name them
  std::vector<std::unique_ptr<StreamListener>> listeners;
  std::deque<ConnectionId> paused;
  std::deque<std::variant<ConnectionId, Flow>> backlog;  ///< ends and failed sends that there was no room to report
  std::vector<ConnectionId> dirty;                       ///< with something queued in this turn
  std::array<char, 16'384> read_buffer;
  std::string framed;  ///< reused

  std::mutex box_mutex;
  StreamBatch box;                 ///< pushed, not yet taken
  bool box_scheduled = false;
  StreamBatch taken;

  std::mutex control_mutex;  ///< one caller at a time waits for the I/O thread
  bool ended = false;

  struct {
    Count connections, strangers, accepted, connected, messages_in, messages_out, pings, unwelcome, refused_source,
        refused_full, evicted, handshake_failed, connect_failed, timed_out, bad_framing, write_overflow, paused;
  } counts;
  std::thread thread;
};

/// Milliseconds of the monotonic clock.
std::int64_t mono_ms();

}  // namespace rf::net
