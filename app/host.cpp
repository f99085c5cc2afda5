#include "app/host.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/base/check.hpp"

namespace rf::app {
namespace {

constexpr rlim_t descriptors_wanted = 1u << 20;

bool set_capabilities(std::uint32_t bits) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  data[0].effective = data[0].permitted = bits;
  return ::syscall(SYS_capset, &header, data) == 0;
}

std::unexpected<std::string> fault(std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

std::int64_t wall_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void fill_from_kernel(void* out, std::size_t size) {
  for (auto* at = static_cast<unsigned char*>(out); size > 0;) {
    const ssize_t count = ::getrandom(at, size, 0);
    RF_CHECK(count > 0 || errno == EINTR);
    if (count <= 0) continue;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

std::string installed(std::string_view name) {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (program.parent_path().parent_path() / "share/ringfence" / name).string();
}

void harden() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::umask(077);
  ::signal(SIGPIPE, SIG_IGN);
}

void raise_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (::geteuid() == 0 && limit.rlim_max < descriptors_wanted) {
    const rlimit more{descriptors_wanted, descriptors_wanted};
    ::setrlimit(RLIMIT_NOFILE, &more);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptors_open() {
  std::error_code ignored;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", ignored), end; !ignored && at != end;
       at.increment(ignored))
    ++count;
  return count;
}

std::size_t descriptors_allowed() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> ephemeral_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint16_t from = 0, to = 0;
  if (!(file >> from >> to)) return std::nullopt;
  return std::pair(from, to);
}

std::expected<Account, std::string> account_of(const std::string& name) {
  errno = 0;
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return std::unexpected(fmt::format("there is no account {}", name));
  return Account{entry->pw_uid, entry->pw_gid, name};
}

std::expected<void, std::string> become(const Account& account, bool keep_ports) {
  if (::prctl(PR_SET_KEEPCAPS, keep_ports ? 1 : 0, 0, 0, 0) != 0) return fault("capabilities cannot be kept");
  if (::setgroups(0, nullptr) != 0 || ::setresgid(account.gid, account.gid, account.gid) != 0 ||
      ::setresuid(account.uid, account.uid, account.uid) != 0)
    return fault(fmt::format("root cannot be given up for account {}", account.name));
  if (keep_ports && !set_capabilities(1u << CAP_NET_BIND_SERVICE)) return fault("capabilities cannot be given up");
  // Changing the account made the process readable again.
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (account.uid != 0 && ::setuid(0) == 0) return std::unexpected("root could be taken back; refusing to go on");
  return {};
}

Address source_address(bool v4) {
  // Connecting a datagram socket sends nothing: it only asks the kernel for the way. Documentation addresses are routed
  // like all that is far away.
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  sockaddr_storage peer{};
  socklen_t size = v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  peer.ss_family = v4 ? AF_INET : AF_INET6;
  auto* four = reinterpret_cast<sockaddr_in*>(&peer);
  auto* six = reinterpret_cast<sockaddr_in6*>(&peer);
  ::inet_pton(peer.ss_family, v4 ? "192.0.2.1" : "2001:db8::1",
              v4 ? static_cast<void*>(&four->sin_addr) : &six->sin6_addr);
  (v4 ? four->sin_port : six->sin6_port) = htons(9);
  char text[INET6_ADDRSTRLEN] = {};
  if (::connect(fd, reinterpret_cast<sockaddr*>(&peer), size) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0)
    ::inet_ntop(peer.ss_family, v4 ? static_cast<void*>(&four->sin_addr) : &six->sin6_addr, text, sizeof text);
  ::close(fd);
  return Address::parse(text).value_or(Address{});
}

void notify_service_manager(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(descriptor);
}

}  // namespace rf::app
