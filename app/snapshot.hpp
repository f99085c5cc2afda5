// The policy that the engine reads, made of the configuration file and the database.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/policy/policy.hpp"
#include "shell/config/settings.hpp"
#include "shell/dtls/identity.hpp"

namespace rf::app {

/// Errors: a sentence naming the clash between two extensions.
std::expected<policy::PolicyRef, std::string> snapshot(const config::Settings& settings,
                                                       std::vector<policy::Listener> listeners,
                                                       std::vector<policy::Extension> extensions,
                                                       std::vector<policy::Tenant> tenants, std::uint64_t version,
                                                       const dtls::Identities& certificates);

}  // namespace rf::app
