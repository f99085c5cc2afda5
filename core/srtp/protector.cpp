#include "core/srtp/indexes.hpp"
#include "core/srtp/stream.hpp"
#include "core/srtp/transform.hpp"

namespace rf::srtp {

std::string_view text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return "malformed";
    case Refusal::not_authentic:
      return "not authentic";
    case Refusal::replayed:
      return "replayed";
    case Refusal::too_old:
      return "too old";
    case Refusal::too_many_streams:
      return "too many streams";
    case Refusal::key_spent:
      return "key spent";
  }
  return "?";
}

struct Protector::Sender {
  Transform transform;
  Streams streams;
  RtcpIndexes rtcp;

  std::expected<std::uint64_t, Refusal> take_index(std::uint32_t ssrc, std::uint16_t sequence);
};

std::optional<Protector> Protector::make(const MasterKey& key) {
  std::optional<Transform> transform = Transform::make(key, Gcm::Way::seal);
  if (!transform) return std::nullopt;
  return Protector(std::make_unique<Sender>(Sender{std::move(*transform), {}, RtcpIndexes()}));
}

Protector::Protector(std::unique_ptr<Sender> sender) : sender_(std::move(sender)) {}
Protector::Protector(Protector&&) noexcept = default;
Protector& Protector::operator=(Protector&&) noexcept = default;
Protector::~Protector() = default;

std::expected<std::uint64_t, Refusal> Protector::Sender::take_index(std::uint32_t ssrc, std::uint16_t sequence) {
  Stream* stream = streams.find(ssrc);
  if (!stream && streams.full()) return std::unexpected(Refusal::too_many_streams);
  std::uint64_t index = sequence;
  if (stream) {
    const auto estimated = estimate(static_cast<std::uint16_t>(sequence + stream->shift), stream->rtp.newest());
    if (!estimated) return estimated;
    index = *estimated;
    // A packet from before the first one: no receiver would take it for one that is half a cycle ahead.
    if (index > stream->rtp.newest() + (1u << 15)) return std::unexpected(Refusal::too_old);
    if (const auto objection = stream->rtp.objection(index)) return std::unexpected(*objection);
  } else {
    stream = &streams.add(ssrc);
  }
  // Used, whatever becomes of the packet: a second text must never be encrypted under it.
  stream->rtp.use(index);
  return index;
}

std::expected<std::size_t, Refusal> Protector::protect_rtp(Room packet, std::size_t bytes) {
  const Half& half = sender_->transform.rtp;
  if (packet.size() < bytes || packet.size() - bytes < half.growth()) return std::unexpected(Refusal::malformed);
  const auto head = rtp_head_bytes(packet.first(bytes));
  if (!head) return std::unexpected(Refusal::malformed);
  const std::uint32_t ssrc = read32(packet, 8);
  const auto index = sender_->take_index(ssrc, read16(packet, 2));
  if (!index) return std::unexpected(index.error());
  write16(packet, 2, static_cast<std::uint16_t>(*index));
  const std::size_t sealed = bytes + half.growth();
  if (!half.seal(packet.first(sealed), *head, ssrc, *index)) return std::unexpected(Refusal::malformed);
  return sealed;
}

void Protector::renumber(std::uint32_t ssrc, std::uint16_t sequence) {
  if (Stream* stream = sender_->streams.find(ssrc))
    stream->shift = static_cast<std::uint16_t>(stream->rtp.newest() + 1 - sequence);
}

std::expected<std::size_t, Refusal> Protector::protect_rtcp(Room packet, std::size_t bytes) {
  const Half& half = sender_->transform.rtcp;
  if (packet.size() < bytes || packet.size() - bytes < half.growth() || !is_rtcp(packet.first(bytes)))
    return std::unexpected(Refusal::malformed);
  const auto index = sender_->rtcp.take();
  if (!index) return std::unexpected(Refusal::key_spent);
  const std::size_t sealed = bytes + half.growth();
  if (!half.seal(packet.first(sealed), rtcp_head_bytes, read32(packet, 4), *index))
    return std::unexpected(Refusal::malformed);
  return sealed;
}

}  // namespace rf::srtp
