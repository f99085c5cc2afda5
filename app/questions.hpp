// Questions to the running engine, asked from other threads, with a limit on the wait.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "core/effect/effect.hpp"
#include "core/engine/input.hpp"

namespace rf::app {

class Questions {
 public:
  /// `post` hands an input to the engine; false when it has no room.
  explicit Questions(std::function<bool(engine::Input)> post) : post_(std::move(post)) {}

  /// Waits for the engine's answer; nothing after `timeout_ms`, with `stop`, or when the engine takes no more inputs.
  /// Never from the signalling thread.
  std::optional<effect::CommandResult> ask(effect::Command command, std::uint32_t timeout_ms,
                                           std::stop_token stop = {});
  /// The engine answered: from the signalling thread, never blocks.
  void answer(effect::CommandDone done);

 private:
  std::function<bool(engine::Input)> post_;
  std::mutex mutex_;
  std::condition_variable_any answered_;
  std::uint64_t last_ = 0;
  std::unordered_map<CommandId, std::optional<effect::CommandResult>> open_;
};

}  // namespace rf::app
