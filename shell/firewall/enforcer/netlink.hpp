// Netlink by hand: messages made of nested attributes, and the batch that nftables takes as one transaction. The
// enforcer needs so little of it that a library would be most of what it is trusted with.
#pragma once

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace rf::firewall {

using Bytes = std::vector<std::uint8_t>;

/// Writes messages one after the other. Attributes have the byte order of nftables: numbers are big-endian.
class NetlinkWriter {
 public:
  /// What message() begins ends with the next one, or with bytes().
  void message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource = 0);
  void text(std::uint16_t type, std::string_view value);
  void number32(std::uint16_t type, std::uint32_t value);
  void number64(std::uint16_t type, std::uint64_t value);
  void raw(std::uint16_t type, std::span<const std::uint8_t> value);
  /// Attributes made by `fill` go into this one.
  template <class Fn>
  void nest(std::uint16_t type, Fn&& fill) {
    const std::size_t at = begin(type | NLA_F_NESTED);
    fill();
    end(at);
  }

  std::size_t size() const { return bytes_.size(); }
  /// How many bytes the message in hand has; the kernel takes no list of more than 64 KiB.
  std::size_t message_size() const { return bytes_.size() - message_; }
  std::span<const std::uint8_t> bytes();
  void clear();

 private:
  std::size_t begin(std::uint16_t type);
  void end(std::size_t at);
  void finish();
  void append(const void* data, std::size_t size);

  Bytes bytes_;
  std::size_t message_ = 0;
  std::uint32_t sequence_ = 0;
};

/// One attribute of a message that was received.
struct Attribute {
  std::uint16_t type = 0;
  std::span<const std::uint8_t> value;
};

/// Walks attributes; stops at the first that does not fit.
template <class Fn>
void for_each_attribute(std::span<const std::uint8_t> bytes, Fn&& fn) {
  while (bytes.size() >= NLA_HDRLEN) {
    const std::size_t size = bytes[0] | bytes[1] << 8;
    const std::uint16_t type = static_cast<std::uint16_t>(bytes[2] | bytes[3] << 8) & NLA_TYPE_MASK;
    if (size < NLA_HDRLEN || size > bytes.size()) return;
    fn(Attribute{type, bytes.subspan(NLA_HDRLEN, size - NLA_HDRLEN)});
    const std::size_t step = NLA_ALIGN(size);
    if (step >= bytes.size()) return;
    bytes = bytes.subspan(step);
  }
}

struct NetlinkMessage {
  std::uint16_t type = 0;
  std::span<const std::uint8_t> payload;
};

class NetlinkSocket {
 public:
  NetlinkSocket() = default;
  ~NetlinkSocket();
  NetlinkSocket(NetlinkSocket&& other) noexcept { *this = std::move(other); }
  NetlinkSocket& operator=(NetlinkSocket&& other) noexcept;
  /// `protocol` NETLINK_ROUTE or NETLINK_NETFILTER; `groups` a mask of what to be told. Not open when it fails.
  static NetlinkSocket open(int protocol, std::uint32_t groups = 0);

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  /// Sends and takes the answers that are there when send returns, which with requests are all. Gives 0, or the first
  /// errno of an answer or of sending.
  int transact(std::span<const std::uint8_t> bytes);
  /// Sends one request for a dump and hands every message of it to `each`. Gives 0 or an errno.
  template <class Fn>
  int dump(std::span<const std::uint8_t> request, Fn&& each) {
    if (const int fault = send(request)) return fault;
    for (;;) {
      const auto got = receive(false);
      if (got.empty()) return last_error_;
      int fault = 0;
      if (!walk(got, each, fault)) return fault;
    }
  }
  /// Throws away what came. False: nothing had.
  bool drain();

 private:
  int send(std::span<const std::uint8_t> bytes);
  std::span<const std::uint8_t> receive(bool only_if_there);
  // False: the dump is over, `fault` says how.
  template <class Fn>
  static bool walk(std::span<const std::uint8_t> got, Fn&& each, int& fault) {
    while (got.size() >= sizeof(nlmsghdr)) {
      const auto header = header_of(got);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > got.size()) return false;
      const auto payload = got.subspan(sizeof header, header.nlmsg_len - sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) return false;
      if (header.nlmsg_type == NLMSG_ERROR) {
        fault = error_of(payload);
        return false;
      }
      each(NetlinkMessage{header.nlmsg_type, payload});
      const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
      got = step < got.size() ? got.subspan(step) : std::span<const std::uint8_t>{};
    }
    return true;
  }
  static nlmsghdr header_of(std::span<const std::uint8_t> bytes);
  static int error_of(std::span<const std::uint8_t> payload);

  int fd_ = -1;
  int last_error_ = 0;
  Bytes received_;
};

}  // namespace rf::firewall
