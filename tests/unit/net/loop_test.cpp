#include "shell/signalling/loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "shell/signalling/input_queue.hpp"
#include "tests/unit/net/peers.hpp"

namespace rf::signalling {
namespace {

using effect::Effects;
using engine::Input;
using test::at;
using test::Client;
using test::Datagrams;
using test::eventually;
using test::listener;
using test::message;

/// Answers every packet with its own bytes and passes everything on to `also`.
class Echo final : public Handler {
 public:
  void handle(Now now, Input input, Effects& effects) override {
    if (const auto* packet = std::get_if<engine::PacketIn>(&input)) {
      effects.send(packet->flow, {packet->bytes.data(), packet->bytes.size()});
      ++packets;
    }
    if (std::holds_alternative<engine::Tick>(input)) {
      deadline = never_ms;
      ++ticks;
    }
    if (also) also(now, input, effects);
  }
  std::int64_t next_deadline() const override { return deadline; }

  std::function<void(Now, Input&, Effects&)> also;
  std::int64_t deadline = never_ms;
  std::atomic<int> packets{0}, ticks{0};
};

/// Notes the names of effects in order.
class Noted final : public EffectSink {
 public:
  void on(effect::DnsAsk) override { note("dns"); }
  void on(effect::StoreBinding) override { note("store binding"); }
  void on(effect::DropBinding) override { note("drop binding"); }
  void on(effect::OpenCdr) override { note("open cdr"); }
  void on(effect::WriteLedger) override { note("write ledger"); }
  void on(effect::ForgetDialog) override { note("forget dialog"); }
  void on(effect::StoreGateway) override { note("store gateway"); }
  void on(effect::DropGateway) override { note("drop gateway"); }
  void on(effect::CloseCdr) override { note("close cdr"); }
  void on(effect::StoreBan) override { note("store ban"); }
  void on(effect::DropBan) override { note("drop ban"); }
  void on(effect::Throttle) override { note("throttle"); }
  void on(effect::EndThrottle) override { note("end throttle"); }
  void on(effect::StartRelay) override { note("start relay"); }
  void on(effect::UpdateRelay) override { note("update relay"); }
  void on(effect::StopRelay) override { note("stop relay"); }
  void on(effect::TakeRelay) override { note("take relay"); }
  void on(effect::CommandDone) override { note("command done"); }
  void on(effect::Report) override { note("report"); }
  void on(effect::Stopped) override {
    note("stopped");
    stopped_.set_value();
  }
  std::vector<std::string> notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  bool wait_stopped() {
    return stopped_.get_future().wait_for(std::chrono::milliseconds(test::patience_ms)) == std::future_status::ready;
  }

 private:
  void note(std::string name) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(name));
  }
  std::mutex mutex_;
  std::vector<std::string> notes_;
  std::promise<void> stopped_;
};

class SignallingThread : public ::testing::Test {
 protected:
  void build(const LoopOptions& options = {}) { loop_ = std::make_unique<SignallingLoop>(options, echo_, sink_); }
  Endpoint listen(Transport transport, std::string_view address = "127.0.0.1") {
    listeners_.push_back(listener(listeners_.size() + 1, transport, at(address)));
    const auto states = loop_->set_listeners(listeners_);
    EXPECT_EQ(states.back().error, "");
    return states.back().bound;
  }
  Echo echo_;
  Noted sink_;
  std::vector<policy::Listener> listeners_;
  std::unique_ptr<SignallingLoop> loop_;
};

TEST_F(SignallingThread, EchoesTenThousandDatagramsWithoutLoss) {
  build();
  loop_->start();
  const Endpoint where = listen(Transport::udp);
  Datagrams peer(at("127.0.0.1").address);
  constexpr int total = 10'000, window = 50;
  int sent = 0, answered = 0;
  while (answered < total) {
    while (sent < total && sent - answered < window) ASSERT_TRUE(peer.send(where, message(std::to_string(sent++))));
    const auto answer = peer.receive();
    ASSERT_TRUE(answer.has_value()) << answered;
    ASSERT_EQ(answer->bytes, message(std::to_string(answered++)));
    ASSERT_EQ(answer->from, where);
  }
  EXPECT_TRUE(eventually([&] { return loop_->counters().datagrams_out == total; }));
  EXPECT_EQ(loop_->counters().datagrams_in, static_cast<std::uint64_t>(total));
}

