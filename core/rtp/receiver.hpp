// What a receiver knows about a stream: order, loss, jitter, and how it would sound.
#pragma once

#include <cstdint>

namespace rf::rtp {

/// Statistics over one RTP stream, and over those that followed it under another SSRC. Integer arithmetic only.
/// The caller decides whether a packet belongs to the stream; this class counts.
/// Source: RFC 3550 §6.4.1, A.1, A.3, A.8.
class Receiver {
 public:
  /// Begins a new stream (first packet, new SSRC, new numbering); what was lost before stays counted.
  void start(std::uint32_t ssrc, std::uint16_t sequence);
  /// Counts a packet of the running stream. `arrival` in timestamp units, of any epoch; it wraps like the timestamps.
  void receive(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t arrival);

  std::uint32_t ssrc() const { return ssrc_; }
  /// The highest number seen, with the count of wraps in the upper half.
  std::uint32_t extended_sequence() const { return cycles_ | highest_; }
  std::uint16_t highest() const { return highest_; }
  std::uint64_t packets() const { return packets_; }
  /// Expected minus received over all streams; duplicates cannot make it negative.
  std::uint64_t lost() const;
  /// In timestamp units, smoothed over 16 packets.
  std::uint32_t jitter() const { return jitter_sixteenths_ >> 4; }

 private:
  std::uint64_t lost_now() const;

  std::uint32_t ssrc_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t base_ = 0;
  std::uint16_t highest_ = 0;
  bool started_ = false;
  bool timed_ = false;
  std::uint64_t received_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t lost_before_ = 0;
  std::uint32_t transit_ = 0;
  std::uint32_t last_timestamp_ = 0;
  std::uint32_t jitter_sixteenths_ = 0;
};

/// How a stream would sound: mean opinion score from 1 (unusable) to 4.4 (undisturbed G.711).
/// `lost` of `expected` packets, jitter and one-way delay in milliseconds; 0 when `expected` is 0.
/// Source: ITU-T G.107 with the default values, the delay term of G.107 in Cole and Rosenbluth's form, the loss term
/// with Bpl 25.1 for G.711 with concealment (G.113 Appendix I); twice the jitter stands for the play-out buffer.
double mos_estimate(std::uint64_t expected, std::uint64_t lost, double jitter_ms, double delay_ms = 20);

}  // namespace rf::rtp
