#include "shell/transcode/tones.hpp"

#include <array>
#include <cmath>
#include <new>
#include <numbers>
#include <string_view>

// Behind <cmath>, whose functions it redefines otherwise.
#include <spandsp.h>

namespace rf::transcode {

namespace {

constexpr std::string_view keys = "0123456789*#ABCD";
/// Of a sine: -10 dBm0, where 3.14 dBm0 is the largest that G.711 can say.
constexpr double amplitude = 7'200;

struct Pair {
  double low_hz, high_hz;
};
constexpr std::array<Pair, 16> pairs{{{941, 1336},
                                      {697, 1209},
                                      {697, 1336},
                                      {697, 1477},
                                      {770, 1209},
                                      {770, 1336},
                                      {770, 1477},
                                      {852, 1209},
                                      {852, 1336},
                                      {852, 1477},
                                      {941, 1209},
                                      {941, 1477},
                                      {697, 1633},
                                      {770, 1633},
                                      {852, 1633},
                                      {941, 1633}}};

double sine(std::uint32_t turn) {
  return std::sin(2 * std::numbers::pi * turn / 4'294'967'296.0);
}

}  // namespace

KeyTone::KeyTone(std::uint8_t code, std::uint32_t rate_hz) {
  if (code >= pairs.size()) return;
  const auto step = [&](double hz) { return static_cast<std::uint32_t>(std::lround(hz / rate_hz * 4'294'967'296.0)); };
  low_step_ = step(pairs[code].low_hz);
  high_step_ = step(pairs[code].high_hz);
}

void KeyTone::sound(std::span<std::int16_t> out) {
  for (std::int16_t& sample : out) {
    sample = static_cast<std::int16_t>(std::lround(amplitude * (sine(low_) + sine(high_))));
    low_ += low_step_;
    high_ += high_step_;
  }
}

struct KeyDetector::State {
  ~State() { dtmf_rx_free(detector); }
  static void on_change(void* self, int code, int, int) {
    auto& state = *static_cast<State*>(self);
    const std::size_t key = code == 0 ? keys.npos : keys.find(static_cast<char>(code));
    state.pressed = key == keys.npos ? none : static_cast<std::uint8_t>(key);
    if (state.pressed != none) state.began = state.pressed;
  }

  dtmf_rx_state_t* detector = nullptr;
  std::uint8_t pressed = none;
  std::uint8_t began = none;  // within the sound that is being heard
};

KeyDetector::KeyDetector() : state_(std::make_unique<State>()) {
  state_->detector = dtmf_rx_init(nullptr, nullptr, nullptr);
  if (state_->detector == nullptr) throw std::bad_alloc();
  dtmf_rx_set_realtime_callback(state_->detector, State::on_change, state_.get());
}
KeyDetector::~KeyDetector() = default;
KeyDetector::KeyDetector(KeyDetector&&) noexcept = default;
KeyDetector& KeyDetector::operator=(KeyDetector&&) noexcept = default;

std::uint8_t KeyDetector::hear(std::span<const std::int16_t> sound) {
  state_->began = none;
  dtmf_rx(state_->detector, sound.data(), static_cast<int>(sound.size()));
  return state_->pressed != none ? state_->pressed : state_->began;
}

}  // namespace rf::transcode
