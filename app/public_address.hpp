// The address that we are seen at from outside: written in the configuration, or asked of a STUN server again and
// again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/limits/media.hpp"
#include "shell/config/settings.hpp"
#include "shell/dns/resolver.hpp"

namespace rf::app {

/// Asks on a thread of its own, every PublicAddressLimits::between_s. While nobody answers, what was learned last is
/// kept; an address that cannot be reached from outside (private, loopback, multicast) is not believed.
class PublicAddress {
 public:
  struct State {
    std::string from;  ///< the STUN server as it was written, "configuration", or empty: there is none
    std::optional<Address> address;
    std::int64_t asked_wall_ms = 0;  ///< when the last answer or failure came; 0: not yet
    std::string problem;             ///< why the last question got no address
  };

  explicit PublicAddress(std::int64_t between_ms = std::int64_t{PublicAddressLimits::between_s} * 1'000)
      : between_ms_(between_ms) {}
  ~PublicAddress();
  PublicAddress(const PublicAddress&) = delete;
  PublicAddress& operator=(const PublicAddress&) = delete;

  /// Takes over what is configured now, and asks at once. What another server said is forgotten.
  void use(const config::PublicAddressSettings& settings, std::vector<Endpoint> dns_servers);
  /// Waits until the first question after use() is answered or has failed, `limit_ms` at most.
  void wait(std::uint32_t limit_ms);
  State state() const;
  /// Changes whenever the address does.
  std::uint64_t version() const;

 private:
  void run(const std::stop_token& stop);
  std::optional<Endpoint> find(const std::stop_token& stop, const config::PublicAddressSettings& settings,
                               std::vector<Endpoint> dns_servers);
  void note(std::uint64_t order, std::optional<Address> address, std::string problem);

  const std::int64_t between_ms_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  config::PublicAddressSettings settings_;
  std::vector<Endpoint> dns_servers_;
  State state_;
  std::uint64_t version_ = 0;
  std::uint64_t order_ = 0, done_ = 0;  ///< how often use() was called, and which of these was answered
  std::jthread thread_;                 ///< begins with the first server to ask; the last member
};

}  // namespace rf::app
