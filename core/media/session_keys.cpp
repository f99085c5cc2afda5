// The part of the session where keys are turned from one way into another: RFC 4733, SIP INFO, tones in the sound.
#include <algorithm>

#include "core/media/session.hpp"

namespace rf::media {

std::int64_t Session::speaks_at_us() const {
  std::int64_t at_us = voice_.due_us();
  for (const Leg& leg : legs_)
    if (leg.keypad) at_us = std::min(at_us, leg.keypad->due_us());
  return at_us;
}

/// Whether events that this leg sends are its keys.
bool Session::takes_events(unsigned i) const {
  return plan_.legs[i].keys == KeyWay::events && legs_[i].used != Leg::Used::info;
}

/// Whether the keys of this leg are for the engine: we speak, or the other leg takes them by INFO.
bool Session::is_told(unsigned i) const {
  return plan_.voice.order != 0 || plan_.legs[i ^ 1].keys == KeyWay::info;
}

/// Whether what this leg says while we speak is looked through for tones.
bool Session::listens_to(unsigned i) const {
  return plan_.voice.order != 0 && (plan_.voice.leg & 1u) == i && plan_.legs[i].keys == KeyWay::sound &&
         plan_.transcode && is_transcoded(i);
}

/// A digit that is to be told, when it may be.
char Session::tell(unsigned i, char digit, std::int64_t now_us) {
  const bool of_hearer = plan_.voice.order == 0 || (plan_.voice.leg & 1u) == i;
  if (digit == 0 || !of_hearer || !legs_[i].presses.may_tell(now_us)) return 0;
  if (plan_.voice.order != 0 && plan_.voice.stops_at_digit) voice_.interrupt(plan_.voice);
  return digit;
}

/// Looks at what the transcoder made for leg `i`: events that it heard in the sound, or turned.
Session::Key Session::key_made(unsigned i, std::span<const std::uint8_t> packet, std::int64_t now_us) {
  const auto header = rtp::parse(packet);
  const std::uint8_t event_type = plan_.transcode->legs[i].event_type;
  if (!header || event_type == 0 || header->payload_type != event_type) return {};
  const auto event = rtp::parse_event(header->payload);
  if (!event) return {true, 0};
  Leg& to = legs_[i];
  Leg& from = legs_[i ^ 1];
  if (to.made_ssrc != header->ssrc) to.made.restart();
  to.made_ssrc = header->ssrc;
  const bool told = is_told(i ^ 1);
  if (!to.made.begins(*header, *event)) return {told || to.made.is_kept(*header), 0};
  const bool was_info = from.keypad && from.keypad->was_pressing(now_us);
  const bool counts = was_info || from.used != Leg::Used::info;
  if (!was_info && counts) from.used = Leg::Used::rtp;
  if (counts && !told) return {};
  to.made.keep();
  return {true, counts ? tell(i ^ 1, digit_of(*event), now_us) : '\0'};
}

/// Another way than that which was used first is not heard: its keys are the same ones.
void Session::take_press(const PressPlan& press, std::int64_t now_us, const Speech& speech) {
  const unsigned i = press.leg & 1u;
  Leg& leg = legs_[i];
  if (plan_.voice.order != 0 || leg.used == Leg::Used::rtp || !key_format(i)) return;
  leg.used = Leg::Used::info;
  if (!leg.keypad) {
    const bool runs = leg.receiver.packets() > 0;
    leg.keypad = std::make_unique<Keypad>(
        runs ? StreamPlace{leg.receiver.ssrc(), leg.timestamp, leg.receiver.highest(), leg.heard_us}
             : StreamPlace{speech.start.ssrc, speech.start.timestamp, speech.start.sequence, now_us});
  }
  leg.keypad->press(press, now_us);
}

/// How a key of leg `i` is written so that it reaches the other; none where it cannot.
std::optional<KeyFormat> Session::key_format(unsigned i) const {
  if (is_transcoded(i)) {
    const LegCoding& coding = plan_.transcode->legs[i];
    if (coding.heard_event_type == 0) return std::nullopt;
    return KeyFormat{coding.heard_event_type, clock_of(i), coding.event_clock_hz};
  }
  const LegPlan& hearer = plan_.legs[i ^ 1];
  if (hearer.keys != KeyWay::events || hearer.event_payload_type == 0) return std::nullopt;
  return KeyFormat{hearer.event_payload_type, clock_of(i), hearer.event_clock_hz};
}

Spoken Session::speak_key(std::int64_t now_us, unsigned i, std::span<std::uint8_t> out) {
  Spoken spoken;
  spoken.is_key = true;
  spoken.leg = static_cast<std::uint8_t>(i ^ 1);
  const auto format = key_format(i);
  if (!format) {
    legs_[i].keypad->restart();
    return spoken;
  }
  const std::size_t bytes = legs_[i].keypad->write(now_us, *format, out);
  if (is_transcoded(i)) {
    spoken.to_transcode = true;
    spoken.bytes = bytes;
    return spoken;
  }
  const Decision decision = pass_to(now_us, i ^ 1, false, out, bytes);
  spoken.to = decision.to;
  spoken.bytes = decision.bytes;
  return spoken;
}

}  // namespace rf::media
