#include "core/media/injection.hpp"

#include <algorithm>
#include <string_view>

namespace rf::media {

namespace {

/// Packets under a key or an SSRC that is gone, of several changes through a network that delays by a tenth of a
/// second; and in each second a quarter of one that a phone sends out of turn to open its NAT, or as a report.
constexpr std::uint64_t honest_strays = 32;
constexpr std::int64_t honest_stray_every_s = 4;
/// What a network repeats by itself: one packet in eight, and a few more where hardly anything was said.
constexpr std::uint64_t honest_repeats = 64, honest_repeat_of = 8;

void append(std::string& out, std::uint64_t count, std::uint64_t honest, std::string_view what) {
  if (count <= honest) return;
  if (!out.empty()) out += ", ";
  out.append(std::to_string(count)).append(what);
}

}  // namespace

std::string injection_of(const LegStatistics& leg, std::int64_t seconds) {
  const std::uint64_t strays =
      honest_strays + static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds) / honest_stray_every_s);
  std::string out;
  append(out, leg.refused_source, 0, " packets from strangers");
  append(out, leg.refused_proof, strays, " packets without proof");
  append(out, leg.refused_replay, honest_repeats + leg.packets / honest_repeat_of, " packets that were heard before");
  append(out, leg.refused_shape, strays, " packets that do not continue its stream");
  // A media server does not tell who it was.
  if (!out.empty() && leg.last_refused != Address{}) out.append(", last from ").append(leg.last_refused.text());
  return out;
}

}  // namespace rf::media
