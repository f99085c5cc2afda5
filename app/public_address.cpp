#include "app/public_address.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "app/host.hpp"
#include "shell/reflexive/ask.hpp"

namespace rf::app {

PublicAddress::~PublicAddress() = default;

void PublicAddress::use(const config::PublicAddressSettings& settings, std::vector<Endpoint> dns_servers) {
  const std::lock_guard lock(mutex_);
  const std::optional<Address> before = state_.address;
  if (settings != settings_) {
    state_ = {};
    state_.address = settings.address;
    state_.from = settings.address ? "configuration" : settings.stun_text();
  }
  settings_ = settings;
  dns_servers_ = std::move(dns_servers);
  if (state_.address != before) ++version_;
  ++order_;
  if (!settings_.asks()) done_ = order_;
  if (settings_.asks() && !thread_.joinable())
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  changed_.notify_all();
}

void PublicAddress::wait(std::uint32_t limit_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(limit_ms), [this] { return done_ == order_; });
}

void PublicAddress::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::uint64_t order = order_;
    const config::PublicAddressSettings settings = settings_;
    const std::vector<Endpoint> dns_servers = dns_servers_;
    std::int64_t wait_ms = between_ms_;
    if (settings.asks()) {
      lock.unlock();
      std::optional<Address> address;
      std::string problem = "cannot be found in the DNS";
      if (const auto server = find(stop, settings, dns_servers)) {
        stun::TransactionId id;
        fill_from_kernel(id.data(), id.size());
        const auto seen = reflexive::ask(*server, id, stop);
        problem = seen ? std::string() : seen.error();
        if (seen && (seen->address.is_private() || seen->address.is_loopback() || seen->address.is_unspecified() ||
                     seen->address.is_multicast()))
          problem = fmt::format("sees {}, which nobody outside can reach", seen->address.text());
        else if (seen)
          address = seen->address;
      }
      if (!address) wait_ms = std::min(wait_ms, std::int64_t{PublicAddressLimits::after_failure_s} * 1'000);
      lock.lock();
      if (!stop.stop_requested()) note(order, address, std::move(problem));
    }
    changed_.wait_for(lock, stop, std::chrono::milliseconds(wait_ms), [&] { return order_ != order; });
  }
}

/// With the mutex held. What was asked before another use() is not looked at.
void PublicAddress::note(std::uint64_t order, std::optional<Address> address, std::string problem) {
  if (order != order_) return;
  done_ = order;
  state_.asked_wall_ms = wall_now_ms();
  state_.problem = std::move(problem);
  if (address && address != state_.address) {
    state_.address = address;
    ++version_;
  }
  changed_.notify_all();
}

std::optional<Endpoint> PublicAddress::find(const std::stop_token& stop, const config::PublicAddressSettings& settings,
                                            std::vector<Endpoint> dns_servers) {
  if (const auto literal = Address::parse(settings.stun_host)) return Endpoint{*literal, settings.stun_port};
  dns::ResolverOptions options;
  options.servers = std::move(dns_servers);
  struct {
    std::mutex mutex;
    std::condition_variable_any came;
    std::optional<txn::DnsResult> result;
  } answer;
  dns::Resolver resolver(options, [&answer](QueryId, txn::DnsResult result) {
    const std::lock_guard lock(answer.mutex);
    answer.result = std::move(result);
    answer.came.notify_all();
  });
  // IPv4 first: that is where addresses are translated.
  for (const txn::DnsType type : {txn::DnsType::a, txn::DnsType::aaaa}) {
    std::unique_lock lock(answer.mutex);
    answer.result.reset();
    resolver.ask(QueryId{1}, {type, settings.stun_host});
    if (!answer.came.wait(lock, stop, [&answer] { return answer.result.has_value(); })) return std::nullopt;
    if (answer.result->found && !answer.result->addresses.empty())
      return Endpoint{answer.result->addresses.front(), settings.stun_port};
  }
  return std::nullopt;
}

PublicAddress::State PublicAddress::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::uint64_t PublicAddress::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace rf::app