TEST_F(SignallingThread, ServesUdpTcpAndBothFamiliesTogether) {
  build();
  loop_->start();
  const Endpoint udp4 = listen(Transport::udp);
  const Endpoint udp6 = listen(Transport::udp, "::1");
  const Endpoint tcp = listen(Transport::tcp);
  Datagrams four(at("127.0.0.1").address), six(at("::1").address);
  const auto stream = Client::connect(tcp);
  ASSERT_TRUE(four.send(udp4, "four"));
  ASSERT_TRUE(six.send(udp6, "six"));
  ASSERT_TRUE(stream->send(message("stream")));
  EXPECT_EQ(four.receive()->bytes, "four");
  EXPECT_EQ(six.receive()->bytes, "six");
  EXPECT_EQ(stream->read(message("stream").size()), message("stream"));
}

TEST_F(SignallingThread, MovesOneListenerWhileOthersGoOn) {
  build();
  loop_->start();
  const Endpoint first = listen(Transport::udp);
  const Endpoint second = listen(Transport::udp, "127.0.0.2");
  const Endpoint stream = listen(Transport::tcp);
  const auto connected = Client::connect(stream);
  Datagrams peer(at("127.0.0.1").address);
  listeners_[0].bind = at("127.0.0.3");
  const auto states = loop_->set_listeners(listeners_);
  ASSERT_EQ(states.size(), 3u);
  EXPECT_EQ(states[0].id, ListenerId{1});
  EXPECT_EQ(states[1].bound, second);
  EXPECT_EQ(states[2].bound, stream);
  ASSERT_TRUE(peer.send(first, "nobody there"));
  ASSERT_TRUE(peer.send(states[0].bound, "moved"));
  EXPECT_EQ(peer.receive()->bytes, "moved");
  ASSERT_TRUE(peer.send(second, "stayed"));
  EXPECT_EQ(peer.receive()->bytes, "stayed");
  ASSERT_TRUE(connected->send(message("stayed")));
  EXPECT_EQ(connected->read(message("stayed").size()), message("stayed"));
  EXPECT_EQ(echo_.packets, 3);
  EXPECT_TRUE(eventually([&] { return loop_->counters().datagrams_in == 2; })) << "a closed port's counts stay";
}

TEST_F(SignallingThread, TicksOnceTheDeadlineHasPassed) {
  Now began;
  std::promise<Now> ticked;
  echo_.also = [&](Now now, Input& input, Effects&) {
    if (std::holds_alternative<engine::StopAsked>(input)) {
      began = now;
      echo_.deadline = now.mono_ms + 50;
    }
    if (std::holds_alternative<engine::Tick>(input)) ticked.set_value(now);
  };
  build();
  loop_->start();
  ASSERT_TRUE(loop_->post(engine::StopAsked{}));
  auto future = ticked.get_future();
  ASSERT_EQ(future.wait_for(std::chrono::milliseconds(test::patience_ms)), std::future_status::ready);
  EXPECT_GE(future.get().mono_ms, began.mono_ms + 50);
  EXPECT_EQ(echo_.ticks, 1);
}

TEST_F(SignallingThread, CarriesOutEffectsInTheirOrder) {
  echo_.also = [](Now, Input& input, Effects& effects) {
    if (!std::holds_alternative<engine::StopAsked>(input)) return;
    effects.add(effect::StoreBinding{});
    effects.add(effect::DropBinding{});
    effects.add(effect::OpenCdr{});
    effects.add(effect::StartRelay{});
    effects.add(effect::UpdateRelay{});
    effects.add(effect::StopRelay{});
    effects.add(effect::CloseCdr{});
    effects.add(effect::DnsAsk{});
    effects.add(effect::CommandDone{});
    effects.add(effect::Report{});
    effects.add(effect::Stopped{});
  };
  build();
  loop_->start();
  ASSERT_TRUE(loop_->post(engine::StopAsked{}));
  ASSERT_TRUE(sink_.wait_stopped());
  EXPECT_EQ(sink_.notes(), (std::vector<std::string>{"store binding", "drop binding", "open cdr", "start relay",
                                                     "update relay", "stop relay", "close cdr", "dns", "command done",
                                                     "report", "stopped"}));
}

