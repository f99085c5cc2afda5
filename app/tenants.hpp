// Tenants as commands meet them: in which one a command is carried out, and the commands about tenants themselves.
#pragma once

#include <span>

#include "app/dealers.hpp"
#include "app/records.hpp"
#include "core/command/catalog.hpp"

namespace rf::app {

/// The command, for the tenant that it is carried out in: that of whoever asks; for those who reach several the one
/// that they name, else the default tenant. A dealer's user asks as somebody of the tenant that he named. The one place
/// where this is found out. Errors: not_found for a tenant that he does not reach, as for one that there is not;
/// invalid when a dealer's user names none.
std::expected<command::Checked, command::Error> in_tenant(std::span<const store::Tenant> tenants,
                                                          command::Checked checked);

/// Of `tenants`, whether a bounded asker reaches one; whoever is bounded to nothing reaches all.
bool reaches(const access::Asker* by, const store::Tenant& tenant);

/// Tells tenants that `by` reaches, and dealers. Nothing for other commands.
std::optional<Outcome> show_tenants(Records& records, const command::Checked& checked);

/// Within a transaction: carries out a change of tenants, but for its limits of calls and money, which are in `limits`.
/// A dealer's user adds his own, and changes and removes them alone; once its limits are written, refused_gift() says
/// whether the dealer had so much.
struct TenantChanged {
  store::Tenant tenant;
  std::optional<Handed> before;  ///< none: it is new
  std::vector<command::ObjectValue> limits;
  Json answer;  ///< of a removal
};
std::expected<TenantChanged, command::Error> change_tenant(Records& records, const command::TenantCommand& command,
                                                           std::int64_t now_wall_ms);
Outcome tenant_json(Records& records, const store::Tenant& tenant);

}  // namespace rf::app
