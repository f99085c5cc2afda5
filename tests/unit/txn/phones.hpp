// Messages as phones write them, an outbox that remembers, and a clock that only the test moves.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"
#include "core/txn/transactions.hpp"

namespace rf::txn::test {

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

class Sent final : public Outbox {
 public:
  struct Packet {
    Flow flow;
    std::string bytes;
  };
  void send(const Flow& flow, std::string_view bytes) override { packets.push_back({flow, std::string(bytes)}); }

  std::size_t count() const { return packets.size(); }
  /// Start lines' first words: "INVITE", or "SIP/2.0 200".
  static std::string kind(const Packet& packet) {
    const std::string& b = packet.bytes;
    return b.starts_with("SIP/2.0") ? b.substr(0, 11) : b.substr(0, b.find(' '));
  }
  std::vector<std::string> take() {
    std::vector<std::string> kinds;
    for (const Packet& packet : packets) kinds.push_back(kind(packet));
    packets.clear();
    return kinds;
  }

  std::vector<Packet> packets;
};

inline Flow udp_flow(std::string_view remote, std::uint16_t local_port = 5060) {
  Flow flow;
  flow.listener = ListenerId{1};
  flow.transport = Transport::udp;
  flow.local = {Address::v4(0xc0000201), local_port};
  flow.remote = *Endpoint::parse(remote);
  return flow;
}

inline Flow tls_flow(std::string_view remote, std::uint64_t connection) {
  Flow flow = udp_flow(remote);
  flow.listener = ListenerId{2};
  flow.transport = Transport::tls;
  flow.connection = ConnectionId{connection};
  return flow;
}

/// What varies between the requests of these stories.
struct Ask {
  std::string method = "INVITE";
  std::string branch = "z9hG4bK-first";
  std::string sent_by = "198.51.100.7:5060";
  std::string via_params = ";rport";
  std::string from_tag = "alice";
  std::string to_tag = {};
  std::string call_id = "call-1@phone";
  std::uint32_t cseq = 1;
  std::string uri = "sip:1002@pbx.example";
  std::string transport = "UDP";
  std::string extra = {};
};

inline std::string text_of(const Ask& ask) {
  std::string out = ask.method + " " + ask.uri + " SIP/2.0\r\nVia: SIP/2.0/" + ask.transport + " " + ask.sent_by;
  if (!ask.branch.empty()) out += ";branch=" + ask.branch;
  out += ask.via_params + "\r\nMax-Forwards: 70\r\n";
  out += "From: \"Alice\" <sip:1001@pbx.example>";
  if (!ask.from_tag.empty()) out += ";tag=" + ask.from_tag;
  out += "\r\nTo: <sip:1002@pbx.example>";
  if (!ask.to_tag.empty()) out += ";tag=" + ask.to_tag;
  out += "\r\nCall-ID: " + ask.call_id + "\r\nCSeq: " + std::to_string(ask.cseq) + " " + ask.method + "\r\n";
  out += "Contact: <sip:1001@198.51.100.7:5060>\r\n" + ask.extra + "Content-Length: 0\r\n\r\n";
  return out;
}

/// The answer to a request as a peer writes it.
inline std::string answer_to(const sip::Message& request, int status, std::string_view tag,
                             std::string_view extra = {}) {
  std::string out;
  auto writer = sip::write_response_head(out, request, {Address::v4(0xc6336407), 5060}, status, tag);
  if (!extra.empty()) writer.header(sip::HeaderName::contact, extra);
  writer.no_body();
  return out;
}
inline std::string answer_to(std::string_view request, int status, std::string_view tag, std::string_view extra = {}) {
  const Wire wire{std::string(request)};
  return answer_to(*wire, status, tag, extra);
}

/// One Transactions with its clock, outbox and events.
class Line {
 public:
  explicit Line(std::size_t limit = 100'000, policy::SipTimes times = {}) : transactions(times, limit, 1'000, 42) {}

  /// Moves the clock to `ms` from now on, stopping at every deadline on the way.
  void wait_ms(std::int64_t ms) {
    const std::int64_t until = now.mono_ms + ms;
    while (now.mono_ms < until) {
      now.mono_ms = std::min(until, std::max(now.mono_ms + 1, transactions.next_deadline()));
      transactions.advance(now, out);
    }
  }
  Transactions::RequestMatch match(const Wire& request, const Flow& flow) {
    return transactions.match_request(now, *request, flow, out);
  }
  Transactions::ResponseMatch hear(const std::string& response, const Flow& flow) {
    const Wire wire(response);
    return transactions.match_response(now, *wire, flow, out);
  }
  ServerId accept(const Wire& request, const Flow& flow, std::uint64_t owner = 7) {
    return transactions.accept(now, *request, flow, owner);
  }
  void respond(ServerId server, const Wire& request, int status) {
    transactions.respond(now, server, status, answer_to(*request, status, status == 100 ? "" : "pbx"), out);
  }
  ClientId ask(const Ask& a, const Flow& flow, std::uint64_t owner = 9) {
    return transactions.request(now, sip::parse_method(a.method), flow, text_of(a), a.branch, owner, out);
  }
  std::vector<Event::Kind> events() {
    std::vector<Event> all;
    transactions.take_events(all);
    std::vector<Event::Kind> kinds;
    for (const Event& event : all) kinds.push_back(event.kind);
    return kinds;
  }
  bool is_empty() const { return transactions.size() == 0 && transactions.next_deadline() == never_ms; }

  Now now{1'000, 1'700'000'000'000};
  Sent out;
  Transactions transactions;
};

}  // namespace rf::txn::test
