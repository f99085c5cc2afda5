#include "shell/web/server.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <future>

#include "core/guard/sources.hpp"
#include "shell/web/listener.hpp"

namespace rf::web {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 128;
constexpr std::uint32_t accept_rest_ms = 100;
constexpr int unhurried_niceness = 10;

asio::ip::address to_asio(const Address& address) {
  if (address.is_v4()) return asio::ip::address_v4(address.v4_host_order());
  return asio::ip::address_v6(address.bytes());
}

Endpoint from_asio(const tcp::endpoint& endpoint) {
  if (endpoint.address().is_v4()) return {Address::v4(endpoint.address().to_v4().to_uint()), endpoint.port()};
  return {Address::from_bytes(endpoint.address().to_v6().to_bytes()), endpoint.port()};
}

/// With every signal left to the main thread.
template <class Work>
std::thread start_thread(const char* name, Work work) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread([name, work] {
    pthread_setname_np(pthread_self(), name);
    work();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

error_code open_acceptor(tcp::acceptor& acceptor, const Endpoint& bind) {
  const tcp::endpoint where(to_asio(bind.address), bind.port);
  error_code error;
  acceptor.open(where.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && !bind.address.is_v4()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(where, error);
  if (!error) acceptor.listen(backlog, error);
  return error;
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"page", "account", "read", "change", "other"};
  return names[static_cast<std::size_t>(kind)];
}

void Jobs::start(const char* name, bool unhurried) {
  thread_ = start_thread(name, [this, unhurried] {
    // Of this thread alone; a host that does not allow it loses nothing but the courtesy.
    if (unhurried) static_cast<void>(::setpriority(PRIO_PROCESS, 0, unhurried_niceness));
    run();
  });
}

bool Jobs::add(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (ending_ || line_.size() >= most_) return false;
  line_.push_back(std::move(job));
  changed_.notify_one();
  return true;
}

void Jobs::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !line_.empty(); });
    if (ending_) return;
    const std::function<void()> job = std::move(line_.front());
    line_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

void Jobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Server::State::listen(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    error_code ignored;
    if (!error) {
      accepted(std::move(socket), from_asio(acceptor.local_endpoint(ignored)));
      return listen(acceptor);
    }
    // No descriptor is left: the one that is waited for would come at once, again and again.
    if (!waiting.empty()) waiting.front()->give_way();
    auto rest = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(accept_rest_ms));
    rest->async_wait([this, &acceptor, rest](const error_code&) { listen(acceptor); });
  });
}

void Server::State::accepted(tcp::socket socket, const Endpoint& local) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;
  const Endpoint remote = from_asio(peer);
  if (!tls || (options.welcome && !options.welcome(remote, local.port))) {
    ++counts.unwelcome;
    return;
  }
  const Address source = guard::source_block(remote.address).base;
  if (!has_room(source)) return;
  ++counts.accepted;
  socket.set_option(tcp::no_delay(true), error);
  std::make_shared<Session>(std::move(socket), *this, remote, source, local.port)->start();
}

bool Server::State::has_room(const Address& source) {
  const auto known = sources.find(source);
  if (known != sources.end() && known->second >= options.clients_per_source) {
    ++counts.refused_source;
    return false;
  }
  if (counts.clients < options.clients) return true;
  if (waiting.empty()) {
    ++counts.refused_full;
    return false;
  }
  ++counts.evicted;
  waiting.front()->give_way();
  return true;
}

std::optional<Answer> Server::State::turn_away(std::uint64_t asker, bool changes) {
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::steady_clock::now().time_since_epoch())
                                  .count();
  std::optional<std::uint32_t> wait_s;
  const auto own = asking.find(asker);
  if (own != asking.end() && own->second >= ApiLimits::waiting_of_one)
    wait_s = 1;
  else
    wait_s = pace.turn_away(now_ms, asker, changes);
  if (!wait_s) return std::nullopt;
  Answer out = problem(429, "you ask faster than you may; wait as long as Retry-After says");
  out.retry_after_s = *wait_s;
  return out;
}

