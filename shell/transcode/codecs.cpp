#include "shell/transcode/codecs.hpp"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

// Behind <cmath>, whose functions it redefines otherwise.
#include <spandsp.h>

#include "core/base/freed.hpp"
#include "core/base/limits/media.hpp"
#include "core/media/g711.hpp"

namespace rf::transcode {

using media::Codec;

namespace {

using G722In = std::unique_ptr<g722_decode_state_t, Freed<g722_decode_free>>;
using G722Out = std::unique_ptr<g722_encode_state_t, Freed<g722_encode_free>>;
using OpusIn = std::unique_ptr<OpusDecoder, Freed<opus_decoder_destroy>>;
using OpusOut = std::unique_ptr<OpusEncoder, Freed<opus_encoder_destroy>>;

/// Bits a second of G.722: the whole 64,000 (mode 1).
constexpr int g722_rate = 64'000;

/// What libraries give when there is no memory left.
template <class Pointer>
Pointer made(Pointer pointer) {
  if (!pointer) throw std::bad_alloc();
  return pointer;
}

std::size_t of_g711(std::span<const std::uint8_t> payload, Sound out, std::int16_t (*to_linear)(std::uint8_t)) {
  const std::size_t samples = std::min(payload.size(), out.size());
  std::transform(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(samples), out.begin(), to_linear);
  return samples;
}

/// Makes up lost sound from what was heard last. SpanDSP's own memory of that is not used for more than one loss: it
/// copies within it in a way that C does not allow.
class Concealer {
 public:
  /// Sound that was heard; what follows made-up sound is smoothed into it.
  void hear(Sound sound) {
    if (is_lost_) plc_rx(&plc_, sound.data(), static_cast<int>(sound.size()));
    is_lost_ = false;
    remember(sound);
  }
  void make_up(Sound out) {
    if (!is_lost_) {
      plc_init(&plc_);
      auto copy = recent_;
      plc_rx(&plc_, copy.data(), static_cast<int>(copy.size()));
    }
    is_lost_ = true;
    plc_fillin(&plc_, out.data(), static_cast<int>(out.size()));
    remember(out);
  }

 private:
  void remember(std::span<const std::int16_t> sound) {
    const std::size_t some = std::min(sound.size(), recent_.size());
    std::copy(recent_.begin() + static_cast<std::ptrdiff_t>(some), recent_.end(), recent_.begin());
    std::copy(sound.end() - static_cast<std::ptrdiff_t>(some), sound.end(),
              recent_.end() - static_cast<std::ptrdiff_t>(some));
  }

