// Sockets of steady streams, received from and sent on by io_uring: many packets cost one system call.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/address.hpp"

namespace rf::relay {

/// One io_uring of one thread, which alone may touch it once it has said begin(). The kernel puts what comes on the
/// watched sockets into buffers of ours, `RelayLimits::ring_buffers` of them: when all are full, packets wait in their
/// sockets as ever.
class Ring {
 public:
  /// A watched socket; a place is used again, a watch never.
  struct Watch {
    std::uint32_t place = 0;
    std::uint32_t number = 0;  ///< 0: nothing is watched
    explicit operator bool() const { return number != 0; }
  };
  struct Packet {
    void* owner = nullptr;  ///< as given to watch()
    Endpoint source;
    std::span<std::uint8_t> room;  ///< the packet, and room behind it
    std::size_t bytes = 0;         ///< above the size that open() was given: the packet was longer, and is cut
    std::uint16_t buffer = 0;      ///< for send()
  };
  struct Sent {
    std::uint64_t packets = 0, failures = 0;
    bool more = false;
  };

  /// For packets of up to `packet_bytes`, with `growth_bytes` of room behind each. `event`: an eventfd that is written
  /// to when there is something to look at. None when the kernel has no such thing (Linux 6.1 has), or allows it to
  /// nobody.
  static std::unique_ptr<Ring> open(std::size_t packet_bytes, std::size_t growth_bytes, int event);
  /// Makes the calling thread the one whose it is. False: the kernel does not want to; nothing else may be called then.
  bool begin();
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// From now on look() brings what comes on `socket`, which has to stay open until end(). Nothing: no place is left.
  Watch watch(int socket, void* owner);
  /// Nothing more of it comes, and the kernel holds the socket no longer.
  void end(Watch watch);
  /// Sends the first `bytes` of the buffer of a packet that look() just brought, on a watched and connected socket.
  void send(Watch watch, std::uint16_t buffer, std::size_t bytes);

  /// Calls `serve(const Packet&)` for what came; it says whether it gave the buffer to send(), and may call watch() and
  /// nothing else beside. `more`: something is left, which `event` does not tell of again.
  template <typename Serve>
  Sent look(Serve&& serve) {
    Sent sent;
    be_quiet(true);
    for (unsigned round = 0; round < rounds && enter(); ++round) {
      Packet packet;
      while (next(packet, sent))
        if (!serve(static_cast<const Packet&>(packet))) give_back(packet.buffer);
    }
    be_quiet(false);
    sent.more = is_more();
    return sent;
  }

 private:
  static constexpr unsigned rounds = 4;
  struct State;
  explicit Ring(std::unique_ptr<State> state);
  /// Whether `event` is written to.
  void be_quiet(bool quiet);
  bool is_more() const;
  /// Hands over what is to be sent and received, and gets what came; false when nothing did.
  bool enter();
  /// False: there is no packet among what came, and all of it has been looked at.
  bool next(Packet& packet, Sent& sent);
  void on_sent(std::uint16_t buffer, int result, Sent& sent);
  bool send_again(std::uint16_t buffer);
  bool on_received(std::uint64_t name, int result, std::uint32_t flags, Packet& packet);
  void give_back(std::uint16_t buffer);
  void arm(std::uint32_t place);

  std::unique_ptr<State> state_;
};

}  // namespace rf::relay
