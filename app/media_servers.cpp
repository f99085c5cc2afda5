#include "app/media_servers.hpp"
#include "core/base/limits/media.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/host.hpp"

namespace rf::app {
namespace {

std::vector<rtpengine::ServerPlan> plans_of(const std::vector<config::RtpengineSettings>& servers) {
  std::vector<rtpengine::ServerPlan> out;
  for (const config::RtpengineSettings& server : servers) out.push_back({server.address, server.weight});
  return out;
}

Random seeded() {
  Random::Seed seed;
  fill_from_kernel(seed.data(), sizeof seed);
  return Random(seed);
}

}  // namespace

MediaServers::MediaServers(const std::vector<config::RtpengineSettings>& servers, Inlet& inlet, log::Log& log)
    : servers_(servers), inlet_(inlet), log_(log) {
  for (const config::RtpengineSettings& server : servers_) names_.push_back(server.address.text());
  client_ = std::make_unique<rtpengine::Client>(plans_of(servers_), seeded(),
                                                [this](rtpengine::Outcome one) { on_outcome(std::move(one)); });
  client_->keep_stock(RtpengineLimits::stock, RelayId{media::elsewhere_bit});
}

void MediaServers::on_outcome(rtpengine::Outcome outcome) {
  struct Visitor {
    MediaServers& m;
    void operator()(const rtpengine::Send&) const {}
    void operator()(const rtpengine::Opened& one) const {
      m.inlet_.post(engine::RelayStocked{{one.relay, m.names_[one.server], one.local}});
    }
    void operator()(const rtpengine::NotOpened& one) const {
      m.log_.say(effect::Level::warning, "media_server_full", fmt::format("no stream was opened: {}", one.why));
    }
    void operator()(const rtpengine::Lost& one) const {
      m.inlet_.post(engine::RelayLost{one.relay, one.call, one.why});
    }
    void operator()(const rtpengine::Stale& one) const { m.inlet_.post(engine::RelayStale{one.relay}); }
    void operator()(const rtpengine::Silent& one) const {
      m.inlet_.post(engine::RelaySilent{one.relay, one.call, one.silent_ms});
    }
    void operator()(const rtpengine::Closed& one) const { m.inlet_.post(engine::RelayReported{one.report, true}); }
    void operator()(const rtpengine::Health& one) const {
      if (one.up)
        m.log_.say(effect::Level::notice, "media_server_up", m.names_[one.server]);
      else
        m.log_.say(effect::Level::warning, "media_server_down", fmt::format("{} {}", m.names_[one.server], one.why));
    }
  };
  std::visit(Visitor{*this}, outcome);
}

MediaServers::Now MediaServers::now() const {
  Now out;
  for (const rtpengine::ServerState& state : client_->states()) {
    out.up += state.up ? 1 : 0;
    out.in_calls += state.in_calls;
  }
  return out;
}

Json MediaServers::list() const {
  Json out = Json::array();
  const std::vector<rtpengine::ServerState> states = client_->states();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const rtpengine::ServerState state = i < states.size() ? states[i] : rtpengine::ServerState{};
    out.push_back({{"address", names_[i]},
                   {"weight", servers_[i].weight},
                   {"state", state.up ? "up" : "down"},
                   {"why", state.up            ? std::string()
                           : state.why.empty() ? "has not answered yet"
                                               : state.why},
                   {"calls", state.in_calls},
                   {"ready", state.streams - std::min(state.streams, state.in_calls)}});
  }
  return out;
}

}  // namespace rf::app
