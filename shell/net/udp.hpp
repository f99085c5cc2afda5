// UDP for signalling: whole batches per system call, on descriptors that the signalling thread waits on itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"

namespace rf::net {

struct UdpOptions {
  std::uint8_t dscp = 24;                       ///< CS3 (RFC 4594 §4.2)
  std::size_t receive_buffer_bytes = 8u << 20;  ///< asked from the kernel, which may give less
  std::size_t send_buffer_bytes = 4u << 20;
  std::function<void(int)> widen;  ///< called with each new socket: somebody who may can give it those buffers
};

/// What happened on one socket since it was opened.
struct UdpCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t discarded = 0;     ///< came in, but truncated, empty, from port 0, or to a broadcast address
  std::uint64_t send_full = 0;     ///< not sent: the send buffer stayed full over the bounded retries
  std::uint64_t send_refused = 0;  ///< not sent: the kernel refused (no route, too long, forbidden)
};

/// Room for one recvmmsg: 64 datagrams of up to 65,535 bytes. One per thread, shared by its sockets.
class UdpReceiveBatch {
 public:
  static constexpr std::size_t datagrams_max = 64;

  struct Datagram {
    Flow flow;              ///< listener, transport, local (the address it was sent to) and remote are set
    std::span<char> bytes;  ///< writable, valid until the next receive()
  };

  UdpReceiveBatch();
  ~UdpReceiveBatch();
  std::span<const Datagram> datagrams() const { return {datagrams_.get(), count_}; }

 private:
  friend class UdpSocket;
  struct Slots;
  std::unique_ptr<Slots> slots_;
  std::unique_ptr<Datagram[]> datagrams_;
  std::size_t count_ = 0;
};

/// Collects datagrams for one sendmmsg, in which neighbours to the same peer share a message that the kernel cuts up.
/// The bytes are the caller's and stay in place until flush().
class UdpSendBatch {
 public:
  static constexpr std::size_t datagrams_max = 128;

  UdpSendBatch();
  ~UdpSendBatch();
  bool full() const { return count_ == datagrams_max; }
  std::size_t size() const { return count_; }

 private:
  friend class UdpSocket;
  struct Slots;
  std::unique_ptr<Slots> slots_;
  std::size_t count_ = 0;
};

/// One bound, non-blocking UDP socket. IPv6 sockets take IPv6 only. Used by one thread at a time.
class UdpSocket {
 public:
  /// Binds `bind` (port 0: any free port). Error: a sentence naming the endpoint and the system's reason.
  static std::expected<std::unique_ptr<UdpSocket>, std::string> open(ListenerId id, const Endpoint& bind,
                                                                     const UdpOptions& options);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  ListenerId id() const { return id_; }
  void set_id(ListenerId id) { id_ = id; }
  /// What was asked for, and what the system gave (they differ when port 0 was asked for).
  const Endpoint& asked() const { return asked_; }
  const Endpoint& local() const { return local_; }

  /// One recvmmsg. Gives whether the socket may hold more: false when the batch was not filled.
  bool receive(UdpReceiveBatch& batch);

  /// Puts one datagram into `batch`, which must not be full and must hold only this socket's. On a socket bound to
  /// any address it leaves from flow.local. Nothing is sent before flush(). False, and nothing added, when flow.remote
  /// has no port or is of the other address family.
  bool add(UdpSendBatch& batch, const Flow& flow, std::string_view bytes);
  /// Sends the batch with as few sendmmsg calls as it takes and empties it. A full send buffer is waited for a few
  /// milliseconds at most, then what is left is dropped and counted. `refused` gets the places in the batch of
  /// datagrams that the kernel would never take (no route, too long, forbidden).
  void flush(UdpSendBatch& batch, std::vector<std::uint32_t>& refused);

  const UdpCounters& counters() const { return counters_; }

 private:
  UdpSocket(int descriptor, ListenerId id, const Endpoint& asked);

  int descriptor_;
  ListenerId id_;
  Endpoint asked_;
  Endpoint local_;
  bool any_address_ = false;
  std::uint32_t scope_ = 0;  ///< of a link-local IPv6 bind: its peers are on the same link
  UdpCounters counters_;
};

}  // namespace rf::net
