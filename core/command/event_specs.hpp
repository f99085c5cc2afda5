// The list of commands about events, and how they are read.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "core/command/catalog.hpp"

namespace rf::command {

/// Events, contacts, routes, templates, the mail server.
std::span<const Spec> event_specs();

/// The command of one of these specs, nothing for others. Errors: Code::invalid.
std::expected<std::optional<Command>, Error> event_command(const Spec& spec, const Arguments& arguments);

}  // namespace rf::command
