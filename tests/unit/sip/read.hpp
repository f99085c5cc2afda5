// What the tests of this room share: a message together with the buffer its views point into.
#pragma once

#include <string>
#include <string_view>

#include "core/sip/message.hpp"

namespace rf::sip {

/// Parses a copy of `text` and keeps it.
struct Read {
  explicit Read(std::string_view text) : buffer(text), result(parse(buffer, message)) {}
  Read(const Read&) = delete;

  explicit operator bool() const { return result.has_value(); }
  ParseErrorCode code() const { return result.error().code; }
  std::uint32_t offset() const { return result.error().offset; }
  const Message* operator->() const { return &message; }

  std::string buffer;
  Message message;
  std::expected<void, ParseError> result;
};

/// A request that is right but for `line`, which comes last of its headers (give it with its CRLF, or nothing).
inline std::string request_with(std::string_view line,
                                std::string_view start = "OPTIONS sip:1002@example.com SIP/2.0") {
  std::string out(start);
  out +=
      "\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:1001@example.com>;tag=a\r\n"
      "To: <sip:1002@example.com>\r\nCall-ID: 1@192.0.2.1\r\nCSeq: 7 OPTIONS\r\n";
  out += line;
  out += "\r\n";
  return out;
}

/// The same without the header that begins with `name`.
inline std::string request_without(std::string_view name, std::string_view instead = {}) {
  std::string out = request_with({});
  const std::size_t begin = out.find("\r\n" + std::string(name) + ":") + 2;
  const std::size_t end = out.find("\r\n", begin) + 2;
  return out.replace(begin, end - begin, instead);
}

}  // namespace rf::sip
