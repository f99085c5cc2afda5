// The other side of the wire for these tests: blocking sockets whose every wait is bounded.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "shell/net/streams.hpp"

struct ssl_st;

namespace rf::test {

/// A wait that lasts this long has failed.
inline constexpr int patience_ms = 10'000;

Endpoint at(std::string_view address, std::uint16_t port = 0);
/// A whole request with a body of `body_bytes`, marked so that it can be told from others.
std::string message(std::string_view mark, std::size_t body_bytes = 0);
policy::Listener listener(std::uint64_t id, Transport transport, const Endpoint& bind);

/// A TCP connection to us, or, given a TLS context, one that did its handshake.
class Client {
 public:
  /// Null when it cannot connect (or the handshake fails). `from` binds the near end.
  static std::unique_ptr<Client> connect(const Endpoint& to, std::optional<Address> from = {});
  static std::unique_ptr<Client> connect_tls(const Endpoint& to, const net::TlsContext& context, std::string_view name);
  ~Client();

  bool send(std::string_view bytes);
  /// Reads until so many bytes are there; fewer when the connection ends or patience does.
  std::string read(std::size_t bytes);
  /// True when the other side ends the connection; false when it is still there after `wait_ms`.
  bool closed(int wait_ms = patience_ms);
  Endpoint local() const;
  /// The serial number of the server's certificate, as hex.
  std::string server_serial() const;
  std::string tls_version() const;
  ssl_st* tls() { return tls_; }

 private:
  explicit Client(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
  ssl_st* tls_ = nullptr;
};

/// A bound UDP socket.
class Datagrams {
 public:
  explicit Datagrams(const Address& address);
  ~Datagrams();
  bool send(const Endpoint& to, std::string_view bytes);
  struct Received {
    std::string bytes;
    Endpoint from;
  };
  std::optional<Received> receive(int wait_ms = patience_ms);
  Endpoint local() const;

 private:
  int descriptor_;
};

/// Keeps what Streams reports; can say "no room".
class Collected final : public net::StreamEvents {
 public:
  bool on_message(net::StreamPacket& packet) override;
  bool on_closed(ConnectionId connection) override;
  bool on_send_failed(const Flow& flow) override;

  void set_room(bool room);
  /// Waits until the `count`-th message is there; false when patience ends first.
  bool wait_messages(std::size_t count);
  bool wait_closed(std::size_t count);
  bool wait_failed(std::size_t count);
  std::vector<net::StreamPacket> messages();
  std::vector<ConnectionId> closed();
  std::vector<Flow> failed();

 private:
  bool wait(const std::function<bool()>& done);
  std::mutex mutex_;
  std::condition_variable changed_;
  bool room_ = true;
  std::vector<net::StreamPacket> messages_;
  std::vector<ConnectionId> closed_;
  std::vector<Flow> failed_;
};

/// Repeats `done` until it is true or patience ends: for what only shows in counters.
bool eventually(const std::function<bool()>& done);

/// A fresh directory with an authority and a certificate for localhost, ringfence.test, 127.0.0.1 and ::1.
class Pki {
 public:
  Pki();
  ~Pki();
  const std::string& directory() const { return directory_; }
  net::TlsContext server() const;
  /// Trusts this authority.
  net::TlsContext client() const;

 private:
  std::string directory_;
};

}  // namespace rf::test
