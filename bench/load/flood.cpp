#include "bench/load/flood.hpp"

namespace rf::load {

void Flood::send(unsigned run) {
  auto number = static_cast<std::uint32_t>(sent_);
  if (sent_ % run == 0) socket_ = socket_ + 1 == sockets_.count() ? 0 : socket_ + 1;
  ++sent_;
  std::string_view local = sockets_.local_text(socket_);
  std::string_view server = sockets_.server_text();
  // Multiplying by an odd constant keeps the names distinct and lets no two neighbours look alike.
  std::uint32_t name = number * 2'654'435'761U;
  Text out(sockets_.open(socket_));
  out << "REGISTER sip:" << server << " SIP/2.0\r\nVia: SIP/2.0/UDP " << local << ";rport;branch=z9hG4bK";
  out.hex(name) << "\r\nMax-Forwards: 70\r\nFrom: <sip:";
  out.hex(name) << "@" << server << ">;tag=";
  out.hex(number) << "\r\nTo: <sip:";
  out.hex(name) << "@" << server << ">\r\nCall-ID: f";
  out.hex(name) << "@" << local << "\r\nCSeq: 1 REGISTER\r\nContact: <sip:";
  out.hex(name) << "@" << local << ">\r\nExpires: 3600\r\nUser-Agent: rf-load\r\nContent-Length: 0\r\n\r\n";
  sockets_.commit(socket_, out.size());
}

void Flood::packet(const Scan& message) {
  ++answered_;
  ++by_status_[message.status];
}

}  // namespace rf::load
