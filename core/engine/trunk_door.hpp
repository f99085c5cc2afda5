// Who comes from a trunk: what proves it, the accounts of gateways, and how often trunks may ask for something.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/gateways.hpp"
#include "core/call/context.hpp"
#include "core/call/pace.hpp"
#include "core/call/trunks.hpp"
#include "core/sip/message.hpp"
#include "core/trunk/match.hpp"

namespace rf::engine {

/// Belongs to one engine. Decides nothing itself: it gathers what trunk::Match decides by.
class TrunkDoor {
 public:
  explicit TrunkDoor(const call::Trunks& trunks) : trunks_(trunks) {}

  /// Another plan, or another realm: gateways' passwords are held against both.
  void adopt(const policy::Policy& policy, const toll::Plan& plan);
  const auth::Gateways& gateways() const { return gateways_; }

  /// The peer at the other end of that connection has shown a certificate for these names; at most `connections_max`
  /// connections are remembered, each until it is closed.
  void on_proved(const policy::Policy& policy, ConnectionId connection, std::vector<std::string> names);
  void on_closed(ConnectionId connection) { peers_.erase(connection); }

  /// The trunk that brings this INVITE. Who claims to be one and is not, is told to the operator and gets what every
  /// stranger gets.
  std::optional<trunk::Member> recognise(call::Context& ctx, const sip::Message& invite, const Flow& flow);
  /// A request that was answered with that trunk's password; none when it comes from where the trunk does not.
  std::optional<trunk::Member> proven(const toll::Plan& plan, const sip::Message& request, const Flow& flow,
                                      TrunkId trunk);
  /// Tells what was wrong about a gateway's password that came from where its trunk does not.
  void tell_misfit(call::Context& ctx, const sip::Message& request, const Flow& flow, std::string_view user);
  /// Whether a request in a dialog with that trunk, from elsewhere than the call's path, is the same trunk's: providers
  /// have many nodes. Knowing our contact is not enough here, for it stands in every message of the call; an address
  /// over UDP is with the port of that path only, or every program on a node's host could speak for it.
  bool is_of(const toll::Plan& plan, const sip::Message& request, const Flow& flow, const Flow& path, TrunkId trunk);

  /// The status with which a gateway's request that is no call is refused, 0 for none: it may register as itself.
  int refusal(const call::Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk) const;

  /// Whether a trunk brings calls, or its gateway registers, more often than it may; then in how many seconds again.
  std::optional<std::uint32_t> turn_away(const call::Context& ctx, sip::Method method, TrunkId trunk);

 private:
  trunk::Arrival arrival_of(const sip::Message& request, const Flow& flow);
  void tell(call::Context& ctx, const Flow& flow, const trunk::Impostor& impostor, const trunk::Arrival& arriving);

  const call::Trunks& trunks_;
  auth::Gateways gateways_;
  boost::unordered_flat_map<ConnectionId, std::vector<std::string>, std::hash<ConnectionId>> peers_;
  call::Pace calls_, registers_;
  std::int64_t told_ms_ = INT64_MIN / 2;
  std::uint64_t untold_ = 0;
  // Of the arrival that was made last, which views them:
  std::vector<std::string_view> names_;
  std::string user_, called_, host_;
};

}  // namespace rf::engine
