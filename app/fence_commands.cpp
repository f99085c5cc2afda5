#include "app/fence_commands.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "app/listeners.hpp"
#include "app/web_reach.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr const char* nft = "/usr/sbin/nft";

fence::Facts facts_of(const config::Settings& settings) {
  fence::Facts out;
  for (const policy::Listener& one : expand(settings.listeners, local_addresses_of_host(), has_ipv6()))
    out.listeners.push_back({one.transport, one.bind, {}});
  for (const Endpoint& bind : web_binds(settings)) out.services.push_back({"HTTPS", bind, {}});
  if (settings.metrics.enabled) out.services.push_back({"metrics", settings.metrics.bind, {}});
  out.first_media_port = settings.media.first_port;
  out.last_media_port = settings.media.last_port;
  return out;
}

/// Runs nft with `text` as its standard input. Errors: what it said.
std::expected<void, std::string> run_nft(const std::string& text) {
  const auto failed = [](const char* what) {
    return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
  };
  const int in = ::memfd_create("rules", MFD_CLOEXEC), said = ::memfd_create("said", MFD_CLOEXEC);
  if (in < 0 || said < 0) return failed("no memory for rules");
  const bool written = ::write(in, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::lseek(in, 0, SEEK_SET);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  ::posix_spawn_file_actions_adddup2(&actions, said, 1);
  ::posix_spawn_file_actions_adddup2(&actions, said, 2);
  std::array<const char*, 4> arguments{nft, "-f", "-", nullptr};
  std::array<char*, 1> environment{nullptr};
  pid_t process = -1;
  const int fault = written ? ::posix_spawn(&process, nft, &actions, nullptr,
                                            const_cast<char* const*>(arguments.data()), environment.data())
                            : errno;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in);
  int status = -1;
  if (fault == 0) ::waitpid(process, &status, 0);
  std::array<char, 2'000> words;
  const ssize_t got = ::pread(said, words.data(), words.size(), 0);
  ::close(said);
  if (fault != 0) return std::unexpected(fmt::format("{} cannot be run: {}", nft, std::strerror(fault)));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return std::unexpected(fmt::format(
      "nft refused: {}", std::string_view(words.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)))));
}

}  // namespace

Json fence_json(const config::Settings& settings, fence::Format format) {
  return {{"format", fence::name_of(format)}, {"text", fence::write(format, fence::openings_of(facts_of(settings)))}};
}

Outcome apply_fence(const config::Settings& settings, bool remove) {
  const std::string text = remove ? std::string("table inet ringfence_ports\ndelete table inet ringfence_ports\n")
                                  : fence::write(fence::Format::nft, fence::openings_of(facts_of(settings)));
  if (const auto done = run_nft(text); !done)
    return std::unexpected(Error{::geteuid() == 0 ? Code::failed : Code::denied, done.error(),
                                 "run it as root with nftables installed, or load what `firewall show` writes"});
  return Json{{"message", remove ? "The table ringfence_ports is gone."
                                 : "The table ringfence_ports is in force until the host restarts; what it accepts "
                                   "another table may still drop."}};
}

}  // namespace rf::app
