// From a URI to the places to try, in order: RFC 3263 as a state machine that asks questions and reads answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/random.hpp"
#include "core/sip/uri.hpp"
#include "core/txn/dns.hpp"

namespace rf::txn {

/// One place to try.
struct Target {
  Transport transport = Transport::udp;
  Endpoint endpoint;
  std::string tls_name;  ///< TLS: the name its certificate has to carry: the URI's own host, whatever the DNS said

  friend bool operator==(const Target&, const Target&) = default;
};

/// What we can send with.
struct Reach {
  bool udp = true, tcp = true, tls = true;
  bool ipv4 = true, ipv6 = false;

  bool can(Transport transport) const {
    return (transport == Transport::udp && udp) || (transport == Transport::tcp && tcp) ||
           (transport == Transport::tls && tls);
  }
};

/// Finds the targets of one URI: NAPTR, then SRV (by priority, by chance within weights), then A and AAAA; each step is
/// left out where the URI decides it. Ask what take_questions() gives, hand every answer back, until is_done(). What is
/// found is bounded by WireLimits however much the DNS says, and there are three steps, so nothing can go in circles.
/// A sips URI, or transport=tls, never leads to anything but TLS. No targets: unreachable, or ws/wss (browsers call
/// us). Source: RFC 3263 §4, RFC 2782, RFC 5922 §7.2 for tls_name.
class Locate {
 public:
  struct Ask {
    std::uint32_t number = 0;  ///< hand it back with the answer
    DnsQuestion question;
  };

  Locate(const sip::Uri& uri, const Reach& reach);

  /// The questions that came up since the last call.
  std::vector<Ask> take_questions();
  /// An answer, in any order; an unknown or repeated number is ignored.
  void answer(std::uint32_t number, const DnsResult& result, Random& random);
  bool is_done() const { return step_ == Step::done; }
  /// In the order in which to try them: the next after a failure (RFC 3263 §4.3).
  const std::vector<Target>& targets() const { return targets_; }

 private:
  enum class Step : std::uint8_t { naptr, srv, address, done };
  struct Service {
    Transport transport;
    std::uint32_t question;
  };
  struct Host {
    Transport transport;
    std::uint16_t port;
    std::uint32_t first_question;  ///< A and AAAA, as far as each is in reach
    std::uint32_t questions;
  };

  std::uint32_t ask(DnsType type, std::string_view name);
  bool all_answered() const;
  void ask_services(const std::vector<NaptrRecord>& naptr);
  void add_service(Transport transport, std::string_view name);
  void read_services(Random& random);
  void add_host(Transport transport, std::string_view name, std::uint16_t port);
  void read_addresses();
  void add_target(Transport transport, const Endpoint& endpoint);
  Transport default_transport() const;

  Reach reach_;
  bool secure_ = false;
  std::string domain_;  ///< what is looked up: maddr, else the host
  std::string tls_name_;
  std::vector<DnsQuestion> questions_;
  std::vector<DnsResult> results_;
  std::vector<bool> answered_;
  std::size_t taken_ = 0;
  std::vector<Service> services_;
  std::vector<Host> hosts_;
  std::vector<Target> targets_;
  Step step_ = Step::done;
};

}  // namespace rf::txn
