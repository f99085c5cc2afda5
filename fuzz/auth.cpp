// Any bytes as Authorization headers: parsing stays in bounds, nothing gets in without the password, a right answer is
// good once, however it is dressed up.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/credentials.hpp"
#include "core/auth/digest.hpp"
#include "core/base/check.hpp"

using namespace rf;

namespace {

constexpr auth::Authenticator::Key root{7};
constexpr Now now{1'000, 1'750'000'000'000};
constexpr std::string_view uri = "sip:a.example";
const Address source = *Address::parse("10.0.0.7");

policy::Policy make_policy() {
  policy::Policy policy;
  policy.realm = "r";
  policy.local_networks = {*Subnet::parse("10.0.0.0/8")};
  std::vector<policy::Extension> all(1);
  all[0].id = ExtensionId{1};
  all[0].number = "1";
  all[0].auth_name = "a";
  for (const auto algorithm : {policy::Algorithm::sha512_256, policy::Algorithm::sha256, policy::Algorithm::md5})
    all[0].credentials.ha1[static_cast<std::size_t>(algorithm)] =
        Secret(auth::ha1(algorithm, "a", "r", "a secret that no fuzzer finds"));
  RF_CHECK(!policy.compile(std::move(all)));
  return policy;
}

/// What makes an answer right, each parameter on its own, so that the input decides how they are put together.
std::array<std::string, 8> right_answer(const policy::Policy& policy) {
  auth::Authenticator mint(root, 1);
  std::string challenge;
  mint.append_challenges(challenge, "W", now, policy, source, Transport::udp, false);
  const std::string nonce = challenge.substr(challenge.find("nonce=\"") + 7, 36);
  const std::string response =
      auth::response(policy::Algorithm::md5, policy.extensions()[0].credentials.ha1[2].reveal(), nonce, "00000001", "c",
                     "REGISTER", uri);
  return {"username=\"a\"",
          "realm=\"r\"",
          "nonce=\"" + nonce + "\"",
          "uri=\"" + std::string(uri) + "\"",
          "cnonce=\"c\"",
          "nc=00000001",
          "qop=auth",
          "response=\"" + response + "\""};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const policy::Policy policy = make_policy();
  static const std::array<std::string, 8> right = right_answer(policy);
  std::string_view input(reinterpret_cast<const char*>(data), size);

  std::vector<std::string> headers(1);
  bool uses_the_answer = false;
  for (const char c : input) {
    if (c == '\n') {
      headers.emplace_back();
    } else if (c >= '\x10' && c < '\x18') {
      headers.back() += right[static_cast<std::size_t>(c - '\x10')];
      uses_the_answer = uses_the_answer || c == '\x17';
    } else {
      headers.back() += c;
    }
  }
  const std::vector<std::string_view> values(headers.begin(), headers.end());
  const auth::Attempt attempt{values, "REGISTER", uri, source, Transport::udp};
  auth::Authenticator authenticator(root, 4);
  const auth::Result first = authenticator.verify(now, policy, attempt);
  RF_CHECK((first.outcome == auth::Outcome::accepted) == (first.extension != nullptr));
  if (first.outcome != auth::Outcome::accepted) {
    RF_CHECK(authenticator.nonces_remembered() == 0);
    return 0;
  }
  RF_CHECK(uses_the_answer && authenticator.nonces_remembered() == 1);
  const auth::Result second = authenticator.verify(now, policy, attempt);
  RF_CHECK(second.outcome == auth::Outcome::stale && second.reason == auth::Reason::replayed);
  return 0;
}
