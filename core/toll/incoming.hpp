// A call that a trunk brings, from what stands in its request to whom it is for. Whoever makes such a call and whoever
// only asks about one are answered here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/plan.hpp"
#include "core/trunk/identity.hpp"

namespace rf::toll {

/// How the trunk writes it; views outlive the question only.
struct Brought {
  const TrunkTerms& trunk;
  std::string_view called;  ///< unescaped
  trunk::InboundClaims claims;
};

/// How we read it.
struct Incoming {
  trunk::CallerId caller;
  std::string called;  ///< E.164 with + where it could be read, else as written
  Arrival arrival;

  /// The caller as phones and records show it.
  std::string_view shown() const { return caller.number.empty() ? "anonymous" : std::string_view(caller.number); }
};

/// Changes nothing; `passed_over` as decide_arrival() fills it.
Incoming read_incoming(const Plan& plan, Now now, const Brought& call, std::vector<PassedOver>* passed_over = nullptr);

/// Whether it may come in.
struct Admission {
  enum class Answer : std::uint8_t {
    taken,     ///< by `dialled` or the announcement of the arrival
    rejected,  ///< by its inbound route
    nobody,    ///< has the number
    too_fast,  ///< for its trunk
  } answer = Answer::nobody;
  std::string dialled;  ///< the number inside; empty: none
  std::string why;      ///< of every answer but taken, one line for the operator
  std::string trail;    ///< the rules that it met, see toll/trail.hpp
};

/// Asks the pace of its caller and of its trunk, and counts the call in both when it is taken.
Admission admit(Desk& desk, Now now, const Plan& plan, const TrunkTerms& trunk, Incoming& call);

}  // namespace rf::toll
