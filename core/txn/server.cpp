// The server side: requests in, responses out (RFC 3261 §17.2, RFC 6026 §7.1, RFC 3262 §3).
#include "core/sip/message.hpp"
#include "core/txn/state.hpp"

namespace rf::txn {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";
constexpr std::uint16_t sip_port = 5060;

bool is_unique_branch(std::string_view branch) {
  return branch.size() > magic_cookie.size() && sip::equal_nocase(branch.substr(0, magic_cookie.size()), magic_cookie);
}

void add_path(KeyedHash& hash, const Flow& flow) {
  std::uint64_t halves[2];
  std::memcpy(halves, flow.remote.address.bytes().data(), sizeof halves);
  hash.add(flow.listener.value)
      .add(flow.connection.value)
      .add(halves[0])
      .add(halves[1])
      .add(static_cast<std::uint64_t>(flow.remote.port) << 8 | static_cast<std::uint64_t>(flow.transport));
}

}  // namespace

Flow response_flow(const sip::Message& request, const Flow& flow) {
  Flow back = flow;
  if (is_stream(flow.transport) || request.via.rport) return back;
  const std::optional<Address> sent_by = Address::parse(request.via.host);
  const bool behind_nat = sent_by && *sent_by != flow.remote.address;
  if (!behind_nat) back.remote.port = request.via.port.value_or(sip_port);
  return back;
}

Transactions::State::Identity Transactions::State::identify(const sip::Message& request, const Flow& flow,
                                                            std::string_view method) const {
  Identity identity;
  const std::string_view from_tag = request.from.tag();
  KeyedHash hash(hash_key);
  hash.add(request.call_id).add(from_tag).add(request.cseq.number).add(method);
  if (request.to.tag().empty()) {
    KeyedHash merge = hash;
    identity.merge_key = merge.finish();
    if (identity.merge_key == 0) identity.merge_key = 1;
  }
  add_path(hash, flow);
  if (is_unique_branch(request.via.branch)) {
    hash.add(request.via.branch).add(request.via.host).add(request.via.port.value_or(0));
  } else {
    // RFC 2543 clients have no unique branch: the whole topmost Via and the Request-URI stand in (RFC 3261 §17.2.3).
    hash.add(request.via.raw).add(request.request_uri.raw).add(std::uint64_t{2543});
  }
  identity.key = hash.finish();
  return identity;
}

ServerId Transactions::State::find_server(std::uint64_t key) const {
  const auto found = server_index.find(key);
  return found == server_index.end() ? ServerId{} : ServerId{found->second};
}

void Transactions::State::send_back(const Server& server, std::string_view bytes, Outbox& out) const {
  Flow back = server.flow;
  back.remote.port = server.reply_port;
  out.send(back, bytes);
}

void Transactions::State::start_repeating(Now now, ServerId id, Server& server) {
  server.interval_ms = times.t1_ms;
  set_timer(server.repeat, now.mono_ms + server.interval_ms, id.value, server_repeat);
}

void Transactions::State::erase_server(ServerId id) {
  Server& server = *servers.find(id);
  timers.cancel(server.repeat);
  timers.cancel(server.end);
  server_index.erase(server.key);
  if (server.merge_key != 0) {
    const auto merge = merge_index.find(server.merge_key);
    if (merge != merge_index.end() && merge->second == id.value) merge_index.erase(merge);
  }
  tell(Event::Kind::server_done, id, {}, server.owner);
  servers.erase(id);
}

void Transactions::State::on_server_repeat(Now now, ServerId id, Outbox& out) {
  Server* server = servers.find(id);
  if (server == nullptr) return;
  server->repeat = 0;
  const bool reliable_provisional = server->phase == Server::Phase::proceeding;
  if (!server->last || (server->phase != Server::Phase::completed && !server->unacknowledged)) return;
  send_last(*server, out);
  server->interval_ms *= 2;
  if (!reliable_provisional) server->interval_ms = std::min(server->interval_ms, times.t2_ms);
  set_timer(server->repeat, now.mono_ms + server->interval_ms, id.value, server_repeat);
}

void Transactions::State::on_server_end(ServerId id) {
  Server* server = servers.find(id);
  if (server == nullptr) return;
  server->end = 0;
  switch (server->phase) {
    case Server::Phase::proceeding:
      if (!server->unacknowledged) return;
      server->unacknowledged = false;
      timers.cancel(server->repeat);
      tell(Event::Kind::reliable_timeout, id, {}, server->owner);
      return;
    case Server::Phase::accepted:
      if (server->unacknowledged) tell(Event::Kind::server_unacknowledged, id, {}, server->owner);
      break;
    case Server::Phase::completed:  // a refusal whose ACK was lost (Timer H) changes nothing for anybody
    case Server::Phase::confirmed:
      break;
  }
  erase_server(id);
}

