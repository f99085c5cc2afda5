// Who is closed at the door: what the guard says of those who connect, for threads that are not the engine's.
#pragma once

#include <mutex>

#include "core/guard/bans.hpp"
#include "core/guard/compile.hpp"

namespace rf::app {

/// A copy of the bans and a reference to the rules, behind a lock that is held for a few probes. It can lag behind the
/// guard by a moment: whoever slips through meets the guard with his first message.
class Door {
 public:
  Door();
  /// Whether a new connection may stay. One ban more or less is the only thing that a port with working credentials
  /// could change, and a new connection has a new port.
  bool welcomes(const Endpoint& remote, Transport transport, std::uint16_t local_port, Now now) const;
  void use(guard::CompiledRef rules);
  void ban(const guard::Ban& ban, Now now);
  void release(const Subnet& subnet, Now now);

 private:
  mutable std::mutex mutex_;
  guard::CompiledRef rules_;  ///< null: everybody may come
  guard::Bans bans_;
};

}  // namespace rf::app
