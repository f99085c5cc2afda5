// The list of commands about tenants, how they are read, and which of all commands are carried out in one tenant.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "core/command/catalog.hpp"

namespace rf::command {

std::span<const Spec> tenant_specs();

/// The command of one of these specs, nothing for others. Errors: Code::invalid.
std::expected<std::optional<Command>, Error> tenant_command(const Spec& spec, const Arguments& arguments);

/// Gives every command that is about things of a tenant the parameter that names it.
void add_tenant_parameter(std::vector<Spec>& specs);

}  // namespace rf::command
