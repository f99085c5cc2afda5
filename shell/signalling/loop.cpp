#include "shell/signalling/loop.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/check.hpp"
#include "shell/net/failure.hpp"
#include "shell/net/reconcile.hpp"
#include "shell/signalling/input_queue.hpp"

namespace rf::signalling {
namespace {

constexpr int events_per_round = 64;
constexpr std::int64_t longest_sleep_ms = 60'000;
constexpr std::int64_t longest_pause_us = 100'000;

std::int64_t read_clock_ms(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

std::int64_t mono_us() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1'000;
}

/// One UDP listener with what waits to leave by it.
class UdpPort {
 public:
  explicit UdpPort(std::unique_ptr<net::UdpSocket> socket) : socket_(std::move(socket)) {}

  ListenerId id() const { return socket_->id(); }
  void set_id(ListenerId id) { socket_->set_id(id); }
  Transport transport() const { return Transport::udp; }
  const Endpoint& asked() const { return socket_->asked(); }
  const Endpoint& local() const { return socket_->local(); }

  net::UdpSocket& socket() { return *socket_; }
  net::UdpSendBatch& batch() { return batch_; }
  /// What each datagram in the batch came from, by its place.
  std::array<const effect::Send*, net::UdpSendBatch::datagrams_max>& sends() { return sends_; }
  bool watched = false;

 private:
  std::unique_ptr<net::UdpSocket> socket_;
  net::UdpSendBatch batch_;
  std::array<const effect::Send*, net::UdpSendBatch::datagrams_max> sends_{};
};

void add(net::UdpCounters& sum, const net::UdpCounters& more) {
  sum.received += more.received;
  sum.sent += more.sent;
  sum.discarded += more.discarded;
  sum.send_full += more.send_full;
  sum.send_refused += more.send_refused;
}

/// LoopCounters, readable from other threads while one writes.
struct SharedCounters {
  std::atomic<std::uint64_t> rounds, datagrams_in, datagrams_out, datagrams_discarded, sends_full, sends_refused,
      inputs, inputs_refused, ticks;
};

void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace

struct SignallingLoop::State final : net::StreamEvents {
  State(const LoopOptions& given, Handler& machine, EffectSink& effects_sink)
      : options(given), handler(machine), sink(effects_sink),
        queue({given.inputs_max, given.stream_packets_max, given.stream_bytes_max}),
        poll(::epoll_create1(EPOLL_CLOEXEC)),
        streams(std::make_unique<net::Streams>(given.streams, *this)) {
    RF_CHECK(poll >= 0);
    watch(queue.descriptor(), nullptr);
  }
  ~State() override {
    streams.reset();
    ::close(poll);
  }

  // StreamEvents, on the stream thread
  bool on_message(net::StreamPacket& packet) override { return queue.post(packet); }
  bool on_closed(ConnectionId connection) override {
    engine::Input input = engine::ConnectionClosed{connection};
    return queue.post({&input, 1}) == 1;
  }
  bool on_send_failed(const Flow& flow) override {
    engine::Input input = engine::SendFailed{flow};
    return queue.post({&input, 1}) == 1;
  }

  void run();
  void round();
  int sleep_ms() const;
  void handle(engine::Input input);
  void hear(const Flow& flow, std::span<char> bytes);
  void take_inputs();
  void gather(std::size_t datagrams, std::int64_t since_last_us);
  void carry_out();
  void send(const effect::Send& send);
  void flush(UdpPort& port);
  void fail(const Flow& flow, std::string_view bytes);
  UdpPort* port_for(const Flow& flow);
  void watch(int descriptor, UdpPort* port);
  void run_work();
  void run_on_thread(const std::function<void()>& work);
  std::vector<net::ListenerState> set_udp_listeners(std::span<const policy::Listener> wanted);
  void publish_counters();

  LoopOptions options;
  Handler& handler;
  EffectSink& sink;
  InputQueue queue;
  int poll;
  std::unique_ptr<net::Streams> streams;

