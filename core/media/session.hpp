// The pure per-packet step of the relay: who may send here, where it goes, what is counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/address.hpp"
#include "core/media/digits.hpp"
#include "core/media/keypad.hpp"
#include "core/media/plan.hpp"
#include "core/media/secure_leg.hpp"
#include "core/media/voice.hpp"
#include "core/rtp/receiver.hpp"
#include "core/rtp/rtp.hpp"

namespace rf::media {

/// What a packet may become longer by while it is worked on: a tag, or an answer that is made beside it.
inline constexpr std::size_t packet_growth = IceLimits::message_bytes;
static_assert(packet_growth >= srtp::growth_most);

/// What becomes of a packet. `to` is null when it is not passed on; otherwise the first `bytes` of the room leave by
/// the other leg's RTP or RTCP port. The pointer holds until the session is called again.
struct Decision {
  const Endpoint* to = nullptr;
  std::size_t bytes = 0;
  bool by_rtcp_port = false;
  char digit = 0;                ///< that was pressed, and is to be told: DigitHeard
  std::uint8_t digit_leg = 0;    ///< who pressed it
  bool handshake = false;        ///< a datagram of DTLS that is for the association of this leg and port
  std::size_t answer_bytes = 0;  ///< so many at the beginning of the room go back to the source by the same socket
  bool to_transcode = false;     ///< the first `bytes` are for the transcoder; what it makes of them: send_coded()

  explicit operator bool() const { return to != nullptr; }
};

/// What a session says: one packet, or that it has said all, or nothing.
struct Spoken {
  const Endpoint* to = nullptr;  ///< null: no packet; holds until the session is called again
  std::uint8_t leg = 0;          ///< it leaves by this leg's RTP port
  std::size_t bytes = 0;
  std::uint32_t over = 0;     ///< the order of which all was said: VoiceDone
  bool to_transcode = false;  ///< its hearer has another codec, or hears keys as tones: `bytes` are for the transcoder
  bool is_key = false;        ///< of the other leg, and not of our voice
};

/// What the right source may do without being taken for somebody else: the numbers of RFC 3550 A.1, and their like.
struct SessionLimits {
  static constexpr std::int64_t stream_gone_us = 200'000;   ///< an SSRC silent for so long may be replaced at once
  static constexpr std::uint8_t probation_packets = 3;      ///< in sequence, before a new stream replaces a living one
  static constexpr std::uint16_t dropout_max = 3'000;       ///< RFC 3550 A.1 MAX_DROPOUT
  static constexpr std::uint16_t misorder_max = 100;        ///< RFC 3550 A.1 MAX_MISORDER
  static constexpr std::int64_t press_repeats_us = 60'000;  ///< for which the end of a press is repeated
  /// RTCP in the clear from an encrypted leg's own place that is no attack: some phones open their NAT with one before
  /// they encrypt, and say good-bye with one when they do no more. It is refused as all is, and not counted.
  static constexpr std::uint8_t clear_reports = 2;
  /// Questions of STUN without ICE from a leg's own place that are no attack either, in a minute: some phones open
  /// their NAT with them whenever their stream begins, and keep it open so (RFC 6263 §4.6). Nobody answers.
  static constexpr std::uint8_t openers = 64;
  static constexpr std::int64_t openers_window_us = 60'000'000;
  static constexpr std::int64_t restarts_window_us = 60'000'000;  ///< of ShareLimits::stream_restarts
  // Before an encrypted leg is sent to where nobody named it
  static constexpr std::int64_t peer_gone_us = 500'000;  ///< so long nothing came from where we send to
  static constexpr std::uint8_t move_packets = 5;        ///< newer ones from the new place, and none from elsewhere
};

/// One relayed stream. Contract: on_packet() for each datagram on one of the four ports, in order of arrival, with a
/// monotonic time in microseconds that never goes back. No clock, no socket; no allocation but for an encrypted stream
/// that is new.
///
/// Who is heard on a plain leg (M3): without `learn` only the endpoint of the SDP. With `learn` the first valid RTP
/// packet decides between the SDP endpoint and one port of the signalling address; from then on only that endpoint is
/// heard, until update() brings another SDP. RTCP follows the same rule with a port of its own.
///
/// An encrypted leg hears what is authentic and new, from wherever it comes, and nothing else; before its keys are
/// known it hears and sends nothing. Where it sends to is another question, because whoever sees its packets can repeat
/// them faster from elsewhere: a place that a plain leg would be learned from teaches with its first authentic packet.
/// Any other has to send SessionLimits::move_packets, each newer than all before and with none from elsewhere between
/// them, after nothing, not even a packet that was repeated faster, came from where we send to for peer_gone_us. With
/// ICE only endpoints that passed a check are looked at, and only the one that the peer selected is sent to. What was
/// refused is counted by what it lacked.
///
/// While the plan has a voice with an order, nothing is passed on. What the legs send is held against all the same
/// rules; the digits of the leg that hears the voice come with the decision. speak() whenever speaks_at_us() has come.
///
/// Keys of a leg that come by INFO (plan.press) are put into what it sends; see Keypad. Who sends both events and INFO
/// for one key presses it once: the way that was used first counts until the plan's next round.
class Session {
 public:
  Session(const RelayPlan& plan, std::int64_t now_us, const Speech& speech = {});

