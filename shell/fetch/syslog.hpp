// Messages to a receiver of syslog: over TLS with octet counting (RFC 5425), or by UDP (RFC 5426).
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/events.hpp"
#include "shell/fetch/fetch.hpp"

namespace rf::fetch {

struct SyslogServer {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 6'514;
  bool tls = true;
  std::string ca_pem = {};           ///< who may vouch for it instead of the system's authorities
  std::vector<Subnet> allowed = {};  ///< addresses besides public ones
};

/// Sends each line as a message of its own. Syslog confirms nothing: over TLS it is known that the receiver was there
/// and who it says, by UDP nothing. Blocks up to `whole_ms`, or until `stop`.
std::expected<void, Fault> send_syslog(const SyslogServer& server, std::span<const std::string> lines,
                                       std::stop_token stop = {}, std::uint32_t whole_ms = EventLimits::send_ms);

}  // namespace rf::fetch
