#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "core/base/limits/server.hpp"
#include "shell/net/failure.hpp"
#include "shell/net/stream_state.hpp"

namespace rf::net {
namespace {

constexpr int reads_per_turn = 4;
constexpr std::size_t kept_capacity = 4'096;
constexpr std::string_view pong = "\r\n";

}  // namespace

using Stage = StreamConnection::Stage;

StreamConnection* Streams::State::find(ConnectionId id) {
  const auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.get();
}

StreamConnection& Streams::State::add(Descriptor socket, const Flow& flow, bool inbound) {
  const ConnectionId id{++last_connection};
  auto owned = std::make_unique<StreamConnection>(io, std::move(socket));
  StreamConnection& c = *owned;
  connections.emplace(id, std::move(owned));
  c.flow = flow;
  c.flow.connection = id;
  c.heard_ms = c.message_ms = c.progress_ms = mono_ms();
  c.place = inbound ? admission.enter(id, flow.remote.address) : admission.enter_own(flow.remote.address);
  publish_gauges();
  return c;
}

void Streams::State::accepted(Descriptor socket, const StreamListener& listener) {
  const int number = socket.get();
  const Flow flow{listener.id(), listener.transport(), {}, local_endpoint(number), remote_endpoint(number)};
  if (flow.remote.port == 0) return;  // gone again already
  const TlsContext& tls = flow.transport == Transport::wss ? pages_tls : server_tls;
  auto channel = is_encrypted(flow.transport) ? make_tls_server_channel(number, tls) : make_tcp_channel(number);
  if (!channel) {
    ++counts.handshake_failed;
    return;
  }
  set_up_connection(number, family_of(flow.remote.address), options.dscp);
  StreamConnection& c = add(std::move(socket), flow, true);
  c.channel = std::move(channel);
  if (flow.transport == Transport::ws) c.web = std::make_unique<websocket::Conversation>(plain_origins);
  if (flow.transport == Transport::wss) c.web = std::make_unique<websocket::Conversation>(origins);
  ++counts.accepted;
  set_timer(c, StreamConnection::idle_timer, c.message_ms + options.stranger_idle_ms);
  set_timer(c, StreamConnection::stage_timer, c.message_ms + options.handshake_ms);
  proceed_handshake(c);
}

void Streams::State::send_out(const Flow& flow, std::string_view bytes) {
  const bool news = failure_matters(bytes);
  StreamConnection* c = nullptr;
  if (flow.connection) {
    c = find(flow.connection);
  } else if (!stopping && (flow.transport == Transport::tcp || flow.transport == Transport::tls)) {
    Peer peer{flow.transport, flow.remote, {}};
    if (is_encrypted(flow.transport))
      peer.server_name = flow.tls_name.empty() ? flow.remote.address.text() : flow.tls_name;
    const auto known = peers.find(peer);
    c = known != peers.end() ? find(known->second) : connect(flow, peer);
    if (c != nullptr && news && c->asked_by.size() < QueueLimits::waiting_for_connection &&
        std::find(c->asked_by.begin(), c->asked_by.end(), flow) == c->asked_by.end())
      c->asked_by.push_back(flow);
  }
  if (c == nullptr || c->stage == Stage::draining) {
    if (news) report_send_failed(flow);
    return;
  }
  ++counts.messages_out;
  c->request_unsent |= news;
  queue_message(*c, bytes);
  dirty.push_back(c->flow.connection);
}

StreamConnection* Streams::State::connect(const Flow& flow, const Peer& peer) {
  if (admission.may_connect() == Admission::Verdict::evict) {
    if (StreamConnection* victim = find(admission.first_to_go())) {
      ++counts.evicted;
      close(*victim, Manner::hard);
    }
  }
  const bool allowed = admission.may_connect() == Admission::Verdict::admit;
  const int family = family_of(flow.remote.address);
  Descriptor socket(allowed ? ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1);
  sockaddr_storage storage{};
  if (socket && !flow.local.address.is_unspecified() && family_of(flow.local.address) == family) {
    // Where the address is no longer ours the system may choose; the connection itself is what was asked for.
    const socklen_t length = to_kernel({flow.local.address, 0}, storage);
    (void)::bind(socket.get(), reinterpret_cast<const sockaddr*>(&storage), length);
  }
  const socklen_t length = to_kernel(flow.remote, storage);
  if (!socket || (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 &&
                  errno != EINPROGRESS)) {
    ++counts.connect_failed;
    return nullptr;
  }
  set_up_connection(socket.get(), family, options.dscp);
  StreamConnection& c = add(std::move(socket), flow, false);
  c.stage = Stage::connecting;
  c.peer = peer;
  peers.emplace(peer, c.flow.connection);
  set_timer(c, StreamConnection::stage_timer, c.heard_ms + options.connect_ms);
  wait_write(c);
  return &c;
}

void Streams::State::on_connected(StreamConnection& c) {
  const int number = c.descriptor.native_handle();
  int error = 0;
  socklen_t length = sizeof error;
  (void)::getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error == 0)
    c.channel = is_encrypted(c.flow.transport) ? make_tls_client_channel(number, client_tls, c.peer->server_name)
                                               : make_tcp_channel(number);
  if (!c.channel) {
    ++counts.connect_failed;
    return close(c, Manner::hard);
  }
  c.flow.local = local_endpoint(number);
  c.stage = Stage::handshaking;
  set_timer(c, StreamConnection::stage_timer, mono_ms() + options.handshake_ms);
  proceed_handshake(c);
}

