#include <algorithm>

#include "shell/metrics/endpoint.hpp"

namespace rf::metrics {

std::vector<prometheus::MetricFamily> families(const std::vector<Number>& numbers) {
  std::vector<prometheus::MetricFamily> out;
  for (const Number& number : numbers) {
    auto family = std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.name == number.name; });
    if (family == out.end()) {
      const auto type = number.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      family = out.insert(out.end(), prometheus::MetricFamily{number.name, number.help, type, {}});
    }
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : number.labels) metric.label.push_back({name, value});
    if (number.counter)
      metric.counter.value = number.value;
    else
      metric.gauge.value = number.value;
    family->metric.push_back(std::move(metric));
  }
  return out;
}

}  // namespace rf::metrics
