#include "core/srtp/keys.hpp"

#include <algorithm>

namespace rf::srtp {
namespace {

/// RFC 3711 §4.3.1: which of the session keys of a kind; those of RTCP follow those of RTP.
enum class Label : std::uint8_t { encryption, authentication, salt };

/// A session key is the key stream of the master key from a place that its salt and a label name (RFC 3711 §4.3.3). A
/// salt of 12 bytes is followed by zeros (RFC 7714 §11).
bool derive_one(const CounterMode& cipher, const MasterKey& master, Kind kind, Label label, Room out) {
  Secret<Block> start;
  std::copy(master.salt().begin(), master.salt().end(), start.reveal().begin());
  start.reveal()[7] ^= static_cast<std::uint8_t>(static_cast<unsigned>(label) + (kind == Kind::rtcp ? 3 : 0));
  return cipher.crypt(start.reveal(), out);
}

}  // namespace

std::optional<SessionKeys> derive(const MasterKey& master, Kind kind) {
  if (!master) return std::nullopt;
  const std::optional<CounterMode> cipher = CounterMode::make(master.key());
  const SuiteFacts& facts = facts_of(master.suite());
  SessionKeys keys;
  if (!cipher || !derive_one(*cipher, master, kind, Label::encryption, Room(keys.cipher.reveal()).first(facts.key)) ||
      !derive_one(*cipher, master, kind, Label::authentication, keys.hash.reveal()) ||
      !derive_one(*cipher, master, kind, Label::salt, Room(keys.salt.reveal()).first(facts.salt)))
    return std::nullopt;
  return keys;
}

}  // namespace rf::srtp
