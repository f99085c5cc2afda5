// What the process that may change packet filters reads: whatever is taken for a request, and only that, is written the
// same again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/check.hpp"
#include "shell/firewall/protocol.hpp"

using namespace rf::firewall;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Frame frame{};
  std::copy_n(data, std::min(size, frame.size()), frame.begin());
  const Received received = decode_request(size > frame.size() ? std::span(data, size) : std::span(frame));
  if (received.request) RF_CHECK(encode(*received.request, received.sequence) == frame);
  if (const auto answered = decode_reply(frame)) RF_CHECK(encode(answered->reply, answered->sequence) == frame);
  return 0;
}
