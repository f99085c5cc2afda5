// Messages as the phones of these stories write them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/dialog/dialog.hpp"
#include "core/sip/message.hpp"

namespace rf::dialog::test {

/// A parsed message together with the buffer that its views point into.
class Wire {
 public:
  explicit Wire(std::string bytes) : bytes_(std::move(bytes)), message_(std::make_unique<sip::Message>()) {
    const auto parsed = sip::parse({bytes_.data(), bytes_.size()}, *message_);
    EXPECT_TRUE(parsed.has_value()) << sip::text_of(parsed.error().code) << " at " << parsed.error().offset << " in\n"
                                    << bytes_;
  }
  const sip::Message& operator*() const { return *message_; }
  const sip::Message* operator->() const { return message_.get(); }
  const std::string& text() const { return bytes_; }

 private:
  std::string bytes_;
  std::unique_ptr<sip::Message> message_;
};

inline Flow flow_of(std::string_view remote, Transport transport = Transport::udp, std::uint64_t connection = 0) {
  Flow flow;
  flow.listener = ListenerId{is_stream(transport) ? 2u : 1u};
  flow.transport = transport;
  flow.connection = ConnectionId{connection};
  flow.local = {Address::v4(0xc0000201), 5060};
  flow.remote = *Endpoint::parse(remote);
  return flow;
}

/// What varies between the messages.
struct Say {
  std::string start = "INVITE sip:1002@pbx.example SIP/2.0";
  std::string from = "\"Alice\" <sip:1001@pbx.example>;tag=alice";
  std::string to = "<sip:1002@pbx.example>";
  std::string call_id = "call-1@phone";
  std::string cseq = "10 INVITE";
  std::string contact = "<sip:1001@198.51.100.7:5060>";
  std::string extra = {};
};

inline Wire say(const Say& s) {
  std::string out = s.start + "\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1;rport\r\n";
  if (!s.start.starts_with("SIP/2.0")) out += "Max-Forwards: 70\r\n";
  out += "From: " + s.from + "\r\nTo: " + s.to + "\r\nCall-ID: " + s.call_id + "\r\nCSeq: " + s.cseq + "\r\n";
  if (!s.contact.empty()) out += "Contact: " + s.contact + "\r\n";
  return Wire(out + s.extra + "Content-Length: 0\r\n\r\n");
}

}  // namespace rf::dialog::test
