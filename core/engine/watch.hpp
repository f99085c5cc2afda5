// Between the engine and the guard: what messages are as plain facts, and what the guard's events mean outside.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/auth/digest.hpp"
#include "core/call/context.hpp"
#include "core/guard/guard.hpp"
#include "core/policy/policy.hpp"
#include "core/sip/message.hpp"

namespace rf::engine {

/// Whether a refusal is for good: then a stream is closed. A throttled one stays, its phone may have a password.
inline bool ends_connection(guard::Reason reason) {
  return reason != guard::Reason::throttled && reason != guard::Reason::needs_proof &&
         reason != guard::Reason::strangers_limit;
}

/// Belongs to one engine. Asked by the engine for every message, in this order: arrive, then for what no dialog and no
/// transaction of ours speaks for inspect, then challenged or judged; tell() at the end of every input.
class Watch {
 public:
  Watch(Now now, guard::CompiledRef rules, const guard::Bounds& bounds, std::uint64_t seed);

  /// Before parsing. What is dropped here is over.
  guard::Verdict arrive(call::Context& ctx, const Flow& flow);
  /// After parsing: a request outside our dialogs and transactions, with the credentials that it shows.
  guard::Verdict inspect(call::Context& ctx, const sip::Message& request, const Flow& flow,
                         const auth::Presented& presented, const guard::Verdict& arrival,
                         const auth::Gateways& gateways);
  void malformed(Now now, const Flow& flow);
  /// At a door that is not the engine's.
  void noticed(Now now, const guard::Note& note) { guard_.note(now, note); }
  /// The request was answered with a challenge because it had no credentials.
  void challenged(Now now, const sip::Message& request, const Flow& flow);
  /// Its credentials were looked at.
  void judged(Now now, const policy::Policy& policy, const sip::Message& request, const Flow& flow,
              const auth::Result& result);
  /// A phone of that account is in a running call at that place: it is trusted until the call is to be refreshed.
  void in_call(Now now, const policy::Policy& policy, const policy::Extension& extension, const Flow& flow);

  /// What was on disk at start: bans, sources, and registrations that speak for where they came from.
  void restore(Now now, const policy::Policy& policy, const std::vector<record::Binding>& bindings,
               const std::vector<guard::Ban>& bans, const std::vector<guard::KeptSource>& sources);
  /// Other rules; bans of what they protect end.
  void use(call::Context& ctx, guard::CompiledRef rules);
  /// Turns what happened into effects.
  void tell(call::Context& ctx) {
    if (guard_.has_events()) tell_all(ctx);
  }
  effect::CommandResult answer(call::Context& ctx, const effect::GuardListBans&) const;
  effect::CommandResult answer(call::Context& ctx, const effect::GuardExplain& asked) const;
  effect::CommandResult answer(call::Context& ctx, const effect::GuardRelease& asked);
  effect::CommandResult answer(call::Context& ctx, const effect::GuardGetStats&) const;
  effect::CommandResult answer(call::Context& ctx, const effect::GuardKeep& asked) const;
  effect::CommandResult answer(call::Context& ctx, const effect::GuardTry& asked) const;
  guard::Stats stats() const { return guard_.stats(); }
  Country country_of(const Address& address) const { return guard_.rules().country_of(address); }

 private:
  void tell_all(call::Context& ctx);
  /// Says now and then what the configuration refuses: nobody but the operator could know.
  void explain_refusal(call::Context& ctx, const Flow& flow, const guard::Verdict& verdict);

  guard::Guard guard_;
  std::vector<guard::Event> events_;
  std::int64_t refusal_told_ms_ = INT64_MIN / 2;
  std::uint64_t refusals_untold_ = 0;
};

}  // namespace rf::engine
