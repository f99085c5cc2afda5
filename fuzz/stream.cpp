// Any bytes as a connection: however they are cut, the same messages and pings come out, and the same fault ends it.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/sip/stream.hpp"

namespace {

using namespace rf::sip;

struct Outcome {
  std::vector<std::string> frames;
  int fault = -1;
  std::size_t pending = 0;
  bool operator==(const Outcome&) const = default;
};

template <class NextSize>
Outcome run(std::string_view bytes, NextSize next_size) {
  StreamFramer framer;
  Outcome out;
  while (!bytes.empty()) {
    const std::string chunk(bytes.substr(0, next_size()));  // its own memory: the framer must have copied what it keeps
    bytes.remove_prefix(chunk.size());
    RF_CHECK(framer.push(chunk));
    for (;;) {
      const auto next = framer.next();
      if (!next) {
        out.fault = static_cast<int>(next.error().code);
        return out;
      }
      if (!*next) break;
      if ((*next)->kind == StreamFramer::Kind::message) {
        out.frames.emplace_back((*next)->bytes.data(), (*next)->bytes.size());
        for (char& c : (*next)->bytes) c = 'x';  // the parser may write into it; what follows must not suffer
      } else if ((*next)->kind == StreamFramer::Kind::ping) {
        out.frames.emplace_back("ping");
      }
    }
    RF_CHECK(framer.pending() <= rf::WireLimits::stream_pending_bytes);
  }
  // Half a ping may be held back in one cut and have passed for a pong in another.
  out.pending = framer.pending() > 3 ? framer.pending() : 0;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 60'000) return 0;
  std::uint32_t seed = data[0] * 256u + data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome one_by_one = run(bytes, [] { return std::size_t{1}; });
  const Outcome cut = run(bytes, [&] {
    seed = seed * 1664525 + 1013904223;
    return std::size_t{1} + (seed >> 24) % (1 + (seed >> 16) % 64);
  });
  RF_CHECK(one_by_one == cut);
  RF_CHECK(one_by_one == run(bytes, [&] { return bytes.size(); }));
  return 0;
}
