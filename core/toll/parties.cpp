#include "core/toll/parties.hpp"

#include "core/toll/plan.hpp"

namespace rf::toll {

Parties parties_of(const Plan& plan, TenantId tenant, ExtensionId extension, TrunkId trunk) {
  Parties out;
  out.horizon = plan.terms().horizon;
  out.system = {0, &plan.terms().system, nullptr, plan.system_payer()};
  const TenantTerms* const its_tenant = plan.tenant(tenant);
  const schedule::Zone* const zone = its_tenant ? its_tenant->zone.get() : nullptr;
  if (its_tenant) out.tenant = {tenant.value, &its_tenant->spending, zone, plan.payer(*its_tenant)};
  if (extension) {
    const ExtensionTerms& terms = plan.extension(tenant, extension);
    out.extension = {extension.value, &terms.spending, zone, plan.payer(terms)};
    if (const DepartmentTerms* const department = plan.department(terms.department))
      out.department = {department->id, &department->spending, zone, plan.payer(*department)};
  }
  const TrunkTerms* const line = plan.trunk(trunk);
  if (!line) return out;
  const TenantTerms* const owner = line->line.tenant == tenant ? its_tenant : plan.tenant(line->line.tenant);
  out.trunk = {trunk.value, &line->spending, owner ? owner->zone.get() : nullptr, plan.payer(*line)};
  out.trunk_outbound = line->outbound;
  out.trunk_inbound = line->inbound;
  out.trunk_both = line->both;
  out.tenant_on_trunk = line->of_tenant;
  out.trunk_inbound_paces = line->inbound_paces;
  return out;
}

Payer payer_of(const Plan& plan, TenantId tenant, money::AccountId account) {
  using money::Level;
  const bool is_extension = account.level == Level::extension;
  const Parties parties = parties_of(plan, tenant, {is_extension ? account.id : 0},
                                     {account.level == Level::trunk ? account.id : 0});
  switch (account.level) {
    case Level::extension:
      return parties.extension;
    case Level::department:
      if (const DepartmentTerms* const department = plan.department(account.id))
        return {department->id, &department->spending, parties.tenant.zone, plan.payer(*department)};
      return {};
    case Level::tenant:
      return account.id == tenant.value ? parties.tenant : Payer{};
    case Level::trunk:
      return parties.trunk;
    case Level::system:
      break;
  }
  return parties.system;
}

}  // namespace rf::toll
