// Letters by the operator's mail server (SMTP, RFC 5321).
#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/limits/events.hpp"
#include "core/base/secret.hpp"
#include "shell/fetch/fetch.hpp"

namespace rf::fetch {

enum class MailTls : std::uint8_t {
  starttls,  ///< begins in the clear and is encrypted before anything is said (RFC 3207), or fails
  tls,       ///< from the first byte (RFC 8314)
  none,      ///< in the clear; then no password is ever sent
};

struct MailServer {
  std::string host;
  std::uint16_t port = 587;
  MailTls tls = MailTls::starttls;
  std::string user = {};  ///< empty: nobody signs in
  Secret<std::string> password = {};
  std::string from = {};    ///< an address
  std::string ca_pem = {};  ///< who may vouch for it instead of the system's authorities
};

struct MailFault {
  bool later = true;  ///< it may work another time; false: the server will never take it
  std::string what;   ///< names the server, never the password
};

/// Hands a whole letter (event::letter) over to the server. `to` and `server.from` are addresses of ASCII without
/// brackets; anything that could be another command is refused. Blocks up to `whole_ms`, or until `stop`.
std::expected<void, MailFault> send_mail(const MailServer& server, std::string_view to, std::string_view letter,
                                         std::stop_token stop = {}, std::uint32_t whole_ms = EventLimits::send_ms);

}  // namespace rf::fetch
