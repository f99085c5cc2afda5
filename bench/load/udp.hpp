// Datagrams in batches: a few connected sockets, one system call for up to 64 messages either way.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/clock.hpp"

namespace rf::load {

/// Of networks that are nobody's: 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 (RFC 5737), 198.18.0.0/15 (RFC 2544).
bool is_test_address(in_addr address);

struct SocketOptions {
  std::string server_host = "127.0.0.1";
  std::uint16_t server_port = 5060;
  std::string local_host = "127.0.0.1";  ///< each further socket takes the next address when `spread` is set
  unsigned count = 1;
  bool spread = false;
  /// Where the last one is bound instead, "127.0.0.3:6000": a carrier, which the server has to know beforehand.
  std::string last;
  /// Never sleep: the server then pays for no wake-up of ours, as if we were at the far end of a wire.
  bool spin = false;
};

/// Sockets connected to one server. Messages are written in place, queued a socket, and leave with flush() or when a
/// socket's queue is full. Only addresses of loopback and of test networks are accepted: this program
/// is not to be pointed at others.
/// Errors: the constructor throws std::runtime_error naming the address and the system's reason.
class Sockets {
 public:
  static constexpr unsigned batch = 64;
  static constexpr std::size_t message_bytes = 4'096;

  explicit Sockets(const SocketOptions& options);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  unsigned count() const { return static_cast<unsigned>(sockets_.size()); }
  /// "127.0.0.1:40000", as it stands in Via and Contact.
  std::string_view local_text(unsigned socket) const { return sockets_[socket]->local_text; }
  /// "127.0.0.1:5060".
  std::string_view server_text() const { return server_text_; }

  /// Where the next message of that socket is to be written (message_bytes long); commit() queues it.
  char* open(unsigned socket);
  void commit(unsigned socket, std::size_t size);
  void queue(unsigned socket, std::string_view bytes);
  void flush();

  /// Hands up to one batch of every readable socket to on_packet(socket, bytes). Gives how many there were.
  template <class F>
  unsigned receive(F&& on_packet) {
    unsigned total = 0;
    for (unsigned i = 0; i < count(); ++i) {
      if (!readable_[i]) continue;
      int got = receive_batch(i);
      for (int m = 0; m < got; ++m) {
        on_packet(i, std::string_view(in_buffer_.get() + static_cast<std::size_t>(m) * message_bytes, in_[static_cast<std::size_t>(m)].msg_len));
      }
      if (got < static_cast<int>(batch)) readable_[i] = 0;
      if (got > 0) total += static_cast<unsigned>(got);
    }
    return total;
  }
  /// Sleeps until a socket is readable or `until_ns` has come; does not sleep when data is known to wait.
  void wait(std::int64_t until_ns);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t send_errors() const { return send_errors_; }
  /// Datagrams that the kernel dropped because our receive queue was full: never the server's fault.
  std::uint64_t dropped() const;

 private:
  struct Socket {
    int fd = -1;
    std::string local_text;
    unsigned queued = 0;
    std::array<mmsghdr, batch> out{};
    std::array<iovec, batch> out_pieces{};
    std::unique_ptr<char[]> out_buffer;
  };
  void flush_socket(Socket& socket);
  int receive_batch(unsigned socket);

  std::vector<std::unique_ptr<Socket>> sockets_;
  std::vector<unsigned> dirty_;
  std::vector<char> readable_;
  std::string server_text_;
  bool spin_ = false;
  std::array<mmsghdr, batch> in_{};
  std::array<iovec, batch> in_pieces_{};
  std::unique_ptr<char[]> in_buffer_;
  std::uint64_t sent_ = 0, received_ = 0, send_errors_ = 0;
};

}  // namespace rf::load
