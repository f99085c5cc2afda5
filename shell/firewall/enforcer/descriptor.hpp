// A descriptor that the server passed along with a request.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <sys/types.h>

namespace rf::firewall {

class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void take(int fd);

 private:
  int fd_ = -1;
};

/// Like recv() without waiting; a single descriptor that comes along is put into `passed`, several are closed.
ssize_t receive(int channel, std::span<std::uint8_t> bytes, Descriptor& passed);

/// Gives a UDP socket the buffers that protocol.hpp names; false for whatever is none.
bool widen(const Descriptor& socket);

}  // namespace rf::firewall
