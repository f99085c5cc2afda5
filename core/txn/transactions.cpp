#include "core/txn/transactions.hpp"

#include "core/txn/state.hpp"

namespace rf::txn {

Transactions::Transactions(const policy::SipTimes& times, std::size_t limit, std::int64_t start_mono_ms,
                           std::uint64_t hash_seed)
    : state_(std::make_unique<State>(times, limit, start_mono_ms, hash_seed)) {}

Transactions::~Transactions() = default;

void Transactions::advance(Now now, Outbox& out) {
  State& s = *state_;
  s.fired.clear();
  s.timers.advance(now.mono_ms, s.fired);
  for (const Timers::Fired& timer : s.fired) {
    switch (timer.kind) {
      case State::server_repeat:
        s.on_server_repeat(now, ServerId{timer.owner}, out);
        break;
      case State::server_end:
        s.on_server_end(ServerId{timer.owner});
        break;
      case State::client_repeat:
        s.on_client_repeat(now, ClientId{timer.owner}, out);
        break;
      case State::client_end:
        s.on_client_end(now, ClientId{timer.owner}, out);
        break;
    }
  }
}

void Transactions::adopt(const policy::SipTimes& times, std::size_t limit, std::int64_t ring_max_ms) {
  state_->times = times;
  state_->set_limit(limit);
  state_->ring_max_ms = ring_max_ms;
}

std::int64_t Transactions::next_deadline() const {
  return state_->timers.next_deadline();
}

void Transactions::take_events(std::vector<Event>& out) {
  out.insert(out.end(), state_->events.begin(), state_->events.end());
  state_->events.clear();
}

std::size_t Transactions::size() const {
  return state_->servers.size() + state_->clients.size();
}
std::size_t Transactions::limit() const {
  return state_->limit;
}

}  // namespace rf::txn
