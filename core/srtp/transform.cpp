#include "core/srtp/transform.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace rf::srtp {
namespace {

constexpr std::uint32_t encrypted_bit = 0x8000'0000;
constexpr std::size_t counter_salt_bytes = 14;

/// What is authenticated without being a part of the text: the rollover counter, or E and the index.
std::uint32_t word_of(Kind kind, std::uint64_t index) {
  return kind == Kind::rtp ? static_cast<std::uint32_t>(index >> 16)
                           : encrypted_bit | static_cast<std::uint32_t>(index);
}

}  // namespace

std::optional<std::size_t> rtp_head_bytes(Bytes packet) {
  constexpr std::size_t fixed = 12, extension_head = 4;
  if (packet.size() < fixed || packet[0] >> 6 != 2) return std::nullopt;
  std::size_t head = fixed + std::size_t{4} * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (packet.size() < head + extension_head) return std::nullopt;
    head += extension_head + std::size_t{4} * read16(packet, head + 2);
  }
  if (packet.size() < head) return std::nullopt;
  return head;
}

bool is_rtcp(Bytes packet) {
  return packet.size() >= rtcp_head_bytes && packet[0] >> 6 == 2;
}

std::optional<Half> Half::make(Suite suite, Kind kind, const SessionKeys& keys, Gcm::Way way) {
  const SuiteFacts& facts = facts_of(suite);
  const Bytes key = Bytes(keys.cipher.reveal()).first(facts.key);
  const std::size_t tag = kind == Kind::rtp ? facts.rtp_tag : facts.rtcp_tag;
  if (facts.aead) {
    std::optional<Gcm> gcm = Gcm::make(key, way);
    if (!gcm) return std::nullopt;
    return Half(kind, tag, std::move(*gcm), keys.salt);
  }
  std::optional<CounterMode> cipher = CounterMode::make(key);
  if (!cipher) return std::nullopt;
  return Half(kind, tag, Counter{std::move(*cipher), KeyedSha1(keys.hash.reveal())}, keys.salt);
}

std::size_t Half::growth() const {
  return tag_ + (kind_ == Kind::rtcp ? rtcp_word_bytes : 0);
}

/// Under AES-GCM the word stands behind the tag (RFC 7714 §9.2), else before it.
std::size_t Half::tag_at(Bytes packet) const {
  const bool behind = kind_ == Kind::rtcp && std::holds_alternative<Gcm>(keys_);
  return packet.size() - tag_ - (behind ? rtcp_word_bytes : 0);
}

std::optional<std::uint32_t> Half::index_in(Bytes packet) const {
  const std::size_t at =
      std::holds_alternative<Gcm>(keys_) ? packet.size() - rtcp_word_bytes : packet.size() - growth();
  const std::uint32_t word = read32(packet, at);
  return word & encrypted_bit ? std::optional(word & ~encrypted_bit) : std::nullopt;
}

/// RFC 3711 §4.1.1 and RFC 7714 §8.1, §9.1: SSRC and index, as far right as they go.
Block Half::iv(std::uint32_t ssrc, std::uint64_t index) const {
  Block out = salt_.reveal();
  const std::size_t bytes = std::holds_alternative<Gcm>(keys_) ? gcm_iv_bytes : counter_salt_bytes;
  for (std::size_t i = 0; i < 6; ++i) out[bytes - 1 - i] ^= static_cast<std::uint8_t>(index >> (8 * i));
  for (std::size_t i = 0; i < 4; ++i) out[bytes - 7 - i] ^= static_cast<std::uint8_t>(ssrc >> (8 * i));
  return out;
}

Gcm::Message Half::message(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const {
  const Bytes word = kind_ == Kind::rtcp ? Bytes(packet).last(rtcp_word_bytes) : Bytes();
  return {iv(ssrc, index), packet.first(head), word, packet.subspan(head, tag_at(packet) - head)};
}

bool Half::seal(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const {
  const std::uint32_t word = word_of(kind_, index);
  const std::size_t tag = tag_at(packet), text_end = packet.size() - growth();
  if (const Gcm* gcm = std::get_if<Gcm>(&keys_)) {
    if (kind_ == Kind::rtcp) write32(packet, tag + tag_, word);
    return gcm->seal(message(packet, head, ssrc, index), packet.subspan(tag).first<gcm_tag_bytes>());
  }
  const Counter& keys = std::get<Counter>(keys_);
  if (!keys.cipher.crypt(iv(ssrc, index), packet.subspan(head, text_end - head))) return false;
  const KeyedSha1::Tag made = keys.hash.tag(packet.first(text_end), word);
  if (kind_ == Kind::rtcp) write32(packet, text_end, word);
  std::copy_n(made.begin(), tag_, packet.begin() + static_cast<std::ptrdiff_t>(tag));
  return true;
}

bool Half::open(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const {
  const std::size_t tag = tag_at(packet), text_end = packet.size() - growth();
  if (const Gcm* gcm = std::get_if<Gcm>(&keys_))
    return gcm->open(message(packet, head, ssrc, index), Bytes(packet).subspan(tag).first<gcm_tag_bytes>());
  const Counter& keys = std::get<Counter>(keys_);
  const KeyedSha1::Tag made = keys.hash.tag(packet.first(text_end), word_of(kind_, index));
  return CRYPTO_memcmp(made.data(), packet.data() + tag, tag_) == 0 &&
         keys.cipher.crypt(iv(ssrc, index), packet.subspan(head, text_end - head));
}

void Half::restore(Room packet, std::size_t head, std::uint32_t ssrc, std::uint64_t index) const {
  // Counter mode authenticates first. GCM XORed its key stream onto the text, and does so again.
  if (const Gcm* gcm = std::get_if<Gcm>(&keys_))
    gcm->open(message(packet, head, ssrc, index), Bytes(packet).subspan(tag_at(packet)).first<gcm_tag_bytes>());
}

std::optional<Transform> Transform::make(const MasterKey& master, Gcm::Way way) {
  const auto half = [&](Kind kind) -> std::optional<Half> {
    const std::optional<SessionKeys> keys = derive(master, kind);
    return keys ? Half::make(master.suite(), kind, *keys, way) : std::nullopt;
  };
  std::optional<Half> rtp = half(Kind::rtp), rtcp = half(Kind::rtcp);
  if (!rtp || !rtcp) return std::nullopt;
  return Transform{std::move(*rtp), std::move(*rtcp)};
}

}  // namespace rf::srtp
