// A guard with its engine played by hand: what phones and attackers do, one by one or as the text of a trace.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/guard/guard.hpp"

namespace rf::sim {

Address address(std::string_view text);
Subnet subnet(std::string_view text);
Endpoint endpoint(std::string_view text);
/// The shipped rules on a host that has these protected addresses.
guard::CompiledRef compiled(guard::Rules rules = guard::Rules::defaults(), std::vector<guard::Protected> keep = {});
/// The rules without any that count: tests add the one they are about.
guard::Rules quiet();
const guard::CountingRule& rule_named(const guard::Rules& rules, std::string_view name);

/// A guard with a clock that the test moves, and shorthand for what phones and attackers do.
struct Gate {
  explicit Gate(guard::CompiledRef rules = compiled(), guard::Bounds bounds = small());
  static guard::Bounds small();

  /// The verdict on a whole message: arrive(), then inspect() when that passes.
  guard::Verdict send(std::string_view from, guard::Facts facts = {}, Transport transport = Transport::udp);
  guard::Verdict send(const Endpoint& from, guard::Facts facts = {}, Transport transport = Transport::udp);
  void tell(std::string_view from, guard::Observation what, std::string_view account = {},
            std::uint32_t seconds = 3'600, Transport transport = Transport::udp);
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
  std::vector<guard::Event>& events();
  std::size_t count(guard::Event::Kind kind);

  Now now{1'000'000, 1'800'000'000'000};
  guard::Guard guard;
  std::vector<guard::Event> list;
  std::uint64_t acts = 0;  ///< of traces
  std::function<void()> after_act;
};

/// Runs the text of a trace; returns what went otherwise than expected, one line each.
///
///     60 every 100ms udp 198.51.100.7:5071 register target=1{n} unknown
///     1 every 0s udp 192.0.2.10:5060 wrong account=1001
///     wait 10 min
///     expect throttled 198.51.100.7 by extension-enumeration
///     expect free 192.0.2.10
///
/// Acts: register, invite, options, notify, refer, unknown-method, garbage, page, foreign-origin, wrong (password),
/// right (the answer to a challenge alone), enters (challenge and right answer). Words: target=, account=, agent=,
/// branch=, call-id=, from-tag=, from=, contact=, unknown (the target), decoy, check-sync, proof (a nonce comes with
/// it), junk (credentials that are none), answers= (the challenge, for that account). {n} is the number of the
/// repetition, from 0. A message that the guard passes is challenged, as the engine would do. Expectations: free,
/// throttled, banned, blocked (the port), locked (account=), attacked; and heard: no act was refused since the
/// beginning or the last line "anew".
std::vector<std::string> play(Gate& gate, std::string_view trace);

/// What a rule of its own folder is worth, measured on the traces that are beside it.
struct Worth {
  std::int64_t caught_ms = -1;   ///< from the attack's first message until the rule fired; -1: never
  std::uint64_t messages = 0;    ///< of the attack until then
  std::uint64_t honest = 0;      ///< messages of the honest trace
  std::uint64_t false_bans = 0;  ///< that all rules together made of those
};
Worth measure(std::string_view rule, std::string_view attack, std::string_view honest);

}  // namespace rf::sim
