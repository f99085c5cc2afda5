// Whether anybody waits for the news that a message could not be sent.
#pragma once

#include <string_view>

namespace rf::net {

/// True for requests: a client transaction waits. Nobody waits behind a response, and a stranger who makes our answers
/// fail (a spoofed source, a connection closed at once) is not to cause further work.
inline bool failure_matters(std::string_view message) { return !message.starts_with("SIP/2.0 "); }

}  // namespace rf::net
