// What the call room works with while one input is handled: the time, the policy, and the shared machines of the
// engine.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/base/timers.hpp"
#include "core/effect/effect.hpp"
#include "core/pattern/patterns.hpp"
#include "core/policy/policy.hpp"
#include "core/record/records.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/plan.hpp"
#include "core/txn/transactions.hpp"

namespace rf::call {

using record::Binding;
using record::CallResult;
using record::Cdr;
using record::EndedBy;

/// Whose timer fired, and whose transaction an event is about: the top four bits of an owner.
enum class Owner : std::uint8_t { none, registration, probe, call, connection, attempts, trunk, gateway, parting };

constexpr std::uint64_t mark(Owner owner, std::uint64_t handle) {
  return static_cast<std::uint64_t>(owner) << 60 | handle;
}
constexpr Owner owner_of(std::uint64_t marked) {
  return static_cast<Owner>(marked >> 60);
}
constexpr std::uint64_t handle_of(std::uint64_t marked) {
  return marked & 0x0fffffffffffffffULL;
}

/// Passed down for one input; nothing keeps it.
struct Context {
  Now now;
  const policy::Policy& policy;
  const toll::Plan& plan;
  toll::Desk& desk;
  pattern::Patterns& patterns;
  Random& random;
  txn::Transactions& txns;
  Timers& timers;
  effect::Effects& out;

  std::int64_t after_ms(std::int64_t ms) const { return now.mono_ms + ms; }
  void report(effect::Level level, effect::Reason reason, const Flow& flow, std::string_view subject,
              std::string_view call, std::string_view detail, TenantId tenant = {}) const {
    out.add(effect::Report{level, reason, flow, std::string(subject), std::string(call), std::string(detail), tenant});
  }
};

/// The host and port that a peer on `flow` can reach us at: the listener's advertised endpoint, else the local one.
Endpoint public_endpoint(const policy::Policy& policy, const Flow& flow);

/// Appends `sip:user@host:port;transport=tls` (no transport parameter for UDP, ws for WSS) as our Contact on that flow.
void append_contact_uri(std::string& out, const policy::Policy& policy, const Flow& flow, std::string_view user);

/// Appends `SIP/2.0/UDP host:port;branch=…;rport`.
void append_via(std::string& out, const policy::Policy& policy, const Flow& flow, std::string_view branch);

/// Whether a URI names another tenant than this one. Whoever is of a tenant names its domains, or those of nobody.
bool is_of_another(const policy::Policy& policy, const sip::Uri& uri, TenantId tenant);

/// Whether a URI names us: one of our domains, one of a tenant, the realm, a listener's address, or the address it came
/// to.
bool is_ours(const policy::Policy& policy, const sip::Uri& uri, const Flow& flow);

/// Whose an extension is; none: it is gone.
TenantId tenant_of(const Context& ctx, ExtensionId extension);

/// A fresh branch with the magic cookie: "z9hG4bK" and 20 random characters.
std::string new_branch(Random& random);

/// Methods we take, as an Allow header shows them.
inline constexpr std::string_view allowed_methods =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER";

}  // namespace rf::call
