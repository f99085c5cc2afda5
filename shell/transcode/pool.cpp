#include "shell/transcode/pool.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/base/limits/media.hpp"
#include "shell/transcode/direction.hpp"
#include "shell/transcode/shares.hpp"

namespace rf::transcode {

using media::LegCoding;

namespace {

constexpr std::size_t source_count = 3;

/// The numbers of a stream are not to be guessed (RFC 3550 §9).
Start random_start() {
  Start start;
  if (::getrandom(&start, sizeof start, GRND_NONBLOCK) < 0) start = {};
  return start;
}

/// One way through a stream's transcoder, and what it was made of.
struct Way {
  Way(const LegCoding& f, const LegCoding& t, unsigned l, const Start& start)
      : from(f), to(t), leg(l), direction(f, t, start) {}
  LegCoding from, to;
  unsigned leg;
  Direction direction;
};
using Ways = std::array<std::unique_ptr<Way>, source_count>;

/// A way that is as it was goes on; one that changed goes on with its stream's numbers.
void aim(std::unique_ptr<Way>& way, const LegCoding& from, const LegCoding& to, unsigned leg) {
  if (way && way->from == from && way->to == to && way->leg == leg) return;
  const bool same_stream = way && way->leg == leg && way->to.codec == to.codec;
  way = std::make_unique<Way>(from, to, leg, same_stream ? way->direction.next() : random_start());
}

/// How our voice sounds before it is turned into anything: what media::Voice writes.
LegCoding voice_coding(const media::VoicePlan& voice) {
  LegCoding coding;
  coding.codec = voice.law == media::VoicePlan::Law::mu ? media::Codec::pcmu : media::Codec::pcma;
  coding.payload_type = coding.heard_type = voice.payload_type;
  return coding;
}

}  // namespace

class Pool::Thread {
 public:
  /// With neither plan nor coding of a voice: the end of the stream.
  struct Order {
    RelayId relay;
    std::optional<media::TranscodePlan> plan;
    media::VoicePlan voice;
  };

  explicit Thread(const Deliver& deliver) : deliver_(deliver) {
    queue_.reserve(TranscodeLimits::queue_packets);
    taken_.reserve(TranscodeLimits::queue_packets);
    thread_ = std::thread([this] { run(); });
  }
  ~Thread() { end(); }

  void end() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  /// An order waits for room in no queue: there are no more of them than changes of plans.
  void order(Order order) {
    {
      const std::lock_guard lock(mutex_);
      orders_.push_back(std::move(order));
    }
    wake_.notify_one();
  }

  bool post(RelayId relay, Source source, std::int64_t now_us, std::span<const std::uint8_t> bytes) {
    {
      const std::lock_guard lock(mutex_);
      if (bytes.size() > TranscodeLimits::packet_bytes || !shares_.take(relay, static_cast<unsigned>(source))) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
      Packet& packet = queue_.emplace_back();
      packet.relay = relay;
      packet.source = source;
      packet.now_us = now_us;
      packet.size = static_cast<std::uint16_t>(bytes.size());
      std::copy(bytes.begin(), bytes.end(), packet.bytes.begin());
    }
    wake_.notify_one();
    return true;
  }

  void add_totals(PoolTotals& totals) const {
    totals.taken += taken_count_.load(std::memory_order_relaxed);
    totals.given += given_.load(std::memory_order_relaxed);
    totals.dropped += dropped_.load(std::memory_order_relaxed);
    totals.streams += streams_.load(std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    totals.waiting = std::max<std::uint64_t>(totals.waiting, queue_.size());
  }

 private:
  struct Packet {
    RelayId relay;
    std::int64_t now_us;
    Source source;
    std::uint16_t size;
    std::array<std::uint8_t, TranscodeLimits::packet_bytes> bytes;
  };

  void run() {
    // Signals belong to the main thread.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), "rf-transcode");
    std::vector<Order> orders;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return ends_ || !orders_.empty() || !queue_.empty(); });
        if (ends_) return;
        std::swap(orders, orders_);
        std::swap(taken_, queue_);
        shares_.clear();
      }
      for (const Order& order : orders) carry_out(order);
      orders.clear();
      for (const Packet& packet : taken_) code(packet);
      taken_.clear();
    }
  }

  void carry_out(const Order& order) {
    if (!order.plan && !order.voice.coding) {
      transcoders_.erase(order.relay);
      streams_.store(transcoders_.size(), std::memory_order_relaxed);
      return;
    }
    Ways& ways = transcoders_[order.relay];
    if (order.plan) {
      const auto& legs = order.plan->legs;
      aim(ways[0], legs[0], legs[1], 1);
      aim(ways[1], legs[1], legs[0], 0);
    } else {
      ways[0].reset();
      ways[1].reset();
    }
    if (order.voice.coding)
      aim(ways[2], voice_coding(order.voice), *order.voice.coding, order.voice.leg & 1u);
    else
      ways[2].reset();
    streams_.store(transcoders_.size(), std::memory_order_relaxed);
  }

  void code(const Packet& packet) {
    taken_count_.fetch_add(1, std::memory_order_relaxed);
    const auto found = transcoders_.find(packet.relay);
    if (found == transcoders_.end()) return;
    Way* const way = found->second[static_cast<std::size_t>(packet.source)].get();
    if (way == nullptr) return;
    way->direction.on_packet(packet.now_us, std::span(packet.bytes).first(packet.size),
                             [&](std::span<const std::uint8_t> bytes) {
                               given_.fetch_add(1, std::memory_order_relaxed);
                               deliver_(packet.relay, way->leg, bytes);
                             });
  }

  const Deliver& deliver_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Packet> queue_;  // guarded by mutex_
  Shares shares_{TranscodeLimits::queue_packets};  // of queue_; guarded by mutex_
  std::vector<Order> orders_;  // guarded by mutex_
  bool ends_ = false;          // guarded by mutex_
  std::vector<Packet> taken_;
  std::unordered_map<RelayId, Ways> transcoders_;
  std::atomic<std::uint64_t> taken_count_{0}, given_{0}, dropped_{0}, streams_{0};
  std::thread thread_;
};

Pool::Pool(unsigned threads, Deliver deliver) : deliver_(std::move(deliver)) {
  for (unsigned i = 0; i < std::max(1u, threads); ++i) threads_.push_back(std::make_unique<Thread>(deliver_));
}
Pool::~Pool() = default;

Pool::Thread& Pool::thread_of(RelayId relay) const {
  return *threads_[std::hash<RelayId>{}(relay) % threads_.size()];
}

void Pool::set(const media::RelayPlan& plan) {
  thread_of(plan.id).order({plan.id, plan.transcode, plan.voice});
}
void Pool::close(RelayId relay) {
  thread_of(relay).order({relay, std::nullopt, {}});
}
bool Pool::code(RelayId relay, Source source, std::int64_t now_us, std::span<const std::uint8_t> bytes) {
  return thread_of(relay).post(relay, source, now_us, bytes);
}

void Pool::end() {
  for (const auto& thread : threads_) thread->end();
}

PoolTotals Pool::totals() const {
  PoolTotals totals;
  for (const auto& thread : threads_) thread->add_totals(totals);
  return totals;
}

}  // namespace rf::transcode
