#include "core/dialog/reliable.hpp"

namespace rf::dialog {

ReliableSender::ReliableSender(Random& random) : rseq_(static_cast<std::uint32_t>(random.below(0x7fffffff))) {}

std::uint32_t ReliableSender::next() {
  waiting_ = true;
  return ++rseq_;
}

bool ReliableSender::take(const sip::Rack& rack, std::uint32_t invite_cseq) {
  if (!waiting_ || rack.rseq != rseq_ || rack.cseq != invite_cseq || rack.method != sip::Method::invite) return false;
  waiting_ = false;
  return true;
}

ReliableReceiver::Order ReliableReceiver::take(std::uint32_t rseq) {
  if (rseq == 0) return Order::bad;
  if (last_ != 0 && rseq <= last_) return Order::repeated;
  if (last_ != 0 && rseq != last_ + 1) return Order::ahead;
  last_ = rseq;
  return Order::next;
}

std::uint32_t reliable_rseq(const sip::Message& response) {
  if (response.is_request || response.status <= 100 || response.status >= 200) return 0;
  if (!response.lists(sip::HeaderName::require, "100rel")) return 0;
  return sip::parse_number(response.value(sip::HeaderName::rseq)).value_or(0);
}

}  // namespace rf::dialog
