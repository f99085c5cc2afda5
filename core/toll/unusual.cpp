#include "core/toll/unusual.hpp"

#include <fmt/format.h>

namespace rf::toll {

using pattern::Action;

pattern::Asker asker_of(const Plan& plan, TenantId tenant, ExtensionId extension) {
  pattern::Asker out;
  const auto party = [&](pattern::Level level) -> pattern::Party& {
    return out.parties[static_cast<std::size_t>(level)];
  };
  const ExtensionTerms& terms = plan.extension(tenant, extension);
  party(pattern::Level::extension) = {extension.value, terms.spending.unusual, plan.payer(terms)};
  if (const DepartmentTerms* const department = plan.department(terms.department))
    party(pattern::Level::department) = {department->id, department->spending.unusual, plan.payer(*department)};
  const TenantTerms* const its_tenant = plan.tenant(tenant);
  if (!its_tenant) return out;
  party(pattern::Level::tenant) = {tenant.value, its_tenant->spending.unusual, plan.payer(*its_tenant)};
  out.zone = its_tenant->zone.get();
  out.home = its_tenant->home;
  return out;
}

Unusual judge_habits(const Plan& plan, const pattern::Patterns& patterns, Now now, const Question& question,
                     const Decision& decision, std::string_view number) {
  Unusual out;
  if (decision.action != Decision::Action::leave) return out;
  const bool forwarded = question.purpose != Question::For::call;
  const pattern::Asker asker = asker_of(plan, question.tenant, question.extension);
  out.call = {decision.number, decision.country, decision.kind, forwarded};
  out.judgement = patterns.judge(now, asker, out.call);
  out.action = out.judgement.action;
  if (out.action == Action::none) return out;
  out.why = pattern::text_of(out.judgement, out.call, pattern::moment_of(now.wall_ms, asker.zone), number);
  if (out.action != Action::pin) return out;
  // An account code is no secret: whoever stole a password reads it in an old invoice.
  const auto proves = [&](std::string_view name) {
    const PinListTerms* const list = plan.pin_list(question.tenant, name);
    return list != nullptr && list->asks == PinListTerms::Asks::pin;
  };
  out.pins = decision.pins;
  if (const TenantTerms* const tenant = plan.tenant(question.tenant); tenant && !proves(out.pins))
    out.pins = tenant->unusual_pins;
  if (!forwarded && proves(out.pins)) return out;
  out.action = Action::block;
  out.pins = {};
  out.why += forwarded ? " (it would take a PIN, which nobody is there to enter)"
                       : " (it would take a PIN, and unusual_pins of limit.tenant names no list)";
  return out;
}

}  // namespace rf::toll
