// Plays traces against a guard: what an engine would ask and tell, without an engine.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/guard/guard.hpp"

namespace rf::guard {

Address address(std::string_view text);
Subnet subnet(std::string_view text);
Endpoint endpoint(std::string_view text);
/// The shipped rules in a world that has these protected addresses.
CompiledRef compiled(Rules rules = Rules::defaults(), std::vector<Protected> keep = {});
/// The rules without any that count: tests add the one they are about.
Rules quiet();
const CountingRule& rule_named(const Rules& rules, std::string_view name);

/// A guard with a clock that the test moves, and shorthand for what phones and attackers do.
struct World {
  explicit World(CompiledRef rules = compiled(), Bounds bounds = small());
  static Bounds small();

  /// The verdict on a whole message: arrive(), then inspect() when that passes.
  Verdict send(std::string_view from, Facts facts = {}, Transport transport = Transport::udp);
  Verdict send(const Endpoint& from, Facts facts = {}, Transport transport = Transport::udp);
  void tell(std::string_view from, Observation what, std::string_view account = {}, std::uint32_t seconds = 3'600,
            Transport transport = Transport::udp);
  /// REGISTER, 401, REGISTER with the right password, 200. Whether both got through.
  bool phone_registers(std::string_view from, std::string_view account, Transport transport = Transport::udp);
  /// Its second half alone: the answer to a challenge.
  bool answers_and_registers(std::string_view from, std::string_view account, Transport transport = Transport::udp);
  /// A REGISTER with a nonce of ours and a wrong password. Whether the password was looked at.
  bool guesses(std::string_view from, std::string_view account, bool account_known = true,
               Transport transport = Transport::udp);
  bool banned(std::string_view from) const;
  bool throttled(std::string_view from) const;
  void wait_ms(std::int64_t ms) {
    now.mono_ms += ms;
    now.wall_ms += ms;
  }
  /// Takes the events since the last call.
  std::vector<Event>& events();
  std::size_t count(Event::Kind kind);

  Now now{1'000'000, 1'800'000'000'000};
  Guard guard;
  std::vector<Event> list;
};

/// Runs the text of a trace; returns what went otherwise than expected, one line each.
///
///     60 every 100ms udp 198.51.100.7:5071 register target=1{n} unknown
///     1 every 0s udp 192.0.2.10:5060 wrong account=1001
///     wait 10 min
///     expect throttled 198.51.100.7 by extension-enumeration
///     expect free 192.0.2.10
///
/// Acts: register, invite, options, notify, refer, unknown-method, garbage, wrong (password), right (the answer to a
/// challenge alone), enters (challenge and right answer). Words: target=, account=, agent=, branch=,
/// call-id=, from-tag=, from=, contact=, unknown (the target), decoy, check-sync, proof (a nonce comes with it), junk
/// (credentials that are none), answers= (the challenge, for that account). {n} is the number of the repetition, from
/// 0. A message that the guard passes is challenged, as the engine would do. Expectations: free, throttled, banned,
/// blocked (the port), locked (account=), attacked; and heard: no act was refused since the beginning or the last line
/// "anew".
std::vector<std::string> play(World& world, std::string_view trace);

}  // namespace rf::guard
