// What is asked of an rtpengine server about one relayed stream, and what its answers mean (the NG protocol).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/media/plan.hpp"

namespace rf::rtpengine {

/// In words for the log: what the server says itself, or what is wrong with its answer.
using Fault = std::string;

std::string ping();
std::expected<void, Fault> read_pong(std::string_view answer);

/// One question of those that tell a server what a relay's legs are, one after the other, each when the one before was
/// answered.
struct Step {
  std::string question;
  std::uint8_t towards = 0;  ///< the answer describes the server to this leg: where it has to send to
  srtp::MasterKey key = {};  ///< and has to offer this one; not set: none
};

/// What tells a server about both legs. `call` is a name of ours that nobody can guess. A leg without a remote, or
/// whose keys are not known yet, is inactive, and then so are both: the server lets them be silent for as long as its
/// `silent-timeout` says. The endpoints stay the same when they are told anew.
///
/// Each leg is heard from its endpoint alone: rtpengine could learn another one only from whoever is first, and cannot
/// be told the one host that may teach it (row M3).
///
/// One leg may be protected by SDES (`can_relay`). rtpengine makes keys of its own; but what it is offered by one leg
/// it offers to the other one, and keeps it. So unless `keeps_keys`, our key is first told as if the other leg had
/// offered it, inactive, and then the other leg as it is. The last question is the one that lets media pass.
std::vector<Step> tell(std::string_view call, const std::array<media::LegPlan, 2>& legs, bool keeps_keys);
/// Whether a server can do what this plan asks for.
bool can_relay(const media::RelayPlan& plan);

struct Described {
  Endpoint endpoint;
  std::vector<srtp::MasterKey> keys;  ///< that it offers
};
std::expected<Described, Fault> read_described(std::string_view answer);

/// Asks for the numbers of a relay that goes on.
std::string query(std::string_view call);

/// Ends the relay; the answer is its statistics. Told again after it was done, the server does not know it: that is
/// an error in words, and the stream is gone all the same.
std::string erase(std::string_view call);
/// Of leg 0 and 1: what each sent, and what was refused on its port. Loss, jitter and MOS are those that the other leg
/// reported by RTCP; a MOS of 0: neither of them is known.
std::expected<std::array<media::LegStatistics, 2>, Fault> read_statistics(std::string_view answer);

}  // namespace rf::rtpengine
