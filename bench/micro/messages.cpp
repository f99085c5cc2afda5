#include "bench/micro/messages.hpp"

#include <fmt/format.h>

namespace rf::bench {

Flow phone_flow(std::uint16_t port) {
  Flow flow;
  flow.listener = ListenerId{1};
  flow.transport = Transport::udp;
  flow.local = {Address::v4(0x7f000001), 5060};
  flow.remote = {Address::v4(0x7f000001), port};
  return flow;
}

std::string register_text(std::uint32_t account, std::uint32_t call, std::uint32_t cseq, std::string_view credentials) {
  return fmt::format(
      "REGISTER sip:{0} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:20000;rport;branch=z9hG4bKr{2}-{3}\r\nMax-Forwards: 70\r\n"
      "From: <sip:{1}@{0}>;tag=t{2}\r\nTo: <sip:{1}@{0}>\r\nCall-ID: reg-{2}@127.0.0.1\r\nCSeq: {3} REGISTER\r\n"
      "Contact: <sip:{1}@127.0.0.1:20000>\r\nExpires: 3600\r\nUser-Agent: Desk Phone 1.0\r\n{4}Content-Length: 0\r\n\r\n",
      server, account, call, cseq, credentials);
}

std::string_view session_text() {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0 8 101\r\n"
         "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
         "a=sendrecv\r\n";
}

std::string invite_text(std::uint32_t account, std::uint32_t callee, std::uint32_t call, std::uint32_t cseq,
                        std::string_view credentials) {
  return fmt::format(
      "INVITE sip:{2}@{0} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:20000;rport;branch=z9hG4bKi{3}-{4}\r\n"
      "Max-Forwards: 70\r\nFrom: <sip:{1}@{0}>;tag=t{3}\r\nTo: <sip:{2}@{0}>\r\nCall-ID: call-{3}@127.0.0.1\r\n"
      "CSeq: {4} INVITE\r\nContact: <sip:{1}@127.0.0.1:20000>\r\nUser-Agent: Desk Phone 1.0\r\n"
      "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n{5}Content-Type: application/sdp\r\nContent-Length: {6}\r\n\r\n{7}",
      server, account, callee, call, cseq, credentials, session_text().size(), session_text());
}

std::string in_dialog_text(std::string_view method, std::string_view target, std::uint32_t account, std::string_view to,
                           std::uint32_t call, std::uint32_t cseq) {
  return fmt::format(
      "{0} {1} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:20000;rport;branch=z9hG4bK{0}{5}-{6}\r\nMax-Forwards: 70\r\n"
      "From: <sip:{3}@{2}>;tag=t{5}\r\nTo: {4}\r\nCall-ID: call-{5}@127.0.0.1\r\nCSeq: {6} {0}\r\n"
      "Content-Length: 0\r\n\r\n",
      method, target, server, account, to, call, cseq);
}

}  // namespace rf::bench
