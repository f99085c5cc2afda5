#include "app/names.hpp"

#include <algorithm>
#include <set>

#include "shell/lan/neighbours.hpp"

namespace rf::app {
namespace {

constexpr std::int64_t again_at_least_ms = 30'000;
constexpr std::int64_t again_at_most_ms = 3'600'000;
constexpr std::int64_t neighbours_every_ms = 3'000;

}  // namespace

Names::Names() = default;
Names::~Names() {
  resolver_.reset();
}

void Names::set_servers(std::vector<Endpoint> servers) {
  const std::lock_guard lock(mutex_);
  servers_ = std::move(servers);
  if (resolver_) resolver_->set_servers(servers_);
}

void Names::look(const std::vector<guard::DefenceRule>& rules, std::int64_t now_ms) {
  std::set<std::string, std::less<>> domains, macs;
  for (const guard::DefenceRule& rule : rules) {
    if (rule.object == guard::DefenceRule::Object::domain && domains.size() < GuardLimits::domains)
      domains.insert(rule.name());
    if (rule.object == guard::DefenceRule::Object::mac) macs.insert(rule.name());
  }
  const std::lock_guard lock(mutex_);
  now_ms_ = now_ms;
  std::erase_if(domains_, [&](const auto& each) { return !domains.contains(each.first); });
  if (!domains.empty() && !resolver_) {
    dns::ResolverOptions options;
    options.servers = servers_;
    resolver_ = std::make_unique<dns::Resolver>(
        options, [this](QueryId id, txn::DnsResult result) { on_answer(id, std::move(result)); });
  }
  for (const std::string& name : domains) {
    Domain& domain = domains_[name];
    if (domain.waiting > 0 || domain.due_ms > now_ms) continue;
    domain.due_ms = now_ms + again_at_most_ms;
    for (const bool six : {false, true}) {
      questions_[++last_question_] = {name, six};
      ++domain.waiting;
      resolver_->ask(QueryId{last_question_}, {six ? txn::DnsType::aaaa : txn::DnsType::a, name});
    }
  }
  if (macs.empty()) {
    neighbours_.clear();
  } else if (neighbours_due_ms_ <= now_ms) {
    neighbours_due_ms_ = now_ms + neighbours_every_ms;
    // A table that cannot be read is as it was.
    if (const auto there = lan::neighbours()) {
      neighbours_.clear();
      guard::DefenceRule rule;
      rule.object = guard::DefenceRule::Object::mac;
      for (const lan::Neighbour& one : *there) {
        rule.mac = one.mac;
        if (const std::string name = rule.name(); macs.contains(name)) neighbours_[name].push_back(one.address);
      }
    }
  }
  publish();
}

void Names::on_answer(QueryId id, txn::DnsResult result) {
  const std::lock_guard lock(mutex_);
  const auto question = questions_.find(id.value);
  if (question == questions_.end()) return;
  const auto [name, six] = std::move(question->second);
  questions_.erase(question);
  const auto found = domains_.find(name);
  if (found == domains_.end()) return;
  Domain& domain = found->second;
  --domain.waiting;
  const std::int64_t ttl_ms = result.found ? std::int64_t{result.ttl_s} * 1'000 : again_at_least_ms;
  domain.due_ms = std::min(domain.due_ms, now_ms_ + std::clamp(ttl_ms, again_at_least_ms, again_at_most_ms));
  if (!result.found) return;
  std::sort(result.addresses.begin(), result.addresses.end());
  (six ? domain.six : domain.four) = std::move(result.addresses);
  publish();
}

void Names::publish() {
  Resolved now = neighbours_;
  for (const auto& [name, domain] : domains_) {
    std::vector<Address>& addresses = now[name];
    addresses = domain.four;
    addresses.insert(addresses.end(), domain.six.begin(), domain.six.end());
  }
  if (now == resolved_) return;
  resolved_ = std::move(now);
  ++version_;
}

Names::Resolved Names::resolved() const {
  const std::lock_guard lock(mutex_);
  return resolved_;
}

std::uint64_t Names::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace rf::app