TEST_F(SignallingThread, TrustsAndClosesConnectionsAsTheEngineSays) {
  std::atomic<bool> closed{false};
  echo_.also = [&](Now, Input& input, Effects& effects) {
    if (std::holds_alternative<engine::ConnectionClosed>(input)) closed = true;
    const auto* packet = std::get_if<engine::PacketIn>(&input);
    if (packet == nullptr) return;
    const bool trust = std::string_view(packet->bytes.data(), packet->bytes.size()).find("trust") != std::string::npos;
    if (trust)
      effects.add(effect::TrustConnection{packet->flow.connection});
    else
      effects.add(effect::CloseConnection{packet->flow.connection});
  };
  build();
  loop_->start();
  const auto client = Client::connect(listen(Transport::tcp));
  ASSERT_TRUE(client->send(message("trust")));
  EXPECT_EQ(client->read(message("trust").size()), message("trust"));
  EXPECT_TRUE(eventually([&] { return loop_->streams().counters().strangers == 0; }));
  EXPECT_EQ(loop_->streams().counters().connections, 1u);
  ASSERT_TRUE(client->send(message("close")));
  EXPECT_EQ(client->read(message("close").size()), message("close")) << "what was sent before leaves first";
  EXPECT_TRUE(client->closed());
  EXPECT_TRUE(eventually([&] { return closed.load(); }));
}

TEST_F(SignallingThread, TellsTheEngineWhichRequestsCouldNotBeSent) {
  std::mutex mutex;
  std::vector<Flow> failed;
  const Flow no_listener{ListenerId{99}, Transport::udp, {}, {}, at("127.0.0.1", 5060)};
  const Flow no_route{ListenerId{1}, Transport::udp, {}, {}, at("203.0.113.1", 5060)};
  const Flow no_server{ListenerId{2}, Transport::tcp, {}, {}, at("127.0.0.1", 1)};
  echo_.also = [&](Now, Input& input, Effects& effects) {
    if (std::holds_alternative<engine::StopAsked>(input)) {
      for (const Flow& flow : {no_listener, no_route, no_server}) {
        effects.send(flow, "SIP/2.0 401 Unauthorized\r\n\r\n");
        effects.send(flow, message("request"));
      }
    }
    if (const auto* failure = std::get_if<engine::SendFailed>(&input)) {
      const std::lock_guard lock(mutex);
      failed.push_back(failure->flow);
    }
  };
  build();
  loop_->start();
  listen(Transport::udp);
  ASSERT_TRUE(loop_->post(engine::StopAsked{}));
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return failed.size() == 3;
  }));
  EXPECT_EQ(failed, (std::vector{no_listener, no_route, no_server}));
}

TEST_F(SignallingThread, RefusesInputsBeyondItsBoundAndTakesThemAgainLater) {
  LoopOptions options;
  options.inputs_max = 3;
  build(options);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(loop_->post(engine::StopAsked{}));
  EXPECT_FALSE(loop_->post(engine::StopAsked{}));
  EXPECT_EQ(loop_->counters().inputs_refused, 1u);
  loop_->start();
  EXPECT_TRUE(eventually([&] { return loop_->post(engine::StopAsked{}); }));
  EXPECT_TRUE(eventually([&] { return loop_->counters().inputs == 4; }));
}

TEST_F(SignallingThread, WakesForInputsThatCameWhileOthersStillWaited) {
  echo_.also = [&](Now, Input& input, Effects&) {
    const auto* stored = std::get_if<engine::Stored>(&input);
    EXPECT_TRUE(stored->ticket != 1 || loop_->post(engine::Stored{3, true}));
  };
  LoopOptions options;
  options.inputs_per_round = 1;
  build(options);
  EXPECT_TRUE(loop_->post(engine::Stored{1, true}));
  EXPECT_TRUE(loop_->post(engine::Stored{2, true}));
  loop_->start();
  EXPECT_TRUE(eventually([&] { return loop_->counters().inputs == 3; }));
}