Transactions::RequestMatch Transactions::match_request(Now now, const sip::Message& request, const Flow& flow,
                                                       Outbox& out) {
  State& s = *state_;
  const bool is_ack = request.method == sip::Method::ack;
  const State::Identity identity =
      s.identify(request, flow, is_ack ? sip::text_of(sip::Method::invite) : request.method_text);
  const ServerId id = s.find_server(identity.key);
  if (!id) {
    if (is_ack || identity.merge_key == 0) return {};
    const auto merge = s.merge_index.find(identity.merge_key);
    if (merge == s.merge_index.end()) return {};
    const ServerId other{merge->second};
    return {RequestMatch::Kind::merged, other, s.servers.find(other)->owner};
  }
  Server& server = *s.servers.find(id);
  RequestMatch match{RequestMatch::Kind::absorbed, id, server.owner};
  if (!is_ack) {
    // In Accepted the 2xx is repeated by its own timer, not on demand (RFC 6026 §7.1).
    if (server.phase != Server::Phase::accepted && server.phase != Server::Phase::confirmed && server.last)
      s.send_last(server, out);
    return match;
  }
  if (server.phase == Server::Phase::accepted) {
    // A peer that reuses the INVITE's branch for the ACK to a 2xx: the dialog has to see it.
    match.kind = RequestMatch::Kind::fresh;
  } else if (server.phase == Server::Phase::completed) {
    server.phase = Server::Phase::confirmed;
    s.timers.cancel(server.repeat);
    server.last.clear();
    if (is_stream(server.flow.transport))
      s.erase_server(id);
    else
      s.set_timer(server.end, now.mono_ms + s.times.t4_ms, id.value, State::server_end);
  }
  return match;
}

Transactions::RequestMatch Transactions::match_cancel(const sip::Message& cancel, const Flow& flow) const {
  const State& s = *state_;
  const ServerId id = s.find_server(s.identify(cancel, flow, sip::text_of(sip::Method::invite)).key);
  const Server* server = s.servers.find(id);
  if (server == nullptr || server->phase != Server::Phase::proceeding) return {};
  return {RequestMatch::Kind::absorbed, id, server->owner};
}

ServerId Transactions::accept(Now, const sip::Message& request, const Flow& flow, std::uint64_t owner) {
  State& s = *state_;
  if (s.is_full_for(request.method)) return {};
  const State::Identity identity = s.identify(request, flow, request.method_text);
  const auto [place, is_new] = s.server_index.try_emplace(identity.key, 0);
  if (!is_new) return {};
  const ServerId id = s.servers.emplace();
  place->second = id.value;
  Server& server = *s.servers.find(id);
  server.flow = flow;
  server.key = identity.key;
  server.merge_key = identity.merge_key;
  server.owner = owner;
  server.reply_port = response_flow(request, flow).remote.port;
  server.invite = request.method == sip::Method::invite;
  if (server.merge_key != 0) s.merge_index.try_emplace(server.merge_key, id.value);
  return id;
}

void Transactions::set_owner(ServerId id, std::uint64_t owner) {
  if (Server* server = state_->servers.find(id)) server->owner = owner;
}

void Transactions::respond(Now now, ServerId id, int status, std::string bytes, Outbox& out) {
  State& s = *state_;
  Server* server = s.servers.find(id);
  if (server == nullptr || server->phase != Server::Phase::proceeding) return;
  if (status < 200) {
    if (server->unacknowledged) {
      // The reliable response keeps its place: it is the one that has to arrive.
      s.send_back(*server, bytes, out);
      return;
    }
    server->last.assign(bytes);
    s.send_last(*server, out);
    return;
  }
  s.timers.cancel(server->repeat);
  const bool stream = is_stream(server->flow.transport);
  const bool success = status < 300;
  server->unacknowledged = server->invite && success;
  server->phase = server->invite && success ? Server::Phase::accepted : Server::Phase::completed;
  s.send_back(*server, bytes, out);
  if (!server->invite && stream) {
    s.erase_server(id);  // Timer J is zero
    return;
  }
  // Longer than any honest answer: its Via is what somebody wants us to remember.
  if (server->unacknowledged || bytes.size() <= WireLimits::kept_response_bytes)
    server->last.assign(bytes);
  else
    server->last.clear();
  s.set_timer(server->end, now.mono_ms + s.lifetime_ms(), id.value, State::server_end);
  if (server->invite && (success || !stream)) s.start_repeating(now, id, *server);
}

void Transactions::respond_reliably(Now now, ServerId id, std::string bytes, Outbox& out) {
  State& s = *state_;
  Server* server = s.servers.find(id);
  if (server == nullptr || server->phase != Server::Phase::proceeding || !server->invite) return;
  server->last.assign(bytes);
  server->unacknowledged = true;
  s.send_last(*server, out);
  s.start_repeating(now, id, *server);
  s.set_timer(server->end, now.mono_ms + s.lifetime_ms(), id.value, State::server_end);
}

void Transactions::prack_received(ServerId id) {
  State& s = *state_;
  Server* server = s.servers.find(id);
  if (server == nullptr || server->phase != Server::Phase::proceeding) return;
  server->unacknowledged = false;
  s.timers.cancel(server->repeat);
  s.timers.cancel(server->end);
}

void Transactions::acknowledge(ServerId id) {
  State& s = *state_;
  Server* server = s.servers.find(id);
  if (server == nullptr || server->phase != Server::Phase::accepted) return;
  server->unacknowledged = false;
  s.timers.cancel(server->repeat);
  server->last.clear();
}

const Flow* Transactions::flow_of(ServerId id) const {
  const Server* server = state_->servers.find(id);
  return server == nullptr ? nullptr : &server->flow;
}

}  // namespace rf::txn
