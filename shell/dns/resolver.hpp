// Asks the DNS what the engine wants to know (RFC 3263): NAPTR, SRV, A and AAAA, with a cache, on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits/server.hpp"
#include "core/txn/dns.hpp"

namespace rf::dns {

struct ResolverOptions {
  std::vector<Endpoint> servers;            ///< empty: the system's (resolv.conf)
  std::uint32_t timeout_ms = Patience::dns_ms;
  std::uint32_t attempts = 2;               ///< for each server
  std::size_t outstanding_max = QueueLimits::dns_questions;
  std::size_t cache_entries_max = QueueLimits::dns_cache;
  std::uint32_t ttl_max_s = 3'600;          ///< nothing is believed longer
  std::uint32_t negative_ttl_max_s = 30;    ///< "does not exist"; that nobody answered is not remembered
  bool hosts_file = true;                   ///< /etc/hosts answers A and AAAA first
};

struct ResolverCounters {
  std::uint64_t asked = 0, from_cache = 0, answered = 0, not_found = 0, timed_out = 0, refused_full = 0;
  std::size_t outstanding = 0, cached = 0;
};

/// Gives each question's answer exactly once, through `on_answer`, on the resolver's thread. Names longer than 253
/// bytes or with empty or too long labels are answered "not found". Questions that are already on their way are asked
/// once.
class Resolver {
 public:
  using OnAnswer = std::function<void(QueryId, txn::DnsResult)>;
  Resolver(const ResolverOptions& options, OnAnswer on_answer);
  /// Ends the thread; questions that are still out get no answer.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// May be called from any thread; never blocks.
  void ask(QueryId id, txn::DnsQuestion question);
  /// Forgets the cache and uses these servers (empty: the system's) from now on.
  void set_servers(std::vector<Endpoint> servers);
  ResolverCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::dns