void Streams::State::proceed_handshake(StreamConnection& c) {
  switch (c.channel->handshake().status) {
    case IoStatus::want_read: return wait_read(c);
    case IoStatus::want_write: return wait_write(c);
    case IoStatus::closed:
    case IoStatus::failed:
      ++counts.handshake_failed;
      if (const std::string fault = c.peer ? c.channel->certificate_fault() : std::string();
          !fault.empty() && options.not_trusted)
        options.not_trusted(c.flow, fault);
      return close(c, Manner::hard);
    case IoStatus::done: break;
  }
  c.stage = Stage::open;
  timers.cancel(c.timers[StreamConnection::stage_timer]);
  c.heard_ms = mono_ms();
  if (c.peer) {
    ++counts.connected;
    set_timer(c, StreamConnection::idle_timer, c.heard_ms + options.trusted_idle_ms);
  }
  flush(c);
  if (c.stage == Stage::open) wait_read(c);
}

void Streams::State::wait_read(StreamConnection& c) {
  if (std::exchange(c.reading, true)) return;
  c.descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this, id = c.flow.connection](const boost::system::error_code& error) {
                            StreamConnection* found = find(id);
                            if (found == nullptr) return;
                            found->reading = false;
                            if (!error) on_ready(*found);
                          });
}

void Streams::State::wait_write(StreamConnection& c) {
  if (std::exchange(c.writing, true)) return;
  c.descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                          [this, id = c.flow.connection](const boost::system::error_code& error) {
                            StreamConnection* found = find(id);
                            if (found == nullptr) return;
                            found->writing = false;
                            if (!error) on_ready(*found);
                          });
}

void Streams::State::on_ready(StreamConnection& c) {
  // Either direction of TLS can want either readiness, so both are tried.
  switch (c.stage) {
    case Stage::connecting: return on_connected(c);
    case Stage::handshaking: return proceed_handshake(c);
    case Stage::open:
      if (!c.reading) read_some(c);
      if (c.stage == Stage::open || c.stage == Stage::draining) flush(c);
      return;
    case Stage::draining: return flush(c);
    case Stage::closed: return;
  }
}