TEST_F(SignallingThread, KeepsTheOrderOfEachThreadsInputs) {
  std::mutex mutex;
  std::vector<std::vector<std::uint64_t>> seen(4);
  echo_.also = [&](Now, Input& input, Effects&) {
    const auto* stored = std::get_if<engine::Stored>(&input);
    const std::lock_guard lock(mutex);
    seen[stored->ticket / 100'000].push_back(stored->ticket % 100'000);
  };
  build();
  loop_->start();
  std::vector<std::thread> producers;
  for (std::uint64_t producer = 0; producer < 4; ++producer) {
    producers.emplace_back([&, producer] {
      for (std::uint64_t i = 0; i < 2'000; ++i) EXPECT_TRUE(loop_->post(engine::Stored{producer * 100'000 + i, true}));
    });
  }
  for (auto& producer : producers) producer.join();
  ASSERT_TRUE(eventually([&] { return loop_->counters().inputs == 8'000; }));
  const std::lock_guard lock(mutex);
  for (const auto& one : seen) {
    ASSERT_EQ(one.size(), 2'000u);
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  }
}

TEST_F(SignallingThread, AFloodOfDatagramsDoesNotStarveStreams) {
  build();
  loop_->start();
  const Endpoint udp = listen(Transport::udp);
  const auto client = Client::connect(listen(Transport::tcp));
  std::atomic<bool> enough{false};
  std::thread flood([&] {
    Datagrams source(at("127.0.0.1").address);
    while (!enough) source.send(udp, "flood");
  });
  for (int i = 0; i < 50; ++i) {
    const std::string question = message(std::to_string(i));
    ASSERT_TRUE(client->send(question));
    EXPECT_EQ(client->read(question.size()), question);
  }
  enough = true;
  flood.join();
}

TEST_F(SignallingThread, StopsWithWhatIsOnItsWay) {
  echo_.also = [](Now, Input& input, Effects& effects) {
    if (std::holds_alternative<engine::StopAsked>(input)) effects.add(effect::Stopped{});
  };
  build();
  loop_->start();
  const auto client = Client::connect(listen(Transport::tcp));
  ASSERT_TRUE(client->send(message("last words", 60'000)));
  ASSERT_TRUE(eventually([&] { return echo_.packets == 1; }));
  ASSERT_TRUE(loop_->post(engine::StopAsked{}));
  ASSERT_TRUE(sink_.wait_stopped());
  loop_->stop(test::patience_ms);
  EXPECT_EQ(client->read(message("last words", 60'000).size()), message("last words", 60'000));
  EXPECT_TRUE(client->closed());
}

TEST(InputQueue, CountsStreamPacketsApartByNumberAndBytes) {
  InputQueue queue({2, 2, 100});
  const auto packet = [](std::size_t bytes) { return net::StreamPacket{{}, std::string(bytes, 'x')}; };
  net::StreamPacket large = packet(150), small = packet(10), another = packet(10);
  EXPECT_TRUE(queue.post(large));
  EXPECT_FALSE(queue.post(small)) << "too many bytes wait";
  EXPECT_EQ(small.bytes.size(), 10u) << "what was refused is not taken";
  std::vector<Input> inputs(3, Input(engine::StopAsked{}));
  EXPECT_EQ(queue.post(inputs), 2u) << "as many as there is room for";
  std::vector<InputQueue::Entry> entries;
  std::vector<std::function<void()>> work;
  queue.take(entries, work);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_FALSE(queue.post(small)) << "taken, but not handled";
  queue.finish({1, 1, 150});
  EXPECT_TRUE(queue.post(small));
  EXPECT_TRUE(queue.post(another));
  net::StreamPacket third = packet(10);
  EXPECT_FALSE(queue.post(third)) << "too many packets wait";
}

}  // namespace
}  // namespace rf::signalling
