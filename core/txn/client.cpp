// The client side: requests out, responses in (RFC 3261 §17.1, §9.1, RFC 6026 §7.2).
#include "core/sip/message.hpp"
#include "core/txn/derive.hpp"
#include "core/txn/state.hpp"

namespace rf::txn {
namespace {

/// The endpoint a request went to, and nobody else, may answer it (RFC 3581 §4: a response comes from where the request
/// arrived); on a stream the connection it left by.
bool is_asked(const Flow& asked, const Flow& from) {
  if (asked.transport != from.transport || asked.listener != from.listener) return false;
  return asked.connection ? asked.connection == from.connection : asked.remote == from.remote;
}

}  // namespace

std::uint64_t Transactions::State::client_key(std::string_view branch, sip::Method method) const {
  return KeyedHash(hash_key).add(branch).add(static_cast<std::uint64_t>(method)).finish();
}

std::uint64_t Transactions::State::connection_key(ConnectionId connection) const {
  return KeyedHash(hash_key).add(connection.value).finish();
}

std::uint64_t Transactions::State::path_key(const Flow& flow) const {
  if (flow.connection) return connection_key(flow.connection);
  std::uint64_t halves[2];
  std::memcpy(halves, flow.remote.address.bytes().data(), sizeof halves);
  KeyedHash hash(hash_key);
  hash.add(flow.listener.value)
      .add(halves[0])
      .add(halves[1])
      .add(static_cast<std::uint64_t>(flow.remote.port) << 8 | static_cast<std::uint64_t>(flow.transport));
  // Each name is a connection of its own: one that fails says nothing about the others.
  if (!flow.tls_name.empty()) hash.add(flow.tls_name);
  return hash.finish();
}

ClientId Transactions::State::start_client(Now now, sip::Method method, const Flow& flow, std::string_view bytes,
                                           std::uint64_t key, std::uint64_t owner, bool internal, Outbox& out) {
  if (is_full_for(method)) return {};
  const auto [place, is_new] = client_index.try_emplace(key, 0);
  if (!is_new) return {};
  const ClientId id = clients.emplace();
  place->second = id.value;
  Client& client = *clients.find(id);
  client.flow = flow;
  client.key = key;
  client.owner = owner;
  client.method = method;
  client.internal = internal;
  const bool stream = is_stream(flow.transport);
  if (!stream || method == sip::Method::invite) client.sent.assign(bytes);

  const auto [head, is_first] = path_index.try_emplace(path_key(flow), id.value);
  if (!is_first) {
    client.next_on_path = ClientId{head->second};
    clients.find(client.next_on_path)->previous_on_path = id;
    head->second = id.value;
  }
  client.on_path = true;

  out.send(flow, bytes);
  if (!stream) {
    client.interval_ms = times.t1_ms;
    set_timer(client.repeat, now.mono_ms + client.interval_ms, id.value, client_repeat);
  }
  set_timer(client.end, now.mono_ms + lifetime_ms(), id.value, client_end);
  return id;
}

void Transactions::State::leave_path(ClientId id, Client& client) {
  if (!client.on_path) return;
  client.on_path = false;
  Client* next = clients.find(client.next_on_path);
  Client* previous = clients.find(client.previous_on_path);
  if (next != nullptr) next->previous_on_path = client.previous_on_path;
  if (previous != nullptr) {
    previous->next_on_path = client.next_on_path;
  } else {
    const auto head = path_index.find(path_key(client.flow));
    RF_CHECK(head != path_index.end() && head->second == id.value);
    if (next != nullptr)
      head->second = client.next_on_path.value;
    else
      path_index.erase(head);
  }
  client.next_on_path = client.previous_on_path = {};
}

void Transactions::State::erase_client(ClientId id) {
  Client& client = *clients.find(id);
  leave_path(id, client);
  timers.cancel(client.repeat);
  timers.cancel(client.end);
  client_index.erase(client.key);
  if (!client.internal) tell(Event::Kind::client_done, {}, id, client.owner);
  clients.erase(id);
}

/// The final response is here: nothing is repeated any more, late copies are waited for as long as they can travel.
void Transactions::State::finish_client(Now now, ClientId id, Client& client, std::int64_t linger_ms) {
  leave_path(id, client);
  timers.cancel(client.repeat);
  if (linger_ms == 0)
    erase_client(id);
  else
    set_timer(client.end, now.mono_ms + linger_ms, id.value, client_end);
}

void Transactions::State::send_cancel(Now now, ClientId id, Client& client, Outbox& out) {
  client.cancel_sent = true;
  // RFC 3261 §9.1: with the CANCEL out, an INVITE without final response counts as dead after 64·T1.
  set_timer(client.end, now.mono_ms + lifetime_ms(), id.value, client_end);
  const std::string bytes = write_cancel(client.sent.view());
  const std::uint64_t key = mix64(client.key);  // as unguessable as the INVITE's own
  const Flow flow = client.flow;
  if (!start_client(now, sip::Method::cancel, flow, bytes, key, 0, true, out)) out.send(flow, bytes);
}

void Transactions::State::on_client_repeat(Now now, ClientId id, Outbox& out) {
  Client* client = clients.find(id);
  if (client == nullptr) return;
  client->repeat = 0;
  const bool invite = client->method == sip::Method::invite;
  const bool waiting =
      client->phase == Client::Phase::calling || (!invite && client->phase == Client::Phase::proceeding);
  if (!waiting || !client->sent) return;
  out.send(client->flow, client->sent.view());
  client->interval_ms *= 2;
  if (!invite) {
    client->interval_ms = std::min(client->interval_ms, times.t2_ms);
    if (client->phase == Client::Phase::proceeding) client->interval_ms = times.t2_ms;
  }
  set_timer(client->repeat, now.mono_ms + client->interval_ms, id.value, client_repeat);
}

void Transactions::State::on_client_end(Now now, ClientId id, Outbox& out) {
  Client* client = clients.find(id);
  if (client == nullptr) return;
  client->end = 0;
  const bool rings = client->method == sip::Method::invite && client->phase == Client::Phase::proceeding;
  if (rings && !client->cancel_sent) {
    client->cancel_wanted = true;
    return send_cancel(now, id, *client, out);
  }
  const bool waiting = client->phase == Client::Phase::calling || client->phase == Client::Phase::proceeding;
  if (waiting && !client->internal) tell(Event::Kind::client_timeout, {}, id, client->owner);
  erase_client(id);
}

void Transactions::State::on_2xx(const sip::Message& response, Client& client, ResponseMatch& match, Outbox& out) {
  const std::uint64_t tag_hash = KeyedHash(hash_key).add(response.to.tag()).finish();
  std::size_t forks = 0;
  for (const Fork* fork = client.forks.get(); fork != nullptr; fork = fork->next.get(), ++forks) {
    if (fork->tag_hash != tag_hash) continue;
    if (fork->ack) out.send(fork->flow, fork->ack.view());
    return;
  }
  if (forks >= WireLimits::answers) return;
  auto fork = std::make_unique<Fork>();
  fork->tag_hash = tag_hash;
  fork->next = std::move(client.forks);
  client.forks = std::move(fork);
  match.deliver = true;
}

void Transactions::State::on_invite_final(Now now, ClientId id, Client& client, const sip::Message& response,
                                          ResponseMatch& match, Outbox& out) {
  const bool success = response.status < 300;
  switch (client.phase) {
    case Client::Phase::calling:
    case Client::Phase::proceeding:
      if (success) {
        client.phase = Client::Phase::accepted;
        client.sent.clear();
        on_2xx(response, client, match, out);
        finish_client(now, id, client, lifetime_ms());  // Timer M
      } else {
        client.phase = Client::Phase::completed;
        match.deliver = true;
        const sip::Header* to = response.find(sip::HeaderName::to);
        const std::string ack = write_ack(client.sent.view(), to == nullptr ? std::string_view{} : to->value);
        out.send(client.flow, ack);
        const bool stream = is_stream(client.flow.transport);
        if (!stream) client.sent.assign(ack);
        finish_client(now, id, client, stream ? 0 : lifetime_ms());  // Timer D
      }
      return;
    case Client::Phase::accepted:
      if (success) on_2xx(response, client, match, out);
      return;
    case Client::Phase::completed:
      if (!success) out.send(client.flow, client.sent.view());
      return;
  }
}

ClientId Transactions::request(Now now, sip::Method method, const Flow& flow, std::string bytes,
                               std::string_view branch, std::uint64_t owner, Outbox& out) {
  State& s = *state_;
  return s.start_client(now, method, flow, bytes, s.client_key(branch, method), owner, false, out);
}

Transactions::ResponseMatch Transactions::match_response(Now now, const sip::Message& response, const Flow& flow,
                                                         Outbox& out) {
  State& s = *state_;
  if (response.status < 100 || response.status > 699) return {};
  // A CANCEL's key is made from its INVITE's, since they share the branch.
  const bool to_cancel = response.cseq.method == sip::Method::cancel;
  std::uint64_t key = s.client_key(response.via.branch, to_cancel ? sip::Method::invite : response.cseq.method);
  if (to_cancel) key = mix64(key);
  const auto found = s.client_index.find(key);
  if (found == s.client_index.end()) return {};
  const ClientId id{found->second};
  Client& client = *s.clients.find(id);
  if (!is_asked(client.flow, flow)) return {};
  ResponseMatch match{id, client.owner, client.method, false};

  const bool waiting = client.phase == Client::Phase::calling || client.phase == Client::Phase::proceeding;
  if (response.status < 200) {
    if (!waiting) return match;
    const bool first = client.phase == Client::Phase::calling;
    client.phase = Client::Phase::proceeding;
    match.deliver = !client.internal;
    if (client.method != sip::Method::invite) return match;
    if (first) {
      s.timers.cancel(client.repeat);
      s.set_timer(client.end, now.mono_ms + s.ring_max_ms, id.value, State::client_end);
    }
    if (client.cancel_wanted && !client.cancel_sent) s.send_cancel(now, id, client, out);
    return match;
  }
  if (client.method == sip::Method::invite) {
    s.on_invite_final(now, id, client, response, match, out);
    return match;
  }
  if (!waiting) return match;
  match.deliver = !client.internal;
  client.phase = Client::Phase::completed;
  client.sent.clear();
  s.finish_client(now, id, client, is_stream(client.flow.transport) ? 0 : s.times.t4_ms);  // Timer K
  return match;
}

void Transactions::acknowledge_2xx(Now, ClientId id, const Flow& flow, std::string ack, Outbox& out) {
  State& s = *state_;
  out.send(flow, ack);
  Client* client = s.clients.find(id);
  if (client == nullptr || client->phase != Client::Phase::accepted) return;
  const std::uint64_t tag_hash = KeyedHash(s.hash_key).add(written_to_tag(ack)).finish();
  for (Fork* fork = client->forks.get(); fork != nullptr; fork = fork->next.get()) {
    if (fork->tag_hash != tag_hash) continue;
    fork->flow = flow;
    fork->ack.assign(ack);
    return;
  }
}

void Transactions::cancel(Now now, ClientId id, Outbox& out) {
  State& s = *state_;
  Client* client = s.clients.find(id);
  if (client == nullptr || client->method != sip::Method::invite || client->cancel_wanted) return;
  client->cancel_wanted = true;
  if (client->phase == Client::Phase::proceeding) s.send_cancel(now, id, *client, out);
}

void Transactions::State::fail_path(std::uint64_t key) {
  for (auto head = path_index.find(key); head != path_index.end(); head = path_index.find(key)) {
    const ClientId id{head->second};
    const Client& client = *clients.find(id);
    if (!client.internal) tell(Event::Kind::client_send_failed, {}, id, client.owner);
    erase_client(id);
  }
}

void Transactions::on_send_failed(const Flow& flow) {
  state_->fail_path(state_->path_key(flow));
}

void Transactions::on_connection_closed(ConnectionId connection) {
  state_->fail_path(state_->connection_key(connection));
}

}  // namespace rf::txn
