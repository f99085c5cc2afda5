// Two phones on an exchange: what most stories begin with.
#pragma once

#include <gtest/gtest.h>

#include "core/sdp/sdp.hpp"
#include "sim/phone.hpp"

namespace rf {

using effect::Reason;
using sim::Exchange;
using sim::Heard;
using sim::Line;
using sim::Phone;

inline const Endpoint alice_rtp = *Endpoint::parse("198.51.100.11:4000");
inline const Endpoint bob_rtp = *Endpoint::parse("198.51.100.12:4000");

class Story : public testing::Test {
 protected:
  explicit Story(std::shared_ptr<policy::Policy> p = sim::test_policy()) : exchange(std::move(p)) {
    sim::connect(exchange, {&alice, &bob, &carol});
  }

  static std::uint16_t audio_port(const Heard& message) {
    const auto session = sdp::parse(message->body);
    return session ? session->media()[0].port : 0;
  }

  /// Registers both, calls, rings, answers, acknowledges. `a` and `b` are the lines.
  void establish() {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
    ASSERT_TRUE(bob.hear_request("ACK"));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
  }

  void expect_nothing_left() {
    exchange.advance_ms(70'000);
    EXPECT_TRUE(exchange.relays.empty());
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const auto& gauge : status.gauges) {
      const bool per_call = gauge.name == "calls" || gauge.name == "transactions" || gauge.name == "media_ports";
      if (per_call) {
        EXPECT_EQ(gauge.used, 0u) << gauge.name;
      }
    }
    EXPECT_EQ(exchange.cdrs_closed_twice, 0u);
    for (const auto& [id, cdr] : exchange.cdrs) EXPECT_NE(cdr.result, record::CallResult::open);
  }

  const record::Cdr& only_cdr() {
    EXPECT_EQ(exchange.cdrs.size(), 1u);
    return exchange.cdrs.begin()->second;
  }

  Exchange exchange;
  Phone alice{exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.11:5060"), 11};
  Phone bob{exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.12:5060"), 12};
  Phone carol{exchange, {"1003", "auth1003", "password-1003"}, sim::flow_from("198.51.100.13:5060"), 13};
  Line a, b;
};

}  // namespace rf
