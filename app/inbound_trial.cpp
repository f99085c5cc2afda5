#include "app/inbound_trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/toll/incoming.hpp"
#include "core/toll/inside.hpp"
#include "core/toll/parties.hpp"
#include "core/toll/trail.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

/// One call on its way in.
class Trial {
 public:
  Trial(Records& records, const toll::Plan& plan, const toll::TrunkTerms& trunk, std::int64_t at_ms)
      : records_(records), plan_(plan), trunk_(trunk), now_{0, at_ms}, desk_(fresh_desk(plan)) {}

  Outcome run(const command::TestInbound& question) {
    std::vector<toll::PassedOver> passed_over;
    trunk::InboundClaims claims;
    if (question.from.empty())
      claims.from = {"anonymous", "anonymous.invalid", {}};
    else
      claims.from = {question.from, {}, {}};
    toll::Incoming call = toll::read_incoming(plan_, now_, {trunk_, question.to, claims}, &passed_over);
    if (!trunk_.line.enabled)
      refuse(name_of(toll::Check::trunk), fmt::format("the trunk {} is switched off", trunk_.line.name));
    else
      come_in(call);
    Json out = target_of(call.arrival);
    out.update({{"trunk", trunk_.line.name},
                {"to", question.to},
                {"from", question.from},
                {"at", timestamp(now_.wall_ms)},
                {"action", action_},
                {"why", why_},
                {"called", call.called},
                {"caller", call.shown()},
                {"ways", std::move(ways_)},
                {"steps", std::move(steps_)}});
    const std::size_t told = std::min(passed_over.size(), TryLimits::findings);
    Json routes = Json::array();
    // The last ones are those that stand right before the route that took it.
    for (std::size_t i = passed_over.size() - told; i < passed_over.size(); ++i)
      routes.push_back(
          {{"route", plan_.terms().inbound[passed_over[i].route].name}, {"why", std::move(passed_over[i].why)}});
    out["passed_over"] = std::move(routes);
    out["further"] = passed_over.size() - told;
    return out;
  }

 private:
  struct Known {
    ExtensionId id;  ///< none: there is none that is switched on
  };
  /// What a call finds at an extension or a group; every phone is taken for registered and free.
  struct Quiet {
    const Trial& trial;
    bool busy() const { return false; }
    bool offline() const { return false; }
    bool any_of(const toll::RingGroupTerms& group) const {
      return std::any_of(group.members.begin(), group.members.end(),
                         [&](const std::string& number) { return bool(trial.known(number).id); });
    }
  };

  static toll::Desk fresh_desk(const toll::Plan& plan) {
    // What nobody reads: one call is asked for.
    return {{.money = {}, .toll = {.pace_records = 64, .pace_destinations = 64, .line_calls = 8}},
            money::Ledger(plan.terms().currency, {.accounts = 1, .reservations = 1}, HashKey(1))};
  }

  Known known(std::string_view number) const {
    const auto found = records_.store.find_extension(trunk_.line.tenant, number);
    return {found && found->settings.enabled ? found->id : ExtensionId{}};
  }

  void passed(std::string_view rule, std::string_view text) {
    steps_.push_back({{"rule", rule}, {"passed", true}, {"text", text}});
  }
  void refuse(std::string_view rule, std::string_view why) {
    steps_.push_back({{"rule", rule}, {"passed", false}, {"text", why}});
    action_ = "refuse";
    why_ = why;
  }

  void come_in(toll::Incoming& call) {
    const toll::Admission admission = toll::admit(desk_, now_, plan_, trunk_, call);
    for (const toll::TrailStep& step : toll::steps_of(admission.trail))
      steps_.push_back({{"rule", step.rule}, {"passed", step.passed}, {"text", step.text}});
    why_ = admission.answer == toll::Admission::Answer::taken ? call.arrival.why : admission.why;
    if (admission.answer != toll::Admission::Answer::taken) return;
    action_ = "announcement";
    if (call.arrival.announcement.empty() && !lead(admission.dialled)) return;
    const toll::Parties parties = toll::parties_of(plan_, trunk_.line.tenant, {}, trunk_.line.id);
    if (const auto entered = desk_.enter(parties, CallId{1}); !entered)
      return refuse(name_of(toll::Check::lines), toll::text_of(entered.error()));
    passed(name_of(toll::Check::lines), {});
  }

