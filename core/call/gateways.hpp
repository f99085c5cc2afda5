// Where gateways are that register with us: of each accept_register trunk one binding, for as long as it was granted.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/call/context.hpp"
#include "core/sip/message.hpp"

namespace rf::call {

/// The registered gateways of one engine: at most one binding a trunk, so their number is that of the plan's trunks.
/// A gateway is where its packets come from, as phones are; its Contact becomes the Request-URI and is never resolved.
/// Of those that datagrams reach the place is on disk, too, so that a restart loses none; a connection ends with the
/// process. The disk is not waited for: what it loses comes again with the next refresh, within `granted_s`.
class Gateways {
 public:
  struct Binding {
    std::string contact;  ///< URI as it wrote it
    Flow flow;
    std::string call_id;
    std::uint32_t cseq = 0;
    std::int64_t expires_ms = 0;  ///< mono
    Timers::Handle expiry = 0;
    bool on_disk = false;
  };
  static constexpr std::uint32_t granted_s = 300;

  enum class Change : std::uint8_t { none, came, moved, left };

  /// Carries out a REGISTER that was answered with the password of `trunk`, and answers it.
  Change handle_register(Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk,
                         txn::ServerId server);
  /// What was on disk. False: this one has ended meanwhile, or has to register anew.
  bool restore(Context& ctx, record::GatewayBinding binding);
  /// Null: it is not registered.
  const Binding* find(TrunkId trunk) const;
  /// Whose registration came by this very path; none as well when several share it.
  TrunkId at(const Flow& flow) const;
  /// The binding is over: expired, or its trunk has another password. Whether there was one.
  bool forget(Context& ctx, TrunkId trunk);
  /// Forgets and gives those whose path that was: they are nowhere until they register again.
  std::vector<TrunkId> on_connection_closed(Context& ctx, ConnectionId connection);
  bool serves(TrunkId trunk, ConnectionId connection) const;

 private:
  /// A stream is its connection, UDP a place that sends to a listener.
  struct Path {
    ConnectionId connection;
    ListenerId listener;
    Endpoint remote;
    friend bool operator==(const Path&, const Path&) = default;
  };
  struct PathHash {
    std::size_t operator()(const Path& path) const noexcept {
      return mix64(path.connection.value ^ mix64(path.listener.value + 1)) ^ std::hash<Endpoint>{}(path.remote);
    }
  };
  static Path path_of(const Flow& flow);
  /// Writes it down, or takes back what was.
  void write(Context& ctx, TrunkId trunk, Binding& binding);
  void leave_path(TrunkId trunk, const Flow& flow);

  boost::unordered_flat_map<TrunkId, Binding, std::hash<TrunkId>> bindings_;
  boost::unordered_flat_map<Path, std::vector<TrunkId>, PathHash> by_path_;
};

}  // namespace rf::call
