#include "bench/load/caller.hpp"

namespace rf::load {

std::string session_description(std::string_view local) {
  std::string host(local.substr(0, local.find(':')));
  return "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host +
         "\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n";
}

Caller::Caller(Sockets& sockets, unsigned callers, Phones& phones, const std::vector<std::string>& called,
               std::int64_t hold_ns)
    : sockets_(sockets),
      callers_(callers),
      phones_(phones),
      pairs_(static_cast<std::uint32_t>(called.size())),
      calls_(called.size()),
      holds_(hold_ns) {
  for (std::int64_t delay_ms : {500, 1'000, 2'000, 4'000}) timers_.emplace_back(delay_ms * ns_per_ms);
  for (const std::string& number : called) uris_.push_back("sip:" + number + "@" + std::string(sockets.server_text()));
  for (unsigned i = 0; i < callers; ++i) descriptions_.push_back(session_description(sockets.local_text(i)));
}

void Caller::start(std::int64_t now) {
  for (unsigned tried = 0; tried < 64; ++tried) {
    std::uint32_t index = next_pair_;
    next_pair_ = next_pair_ + 1 == pairs_ ? 0 : next_pair_ + 1;
    Call& call = calls_[index];
    if (call.state != Call::State::idle) continue;
    call.state = Call::State::asked;
    call.started_ns = now;
    call.tries = 0;
    ++call.generation;
    call.step = 1;
    ++open_;
    ++counts_.started;
    send_invite(index);
    arm(now, index);
    return;
  }
  ++counts_.skipped;
}

void Caller::write_head(Text& out, std::uint32_t index, std::string_view method, std::string_view uri,
                        std::string_view to, std::uint32_t step, std::string_view method_of_cseq) {
  const Call& call = calls_[index];
  std::string_view local = sockets_.local_text(socket_of(index));
  out << method << " " << uri << " SIP/2.0\r\nVia: SIP/2.0/UDP " << local << ";rport;branch=z9hG4bK";
  out.hex(index).hex(call.generation) << step << "\r\nMax-Forwards: 70\r\nFrom: <sip:" << phones_[index].number << "@"
                                      << sockets_.server_text() << ">;tag=";
  out.hex(index).hex(call.generation) << "\r\nTo: " << to << "\r\nCall-ID: c";
  out.hex(index).hex(call.generation) << "@" << local << "\r\nCSeq: " << step << " " << method_of_cseq << "\r\n";
}

void Caller::send_invite(std::uint32_t index) {
  const Call& call = calls_[index];
  unsigned socket = socket_of(index);
  Text out(sockets_.open(socket));
  std::string to = "<" + uris_[index] + ">";
  write_head(out, index, "INVITE", uris_[index], to, call.step, "INVITE");
  out << "Contact: <sip:" << phones_[index].number << "@" << sockets_.local_text(socket)
      << ">\r\nUser-Agent: rf-load\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n";
  if (call.step > 1) {
    phones_.write_authorization(out, call.for_proxy, index, call.nonce, "INVITE", uris_[index]);
  }
  const std::string& description = descriptions_[socket];
  out << "Content-Type: application/sdp\r\nContent-Length: " << static_cast<std::uint32_t>(description.size())
      << "\r\n\r\n" << description;
  sockets_.commit(socket, out.size());
}

void Caller::send_ack_to_refusal(std::uint32_t index, std::string_view to) {
  unsigned socket = socket_of(index);
  Text out(sockets_.open(socket));
  write_head(out, index, "ACK", uris_[index], to, calls_[index].step, "ACK");
  out << "Content-Length: 0\r\n\r\n";
  sockets_.commit(socket, out.size());
}

void Caller::send_in_dialog(std::uint32_t index, std::string_view method, std::uint32_t step) {
  const Call& call = calls_[index];
  unsigned socket = socket_of(index);
  Text out(sockets_.open(socket));
  std::string_view local = sockets_.local_text(socket);
  out << method << " " << call.target << " SIP/2.0\r\nVia: SIP/2.0/UDP " << local << ";rport;branch=z9hG4bK";
  // The ACK to a 2xx is a transaction of its own (RFC 3261 §13.2.2.4), so its branch must not be the INVITE's.
  out.hex(index).hex(call.generation) << (method == "ACK" ? "a" : "") << step
                                      << "\r\nMax-Forwards: 70\r\n" << call.routes << "From: <sip:"
                                      << phones_[index].number << "@" << sockets_.server_text() << ">;tag=";
  out.hex(index).hex(call.generation) << "\r\nTo: " << call.to << "\r\nCall-ID: c";
  out.hex(index).hex(call.generation) << "@" << local << "\r\nCSeq: " << step << " " << method
                                      << "\r\nContent-Length: 0\r\n\r\n";
  sockets_.commit(socket, out.size());
}

void Caller::arm(std::int64_t now, std::uint32_t index) {
  const Call& call = calls_[index];
  timers_[call.tries].push(now, Waiting{index, call.generation, call.step});
}

void Caller::fail(Call& call, std::string reason) {
  ++counts_.failed[std::move(reason)];
  call.state = Call::State::idle;
  --open_;
}

bool Caller::packet(std::int64_t now, unsigned socket, const Scan& message) {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  if (message.call_id.size() < 17 || message.call_id.front() != 'c' || !read_hex(message.call_id.substr(1, 8), index) ||
      !read_hex(message.call_id.substr(9, 8), generation) || index >= calls_.size()) {
    return false;
  }
  Call& call = calls_[index];
  if (call.state == Call::State::idle || call.generation != generation) {
    ++counts_.unexpected;
    return true;
  }
  if (message.status == 0) {
    if (message.method == "ACK") return true;
    Text out(sockets_.open(socket));
    write_response_head(out, message, "200 OK", {});
    out << "Content-Length: 0\r\n\r\n";
    sockets_.commit(socket, out.size());
    if (message.method == "BYE") fail(call, "ended by the other side");
    return true;
  }
  if (message.method == "BYE") {
    if (call.state != Call::State::leaving || message.status < 200) return true;
    if (message.status != 200) {
      fail(call, "BYE status " + std::to_string(message.status));
      return true;
    }
    ++counts_.ok;
    call.state = Call::State::idle;
    --open_;
    return true;
  }
  if (message.method != "INVITE") return true;
  if (message.status < 200) {
    if (call.state == Call::State::answered) call.state = Call::State::proceeding;
  } else if (message.status < 300) {
    on_answer(now, index, message);
  } else if (message.status == 401 || message.status == 407) {
    on_challenge(now, index, message);
  } else {
    send_ack_to_refusal(index, message.to);
    fail(call, "status " + std::to_string(message.status));
  }
  return true;
}

void Caller::on_challenge(std::int64_t now, std::uint32_t index, const Scan& message) {
  Call& call = calls_[index];
  if (call.state != Call::State::asked) {
    // The same challenge once more, its ACK being lost; or the digest was refused.
    if (message.cseq_number < call.step) return;
    send_ack_to_refusal(index, message.to);
    fail(call, "refused after digest");
    return;
  }
  send_ack_to_refusal(index, message.to);
  call.for_proxy = message.for_proxy;
  if (!phones_.take_challenge(message, call.nonce)) {
    fail(call, "no usable challenge");
    return;
  }
  call.state = Call::State::answered;
  call.tries = 0;
  call.step = 2;
  send_invite(index);
  arm(now, index);
}

void Caller::on_answer(std::int64_t now, std::uint32_t index, const Scan& message) {
  Call& call = calls_[index];
  if (call.state == Call::State::answered || call.state == Call::State::proceeding) {
    call.state = Call::State::talking;
    call.to = message.to;
    call.target = uri_of(message.contact);
    call.routes.clear();
    for (unsigned i = message.routes; i-- > 0;) {
      std::string_view values = message.route_values[i];
      while (!values.empty()) {
        std::size_t comma = values.rfind(',');
        std::string_view last = comma == std::string_view::npos ? values : values.substr(comma + 1);
        call.routes.append("Route: ").append(last).append("\r\n");
        values = comma == std::string_view::npos ? std::string_view{} : values.substr(0, comma);
      }
    }
    latency_.add(now - call.started_ns);
    holds_.push(now, Waiting{index, call.generation, call.step});
  } else {
    ++counts_.retransmissions;
  }
  send_in_dialog(index, "ACK", 2);
}

void Caller::tick(std::int64_t now) {
  while (holds_.due(now)) {
    Waiting waiting = holds_.pop();
    Call& call = calls_[waiting.index];
    if (call.state != Call::State::talking || call.generation != waiting.generation) continue;
    call.state = Call::State::leaving;
    call.step = 3;
    call.tries = 0;
    send_in_dialog(waiting.index, "BYE", call.step);
    arm(now, waiting.index);
  }
  for (auto& timer : timers_) {
    while (timer.due(now)) {
      Waiting waiting = timer.pop();
      Call& call = calls_[waiting.index];
      if (call.state == Call::State::idle || call.state == Call::State::talking ||
          call.generation != waiting.generation || call.step != waiting.step) {
        continue;
      }
      if (call.tries + 1U == timers_.size()) {
        fail(call, call.state == Call::State::leaving ? "BYE timeout" : "INVITE timeout");
        continue;
      }
      ++call.tries;
      if (call.state == Call::State::leaving) {
        ++counts_.retransmissions;
        send_in_dialog(waiting.index, "BYE", call.step);
      } else if (call.state != Call::State::proceeding) {
        ++counts_.retransmissions;
        send_invite(waiting.index);
      }
      arm(now, waiting.index);
    }
  }
}

std::int64_t Caller::next_ns() const {
  std::int64_t next = holds_.next_ns();
  for (const auto& timer : timers_) next = std::min(next, timer.next_ns());
  return next;
}

}  // namespace rf::load
