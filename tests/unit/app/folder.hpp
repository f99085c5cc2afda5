// A data directory that is gone after the test, and ports that nobody has.
#pragma once

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "shell/config/settings.hpp"

namespace rf::app {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rf-app-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  static std::string read(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  static void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

 private:
  std::string path_;
};

/// A port of 127.0.0.1 that was free for UDP and TCP a moment ago, outside the media range of the defaults.
inline std::uint16_t free_port() {
  while (true) {
    const int udp = ::socket(AF_INET, SOCK_DGRAM, 0), tcp = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(udp, reinterpret_cast<sockaddr*>(&at), size);
    ::getsockname(udp, reinterpret_cast<sockaddr*>(&at), &size);
    const bool both = ::bind(tcp, reinterpret_cast<sockaddr*>(&at), size) == 0;
    ::close(udp);
    ::close(tcp);
    const std::uint16_t port = ntohs(at.sin_port);
    const config::MediaSettings media;
    const bool for_media = port >= media.first_port && port <= media.last_port;
    if (both && !for_media) return port;
  }
}

}  // namespace rf::app
