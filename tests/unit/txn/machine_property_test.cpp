// A client's and a server's transactions over a network that loses, doubles and reorders: whatever happens, every
// request has exactly one outcome, and nothing is left behind.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "core/base/random.hpp"
#include "phones.hpp"

namespace rf::txn::test {
namespace {

/// A ringing INVITE has no timer of its own (RFC 3261 §17.1.1.2): whoever rings cancels at last.
constexpr std::int64_t ring_max_ms = 20'000;

/// One request and what the callee makes of it.
struct Plan {
  bool invite = true;
  bool provisional = true;
  bool reliable = false;
  int status = 200;
  int answer_after_ms = 0;
  int cancel_after_ms = -1;  ///< at ring_max_ms when negative
  int start_ms = 0;
};

struct Weather {
  int loss_percent = 0;
  int double_percent = 0;
  int delay_max_ms = 0;
};

void showValue(const Plan& p, std::ostream& os) {
  os << "{invite=" << p.invite << " provisional=" << p.provisional << " reliable=" << p.reliable
     << " status=" << p.status << " answer=" << p.answer_after_ms << " cancel=" << p.cancel_after_ms
     << " start=" << p.start_ms << "}";
}

class World {
 public:
  World(const Weather& weather, bool stream, std::uint64_t seed)
      : weather_(weather),
        random_(seed),
        to_callee_(stream ? tls_flow("203.0.113.20:5061", 8) : udp_flow("203.0.113.20:5060")),
        from_caller_(stream ? tls_flow("198.51.100.7:40001", 3) : udp_flow("198.51.100.7:5060")) {}

  void run(const std::vector<Plan>& plans, std::int64_t duration_ms) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      Call& call = calls_.emplace_back();
      call.plan = plans[i];
      call.ask.method = plans[i].invite ? "INVITE" : "OPTIONS";
      call.ask.branch = "z9hG4bK-" + std::to_string(i);
      call.ask.call_id = "call-" + std::to_string(i);
      call.ask.transport = is_stream(to_callee_.transport) ? "TLS" : "UDP";
      at(plans[i].start_ms, [this, i] { start(i); });
    }
    const std::int64_t end = now_.mono_ms + duration_ms;
    while (now_.mono_ms < end) {
      collect();
      std::int64_t next = std::min({client_.next_deadline(), server_.next_deadline(), end});
      if (!agenda_.empty()) next = std::min(next, agenda_.begin()->first);
      now_.mono_ms = std::max(now_.mono_ms, next);
      client_.advance(now_, client_out_);
      server_.advance(now_, server_out_);
      collect();
      while (!agenda_.empty() && agenda_.begin()->first <= now_.mono_ms) {
        const auto action = std::move(agenda_.begin()->second);
        agenda_.erase(agenda_.begin());
        action();
        collect();
      }
      if (client_.next_deadline() <= now_.mono_ms || server_.next_deadline() <= now_.mono_ms) now_.mono_ms += 1;
    }
  }

  void check(bool must_succeed) {
    for (const Call& call : calls_) {
      RC_ASSERT(call.finals + call.timeouts == 1);
      RC_ASSERT(call.client_done == 1);
      RC_ASSERT(call.merged == 0);
      if (must_succeed) RC_ASSERT(call.timeouts == 0);
      if (must_succeed) RC_ASSERT(call.unacknowledged == 0);
    }
    RC_ASSERT(client_.size() == 0u);
    RC_ASSERT(server_.size() == 0u);
    RC_ASSERT(client_.next_deadline() == never_ms);
    RC_ASSERT(server_.next_deadline() == never_ms);
  }

 private:
  struct Call {
    Plan plan;
    Ask ask;
    ClientId client;
    std::optional<ServerId> server;
    std::unique_ptr<Wire> request;
    int finals = 0, timeouts = 0, client_done = 0, merged = 0, unacknowledged = 0;
  };

  void at(std::int64_t delay_ms, std::function<void()> action) {
    agenda_.emplace(now_.mono_ms + delay_ms, std::move(action));
  }

  void start(std::size_t i) {
    Call& call = calls_[i];
    call.client = client_.request(now_, sip::parse_method(call.ask.method), to_callee_, text_of(call.ask),
                                  call.ask.branch, i + 1, client_out_);
    if (!call.plan.invite) return;
    const std::int64_t patience_ms = call.plan.cancel_after_ms >= 0 ? call.plan.cancel_after_ms : ring_max_ms;
    at(patience_ms, [this, i] { client_.cancel(now_, calls_[i].client, client_out_); });
  }

  /// Puts what was sent on the network, and counts events.
  void collect() {
    for (const auto& packet : client_out_.packets) travel(packet.bytes, true);
    for (const auto& packet : server_out_.packets) travel(packet.bytes, false);
    client_out_.packets.clear();
    server_out_.packets.clear();
    std::vector<Event> events;
    client_.take_events(events);
    server_.take_events(events);
    for (const Event& event : events) {
      Call& call = calls_[event.owner - 1];
      call.timeouts += event.kind == Event::Kind::client_timeout;
      call.client_done += event.kind == Event::Kind::client_done;
      call.unacknowledged += event.kind == Event::Kind::server_unacknowledged;
      if (event.kind == Event::Kind::reliable_timeout) answer(event.owner - 1, 504);
    }
  }

