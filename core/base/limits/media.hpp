// Bounds of media: relays, encryption, ICE, codecs, media servers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of turning one codec into another, for legs that share none. Fixed.
struct TranscodeLimits {
  static constexpr std::size_t streams = 200;         ///< at a time; calls beyond it need a codec that both sides have
  static constexpr std::size_t queue_packets = 512;   ///< that wait for a thread, and as many behind it; more are lost
  static constexpr std::size_t queue_share = 8;       ///< a sender gets one part in this many of what is free there
  static constexpr std::uint32_t packets_per_s = 200;  ///< of one leg; the rest of the second is lost
  static constexpr std::uint32_t ahead_ms = 500;      ///< of sound that may come before its time; the rest is ignored
  static constexpr std::size_t packet_bytes = 1'500;  ///< of RTP; a longer one is lost
  static constexpr std::size_t coded_bytes = 512;     ///< of one frame that we make
  static constexpr std::uint32_t conceal_ms = 60;     ///< of lost sound that is made up; the rest is silence
  static constexpr std::uint32_t pause_ms = 10'000;   ///< a longer jump of timestamps is not believed: our clock counts
  static constexpr std::uint32_t press_step_ms = 200;  ///< of a pressed key that one packet makes up for
  static constexpr std::uint32_t press_ms = 8'000;     ///< of one pressed key; the tone ends there
};

/// Bounds of what a description may say of how one stream is protected (core/sdp/security). Fixed.
struct SecureLimits {
  static constexpr std::size_t keys = 16;            ///< a=crypto lines that are read; further ones are passed over
  static constexpr std::size_t key_line_bytes = 512;  ///< a longer one is a fault
  static constexpr std::size_t fingerprints = 8;     ///< further ones are a fault
  static constexpr std::size_t ice_text_bytes = 256;  ///< of a user fragment or a password; longer ones are a fault
  static constexpr std::size_t mid_bytes = 32;       ///< a longer name of a stream is not repeated
};

/// Bounds of encrypted media; of each media thread where nothing else is said. Fixed.
struct SecureMediaLimits {
  static constexpr std::size_t handshakes = 1'024;  ///< DTLS, under way; to further ones nobody answers until one ends
  static constexpr std::size_t handshakes_waiting = 512;  ///< datagrams; further ones are dropped, and come again
  static constexpr std::int64_t handshakes_turn_us = 2'000;  ///< of one turn, after all media; the rest waits
  // One handshake; what needs more has failed
  static constexpr std::int64_t handshake_us = 10'000'000;
  static constexpr std::size_t handshake_datagrams = 256;
  static constexpr std::size_t handshake_bytes = 64u << 10;
  static constexpr std::size_t handshake_answers = 16;  ///< datagrams waiting to be sent; further ones are dropped
  static constexpr std::size_t certificates_bytes = 8u << 10;  ///< that a peer may show
  static constexpr std::size_t datagram_bytes = 1'200;         ///< that we make: fits every path that carries voice
  static constexpr std::int64_t association_kept_us = 30'000'000;  ///< after the keys are there, for repeated datagrams
  static constexpr std::int64_t cookie_us = 60'000'000;  ///< and as long again, in which a ClientHello may be repeated
  static constexpr std::uint8_t handshakes_refused = 8;  ///< of one leg, of neighbours of its peer; then none is begun
};

/// Bounds of SRTP. Fixed.
struct SrtpLimits {
  /// SSRCs under one key, up to 80 bytes each. None is forgotten while the key lives, or it could be replayed; further
  /// ones are refused. Several hours of a phone that takes a new one after each hold.
  static constexpr std::size_t streams = 128;
  /// Authentic packets under the key before, after a new one was agreed on: ten seconds of speech. Then it is gone.
  static constexpr std::uint32_t former_key_packets = 500;
};

/// Bounds of ICE on one media port, and of STUN messages. Fixed.
struct IceLimits {
  static constexpr std::size_t message_bytes = 1'280;    ///< of a STUN message; a longer one is malformed
  static constexpr std::size_t attributes = 32;          ///< of one message; with more it is malformed
  static constexpr std::size_t unknown_attributes = 16;  ///< named in one 420; further ones are not
  static constexpr std::size_t endpoints = 16;  ///< that passed a check; then the one that was checked longest ago goes
  static constexpr std::size_t transactions = 2'048;  ///< remembered against replays, 8 bytes each; the newest
  static constexpr std::int64_t consent_us = 30'000'000;       ///< for which a check counts (RFC 7675 §5.1)
  static constexpr std::int64_t consent_sign_us = 20'000'000;  ///< after the nomination; who checks then, consents
  static constexpr std::int64_t rival_us = 10'000'000;         ///< without a check; then any nomination moves it
  static constexpr std::size_t fragment_bytes = 256;      ///< of an ice-ufrag, and of a password (RFC 8839 §5.4)
};

/// Bounds of the question for our public address, which any host on the way may answer. Fixed.
struct PublicAddressLimits {
  static constexpr std::uint32_t first_wait_ms = 500;   ///< before the first repetition; then doubled (RFC 8489 §6.2.1)
  static constexpr std::uint32_t requests = 7;          ///< of one transaction; then it has failed
  static constexpr std::uint32_t last_wait_ms = 8'000;  ///< after the last one
  static constexpr std::uint32_t between_s = 300;       ///< from one question to the next
  static constexpr std::uint32_t after_failure_s = 60;  ///< likewise when nobody answered
};

struct RelayLimits {
  /// Buffers of one media thread for what comes on the sockets of steady streams; a power of two. When all are full,
  /// packets wait in their sockets.
  static constexpr std::uint16_t ring_buffers = 1'024;
  static constexpr std::uint32_t ring_sockets = 65'536;  ///< watched by one media thread; further ones the slower way
};

/// Bounds of what we ask rtpengine servers. Fixed.
struct RtpengineLimits {
  static constexpr std::size_t servers = 16;            ///< configured; more are a fault of the file
  static constexpr std::size_t message_bytes = 65'507;  ///< of a question or an answer; a longer one is none
  static constexpr std::size_t depth = 8;               ///< of lists in each other; deeper is malformed
  static constexpr std::size_t elements = 4'096;        ///< of one answer; more are malformed
  static constexpr std::size_t questions = 8'192;       ///< of one server, under way; then streams go to others
  static constexpr std::uint32_t first_wait_ms = 250;   ///< before the first repetition; then doubled
  static constexpr std::uint32_t requests = 4;          ///< of one question; then the server counts as down
  static constexpr std::uint32_t ping_every_ms = 2'000;
  static constexpr std::size_t stock = 64;       ///< streams kept open for calls to come
  static constexpr std::size_t stock_most = 256; ///< of them in the engine; further ones are given back
  static constexpr std::int64_t stock_age_ms = 900'000;   ///< then given back: a server forgets what is silent
  static constexpr std::int64_t refill_wait_ms = 1'000;   ///< after no server took one
  static constexpr std::int64_t look_every_ms = 5'000;    ///< how often a stream of a call is looked after
  static constexpr std::int64_t look_at_stock_ms = 30'000;
  static constexpr std::int64_t lost_after_ms = 20'000;   ///< without an answer; then its call ends
};

}  // namespace rf
