#include "sim/talk/party.hpp"

#include <algorithm>

namespace rf::talk {
namespace {

constexpr std::size_t head_bytes = 12;

void write(Room room, std::uint64_t value) {
  for (std::size_t i = 0; i < room.size(); ++i)
    room[i] = static_cast<std::uint8_t>(value >> (8 * (room.size() - 1 - i)));
}

std::uint64_t read(Room room) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : room) value = value << 8 | byte;
  return value;
}

void write_word(Room room, unsigned speaker, std::uint64_t word) {
  write(room.first(8), word);
  for (std::size_t i = 8; i < room.size(); ++i) room[i] = static_cast<std::uint8_t>((word + i) * (2 * speaker + 3));
}

}  // namespace

Party::Party(unsigned number, std::uint32_t ssrc, std::uint16_t first_sequence)
    : number_(number), ssrc_(ssrc), sequence_(first_sequence) {}

void Party::agree(const srtp::MasterKey& ours, const srtp::MasterKey& theirs) {
  out_ = srtp::Protector::make(ours);
  if (!in_ || !in_->rekey(theirs)) in_ = srtp::Unprotector::make(theirs);
}

void Party::restart(std::uint32_t ssrc, std::uint16_t sequence) {
  ssrc_ = ssrc;
  sequence_ = sequence;
}

std::size_t Party::speak(Room room) {
  std::size_t bytes = head_bytes + word_bytes;
  room[0] = 0x80;
  room[1] = 8;
  write(room.subspan(2, 2), sequence_++);
  write(room.subspan(4, 4), spoken_ * word_bytes);
  write(room.subspan(8, 4), ssrc_);
  write_word(room.subspan(head_bytes, word_bytes), number_, spoken_++);
  return out_ ? out_->protect_rtp(room, bytes).value_or(0) : bytes;
}

std::size_t Party::report(Room room) {
  write(room.first(4), 0x80c90001);
  write(room.subspan(4, 4), ssrc_);
  return out_ ? out_->protect_rtcp(room, 8).value_or(0) : 8;
}

void Party::hear(std::int64_t now_ms, Room packet, bool rtcp) {
  if (in_) {
    const auto opened = rtcp ? in_->unprotect_rtcp(packet) : in_->unprotect_rtp(packet);
    if (!opened) {
      ++heard_.refused;
      return;
    }
    packet = packet.first(*opened);
  }
  if (rtcp) {
    ++heard_.reports;
    return;
  }
  std::array<std::uint8_t, word_bytes> said{};
  const bool long_enough = packet.size() == head_bytes + word_bytes;
  const std::uint64_t word = long_enough ? read(packet.subspan(head_bytes, 8)) : 0;
  write_word(said, number_ ^ 1, word);
  if (!long_enough || !std::equal(said.begin(), said.end(), packet.begin() + head_bytes) || word > 1u << 24) {
    ++heard_.foreign;
    return;
  }
  if (known_.size() <= word) known_.resize(word + 1);
  ++(known_[word] ? heard_.twice : heard_.words);
  known_[word] = true;
  heard_.longest_silence_ms = std::max(heard_.longest_silence_ms, now_ms - silent_since_ms);
  silent_since_ms = now_ms;
}

}  // namespace rf::talk
