// Commands about who may sign in: the same with and without a running server.
#pragma once

#include "app/records.hpp"
#include "core/command/catalog.hpp"

namespace rf::app {

class Logins;

/// Answers a command about users, roles, tokens or sessions; nothing for all others. Nobody reaches beyond his tenant,
/// acts on somebody who may more than himself, or hands out what he has not. `logins`: of the running server, which has
/// taken it over when this returns.
/// Errors: denied, not_found, conflict, invalid.
std::optional<Outcome> change_people(Records& records, Logins* logins, const command::Checked& checked,
                                     std::int64_t now_wall_ms);

/// A one-time link that makes the first administrator, or says that there is one (conflict).
Outcome first_link(Records& records, std::uint32_t for_s, std::int64_t now_wall_ms);

}  // namespace rf::app
