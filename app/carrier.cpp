#include "app/carrier.hpp"

#include <chrono>
#include <thread>

#include "app/enforcement.hpp"
#include "app/host.hpp"
#include "app/media_servers.hpp"
#include "app/tracing.hpp"

namespace rf::app {
namespace {

// What passes of a flood: enough for the phone whose address it bears, if there is one, to get in again now and then.
constexpr std::uint32_t kernel_packets_per_min = 6'000, kernel_burst = 200;

}  // namespace

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

std::span<const std::string_view> Carrier::cut_names() {
  static constexpr std::string_view names[] = {"money", "extension", "trunk", "system", "emergency"};
  return names;
}

Carrier::Ended Carrier::ended() const {
  const std::lock_guard lock(ended_mutex_);
  return ended_;
}

void Carrier::count(const record::Cdr& cdr) {
  const std::lock_guard lock(ended_mutex_);
  ended_.by_result[static_cast<std::size_t>(cdr.result)] += cdr.attempts;
  for (std::size_t i = 0; i < ended_.cut.size(); ++i) ended_.cut[i] += cdr.cut_reason == cut_names()[i] ? 1 : 0;
  for (const media::LegStatistics& leg : cdr.media) {
    ended_.media_refused[0] += leg.refused_source;
    ended_.media_refused[1] += leg.refused_shape;
    ended_.media_refused[2] += leg.refused_proof;
    ended_.media_refused[3] += leg.refused_replay;
  }
}

void Carrier::on(effect::CloseCdr effect) {
  count(effect.cdr);
  feed_.on(effect);
  if (tracing_ != nullptr) tracing_->on(effect);
  write(std::move(effect), 0);
}

void Carrier::on(effect::WriteLedger effect) {
  feed_.on(effect);
  const std::uint64_t ticket = effect.ticket;
  write(std::move(effect), ticket);
}

void Carrier::on(effect::ForgetDialog effect) {
  write(std::move(effect), 0);
}

void Carrier::on(effect::StoreGateway effect) {
  write(std::move(effect), 0);
}

void Carrier::on(effect::DropGateway effect) {
  write(std::move(effect), 0);
}

void Carrier::on(effect::StoreBan effect) {
  feed_.on(effect);
  door_.ban(effect.ban, {0, wall_now_ms()});
  const std::int64_t remaining_ms = effect.ban.until_ms - wall_now_ms();
  if (firewall_ != nullptr && remaining_ms > 0 && is_single_source(effect.ban.subnet))
    firewall_->ban({effect.ban.subnet, static_cast<std::uint64_t>(remaining_ms)});
  write(std::move(effect), 0);
}

void Carrier::on(effect::DropBan effect) {
  feed_.on(effect);
  door_.release(effect.subnet, {0, wall_now_ms()});
  if (firewall_ != nullptr) firewall_->lift(effect.subnet);
  write(std::move(effect), 0);
}

void Carrier::on(effect::Throttle effect) {
  const std::int64_t remaining_ms = effect.until_ms - wall_now_ms();
  if (firewall_ == nullptr || remaining_ms <= 0) return;
  firewall_->throttle({effect.source, kernel_packets_per_min, kernel_burst, static_cast<std::uint64_t>(remaining_ms)});
}

void Carrier::on(effect::EndThrottle effect) {
  if (firewall_ != nullptr) firewall_->lift(effect.subnet);
}

void Carrier::open_ports(const media::RelayPlan& plan) {
  if (firewall_ == nullptr) return;
  const auto wanted = pinholes_of(plan);
  // A peer that declines its stream on the way has no port any more.
  if (wanted.size() < 4 && ports_.contains(plan.id.value)) firewall_->close(ports_of(plan));
  if (!wanted.empty()) firewall_->open(wanted);
  ports_[plan.id.value] = ports_of(plan);
}

// On the signalling thread there is no waiting: a write that the queue does not take is a write that failed.
void Carrier::write(store::Write write, std::uint64_t ticket) {
  if (writer_->push(std::move(write))) return;
  if (ticket != 0) inlet_.offer(engine::Stored{ticket, false});
  log_.say(effect::Level::error, "store_full",
           "a record could not be queued for the disk; raise limits.store_queue_max or see to the disk");
}

void Carrier::tell_media_servers(const media::RelayPlan& plan) {
  if (media_servers_ == nullptr || !media_servers_->update(plan))
    inlet_.offer(engine::RelayLost{plan.id, plan.call, "the media servers cannot be told"});
}

void Carrier::on(effect::TakeRelay effect) {
  if (media_servers_ != nullptr) media_servers_->take(effect.relay);
}

void Carrier::on(effect::StartRelay effect) {
  if (media::is_elsewhere(effect.plan.id)) return tell_media_servers(effect.plan);
  open_ports(effect.plan);
  if (!relay_->start(effect.plan)) inlet_.offer(engine::RelayFailed{effect.plan.id, effect.plan.call});
}

// A change that the relay does not take would send media to an address that is no longer right: the call ends instead.
void Carrier::on(effect::UpdateRelay effect) {
  if (media::is_elsewhere(effect.plan.id)) return tell_media_servers(effect.plan);
  open_ports(effect.plan);
  if (!relay_->update(effect.plan)) inlet_.offer(engine::RelayFailed{effect.plan.id, effect.plan.call});
}

void Carrier::on(effect::StopRelay effect) {
  if (media::is_elsewhere(effect.relay)) {
    if (media_servers_ != nullptr) media_servers_->stop(effect.relay);
    return;
  }
  relay_->stop(effect.relay);
  const auto open = ports_.extract(effect.relay.value);
  if (open && firewall_ != nullptr) firewall_->close(open.mapped());
}

void Carrier::on(effect::CommandDone effect) {
  questions_.answer(std::move(effect));
}

void Carrier::on(effect::Report effect) {
  reports_[static_cast<std::uint8_t>(effect.reason)].fetch_add(1, std::memory_order_relaxed);
  log_.report(effect);
  if (tracing_ != nullptr) tracing_->on(effect);
  feed_.on(effect);
}

void Carrier::on(effect::Stopped) {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace rf::app
