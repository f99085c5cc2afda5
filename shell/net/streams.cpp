#include "shell/net/streams.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <future>

#include "core/base/check.hpp"
#include "shell/net/reconcile.hpp"
#include "shell/net/stream_state.hpp"

namespace rf::net {
namespace {

constexpr int accepts_per_turn = 64;
constexpr std::uint32_t accept_rest_ms = 100;
constexpr std::uint32_t close_patience_ms = 2'000;

/// Ids start anywhere: one that was stored with a registration before a restart must not name a new connection.
std::uint64_t first_connection_id() {
  std::uint64_t start = 0;
  RF_CHECK(::getrandom(&start, sizeof start, 0) == sizeof start);
  return start >> 2;
}

}  // namespace

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// --- StreamBatch

void StreamBatch::send(const Flow& flow, std::string_view bytes) {
  ops_.push_back({Kind::send, flow, bytes_.size(), bytes.size()});
  bytes_.append(bytes);
}

void StreamBatch::close(ConnectionId connection) {
  Op& op = ops_.emplace_back();
  op.kind = Kind::close;
  op.flow.connection = connection;
}

void StreamBatch::trust(ConnectionId connection) {
  Op& op = ops_.emplace_back();
  op.kind = Kind::trust;
  op.flow.connection = connection;
}

void StreamBatch::distrust(ConnectionId connection) {
  Op& op = ops_.emplace_back();
  op.kind = Kind::distrust;
  op.flow.connection = connection;
}

// --- Streams

Streams::Streams(const StreamOptions& options, StreamEvents& events)
    : state_(std::make_unique<State>(options, events)) {
  sigset_t all, before;
  sigfillset(&all);
  // OpenSSL writes without MSG_NOSIGNAL, and the process's signals are for the main thread.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->thread = std::thread([state = state_.get()] {
    pthread_setname_np(pthread_self(), "rf-streams");
    const auto work = boost::asio::make_work_guard(state->io);
    state->io.run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Streams::~Streams() { stop(0); }

void Streams::set_tls(TlsContext server, TlsContext client, TlsContext pages) {
  state_->run_and_wait([&] {
    state_->pages_tls = pages ? std::move(pages) : server;
    state_->server_tls = std::move(server);
    state_->client_tls = std::move(client);
  });
}

void Streams::set_origins(websocket::Origins origins) {
  auto plain = std::make_shared<websocket::Origins>(origins);
  plain->same_host_port = 0;
  state_->run_and_wait([&] {
    state_->origins = std::make_shared<websocket::Origins>(std::move(origins));
    state_->plain_origins = std::move(plain);
  });
}

std::vector<ListenerState> Streams::set_listeners(std::span<const policy::Listener> listeners) {
  std::vector<ListenerState> states;
  state_->run_and_wait([&] { states = state_->set_listeners(listeners); });
  return states;
}

bool Streams::push(StreamBatch& batch) {
  State& s = *state_;
  bool took_all = true;
  bool wake = false;
  {
    const std::lock_guard lock(s.box_mutex);
    if (s.box.bytes_.size() + batch.bytes_.size() > s.options.push_bytes_max) {
      took_all = false;
      std::erase_if(batch.ops_, [](const StreamBatch::Op& op) { return op.kind == StreamBatch::Kind::send; });
      batch.bytes_.clear();
    }
    if (s.box.ops_.empty()) {
      std::swap(s.box, batch);
    } else {
      const std::size_t base = s.box.bytes_.size();
      for (StreamBatch::Op& op : batch.ops_) {
        op.offset += base;
        s.box.ops_.push_back(std::move(op));
      }
      s.box.bytes_.append(batch.bytes_);
    }
    if (!s.box_scheduled && !s.box.ops_.empty()) wake = s.box_scheduled = true;
  }
  batch.ops_.clear();
  batch.bytes_.clear();
  if (wake) boost::asio::post(s.io, [&s] { s.take_pushed(); });
  return took_all;
}

void Streams::set_limits(const Limits& limits) {
  state_->run_and_wait([&] {
    state_->options.limits = limits;
    state_->admission.set_limits(limits);
  });
}

StreamCounters Streams::counters() const {
  const auto& from = state_->counts;
  StreamCounters to;
  to.connections = from.connections.get();
  to.strangers = from.strangers.get();
  {
    const std::lock_guard lock(state_->box_mutex);
    to.push_bytes = state_->box.bytes_.size();
  }
  to.accepted = from.accepted.get();
  to.connected = from.connected.get();
  to.messages_in = from.messages_in.get();
  to.messages_out = from.messages_out.get();
  to.pings = from.pings.get();
  to.unwelcome = from.unwelcome.get();
  to.refused_source = from.refused_source.get();
  to.refused_full = from.refused_full.get();
  to.evicted = from.evicted.get();
  to.handshake_failed = from.handshake_failed.get();
  to.connect_failed = from.connect_failed.get();
  to.timed_out = from.timed_out.get();
  to.bad_framing = from.bad_framing.get();
  to.write_overflow = from.write_overflow.get();
  to.paused = from.paused.get();
  return to;
}

void Streams::stop(std::uint32_t grace_ms) {
  const std::lock_guard lock(state_->control_mutex);
  if (state_->ended) return;
  boost::asio::post(state_->io, [state = state_.get(), grace_ms] { state->begin_stop(grace_ms); });
  state_->thread.join();
  state_->ended = true;
}

// --- State: listening and orders

Streams::State::State(const StreamOptions& given, StreamEvents& listener)
    : options(given), events(listener), timers(mono_ms()), admission(given.limits),
      last_connection(first_connection_id()) {}

bool Streams::State::run_and_wait(const std::function<void()>& work) {
  const std::lock_guard lock(control_mutex);
  if (ended) return false;
  std::promise<void> done;
  boost::asio::post(io, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
  return true;
}

std::vector<ListenerState> Streams::State::set_listeners(std::span<const policy::Listener> wanted) {
  std::vector<policy::Listener> ours;
  for (const policy::Listener& listener : wanted)
    if (is_stream(listener.transport)) ours.push_back(listener);
  std::vector<ListenerId> gone;
  for (const auto& listener : listeners) gone.push_back(listener->id());
  const std::uint64_t old_serial = last_listener;
  using Opened = std::expected<std::unique_ptr<StreamListener>, std::string>;
  const auto open = [&](const policy::Listener& listener) -> Opened {
    auto socket = open_listening(listener.transport, listener.bind, options.dscp);
    if (!socket) return std::unexpected(std::move(socket.error()));
    return std::make_unique<StreamListener>(io, listener, std::move(*socket), ++last_listener);
  };
  auto states = reconcile(std::span<const policy::Listener>(ours), listeners, open);
  for (const auto& listener : listeners)
    if (listener->serial() > old_serial) wait_accept(*listener);
  std::erase_if(gone, [&](ListenerId id) {
    return std::any_of(ours.begin(), ours.end(), [&](const policy::Listener& listener) { return listener.id == id; });
  });
  std::vector<ConnectionId> orphans;
  for (const auto& [id, connection] : connections)
    if (!connection->peer && std::find(gone.begin(), gone.end(), connection->flow.listener) != gone.end())
      orphans.push_back(id);
  for (const ConnectionId id : orphans)
    if (StreamConnection* c = find(id)) close_when_sent(*c, close_patience_ms);
  return states;
}

void Streams::State::wait_accept(StreamListener& listener) {
  listener.descriptor().async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [this, serial = listener.serial()](const boost::system::error_code& error) {
        if (!error) accept_later(serial, 0);
      });
}

void Streams::State::accept_later(std::uint64_t serial, std::uint32_t delay_ms) {
  if (delay_ms > 0) {
    auto rest = std::make_shared<boost::asio::steady_timer>(io, std::chrono::milliseconds(delay_ms));
    rest->async_wait([this, serial, rest](const boost::system::error_code&) { accept_later(serial, 0); });
    return;
  }
  const auto found = std::find_if(listeners.begin(), listeners.end(),
                                  [serial](const auto& listener) { return listener->serial() == serial; });
  if (found != listeners.end()) accept_some(**found);
}

void Streams::State::accept_some(StreamListener& listener) {
  // While the signalling thread does not even take the ends of connections, there are to be no more of them.
  if (backlog.size() >= options.limits.connections_max) return accept_later(listener.serial(), accept_rest_ms);
  for (int i = 0; i < accepts_per_turn; ++i) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    Descriptor socket(::accept4(listener.descriptor().native_handle(), reinterpret_cast<sockaddr*>(&storage), &length,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (StreamConnection* victim = find(admission.first_to_go())) {
          ++counts.evicted;
          close(*victim, Manner::hard);
        }
        return accept_later(listener.serial(), accept_rest_ms);
      }
      continue;
    }
    const Endpoint remote = from_kernel(storage);
    if (options.welcome && !options.welcome(remote, listener.transport(), listener.local().port)) {
      ++counts.unwelcome;
      close_hard_later(socket.get());
      continue;
    }
    if (!let_in(remote.address)) {
      close_hard_later(socket.get());
      continue;
    }
    accepted(std::move(socket), listener);
  }
  wait_accept(listener);
}

bool Streams::State::let_in(const Address& remote) {
  Admission::Verdict verdict = admission.may_enter(remote);
  if (verdict == Admission::Verdict::evict) {
    if (StreamConnection* victim = find(admission.first_to_go())) {
      ++counts.evicted;
      close(*victim, Manner::hard);
    }
    verdict = admission.may_enter(remote);
  }
  switch (verdict) {
    case Admission::Verdict::admit: return true;
    case Admission::Verdict::refuse_source: ++counts.refused_source; return false;
    default: ++counts.refused_full; return false;
  }
}

void Streams::State::take_pushed() {
  {
    const std::lock_guard lock(box_mutex);
    std::swap(box, taken);
    box_scheduled = false;
  }
  for (const StreamBatch::Op& op : taken.ops_) perform(op, std::string_view(taken.bytes_).substr(op.offset, op.size));
  taken.ops_.clear();
  taken.bytes_.clear();
  for (const ConnectionId id : std::exchange(dirty, {}))
    if (StreamConnection* c = find(id)) flush(*c);
}

void Streams::State::perform(const StreamBatch::Op& op, std::string_view bytes) {
  if (op.kind == StreamBatch::Kind::send) return send_out(op.flow, bytes);
  StreamConnection* c = find(op.flow.connection);
  if (c == nullptr) return;
  if (op.kind == StreamBatch::Kind::close) return close_when_sent(*c, close_patience_ms);
  if (op.kind == StreamBatch::Kind::trust)
    admission.trust(c->place);
  else
    distrust(*c);
  publish_gauges();
}

void Streams::State::distrust(StreamConnection& c) {
  if (c.peer || c.place.stranger) return;
  admission.distrust(c.place, c.flow.connection);
  // It has as long as every stranger to say something that counts.
  c.message_ms = mono_ms();
  set_timer(c, StreamConnection::idle_timer, c.message_ms + options.stranger_idle_ms);
  if (admission.strangers() <= options.limits.unauthenticated_connections_max) return;
  if (StreamConnection* victim = find(admission.first_to_go())) {
    ++counts.evicted;
    close(*victim, Manner::hard);
  }
}

void Streams::State::begin_stop(std::uint32_t grace_ms) {
  stopping = true;
  listeners.clear();
  take_pushed();
  std::vector<ConnectionId> all;
  for (const auto& [id, connection] : connections) all.push_back(id);
  for (const ConnectionId id : all)
    if (StreamConnection* c = find(id)) close_when_sent(*c, grace_ms);
  if (connections.empty()) return io.stop();
  stop_clock.expires_after(std::chrono::milliseconds(grace_ms));
  stop_clock.async_wait([this](const boost::system::error_code&) { io.stop(); });
}

}  // namespace rf::net
