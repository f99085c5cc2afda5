// The streams that wait for calls, and how it is known that a server still relays those of calls.
#include <algorithm>
#include <utility>

#include "core/base/limits/media.hpp"
#include "core/rtpengine/questions.hpp"
#include "core/rtpengine/servers.hpp"

namespace rf::rtpengine {

void Servers::keep_stock(std::int64_t now_ms, std::size_t wanted, RelayId first, std::vector<Outcome>& out) {
  wanted_ = wanted;
  last_id_ = first.value;
  refill(now_ms, out);
}

bool Servers::may_refill() const {
  return stocked_ < wanted_ && std::any_of(
                                   servers_.begin(), servers_.end(),
                                   [](const Server& server) { return server.up && server.plan.weight > 0; });
}

void Servers::refill(std::int64_t now_ms, std::vector<Outcome>& out) {
  while (now_ms >= refill_ms_ && may_refill()) begin(now_ms, RelayId{++last_id_}, true, out);
}

void Servers::take(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  if (found == relays_.end() || !found->second.open || std::exchange(found->second.taken, true)) return;
  Relay& relay = found->second;
  stocked_ -= relay.stocked ? 1 : 0;
  ++servers_[relay.server].in_calls;
  look_later(id, relay, now_ms + RtpengineLimits::look_every_ms);
  refill(now_ms, out);
}

/// Out of the books, wherever it was.
void Servers::forget(RelayId id) {
  const auto found = relays_.find(id);
  const Relay& relay = found->second;
  if (relay.taken)
    --servers_[relay.server].in_calls;
  else if (relay.stocked)
    --stocked_;
  relays_.erase(found);
}

void Servers::look_later(RelayId id, Relay& relay, std::int64_t at_ms) {
  relay.look_ms = at_ms;
  looks_.emplace(at_ms, id);
}

void Servers::look(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out) {
  if (relay.closing || relay.gone) return;
  const bool old = !relay.taken && now_ms - relay.opened_ms >= RtpengineLimits::stock_age_ms;
  if (old) return lose(id, relay, {}, out);
  ask(now_ms, Asked::look, relay.server, id, query(relay.call), out);
}

void Servers::on_seen(std::int64_t now_ms, const Question& question, std::string_view answer,
                      std::vector<Outcome>& out) {
  const auto found = relays_.find(question.relay);
  if (found == relays_.end() || found->second.gone) return;
  Relay& relay = found->second;
  const auto legs = read_statistics(answer);
  if (!legs) {
    lose(question.relay, relay, "its media server says: " + legs.error(), out);
    // What happens to many at once is looked into once.
    Server& server = servers_[question.server];
    if (now_ms < server.trusted_ms) return;
    server.trusted_ms = now_ms + RtpengineLimits::look_every_ms;
    return doubt(now_ms, question.server, out);
  }
  relay.answered_ms = now_ms;
  const auto packets = [](const auto& both) { return both[0].packets + both[1].packets; };
  if (packets(*legs) > packets(relay.seen)) relay.heard_ms = now_ms;
  relay.seen = *legs;
  const std::int64_t silent_ms = now_ms - relay.heard_ms;
  if (relay.runs && relay.silence_limit_ms != 0 && silent_ms >= relay.silence_limit_ms)
    out.push_back(Silent{question.relay, relay.of, silent_ms});
  look_later(question.relay, relay,
             now_ms + (relay.taken ? RtpengineLimits::look_every_ms : RtpengineLimits::look_at_stock_ms));
}

void Servers::on_unseen(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out) {
  const auto found = relays_.find(id);
  if (found == relays_.end() || found->second.gone) return;
  if (now_ms - found->second.answered_ms >= RtpengineLimits::lost_after_ms)
    return lose(id, found->second, "its media server does not answer", out);
  look_later(id, found->second, now_ms + RtpengineLimits::look_every_ms);
}

void Servers::lose(RelayId id, Relay& relay, const std::string& why, std::vector<Outcome>& out) {
  if (std::exchange(relay.gone, true)) return;
  if (relay.taken || !relay.stocked) {
    out.push_back(Lost{id, relay.of, why});
    return;
  }
  relay.stocked = false;
  --stocked_;
  out.push_back(Stale{id});
}

/// It is down, or has forgotten a stream, perhaps all of them: no call is to get one that it had ready, and those of
/// calls are looked after at once.
void Servers::doubt(std::int64_t now_ms, std::size_t server, std::vector<Outcome>& out) {
  for (auto& [id, relay] : relays_) {
    if (relay.server != server || !relay.open || relay.closing) continue;
    if (!relay.taken && relay.stocked)
      lose(id, relay, {}, out);
    else if (!relay.gone && relay.look_ms > now_ms)
      look_later(id, relay, now_ms);
  }
}

std::vector<ServerState> Servers::states() const {
  std::vector<ServerState> out;
  for (const Server& server : servers_) out.push_back({server.up, server.why, server.streams, server.in_calls});
  return out;
}

}  // namespace rf::rtpengine