  // the signalling thread's
  Now now;
  std::vector<std::unique_ptr<UdpPort>> ports;
  net::UdpReceiveBatch received;
  effect::Effects effects;
  net::StreamBatch stream_batch;
  std::vector<const Flow*> stream_flows;   ///< of this round's requests on streams
  std::vector<Flow> failed;                ///< told to the engine in the next round
  std::vector<std::uint32_t> refused;
  std::vector<InputQueue::Entry> entries;  ///< taken from the queue
  std::size_t entries_at = 0;              ///< of which so many are handled
  bool woken = false;                      ///< the queue's descriptor was readable, and nobody looked into it since
  std::vector<std::function<void()>> work;
  net::UdpCounters closed_ports;
  std::int64_t last_datagrams_us = 0;      ///< when the last round with datagrams began
  bool ending = false;

  std::mutex control_mutex;  ///< start, stop and set_listeners one at a time
  bool running = false;
  SharedCounters counters{};
  std::thread thread;
};

SignallingLoop::SignallingLoop(const LoopOptions& options, Handler& handler, EffectSink& sink)
    : state_(std::make_unique<State>(options, handler, sink)) {}

SignallingLoop::~SignallingLoop() { stop(0); }

void SignallingLoop::start() {
  const std::lock_guard lock(state_->control_mutex);
  RF_CHECK(!state_->running);
  state_->running = true;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->thread = std::thread([state = state_.get()] {
    pthread_setname_np(pthread_self(), "rf-signalling");
    state->run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void SignallingLoop::stop(std::uint32_t grace_ms) {
  const std::lock_guard lock(state_->control_mutex);
  if (state_->running) {
    state_->queue.post_work([state = state_.get()] { state->ending = true; });
    state_->thread.join();
    state_->running = false;
  }
  state_->streams->stop(grace_ms);
}

std::size_t SignallingLoop::post(std::span<engine::Input> inputs) {
  const std::size_t taken = state_->queue.post(inputs);
  if (taken < inputs.size())
    state_->counters.inputs_refused.fetch_add(inputs.size() - taken, std::memory_order_relaxed);
  return taken;
}

std::vector<net::ListenerState> SignallingLoop::set_listeners(std::span<const policy::Listener> listeners) {
  State& s = *state_;
  const std::lock_guard lock(s.control_mutex);
  std::vector<net::ListenerState> states;
  s.run_on_thread([&] { states = s.set_udp_listeners(listeners); });
  const std::vector<net::ListenerState> others = s.streams->set_listeners(listeners);
  states.insert(states.end(), others.begin(), others.end());
  const auto place = [&](ListenerId id) {
    return std::find_if(listeners.begin(), listeners.end(), [id](const auto& listener) { return listener.id == id; });
  };
  std::stable_sort(states.begin(), states.end(),
                   [&](const net::ListenerState& a, const net::ListenerState& b) { return place(a.id) < place(b.id); });
  return states;
}

net::Streams& SignallingLoop::streams() { return *state_->streams; }

LoopCounters SignallingLoop::counters() const {
  const SharedCounters& from = state_->counters;
  LoopCounters to;
  to.rounds = from.rounds;
  to.datagrams_in = from.datagrams_in;
  to.datagrams_out = from.datagrams_out;
  to.datagrams_discarded = from.datagrams_discarded;
  to.sends_full = from.sends_full;
  to.sends_refused = from.sends_refused;
  to.inputs = from.inputs;
  to.inputs_refused = from.inputs_refused;
  to.ticks = from.ticks;
  const InputQueue::Bounds used = state_->queue.used();
  to.inputs_waiting = used.inputs;
  to.stream_packets_waiting = used.packets;
  to.stream_bytes_waiting = used.packet_bytes;
  return to;
}

// --- the signalling thread

void SignallingLoop::State::run() {
  while (!ending) round();
}

void SignallingLoop::State::round() {
  std::array<epoll_event, events_per_round> events;
  const int ready = ::epoll_wait(poll, events.data(), events_per_round, sleep_ms());
  const std::int64_t began_us = mono_us();
  now = {began_us / 1'000, read_clock_ms(CLOCK_REALTIME)};
  for (Flow& flow : std::exchange(failed, {})) handle(engine::SendFailed{flow});
  for (int i = 0; i < ready; ++i) woken = woken || events[static_cast<std::size_t>(i)].data.ptr == nullptr;
  take_inputs();
  std::size_t datagrams = 0;
  bool more = false;
  for (int i = 0; i < ready; ++i)
    if (auto* port = static_cast<UdpPort*>(events[static_cast<std::size_t>(i)].data.ptr)) {
      more = port->socket().receive(received) || more;
      datagrams += received.datagrams().size();
      for (const net::UdpReceiveBatch::Datagram& datagram : received.datagrams())
        hear(datagram.flow, datagram.bytes);
    }
  if (handler.next_deadline() <= now.mono_ms) {
    bump(counters.ticks);
    handler.handle(now, engine::Tick{}, effects);
  }
  carry_out();
  bump(counters.rounds);
  publish_counters();
  // Last, because work can close the sockets that `events` names.
  run_work();
  if (datagrams > 0) {
    if (!more && !ending) gather(datagrams, began_us - last_datagrams_us);
    last_datagrams_us = began_us;
  }
}

void SignallingLoop::State::gather(std::size_t datagrams, std::int64_t since_last_us) {
  // A system call and a wake-up for each datagram cost several times what the datagram itself does. When they come so
  // fast that the next one is due within the pause, a pause lets one round take many; when they do not, nobody waits.
  const std::int64_t pause_us = std::min<std::int64_t>(options.coalesce_us, longest_pause_us);
  if (pause_us == 0 || (datagrams < 2 && since_last_us >= pause_us) || sleep_ms() == 0) return;
  const timespec pause{0, static_cast<long>(pause_us * 1'000)};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
}

int SignallingLoop::State::sleep_ms() const {
  if (entries_at < entries.size() || !failed.empty()) return 0;
  const std::int64_t deadline = handler.next_deadline();
  if (deadline == never_ms) return static_cast<int>(longest_sleep_ms);
  return static_cast<int>(std::clamp<std::int64_t>(deadline - read_clock_ms(CLOCK_MONOTONIC), 0, longest_sleep_ms));
}

void SignallingLoop::State::handle(engine::Input input) {
  bump(counters.inputs);
  handler.handle(now, std::move(input), effects);
}

void SignallingLoop::State::hear(const Flow& flow, std::span<char> bytes) {
  const std::size_t before = effects.list().size();
  handler.handle(now, engine::PacketIn{flow, bytes}, effects);
  if (options.witness != nullptr)
    options.witness->received(now, flow, {bytes.data(), bytes.size()}, std::span(effects.list()).subspan(before));
}

void SignallingLoop::State::take_inputs() {
  if (entries_at == entries.size()) {
    entries.clear();
    entries_at = 0;
    if (std::exchange(woken, false)) queue.clear_wake();
    queue.take(entries, work);
  }
  if (entries.empty()) return;
  InputQueue::Bounds done;
  const std::size_t end = std::min(entries.size(), entries_at + options.inputs_per_round);
  for (; entries_at < end; ++entries_at) {
    if (auto* packet = std::get_if<net::StreamPacket>(&entries[entries_at])) {
      ++done.packets;
      done.packet_bytes += packet->bytes.size();
      if (!packet->peer_names.empty())
        handle(engine::PeerProved{packet->flow.connection, std::move(packet->peer_names)});
      bump(counters.inputs);
      hear(packet->flow, packet->bytes);
    } else {
      ++done.inputs;
      handle(std::move(std::get<engine::Input>(entries[entries_at])));
    }
  }
  queue.finish(done);
}

void SignallingLoop::State::carry_out() {
  for (effect::Effect& effect : effects.list()) {
    std::visit(
        [this](auto& one) {
          using T = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<T, effect::Send>)
            send(one);
          else if constexpr (std::is_same_v<T, effect::CloseConnection>)
            stream_batch.close(one.connection);
          else if constexpr (std::is_same_v<T, effect::TrustConnection>)
            stream_batch.trust(one.connection);
          else if constexpr (std::is_same_v<T, effect::DistrustConnection>)
            stream_batch.distrust(one.connection);
          else
            sink.on(std::move(one));
        },
        effect);
  }
  for (const auto& port : ports) flush(*port);
  if (!stream_batch.empty() && !streams->push(stream_batch))
    for (const Flow* flow : stream_flows) failed.push_back(*flow);
  stream_flows.clear();
  effects.clear();
}

void SignallingLoop::State::send(const effect::Send& send) {
  const std::string_view bytes = effects.bytes_of(send);
  if (options.witness != nullptr) options.witness->sent(now, send.flow, bytes);
  if (is_stream(send.flow.transport)) {
    stream_batch.send(send.flow, bytes);
    if (net::failure_matters(bytes)) stream_flows.push_back(&send.flow);
    return;
  }
  UdpPort* const port = port_for(send.flow);
  if (port == nullptr) return fail(send.flow, bytes);
  if (port->batch().full()) flush(*port);
  const std::size_t place = port->batch().size();
  if (!port->socket().add(port->batch(), send.flow, bytes)) return fail(send.flow, bytes);
  port->sends()[place] = &send;
}

void SignallingLoop::State::flush(UdpPort& port) {
  if (port.batch().size() == 0) return;
  refused.clear();
  port.socket().flush(port.batch(), refused);
  for (const std::uint32_t place : refused) fail(port.sends()[place]->flow, effects.bytes_of(*port.sends()[place]));
}

void SignallingLoop::State::fail(const Flow& flow, std::string_view bytes) {
  if (net::failure_matters(bytes)) failed.push_back(flow);
}

UdpPort* SignallingLoop::State::port_for(const Flow& flow) {
  for (const auto& port : ports)
    if (port->id() == flow.listener) return port.get();
  if (flow.listener) return nullptr;
  for (const auto& port : ports)
    if (port->local().address.is_v4() == flow.remote.address.is_v4()) return port.get();
  return nullptr;
}

void SignallingLoop::State::watch(int descriptor, UdpPort* port) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = port;
  RF_CHECK(::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

void SignallingLoop::State::run_work() {
  for (const auto& task : std::exchange(work, {})) task();
}

void SignallingLoop::State::run_on_thread(const std::function<void()>& task) {
  if (!running) return task();
  std::promise<void> finished;
  queue.post_work([&] {
    task();
    finished.set_value();
  });
  finished.get_future().wait();
}

std::vector<net::ListenerState> SignallingLoop::State::set_udp_listeners(std::span<const policy::Listener> wanted) {
  std::vector<policy::Listener> ours;
  for (const policy::Listener& listener : wanted)
    if (listener.transport == Transport::udp) ours.push_back(listener);
  // What closed ports have counted stays in the sums.
  net::UdpCounters before = closed_ports;
  for (const auto& port : ports) add(before, port->socket().counters());
  using Opened = std::expected<std::unique_ptr<UdpPort>, std::string>;
  const auto open = [&](const policy::Listener& listener) -> Opened {
    auto socket = net::UdpSocket::open(listener.id, listener.bind, options.udp);
    if (!socket) return std::unexpected(std::move(socket.error()));
    return std::make_unique<UdpPort>(std::move(*socket));
  };
  std::vector<net::ListenerState> states = net::reconcile(std::span<const policy::Listener>(ours), ports, open);
  net::UdpCounters after;
  for (const auto& port : ports) {
    if (!std::exchange(port->watched, true)) watch(port->socket().descriptor(), port.get());
    add(after, port->socket().counters());
  }
  closed_ports = {before.received - after.received, before.sent - after.sent, before.discarded - after.discarded,
                  before.send_full - after.send_full, before.send_refused - after.send_refused};
  return states;
}

void SignallingLoop::State::publish_counters() {
  net::UdpCounters sum = closed_ports;
  for (const auto& port : ports) add(sum, port->socket().counters());
  const auto relaxed = std::memory_order_relaxed;
  counters.datagrams_in.store(sum.received, relaxed);
  counters.datagrams_out.store(sum.sent, relaxed);
  counters.datagrams_discarded.store(sum.discarded, relaxed);
  counters.sends_full.store(sum.send_full, relaxed);
  counters.sends_refused.store(sum.send_refused, relaxed);
}

}  // namespace rf::signalling
