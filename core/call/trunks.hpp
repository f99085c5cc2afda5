// What the engine does for its trunks between calls: registers with providers, asks whether they live, answers their
// challenges, and knows the paths to them.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/client.hpp"
#include "core/auth/hash.hpp"
#include "core/call/context.hpp"
#include "core/call/gateways.hpp"
#include "core/call/locator.hpp"
#include "core/trunk/health.hpp"
#include "core/trunk/registration.hpp"

namespace rf::call {

/// The trunks of one engine.
class Trunks {
 public:
  explicit Trunks(Random& random) : random_(random.next()) {}

  /// The plan is another one: trunks come, change and go.
  void on_plan(Context& ctx);
  /// The user part of our contact towards a trunk: a secret of ours and its provider's. Empty: it needs none.
  std::string_view contact_of(TrunkId id) const;
  /// Answers challenges with the trunk's account; null when it has none.
  auth::Client* account_of(TrunkId id);
  auth::Means means() { return {hasher_, random_}; }
  /// The header lines that answer a challenge of the trunk to that request of ours, which went along `flow` for `call`
  /// (a record's id). None: it is none, or cannot be answered, and then the operator is told.
  std::optional<std::string> credentials_for(Context& ctx, TrunkId id, auth::Rounds& rounds, const auth::Asking& asked,
                                             const sip::Message& response, const Flow& flow, std::string_view call);
  /// Appends what a request inside a dialog needs to pass, as far as it is known.
  void append_known(TrunkId id, std::string_view method, std::string_view uri, std::string& out);
  trunk::HealthState health_of(TrunkId id) const;
  /// What a call made of a trunk: a final response, or none (0).
  void note_call(Context& ctx, TrunkId id, int status, ExtensionId caller);

  void handle_response(Context& ctx, std::uint64_t handle, txn::ClientId client, const sip::Message& response,
                       const Flow& flow);
  void on_failed(Context& ctx, std::uint64_t handle, txn::ClientId client);
  void on_timer(Context& ctx, std::uint64_t handle);
  void on_connection_closed(Context& ctx, ConnectionId connection);
  /// A REGISTER that was answered with the password of this trunk's gateway.
  void handle_register(Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk,
                       txn::ServerId server);
  /// Where gateways were when the former process ended. Those that could not register like that any more go, from the
  /// disk, too. After the plan, which says what trunks there are.
  void restore(Context& ctx, std::vector<record::GatewayBinding> gateways);
  void on_gateway_expired(Context& ctx, TrunkId trunk);
  /// Where the trunk's gateway is; null: it is not registered.
  const Gateways::Binding* registered(TrunkId id) const { return gateways_.find(id); }
  /// Whose gateway registered by this very path.
  TrunkId registered_at(const Flow& flow) const { return gateways_.at(flow); }
  /// Whether the answer was for a trunk's lookup.
  bool on_dns(Context& ctx, QueryId query, const txn::DnsResult& result);
  /// Takes all registrations back; the system stops.
  void stop(Context& ctx);
  /// Whether one still waits for the answer to that; for a second at most.
  bool is_stopping(Now now) const;

  /// All that are switched on, as the operator sees them.
  std::vector<effect::TrunkNow> list(const Context& ctx) const;
  /// Whether the trunk's gateway is reached over this connection.
  bool serves(TrunkId trunk, ConnectionId connection) const { return gateways_.serves(trunk, connection); }

 private:
  struct Line {
    TrunkId id;
    policy::Trunk made_of;  ///< as it was configured when it began
    std::unique_ptr<auth::Client> account;
    std::optional<trunk::Registration> registration;
    trunk::Health health{trunk::HealthRules{}};
    std::string token;
    std::vector<Flow> ways;
    std::optional<Flow> path;  ///< of the last REGISTER that was answered with 200
    std::size_t target = 0;
    txn::ClientId asked_register, asked_options;
    std::uint32_t register_cseq = 0;
    std::string from_tag;
    Timers::Handle timer = 0;
    std::string trouble;          ///< of its registration; empty: none since it is registered
    std::int64_t answered_ms = 0;  ///< mono, to whatever of ours; 0: never
    bool locating_for_ping = false;
  };

  Line* find(TrunkId id);
  const policy::Trunk* config(const Context& ctx, TrunkId id) const;
  void begin(Context& ctx, Line& line);
  void carry_out(Context& ctx, Line& line, std::vector<trunk::RegistrationEffect> effects);
  void locate(Context& ctx, Line& line, std::string_view uri);
  void located(Context& ctx, Line& line, const std::vector<txn::Target>& targets);
  void send_register(Context& ctx, Line& line, const trunk::SendRegister& what);
  void ping(Context& ctx, Line& line);
  void send_ping(Context& ctx, Line& line, const Flow& flow, const std::string& uri);
  void gateway_came(Context& ctx, TrunkId id, std::string_view how);
  void gateway_left(Context& ctx, TrunkId id, std::string_view why);
  void arm(Context& ctx, Line& line);
  void tell_health(Context& ctx, const Line& line);

  Random random_;
  auth::Hasher hasher_;
  std::vector<std::unique_ptr<Line>> lines_;
  Gateways gateways_;
  std::int64_t stop_by_ms_ = never_ms;
  Locator locator_{1, 3};  ///< the others are those of calls and partings
};

}  // namespace rf::call
