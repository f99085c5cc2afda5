// The requests a client transaction writes by itself, out of the request it sent.
#pragma once

#include <string>
#include <string_view>

namespace rf::txn {

/// The CANCEL for `request` (RFC 3261 §9.1): its Request-URI, topmost Via, Route, From, To, Call-ID and CSeq number.
std::string write_cancel(std::string_view request);

/// The ACK for a non-2xx final response to `request` (RFC 3261 §17.1.1.3): as the CANCEL, with the response's To.
std::string write_ack(std::string_view request, std::string_view response_to);

/// The To tag of a message we wrote ourselves; empty without one.
std::string_view written_to_tag(std::string_view message);

}  // namespace rf::txn
