#include "core/trace/summary.hpp"

#include <fmt/format.h>

#include <span>

#include "core/sip/message.hpp"

namespace rf::trace {
namespace {

std::string cut(std::string_view text, std::size_t bytes) {
  return std::string(text.substr(0, bytes));
}

}  // namespace

Summary summarise(std::string_view wire, Entry& entry) {
  // The parser writes where lines are folded.
  std::string bytes(wire);
  sip::Message message;
  Summary out;
  if (!sip::parse(std::span<char>(bytes), message)) {
    entry.label = "malformed";
    return out;
  }
  out.parsed = true;
  out.begins_dialog = message.is_request && message.method == sip::Method::invite && message.to.tag().empty();
  const bool described = sip::equal_nocase(message.content_type.substr(0, 15), "application/sdp");
  entry.label = message.is_request ? cut(message.method_text, 32)
                                   : fmt::format("{} {}", message.status, cut(message.reason, 40));
  if (described && !message.body.empty()) entry.label += " (SDP)";
  entry.call_id = cut(message.call_id, 256);
  entry.cseq = fmt::format("{} {}", message.cseq.number, cut(message.cseq.method_text, 32));
  entry.from = cut(message.from.uri.user, 64);
  entry.to = cut(message.to.uri.user, 64);
  if (message.is_request) entry.target = cut(message.request_uri.user, 64);
  return out;
}

}  // namespace rf::trace
