// What the enforcer gives up once its sockets are open and its program is loaded: everything but speaking to its
// parent, to nftables and to its own maps.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

namespace rf::firewall {

/// Dies with `parent`, keeps CAP_NET_ADMIN alone, runs as nobody when it was root, and may make no system call that
/// takes a path, opens a socket or starts a program. Errors: a sentence.
std::expected<void, std::string> confine(pid_t parent);

}  // namespace rf::firewall
