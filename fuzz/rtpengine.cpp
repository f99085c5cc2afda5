// What an rtpengine server answers, under hostile bytes: the parser, and the pool that believes it. A script is a row
// of answers: a byte for what happens meanwhile, two for the length, the answer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/media/elsewhere.hpp"
#include "core/rtpengine/questions.hpp"
#include "core/rtpengine/servers.hpp"

using namespace rf;

namespace {

/// Gives every question of `out` to `asked`; what is told has to make sense.
void take(std::vector<rtpengine::Outcome>& out, std::vector<rtpengine::Send>& asked) {
  for (rtpengine::Outcome& one : out) {
    if (auto* send = std::get_if<rtpengine::Send>(&one)) asked.push_back(std::move(*send));
    if (const auto* opened = std::get_if<rtpengine::Opened>(&one))
      if (opened->local[0].port == 0 || opened->local[1].port == 0) std::abort();
  }
  out.clear();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  rtpengine::Servers servers({{{}, 1}, {{}, 2}}, Random(1), 0);
  std::vector<rtpengine::Outcome> out;
  std::vector<rtpengine::Send> asked;
  std::int64_t now_ms = 0;
  std::uint64_t id = 0;
  servers.on_time(now_ms, out);
  take(out, asked);
  while (rest.size() >= 3) {
    const auto what = static_cast<std::uint8_t>(rest[0]);
    const std::size_t length = std::min<std::size_t>(
        static_cast<std::uint8_t>(rest[1]) << 8 | static_cast<std::uint8_t>(rest[2]), rest.size() - 3);
    const std::string_view answer = rest.substr(3, length);
    rest.remove_prefix(3 + length);
    static_cast<void>(rtpengine::read_pong(answer));
    static_cast<void>(rtpengine::read_described(answer));
    static_cast<void>(rtpengine::read_statistics(answer));
    media::RelayPlan plan;
    plan.id = RelayId{id};
    plan.legs[0].remote_rtp = plan.legs[1].remote_rtp = {Address::v4(0xc6336401), 4'000};
    if (what & 16) {
      const std::vector<std::uint8_t> key(30, what), other(30, static_cast<std::uint8_t>(~what));
      media::LegSecurity& leg = plan.legs[what >> 5 & 1].security;
      leg.protection = media::Protection::sdes;
      leg.ours = *srtp::MasterKey::make(srtp::Suite::aes_cm_128_sha1_80, key);
      leg.theirs = *srtp::MasterKey::make(srtp::Suite::aes_cm_128_sha1_80, other);
    }
    if (what & 64) servers.keep_stock(now_ms, 3, RelayId{media::elsewhere_bit}, out);
    if (what & 128) servers.take(now_ms, RelayId{media::elsewhere_bit + 1 + id % 4}, out);
    if ((what & 3) == 1) servers.open(now_ms, RelayId{++id}, out);
    if ((what & 3) == 2) servers.update(now_ms, plan, out);
    if ((what & 3) == 3) servers.close(now_ms, RelayId{id}, out);
    take(out, asked);
    if (what & 4 && servers.next_deadline() != never_ms) {
      now_ms = std::max(now_ms, servers.next_deadline());
      servers.on_time(now_ms, out);
    } else if (!asked.empty()) {
      // The oldest question gets this answer; with bit 3 the newest.
      const std::size_t at = what & 8 ? asked.size() - 1 : 0;
      const rtpengine::Send question = asked[at];
      asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(at));
      const std::string cookie = question.datagram.substr(0, question.datagram.find(' ') + 1);
      servers.on_datagram(now_ms, question.server, cookie + std::string(answer), out);
    }
    take(out, asked);
    std::size_t streams = 0, in_calls = 0;
    for (const rtpengine::ServerState& state : servers.states()) streams += state.streams, in_calls += state.in_calls;
    if (streams > servers.streams() || in_calls > streams) std::abort();
  }
  return 0;
}
