#include "app/door.hpp"

#include <sys/random.h>

#include "core/base/check.hpp"

namespace rf::app {
namespace {

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  RF_CHECK(::getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed;
}

}  // namespace

Door::Door() : bans_(GuardLimits{}.bans, HashKey(random_seed())) {}

bool Door::welcomes(const Endpoint& remote, Transport transport, std::uint16_t local_port, Now now) const {
  const std::lock_guard lock(mutex_);
  if (!rules_) return true;
  const guard::Entry entry = rules_->entry_of(remote.address, transport, local_port, now.wall_ms);
  return entry == guard::Entry::exempt || (entry == guard::Entry::open && !bans_.covers(now, remote.address));
}

void Door::use(guard::CompiledRef rules) {
  // The old ones are let go after the lock.
  const std::lock_guard lock(mutex_);
  rules_.swap(rules);
}

void Door::ban(const guard::Ban& ban, Now now) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(bans_.restore(now, ban, 0));
}

void Door::release(const Subnet& subnet, Now now) {
  const std::lock_guard lock(mutex_);
  bans_.release(now, subnet);
}

}  // namespace rf::app
