// A pool of rtpengine servers: which of them takes the next stream, what each is asked, who answers and who is down.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/base/random.hpp"
#include "core/media/plan.hpp"

namespace rf::rtpengine {

struct ServerPlan {
  Endpoint control;  ///< where it listens for NG
  std::uint32_t weight = 1;
};

/// What Servers wants done or told.
struct Send {
  std::size_t server;
  std::string datagram;
};
struct Opened {
  RelayId relay;
  std::size_t server;
  std::array<Endpoint, 2> local;  ///< where leg 0 and leg 1 send to
};
/// No server took it: the call is refused.
struct NotOpened {
  RelayId relay;
  std::string why;
};
/// A server did not take a change, or is gone: nobody knows what it relays.
struct Lost {
  RelayId relay;
  std::string why;
};
struct Closed {
  media::RelayReport report;  ///< zeros when the server did not say
};
struct Health {
  std::size_t server;
  bool up;
  std::string why;  ///< down: what happened
};
using Outcome = std::variant<Send, Opened, NotOpened, Lost, Closed, Health>;

/// Contract: on_datagram() for what came from a server's control endpoint, and from nowhere else; on_time() when
/// next_deadline() has come; the outcomes of each call are appended to `out` and are to be carried out in their order.
/// Times are monotonic milliseconds. No clock, no socket; memory is bounded by the streams that were opened.
///
/// A server is down from the start until it answers a ping, and from a question without an answer (four tries within
/// 4 s) until the next one. New streams go to those that are up, by their weights; one that fails to open goes
/// to the next. Streams that run stay where they are.
class Servers {
 public:
  Servers(std::vector<ServerPlan> servers, const Random& random, std::int64_t now_ms);

  /// A stream of `relay`, whose id is new: Opened or NotOpened comes of it, once, unless it is closed before.
  void open(std::int64_t now_ms, RelayId relay, std::vector<Outcome>& out);
  /// Where its peers are now. Changes while one is told are told together, after it. Nothing for a relay that is not
  /// open.
  void update(std::int64_t now_ms, const media::RelayPlan& plan, std::vector<Outcome>& out);
  /// Closed comes of it, once, also of one that is still being opened.
  void close(std::int64_t now_ms, RelayId relay, CallId call, std::vector<Outcome>& out);

  void on_datagram(std::int64_t now_ms, std::size_t server, std::string_view datagram, std::vector<Outcome>& out);
  void on_time(std::int64_t now_ms, std::vector<Outcome>& out);
  std::int64_t next_deadline() const;

  std::size_t streams() const { return relays_.size(); }
  std::size_t streams_of(std::size_t server) const { return servers_[server].streams; }
  bool is_up(std::size_t server) const { return servers_[server].up; }

 private:
  enum class Asked : std::uint8_t { ping, offer, answer, erase };
  struct Server {
    ServerPlan plan;
    bool up = false;
    std::int64_t ping_ms = 0;
    bool pinging = false;
    std::size_t streams = 0, questions = 0;
  };
  struct Question {
    Asked asked;
    std::size_t server;
    RelayId relay;
    std::string datagram;
    std::uint32_t sent = 0;
    std::int64_t due_ms = 0;
  };
  struct Relay {
    std::size_t server = 0;
    std::string call;         // its name there
    std::uint32_t tried = 0;  // servers, a bit each
    bool open = false, busy = false, changed = false, closing = false;
    std::array<media::LegPlan, 2> legs;
    std::array<Endpoint, 2> local;
    CallId of;
  };

  void ask(std::int64_t now_ms, Asked asked, std::size_t server, RelayId relay, const std::string& question,
           std::vector<Outcome>& out);
  void send(std::int64_t now_ms, std::string cookie, Question& question, std::vector<Outcome>& out);
  void place(std::int64_t now_ms, RelayId id, Relay& relay, std::string why, std::vector<Outcome>& out);
  std::optional<std::size_t> pick(std::uint32_t tried);
  void tell(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out);
  void on_answer(std::int64_t now_ms, const Question& question, std::string_view answer, std::vector<Outcome>& out);
  void on_told(std::int64_t now_ms, const Question& question, std::string_view answer, std::vector<Outcome>& out);
  void on_silence(std::int64_t now_ms, const Question& question, std::vector<Outcome>& out);
  void on_failure(std::int64_t now_ms, RelayId id, const std::string& why, std::vector<Outcome>& out);
  void end(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out);
  void finish(RelayId id, const std::array<media::LegStatistics, 2>& legs, std::vector<Outcome>& out);
  void set_up(std::size_t server, bool up, const std::string& why, std::vector<Outcome>& out);

  std::vector<Server> servers_;
  Random random_;
  std::map<std::string, Question, std::less<>> questions_;  // by cookie: 80 bits of our chance
  std::multimap<std::int64_t, std::string> due_;            // cookies; one entry a question
  std::unordered_map<RelayId, Relay> relays_;
};

}  // namespace rf::rtpengine
