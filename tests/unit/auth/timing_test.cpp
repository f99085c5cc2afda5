// Neither the answer nor its time tells an existing account from a missing one (H9).
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "tests/unit/auth/phones.hpp"

namespace rf::auth::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Median nanoseconds of verify() for each header, measured in turn so that all see the same machine.
std::vector<double> medians(Authenticator& auth, const policy::Policy& policy, const std::vector<std::string>& headers,
                            int rounds) {
  std::vector<std::vector<std::int64_t>> samples(headers.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < headers.size(); ++k) {
      // The order turns, or whoever comes first would always find the caches as the last one left them.
      const std::size_t i = (k + static_cast<std::size_t>(round)) % headers.size();
      const std::string_view value = headers[i];
      const auto begin = Clock::now();
      const Result result =
          auth.verify(at(1), policy, {{&value, 1}, "REGISTER", "sip:ringfence.example.com", abroad, Transport::udp});
      const auto end = Clock::now();
      EXPECT_EQ(result.outcome, Outcome::refused);
      samples[i].push_back((end - begin).count());
    }
  std::vector<double> out;
  for (auto& s : samples) {
    std::nth_element(s.begin(), s.begin() + s.size() / 2, s.end());
    out.push_back(static_cast<double>(s[s.size() / 2]));
  }
  return out;
}

TEST(Timing, UnknownDisabledRemoteAndWrongPasswordTakeTheSameTime) {
  Authenticator auth(root, 100);
  const policy::Policy policy = office_policy(10'000);
  const std::string nonce = nonce_for(auth, policy, at(0), abroad);
  const auto header = [&](const char* name, const char* password) {
    return Answer{.username = name, .nonce = nonce}.sign(password).header();
  };
  // Names of one length: that much the one who asks knows himself.
  const std::vector<std::string> headers{header("x1234", "wrong"), header("alice", "wrong"), header("nobod", "wrong"),
                                         header("zzzzz", "wrong"), header("alice", "secret")};
  // A real difference shows in every attempt, the noise of a busy machine does not. One hash left out would be 20%.
  constexpr double tolerance = 0.05;
  double closest = INFINITY;
  std::vector<double> last;
  for (int attempt = 0; attempt < 5 && closest > tolerance; ++attempt) {
    last = medians(auth, policy, headers, 20'000);
    const auto [fastest, slowest] = std::minmax_element(last.begin(), last.end());
    closest = std::min(closest, (*slowest - *fastest) / *fastest);
  }
  EXPECT_LE(closest, tolerance) << "medians in ns: " << testing::PrintToString(last);
  RecordProperty("median_ns", std::to_string(last[0]));
}

}  // namespace
}  // namespace rf::auth::test
