// The RTP and RTCP parsers under hostile bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/rtp/rtcp.hpp"
#include "core/rtp/rtp.hpp"

using namespace rf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  if (const auto h = rtp::parse(bytes)) {
    if (rtp::kind_of(bytes) != rtp::Kind::rtp) std::abort();
    if (12 + h->csrcs.size() + h->extension.size() + h->payload.size() > bytes.size()) std::abort();
    rtp::parse_event(h->payload);
  }
  for (const bool reduced_size : {false, true})
    if (const auto compound = rtp::RtcpCompound::parse(bytes, reduced_size))
      for (std::size_t i = 0; i < compound->size(); ++i) {
        const rtp::RtcpPacket p = (*compound)[i];
        if (p.body.data() + p.body.size() > data + size) std::abort();
        rtp::reporter_of(p);
        for (std::size_t b = 0; b < rtp::report_blocks_of(p); ++b) rtp::report_block(p, b);
      }
  return 0;
}
