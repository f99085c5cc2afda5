// The lists of commands about people, and how they are read.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "core/command/catalog.hpp"

namespace rf::command {

/// Users, roles, tokens, sessions.
std::span<const Spec> people_specs();

/// The command of one of these specs, nothing for others. Errors: Code::invalid.
std::expected<std::optional<Command>, Error> people_command(const Spec& spec, const Arguments& arguments);

/// Where people sign in elsewhere; as above.
std::span<const Spec> provider_specs();
std::expected<std::optional<Command>, Error> provider_command(const Spec& spec, const Arguments& arguments);

}  // namespace rf::command
