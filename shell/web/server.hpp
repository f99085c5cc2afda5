// The HTTPS server: one thread for connections, one for what may wait, and a bound on everything that a stranger has.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/latency.hpp"
#include "core/base/limits/people.hpp"
#include "shell/web/site.hpp"

struct ssl_ctx_st;

namespace rf::web {

class Session;

/// What the guard counts of those who come.
enum class Deed : std::uint8_t {
  request,    ///< a stranger asked the API, or for what is not there
  malformed,  ///< bytes that are no request
};

struct ServerOptions {
  std::vector<Endpoint> binds;
  std::size_t clients = WebLimits::clients;
  std::size_t clients_per_source = WebLimits::clients_per_source;
  std::uint32_t handshake_ms = WebLimits::handshake_ms;
  std::uint32_t request_ms = WebLimits::request_ms;
  std::uint32_t answer_ms = WebLimits::answer_ms;
  /// Whether somebody may stay, asked on the I/O thread when he connects, before anything is kept for him, and at each
  /// of his requests. Empty: everybody.
  std::function<bool(const Endpoint& remote, std::uint16_t local_port)> welcome = {};
  /// Told on the I/O thread. Empty: nobody is told.
  std::function<void(const Endpoint& remote, std::uint16_t local_port, Deed deed)> noticed = {};
};

/// What requests are counted by.
enum class Kind : std::uint8_t {
  page,     ///< a file of the pages
  account,  ///< about whoever asks: signing in and out, passwords, devices
  read,     ///< an operation that changes nothing
  change,   ///< one that does
  other,    ///< for what is not there, or no request
};
inline constexpr std::size_t kind_count = 5;
std::string_view name_of(Kind kind);

struct Answered {
  std::array<std::uint64_t, 4> statuses{};  ///< 2xx to 5xx
  Latencies took;                           ///< from the whole request to its answer
};

struct Counters {
  std::array<Answered, kind_count> answered{};
  std::size_t clients = 0;  ///< now
  std::uint64_t accepted = 0, unwelcome = 0, refused_source = 0, refused_full = 0, evicted = 0, handshake_failed = 0,
                malformed = 0, requests = 0, refused = 0;  ///< answered with 4xx or 5xx
  std::size_t listeners = 0;                               ///< now
};

/// HTTP/1.1 over TLS: GET, HEAD, POST, PUT, PATCH and DELETE. A request has WebLimits::header_bytes, its body what its
/// route takes and a length that is said before it; longer ones than WebLimits::body_bytes are read of those alone who
/// may ask. Chunks, continuations and other versions are refused, and so is everything that two readers could read in
/// two ways. A body is a JSON object, sent from no page but our own; the one upgrade is to a listener's WebSocket.
/// Bounds: a source (an IPv4 address, an IPv6 /64) has clients_per_source connections; when there are too many in all,
/// the one that has waited longest without asking for anything makes room. Methods may be called from any thread.
class Server {
 public:
  /// Errors: a sentence with the endpoint and the reason. Nobody is served before set_tls().
  static std::expected<std::unique_ptr<Server>, std::string> open(const ServerOptions& options, Site site);
  /// Ends the threads; a handler that runs is waited for, and so is every answer that a slow one still owes.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Nobody new from now on; the ports are free when it returns.
  void close_doors();
  /// For connections from now on.
  void set_tls(std::shared_ptr<ssl_ctx_st> context);
  /// As bound: differs from what was asked for when port 0 was.
  std::vector<Endpoint> local() const;
  Counters counters() const;

  /// Whether anybody hears of this topic: whoever would have to make a text for tell() asks first. Costs nothing.
  bool heard(std::uint32_t topic) const;
  /// Gives a text to every listener of this topic who hears this audience or everything. Never waits: with
  /// ApiLimits::feed_events under way it is lost, and listeners are told so.
  void tell(std::uint32_t topic, std::uint64_t audience, std::string text);

 private:
  friend class Session;
  friend class Listener;
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rf::web
