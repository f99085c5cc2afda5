// Finding peers that are named, not numbered: runs RFC 3263 lookups for legs that need one, a bounded number at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/slots.hpp"
#include "core/call/call.hpp"
#include "core/call/context.hpp"
#include "core/txn/locate.hpp"

namespace rf::call {

/// Lookups under way for the calls of one engine. Phones are found by the path they registered along; a lookup is only
/// needed where that path is gone, or where a proxy asks that requests go somewhere else (Record-Route).
class Locator {
 public:
  struct Found {
    LegRef leg;
    std::vector<txn::Target> targets;  ///< empty: nowhere
  };
  /// Starts a lookup; gives the outcome at once when no question has to be asked.
  std::optional<Found> locate(Context& ctx, std::string_view uri, LegRef leg);
  /// Takes a DNS answer; gives the outcome when it was the last one needed.
  std::optional<Found> on_answer(Context& ctx, QueryId query, const txn::DnsResult& result);

  std::size_t size() const { return lookups_.size(); }

 private:
  struct Lookup {
    Lookup(const sip::Uri& uri, const txn::Reach& reach, LegRef l) : machine(uri, reach), leg(l) {}
    txn::Locate machine;
    LegRef leg;
  };
  using LookupId = Id<struct LookupTag>;
  struct Question {
    LookupId lookup;
    std::uint32_t number = 0;
  };
  std::optional<Found> proceed(Context& ctx, LookupId id);

  Slots<Lookup, LookupId> lookups_{QueueLimits::lookups};
  boost::unordered_flat_map<QueryId, Question, std::hash<QueryId>> questions_;
  std::uint64_t next_query_ = 1;
};

/// The flow towards a target: from a listener of ours with its transport and family, preferably the one of `like`.
Flow flow_towards(const policy::Policy& policy, const txn::Target& target, const Flow& like);

}  // namespace rf::call
