// Hands a session a datagram as the relay does: in a room that it may grow in.
#pragma once

#include <cstdint>
#include <vector>

#include "core/media/session.hpp"

namespace rf::media::testing {

inline Decision give(Session& session, std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& from,
                     const std::vector<std::uint8_t>& datagram) {
  std::vector<std::uint8_t> room = datagram;
  room.resize(datagram.size() + packet_growth);
  return session.on_packet(now_us, leg, rtcp_port, from, room, datagram.size());
}

}  // namespace rf::media::testing
