// RTP as a thousand phones would send it, from a few sockets, so that the generator costs less than the relay it loads.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/address.hpp"
#include "core/srtp/stream.hpp"
#include "shell/relay/ports.hpp"

namespace rf::bench {

inline constexpr std::size_t rtp_bytes = 172;  // 160 bytes of G.711 after the header

/// The master key of each caller, when callers speak SRTP. All have the same one: each stream has its own SSRC.
srtp::MasterKey callers_key(srtp::Suite suite);

/// What one server has to relay: for each call the two ports to send to, and how far each stream has come.
struct Load {
  /// `id` tells this server's packets from another's. With a suite the callers speak SRTP, and hear it.
  Load(const std::vector<std::array<Endpoint, 2>>& targets, std::uint32_t id, std::optional<srtp::Suite> suite);

  struct Stream {
    sockaddr_in to{};
    std::array<std::uint8_t, rtp_bytes + srtp::growth_most> packet{};
    std::size_t bytes = rtp_bytes;
    std::optional<srtp::Protector> protector;
  };
  /// The next packet of a stream, as it leaves.
  void advance(Stream& stream);
  std::vector<Stream>
      streams;  ///< call c's caller at 2c, its callee at 2c + 1; the SSRC is `first_ssrc` plus the index
  std::uint32_t first_ssrc = 0;
  std::size_t secure_bytes = rtp_bytes;  ///< of a packet on a caller's leg
};

struct Outcome {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t strange = 0;  ///< came to the wrong side, or are nothing that was sent on this load
  bool too_slow = false;
  std::int64_t late_us_max = 0;  ///< how far the generator fell behind its own schedule
};

/// Sends 50 packets a second on every stream, the streams spread evenly over the 20 ms.
class Generator {
 public:
  /// Both sides' sockets on 127.0.0.1. Throws std::system_error.
  Generator();
  /// Where `call`'s caller (0) or callee (1) sends from and listens.
  Endpoint endpoint(std::size_t call, unsigned leg) const;
  /// Ends early when it falls half a second behind: the machine has no room for such a measurement at the moment.
  Outcome run(Load& load, std::int64_t duration_us);

 private:
  static constexpr std::size_t sockets_per_side = 4;
  void send_slot(Load& load, std::size_t slot, Outcome& outcome);
  void receive(Load& load, Outcome& outcome);

  std::array<std::array<relay::Descriptor, sockets_per_side>, 2> sockets_;
  std::array<std::array<Endpoint, sockets_per_side>, 2> endpoints_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> pieces_;
};

}  // namespace rf::bench
