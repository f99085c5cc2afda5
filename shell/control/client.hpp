// Asks a running server over its control socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shell/control/protocol.hpp"

namespace rf::control {

/// One command, one answer, blocking. Errors besides the server's own: not_running (no socket, or nobody behind it),
/// denied (the socket is another account's), busy (no answer within `timeout_ms`), failed.
Outcome ask(const std::string& socket_path, std::string_view command, const Json& args,
            std::uint32_t timeout_ms = 30'000);

}  // namespace rf::control
