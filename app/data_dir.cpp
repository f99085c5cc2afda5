#include "app/data_dir.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "app/host.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::unexpected<Error> fault(Code code, std::string message, std::string remedy) {
  return std::unexpected(Error{code, std::move(message), std::move(remedy)});
}

// Makes the folder and, when root was told of an account, gives it to that account.
std::expected<void, Error> make_folder(const std::string& path, const std::string& user) {
  std::error_code error;
  const std::filesystem::path folder(path);
  if (std::filesystem::exists(folder, error)) return {};
  std::filesystem::create_directories(folder.parent_path(), error);
  if (error || ::mkdir(path.c_str(), 0700) != 0)
    return fault(
        Code::failed,
        fmt::format("the data directory {} cannot be made: {}", path, error ? error.message() : std::strerror(errno)),
        "run this as root, or choose another folder with --data");
  if (::geteuid() != 0 || user.empty()) return {};
  const auto account = account_of(user);
  if (!account) return fault(Code::failed, account.error(), fmt::format("make it: adduser --system --group {}", user));
  if (::chown(path.c_str(), account->uid, account->gid) != 0)
    return fault(Code::failed,
                 fmt::format("the data directory {} cannot be given to {}: {}", path, user, std::strerror(errno)),
                 "see above");
  return {};
}

std::string holder_of(int lock) {
  char text[16]{};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  const std::string_view line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::string_view pid = line.substr(0, line.find('\n'));
  return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

}  // namespace

std::expected<DataDir, Error> DataDir::open(const config::Settings& settings, bool keep_ports, std::uint32_t wait_ms) {
  const std::string& path = settings.server.data_dir;
  if (auto made = make_folder(path, settings.server.user); !made) return std::unexpected(made.error());
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
    return fault(Code::failed, fmt::format("the data directory {} is not a folder that can be read", path),
                 "choose another with --data");
  if ((facts.st_mode & 077) != 0)
    return fault(Code::denied, fmt::format("the data directory {} is open to other accounts", path),
                 fmt::format("close it: chmod 700 {}", path));
  const uid_t me = ::geteuid();
  if (me == 0 && facts.st_uid != 0) {
    if (auto became = become({facts.st_uid, facts.st_gid, fmt::format("{}", facts.st_uid)}, keep_ports); !became)
      return fault(Code::denied, became.error(), fmt::format("check the owner of {}", path));
  } else if (me == 0 && !settings.server.user.empty()) {
    return fault(Code::denied,
                 fmt::format("server.user is {}, but the data directory {} is root's", settings.server.user, path),
                 fmt::format("give it away: chown -R {}: {}", settings.server.user, path));
  } else if (me != facts.st_uid) {
    return fault(Code::denied, fmt::format("the data directory {} belongs to another account", path),
                 "run this as root or as that account");
  }

  const std::string name = path + "/lock";
  const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0)
    return fault(Code::failed, fmt::format("{} cannot be opened: {}", name, std::strerror(errno)),
                 "check the disk and the folder's owner");
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= until) {
      const std::string holder = holder_of(lock);
      ::close(lock);
      return fault(Code::conflict, fmt::format("{} is using the data directory {}", holder, path),
                   "stop it (ringfence stop), or choose another folder with --data");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock, 0) == 0) static_cast<void>(!::pwrite(lock, pid.data(), pid.size(), 0));
  return DataDir(path, lock);
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

bool DataDir::in_use(const std::string& path) {
  const int lock = ::open((path + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return false;
  const bool held = ::flock(lock, LOCK_SH | LOCK_NB) != 0;
  ::close(lock);
  return held;
}

}  // namespace rf::app
