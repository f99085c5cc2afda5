// Commands about events: the same with and without a running server.
#pragma once

#include "app/records.hpp"
#include "core/command/catalog.hpp"

namespace rf::app {

class Events;

/// Answers a command about events, contacts, routes, templates or the mail server; nothing for all others. `running`:
/// of the running server, which has taken a change over when this returns.
/// Errors: not_found, conflict, invalid.
std::optional<Outcome> change_events(Records& records, Events* running, const command::Checked& checked,
                                     std::int64_t now_wall_ms);

}  // namespace rf::app
