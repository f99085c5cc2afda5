// Faults of what is configured about calls, told to whoever may hear of them.
#pragma once

#include <string>
#include <vector>

#include "core/command/command.hpp"
#include "core/toll/plan.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

/// A fault as somebody hears it.
struct ToldFault {
  std::string text;
  std::string remedy;
  const toll::PlanFault* fault = nullptr;  ///< into what was told; null: one or more that are kept from him
};

/// The whole is compiled whoever changes something, so faults may be anybody's. Who is bound to a tenant hears of its
/// own; for all others, the system's among them, he gets one line that names nothing. Who is bound to none hears all,
/// and where there are several tenants whose each is.
std::vector<ToldFault> told(const std::vector<toll::PlanFault>& faults, const std::vector<store::Tenant>& tenants,
                            TenantId bound_to);

/// The same as one error.
command::Error error_of(store::Store& store, const std::vector<toll::PlanFault>& faults, TenantId bound_to = {});

}  // namespace rf::app
