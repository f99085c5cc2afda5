// The HTTP request that begins a WebSocket, judged before anything else is said, and the answers to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rf::websocket {

/// Why somebody gets no WebSocket. What he hears is the status alone.
enum class Refusal : std::uint8_t {
  malformed,       ///< 400: no HTTP/1.1 request, a header twice that may be there once, a body, bytes behind it
  too_long,        ///< 431
  method,          ///< 405: anything but GET
  no_upgrade,      ///< 426: a browser that was pointed here, or a scanner
  version,         ///< 426, with the version that we speak
  subprotocol,     ///< 400: does not offer SIP (RFC 7118 §4.1)
  foreign_origin,  ///< 403: a page of somebody else wants to speak from this browser
};
std::string_view name_of(Refusal refusal);

/// Whose pages may speak from a browser.
struct Origins {
  std::vector<std::string> allowed;  ///< "https://pbx.example.com:8443": scheme, host, port unless it is the scheme's
  /// With this port a page may come from the very host that the request asks for: over TLS that host is proved, to the
  /// browser, by our certificate. 0: it may not.
  std::uint16_t same_host_port = 0;
};

/// What is needed of a request that is fine. Views are into the request.
struct Opening {
  std::string_view key;
  std::string_view origin;  ///< empty: no browser
};

/// Where the head of a request ends, behind its empty line, when its first `searched` bytes were looked through before.
/// None: it is not all there.
std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t searched);

/// Reads one whole head, its empty line included. Strict where two readers could differ: lines end with CRLF, nothing
/// is folded, no space before a colon, no control characters.
///
/// A request without Origin is let in: browsers always send one and scripts cannot leave it out, so that its absence
/// means a softphone; whoever writes his own bytes can write any Origin, and refusing him would protect nothing. What
/// only browsers send (Sec-Fetch-…, Cookie) without Origin is a contradiction, and refused as foreign.
/// Source: RFC 6455 §4.2.1, RFC 7118 §4.1, RFC 6454 §6.2.
std::expected<Opening, Refusal> read_opening(std::string_view head, const Origins& origins);

/// What a head that was refused names as Origin; empty: none, or it cannot be read.
std::string_view origin_of(std::string_view head);

/// The 101 to it (RFC 6455 §4.2.2).
std::string accept_opening(const Opening& opening);
/// The answer to a request that is refused; the connection is closed behind it.
std::string refuse_opening(Refusal refusal);

/// "dGhlIHNhbXBsZSBub25jZQ==" gives "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".
std::string accept_of(std::string_view key);

}  // namespace rf::websocket
