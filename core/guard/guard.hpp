// The guard: who may talk to us, decided on the packet, explained, and safe against forged senders.
//
// For every packet the caller asks arrive() before it parses and inspect() after it, and tells with note() what became
// of it. The guard takes plain facts and gives verdicts; it sends nothing, reads no clock and never allocates for a
// packet: all memory is laid out when it is made (Bounds).
//
// What a verdict is worth against forged senders (H7): an offence over UDP bans only when it carried a nonce of ours
// itself (a wrong password does), or one came back from that very port within `proof_s` and nobody with working
// credentials is at the address. Streams have shaken hands.
// Everything else throttles: a trickle passes, a message that carries proof passes, a registered phone's own port
// passes untouched, and right credentials end it. Whoever only sends too much, even over a connection, has one period
// of the rule to show credentials before he is banned: an office that comes back after a power cut looks like a flood
// until then. What is protected (trunks, own addresses, DNS servers, allowed offices) is counted and told, never banned
// or throttled.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/guard/bans.hpp"
#include "core/guard/compile.hpp"
#include "core/guard/kept.hpp"
#include "core/guard/sources.hpp"

namespace rf::guard {

enum class Action : std::uint8_t {
  pass,
  prove,   ///< parse it, but go on only if it carries proof (Proof); inspect() sees to it
  refuse,  ///< answer as to a wrong password, without looking at the password
  drop,    ///< no answer; on a stream, close the connection
  reject,  ///< a refusal that says so (403)
};

enum class Reason : std::uint8_t {
  passed,
  allowed,  ///< by the access list: nothing more is looked at
  blocked,  ///< by the access list
  banned,
  port_blocked,  ///< this port of an address with honest neighbours
  defence_rule,
  country,
  strangers_limit,
  throttled,
  needs_proof,
  counted,  ///< a counting rule caught it with this packet
  account_locked,
  account_attacked,
  unsolicited,
};
inline constexpr std::size_t reason_count = 14;
std::string_view name_of(Reason reason);
std::string_view text_of(Reason reason);  ///< one sentence for the operator

struct Verdict {
  static constexpr std::uint16_t no_rule = 0xffff;

