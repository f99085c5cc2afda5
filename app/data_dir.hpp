// The folder that holds everything a system knows. One process at a time may change it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "core/command/command.hpp"
#include "shell/config/settings.hpp"

namespace rf::app {

/// The data directory, locked until this dies.
class DataDir {
 public:
  /// Makes the folder if it is missing (0700), becomes its owner's account when we are root and it is not root's (for
  /// good: files made in it must be the server's), and takes its lock, waiting up to `wait_ms` for another command to
  /// finish. `keep_ports`: see become(). Errors: conflict (a server or another command uses it), denied, failed.
  static std::expected<DataDir, command::Error> open(const config::Settings& settings, bool keep_ports,
                                                     std::uint32_t wait_ms);
  ~DataDir();
  DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  DataDir& operator=(DataDir&&) = delete;

  const std::string& path() const { return path_; }
  std::string key_path() const { return path_ + "/seal.key"; }
  std::string tls_path() const { return path_ + "/tls"; }

  /// Whether some process holds the lock of that folder.
  static bool in_use(const std::string& path);

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_ = -1;
};

}  // namespace rf::app
