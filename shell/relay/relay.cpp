#include "shell/relay/relay.hpp"

#include <algorithm>
#include <utility>

#include "shell/relay/worker.hpp"

namespace rf::relay {

Relay::Relay(const Options& options, Deliver deliver) : local_v4_(options.local_v4), local_v6_(options.local_v6) {
  warm_ =
      std::make_unique<WarmPorts>(options.warm_ports_max,
                                  SocketOptions{options.receive_buffer_bytes, options.dscp, options.interface});
  deliver_ = std::move(deliver);
  transcoders_ = std::make_unique<transcode::Pool>(
      options.transcode_threads, [this](RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes) {
        worker_of(relay).post_coded(relay, leg, bytes);
      });
  for (unsigned i = 0; i < std::max(1u, options.threads); ++i)
    workers_.push_back(std::make_unique<Worker>(options, *warm_, *transcoders_, deliver_));
}

Relay::~Relay() {
  // It speaks to the media threads, and they to it.
  transcoders_->end();
}

Worker& Relay::worker_of(RelayId relay) {
  return *workers_[std::hash<RelayId>{}(relay) % workers_.size()];
}

std::size_t Relay::reserve(const Address& local, std::uint16_t first, std::uint16_t last) {
  if (warm_->room() < static_cast<std::size_t>(last - first) + 1) return 0;
  std::size_t taken = 0;
  for (std::uint32_t port = first; port <= last; ++port)
    if (!warm_->open({local, static_cast<std::uint16_t>(port)})) ++taken;
  return taken;
}

void Relay::use(const media::ClipBankRef& clips) {
  for (const auto& worker : workers_) worker->post(UseClips{clips}, true);
}

void Relay::use(const dtls::Identities& identities) {
  for (const auto& worker : workers_) worker->post(UseIdentities{identities}, true);
}

media::RelayPlan Relay::placed(media::RelayPlan plan) const {
  for (media::LegPlan& leg : plan.legs) {
    const Address& own = leg.local.is_v4() ? local_v4_ : local_v6_;
    if (!own.is_unspecified()) leg.local = own;
  }
  return plan;
}

bool Relay::start(const media::RelayPlan& plan) {
  return worker_of(plan.id).post(StartStream{placed(plan)});
}
bool Relay::update(const media::RelayPlan& plan) {
  return worker_of(plan.id).post(UpdateStream{placed(plan)});
}
bool Relay::ask(RelayId relay) {
  return worker_of(relay).post(AskStream{relay});
}
void Relay::stop(RelayId relay) {
  worker_of(relay).post(StopStream{relay}, true);
}

Totals Relay::totals() const {
  Totals totals;
  for (const auto& worker : workers_) worker->add_totals(totals);
  totals.warm_ports = warm_->idle();
  const transcode::PoolTotals coded = transcoders_->totals();
  totals.transcoded = coded.given;
  totals.transcode_lost += coded.dropped;
  totals.transcode_streams = coded.streams;
  return totals;
}

}  // namespace rf::relay
