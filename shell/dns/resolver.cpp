#include "shell/dns/resolver.hpp"

#include <ares.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/limits/wire.hpp"
#include "shell/dns/answer.hpp"
#include "shell/dns/cache.hpp"

namespace rf::dns {
namespace {

constexpr int class_internet = 1;

int number_of(txn::DnsType type) {
  switch (type) {
    case txn::DnsType::a: return 1;
    case txn::DnsType::aaaa: return 28;
    case txn::DnsType::srv: return 33;
    case txn::DnsType::naptr: return 35;
  }
  return 1;
}

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The name in lower case without a final dot; none when it cannot be a DNS name (RFC 1035 §2.3.4), or holds what must
/// never reach a zone file or a log: control characters, spaces.
std::optional<std::string> normal_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return std::nullopt;
  std::size_t label = 0;
  std::string out;
  out.reserve(name.size());
  for (const char c : name) {
    if (c <= ' ' || c >= 0x7f || c == '\\') return std::nullopt;
    label = c == '.' ? 0 : label + 1;
    if ((c == '.' && (out.empty() || out.back() == '.')) || label > 63) return std::nullopt;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

}  // namespace

struct Resolver::State {
  State(const ResolverOptions& given, OnAnswer answer);
  ~State();

  void run();
  void poll_once();
  void take_orders();
  void ask(QueryId id, const txn::DnsQuestion& question);
  bool ask_hosts_file(txn::DnsType type, const std::string& name, txn::DnsResult& result);
  void open_channel();
  void close_channel();
  void on_reply(const std::string& key, int status, std::span<const std::uint8_t> reply);
  void give(QueryId id, txn::DnsResult result);

  struct Order {
    QueryId id;  ///< none: new servers
    txn::DnsQuestion question;
    std::vector<Endpoint> servers;
  };
  /// One question on its way and everybody who waits for it.
  struct Pending {
    State* state;
    std::string key;
    txn::DnsType type;
    std::vector<QueryId> askers;
  };

  ResolverOptions options;
  OnAnswer on_answer;
  ares_channel channel = nullptr;
  Cache cache;
  std::unordered_map<std::string, std::unique_ptr<Pending>> pending;
  std::size_t askers = 0;
  bool closing = false;

  std::mutex mutex;
  std::vector<Order> orders;
  std::vector<QueryId> turned_away;  ///< over outstanding_max; answered on the thread like the others
  bool ending = false;
  int wake = -1;

  mutable std::mutex counters_mutex;
  ResolverCounters counters;
  std::atomic<std::size_t> outstanding{0};
  std::thread thread;
};

Resolver::Resolver(const ResolverOptions& options, OnAnswer on_answer)
    : state_(std::make_unique<State>(options, std::move(on_answer))) {}
Resolver::~Resolver() = default;

void Resolver::ask(QueryId id, txn::DnsQuestion question) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  if (s.outstanding.load() >= s.options.outstanding_max) {
    s.turned_away.push_back(id);
  } else {
    ++s.outstanding;
    s.orders.push_back({id, std::move(question), {}});
  }
  const std::uint64_t one = 1;
  (void)!::write(s.wake, &one, sizeof one);
}

void Resolver::set_servers(std::vector<Endpoint> servers) {
  const std::lock_guard lock(state_->mutex);
  state_->orders.push_back({{}, {}, std::move(servers)});
  const std::uint64_t one = 1;
  (void)!::write(state_->wake, &one, sizeof one);
}

ResolverCounters Resolver::counters() const {
  const std::lock_guard lock(state_->counters_mutex);
  ResolverCounters copy = state_->counters;
  copy.outstanding = state_->outstanding.load();
  return copy;
}

Resolver::State::State(const ResolverOptions& given, OnAnswer answer)
    : options(given), on_answer(std::move(answer)), cache(given.cache_entries_max) {
  // Reference-counted by c-ares, and called before any thread of ours uses it.
  static std::once_flag once;
  std::call_once(once, [] { RF_CHECK(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS); });
  wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  RF_CHECK(wake >= 0);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "rf-dns");
    run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Resolver::State::~State() {
  {
    const std::lock_guard lock(mutex);
    ending = true;
  }
  const std::uint64_t one = 1;
  (void)!::write(wake, &one, sizeof one);
  thread.join();
  ::close(wake);
}

void Resolver::State::run() {
  open_channel();
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (ending) break;
    }
    poll_once();
    take_orders();
  }
  closing = true;
  close_channel();
}

void Resolver::State::poll_once() {
  std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> waits{};
  waits[0] = {wake, POLLIN, 0};
  nfds_t count = 1;
  int timeout_ms = -1;
  if (channel != nullptr) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int bits = ares_getsock(channel, sockets.data(), ARES_GETSOCK_MAXNUM);
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short wanted = 0;
      if (ARES_GETSOCK_READABLE(bits, i)) wanted |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(bits, i)) wanted |= POLLOUT;
      if (wanted != 0) waits[count++] = {sockets[i], wanted, 0};
    }
    timeval room{};
    if (const timeval* next = ares_timeout(channel, nullptr, &room))
      timeout_ms = static_cast<int>(next->tv_sec * 1000 + next->tv_usec / 1000 + 1);
  }
  const int ready = ::poll(waits.data(), count, timeout_ms);
  if (channel == nullptr) return;
  if (ready == 0) return ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  for (nfds_t i = 1; i < count; ++i) {
    const short got = waits[i].revents;
    if (got == 0) continue;
    const bool readable = (got & (POLLIN | POLLERR | POLLHUP)) != 0;
    ares_process_fd(channel, readable ? waits[i].fd : ARES_SOCKET_BAD,
                    (got & POLLOUT) != 0 ? waits[i].fd : ARES_SOCKET_BAD);
  }
}

