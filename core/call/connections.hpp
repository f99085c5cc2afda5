// Which connections have earned trust, by whom, and for how long.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/slots.hpp"
#include "core/call/context.hpp"

namespace rf::call {

/// Who holds connections: an extension, or else a trunk.
struct Holder {
  ExtensionId extension;
  TrunkId trunk;
  friend bool operator==(const Holder&, const Holder&) = default;
  struct Hash {
    std::size_t operator()(const Holder& of) const noexcept {
      return mix64(of.extension.value) ^ mix64(~of.trunk.value);
    }
  };
};

/// The trusted connections of one engine. A connection over which somebody proved a password is spared where strangers
/// have to go, so trust is neither free nor for ever: a holder has at most connections_per_extension_max, the
/// oldest that serves nobody goes first, and one that serves neither a registration nor a call some time after the last
/// proof is a stranger's again. A connection that many prove themselves over (a proxy's) counts as the first one's.
class Connections {
 public:
  /// How long a connection is trusted that serves nothing.
  static constexpr std::int64_t grace_ms = 60'000;
  /// Whether a connection carries a registration or a call of that holder now.
  using Serves = std::function<bool(Holder, ConnectionId)>;

  explicit Connections(Serves serves) : serves_(std::move(serves)) {}

  /// The holder proved itself over this connection.
  void prove(Context& ctx, ConnectionId connection, Holder holder);
  void on_timer(Context& ctx, std::uint64_t handle);
  void on_closed(Context& ctx, ConnectionId connection);
  std::size_t size() const { return trusted_.size(); }

 private:
  using TrustId = Id<struct TrustTag>;
  struct Trusted {
    ConnectionId connection;
    Holder owner;               ///< in whose share it is counted
    std::vector<Holder> users;  ///< who proved themselves over it, latest last: ShareLimits::users_per_connection
    std::int64_t proved_ms = 0;
    Timers::Handle timer = 0;
  };
  bool serves(const Trusted& trusted) const;
  bool make_room(Context& ctx, Holder holder);
  void forget(Context& ctx, TrustId id);

  Serves serves_;
  Slots<Trusted, TrustId> trusted_{SIZE_MAX};  ///< as many as the shell lets in
  boost::unordered_flat_map<ConnectionId, TrustId, std::hash<ConnectionId>> by_connection_;
  boost::unordered_flat_map<Holder, std::vector<TrustId>, Holder::Hash> by_owner_;  ///< oldest first
};

}  // namespace rf::call
