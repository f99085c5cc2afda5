// Messages and entries for the tests of this folder.
#pragma once

#include <string>
#include <string_view>

#include "core/trace/entry.hpp"

namespace rf::trace {

inline std::string message(std::string_view start, std::string_view headers, std::string_view body = {}) {
  return std::string(start) + "\r\n" + std::string(headers) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

inline constexpr std::string_view plain_headers =
    "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKa1;rport\r\n"
    "From: \"Ann\" <sip:1001@pbx.example>;tag=a\r\n"
    "To: <sip:1002@pbx.example>\r\n"
    "Call-ID: leg-a@192.0.2.7\r\n"
    "CSeq: 1 INVITE\r\n"
    "Max-Forwards: 70\r\n";

inline std::string invite(std::string_view more = {}, std::string_view body = {}) {
  return message("INVITE sip:1002@pbx.example SIP/2.0", std::string(plain_headers) + std::string(more), body);
}

inline Endpoint at(std::string_view text) {
  return *Endpoint::parse(text);
}

inline Entry entry(Direction direction, std::string_view remote, std::string_view label, std::int64_t wall_ms = 1'000) {
  Entry out;
  out.wall_ms = wall_ms;
  out.direction = direction;
  out.local = at("192.0.2.1:5060");
  out.remote = at(remote);
  out.call = "k3v9";
  out.label = label;
  out.from = "1001";
  out.to = "1002";
  out.text = invite();
  return out;
}

}  // namespace rf::trace
