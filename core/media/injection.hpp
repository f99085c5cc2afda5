// Which refusals on a leg's ports say that somebody attacked a call, and which an honest one through a bad network has.
#pragma once

#include <cstdint>
#include <string>

#include "core/media/plan.hpp"

namespace rf::media {

/// In words for operators: "120 packets from strangers, 64 packets without proof, last from 198.51.100.66"; empty: an
/// honest call may have so many. `seconds`: how long the call was.
///
/// Packets from strangers are told whatever their number. The other kinds also come from the peer itself: under the key
/// before when keys changed, of the SSRC before when its stream began anew, and twice when the network repeats them.
std::string injection_of(const LegStatistics& leg, std::int64_t seconds);

}  // namespace rf::media
