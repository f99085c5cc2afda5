// Carries out the engine's effects: each goes to the part that does it, results come back as inputs.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>

#include "app/door.hpp"
#include "app/feed.hpp"
#include "app/questions.hpp"
#include "shell/dns/resolver.hpp"
#include "shell/firewall/firewall.hpp"
#include "shell/log/log.hpp"
#include "shell/relay/relay.hpp"
#include "shell/signalling/loop.hpp"
#include "shell/store/writer.hpp"

namespace rf::app {

/// The way back into the engine. Results must not be lost, so posting waits while the engine has no room; after close()
/// they are dropped.
class Inlet {
 public:
  void open(signalling::SignallingLoop& loop) { loop_ = &loop; }
  void close() { closed_ = true; }
  /// False when the engine has no room now.
  bool offer(engine::Input input);
  /// Waits for room. Not from the signalling thread.
  void post(std::span<engine::Input> inputs);
  void post(engine::Input input) { post({&input, 1}); }

 private:
  std::atomic<signalling::SignallingLoop*> loop_ = nullptr;
  std::atomic<bool> closed_ = false;
};

class MediaServers;
class Tracing;

class Carrier final : public signalling::EffectSink {
 public:
  Carrier(log::Log& log, Inlet& inlet, Door& door)
      : log_(log), inlet_(inlet), door_(door), questions_([this](engine::Input input) {
          return inlet_.offer(std::move(input));
        }) {}

  /// The parts, before the loop starts.
  void connect(store::StoreWriter& writer, relay::Relay& relay, dns::Resolver& resolver, firewall::Firewall* firewall) {
    writer_ = &writer;
    relay_ = &relay;
    resolver_ = &resolver;
    firewall_ = firewall;
  }
  /// Before the loop starts; none: calls never get streams of theirs.
  void connect(MediaServers* media_servers) { media_servers_ = media_servers; }
  /// Before the loop starts; none: nothing of signalling is recorded.
  void connect(Tracing* tracing) { tracing_ = tracing; }
  Questions& questions() { return questions_; }
  /// Who listens hears of effects as they are carried out.
  Feed& feed() { return feed_; }
  /// Waits for the end of a clean stop; false after `timeout_ms`.
  bool wait_until_stopped(std::uint32_t timeout_ms);
  /// How often the engine gave each reason, by its number.
  std::uint64_t reports(std::uint8_t reason) const { return reports_[reason]; }
  /// Of calls that are over, attempts included.
  struct Ended {
    std::array<std::uint64_t, record::call_results> by_result{};
    /// Of those that we ended while they ran, by cut_names().
    std::array<std::uint64_t, 5> cut{};
    /// Packets of media that their streams refused: wrong source, shape, proof, replay.
    std::array<std::uint64_t, 4> media_refused{};
  };
  Ended ended() const;
  static std::span<const std::string_view> cut_names();

  void on(effect::DnsAsk effect) override;
  void on(effect::StoreBinding effect) override;
  void on(effect::DropBinding effect) override;
  void on(effect::OpenCdr effect) override;
  void on(effect::CloseCdr effect) override;
  void on(effect::StoreBan effect) override;
  void on(effect::DropBan effect) override;
  void on(effect::Throttle effect) override;
  void on(effect::EndThrottle effect) override;
  void on(effect::StartRelay effect) override;
  void on(effect::UpdateRelay effect) override;
  void on(effect::StopRelay effect) override;
  void on(effect::TakeRelay effect) override;
  void on(effect::CommandDone effect) override;
  void on(effect::Report effect) override;
  void on(effect::Stopped effect) override;
  void on(effect::WriteLedger effect) override;
  void on(effect::ForgetDialog effect) override;
  void on(effect::StoreGateway effect) override;
  void on(effect::DropGateway effect) override;

 private:
  void write(store::Write write, std::uint64_t ticket);
  void count(const record::Cdr& cdr);
  void tell_media_servers(const media::RelayPlan& plan);
  /// Before the media threads hear of it, so that no packet of a peer is too early.
  void open_ports(const media::RelayPlan& plan);

  log::Log& log_;
  Inlet& inlet_;
  Door& door_;
  Questions questions_;
  Feed feed_;
  store::StoreWriter* writer_ = nullptr;
  relay::Relay* relay_ = nullptr;
  MediaServers* media_servers_ = nullptr;
  Tracing* tracing_ = nullptr;
  dns::Resolver* resolver_ = nullptr;
  firewall::Firewall* firewall_ = nullptr;                                 ///< none: nothing is enforced in the kernel
  std::unordered_map<std::uint64_t, std::array<std::uint16_t, 4>> ports_;  ///< open for a relay
  std::array<std::atomic<std::uint64_t>, 256> reports_{};
  mutable std::mutex ended_mutex_;  ///< over the next line, for moments
  Ended ended_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

}  // namespace rf::app
