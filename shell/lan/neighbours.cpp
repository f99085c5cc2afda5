#include "shell/lan/neighbours.hpp"

#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/limits/guard.hpp"

namespace rf::lan {
namespace {

constexpr time_t patience_s = 2;
constexpr int pieces = 4'096;  ///< of one answer

bool is_there(std::uint16_t state) {
  return (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)) != 0;
}

void take(const nlmsghdr& head, std::span<const char> body, std::vector<Neighbour>& out) {
  ndmsg facts{};
  if (head.nlmsg_type != RTM_NEWNEIGH || body.size() < sizeof facts || out.size() >= GuardLimits::neighbours) return;
  std::memcpy(&facts, body.data(), sizeof facts);
  if (!is_there(facts.ndm_state)) return;
  Neighbour one;
  bool has_mac = false, has_address = false;
  for (body = body.subspan(NLMSG_ALIGN(sizeof facts)); body.size() >= sizeof(rtattr);) {
    rtattr attribute{};
    std::memcpy(&attribute, body.data(), sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > body.size()) return;
    const auto value = body.subspan(sizeof attribute, attribute.rta_len - sizeof attribute);
    if (attribute.rta_type == NDA_LLADDR && value.size() == one.mac.size()) {
      std::memcpy(one.mac.data(), value.data(), value.size());
      has_mac = true;
    } else if (attribute.rta_type == NDA_DST && facts.ndm_family == AF_INET && value.size() == 4) {
      std::uint32_t host = 0;
      for (const char byte : value) host = host << 8 | static_cast<unsigned char>(byte);
      one.address = Address::v4(host);
      has_address = true;
    } else if (attribute.rta_type == NDA_DST && facts.ndm_family == AF_INET6 && value.size() == 16) {
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), value.data(), value.size());
      one.address = Address::from_bytes(bytes);
      has_address = true;
    }
    body = body.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), body.size()));
  }
  if (has_mac && has_address) out.push_back(one);
}

}  // namespace

bool read_neighbours(std::span<const char> answer, std::vector<Neighbour>& out) {
  while (answer.size() >= sizeof(nlmsghdr)) {
    nlmsghdr head{};
    std::memcpy(&head, answer.data(), sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > answer.size()) return true;
    if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
    take(head, answer.subspan(sizeof head, head.nlmsg_len - sizeof head), out);
    answer = answer.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), answer.size()));
  }
  return false;
}

std::expected<std::vector<Neighbour>, std::string> neighbours() {
  const auto fault = [](std::string_view what) {
    return std::unexpected(fmt::format("the neighbour table {}: {}", what, std::strerror(errno)));
  };
  struct Socket {
    int number = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ~Socket() {
      if (number >= 0) ::close(number);
    }
  } const socket;
  if (socket.number < 0) return fault("cannot be asked for");
  const timeval patience{patience_s, 0};
  ::setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  struct {
    nlmsghdr head;
    ndmsg facts;
  } question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = RTM_GETNEIGH;
  question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.facts.ndm_family = AF_UNSPEC;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(socket.number, &question, sizeof question, 0, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) < 0)
    return fault("cannot be asked for");
  std::vector<Neighbour> out;
  std::vector<char> piece(64u << 10);
  for (int i = 0; i < pieces; ++i) {
    sockaddr_nl from{};
    socklen_t length = sizeof from;
    const ssize_t size =
        ::recvfrom(socket.number, piece.data(), piece.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fault("does not come");
    // Other programs of this host can write to the socket, too.
    if (from.nl_pid != 0) continue;
    if (read_neighbours({piece.data(), static_cast<std::size_t>(size)}, out)) break;
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace rf::lan
