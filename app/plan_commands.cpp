#include "app/plan_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/call_countries.hpp"
#include "app/exposure.hpp"
#include "app/inbound_trial.hpp"
#include "app/reach.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/parties.hpp"
#include "shell/store/desk.hpp"

namespace rf::app {
namespace {

/// The money that a call would need before it leaves, asked of a copy of the ledger: nothing of it is kept.
struct Tried {
  std::optional<money::Amount> reserved;  ///< none: it costs nothing, or is refused
  std::string refused;                    ///< by the last trunk that was tried
};

Tried try_money(Records& records, const toll::Plan& plan, std::int64_t at_ms, ExtensionId extension,
                const toll::Decision& decision) {
  auto kept = store::read_ledger(records.store);
  const money::Currency currency = plan.terms().currency;
  const bool same = kept && kept->currency() == currency;
  // What nobody reads: one call is asked for.
  toll::Desk::Options options{.money = {}, .toll = {.pace_records = 64, .pace_destinations = 64, .line_calls = 8}};
  toll::Desk desk(options, same ? std::move(*kept) : money::Ledger(currency, {}, HashKey(1)));
  if (!kept && kept.error().fault != store::Fault::not_found) desk.shut(error_of(kept.error()).message);
  Tried out{{}, "no trunk takes it"};
  std::uint64_t next = 1;
  for (const toll::Way& way : decision.ways) {
    const toll::Parties parties = toll::parties_of(plan, records.tenant, extension, way.trunk);
    const auto grant = desk.open({0, at_ms}, parties,
                                 {.call = {next}, .key = {next}, .number = decision.number.text(), .rate = way.rate});
    ++next;
    if (grant) return {money::Amount::of_micros(grant->reserved, currency).value_or(money::Amount::zero(currency)), {}};
    out.refused = toll::text_of(grant.error());
  }
  return out;
}

/// What would become of a call from an extension, with every rule that was asked.
Outcome test_route(Records& records, const toll::Plan& plan, const command::TestRoute& question,
                   std::int64_t now_wall_ms) {
  const auto extension = records.store.find_extension(records.tenant, question.from);
  if (!extension) return std::unexpected(error_of(extension.error()));
  const std::int64_t at_ms = question.at_ms == 0 ? now_wall_ms : question.at_ms;
  std::vector<toll::Step> trace;
  using For = toll::Question::For;
  const For purpose = question.purpose == "forward"    ? For::forward
                      : question.purpose == "transfer" ? For::transfer
                                                       : For::call;
  const toll::Decision decision =
      toll::decide(plan, {0, at_ms}, {records.tenant, extension->id, question.to, purpose}, &trace);
  constexpr std::string_view actions[] = {"refuse", "leave", "emergency", "inside"};
  Json steps = Json::array(), ways = Json::array();
  for (const toll::Step& step : trace)
    steps.push_back({{"rule", name_of(step.check)}, {"passed", step.passed}, {"text", step.text}});
  for (const toll::Way& way : decision.ways) {
    const toll::TrunkTerms* trunk = plan.trunk(way.trunk);
    const money::RateTerms rate = way.rate.terms();
    ways.push_back({{"trunk", trunk == nullptr ? std::string() : trunk->line.name},
                    {"called", way.called},
                    {"price", way.priced ? rate.price.text() : std::string()},
                    {"per_s", rate.price_s},
                    {"fee", way.priced ? rate.fee.text() : std::string()},
                    {"currency", plan.terms().currency.text()}});
  }
  const bool routed = decision.route != toll::Plan::none;
  std::string_view action = actions[static_cast<std::size_t>(decision.action)];
  std::string why = decision.why;
  const auto refuse = [&](std::string_view rule, std::string text) {
    steps.push_back({{"rule", rule}, {"passed", false}, {"text", text}});
    action = actions[0];
    why = std::move(text);
  };
  Tried money;
  const bool leaves = decision.action == toll::Decision::Action::leave;
  if (leaves && !extension->settings.enabled) {
    refuse("enabled", fmt::format("extension {} is switched off", question.from));
  } else if (leaves) {
    money = try_money(records, plan, at_ms, extension->id, decision);
    if (money.refused.empty())
      steps.push_back({{"rule", name_of(toll::Check::money)},
                       {"passed", true},
                       {"text", fmt::format("{} {} would be reserved", money.reserved->text(),
                                            money.reserved->currency().text())}});
    else
      refuse(name_of(toll::Check::money), std::move(money.refused));
  }
  return Json{{"from", question.from},
              {"to", question.to},
              {"at", timestamp(at_ms)},
              {"action", action},
              {"why", why},
              {"reserved", money.reserved ? money.reserved->text() : std::string()},
              {"number", decision.number.size() == 0 ? std::string() : decision.number.text()},
              {"country", decision.country ? decision.country.text() : std::string()},
              {"class", name_of(decision.kind)},
              {"role", plan.extension(records.tenant, extension->id).role},
              {"pins", decision.pins},
              {"route", routed ? plan.terms().routes[decision.route].name : std::string()},
              {"trunks", std::move(ways)},
              {"steps", std::move(steps)}};
}

/// One trunk as an emergency call would meet it.
Json emergency_way(const toll::Plan& plan, const toll::Way& way, const toll::ExtensionTerms& who,
                   const std::string& called) {
  const toll::TrunkTerms& trunk = *plan.trunk(way.trunk);
  trunk::PresentRules rules = trunk.present;
  if (rules.domain.empty()) rules.domain = trunk.line.domain.empty() ? "provider" : trunk.line.domain;
  const auto shown = trunk::present(rules, {who.shown, {}, {}, {}, called, true});
  const toll::Parties parties = toll::parties_of(plan, who.tenant, who.id, way.trunk);
  std::vector<std::uint32_t> limits = {parties.trunk_outbound.block_at, parties.trunk_both.block_at,
                                       trunk.spending.lines.block_at};
  std::erase(limits, 0u);
  return {{"trunk", trunk.line.name},
          {"called", way.called},
          {"priority", trunk.priority},
          {"from", shown ? shown->from : std::string("anonymous")},
          {"asserted", shown ? shown->asserted : std::string()},
          {"calls_back", shown.has_value()},
          {"calls_most", limits.empty() ? 0u : *std::min_element(limits.begin(), limits.end())}};
}

Outcome test_emergency(Records& records, const toll::Plan& plan, const command::TestEmergency& question,
                       std::int64_t now_wall_ms) {
  const auto extension = records.store.find_extension(records.tenant, question.from);
  if (!extension) return std::unexpected(error_of(extension.error()));
  const toll::Decision decision =
      toll::decide(plan, {0, now_wall_ms}, {records.tenant, extension->id, question.number});
  // Without any trunk it is refused, for that reason alone.
  const bool emergency = decision.action == toll::Decision::Action::emergency || decision.emergency_test ||
                         decision.failed == toll::Check::trunk;
  const toll::TenantTerms* const tenant = plan.tenant(records.tenant);
  toll::ExtensionTerms who = plan.extension(records.tenant, extension->id);
  who.id = extension->id;
  who.tenant = records.tenant;
  Json ways = Json::array();
  if (emergency)
    for (const toll::Way& way : decision.ways) ways.push_back(emergency_way(plan, way, who, question.number));
  return Json{{"from", question.from},
              {"number", question.number},
              {"emergency", emergency},
              {"country", tenant != nullptr && tenant->home ? tenant->home.text() : std::string()},
              {"own_numbers", tenant != nullptr ? tenant->emergency : std::vector<std::string>{}},
              {"number_for_tests", tenant != nullptr ? tenant->emergency_test : std::string()},
              {"why", decision.why},
              {"trunks", std::move(ways)}};
}

}  // namespace

bool asks_plan(const command::Command& command) {
  return std::holds_alternative<command::TestRoute>(command) || std::holds_alternative<command::TestInbound>(command) ||
         std::holds_alternative<command::TestEmergency>(command) ||
         std::holds_alternative<command::ListCountries>(command) ||
         std::holds_alternative<command::ShowExposure>(command) || std::holds_alternative<command::ShowReach>(command);
}

Outcome answer_by_plan(Records& records, const toll::Plan& plan, const command::Command& command,
                       std::int64_t now_wall_ms) {
  if (const auto* c = std::get_if<command::TestRoute>(&command)) return test_route(records, plan, *c, now_wall_ms);
  if (const auto* c = std::get_if<command::TestInbound>(&command)) return test_inbound(records, plan, *c, now_wall_ms);
  if (const auto* c = std::get_if<command::TestEmergency>(&command))
    return test_emergency(records, plan, *c, now_wall_ms);
  if (const auto* c = std::get_if<command::ListCountries>(&command)) return list_countries(records, plan, *c);
  if (const auto* c = std::get_if<command::ShowExposure>(&command))
    return list_exposure(records, plan, *c, now_wall_ms);
  return show_reach(records, plan, std::get<command::ShowReach>(command), now_wall_ms);
}

}  // namespace rf::app