  Action action = Action::pass;
  Reason reason = Reason::passed;
  bool exempt = false;           ///< on the access list's allow side: inspect() passes it
  std::uint16_t rule = no_rule;  ///< counting: index of Rules::counting; defence_rule: of Rules::defence
};

/// A packet before it is parsed.
struct Arrival {
  Endpoint remote;
  Transport transport = Transport::udp;
  std::uint16_t local_port = 5060;
};

/// What a message carries that a forger could not have made.
enum class Proof : std::uint8_t {
  none,
  nonce,   ///< a nonce made for this address, recent enough
  dialog,  ///< it fits a dialog or a transaction of ours, by tags or branch that only its peer knows
};

enum class Method : std::uint8_t { register_, invite, options, notify, refer, subscribe, message, other, unknown };

/// A message after it is parsed. Views are used during the call only.
struct Facts {
  Endpoint remote;
  Transport transport = Transport::udp;
  std::uint16_t local_port = 5060;
  bool is_request = true;
  Method method = Method::other;
  Proof proof = Proof::none;
  bool in_dialog = false;        ///< a To tag, or a response
  bool has_credentials = false;  ///< whatever they are worth: `proof` says whether their nonce is ours
  bool target_known = true;      ///< the extension or number that it asks for exists, as far as strangers are concerned
  bool decoy = false;            ///< it asks for a decoy, or claims to be one
  bool check_sync = false;       ///< an event that makes phones restart
  std::string_view target;       ///< user of the To (REGISTER) or of the Request-URI
  std::string_view account;      ///< claimed in the credentials
  std::string_view user_agent, branch, call_id, from_tag;
  std::string_view from;     ///< the URI of From, "sip:100@192.0.2.1"
  std::string_view contact;  ///< the URI of Contact
};

/// What became of a message.
enum class Observation : std::uint8_t {
  challenged,      ///< we answered a REGISTER or an INVITE with a challenge
  nonce_returned,  ///< one of our nonces came back from where it was sent, and nothing was learned of the password
  auth_failed,     ///< one came back, and the credentials were wrong, for `account`
  authenticated,   ///< one came back, and the credentials were right, for `account`
  registered,      ///< the same, and `account` is reachable at this port for `seconds`
  unregistered,    ///< right credentials too: `account` has left this port
  malformed,
  web_request,
  foreign_origin,  ///< of a browser that is there
};

struct Note {
  Endpoint remote;
  Transport transport = Transport::udp;
  std::uint16_t local_port = 5060;
  Observation what = Observation::challenged;
  std::string_view account;
  bool account_known = true;  ///< for auth_failed: the name exists; else it counts as an unknown extension too
  std::uint32_t seconds = 0;
};

/// What the operator and the enforcement hear of.
struct Event {
  enum class Kind : std::uint8_t {
    banned,     ///< `subnet` until `until_ms`: tell the kernel
    throttled,  ///< an offender that has not proved itself, or one with honest neighbours
    port_blocked,
    watched,           ///< a rule fired that only watches, or the offender is protected
    account_locked,    ///< `account` for this source
    account_attacked,  ///< `account` from many sources
    released,          ///< right credentials came from a throttled source
  };
  Kind kind = Kind::banned;
  Endpoint remote;
  Subnet subnet;
  Transport transport = Transport::udp;
  FixedText<40> rule;
  FixedText<40> account;
  FixedText<159> evidence;
  std::int64_t until_ms = 0;  ///< wall clock
  bool proven = false;
  bool floods = false;  ///< throttled, for more packets than are worth looking at
  std::uint16_t repeats = 0;
};
std::string_view name_of(Event::Kind kind);

/// Everything known about an address, in words and numbers (row H7 and the operator's "why?").
struct Explanation {
  struct Count {
    std::string rule;
    std::uint32_t seen = 0, limit = 0, period_s = 0;
  };
  std::string state;  ///< one sentence: what happens to a packet from there now
  std::optional<AccessEntry> access;
  std::string protection;  ///< what protects it; empty: nothing
  std::string country;
  std::optional<Ban> ban;  ///< in force or remembered
  bool known = false;      ///< the rest is about a source in the table
  std::int64_t last_ms = 0, caught_ms = 0, throttled_until_ms = 0, good_until_ms = 0;
  bool proven = false;
  std::string last_rule, last_about;
  std::vector<Count> counts;
  bool spares_phones = false;  ///< phones with working credentials are there; their ports pass whatever is in force
  std::size_t registered_ports = 0, blocked_ports = 0, locked_accounts = 0;
};

/// Numbers since start.
struct Stats {
  std::array<std::uint64_t, reason_count> verdicts{};
  std::array<std::uint64_t, GuardLimits::counting_rules> fired{};
  std::uint64_t events_lost = 0;
  std::size_t sources = 0, sources_room = 0, ports = 0, pairs = 0, accounts = 0, bans = 0, bans_room = 0;
  std::uint64_t sources_forgotten = 0;
  std::size_t bytes = 0;  ///< of all tables when full
};

class Guard {
 public:
  /// `seed` keys the tables: nobody who does not know it can make two sources collide.
  Guard(Now now, CompiledRef rules, std::uint64_t seed, const Bounds& bounds = {});

  /// Another set of rules, between two packets; compiled with rules() as what was before. What rules that stay have
  /// counted is kept; bans stay. Gives back the old ones: with long lists it is better to let them go elsewhere.
  CompiledRef use(CompiledRef rules);
  const Compiled& rules() const { return *rules_; }

  Verdict arrive(Now now, const Arrival& packet);
  Verdict inspect(Now now, const Facts& facts, const Verdict& arrival);
  void note(Now now, const Note& note);

  bool has_events() const { return !events_.empty(); }
  /// Hands out what happened since the last call; `out` is cleared first. Its memory is reused.
  void take_events(std::vector<Event>& out);

  Explanation explain(Now now, const Address& address) const;
  /// What would happen to this message now, as far as it can be told of one; nothing is counted.
  Verdict preview(Now now, const Facts& facts) const;
  Stats stats() const;

