// Phones and strangers on loopback, and an ear for what the relay reports.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shell/relay/ports.hpp"
#include "shell/relay/relay.hpp"

namespace rf::relay::testing {

inline constexpr int patience_ms = 10'000;

inline Address address(const char* text) {
  return Address::parse(text).value();
}

inline Endpoint local_of(const Descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size), 0);
  return from_kernel(storage);
}

/// An even port that is free together with the next one at this moment, looked for outside the ephemeral range.
inline std::uint16_t free_pair(const Address& at) {
  static std::uint16_t next = static_cast<std::uint16_t>(10'000 + ::getpid() * 37 % 10'000 * 2);
  for (;;) {
    next = static_cast<std::uint16_t>(next >= 31'996 ? 10'000 : next + 2);
    if (bind_port({at, next}, {0, 0}) && bind_port({at, static_cast<std::uint16_t>(next + 1)}, {0, 0})) return next;
  }
}

/// Containers are often made without IPv6, even on loopback.
inline bool has_ipv6() {
  return static_cast<bool>(bind_port({address("::1"), 0}, {0, 0}));
}

/// An RTP packet whose payload is `text`.
inline std::string rtp(std::uint16_t sequence, const std::string& text) {
  std::string d(12, '\0');
  d[0] = static_cast<char>(0x80);
  d[1] = 8;
  d[2] = static_cast<char>(sequence >> 8);
  d[3] = static_cast<char>(sequence);
  d[11] = 1;
  return d + text;
}

inline std::string receiver_report() {
  return std::string("\x80\xc9\x00\x01\x00\x00\x00\x01", 8);
}

/// One UDP socket of a phone or a stranger.
class Phone {
 public:
  explicit Phone(const Address& at, std::uint16_t port = 0) : socket_(bind_port({at, port}, {1 << 20, 0})) {
    EXPECT_TRUE(static_cast<bool>(socket_));
    local_ = relay::testing::local_of(socket_);
  }
  const Endpoint& local() const { return local_; }
  int fd() const { return socket_.get(); }
  void send(const Endpoint& to, const std::string& bytes) {
    const KernelAddress kernel = to_kernel(to, family_of(local_.address));
    EXPECT_EQ(::sendto(socket_.get(), bytes.data(), bytes.size(), 0, kernel.get(), kernel.size),
              static_cast<ssize_t>(bytes.size()));
  }
  /// The next packet's payload after an RTP header; none when nothing comes.
  std::optional<std::string> hear(int wait_ms = patience_ms) {
    const auto d = receive(wait_ms);
    return d && d->size() >= 12 ? std::optional(d->substr(12)) : d;
  }
  std::optional<std::string> receive(int wait_ms = patience_ms) {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, wait_ms) <= 0) return std::nullopt;
    std::string bytes(4'096, '\0');
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return std::nullopt;
    heard_from_ = from_kernel(from);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }
  const Endpoint& heard_from() const { return heard_from_; }

 private:
  Descriptor socket_;
  Endpoint local_, heard_from_;
};

/// Collects reports; its deliver() is what the relay calls.
class Ear {
 public:
  Deliver deliver() {
    return [this](Report report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(std::move(report));
      changed_.notify_all();
    };
  }
  /// The first report of type T, taken out; fails the test when none comes.
  template <class T>
  T wait() {
    std::unique_lock lock(mutex_);
    T found;
    const bool came = changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), [&] {
      for (auto i = reports_.begin(); i != reports_.end(); ++i)
        if (T* report = std::get_if<T>(&*i)) {
          found = *report;
          reports_.erase(i);
          return true;
        }
      return false;
    });
    EXPECT_TRUE(came);
    return found;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return reports_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Report> reports_;
};

/// A relay with one stream between two phones that it can tell about.
class Call {
 public:
  explicit Call(Options options = {}, const char* at = "127.0.0.1", bool begin = true)
      : host(address(at)), alice(host), alice_rtcp(host), bob(host), bob_rtcp(host), relay(options, ear.deliver()) {
    plan.id = RelayId{1};
    plan.call = CallId{2};
    for (unsigned leg = 0; leg < 2; ++leg) {
      plan.legs[leg].local = host;
      // The first pair must not be found twice, so each leg looks from where the last search ended.
      plan.legs[leg].local_port = free_pair(host);
      plan.legs[leg].remote_rtp = (leg == 0 ? alice : bob).local();
      plan.legs[leg].remote_rtcp = (leg == 0 ? alice_rtcp : bob_rtcp).local();
      plan.legs[leg].signalling = host;
    }
    if (begin) start();
  }
  void start() {
    EXPECT_TRUE(relay.start(plan));
    ask();
  }
  /// Also proves that every command before it was carried out.
  media::RelayReport ask() {
    EXPECT_TRUE(relay.ask(plan.id));
    return ear.wait<engine::RelayReported>().report;
  }
  engine::RelayReported stop() {
    relay.stop(plan.id);
    return ear.wait<engine::RelayReported>();
  }
  Endpoint port(unsigned leg, bool rtcp = false) const {
    return {host, static_cast<std::uint16_t>(plan.legs[leg].local_port + (rtcp ? 1 : 0))};
  }
  /// A packet that must come through, and proves by its arrival that the thread has seen what came before it.
  void alice_says(const std::string& text) {
    alice.send(port(0), rtp(++sequence, text));
    EXPECT_EQ(bob.hear(), text);
  }
  void bob_says(const std::string& text) {
    bob.send(port(1), rtp(++sequence, text));
    EXPECT_EQ(alice.hear(), text);
  }

  Address host;
  Phone alice, alice_rtcp, bob, bob_rtcp;
  media::RelayPlan plan;
  std::uint16_t sequence = 0;
  Ear ear;
  Relay relay;  // last: its threads end before what they report to
};

}  // namespace rf::relay::testing
