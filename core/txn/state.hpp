// What Transactions keeps: two tables of small objects, three indexes keyed by keyed hashes, one timing wheel.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/keyed_hash.hpp"
#include "core/base/limits/wire.hpp"
#include "core/base/slots.hpp"
#include "core/base/timers.hpp"
#include "core/txn/transactions.hpp"

namespace rf::txn {

/// A message at its size: a finished transaction is mostly its last message, and there are many of them.
struct Bytes {
  std::unique_ptr<char[]> data;
  std::uint32_t size = 0;

  void assign(std::string_view bytes) {
    // Retransmissions of one size are the rule (180 after 180), so the block is kept when it fits.
    if (bytes.size() != size) data = bytes.empty() ? nullptr : std::make_unique_for_overwrite<char[]>(bytes.size());
    size = static_cast<std::uint32_t>(bytes.size());
    if (size != 0) std::memcpy(data.get(), bytes.data(), size);
  }
  void clear() {
    data.reset();
    size = 0;
  }
  std::string_view view() const { return {data.get(), size}; }
  explicit operator bool() const { return size != 0; }
};

struct Server {
  enum class Phase : std::uint8_t {
    proceeding,  ///< no final response yet (non-INVITE "trying" is the same without a message)
    completed,   ///< final response sent; INVITE: waiting for its ACK
    confirmed,   ///< INVITE: ACK to a non-2xx came
    accepted,    ///< INVITE: 2xx sent (RFC 6026)
  };

  Flow flow;
  std::uint64_t key = 0;
  std::uint64_t merge_key = 0;  ///< zero: a request with a To tag cannot be merged
  std::uint64_t owner = 0;
  Timers::Handle repeat = 0;
  Timers::Handle end = 0;
  Bytes last;  ///< the response that a retransmitted request gets
  std::uint32_t interval_ms = 0;
  std::uint16_t reply_port = 0;
  bool invite = false;
  bool unacknowledged = false;  ///< a reliable provisional or a 2xx waits for PRACK or ACK
  Phase phase = Phase::proceeding;
};

/// One answered branch of an INVITE that forked on its way.
struct Fork {
  std::uint64_t tag_hash = 0;
  Flow flow;
  Bytes ack;
  std::unique_ptr<Fork> next;
};

struct Client {
  enum class Phase : std::uint8_t {
    calling,  ///< nothing heard yet (INVITE "calling", others "trying")
    proceeding,
    completed,  ///< final response seen; INVITE: a non-2xx, `sent` is the ACK
    accepted,   ///< INVITE: a 2xx came (RFC 6026)
  };

  Flow flow;
  std::uint64_t key = 0;
  std::uint64_t owner = 0;
  Timers::Handle repeat = 0;
  Timers::Handle end = 0;
  Bytes sent;                   ///< the request; later the ACK
  std::unique_ptr<Fork> forks;  ///< latest first
  ClientId next_on_path, previous_on_path;
  std::uint32_t interval_ms = 0;
  sip::Method method = sip::Method::other;
  Phase phase = Phase::calling;
  bool cancel_wanted = false;
  bool cancel_sent = false;
  bool internal = false;  ///< a CANCEL of ours: nobody is told about it
  bool on_path = false;
};

struct Transactions::State {
  enum Kind : std::uint32_t { server_repeat, server_end, client_repeat, client_end };
  using Index = boost::unordered_flat_map<std::uint64_t, std::uint64_t, HashIsKey>;

  State(const policy::SipTimes& sip_times, std::size_t limit_, std::int64_t start_mono_ms, std::uint64_t hash_seed)
      : times(sip_times), limit(limit_), servers(limit_), clients(limit_), timers(start_mono_ms), hash_key(hash_seed) {}

  void set_limit(std::size_t both) {
    limit = both;
    servers.set_limit(both);
    clients.set_limit(both);
  }
  std::int64_t lifetime_ms() const { return 64 * static_cast<std::int64_t>(times.t1_ms); }
  void set_timer(Timers::Handle& handle, std::int64_t deadline, std::uint64_t owner, Kind kind) {
    if (handle != 0) timers.cancel(handle);
    handle = timers.set(deadline, owner, kind);
  }
  /// The last part is left to what ends calls.
  bool is_full_for(sip::Method method) const {
    const bool ends = method == sip::Method::bye || method == sip::Method::cancel;
    return servers.size() + clients.size() >= (ends ? limit : limit - limit / WireLimits::ending_part);
  }
  void tell(Event::Kind kind, ServerId server, ClientId client, std::uint64_t owner) {
    if (owner != 0) events.push_back({kind, server, client, owner});
  }

  // server.cpp
  struct Identity {
    std::uint64_t key = 0, merge_key = 0;
  };
  Identity identify(const sip::Message& request, const Flow& flow, std::string_view method) const;
  ServerId find_server(std::uint64_t key) const;
  void send_back(const Server& server, std::string_view bytes, Outbox& out) const;
  void send_last(const Server& server, Outbox& out) const { send_back(server, server.last.view(), out); }
  void start_repeating(Now now, ServerId id, Server& server);
  void erase_server(ServerId id);
  void on_server_repeat(Now now, ServerId id, Outbox& out);
  void on_server_end(ServerId id);

  // client.cpp
  std::uint64_t client_key(std::string_view branch, sip::Method method) const;
  std::uint64_t connection_key(ConnectionId connection) const;
  std::uint64_t path_key(const Flow& flow) const;
  void fail_path(std::uint64_t key);
  ClientId start_client(Now now, sip::Method method, const Flow& flow, std::string_view bytes, std::uint64_t key,
                        std::uint64_t owner, bool internal, Outbox& out);
  void leave_path(ClientId id, Client& client);
  void finish_client(Now now, ClientId id, Client& client, std::int64_t linger_ms);
  void send_cancel(Now now, ClientId id, Client& client, Outbox& out);
  void on_invite_final(Now now, ClientId id, Client& client, const sip::Message& response, ResponseMatch& match,
                       Outbox& out);
  void on_2xx(const sip::Message& response, Client& client, ResponseMatch& match, Outbox& out);
  void erase_client(ClientId id);
  void on_client_repeat(Now now, ClientId id, Outbox& out);
  void on_client_end(Now now, ClientId id, Outbox& out);

  policy::SipTimes times;
  std::int64_t ring_max_ms = 180'000;
  std::size_t limit;
  Slots<Server, ServerId> servers;
  Slots<Client, ClientId> clients;
  Index server_index;
  Index merge_index;
  Index client_index;
  Index path_index;  ///< the first of the waiting clients on a path
  Timers timers;
  HashKey hash_key;
  std::vector<Timers::Fired> fired;
  std::vector<Event> events;
};

}  // namespace rf::txn
