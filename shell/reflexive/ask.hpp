// Asks a STUN server which address this host is seen at from there (its server-reflexive address).
#pragma once

#include <expected>
#include <stop_token>
#include <string>

#include "core/base/address.hpp"
#include "core/stun/message.hpp"

namespace rf::reflexive {

/// One transaction, from a port that the kernel draws; what comes from any other address or port is not even read.
/// Blocks until there is an answer, nobody answered (40 s), or `stop` is requested. `id` has to come from the kernel's
/// chance. Errors: a sentence without the server's name. Source: RFC 8489 §6.2.1.
std::expected<Endpoint, std::string> ask(const Endpoint& server, const stun::TransactionId& id, std::stop_token stop);

}  // namespace rf::reflexive
