// Any bytes as a WebSocket connection: however they are cut, the same messages and answers come out, and it ends alike.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits/wire.hpp"
#include "core/websocket/conversation.hpp"

namespace {

using namespace rf::websocket;

struct Outcome {
  std::vector<std::string> events;
  bool broken = false;
  bool operator==(const Outcome&) const = default;
};

template <class NextSize>
Outcome run(std::string_view head, std::string_view bytes, NextSize next_size) {
  Conversation conversation(std::make_shared<const Origins>(Origins{{"https://a.example"}, 8443}));
  Outcome out;
  const auto take = [&](std::string_view chunk) {
    const std::string own(chunk);  // its own memory: what is kept must have been copied
    conversation.push(own);
    while (const auto event = conversation.next()) {
      out.events.emplace_back(1, static_cast<char>('0' + static_cast<int>(event->kind)));
      out.events.back().append(event->bytes.data(), event->bytes.size());
      if (event->kind == Conversation::Kind::message) {
        RF_CHECK(event->bytes.size() <= rf::WireLimits::message_bytes);
        for (char& c : event->bytes) c = 'x';  // the parser may write into it; what follows must not suffer
      }
    }
    RF_CHECK(conversation.pending() <= rf::WireLimits::stream_pending_bytes);
  };
  if (!head.empty()) take(head);
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, next_size());
    bytes.remove_prefix(chunk.size());
    take(chunk);
  }
  out.broken = conversation.is_broken();
  return out;
}

constexpr std::string_view opening =
    "GET / HTTP/1.1\r\nHost: a.example:5065\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n";

}  // namespace

// The first byte says whether the rest is the handshake or what follows it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 60'000) return 0;
  const std::string_view head = data[0] % 2 == 0 ? opening : std::string_view();
  std::uint32_t seed = data[1] * 256u + data[2];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  if (head.empty()) {
    // Where a request ends, and whether something was behind it, depends on how it is cut.
    static_cast<void>(run(head, bytes, [] { return std::size_t{1}; }));
    static_cast<void>(run(head, bytes, [&] { return bytes.size(); }));
    return 0;
  }
  const Outcome one_by_one = run(head, bytes, [] { return std::size_t{1}; });
  const Outcome cut = run(head, bytes, [&] {
    seed = seed * 1664525 + 1013904223;
    return std::size_t{1} + (seed >> 24) % (1 + (seed >> 16) % 64);
  });
  RF_CHECK(one_by_one == cut);
  RF_CHECK(one_by_one == run(head, bytes, [&] { return bytes.size(); }));
  return 0;
}
