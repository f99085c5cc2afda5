// The server's end of the enforcer: starts it, tells it what to shut out, hears what is in force. It never waits.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "shell/firewall/protocol.hpp"

namespace rf::firewall {

/// Where the enforcer finds its end.
inline constexpr int channel_descriptor = 3;

class Channel {
 public:
  /// Starts `program` from the thread that lives as long as the server: it dies with it. To be called while the process
  /// may still administer the network (CAP_NET_ADMIN, and CAP_BPF for XDP); give_up_rights() comes after it.
  /// Errors: a sentence.
  static std::expected<Channel, std::string> start(const std::string& program);
  /// Closing it is enough for the enforcer to take everything out of the kernel.
  ~Channel();
  Channel(Channel&& other) noexcept { *this = std::move(other); }
  Channel& operator=(Channel&& other) noexcept;

  /// -1 when the enforcer is gone; then everything else does nothing, and nothing is enforced in the kernel.
  int fd() const { return fd_; }
  pid_t process() const { return process_; }
  /// Whether to wait for fd() to become writable, too.
  bool wants_to_write() const { return !urgent_.empty() || !bulk_.empty(); }
  /// To be called when fd() is ready: sends what waits and gives what came. When the enforcer is gone, the last is a
  /// State that says so.
  std::vector<Answered> on_ready();

  /// Each gives the sequence of its last request; 0: nothing was sent, since the enforcer is gone or stuck.
  std::uint64_t begin(const Begin& begin);
  std::uint64_t ban(std::span<const Ban> bans);
  std::uint64_t lift(std::span<const Subnet> networks);
  std::uint64_t throttle(std::span<const Throttle> throttles);
  std::uint64_t lift_throttles(std::span<const Address> sources);
  /// Goes in small pieces, between everything else.
  std::uint64_t replace_list(std::span<const Subnet> networks);
  std::uint64_t open(std::span<const Pinhole> pinholes);
  std::uint64_t close(std::span<const std::uint16_t> ports);
  std::uint64_t use(Wish wish);
  /// `socket` stays the caller's.
  std::uint64_t widen(int socket);
  std::uint64_t count();
  std::uint64_t end();
  /// Waits until the enforcer has taken everything out of the kernel and is gone.
  void hang_up();

 private:
  Channel() = default;
  struct Outgoing {
    Frame frame;
    int passed = -1;  // a descriptor that goes with it
  };
  std::uint64_t ask(const Request& request, int passed = -1);
  template <class Whole, class Entry>
  std::uint64_t ask_in_pieces(std::span<const Entry> entries, std::size_t most);
  void send_waiting();
  bool send(const Frame& frame, int passed = -1);
  void send_urgent();

  int fd_ = -1;
  pid_t process_ = -1;
  std::uint64_t sequence_ = 0;
  bool gone_ = false;
  std::deque<Outgoing> urgent_;
  std::deque<Request> bulk_;  // not yet encoded: a list of a million takes less room so
};

/// A host with more doors than a frame holds has each port open on every address of its family instead.
Begin fitting(Begin begin);

/// Whether this process has the right to change packet filters.
bool may_administer_network();

/// Keeps to what a server of telephones needs of root (its files, its account, low ports, descriptors): this process,
/// and what it will start, can never administer the network or the host again. Errors: a sentence.
std::expected<void, std::string> give_up_rights();

}  // namespace rf::firewall
