// What static rules name by words, looked up again and again: domains by the DNS, hardware addresses by the neighbours.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/guard/rules.hpp"
#include "shell/dns/resolver.hpp"

namespace rf::app {

/// Addresses by DefenceRule::name(). A domain is asked for again when its records' time is over, at least every hour
/// and at most every half minute; while nobody answers, what it led to last is kept, so that a name server that is
/// silenced opens nothing. Neighbours are looked at every few seconds. Names beyond GuardLimits::domains are left out.
class Names {
 public:
  using Resolved = std::map<std::string, std::vector<Address>, std::less<>>;

  Names();
  ~Names();
  void set_servers(std::vector<Endpoint> servers);
  /// Asks for what these rules need and is due; what no rule needs any more is forgotten. Never waits for the DNS.
  void look(const std::vector<guard::DefenceRule>& rules, std::int64_t now_ms);
  Resolved resolved() const;
  /// Changes whenever resolved() does.
  std::uint64_t version() const;

 private:
  struct Domain {
    std::vector<Address> four, six;
    std::int64_t due_ms = 0;
    int waiting = 0;  ///< answers that are still out
  };

  void on_answer(QueryId id, txn::DnsResult result);
  void publish();

  mutable std::mutex mutex_;
  std::vector<Endpoint> servers_;
  std::map<std::string, Domain, std::less<>> domains_;
  std::map<std::string, std::vector<Address>, std::less<>> neighbours_;
  std::map<std::uint64_t, std::pair<std::string, bool>> questions_;  ///< whose answers are out; true: of IPv6
  Resolved resolved_;
  std::uint64_t version_ = 0, last_question_ = 0;
  std::int64_t now_ms_ = 0, neighbours_due_ms_ = 0;
  std::unique_ptr<dns::Resolver> resolver_;  ///< made with the first domain; the last to be made, the first to go
};

}  // namespace rf::app
