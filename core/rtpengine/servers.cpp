#include "core/rtpengine/servers.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/time.hpp"
#include "core/rtpengine/questions.hpp"

namespace rf::rtpengine {
namespace {

constexpr std::size_t cookie_characters = 16, call_characters = 24;

}  // namespace

Servers::Servers(std::vector<ServerPlan> servers, const Random& random, std::int64_t now_ms) : random_(random) {
  RF_CHECK(servers.size() <= RtpengineLimits::servers);
  for (const ServerPlan& plan : servers) servers_.push_back({plan, false, now_ms});
}

void Servers::open(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out) {
  const auto [at, is_new] = relays_.try_emplace(id);
  RF_CHECK(is_new);
  place(now_ms, id, at->second, "no server is up", out);
}

/// With the next server that was not tried; `why` the one before did not take it.
void Servers::place(std::int64_t now_ms, RelayId id, Relay& relay, std::string why, std::vector<Outcome>& out) {
  const auto server = pick(relay.tried);
  if (relay.closing) return finish(id, {}, out);
  if (!server) {
    relays_.erase(id);
    out.push_back(NotOpened{id, std::move(why)});
    return;
  }
  relay.server = *server;
  relay.tried |= 1u << *server;
  relay.call = random_.token(call_characters);
  ++servers_[*server].streams;
  tell(now_ms, id, relay, out);
}

std::optional<std::size_t> Servers::pick(std::uint32_t tried) {
  const auto weight = [&](std::size_t i) -> std::uint64_t {
    const Server& server = servers_[i];
    const bool fits = server.up && (tried >> i & 1) == 0 && server.questions < RtpengineLimits::questions;
    return fits ? server.plan.weight : 0;
  };
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < servers_.size(); ++i) sum += weight(i);
  if (sum == 0) return std::nullopt;
  std::uint64_t at = random_.below(sum);
  for (std::size_t i = 0;; ++i) {
    if (at < weight(i)) return i;
    at -= weight(i);
  }
}

void Servers::tell(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out) {
  relay.busy = true;
  relay.changed = false;
  ask(now_ms, Asked::offer, relay.server, id, offer(relay.call, relay.legs[0]), out);
}

void Servers::update(std::int64_t now_ms, const media::RelayPlan& plan, std::vector<Outcome>& out) {
  const auto found = relays_.find(plan.id);
  if (found == relays_.end() || !found->second.open || found->second.closing) return;
  Relay& relay = found->second;
  relay.legs = plan.legs;
  if (relay.busy)
    relay.changed = true;
  else
    tell(now_ms, plan.id, relay, out);
}

void Servers::close(std::int64_t now_ms, RelayId id, CallId call, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  if (found == relays_.end()) {
    out.push_back(Closed{{id, call, {}}});
    return;
  }
  Relay& relay = found->second;
  relay.of = call;
  if (!std::exchange(relay.closing, true) && !relay.busy) end(now_ms, id, relay, out);
}

void Servers::end(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out) {
  relay.busy = true;
  ask(now_ms, Asked::erase, relay.server, id, erase(relay.call), out);
}

void Servers::finish(RelayId id, const std::array<media::LegStatistics, 2>& legs, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  out.push_back(Closed{{id, found->second.of, legs}});
  relays_.erase(found);
}

void Servers::ask(std::int64_t now_ms, Asked asked, std::size_t server, RelayId relay, const std::string& question,
                  std::vector<Outcome>& out) {
  std::string cookie = random_.token(cookie_characters);
  Question& made = questions_[cookie];
  made = {asked, server, relay, cookie + " " + question};
  ++servers_[server].questions;
  send(now_ms, std::move(cookie), made, out);
}

void Servers::send(std::int64_t now_ms, std::string cookie, Question& question, std::vector<Outcome>& out) {
  question.due_ms = now_ms + (std::int64_t{RtpengineLimits::first_wait_ms} << question.sent);
  ++question.sent;
  due_.emplace(question.due_ms, std::move(cookie));
  out.push_back(Send{question.server, question.datagram});
}

void Servers::on_datagram(std::int64_t now_ms, std::size_t server, std::string_view datagram,
                          std::vector<Outcome>& out) {
  const std::size_t space = datagram.find(' ');
  if (space == std::string_view::npos) return;
  const auto found = questions_.find(datagram.substr(0, space));
  if (found == questions_.end() || found->second.server != server) return;
  const Question question = std::move(found->second);
  questions_.erase(found);
  --servers_[server].questions;
  on_answer(now_ms, question, datagram.substr(space + 1), out);
}

