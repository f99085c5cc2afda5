// What the guard is told to do: plain values with their defaults (rows H1 to H8, H10). compile.hpp makes them fast.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/guard.hpp"
#include "core/guard/countries.hpp"

namespace rf::guard {

/// One entry of the access list (H1). `allow` passes everything of the guard; `block` is dropped at once.
struct AccessEntry {
  Subnet subnet;
  bool allow = false;
  bool forced = false;  ///< may cover what is protected
  std::string description;
  std::int64_t until_ms = 0;  ///< wall clock; 0: for good
};

using Mac = std::array<std::uint8_t, 6>;

enum class Defence : std::uint8_t { accept, drop, reject };

/// Which packets a rule is about.
enum class Protocol : std::uint8_t { any, udp, tcp, tls };
bool matches(Protocol protocol, Transport transport);

/// One static defence rule (H2); the first that fits decides. `accept` ends the static rules and passes the country
/// rules; detection goes on.
struct DefenceRule {
  enum class Object : std::uint8_t { any, subnet, domain, mac, country };
  Object object = Object::any;
  Subnet subnet;
  std::string domain;  ///< its addresses come from outside, resolved anew when their time is over
  Mac mac{};           ///< of neighbours on the LAN, whose addresses come from outside as well
  Country country;
  Defence action = Defence::accept;
  Protocol protocol = Protocol::any;
  std::uint16_t first_port = 0;  ///< local ports
  std::uint16_t last_port = 65'535;
  bool forced = false;
  std::string description;

  /// What has to be looked up to know its addresses: its domain or hardware address; empty for other objects.
  std::string name() const;
};

/// Which countries may talk to us (H10). Private addresses are nobody's country and pass.
struct CountryRules {
  enum class Mode : std::uint8_t { off, allow_listed, deny_listed };
  Mode mode = Mode::off;
  CountrySet listed;
  bool unknown_allowed = false;  ///< addresses that the table does not know, when only listed ones are allowed
  bool forced = false;
};

/// What the guard can notice of a source.
enum class Signal : std::uint8_t {
  packet,          ///< anything that arrived
  challenge,       ///< we challenged it for a REGISTER or an INVITE and it has not answered yet
  auth_failed,     ///< a nonce of ours came back with wrong credentials; the value is the account
  unknown_target,  ///< asked, without credentials, for an extension that does not exist; the value is the extension
  stranger_call,   ///< called a number without credentials; the value is the number
  options,         ///< OPTIONS from a stranger
  malformed,       ///< bytes that are no SIP message
  odd_method,      ///< a method that nobody implements
  unsolicited,     ///< NOTIFY or REFER outside a dialog, or check-sync (H15)
  tool,            ///< the handwriting of a known tool
  agent,           ///< the name of a known tool
  decoy,           ///< an extension that nobody real uses
  web_request,     ///< asked for a page or of its API, other than what browsers ask for by themselves
  foreign_origin,  ///< a page that is not ours wanted to speak from a browser there
};
inline constexpr std::size_t signal_count = 14;
std::string_view name_of(Signal signal);
std::optional<Signal> parse_signal(std::string_view text);

/// What happens to a source that a rule caught. `ban` bans the proven only; others are throttled (H7).
enum class Response : std::uint8_t { watch, throttle, ban };

/// One rule that counts: N of something in T seconds from one source (H3 to H6, H8, H13). The built-in ones are texts
/// in core/guard/rules.
struct CountingRule {
  std::string name;
  std::string about;          ///< one sentence for the operator
  std::uint32_t signals = 0;  ///< bit 1 << Signal
  bool distinct = false;      ///< counts different values, at most 24
  Protocol protocol = Protocol::any;
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 65'535;
  std::uint32_t threshold = 1;
  std::uint32_t period_s = 60;
  Response response = Response::ban;
  std::uint32_t duration_s = 3'600;
  bool enabled = true;
};

/// A User-Agent that no phone has (H8). Letters in either case.
struct AgentPattern {
  std::string text;
  bool anywhere = false;  ///< else at the beginning
};

/// The handwriting of a tool: all of its patterns fit. In a pattern, <digits> and <hex> stand for one or more of these
/// characters, <any> for the rest.
struct Fingerprint {
  std::string name;
  std::string branch, call_id, from_tag, from, contact;  ///< empty: not looked at
  bool enabled = true;
};

/// Bounds of the guard's memory.
using Bounds = GuardLimits;

/// The whole configuration of the guard.
struct Rules {
  std::vector<AccessEntry> access;
  std::vector<DefenceRule> defence;
  CountryRules countries;
  std::vector<CountingRule> counting;
  std::vector<AgentPattern> agents;
  std::vector<Fingerprint> fingerprints;
  std::vector<std::string> decoys;  ///< extensions that nobody has (H13)

  bool enabled = true;  ///< off: everything passes and nothing is counted
  bool strict = false;  ///< bans unproven sources too: forged packets can then get anybody banned (H7)
  std::vector<std::uint32_t> escalation_s{3'600, 14'400, 86'400, 604'800};  ///< first ban, second, …
  std::uint32_t remember_bans_s = 30 * 86'400;  ///< how long an ended ban makes the next one longer
  std::uint32_t throttle_s = 300;               ///< for an unproven offender; begins anew while it goes on
  std::uint32_t trickle_interval_ms = 2'000;    ///< of a throttled source, one packet in this time passes …
  std::uint32_t trickle_burst = 3;              ///< … and so many at first
  std::uint32_t proof_s = 600;                  ///< how long a returned nonce speaks for that port
  std::uint32_t credentials_s = 600;            ///< how long right credentials speak for a source that did not register
  std::uint32_t phone_per_s = 500;  ///< packets of a registered port; more of them must carry proof (forged floods)
  std::uint32_t flood_per_s = 1'000;  ///< a rule on so many packets of one source has it slowed down in the kernel
  std::uint32_t strangers_per_s = 20'000;  ///< packets of all unknown sources together; 0: no limit (H14)

  std::uint32_t account_failures = 10;  ///< from one source for one account …
  std::uint32_t account_period_s = 600;
  std::uint32_t account_lock_s = 900;  ///< … lock that account for that source (H5)
  std::uint32_t attack_sources = 5;    ///< so many sources …
  std::uint32_t attack_failures = 20;  ///< … with so many failures for one account: it is being guessed
  std::uint32_t attack_period_s = 600;
  std::uint32_t attack_slow_s = 900;    ///< and is slow for unknown sources for so long
  std::uint32_t blocked_ports = 8;      ///< of one address with working phones, before its other ports are throttled
  std::uint32_t wide_ban_networks = 8;  ///< banned IPv6 /64 of one /48 in a day, before the /48 is banned; 0: never

  bool notify_allowed = false;  ///< NOTIFY outside a subscription (H15)
  bool refer_allowed = false;   ///< REFER outside a dialog (H15)

  /// The rules that ship: H1 to H8 with their numbers, accepts for private and link-local networks, known scanners.
  static Rules defaults();
};

/// What must never be locked out, with what it is: "trunk Example", "own address", "DNS server", "you".
struct Protected {
  Subnet subnet;
  std::string what;
  bool silent = false;  ///< it sends us no SIP: country rules take nothing from it
};

}  // namespace rf::guard
