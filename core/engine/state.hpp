// What the engine is made of; only this room sees it.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "core/call/calls.hpp"
#include "core/call/connections.hpp"
#include "core/call/pace.hpp"
#include "core/call/partings.hpp"
#include "core/call/registrar.hpp"
#include "core/engine/credits.hpp"
#include "core/engine/engine.hpp"
#include "core/engine/front.hpp"
#include "core/engine/habits.hpp"
#include "core/engine/trunk_door.hpp"
#include "core/engine/watch.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace rf::engine {

using namespace effect;
using auth::Outcome;
using call::Context;
using call::Owner;
using sip::HeaderName;
using sip::Method;

struct Engine::State {
  State(Now now, policy::PolicyRef p, const Seeds& seeds, Defence defence, std::unique_ptr<toll::Desk> d,
        std::unique_ptr<pattern::Patterns> habits);
  void packet(Context& ctx, const Flow& flow, std::span<char> bytes);
  void request(Context& ctx, const Flow& flow);
  bool passes(Context& ctx, const Flow& flow);
  void turn_away(Context& ctx, const Flow& flow, guard::Reason reason) {
    if (flow.connection && ends_connection(reason)) ctx.out.add(CloseConnection{flow.connection});
  }
  void bring(Context& ctx, const Flow& flow, const trunk::Member& member);
  void serve_gateway(Context& ctx, const Flow& flow, TrunkId trunk);
  void in_dialog(Context& ctx, const Flow& flow);
  void cancel(Context& ctx, const Flow& flow);
  void serve(Context& ctx, const Flow& flow, const policy::Extension& extension);
  void response(Context& ctx, const Flow& flow);
  const policy::Extension* authenticate(Context& ctx, const Flow& flow);
  bool too_fast(Context& ctx, const Flow& flow, ExtensionId extension);
  txn::ServerId accept(Context& ctx, const Flow& flow, std::uint64_t owner);
  void adopt_policy();
  void account(Context& ctx);
  void reply(Context& ctx, const Flow& flow, int status, std::string_view more_headers = {}) {
    reply_statelessly(ctx, message, flow, status, tag_seed, answer_bytes_max(packet_bytes, flow.transport),
                      more_headers);
  }
  void advance(Context& ctx);
  void command(Context& ctx, CommandId id, const Command& command);
  Status status() const;

  policy::PolicyRef policy;
  toll::PlanRef plan = *toll::Plan::compile({}, {}, 0);
  Random random;
  auth::Authenticator auth;
  txn::Transactions txns;
  Timers timers;
  std::uint64_t tag_seed;
  call::Registrar registrar;
  std::unique_ptr<toll::Desk> desk;
  call::Trunks trunks;
  call::Calls calls;
  call::Partings partings{trunks, registrar};
  call::Connections connections;
  call::Pace registers, requests;
  TrunkDoor trunk_door{trunks};
  Watch watch;
  std::unique_ptr<pattern::Patterns> patterns;
  // Of the message that is being handled, the latter three after passes():
  guard::Verdict arrival;
  std::array<std::string_view, WireLimits::credentials> credentials;
  auth::Attempt attempt;
  const Flow* came_by = nullptr;
  auth::Presented presented;
  TrunkId gateway;                              ///< who authenticate() found when it was no extension
  DeviceId device;                              ///< whose password authenticate() saw; none: the extension's own
  std::optional<policy::PhoneRefusal> refusal;  ///< of the extension's own rules; after authenticate()
  bool locked = false;                          ///< whatever its password is, it is refused as a wrong one
  sip::Message message;                         ///< reused: a parsed message is valid for one input only
  std::size_t packet_bytes = 0;                 ///< that it came in
  std::vector<Timers::Fired> fired;
  std::vector<txn::Event> events;
  std::vector<toll::Notice> notices;
  Credits credits;
  Status counters;
  bool stopping = false, stopped = false;
};

}  // namespace rf::engine
