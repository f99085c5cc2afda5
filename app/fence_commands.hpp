// Firewall as code: what must be open for this configuration, and putting it in force on this host.
#pragma once

#include "app/records.hpp"
#include "core/fence/fence.hpp"
#include "shell/config/settings.hpp"

namespace rf::app {

/// Gives {"format", "text"}.
Json fence_json(const config::Settings& settings, fence::Format format);

/// Loads it with nft, or takes it out; in this process, which has the rights of whoever gave the command.
Outcome apply_fence(const config::Settings& settings, bool remove);

}  // namespace rf::app
