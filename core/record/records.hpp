// What calls and registrations leave on disk: plain rows, the same in the engine, the store and the simulation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/media/plan.hpp"

namespace rf::record {

/// One registered contact of one extension. Keyed by (extension, contact_key).
struct Binding {
  ExtensionId extension;
  std::string contact_key;        ///< what makes two contacts the same: the instance id, or the contact URI
  std::string contact;            ///< Contact URI as the phone gave it
  std::vector<std::string> path;  ///< Path URIs, topmost first (RFC 3327)
  Flow flow;                      ///< where it registered from: requests to it go back there
  std::string call_id;
  std::uint32_t cseq = 0;
  std::string user_agent;
  std::int64_t registered_wall_ms = 0;
  std::int64_t expires_wall_ms = 0;
  DeviceId device = {};  ///< whose password it came with; none: the extension's own
};

/// Where a gateway registered from: of each trunk that accepts registrations one at most.
struct GatewayBinding {
  TrunkId trunk;
  std::string user;     ///< whose password it showed
  std::string contact;  ///< URI as it wrote it
  Flow flow;
  std::string call_id;
  std::uint32_t cseq = 0;
  std::int64_t expires_wall_ms = 0;
};

/// One dialog of a call by a trunk: what it takes to end it when the process has died. Texts are those of
/// dialog::Dialog. Keyed by (call, side).
struct OpenDialog {
  std::string call;       ///< Cdr::id
  std::uint8_t side = 0;  ///< 0 the caller's, 1 the callee's
  TrunkId trunk;          ///< whose it is; none: the extension's
  ExtensionId extension;
  std::string call_id, local_tag, remote_tag, local_party, remote_party, remote_target, routes;
  std::uint32_t local_cseq = 0;
  Flow flow;
  std::int64_t began_wall_ms = 0;
};

enum class CallResult : std::uint8_t {
  open,      ///< being set up, or running
  answered,  ///< ended after a conversation
  cancelled,
  busy,
  rejected,
  no_answer,
  unreachable,
  unknown_number,
  refused,
  failed,
  interrupted,  ///< the system stopped or crashed while it ran
};
inline constexpr std::size_t call_results = 11;
std::string_view text_of(CallResult result);

enum class EndedBy : std::uint8_t { nobody, caller, callee, system, operator_ };
std::string_view text_of(EndedBy who);

/// One call detail record (L2). Opened before the answer goes out, closed at the end; a call that was answered has
/// exactly one. Attempts that became no conversation share one when there are too many (call::Attempts): it tells of
/// the first.
struct Cdr {
  std::string id;  ///< unguessable, 20 characters; the call's name in logs and on the command line
  TenantId tenant;
  ExtensionId caller;
  std::string caller_number;
  std::string dialled;
  ExtensionId callee;  ///< none when the number is unknown
  Transport caller_transport = Transport::udp;
  Transport callee_transport = Transport::udp;
  Address caller_address;
  std::int64_t started_wall_ms = 0;
  std::int64_t answered_wall_ms = 0;  ///< 0: never
  std::int64_t ended_wall_ms = 0;     ///< 0: open
  CallResult result = CallResult::open;
  EndedBy ended_by = EndedBy::nobody;
  std::uint16_t sip_status = 0;  ///< the final status sent to the caller
  std::string reason;            ///< one line for the operator
  std::array<media::LegStatistics, 2> media;
  std::uint32_t attempts = 1;  ///< how many it stands for
  // Of calls by trunks; texts are names as they were then
  std::string route;      ///< by which it left or came in
  std::string trunk_in;   ///< the trunk by which it came in
  std::string trunk_out;  ///< the one by which it left, the last that was tried
  std::string called;     ///< what was dialled, in E.164 with +
  std::string price;      ///< "0.0125/60+0.05 60/60": of how many seconds, the fee, the increments; empty: none
  std::string currency;   ///< of price, reserved and cost; empty: it cost nothing
  std::int64_t reserved_micro = 0;  ///< at its end
  std::int64_t cost_micro = 0;
  ExtensionId payer;       ///< whose limits it was held against: who dialled, or who set up the forwarding
  std::string cut_reason;  ///< why we ended it: a toll::DurationReason, "emergency"; of one that asked: toll::AskedPin
  std::string account;     ///< the name of the PIN that was entered
  std::string via;         ///< "forwarded by 1001", "transferred by 1001 from <id>", "ring group sales"; empty: neither
  std::string engine = "relay";  ///< who relayed it: "rtpengine 192.0.2.9:2223"; "relay: why" where others could not
  std::string decision;  ///< the rules that it was held against, see toll/trail.hpp; empty: none, as inside
  std::uint64_t money_key = 0;  ///< its name in the ledger; 0: no money was reserved
};

}  // namespace rf::record
