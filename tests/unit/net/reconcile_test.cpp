#include "shell/net/reconcile.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/net/peers.hpp"

namespace rf::net {
namespace {

using test::at;
using test::listener;

/// A listener on paper: one port is free once, whatever the address.
class Paper {
 public:
  Paper(std::set<std::uint16_t>& taken, const policy::Listener& from)
      : taken_(taken), id_(from.id), transport_(from.transport), asked_(from.bind), serial_(++serials) {
    taken_.insert(asked_.port);
  }
  ~Paper() { taken_.erase(asked_.port); }
  ListenerId id() const { return id_; }
  void set_id(ListenerId id) { id_ = id; }
  Transport transport() const { return transport_; }
  const Endpoint& asked() const { return asked_; }
  const Endpoint& local() const { return asked_; }
  int serial() const { return serial_; }
  static inline int serials = 0;

 private:
  std::set<std::uint16_t>& taken_;
  ListenerId id_;
  Transport transport_;
  Endpoint asked_;
  int serial_;
};

class ReconcileListeners : public ::testing::Test {
 protected:
  std::vector<ListenerState> apply(const std::vector<policy::Listener>& wanted) {
    return reconcile(std::span<const policy::Listener>(wanted), running_,
                     [&](const policy::Listener& one) -> std::expected<std::unique_ptr<Paper>, std::string> {
                       if (taken_.contains(one.bind.port)) return std::unexpected("taken");
                       return std::make_unique<Paper>(taken_, one);
                     });
  }
  std::set<std::uint16_t> taken_;
  std::vector<std::unique_ptr<Paper>> running_;
};

TEST_F(ReconcileListeners, OpensWhatIsNewAndLeavesTheRestAlone) {
  apply({listener(1, Transport::udp, at("10.0.0.1", 5060))});
  const int kept = running_[0]->serial();
  const auto states =
      apply({listener(2, Transport::udp, at("10.0.0.1", 5070)), listener(1, Transport::udp, at("10.0.0.1", 5060))});
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].id, ListenerId{2});
  EXPECT_EQ(states[0].error, "");
  EXPECT_EQ(running_[1]->serial(), kept);
}

TEST_F(ReconcileListeners, MovesAPortAndFreesTheOldOne) {
  apply({listener(1, Transport::udp, at("10.0.0.1", 5060))});
  const auto states = apply({listener(1, Transport::udp, at("10.0.0.1", 5070))});
  EXPECT_EQ(states[0].bound.port, 5070);
  EXPECT_EQ(taken_, (std::set<std::uint16_t>{5070}));
}

TEST_F(ReconcileListeners, MovesToAnotherAddressOnTheSamePortAlthoughTheOldOneIsInTheWay) {
  apply({listener(1, Transport::udp, at("0.0.0.0", 5060))});
  const auto states = apply({listener(1, Transport::udp, at("10.0.0.1", 5060))});
  EXPECT_EQ(states[0].error, "");
  EXPECT_EQ(states[0].bound, at("10.0.0.1", 5060));
}

TEST_F(ReconcileListeners, KeepsTheOldPortWhenTheNewOneIsTaken) {
  apply({listener(1, Transport::udp, at("10.0.0.1", 5060))});
  taken_.insert(5070);
  const auto states = apply({listener(1, Transport::udp, at("10.0.0.1", 5070))});
  EXPECT_EQ(states[0].error, "taken");
  EXPECT_EQ(states[0].bound.port, 5060);
  EXPECT_EQ(running_.size(), 1u);
}

TEST_F(ReconcileListeners, SwapsTwoListenersWithoutClosingEither) {
  apply({listener(1, Transport::udp, at("10.0.0.1", 5060)), listener(2, Transport::udp, at("10.0.0.1", 5070))});
  const int on_5060 = running_[0]->serial();
  const auto states =
      apply({listener(1, Transport::udp, at("10.0.0.1", 5070)), listener(2, Transport::udp, at("10.0.0.1", 5060))});
  EXPECT_EQ(states[0].error + states[1].error, "");
  EXPECT_EQ(running_[1]->serial(), on_5060);
  EXPECT_EQ(running_[1]->id(), ListenerId{2});
}

TEST_F(ReconcileListeners, TakesOverThePortOfOneThatIsRemoved) {
  apply({listener(1, Transport::udp, at("0.0.0.0", 5060)), listener(2, Transport::udp, at("10.0.0.1", 5070))});
  const auto states = apply({listener(2, Transport::udp, at("10.0.0.1", 5060))});
  EXPECT_EQ(states[0].error, "");
  EXPECT_EQ(taken_, (std::set<std::uint16_t>{5060}));
}

TEST_F(ReconcileListeners, ReportsAListenerThatListensNowhere) {
  taken_.insert(5060);
  const auto states = apply({listener(1, Transport::udp, at("10.0.0.1", 5060))});
  EXPECT_EQ(states[0].error, "taken");
  EXPECT_EQ(states[0].bound.port, 0);
  EXPECT_TRUE(running_.empty());
}

TEST_F(ReconcileListeners, ChangesTheTransportOnOnePort) {
  apply({listener(1, Transport::tcp, at("10.0.0.1", 5061))});
  const auto states = apply({listener(1, Transport::tls, at("10.0.0.1", 5061))});
  EXPECT_EQ(states[0].error, "");
  EXPECT_EQ(running_[0]->transport(), Transport::tls);
}

}  // namespace
}  // namespace rf::net
