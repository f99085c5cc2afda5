// Bounds of what one message may hold.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of what a message may hold; fixed, because a parser that can be talked into more is a parser that can be
/// attacked. What is over them is refused, or passed over where that is said.
struct WireLimits {
  // A SIP message
  static constexpr std::size_t message_bytes = 65'535;
  static constexpr std::size_t stream_pending_bytes = 2 * message_bytes;  ///< of a stream, not framed yet: it is closed
  static constexpr std::size_t header_bytes = 16'384;                     ///< start line and headers together
  static constexpr std::size_t headers = 128;
  static constexpr std::size_t list_elements = 64;  ///< elements of one comma list (Via, Route, Contact …)
  static constexpr std::size_t params = 32;         ///< parameters of one URI or header value
  // A session description
  static constexpr std::size_t sdp_bytes = 16'384;
  static constexpr std::size_t sdp_media = 8;
  static constexpr std::size_t sdp_attributes = 512;  ///< a browser that offers video writes 300
  static constexpr std::size_t sdp_formats = 64;  ///< of one m= line
  // Credentials
  static constexpr std::size_t credentials = 8;  ///< Authorization headers of one request; further ones are passed over
  static constexpr std::size_t credentials_bytes = 4'096;
  static constexpr std::size_t realm_bytes = 64;  ///< of our own realm: a nonce is bound to all of it
  // A registration
  static constexpr std::size_t contact_bytes = 512;
  static constexpr std::size_t path_elements = 8;
  static constexpr std::size_t path_bytes = 2'048;
  static constexpr std::size_t user_agent_bytes = 128;  ///< kept of it
  // A dialog
  static constexpr std::size_t routes = 16;
  static constexpr std::size_t routes_bytes = 4'096;
  static constexpr std::size_t target_bytes = 2'048;
  static constexpr std::size_t answers = 16;  ///< of one INVITE that forked on its way; further ones are passed over
  // A call
  static constexpr std::size_t info_bytes = 2'048;  ///< body of an INFO; a longer one: 413
  static constexpr std::size_t infos = 8;    ///< INFOs of one leg that wait for the other phone; further ones: 500
  static constexpr std::size_t pracks = 32;  ///< of one INVITE of ours; further reliable responses are passed over
  // A transaction
  static constexpr std::size_t kept_response_bytes = 8'192;  ///< a longer one (but a 2xx to INVITE) is sent only once
  static constexpr std::size_t ending_part = 16;  ///< of transactions_max, one in so many is left to BYE and CANCEL
  // Names to look up (RFC 3263); what is over them is passed over, the best priorities come first
  static constexpr std::size_t name_bytes = 253;
  static constexpr std::size_t dns_records = 64;  ///< of one answer
  static constexpr std::size_t srv_records = 32;
  static constexpr std::size_t srv_services = 4;
  static constexpr std::size_t srv_hosts = 8;
  static constexpr std::size_t addresses_per_host = 8;
  static constexpr std::size_t questions = 24;
  static constexpr std::size_t targets = 16;
};

}  // namespace rf
