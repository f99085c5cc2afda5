// Any bytes as what an authority answers: whatever is taken is bounded, leads to https alone, and comes out of what we
// sign as it went in.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/acme/message.hpp"
#include "core/base/check.hpp"
#include "core/base/limits/acme.hpp"
#include "core/base/plain.hpp"
#include "core/http/base64url.hpp"

namespace {

using namespace rf;
using Json = nlohmann::json;

bool is_shown(std::string_view words) {
  return is_plain(words) && words.size() <= AcmeLimits::trouble_bytes + 6;  // an escape across the bound, and "…"
}

std::string decoded(const Json& part) {
  const auto bytes = http::read_base64url(part.get<std::string>());
  RF_CHECK(bytes.has_value());
  return {bytes->begin(), bytes->end()};
}

/// What an authority named is in our request as one value, whatever its bytes are.
void check_request(const std::string& url, const std::string& nonce, std::string_view payload) {
  RF_CHECK(acme::is_url(url) && acme::is_nonce(nonce));
  const auto body = acme::signed_body({url, nonce, url}, {}, payload, [](std::string_view signed_text) {
    return std::string(64, signed_text.empty() ? 'a' : 'b');
  });
  RF_CHECK(body.has_value());
  const Json whole = Json::parse(*body), head = Json::parse(decoded(whole["protected"]));
  RF_CHECK(whole.size() == 3 && head.size() == 4);
  RF_CHECK(head["url"] == url && head["kid"] == url && head["nonce"] == nonce && head["alg"] == "ES256");
  RF_CHECK(decoded(whole["payload"]) == payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string nonce = "oFvnlFP1wIhRlYS2jTaXbA";
  if (const auto directory = acme::read_directory(text))
    for (const std::string& url : {directory->new_nonce, directory->new_account, directory->new_order})
      check_request(url, nonce, text);
  if (const auto order = acme::read_order(text)) {
    RF_CHECK(!order->authorizations.empty() && order->authorizations.size() <= AcmeLimits::names);
    for (const std::string& url : order->authorizations) check_request(url, nonce, {});
    check_request(order->finalize, nonce, acme::finalize_payload({data, size}));
    RF_CHECK(order->certificate.empty() == (order->state != acme::State::valid));
    if (!order->certificate.empty()) check_request(order->certificate, nonce, {});
    RF_CHECK(is_shown(order->trouble));
  }
  if (const auto authorization = acme::read_authorization(text)) {
    RF_CHECK(is_shown(authorization->trouble));
    if (const auto& challenge = authorization->tls_alpn) {
      RF_CHECK(challenge->token.size() >= 22);
      check_request(challenge->url, challenge->token, "{}");
      RF_CHECK(acme::answer_to(challenge->token, {}) != acme::answer_to(challenge->token + "a", {}));
    }
  }
  const acme::Problem problem = acme::read_problem(text);
  RF_CHECK(is_shown(problem.type) && is_shown(problem.detail));
  if (acme::is_url(text) && acme::is_nonce(nonce)) check_request(std::string(text), nonce, {});
  if (acme::is_nonce(text)) check_request("https://ca.example/order", std::string(text), {});
  return 0;
}
