// Where whoever typed a command sits: the one address that it must not cut off.
#pragma once

#include <string>

namespace rf::app {

/// The address of the SSH session that this process runs in, by SSH_CONNECTION or SSH_CLIENT of its environment or,
/// behind a sudo that cleared it, of the nearest process above that has one. Empty: no session, or none that can be
/// seen. Anybody can set these: it is good for not cutting off its sender, and for nothing else.
std::string caller_address();

/// The address in the value of one of these, "198.51.100.7 50022 22"; empty when there is none.
std::string address_in(const std::string& value);

}  // namespace rf::app