void Streams::State::read_some(StreamConnection& c) {
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    if (c.waiting) return;
    const IoResult result = c.channel->read(read_buffer);
    switch (result.status) {
      case IoStatus::want_read: return wait_read(c);
      case IoStatus::want_write: return wait_write(c);
      case IoStatus::closed: return close_when_sent(c, options.write_stall_ms);
      case IoStatus::failed: return close(c, Manner::hard);
      case IoStatus::done: break;
    }
    c.heard_ms = mono_ms();
    if (!take_bytes(c, std::span(read_buffer).first(result.bytes))) return;
    if (!is_encrypted(c.flow.transport) && result.bytes < read_buffer.size()) return wait_read(c);
  }
  // Others get their turn; TLS may hold bytes that the descriptor will not announce again.
  c.reading = true;
  boost::asio::post(io, [this, id = c.flow.connection] {
    StreamConnection* found = find(id);
    if (found == nullptr) return;
    found->reading = false;
    on_ready(*found);
  });
}

void Streams::State::end_bad_framing(StreamConnection& c) {
  ++counts.bad_framing;
  close(c, Manner::hard);
}

bool Streams::State::take_bytes(StreamConnection& c, std::span<const char> bytes) {
  if (c.web) {
    c.web->push(bytes);
  } else if (!c.framer.push(bytes)) {
    end_bad_framing(c);
    return false;
  }
  return take_messages(c);
}

bool Streams::State::take_messages(StreamConnection& c) { return c.web ? take_web_events(c) : take_frames(c); }

bool Streams::State::take_frames(StreamConnection& c) {
  bool any = false;
  for (;;) {
    const auto frame = c.framer.next();
    if (!frame) {
      end_bad_framing(c);
      return false;
    }
    if (!*frame) break;
    any = true;
    switch ((*frame)->kind) {
      case sip::StreamFramer::Kind::pong: break;
      case sip::StreamFramer::Kind::ping:
        ++counts.pings;
        queue(c, pong);
        if (c.stage == Stage::closed) return false;
        break;
      case sip::StreamFramer::Kind::message:
        if (!hand_on(c, {c.flow, std::string((*frame)->bytes.begin(), (*frame)->bytes.end()),
                         c.announced ? std::vector<std::string>{} : c.channel->peer_names()}))
          return false;
        break;
    }
  }
  watch_message(c, any, c.framer.pending());
  return true;
}

bool Streams::State::take_web_events(StreamConnection& c) {
  using Kind = websocket::Conversation::Kind;
  bool any = false;
  while (const auto event = c.web->next()) {
    switch (event->kind) {
      case Kind::alive: break;
      case Kind::message:
        any = true;
        if (!hand_on(c, {c.flow, std::string(event->bytes.begin(), event->bytes.end()),
                         c.announced ? std::vector<std::string>{} : c.channel->peer_names()}))
          return false;
        break;
      case Kind::ping:
        ++counts.pings;
        queue(c, {event->bytes.data(), event->bytes.size()});
        break;
      case Kind::reply:
        any = true;
        queue(c, {event->bytes.data(), event->bytes.size()});
        set_timer(c, StreamConnection::ping_timer, c.heard_ms + options.ping_ms);
        break;
      case Kind::goodbye: return say_goodbye(c, event->bytes);
    }
    if (c.stage == Stage::closed) return false;
  }
  watch_message(c, any, c.web->pending());
  return true;
}

bool Streams::State::say_goodbye(StreamConnection& c, std::span<const char> last_words) {
  if (c.web->refusal() || c.web->is_broken()) ++counts.bad_framing;
  if (c.web->refusal() && options.no_websocket) options.no_websocket(c.flow, *c.web->refusal(), c.web->origin());
  queue(c, {last_words.data(), last_words.size()});
  if (c.stage != Stage::closed) close_when_sent(c, options.write_stall_ms);
  return false;
}

void Streams::State::watch_message(StreamConnection& c, bool whole, std::size_t pending) {
  Timers::Handle& timer = c.timers[StreamConnection::message_timer];
  if (whole || pending == 0) timers.cancel(timer);
  if (pending > 0 && timer == 0) set_timer(c, StreamConnection::message_timer, c.heard_ms + options.message_ms);
}

bool Streams::State::hand_on(StreamConnection& c, StreamPacket packet) {
  if (!events.on_message(packet)) {
    c.waiting = std::move(packet);
    paused.push_back(c.flow.connection);
    ++counts.paused;
    timers.cancel(c.timers[StreamConnection::message_timer]);
    arm_retry();
    return false;
  }
  handed_on(c);
  return true;
}

