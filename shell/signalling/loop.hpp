// The signalling thread: turns sockets, clocks and queues into engine inputs, and effects into packets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/base/time.hpp"
#include "core/effect/effect.hpp"
#include "core/engine/input.hpp"
#include "core/policy/policy.hpp"
#include "shell/net/listener.hpp"
#include "shell/net/streams.hpp"
#include "shell/net/udp.hpp"

namespace rf::signalling {

/// What the loop drives; engine::Engine through HandlerOf. Called on the signalling thread only.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(Now now, engine::Input input, effect::Effects& effects) = 0;
  virtual std::int64_t next_deadline() const = 0;
};

template <class Machine>
class HandlerOf final : public Handler {
 public:
  explicit HandlerOf(Machine& machine) : machine_(machine) {}
  void handle(Now now, engine::Input input, effect::Effects& effects) override {
    machine_.handle(now, std::move(input), effects);
  }
  std::int64_t next_deadline() const override { return machine_.next_deadline(); }

 private:
  Machine& machine_;
};

/// Carries out every effect that is not a packet. Called on the signalling thread, in the engine's order; must not
/// block.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  virtual void on(effect::DnsAsk effect) = 0;
  virtual void on(effect::StoreBinding effect) = 0;
  virtual void on(effect::DropBinding effect) = 0;
  virtual void on(effect::OpenCdr effect) = 0;
  virtual void on(effect::CloseCdr effect) = 0;
  virtual void on(effect::StoreBan effect) = 0;
  virtual void on(effect::Throttle effect) = 0;
  virtual void on(effect::EndThrottle effect) = 0;
  virtual void on(effect::DropBan effect) = 0;
  virtual void on(effect::StartRelay effect) = 0;
  virtual void on(effect::UpdateRelay effect) = 0;
  virtual void on(effect::StopRelay effect) = 0;
  virtual void on(effect::TakeRelay effect) = 0;
  virtual void on(effect::CommandDone effect) = 0;
  virtual void on(effect::Report effect) = 0;
  virtual void on(effect::Stopped effect) = 0;
  virtual void on(effect::WriteLedger effect) = 0;
  virtual void on(effect::ForgetDialog effect) = 0;
  virtual void on(effect::StoreGateway effect) = 0;
  virtual void on(effect::DropGateway effect) = 0;
};

/// Sees every message, after it was handled or as it leaves. Called on the signalling thread; must not block.
class Witness {
 public:
  virtual ~Witness() = default;
  /// `bytes` as the engine left them: lines that were folded are not any more. `effects` are those it led to.
  virtual void received(Now now, const Flow& flow, std::string_view bytes,
                        std::span<const effect::Effect> effects) = 0;
  virtual void sent(Now now, const Flow& flow, std::string_view bytes) = 0;
};

struct LoopOptions {
  net::UdpOptions udp;
  net::StreamOptions streams;
  std::size_t inputs_max = QueueLimits::inputs;  ///< beyond it post() says no
  std::size_t stream_packets_max = QueueLimits::stream_messages;  ///< counted apart: they cannot crowd out results
  std::size_t stream_bytes_max = QueueLimits::stream_bytes;
  std::size_t inputs_per_round = 256;             ///< of each kind, before the sockets get their turn again
  std::uint32_t coalesce_us = 2'000;       ///< under load: let datagrams gather for so long; 0 takes each at once
  Witness* witness = nullptr;              ///< lives as long as the loop; none: nobody looks
};

struct LoopCounters {
  std::uint64_t rounds = 0, datagrams_in = 0, datagrams_out = 0, datagrams_discarded = 0, sends_full = 0,
                sends_refused = 0, inputs = 0, inputs_refused = 0, ticks = 0;
  std::size_t inputs_waiting = 0, stream_packets_waiting = 0, stream_bytes_waiting = 0;  ///< now
};

/// Owns the listeners of both kinds and the thread that calls `handler`. Inputs are handled one at a time: each round
/// takes a bounded number from the queue and one batch from every UDP socket in turn, reads the clocks once, and then
/// carries the round's effects out in order; so no source of inputs starves another.
class SignallingLoop {
 public:
  SignallingLoop(const LoopOptions& options, Handler& handler, EffectSink& sink);
  ~SignallingLoop();
  SignallingLoop(const SignallingLoop&) = delete;
  SignallingLoop& operator=(const SignallingLoop&) = delete;

  /// Starts the thread, once. Inputs posted before wait for it.
  void start();
  /// Ends both threads; stream bytes on their way get up to `grace_ms`. For a clean stop of the system post StopAsked
  /// first and call this after EffectSink saw Stopped (not from within it).
  void stop(std::uint32_t grace_ms);

  /// From any thread. Takes from the front as many as there is room for (inputs_max) and gives how many; the rest may
  /// be tried again later. Inputs of one thread keep their order.
  std::size_t post(std::span<engine::Input> inputs);
  bool post(engine::Input input) { return post({&input, 1}) == 1; }

  /// Makes exactly these listeners listen, from any thread but the signalling one (N1): opens what is new, moves what
  /// moved, closes what is
  /// gone, leaves the rest alone. The engine is not told: post PolicyChanged with the same list.
  std::vector<net::ListenerState> set_listeners(std::span<const policy::Listener> listeners);

  net::Streams& streams();
  LoopCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::signalling
