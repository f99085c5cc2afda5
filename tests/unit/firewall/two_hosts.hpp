// Two hosts in network namespaces of their own with one cable: a server, where the enforcer works, and a sender. Needs
// root.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::firewall {

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept;

  void send(const Endpoint& to, std::string_view text = "hello") const;
  /// Packets that are here within the time; returns as soon as there are `enough`.
  std::size_t receive(std::size_t enough, int wait_ms) const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

class TwoHosts {
 public:
  TwoHosts();
  ~TwoHosts();
  TwoHosts(const TwoHosts&) = delete;
  TwoHosts& operator=(const TwoHosts&) = delete;

  /// Why these tests cannot run here; empty when they can.
  static std::string obstacle();

  /// A UDP socket bound on the server, or on the sender.
  Socket on_server(const Endpoint& bind) const { return socket_in(server_, bind); }
  Socket on_sender(const Endpoint& bind) const { return socket_in(sender_, bind); }
  /// What `command` prints on the server.
  std::string run_on_server(const std::string& command) const;
  std::string run_on_sender(const std::string& command) const;
  /// The calling thread is on the server while this lives.
  class Stay {
   public:
    explicit Stay(int there);
    ~Stay();

   private:
    int home_;
  };
  Stay stay_on_server() const { return Stay(server_); }

 private:
  Socket socket_in(int where, const Endpoint& bind) const;
  std::string name_;
  int server_ = -1;
  int sender_ = -1;
};

}  // namespace rf::firewall