void Streams::State::handed_on(StreamConnection& c) {
  c.announced = true;
  c.message_ms = mono_ms();
  admission.renew(c.place);
  ++counts.messages_in;
}

void Streams::State::queue(StreamConnection& c, std::string_view bytes) {
  const std::size_t limit = c.place.stranger ? options.stranger_write_bytes_max : options.trusted_write_bytes_max;
  // One message fits into an empty queue whatever its size; what counts is a peer that lets them pile up.
  if (c.unsent() > limit) {
    ++counts.write_overflow;
    return close(c, Manner::hard);
  }
  c.out.append(bytes);
}

void Streams::State::queue_message(StreamConnection& c, std::string_view message) {
  if (!c.web) return queue(c, message);
  framed.clear();
  websocket::append_message(framed, message);
  queue(c, framed);
}

void Streams::State::ping(StreamConnection& c) {
  set_timer(c, StreamConnection::ping_timer, mono_ms() + options.ping_ms);
  // Behind bytes that wait it would tell nothing, and a stranger is not kept.
  if (c.place.stranger || c.unsent() > 0 || !c.web->is_open()) return;
  framed.clear();
  websocket::append_ping(framed);
  queue(c, framed);
  flush(c);
}

void Streams::State::flush(StreamConnection& c) {
  if (c.stage != Stage::open && c.stage != Stage::draining) return;
  while (c.unsent() > 0) {
    const IoResult result = c.channel->write({c.out.data() + c.out_at, c.unsent()});
    switch (result.status) {
      case IoStatus::done:
        c.out_at += result.bytes;
        c.progress_ms = mono_ms();
        continue;
      case IoStatus::closed:
      case IoStatus::failed: return close(c, Manner::hard);
      case IoStatus::want_read: wait_read(c); break;
      case IoStatus::want_write: wait_write(c); break;
    }
    if (c.out_at > c.out.size() / 2) c.out.erase(0, std::exchange(c.out_at, 0));
    if (c.stage == Stage::open && c.timers[StreamConnection::write_timer] == 0)
      set_timer(c, StreamConnection::write_timer, mono_ms() + options.write_stall_ms);
    return;
  }
  c.out_at = 0;
  c.out.clear();
  c.request_unsent = false;
  if (c.out.capacity() > kept_capacity) c.out.shrink_to_fit();
  timers.cancel(c.timers[StreamConnection::write_timer]);
  if (c.stage == Stage::draining) close(c, Manner::politely);
}

void Streams::State::close_when_sent(StreamConnection& c, std::uint32_t patience_ms) {
  if (c.stage == Stage::draining) return;
  if (c.stage != Stage::open) return close(c, Manner::hard);
  c.stage = Stage::draining;
  if (c.peer) peers.erase(*c.peer);
  if (c.web && c.web->is_open()) websocket::append_close(c.out, websocket::CloseCode::going_away);
  set_timer(c, StreamConnection::stage_timer, mono_ms() + patience_ms);
  flush(c);
}

void Streams::State::close(StreamConnection& c, Manner manner) {
  if (c.stage == Stage::closed) return;
  c.stage = Stage::closed;
  const ConnectionId id = c.flow.connection;
  for (Timers::Handle& timer : c.timers) timers.cancel(timer);
  if (manner == Manner::politely)
    c.channel->say_goodbye();
  else
    close_hard_later(c.descriptor.native_handle());
  boost::system::error_code ignored;
  c.descriptor.close(ignored);
  admission.leave(c.place);
  if (c.peer) {
    const auto known = peers.find(*c.peer);
    if (known != peers.end() && known->second == id) peers.erase(known);
  }
  if (c.announced) report_closed(id);
  for (const Flow& flow : c.asked_by) report_send_failed(flow);
  if (!c.peer && c.request_unsent) report_send_failed(c.flow);
  const auto found = connections.find(id);
  if (graveyard.empty()) boost::asio::post(io, [this] { graveyard.clear(); });
  graveyard.push_back(std::move(found->second));
  connections.erase(found);
  publish_gauges();
  if (stopping && connections.empty()) io.stop();
}

