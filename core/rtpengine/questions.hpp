// What is asked of an rtpengine server about one relayed stream, and what its answers mean (the NG protocol).
#pragma once

#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/media/plan.hpp"

namespace rf::rtpengine {

/// In words for the log: what the server says itself, or what is wrong with its answer.
using Fault = std::string;

std::string ping();
std::expected<void, Fault> read_pong(std::string_view answer);

/// Tells where the caller's leg is (offer) or the callee's (answer); each gives the endpoint that the *other* leg has
/// to send to. `call` is a name of ours that nobody can guess. A leg without a remote is inactive: the server lets it
/// be silent for as long as its `silent-timeout` says. The endpoints stay the same when a leg is told anew.
///
/// A leg that does not `learn` is heard from its endpoint alone. One that does is taught its endpoint by what comes in
/// the first seconds, from wherever that is: rtpengine cannot be told the one host that may.
std::string offer(std::string_view call, const media::LegPlan& caller);
std::string answer(std::string_view call, const media::LegPlan& callee);
std::expected<Endpoint, Fault> read_endpoint(std::string_view answer);

/// Ends the relay; the answer is its statistics. Told again after it was done, the server does not know it: that is
/// an error in words, and the stream is gone all the same.
std::string erase(std::string_view call);
/// Of leg 0 and 1: what each sent, and what was refused on its port.
std::expected<std::array<media::LegStatistics, 2>, Fault> read_statistics(std::string_view answer);

}  // namespace rf::rtpengine
