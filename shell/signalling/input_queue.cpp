#include "shell/signalling/input_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "core/base/check.hpp"

namespace rf::signalling {
InputQueue::InputQueue(const Bounds& bounds)
    : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), bounds_(bounds) {
  RF_CHECK(descriptor_ >= 0);
}

InputQueue::~InputQueue() { ::close(descriptor_); }

bool InputQueue::post(engine::Input& input) {
  const std::lock_guard lock(mutex_);
  if (used_.inputs >= bounds_.inputs) return false;
  ++used_.inputs;
  entries_.emplace_back(std::in_place_type<engine::Input>, std::move(input));
  wake();
  return true;
}

bool InputQueue::post(net::StreamPacket& packet) {
  const std::lock_guard lock(mutex_);
  if (used_.packets >= bounds_.packets || used_.packet_bytes >= bounds_.packet_bytes) return false;
  ++used_.packets;
  used_.packet_bytes += packet.bytes.size();
  entries_.emplace_back(std::in_place_type<net::StreamPacket>, std::move(packet));
  wake();
  return true;
}

void InputQueue::post_work(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  work_.push_back(std::move(work));
  wake();
}

void InputQueue::take(std::vector<Entry>& entries, std::vector<std::function<void()>>& work) {
  const std::lock_guard lock(mutex_);
  entries.swap(entries_);
  work.swap(work_);
  if (!std::exchange(awake_, false)) return;
  std::uint64_t count = 0;
  (void)!::read(descriptor_, &count, sizeof count);
}

void InputQueue::finish(const Bounds& done) {
  const std::lock_guard lock(mutex_);
  used_.inputs -= done.inputs;
  used_.packets -= done.packets;
  used_.packet_bytes -= done.packet_bytes;
}

void InputQueue::wake() {
  if (std::exchange(awake_, true)) return;
  const std::uint64_t one = 1;
  (void)!::write(descriptor_, &one, sizeof one);
}

}  // namespace rf::signalling