  /// `leg` 0 or 1 and `rtcp_port` say where the datagram arrived, which is the first `bytes` of `room`. It is worked on
  /// in place; behind it there have to be packet_growth bytes of room.
  Decision on_packet(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source,
                     std::span<std::uint8_t> room, std::size_t bytes);
  /// New remotes, clock or silence limit. A leg whose remotes did not change keeps what it learned; counters go on.
  /// A voice with another order begins, one with the same goes on (perhaps to another payload type), order 0 ends it.
  void update(const RelayPlan& plan, std::int64_t now_us, const Speech& speech = {});

  /// When speak() wants to be called next (monotonic microseconds); never_ms while there is nothing to say.
  std::int64_t speaks_at_us() const;
  /// Writes the packet that is due to `out`, which has room for voice_packet_bytes and srtp::growth_most. What is
  /// behind time is said in several calls.
  Spoken speak(std::int64_t now_us, std::span<std::uint8_t> out);

  /// The first `bytes` of `room` are a packet for `leg` that was made by plan.transcode or plan.voice.coding. It is
  /// made fit for the leg in place, as on_packet() does.
  Decision send_coded(std::int64_t now_us, unsigned leg, std::span<std::uint8_t> room, std::size_t bytes);

  /// When the stream counts as silent (monotonic microseconds; never_ms when it never does). Moves on with each RTP
  /// packet, and while we speak: who listens may be silent.
  std::int64_t silent_at_us() const;
  /// Since when neither side has been heard, nor spoken to by us.
  std::int64_t silent_since_us() const { return last_rtp_us_; }
  /// The number of the DTLS association that `leg` needs; another one than before: the former ones count no more.
  std::uint32_t association(unsigned leg) const;
  /// Whom `leg` has to send a ClientHello to, when it is the active side and knows him; null otherwise.
  const Endpoint* connects_to(std::int64_t now_us, unsigned leg, Component component);
  /// The handshake of `leg` and `component` made keys.
  void set_keys(unsigned leg, Component component, const srtp::MasterKey& ours, const srtp::MasterKey& theirs,
                std::int64_t now_us);
  /// A handshake with `source` failed. Gives the fault that ends the call. What may have been somebody beside the peer,
  /// on its host, is counted and only suspected: suspicion().
  std::optional<MediaFault> on_handshake_failed(std::int64_t now_us, unsigned leg, const Endpoint& source,
                                                MediaFault fault);
  /// When on_suspicion() wants to be asked; never_ms when not.
  std::int64_t suspicion_ends_us(unsigned leg) const;
  /// The fault that ends the call, when nobody better came in the time that a handshake may take.
  std::optional<MediaFault> on_suspicion(std::int64_t now_us, unsigned leg);

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
    std::optional<std::uint32_t> former_ssrc;  // of the stream before
    std::int64_t heard_us = 0;
    std::int64_t window_us = 0;
    std::uint32_t restarts = 0;
    std::uint8_t clear_reports = 0;
    std::uint8_t openers = 0;
    std::int64_t openers_from_us = 0;
    bool transcodes = false;  // of one that may pass: its last sound was for the transcoder, or one before was too long
    Presses presses;
    Presses made;  // of what the transcoder makes for this leg
    std::uint32_t made_ssrc = 0;
    enum class Used : std::uint8_t { nothing, rtp, info } used = Used::nothing;  // for its keys, in this round
    std::uint32_t timestamp = 0;  // of its last packet
    std::unique_ptr<Keypad> keypad;  // once a key of its came by INFO
    std::int64_t came_us = 0;  // when the leg became part of this stream
    rtp::Receiver receiver;
    LegStatistics counted;
    std::unique_ptr<SecureLeg> secure;  // none: RTP in the clear between addresses
  };
  using Room = std::span<std::uint8_t>;

