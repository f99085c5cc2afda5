// The pure per-packet step of the relay: who may send here, where it goes, what is counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/address.hpp"
#include "core/media/digits.hpp"
#include "core/media/plan.hpp"
#include "core/media/voice.hpp"
#include "core/rtp/receiver.hpp"
#include "core/rtp/rtp.hpp"

namespace rf::media {

/// What becomes of a packet. `to` is null when it is dropped; otherwise it leaves by the other leg's RTP or RTCP port.
/// The pointer holds until the session is called again.
struct Decision {
  const Endpoint* to = nullptr;
  bool by_rtcp_port = false;
  char digit = 0;  ///< that was pressed, and is to be told: DigitHeard
  bool to_transcode = false;  ///< the other leg wants it in its own codec: the packets made of it leave by send_coded()

  explicit operator bool() const { return to != nullptr; }
};

/// What a session says: one packet, or that it has said all, or nothing.
struct Spoken {
  const Endpoint* to = nullptr;  ///< null: no packet; holds until the session is called again
  std::uint8_t leg = 0;          ///< it leaves by this leg's RTP port
  std::size_t bytes = 0;
  std::uint32_t over = 0;  ///< the order of which all was said: VoiceDone
  bool to_transcode = false;  ///< its hearer speaks no G.711: as Decision::to_transcode
};

/// What the right source may do without being taken for somebody else: the numbers of RFC 3550 A.1, and their like.
struct SessionLimits {
  static constexpr std::int64_t stream_gone_us = 200'000;   ///< an SSRC silent for so long may be replaced at once
  static constexpr std::uint8_t probation_packets = 3;      ///< in sequence, before a new stream replaces a living one
  static constexpr std::uint16_t dropout_max = 3'000;       ///< RFC 3550 A.1 MAX_DROPOUT
  static constexpr std::uint16_t misorder_max = 100;        ///< RFC 3550 A.1 MAX_MISORDER
  static constexpr std::int64_t press_repeats_us = 60'000;  ///< for which the end of a press is repeated
  static constexpr std::int64_t restarts_window_us = 60'000'000;  ///< of ShareLimits::stream_restarts
};

/// One relayed stream. Contract: on_packet() for each datagram on one of the four ports, in order of arrival, with a
/// monotonic time in microseconds that never goes back. No allocation, no clock, no socket.
///
/// Who is heard (M3): without `learn` only the endpoint of the SDP. With `learn` the first valid RTP packet decides
/// between the SDP endpoint and one port of the signalling address; from then on only that endpoint is heard, until
/// update() brings another SDP. RTCP follows the same rule with a port of its own.
///
/// While the plan has a voice with an order, nothing is passed on. What the legs send is held against all the same
/// rules; the digits of the leg that hears the voice come with the decision. speak() whenever speaks_at_us() has come.
class Session {
 public:
  Session(const RelayPlan& plan, std::int64_t now_us, const Speech& speech = {});

  /// `leg` 0 or 1 and `rtcp_port` say where the datagram arrived.
  Decision on_packet(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source,
                     std::span<const std::uint8_t> bytes);
  /// New remotes, clock or silence limit. A leg whose remotes did not change keeps what it learned; counters go on.
  /// A voice with another order begins, one with the same goes on (perhaps to another payload type), order 0 ends it.
  void update(const RelayPlan& plan, std::int64_t now_us, const Speech& speech = {});

  /// When speak() wants to be called next (monotonic microseconds); never_ms while there is nothing to say.
  std::int64_t speaks_at_us() const { return voice_.due_us(); }
  /// Writes the packet that is due to `out`, which has room for voice_packet_bytes. What is behind time is said in
  /// several calls.
  Spoken speak(std::int64_t now_us, std::span<std::uint8_t> out);

  /// A packet for `leg` that was made of others by plan.transcode or plan.voice.coding: where it goes now, if anywhere.
  Decision send_coded(unsigned leg) const;

  /// When the stream counts as silent (monotonic microseconds; never_ms when it never does). Moves on with each RTP
  /// packet, and while we speak: who listens may be silent.
  std::int64_t silent_at_us() const;
  /// Since when neither side has been heard, nor spoken to by us.
  std::int64_t silent_since_us() const { return last_rtp_us_; }
  RelayReport report() const;
  const RelayPlan& plan() const { return plan_; }

 private:
  struct Restart {
    std::uint32_t ssrc = 0;
    std::uint16_t next = 0;
    std::uint8_t seen = 0;
  };
  struct Leg {
    Endpoint rtp, rtcp;  // where the peer is, as far as known
    bool rtp_locked = false, rtcp_locked = false;
    bool send_rtp = false, send_rtcp = false;  // endpoints we are willing to send to
    bool mux = false;                          // RTCP on the RTP port (RFC 5761)
    bool started = false;
    Restart restart;
    std::int64_t heard_us = 0;
    std::int64_t window_us = 0;
    std::uint32_t restarts = 0;
    Presses presses;
    std::int64_t came_us = 0;  // when the leg became part of this stream
    rtp::Receiver receiver;
    LegStatistics counted;
  };

  void aim(unsigned leg);
  bool may_send_to(unsigned leg, const Endpoint& to, bool locked) const;
  bool is_rtp_peer(unsigned leg, const Endpoint& source, bool valid);
  bool is_rtcp_peer(unsigned leg, const Endpoint& source, bool valid);
  bool fits_stream(Leg& leg, const rtp::Header& header, std::int64_t now_us);
  void order_voice(std::int64_t now_us, const Speech& speech);
  struct Key {
    bool for_us = false;  // not for the other side
    char digit = 0;       // to be told
  };
  Key key_in(unsigned leg, const rtp::Header& header, std::int64_t now_us);
  std::uint32_t clock_of(unsigned leg) const;
  bool began_elsewhere(unsigned i, const rtp::Event& event, std::int64_t now_us) const;
  Decision on_rtp(std::int64_t now_us, unsigned leg, const Endpoint& source, std::span<const std::uint8_t> bytes);
  Decision on_rtcp(unsigned leg, bool rtcp_port, const Endpoint& source, std::span<const std::uint8_t> bytes);
  Decision refuse_source(unsigned leg, const Endpoint& source);
  Decision refuse_shape(unsigned leg, const Endpoint& source);

  RelayPlan plan_;
  std::array<Leg, 2> legs_;
  std::int64_t last_rtp_us_;
  Voice voice_;
};

}  // namespace rf::media
