#include "shell/metrics/endpoint.hpp"

#include <gmock/gmock.h>

#include <boost/asio.hpp>

#include "tests/unit/base/descriptors.hpp"

namespace rf::metrics {
namespace {

using boost::asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MetricsEndpoint : public ::testing::Test {
 protected:
  MetricsEndpoint() {
    options_.bind = *Endpoint::parse("127.0.0.1:0");
    sources_.numbers = [] {
      return std::vector<Number>{{"ringfence_calls", "Running calls", 3},
                                 {"ringfence_refused_total", "Refused", 5, true, {{"reason", "a \"quote\""}}},
                                 {"ringfence_refused_total", "Refused", 6, true, {{"reason", "other"}}}};
    };
    sources_.not_ready = [this] { return not_ready_; };
  }

  // Sends raw bytes and reads until the server closes.
  std::string talk(std::string_view bytes) {
    if (!endpoint_) endpoint_ = std::move(*HttpEndpoint::open(options_, sources_));
    boost::asio::io_context io;
    tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), endpoint_->local().port});
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(bytes.data(), bytes.size()), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
  }
  std::string get(std::string_view path, std::string_view host = "127.0.0.1") {
    return talk("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
  }

  EndpointOptions options_;
  Sources sources_;
  std::string not_ready_;
  std::unique_ptr<HttpEndpoint> endpoint_;
};

TEST_F(MetricsEndpoint, ShowsNumbersInPrometheusText) {
  const std::string answer = get("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("# TYPE ringfence_calls gauge\nringfence_calls 3"));
  EXPECT_THAT(answer, HasSubstr("# TYPE ringfence_refused_total counter\n"));
  EXPECT_THAT(answer, HasSubstr("ringfence_refused_total{reason=\"a \\\"quote\\\"\"} 5"));
  EXPECT_THAT(answer, HasSubstr("ringfence_refused_total{reason=\"other\"} 6"));
}

TEST_F(MetricsEndpoint, ShowsHowLongThingsTookInStepsThatAddUp) {
  LatencyCounts took;
  took.add(500);
  took.add(501);
  took.add(90'000'000);
  sources_.numbers = [&] {
    Number number{"ringfence_http_request_duration_seconds", "Took", 0, false, {{"kind", "read"}}};
    number.latencies = took.now();
    return std::vector<Number>{number};
  };
  const std::string answer = get("/metrics");
  EXPECT_THAT(answer, HasSubstr("# TYPE ringfence_http_request_duration_seconds histogram\n"));
  EXPECT_THAT(answer, HasSubstr("_bucket{kind=\"read\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(answer, HasSubstr("_bucket{kind=\"read\",le=\"0.001\"} 2\n"));
  EXPECT_THAT(answer, HasSubstr("_bucket{kind=\"read\",le=\"10\"} 2\n"));
  EXPECT_THAT(answer, HasSubstr("_bucket{kind=\"read\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(answer, HasSubstr("_count{kind=\"read\"} 3\n"));
  EXPECT_THAT(answer, HasSubstr("_sum{kind=\"read\"} 90.001001\n"));
}

TEST_F(MetricsEndpoint, ReadinessSaysWhatIsMissing) {
  EXPECT_THAT(get("/ready"), StartsWith("HTTP/1.1 200"));
  not_ready_ = "the disk is full";
  const std::string answer = get("/ready");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("the disk is full"));
  EXPECT_THAT(get("/live"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsEndpoint, AWebPageCannotReadItByRebindingItsName) {
  EXPECT_THAT(get("/metrics", "evil.example"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(get("/metrics", "localhost.evil.example"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(get("/metrics", "localhost:9061"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/metrics", "[::1]:9061"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsEndpoint, OnlyReadingIsPossible) {
  EXPECT_THAT(talk("POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(get("/../etc/passwd"), StartsWith("HTTP/1.1 404"));
  const std::string head = talk("HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(head, Not(HasSubstr("ringfence_calls")));
}

TEST_F(MetricsEndpoint, NothingShowsWhatServesIt) {
  EXPECT_THAT(get("/metrics"), Not(HasSubstr("Server:")));
}

TEST_F(MetricsEndpoint, GarbageAndLongHeadersAreClosedWithoutAnAnswer) {
  EXPECT_EQ(talk("\x16\x03\x01 not http at all\r\n\r\n"), "");
  EXPECT_EQ(talk("GET /metrics HTTP/1.1\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n"), "");
  EXPECT_EQ(talk("POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n123456789"), "");
}

TEST_F(MetricsEndpoint, ASlowAskerIsClosed) {
  options_.timeout_ms = 20;
  EXPECT_EQ(talk("GET /met"), "");
}

TEST_F(MetricsEndpoint, WithoutADescriptorItRestsAndServesAgainWhenThereIsOne) {
  if (looks_through_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors of its own";
  endpoint_ = std::move(*HttpEndpoint::open(options_, sources_));
  LateSocket socket(AF_INET);
  {
    const NoDescriptorsLeft none;
    socket.speak(loopback(endpoint_->local().port), "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    EXPECT_LT(socket.busy_ms_while_silent(watched_ms), rests_ms);
  }
  EXPECT_THAT(socket.hear(), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsEndpoint, ATakenPortIsSaid) {
  talk("x\r\n\r\n");
  options_.bind = endpoint_->local();
  const auto second = HttpEndpoint::open(options_, sources_);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error(), HasSubstr("in use"));
}

}  // namespace
}  // namespace rf::metrics
