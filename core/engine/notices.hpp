// Whom a notice of the desk is about, by the name that operators gave.
#pragma once

#include <string>

#include "core/policy/policy.hpp"
#include "core/toll/desk.hpp"

namespace rf::engine {

/// The number of an extension, the name of a department, tenant or trunk; of the system, and of who is gone: empty.
std::string name_of(const toll::Notice& notice, const toll::Plan& plan, const policy::Policy& policy);

}  // namespace rf::engine
