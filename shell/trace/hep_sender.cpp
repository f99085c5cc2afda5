#include "shell/trace/hep_sender.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <expected>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/limits/trace.hpp"

namespace rf::trace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int slice_ms = 100;

struct FreeSsl {
  void operator()(SSL* ssl) const { ::SSL_free(ssl); }
};
struct FreeNames {
  void operator()(addrinfo* names) const { ::freeaddrinfo(names); }
};

}  // namespace

struct HepSender::State {
  explicit State(Options given) : options(std::move(given)) {}
  ~State() { hang_up(); }

  Options options;
  std::mutex mutex;  ///< over the next three
  std::condition_variable changed;
  std::deque<std::string> packets;
  std::size_t bytes = 0;
  std::atomic<bool> ending = false;
  std::atomic<std::uint64_t> sent = 0, lost = 0;
  std::atomic<bool> failing = false;
  std::thread thread;

  // the sender's thread
  int socket = -1;
  std::unique_ptr<SSL, FreeSsl> ssl;
  Clock::time_point retry{};

  void run();
  void hang_up() {
    ssl.reset();
    if (socket >= 0) ::close(socket);
    socket = -1;
  }
  bool wait_for(short events, Clock::time_point until);
  std::expected<void, std::string> connect();
  std::expected<void, std::string> shake_hands(Clock::time_point until);
  std::expected<void, std::string> send(std::string_view packet);
  void tell(const std::optional<std::string>& fault);
};

HepSender::HepSender(Options options) : state_(std::make_unique<State>(std::move(options))) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->thread = std::thread([raw = state_.get()] {
    pthread_setname_np(pthread_self(), "rf-hep");
    raw->run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

HepSender::~HepSender() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

void HepSender::push(std::string packet) {
  if (packet.empty()) return;
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  if (s.packets.size() >= TraceLimits::hep_messages || s.bytes + packet.size() > TraceLimits::hep_bytes) {
    s.lost.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  s.bytes += packet.size();
  s.packets.push_back(std::move(packet));
  s.changed.notify_all();
}

HepCounters HepSender::counters() const {
  return {state_->sent, state_->lost, state_->failing};
}

void HepSender::State::run() {
  while (true) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ending || !packets.empty(); });
    if (ending) return;
    const std::string packet = std::move(packets.front());
    packets.pop_front();
    bytes -= packet.size();
    // While it cannot be reached nothing is kept for it: what is newest is worth most.
    if (Clock::now() < retry) {
      lost.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    lock.unlock();
    auto done = socket >= 0 ? std::expected<void, std::string>() : connect();
    if (done) done = send(packet);
    if (done) {
      sent.fetch_add(1, std::memory_order_relaxed);
      tell(std::nullopt);
      continue;
    }
    lost.fetch_add(1, std::memory_order_relaxed);
    hang_up();
    retry = Clock::now() + std::chrono::milliseconds(TraceLimits::hep_retry_ms);
    tell(done.error());
  }
}

void HepSender::State::tell(const std::optional<std::string>& fault) {
  if (failing.exchange(fault.has_value()) == fault.has_value() || !options.tell) return;
  const std::string where = fmt::format("{}:{}", options.host, options.port);
  options.tell(fault.has_value(), fault ? fmt::format("{} does not take HEP: {}; calls go on", where, *fault)
                                        : fmt::format("{} takes HEP again", where));
}

bool HepSender::State::wait_for(short events, Clock::time_point until) {
  while (!ending && Clock::now() < until) {
    pollfd wanted{socket, events, 0};
    const int ready = ::poll(&wanted, 1, slice_ms);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

std::expected<void, std::string> HepSender::State::connect() {
  const auto until = Clock::now() + std::chrono::milliseconds(TraceLimits::hep_patience_ms);
  const bool stream = options.transport != Transport::udp;
  addrinfo hints{};
  hints.ai_socktype = stream ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* first = nullptr;
  if (const int fault = ::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &first))
    return std::unexpected(std::string(::gai_strerror(fault)));
  const std::unique_ptr<addrinfo, FreeNames> names(first);
  std::string why = "it has no address";
  for (const addrinfo* each = names.get(); each != nullptr; each = each->ai_next) {
    hang_up();
    socket = ::socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol);
    if (socket < 0) continue;
    int fault = ::connect(socket, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    if (fault == EINPROGRESS) {
      fault = ETIMEDOUT;
      socklen_t size = sizeof fault;
      if (wait_for(POLLOUT, until)) ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size);
    }
    if (fault == 0 && options.transport == Transport::tls) return shake_hands(until);
    if (fault == 0) return {};
    why = std::strerror(fault);
  }
  return std::unexpected(why);
}

std::expected<void, std::string> HepSender::State::shake_hands(Clock::time_point until) {
  ssl.reset(options.tls ? ::SSL_new(options.tls.get()) : nullptr);
  if (!ssl) return std::unexpected("there is no TLS");
  ::SSL_set_fd(ssl.get(), socket);
  X509_VERIFY_PARAM* const check = ::SSL_get0_param(ssl.get());
  if (Address::parse(options.host)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(check, options.host.c_str());
  } else {
    ::SSL_set_tlsext_host_name(ssl.get(), options.host.c_str());
    ::SSL_set1_host(ssl.get(), options.host.c_str());
  }
  ::SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, nullptr);
  while (true) {
    ::ERR_clear_error();
    const int done = ::SSL_connect(ssl.get());
    if (done == 1) return {};
    const int fault = ::SSL_get_error(ssl.get(), done);
    const bool waits = fault == SSL_ERROR_WANT_READ || fault == SSL_ERROR_WANT_WRITE;
    if (!waits) {
      const long verdict = ::SSL_get_verify_result(ssl.get());
      return std::unexpected(verdict == X509_V_OK ? "the TLS handshake fails"
                                                  : std::string(::X509_verify_cert_error_string(verdict)));
    }
    if (!wait_for(fault == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until))
      return std::unexpected("the TLS handshake takes too long");
  }
}

std::expected<void, std::string> HepSender::State::send(std::string_view packet) {
  const auto until = Clock::now() + std::chrono::milliseconds(TraceLimits::hep_patience_ms);
  while (!packet.empty()) {
    ssize_t count = 0;
    short waits = 0;
    if (ssl) {
      ::ERR_clear_error();
      const int done = ::SSL_write(ssl.get(), packet.data(), static_cast<int>(packet.size()));
      const int fault = done > 0 ? SSL_ERROR_NONE : ::SSL_get_error(ssl.get(), done);
      waits = fault == SSL_ERROR_WANT_READ ? POLLIN : fault == SSL_ERROR_WANT_WRITE ? POLLOUT : short{0};
      if (done <= 0 && waits == 0) return std::unexpected("the connection broke");
      count = done;
    } else {
      count = ::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno != EAGAIN) return std::unexpected(std::string(std::strerror(errno)));
      waits = POLLOUT;
    }
    if (count > 0)
      packet.remove_prefix(static_cast<std::size_t>(count));
    else if (!wait_for(waits, until))
      return std::unexpected("it takes nothing");
  }
  return {};
}

}  // namespace rf::trace
