#include "core/rtpengine/servers.hpp"
#include "core/base/limits/media.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/time.hpp"
#include "core/rtpengine/questions.hpp"

namespace rf::rtpengine {
namespace {

constexpr std::size_t cookie_characters = 16, call_characters = 24;

std::array<std::array<srtp::MasterKey, 2>, 2> keys_of(const std::array<media::LegPlan, 2>& legs) {
  return {{{legs[0].security.ours, legs[0].security.theirs}, {legs[1].security.ours, legs[1].security.theirs}}};
}

}  // namespace

Servers::Servers(std::vector<ServerPlan> servers, const Random& random, std::int64_t now_ms) : random_(random) {
  RF_CHECK(servers.size() <= RtpengineLimits::servers);
  for (const ServerPlan& plan : servers) {
    servers_.emplace_back().plan = plan;
    servers_.back().ping_ms = now_ms;
  }
}

void Servers::open(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out) {
  begin(now_ms, id, false, out);
}

void Servers::begin(std::int64_t now_ms, RelayId id, bool stocked, std::vector<Outcome>& out) {
  const auto [at, is_new] = relays_.try_emplace(id);
  RF_CHECK(is_new);
  at->second.stocked = stocked;
  stocked_ += stocked ? 1 : 0;
  place(now_ms, id, at->second, "no server is up", out);
}

/// With the next server that was not tried; `why` the one before did not take it.
void Servers::place(std::int64_t now_ms, RelayId id, Relay& relay, std::string why, std::vector<Outcome>& out) {
  const auto server = pick(relay.tried);
  if (relay.closing) return finish(id, {}, out);
  if (!server) {
    if (relay.stocked) refill_ms_ = now_ms + RtpengineLimits::refill_wait_ms;
    forget(id);
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
  auto keys = keys_of(relay.legs);
  relay.steps = rtpengine::tell(relay.call, relay.legs, relay.open && keys == relay.keys);
  // The offer of the last two steps: before it the server has the key.
  const bool has_keys = static_cast<bool>(relay.steps.rbegin()[1].key);
  relay.keys = has_keys ? std::move(keys) : decltype(keys){};
  ask(now_ms, Asked::tell, relay.server, id, relay.steps.front().question, out);
}

void Servers::update(std::int64_t now_ms, const media::RelayPlan& plan, std::vector<Outcome>& out) {
  const auto found = relays_.find(plan.id);
  if (found != relays_.end() && found->second.closing) return;
  if (found == relays_.end() || !found->second.open || found->second.gone) {
    out.push_back(Lost{plan.id, plan.call, "its media server has forgotten it"});
    return;
  }
  Relay& relay = found->second;
  relay.legs = plan.legs;
  relay.of = plan.call;
  // Who expects sound from now on has heard some until now.
  if (!std::exchange(relay.runs, true) || relay.silence_limit_ms == 0) relay.heard_ms = now_ms;
  relay.silence_limit_ms = plan.silence_limit_ms;
  if (!can_relay(plan)) return lose(plan.id, relay, "its media server cannot do that", out);
  if (relay.busy)
    relay.changed = true;
  else
    tell(now_ms, plan.id, relay, out);
}

void Servers::close(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  if (found == relays_.end()) {
    out.push_back(Closed{{id, {}, {}}});
    return;
  }
  Relay& relay = found->second;
  if (!std::exchange(relay.closing, true) && !relay.busy) end(now_ms, id, relay, out);
}

void Servers::end(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out) {
  relay.busy = true;
  ask(now_ms, Asked::erase, relay.server, id, erase(relay.call), out);
}

void Servers::finish(RelayId id, const std::array<media::LegStatistics, 2>& legs, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  out.push_back(Closed{{id, found->second.of, legs}});
  forget(id);
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
    set_up(now_ms, question.server, pong.has_value(), pong ? std::string() : pong.error(), out);
    return refill(now_ms, out);
  }
  if (!question.relay) return;  // the leftover of a failure
  if (question.asked == Asked::look) return on_seen(now_ms, question, answer, out);
  if (question.asked != Asked::erase) return on_told(now_ms, question, answer, out);
  const auto legs = read_statistics(answer);
  --servers_[question.server].streams;
  finish(question.relay, legs.value_or(relays_.at(question.relay).seen), out);
  refill(now_ms, out);
}

/// The answer to one step of what tells it.
void Servers::on_told(std::int64_t now_ms, const Question& question, std::string_view said, std::vector<Outcome>& out) {
  const auto described = read_described(said);
  if (!described) return on_failure(now_ms, question.relay, described.error(), out);
  Relay& relay = relays_.at(question.relay);
  const Step step = std::move(relay.steps.front());
  relay.steps.erase(relay.steps.begin());
  // What we tell phones holds for the whole call: an answer that names another port is as good as none.
  Endpoint& local = relay.local[step.towards];
  if (relay.open && local != described->endpoint)
    return on_failure(now_ms, question.relay, "it changed the endpoint of a running stream", out);
  local = described->endpoint;
  const bool has_key = std::find(described->keys.begin(), described->keys.end(), step.key) != described->keys.end();
  if (step.key && !has_key) return on_failure(now_ms, question.relay, "it did not take the key of a stream", out);
  if (!relay.steps.empty())
    return ask(now_ms, Asked::tell, relay.server, question.relay, relay.steps.front().question, out);
  relay.busy = false;
  relay.answered_ms = now_ms;
  if (!std::exchange(relay.open, true) && !relay.closing) {
    relay.opened_ms = now_ms;
    look_later(question.relay, relay, now_ms + RtpengineLimits::look_at_stock_ms);
    out.push_back(Opened{question.relay, relay.server, relay.local});
  }
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
  if (relay.open) return lose(id, relay, why, out);
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
  while (!looks_.empty() && looks_.begin()->first <= now_ms) {
    const auto [due_ms, id] = *looks_.begin();
    looks_.erase(looks_.begin());
    const auto found = relays_.find(id);
    if (found != relays_.end() && found->second.look_ms == due_ms) look(now_ms, id, found->second, out);
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
    set_up(now_ms, question.server, false, "did not answer", out);
    on_silence(now_ms, question, out);
  }
  refill(now_ms, out);
}

void Servers::on_silence(std::int64_t now_ms, const Question& question, std::vector<Outcome>& out) {
  if (question.asked == Asked::ping) {
    servers_[question.server].pinging = false;
    servers_[question.server].ping_ms = now_ms;  // it has been asked for 4 s
  } else if (question.relay && question.asked == Asked::erase) {
    --servers_[question.server].streams;
    finish(question.relay, relays_.at(question.relay).seen, out);
  } else if (question.relay && question.asked == Asked::look) {
    on_unseen(now_ms, question.relay, out);
  } else if (question.relay) {
    on_failure(now_ms, question.relay, "did not answer", out);
  }
}

void Servers::set_up(std::int64_t now_ms, std::size_t server, bool up, const std::string& why,
                     std::vector<Outcome>& out) {
  servers_[server].why = why;
  if (std::exchange(servers_[server].up, up) == up) return;
  out.push_back(Health{server, up, why});
  if (!up) doubt(now_ms, server, out);
}

std::int64_t Servers::next_deadline() const {
  std::int64_t next = due_.empty() ? never_ms : due_.begin()->first;
  if (!looks_.empty()) next = std::min(next, looks_.begin()->first);
  if (may_refill()) next = std::min(next, refill_ms_);
  for (const Server& server : servers_)
    if (!server.pinging) next = std::min(next, server.ping_ms);
  return next;
}

}  // namespace rf::rtpengine
