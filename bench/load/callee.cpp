#include "bench/load/callee.hpp"

#include <functional>

#include "bench/load/caller.hpp"

namespace rf::load {

Callee::Callee(Sockets& sockets, std::int64_t ring_ns) : sockets_(sockets), ring_ns_(ring_ns), rings_(ring_ns) {
  for (unsigned i = 0; i < sockets.count(); ++i) descriptions_.push_back(session_description(sockets.local_text(i)));
}

bool Callee::packet(std::int64_t now, unsigned socket, const Scan& message) {
  if (message.status != 0) return false;
  if (message.method == "INVITE") {
    on_invite(now, socket, message);
    return true;
  }
  std::size_t key = std::hash<std::string_view>{}(message.call_id);
  if (message.method == "ACK") {
    ++counts_.acks;
    auto found = by_call_id_.find(key);
    if (found != by_call_id_.end()) calls_[found->second].acknowledged = true;
    return true;
  }
  Text out(sockets_.open(socket));
  write_response_head(out, message, "200 OK", "bye");
  out << "Content-Length: 0\r\n\r\n";
  sockets_.commit(socket, out.size());
  if (message.method == "BYE") {
    ++counts_.byes;
    release(key);
  } else {
    ++counts_.others;
  }
  return true;
}

void Callee::on_invite(std::int64_t now, unsigned socket, const Scan& message) {
  std::size_t key = std::hash<std::string_view>{}(message.call_id);
  auto found = by_call_id_.find(key);
  if (found != by_call_id_.end() && parameter(message.to, "tag").empty()) {
    ++counts_.repeated_invites;
    if (calls_[found->second].answered) sockets_.queue(socket, calls_[found->second].ok);
    return;
  }
  std::uint32_t slot = 0;
  if (found != by_call_id_.end()) {
    slot = found->second;  // an offer inside the call
  } else {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(calls_.size()));
      calls_.emplace_back();
    }
    slot = free_.back();
    free_.pop_back();
    by_call_id_.emplace(key, slot);
  }
  ++counts_.invites;
  Call& call = calls_[slot];
  call.key = key;
  call.socket = socket;
  ++call.generation;
  call.used = true;
  call.answered = call.acknowledged = false;

  char tag_place[16];
  Text tag(tag_place);
  tag.hex(slot).hex(call.generation);
  Text ringing(sockets_.open(socket));
  write_response_head(ringing, message, "180 Ringing", tag.view());
  for (unsigned i = 0; i < message.routes; ++i) ringing << "Record-Route: " << message.route_values[i] << "\r\n";
  std::string_view user = uri_of(message.to);
  user = user.substr(0, user.find('@'));
  ringing << "Contact: <" << user << "@" << sockets_.local_text(socket) << ">\r\nContent-Length: 0\r\n\r\n";
  sockets_.commit(socket, ringing.size());

  const std::string& description = descriptions_[socket];
  call.ok.resize(Sockets::message_bytes);
  Text ok(call.ok.data());
  write_response_head(ok, message, "200 OK", tag.view());
  for (unsigned i = 0; i < message.routes; ++i) ok << "Record-Route: " << message.route_values[i] << "\r\n";
  ok << "Contact: <" << user << "@" << sockets_.local_text(socket)
     << ">\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Type: application/sdp\r\nContent-Length: "
     << static_cast<std::uint32_t>(description.size()) << "\r\n\r\n" << description;
  call.ok.resize(ok.size());
  if (ring_ns_ == 0) {
    answer(now, slot);
  } else {
    rings_.push(now, Ringing{slot, call.generation});
  }
}

void Callee::answer(std::int64_t now, std::uint32_t slot) {
  Call& call = calls_[slot];
  call.answered = true;
  sockets_.queue(call.socket, call.ok);
  repeats_.push(now, Ringing{slot, call.generation});
}

void Callee::release(std::size_t key) {
  auto found = by_call_id_.find(key);
  if (found == by_call_id_.end()) return;
  calls_[found->second].used = false;
  free_.push_back(found->second);
  by_call_id_.erase(found);
}

void Callee::tick(std::int64_t now) {
  while (rings_.due(now)) {
    Ringing ringing = rings_.pop();
    if (calls_[ringing.slot].used && calls_[ringing.slot].generation == ringing.generation) answer(now, ringing.slot);
  }
  while (repeats_.due(now)) {
    Ringing ringing = repeats_.pop();
    Call& call = calls_[ringing.slot];
    if (!call.used || call.acknowledged || call.generation != ringing.generation) continue;
    ++counts_.repeated_answers;
    answer(now, ringing.slot);
  }
}

std::int64_t Callee::next_ns() const { return std::min(rings_.next_ns(), repeats_.next_ns()); }

}  // namespace rf::load
