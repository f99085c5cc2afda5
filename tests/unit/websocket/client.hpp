// What a client sends: masked frames and the request that begins it.
#pragma once

#include <string>
#include <string_view>

namespace rf::websocket::test {

inline std::string be(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

/// One frame with the given first byte, masked as RFC 6455 §5.7's example is.
inline std::string frame(unsigned first, std::string_view bytes) {
  constexpr std::string_view mask = "\x37\xfa\x21\x3d";
  std::string out(1, static_cast<char>(first));
  if (bytes.size() < 126)
    out += static_cast<char>(0x80 | bytes.size());
  else if (bytes.size() <= 0xffff)
    out += static_cast<char>(0x80 | 126) + be(bytes.size(), 2);
  else
    out += static_cast<char>(0x80 | 127) + be(bytes.size(), 8);
  out += mask;
  for (std::size_t i = 0; i < bytes.size(); ++i) out += static_cast<char>(bytes[i] ^ mask[i % 4]);
  return out;
}

/// A request with these lines behind Host, and no others.
inline std::string request(std::string_view lines, std::string_view first = "GET / HTTP/1.1",
                           std::string_view host = "pbx.example.com:5065") {
  std::string out(first);
  out.append("\r\nHost: ").append(host).append("\r\n").append(lines).append("\r\n");
  return out;
}

inline constexpr std::string_view upgrade =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n";

}  // namespace rf::websocket::test
