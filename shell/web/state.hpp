// What the HTTPS server's threads share. Internal to shell/web.
#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/http/pace.hpp"
#include "shell/web/server.hpp"

namespace rf::web {

namespace asio = boost::asio;

class Listener;

/// A thread that does one thing after the other, and the bounded line before it.
class Jobs {
 public:
  explicit Jobs(std::size_t most) : most_(most) {}
  ~Jobs() { stop(); }
  /// One that is `unhurried` gives way to every other thread of the process.
  void start(const char* name, bool unhurried);
  /// False: the line is full, or the thread has ended.
  bool add(std::function<void()> job);
  /// Waits for the job that runs; those behind it are dropped.
  void stop();

 private:
  void run();
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> line_;
  bool ending_ = false;
  std::thread thread_;
};

struct Server::State {
  State(const ServerOptions& chosen, Site all) : options(chosen), site(std::move(all)), directory(site) {}
  void listen(asio::ip::tcp::acceptor& acceptor);
  void accepted(asio::ip::tcp::socket socket, const Endpoint& local);
  /// Whether a connection from there may be kept; makes room for it where that is possible.
  bool has_room(const Address& source);
  /// Why somebody known may not ask now; takes his place in the line when he may.
  std::optional<Answer> turn_away(std::uint64_t asker, bool changes);
  /// To every listener; on the I/O thread.
  void tell(std::uint32_t topic, std::uint64_t audience, const std::shared_ptr<const std::string>& text);
  void count_topics();

  ServerOptions options;
  const Site site;
  const Directory directory;
  std::optional<asio::ssl::context> tls;
  std::map<Address, std::size_t> sources;  ///< connections of each
  std::list<Session*> waiting;             ///< for a handshake or a request, the longest first
  http::Pace pace;
  std::map<std::uint64_t, std::size_t> asking;  ///< requests of each known asker that wait for the API's thread
  std::size_t files = 0;                        ///< bodies as long as files that are held
  std::vector<Listener*> listeners;
  std::atomic<std::uint32_t> topics{0};    ///< that somebody hears of
  std::atomic<std::size_t> untold{0};      ///< texts on their way to listeners
  std::atomic<bool> lost{false};           ///< one of them was
  struct {
    std::atomic<std::size_t> clients{0}, listeners{0};
    std::atomic<std::uint64_t> accepted{0}, unwelcome{0}, refused_source{0}, refused_full{0}, evicted{0},
        handshake_failed{0}, malformed{0}, requests{0}, refused{0};
    std::array<std::array<std::atomic<std::uint64_t>, 4>, kind_count> statuses{};
    std::array<LatencyCounts, kind_count> took{};
  } counts;
  // Behind what the last sessions touch when they end with it.
  asio::io_context io{1};
  std::vector<asio::ip::tcp::acceptor> acceptors;
  std::thread thread;
  std::mutex owed_mutex;
  std::condition_variable owed_changed;
  std::size_t owed = 0;  ///< answers that somebody, on whatever thread, has still to give
  Jobs jobs{WebLimits::jobs};
  Jobs unhurried{ApiLimits::waiting};
};

}  // namespace rf::web
