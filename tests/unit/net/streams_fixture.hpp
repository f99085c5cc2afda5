// A Streams with what it reports, and one listener.
#pragma once

#include <gtest/gtest.h>

#include "shell/net/streams.hpp"
#include "tests/unit/net/peers.hpp"

namespace rf::test {

/// Times that a test can wait for, where a test does not set its own.
inline net::StreamOptions patient_options() { return {}; }

struct Served {
  explicit Served(const net::StreamOptions& options = patient_options()) : streams(options, events) {}

  /// Listens on `address` and gives the endpoint.
  Endpoint listen(Transport transport, std::string_view address = "127.0.0.1", std::uint64_t id = 1) {
    listeners.push_back(listener(id, transport, at(address)));
    const auto states = streams.set_listeners(listeners);
    EXPECT_EQ(states.back().error, "");
    return states.back().bound;
  }

  void send(const Flow& flow, std::string_view bytes) {
    net::StreamBatch batch;
    batch.send(flow, bytes);
    EXPECT_TRUE(streams.push(batch));
  }
  void trust(ConnectionId connection) {
    net::StreamBatch batch;
    batch.trust(connection);
    EXPECT_TRUE(streams.push(batch));
  }
  void distrust(ConnectionId connection) {
    net::StreamBatch batch;
    batch.distrust(connection);
    EXPECT_TRUE(streams.push(batch));
  }
  void close(ConnectionId connection) {
    net::StreamBatch batch;
    batch.close(connection);
    EXPECT_TRUE(streams.push(batch));
  }
  /// Sends one message over `client` and gives the flow it came by.
  Flow introduce(Client& client, std::string_view mark = "hello") {
    const std::size_t before = events.messages().size();
    EXPECT_TRUE(client.send(message(mark)));
    EXPECT_TRUE(events.wait_messages(before + 1));
    return events.messages().back().flow;
  }

  Collected events;
  net::Streams streams;
  std::vector<policy::Listener> listeners;
};

}  // namespace rf::test
