// The four transaction state machines of RFC 3261 with RFC 6026, and the retransmissions that belong to INVITE.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/policy/policy.hpp"
#include "core/sip/message.hpp"

namespace rf::txn {

using ServerId = Id<struct ServerTag>;
using ClientId = Id<struct ClientTag>;

/// Where messages leave. The engine's effects implement it; tests collect.
class Outbox {
 public:
  virtual void send(const Flow& flow, std::string_view bytes) = 0;

 protected:
  ~Outbox() = default;
};

/// Where the responses to `request` go, for those that are answered without a transaction: back along its path; over
/// UDP without rport to the port of its Via (RFC 3261 §18.2.2), unless the Via names another host than the packet came
/// from: then a NAT lies between, and only the source port leads back through it.
Flow response_flow(const sip::Message& request, const Flow& flow);

/// What happened without a message coming in. A transaction whose owner is zero reports nothing.
struct Event {
  enum class Kind : std::uint8_t {
    client_timeout,         ///< Timer B or F: nobody answered; counts as a 408; client_done follows
    client_send_failed,     ///< the transport gave up; counts as a 503; client_done follows
    server_unacknowledged,  ///< a 2xx retransmitted for 64·T1 without ACK (RFC 3261 §13.3.1.4): end the call
    reliable_timeout,       ///< a reliable provisional response without PRACK for 64·T1 (RFC 3262 §3): answer 5xx
    client_done,            ///< the client transaction is gone; its owner may forget the id
    server_done,
  };
  Kind kind;
  ServerId server;
  ClientId client;
  std::uint64_t owner = 0;
};

/// All transactions of one engine. Nothing is made here for a request that has not been accept()ed: a stranger's
/// request is matched, found to be no retransmission, challenged statelessly, and leaves nothing behind.
/// Bounded by `limit` transactions, both kinds together. Every stored message is stored once, at its size.
class Transactions {
 public:
  /// `hash_seed`: from the engine's Random, so that strangers cannot aim at the tables.
  Transactions(const policy::SipTimes& times, std::size_t limit, std::int64_t start_mono_ms,
               std::uint64_t hash_seed = 0);
  ~Transactions();

  /// New times and bounds, for every timer that is set from now on; what is beyond a smaller limit may finish.
  /// `ring_max_ms`: how long an INVITE of ours may ring; then it is cancelled, whatever its owner does (like Timer C of
  /// RFC 3261 §16.6).
  void adopt(const policy::SipTimes& times, std::size_t limit, std::int64_t ring_max_ms);

  // --- server side

  struct RequestMatch {
    enum class Kind : std::uint8_t {
      fresh,      ///< belongs to no transaction
      absorbed,   ///< a retransmission (answered again here) or an ACK to a non-2xx: nothing left to do
      merged,     ///< the same request came by another path (RFC 3261 §8.2.2.2): answer 482
    };
    Kind kind = Kind::fresh;
    ServerId server;
    std::uint64_t owner = 0;
  };
  /// Matches a request by branch, sent-by and method (RFC 3261 §17.2.3) and, since those are the sender's words, by the
  /// path it came by: the same branch from another source is another transaction.
  RequestMatch match_request(Now now, const sip::Message& request, const Flow& flow, Outbox& out);
  /// The INVITE transaction a CANCEL is for: same branch and path (RFC 3261 §9.2); none when there is none or it has
  /// sent its final response.
  RequestMatch match_cancel(const sip::Message& cancel, const Flow& flow) const;
  /// Makes the server transaction for a fresh request. None at the limit, which BYE and CANCEL reach last, or when
  /// this very request has one already.
  /// `owner` comes back in events and matches.
  ServerId accept(Now now, const sip::Message& request, const Flow& flow, std::uint64_t owner);
  void set_owner(ServerId server, std::uint64_t owner);
  /// Sends a response and keeps it for retransmissions, unless it is a final one of more than
  /// WireLimits::kept_response_bytes and no 2xx to INVITE: that one is sent once. Responses go back along the request's
  /// path (RFC 3261 §18.2.2, RFC 3581). A 2xx to INVITE is repeated (T1 doubling to T2, on every transport) until
  /// acknowledge(). After a final response further ones are ignored.
  void respond(Now now, ServerId server, int status, std::string bytes, Outbox& out);
  /// Sends a provisional response that is repeated (T1 doubling, no ceiling) until prack_received() (RFC 3262 §3).
  void respond_reliably(Now now, ServerId server, std::string bytes, Outbox& out);
  void prack_received(ServerId server);
  /// The ACK to this INVITE's 2xx came.
  void acknowledge(ServerId server);
  const Flow* flow_of(ServerId server) const;

  // --- client side

  /// Sends a request whose topmost Via carries `branch`. Reliable transports do not retransmit. None at the limit.
  ClientId request(Now now, sip::Method method, const Flow& flow, std::string bytes, std::string_view branch,
                   std::uint64_t owner, Outbox& out);
  struct ResponseMatch {
    ClientId client;             ///< none: no transaction of ours, or from an endpoint we did not ask; drop it
    std::uint64_t owner = 0;
    sip::Method method = sip::Method::other;
    bool deliver = false;        ///< false: a repetition, dealt with here
  };
  /// Matches a response by branch and CSeq method (RFC 3261 §17.1.3) and by the endpoint the request went to, over UDP
  /// its port too (RFC 3581 §4: it is answered from where it arrived): who else is on that host neither answers for a
  /// phone nor moves its dialog. A non-2xx final response to INVITE is acknowledged here, repetitions included. A 2xx
  /// that is repeated is acknowledged again with the stored ACK; those of other forks are delivered, up to 16.
  ResponseMatch match_response(Now now, const sip::Message& response, const Flow& flow, Outbox& out);
  /// Gives the ACK for a 2xx: sent now and for every repetition of that 2xx while the transaction lives (Timer M).
  void acknowledge_2xx(Now now, ClientId client, const Flow& flow, std::string ack, Outbox& out);
  /// Cancels an INVITE: sends the CANCEL now or as soon as a provisional response allows it (RFC 3261 §9.1); waits
  /// 64·T1 for the final response, then gives up with client_timeout. No effect after a final response.
  void cancel(Now now, ClientId client, Outbox& out);
  /// The shell could not deliver to `flow`: every waiting client transaction on it fails.
  void on_send_failed(const Flow& flow);
  /// The connection is gone. A response on another one would not be believed, so whatever waits for one has failed.
  void on_connection_closed(ConnectionId connection);

  // --- time

  void advance(Now now, Outbox& out);
  std::int64_t next_deadline() const;
  /// Events since the last call, in order.
  void take_events(std::vector<Event>& out);

  std::size_t size() const;
  std::size_t limit() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::txn