  /// The ban in force of exactly this block; nullptr for none. Good until the next change.
  const Ban* ban_of(Now now, const Subnet& subnet) const { return bans_.at(now, subnet); }
  /// Ends bans, throttling, blocks and locks of this block and forgets its counters. Returns whether it was banned.
  bool release(Now now, const Subnet& subnet);
  /// Bans cover nothing that is protected: those of what has become so end. Returns their blocks.
  std::vector<Subnet> end_bans_of_protected(Now now);
  /// Every ban, ended ones that are still remembered included; for listing and for the disk.
  std::vector<Ban> bans() const { return bans_.list(); }
  /// Puts bans back after a start. What has become protected since is left out. Returns how many are in force.
  std::size_t restore(Now now, const std::vector<Ban>& bans);

  /// Looks at `count` places of the table from `from` on and gives the sources there that were heard of since
  /// `since_ms` (wall clock) and are worth writing down: those that offended or proved themselves, and those that some
  /// slow rule is counting. At most `limit`, the most dangerous. Gives the place to go on from, 0 after the last.
  std::size_t keep(Now now, std::size_t from, std::size_t count, std::int64_t since_ms, std::size_t limit,
                   std::vector<KeptSource>& out) const;
  /// Puts back what keep() gave, as far as its time is not over. Counters whose rule is gone are left out.
  void restore(Now now, const std::vector<KeptSource>& sources);

 private:
  struct Offence {
    Signal signal;
    Endpoint remote;
    Transport transport;
    std::uint16_t local_port;
    bool certain;             ///< the packet itself proves its sender
    std::string_view detail;  ///< foreign text for the evidence
  };

  Tick tick_of(Now now) const;
  std::int64_t wall_of(Now now, Tick tick) const;
  Tick tick_at(Now now, std::int64_t wall_ms) const;
  std::uint64_t port_key(const Endpoint& remote, Transport transport) const;
  std::uint64_t name_hash(std::string_view name) const;
  std::uint64_t pair_key(const Source& source, std::uint64_t account) const;
  Source& source_of(Tick tick, const Address& address);
  Port& port_at(Tick tick, Source& source, const Endpoint& remote, Transport transport);
  Pair& pair_of(Tick tick, const Source& source, std::uint64_t account);
  Verdict count(Verdict verdict);
  Verdict arrival_of(Now now, const Arrival& packet);
  Verdict inspection_of(Now now, const Facts& facts, const Verdict& arrival);
  Verdict account_gate(Tick tick, const Facts& facts, const Source& source, const Port* registered);
  bool stranger_fits(Tick tick);
  /// Whether a UDP packet without proof of its own may be held against its sender.
  bool certain(Tick tick, const Source& source, const Endpoint& remote, Transport transport) const;

  /// Counts a signal; the index of the rule that fires, or -1.
  int bump(Tick tick, Source& source, const Offence& offence, std::uint64_t value, std::uint32_t& seen);
  /// Counts and punishes; whether a rule fired.
  bool offend(Now now, Source& source, const Offence& offence, std::uint64_t value = 0);
  void punish(Now now, Source& source, const Offence& offence, std::uint8_t rule, std::uint32_t seen);
  void ban(Now now, const Offence& offence, const CountingRule& rule, bool proven, Event& event);
  void widen(Now now, const Ban& ban);
  /// Remembers that a /64 is banned; how many of its /48 were within a day.
  std::uint32_t count_network(Tick tick, const Subnet& subnet);
  void throttle(Tick tick, Source& source, bool guessing);
  void failed(Now now, const Note& note, Source& source);
  void emit(const Event& event);

  std::int64_t start_ms_;
  CompiledRef rules_;
  HashKey key_;
  SetTable<Source> sources_;
  SetTable<Port> ports_;
  SetTable<Pair> pairs_;
  SetTable<Account> accounts_;
  SetTable<Network> networks_;
  Bans bans_;
  Tick strangers_tick_ = 0;
  std::uint32_t strangers_left_ = 0;
  std::vector<Event> events_;
  std::size_t events_max_;
  Stats stats_;
};

}  // namespace rf::guard
