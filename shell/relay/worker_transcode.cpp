// Streams whose legs share no codec: their packets go by the transcoder's threads and come back.
#include <algorithm>

#include "core/base/limits/media.hpp"
#include "shell/relay/worker.hpp"

namespace rf::relay {

void Worker::post_coded(RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (!coded_shares_.take(relay, leg)) {
      ++coded_lost_;
      return;
    }
    first = coded_.empty();
    coded_.push_back({relay, leg, {bytes.begin(), bytes.end()}});
  }
  if (first) wake();
}

/// Hands the packet that came by a socket to the transcoder, at the pace at which all who are transcoded share it.
void Worker::transcode_from(const Socket& socket, std::span<const std::uint8_t> packet, std::int64_t now_us) {
  Leg& leg = socket.stream->legs[socket.leg];
  if (now_us - leg.pace_from_us >= 1'000'000) {
    leg.pace_from_us = now_us;
    leg.paced = 0;
  }
  if (++leg.paced > TranscodeLimits::packets_per_s) return;
  transcoders_.code(socket.stream->session.plan().id,
                    socket.leg == 0 ? transcode::Source::caller : transcode::Source::callee, now_us, packet);
}

/// What the transcoder made leaves as if the other leg had sent it.
void Worker::send_coded(std::int64_t now_us) {
  for (const Coded& coded : taken_coded_) {
    const auto found = streams_.find(coded.relay);
    if (found == streams_.end() || coded.bytes.size() > packet_bytes) continue;
    std::copy(coded.bytes.begin(), coded.bytes.end(), packet_.begin());
    const media::Decision decision = found->second->session.send_coded(now_us, coded.leg, packet_, coded.bytes.size());
    if (decision.digit != 0)
      deliver_(engine::DigitHeard{coded.relay, found->second->session.plan().call, decision.digit, decision.digit_leg});
    if (decision && send_on(*found->second, coded.leg, decision, packet_.data())) count(counters_.forwarded);
  }
  taken_coded_.clear();
}

/// Streams without transcoding cost the transcoder nothing.
void Worker::watch_transcoding(const media::RelayPlan& before, const media::RelayPlan& plan) {
  const bool needed = plan.transcode || plan.voice.coding;
  const bool same = plan.transcode == before.transcode && plan.voice.coding == before.voice.coding &&
                    plan.voice.leg == before.voice.leg;
  if (needed && !same) transcoders_.set(plan);
  if (!needed && (before.transcode || before.voice.coding)) transcoders_.close(plan.id);
}

}  // namespace rf::relay
