// The engine's reception: what is said to requests before any state exists for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/call/context.hpp"
#include "core/sip/message.hpp"

namespace rf::engine {

/// How many bytes may answer a request of `size` bytes that nobody answers for: a datagram can bear anybody's address,
/// so it gets three times its size at most, or we would be of use to whoever floods others (as in RFC 9000 §8).
/// An honest request, with its headers, is long enough for every answer.
constexpr std::size_t answer_bytes_max(std::size_t size, Transport transport) {
  return is_stream(transport) ? SIZE_MAX : 3 * size;
}

/// Answers a request without a transaction: nothing of it is kept. An ACK is never answered. The To tag is a function
/// of the request and `seed`, so a retransmission gets the same one (RFC 3261 §8.2.7). `more_headers` are whole lines,
/// the best first: those that do not fit into `bytes_max` are left out, and without any of them there is no answer.
void reply_statelessly(call::Context& ctx, const sip::Message& request, const Flow& flow, int status,
                       std::uint64_t seed, std::size_t bytes_max, std::string_view more_headers = {});

/// The status for a message that could not be parsed: 505, 413, 400 …
int status_for(const sip::ParseError& error);

/// The status with which a request is refused whoever sent it, 0 for none: unknown method (501), a scheme that is not
/// ours (416), no hops left (483).
int refusal_before_authentication(const sip::Message& request);

/// Methods that a stranger may not use: what follows a right answer is decided in serve().
bool needs_authentication(const sip::Message& request);

/// Option tags in Require that we do not serve for this method, as an Unsupported value; empty when all is well.
std::string unsupported_options(const sip::Message& request);

}  // namespace rf::engine
