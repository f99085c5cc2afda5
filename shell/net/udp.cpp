#include "shell/net/udp.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/check.hpp"
#include "shell/net/sockets.hpp"

namespace rf::net {
namespace {

constexpr std::size_t datagram_bytes = 65'536;
// Buffers an exact 64 KB apart would all compete for the same few cache lines; the odd step spreads them.
constexpr std::size_t stride_bytes = datagram_bytes + 17 * 64;
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(std::uint16_t));
constexpr int retries_on_full = 3;
// What the kernel cuts into datagrams by itself (UDP_SEGMENT): as many as it takes, none longer than any path's frame.
constexpr std::size_t segments_at_once = 64;
constexpr std::size_t segment_bytes = 1'400;

using Control = std::array<char, control_bytes>;

/// The kernel takes the forced size from a privileged process only; the plain one is capped by net.core.rmem_max.
void set_buffer(int descriptor, int forced, int plain, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  if (::setsockopt(descriptor, SOL_SOCKET, forced, &value, sizeof value) != 0)
    (void)::setsockopt(descriptor, SOL_SOCKET, plain, &value, sizeof value);
}

template <class T>
T read_control(const cmsghdr* header) {
  T value;
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

template <class T>
void append_control(msghdr& header, Control& room, int level, int type, const T& value) {
  auto* control = reinterpret_cast<cmsghdr*>(room.data() + header.msg_controllen);
  header.msg_control = room.data();
  header.msg_controllen += CMSG_SPACE(sizeof value);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
}

/// The address a datagram was sent to. Unset when the kernel did not say, or when it was a broadcast: an answer to one
/// would make us an amplifier.
Address destination_of(msghdr& header) {
  for (cmsghdr* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
      const auto info = read_control<in_pktinfo>(at);
      if (info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr) return {};
      return Address::v4(ntohl(info.ipi_addr.s_addr));
    }
    if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_control<in6_pktinfo>(at);
      std::array<std::uint8_t, 16> bytes;
      std::memcpy(bytes.data(), &info.ipi6_addr, 16);
      return Address::from_bytes(bytes);
    }
  }
  return {};
}

}  // namespace

struct UdpReceiveBatch::Slots {
  std::unique_ptr<char, decltype(&std::free)> bytes{static_cast<char*>(std::malloc(stride_bytes * datagrams_max)),
                                                    std::free};
  std::array<mmsghdr, datagrams_max> headers{};
  std::array<iovec, datagrams_max> pieces{};
  std::array<sockaddr_storage, datagrams_max> names;
  alignas(cmsghdr) std::array<Control, datagrams_max> controls;
};

UdpReceiveBatch::UdpReceiveBatch()
    : slots_(std::make_unique<Slots>()), datagrams_(std::make_unique<Datagram[]>(datagrams_max)) {
  // Left to malloc, pages that no datagram ever reached cost nothing.
  RF_CHECK(slots_->bytes != nullptr);
  for (std::size_t i = 0; i < datagrams_max; ++i) {
    slots_->pieces[i] = {slots_->bytes.get() + i * stride_bytes, datagram_bytes};
    msghdr& header = slots_->headers[i].msg_hdr;
    header.msg_iov = &slots_->pieces[i];
    header.msg_iovlen = 1;
    header.msg_name = &slots_->names[i];
  }
}

UdpReceiveBatch::~UdpReceiveBatch() = default;

struct UdpSendBatch::Slots {
  struct Datagram {
    sockaddr_storage to;
    socklen_t to_size = 0;
    Address from;  // unspecified: the kernel chooses

    bool same_way(const Datagram& other) const {
      return to_size == other.to_size && from == other.from && std::memcmp(&to, &other.to, to_size) == 0;
    }
  };

  std::array<Datagram, datagrams_max> datagrams;
  std::array<iovec, datagrams_max> pieces{};
  std::array<mmsghdr, datagrams_max> headers{};
  alignas(cmsghdr) std::array<Control, datagrams_max> controls;

  std::size_t run_length(std::size_t first, std::size_t count) const;
  unsigned arrange(std::size_t first, std::size_t count, bool in_runs);
};

/// How many datagrams from `first` on the kernel can cut out of one message: they go the same way, all are as long as
/// the first, but for the last, which may be shorter.
std::size_t UdpSendBatch::Slots::run_length(std::size_t first, std::size_t count) const {
  const std::size_t bytes = pieces[first].iov_len;
  if (bytes > segment_bytes) return 1;
  std::size_t length = 1;
  while (length < segments_at_once && (length + 1) * bytes < datagram_bytes - 64 && first + length < count &&
         pieces[first + length - 1].iov_len == bytes && pieces[first + length].iov_len <= bytes &&
         datagrams[first + length].same_way(datagrams[first]))
    ++length;
  return length;
}

