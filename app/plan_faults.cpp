#include "app/plan_faults.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::app {
namespace {

/// "trunk provider names the deck d, which there is not".
std::string text_of(const toll::PlanFault& fault) {
  return fmt::format("{}{}{} {}", fault.kind, fault.name.empty() ? "" : " ", fault.name, fault.text);
}

std::string owner_of(const toll::PlanFault& fault, const std::vector<store::Tenant>& tenants) {
  const auto owner =
      std::find_if(tenants.begin(), tenants.end(), [&](const auto& each) { return each.id == fault.tenant; });
  return tenants.size() < 2 || owner == tenants.end() ? std::string() : fmt::format("tenant {}: ", owner->name);
}

}  // namespace

std::vector<ToldFault> told(const std::vector<toll::PlanFault>& faults, const std::vector<store::Tenant>& tenants,
                            TenantId bound_to) {
  std::vector<ToldFault> out;
  bool kept = false;
  for (const toll::PlanFault& each : faults) {
    if (!bound_to)
      out.push_back({owner_of(each, tenants) + text_of(each), each.remedy, &each});
    else if (each.tenant == bound_to)
      out.push_back({text_of(each), each.remedy, &each});
    else
      kept = true;
  }
  if (kept)
    out.push_back(
        {"the system's configuration, or another tenant's, is at fault", "ask whoever runs the system", nullptr});
  return out;
}

command::Error error_of(store::Store& store, const std::vector<toll::PlanFault>& faults, TenantId bound_to) {
  std::string text;
  for (const ToldFault& each : told(faults, store.tenants().value_or(std::vector<store::Tenant>{}), bound_to))
    text += fmt::format("{}{}; {}", text.empty() ? "" : "\n", each.text, each.remedy);
  return {command::Code::invalid, std::move(text), "nothing was changed"};
}

}  // namespace rf::app