void Streams::State::set_timer(StreamConnection& c, StreamConnection::Timer kind, std::int64_t deadline_ms) {
  timers.cancel(c.timers[kind]);
  c.timers[kind] = timers.set(deadline_ms, c.flow.connection.value, kind);
  arm_clock();
}

void Streams::State::on_timer(StreamConnection& c, StreamConnection::Timer kind) {
  if (kind == StreamConnection::ping_timer) return ping(c);
  const std::int64_t now = mono_ms();
  std::int64_t deadline = now;
  // Activity does not move these timers, it is looked up when they fire: a busy connection costs nothing.
  if (kind == StreamConnection::idle_timer)
    deadline = c.place.stranger ? c.message_ms + options.stranger_idle_ms : c.heard_ms + options.trusted_idle_ms;
  if (kind == StreamConnection::write_timer) deadline = c.progress_ms + options.write_stall_ms;
  if (c.waiting && kind == StreamConnection::idle_timer) deadline = now + options.stranger_idle_ms;
  if (deadline > now) return set_timer(c, kind, deadline);
  ++counts.timed_out;
  const bool fell_silent = kind == StreamConnection::idle_timer && !c.place.stranger;
  close(c, fell_silent && c.stage == Stage::open ? Manner::politely : Manner::hard);
}

void Streams::State::arm_clock() {
  const std::int64_t deadline = timers.next_deadline();
  if (deadline >= clock_armed_for) return;
  clock_armed_for = deadline;
  clock.expires_after(std::chrono::milliseconds(std::max<std::int64_t>(0, deadline - mono_ms())));
  clock.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    clock_armed_for = never_ms;
    fired.clear();
    timers.advance(mono_ms(), fired);
    for (const Timers::Fired& timer : std::exchange(fired, {})) {
      StreamConnection* c = find(ConnectionId{timer.owner});
      if (c == nullptr) continue;
      const auto kind = static_cast<StreamConnection::Timer>(timer.kind);
      c->timers[kind] = 0;
      on_timer(*c, kind);
    }
    arm_clock();
  });
}

void Streams::State::report_closed(ConnectionId connection) {
  if (backlog.empty() && events.on_closed(connection)) return;
  backlog.emplace_back(connection);
  arm_retry();
}

void Streams::State::report_send_failed(const Flow& flow) {
  if (backlog.empty() && events.on_send_failed(flow)) return;
  backlog.emplace_back(flow);
  arm_retry();
}

void Streams::State::arm_retry() {
  if (std::exchange(retry_armed, true)) return;
  retry_clock.expires_after(std::chrono::milliseconds(options.retry_ms));
  retry_clock.async_wait([this](const boost::system::error_code& error) {
    retry_armed = false;
    if (!error) retry();
  });
}

void Streams::State::retry() {
  while (!backlog.empty()) {
    const auto* connection = std::get_if<ConnectionId>(&backlog.front());
    const bool taken_now =
        connection != nullptr ? events.on_closed(*connection) : events.on_send_failed(std::get<Flow>(backlog.front()));
    if (!taken_now) return arm_retry();
    backlog.pop_front();
  }
  for (std::size_t left = paused.size(); left > 0; --left) {
    StreamConnection* c = find(paused.front());
    if (c != nullptr && !events.on_message(*c->waiting)) return arm_retry();
    paused.pop_front();
    if (c != nullptr) resume(*c);
  }
}

void Streams::State::resume(StreamConnection& c) {
  c.waiting.reset();
  handed_on(c);
  c.heard_ms = c.message_ms;
  if (!take_messages(c)) return;
  if (c.stage == Stage::open && !c.reading) read_some(c);
  flush(c);
}

void Streams::State::publish_gauges() {
  counts.connections.set(admission.connections());
  counts.strangers.set(admission.strangers());
}

}  // namespace rf::net
