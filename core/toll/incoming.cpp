#include "core/toll/incoming.hpp"

#include "core/toll/parties.hpp"
#include "core/toll/trail.hpp"

namespace rf::toll {

Incoming read_incoming(const Plan& plan, Now now, const Brought& call, std::vector<PassedOver>* passed_over) {
  Incoming out;
  out.caller = trunk::believe(call.trunk.believe, call.claims);
  out.called = trunk::read_number(call.called, call.trunk.believe.format).value_or(std::string(call.called));
  out.arrival = decide_arrival(plan, now,
                               {call.trunk.line.tenant, call.trunk.line.name, out.called, out.caller.number,
                                out.caller.standing == trunk::Standing::anonymous},
                               passed_over);
  return out;
}

Admission admit(Desk& desk, Now now, const Plan& plan, const TrunkTerms& trunk, Incoming& call) {
  Admission out;
  Arrival& arrival = call.arrival;
  const bool leads = arrival.route != Plan::none && !arrival.rejected;
  leads ? add_passed(out.trail, Check::route, arrival.why) : add_refused(out.trail, Check::route, arrival.why);
  desk.pace_caller(now, plan, call.caller.number, arrival);
  if (leads && arrival.rejected) add_refused(out.trail, Check::pace, arrival.why);
  out.dialled = arrival.extension;
  if (const RingGroupTerms* group = plan.ring_group_named(trunk.line.tenant, arrival.ring_group))
    out.dialled = group->number;
  if (arrival.rejected || (out.dialled.empty() && arrival.announcement.empty())) {
    out.answer = arrival.rejected ? Admission::Answer::rejected : Admission::Answer::nobody;
    out.why = arrival.why;
    return out;
  }
  if (const auto paced = desk.arrive(now, parties_of(plan, trunk.line.tenant, {}, trunk.line.id)); !paced) {
    out.answer = Admission::Answer::too_fast;
    out.why = text_of(paced.error());
    add_refused(out.trail, Check::pace, out.why);
    return out;
  }
  add_passed(out.trail, Check::pace);
  out.answer = Admission::Answer::taken;
  return out;
}

}  // namespace rf::toll
