// Where extensions are reachable: bindings with expiry, limits, persistence and probing (RFC 3261 §10, RFC 3327).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
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
/// A new or changed binding is answered once it is on disk. A refresh that moves the expiry on disk by less than a
/// tenth of the granted time is not written: after a crash such a binding may end that much earlier, which costs one
/// refresh.
class Registrar {
 public:
  Registrar(const Limits& limits);

  /// A contact that registered again along another path.
  struct Moved {
    Flow from, to;
  };
  /// Carries a REGISTER out and answers `server`, now or when the store has written it.
  std::optional<Moved> handle_register(Context& ctx, const sip::Message& request, const Flow& flow,
                                       const policy::Extension& extension, txn::ServerId server);
  void on_stored(Context& ctx, std::uint64_t ticket, bool ok);

  /// Bindings a call can ring, newest first.
  std::vector<const Binding*> reachable(ExtensionId extension) const;
  std::vector<const Binding*> all(ExtensionId extension) const;  ///< none: of every extension
  /// Operator's removal; an empty key removes all of the extension. Gives how many.
  std::uint64_t remove(Context& ctx, ExtensionId extension, std::string_view contact_key);

  void restore(Context& ctx, std::vector<Binding> bindings);
  /// Extensions that are gone or disabled lose their bindings.
  void on_policy(Context& ctx);
  void on_connection_closed(ConnectionId connection);
  void on_timer(Context& ctx, std::uint64_t handle, std::uint32_t kind);
  void on_probe_result(Context& ctx, std::uint64_t handle, bool answered);

  std::size_t size() const { return live_.size(); }
  std::size_t waiting_for_store() const { return pending_.size(); }

 private:
  struct Live {
    Binding binding;
    BindingId id;
    std::int64_t expires_on_disk_ms = 0;
    std::uint64_t writing = 0;  ///< the ticket of its latest write, until the store has answered
    Timers::Handle expiry = 0;
    Timers::Handle probe = 0;
    std::uint8_t probes_missed = 0;
    bool ever_answered = false;
    ConnectionId lost;  ///< the connection it had, when that is closed
  };
  struct Pending {
    txn::ServerId server;
    ExtensionId extension;
    std::vector<BindingId> written;
    std::string response;
    Timers::Handle deadline = 0;
  };
  struct Wanted;

  enum Kind : std::uint32_t { expiry_due, probe_due, store_due };

  std::optional<Moved> answer(Context& ctx, const sip::Message& request, const Flow& flow, txn::ServerId server,
                              int status, std::string_view extra_header = {});
  std::string write_ok(Context& ctx, const sip::Message& request, const Flow& flow, ExtensionId extension) const;
  /// Null at the table's limit.
  Live* add(Context& ctx, Binding binding);
  void drop(Context& ctx, Live& live);
  void arm(Context& ctx, Live& live);
  void send_probe(Context& ctx, Live& live);
  /// Drops what the new ones among `wanted` replace. Gives the status to refuse with, 0 when there is room.
  int make_room(Context& ctx, const policy::Extension& extension, const Flow& flow, std::string_view user_agent,
                const std::vector<Wanted>& wanted);
  Live* find(ExtensionId extension, std::string_view contact_key);

  Slots<Live, BindingId> live_;
  boost::unordered_flat_map<ExtensionId, std::vector<BindingId>, std::hash<ExtensionId>> by_extension_;
  std::unordered_multimap<ConnectionId, BindingId> by_connection_;
  boost::unordered_flat_map<std::uint64_t, Pending> pending_;
  std::uint64_t next_ticket_ = 1;
};

/// Tickets of the registrar are odd, those of calls even: the engine tells them apart by that.
constexpr bool is_registrar_ticket(std::uint64_t ticket) {
  return ticket % 2 == 1;
}

}  // namespace rf::call
