#include "app/carrier.hpp"

#include <chrono>
#include <thread>

namespace rf::app {

bool Inlet::offer(engine::Input input) {
  signalling::SignallingLoop* const loop = loop_;
  return loop != nullptr && !closed_ && loop->post(std::move(input));
}

void Inlet::post(std::span<engine::Input> inputs) {
  while (!closed_) {
    if (signalling::SignallingLoop* const loop = loop_) inputs = inputs.subspan(loop->post(inputs));
    if (inputs.empty()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

bool Carrier::wait_until_stopped(std::uint32_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return stopped_; });
}

void Carrier::on(effect::DnsAsk effect) {
  resolver_->ask(effect.query, std::move(effect.question));
}

void Carrier::on(effect::StoreBinding effect) {
  const std::uint64_t ticket = effect.ticket;
  write(std::move(effect), ticket);
}

void Carrier::on(effect::DropBinding effect) {
  const std::uint64_t ticket = effect.ticket;
  write(std::move(effect), ticket);
}

void Carrier::on(effect::OpenCdr effect) {
  const std::uint64_t ticket = effect.ticket;
  write(std::move(effect), ticket);
}

void Carrier::on(effect::CloseCdr effect) {
  write(std::move(effect), 0);
}

void Carrier::on(effect::StoreBan effect) {
  write(std::move(effect), 0);
}

void Carrier::on(effect::DropBan effect) {
  write(std::move(effect), 0);
}

// On the signalling thread there is no waiting: a write that the queue does not take is a write that failed.
void Carrier::write(store::Write write, std::uint64_t ticket) {
  if (writer_->push(std::move(write))) return;
  if (ticket != 0) inlet_.offer(engine::Stored{ticket, false});
  log_.say(effect::Level::error, "store_full",
           "a record could not be queued for the disk; raise limits.store_queue_max or see to the disk");
}

void Carrier::on(effect::StartRelay effect) {
  if (!relay_->start(effect.plan)) inlet_.offer(engine::RelayFailed{effect.plan.id, effect.plan.call});
}

// A change that the relay does not take would send media to an address that is no longer right: the call ends instead.
void Carrier::on(effect::UpdateRelay effect) {
  if (!relay_->update(effect.plan)) inlet_.offer(engine::RelayFailed{effect.plan.id, effect.plan.call});
}

void Carrier::on(effect::StopRelay effect) {
  relay_->stop(effect.relay);
}

void Carrier::on(effect::CommandDone effect) {
  questions_.answer(std::move(effect));
}

void Carrier::on(effect::Report effect) {
  reports_[static_cast<std::uint8_t>(effect.reason)].fetch_add(1, std::memory_order_relaxed);
  log_.report(effect);
}

void Carrier::on(effect::Stopped) {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace rf::app
