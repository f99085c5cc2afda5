// Dealers: how much each may hand out, and that what all of its tenants have together is never more.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "app/records.hpp"

namespace rf::app {

/// What a tenant has that its dealer gave it, in the order of `handed_names`; none: as much as it likes.
inline constexpr std::array<std::string_view, 4> handed_names = {"extensions", "calls", "day", "month"};
using Handed = std::array<std::optional<std::int64_t>, handed_names.size()>;
/// Of money at least what it has spent of this day and month.
std::expected<Handed, command::Error> handed_to(Records& records, const store::Tenant& tenant,
                                                std::int64_t now_wall_ms);

/// A value of the tenant's limit "tenant" among its objects: its own, or what stands.
std::string limit_of(const std::vector<store::ObjectRow>& objects, std::string_view key);

/// Why the dealer has no room for one more tenant; none: it has.
std::optional<command::Error> refused_tenant(Records& records, const std::string& dealer);
/// Why it cannot have given this tenant what it has by now. What was lowered is never refused. `before`: what the
/// tenant had; none: it is new.
std::optional<command::Error> refused_gift(Records& records, const store::Tenant& tenant,
                                           const std::optional<Handed>& before, std::int64_t now_wall_ms);
/// Why it may not remove this tenant by now: what that has spent would be to spend once more by the next one.
std::optional<command::Error> refused_removal(Records& records, const store::Tenant& tenant, std::int64_t now_wall_ms);

/// Tells dealers, or the own one alone. Nothing for other commands.
std::optional<Outcome> show_dealers(Records& records, const command::TenantCommand& command, access::By by);
/// Carries out a change of one. Nothing for other commands.
std::optional<Outcome> change_dealer(Records& records, const command::TenantCommand& command);

}  // namespace rf::app
