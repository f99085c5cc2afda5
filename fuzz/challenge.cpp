// Any bytes as challenges of a provider: what is answered is one line a realm, and never holds the password.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/client.hpp"
#include "core/base/check.hpp"

using namespace rf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A line a header; "!" begins a proxy's, "+" an Authentication-Info, "=" a new request.
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool guessed = input.find("a secret text") != std::string_view::npos;  // nonces are given back as they came
  auth::Hasher hasher;
  Random random{1};
  auth::Client client({.username = "a", .password = Secret<std::string>("a secret text"), .legacy_allowed = true});
  auth::Rounds rounds;
  int answers = 0;
  while (!input.empty()) {
    std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const char kind = line.empty() ? ' ' : line.front();
    if (kind == '!' || kind == '+') line.remove_prefix(1);
    if (kind == '=') {
      rounds = {};
      answers = 0;
      continue;
    }
    if (kind == '+') {
      client.take_info(false, line);
      continue;
    }
    std::string out;
    const auth::ChallengeHeader header{kind == '!', line};
    const auto answered = client.answer({hasher, random}, rounds, {&header, 1}, {"INVITE", "sip:b@c", "body"}, out);
    RF_CHECK(answered.has_value() == !out.empty());
    RF_CHECK(guessed || out.find("a secret text") == std::string::npos);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < out.size(); at = out.find("\r\n", at) + 2, ++lines)
      RF_CHECK(out.compare(at, 22, "Authorization: Digest ") == 0 || out.compare(at, 7, "Proxy-A") == 0);
    RF_CHECK(lines <= TrunkLimits::realms);
    answers += answered.has_value();
    RF_CHECK(answers <= TrunkLimits::challenge_rounds);
  }
  return 0;
}
