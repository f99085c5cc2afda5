// The media servers of the configuration: what they tell becomes inputs of the engine and lines of the log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/carrier.hpp"
#include "cli/world.hpp"
#include "shell/config/settings.hpp"
#include "shell/rtpengine/client.hpp"

namespace rf::app {

class MediaServers {
 public:
  /// Throws std::system_error when the kernel gives no socket.
  MediaServers(const std::vector<config::RtpengineSettings>& servers, Inlet& inlet, log::Log& log);

  /// Whether it was taken; if not, nothing comes of it.
  bool update(const media::RelayPlan& plan) { return client_->update(plan); }
  void take(RelayId relay) { client_->take(relay); }
  void stop(RelayId relay) { client_->close(relay); }
  /// Opens nothing any more: what calls give back stays closed.
  void wind_down() { client_->keep_stock(0, {}); }

  struct Now {
    std::size_t up = 0, in_calls = 0;
  };
  Now now() const;
  /// A row for each server.
  Json list() const;

 private:
  void on_outcome(rtpengine::Outcome outcome);

  std::vector<config::RtpengineSettings> servers_;
  std::vector<std::string> names_;
  Inlet& inlet_;
  log::Log& log_;
  std::unique_ptr<rtpengine::Client> client_;  // the last one: its thread uses all of the above
};

}  // namespace rf::app
