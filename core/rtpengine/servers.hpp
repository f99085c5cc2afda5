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
#include "core/base/random.hpp"
#include "core/media/plan.hpp"
#include "core/rtpengine/questions.hpp"

namespace rf::rtpengine {

struct ServerPlan {
  Endpoint control;  ///< where it listens for NG
  std::uint32_t weight = 1;
};

/// How a server is now.
struct ServerState {
  bool up = false;
  std::string why;           ///< down: what happened
  std::size_t streams = 0;   ///< all that it has, those of calls with them
  std::size_t in_calls = 0;  ///< that a call has taken
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
  CallId call;
  std::string why;
};
/// One that no call has taken is too old, or its server is down, or has forgotten it: it is to be closed.
struct Stale {
  RelayId relay;
};
/// Nobody was heard on it for the limit of its plan; told again after each further limit.
struct Silent {
  RelayId relay;
  CallId call;
  std::int64_t silent_ms;
};
struct Closed {
  media::RelayReport report;  ///< zeros when the server did not say
};
struct Health {
  std::size_t server;
  bool up;
  std::string why;  ///< down: what happened
};
using Outcome = std::variant<Send, Opened, NotOpened, Lost, Stale, Silent, Closed, Health>;

/// Contract: on_datagram() for what came from a server's control endpoint, and from nowhere else; on_time() when
/// next_deadline() has come; the outcomes of each call are appended to `out` and are to be carried out in their order.
/// Times are monotonic milliseconds. No clock, no socket; memory is bounded by the streams that were opened.
///
/// A server is down from the start until it answers a ping, and from a question without an answer (four tries within
/// 4 s) until the next one. New streams go to those that are up, by their weights; one that fails to open goes
/// to the next. Streams that run stay where they are; each is looked after by questions for its numbers, so that who is
/// silent, and a server that has forgotten it, are known.
class Servers {
 public:
  Servers(std::vector<ServerPlan> servers, const Random& random, std::int64_t now_ms);

  /// Keeps so many streams open for calls to come, from now on. Their ids begin behind `first`.
  void keep_stock(std::int64_t now_ms, std::size_t wanted, RelayId first, std::vector<Outcome>& out);
  /// A call has taken it: another one is opened.
  void take(std::int64_t now_ms, RelayId relay, std::vector<Outcome>& out);

  /// A stream of `relay`, whose id is new: Opened or NotOpened comes of it, once, unless it is closed before.
  void open(std::int64_t now_ms, RelayId relay, std::vector<Outcome>& out);
  /// Where its peers are now. Changes while one is told are told together, after it. Nothing for a relay that is not
  /// open.
  void update(std::int64_t now_ms, const media::RelayPlan& plan, std::vector<Outcome>& out);
  /// Closed comes of it, once, also of one that is still being opened, or is not known.
  void close(std::int64_t now_ms, RelayId relay, std::vector<Outcome>& out);

  void on_datagram(std::int64_t now_ms, std::size_t server, std::string_view datagram, std::vector<Outcome>& out);
  void on_time(std::int64_t now_ms, std::vector<Outcome>& out);
  std::int64_t next_deadline() const;

  std::vector<ServerState> states() const;
  std::size_t streams() const { return relays_.size(); }
  std::size_t streams_of(std::size_t server) const { return servers_[server].streams; }
  bool is_up(std::size_t server) const { return servers_[server].up; }

 private:
  enum class Asked : std::uint8_t { ping, tell, look, erase };
  struct Server {
    ServerPlan plan;
    bool up = false;
    std::int64_t ping_ms = 0;
    bool pinging = false;
    std::string why;
    std::size_t streams = 0, questions = 0, in_calls = 0;
    std::int64_t trusted_ms = 0;  // until then it is not doubted again
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
    std::vector<Step> steps;  // that tell it, the next one first
    std::array<std::array<srtp::MasterKey, 2>, 2> keys;  // of each leg, ours and theirs, that the server has
    std::array<Endpoint, 2> local;
    CallId of;
    bool stocked = false, taken = false, runs = false, gone = false;
    std::uint32_t silence_limit_ms = 0;
    std::int64_t opened_ms = 0, answered_ms = 0, heard_ms = 0, look_ms = 0;
    std::array<media::LegStatistics, 2> seen;  // when it was looked at last
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
  void on_seen(std::int64_t now_ms, const Question& question, std::string_view answer, std::vector<Outcome>& out);
  void on_unseen(std::int64_t now_ms, RelayId id, std::vector<Outcome>& out);
  void look(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out);
  void look_later(RelayId id, Relay& relay, std::int64_t at_ms);
  void lose(RelayId id, Relay& relay, const std::string& why, std::vector<Outcome>& out);
  void doubt(std::int64_t now_ms, std::size_t server, std::vector<Outcome>& out);
  void refill(std::int64_t now_ms, std::vector<Outcome>& out);
  bool may_refill() const;
  void begin(std::int64_t now_ms, RelayId id, bool stocked, std::vector<Outcome>& out);
  void forget(RelayId id);
  void on_failure(std::int64_t now_ms, RelayId id, const std::string& why, std::vector<Outcome>& out);
  void end(std::int64_t now_ms, RelayId id, Relay& relay, std::vector<Outcome>& out);
  void finish(RelayId id, const std::array<media::LegStatistics, 2>& legs, std::vector<Outcome>& out);
  void set_up(std::int64_t now_ms, std::size_t server, bool up, const std::string& why, std::vector<Outcome>& out);

  std::vector<Server> servers_;
  Random random_;
  std::map<std::string, Question, std::less<>> questions_;  // by cookie: 80 bits of our chance
  std::multimap<std::int64_t, std::string> due_;            // cookies; one entry a question
  std::unordered_map<RelayId, Relay> relays_;
  std::multimap<std::int64_t, RelayId> looks_;  // when which is looked after; one entry a stream that is open
  std::size_t wanted_ = 0, stocked_ = 0;        // that no call has taken, those that are being opened with them
  std::uint64_t last_id_ = 0;
  std::int64_t refill_ms_ = 0;
};

}  // namespace rf::rtpengine
