#include <array>

#include "core/base/limits/media.hpp"
#include "core/srtp/indexes.hpp"
#include "core/srtp/stream.hpp"
#include "core/srtp/transform.hpp"

namespace rf::srtp {
namespace {

using Result = std::expected<std::size_t, Refusal>;

/// Where an SSRC was under the key before.
struct Place {
  std::uint32_t ssrc = 0;
  std::uint64_t newest = 0;
};
using Places = std::vector<Place>;

/// What a packet's index may be, the likeliest first.
class Guesses {
 public:
  void add(std::uint64_t index) {
    for (const std::uint64_t known : *this)
      if (known == index) return;
    indexes_[count_++] = index;
  }
  const std::uint64_t* begin() const { return indexes_.data(); }
  const std::uint64_t* end() const { return indexes_.data() + count_; }

 private:
  std::array<std::uint64_t, 3> indexes_{};
  std::size_t count_ = 0;
};

/// Of an SSRC that is new under this key: as it was under the key before, from zero, or over zero already, when what it
/// began with was lost just below 2^16.
Guesses first_guesses(std::uint32_t ssrc, std::uint16_t sequence, const Places& before) {
  Guesses guesses;
  for (const Place& place : before)
    if (place.ssrc == ssrc)
      if (const auto index = estimate(sequence, place.newest)) guesses.add(*index);
  guesses.add(sequence);
  if (sequence < 1u << 15) guesses.add((1u << 16) + sequence);
  return guesses;
}

/// One key of the peer, and all that was heard under it.
class Key {
 public:
  static std::optional<Key> make(const MasterKey& master) {
    std::optional<Transform> transform = Transform::make(master, Gcm::Way::open);
    if (!transform) return std::nullopt;
    return Key(master, std::move(*transform));
  }

  bool is(const MasterKey& master) const { return master_ == master; }
  const Streams& streams() const { return streams_; }

  /// `last`: nobody else will try a packet that this key refuses.
  Result open_rtp(Room packet, const Places& before, bool last);
  Result open_rtcp(Room packet, bool last);

 private:
  Key(const MasterKey& master, Transform transform) : master_(master), transform_(std::move(transform)) {}
  Stream& stream(Stream* found, std::uint32_t ssrc) { return found ? *found : streams_.add(ssrc); }

  MasterKey master_;
  Transform transform_;
  Streams streams_;
};

Result Key::open_rtp(Room packet, const Places& before, bool last) {
  const Half& half = transform_.rtp;
  if (packet.size() < half.growth()) return std::unexpected(Refusal::malformed);
  const std::size_t bytes = packet.size() - half.growth();
  const auto head = rtp_head_bytes(packet.first(bytes));
  if (!head) return std::unexpected(Refusal::malformed);
  const std::uint16_t sequence = read16(packet, 2);
  const std::uint32_t ssrc = read32(packet, 8);
  Stream* const found = streams_.find(ssrc);
  if (!found && streams_.full()) return std::unexpected(Refusal::too_many_streams);
  Guesses guesses;
  if (found && found->rtp.started()) {
    const auto index = estimate(sequence, found->rtp.newest());
    if (!index) return std::unexpected(index.error());
    if (const auto objection = found->rtp.objection(*index)) return std::unexpected(*objection);
    guesses.add(*index);
  } else {
    guesses = first_guesses(ssrc, sequence, before);
  }
  for (const std::uint64_t& index : guesses) {
    if (half.open(packet, *head, ssrc, index)) {
      stream(found, ssrc).rtp.use(index);
      return bytes;
    }
    if (!last || &index + 1 != guesses.end()) half.restore(packet, *head, ssrc, index);
  }
  return std::unexpected(Refusal::not_authentic);
}

Result Key::open_rtcp(Room packet, bool last) {
  const Half& half = transform_.rtcp;
  if (packet.size() < half.growth()) return std::unexpected(Refusal::malformed);
  const std::size_t bytes = packet.size() - half.growth();
  if (!is_rtcp(packet.first(bytes))) return std::unexpected(Refusal::malformed);
  const std::optional<std::uint32_t> index = half.index_in(packet);
  if (!index) return std::unexpected(Refusal::malformed);
  const std::uint32_t ssrc = read32(packet, 4);
  Stream* const found = streams_.find(ssrc);
  if (!found && streams_.full()) return std::unexpected(Refusal::too_many_streams);
  if (found)
    if (const auto objection = found->rtcp.objection(*index)) return std::unexpected(*objection);
  if (!half.open(packet, rtcp_head_bytes, ssrc, *index)) {
    if (!last) half.restore(packet, rtcp_head_bytes, ssrc, *index);
    return std::unexpected(Refusal::not_authentic);
  }
  stream(found, ssrc).rtcp.use(*index);
  return bytes;
}

/// What is known of the SSRCs once `key` is not the newest any more: what it heard, else what was known before.
Places places_after(const Key& key, const Places& before) {
  Places out;
  for (const Stream& s : key.streams().all())
    if (s.rtp.started()) out.push_back({s.ssrc, s.rtp.newest()});
  return out.empty() ? before : out;
}

}  // namespace

struct Unprotector::Receiver {
  Key key;
  std::optional<Key> former;
  Places before;
  std::uint32_t former_left = 0;  ///< authentic packets for which `former` still counts

  template <class Open>
  Result open(Open&& with) {
    const Result result = with(key, !former);
    if (!former) return result;
    if (result) {
      former.reset();
      return result;
    }
    const Result by_former = with(*former, true);
    if (!by_former) return result;
    if (--former_left == 0) former.reset();
    return by_former;
  }
};

std::optional<Unprotector> Unprotector::make(const MasterKey& key) {
  std::optional<Key> made = Key::make(key);
  if (!made) return std::nullopt;
  return Unprotector(std::make_unique<Receiver>(Receiver{std::move(*made), std::nullopt, {}, 0}));
}

Unprotector::Unprotector(std::unique_ptr<Receiver> receiver) : receiver_(std::move(receiver)) {}
Unprotector::Unprotector(Unprotector&&) noexcept = default;
Unprotector& Unprotector::operator=(Unprotector&&) noexcept = default;
Unprotector::~Unprotector() = default;

std::expected<std::size_t, Refusal> Unprotector::unprotect_rtp(Room packet) {
  return receiver_->open([&](Key& key, bool last) { return key.open_rtp(packet, receiver_->before, last); });
}

std::expected<std::size_t, Refusal> Unprotector::unprotect_rtcp(Room packet) {
  return receiver_->open([&](Key& key, bool last) { return key.open_rtcp(packet, last); });
}

bool Unprotector::is_changing() const {
  return receiver_->former.has_value();
}

bool Unprotector::rekey(const MasterKey& key) {
  Receiver& r = *receiver_;
  if (r.key.is(key)) return true;
  if (r.former && r.former->is(key)) {
    std::swap(r.key, *r.former);
  } else {
    std::optional<Key> made = Key::make(key);
    if (!made) return false;
    r.before = places_after(r.key, r.before);
    r.former = std::exchange(r.key, std::move(*made));
  }
  r.former_left = SrtpLimits::former_key_packets;
  return true;
}

}  // namespace rf::srtp