void Servers::on_answer(std::int64_t now_ms, const Question& question, std::string_view answer,
                        std::vector<Outcome>& out) {
  if (question.asked == Asked::ping) {
    Server& server = servers_[question.server];
    server.pinging = false;
    server.ping_ms = now_ms + RtpengineLimits::ping_every_ms;
    const auto pong = read_pong(answer);
    return set_up(question.server, pong.has_value(), pong ? std::string() : pong.error(), out);
  }
  if (!question.relay) return;  // the leftover of a failure
  if (question.asked != Asked::erase) return on_told(now_ms, question, answer, out);
  const auto legs = read_statistics(answer);
  --servers_[question.server].streams;
  finish(question.relay, legs.value_or(std::array<media::LegStatistics, 2>{}), out);
}

/// An answer to offer or answer.
void Servers::on_told(std::int64_t now_ms, const Question& question, std::string_view said, std::vector<Outcome>& out) {
  const auto endpoint = read_endpoint(said);
  if (!endpoint) return on_failure(now_ms, question.relay, endpoint.error(), out);
  Relay& relay = relays_.at(question.relay);
  // What we tell phones holds for the whole call: an answer that names another port is as good as none.
  Endpoint& local = relay.local[question.asked == Asked::offer ? 1 : 0];
  if (relay.open && local != *endpoint)
    return on_failure(now_ms, question.relay, "it changed the endpoint of a running stream", out);
  local = *endpoint;
  if (question.asked == Asked::offer)
    return ask(now_ms, Asked::answer, relay.server, question.relay, answer(relay.call, relay.legs[1]), out);
  relay.busy = false;
  if (!std::exchange(relay.open, true) && !relay.closing)
    out.push_back(Opened{question.relay, relay.server, relay.local});
  if (relay.closing)
    end(now_ms, question.relay, relay, out);
  else if (relay.changed)
    tell(now_ms, question.relay, relay, out);
}

/// It was not told: one that is not open yet goes to another server.
void Servers::on_failure(std::int64_t now_ms, RelayId id, const std::string& why, std::vector<Outcome>& out) {
  Relay& relay = relays_.at(id);
  relay.busy = false;
  if (relay.open && relay.closing) return end(now_ms, id, relay, out);
  if (relay.open) {
    out.push_back(Lost{id, why});
    return;
  }
  --servers_[relay.server].streams;
  // Perhaps only its answer was lost: nothing may be left behind there.
  ask(now_ms, Asked::erase, relay.server, RelayId{}, erase(relay.call), out);
  place(now_ms, id, relay, why, out);
}

void Servers::on_time(std::int64_t now_ms, std::vector<Outcome>& out) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i].pinging || servers_[i].ping_ms > now_ms) continue;
    servers_[i].pinging = true;
    ask(now_ms, Asked::ping, i, RelayId{}, ping(), out);
  }
  while (!due_.empty() && due_.begin()->first <= now_ms) {
    const std::string cookie = std::move(due_.begin()->second);
    const std::int64_t due_ms = due_.begin()->first;
    due_.erase(due_.begin());
    const auto found = questions_.find(cookie);
    if (found == questions_.end() || found->second.due_ms != due_ms) continue;  // it was answered
    if (found->second.sent < RtpengineLimits::requests) {
      send(now_ms, cookie, found->second, out);
      continue;
    }
    const Question question = std::move(found->second);
    questions_.erase(found);
    --servers_[question.server].questions;
    set_up(question.server, false, "did not answer", out);
    on_silence(now_ms, question, out);
  }
}

void Servers::on_silence(std::int64_t now_ms, const Question& question, std::vector<Outcome>& out) {
  if (question.asked == Asked::ping) {
    servers_[question.server].pinging = false;
    servers_[question.server].ping_ms = now_ms;  // it has been asked for 4 s
  } else if (question.relay && question.asked == Asked::erase) {
    --servers_[question.server].streams;
    finish(question.relay, {}, out);
  } else if (question.relay) {
    on_failure(now_ms, question.relay, "did not answer", out);
  }
}

void Servers::set_up(std::size_t server, bool up, const std::string& why, std::vector<Outcome>& out) {
  if (std::exchange(servers_[server].up, up) != up) out.push_back(Health{server, up, why});
}

std::int64_t Servers::next_deadline() const {
  std::int64_t next = due_.empty() ? never_ms : due_.begin()->first;
  for (const Server& server : servers_)
    if (!server.pinging) next = std::min(next, server.ping_ms);
  return next;
}

}  // namespace rf::rtpengine
