// Where extensions are reachable: bindings with expiry, limits, persistence and probing (RFC 3261 §10, RFC 3327).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/slots.hpp"
#include "core/call/context.hpp"
#include "core/record/records.hpp"
#include "core/sip/message.hpp"

namespace rf::call {

/// The registrar of one engine. It sees authenticated requests only; what a stranger sends never gets here.
/// What comes, changes or goes is answered once that is on disk, and all that one REGISTER asks for happens or nothing
/// of it; of one extension ShareLimits::changes_waiting may wait for that, further ones are refused with 503. A refresh
/// that moves the expiry on disk by less than a tenth of the granted time is not written: after a crash such a binding
/// may end that much earlier, which costs one refresh.
class Registrar {
 public:
  /// A contact that registered again along another path.
  struct Moved {
    Flow from, to;
  };
  /// Carries a REGISTER out and answers `server`, now or when the store has written it. `device`: whose password was
  /// shown, of one that the extension has.
  std::optional<Moved> handle_register(Context& ctx, const sip::Message& request, const Flow& flow,
                                       const policy::Extension& extension, DeviceId device, txn::ServerId server);
  void on_stored(Context& ctx, std::uint64_t ticket, bool ok);

  /// Bindings a call can ring, newest first: of those that came over a connection which is gone, only what came through
  /// a configured proxy.
  std::vector<const Binding*> reachable(const policy::Policy& policy, ExtensionId extension) const;
  std::vector<const Binding*> all(ExtensionId extension) const;  ///< none: of every extension
  /// Operator's removal; an empty key removes all of the extension. `command` is answered now when there is nothing to
  /// remove, else when the store has written it: also what was leaving already.
  void remove(Context& ctx, ExtensionId extension, std::string_view contact_key, CommandId command);

  /// What was on disk when we started. What has expired or could not register like this any more leaves the disk.
  void restore(Context& ctx, std::vector<Binding> bindings);
  /// What could not register like this any more goes at once, whatever the disk says: bindings of extensions that are
  /// gone or disabled, of a former password or device, from outside where that is no longer allowed. `only`: the one
  /// extension to look at; none: all.
  void on_policy(Context& ctx, ExtensionId only);
  void on_connection_closed(ConnectionId connection);
  void on_timer(Context& ctx, std::uint64_t handle, std::uint32_t kind);
  void on_probe_result(Context& ctx, std::uint64_t handle, bool answered);

  /// Whether a registration of the extension is reached over this connection.
  bool serves(ExtensionId extension, ConnectionId connection) const;
  std::size_t size() const { return live_.size() - leaving_; }
  std::size_t waiting_for_store() const { return pending_.size(); }

 private:
  struct Live {
    Binding binding;
    BindingId id;
    std::uint32_t password = 0;   ///< a hash of the credentials that it came with
    std::int64_t expires_ms = 0;  ///< by the monotonic clock: the other one may be set while it runs
    std::int64_t expires_on_disk_ms = 0;
    std::uint64_t ticket = 0;      ///< of its newest write or removal
    std::uint32_t unanswered = 0;  ///< writes and removals that the store has not answered
    bool failed = false;           ///< what has `ticket`
    bool on_disk = false;
    bool leaving = false;  ///< removed, as soon as the disk has it: neither rung nor listed, and not counted
    Timers::Handle expiry = 0;
    Timers::Handle probe = 0;
    std::uint8_t probes_missed = 0;
    bool ever_answered = false;
    ConnectionId lost;  ///< the connection it had, when that is closed
  };
  /// What waits for the store: a REGISTER, or an operator's removal.
  struct Pending {
    txn::ServerId server;
    CommandId command;
    ExtensionId extension;
    std::vector<BindingId> removed, written;
    std::string head;   ///< of the response, behind its status line
    std::string paths;  ///< Path lines of a 200
    Timers::Handle deadline = 0;
  };
  struct Wanted;

  enum Kind : std::uint32_t { expiry_due, probe_due, store_due };

  // registrar.cpp
  /// Changes with the password, and tells nothing of it.
  static std::uint32_t hash_of(const policy::Credentials* credentials);
  std::optional<Moved> answer(Context& ctx, const sip::Message& request, const Flow& flow, txn::ServerId server,
                              int status, std::string_view extra_header = {});
  /// Error: the status to refuse with.
  std::expected<std::vector<Wanted>, int> read_contacts(Context& ctx, const sip::Message& request,
                                                        bool& wildcard) const;
  bool is_fresh(ExtensionId extension, const Wanted& wanted) const;
  /// Adds to `removed` what the new ones among `wanted` replace. False when they may not.
  bool make_room(const policy::Extension& extension, const std::vector<Wanted>& wanted, const Flow& flow,
                 std::string_view user_agent, std::vector<BindingId>& removed) const;
  void move(Live& live, const Flow& flow);
  void commit(Context& ctx, Pending pending);
  /// The store has answered a write or a removal of it.
  void answered(Context& ctx, BindingId id, std::uint64_t ticket, bool ok, bool written);
  void finish(Context& ctx, const Pending& pending, bool ok);

  // bindings.cpp
  Live* find(ExtensionId extension, std::string_view contact_key);
  const Live* find(ExtensionId extension, std::string_view contact_key) const {
    return const_cast<Registrar*>(this)->find(extension, contact_key);
  }
  /// Those of the extension, oldest first.
  std::vector<BindingId> known(ExtensionId extension) const;
  /// Those that are not leaving.
  std::vector<BindingId> staying(ExtensionId extension) const;
  Live& add(Binding binding);
  void forget(Context& ctx, Live& live);
  /// Forgets it on disk too, without waiting: for what a restart would find out again by itself.
  void drop(Context& ctx, Live& live);
  /// Takes back a removal that the disk did not take.
  void keep(Context& ctx, Live& live);
  void arm(Context& ctx, Live& live);
  void send_probe(Context& ctx, Live& live);
  void give_up(Context& ctx, Live& live);

  Slots<Live, BindingId> live_{SIZE_MAX};  ///< at most bindings_max stay; those that leave wait for the disk alone
  std::size_t leaving_ = 0;
  boost::unordered_flat_map<ExtensionId, std::vector<BindingId>, std::hash<ExtensionId>> by_extension_;
  std::unordered_multimap<ConnectionId, BindingId> by_connection_;
  boost::unordered_flat_map<std::uint64_t, Pending> pending_;
  boost::unordered_flat_map<ExtensionId, std::size_t, std::hash<ExtensionId>> waiting_;  ///< of pending_, by extension
  std::uint64_t next_ticket_ = 1;
};

/// Tickets of the registrar are odd, those of calls even: the engine tells them apart by that.
constexpr bool is_registrar_ticket(std::uint64_t ticket) {
  return ticket % 2 == 1;
}

}  // namespace rf::call
