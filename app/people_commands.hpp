// Commands about who may sign in: the same with and without a running server.
#pragma once

#include "app/records.hpp"
#include "core/command/catalog.hpp"
#include "shell/store/people.hpp"

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

/// Those about where people sign in who have no password here.
Outcome change_providers(Records& records, store::PeopleTables& tables, const access::People& people, access::By by,
                         const command::ProviderCommand& command);
/// The name of one whose groups give this role; none: there is none.
std::optional<std::string> provider_that_gives(Records& records, store::PeopleTables& tables, const std::string& role);
/// Where somebody signs in; none: here, or it is gone.
std::optional<access::Provider> provider_of(Records& records, store::PeopleTables& tables, const access::User& user);

}  // namespace rf::app
