#include <algorithm>

#include "shell/metrics/endpoint.hpp"

namespace rf::metrics {
namespace {

prometheus::ClientMetric::Histogram histogram_of(const Latencies& latencies) {
  prometheus::ClientMetric::Histogram out;
  for (std::size_t i = 0; i < latencies.counts.size(); ++i) {
    out.sample_count += latencies.counts[i];
    if (i < Latencies::steps_us.size())
      out.bucket.push_back({out.sample_count, static_cast<double>(Latencies::steps_us[i]) / 1e6});
  }
  out.sample_sum = static_cast<double>(latencies.sum_us) / 1e6;
  return out;
}

}  // namespace

std::vector<prometheus::MetricFamily> families(const std::vector<Number>& numbers) {
  std::vector<prometheus::MetricFamily> out;
  for (const Number& number : numbers) {
    auto family = std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.name == number.name; });
    if (family == out.end()) {
      const auto type = number.latencies ? prometheus::MetricType::Histogram
                        : number.counter ? prometheus::MetricType::Counter
                                         : prometheus::MetricType::Gauge;
      family = out.insert(out.end(), prometheus::MetricFamily{number.name, number.help, type, {}});
    }
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : number.labels) metric.label.push_back({name, value});
    if (number.latencies)
      metric.histogram = histogram_of(*number.latencies);
    else if (number.counter)
      metric.counter.value = number.value;
    else
      metric.gauge.value = number.value;
    family->metric.push_back(std::move(metric));
  }
  return out;
}

}  // namespace rf::metrics
