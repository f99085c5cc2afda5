// The only door: inputs in, effects out, nothing else. No socket, clock, thread, file or environment behind it.
#pragma once

#include <cstdint>
#include <memory>

#include "core/auth/digest.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/effect/effect.hpp"
#include "core/engine/input.hpp"
#include "core/guard/compile.hpp"
#include "core/pattern/patterns.hpp"
#include "core/toll/desk.hpp"

namespace rf::engine {

/// One signalling engine; belongs to one thread.
/// Contract: call handle() for each input in the order things happened, carry the effects out in order, and call
/// handle(now, Tick{}) once `next_deadline()` has passed. `now` never goes back. The same inputs and seeds give the
/// same effects, byte for byte.
class Engine {
 public:
  struct Seeds {
    Random::Seed random;
    auth::Authenticator::Key auth;
  };
  /// What the guard begins with; without rules, those that ship.
  struct Defence {
    guard::CompiledRef rules = {};
    guard::Bounds bounds = {};
  };
  /// `patterns`: what was learned of how people call; null: nothing.
  /// `desk`: with the ledger as the disk has it; null: a new one, of no currency, with which no paid call leaves.
  Engine(Now now, policy::PolicyRef policy, const Seeds& seeds, Defence defence,
         std::unique_ptr<toll::Desk> desk = nullptr, std::unique_ptr<pattern::Patterns> patterns = nullptr);
  ~Engine();

  void handle(Now now, Input input, effect::Effects& effects);
  /// When to send a Tick: a monotonic time in milliseconds, never_ms when nothing waits.
  std::int64_t next_deadline() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::engine
