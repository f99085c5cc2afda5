// The media of one relay: its session, and both phones' ends of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/random.hpp"
#include "core/engine/input.hpp"
#include "core/media/session.hpp"
#include "sim/talk/party.hpp"

namespace rf::traffic {

/// Goes through the same steps as a media thread: plans, handshakes, packets.
class Conversation {
 public:
  Conversation(const media::RelayPlan& plan, Random& random, std::int64_t now_us);

  void update(const media::RelayPlan& plan, Random& random, std::int64_t now_us);
  /// The handshakes that can be done now are; what the engine is to be told of each.
  std::vector<engine::MediaSecured> shake_hands(Random& random, std::int64_t now_us);
  /// Each says `words` to the other. How many were heard as they were said.
  std::uint64_t talk(unsigned words, Random& random, std::int64_t& now_us);
  /// What one heard that the other never said.
  std::uint64_t foreign() const;

  const media::RelayPlan& plan() const { return session_.plan(); }
  /// Every key that both ends were told, in the order of the legs.
  std::vector<srtp::MasterKey> keys() const;

 private:
  struct End {
    explicit End(unsigned leg, Random& random)
        : party(leg, static_cast<std::uint32_t>(random.next()), static_cast<std::uint16_t>(random.next())) {}
    talk::Party party;
    srtp::MasterKey ours, theirs;              // as the relay calls them
    std::optional<std::uint32_t> association;  // that was made
  };
  void agree(unsigned leg);
  bool can_speak(unsigned leg) const;
  Endpoint place_of(unsigned leg) const;
  void check(unsigned leg, Random& random, std::int64_t now_us);
  void say(unsigned leg, std::int64_t now_us);

  media::Session session_;
  std::array<End, 2> ends_;
  std::uint64_t foreign_ = 0;  ///< heard by phones that have gone
};

}  // namespace rf::traffic
