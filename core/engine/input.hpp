// Everything that can happen to the engine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/effect/command.hpp"
#include "core/guard/compile.hpp"
#include "core/guard/guard.hpp"
#include "core/media/elsewhere.hpp"
#include "core/media/plan.hpp"
#include "core/policy/policy.hpp"
#include "core/record/records.hpp"
#include "core/toll/pins.hpp"
#include "core/toll/plan.hpp"
#include "core/txn/dns.hpp"

namespace rf::engine {

/// A datagram, or one message that the stream framer cut. The bytes are the shell's; the engine may write to them
/// (unfolding) and keeps nothing of them.
struct PacketIn {
  Flow flow;
  std::span<char> bytes;
};

/// The peer of a TLS connection holds the key to a certificate that was verified, for these names (lower case, at most
/// TrunkLimits::certificates). Told once, before its first message.
struct PeerProved {
  ConnectionId connection;
  std::vector<std::string> names;
};

/// A stream connection is gone.
struct ConnectionClosed {
  ConnectionId connection;
};

/// What was sent to that flow could not be delivered: no connection could be made, or it broke, or its queue was full.
struct SendFailed {
  Flow flow;
};

/// An answer to DnsAsk.
struct DnsAnswer {
  QueryId query;
  txn::DnsResult result;
};

/// The store wrote what carried this ticket (or could not: `ok` false).
struct Stored {
  std::uint64_t ticket = 0;
  bool ok = true;
};

/// What was on disk at start: phones and gateways are reachable without registering again. After PlanChanged, which
/// says what trunks there are.
struct Restored {
  std::vector<record::Binding> bindings;
  std::vector<guard::Ban> bans;
  std::vector<guard::KeptSource> sources = {};
  toll::PinTries pin_tries = toll::PinTries();
  std::vector<record::GatewayBinding> gateways = {};
  std::vector<record::OpenDialog> dialogs = {};  ///< of calls that ran when the former process died
};

/// A relay has stopped, or was asked for numbers.
struct RelayReported {
  media::RelayReport report;
  bool stopped = false;
};

/// No RTP from either side for the plan's limit; told again after each further limit.
struct RelaySilent {
  RelayId relay;
  CallId call;
  std::int64_t silent_ms = 0;  ///< for so long by now
};

/// The ports could not be bound.
struct RelayFailed {
  RelayId relay;
  CallId call;
};

/// A leg that a relay speaks to, or whose partner takes keys by INFO, dialled a digit: 0 to 9, *, #, A to D. Once for
/// each press.
struct DigitHeard {
  RelayId relay;
  CallId call;
  char digit = 0;
  std::uint8_t leg = 0;
};

/// All clips of this order were played, or stopped by a digit; never told of one that repeats.
struct VoiceDone {
  RelayId relay;
  CallId call;
  std::uint32_t order = 0;
};

/// The keys of a leg that agrees on them by DTLS are there.
struct MediaSecured {
  RelayId relay;
  CallId call;
  std::uint8_t leg = 0;
  srtp::Suite suite;
};

/// A leg could not prove to be whom signalling named. Nothing is passed on to it or from it.
struct MediaDistrusted {
  RelayId relay;
  CallId call;
  std::uint8_t leg = 0;
  media::MediaFault fault;
};

/// A media server has a stream ready for a call that is still to come.
struct RelayStocked {
  media::Elsewhere relay;
};

/// It had: no call may take it any more. Of one that a call has taken this says nothing.
struct RelayStale {
  RelayId relay;
};

/// A media server does not relay a call's stream any more, or nobody knows.
struct RelayLost {
  RelayId relay;
  CallId call;
  std::string why;
};

/// Somebody did to another door of ours what the guard counts: the pages, or the handshake of a WebSocket.
struct Noticed {
  Endpoint remote;
  Transport transport = Transport::wss;
  std::uint16_t local_port = 0;
  guard::Observation what = guard::Observation::malformed;
  std::string account = {};  ///< of auth_failed
};

struct PolicyChanged {
  policy::PolicyRef policy;
  ExtensionId only = {};  ///< the one extension that is another, or there no longer; none: anything may be another
};

/// Other rules for the guard, compiled with those before in mind. What it knows of sources stays.
struct GuardChanged {
  guard::CompiledRef rules;
};

/// Other rules for calls that leave and arrive: trunks, routes, limits.
struct PlanChanged {
  toll::PlanRef plan;
};

struct CommandIn {
  CommandId id;
  effect::Command command;
};

/// Begin a clean stop: no new calls, running ones are ended with BYE; Stopped follows.
struct StopAsked {};

/// next_deadline() has come.
struct Tick {};

using Input =
    std::variant<Tick, PacketIn, PeerProved, ConnectionClosed, SendFailed, DnsAnswer, Stored, Restored, RelayReported,
                 RelaySilent, RelayFailed, RelayStocked, RelayStale, RelayLost, DigitHeard,
                 VoiceDone, MediaSecured, MediaDistrusted, Noticed,
                 PolicyChanged, GuardChanged, PlanChanged, CommandIn, StopAsked>;

}  // namespace rf::engine
