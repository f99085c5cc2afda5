// Bytes over one connected, non-blocking socket: what TCP and TLS differ in, and where WebSocket has its place.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "shell/net/streams.hpp"

namespace rf::net {

enum class IoStatus : std::uint8_t {
  done,
  want_read,   ///< call again once the socket is readable
  want_write,  ///< call again once it is writable
  closed,      ///< the peer ended it
  failed,      ///< broken, or not to be trusted
};

struct IoResult {
  IoStatus status = IoStatus::done;
  std::size_t bytes = 0;
};

/// Neither owns the socket nor waits for it.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Repeated until done.
  virtual IoResult handshake() = 0;
  virtual IoResult read(std::span<char> into) = 0;
  /// After want_read or want_write it is called again with the same bytes first; more may follow them.
  virtual IoResult write(std::span<const char> bytes) = 0;
  /// Tells the peer that nothing more comes, as far as that goes without waiting.
  virtual void say_goodbye() = 0;
  /// After the handshake: the names in the peer's certificate, if there is one and it was verified: DNS names, and the
  /// hosts of SIP URIs (RFC 5922 §7.1), lower case, at most TrunkLimits::certificates. The subject's own is not read.
  virtual std::vector<std::string> peer_names() const { return {}; }
  /// After a handshake that failed: what was wrong with the peer's certificate; empty: something else.
  virtual std::string certificate_fault() const { return {}; }
};

std::unique_ptr<Channel> make_tcp_channel(int descriptor);
/// Null when OpenSSL has no memory.
std::unique_ptr<Channel> make_tls_server_channel(int descriptor, const TlsContext& context);
/// `server_name` is a host name or an address as text; the handshake fails unless the peer's certificate is for it.
std::unique_ptr<Channel> make_tls_client_channel(int descriptor, const TlsContext& context,
                                                 std::string_view server_name);

}  // namespace rf::net
