// Numbers and health for the host's own monitoring: /metrics, /live, /ready over HTTP on loopback.
#pragma once

#include <prometheus/metric_family.h>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/latency.hpp"
#include "core/base/limits/server.hpp"

namespace rf::metrics {

/// One number, or how long something takes. Names end in _total for what only grows (Prometheus convention).
struct Number {
  std::string name;
  std::string help;
  double value = 0;
  bool counter = false;
  std::vector<std::pair<std::string, std::string>> labels = {};
  std::optional<Latencies> latencies = {};  ///< instead of `value`, in seconds
};

/// Groups numbers of one name into families, in the order given.
std::vector<prometheus::MetricFamily> families(const std::vector<Number>& numbers);

struct EndpointOptions {
  Endpoint bind;
  std::size_t clients_max = QueueLimits::metrics_clients;
  std::uint32_t timeout_ms = Patience::metrics_ms;
};

/// Where the answers come from. Called on the endpoint's thread, one request at a time; may wait a moment.
struct Sources {
  std::function<std::vector<Number>()> numbers;
  /// Empty when ready, else why not, one reason a line.
  std::function<std::string()> not_ready;
};

/// A small HTTP/1.1 server: GET and HEAD, no body, 4 KiB of header, one request a connection. A Host that is a name
/// other than localhost is refused, so that a web page cannot read the numbers by DNS rebinding.
class HttpEndpoint {
 public:
  /// Errors: a sentence with the endpoint and the reason.
  static std::expected<std::unique_ptr<HttpEndpoint>, std::string> open(const EndpointOptions& options,
                                                                        Sources sources);
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  /// As bound: differs from what was asked for when port 0 was.
  Endpoint local() const;

 private:
  struct State;
  class Session;
  explicit HttpEndpoint(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace rf::metrics