  /// From number to number inside, as forwarding and ring groups lead. False: it was refused on the way.
  bool lead(std::string number) {
    using To = toll::Inside::To;
    std::vector<ExtensionId> senders;
    ExtensionId payer;
    for (;;) {
      const ExtensionId extension = known(number).id;
      const toll::Inside led = toll::lead_inside(plan_, trunk_.line.tenant, number, extension, Quiet{*this});
      switch (led.to) {
        case To::phones:
        case To::busy:
        case To::offline:
        case To::members:
          ways_.push_back(number);
          action_ = "ring";
          return true;
        case To::nobody:
          refuse(name_of(toll::Check::meaning), toll::why_nobody(*led.group));
          return false;
        case To::outside:
          return leave(number, payer);
        case To::otherwise:
          break;
        case To::onward: {
          const bool again = std::find(senders.begin(), senders.end(), extension) != senders.end();
          if (const auto why = toll::why_not_onward(number, senders.size(), again)) {
            refuse("forward", *why);
            return false;
          }
          senders.push_back(extension);
          payer = extension;
          break;
        }
      }
      ways_.push_back(number);
      passed("forward", fmt::format("{} sends the call on to {}", number, led.number));
      number = led.number;
    }
  }

  /// What an extension forwards to outside: its own right, and at its cost.
  bool leave(const std::string& number, ExtensionId payer) {
    if (!payer) {
      refuse(name_of(toll::Check::meaning), toll::why_outside(number));
      return false;
    }
    std::vector<toll::Step> trace;
    const toll::Decision decision =
        toll::decide(plan_, now_, {trunk_.line.tenant, payer, number, toll::Question::For::forward}, &trace);
    for (const toll::Step& step : trace)
      steps_.push_back({{"rule", name_of(step.check)}, {"passed", step.passed}, {"text", step.text}});
    if (decision.action != toll::Decision::Action::leave || decision.ways.empty()) {
      action_ = "refuse";
      why_ = decision.why;
      return false;
    }
    ways_.push_back(number);
    action_ = "leave";
    return true;
  }

  Json target_of(const toll::Arrival& arrival) const {
    constexpr std::array<std::string_view, 4> names{"extension", "ring_group", "announcement", "reject"};
    Json out{{"route", ""},
             {"hours", ""},
             {"target", ""},
             {"extension", arrival.extension},
             {"ring_group", arrival.ring_group},
             {"members", Json::array()},
             {"announcement", arrival.announcement}};
    if (arrival.route == toll::Plan::none) return out;
    const toll::InboundTerms& route = plan_.terms().inbound[arrival.route];
    out["route"] = route.name;
    out["target"] = names[static_cast<std::size_t>(route.target)];
    if (const schedule::Schedule* hours = plan_.schedule(route.tenant, route.hours))
      out["hours"] = fmt::format("{}: {}", route.hours, hours->explain(hours->at(now_.wall_ms)));
    if (const toll::RingGroupTerms* group = plan_.ring_group_named(route.tenant, arrival.ring_group))
      out["members"] = group->members;
    return out;
  }

  Records& records_;
  const toll::Plan& plan_;
  const toll::TrunkTerms& trunk_;
  Now now_;
  toll::Desk desk_;
  Json steps_ = Json::array(), ways_ = Json::array();
  std::string_view action_ = "refuse";
  std::string why_;
};

}  // namespace

Outcome test_inbound(Records& records, const toll::Plan& plan, const command::TestInbound& question,
                     std::int64_t now_wall_ms) {
  const auto& trunks = plan.terms().trunks;
  const auto trunk = std::find_if(trunks.begin(), trunks.end(), [&](const toll::TrunkTerms& each) {
    return each.line.tenant == records.tenant && each.line.name == question.trunk;
  });
  if (trunk == trunks.end())
    return std::unexpected(Error{Code::not_found, fmt::format("there is no trunk {}", question.trunk),
                                 "see: ringfence trunk list", "trunk"});
  return Trial(records, plan, *trunk, question.at_ms == 0 ? now_wall_ms : question.at_ms).run(question);
}

}  // namespace rf::app