  void travel(const std::string& bytes, bool to_callee) {
    const bool stream = is_stream(to_callee_.transport);
    if (!stream && random_.below(100) < static_cast<std::uint64_t>(weather_.loss_percent)) return;
    const int copies = !stream && random_.below(100) < static_cast<std::uint64_t>(weather_.double_percent) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const std::int64_t delay =
          stream ? 5 : static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(weather_.delay_max_ms) + 1));
      at(delay, [this, bytes, to_callee] { to_callee ? arrive_at_callee(bytes) : arrive_at_caller(bytes); });
    }
  }

  void arrive_at_caller(const std::string& bytes) {
    const Wire response(bytes);
    const auto match = client_.match_response(now_, *response, to_callee_, client_out_);
    if (!match.deliver || response->status < 200) return;
    Call& call = calls_[match.owner - 1];
    ++call.finals;
    if (!call.plan.invite || response->status >= 300) return;
    Ask ack = call.ask;
    ack.method = "ACK";
    ack.branch += "-ack";
    ack.to_tag = response->to.tag();
    client_.acknowledge_2xx(now_, call.client, to_callee_, text_of(ack), client_out_);
  }

  void arrive_at_callee(const std::string& bytes) {
    auto request = std::make_unique<Wire>(bytes);
    const auto match = server_.match_request(now_, **request, from_caller_, server_out_);
    const std::size_t i = std::stoul(std::string((*request)->call_id.substr(5)));
    Call& call = calls_[i];
    if (match.kind == Transactions::RequestMatch::Kind::merged) ++call.merged;
    if (match.kind != Transactions::RequestMatch::Kind::fresh) return;
    if ((*request)->method == sip::Method::ack) {
      if (call.server) server_.acknowledge(*call.server);
      return;
    }
    if ((*request)->method == sip::Method::cancel) {
      const auto meant = server_.match_cancel(**request, from_caller_);
      const ServerId id = server_.accept(now_, **request, from_caller_, 0);
      server_.respond(now_, id, 200, answer_to(**request, meant.server ? 200 : 481, "pbx"), server_out_);
      if (meant.server) answer(i, 487);
      return;
    }
    if (call.server) return;  // its transaction is over: a packet from long ago
    call.server = server_.accept(now_, **request, from_caller_, i + 1);
    call.request = std::move(request);
    if (call.plan.invite && call.plan.provisional) {
      if (call.plan.reliable) {
        server_.respond_reliably(now_, *call.server, answer_to(**call.request, 183, "pbx"), server_out_);
        at(200, [this, i] { server_.prack_received(*calls_[i].server); });
      } else {
        server_.respond(now_, *call.server, 180, answer_to(**call.request, 180, "pbx"), server_out_);
      }
    }
    at(call.plan.answer_after_ms, [this, i] { answer(i, calls_[i].plan.status); });
  }

  void answer(std::size_t i, int status) {
    server_.respond(now_, *calls_[i].server, status, answer_to(**calls_[i].request, status, "pbx"), server_out_);
  }

  Weather weather_;
  Random random_;
  Flow to_callee_, from_caller_;
  Now now_{1'000, 0};
  Sent client_out_, server_out_;
  Transactions client_{{}, 10'000, 1'000, 1}, server_{{}, 10'000, 1'000, 2};
  std::deque<Call> calls_;
  std::multimap<std::int64_t, std::function<void()>> agenda_;
};

rc::Gen<Plan> plans() {
  return rc::gen::build<Plan>(rc::gen::set(&Plan::invite), rc::gen::set(&Plan::provisional),
                              rc::gen::set(&Plan::reliable),
                              rc::gen::set(&Plan::status, rc::gen::element(200, 202, 302, 404, 486, 503, 603)),
                              rc::gen::set(&Plan::answer_after_ms, rc::gen::inRange(0, 9'000)),
                              rc::gen::set(&Plan::cancel_after_ms, rc::gen::inRange(-3'000, 9'000)),
                              rc::gen::set(&Plan::start_ms, rc::gen::inRange(0, 3'000)));
}

// The start; 64·T1 in which a first provisional may come and let the CANCEL go; 64·T1 in which that brings an answer;
// 64·T1 for the answer's last copy and its ACK; Timer I; and the way of each.
constexpr std::int64_t everything_over_ms = 3'000 + 3 * 32'000 + 5'000 + 4 * 1'500;

TEST(Machines, GiveEveryRequestExactlyOneOutcomeOnABadNetwork) {
  EXPECT_TRUE(rc::check("loss, doubling, reordering", [] {
    const Weather weather{*rc::gen::inRange(0, 90), *rc::gen::inRange(0, 60), *rc::gen::inRange(0, 1'500)};
    World world(weather, false, *rc::gen::arbitrary<std::uint64_t>());
    world.run(*rc::gen::container<std::vector<Plan>>(plans()), everything_over_ms);
    world.check(false);
  }));
}

TEST(Machines, LoseNoRequestOnANetworkThatOnlyDoublesAndReorders) {
  EXPECT_TRUE(rc::check("doubling, reordering", [] {
    World world({0, *rc::gen::inRange(0, 60), *rc::gen::inRange(0, 1'500)}, false,
                *rc::gen::arbitrary<std::uint64_t>());
    world.run(*rc::gen::container<std::vector<Plan>>(plans()), everything_over_ms);
    world.check(true);
  }));
}

TEST(Machines, LoseNoRequestOnAStream) {
  EXPECT_TRUE(rc::check("stream", [] {
    World world({}, true, *rc::gen::arbitrary<std::uint64_t>());
    world.run(*rc::gen::container<std::vector<Plan>>(plans()), everything_over_ms);
    world.check(true);
  }));
}

}  // namespace
}  // namespace rf::txn::test
