// Commands about events: the same with and without a running server.
#pragma once

#include "app/records.hpp"
#include "core/command/catalog.hpp"
#include "core/event/event.hpp"
#include "shell/store/events.hpp"

namespace rf::app {

class Events;

/// What is wrong with a contact, or a mail server, as a whole; none: nothing.
std::optional<command::Error> fault_of(const event::Contact& contact);
std::optional<command::Error> fault_of(const store::Mail& mail);

/// Whether a changed webhook leads to the same server as before, and may go on with its secret: whoever got that at the
/// former server could send messages in our name to the new one.
bool keeps_secret(const event::Contact& before, const event::Contact& after);
/// Whether a changed mail server is the same for its password: whoever may name another is not to be handed it.
bool keeps_password(const store::Mail& before, const store::Mail& after);

/// Answers a command about events, contacts, routes, templates or the mail server; nothing for all others. `running`:
/// of the running server, which has taken a change over when this returns.
/// Errors: not_found, conflict, invalid.
std::optional<Outcome> change_events(Records& records, Events* running, const command::Checked& checked,
                                     std::int64_t now_wall_ms);

}  // namespace rf::app
