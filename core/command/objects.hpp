// Commands about the objects of core/document, made from its schema: each key is a parameter.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "core/command/catalog.hpp"

namespace rf::command {

/// The commands in `fixed`, those of extensions with the parameters of their calls, and those of all kinds of objects.
/// What they point to lives as long as the program.
std::vector<Spec> with_objects(std::span<const Spec> fixed);

/// Values of the keys among the arguments, checked. Errors: Code::invalid.
std::expected<std::vector<ObjectValue>, Error> object_values(const Spec& spec, const Arguments& arguments);

/// The command of a spec that with_objects() made, nothing for others. Errors: Code::invalid.
std::expected<std::optional<Command>, Error> object_command(const Spec& spec, const Arguments& arguments,
                                                            std::vector<ObjectValue>& values);

}  // namespace rf::command
