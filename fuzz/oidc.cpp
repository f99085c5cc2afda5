// Any bytes as a token, a key set, a provider's document or its answer: whatever is taken is bounded, and nothing is
// good that nobody signed.
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/people.hpp"
#include "core/oidc/discovery.hpp"
#include "core/oidc/flow.hpp"
#include "core/oidc/token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rf;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // A key of which nobody has the other half.
  static const auto keys = oidc::Keys::read(
      R"({"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
      R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})");
  RF_CHECK(keys.has_value());
  if (const auto token = oidc::read_token(text)) {
    RF_CHECK(!oidc::verify(*token, *keys, {"https://login.example.com", "ringfence", "nonce", 1'900'000'000}));
    access::Provider provider;
    access::fill_in(provider);
    if (const auto who = oidc::identity_of(token->claims, provider))
      RF_CHECK(who->groups.size() <= SignInLimits::groups && who->display.size() <= AccessLimits::text_bytes);
  }
  if (const auto set = oidc::Keys::read(text)) RF_CHECK(set->size() > 0 && set->size() <= SignInLimits::keys);
  if (const auto found = oidc::read_discovery(text, "https://login.example.com"))
    RF_CHECK(access::is_https_url(found->token) && access::is_https_url(found->authorization));
  if (const auto flow = oidc::read_flow(text)) RF_CHECK(oidc::read_flow(oidc::text_of(*flow)).has_value());
  static_cast<void>(oidc::read_token_answer(200, text));
  if (const auto roles = access::parse_group_roles(text)) {
    RF_CHECK(access::parse_group_roles(access::text_of(*roles)) == *roles);
    RF_CHECK(roles->size() <= SignInLimits::mapped);
  }
  const std::string filter = access::filter_with("(uid={name})", "name", text);
  RF_CHECK(filter.find_first_of("()*", 5) == filter.size() - 1);
  return 0;
}
