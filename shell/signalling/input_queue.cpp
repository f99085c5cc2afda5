#include "shell/signalling/input_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "core/base/check.hpp"

namespace rf::signalling {
namespace {

// After the lock is given back: who wakes at once would only wait for it.
void wake(int descriptor) {
  const std::uint64_t one = 1;
  (void)!::write(descriptor, &one, sizeof one);
}

}  // namespace
InputQueue::InputQueue(const Bounds& bounds)
    : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), bounds_(bounds) {
  RF_CHECK(descriptor_ >= 0);
}

InputQueue::~InputQueue() { ::close(descriptor_); }

std::size_t InputQueue::post(std::span<engine::Input> inputs) {
  std::size_t taken = 0;
  bool first;
  {
    const std::lock_guard lock(mutex_);
    for (; taken < inputs.size() && used_.inputs < bounds_.inputs; ++taken, ++used_.inputs)
      entries_.emplace_back(std::in_place_type<engine::Input>, std::move(inputs[taken]));
    first = taken > 0 && !std::exchange(awake_, true);
  }
  if (first) wake(descriptor_);
  return taken;
}

bool InputQueue::post(net::StreamPacket& packet) {
  bool first;
  {
    const std::lock_guard lock(mutex_);
    if (used_.packets >= bounds_.packets || used_.packet_bytes >= bounds_.packet_bytes) return false;
    ++used_.packets;
    used_.packet_bytes += packet.bytes.size();
    entries_.emplace_back(std::in_place_type<net::StreamPacket>, std::move(packet));
    first = !std::exchange(awake_, true);
  }
  if (first) wake(descriptor_);
  return true;
}

void InputQueue::post_work(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    awake_ = true;
  }
  wake(descriptor_);
}

void InputQueue::take(std::vector<Entry>& entries, std::vector<std::function<void()>>& work) {
  const std::lock_guard lock(mutex_);
  entries.swap(entries_);
  work.swap(work_);
  awake_ = false;
}

InputQueue::Bounds InputQueue::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

void InputQueue::finish(const Bounds& done) {
  const std::lock_guard lock(mutex_);
  used_.inputs -= done.inputs;
  used_.packets -= done.packets;
  used_.packet_bytes -= done.packet_bytes;
}

void InputQueue::clear_wake() {
  std::uint64_t count = 0;
  (void)!::read(descriptor_, &count, sizeof count);
}

}  // namespace rf::signalling
