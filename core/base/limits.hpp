// Every bound of the signalling side in one place: its name, its default, and what happens when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds that the configuration file may change ([limits]); each shows in `ringfence status` with its use.
struct Limits {
  std::size_t calls_max = 20'000;            ///< further calls: 503 to an authenticated caller
  std::size_t transactions_max = 2'000'000;  ///< further requests: 503, stateless
  std::size_t bindings_max = 500'000;        ///< further registrations: 503
  std::size_t nonces_max = 1'000'000;        ///< proven nonces remembered; the oldest become stale
  std::size_t connections_max = 20'000;      ///< further ones: the idlest unauthenticated is closed, else refused
  std::size_t connections_per_source_max = 200;
  std::size_t unauthenticated_connections_max = 2'000;
  /// Of one extension, authenticated; room for twice the registrations it can have. Beyond it the oldest that serves no
  /// registration and no call is closed.
  std::size_t connections_per_extension_max = 40;
  std::size_t store_queue_max = 100'000;  ///< writes waiting for the disk; beyond it new calls are refused (503)
  std::size_t contacts_per_extension_max = 16;
  std::size_t forks_max = 16;
  std::size_t streams_max = 4;  ///< of one call; further ones are declined in its descriptions
  std::uint32_t call_duration_max_s = 10'800;
  std::uint32_t ring_max_s = 180;  ///< an INVITE without final answer is cancelled
  std::uint32_t store_wait_max_s = 10;  ///< a write that the disk has not confirmed by then has failed: 503
};

/// Bounds of the wire formats; fixed, because a parser that can be talked into more is a parser that can be attacked.
struct WireLimits {
  static constexpr std::size_t message_bytes = 65'535;
  static constexpr std::size_t header_bytes = 16'384;  ///< start line and headers together
  static constexpr std::size_t headers = 128;
  static constexpr std::size_t list_elements = 64;  ///< elements of one comma list (Via, Route, Contact …)
  static constexpr std::size_t params = 32;         ///< parameters of one URI or header value
  static constexpr std::size_t sdp_bytes = 16'384;
  static constexpr std::size_t sdp_media = 8;
  static constexpr std::size_t sdp_attributes = 256;
};

}  // namespace rf
