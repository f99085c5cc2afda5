#include "bench/load/registers.hpp"

namespace rf::load {

Registers::Registers(Sockets& sockets, Phones& phones, Range range, std::uint32_t expires_s)
    : sockets_(sockets),
      phones_(phones),
      range_(range),
      uri_("sip:" + std::string(sockets.server_text())),
      expires_s_(expires_s),
      lines_(range.count) {
  for (std::int64_t delay_ms : {500, 1'000, 2'000, 4'000}) timers_.emplace_back(delay_ms * ns_per_ms);
}

void Registers::start(std::int64_t now) {
  for (unsigned tried = 0; tried < 64; ++tried) {
    std::uint32_t index = next_line_;
    next_line_ = next_line_ + 1 == range_.count ? 0 : next_line_ + 1;
    Line& line = lines_[index];
    if (line.state != Line::State::idle) continue;
    line.state = Line::State::asked;
    line.started_ns = now;
    line.tries = 0;
    ++line.cseq;
    line.transaction = next_transaction_++;
    ++open_;
    ++counts_.started;
    send(index);
    arm(now, index);
    return;
  }
  ++counts_.skipped;
}

void Registers::send(std::uint32_t index) {
  const Line& line = lines_[index];
  const Account& account = phones_[range_.first + index];
  unsigned socket = range_.first_socket + index % range_.sockets;
  std::string_view local = sockets_.local_text(socket);
  Text out(sockets_.open(socket));
  out << "REGISTER " << uri_ << " SIP/2.0\r\nVia: SIP/2.0/UDP " << local << ";rport;branch=z9hG4bK";
  out.hex(index).hex(line.transaction) << "\r\nMax-Forwards: 70\r\nFrom: <sip:" << account.number << "@"
                                       << sockets_.server_text() << ">;tag=";
  out.hex(index) << "\r\nTo: <sip:" << account.number << "@" << sockets_.server_text() << ">\r\nCall-ID: reg-";
  out.hex(index) << "@" << local << "\r\nCSeq: " << line.cseq << " REGISTER\r\nContact: <sip:" << account.number << "@"
                 << local << ">\r\nExpires: " << expires_s_ << "\r\nUser-Agent: rf-load\r\n";
  if (line.state == Line::State::answered) {
    phones_.write_authorization(out, line.for_proxy, range_.first + index, line.nonce, "REGISTER", uri_);
  }
  out << "Content-Length: 0\r\n\r\n";
  sockets_.commit(socket, out.size());
}

void Registers::arm(std::int64_t now, std::uint32_t index) {
  timers_[lines_[index].tries].push(now, Waiting{index, lines_[index].transaction});
}

bool Registers::packet(std::int64_t now, const Scan& message) {
  if (message.status == 0 || message.method != "REGISTER" || message.branch.size() != 23) return false;
  std::uint32_t index = 0;
  std::uint32_t transaction = 0;
  if (!read_hex(message.branch.substr(7, 8), index) || !read_hex(message.branch.substr(15), transaction)) return false;
  if (index >= lines_.size()) return false;
  Line& line = lines_[index];
  if (line.state == Line::State::idle || line.transaction != transaction) {
    ++counts_.unexpected;
    return true;
  }
  if (message.status < 200) return true;
  if (message.status == 401 || message.status == 407) {
    if (line.state == Line::State::answered) {
      ++counts_.failed["refused after digest"];
      finish(line);
      return true;
    }
    line.for_proxy = message.for_proxy;
    if (!phones_.take_challenge(message, line.nonce)) {
      ++counts_.failed["no usable challenge"];
      finish(line);
      return true;
    }
    line.state = Line::State::answered;
    line.tries = 0;
    ++line.cseq;
    line.transaction = next_transaction_++;
    send(index);
    arm(now, index);
    return true;
  }
  if (message.status == 200 && line.state == Line::State::answered) {
    ++counts_.ok;
    latency_.add(now - line.started_ns);
  } else {
    ++counts_.failed["status " + std::to_string(message.status)];
  }
  finish(line);
  return true;
}

void Registers::tick(std::int64_t now) {
  for (auto& timer : timers_) {
    while (timer.due(now)) {
      Waiting waiting = timer.pop();
      Line& line = lines_[waiting.index];
      if (line.state == Line::State::idle || line.transaction != waiting.transaction) continue;
      if (line.tries + 1U == timers_.size()) {
        ++counts_.failed["timeout"];
        finish(line);
        continue;
      }
      ++line.tries;
      ++counts_.retransmissions;
      send(waiting.index);
      arm(now, waiting.index);
    }
  }
}

std::int64_t Registers::next_ns() const {
  std::int64_t next = never_ns;
  for (const auto& timer : timers_) next = std::min(next, timer.next_ns());
  return next;
}

void Registers::close() { counts_.unfinished += open_; }

}  // namespace rf::load