  void aim(unsigned leg);
  bool is_described(unsigned leg) const;
  bool may_send_to(unsigned leg, const Endpoint& to, bool locked) const;
  bool is_rtp_peer(unsigned leg, const Endpoint& source, bool valid);
  bool is_rtcp_peer(unsigned leg, const Endpoint& source, bool valid);
  bool is_named(unsigned leg, bool rtcp_port, const Endpoint& source) const;
  void lock_rtp(unsigned leg, const Endpoint& source);
  bool fits_stream(Leg& leg, const rtp::Header& header, std::int64_t now_us);
  void order_voice(std::int64_t now_us, const Speech& speech);
  struct Key {
    bool for_us = false;  // not for the other side
    char digit = 0;       // to be told
  };
  Key key_in(unsigned leg, const rtp::Header& header, std::int64_t now_us);
  // Keys that are turned from one way into another: session_keys.cpp
  Key key_made(unsigned leg, std::span<const std::uint8_t> packet, std::int64_t now_us);
  char tell(unsigned leg, char digit, std::int64_t now_us);
  bool takes_events(unsigned leg) const;
  bool is_told(unsigned leg) const;
  bool listens_to(unsigned leg) const;
  void take_press(const PressPlan& press, std::int64_t now_us, const Speech& speech);
  std::optional<KeyFormat> key_format(unsigned leg) const;
  Spoken speak_key(std::int64_t now_us, unsigned leg, std::span<std::uint8_t> out);
  bool is_for_transcoder(unsigned leg, const rtp::Header& header);
  bool is_transcoded(unsigned leg) const;
  std::uint32_t clock_of(unsigned leg) const;
  bool began_elsewhere(unsigned i, const rtp::Event& event, std::int64_t now_us) const;
  Decision on_rtp(std::int64_t now_us, unsigned leg, const Endpoint& source, Room room, std::size_t bytes);
  Decision on_rtcp(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source, Room room,
                   std::size_t bytes);
  Decision hear_rtp(std::int64_t now_us, unsigned leg, const Endpoint& source, const rtp::Header& header, Room room,
                    std::size_t bytes);
  Decision hear_rtcp(std::int64_t now_us, unsigned leg, Room room, std::size_t bytes);
  Decision pass_to(std::int64_t now_us, unsigned leg, bool rtcp, Room room, std::size_t bytes);
  bool only_opens(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source,
                  std::span<const std::uint8_t> datagram);
  Decision refuse_source(unsigned leg, const Endpoint& source);
  Decision refuse_shape(unsigned leg, const Endpoint& source);

  // Of a leg that is encrypted or has ICE: session_secure.cpp
  void secure_leg(unsigned leg, std::int64_t now_us);
  Decision on_secure(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source, Room room,
                     std::size_t bytes);
  Decision on_stun(std::int64_t now_us, unsigned leg, Component component, const Endpoint& source, Room room,
                   std::size_t bytes);
  Decision on_dtls(unsigned leg, bool rtcp_port, const Endpoint& source);
  Decision on_proved(std::int64_t now_us, unsigned leg, bool rtcp, const Endpoint& source, Room room,
                     std::size_t bytes);
  Decision refuse(std::int64_t now_us, unsigned leg, bool rtcp, const Endpoint& source, srtp::Refusal refusal);
  Decision refuse_proof(unsigned leg, const Endpoint& source);
  Decision refuse_replay(unsigned leg, const Endpoint& source);
  void follow(std::int64_t now_us, unsigned leg, const Endpoint& source, const rtp::Header& header);
  void follow_rtcp(unsigned leg, const Endpoint& source);
  void follow_ice(std::int64_t now_us, unsigned leg);

  RelayPlan plan_;
  std::array<Leg, 2> legs_;
  std::int64_t last_rtp_us_;
  Voice voice_;
};

}  // namespace rf::media