  plc_state_t plc_{};
  std::array<std::int16_t, PLC_HISTORY_LEN> recent_{};
  bool is_lost_ = false;
};

}  // namespace

struct Decoder::State {
  G722In g722;
  OpusIn opus;
  Concealer concealer;
};

Decoder::Decoder(Codec codec, std::uint32_t rate_hz)
    : codec_(codec), rate_hz_(rate_hz), state_(std::make_unique<State>()) {
  if (codec == Codec::opus) {
    int fault = OPUS_OK;
    state_->opus = made(OpusIn(opus_decoder_create(static_cast<opus_int32>(rate_hz), 1, &fault)));
    return;
  }
  if (codec == Codec::g722)
    state_->g722 = made(G722In(g722_decode_init(nullptr, g722_rate, rate_hz == 8'000 ? G722_SAMPLE_RATE_8000 : 0)));
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::size_t Decoder::samples_in(std::span<const std::uint8_t> payload) const {
  if (codec_ != Codec::opus) return payload.size() * (codec_ == Codec::g722 ? rate_hz_ / 8'000 : 1);
  if (payload.empty()) return 0;
  const int samples = opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()),
                                                 static_cast<opus_int32>(rate_hz_));
  return samples > 0 ? static_cast<std::size_t>(samples) : 0;
}

std::size_t Decoder::decode(std::span<const std::uint8_t> payload, Sound out) {
  if (payload.empty()) return 0;
  std::size_t samples = 0;
  switch (codec_) {
    case Codec::pcmu:
      samples = of_g711(payload, out, media::mu_to_linear);
      break;
    case Codec::pcma:
      samples = of_g711(payload, out, media::a_to_linear);
      break;
    case Codec::g722: {
      const std::size_t samples_per_byte = rate_hz_ / 8'000;
      payload = payload.first(std::min(payload.size(), out.size() / samples_per_byte));
      samples = static_cast<std::size_t>(
          g722_decode(state_->g722.get(), out.data(), payload.data(), static_cast<int>(payload.size())));
      break;
    }
    case Codec::opus: {
      const int given = opus_decode(state_->opus.get(), payload.data(), static_cast<opus_int32>(payload.size()),
                                    out.data(), static_cast<int>(out.size()), 0);
      return given > 0 ? static_cast<std::size_t>(given) : 0;
    }
  }
  state_->concealer.hear(out.first(samples));
  return samples;
}

void Decoder::conceal(std::span<const std::uint8_t> next, Sound out) {
  if (codec_ != Codec::opus) {
    state_->concealer.make_up(out);
    return;
  }
  // Opus makes whole steps of 2.5 ms; what is left of a step stays silent.
  const std::size_t step = rate_hz_ / 400;
  const std::size_t whole = out.size() / step * step;
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(whole), out.end(), std::int16_t{0});
  const std::size_t repeated = std::min(whole, samples_in(next));
  const std::size_t guessed = whole - repeated;
  if (guessed > 0 && opus_decode(state_->opus.get(), nullptr, 0, out.data(), static_cast<int>(guessed), 0) < 0)
    std::fill_n(out.begin(), guessed, std::int16_t{0});
  if (repeated > 0 && opus_decode(state_->opus.get(), next.data(), static_cast<opus_int32>(next.size()),
                                  out.data() + guessed, static_cast<int>(repeated), 1) < 0)
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(guessed), repeated, std::int16_t{0});
}

struct Encoder::State {
  G722Out g722;
  OpusOut opus;
};

Encoder::Encoder(Codec codec, std::uint32_t rate_hz)
    : codec_(codec), rate_hz_(rate_hz), state_(std::make_unique<State>()) {
  if (codec == Codec::g722)
    state_->g722 = made(G722Out(g722_encode_init(nullptr, g722_rate, rate_hz == 8'000 ? G722_SAMPLE_RATE_8000 : 0)));
  if (codec != Codec::opus) return;
  int fault = OPUS_OK;
  state_->opus = made(OpusOut(opus_encoder_create(static_cast<opus_int32>(rate_hz), 1, OPUS_APPLICATION_VOIP, &fault)));
  OpusEncoder* const opus = state_->opus.get();
  // Speech is as good at half the effort; the repeated sound in it is for phones on lossy paths.
  opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(5));
  opus_encoder_ctl(opus, OPUS_SET_BITRATE(rate_hz == 8'000 ? 20'000 : 28'000));
  opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(opus, OPUS_SET_PACKET_LOSS_PERC(5));
}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

std::size_t Encoder::encode(std::span<const std::int16_t> frame, std::span<std::uint8_t> out) {
  switch (codec_) {
    case Codec::pcmu:
    case Codec::pcma:
      if (frame.size() > out.size()) return 0;
      std::transform(frame.begin(), frame.end(), out.begin(),
                     codec_ == Codec::pcmu ? media::linear_to_mu : media::linear_to_a);
      return frame.size();
    case Codec::g722:
      if (frame.size() * 8'000 / rate_hz_ > out.size()) return 0;
      return static_cast<std::size_t>(
          g722_encode(state_->g722.get(), out.data(), frame.data(), static_cast<int>(frame.size())));
    case Codec::opus: {
      const int bytes = opus_encode(state_->opus.get(), frame.data(), static_cast<int>(frame.size()), out.data(),
                                    static_cast<opus_int32>(std::min(out.size(), TranscodeLimits::coded_bytes)));
      return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    }
  }
  return 0;
}

}  // namespace rf::transcode
