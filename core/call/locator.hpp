// Finding the proxies that the configuration names: runs RFC 3263 lookups for legs that need one, a bounded number at a
// time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/base/slots.hpp"
#include "core/call/context.hpp"
#include "core/txn/locate.hpp"

namespace rf::call {

/// Lookups under way for the calls, or the trunks, of one engine. Everybody is reached along the path that they proved,
/// and nothing that a message says leads anywhere else. Only where that path is gone, and a proxy of the configuration
/// stood on it, that proxy is looked up: by the configured URI, not by the message's. So are trunks.
class Locator {
 public:
  /// Who wants to know: a call and its fork, or a trunk.
  struct Asker {
    std::uint64_t owner = 0;
    std::uint32_t part = 0;
  };
  struct Found {
    Asker asker;
    std::vector<txn::Target> targets;  ///< empty: nowhere
  };
  /// Of `places` locators of an engine this is the one at `place`: an answer is for one of them alone.
  explicit Locator(std::uint64_t place = 0, std::uint64_t places = 1) : next_query_(place + places), step_(places) {}

  /// Starts a lookup of a configured URI; gives the outcome at once when no question has to be asked.
  std::optional<Found> locate(Context& ctx, std::string_view uri, Asker asker);
  /// Takes a DNS answer; gives the outcome when it was the last one needed.
  std::optional<Found> on_answer(Context& ctx, QueryId query, const txn::DnsResult& result);

  /// Whether this locator asked that.
  bool asked(QueryId query) const { return questions_.contains(query); }
  std::size_t size() const { return lookups_.size(); }

 private:
  struct Lookup {
    Lookup(const sip::Uri& uri, const txn::Reach& reach, Asker a) : machine(uri, reach), asker(a) {}
    txn::Locate machine;
    Asker asker;
  };
  using LookupId = Id<struct LookupTag>;
  struct Question {
    LookupId lookup;
    std::uint32_t number = 0;
  };
  std::optional<Found> proceed(Context& ctx, LookupId id);

  Slots<Lookup, LookupId> lookups_{QueueLimits::lookups};
  boost::unordered_flat_map<QueryId, Question, std::hash<QueryId>> questions_;
  std::uint64_t next_query_, step_;
};

/// Whether the path that a phone registered along is still there: a datagram can always be sent, a connection ends.
inline bool has_way(const Binding& binding) {
  return !is_stream(binding.flow.transport) || binding.flow.connection;
}
/// The configured proxy that a binding's topmost Path names: same host, port and transport. Null without one.
const std::string* proxy_of(const policy::Policy& policy, const Binding& binding);

/// A path of a former process: its connection died with it, and the listener may have another number now. False: there
/// is no listener of its transport and family any more.
bool bring_back(const policy::Policy& policy, Flow& flow);

/// The flow towards a target: from a listener of ours with its transport and family, preferably the one of `like`, or
/// one at the same address. None without such a listener, and where all that is known of its address is a wildcard.
std::optional<Flow> flow_towards(const policy::Policy& policy, const txn::Target& target, const Flow& like);

}  // namespace rf::call
