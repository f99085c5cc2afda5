#include "app/questions.hpp"

#include <chrono>
#include <utility>

namespace rf::app {

std::optional<effect::CommandResult> Questions::ask(effect::Command command, std::uint32_t timeout_ms,
                                                    std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const CommandId id{++last_};
  open_.emplace(id, std::nullopt);
  lock.unlock();
  const bool taken = post_(engine::CommandIn{id, std::move(command)});
  lock.lock();
  if (taken)
    answered_.wait_for(lock, std::move(stop), std::chrono::milliseconds(timeout_ms),
                       [&] { return open_.at(id).has_value(); });
  auto answer = std::move(open_.at(id));
  open_.erase(id);
  return answer;
}

void Questions::answer(effect::CommandDone done) {
  const std::lock_guard lock(mutex_);
  const auto open = open_.find(done.id);
  if (open == open_.end() || open->second) return;  // whoever asked has stopped waiting, or has an answer
  open->second = std::move(done.result);
  answered_.notify_all();
}

}  // namespace rf::app
