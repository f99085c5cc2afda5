// May this call leave, by which trunks, at which price: a verdict with every rule that was passed on the way.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/number/dial.hpp"
#include "core/toll/plan.hpp"

namespace rf::toll {

/// The rules, in the order in which they are asked.
enum class Check : std::uint8_t {
  meaning,  ///< what was dialled means one number
  reach,    ///< how far the caller may call
  country,  ///< the countries it may call
  kind,     ///< premium and the like
  listed,   ///< number lists
  hours,    ///< when it may call
  route,    ///< some route takes the number from this caller now
  pin,      ///< whether that route asks for a PIN
  trunk,    ///< one of its trunks is there
  price,    ///< with a known price
  pace,     ///< calls in a time
  lines,    ///< calls at once
  money,    ///< what is left
};
inline constexpr std::size_t check_count = 13;
std::string_view name_of(Check check);

/// One rule that was asked.
struct Step {
  Check check = Check::meaning;
  bool passed = true;
  std::string text;  ///< one line for people
};

/// One trunk that may take the call.
struct Way {
  TrunkId trunk;
  std::string called;  ///< as this trunk writes it
  money::Rate rate;    ///< none of a currency: free of charge
  bool priced = false;
};

/// Who asks for what.
struct Question {
  TenantId tenant;
  ExtensionId extension;  ///< whose rights count, and who pays
  std::string_view dialled;
  /// What for. Forwarding leads no further than ForwardTerms::reach, to no emergency number and through no route that
  /// asks for a PIN, which nobody is there to enter.
  enum class For : std::uint8_t { call, forward, transfer } purpose = For::call;
};

struct Decision {
  enum class Action : std::uint8_t {
    refuse,
    leave,      ///< by `ways`, in order
    emergency,  ///< the same; nothing may stop it (row O12)
    inside,     ///< an extension is meant
  };
  Action action = Action::refuse;
  Check failed = Check::meaning;  ///< of a refusal: the rule
  std::string why;                ///< and why, one line for the operator
  number::E164 number;
  Country country;
  number::Class kind = number::Class::unknown;
  Plan::Place route = Plan::none;
  std::vector<Way> ways;
  bool emergency_test = false;  ///< leaves as emergency calls do, but takes nobody's line
  std::uint16_t passed = 0;     ///< rules that were asked and passed, see has_passed()
  number::Listing listing = number::Listing::allowed;  ///< of Check::listed: what `list` says of the number
  std::string_view list;                               ///< its name, as the plan has it
  std::string_view pins;        ///< the list of PINs that the route asks for, as the plan has it; empty: none

  bool has_passed(Check check) const { return (passed >> static_cast<unsigned>(check) & 1u) != 0; }
};

/// "0.0125 EUR a minute and 0.05 a call".
std::string price_of(const money::Rate& rate);

/// Decides without changing anything; pace, lines and money are asked by Desk. With `trace`, every rule writes a step.
/// Emergency numbers are recognised first, and no rule but the presence of a trunk is asked for them: fail open.
/// Everything else fails closed: no route, no price where one is needed, no meaning: no call.
Decision decide(const Plan& plan, Now now, const Question& question, std::vector<Step>* trace = nullptr);

/// Whether that text, dialled by a person of the tenant, calls for help in earnest. Its number for tests does not.
bool is_emergency(const Plan& plan, TenantId tenant, std::string_view dialled);

/// Puts ways that the route holds for equal into an order of chance: of one priority (and, where the cheapest come
/// first, of one price), each by the weight of its trunk. As decided where the order is the one that is written.
void share_ways(const Plan& plan, Decision& decision, Random& random);

/// A call that a trunk brings.
struct Arriving {
  TenantId tenant;
  std::string_view trunk;   ///< its name
  std::string_view called;  ///< E.164 with + where it could be read, else as written
  std::string_view caller;  ///< the same; empty: none is known
  bool anonymous = false;
};

/// Where a call goes: to one of the three, or nowhere.
struct Arrival {
  std::string extension;     ///< a number; empty: none
  std::string ring_group;    ///< a name; empty: none
  std::string announcement;  ///< a prompt; empty: none
  bool rejected = false;     ///< by a route that says so
  std::string why;
  Plan::Place route = Plan::none;
};

/// An inbound route that left a call to the next one.
struct PassedOver {
  Plan::Place route = Plan::none;
  std::string why;  ///< one line for people
};

/// The first inbound route whose conditions hold says who is called. None: nobody; whoever calls hears that there is no
/// such number (row T6). `passed_over` gets those of the tenant that stand before it, in their order.
Arrival decide_arrival(const Plan& plan, Now now, const Arriving& call, std::vector<PassedOver>* passed_over = nullptr);

}  // namespace rf::toll
