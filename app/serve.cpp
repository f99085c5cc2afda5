#include "app/serve.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "app/enforcement.hpp"
#include "app/host.hpp"
#include "app/place.hpp"
#include "app/server.hpp"
#include "cli/run.hpp"

namespace rf::app {
namespace {

constexpr std::uint32_t stop_limit_ms = 10'000;
constexpr std::uint32_t lock_wait_ms = 2'000;  ///< another command may be at work for a moment
constexpr time_t certificate_check_s = 6 * 3'600;

// Blocked before the first thread starts, so that all of them leave these to sigtimedwait().
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

std::expected<void, command::Error> serve(const cli::Place& place, bool json, const std::string& version) {
  auto settings = settings_of(place);
  if (!settings) return std::unexpected(settings.error());
  const sigset_t signals = block_signals();
  std::string why_no_firewall;
  auto firewall = start_firewall(why_no_firewall);
  harden();
  raise_descriptors();
  auto data_dir = DataDir::open(*settings, true, lock_wait_ms);
  if (!data_dir) return std::unexpected(data_dir.error());

  const pid_t self = ::getpid();
  auto server = Server::start(std::move(*settings), std::move(*data_dir),
                              {place, [self] { ::kill(self, SIGTERM); }, version, json, std::move(firewall),
                               std::move(why_no_firewall)});
  if (!server) return std::unexpected(server.error());
  notify_service_manager("READY=1");

  while (true) {
    const timespec wait{certificate_check_s, 0};
    const int signal = ::sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGHUP) {
      notify_service_manager("RELOADING=1");
      (*server)->reload_by_signal();
      notify_service_manager("READY=1");
    } else if (signal == SIGTERM || signal == SIGINT) {
      break;
    } else if (errno == EAGAIN) {
      (*server)->refresh_certificate();
      (*server)->renew_media_identities();
    }
  }
  notify_service_manager("STOPPING=1");
  // The impatient press Ctrl-C twice: then the process ends at once, and the next start closes the records.
  std::thread([signals] {
    int signal = 0;
    do sigwait(&signals, &signal);
    while (signal == SIGHUP);
    ::_exit(cli::failed);
  }).detach();
  (*server)->stop(stop_limit_ms);
  return {};
}

}  // namespace rf::app
