// Recorded messages as a capture file that Wireshark and tshark open.
#pragma once

#include <span>
#include <string>

#include "core/trace/entry.hpp"

namespace rf::trace {

/// A pcap file (libpcap 2.4, raw IP) with one packet for each message, in their order; notes are left out. A message
/// that came over TCP, TLS or a WebSocket stands in a UDP datagram, too, because what framed or encrypted it is gone;
/// of one that no datagram can hold the end is cut off.
std::string pcap_of(std::span<const Entry> entries);

}  // namespace rf::trace