void Server::State::tell(std::uint32_t topic, std::uint64_t audience, const std::shared_ptr<const std::string>& text) {
  // Whoever ends while he is told leaves the list.
  const std::vector<Listener*> all = listeners;
  const bool missed = lost.exchange(false);
  static const auto reload = std::make_shared<const std::string>(R"({"topic":"live","what":"reload"})");
  for (Listener* const each : all) {
    if (missed) each->tell(each->topics(), reload);
    if (each->audience() == 0 || each->audience() == audience) each->tell(topic, text);
  }
}

void Server::State::count_topics() {
  std::uint32_t heard = 0;
  for (const Listener* const each : listeners) heard |= each->topics();
  topics = heard;
  counts.listeners = listeners.size();
}

std::expected<std::unique_ptr<Server>, std::string> Server::open(const ServerOptions& options, Site site) {
  auto state = std::make_unique<State>(options, std::move(site));
  for (const Endpoint& bind : options.binds) {
    tcp::acceptor& acceptor = state->acceptors.emplace_back(state->io);
    if (const error_code error = open_acceptor(acceptor, bind))
      return std::unexpected(fmt::format("pages cannot be served on {}: {}", bind.text(), error.message()));
  }
  // Only when none of them moves in memory any more.
  for (tcp::acceptor& acceptor : state->acceptors) state->listen(acceptor);
  state->jobs.start("rf-pages", false);
  state->unhurried.start("rf-api", true);
  state->thread = start_thread("rf-web", [raw = state.get()] {
    const auto work = asio::make_work_guard(raw->io);
    raw->io.run();
  });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  state_->jobs.stop();
  state_->unhurried.stop();
  {
    std::unique_lock lock(state_->owed_mutex);
    state_->owed_changed.wait(lock, [this] { return state_->owed == 0; });
  }
  state_->io.stop();
  state_->thread.join();
}

void Server::close_doors() {
  std::promise<void> done;
  asio::post(state_->io, [&] {
    error_code ignored;
    for (tcp::acceptor& acceptor : state_->acceptors) acceptor.close(ignored);
    done.set_value();
  });
  done.get_future().wait();
}

void Server::set_tls(std::shared_ptr<ssl_ctx_st> context) {
  asio::post(state_->io, [state = state_.get(), context = std::move(context)] {
    state->tls.reset();
    if (!context) return;
    SSL_CTX_up_ref(context.get());
    state->tls.emplace(context.get());
  });
}

std::vector<Endpoint> Server::local() const {
  std::vector<Endpoint> out;
  error_code ignored;
  for (const tcp::acceptor& acceptor : state_->acceptors) out.push_back(from_asio(acceptor.local_endpoint(ignored)));
  return out;
}

Counters Server::counters() const {
  const auto& c = state_->counts;
  Counters out{{},        c.clients,          c.accepted,  c.unwelcome, c.refused_source, c.refused_full,
               c.evicted, c.handshake_failed, c.malformed, c.requests,  c.refused,        c.listeners};
  for (std::size_t i = 0; i < kind_count; ++i) {
    std::copy(c.statuses[i].begin(), c.statuses[i].end(), out.answered[i].statuses.begin());
    out.answered[i].took = c.took[i].now();
  }
  return out;
}

bool Server::heard(std::uint32_t topic) const {
  return (state_->topics.load(std::memory_order_relaxed) & topic) != 0;
}

void Server::tell(std::uint32_t topic, std::uint64_t audience, std::string text) {
  if (!heard(topic)) return;
  if (state_->untold.fetch_add(1) >= ApiLimits::feed_events) {
    --state_->untold;
    state_->lost = true;
    return;
  }
  asio::post(state_->io,
             [state = state_.get(), topic, audience, text = std::make_shared<const std::string>(std::move(text))] {
               --state->untold;
               state->tell(topic, audience, text);
             });
}

}  // namespace rf::web