void Resolver::State::take_orders() {
  std::uint64_t drained = 0;
  (void)!::read(wake, &drained, sizeof drained);
  std::vector<Order> taken;
  std::vector<QueryId> refused;
  {
    const std::lock_guard lock(mutex);
    taken.swap(orders);
    refused.swap(turned_away);
  }
  for (const QueryId id : refused) {
    {
      const std::lock_guard lock(counters_mutex);
      ++counters.refused_full;
    }
    on_answer(id, {});
  }
  for (Order& order : taken) {
    if (order.id) {
      ask(order.id, order.question);
      continue;
    }
    options.servers = std::move(order.servers);
    cache.clear();
    close_channel();
    open_channel();
  }
}

void Resolver::State::ask(QueryId id, const txn::DnsQuestion& question) {
  {
    const std::lock_guard lock(counters_mutex);
    ++counters.asked;
  }
  const auto name = normal_name(question.name);
  if (!name || channel == nullptr) return give(id, {});
  txn::DnsResult known;
  if (options.hosts_file && ask_hosts_file(question.type, *name, known)) return give(id, std::move(known));
  std::string key = fmt::format("{} {}", number_of(question.type), *name);
  if (const txn::DnsResult* cached = cache.find(key, mono_ms())) {
    {
      const std::lock_guard lock(counters_mutex);
      ++counters.from_cache;
    }
    return give(id, *cached);
  }
  auto& slot = pending[key];
  if (slot) {
    slot->askers.push_back(id);
    return;
  }
  slot = std::make_unique<Pending>(Pending{this, key, question.type, {id}});
  ares_query(
      channel, name->c_str(), class_internet, number_of(question.type),
      [](void* argument, int status, int, unsigned char* reply, int size) {
        const auto* asked = static_cast<Pending*>(argument);
        const std::string of = asked->key;
        asked->state->on_reply(of, status, {reply, reply == nullptr ? 0 : static_cast<std::size_t>(size)});
      },
      slot.get());
}

bool Resolver::State::ask_hosts_file(txn::DnsType type, const std::string& name, txn::DnsResult& result) {
  if (type != txn::DnsType::a && type != txn::DnsType::aaaa) return false;
  const int family = type == txn::DnsType::a ? AF_INET : AF_INET6;
  hostent* host = nullptr;
  if (ares_gethostbyname_file(channel, name.c_str(), family, &host) != ARES_SUCCESS) return false;
  for (char** at = host->h_addr_list; *at != nullptr && result.addresses.size() < WireLimits::dns_records; ++at) {
    if (family == AF_INET) {
      in_addr four;
      std::memcpy(&four, *at, sizeof four);
      result.addresses.push_back(Address::v4(ntohl(four.s_addr)));
    } else {
      std::array<std::uint8_t, 16> bytes;
      std::memcpy(bytes.data(), *at, bytes.size());
      result.addresses.push_back(Address::from_bytes(bytes));
    }
  }
  ares_free_hostent(host);
  result.found = !result.addresses.empty();
  return result.found;
}

void Resolver::State::open_channel() {
  ares_options settings{};
  settings.timeout = static_cast<int>(options.timeout_ms);
  settings.tries = static_cast<int>(options.attempts);
  // No search list: what the engine asks for are full names.
  settings.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
  settings.ednspsz = 1232;
  const int wanted = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ;
  if (ares_init_options(&channel, &settings, wanted) != ARES_SUCCESS) {
    channel = nullptr;
    return;
  }
  if (options.servers.empty()) return;
  std::string list;
  for (const Endpoint& server : options.servers) list += fmt::format("{}{}", list.empty() ? "" : ",", server.text());
  if (ares_set_servers_ports_csv(channel, list.c_str()) != ARES_SUCCESS) {
    ares_destroy(channel);
    channel = nullptr;
  }
}

void Resolver::State::close_channel() {
  if (channel != nullptr) ares_destroy(channel);  // answers every question that is out, with ARES_EDESTRUCTION
  channel = nullptr;
}

void Resolver::State::on_reply(const std::string& key, int status, std::span<const std::uint8_t> reply) {
  const auto found = pending.find(key);
  RF_CHECK(found != pending.end());
  const std::unique_ptr<Pending> asked = std::move(found->second);
  pending.erase(found);
  if (closing) return;
  txn::DnsResult result;
  if (status == ARES_SUCCESS) result = read_answer(asked->type, reply);
  const bool denied = status == ARES_ENOTFOUND || status == ARES_ENODATA || (status == ARES_SUCCESS && !result.found);
  std::uint32_t holds_s = 0;
  if (result.found) {
    result.ttl_s = holds_s = std::min(result.ttl_s, options.ttl_max_s);
  } else if (denied) {
    result.ttl_s = holds_s = std::min(negative_ttl_s(reply), options.negative_ttl_max_s);
  }
  if (holds_s > 0) cache.put(key, result, mono_ms() + std::int64_t{holds_s} * 1000);
  {
    const std::lock_guard lock(counters_mutex);
    ++(result.found ? counters.answered : denied ? counters.not_found : counters.timed_out);
    counters.cached = cache.size();
  }
  for (const QueryId id : asked->askers) give(id, result);
}

void Resolver::State::give(QueryId id, txn::DnsResult result) {
  --outstanding;
  on_answer(id, std::move(result));
}

}  // namespace rf::dns