/// Makes the messages for the datagrams from `first` on; gives how many they are.
unsigned UdpSendBatch::Slots::arrange(std::size_t first, std::size_t count, bool in_runs) {
  unsigned messages = 0;
  while (first < count) {
    const std::size_t length = in_runs ? run_length(first, count) : 1;
    Datagram& datagram = datagrams[first];
    Control& control = controls[messages];
    msghdr& header = headers[messages++].msg_hdr;
    header = {};
    header.msg_name = &datagram.to;
    header.msg_namelen = datagram.to_size;
    header.msg_iov = &pieces[first];
    header.msg_iovlen = length;
    if (datagram.from.is_v4()) {
      in_pktinfo info{};
      info.ipi_spec_dst.s_addr = htonl(datagram.from.v4_host_order());
      append_control(header, control, IPPROTO_IP, IP_PKTINFO, info);
    } else if (!datagram.from.is_unspecified()) {
      in6_pktinfo info{};
      std::memcpy(&info.ipi6_addr, datagram.from.bytes().data(), 16);
      append_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
    if (length > 1)
      append_control(header, control, SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(pieces[first].iov_len));
    first += length;
  }
  return messages;
}

UdpSendBatch::UdpSendBatch() : slots_(std::make_unique<Slots>()) {}

UdpSendBatch::~UdpSendBatch() = default;

std::expected<std::unique_ptr<UdpSocket>, std::string> UdpSocket::open(ListenerId id, const Endpoint& bind,
                                                                       const UdpOptions& options) {
  const int family = family_of(bind.address);
  const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::unexpected(cannot_listen(Transport::udp, bind, errno));
  std::unique_ptr<UdpSocket> socket(new UdpSocket(descriptor, id, bind));
  socket->any_address_ = bind.address.is_unspecified();
  const int on = 1;
  if (family == AF_INET6) {
    (void)::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (socket->any_address_) (void)::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    if (is_link_local_v6(bind.address)) socket->scope_ = interface_of(bind.address);
  } else if (socket->any_address_) {
    (void)::setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  }
  set_dscp(descriptor, family, options.dscp);
  set_buffer(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  set_buffer(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  if (options.widen) options.widen(descriptor);
  sockaddr_storage storage{};
  const socklen_t length = to_kernel(bind, storage, socket->scope_);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), length) != 0)
    return std::unexpected(cannot_listen(Transport::udp, bind, errno));
  socket->local_ = local_endpoint(descriptor);
  return socket;
}

UdpSocket::UdpSocket(int descriptor, ListenerId id, const Endpoint& asked)
    : descriptor_(descriptor), id_(id), asked_(asked) {}

UdpSocket::~UdpSocket() {
  ::close(descriptor_);
}

bool UdpSocket::receive(UdpReceiveBatch& batch) {
  UdpReceiveBatch::Slots& slots = *batch.slots_;
  batch.count_ = 0;
  for (std::size_t i = 0; i < UdpReceiveBatch::datagrams_max; ++i) {
    msghdr& header = slots.headers[i].msg_hdr;
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_control = any_address_ ? slots.controls[i].data() : nullptr;
    header.msg_controllen = any_address_ ? control_bytes : 0;
  }
  const int got = ::recvmmsg(descriptor_, slots.headers.data(), UdpReceiveBatch::datagrams_max, MSG_DONTWAIT, nullptr);
  if (got <= 0) return false;  // nothing there, or a pending ICMP error that this call has consumed
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    mmsghdr& slot = slots.headers[i];
    UdpReceiveBatch::Datagram& datagram = batch.datagrams_[batch.count_];
    datagram.flow = {id_, Transport::udp, {}, local_, from_kernel(slots.names[i])};
    if (any_address_) datagram.flow.local.address = destination_of(slot.msg_hdr);
    if (slot.msg_len == 0 || (slot.msg_hdr.msg_flags & MSG_TRUNC) != 0 || datagram.flow.remote.port == 0 ||
        datagram.flow.local.address.is_unspecified()) {
      ++counters_.discarded;
      continue;
    }
    datagram.bytes = {static_cast<char*>(slots.pieces[i].iov_base), slot.msg_len};
    ++batch.count_;
  }
  counters_.received += batch.count_;
  return static_cast<std::size_t>(got) == UdpReceiveBatch::datagrams_max;
}

bool UdpSocket::add(UdpSendBatch& batch, const Flow& flow, std::string_view bytes) {
  RF_CHECK(!batch.full());
  if (flow.remote.port == 0 || flow.remote.address.is_v4() != local_.address.is_v4()) return false;
  UdpSendBatch::Slots& slots = *batch.slots_;
  const std::size_t i = batch.count_++;
  slots.pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};
  UdpSendBatch::Slots::Datagram& datagram = slots.datagrams[i];
  datagram.to_size = to_kernel(flow.remote, datagram.to, is_link_local_v6(flow.remote.address) ? scope_ : 0);
  const Address& from = flow.local.address;
  const bool chosen = any_address_ && !from.is_unspecified() && from.is_v4() == local_.address.is_v4();
  datagram.from = chosen ? from : Address{};
  return true;
}

void UdpSocket::flush(UdpSendBatch& batch, std::vector<std::uint32_t>& refused) {
  UdpSendBatch::Slots& slots = *batch.slots_;
  std::size_t next = 0;  // of the datagrams
  unsigned message = 0, messages = slots.arrange(0, batch.count_, true);
  int retries_left = retries_on_full;
  std::size_t errors_left = batch.count_ + 1;
  while (next < batch.count_) {
    const int sent = ::sendmmsg(descriptor_, slots.headers.data() + message, messages - message, MSG_DONTWAIT);
    if (sent > 0) {
      for (int i = 0; i < sent; ++i) {
        const std::size_t datagrams = slots.headers[message++].msg_hdr.msg_iovlen;
        next += datagrams;
        counters_.sent += datagrams;
      }
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      if (retries_left-- == 0) break;
      pollfd writable{descriptor_, POLLOUT, 0};
      (void)::poll(&writable, 1, 1);
      continue;
    }
    // Somebody's ICMP error, reported on whatever is sent next: not about this datagram, which is tried again.
    if (errno == ECONNREFUSED && errors_left-- > 0) continue;
    if (slots.headers[message].msg_hdr.msg_iovlen > 1) {
      // A narrow path or an interface without checksums of its own: the kernel does not cut there.
      message = 0;
      messages = slots.arrange(next, batch.count_, false);
      continue;
    }
    refused.push_back(static_cast<std::uint32_t>(next++));
    ++message;
    ++counters_.send_refused;
  }
  counters_.send_full += batch.count_ - next;
  batch.count_ = 0;
}

}  // namespace rf::net
