#include "shell/firewall/channel.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/base/limits/server.hpp"

namespace rf::firewall {
namespace {

// Of the list no more may be on its way than a ban can wait behind.
constexpr int socket_room = 32 * 1024;

}  // namespace

std::expected<Channel, std::string> Channel::start(const std::string& program) {
  std::array<int, 2> ends;
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return std::unexpected(fmt::format("no socket for {}: {}", program, std::strerror(errno)));
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &socket_room, sizeof socket_room);
  Channel out;
  out.fd_ = ends[0];

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], channel_descriptor);
  // Signals of the terminal are for the server, which then says End.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  const std::string parent = std::to_string(::getpid());
  std::array<char*, 3> arguments{const_cast<char*>(program.c_str()), const_cast<char*>(parent.c_str()), nullptr};
  std::array<char*, 1> environment{nullptr};
  const int fault =
      ::posix_spawn(&out.process_, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (fault != 0) {
    out.process_ = -1;
    return std::unexpected(fmt::format("cannot start {}: {}", program, std::strerror(fault)));
  }
  return out;
}

Channel::~Channel() {
  hang_up();
}

Channel& Channel::operator=(Channel&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(process_, other.process_);
  std::swap(sequence_, other.sequence_);
  std::swap(gone_, other.gone_);
  std::swap(urgent_, other.urgent_);
  std::swap(bulk_, other.bulk_);
  return *this;
}

void Channel::hang_up() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  for (const Outgoing& one : urgent_)
    if (one.passed >= 0) ::close(one.passed);
  urgent_.clear();
  bulk_.clear();
  // It sees the end of its channel and goes; until then nobody else may get its number.
  if (process_ > 0) ::waitpid(std::exchange(process_, -1), nullptr, 0);
}

std::vector<Answered> Channel::on_ready() {
  std::vector<Answered> out;
  if (fd_ < 0) {
    if (std::exchange(gone_, false)) out.push_back({0, State{Backend::user_space, "the enforcer is gone"}});
    return out;
  }
  send_waiting();
  Frame frame;
  for (;;) {
    const ssize_t got = ::recv(fd_, frame.data(), frame.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return out;
    auto answered = got > 0 ? decode_reply(std::span(frame.data(), static_cast<std::size_t>(got))) : std::nullopt;
    if (!answered) break;
    out.push_back(std::move(*answered));
  }
  hang_up();
  out.push_back({0, State{Backend::user_space, "the enforcer is gone"}});
  return out;
}

bool Channel::send(const Frame& frame, int passed) {
  iovec piece{const_cast<std::uint8_t*>(frame.data()), frame.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (passed >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof passed);
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
  }
  return ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(frame.size());
}

void Channel::send_urgent() {
  while (!urgent_.empty() && send(urgent_.front().frame, urgent_.front().passed)) {
    if (urgent_.front().passed >= 0) ::close(urgent_.front().passed);
    urgent_.pop_front();
  }
}

void Channel::send_waiting() {
  send_urgent();
  while (urgent_.empty() && !bulk_.empty() && send(encode(bulk_.front(), sequence_))) bulk_.pop_front();
}

std::uint64_t Channel::ask(const Request& request, int passed) {
  if (fd_ < 0) {
    if (passed >= 0) ::close(passed);
    return 0;
  }
  if (urgent_.size() >= FirewallLimits::waiting) {
    // Rather no filter than one that no longer hears when somebody is to be let in again.
    ::kill(process_, SIGKILL);
    if (passed >= 0) ::close(passed);
    hang_up();
    gone_ = true;
    return 0;
  }
  urgent_.push_back({encode(request, ++sequence_), passed});
  send_urgent();
  return sequence_;
}

template <class Whole, class Entry>
std::uint64_t Channel::ask_in_pieces(std::span<const Entry> entries, std::size_t most) {
  std::uint64_t last = 0;
  while (!entries.empty()) {
    const auto piece = entries.first(std::min(most, entries.size()));
    last = ask(Whole{{piece.begin(), piece.end()}});
    entries = entries.subspan(piece.size());
  }
  return last;
}

std::uint64_t Channel::begin(const Begin& begin) {
  return ask(fitting(begin));
}
std::uint64_t Channel::ban(std::span<const Ban> bans) {
  return ask_in_pieces<AddBans>(bans, bans_a_frame);
}
std::uint64_t Channel::lift(std::span<const Subnet> networks) {
  return ask_in_pieces<LiftBans>(networks, networks_a_frame);
}
std::uint64_t Channel::throttle(std::span<const Throttle> throttles) {
  return ask_in_pieces<AddThrottles>(throttles, throttles_a_frame);
}
std::uint64_t Channel::lift_throttles(std::span<const Address> sources) {
  return ask_in_pieces<LiftThrottles>(sources, sources_a_frame);
}
std::uint64_t Channel::open(std::span<const Pinhole> pinholes) {
  return ask_in_pieces<OpenPinholes>(pinholes, pinholes_a_frame);
}
std::uint64_t Channel::close(std::span<const std::uint16_t> ports) {
  return ask_in_pieces<ClosePinholes>(ports, ports_a_frame);
}
std::uint64_t Channel::use(Wish wish) {
  return ask(Use{wish});
}
std::uint64_t Channel::widen(int socket) {
  const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  return copy < 0 ? 0 : ask(Widen{}, copy);
}
std::uint64_t Channel::count() {
  return ask(Count{});
}
std::uint64_t Channel::end() {
  return ask(End{});
}

std::uint64_t Channel::replace_list(std::span<const Subnet> networks) {
  if (fd_ < 0) return 0;
  // One that was still under way is given up.
  bulk_.clear();
  bulk_.emplace_back(OpenList{});
  while (!networks.empty()) {
    const auto piece = networks.first(std::min(networks_a_frame, networks.size()));
    bulk_.emplace_back(AddToList{{piece.begin(), piece.end()}});
    networks = networks.subspan(piece.size());
  }
  bulk_.emplace_back(CommitList{});
  ++sequence_;
  send_waiting();
  return sequence_;
}

Begin fitting(Begin begin) {
  if (begin.doors.size() > FirewallLimits::doors) {
    std::vector<Door> wide;
    for (Door door : begin.doors) {
      door.bind.address = door.bind.address.is_v4() ? Address::v4(0) : Address{};
      if (std::find(wide.begin(), wide.end(), door) == wide.end()) wide.push_back(door);
    }
    begin.doors = std::move(wide);
  }
  begin.doors.resize(std::min(begin.doors.size(), FirewallLimits::doors));
  begin.interfaces.resize(std::min(begin.interfaces.size(), FirewallLimits::interfaces));
  return begin;
}

bool may_administer_network() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  return ::syscall(SYS_capget, &header, data) == 0 && (data[0].effective >> CAP_NET_ADMIN & 1) != 0;
}

std::expected<void, std::string> give_up_rights() {
  constexpr std::array kept{CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,           CAP_SETUID,
                            CAP_SETGID, CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_RESOURCE};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (::syscall(SYS_capget, &header, data) != 0)
    return std::unexpected(fmt::format("cannot read own rights: {}", std::strerror(errno)));
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (int right = 0; right < 64; ++right) {
    if (std::find(kept.begin(), kept.end(), right) != kept.end()) continue;
    ::prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
    for (std::uint32_t* set : {&data[right / 32].effective, &data[right / 32].permitted, &data[right / 32].inheritable})
      *set &= ~(1u << right % 32);
  }
  if (::syscall(SYS_capset, &header, data) != 0)
    return std::unexpected(fmt::format("cannot give up rights: {}", std::strerror(errno)));
  return {};
}

}  // namespace rf::firewall
