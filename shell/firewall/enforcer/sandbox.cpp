#include "shell/firewall/enforcer/sandbox.hpp"

#include <errno.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>

namespace rf::firewall {
namespace {

constexpr uid_t nobody = 65'534;

std::unexpected<std::string> failed(const char* what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

bool keep_only(std::uint64_t rights) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  for (const int half : {0, 1}) {
    data[half].effective = static_cast<std::uint32_t>(rights >> 32 * half);
    data[half].permitted = data[half].effective;
  }
  return ::syscall(SYS_capset, &header, data) == 0;
}

std::expected<void, std::string> drop_rights() {
  constexpr std::uint64_t network = std::uint64_t{1} << CAP_NET_ADMIN;
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return failed("ambient rights stay");
  if (::geteuid() == 0) {
    // Without being able to get any back: programs may not be started, but belt and braces cost nothing.
    for (int right = 0; right <= 63; ++right) ::prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
    if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return failed("rights cannot be kept");
    if (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
        ::setresuid(nobody, nobody, nobody) != 0)
      return failed("cannot become nobody");
  }
  if (!keep_only(network)) return failed("cannot give up rights, or has no CAP_NET_ADMIN to keep");
  return {};
}

bool limit_resources() {
  const rlimit none{0, 0};
  // No files, no children, no core; descriptors only for links to interfaces.
  const rlimit few{128, 128};
  return ::setrlimit(RLIMIT_FSIZE, &none) == 0 && ::setrlimit(RLIMIT_NPROC, &none) == 0 &&
         ::setrlimit(RLIMIT_CORE, &none) == 0 && ::setrlimit(RLIMIT_NOFILE, &few) == 0;
}

// An address in memory cannot be compared, so what is allowed is chosen by the arguments that are numbers.
bool allow(scmp_filter_ctx filter) {
  for (const int call : {SCMP_SYS(read),
                         SCMP_SYS(write),
                         SCMP_SYS(close),
                         SCMP_SYS(recvfrom),
                         SCMP_SYS(recvmsg),
                         SCMP_SYS(sendto),
                         SCMP_SYS(sendmsg),
                         SCMP_SYS(poll),
                         SCMP_SYS(ppoll),
                         SCMP_SYS(clock_gettime),
                         SCMP_SYS(clock_nanosleep),
                         SCMP_SYS(brk),
                         SCMP_SYS(munmap),
                         SCMP_SYS(mremap),
                         SCMP_SYS(madvise),
                         SCMP_SYS(futex),
                         SCMP_SYS(restart_syscall),
                         SCMP_SYS(rt_sigreturn),
                         SCMP_SYS(rt_sigprocmask),
                         SCMP_SYS(getpid),
                         SCMP_SYS(gettid),
                         SCMP_SYS(tgkill),
                         SCMP_SYS(getrandom),
                         SCMP_SYS(exit),
                         SCMP_SYS(exit_group)})
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) return false;
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0)
      return false;
  for (const int option : {SO_TYPE, SO_PROTOCOL})
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getsockopt), 2, SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET),
                           SCMP_A2(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option))) != 0)
      return false;
  for (const int option : {SO_RCVBUFFORCE, SO_SNDBUFFORCE})
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2, SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET),
                           SCMP_A2(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option))) != 0)
      return false;
  for (const int command :
       {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY, BPF_LINK_CREATE})
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
                           SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command))) != 0)
      return false;
  return true;
}

}  // namespace

std::expected<void, std::string> confine(pid_t parent) {
  if (auto rights = drop_rights(); !rights) return rights;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("new privileges stay possible");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("memory stays readable");
  if (!limit_resources()) return failed("cannot limit itself");
  // After the change of account, which would undo it. SIGKILL is enough: what is in the kernel goes with the process.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return failed("cannot die with its parent");
  if (::getppid() != parent) return std::unexpected("its parent is gone");
  const std::unique_ptr<void, void (*)(void*)> filter(::seccomp_init(SCMP_ACT_KILL_PROCESS),
                                                      [](void* one) { ::seccomp_release(one); });
  if (!filter || !allow(filter.get()) || ::seccomp_load(filter.get()) != 0) return failed("no system call filter");
  return {};
}

}  // namespace rf::firewall
